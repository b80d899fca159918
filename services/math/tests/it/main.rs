//! The math service: request in, answer out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what was measured is to be seen")]

use chassis::testing::Client;
use serde_json::{Value, json};

mod bulk;
mod convert;
mod distribution;
mod evaluate;
mod finance;
mod finance_markets;
mod matrix;
mod numeric;
mod regression;
mod signal;
mod statistics;
mod tables;
mod timeseries;

fn client() -> Client {
    Client::of(math::service())
}

/// What an operation answers.
fn answer(client: &Client, path: &str, request: &Value) -> Value {
    let answer = client.post(&format!("/api/v1/math{path}"), request);
    assert_eq!(answer.status, 200, "{path} {request}: {:?}", answer.body);
    answer.json()
}

/// The message of a request that is well-formed and cannot be done.
fn refused(client: &Client, path: &str, request: &Value) -> String {
    let answer = client.post(&format!("/api/v1/math{path}"), request);
    assert_eq!(answer.status, 422, "{path} {request}: {:?}", answer.body);
    answer.message()
}

/// Whether a number is another to so many significant digits.
fn close(found: &Value, expected: f64, digits: i32) -> bool {
    let found = found.as_f64().unwrap_or(f64::NAN);
    if expected == 0.0 {
        found.abs() < 10.0_f64.powi(-digits)
    } else {
        (found / expected - 1.0).abs() < 10.0_f64.powi(-digits)
    }
}

#[test]
fn every_example_runs() {
    chassis::testing::run_examples(math::service());
}

#[test]
fn fields_are_named_when_they_are_wrong() {
    let client = client();
    for (path, request, field) in [
        ("/finance/loan", json!({"amount": "many", "annualRate": 0.05, "payments": 12}), "amount"),
        ("/finance/irr", json!({"amounts": [-1, "x"]}), "amounts[1]"),
        ("/finance/npv", json!({"amounts": [1, 2], "rate": [1]}), "rate"),
        ("/finance/irr", json!({"amounts": [-1, 2], "dates": ["2024-01-01", "soon"]}), "dates[1]"),
    ] {
        let answer = client.post(&format!("/api/v1/math{path}"), &request);
        assert_eq!(answer.status, 400, "{request}: {:?}", answer.body);
        assert_eq!(answer.json()["error"]["details"][0]["field"], field, "{request}: {}", answer.message());
    }
}
