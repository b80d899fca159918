//! OpenAI's own clients against a service in its shape, behind a rewritten route. The service is in the gateway's
//! process, or elsewhere: a client is not to see which.

mod words;

use std::collections::HashMap;
use std::sync::Arc;

use chassis::testing::{app, node, python};
use chassis::{App, Clock, Listener, Observer, Runtime, Settings, Signals, serve};
use gateway::Contract;
use serde_json::{Value, json};

use crate::variables;

const CONTRACT: &str = r#"
_format_version: "3.0"
services:
  - name: words-openai
    host: words
    port: 1
    path: /api/v1/words/openai
    routes:
      - name: openai
        paths: [/v1]
        strip_path: true
        plugins:
          - {name: key-auth, config: {key_names: [x-api-key, apikey, authorization], key_in_query: false, hide_credentials: true}}
          - {name: acl, config: {allow: [free]}}
plugins:
  - {name: cors, config: {origins: ["*"]}}
consumers:
  - {username: alice, keyauth_credentials: [{key: sk-alice}, {key: Bearer sk-alice}], acls: [{group: free}]}
  - {username: eve, keyauth_credentials: [{key: sk-eve}, {key: Bearer sk-eve}], acls: [{group: other}]}
  - username: poor
    keyauth_credentials: [{key: sk-poor}, {key: Bearer sk-poor}]
    acls: [{group: free}]
    plugins: [{name: rate-limiting, config: {minute: 1, limit_by: consumer}}]
"#;

/// Where the service is.
#[derive(Debug, Clone, Copy)]
enum Place {
    Here,
    Elsewhere,
}

/// An app on a port of loopback, and its URL.
async fn listening(app: App, shared: &Arc<Runtime>) -> (Listener, String) {
    let observer = Observer::new(shared.clock.clone(), shared.metrics.clone(), None);
    let listener = Listener::bind(([127, 0, 0, 1], 0).into(), observer.observe(app)).await.unwrap();
    let url = format!("http://{}", listener.address().unwrap());
    (listener, url)
}

/// The base URL of a gateway that runs while the tests do.
fn gateway(place: Place) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        tokio.block_on(async {
            // Noon of some day: no window ends while a test runs.
            let shared = Runtime::new(Settings::default(), Clock::manual(1_767_268_800_000)).unwrap();
            let service = app(words::service(), &shared);
            let (mut here, mut elsewhere, mut listeners) = (HashMap::new(), HashMap::new(), Vec::new());
            match place {
                Place::Here => _ = here.insert("words".to_owned(), service),
                Place::Elsewhere => {
                    let (listener, url) = listening(service, &shared).await;
                    elsewhere.insert("words".to_owned(), url);
                    listeners.push(listener);
                }
            }
            let contract = Contract::read(CONTRACT, &variables).unwrap();
            let gateway = gateway::Gate::new(contract, here, elsewhere, &shared).unwrap().app();
            let (listener, url) = listening(gateway, &shared).await;
            listeners.push(listener);
            tell.send(format!("{url}/v1")).unwrap();
            serve(listeners, shared, Signals::listen()).await;
        });
    });
    told.recv().unwrap()
}

