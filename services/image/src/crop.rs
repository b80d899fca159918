//! Crop a picture.

use chassis::{Call, File, Operation, WithFile};
use garde::Validate;
use pictures::{Limits, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::error::{Error, conflict, of_field, still_wanted};
use crate::geometry::{Position, Rect};
use crate::output::{self, Output, OutputFormat};
use crate::raster::each;
use crate::{input, saliency, trim};

/// What the document says.
const DESCRIPTION: &str = "\
Crops a picture, in one of four ways: to a box (`x`, `y`, `width`, `height`), to a size (`width`, `height`) placed by `position`, \
to an aspect ratio (`aspect`), or with `trim` by the borders of one color. With the `position` `attention` or `entropy` the content \
decides: skin, strong colors and what stands out, or detail. Coordinates are those of the upright picture, after its EXIF orientation \
is applied. Animated pictures stay animated.";

/// A picture and the part of it to keep.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct CropRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Left edge of the box, from the left edge of the picture; 0 when only `y` is given.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 65535.0))]
    pub x: Option<f64>,
    /// Top edge of the box, from the top edge of the picture; 0 when only `x` is given.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 65535.0))]
    pub y: Option<f64>,
    /// Width of the box, at least a pixel; up to the right edge by default.
    #[serde(default)]
    #[garde(range(min = 0.001, max = 65535.0))]
    pub width: Option<f64>,
    /// Height of the box, at least a pixel; up to the bottom edge by default.
    #[serde(default)]
    #[garde(range(min = 0.001, max = 65535.0))]
    pub height: Option<f64>,
    /// Unit of x, y, width and height.
    #[serde(default)]
    pub unit: Unit,
    /// Aspect ratio, such as `16:9`, `1:1` or `1.91`: as large as possible, or as wide as `width`, or as high as `height`.
    #[serde(default)]
    #[garde(length(chars, max = 16))]
    pub aspect: Option<String>,
    /// Which part is kept when the picture is cropped, or where it is placed in a larger box.
    #[serde(default, alias = "gravity")]
    pub position: Option<Position>,
    /// Trims borders that have the color of the top left corner.
    #[serde(default)]
    pub trim: bool,
    /// Tolerance of `trim`: how much a border may differ from that color, 0 to 255 in each channel; 10 by default.
    #[serde(default)]
    pub threshold: Option<u8>,
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

/// Unit of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Pixels.
    #[default]
    Pixels,
    /// Percent of the picture's width and height.
    Percent,
}

/// The cropped picture, and where it lies in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CropFacts {
    /// Left edge, in pixels from the left of the upright picture.
    pub x: u32,
    /// Top edge, in pixels from the top of the upright picture.
    pub y: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Width of the upright source in pixels.
    pub source_width: u32,
    /// Height of the upright source in pixels.
    pub source_height: u32,
    /// Output format.
    pub format: OutputFormat,
    /// Size in bytes.
    pub bytes: usize,
    /// Number of frames; 1 for a still picture.
    pub frames: usize,
}

