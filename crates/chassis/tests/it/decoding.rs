//! What is understood, and what is said about the rest.

use chassis::testing::{Answer, Client};
use chassis::{Call, Error, Service, Settings};
use garde::Validate;
use http::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{client, client_with};

fn echo(client: &Client, body: &str) -> Answer {
    client.post_as("application/json", "/api/v1/test/echo", body.to_owned())
}

/// What the service saw, for a body that must be understood.
fn seen(body: &Value) -> Value {
    let answer = echo(&client(), &body.to_string());
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    answer.json()["seen"].clone()
}

#[test]
fn scalars_are_read_leniently() {
    for (field, sent, read) in [
        ("bigCount", json!(3.0), json!(3)),
        ("bigCount", json!("3"), json!(3)),
        ("bigCount", json!(" 3.0 "), json!(3)),
        ("bigCount", json!(1e2), json!(100)),
        ("bigCount", json!(null), json!(7)),
        ("bigCount", json!(""), json!(7)),
        ("signed", json!("-9007199254740993"), json!(-9_007_199_254_740_993_i64)),
        ("signed", json!(""), json!(null)),
        ("ratio", json!(1), json!(1.0)),
        ("ratio", json!("1.5e3"), json!(1500.0)),
        ("ratio", json!(""), json!(null)),
        ("flag", json!("true"), json!(true)),
        ("flag", json!("FALSE"), json!(false)),
        ("flag", json!(""), json!(false)),
        ("colour", json!("DARK_RED"), json!("dark-red")),
        ("colour", json!("SHA-256"), json!("sha256")),
        ("colour", json!("sha512/256"), json!("sha512-256")),
        ("colour", json!(""), json!(null)),
        ("words", json!("a, b"), json!(["a, b"])),
        ("words", json!("[\"a\",\"b\"]"), json!(["a", "b"])),
        ("words", json!("[END] of it"), json!(["[END] of it"])),
        ("numbers", json!("1, 2.5,3"), json!([1.0, 2.5, 3.0])),
        ("numbers", json!("[1,\"2\"]"), json!([1.0, 2.0])),
        ("numbers", json!([1, "2", 3.5]), json!([1.0, 2.0, 3.5])),
        ("numbers", json!(""), json!([])),
        // One that is no list: tools make no difference between one and several.
        ("numbers", json!(5), json!([5.0])),
        ("numbers", json!(-2.5), json!([-2.5])),
        ("shapes", json!({ "lineWidth": 1 }), json!([{ "lineWidth": 1, "colour": null }])),
        ("colours", json!("sha256,dark_red"), json!(["sha256", "dark-red"])),
        ("shape", json!("{\"lineWidth\": \"4\"}"), json!({ "lineWidth": 4, "colour": null })),
        ("shape", json!({ "line_width": 4.0, "colour": "" }), json!({ "lineWidth": 4, "colour": null })),
        ("shapes", json!("[{\"lineWidth\":1}]"), json!([{ "lineWidth": 1, "colour": null }])),
        ("shapes", json!({ "line_width": "1" }), json!([{ "lineWidth": 1, "colour": null }])),
        ("pen", json!({ "line_width": "4" }), json!({ "lineWidth": 4, "ends": [] })),
        ("pen", json!("{\"lineWidth\": 4}"), json!({ "lineWidth": 4, "ends": [] })),
        ("pen", json!("{x}"), json!({ "lineWidth": 7, "ends": ["{x}"] })),
        ("pen", json!(true), json!({ "lineWidth": 7, "ends": [] })),
        ("pen", json!(false), json!(null)),
        ("pen", json!(null), json!(null)),
        ("pen", json!(4), json!({ "lineWidth": 4, "ends": [] })),
        ("pen", json!("round"), json!({ "lineWidth": 7, "ends": ["round"] })),
        ("pen", json!(["a", "b"]), json!({ "lineWidth": 7, "ends": ["a", "b"] })),
        (
            "pens",
            json!([4, { "ends": ["x"] }, "y"]),
            json!([{ "lineWidth": 4, "ends": [] }, { "lineWidth": 7, "ends": ["x"] }, { "lineWidth": 7, "ends": ["y"] }]),
        ),
        ("pens", json!("y"), json!([{ "lineWidth": 7, "ends": ["y"] }])),
        ("pens", json!({ "lineWidth": 1 }), json!([{ "lineWidth": 1, "ends": [] }])),
        ("labels", json!({ "a": "1", "b": 2.0 }), json!({ "a": 1, "b": 2 })),
        ("labels", json!("{\"a\":1}"), json!({ "a": 1 })),
        ("anything", json!({ "x": [1, "2", null, {}] }), json!({ "x": [1, "2", null, {}] })),
    ] {
        let mut body = json!({ "text": "t" });
        body[field] = sent.clone();
        assert_eq!(seen(&body)[field], read, "{field} {sent}");
    }
}

