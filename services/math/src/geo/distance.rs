//! Distances and bearings.

use chassis::{Call, Operation};
use garde::Validate;
use geographiclib_rs::{DirectGeodesic, Geodesic, InverseGeodesic};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LengthUnit, Place, Point, turned};
use crate::error::{Error, conflict, still_wanted};
use crate::statistics::describe::short;

const DESCRIPTION: &str = "\
The geodesic distance between two places on the ellipsoid of the Earth, accurate to 15 nanometers (Karney, 2013), \
also between nearly antipodal places; or along a route of several; with bearings in degrees clockwise from north. \
With `bearing` and `distance` instead of a second place, the destination.";

/// Places of a route, or a place with a bearing and a distance.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct GeoDistanceRequest {
    /// Places in order: two, or more along a route; one with `bearing` and `distance`.
    #[serde(default, alias = "points")]
    #[garde(length(max = 10_000), dive)]
    pub places: Vec<Place>,
    /// Place to start from, before those of `places`.
    #[serde(default, alias = "origin", alias = "start")]
    #[garde(dive)]
    pub from: Option<Place>,
    /// Place to end at, after those of `places`.
    #[serde(default, alias = "destination", alias = "end")]
    #[garde(dive)]
    pub to: Option<Place>,
    /// Initial bearing from a single place, in degrees clockwise from north.
    #[serde(default)]
    #[garde(range(min = -360.0, max = 360.0))]
    pub bearing: Option<f64>,
    /// Distance to travel from a single place, in `unit`.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1e9))]
    pub distance: Option<f64>,
    /// Unit of lengths.
    #[serde(default)]
    pub unit: LengthUnit,
}

/// Distances and bearings of a route.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GeoDistanceResponse {
    /// Length of the whole route, in `unit`.
    pub distance: f64,
    /// Unit of lengths.
    pub unit: LengthUnit,
    /// Geodesic distance from the first place to the last, in `unit`.
    pub direct: f64,
    /// Initial bearing of the geodesic from the first place to the last, in degrees clockwise from north, 0 to 360.
    pub bearing: f64,
    /// Final bearing of the geodesic from the first place to the last, in degrees clockwise from north, 0 to 360.
    pub final_bearing: f64,
    /// Midpoint of the geodesic from the first place to the last or to the destination.
    pub midpoint: Point,
    /// Destination: the place reached by `bearing` and `distance`, or else the last place.
    pub destination: Point,
    /// Legs of the route, in order.
    pub rows: Vec<Leg>,
    /// Result in words.
    pub sentence: String,
}

/// One leg of a route.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Leg {
    /// Length of the leg, in `unit`.
    pub distance: f64,
    /// Initial bearing of the leg, in degrees clockwise from north, 0 to 360.
    pub bearing: f64,
    /// Cumulative length of the route up to the end of the leg, in `unit`.
    pub total: f64,
}

