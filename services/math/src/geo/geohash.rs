//! Geohashes: places as short texts.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Place, Point, turned};
use crate::error::{Error, conflict};

const DESCRIPTION: &str = "\
Places encoded as geohashes, and geohashes decoded: base 32 text in which places with a common prefix are near each \
other. Each comes with the bounding box of the geohash and its eight neighbors.";

/// The letters of a geohash.
const LETTERS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// Places to encode or geohashes to decode.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct GeoGeohashRequest {
    /// Places to encode as geohashes.
    #[serde(default, alias = "points")]
    #[garde(length(max = 10_000), dive)]
    pub places: Vec<Place>,
    /// Geohashes to decode; an alternative to `places`.
    #[serde(default)]
    #[garde(length(max = 10_000), inner(length(chars, min = 1, max = 12)))]
    pub hashes: Vec<String>,
    /// Length of the geohashes in characters, 1 to 12: 5 is about 5 km, 7 about 150 m, 9 about 5 m.
    #[serde(default = "nine")]
    #[garde(range(min = 1, max = 12))]
    pub length: u32,
}

fn nine() -> u32 {
    9
}

/// Geohashes and their boxes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GeoGeohashResponse {
    /// First geohash.
    pub hash: String,
    /// Geohashes with their boxes, in order.
    pub rows: Vec<GeohashRow>,
}

/// A geohash and its box.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GeohashRow {
    /// Geohash.
    pub hash: String,
    /// Center of the box.
    pub center: Point,
    /// Southern edge of the box, a latitude in degrees.
    pub south: f64,
    /// Western edge of the box, a longitude in degrees.
    pub west: f64,
    /// Northern edge of the box, a latitude in degrees.
    pub north: f64,
    /// Eastern edge of the box, a longitude in degrees.
    pub east: f64,
    /// Geohashes of the neighboring boxes: north, northeast and so on clockwise; fewer at a pole.
    pub neighbors: Vec<String>,
}

fn example() -> GeoGeohashRequest {
    GeoGeohashRequest {
        places: vec![Place { latitude: 57.64911, longitude: 10.40744 }],
        hashes: Vec::new(),
        length: 11,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Encode and decode geohashes").description(DESCRIPTION).example(example).inline(1024)
}

/// Rows and columns of boxes at a length: 5 bits a letter, longitude first.
fn grid(length: u32) -> (f64, f64) {
    let bits = 5 * length;
    (2.0_f64.powi((bits / 2).cast_signed()), 2.0_f64.powi(bits.div_ceil(2).cast_signed()))
}

/// The row and column of a place's box.
fn cell(place: Place, length: u32) -> (u64, u64) {
    let (rows, columns) = grid(length);
    let index = |part: f64, count: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 up to 2^30")]
        let index = (part * count).floor().clamp(0.0, count - 1.0) as u64;
        index
    };
    // 180 degrees east are 180 degrees west.
    let east = (turned(place.longitude) + 180.0) / 360.0;
    (index((place.latitude + 90.0) / 180.0, rows), index(if east >= 1.0 { 0.0 } else { east }, columns))
}

fn write((row, column): (u64, u64), length: u32) -> String {
    let bits = 5 * length;
    let (mut row_bits, mut column_bits) = (bits / 2, bits.div_ceil(2));
    let mut text = String::new();
    let mut value = 0_usize;
    for bit in 0..bits {
        let next = if bit % 2 == 0 {
            column_bits -= 1;
            column >> column_bits & 1
        } else {
            row_bits -= 1;
            row >> row_bits & 1
        };
        value = value << 1 | usize::from(next == 1);
        if bit % 5 == 4 {
            text.push(char::from(LETTERS[value]));
            value = 0;
        }
    }
    text
}

