//! Overlay a picture or text on a picture.
//!
//! Text becomes a layer of pixels first, as a picture is one: placing, turning, tiling and blending are the same for both.
//!
//! | file | job |
//! | --- | --- |
//! | `text.rs` | text as a layer |
//! | `blend.rs` | a layer upon a picture |

mod blend;
mod text;

use chassis::{Call, File, Operation, WithFile};
use garde::Validate;
use pictures::{Frames, Kernel, Limits, resample};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::error::{Error, conflict, of_field, still_wanted, warn_percent};
use crate::geometry::Position;
use crate::input;
use crate::output::{self, Output, OutputFormat, PictureFacts};
use crate::raster::{Raster, each};
use crate::turn::{turned, turned_size};

/// What the document says.
const DESCRIPTION: &str = "\
Overlays a picture (a logo, a watermark) or text (a caption, a date) on a picture. Send `overlay` or `text`. It is placed at \
`position`, `margin` away from the edges, and moved by `x` and `y`; what overflows is cropped. Without `scale`, an overlay larger than \
the picture is scaled down to fit inside it, and text without `size` shrinks until it fits. Text is wrapped at `maxWidth` and set in \
Noto Sans (Latin, Greek, Cyrillic); `boxColor`, `strokeColor` and `shadow` keep it readable on any background. The picture keeps its \
size. An animated picture stays animated; an animated overlay shows its first frame.";

/// Room to the edges in parts of the shorter side, when none is said.
const MARGIN: f64 = 0.02;

/// A picture and what to overlay on it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct OverlayRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Picture to overlay, instead of text.
    #[serde(default)]
    pub overlay: Option<File>,
    /// Text to overlay, at most 2,000 characters, instead of a picture.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 2000))]
    pub text: Option<String>,
    /// Where the overlay is placed.
    #[serde(default, alias = "gravity")]
    pub position: Place,
    /// Horizontal offset in pixels: positive moves to the right, negative to the left.
    #[serde(default)]
    #[garde(range(min = -65535, max = 65535))]
    pub x: i32,
    /// Vertical offset in pixels: positive moves down, negative up.
    #[serde(default)]
    #[garde(range(min = -65535, max = 65535))]
    pub y: i32,
    /// Distance from the edges of the picture in pixels. By default 2 percent of the shorter side, less where there is no room
    /// for it, and 0 with `x`, `y` or `tile`.
    #[serde(default)]
    #[garde(range(max = 4096))]
    pub margin: Option<u32>,
    /// Width of the overlay in percent of the picture's, 0.1 to 400. By default an overlay keeps its own size, or is scaled down
    /// to fit inside the picture, and text has the size of `size`.
    #[serde(default)]
    #[garde(range(min = 0.1, max = 400.0))]
    pub scale: Option<f64>,
    /// Opacity in percent, 0 to 100; 100 by default.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 100.0))]
    pub opacity: Option<f64>,
    /// Rotation in degrees clockwise, -360 to 360; negative is counterclockwise.
    #[serde(default)]
    #[garde(range(min = -360.0, max = 360.0))]
    pub angle: f64,
    /// Tiles the overlay across the picture.
    #[serde(default)]
    pub tile: bool,
    /// Gap between tiles in pixels.
    #[serde(default)]
    #[garde(range(max = 4096))]
    pub gap: u32,
    /// Blend mode.
    #[serde(default)]
    pub blend: Blend,
    /// Font size in pixels, 4 to 2000; by default a twentieth of the picture's width, or less, down to 6, so that the text fits.
    #[serde(default)]
    #[garde(range(min = 4.0, max = 2000.0))]
    pub size: Option<f64>,
    /// Text color; white by default.
    #[serde(default)]
    pub color: Option<Color>,
    /// Bold text.
    #[serde(default)]
    pub bold: bool,
    /// Alignment of the lines of text.
    #[serde(default)]
    pub align: Align,
    /// Maximum line width in percent of the picture's width, 1 to 100; 90 by default. No effect with `scale`.
    #[serde(default)]
    #[garde(range(min = 1.0, max = 100.0))]
    pub max_width: Option<f64>,
    /// Line height as a multiple of the font size, 0.5 to 5; 1.2 by default.
    #[serde(default)]
    #[garde(range(min = 0.5, max = 5.0))]
    pub line_height: Option<f64>,
    /// Color of a box behind the text, such as `rgba(0,0,0,0.6)`; no box by default.
    #[serde(default)]
    pub box_color: Option<Color>,
    /// Padding of the box in pixels; a third of the font size by default. Only with `boxColor`.
    #[serde(default)]
    #[garde(range(max = 1000))]
    pub padding: Option<u32>,
    /// Color of an outline around the letters; no outline by default.
    #[serde(default)]
    pub stroke_color: Option<Color>,
    /// Width of the outline in pixels, 0.1 to 200; a twelfth of the font size by default. Only with `strokeColor`.
    #[serde(default)]
    #[garde(range(min = 0.1, max = 200.0))]
    pub stroke_width: Option<f64>,
    /// Drop shadow behind the letters.
    #[serde(default)]
    pub shadow: bool,
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

