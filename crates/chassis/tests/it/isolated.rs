//! Operations in worker processes, through the router. The service is `tests/worker/service.rs`, and so is the worker.

#[path = "../worker/service.rs"]
mod service;

use chassis::Settings;
use chassis::settings::Size;
use chassis::testing::{Answer, Client};
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::client_with;

fn client() -> Client {
    let settings = Settings {
        worker_program: Some(env!("CARGO_BIN_EXE_chassis-worker").into()),
        worker_memory: Size(256 << 20),
        ..Settings::default()
    };
    client_with(settings, service::service())
}

fn act(client: &Client, body: &Value) -> Answer {
    client.post("/api/v1/isolated/act", body)
}

#[test]
fn an_operation_runs_in_a_process_of_its_own() {
    let client = client();
    let body = json!({ "name": "a", "big_count": "7", "password": "open" });
    let told = act(&client, &body).json();
    assert_eq!((&told["done"], &told["count"], &told["password"]), (&json!("a"), &json!(7), &json!("open")));
    assert_eq!(told["warnings"], json!([]));
    let (first, second) = (told["pid"].clone(), act(&client, &body).json()["pid"].clone());
    assert!(first.is_u64() && first != second && first != std::process::id(), "{first} {second}");
    let here = client.post("/api/v1/isolated/here", &body).json();
    assert_eq!(here["pid"], std::process::id());
}

#[test]
fn warnings_come_along() {
    let client = client();
    let careful = json!({ "code": "careful", "message": "this is a warning", "field": "name" });
    assert_eq!(act(&client, &json!({ "name": "warn" })).json()["warnings"], json!([careful]));
    // Those of the request, read here, and those of the operation, said there.
    let answer = client.post("/api/v1/isolated/act?lenient=true", &json!({ "name": "warn", "colour": "red" }));
    let told = answer.json();
    let codes: Vec<&str> =
        told["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["unknown-field", "careful"]);
}

#[test]
fn errors_come_as_they_were() {
    let client = client();
    let answer = act(&client, &json!({ "name": "impossible" }));
    assert_eq!((answer.status, answer.message().as_str()), (422, "name: cannot be done"));
    assert_eq!(answer.json()["error"]["details"], json!([{ "field": "name", "message": "cannot be done" }]));
    // What is wrong with the request is found here.
    assert_eq!(act(&client, &json!({ "name": "" })).message(), "name: must not be empty");
    assert_eq!(act(&client, &json!({ "nmae": "a" })).status, 400);
}

#[test]
fn every_death_is_a_plain_error() {
    let client = client();
    let cases = [
        ("abort", 422, "UNPROCESSABLE"),
        ("panic", 422, "UNPROCESSABLE"),
        ("loop", 504, "DEADLINE_EXCEEDED"),
        ("allocate", 413, "PAYLOAD_TOO_LARGE"),
    ];
    for (name, status, code) in cases {
        let answer = act(&client, &json!({ "name": name }));
        assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (status, Some(code)), "{name}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("12345"));
        assert_eq!(answer.json()["error"]["requestId"], answer.header("x-request-id"));
    }
    assert_eq!(act(&client, &json!({ "name": "a" })).status, 200, "it goes on");
}

#[test]
fn files_go_in_and_come_out() {
    let client = client();
    let body = json!({
        "first": { "base64": "YQ==", "name": "a.txt", "contentType": "text/plain" },
        "others": ["data:text/csv;base64,Yg==", { "base64": "Yw==" }],
    });
    let names = json!(["a.txt text/plain", "none text/csv", "none none"]);
    let answer = client.post("/api/v1/isolated/things/join", &body);
    assert_eq!((answer.status, &answer.body[..]), (200, &b"abc"[..]));
    assert_eq!(answer.header("content-type"), "application/x-joined");
    assert!(answer.header("content-disposition").contains("joined.bin"));
    let facts: Value = serde_json::from_str(answer.header("x-result")).unwrap();
    assert_eq!(facts["names"], names);
    assert_ne!(facts["pid"], std::process::id());

    let request = Request::post("/api/v1/isolated/each").header(CONTENT_TYPE, "application/json");
    let told = client.send(request.header(ACCEPT, "application/json").body(body.to_string()).unwrap()).json();
    assert_eq!(told["names"], names);
    let bytes: Vec<&Value> = told["files"].as_array().unwrap().iter().map(|file| &file["base64"]).collect();
    assert_eq!(bytes, ["YQ==", "Yg==", "Yw=="]);
    // None at all, and one of a megabyte.
    assert_eq!(client.post("/api/v1/isolated/things/join", &json!({})).body.len(), 0);
    let large = vec![7; 1 << 20];
    let answer = client.post_as("application/octet-stream", "/api/v1/isolated/things/join", large.clone());
    assert_eq!((answer.status, answer.body == large), (200, true));
}

/// What a request says is read twice, here and in the worker, and is the same both times.
#[test]
fn data_is_the_same_on_both_sides() {
    let client = client();
    let told = |body: Value| client.post("/api/v1/isolated/data", &body).json();
    let file = json!("YWI=");
    assert_eq!(told(json!({ "data": [1, { "a": null }] }))["data"], r#"json [1,{"a":null}]"#);
    assert_eq!(told(json!({ "data": "a text" }))["data"], "text a text");
    assert_eq!(told(json!({ "data": { "base64": "YQ==" } }))["data"], "file a");
    let both = told(json!({ "data": { "base64": "YQ==" }, "file": file }));
    assert_eq!((&both["data"], &both["file"]), (&json!("file a"), &json!(2)));
    // As a part is written inside.
    let both = told(json!({ "data": { "part": 0 }, "file": file }));
    assert_eq!((&both["data"], &both["file"]), (&json!(r#"json {"part":0}"#), &json!(2)));
}

#[test]
fn a_batch_of_workers_loses_only_what_dies() {
    let client = client();
    let items: Vec<Value> = ["a", "abort", "impossible", "b"].iter().map(|name| json!({ "name": name })).collect();
    let told = client.post("/api/v1/isolated/act/batch", &json!({ "items": items })).json();
    let statuses: Vec<&Value> = told["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(statuses, [200, 422, 422, 200]);
}

#[test]
fn numbers_keep_their_digits() {
    let body = r#"{"numbers":[1.10,"1.10",9224851642388483.21,0.00]}"#;
    let answer = client().post_as("application/json", "/api/v1/isolated/exact", body.to_owned());
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(text.starts_with(body.trim_end_matches('}')), "{text}");
}
