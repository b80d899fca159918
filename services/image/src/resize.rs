//! Resize a picture.

use chassis::{Call, File, Operation, WithFile};
use garde::Validate;
use pictures::image::{DynamicImage, Rgba, RgbaImage, imageops};
use pictures::{Format, Limits, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::error::{Error, conflict, of_field};
use crate::geometry::{Fit, POSITION_NEEDS, Plan, Position};
use crate::input;
use crate::output::{self, Output, OutputFormat, PictureFacts};

/// What the document says.
const DESCRIPTION: &str = "\
Another size for a picture. With one side given, the other follows. With both, `fit` says what happens to a picture of another \
shape; as in CSS, `cover` fills the box and cuts off what hangs over. Pictures are turned upright as their EXIF data says, \
their colors become sRGB, and all metadata is left behind. A small picture is not enlarged unless `enlarge` says so: it comes \
as large as it is, a `cover` box in its own shape, and the warning `not-enlarged` says which size. An SVG has any size.";

/// A picture and the size it is to have.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ResizeRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Width in pixels.
    #[serde(default)]
    #[garde(range(min = 1, max = 8192))]
    pub width: Option<u32>,
    /// Height in pixels.
    #[serde(default)]
    #[garde(range(min = 1, max = 8192))]
    pub height: Option<u32>,
    /// What happens to a picture of another shape than the box.
    #[serde(default)]
    pub fit: Fit,
    /// Which part stays with `cover`, or where the picture stands with `contain`.
    #[serde(default, alias = "gravity")]
    pub position: Position,
    /// Whether a small picture is enlarged; an SVG always is.
    #[serde(default)]
    pub enlarge: bool,
    /// How pixels between pixels are found.
    #[serde(default)]
    pub kernel: Kernel,
    /// The format; that of the picture when it is not given. What is not written becomes another: SVG and ICO become PNG;
    /// TIFF, BMP, PNM and an AVIF of more than four megapixels become JPEG, or PNG when they can be seen through.
    #[serde(default)]
    pub format: Option<OutputFormat>,
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
    /// Color around the picture with `contain`, and behind what can be seen through. When it is not given, that stays
    /// transparent, and becomes white in a JPEG.
    #[serde(default)]
    pub background: Option<Color>,
}

/// How pixels between pixels are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kernel {
    /// The nearest pixel: for pixel art and codes.
    Nearest,
    /// Linear.
    Linear,
    /// Catmull-Rom.
    Cubic,
    /// Mitchell-Netravali.
    Mitchell,
    /// Lanczos with three lobes: the sharpest.
    #[default]
    Lanczos3,
}

impl From<Kernel> for pictures::Kernel {
    fn from(kernel: Kernel) -> Self {
        match kernel {
            Kernel::Nearest => Self::Nearest,
            Kernel::Linear => Self::Linear,
            Kernel::Cubic => Self::Cubic,
            Kernel::Mitchell => Self::Mitchell,
            Kernel::Lanczos3 => Self::Lanczos3,
        }
    }
}

/// A request that works.
#[must_use]
pub fn example() -> ResizeRequest {
    ResizeRequest {
        image: input::example(),
        width: Some(32),
        height: None,
        fit: Fit::Cover,
        position: Position::Center,
        enlarge: false,
        kernel: Kernel::Lanczos3,
        format: Some(OutputFormat::Webp),
        quality: None,
        lossless: false,
        progressive: false,
        background: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    output::makes_picture(op).summary("Resize a picture").description(DESCRIPTION).example(example())
}

/// Resizes a picture.
///
/// # Errors
/// When neither side is given, the picture cannot be read, or the result would be too large.
pub fn resize(request: ResizeRequest, call: &Call) -> Result<WithFile<PictureFacts>, Error> {
    if (request.width, request.height) == (None, None) {
        return Err(conflict("width", "is missing: send width, height, or both"));
    }
    let source = input::head("image", &request.image)?;
    // A drawing is as sharp in any size.
    let enlarge = request.enlarge || source.format == Format::Svg;
    let wanted = (request.width, request.height);
    let plan = Plan::fit(source.upright(), wanted, request.fit, request.position, enlarge);
    if let Some(sizes) = plan.too_small(source.upright(), wanted, request.fit) {
        let message = format!("the picture is too small: it became {sizes}; send enlarge=true to have it enlarged");
        call.warn("not-enlarged", Some("enlarge"), message);
    }
    let boxed = wanted.0.is_some() && wanted.1.is_some();
    if request.position != Position::Center && !(boxed && request.fit.uses_position()) {
        call.warn("no-effect", Some("position"), POSITION_NEEDS);
    }
    let (width, height) = plan.result();
    Limits::DEFAULT.admit_output(width, height).map_err(of_field("width"))?;
    let frames = Output::frames(request.format, &source, call);
    // The nearest pixel is one of those that are there.
    let mixed = request.kernel != Kernel::Nearest || source.format == Format::Svg;
    let at_least = mixed.then(|| plan.whole_size());
    let picture = input::picture("image", &request.image, at_least, frames, call)?;
    let plan = plan.placed(&picture, request.position, call)?;
    let picture = pictures::resample(&picture, plan.region, plan.size, request.kernel.into(), &|| call.cancelled())
        .map_err(of_field("image"))?;
    let output = Output {
        format: request.format,
        quality: request.quality,
        lossless: request.lossless,
        progressive: request.progressive,
        background: request.background,
        ..Output::default()
    };
    let picture = match plan.canvas {
        Some(canvas) => on_canvas(picture, canvas, request.position, request.background.unwrap_or(Color::TRANSPARENT))?,
        None => picture,
    };
    output.answer(&picture, &request.image, call)
}

/// A picture in a larger box.
pub(crate) fn on_canvas(
    picture: Picture,
    (width, height): (u32, u32),
    position: Position,
    color: Color,
) -> Result<Picture, Error> {
    let (x, y) = position.fractions();
    picture.map(|raster| {
        let mut canvas = RgbaImage::from_pixel(width, height, Rgba(color.rgba()));
        let left =
            |room: u32, used: u32, fraction: f64| (f64::from(room.saturating_sub(used)) * fraction).round() as i64;
        let at = (left(width, raster.width(), x), left(height, raster.height(), y));
        imageops::overlay(&mut canvas, &raster.to_rgba8(), at.0, at.1);
        let canvas = DynamicImage::ImageRgba8(canvas);
        let opaque = color.alpha == 255 && !raster.color().has_alpha();
        Ok(if opaque { canvas.into_rgb8().into() } else { canvas })
    })
}
