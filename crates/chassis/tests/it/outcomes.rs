//! Every outcome is an answer of the one shape.

use chassis::testing::{Client, app};
use chassis::{Clock, Observer, Runtime, Settings};
use http::Request;
use serde_json::json;

use crate::{client, service};

#[test]
fn a_panic_is_an_answer_and_tells_nothing() {
    let client = client();
    for path in ["act", "here", "later"] {
        let answer = client.post(&format!("/api/v1/test/{path}"), &json!({ "name": "panic" }));
        assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (500, Some("INTERNAL_ERROR")), "{path}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("12345"));
        assert_eq!(answer.json()["error"]["requestId"], answer.header("x-request-id"));
        assert_eq!(client.post("/api/v1/test/here", &json!({ "name": "x" })).status, 200, "it goes on");
    }
    assert!(String::from_utf8_lossy(&client.get("/metrics").body).contains("panics_total 3"));
}

#[test]
fn a_deadline_is_an_answer_and_ends_the_work() {
    let client = client();
    let answer = client.post("/api/v1/test/act", &json!({ "name": "loop" }));
    assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (504, Some("DEADLINE_EXCEEDED")));
    // Both threads of the smallest pool can be had again only when the loops were told to end.
    for _ in 0..4 {
        assert_eq!(client.post("/api/v1/test/act", &json!({ "name": "loop" })).status, 504);
    }
    assert_eq!(client.post("/api/v1/test/act", &json!({ "name": "x" })).status, 200);
}

#[test]
fn warnings_are_always_there() {
    let client = client();
    assert_eq!(client.post("/api/v1/test/act", &json!({ "name": "x" })).json(), json!({ "done": "x", "warnings": [] }));
    let warned = client.post("/api/v1/test/act", &json!({ "name": "warn" })).json();
    assert_eq!(warned["warnings"], json!([{ "code": "careful", "message": "this is a warning", "field": "name" }]));
    assert_eq!(client.post("/api/v1/test/later", &json!({ "name": "x" })).json()["warnings"][0]["code"], "late");
}

#[test]
fn an_error_of_the_operation_names_its_field() {
    let answer = client().post("/api/v1/test/act", &json!({ "name": "impossible" }));
    assert_eq!((answer.status, answer.message().as_str()), (422, "name: cannot be done"));
    assert_eq!(answer.json()["error"]["details"], json!([{ "field": "name", "message": "cannot be done" }]));
}

#[test]
fn wrong_paths_and_methods_are_answers_too() {
    let client = client();
    let answer = client.post("/api/v1/test/ehco", &json!({}));
    assert_eq!(answer.status, 404);
    assert_eq!(answer.message(), "there is nothing at /api/v1/test/ehco; did you mean /api/v1/test/echo?");
    let answer = client.get("/api/v1/test/echo");
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    assert_eq!(answer.message(), "GET does not work on /api/v1/test/echo: use POST");
    assert_eq!(client.post("/health", &json!({})).message(), "POST does not work on /health: use GET");
    assert!(!client.get("/api/v1/test/qqqqqq").message().contains("did you mean"), "nothing is near");
    assert_eq!(answer.header("content-type"), "application/json");
}

#[test]
fn a_request_id_is_kept_when_it_is_plain() {
    let client = client();
    let id_of = |sent: &[u8]| {
        let request = Request::get("/health").header("x-request-id", sent).body(String::new()).unwrap();
        client.send(request).header("x-request-id").to_owned()
    };
    assert_eq!(id_of(b"my-id_1.2"), "my-id_1.2");
    for odd in [b"a b".as_slice(), b"", b"<script>", &[b'x'; 65], b"\xff"] {
        let id = id_of(odd);
        assert_eq!((id.len(), id.matches('-').count()), (36, 4), "a new UUID instead of {odd:?}");
    }
    assert_ne!(id_of(b""), id_of(b""));
}

#[test]
fn health_says_who_it_is_and_whether_it_is_about_to_stop() {
    let runtime = Runtime::new(Settings::default(), Clock::System).unwrap();
    let app = app(service(), &runtime);
    let client = Client::with(Settings::default(), Clock::System, |_| app);
    let health = client.get("/health").json();
    assert_eq!((&health["status"], &health["checks"]), (&json!("healthy"), &json!({})));
    assert!(health["uptime"].is_u64() && health["version"].is_string());
    assert_eq!(client.get("/api/v1/test/health?ready").status, 200);
    runtime.drain();
    assert_eq!(client.get("/health").status, 200);
    assert_eq!(client.get("/health?ready").status, 503);
}

#[test]
fn metrics_tell_operations_apart() {
    let client = client();
    client.post("/api/v1/test/act", &json!({ "name": "x" }));
    client.post("/api/v1/test/act", &json!({}));
    let text = String::from_utf8_lossy(&client.get("/metrics").body).into_owned();
    for line in [
        r#"http_requests_total{service="test",operation="act",status="200"} 1"#,
        r#"http_requests_total{service="test",operation="act",status="400"} 1"#,
        r#"http_request_duration_seconds_count{service="test",operation="act"} 2"#,
        r#"http_requests_in_flight{service="test",operation="act"} 0"#,
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn examples_run() {
    let client = client();
    for operation in service().description().operations().into_iter().filter(|operation| operation.example.is_some()) {
        assert_eq!(client.post(&operation.path, &operation.example.unwrap()).status, 200);
    }
}

#[test]
fn a_consumer_is_believed_only_with_the_gateways_secret() {
    let secret = "0123456789abcdef";
    let whoami = |settings: Settings, sent: &str| {
        let client = Client::with(settings, Clock::System, |runtime| app(service(), runtime));
        let request = Request::get("/api/v1/test/whoami")
            .header("x-consumer-id", "1")
            .header("x-consumer-username", "alice")
            .header("x-consumer-groups", "free, beta")
            .header("x-gateway-secret", sent);
        client.send(request.body(String::new()).unwrap()).json()["done"].clone()
    };
    let knows = || Settings { gateway_secret: Some(secret.parse().unwrap()), ..Settings::default() };
    assert_eq!(whoami(knows(), secret), "alice free+beta");
    for wrong in ["", "0123456789abcdeg", "0123456789abcde", "0123456789abcdef0"] {
        assert_eq!(whoami(knows(), wrong), "", "{wrong}");
    }
    assert_eq!(whoami(Settings::default(), secret), "", "without the setting nobody is believed");
    assert_eq!(whoami(Settings::default(), ""), "");
}

#[tokio::test]
async fn a_request_whose_client_left_is_counted() {
    let runtime = Runtime::new(Settings::default(), Clock::System).unwrap();
    let observer = Observer::new(Clock::System, runtime.metrics.clone(), None);
    let app = observer.observe(app(service(), &runtime));
    let request = Request::post("/api/v1/test/later").body(chassis::Body::from(r#"{"name":"x"}"#)).unwrap();
    let mut answer = app.call(request);
    tokio::select! {
        biased;
        _ = &mut answer => panic!("it takes a while"),
        () = tokio::task::yield_now() => drop(answer),
    }
    assert!(runtime.metrics.text().contains(r#"operation="later",status="499"} 1"#), "{}", runtime.metrics.text());
}
