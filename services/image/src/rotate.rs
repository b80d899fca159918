//! Rotate and mirror a picture.

use chassis::{Call, File, Operation, WithFile};
use garde::Validate;
use pictures::{Format, Frames, Limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::error::{Error, of_field, still_wanted};
use crate::input;
use crate::output::{self, Output, OutputFormat, PictureFacts};
use crate::raster::each;
use crate::turn::{quarters, turned, turned_size};

/// What the document says.
const DESCRIPTION: &str = "\
Rotates a picture clockwise by any angle and mirrors it: first it is turned upright as its EXIF data says, then mirrored, then \
rotated. Multiples of 90 degrees move pixels without changing them; any other angle makes the picture larger and fills the new \
corners with the background. Without options the picture is only turned upright. Animated pictures stay animated.";

/// A picture and how to rotate it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct RotateRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Rotation in degrees clockwise, -360 to 360; negative is counterclockwise.
    #[serde(default, alias = "degrees")]
    #[garde(range(min = -360.0, max = 360.0))]
    pub angle: f64,
    /// Flips it vertically: top and bottom change places.
    #[serde(default)]
    pub flip: bool,
    /// Flips it horizontally: left and right change places.
    #[serde(default)]
    pub flop: bool,
    /// Output format; by default that of the picture. A format that cannot be written becomes another: SVG and ICO become PNG;
    /// TIFF, BMP, PNM and an AVIF of more than four megapixels become JPEG, or PNG when they have transparency.
    #[serde(default)]
    pub format: Option<OutputFormat>,
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
}

/// A request that works.
#[must_use]
pub fn example() -> RotateRequest {
    RotateRequest {
        image: input::example(),
        angle: 12.5,
        flip: false,
        flop: false,
        format: None,
        quality: None,
        lossless: false,
        progressive: false,
        background: Some(Color::WHITE),
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    output::makes_picture(op, |request: &RotateRequest| input::Load::of(&request.image).format(request.format))
        .summary("Rotate or mirror a picture")
        .description(DESCRIPTION)
        .example(example)
}

/// Rotates and mirrors a picture.
///
/// # Errors
/// When the picture cannot be read, or the result would be too large.
pub fn rotate(request: RotateRequest, call: &Call) -> Result<WithFile<PictureFacts>, Error> {
    let source = input::head("image", &request.image)?;
    let (width, height) = turned_size(source.upright(), request.angle);
    Limits::DEFAULT.admit_output(width, height).map_err(of_field("angle"))?;
    let frames = Output::frames(request.format, &source, call);
    if let (Frames::All, Some(animation)) = (frames, source.animation) {
        Limits::DEFAULT.admit_frames(animation.frames, (width, height)).map_err(of_field("image"))?;
    }
    let picture = input::picture("image", &request.image, None, frames, call)?;
    let output = Output {
        format: request.format,
        quality: request.quality,
        lossless: request.lossless,
        progressive: request.progressive,
        background: request.background,
        ..Output::default()
    };
    // What becomes a JPEG gets its white corners here rather than transparent ones first.
    let white = output.format_for(&picture).format() == Format::Jpeg;
    let corners = request.background.unwrap_or(if white { Color::WHITE } else { Color::TRANSPARENT });
    // Mirrors and quarters are for whole pixels; what is left of the angle mixes them.
    let quarters = quarters(request.angle);
    let picture = picture.turned(pictures::orientation(request.flip, request.flop, quarters.unwrap_or(0)));
    let picture = match quarters {
        Some(_) => picture,
        None => each(picture, |raster| {
            still_wanted(call)?;
            Ok::<_, Error>(turned(raster, request.angle, corners))
        })?,
    };
    still_wanted(call)?;
    output.answer(&picture, &request.image, call)
}