#[test]
fn names_may_be_snake_case() {
    assert_eq!(seen(&json!({ "text": "t", "big_count": 1 }))["bigCount"], 1);
    assert_eq!(seen(&json!({ "Text": "t" }))["text"], "t");
}

#[test]
fn numbers_keep_every_bit() {
    let body =
        r#"{"text":"t","numbers":[0.1,2.2250738585072014e-308,1.7976931348623157e308,8.41470984807896506652502e-1]}"#;
    let answer = echo(&client(), body).json();
    let numbers: Vec<f64> = serde_json::from_value(answer["seen"]["numbers"].clone()).unwrap();
    assert_eq!(numbers, [0.1, f64::MIN_POSITIVE, f64::MAX, 0.841_470_984_807_896_5]);
}

#[test]
fn wrong_values_are_named_with_what_to_change() {
    let client = client();
    for (body, message) in [
        (r#"{}"#, "text: is required"),
        (r#"{"text":null}"#, "text: is required"),
        (r#"{"text":5.5}"#, "text: must be text (you sent a number)"),
        (r#"{"text":["t"]}"#, "text: must be text (you sent a list)"),
        (r#"{"text":""}"#, "text: must not be empty"),
        (r#"{"text":"12345678901"}"#, "text: must have a length of at most 10"),
        (r#"{"text":"t","txet":"t"}"#, "txet: is not a field here; did you mean text?"),
        (r#"{"text":"t","text":"u"}"#, "text: is there twice: send it once"),
        (r#"{"text":"t","bigCount":1,"big_count":2}"#, "bigCount: is there twice: send it once"),
        (r#"{"text":"t","bigCount":1001}"#, "bigCount: must be at most 1000"),
        (r#"{"text":"t","bigCount":-1}"#, "bigCount: must be a whole number from 0 to 4294967295"),
        (r#"{"text":"t","bigCount":1e30}"#, "bigCount: must be a whole number from 0 to 4294967295"),
        (r#"{"text":"t","bigCount":1.5}"#, "bigCount: must be a whole number"),
        (r#"{"text":"t","bigCount":"many"}"#, "bigCount: must be a whole number (you sent text)"),
        (r#"{"text":"t","bigCount":true}"#, "bigCount: must be a whole number (you sent true)"),
        (r#"{"text":"t","ratio":1e999}"#, "ratio: is a number out of range"),
        (r#"{"text":"t","ratio":"NaN"}"#, "ratio: must be a number (you sent text)"),
        (r#"{"text":"t","flag":"yes"}"#, "flag: must be true or false (you sent text)"),
        (r#"{"text":"t","colour":"sha265"}"#, "colour: use sha256, dark-red or sha512-256 (you sent sha265)"),
        (r#"{"text":"t","colour":7}"#, "colour: use dark-red, sha256 or sha512-256 (you sent 7)"),
        (r#"{"text":"t","numbers":[1,"x"]}"#, "numbers[1]: must be a number (you sent text)"),
        (r#"{"text":"t","numbers":{}}"#, "numbers: must be a list (you sent an object)"),
        (r#"{"text":"t","numbers":"[1,"}"#, "numbers[1]: is not valid JSON: EOF while parsing a value"),
        (r#"{"text":"t","shape":[]}"#, "shape: must be an object (you sent a list)"),
        (r#"{"text":"t","shape":"red"}"#, "shape: must be an object (you sent text)"),
        (r#"{"text":"t","shape":true}"#, "shape.lineWidth: is required"),
        (r#"{"text":"t","shape":false}"#, "shape: must be an object (you sent true or false)"),
        (
            r#"{"text":"t","shapes":{"lineWidht":1}}"#,
            "shapes[0].lineWidht: is not a field here; did you mean lineWidth?",
        ),
        (r#"{"text":"t","words":{"a":1}}"#, "words[0]: must be text (you sent an object)"),
        (r#"{"text":"t","pen":0.5}"#, "pen: must be an object (you sent a number)"),
        (r#"{"text":"t","pen":"?"}"#, "pen: must be an object (you sent text)"),
        (r#"{"text":"t","pen":10}"#, "pen.lineWidth: must be at most 9"),
        (r#"{"text":"t","pen":{"width":1}}"#, "pen.width: is not a field here; use lineWidth or ends"),
        (r#"{"text":"t","pens":[1,2.5]}"#, "pens[1]: must be an object (you sent a number)"),
        (r#"{"text":"t","pen":[{}]}"#, "pen[0]: must be text (you sent an object)"),
        (r#"{"text":"t","shape":"{\"lineWidth\":"}"#, "shape: is not valid JSON: EOF while parsing a value"),
        (r#"{"text":"t","shapes":[{"lineWidth":1},{"lineWidth":10}]}"#, "shapes[1].lineWidth: must be at most 9"),
        (
            r#"{"text":"t","shapes":[{"lineWidht":1}]}"#,
            "shapes[0].lineWidht: is not a field here; did you mean lineWidth?",
        ),
        (r#"{"text":"t","shapes":[{"lineWidth":"a"}]}"#, "shapes[0].lineWidth: must be a whole number (you sent text)"),
        (r#"{"text":"t","labels":{"a":"x"}}"#, "labels.a: must be a whole number (you sent text)"),
        (r#"[{"text":"t"}]"#, "send one JSON object, not a list: {\"name\": value}"),
        (r#""text""#, "send a JSON object: {\"name\": value}"),
        (r#"{"text":"\ud800"}"#, "text: is not valid JSON: unexpected end of hex escape"),
    ] {
        let answer = echo(&client, body);
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.message(), message, "{body}");
        assert_eq!(answer.json()["error"]["code"], "VALIDATION_ERROR", "{body}");
    }
}

#[test]
fn several_findings_are_counted_in_the_message_and_listed() {
    let answer = echo(&client(), r#"{"text":"","bigCount":5000,"shape":{"lineWidth":0}}"#);
    assert_eq!(answer.message(), "bigCount: must be at most 1000 (and 2 more)");
    let details = answer.json()["error"]["details"].clone();
    let fields: Vec<&str> =
        details.as_array().unwrap().iter().map(|detail| detail["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["bigCount", "shape.lineWidth", "text"]);
}

#[test]
fn what_is_no_json_says_where() {
    let answer = echo(&client(), r#"{"text":"t",}"#);
    assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (400, Some("MALFORMED_REQUEST")));
    assert_eq!(answer.message(), "the body is not valid JSON: trailing comma at line 1 column 13");
    assert!(echo(&client(), r#"{"text":"t"} x"#).message().contains("trailing characters"));
    assert!(echo(&client(), "hello").message().contains("not valid JSON"));
}

#[test]
fn unknown_fields_can_be_let_off_with_a_warning() {
    let client = client();
    let body = r#"{"text":"t","colr":"red","zzzzz":1}"#;
    assert_eq!(echo(&client, body).status, 400);
    let prefer = Request::post("/api/v1/test/echo")
        .header("content-type", "application/json")
        .header("prefer", "respond-async, handling=lenient")
        .body(body.to_owned());
    for answer in [
        client.send(prefer.unwrap()),
        client.post_as("application/json", "/api/v1/test/echo?lenient=true", body.to_owned()),
    ] {
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let warnings = answer.json()["warnings"].clone();
        assert_eq!(warnings[0]["code"], "unknown-field");
        assert_eq!(warnings[0]["field"], "colr");
        assert_eq!(warnings.as_array().unwrap().len(), 2);
    }
    let form = client.post_as("application/x-www-form-urlencoded", "/api/v1/test/echo", "text=t&lenient=true&zzzzz=1");
    assert_eq!(form.status, 200, "{:?}", form.body);
    assert_eq!(client.post("/api/v1/test/echo?lenient=maybe", &json!({ "text": "t" })).status, 400);
}

#[test]
fn forms_queries_and_bodies_are_one_request() {
    let client = client();
    let form = "application/x-www-form-urlencoded";
    let answer =
        client.post_as(form, "/api/v1/test/echo", "text=a%20b&numbers=1&numbers=2&flag=true&colours=sha256,dark-red");
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let seen = answer.json()["seen"].clone();
    assert_eq!(
        (&seen["text"], &seen["numbers"], &seen["flag"], &seen["colours"]),
        (&json!("a b"), &json!([1.0, 2.0]), &json!(true), &json!(["sha256", "dark-red"]))
    );
    let answer = client.post("/api/v1/test/echo?bigCount=5&shape=%7B%22lineWidth%22:3%7D", &json!({ "text": "t" }));
    assert_eq!(answer.json()["seen"]["bigCount"], 5);
    assert_eq!(answer.json()["seen"]["shape"]["lineWidth"], 3);
    let answer = client.post("/api/v1/test/echo?text=a", &json!({ "text": "t" }));
    assert_eq!(answer.message(), "text: is there twice: send it once");
    let answer = client.post_as("text/plain", "/api/v1/test/echo?text=a", "");
    assert_eq!(answer.status, 200, "an empty body is no body");
    assert_eq!(client.get("/api/v1/test/ask?name=x").json()["done"], "x");
    assert_eq!(client.get("/api/v1/test/ask?name=x&name=y").message(), "name: must be text (you sent a list)");
}

#[test]
fn json_under_curls_default_type_is_json() {
    let answer = client().post_as("application/x-www-form-urlencoded", "/api/v1/test/echo", r#"{"text":"t"}"#);
    assert_eq!(answer.status, 200);
}

#[test]
fn other_kinds_of_body_are_refused() {
    let answer = client().post_as("image/png", "/api/v1/test/echo", "PNG");
    assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (415, Some("UNSUPPORTED_MEDIA_TYPE")));
    assert!(answer.message().ends_with("(you sent image/png)"));
    for json in ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json"] {
        assert_eq!(client().post_as(json, "/api/v1/test/echo", r#"{"text":"t"}"#).status, 200, "{json}");
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    assert_eq!(echo(&client(), "\u{feff}{\"text\":\"t\"}").status, 200);
}

#[test]
fn path_parameters_are_fields() {
    let client = client();
    assert_eq!(client.post("/api/v1/test/things/a%20b", &json!({})).json()["done"], "a b");
    assert_eq!(client.post("/api/v1/test/things/a", &json!({ "name": "b" })).status, 400, "it is there twice");
    assert_eq!(client.post("/api/v1/test/things/%ff", &json!({})).status, 400);
}

/// As in a JWT: names that Rust has for itself.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct ClaimsRequest {
    #[serde(rename = "type", default)]
    #[garde(length(chars, min = 1, max = 9))]
    kind: Option<String>,
    #[serde(rename = "claims", default)]
    #[garde(dive)]
    parts: Vec<Claim>,
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Claim {
    #[garde(range(max = 9))]
    not_before: u32,
    #[serde(rename = "in", default)]
    #[garde(length(chars, min = 2))]
    place: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Nothing {}

#[test]
fn a_bound_is_said_of_the_name_the_client_knows() {
    let claims = |_: ClaimsRequest, _: &Call| Ok::<_, Error>(Nothing {});
    let service = Service::new("test", "A service for tests").compute("POST /claims", claims, |op| op);
    let client = client_with(Settings::default(), service);
    let answer = client.post("/api/v1/test/claims", &json!({ "type": "" }));
    assert_eq!((answer.status, answer.message().as_str()), (400, "type: must not be empty"));
    let claims = json!([{ "not-before": 1 }, { "not-before": 10, "in": "a" }]);
    let answer = client.post("/api/v1/test/claims", &json!({ "type": "1234567890", "claims": claims }));
    let details = answer.json()["error"]["details"].clone();
    let fields: Vec<&str> = details.as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["type", "claims[1].not-before", "claims[1].in"]);
}
