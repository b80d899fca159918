//! Which places lie in an area, and how large it is.

use chassis::{Call, Cost, Operation};
use garde::Validate;
use geographiclib_rs::{Geodesic, PolygonArea, Winding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LengthUnit, Place, turned};
use crate::error::{Error, conflict, still_wanted};
use crate::statistics::describe::short;

const DESCRIPTION: &str = "\
Whether places are inside a polygon, such as a delivery zone or a district. Edges are straight on a map of latitude \
and longitude, also across the antimeridian (date line); places on an edge are inside. Area and perimeter are those \
on the ellipsoid, with geodesics as edges.";

/// A polygon and places.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct GeoPolygonRequest {
    /// Vertices of the polygon in order; the last need not repeat the first.
    #[garde(length(min = 3, max = 10_000), dive)]
    pub polygon: Vec<Place>,
    /// Places to locate inside or outside the polygon.
    #[serde(default, alias = "points")]
    #[garde(length(max = 10_000), dive)]
    pub places: Vec<Place>,
    /// Unit of lengths.
    #[serde(default)]
    pub unit: LengthUnit,
}

/// Location of places relative to a polygon, and its size.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GeoPolygonResponse {
    /// Whether each place is inside the polygon, in order.
    pub inside: Vec<bool>,
    /// Number of places inside the polygon.
    pub count: usize,
    /// Area of the polygon, in square `unit`.
    pub area: f64,
    /// Perimeter of the polygon, in `unit`.
    pub perimeter: f64,
    /// Unit of lengths.
    pub unit: LengthUnit,
    /// Result in words.
    pub sentence: String,
}

fn example() -> GeoPolygonRequest {
    let place = |latitude, longitude| Place { latitude, longitude };
    GeoPolygonRequest {
        polygon: vec![place(47.3, 8.4), place(47.3, 8.7), place(47.5, 8.7), place(47.5, 8.4)],
        places: vec![place(47.3769, 8.5417), place(46.2044, 6.1432)],
        unit: LengthUnit::Kilometers,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Find the places inside a polygon, and its area").description(DESCRIPTION).example(example).cost_of(
        |request: &GeoPolygonRequest| {
            if request.polygon.len() * (request.places.len() + 1) > 100_000 { Cost::Heavy } else { Cost::Light }
        },
    )
}

/// Finds which places lie inside.
///
/// # Errors
/// When the corners have no area between them.
pub fn polygon(request: GeoPolygonRequest, call: &Call) -> Result<GeoPolygonResponse, Error> {
    let mut corners = request.polygon;
    if corners.first() == corners.last() {
        corners.pop();
    }
    if corners.len() < 3 {
        return Err(conflict("polygon", "must have at least three different corners"));
    }
    let mut inside = Vec::with_capacity(request.places.len());
    for (index, place) in request.places.iter().enumerate() {
        if index % 100 == 0 {
            still_wanted(call)?;
        }
        inside.push(contains(&corners, *place));
    }
    let earth = Geodesic::wgs84();
    let mut area = PolygonArea::new(&earth, Winding::CounterClockwise);
    for corner in &corners {
        area.add_point(corner.latitude, corner.longitude);
    }
    let (perimeter, area, _) = area.compute(true);
    let meters = request.unit.meters();
    let count = inside.iter().filter(|inside| **inside).count();
    Ok(GeoPolygonResponse {
        sentence: format!(
            "{count} of {} places lie inside; the area is {} square {}.",
            inside.len(),
            short(area.abs() / meters / meters),
            request.unit.name()
        ),
        inside,
        count,
        area: area.abs() / meters / meters,
        perimeter: perimeter / meters,
        unit: request.unit,
    })
}

/// Counts the edges north of a place: an odd number of them is inside.
fn contains(corners: &[Place], place: Place) -> bool {
    let mut inside = false;
    for (index, a) in corners.iter().enumerate() {
        let b = corners[(index + 1) % corners.len()];
        // Longitudes from that of the place, so that the date line is far away.
        let (x1, x2) = (turned(a.longitude - place.longitude), turned(b.longitude - place.longitude));
        let (y1, y2) = (a.latitude - place.latitude, b.latitude - place.latitude);
        // An edge goes the short way around the Earth.
        if (x1 - x2).abs() > 180.0 {
            continue;
        }
        let cross = x1 * y2 - x2 * y1;
        if cross == 0.0 && x1 * x2 + y1 * y2 <= 0.0 {
            return true;
        }
        if (x1 > 0.0) != (x2 > 0.0) {
            // Where it passes the meridian of the place.
            let at = y1 - x1 * (y2 - y1) / (x2 - x1);
            inside ^= at > 0.0;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn place(latitude: f64, longitude: f64) -> Place {
        Place { latitude, longitude }
    }

    #[test]
    fn corners_edges_and_the_date_line() {
        let square = [place(0.0, 0.0), place(0.0, 10.0), place(10.0, 10.0), place(10.0, 0.0)];
        for (at, expected) in [
            (place(5.0, 5.0), true),
            (place(0.0, 0.0), true),
            (place(5.0, 10.0), true),
            (place(10.0, 5.0), true),
            (place(5.0, 10.1), false),
            (place(-0.1, 5.0), false),
            (place(5.0, -170.0), false),
        ] {
            assert_eq!(contains(&square, at), expected, "{at:?}");
        }
        let fiji = [place(-20.0, 175.0), place(-20.0, -175.0), place(-10.0, -175.0), place(-10.0, 175.0)];
        assert!(contains(&fiji, place(-15.0, 179.0)) && contains(&fiji, place(-15.0, -179.0)));
        assert!(!contains(&fiji, place(-15.0, 170.0)) && !contains(&fiji, place(-15.0, 0.0)));
    }

    #[test]
    fn an_area_that_is_published() {
        // An octant is an eighth of the Earth, whose area GeographicLib gives as 510065621724088.44 square meters.
        let octant = GeoPolygonRequest {
            polygon: vec![place(0.0, 0.0), place(0.0, 90.0), place(90.0, 0.0)],
            places: Vec::new(),
            unit: LengthUnit::Meters,
        };
        let answer = polygon(octant, &Call::detached()).unwrap();
        assert!((answer.area / (510_065_621_724_088.44 / 8.0) - 1.0).abs() < 1e-12, "{}", answer.area);
    }
}
