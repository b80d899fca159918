//! Conversions through the router. Factors: NIST SP 811, exact by definition.

use serde_json::{Value, json};

use super::{answer, client, refused};

fn convert(request: &Value) -> Value {
    answer(&client(), "/convert", request)
}

#[test]
fn units() {
    for (value, from, to, expected) in [
        (json!(5), "km", "m", "5000"),
        (json!(1), "mi", "km", "1.609344"),
        (json!(1), "inch", "cm", "2.54"),
        (json!("0.1"), "kg", "g", "100"),
        (json!(1), "kWh", "MJ", "3.6"),
        (json!(36), "km/h", "m/s", "10"),
        (json!(100), "km per hour", "km/h", "100"),
        (json!(1), "MiB", "B", "1048576"),
        (json!(1), "MB", "kB", "1000"),
        (json!(8), "bit", "byte", "1"),
        (json!(-6), "celsius", "fahrenheit", "21.2"),
        (json!(-1), "degC", "K", "272.15"),
        (json!(300), "C", "K", "573.15"),
    ] {
        let found = convert(&json!({"value": value, "from": from, "to": to}));
        assert_eq!((&found["text"], &found["exact"]), (&json!(expected), &json!(true)), "{value} {from} {to}");
        assert_eq!(found["value"].as_f64(), expected.parse().ok(), "{value} {from} {to}");
    }
    // 5 / 1.609344, with 34 digits (exact fractions).
    let found = convert(&json!({"value": 5, "from": "km/h", "to": "mph"}));
    assert_eq!(
        (&found["text"], &found["value"], &found["exact"]),
        (&json!("3.106855961186669848087170921816591"), &Value::Null, &json!(false))
    );
    let found = convert(&json!({"value": 5, "from": "km/h", "to": "mph", "decimals": 2}));
    assert_eq!((&found["text"], &found["value"], &found["exact"]), (&json!("3.11"), &json!(3.11), &json!(false)));
    let found = convert(&json!({"value": 1, "from": "mi", "to": "km"}));
    assert_eq!(
        (&found["factor"], &found["unit"], &found["dimension"]),
        (&json!("1.609344"), &json!("km"), &json!("length"))
    );
}

#[test]
fn differences_of_temperatures() {
    let found = convert(&json!({"value": 10, "from": "degC", "to": "degF", "difference": true}));
    assert_eq!(found["text"], "18");
    assert_eq!(convert(&json!({"value": 10, "from": "degC", "to": "degF"}))["text"], "50");
    let cold = convert(&json!({"value": [-300, -400, 20], "from": "degC", "to": "K"}));
    assert_eq!(cold["value"], json!([-26.85, -126.85, 293.15]));
    let warnings = cold["warnings"].as_array().unwrap();
    assert_eq!(
        (warnings.len(), &warnings[0]["code"], &warnings[0]["field"]),
        (1, &json!("below-absolute-zero"), &json!("value[0]"))
    );
}

#[test]
fn lists_and_written_numbers() {
    let found = convert(&json!({"value": [1, "2.5", null], "from": "km", "to": "m"}));
    assert_eq!((&found["value"], &found["text"]), (&json!([1000, 2500, null]), &json!("[1000, 2500, null]")));
    assert_eq!(convert(&json!({"value": "5 km", "to": "m"}))["text"], "5000");
    assert_eq!(convert(&json!({"value": "36 km/h", "to": "m/s"}))["text"], "10");
    let found = convert(&json!({"value": "1.234,5", "from": "km", "to": "m", "decimal": ","}));
    assert_eq!(found["text"], "1234500");
}

#[test]
fn currencies_with_rates() {
    // As rate services answer, and as people write them.
    for rates in [
        json!({"success": true, "timestamp": 1_700_000_000, "base": "EUR", "date": "2023-11-14", "rates": {"USD": 1.25, "GBP": "0.8"}}),
        json!({"base_code": "EUR", "conversion_rates": {"EUR": 1, "USD": 1.25, "GBP": 0.8}}),
        json!({"rates": {"EUR": 1, "USD": 1.25, "GBP": 0.8}}),
        json!({"USD": 1, "GBP": 0.64}),
    ] {
        let found = convert(&json!({"value": 100, "from": "USD", "to": "GBP", "rates": rates}));
        assert_eq!(found["text"], "64", "{rates}");
    }
    let rates = json!({"base": "EUR", "rates": {"USD": 1.25, "GBP": "0.8"}});
    let found = convert(&json!({"value": 100, "from": "USD", "to": "GBP", "rates": rates, "decimals": 2}));
    assert_eq!((&found["text"], &found["value"]), (&json!("64.00"), &json!(64)));
    let client = client();
    let message = refused(&client, "/convert", &json!({"value": 100, "from": "USD", "to": "GBP"}));
    assert!(message.contains("send rates"), "{message}");
    let wrong = json!({"value": 1, "from": "EUR", "to": "USD", "rates": {"base": "EUR", "rates": {"USD": 0}}});
    assert!(refused(&client, "/convert", &wrong).contains("rate of USD"));
}

#[test]
fn what_cannot_be_converted_is_named() {
    let client = client();
    for (request, field, part) in [
        (json!({"value": 1, "from": "kilometre", "to": "lenght"}), "to", "is not a unit"),
        (json!({"value": 1, "from": "kilometr", "to": "m"}), "from", "did you mean kilomet"),
        (json!({"value": 1, "from": "kg", "to": "m"}), "to", "do not fit together"),
        (json!({"value": "many", "from": "kg", "to": "g"}), "value", "must be a number"),
        (json!({"value": [1, true], "from": "kg", "to": "g"}), "value[1]", "must be a number"),
        (json!({"value": 1, "to": "g"}), "from", "is missing"),
        (json!({"value": "1 kg", "from": "t", "to": "g"}), "value", "unit of its own"),
        (json!({"value": [], "from": "kg", "to": "g"}), "value", "at least one"),
        (json!({"value": vec![1; 100_001], "from": "kg", "to": "g"}), "value", "100000 numbers"),
        (json!({"value": 1, "from": "(".repeat(200), "to": "g"}), "from", "is not a unit"),
    ] {
        let answer = client.post("/api/v1/math/convert", &request);
        assert_eq!(answer.status, 422, "{field} {part}: {:?}", answer.body);
        assert_eq!(answer.json()["error"]["details"][0]["field"], field, "{}", answer.message());
        assert!(answer.message().contains(part), "{}", answer.message());
    }
}
