//! Places on the Earth, as the ellipsoid of WGS 84.

pub mod bounds;
pub mod distance;
pub mod geohash;
pub mod polygon;

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place on the Earth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Latitude in degrees, north positive, -90 to 90.
    #[serde(alias = "lat")]
    #[garde(range(min = -90.0, max = 90.0))]
    pub latitude: f64,
    /// Longitude in degrees, east positive, -360 to 360.
    #[serde(alias = "lon", alias = "lng")]
    #[garde(range(min = -360.0, max = 360.0))]
    pub longitude: f64,
}

/// A place on the Earth in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// Latitude in degrees, north positive, -90 to 90.
    pub latitude: f64,
    /// Longitude in degrees, east positive, -180 to 180.
    pub longitude: f64,
}

/// A longitude from -180 up to 180.
fn turned(longitude: f64) -> f64 {
    let turned = (longitude + 180.0).rem_euclid(360.0) - 180.0;
    if turned == -180.0 && longitude > 0.0 { 180.0 } else { turned }
}

/// Unit of length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LengthUnit {
    /// Meters.
    #[serde(alias = "m")]
    Meters,
    /// Kilometers of 1000 m.
    #[default]
    #[serde(alias = "km")]
    Kilometers,
    /// Statute miles of 1609.344 m.
    #[serde(alias = "mi")]
    Miles,
    /// Nautical miles of 1852 m.
    #[serde(alias = "nm", alias = "nmi")]
    NauticalMiles,
    /// Feet of 0.3048 m.
    #[serde(alias = "ft")]
    Feet,
}

impl LengthUnit {
    /// Meters of one.
    const fn meters(self) -> f64 {
        match self {
            Self::Meters => 1.0,
            Self::Kilometers => 1000.0,
            Self::Miles => 1609.344,
            Self::NauticalMiles => 1852.0,
            Self::Feet => 0.3048,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Meters => "m",
            Self::Kilometers => "km",
            Self::Miles => "miles",
            Self::NauticalMiles => "nautical miles",
            Self::Feet => "feet",
        }
    }
}
