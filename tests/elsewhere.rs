//! Services that are another process.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use crate::server::{FREE, Server, get};

/// A server that answers each request with its head.
fn mirror() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = String::new();
            let mut byte = [0];
            while !head.ends_with("\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                head.push(char::from(byte[0]));
            }
            let answer = format!(
                "HTTP/1.1 200 OK\r\nVary: Accept\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{head}",
                head.len()
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn the_other_process_hears_only_what_the_gateway_vouches_for() {
    let upstream = format!("crypto-service=http://{}", mirror());
    let secret = "0123456789abcdef";
    let gateway = Server::start(&["up"], &[("FLOWFORGE_UPSTREAMS", &upstream), ("FLOWFORGE_GATEWAY_SECRET", secret)]);
    let forged = "Connection: close, X-Gateway-Secret, X-Consumer-Id, X-Request-ID\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-For: 1.1.1.1\r\n\
        X-Forwarded-For: 2.2.2.2\r\nX-Forwarded-Prefix: /evil\r\nForwarded: for=6.6.6.6\r\nX-Consumer-Groups: enterprise\r\n";
    let answer = gateway.get("/api/v1/crypto/x", &format!("{FREE}{forged}"));
    let lines: Vec<&str> = answer.body.lines().collect();
    let with = |name: &str| lines.iter().filter(|line| line.starts_with(name)).copied().collect::<Vec<_>>();
    assert_eq!(with("x-gateway-secret"), [format!("x-gateway-secret: {secret}")]);
    assert_eq!(with("x-consumer-username"), ["x-consumer-username: demo-free"]);
    assert_eq!(with("x-consumer-groups"), ["x-consumer-groups: free"]);
    assert_eq!(with("x-real-ip"), ["x-real-ip: 127.0.0.1"]);
    assert_eq!(with("x-forwarded-for"), ["x-forwarded-for: 1.1.1.1, 2.2.2.2, 127.0.0.1"]);
    assert_eq!(with("x-request-id").len(), 1);
    for gone in ["x-forwarded-prefix", "forwarded:", "x-api-key", "connection: close, x"] {
        assert!(with(gone).is_empty(), "{gone}: {answer:?}");
    }
    assert_eq!(answer.header("vary"), Some("accept"));
    let metrics = get(gateway.status.unwrap(), "/metrics", "").body;
    assert!(metrics.contains(r#"service="crypto-service",operation="proxied",status="200"} 1"#), "{metrics}");
}

#[test]
fn a_body_without_a_size_is_cut_at_the_limit() {
    let contract = format!(
        "_format_version: '3.0'\nservices: [{{name: mirror, url: 'http://{}', routes: [{{name: all, paths: [/]}}]}}]\n\
         plugins: [{{name: request-size-limiting, config: {{allowed_payload_size: 100, size_unit: bytes}}}}]",
        mirror()
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kong.yml");
    std::fs::write(&path, contract).unwrap();
    let gateway = Server::start(&["up", "--kong", path.to_str().unwrap()], &[]);
    let chunk = format!("c8\r\n{}\r\n", "x".repeat(200));
    let request = format!(
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{chunk}0\r\n\r\n"
    );
    let answer = crate::server::Answer::parse(&gateway.raw(request));
    assert_eq!(
        (answer.status, answer.json()["error"]["code"].as_str()),
        (413, Some("PAYLOAD_TOO_LARGE")),
        "{answer:?}"
    );
}

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
    assert_eq!((wrong.status, wrong.header("x-request-id")), (422, Some("mine-1")));
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
