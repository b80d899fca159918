//! Tables: columns of all kinds, and what stands out.

use serde_json::{Value, json};

use crate::{answer, client, close, refused};

#[test]
fn columns_are_what_they_hold() {
    let client = client();
    let rows = json!([
        {"city": "Bern", "n": 1, "open": true, "tags": [1], "mix": 1},
        {"city": "Bern", "n": "2.5", "open": false, "tags": [], "mix": "x"},
        {"city": null, "n": 4, "open": true, "tags": {}, "late": 7},
        {"city": "Bern", "n": 1, "open": true, "tags": [1], "mix": 1},
    ]);
    let found = answer(&client, "/tables/describe", &json!({"rows": rows}));
    let kinds: Vec<&str> = found["rows"].as_array().unwrap().iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text", "number", "boolean", "nested", "mixed", "number"]);
    let missing: Vec<u64> =
        found["rows"].as_array().unwrap().iter().map(|row| row["missing"].as_u64().unwrap()).collect();
    assert_eq!(missing, [1, 0, 0, 0, 1, 3]);
    assert_eq!(found["rows"][0]["top"], json!([{"value": "Bern", "count": 3}]));
    assert!(close(&found["rows"][1]["mean"], 2.125, 15));
    assert_eq!(found["duplicates"], 1);
    let counts: u64 =
        found["rows"][1]["histogram"].as_array().unwrap().iter().map(|bar| bar["count"].as_u64().unwrap()).sum();
    assert_eq!(counts, 4);
}

#[test]
fn a_million_categories_are_bounded() {
    let client = client();
    let names: Vec<String> = (0..300_000).map(|n| format!("n{n}")).collect();
    let found = answer(&client, "/tables/describe", &json!({"columns": {"names": names}}));
    assert_eq!(found["rows"][0]["distinct"], 100_000);
    let wide: serde_json::Map<String, Value> = (0..600).map(|n| (format!("c{n}"), json!(n))).collect();
    assert!(refused(&client, "/tables/describe", &json!({"rows": [wide]})).contains("500"));
    assert!(refused(&client, "/tables/describe", &json!({"columns": {"a": [1], "b": [1, 2]}})).starts_with("b"));
}

#[test]
fn outliers_keep_their_places() {
    let client = client();
    let rows = json!([{"v": 10}, {"v": 11}, {"v": null}, {"v": 12}, {"v": 11}, {"v": 90}, {"v": 10}]);
    let found = answer(&client, "/tables/outliers", &json!({"rows": rows, "column": "v"}));
    assert_eq!((&found["rows"][0]["index"], &found["rows"][0]["value"]), (&json!(5), &json!(90.0)));
    assert_eq!(found["kept"], json!([10.0, 11.0, 12.0, 11.0, 10.0]));
    let same = answer(&client, "/tables/outliers", &json!({"data": [5, 5, 5, 5, 6]}));
    assert_eq!(same["warnings"][0]["code"], "no-spread");
    assert!(refused(&client, "/tables/outliers", &json!({"data": [1, 2]})).contains("3 numbers"));
}
