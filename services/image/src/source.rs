//! What is said of a file that was sent: its format, and its GPS location.

use pictures::{Exif, Format};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An input format.
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

/// A GPS location (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gps {
    /// Latitude in degrees; negative in the south.
    pub latitude: f64,
    /// Longitude in degrees; negative in the west.
    pub longitude: f64,
    /// Altitude in meters above sea level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub altitude: Option<f64>,
}

/// The GPS location of a picture.
pub(crate) fn gps(exif: &Exif) -> Option<Gps> {
    let at = exif.location()?;
    Some(Gps { latitude: at.latitude, longitude: at.longitude, altitude: at.altitude })
}