/// What a client is to get, whichever it is. What the two name differently is `timeout`.
fn judge(answer: &Value, timeout: &str) {
    for (case, content, tokens) in [("whole", "one two three", 6), ("unknown", "one two", 4)] {
        let whole = &answer[case];
        assert_eq!((&whole["content"], &whole["reason"]), (&json!(content), &json!("stop")), "{case}");
        assert_eq!(whole["tokens"], tokens, "{case}");
        assert!(whole["request_id"].as_str().is_some_and(|id| id.len() == 36), "{whole}");
    }
    assert_eq!(answer["streamed"], json!({ "words": ["one", " two", " three"], "reason": "stop", "tokens": 6 }));
    assert_eq!(answer["gathered"], "one two three");

    for (case, class, status, code, param, message) in [
        ("wrong key", "AuthenticationError", 401, "UNAUTHORIZED", None, "this API key is not known"),
        ("wrong group", "PermissionDeniedError", 403, "FORBIDDEN", None, ""),
        ("poor", "RateLimitError", 429, "RATE_LIMITED", None, ""),
        ("no messages", "BadRequestError", 400, "VALIDATION_ERROR", Some("messages"), "messages: "),
        (
            "wrong type",
            "BadRequestError",
            400,
            "VALIDATION_ERROR",
            Some("stream_options.include_usage"),
            "stream_options.include_usage: ",
        ),
        ("no such model", "NotFoundError", 404, "NOT_FOUND", Some("model"), "model: there is no such model"),
        ("no such operation", "NotFoundError", 404, "NOT_FOUND", None, ""),
        ("impossible", "UnprocessableEntityError", 422, "UNPROCESSABLE", Some("messages"), "messages: cannot be said"),
        (
            "impossible, streamed",
            "UnprocessableEntityError",
            422,
            "UNPROCESSABLE",
            Some("messages"),
            "messages: cannot be said",
        ),
        ("fails at once", "InternalServerError", 502, "BAD_GATEWAY", None, "the upstream is gone"),
        ("fails at once, streamed", "InternalServerError", 502, "BAD_GATEWAY", None, "the upstream is gone"),
        ("input", "BadRequestError", 400, "VALIDATION_ERROR", Some("input"), "input: must be text or a list of texts"),
    ] {
        let error = &answer["errors"][case];
        let seen = [&error["class"], &error["status"], &error["code"], &error["param"]];
        assert_eq!(seen.map(Clone::clone), [json!(class), json!(status), json!(code), json!(param)], "{case}: {error}");
        assert!(error["message"].as_str().unwrap().contains(message), "{case}: {error}");
    }

    for (case, events) in [
        ("broken", json!(["one", " two"])),
        ("broken response", json!(["response.created", "response.output_text.delta"])),
    ] {
        let error = json!({
            "class": "APIError", "status": null, "message": "the upstream is gone",
            "code": "BAD_GATEWAY", "param": null, "type": "server_error",
        });
        assert_eq!(answer[case], json!({ "words": events, "error": error }), "{case}");
    }

    let left = &answer["left"];
    assert_eq!((&left["words"], &left["during"]), (&json!(["endless", " endless", " endless"]), &json!(1)));
    assert_eq!(left["after"]["open"], 0, "a source outlived its client: {left}");
    let given_up = &answer["given up"];
    assert_eq!((&given_up["class"], &given_up["after"]["open"]), (&json!(timeout), &json!(0)), "{given_up}");

    // JavaScript knows no difference between 1 and 1.0.
    let numbers = |case: &str| serde_json::from_value::<[Vec<f32>; 2]>(answer[case].clone()).unwrap();
    assert_eq!(numbers("embedded"), ["a", "four"].map(|text| words::embedding(text, 3)));
    assert_eq!(numbers("embedded as floats"), ["a", "four"].map(|text| words::embedding(text, 2)));
    // 1 and 0.5; 4 and 2: little-endian numbers of four bytes.
    assert_eq!(answer["embedded as base64"], json!(["AACAPwAAAD8=", "AACAQAAAAEA="]));
    assert_eq!(answer["models"], json!(["words-1", "house/words-2"]));
    assert_eq!(answer["model"], "house/words-2");
    let delta = "response.output_text.delta";
    let types = json!(["response.created", delta, delta, "response.completed"]);
    assert_eq!(answer["responses"], json!({ "whole": "one two", "types": types, "last": "one two" }));
}

#[test]
fn the_client_for_python_works() {
    for place in [Place::Here, Place::Elsewhere] {
        let request = json!({ "url": gateway(place) });
        let Some(answer) = python("openai", include_str!("openai/client.py"), &request) else { return };
        judge(&answer, "APITimeoutError");
    }
}

#[test]
fn the_client_for_node_works() {
    for place in [Place::Here, Place::Elsewhere] {
        let request = json!({ "url": gateway(place) });
        let Some(answer) = node("openai", include_str!("openai/client.mjs"), &request) else { return };
        judge(&answer, "APIConnectionTimeoutError");
    }
}
