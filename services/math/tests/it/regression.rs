//! Regression: NIST's reference problems, statsmodels' values, and problems that cannot be solved.

use serde_json::{Value, json};

use crate::statistics::{data, nist};
use crate::{answer, client, close, refused};

/// The certified coefficients with their standard deviations: lines as `B0  -1.5  0.2`.
fn certified(text: &str) -> Vec<(f64, f64)> {
    let number = |word: &str| word.parse::<f64>().ok();
    let coefficients = text.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [name, estimate, error] if name.starts_with('B') && name[1..].parse::<u32>().is_ok() => {
                number(estimate).zip(number(error))
            }
            _ => None,
        }
    });
    coefficients.collect()
}

#[test]
fn reference_problems_to_thirteen_digits() {
    let client = client();
    for (name, model, degree, intercept) in [
        ("Norris", "ols", 1, true),
        ("NoInt1", "ols", 1, false),
        ("NoInt2", "ols", 1, false),
        ("Longley", "ols", 1, true),
        ("Wampler1", "polynomial", 5, true),
        ("Wampler2", "polynomial", 5, true),
        ("Wampler3", "polynomial", 5, true),
        ("Wampler4", "polynomial", 5, true),
        ("Wampler5", "polynomial", 5, true),
        ("Pontius", "polynomial", 2, true),
        ("Filip", "polynomial", 10, true),
    ] {
        let text = nist(name);
        let rows = data(&text);
        let column = |index: usize| {
            // JSON wants a digit on both sides of the point.
            let digits =
                |text: &str| format!("{}{}", if text.starts_with('.') { "0" } else { "" }, text.trim_end_matches('.'));
            rows.iter().map(|row| digits(&row[index])).collect::<Vec<_>>().join(",")
        };
        let columns: Vec<String> =
            (1..rows[0].len()).map(|index| format!("\"x{index}\":[{}]", column(index))).collect();
        let body = format!(
            "{{\"model\":\"{model}\",\"degree\":{degree},\"intercept\":{intercept},\"y\":[{}],\"columns\":{{{}}}}}",
            column(0),
            columns.join(",")
        );
        let found = client.post_as("application/json", "/api/v1/math/regression", body);
        assert_eq!(found.status, 200, "{name}: {:?}", found.body);
        let found = found.json();
        let expected = certified(&text);
        assert_eq!(found["coefficients"].as_array().unwrap().len(), expected.len(), "{name}");
        for (coefficient, (estimate, error)) in found["coefficients"].as_array().unwrap().iter().zip(expected) {
            assert!(close(&coefficient["estimate"], estimate, 13), "{name}: {coefficient} instead of {estimate}");
            assert!(close(&coefficient["standardError"], error, 13), "{name}: {coefficient} instead of {error}");
        }
    }
}

#[test]
fn a_fit_as_statsmodels_has_it() {
    let client = client();
    // statsmodels 0.15, OLS of these columns: see the fields.
    let found = answer(
        &client,
        "/regression",
        &json!({
            "y": [12, 15, 19, 16, 24, 25, 31, 28],
            "columns": {"a": [1, 2, 3, 4, 5, 6, 7, 8], "b": [2, 1, 4, 3, 6, 5, 9, 4]},
            "predictRows": [{"a": 9, "b": 5}]
        }),
    );
    for (path, expected) in STATSMODELS {
        let value = found.pointer(path).unwrap();
        assert!(close(value, expected, 10), "{path}: {value} instead of {expected}");
    }
}

const STATSMODELS: [(&str, f64); 17] = [
    ("/coefficients/0/estimate", 8.508899676375403),
    ("/coefficients/1/estimate", 1.8624595469255683),
    ("/coefficients/2/standardError", 0.34832892512863856),
    ("/coefficients/1/pValue", 0.00331567303505639),
    ("/coefficients/1/low", 0.951202379393775),
    ("/coefficients/1/vif", 1.9708737864077668),
    ("/rSquared", 0.9580908681141144),
    ("/adjustedRSquared", 0.9413272153597602),
    ("/modelStatistic", 57.15287009063446),
    ("/modelPValue", 0.0003595602404321115),
    ("/logLikelihood", -13.411765070068327),
    ("/aic", 32.823530140136654),
    ("/durbinWatson", 2.22147635389474),
    ("/jarqueBeraPValue", 0.26176318934157294),
    ("/breuschPaganPValue", 0.5413088662035841),
    ("/rows/6/cook", 0.03790827000627733),
    ("/predictions/0/low", 24.629121133592378),
];

#[test]
fn weights_and_logistic() {
    let client = client();
    let found = answer(
        &client,
        "/regression",
        &json!({"model": "wls", "y": [1, 3, 4, 6, 5], "x": [1, 2, 3, 4, 5], "weights": [1, 2, 3, 2, 0.5]}),
    );
    for (path, expected) in WEIGHTED {
        assert!(close(found.pointer(path).unwrap(), expected, 11), "{path}: {}", found.pointer(path).unwrap());
    }
    let hours =
        [0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 4.0, 4.25, 4.5, 4.75, 5.0, 5.5];
    let passed = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1];
    let found = answer(&client, "/regression", &json!({"model": "logistic", "y": passed, "x": hours, "predict": [2]}));
    for (path, expected) in LOGISTIC {
        assert!(close(found.pointer(path).unwrap(), expected, 8), "{path}: {}", found.pointer(path).unwrap());
    }
    assert_eq!(found["modelled"], "1");
    let separated = json!({"model": "logistic", "y": ["no", "no", "yes", "yes"], "x": [1, 2, 3, 4]});
    assert!(refused(&client, "/regression", &separated).contains("separated"));
}

