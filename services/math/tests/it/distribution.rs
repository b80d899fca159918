//! Distributions against their definitions, and quantiles that always end.

use std::path::Path;

use serde_json::{Value, json};

use crate::{answer, client, close, refused};

#[test]
fn densities_and_probabilities_by_definition() {
    let client = client();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/distributions.csv");
    let text = std::fs::read_to_string(file).unwrap();
    let mut seen = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split(';').collect();
        let number = |text: &str| text.parse::<f64>().unwrap();
        let mut request = json!({"family": cells[0], "at": [number(cells[2])]});
        for parameter in cells[1].split(' ') {
            let (name, value) = parameter.split_once('=').unwrap();
            request[name] = json!(number(value));
        }
        let found = answer(&client, "/distribution", &request);
        for (field, expected) in [("pdf", cells[3]), ("cdf", cells[4]), ("sf", cells[5])] {
            let found = &found["rows"][0][field];
            assert!(close(found, number(expected), 12), "{line}: {field} {found}");
        }
        // And back, on the side that has the digits.
        let discrete = ["binomial", "poisson", "geometric", "negative-binomial", "hypergeometric"].contains(&cells[0]);
        let row = &found["rows"][0];
        let (tail, p) = if number(cells[4]) < 0.5 { ("lower", &row["cdf"]) } else { ("upper", &row["sf"]) };
        request["at"] = json!([]);
        request["tail"] = json!(tail);
        request["probabilities"] = json!([p]);
        let back = answer(&client, "/distribution", &request)["quantiles"][0].clone();
        let density = number(cells[3]) * number(cells[2]).abs().max(1e-300);
        // Where the distribution function is flat, the quantile is anywhere.
        if discrete {
            assert_eq!(back.as_f64(), Some(number(cells[2])), "{line}");
        } else if number(cells[2]) != 0.0 && density > 1e-3 * p.as_f64().unwrap() {
            assert!(close(&back, number(cells[2]), 10), "{line}: {back}");
        }
        seen += 1;
    }
    assert!(seen > 120, "{seen}");
}

/// Far out Student's t is a power law (mpmath, 50 digits): squares of such values have no second double.
#[test]
fn heavy_tails_reach_far() {
    let client = client();
    for (df, t, sf, pdf) in [
        (0.02, 1e153, 4.130_761_447_160_105_6e-4, 8.261_522_894_320_211e-159),
        (0.5, 1e200, 3.207_009_754_142_229e-101, 1.603_504_877_071_114_6e-301),
        (2.0, 1e100, 5e-201, 1e-300),
        (0.001, 1e300, 0.249_556_653_271_752_37, 2.495_566_532_717_532_6e-304),
    ] {
        let request = json!({"family": "student-t", "degreesOfFreedom": df, "at": [t, -t]});
        let found = answer(&client, "/distribution", &request);
        for (row, field) in [(0, "sf"), (1, "cdf")] {
            assert!(close(&found["rows"][row][field], sf, 11), "{df} {t}: {found}");
            assert!(close(&found["rows"][row]["pdf"], pdf, 11), "{df} {t}: {found}");
        }
    }
    // Beyond what a double holds nothing is added up.
    let values: Vec<u32> = (0..2000).map(|step| step * 1000).collect();
    let request = json!({"family": "hypergeometric", "population": 1e7, "successes": 5e6, "draws": 5e6, "at": values});
    let found = answer(&client, "/distribution", &request);
    assert!(found["rows"].as_array().unwrap().iter().all(|row| row["cdf"] == 0.0 && row["sf"] == 1.0));
}

/// Quantiles all over the box: each one ends, and is where it should be.
#[test]
fn random_quantiles_are_inverse() {
    let client = client();
    let mut state = 7_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 32).unwrap()) / 4_294_967_296.0
    };
    for _ in 0..400 {
        let mut shape = || 10.0_f64.powf(random() * 10.0 - 3.0);
        let (a, b) = (shape(), shape());
        let p = random();
        let request = match (p * 5.0).floor() {
            0.0 => json!({"family": "beta", "alpha": a, "beta": b}),
            1.0 => json!({"family": "gamma", "shape": a}),
            2.0 => json!({"family": "student-t", "degreesOfFreedom": a}),
            3.0 => json!({"family": "f", "degreesOfFreedom": a, "degreesOfFreedom2": b}),
            _ => json!({"family": "poisson", "mean": a}),
        };
        let probability = random().max(1e-9);
        let mut asked = request.clone();
        asked["probabilities"] = json!([probability]);
        let quantile = answer(&client, "/distribution", &asked)["quantiles"][0].clone();
        let mut asked = request.clone();
        // Beyond the largest double there is no quantile.
        let Some(x) = quantile.as_f64() else { continue };
        asked["at"] = json!([x]);
        let row = answer(&client, "/distribution", &asked)["rows"][0].clone();
        let cdf = row["cdf"].as_f64().unwrap();
        if request["family"] == "poisson" {
            assert!(cdf >= probability * (1.0 - 1e-12), "{request} {probability} {quantile}");
        } else if x > 1e-300 && x < 1e300 && !(request["family"] == "beta" && x > 0.999) {
            // One double further is further than a rounding of the probability.
            let slack = 1e-10 + 4e-16 * x.abs() * row["pdf"].as_f64().unwrap_or(0.0);
            assert!((cdf - probability).abs() <= slack, "{request} {probability} {quantile} {row}");
        }
    }
}

