//! What a picture is, from its head alone.

use chassis::{Call, File, Operation};
use garde::Validate;
use pictures::{Colors, Exif, Format, Metadata, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::input;

/// What the document says.
const DESCRIPTION: &str = "\
Format, size, colors, frames and the most wanted metadata of a picture. Only its head is read, no pixel is decoded: it is quick for \
pictures of any size, also for those too large for the other operations. Where it was taken is told only with `gps`.";

/// A picture to look at.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct InfoRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Whether to tell where it was taken.
    #[serde(default)]
    pub gps: bool,
}

/// What a picture is.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InfoResponse {
    /// Its format, by its first bytes: name and media type are often wrong.
    pub format: SourceFormat,
    /// The media type of that format.
    pub media_type: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// Width in pixels when it is upright.
    pub width: u32,
    /// Height in pixels when it is upright.
    pub height: u32,
    /// Width in pixels as it is stored.
    pub stored_width: u32,
    /// Height in pixels as it is stored.
    pub stored_height: u32,
    /// How it is to be turned, as in EXIF: 1 is upright, 6 a quarter to the right.
    pub orientation: u8,
    /// Whether it has transparency.
    pub has_alpha: bool,
    /// Bits of a sample: 8 mostly.
    pub bit_depth: u8,
    /// What its samples stand for; the colors it shows are found by `/colors`.
    pub color_model: ColorKind,
    /// Frames of an animation; 1 for a still picture.
    pub frames: u32,
    /// Whether it moves.
    pub animated: bool,
    /// How long it moves once, in milliseconds; only for animations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// How often it runs; 0 is for ever; only for animations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loops: Option<u16>,
    /// Pages of a TIFF, pictures of an icon; else 1.
    pub pages: u32,
    /// The name of its color profile, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Dots per inch across, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpi: Option<f64>,
    /// How it was taken, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<Camera>,
    /// Whether it says where it was taken.
    pub has_gps: bool,
    /// Where it was taken, if that was asked for and is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gps: Option<Gps>,
}

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it all")]
pub enum SourceFormat {
    Jpeg,
    Png,
    Webp,
    Gif,
    Avif,
    Tiff,
    Bmp,
    Ico,
    Pnm,
    Svg,
}

/// What samples stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColorKind {
    /// Brightness alone.
    #[serde(rename = "grey")]
    Gray,
    /// Red, green and blue, or a palette of them.
    Rgb,
    /// Inks, for print.
    Cmyk,
}

/// How a picture was taken, as EXIF says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Camera {
    /// Who made the camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// Which camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Which lens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens: Option<String>,
    /// When, by the camera's clock: `2024-05-01 12:30:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
    /// Time the shutter was open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure_time: Option<String>,
    /// Aperture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aperture: Option<String>,
    /// Sensitivity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iso: Option<String>,
    /// Focal length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_length: Option<String>,
    /// The program that wrote the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
}

/// A place on Earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gps {
    /// Degrees north; negative in the south.
    pub latitude: f64,
    /// Degrees east; negative in the west.
    pub longitude: f64,
    /// Meters above the sea.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub altitude: Option<f64>,
}

impl From<Format> for SourceFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Jpeg => Self::Jpeg,
            Format::Png => Self::Png,
            Format::Webp => Self::Webp,
            Format::Gif => Self::Gif,
            Format::Avif => Self::Avif,
            Format::Tiff => Self::Tiff,
            Format::Bmp => Self::Bmp,
            Format::Ico => Self::Ico,
            Format::Pnm => Self::Pnm,
            Format::Svg => Self::Svg,
        }
    }
}

/// A request that works.
#[must_use]
pub fn example() -> InfoRequest {
    InfoRequest { image: input::example(), gps: false }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::reads_picture(op)
        .summary("Get the format, size and main metadata of a picture")
        .description(DESCRIPTION)
        .example(example())
}

/// Says what a picture is.
///
/// # Errors
/// When it is no picture, or its head is damaged.
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

/// Where a picture was taken.
pub(crate) fn gps(exif: &Exif) -> Option<Gps> {
    let at = exif.location()?;
    Some(Gps { latitude: at.latitude, longitude: at.longitude, altitude: at.altitude })
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