/// The row and column a geohash says; nothing when it is none.
fn read(hash: &str) -> Option<((u64, u64), u32)> {
    let (mut row, mut column, mut even) = (0, 0, true);
    for letter in hash.bytes() {
        let value = LETTERS.iter().position(|known| *known == letter.to_ascii_lowercase())?;
        for bit in (0..5).rev() {
            let next = (value >> bit & 1) as u64;
            if even {
                column = column << 1 | next;
            } else {
                row = row << 1 | next;
            }
            even = !even;
        }
    }
    Some(((row, column), u32::try_from(hash.len()).ok()?))
}

fn describe((row, column): (u64, u64), length: u32) -> GeohashRow {
    let (rows, columns) = grid(length);
    #[expect(clippy::cast_precision_loss, reason = "below 2^31")]
    let (at_row, at_column) = (row as f64, column as f64);
    let (height, width) = (180.0 / rows, 360.0 / columns);
    let (south, west) = (at_row * height - 90.0, at_column * width - 180.0);
    let neighbor = |(up, right): (f64, f64)| {
        let row = at_row + up;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in the grid")]
        let cell = (row as u64, (at_column + right).rem_euclid(columns) as u64);
        (row >= 0.0 && row < rows).then(|| write(cell, length))
    };
    let around = [(1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (-1.0, 1.0), (-1.0, 0.0), (-1.0, -1.0), (0.0, -1.0), (1.0, -1.0)];
    GeohashRow {
        hash: write((row, column), length),
        center: Point { latitude: south + height / 2.0, longitude: west + width / 2.0 },
        south,
        west,
        north: south + height,
        east: west + width,
        neighbors: around.into_iter().filter_map(neighbor).collect(),
    }
}

/// Makes or reads geohashes.
///
/// # Errors
/// When there are neither places nor hashes, or both, or a hash is none.
pub fn geohash(request: GeoGeohashRequest, _: &Call) -> Result<GeoGeohashResponse, Error> {
    let rows: Vec<GeohashRow> = match (request.places.is_empty(), request.hashes.is_empty()) {
        (true, true) => return Err(conflict("places", "or hashes are needed")),
        (false, false) => return Err(conflict("hashes", "are there together with places: send one of the two")),
        (false, true) => {
            request.places.iter().map(|place| describe(cell(*place, request.length), request.length)).collect()
        }
        (true, false) => {
            let row = |(index, hash): (usize, &String)| {
                let message = "must be of the digits and the letters b to z without i, l and o";
                let (cell, length) = read(hash.trim()).ok_or_else(|| conflict(format!("hashes[{index}]"), message))?;
                Ok(describe(cell, length))
            };
            request.hashes.iter().enumerate().map(row).collect::<Result<_, Error>>()?
        }
    };
    Ok(GeoGeohashResponse { hash: rows[0].hash.clone(), rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_geohashes() {
        // The examples of geohash.org and of Wikipedia's article.
        let answer = geohash(example(), &Call::detached()).unwrap();
        assert_eq!(answer.hash, "u4pruydqqvj");
        let request = GeoGeohashRequest { places: Vec::new(), hashes: vec!["ezs42".to_owned()], length: 9 };
        let row = &geohash(request, &Call::detached()).unwrap().rows[0];
        assert!((row.center.latitude - 42.605).abs() < 1e-3 && (row.center.longitude + 5.603).abs() < 1e-3, "{row:?}");
        assert_eq!(row.neighbors, ["ezs48", "ezs49", "ezs43", "ezs41", "ezs40", "ezefp", "ezefr", "ezefx"]);
    }

    #[test]
    fn the_ends_of_the_earth() {
        for (latitude, longitude) in [(90.0, 180.0), (-90.0, -180.0), (0.0, 180.0), (89.999, 359.0)] {
            let request =
                GeoGeohashRequest { places: vec![Place { latitude, longitude }], hashes: Vec::new(), length: 12 };
            let row = &geohash(request, &Call::detached()).unwrap().rows[0];
            assert!(row.south <= latitude && latitude <= row.north, "{row:?}");
        }
        let wrong = GeoGeohashRequest { places: Vec::new(), hashes: vec!["u4a".to_owned()], length: 9 };
        assert!(geohash(wrong, &Call::detached()).is_err());
    }
}