/// A request that works.
#[must_use]
pub fn example() -> CropRequest {
    CropRequest {
        image: input::example(),
        x: None,
        y: None,
        width: None,
        height: None,
        unit: Unit::Pixels,
        aspect: Some("1:1".to_owned()),
        position: Some(Position::Attention),
        trim: false,
        threshold: None,
        format: None,
        quality: None,
        lossless: false,
        progressive: false,
        background: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    output::makes_picture(op, |request: &CropRequest| input::Load::of(&request.image).format(request.format))
        .summary("Crop a picture")
        .description(DESCRIPTION)
        .example(example)
}

/// Crops a picture.
///
/// # Errors
/// When it is not said which part, it lies outside, or the picture cannot be read.
pub fn crop(request: CropRequest, call: &Call) -> Result<WithFile<CropFacts>, Error> {
    let part = Part::of(&request)?;
    let frames = Output::frames(request.format, &input::head("image", &request.image)?, call);
    let picture = input::picture("image", &request.image, None, frames, call)?;
    // Where borders end is seen in colors.
    let picture = if request.trim { each(picture, Ok::<_, Error>)? } else { picture };
    let source = picture.frame_size();
    let area = part.area(&picture, &request, call)?;
    Limits::DEFAULT.admit_output(area.width, area.height).map_err(of_field("width"))?;
    still_wanted(call)?;
    let picture = picture.cut((area.x, area.y), (area.width, area.height));
    let output = Output {
        format: request.format,
        quality: request.quality,
        lossless: request.lossless,
        progressive: request.progressive,
        background: request.background,
        ..Output::default()
    };
    let WithFile { file, facts } = output.answer(&picture, &request.image, call)?;
    let facts = CropFacts {
        x: area.x,
        y: area.y,
        width: area.width,
        height: area.height,
        source_width: source.0,
        source_height: source.1,
        format: facts.format,
        bytes: facts.bytes,
        frames: facts.frames,
    };
    Ok(WithFile { file, facts })
}

/// The way a request says which part to keep.
enum Part {
    Box,
    Size,
    Aspect(f64),
    Trim,
}

impl Part {
    fn of(request: &CropRequest) -> Result<Self, Error> {
        let placed = request.x.is_some() || request.y.is_some();
        let sized = request.width.is_some() || request.height.is_some();
        if request.threshold.is_some() && !request.trim {
            return Err(conflict("threshold", "applies only to trim: send trim=true, or leave threshold out"));
        }
        if placed && request.position.is_some() {
            return Err(conflict("position", "cannot be combined with x and y: send one or the other"));
        }
        for (field, length) in [("width", request.width), ("height", request.height)] {
            if length.is_some_and(|length| length < 1.0) && request.unit == Unit::Pixels {
                return Err(conflict(
                    field,
                    "is less than a pixel: for a fraction of the picture send unit=percent, such as 25 where you mean 0.25",
                ));
            }
        }
        match (request.trim, request.aspect.as_deref()) {
            (true, None) if !placed && !sized => Ok(Self::Trim),
            (true, _) => Err(conflict("trim", "finds the box itself: leave x, y, width, height and aspect out")),
            (false, Some(_)) if placed => Err(conflict("aspect", "is placed by position: leave x and y out")),
            (false, Some(_)) if request.width.is_some() && request.height.is_some() => Err(conflict(
                "aspect",
                "goes with at most one of width and height: both together already set the aspect ratio",
            )),
            (false, Some(aspect)) => ratio(aspect).map(Self::Aspect),
            (false, None) if placed => Ok(Self::Box),
            (false, None) if sized => Ok(Self::Size),
            (false, None) => Err(conflict("width", "is missing: send x, y, width and height, or aspect, or trim=true")),
        }
    }

    /// The area in a picture.
    fn area(&self, picture: &Picture, request: &CropRequest, call: &Call) -> Result<Rect, Error> {
        let (width, height) = picture.frame_size();
        let pixels = |value: f64, side: u32| match request.unit {
            Unit::Pixels => value,
            Unit::Percent => value / 100.0 * f64::from(side),
        };
        let (wanted_width, wanted_height) =
            (request.width.map(|value| pixels(value, width)), request.height.map(|value| pixels(value, height)));
        match self {
            Self::Trim => {
                let found = trim::bounds(picture, request.threshold.unwrap_or(10));
                if found.is_none() {
                    call.warn("nothing-left", Some("trim"), "the whole picture has one color: nothing was trimmed");
                }
                Ok(found.unwrap_or(Rect { x: 0, y: 0, width, height }))
            }
            Self::Box => {
                let (x, across, cut_x) = span(pixels(request.x.unwrap_or(0.0), width), wanted_width, width)
                    .ok_or_else(|| outside("x", width, height))?;
                let (y, down, cut_y) = span(pixels(request.y.unwrap_or(0.0), height), wanted_height, height)
                    .ok_or_else(|| outside("y", width, height))?;
                if cut_x || cut_y {
                    warn_clipped(if cut_x { "width" } else { "height" }, width, height, call);
                }
                Ok(Rect { x, y, width: across, height: down })
            }
            Self::Size => {
                let (across, down) =
                    (wanted_width.unwrap_or(f64::from(width)), wanted_height.unwrap_or(f64::from(height)));
                if across.round() > f64::from(width) || down.round() > f64::from(height) {
                    let field = if across > f64::from(width) { "width" } else { "height" };
                    warn_clipped(field, width, height, call);
                }
                self.placed(picture, (side(across, width), side(down, height)), request, call)
            }
            Self::Aspect(ratio) => {
                let (room_x, room_y) = (f64::from(width), f64::from(height));
                let across = wanted_width.or(wanted_height.map(|height| height * ratio)).unwrap_or(room_y * ratio);
                let fits = (room_x / across).min(room_y / (across / ratio));
                if fits < 0.999 && (wanted_width.is_some() || wanted_height.is_some()) {
                    warn_clipped(if wanted_width.is_some() { "width" } else { "height" }, width, height, call);
                }
                let across = across * fits.min(1.0);
                self.placed(picture, (side(across, width), side(across / ratio, height)), request, call)
            }
        }
    }

    /// A size where the position says.
    fn placed(
        &self,
        picture: &Picture,
        (across, down): (u32, u32),
        request: &CropRequest,
        call: &Call,
    ) -> Result<Rect, Error> {
        let (width, height) = picture.frame_size();
        let position = request.position.unwrap_or_default();
        let (x, y) = if position.is_smart() {
            let part = (f64::from(across) / f64::from(width), f64::from(down) / f64::from(height));
            saliency::place(picture, part, position, call)?
        } else {
            position.fractions()
        };
        let at = |fraction: f64, free: u32| (fraction * f64::from(free)).round() as u32;
        Ok(Rect { x: at(x, width - across), y: at(y, height - down), width: across, height: down })
    }
}

/// A length in whole pixels, within a side.
fn side(length: f64, most: u32) -> u32 {
    (length.round() as u32).clamp(1, most)
}

/// Start and length in whole pixels, and whether it was cut; nothing when it begins outside.
fn span(start: f64, length: Option<f64>, side: u32) -> Option<(u32, u32, bool)> {
    let first = start.round() as u32;
    if first >= side {
        return None;
    }
    let Some(length) = length else { return Some((first, side - first, false)) };
    let end = ((start + length).round() as u32).max(first + 1);
    Some((first, end.min(side) - first, end > side))
}

fn outside(field: &'static str, width: u32, height: u32) -> Error {
    conflict(field, format!("lies outside: this picture has {width} x {height} pixels, counted from the top left"))
}

fn warn_clipped(field: &'static str, width: u32, height: u32, call: &Call) {
    let message = format!("reaches beyond the picture of {width} x {height} pixels: only what lies inside was kept");
    call.warn("clipped", Some(field), message);
}

/// Width over height of an aspect ratio such as `16:9`.
fn ratio(text: &str) -> Result<f64, Error> {
    let wrong = || conflict("aspect", "is not an aspect ratio: write it as 16:9, 4:5 or 1.91");
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| *number > 0.0);
    let ratio = match text.split_once([':', '/', 'x']) {
        Some((width, height)) => number(width).zip(number(height)).map(|(width, height)| width / height),
        None => number(text),
    };
    ratio.filter(|ratio| (0.001..=1000.0).contains(ratio)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_read_as_people_write_them() {
        for (text, value) in [("16:9", 16.0 / 9.0), (" 4 / 5 ", 0.8), ("1x1", 1.0), ("1.91", 1.91)] {
            assert_eq!(ratio(text), Ok(value), "{text}");
        }
        for wrong in ["", "0:1", "1:0", "-1", "nan", "inf:1", "1e9", "16:9:1", "wide"] {
            assert!(ratio(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_box_never_leaves_the_picture() {
        assert_eq!(span(10.0, Some(20.0), 100), Some((10, 20, false)));
        assert_eq!(span(90.0, Some(20.0), 100), Some((90, 10, true)));
        assert_eq!(span(99.4, Some(0.001), 100), Some((99, 1, false)));
        assert_eq!(span(99.5, Some(1.0), 100), None);
        assert_eq!(span(0.0, Some(f64::MAX), 100), Some((0, 100, true)));
        assert_eq!(span(0.0, None, 1), Some((0, 1, false)));
    }
}
