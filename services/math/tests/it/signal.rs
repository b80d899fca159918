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
    let between = json!({"from": {"lat": 47.3769, "lon": 8.5417}, "to": {"lat": 46.2044, "lng": 6.1432}});
    assert_eq!(answer(&client, "/geo/distance", &between), found);
    for (path, request) in [
        ("/geo/distance", json!({})),
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

const SCIPY: &str = r#"
import json, sys
import numpy as np
from scipy import signal
asked = json.load(sys.stdin)
x = np.array(asked["signal"])
answers = []
for kind, order, band, both in asked["butterworth"]:
    sos = signal.butter(order, band, kind, fs=100, output="sos")
    if both:
        y = signal.sosfiltfilt(sos, x)
    else:
        y = signal.sosfilt(sos, x, zi=signal.sosfilt_zi(sos) * x[0])[0]
    answers.append(y.tolist())
smooth = [signal.savgol_filter(x, window, degree).tolist() for window, degree in asked["smooth"]]
json.dump({"butterworth": answers, "smooth": smooth}, sys.stdout)
"#;

/// The largest distance of two lists.
fn apart(found: &serde_json::Value, expected: &serde_json::Value) -> f64 {
    let (found, expected) = (found.as_array().unwrap(), expected.as_array().unwrap());
    assert_eq!(found.len(), expected.len());
    let pairs = found.iter().zip(expected).map(|(a, b)| (a.as_f64().unwrap() - b.as_f64().unwrap()).abs());
    pairs.fold(0.0, f64::max)
}

#[test]
fn filters_as_scipy_has_them() {
    let signal: Vec<f64> = (0..600)
        .map(|at| {
            let t = f64::from(at) / 100.0;
            3.0 + (7.0 * t).sin() + 0.5 * (60.0 * t).sin() + f64::from(at * at % 37) / 37.0
        })
        .collect();
    let mut butterworth = Vec::new();
    for order in [1, 2, 3, 4, 5, 8, 12] {
        for both in [true, false] {
            butterworth.push(json!(["lowpass", order, 7.5, both]));
            butterworth.push(json!(["highpass", order, 2.5, both]));
            butterworth.push(json!(["bandpass", order, [4, 20], both]));
            butterworth.push(json!(["bandstop", order, [9, 11.5], both]));
        }
        // A band so wide that a pole splits into two real ones; of higher order rounding shows, in SciPy as here.
        if order <= 5 {
            butterworth.push(json!(["bandpass", order, [0.5, 45], true]));
        }
    }
    let smooth = [(5, 2), (11, 3), (51, 4), (7, 0), (101, 5), (3, 1)];
    let asked = json!({"signal": signal, "butterworth": butterworth, "smooth": smooth});
    let Some(theirs) = chassis::testing::python("math", SCIPY, &asked) else { return };
    let client = client();
    for (filter, theirs) in butterworth.iter().zip(theirs["butterworth"].as_array().unwrap()) {
        let (low, high) = (filter[2].get(0).unwrap_or(&filter[2]), filter[2].get(1));
        let request = json!({
            "values": signal, "filter": filter[0], "order": filter[1], "cutoff": low, "upperCutoff": high,
            "zeroPhase": filter[3], "sampleRate": 100,
        });
        let found = answer(&client, "/signal/filter", &request);
        let off = apart(&found["filtered"], theirs);
        assert!(off < 1e-8, "{filter}: {off}");
    }
    for ((window, order), theirs) in smooth.iter().zip(theirs["smooth"].as_array().unwrap()) {
        let request = json!({"values": signal, "filter": "savitzky-golay", "window": window, "polynomialOrder": order});
        let off = apart(&answer(&client, "/signal/filter", &request)["filtered"], theirs);
        assert!(off < 1e-8, "{window} {order}: {off}");
    }
}

#[test]
fn averages_and_filters_that_cannot_be() {
    let client = client();
    let average = |more: serde_json::Value| {
        let mut request = json!({"values": [1, 2, 6, 7], "filter": "moving-average"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        answer(&client, "/signal/filter", &request)["filtered"].clone()
    };
    assert_eq!(average(json!({"window": 3})), json!([1.5, 3.0, 5.0, 6.5]));
    assert_eq!(average(json!({"window": 2, "zeroPhase": false})), json!([1.0, 1.5, 4.0, 6.5]));
    assert_eq!(average(json!({"window": 9})), json!([4.0, 4.0, 4.0, 4.0]));
    for (request, field) in [
        (json!({"filter": "lowpass"}), "cutoff"),
        (json!({"filter": "lowpass", "cutoff": 0.6}), "cutoff"),
        (json!({"filter": "lowpass", "cutoff": 0}), "cutoff"),
        (json!({"filter": "lowpass", "cutoff": 0.1, "upperCutoff": 0.2}), "upperCutoff"),
        (json!({"filter": "bandpass", "cutoff": 0.1}), "upperCutoff"),
        (json!({"filter": "bandpass", "cutoff": 0.2, "upperCutoff": 0.1}), "upperCutoff"),
        (json!({"filter": "moving-average"}), "window"),
        (json!({"filter": "moving-average", "window": 4}), "window"),
        (json!({"filter": "savgol", "window": 5}), "window"),
        (json!({"filter": "savgol", "window": 3, "polynomialOrder": 3}), "polynomialOrder"),
    ] {
        let mut request = request;
        request["values"] = json!([1, 2, 3, 4]);
        assert!(refused(&client, "/signal/filter", &request).starts_with(field), "{request}");
    }
    // A polynomial of its degree passes unchanged, where SciPy's powers of 50 have lost all digits.
    let polynomial: Vec<f64> = (0..300).map(|at| (f64::from(at) / 30.0 - 5.0).powi(10) / 1e6 + f64::from(at)).collect();
    let request = json!({"values": polynomial, "filter": "savgol", "window": 101, "polynomialOrder": 10});
    assert!(apart(&answer(&client, "/signal/filter", &request)["filtered"], &json!(polynomial)) < 1e-9);
    // One value stays what it is; a constant too.
    for values in [json!([5.0]), json!([2.0, 2.0, 2.0])] {
        let found = answer(&client, "/signal/filter", &json!({"values": values, "filter": "lowpass", "cutoff": 0.1}));
        assert!(apart(&found["filtered"], &values) < 1e-12, "{found}");
    }
}
