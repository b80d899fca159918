//! Signals, curves and places through the router.

use serde_json::json;

use crate::{answer, client, close, refused};

#[test]
fn a_wave_is_found_in_its_spectrum() {
    let client = client();
    // Three waves a second at a height of 2, for 100 values of 50 a second, around 5.
    let wave: Vec<f64> =
        (0..100).map(|at| 5.0 + 2.0 * (2.0 * std::f64::consts::PI * 3.0 * f64::from(at) / 50.0).cos()).collect();
    let found = answer(&client, "/signal/fft", &json!({"real": wave, "sampleRate": 50}));
    assert!(close(&found["dominantFrequency"], 3.0, 14), "{}", found["dominantFrequency"]);
    assert!(close(&found["rows"][6]["amplitude"], 2.0, 13) && close(&found["rows"][0]["amplitude"], 5.0, 13));
    let back = answer(
        &client,
        "/signal/fft",
        &json!({"real": found["real"], "imaginary": found["imaginary"], "inverse": true}),
    );
    assert!(close(&back["real"][17], wave[17], 13), "{}", back["real"][17]);
    assert!(refused(&client, "/signal/fft", &json!({"real": [1, 2], "imaginary": [1]})).starts_with("imaginary"));
}

#[test]
fn places_by_many_names() {
    let client = client();
    let request = json!({"points": [{"lat": 47.3769, "lon": 8.5417}, {"lat": 46.2044, "lng": 6.1432}]});
    let found = answer(&client, "/geo/distance", &request);
    // GeographicLib 2.1 (Python): Geodesic.WGS84.Inverse.
    assert!(close(&found["distance"], GENEVA, 10), "{found}");
    for (path, request) in [
        ("/geo/distance", json!({"places": [{"lat": 1, "lon": 2}]})),
        ("/geo/distance", json!({"places": [{"lat": 1, "lon": 2}], "bearing": 5})),
        ("/geo/geohash", json!({"hashes": ["aaa"]})),
        ("/geo/polygon", json!({"polygon": [{"lat": 1, "lon": 2}, {"lat": 1, "lon": 3}, {"lat": 1, "lon": 2}]})),
    ] {
        refused(&client, path, &request);
    }
    let answer =
        client.post("/api/v1/math/geo/distance", &json!({"places": [{"lat": 91, "lon": 2}, {"lat": 1, "lon": 2}]}));
    assert_eq!(answer.status, 400);
}

const GENEVA: f64 = 224.76372888693518;
