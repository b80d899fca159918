//! Boxes of latitude and longitude around places.

use chassis::{Call, Operation};
use garde::Validate;
use geographiclib_rs::{DirectGeodesic, Geodesic};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LengthUnit, Place, Point, turned};
use crate::Error;

const DESCRIPTION: &str = "\
The smallest bounding box that encloses all places, also across the antimeridian (date line); with `radius`, \
everything within that distance of each of them, as a filter for a proximity search. `west` is larger than `east` \
when the box crosses the antimeridian.";

/// Places and a radius around them.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct GeoBoundsRequest {
    /// Places to enclose.
    #[serde(alias = "points")]
    #[garde(length(min = 1, max = 10_000), dive)]
    pub places: Vec<Place>,
    /// Radius around each place to enclose, in `unit`.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1e8))]
    pub radius: f64,
    /// Unit of lengths.
    #[serde(default)]
    pub unit: LengthUnit,
}

/// Bounding box of places.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GeoBoundsResponse {
    /// Southern edge of the box, a latitude in degrees.
    pub south: f64,
    /// Western edge of the box, a longitude in degrees.
    pub west: f64,
    /// Northern edge of the box, a latitude in degrees.
    pub north: f64,
    /// Eastern edge of the box, a longitude in degrees.
    pub east: f64,
    /// Whether the box crosses the antimeridian (date line); `west` is then larger than `east`.
    pub crosses_date_line: bool,
    /// Center of the box.
    pub center: Point,
}

fn example() -> GeoBoundsRequest {
    GeoBoundsRequest {
        places: vec![Place { latitude: 47.3769, longitude: 8.5417 }],
        radius: 10.0,
        unit: LengthUnit::Kilometers,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute the bounding box of places").description(DESCRIPTION).example(example).inline(1024)
}

/// Finds the box.
///
/// # Errors
/// Never so far.
pub fn bounds(request: GeoBoundsRequest, _: &Call) -> Result<GeoBoundsResponse, Error> {
    let earth = Geodesic::wgs84();
    let radius = request.radius * request.unit.meters();
    let (mut south, mut north) = (90.0_f64, -90.0_f64);
    // Each place's own piece of the circle of longitudes: where it begins, and how wide it is.
    let mut pieces: Vec<(f64, f64)> = Vec::with_capacity(request.places.len());
    for place in &request.places {
        let to = |bearing: f64| -> f64 {
            if radius == 0.0 {
                return place.latitude;
            }
            let (latitude, _): (f64, f64) = earth.direct(place.latitude, place.longitude, bearing, radius);
            latitude
        };
        // A way of a quarter of a meridian and a little reaches a pole from anywhere near it.
        let reach = |bearing: f64, pole: f64| {
            let quarter = 10_001_965.729_312_72;
            let left = (pole - place.latitude).abs() / 90.0 * quarter;
            if radius >= left * 0.99 && radius >= left - 100_000.0 && to_pole(&earth, *place, pole) <= radius {
                pole
            } else {
                to(bearing)
            }
        };
        let (low, high) = (reach(180.0, -90.0), reach(0.0, 90.0));
        south = south.min(low);
        north = north.max(high);
        let half = if low <= -90.0 || high >= 90.0 { 180.0 } else { half_width(&earth, *place, radius) };
        pieces.push((turned(place.longitude - half), (2.0 * half).min(360.0)));
    }
    let (west, width) = cover(pieces);
    let east = if width >= 360.0 { 180.0 } else { turned(west + width) };
    let west = if width >= 360.0 { -180.0 } else { west };
    Ok(GeoBoundsResponse {
        south,
        west,
        north,
        east,
        crosses_date_line: west > east,
        center: Point { latitude: f64::midpoint(south, north), longitude: turned(west + width.min(360.0) / 2.0) },
    })
}

fn to_pole(earth: &Geodesic, place: Place, pole: f64) -> f64 {
    use geographiclib_rs::InverseGeodesic;
    let distance: f64 = earth.inverse(place.latitude, place.longitude, pole, place.longitude);
    distance
}

/// How far in degrees the circle around a place reaches to the east: the best bearing is found by thirds.
fn half_width(earth: &Geodesic, place: Place, radius: f64) -> f64 {
    let east = |bearing: f64| -> f64 {
        let (_, longitude): (f64, f64) = earth.direct(place.latitude, place.longitude, bearing, radius);
        let difference = turned(longitude - place.longitude);
        // Beyond 180 degrees it is around the Earth; a little below 0 it is rounding.
        if difference < -1e-9 { difference + 360.0 } else { difference.max(0.0) }
    };
    if radius == 0.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 180.0);
    for _ in 0..80 {
        let third = (high - low) / 3.0;
        if east(low + third) < east(high - third) { low += third } else { high -= third }
    }
    east(f64::midpoint(low, high)).min(180.0)
}

/// The smallest piece of the circle that holds all pieces: the circle without its widest gap.
fn cover(mut pieces: Vec<(f64, f64)>) -> (f64, f64) {
    pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
    if pieces.iter().any(|(_, width)| *width >= 360.0) {
        return (-180.0, 360.0);
    }
    let first = pieces[0].0;
    // How far all pieces up to one reach; those that pass the date line reach around to the start.
    let mut reach = pieces.iter().map(|(start, width)| start + width - 360.0).fold(f64::NEG_INFINITY, f64::max);
    let (mut gap, mut after) = (f64::NEG_INFINITY, first);
    for (start, width) in &pieces {
        if start - reach > gap {
            (gap, after) = (start - reach, *start);
        }
        reach = reach.max(start + width);
    }
    if gap <= 0.0 { (-180.0, 360.0) } else { (after, 360.0 - gap) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(places: &[(f64, f64)], radius: f64) -> GeoBoundsResponse {
        let places = places.iter().map(|(latitude, longitude)| Place { latitude: *latitude, longitude: *longitude });
        bounds(GeoBoundsRequest { places: places.collect(), radius, unit: LengthUnit::Kilometers }, &Call::detached())
            .unwrap()
    }

    #[test]
    fn boxes_cross_the_date_line_when_that_is_shorter() {
        let found = of(&[(-18.0, 178.0), (-14.0, -172.0), (-16.0, 179.5)], 0.0);
        assert_eq!((found.west, found.east, found.crosses_date_line), (178.0, -172.0, true));
        assert_eq!((found.south, found.north), (-18.0, -14.0));
        let found = of(&[(40.0, -74.0), (51.0, 0.0)], 0.0);
        assert_eq!((found.west, found.east, found.crosses_date_line), (-74.0, 0.0, false));
        let one = of(&[(5.0, 6.0)], 0.0);
        assert_eq!((one.west, one.east, one.center.longitude), (6.0, 6.0, 6.0));
    }

    #[test]
    fn the_box_of_a_circle_holds_it() {
        let earth = Geodesic::wgs84();
        for latitude in [0.0, 47.0, -60.0, 85.0] {
            let found = of(&[(latitude, 10.0)], 100.0);
            for bearing in 0..360 {
                let (lat, lon): (f64, f64) = earth.direct(latitude, 10.0, f64::from(bearing), 100_000.0);
                assert!(lat >= found.south - 1e-9 && lat <= found.north + 1e-9, "{latitude} {bearing}");
                assert!(lon >= found.west - 1e-7 && lon <= found.east + 1e-7, "{latitude} {bearing} {lon} {found:?}");
            }
        }
        // With a pole in it, all longitudes.
        let pole = of(&[(89.9, 10.0)], 100.0);
        assert_eq!((pole.north, pole.west, pole.east), (90.0, -180.0, 180.0));
    }
}
