//! Resize a picture.

use chassis::{Call, File, Operation, WithFile};
use garde::Validate;
use pictures::{Format, Limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::canvas::on_canvas;
use crate::color::Color;
use crate::error::{Error, conflict, of_field};
use crate::geometry::{Fit, POSITION_NEEDS, Plan, Position};
use crate::input;
use crate::output::{self, Output, OutputFormat, PictureFacts};

/// What the document says.
const DESCRIPTION: &str = "\
Resizes a picture. With one side given, the other keeps the aspect ratio. With both, `fit` says what happens to a picture of \
another aspect ratio; as in CSS, `cover` fills the box and crops what overflows. The picture is turned upright as its EXIF data \
says, converted to sRGB, and loses its metadata. A smaller picture is not enlarged unless `enlarge` is true: it keeps its size (with \
`cover`, cropped to the aspect ratio of the box), and the warning `not-enlarged` says which. An SVG is drawn at any size.";

/// A picture and its new size.
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
    /// How the picture is fitted into the box.
    #[serde(default)]
    pub fit: Fit,
    /// Which part is kept when the picture is cropped, or where it is placed in a larger box.
    #[serde(default, alias = "gravity")]
    pub position: Position,
    /// Whether a smaller picture is enlarged; an SVG always is.
    #[serde(default)]
    pub enlarge: bool,
    /// Resampling filter.
    #[serde(default)]
    pub kernel: Kernel,
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

/// Resampling filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kernel {
    /// Nearest neighbor: for pixel art and codes.
    Nearest,
    /// Bilinear.
    Linear,
    /// Bicubic (Catmull-Rom).
    Cubic,
    /// Mitchell-Netravali.
    Mitchell,
    /// Lanczos with a radius of 3: the sharpest.
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
    output::makes_picture(op, |request: &ResizeRequest| {
        input::Load::of(&request.image).makes(request.width, request.height).format(request.format)
    })
    .summary("Resize a picture")
    .description(DESCRIPTION)
    .example(example)
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
        let message = format!("the picture is too small: it became {sizes}; send enlarge=true to enlarge it");
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
