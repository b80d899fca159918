//! Another format for a picture.

use chassis::{Call, File, Operation, WithFile};
use garde::Validate;
use pictures::{Frames, Limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::error::{Error, of_field};
use crate::input;
use crate::output::{self, Output, OutputFormat, PictureFacts};

/// What the document says.
const DESCRIPTION: &str = "\
A picture in another format, in its full size. Reads JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP, ICO, PNM and SVG, whatever its \
name or media type says. It is turned upright, its colors become sRGB, and metadata is left behind. Transparent parts \
show the `background` that is sent, in a JPEG white when none is. Of several pages the first is converted, or the `page` that is sent. An animation stays one where the format can move.";

/// A picture and the format it is to have.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ConvertRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// The format.
    pub format: OutputFormat,
    /// 1 (small) to 100 (best) for JPEG, WebP and AVIF; 80, for AVIF 60, when it is not given.
    #[serde(default)]
    #[garde(range(min = 1, max = 100))]
    pub quality: Option<u8>,
    /// Exactly as it is, for WebP.
    #[serde(default)]
    pub lossless: bool,
    /// A JPEG that shows the whole early.
    #[serde(default)]
    pub progressive: bool,
    /// Color behind what can be seen through. When it is not given, that stays transparent, and becomes white in a JPEG.
    #[serde(default)]
    pub background: Option<Color>,
    /// One frame of an animation or page of a document, counted from 0. When it is not given: all frames where the format
    /// moves, else the first; the first page of a TIFF, the largest picture of an ICO.
    #[serde(default)]
    #[garde(range(max = 100_000))]
    pub page: Option<u32>,
}

/// A request that works.
#[must_use]
pub fn example() -> ConvertRequest {
    ConvertRequest {
        image: input::example(),
        format: OutputFormat::Webp,
        quality: Some(75),
        lossless: false,
        progressive: false,
        background: None,
        page: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    output::makes_picture(op).summary("Convert a picture to another format").description(DESCRIPTION).example(example())
}

/// Converts a picture.
///
/// # Errors
/// When the picture cannot be read or written.
pub fn convert(request: ConvertRequest, call: &Call) -> Result<WithFile<PictureFacts>, Error> {
    let head = input::head("image", &request.image)?;
    Limits::DEFAULT.admit_encoding(request.format.format(), head.stored).map_err(of_field("format"))?;
    let frames = match request.page {
        Some(page) => Frames::One(page),
        None => Output::frames(Some(request.format), &head, call),
    };
    let picture = input::picture("image", &request.image, None, frames, call)?;
    let output = Output {
        format: Some(request.format),
        quality: request.quality,
        lossless: request.lossless,
        progressive: request.progressive,
        background: request.background,
        ..Output::default()
    };
    output.answer(&picture, &request.image, call)
}
