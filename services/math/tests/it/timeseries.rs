//! Series: awkward ones, and two hundred of all kinds.

use serde_json::{Value, json};

use crate::statistics::{data, nist};
use crate::{answer, client, close, refused};

#[test]
fn awkward_series() {
    let client = client();
    let path = "/timeseries/forecast";
    let request = json!({"values": [2.868, 7.205, 13.349, 20.115, 22.769, 23.981], "period": 6, "method": "holt-winters-multiplicative"});
    let message = refused(&client, path, &request);
    assert!(message.contains("12") && message.contains("two full periods"), "{message}");
    let found = answer(&client, path, &json!({"values": [2.868, 7.205, 13.349, 20.115, 22.769, 23.981], "period": 6}));
    assert!(found["rows"].as_array().unwrap().iter().all(|row| row["value"].is_f64()), "{found}");
    let sparse = vec![
        0, 0, 5, 0, 0, 0, 12, 0, 0, 3, 0, 0, 0, 0, 8, 0, 0, 0, 15, 0, 0, 1, 0, 0, 0, 0, 6, 0, 0, 0, 10, 0, 0, 2, 0, 0,
        0, 0,
    ];
    let found = answer(&client, path, &json!({"values": sparse, "horizon": 12, "nonNegative": true}));
    assert_ne!(found["method"], "holt-winters-multiplicative");
    for row in found["rows"].as_array().unwrap() {
        assert!((0.0..=15.0).contains(&row["value"].as_f64().unwrap()) && row["low"].as_f64().unwrap() >= 0.0, "{row}");
    }
    let found = answer(&client, path, &json!({"values": [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5], "horizon": 3}));
    assert_eq!((&found["rows"][2]["value"], &found["rows"][2]["low"]), (&json!(5.0), &json!(5.0)));
    assert!(found["warnings"].as_array().unwrap().iter().any(|warning| warning["code"] == "constant"));
    let found = answer(&client, path, &json!({"values": [7], "horizon": 2}));
    assert_eq!((&found["method"], &found["rows"][1]["value"]), (&json!("naive"), &json!(7.0)));
    assert_eq!(found["warnings"][0]["code"], "one-value");
    let gap = json!({"values": [1, 2, null, 4, 5, 6], "horizon": 2});
    assert!(refused(&client, path, &gap).starts_with("values[2]"));
    let found = answer(
        &client,
        path,
        &json!({"values": [1, 2, null, 4, 5, 6], "horizon": 2, "gaps": "linear", "method": "drift"}),
    );
    assert!(close(&found["rows"][1]["value"], 8.0, 12), "{found}");
}

/// Pseudo-random numbers that are the same everywhere.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (f64::from(u32::try_from(self.0 >> 32).unwrap()) + 0.5) / 4_294_967_296.0
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }
}

/// A series of one of seven kinds, and the length of its season.
fn series(kind: usize, noise: &mut Noise) -> (Vec<f64>, usize) {
    let n = if kind == 6 { 14 } else { 72 };
    let period = if kind == 1 || kind == 6 { [12, 7][kind % 2] } else { 12 };
    let slope = noise.uniform() * 2.0 - 0.5;
    let height = 10.0 + noise.uniform() * 20.0;
    let value = |at: usize, noise: &mut Noise| {
        let t = f64::from(u32::try_from(at).unwrap());
        let wave = height * (2.0 * std::f64::consts::PI * t / f64::from(u32::try_from(period).unwrap())).sin();
        match kind {
            0 => 100.0 + slope * t + 4.0 * noise.normal(),
            1 => 100.0 + 0.3 * slope * t + wave + 4.0 * noise.normal(),
            2 => 100.0 + if at > 30 { 40.0 } else { 0.0 } + 5.0 * noise.normal(),
            3 => {
                if noise.uniform() < 0.25 {
                    (1.0 + 5.0 * noise.uniform()).round()
                } else {
                    0.0
                }
            }
            4 => 100.0 + 3.0 * noise.normal() + if noise.uniform() < 0.05 { 40.0 } else { 0.0 },
            5 => 50.0 + 10.0 * noise.normal(),
            _ => 20.0 + slope * t + noise.normal(),
        }
    };
    ((0..n).map(|at| value(at, noise)).collect(), period)
}

#[test]
fn a_series_that_repeats_is_repeated() {
    let values: Vec<u32> = (0..60).map(|at| 10 + at % 12).collect();
    let found = answer(&client(), "/timeseries/forecast", &json!({"values": values, "horizon": 12}));
    for (row, expected) in found["rows"].as_array().unwrap().iter().zip(10..22) {
        assert!(close(&row["value"], f64::from(expected), 9), "{found}");
    }
}

