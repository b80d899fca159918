//! Random values through the service.

use std::collections::HashSet;

use chassis::testing::Client;
use serde_json::{Value, json};

const RANDOM: &str = "/api/v1/crypto/random";

fn random(body: &Value) -> Value {
    let answer = Client::of(crate::service()).post(RANDOM, body);
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    answer.json()
}

#[test]
fn every_kind_has_its_form_and_entropy() {
    for (body, length, entropy) in [
        (json!({ "kind": "bytes" }), 64, 256.0),
        (json!({ "kind": "bytes", "length": 3, "encoding": "base64" }), 4, 24.0),
        (json!({ "kind": "uuid4" }), 36, 122.0),
        (json!({ "kind": "UUID7" }), 36, 74.0),
        (json!({ "kind": "ulid" }), 26, 80.0),
        (json!({ "kind": "nanoid" }), 21, 126.0),
        (json!({ "kind": "nanoid", "length": 10, "alphabet": "01" }), 10, 10.0),
        (json!({ "kind": "password", "length": 24 }), 24, 155.7),
        (json!({}), 36, 122.0),
    ] {
        let answer = random(&body);
        assert_eq!(answer["value"].as_str().unwrap().chars().count(), length, "{body}");
        assert_eq!(answer["entropyBits"], entropy, "{body}");
        assert_eq!(answer["value"], answer["values"][0]);
    }
}

#[test]
fn integers_are_numbers() {
    let answer = random(&json!({ "kind": "integer", "min": -5, "max": "5", "count": 100 }));
    let values = answer["values"].as_array().unwrap();
    assert_eq!(values.len(), 100);
    assert!(values.iter().all(|value| (-5..=5).contains(&value.as_i64().unwrap())));
    assert_eq!(answer["entropyBits"], 3.4, "the logarithm of eleven, rounded down");
}

#[test]
fn nothing_comes_twice() {
    for kind in ["bytes", "uuid4", "uuid7", "ulid", "nanoid", "password"] {
        let answer = random(&json!({ "kind": kind, "count": 1000 }));
        let values: HashSet<&str> = answer["values"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
        assert_eq!(values.len(), 1000, "{kind}");
    }
}

#[test]
fn uuid7_and_ulid_carry_the_time() {
    let now = chassis::Clock::System.now().as_millisecond();
    let uuid = random(&json!({ "kind": "uuid7" }))["value"].as_str().unwrap().replace('-', "");
    let millis = i64::from_str_radix(&uuid[..12], 16).unwrap();
    assert!((0..60_000).contains(&(millis - now)), "{millis} {now}");
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = Client::of(crate::service());
    for (body, status, message) in [
        (
            json!({ "kind": "dice" }),
            400,
            "kind: use bytes, uuid4, uuid7, ulid, nanoid, integer or password (you sent dice)",
        ),
        (json!({ "count": 0 }), 400, "count: must be at least 1"),
        (json!({ "count": 1001 }), 400, "count: must be at most 1000"),
        (json!({ "kind": "bytes", "length": 5000 }), 400, "length: must be at most 4096"),
        (
            json!({ "kind": "bytes", "count": 1000, "length": 4096 }),
            422,
            "count: count times length must be at most 1048576",
        ),
        (json!({ "kind": "uuid4", "min": 1 }), 422, "min: does not apply to this kind: leave it out"),
        (json!({ "kind": "integer", "min": 2, "max": 1 }), 422, "min: must not be larger than max"),
        (json!({ "kind": "integer", "max": 9_007_199_254_740_992_i64 }), 400, "max: must be at most 9007199254740991"),
        (json!({ "kind": "password", "length": 3 }), 422, "length: must be from 4 to 256 for a password"),
    ] {
        let answer = client.post(RANDOM, &body);
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{body}");
    }
}