/// Where an overlay is placed on a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The center.
    #[default]
    #[serde(alias = "centre", alias = "middle")]
    Center,
    /// The upper edge.
    #[serde(alias = "north")]
    Top,
    /// The upper right corner.
    #[serde(alias = "right-top", alias = "north-east")]
    TopRight,
    /// The right edge.
    #[serde(alias = "east")]
    Right,
    /// The lower right corner.
    #[serde(alias = "right-bottom", alias = "south-east")]
    BottomRight,
    /// The lower edge.
    #[serde(alias = "south")]
    Bottom,
    /// The lower left corner.
    #[serde(alias = "left-bottom", alias = "south-west")]
    BottomLeft,
    /// The left edge.
    #[serde(alias = "west")]
    Left,
    /// The upper left corner.
    #[serde(alias = "left-top", alias = "north-west")]
    TopLeft,
}

impl From<Place> for Position {
    fn from(place: Place) -> Self {
        match place {
            Place::Center => Self::Center,
            Place::Top => Self::Top,
            Place::TopRight => Self::TopRight,
            Place::Right => Self::Right,
            Place::BottomRight => Self::BottomRight,
            Place::Bottom => Self::Bottom,
            Place::BottomLeft => Self::BottomLeft,
            Place::Left => Self::Left,
            Place::TopLeft => Self::TopLeft,
        }
    }
}

/// Blend mode (W3C Compositing and Blending Level 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Blend {
    /// Normal: the overlay covers.
    #[default]
    Over,
    /// Multiply: darkens; white disappears.
    Multiply,
    /// Screen: lightens; black disappears.
    Screen,
}

/// Text alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// Left-aligned.
    Left,
    /// Centered.
    #[default]
    Center,
    /// Right-aligned.
    Right,
}