fn example() -> GeoDistanceRequest {
    GeoDistanceRequest {
        places: vec![Place { latitude: 47.3769, longitude: 8.5417 }, Place { latitude: 46.2044, longitude: 6.1432 }],
        from: None,
        to: None,
        bearing: None,
        distance: None,
        unit: LengthUnit::Kilometers,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Measure distances and bearings on the Earth").description(DESCRIPTION).example(example).inline(1024)
}

/// A bearing from 0 to 360.
fn compass(bearing: f64) -> f64 {
    let turned = bearing.rem_euclid(360.0);
    // A bearing of just below 0 turns to 360 by rounding.
    if turned >= 360.0 { 0.0 } else { turned }
}

/// Measures a way.
///
/// # Errors
/// When there is neither a second place nor a bearing with a distance.
pub fn distance(request: GeoDistanceRequest, call: &Call) -> Result<GeoDistanceResponse, Error> {
    let earth = Geodesic::wgs84();
    let meters = request.unit.meters();
    let mut places: Vec<Place> = request.from.into_iter().chain(request.places).chain(request.to).collect();
    match (request.bearing, request.distance, places.as_slice()) {
        (None, None, [_, _, ..]) => {}
        (Some(bearing), Some(distance), [start]) => {
            let (latitude, longitude, _): (f64, f64, f64) =
                earth.direct(start.latitude, start.longitude, bearing, distance * meters);
            places.push(Place { latitude, longitude: turned(longitude) });
        }
        (None, None, _) => {
            return Err(conflict("places", "must be at least two (or from and to), or one with bearing and distance"));
        }
        (Some(_), Some(_), _) => return Err(conflict("places", "must be one when bearing and distance are given")),
        (Some(_), None, _) => return Err(conflict("distance", "is missing: send how far to go")),
        (None, Some(_), _) => return Err(conflict("bearing", "is missing: send the direction to go in")),
    }
    let between = |a: Place, b: Place| -> (f64, f64, f64) {
        let (distance, leave, arrive, _): (f64, f64, f64, f64) =
            earth.inverse(a.latitude, a.longitude, b.latitude, b.longitude);
        (distance, compass(leave), compass(arrive))
    };
    let mut total = 0.0;
    let mut rows = Vec::with_capacity(places.len() - 1);
    for (index, pair) in places.windows(2).enumerate() {
        if index % 1000 == 0 {
            still_wanted(call)?;
        }
        let (distance, bearing, _) = between(pair[0], pair[1]);
        total += distance;
        rows.push(Leg { distance: distance / meters, bearing, total: total / meters });
    }
    let (first, last) = (places[0], places[places.len() - 1]);
    let (direct, bearing, final_bearing) = between(first, last);
    let (latitude, longitude, _): (f64, f64, f64) =
        earth.direct(first.latitude, first.longitude, bearing, direct / 2.0);
    Ok(GeoDistanceResponse {
        distance: total / meters,
        unit: request.unit,
        direct: direct / meters,
        bearing,
        final_bearing,
        midpoint: Point { latitude, longitude: turned(longitude) },
        destination: Point { latitude: last.latitude, longitude: turned(last.longitude) },
        sentence: format!("{} {} in {} legs.", short(total / meters), request.unit.name(), rows.len()),
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(a: (f64, f64), b: (f64, f64)) -> GeoDistanceResponse {
        let place = |(latitude, longitude)| Place { latitude, longitude };
        let request = GeoDistanceRequest { places: vec![place(a), place(b)], unit: LengthUnit::Meters, ..example() };
        distance(request, &Call::detached()).unwrap()
    }

    #[test]
    fn published_geodesics() {
        // GeographicLib's documentation of GeodSolve: JFK to LHR, and Wellington to Salamanca, nearly opposite places.
        let jfk = between((40.6, -73.8), (51.6, -0.5));
        assert!((jfk.distance - 5_551_759.400).abs() < 5e-4, "{}", jfk.distance);
        assert!((jfk.bearing - 51.198_882_845_579).abs() < 1e-9, "{}", jfk.bearing);
        let far = between((-41.32, 174.81), (40.96, -5.50));
        assert!((far.distance - 19_959_679.267_353_82).abs() < 1e-5, "{}", far.distance);
        assert!((far.bearing - 161.067_669_986_160_98).abs() < 1e-8, "{}", far.bearing);
        let pole = between((90.0, 0.0), (-90.0, 0.0));
        assert!((pole.distance - 20_003_931.458_625_44).abs() < 1e-6, "{}", pole.distance);
        assert_eq!(between((10.0, 20.0), (10.0, 20.0)).distance, 0.0);
    }

    #[test]
    fn there_and_back() {
        let start = Place { latitude: 10.0, longitude: 179.0 };
        let request = GeoDistanceRequest {
            places: vec![start],
            from: None,
            to: None,
            bearing: Some(90.0),
            distance: Some(300.0),
            unit: LengthUnit::Kilometers,
        };
        let there = distance(request, &Call::detached()).unwrap();
        assert!(there.destination.longitude < -178.0, "{:?}", there.destination);
        assert!((there.direct - 300.0).abs() < 1e-9 && (there.bearing - 90.0).abs() < 1e-9);
    }
}
