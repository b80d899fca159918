//! Services that are another process.

use crate::server::{FREE, Server, get};

#[test]
fn a_service_that_runs_alone_is_reached_through_the_gateway() {
    let crypto = Server::start(&["serve", "crypto"], &[]);
    let upstream = format!("crypto-service=http://{}", crypto.address);
    let gateway = Server::start(&["up"], &[("FLOWFORGE_UPSTREAMS", &upstream)]);
    let answer = gateway.post("/api/v1/crypto/hash", FREE, r#"{"text":"hello"}"#);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.json()["hash"].as_str().unwrap().starts_with("2cf24dba"));
    assert_eq!(answer.header("x-ratelimit-limit-minute"), Some("100"));

    let wrong = gateway.post("/api/v1/crypto/hash", &format!("{FREE}X-Request-ID: mine-1\r\n"), "{}");
    assert_eq!((wrong.status, wrong.header("x-request-id")), (400, Some("mine-1")));
    assert_eq!(wrong.json()["error"]["requestId"], "mine-1", "one id on the whole way");
    crypto.said("mine-1");

    let catalog = gateway.get("/api/v1/catalog", "").json();
    assert_eq!(catalog["rows"][0]["state"], "elsewhere");
    assert_eq!(gateway.get("/health", "").json()["checks"]["crypto"], "healthy");
    assert!(get(crypto.address, "/metrics", "").body.contains("service=\"crypto\""));

    drop(crypto);
    let gone = gateway.post("/api/v1/crypto/hash", FREE, r#"{"text":"hello"}"#);
    assert_eq!((gone.status, gone.message().as_str()), (502, "crypto-service does not answer: try again later"));
    let health = gateway.get("/health", "");
    assert_eq!((health.status, &health.json()["checks"]["crypto"]), (200, &"unhealthy".into()));
    assert_eq!(health.json()["status"], "degraded");
}