/// A request that works.
#[must_use]
pub fn example() -> OverlayRequest {
    OverlayRequest {
        image: input::example(),
        overlay: None,
        text: Some("Hello".to_owned()),
        position: Place::BottomRight,
        x: 0,
        y: 0,
        margin: Some(2),
        scale: None,
        opacity: None,
        angle: 0.0,
        tile: false,
        gap: 0,
        blend: Blend::Over,
        size: Some(14.0),
        color: Some(Color::WHITE),
        bold: true,
        align: Align::Center,
        max_width: None,
        line_height: None,
        box_color: None,
        padding: None,
        stroke_color: None,
        stroke_width: None,
        shadow: true,
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
    output::makes_picture(op, |request: &OverlayRequest| {
        input::Load::of(&request.image).and(request.overlay.as_ref()).format(request.format)
    })
    .summary("Add a watermark, picture or text to a picture")
    .description(DESCRIPTION)
    .example(example)
}

/// Overlays a picture or text on a picture.
///
/// # Errors
/// When neither or both of `overlay` and `text` are sent, or a picture cannot be read or would be too large.
pub fn overlay(request: OverlayRequest, call: &Call) -> Result<WithFile<PictureFacts>, Error> {
    let source = input::head("image", &request.image)?;
    let base = source.upright();
    Limits::DEFAULT.admit_output(base.0, base.1).map_err(of_field("image"))?;
    let layer = match (&request.overlay, &request.text) {
        (Some(file), None) => picture_layer(file, &request, base, call)?,
        (None, Some(text)) => text::layer(text, &request, base, call)?,
        (None, None) => return Err(conflict("overlay", "is missing: send a picture as overlay, or text")),
        (Some(_), Some(_)) => return Err(conflict("text", "cannot be combined with overlay: send one or the other")),
    };
    warn_fields(&request, call);
    still_wanted(call)?;
    let size = turned_size((layer.width as u32, layer.height as u32), request.angle);
    Limits::DEFAULT.admit_output(size.0, size.1).map_err(of_field("angle"))?;
    let mut layer = turned(layer, request.angle, Color::TRANSPARENT).colored().transparent();
    blend::fade(&mut layer, request.opacity.unwrap_or(100.0) / 100.0);
    let place = place(&request, base, (layer.width, layer.height));
    let shows = if request.tile {
        blend::shows(&layer, (0, 0), (layer.width, layer.height))
    } else {
        blend::shows(&layer, place, (base.0 as usize, base.1 as usize))
    };
    if !shows {
        let field = if request.overlay.is_some() { "overlay" } else { "text" };
        let message = format!(
            "nothing of it is visible: it lies outside the picture of {} x {} pixels, or is transparent there",
            base.0, base.1
        );
        call.warn("nothing-visible", Some(field), message);
    }
    let frames = Output::frames(request.format, &source, call);
    let picture = input::picture("image", &request.image, None, frames, call)?;
    let picture = each(picture, |raster| {
        still_wanted(call)?;
        let mut raster = raster.colored();
        if request.tile {
            let step = (layer.width as i64 + i64::from(request.gap), layer.height as i64 + i64::from(request.gap));
            for top in repeated(place.1, step.1, raster.height) {
                still_wanted(call)?;
                for left in repeated(place.0, step.0, raster.width) {
                    blend::put(&mut raster, &layer, (left, top), request.blend);
                }
            }
        } else {
            blend::put(&mut raster, &layer, place, request.blend);
        }
        Ok::<_, Error>(raster)
    })?;
    let output = Output {
        format: request.format,
        quality: request.quality,
        lossless: request.lossless,
        progressive: request.progressive,
        background: request.background,
        ..Output::default()
    };
    output.answer(&picture, &request.image, call)
}

/// The picture that is put upon the other, in its size.
fn picture_layer(file: &File, request: &OverlayRequest, base: (u32, u32), call: &Call) -> Result<Raster, Error> {
    let own = input::head("overlay", file)?.upright();
    let size = match request.scale {
        None if own.0 <= base.0 && own.1 <= base.1 => own,
        None => {
            let fits = (f64::from(base.0) / f64::from(own.0)).min(f64::from(base.1) / f64::from(own.1));
            let side = |length: u32, most: u32| ((f64::from(length) * fits).round() as u32).clamp(1, most);
            let size = (side(own.0, base.0), side(own.1, base.1));
            let message = format!(
                "the overlay of {} x {} pixels is larger than the picture: it was scaled down to {} x {}; send scale to set its width",
                own.0, own.1, size.0, size.1
            );
            call.warn("shrunk-to-fit", Some("overlay"), message);
            size
        }
        Some(scale) => {
            let width = (f64::from(base.0) * scale / 100.0).round().max(1.0);
            let height = (width * f64::from(own.1) / f64::from(own.0)).round().max(1.0);
            (width as u32, height as u32)
        }
    };
    Limits::DEFAULT.admit_output(size.0, size.1).map_err(of_field("scale"))?;
    let picture = input::picture("overlay", file, Some(size), Frames::One(0), call)?;
    let picture =
        resample(&picture, None, size, Kernel::Lanczos3, &|| call.cancelled()).map_err(of_field("overlay"))?;
    Ok(Raster::of(picture.into_raster()))
}

/// Says which fields do nothing, and which look like fractions.
fn warn_fields(request: &OverlayRequest, call: &Call) {
    warn_percent("opacity", request.opacity, call);
    warn_percent("scale", request.scale, call);
    for (field, given, color, missing) in [
        ("padding", request.padding.is_some(), "boxColor", request.box_color.is_none()),
        ("strokeWidth", request.stroke_width.is_some(), "strokeColor", request.stroke_color.is_none()),
    ] {
        if request.text.is_some() && given && missing {
            call.warn(
                "no-effect",
                Some(field),
                format!("{field} has no effect without {color}: send a color as {color}"),
            );
        }
    }
}

/// The left and upper edge of what is put upon a picture; outside too.
fn place(request: &OverlayRequest, (width, height): (u32, u32), layer: (usize, usize)) -> (i64, i64) {
    let (across, down) = Position::from(request.position).fractions();
    let placed = request.tile || (request.x, request.y) != (0, 0);
    let usual = if placed { 0 } else { (f64::from(width.min(height)) * MARGIN).round() as i64 };
    let along = |fraction: f64, room: u32, used: usize| {
        let free = i64::from(room) - used as i64;
        let margin = request.margin.map_or(usual.min(free / 2).max(0), i64::from);
        margin + ((free - 2 * margin) as f64 * fraction).round() as i64
    };
    (along(across, width, layer.0) + i64::from(request.x), along(down, height, layer.1) + i64::from(request.y))
}

/// The places of a row of repetitions of which one is given.
fn repeated(place: i64, step: i64, room: usize) -> impl Iterator<Item = i64> {
    let first = place.rem_euclid(step) - step;
    (0..).map(move |index| first + index * step).take_while(move |start| *start < room as i64)
}