#[test]
fn two_hundred_series() {
    let client = client();
    let mut noise = Noise(2026);
    let (mut ours, mut naive, mut inside, mut seen) = (0.0, 0.0, 0.0, 0.0);
    for index in 0..210 {
        let (values, period) = series(index % 7, &mut noise);
        let horizon = if values.len() > 40 { 6 } else { 3 };
        let (known, future) = values.split_at(values.len() - horizon);
        let season = if known.len() > 2 * period { period } else { 1 };
        let found = answer(&client, "/timeseries/forecast", &json!({"values": known, "horizon": horizon}));
        let unit: f64 = known.iter().zip(&known[season..]).map(|(a, b)| (a - b).abs()).sum::<f64>()
            / f64::from(u32::try_from(known.len() - season).unwrap());
        let (mut error, mut naive_error) = (0.0, 0.0);
        for (step, (row, actual)) in found["rows"].as_array().unwrap().iter().zip(future).enumerate() {
            let number = |name: &str| row[name].as_f64().unwrap();
            error += (number("value") - actual).abs();
            naive_error += (known[known.len() - season + step % season] - actual).abs();
            inside += f64::from(u8::from((number("low")..=number("high")).contains(actual)));
            seen += 1.0;
        }
        let steps = f64::from(u32::try_from(horizon).unwrap());
        ours += error / steps / unit;
        naive += naive_error / steps / unit;
    }
    let coverage: f64 = inside / seen;
    println!("mean MASE {:.3} against {:.3} of seasonal naive; coverage {coverage:.3}", ours / 210.0, naive / 210.0);
    assert!(ours < naive, "{ours} {naive}");
    assert!((0.90..=0.98).contains(&coverage), "{coverage}");
}

#[test]
fn a_series_in_figures() {
    let client = client();
    let found = answer(
        &client,
        "/timeseries/analyze",
        &json!({"values": [2, 4, null, 8, 4], "window": 2,
        "dates": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-09"]}),
    );
    let rows = &found["rows"];
    assert_eq!(
        (&rows[2]["value"], &rows[2]["movingAverage"], &rows[4]["runningSum"]),
        (&json!(6.0), &json!(5.0), &json!(24.0))
    );
    assert_eq!((&rows[0]["percentChange"], &rows[4]["percentChange"]), (&Value::Null, &json!(-0.5)));
    assert_eq!(found["dateGaps"], json!([{"after": "2024-01-04", "before": "2024-01-09", "days": 5}]));
    assert_eq!(found["missing"], 1);
    // A season is what it was made of.
    let values: Vec<i32> = (0..24).map(|at| at + [0, 5, -2, -3][usize::try_from(at % 4).unwrap()]).collect();
    let found = answer(&client, "/timeseries/analyze", &json!({"values": values}));
    assert_eq!((&found["period"], &found["trend"]), (&json!(4), &json!("up")));
    for (part, expected) in found["season"].as_array().unwrap().iter().zip([0.0, 5.0, -2.0, -3.0]) {
        assert!((part.as_f64().unwrap() - expected).abs() < 1e-12, "{found}");
    }
    assert!(found["seasonalStrength"].as_f64().unwrap() > 0.999);
    let shifted: Vec<f64> = (0..40).map(|at| if at < 25 { 10.0 } else { 20.0 } + f64::from(at % 3)).collect();
    let found = answer(&client, "/timeseries/analyze", &json!({"values": shifted}));
    assert_eq!(found["levelShifts"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["levelShifts"][0]["index"], 25);
}

#[test]
fn autocorrelations_of_reference_data() {
    let client = client();
    for (name, expected) in [
        ("Lew", -0.307_304_800_605_679),
        ("Lottery", -0.120_948_622_967_393),
        ("Mavro", 0.937_989_183_438_248),
        ("Michelso", 0.535_199_668_621_283),
        ("NumAcc2", -0.999),
        ("NumAcc3", -0.999),
    ] {
        let rows: Vec<String> = data(&nist(name)).into_iter().map(|row| row[0].clone()).collect();
        let body = format!("{{\"values\": [{}]}}", rows.join(","));
        let found = client.post_as("application/json", "/api/v1/math/timeseries/analyze", body);
        assert_eq!(found.status, 200, "{name}: {:?}", found.body);
        let found = found.json();
        assert!(close(&found["autocorrelations"][0], expected, 14), "{name}: {}", found["autocorrelations"][0]);
    }
}

#[test]
fn hostile_series_are_refused() {
    let client = client();
    for (path, request, field) in [
        ("/timeseries/forecast", json!({"values": []}), "values"),
        ("/timeseries/forecast", json!({"values": [null]}), "values"),
        ("/timeseries/forecast", json!({"values": [1, 2, 3], "method": "seasonal-naive"}), "period"),
        ("/timeseries/forecast", json!({"values": [1, 2, 0, 4], "period": 2, "method": "holt-winters"}), "values"),
        ("/timeseries/analyze", json!({"values": [1, 2], "dates": ["2024-01-01"]}), "dates"),
        ("/timeseries/analyze", json!({"values": [1, 2], "dates": ["2024-01-02", "2024-01-01"]}), "dates[1]"),
    ] {
        let message = refused(&client, path, &request);
        assert!(message.starts_with(field), "{path} {request}: {message}");
    }
    let long: Vec<u32> = (0..20_000).map(|at| at % 50).collect();
    answer(&client, "/timeseries/forecast", &json!({"values": long, "horizon": 1000}));
}
