//! Convert a picture to another format.

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
Converts a picture to another format at its full size. Reads JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP, ICO, PNM and SVG, detected \
by content, whatever the name or media type. The picture is turned upright as its EXIF data says, converted to sRGB, and loses its \
metadata. Transparent parts show the `background`, which is white in a JPEG by default. Of several pages the first is converted, or \
`page`. An animation stays animated as WebP and GIF.";

/// A picture and its new format.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ConvertRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Output format.
    pub format: OutputFormat,
    /// Quality of JPEG, WebP and AVIF, 1 (smallest file) to 100 (best); 80 by default, 60 for AVIF.
    #[serde(default)]
    #[garde(range(min = 1, max = 100))]
    pub quality: Option<u8>,
    /// Lossless; WebP only.
    #[serde(default)]
    pub lossless: bool,
    /// Progressive JPEG.
    #[serde(default)]
    pub progressive: bool,
    /// Background color: fills the space an operation adds and, when opaque, shows behind transparent pixels. By default both
    /// stay transparent, or become white in a JPEG.
    #[serde(default)]
    pub background: Option<Color>,
    /// Page or frame to convert, counted from 0. By default all frames of an animation where the format can be animated, else
    /// the first; the first page of a TIFF; the largest picture of an ICO.
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
    output::makes_picture(op, |request: &ConvertRequest| input::Load::of(&request.image).format(Some(request.format)))
        .summary("Convert a picture to another format")
        .description(DESCRIPTION)
        .example(example)
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
