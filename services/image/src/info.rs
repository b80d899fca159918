//! Format, size and main metadata of a picture, from its head alone.

use chassis::{Call, File, Operation};
use garde::Validate;
use pictures::{Colors, Exif, Metadata, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::input;
use crate::source::{Gps, SourceFormat, gps};

/// What the document says.
const DESCRIPTION: &str = "\
Format, size, color model, frames and main metadata of a picture. Only the head is read and no pixel is decoded, so it is fast for \
pictures of any size, even those too large for the other operations. Width and height are those of the upright picture, after its \
EXIF orientation is applied. The GPS location is included only with `gps`.";

/// A picture to inspect.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct InfoRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Whether to include the GPS location.
    #[serde(default)]
    pub gps: bool,
}

/// Facts about a picture.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InfoResponse {
    /// Format of the file, detected by its signature.
    pub format: SourceFormat,
    /// Media type of the format.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: usize,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Width in pixels as stored, before the EXIF orientation is applied.
    pub stored_width: u32,
    /// Height in pixels as stored, before the EXIF orientation is applied.
    pub stored_height: u32,
    /// EXIF orientation, 1 to 8: 1 is upright, 6 needs a quarter turn clockwise.
    pub orientation: u8,
    /// Whether it has an alpha channel or a transparent color.
    pub has_alpha: bool,
    /// Bits per sample, usually 8.
    pub bit_depth: u8,
    /// Color model.
    pub color_model: ColorKind,
    /// Number of frames; 1 for a still picture.
    pub frames: u32,
    /// Whether it is animated.
    pub animated: bool,
    /// Duration of one loop in milliseconds; animations only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Number of loops, 0 for endless; animations only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loops: Option<u16>,
    /// Number of pages of a TIFF or pictures of an ICO; 1 for other formats.
    pub pages: u32,
    /// Name of the embedded ICC profile, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Horizontal resolution in dots per inch, if stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpi: Option<f64>,
    /// Camera data from EXIF, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<Camera>,
    /// Whether it has a GPS location.
    pub has_gps: bool,
    /// GPS location, if requested and known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gps: Option<Gps>,
}

/// A color model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColorKind {
    /// Grayscale.
    #[serde(rename = "grey")]
    Gray,
    /// Red, green and blue, or a palette of them.
    Rgb,
    /// Cyan, magenta, yellow and black, for print.
    Cmyk,
}

/// Camera data from EXIF.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Camera {
    /// Camera make.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// Camera model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Lens model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens: Option<String>,
    /// When the picture was taken, by the camera's clock: `2024-05-01 12:30:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
    /// Exposure time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure_time: Option<String>,
    /// Aperture (f-number).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aperture: Option<String>,
    /// ISO sensitivity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iso: Option<String>,
    /// Focal length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_length: Option<String>,
    /// Software that wrote the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
}

/// A request that works.
#[must_use]
pub fn example() -> InfoRequest {
    InfoRequest { image: input::example(), gps: false }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::reads_picture(op, |request: &InfoRequest| input::Load::of(&request.image))
        .summary("Get the format, size and main metadata of a picture")
        .description(DESCRIPTION)
        .example(example)
}

/// Reads the facts of a picture from its head.
///
/// # Errors
/// When it is not a picture, or its head is damaged.
pub fn info(request: InfoRequest, _: &Call) -> Result<InfoResponse, Error> {
    let bytes = request.image.bytes();
    let head = input::head("image", &request.image)?;
    let metadata = Metadata::of(bytes, &head);
    let exif = metadata.exif();
    let tags = exif.as_ref().map(Exif::tags).unwrap_or_default();
    let (width, height) = head.upright();
    Ok(InfoResponse {
        format: head.format.into(),
        media_type: head.format.media_type().to_owned(),
        bytes: bytes.len(),
        width,
        height,
        stored_width: head.stored.0,
        stored_height: head.stored.1,
        orientation: head.orientation.to_exif(),
        has_alpha: head.alpha,
        bit_depth: head.depth,
        color_model: match head.colors {
            Colors::Gray => ColorKind::Gray,
            Colors::Rgb => ColorKind::Rgb,
            Colors::Cmyk => ColorKind::Cmyk,
        },
        frames: head.animation.map_or(1, |animation| animation.frames),
        animated: head.animation.is_some(),
        duration_ms: head.animation.map(|animation| u64::try_from(animation.duration.as_millis()).unwrap_or(u64::MAX)),
        loops: head.animation.map(|animation| animation.loops),
        pages: head.pages,
        profile: head.profile.as_deref().and_then(pictures::profile_name),
        dpi: metadata.dpi.map(|[across, _]| across),
        camera: Some(camera(&tags)).filter(|camera| *camera != Camera::default()),
        has_gps: tags.iter().any(|tag| tag.gps) || metadata.has_xmp_gps(),
        gps: exif.as_ref().filter(|_| request.gps).and_then(gps),
    })
}

fn camera(tags: &[Tag]) -> Camera {
    let tag = |name: &str| tags.iter().find(|tag| tag.name == name).map(|tag| tag.value.clone());
    Camera {
        make: tag("Make"),
        model: tag("Model"),
        lens: tag("LensModel"),
        taken_at: tag("DateTimeOriginal").or_else(|| tag("DateTime")),
        exposure_time: tag("ExposureTime"),
        aperture: tag("FNumber"),
        iso: tag("PhotographicSensitivity"),
        focal_length: tag("FocalLength"),
        software: tag("Software"),
    }
}