#[test]
fn samples_repeat_with_their_seed() {
    let client = client();
    for request in [
        json!({"family": "normal", "mean": 5, "standardDeviation": 2}),
        json!({"family": "lognormal", "mean": 0, "standardDeviation": 0.5}),
        json!({"family": "student-t", "degreesOfFreedom": 9}),
        json!({"family": "chi-square", "degreesOfFreedom": 3}),
        json!({"family": "f", "degreesOfFreedom": 5, "degreesOfFreedom2": 20}),
        json!({"family": "beta", "alpha": 0.5, "beta": 2}),
        json!({"family": "gamma", "shape": 0.3, "rate": 2}),
        json!({"family": "exponential", "rate": 4}),
        json!({"family": "uniform", "low": -1, "high": 3}),
        json!({"family": "weibull", "shape": 2, "scale": 3}),
        json!({"family": "binomial", "trials": 40, "probability": 0.3}),
        json!({"family": "poisson", "mean": 12.5}),
        json!({"family": "geometric", "probability": 0.25}),
        json!({"family": "negative-binomial", "successes": 3, "probability": 0.4}),
        // Too wide for a table.
        json!({"family": "geometric", "probability": 1e-8}),
        json!({"family": "negative-binomial", "successes": 3.5, "probability": 1e-6}),
        json!({"family": "negative-binomial", "successes": 0.4, "probability": 4e-7}),
        json!({"family": "hypergeometric", "population": 60, "successes": 20, "draws": 10}),
    ] {
        let mut asked = request.clone();
        asked["sample"] = json!(20_000);
        asked["seed"] = json!(1);
        let found = answer(&client, "/distribution", &asked);
        assert_eq!(found["sample"], answer(&client, "/distribution", &asked)["sample"]);
        let sample: Vec<f64> =
            found["sample"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
        // Within five standard errors of the mean, and the spread within a tenth.
        let count = 20_000.0;
        let mean = sample.iter().sum::<f64>() / count;
        let deviation = (sample.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
        let (expected, spread) = (found["mean"].as_f64().unwrap(), found["standardDeviation"].as_f64().unwrap());
        assert!((mean - expected).abs() < 5.0 * spread / count.sqrt(), "{request}: {mean} {expected}");
        assert!((deviation / spread - 1.0).abs() < 0.1, "{request}: {deviation} {spread}");
    }
    let found = answer(&client, "/distribution", &json!({"family": "normal", "sample": 2}));
    assert!(found["seed"].is_u64());
}

#[test]
fn outside_of_the_box_is_refused() {
    let client = client();
    for (request, field) in [
        (json!({"family": "student-t", "degreesOfFreedom": 1e8}), "degreesOfFreedom"),
        (json!({"family": "beta", "alpha": 1e-4, "beta": 1}), "alpha"),
        (json!({"family": "gamma"}), "shape"),
        (json!({"family": "binomial", "trials": 1.5, "probability": 0.5}), "trials"),
        (json!({"family": "normal", "mean": 0, "trials": 5}), "trials"),
        (json!({"family": "hypergeometric", "population": 10, "successes": 11, "draws": 2}), "successes"),
        (json!({"family": "uniform", "low": 2, "high": 1}), "high"),
    ] {
        let message = refused(&client, "/distribution", &request);
        assert!(message.starts_with(field), "{request}: {message}");
    }
    let infinite = answer(&client, "/distribution", &json!({"family": "normal", "probabilities": [0, 1]}));
    assert_eq!(infinite["quantiles"], json!([null, null]));
    assert_eq!(infinite["warnings"][0]["code"], "infinite");
    assert_eq!(infinite["mean"], Value::from(0.0));
}
