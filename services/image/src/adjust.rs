//! Adjust a picture: tone, color, blur, sharpness, border, corners.
//!
//! Every step works on eight bits a sample, in one fixed order, so that the same request gives the same picture. What a pixel
//! decides alone is one pass, whatever it is made of.
//!
//! | file | job |
//! | --- | --- |
//! | `tone.rs` | what a pixel decides alone: tone, color, opacity |
//! | `blur.rs` | blur and unsharp masking |
//! | `pixelate.rs` | pixelation |
//! | `frame.rs` | border, circle, rounded corners |

mod blur;
mod frame;
mod pixelate;
mod tone;

use chassis::{Call, File, Operation, WithFile};
use garde::Validate;
use pictures::{Format, Frame, Frames, Limits, Pixels};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::error::{Error, conflict, of_field, still_wanted, warn_percent};
use crate::input;
use crate::output::{self, Output, OutputFormat, PictureFacts};
use crate::raster::{Raster, each};

/// What the document says.
const DESCRIPTION: &str = "\
Adjusts a picture. Whatever is sent is applied in this order: normalize, gamma, brightness, contrast, saturation, hue, grayscale, \
sepia, tint, invert, threshold, blur, sharpen, pixelate, circle, border, radius, opacity. For brightness, contrast and saturation 0 \
changes nothing, -100 removes all of it and 100 doubles it; these, hue, grayscale, sepia and invert are CSS filter functions. `areas` \
limits blur and pixelate to parts such as faces or license plates: pixelate what must stay secret, with blocks larger than the \
letters. Animated pictures stay animated. A JPEG that becomes transparent is answered as PNG, unless `format` or `background` is sent.";

/// How often areas may cover the picture: each is work of its own.
const OVERLAP: u64 = 4;

/// A picture and its adjustments.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct AdjustRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Stretches the contrast from black to white, ignoring the darkest and the lightest 1 percent of the pixels.
    #[serde(default)]
    pub normalize: bool,
    /// Gamma correction, 0.1 to 10: above 1 lightens the midtones, below 1 darkens them; black and white stay.
    #[serde(default)]
    #[garde(range(min = 0.1, max = 10.0))]
    pub gamma: Option<f64>,
    /// Brightness, -100 (black) to 100 (twice as bright).
    #[serde(default)]
    #[garde(range(min = -100.0, max = 100.0))]
    pub brightness: f64,
    /// Contrast, -100 (flat gray) to 100 (twice the contrast).
    #[serde(default)]
    #[garde(range(min = -100.0, max = 100.0))]
    pub contrast: f64,
    /// Saturation, -100 (no color) to 100 (twice as saturated).
    #[serde(default)]
    #[garde(range(min = -100.0, max = 100.0))]
    pub saturation: f64,
    /// Hue rotation in degrees, -360 to 360.
    #[serde(default)]
    #[garde(range(min = -360.0, max = 360.0))]
    pub hue: f64,
    /// Grayscale (Rec. 709 luma: 0.2126 red, 0.7152 green, 0.0722 blue).
    #[serde(default, alias = "greyscale")]
    pub grayscale: bool,
    /// Sepia tone.
    #[serde(default)]
    pub sepia: bool,
    /// Tints the picture in shades of one color: black stays black, white stays white, midtones take the color.
    #[serde(default)]
    pub tint: Option<Color>,
    /// Inverts the colors, as in a negative.
    #[serde(default)]
    pub invert: bool,
    /// Converts to black and white: white from this brightness on, 0 to 255.
    #[serde(default)]
    pub threshold: Option<u8>,
    /// Gaussian blur: standard deviation in pixels, 0.3 to 100.
    #[serde(default)]
    #[garde(range(min = 0.3, max = 100.0))]
    pub blur: Option<f64>,
    /// Unsharp mask with a radius of one pixel: amount in percent, 0 to 500; 100 is usual.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 500.0))]
    pub sharpen: f64,
    /// Pixelation: block size in pixels, 2 to 1000.
    #[serde(default)]
    #[garde(range(min = 2, max = 1000))]
    pub pixelate: Option<u32>,
    /// Areas that blur and pixelate change, at most 100; the whole picture by default.
    #[serde(default)]
    #[garde(length(max = 100), dive)]
    pub areas: Vec<Area>,
    /// Crops to the largest circle in the center.
    #[serde(default)]
    pub circle: bool,
    /// Border added around the picture: width in pixels, 1 to 1000.
    #[serde(default)]
    #[garde(range(min = 1, max = 1000))]
    pub border: Option<u32>,
    /// Border color; black by default.
    #[serde(default)]
    pub border_color: Option<Color>,
    /// Corner radius in pixels, 1 to 4096; at most half of the shorter side.
    #[serde(default, alias = "cornerRadius", alias = "borderRadius")]
    #[garde(range(min = 1, max = 4096))]
    pub radius: Option<u32>,
    /// Opacity in percent, 0 to 100; 100 by default.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 100.0))]
    pub opacity: Option<f64>,
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

