//! Numbers JSON cannot hold: null in the answer, a warning that names the field, and a document that says so.

use std::time::Duration;

use chassis::{Call, Error, File, Service, Settings, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client_with;

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct Divide {
    by: Vec<f64>,
    #[serde(default)]
    angle: Option<Angle>,
}

/// In requests and answers.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Angle(f64);

#[derive(Serialize, JsonSchema)]
struct Row {
    quotient: f64,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Divided {
    rows: Vec<Row>,
    none: Option<f64>,
    #[schemars(range(min = 0.0, max = 1.0))]
    share: f32,
    all_of_them: Vec<f64>,
    angle: Option<Angle>,
}

fn divide(request: Divide, call: &Call) -> Result<Divided, Error> {
    call.warn("first", None, "one of the operation's own");
    let all: Vec<f64> = request.by.iter().map(|by| by.signum() * by / (by * by)).collect();
    let rows = all.iter().map(|quotient| Row { quotient: *quotient }).collect();
    Ok(Divided { rows, none: None, share: 0.5, all_of_them: all, angle: request.angle })
}

fn draw(request: Divide, call: &Call) -> Result<WithFile<Divided>, Error> {
    Ok(WithFile { file: File::new("a.txt", "text/plain", "abc"), facts: divide(request, call)? })
}

fn service() -> Service {
    let shape = |error: &Error| json!({ "fault": error.message() });
    Service::new("test", "Divides")
        .compute("POST /divide", divide, |op| op.cache(Duration::from_secs(60), 1))
        .compute("POST /draw", draw, |op| op)
        .compute("POST /foreign", foreign, move |op| op.foreign(shape))
}

#[derive(Serialize, JsonSchema)]
struct Foreign {
    embedding: Vec<f64>,
    row: ForeignRow,
}

#[derive(Serialize, JsonSchema)]
struct ForeignRow {
    quotient: f64,
}

fn foreign(request: Divide, call: &Call) -> Result<Foreign, Error> {
    let embedding = divide(request, call)?.all_of_them;
    Ok(Foreign { embedding, row: ForeignRow { quotient: 1.0 } })
}

/// Divides by one, by zero, by two, by zero.
fn request() -> Value {
    json!({ "by": [1.0, 0.0, 2.0, 0.0] })
}

#[test]
fn a_number_json_cannot_hold_is_null_and_is_warned_about() {
    let client = client_with(Settings::default(), service());
    // The second is the kept one.
    for served in ["miss", "hit"] {
        let answer = client.post("/api/v1/test/divide", &request());
        assert_eq!((answer.status, answer.header("x-cache")), (200, served));
        let answer = answer.json();
        assert_eq!(
            answer["rows"],
            json!([{ "quotient": 1.0 }, { "quotient": null }, { "quotient": 0.5 }, { "quotient": null }])
        );
        let warnings = answer["warnings"].as_array().unwrap();
        let told: Vec<_> = warnings.iter().map(|one| (one["code"].as_str().unwrap(), one["field"].as_str())).collect();
        let lost = "not-finite";
        assert_eq!(told, [("first", None), (lost, Some("rows[1].quotient")), (lost, Some("allOfThem[1]"))]);
        assert!(warnings[1]["message"].as_str().unwrap().contains("2 numbers of this field"), "{}", warnings[1]);
    }
    let whole = client.post("/api/v1/test/divide", &json!({ "by": [4.0] })).json();
    assert_eq!(whole["warnings"].as_array().map(Vec::len), Some(1), "an absent value is not warned about: {whole}");
}

#[test]
fn every_way_out_has_the_warning() {
    let client = client_with(Settings::default(), service());
    let batch = client.post("/api/v1/test/divide/batch", &json!({ "items": [request(), { "by": [1.0] }] })).json();
    let codes = |result: &Value| {
        result["warnings"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&batch["items"][0]["result"]), ["first", "not-finite", "not-finite"]);
    assert_eq!(codes(&batch["items"][1]["result"]), ["first"]);
    let drawn = client.post("/api/v1/test/draw?output=base64", &request()).json();
    assert_eq!(codes(&drawn), ["first", "not-finite", "not-finite"]);
    let bytes = client.post("/api/v1/test/draw", &request());
    let facts: Value = serde_json::from_str(bytes.header("x-result")).unwrap();
    assert_eq!((&bytes.body[..], codes(&facts).len()), (&b"abc"[..], 3));
}

#[test]
fn another_products_contract_stays_as_it_is() {
    let client = client_with(Settings::default(), service());
    let answer = client.post("/api/v1/test/foreign", &request());
    assert_eq!(answer.json(), json!({ "embedding": [1.0, null, 0.5, null], "row": { "quotient": 1.0 } }));
}

#[test]
fn the_document_says_which_numbers_may_be_null() {
    let document = service().document();
    assert!(document["info"]["description"].as_str().unwrap().contains("`not-finite`"));
    let kind =
        |schema: &str, path: &str| document["components"]["schemas"][schema].pointer(path).unwrap()["type"].clone();
    let nullable = json!(["number", "null"]);
    assert_eq!(kind("TestRow", "/properties/quotient"), nullable);
    assert_eq!(kind("TestDivided", "/properties/allOfThem/items"), nullable);
    assert_eq!(kind("TestDivided", "/properties/none"), nullable);
    assert_eq!(kind("TestDivided", "/properties/share"), "number", "it says its bounds");
    assert_eq!(kind("TestDivide", "/properties/by/items"), "number", "requests hold no null");
    assert_eq!(kind("TestAngle", ""), "number", "what comes back as it was sent is finite");
    assert_eq!(kind("TestForeign", "/properties/embedding/items"), "number");
    assert_eq!(kind("TestForeignRow", "/properties/quotient"), "number");
}
