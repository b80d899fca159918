//! What a stranger does first.

use std::process::Command;

use crate::server::{ENTERPRISE, FREE, Server, early_in_the_minute};

const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

#[test]
fn the_printed_request_works() {
    let server = Server::up();
    let said = server.said("curl ");
    let line = said.lines().find(|line| line.trim_start().starts_with("curl ")).expect("it prints a curl line");
    let answer = Command::new("sh").args(["-c", line]).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(answer["hash"], HELLO);
}

#[test]
fn wrong_requests_say_what_to_change() {
    let server = Server::up();
    let hash = "/api/v1/crypto/hash";
    let without_key = server.post(hash, "", r#"{"text":"hello"}"#);
    assert_eq!((without_key.status, without_key.header("www-authenticate")), (401, Some("key")));
    let wrong = server.post(hash, FREE, r#"{"text":"hello","algorithm":"sha265"}"#);
    assert_eq!(wrong.status, 400);
    assert!(wrong.message().starts_with("algorithm: use sha256, sha512"), "{wrong:?}");
    assert!(wrong.message().ends_with("(you sent sha265)"), "{wrong:?}");
    assert_eq!(wrong.json()["error"]["requestId"].as_str(), wrong.header("x-request-id"));
    assert_eq!(server.get("/metrics", FREE).status, 404, "metrics are on a port of their own");
}

#[test]
fn the_101st_request_of_a_minute_is_refused() {
    let server = Server::up();
    early_in_the_minute();
    for number in 1..=100 {
        let answer = server.post("/api/v1/crypto/hash", FREE, r#"{"text":"hello"}"#);
        assert_eq!((answer.status, &answer.json()["hash"]), (200, &HELLO.into()), "request {number}");
        assert_eq!(answer.header("x-ratelimit-remaining-minute"), Some((100 - number).to_string().as_str()));
    }
    let refused = server.post("/api/v1/crypto/hash", FREE, r#"{"text":"hello"}"#);
    assert_eq!(refused.status, 429);
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert!(refused.message().starts_with("limit of 100 requests a minute reached: wait "), "{refused:?}");
}

#[test]
fn me_the_catalogue_and_the_pages() {
    let server = Server::up();
    let me = server.get("/api/v1/me", "Authorization: Bearer ff_demo_basic\r\n").json();
    assert_eq!((&me["username"], &me["plan"]), (&"demo-basic".into(), &"basic".into()));
    assert_eq!((&me["limits"][0]["limit"], &me["limits"][0]["remaining"]), (&500.into(), &499.into()));
    assert_eq!(server.get("/api/v1/me", "").status, 401);

    let catalog = server.get("/api/v1/catalog", "").json();
    let services = catalog["rows"].as_array().unwrap();
    assert_eq!(services.len(), 8);
    assert_eq!((&services[0]["name"], &services[0]["state"]), (&"crypto".into(), &"running".into()));
    assert_eq!((&services[1]["name"], &services[1]["state"]), (&"math".into(), &"running".into()));
    assert!(services.iter().all(|service| service["state"] == "running"), "{services:?}");

    let page = server.get("/", "");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.body.contains("/api/v1/crypto/hash"));
    let health = server.get("/health", "").json();
    // Degraded where the weights of models have not been pulled.
    assert!(["healthy", "degraded"].contains(&health["status"].as_str().unwrap()), "{health}");
    assert_eq!(health["checks"]["crypto"], "healthy");
    assert_eq!(server.get("/api/v1/crypto/health", "").status, 200);
    let document = server.get("/openapi.json", "").json();
    assert!(document["paths"]["/api/v1/crypto/hash"].is_object() && document["paths"]["/api/v1/me"].is_object());
}

#[test]
fn every_example_of_the_document_runs_through_the_gateway() {
    let server = Server::up();
    let bare = chassis::testing::model_data().is_none();
    let document = server.get("/openapi.json", "").json();
    let mut examples = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        // Those on a resource need it to be there: they run in the tests of their service, in an order.
        let Some(post) = item.get("post").filter(|_| !path.contains('{')) else { continue };
        let example = &post["requestBody"]["content"]["application/json"]["example"];
        assert!(example.is_object(), "{path} has no example");
        let answer = server.post(path, ENTERPRISE, example.to_string());
        // What needs weights says so where they have not been pulled; what only a model elsewhere can do says so always.
        let needs_more = bare || path.ends_with("/llm/translate");
        let good = answer.status == 200 || (needs_more && answer.status == 503);
        assert!(good, "{path} {answer:?}");
        examples += 1;
    }
    assert!(examples > 100, "{examples}");
}