/// An area of the upright picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Area {
    /// Left edge, in pixels from the left of the upright picture.
    #[garde(range(max = 65535))]
    pub x: u32,
    /// Top edge, in pixels from the top of the upright picture.
    #[garde(range(max = 65535))]
    pub y: u32,
    /// Width in pixels.
    #[garde(range(min = 1, max = 65535))]
    pub width: u32,
    /// Height in pixels.
    #[garde(range(min = 1, max = 65535))]
    pub height: u32,
}

/// A request that works.
#[must_use]
pub fn example() -> AdjustRequest {
    AdjustRequest {
        image: input::example(),
        normalize: false,
        gamma: None,
        brightness: 10.0,
        contrast: 0.0,
        saturation: 25.0,
        hue: 0.0,
        grayscale: false,
        sepia: false,
        tint: None,
        invert: false,
        threshold: None,
        blur: None,
        sharpen: 80.0,
        pixelate: None,
        areas: Vec::new(),
        circle: false,
        border: None,
        border_color: None,
        radius: Some(8),
        opacity: None,
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
    output::makes_picture(op, |request: &AdjustRequest| input::Load::of(&request.image).format(request.format))
        .summary("Adjust a picture: color, blur, sharpness, border, corners")
        .description(DESCRIPTION)
        .example(example)
}

/// Adjusts a picture.
///
/// # Errors
/// When an area lies outside, or the picture cannot be read or would be too large.
pub fn adjust(request: AdjustRequest, call: &Call) -> Result<WithFile<PictureFacts>, Error> {
    let source = input::head("image", &request.image)?;
    let size = source.upright();
    if !request.areas.is_empty() && request.blur.is_none() && request.pixelate.is_none() {
        return Err(conflict("areas", "applies only to blur and pixelate: send one of them, or leave areas out"));
    }
    if request.border_color.is_some() && request.border.is_none() {
        return Err(conflict(
            "borderColor",
            "applies only to a border: send its width as border, or leave borderColor out",
        ));
    }
    if let Some(area) = request.areas.iter().find(|area| area.x >= size.0 || area.y >= size.1) {
        let message = format!(
            "has an area at {}, {}, which lies outside: this picture has {} x {} pixels",
            area.x, area.y, size.0, size.1
        );
        return Err(conflict("areas", message));
    }
    let pixels = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    let covered = |area: &Area| pixels((area.width.min(size.0 - area.x), area.height.min(size.1 - area.y)));
    if request.areas.iter().map(covered).sum::<u64>() > OVERLAP * pixels(size) {
        return Err(conflict(
            "areas",
            "cover the picture more than four times over: leave out areas that lie inside others",
        ));
    }
    let frame = frame::Frame::of(&request);
    let (width, height) = frame.size(size);
    Limits::DEFAULT.admit_output(width, height).map_err(of_field("image"))?;
    let frames = Output::frames(request.format, &source, call);
    if let (Frames::All, Some(animation)) = (frames, source.animation) {
        Limits::DEFAULT.admit_frames(animation.frames, (width, height)).map_err(of_field("image"))?;
    }
    for (field, value) in
        [("brightness", request.brightness), ("contrast", request.contrast), ("saturation", request.saturation)]
    {
        if value > 0.0 && value < 2.0 && value.fract() != 0.0 {
            let percent = ((value - 1.0) * 1e4).round() / 100.0;
            let message = format!(
                "{field} is a change in percent, and {value} is next to nothing: send {percent} for {value} times"
            );
            call.warn("percent", Some(field), message);
        }
    }
    warn_percent("sharpen", Some(request.sharpen), call);
    warn_percent("opacity", request.opacity, call);
    let picture = input::picture("image", &request.image, None, frames, call)?;
    let shines = request.opacity.is_some_and(|opacity| opacity < 100.0) || frame.shines();
    let loses = picture.format == Format::Jpeg && shines && request.background.is_none();
    let output = Output {
        format: request.format.or(loses.then_some(OutputFormat::Png)),
        quality: request.quality,
        lossless: request.lossless,
        progressive: request.progressive,
        background: request.background,
        ..Output::default()
    };
    let planes = matches!(picture.frames.as_slice(), [Frame { pixels: Pixels::Planes(_), .. }]);
    if let Some(sigma) = request.blur.filter(|_| planes && blurs_alone(&request)) {
        still_wanted(call)?;
        let picture = picture.map_pixels(|pixels| match pixels {
            Pixels::Planes(planes) => Pixels::Planes(blur::blurred_planes(planes, sigma)),
            other => other,
        });
        return output.answer(&picture, &request.image, call);
    }
    let picture = each(picture, |raster| {
        still_wanted(call)?;
        let mut raster = tone::applied(raster, &request);
        if let Some(sigma) = request.blur {
            still_wanted(call)?;
            raster = within(raster, &request.areas, call, |part| blur::blurred(part, sigma))?;
        }
        if request.sharpen > 0.0 {
            still_wanted(call)?;
            raster = blur::sharpened(raster, request.sharpen / 100.0);
        }
        if let Some(side) = request.pixelate {
            still_wanted(call)?;
            raster = within(raster, &request.areas, call, |part| pixelate::pixelated(part, side as usize))?;
        }
        still_wanted(call)?;
        raster = frame.around(raster);
        if let Some(opacity) = request.opacity.filter(|opacity| *opacity < 100.0) {
            raster = tone::faded(raster, opacity / 100.0);
        }
        Ok::<_, Error>(raster)
    })?;
    output.answer(&picture, &request.image, call)
}

/// Whether blur is all that is done to all of a picture.
fn blurs_alone(request: &AdjustRequest) -> bool {
    let plain = matches!(
        request,
        AdjustRequest {
            normalize: false,
            gamma: None,
            grayscale: false,
            sepia: false,
            tint: None,
            invert: false,
            threshold: None,
            pixelate: None,
            circle: false,
            border: None,
            radius: None,
            opacity: None,
            ..
        }
    );
    let amounts = [request.brightness, request.contrast, request.saturation, request.hue, request.sharpen];
    plain && request.areas.is_empty() && amounts.iter().all(|amount| *amount == 0.0)
}

/// A change of parts of a picture, or of all of it when there are none.
fn within(mut raster: Raster, areas: &[Area], call: &Call, change: impl Fn(Raster) -> Raster) -> Result<Raster, Error> {
    if areas.is_empty() {
        return Ok(change(raster));
    }
    for area in areas {
        still_wanted(call)?;
        let (left, top) = ((area.x as usize).min(raster.width - 1), (area.y as usize).min(raster.height - 1));
        let width = (area.width as usize).min(raster.width - left);
        let height = (area.height as usize).min(raster.height - top);
        let part = change(raster.part(left, top, width, height));
        raster.put(&part, left, top);
    }
    Ok(raster)
}
