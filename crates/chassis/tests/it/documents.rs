//! The document says what the code does.

use serde_json::{Value, json};

use crate::service;

fn schema(name: &str) -> Value {
    service().document()["components"]["schemas"][name].clone()
}

#[test]
fn bounds_defaults_and_closedness_are_in_the_schema() {
    let echo = schema("TestEchoRequest");
    assert_eq!(echo["additionalProperties"], false);
    assert_eq!(echo["required"], json!(["text"]));
    let text = &echo["properties"]["text"];
    assert_eq!((&text["minLength"], &text["maxLength"]), (&json!(1), &json!(10)));
    let count = &echo["properties"]["bigCount"];
    assert_eq!((&count["maximum"], &count["default"], &count["format"]), (&json!(1000), &json!(7), &Value::Null));
    assert_eq!(schema("TestShape")["properties"]["lineWidth"]["maximum"], 9);
    assert_eq!(schema("TestColour")["enum"], json!(["dark-red", "sha256", "sha512-256"]));
}

#[test]
fn every_operation_has_its_id_example_and_errors() {
    let document = service().document();
    assert_eq!(document["openapi"], "3.1.0");
    let act = &document["paths"]["/api/v1/test/act"]["post"];
    assert_eq!(act["operationId"], "test_act");
    assert_eq!(act["requestBody"]["content"]["application/json"]["example"], json!({ "name": "x" }));
    for status in ["200", "400", "401", "403", "413", "415", "422", "429", "500", "502", "503", "504"] {
        assert!(act["responses"][status]["description"].is_string(), "{status}");
    }
    let public = &document["paths"]["/api/v1/test/ask"]["get"]["responses"];
    assert!(public["413"].is_null() && public["401"].is_object(), "a GET has no body to be too large");
    assert!(schema("TestNothing").is_null(), "what nothing refers to is not there");
    let ask = &document["paths"]["/api/v1/test/ask"]["get"];
    assert_eq!(
        ask["parameters"],
        json!([{ "name": "name", "in": "query", "required": true, "schema": { "type": "string" } }])
    );
}

#[test]
fn answers_have_warnings() {
    let done = schema("TestDone");
    assert_eq!(done["required"], json!(["done", "warnings"]));
    assert_eq!(done["properties"]["warnings"]["items"]["$ref"], "#/components/schemas/Warning");
}