const WEIGHTED: [(&str, f64); 5] = [
    ("/coefficients/0/estimate", 0.1666666666666702),
    ("/coefficients/1/standardError", 0.2917678800738379),
    ("/rSquared", 0.8703783628254927),
    ("/logLikelihood", -4.489641839895832),
    ("/modelPValue", 0.020635020159413864),
];

const LOGISTIC: [(&str, f64); 7] = [
    ("/coefficients/0/estimate", -4.077713431087631),
    ("/coefficients/1/estimate", 1.5046454283733335),
    ("/coefficients/1/standardError", 0.6287208459453852),
    ("/coefficients/1/pValue", 0.01670280734036782),
    ("/rSquared", 0.42076670802744265),
    ("/modelPValue", 0.0006364826185217138),
    ("/predictions/0/value", 0.25570318264090997),
];

/// Without a constant the residuals have a mean, which is no part of their shape (statsmodels 0.15, `jarque_bera`).
#[test]
fn shape_of_residuals_without_a_constant() {
    let client = client();
    let request = json!({"intercept": false, "x": [1, 2, 3, 4, 5, 6, 7, 8],
        "y": [5.1, 4.2, 6.9, 7.7, 12.4, 9.1, 13.2, 20.3]});
    let found = answer(&client, "/regression", &request);
    assert!(close(&found["jarqueBeraPValue"], 0.825_960_047_134_255_2, 12), "{found}");
    assert!(found["breuschPaganPValue"].is_null(), "{found}");
}

#[test]
fn what_cannot_be_said_is_null() {
    let client = client();
    let found = answer(&client, "/regression", &json!({"x": [1, 3], "y": [2, 8]}));
    assert_eq!(
        (&found["coefficients"][0]["estimate"], &found["coefficients"][1]["estimate"]),
        (&json!(-1.0), &json!(3.0))
    );
    assert_eq!(found["rSquared"], 1.0);
    assert!(found["coefficients"][1]["standardError"].is_null() && found["coefficients"][1]["pValue"].is_null());
    assert!(found["reason"].as_str().unwrap().starts_with("no degrees of freedom"));
    let constant = refused(&client, "/regression", &json!({"x": [5, 5, 5], "y": [2, 8, 1]}));
    assert!(constant.starts_with("x: is constant"), "{constant}");
    let tenths = vec![0.1; 10];
    let found = answer(&client, "/regression", &json!({"x": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "y": tenths}));
    assert_eq!((&found["coefficients"][1]["estimate"], &found["rSquared"]), (&json!(0.0), &Value::Null));
    assert_eq!(found["coefficients"][0]["estimate"], 0.1);
    assert_eq!(found["warnings"][0]["code"], "constant");
}

#[test]
fn combinations_are_named() {
    let client = client();
    let (first, last) = ([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    let mut request = json!({"y": [1, 2, 1, 4, 6, 1, 7, 8, 1, 10],
        "columns": {"t": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "d1": first, "d2": last}});
    let message = refused(&client, "/regression", &request);
    assert!(message.contains("constant = d1 + d2"), "{message}");
    request["collinear"] = json!("drop");
    let found = answer(&client, "/regression", &request);
    assert_eq!((&found["dropped"], &found["rank"]), (&json!(["d2"]), &json!(3)));
    let fitted = [0.4, 1.6, 2.8, 4.0, 5.2, 3.0, 4.2, 5.4, 6.6, 7.8];
    for (row, expected) in found["rows"].as_array().unwrap().iter().zip(fitted) {
        assert!(close(&row["fitted"], expected, 13), "{row}");
    }
    assert!(close(&found["residualSumOfSquares"], 59.2, 13), "{found}");
    assert!(close(&found["coefficients"][1]["estimate"], 1.2, 13), "{found}");
}

#[test]
fn hostile_regressions_are_refused() {
    let client = client();
    let big: Vec<u32> = (0..1000).collect();
    for (request, field) in [
        (json!({"y": [1, 2, 3]}), "y"),
        (json!({"y": [1, 2, 3], "x": [1, 2]}), "x"),
        (json!({"y": [1, "a", 3], "x": [1, 2, 3]}), "y[1]"),
        (json!({"y": [1, 2], "x": [1e70, 2e70], "model": "polynomial", "degree": 20}), "x^"),
        (json!({"model": "wls", "y": [1, 2, 3], "x": [1, 2, 4], "weights": [1, 0, 1]}), "weights[1]"),
        (json!({"model": "logistic", "y": big, "x": big}), "y"),
        (json!({"rows": [{"a": 1, "b": 2}], "target": "c"}), "target"),
    ] {
        let message = refused(&client, "/regression", &request);
        assert!(message.starts_with(field), "{message}");
    }
}
