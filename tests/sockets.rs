//! Tricks on the wire: refused, or without effect.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::server::{Answer, ENTERPRISE, Server};

const BODY: &str = r#"{"text":"x"}"#;

fn hash(headers: &str, body: &str) -> String {
    format!("POST /api/v1/crypto/hash HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n{headers}\r\n{body}")
}

/// Statuses of all answers on a connection.
fn statuses(server: &Server, request: impl AsRef<[u8]>) -> Vec<u16> {
    let text = server.raw(request);
    text.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].parse().unwrap()).collect()
}

#[test]
fn two_lengths_never_make_two_requests() {
    let server = Server::up();
    // What a front end that counts by length would take for the body holds a second request.
    let smuggled = "GET /api/v1/me HTTP/1.1\r\nHost: test\r\nX-API-Key: ff_demo_pro\r\n\r\n";
    for (name, request, expected) in [
        (
            "length and chunked",
            hash(
                &format!(
                    "{ENTERPRISE}Connection: close\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n",
                    5 + smuggled.len()
                ),
                &format!("0\r\n\r\n{smuggled}"),
            ),
            // One answer: to the empty body, which asks for nothing.
            &[422][..],
        ),
        (
            "two lengths",
            hash(&format!("{ENTERPRISE}Content-Length: 12\r\nContent-Length: 13\r\n"), &format!("{BODY}{smuggled}")),
            &[400],
        ),
        (
            "a list of lengths",
            hash(&format!("{ENTERPRISE}Content-Length: 12, 13\r\n"), &format!("{BODY}{smuggled}")),
            &[400],
        ),
        ("a length with a sign", hash(&format!("{ENTERPRISE}Content-Length: +12\r\n"), BODY), &[400]),
        ("a negative length", hash(&format!("{ENTERPRISE}Content-Length: -1\r\n"), BODY), &[400]),
        (
            "an unknown coding",
            hash(&format!("{ENTERPRISE}Transfer-Encoding: xchunked\r\n"), &format!("0\r\n\r\n{smuggled}")),
            &[400],
        ),
        (
            "chunked not last",
            hash(&format!("{ENTERPRISE}Transfer-Encoding: chunked, identity\r\n"), &format!("0\r\n\r\n{smuggled}")),
            &[400],
        ),
        (
            "a coding before chunked",
            hash(&format!("{ENTERPRISE}Connection: close\r\nTransfer-Encoding: gzip, chunked\r\n"), "0\r\n\r\n"),
            &[501],
        ),
        ("an absurd length", hash(&format!("{ENTERPRISE}Content-Length: 99999999999999999999999\r\n"), BODY), &[400]),
        ("a space before the colon", hash(&format!("{ENTERPRISE}Content-Length : 12\r\n"), BODY), &[400]),
        ("a folded header", hash(&format!("{ENTERPRISE}X-A: b\r\n Content-Length: 12\r\n"), BODY), &[400]),
        ("a bare return", "GET / HTTP/1.1\r\nHost: test\rX: y\r\n\r\n".to_owned(), &[400]),
        (
            "a wrong chunk size",
            hash(&format!("{ENTERPRISE}Connection: close\r\nTransfer-Encoding: chunked\r\n"), "zz\r\n"),
            &[400],
        ),
        (
            "a huge chunk size",
            hash(&format!("{ENTERPRISE}Connection: close\r\nTransfer-Encoding: chunked\r\n"), "ffffffffffffffffff\r\n"),
            &[400],
        ),
    ] {
        assert_eq!(statuses(&server, request), expected, "{name}");
    }
    let chunked = hash(
        &format!("{ENTERPRISE}Connection: close\r\nTransfer-Encoding: chunked\r\n"),
        &format!("c\r\n{BODY}\r\n0\r\n\r\n"),
    );
    assert_eq!(statuses(&server, chunked), [200], "plain chunks are fine");
}

#[test]
fn odd_heads_are_refused() {
    let server = Server::up();
    let long = "x".repeat(64 * 1024);
    let many = "X-H: 1\r\n".repeat(2_000);
    for (name, request, expected) in [
        ("64 KB of header", format!("GET / HTTP/1.1\r\nHost: test\r\nX-Long: {long}\r\n\r\n"), 431),
        ("2,000 headers", format!("GET / HTTP/1.1\r\nHost: test\r\n{many}\r\n"), 431),
        ("64 KB of path", format!("GET /{long} HTTP/1.1\r\nHost: test\r\n\r\n"), 431),
        ("no host", "GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n".to_owned(), 400),
        ("no HTTP", "hello\r\n\r\n".to_owned(), 400),
        ("a zero byte", "GET / HTTP/1.1\r\nHost: test\r\nX: a\0b\r\n\r\n".to_owned(), 400),
        ("a tunnel", "CONNECT internal:22 HTTP/1.1\r\nHost: internal:22\r\nConnection: close\r\n\r\n".to_owned(), 405),
        (
            "another's address",
            "GET http://169.254.169.254/latest HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".to_owned(),
            404,
        ),
        ("any method", "BREW / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".to_owned(), 405),
    ] {
        let status = statuses(&server, request).first().copied();
        let refused = status == Some(expected) || (expected == 431 && matches!(status, Some(414 | 400)));
        assert!(refused, "{name}: {status:?}");
    }
    assert_eq!(server.get("/health", "").status, 200);
}

#[test]
fn slow_heads_and_bodies_end() {
    let server = Server::start(&["up", "--idle", "2s"], &[]);
    // Starts first, so that both waits run side by side.
    let mut slow_body = TcpStream::connect(server.address).unwrap();
    let head = hash(&format!("{ENTERPRISE}Content-Length: 100\r\n"), "{");
    slow_body.write_all(head.as_bytes()).unwrap();

    let mut slow_head = TcpStream::connect(server.address).unwrap();
    slow_head.write_all(b"GET / HTTP/1.1\r\nHost: te").unwrap();
    slow_head.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut answer = String::new();
    let closed = slow_head.read_to_string(&mut answer);
    assert!(closed.is_ok(), "the connection of a head that never ends is closed");

    slow_body.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let mut answer = [0; 4096];
    let size = slow_body.read(&mut answer).unwrap();
    let answer = Answer::parse(&String::from_utf8_lossy(&answer[..size]));
    assert_eq!(answer.status, 504, "{answer:?}");
}

#[test]
fn a_connection_that_says_nothing_is_closed() {
    let server = Server::start(&["up", "--idle", "1s"], &[]);
    for greeting in ["", "PRI * HTTP/2.0\r\n", "GET "] {
        let mut silent = TcpStream::connect(server.address).unwrap();
        silent.write_all(greeting.as_bytes()).unwrap();
        silent.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        let mut answer = Vec::new();
        assert!(silent.read_to_end(&mut answer).is_ok(), "{greeting:?}");
    }
}

#[test]
fn an_answer_that_nobody_takes_is_dropped() {
    let server = Server::start(&["up", "--idle", "1s"], &[]);
    let body = r#"{"kind":"bytes","count":256,"length":4096}"#;
    let head = format!("X-API-Key: ff_demo_enterprise\r\nContent-Length: {}\r\n", body.len());
    let request = hash(&head, body).replace("crypto/hash", "crypto/random");
    let before = server.memory();
    let mut deaf: Vec<TcpStream> = Vec::new();
    for _ in 0..60 {
        let mut stream = TcpStream::connect(server.address).unwrap();
        // Several answers of 4 MB are more than the system's own buffers take.
        stream.write_all(request.repeat(4).as_bytes()).unwrap();
        deaf.push(stream);
    }
    let forgotten = (0..1200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        let written: Vec<bool> = deaf.iter_mut().map(|stream| stream.write_all(b"\r\n").is_err()).collect();
        written.iter().all(|closed| *closed)
    });
    assert!(forgotten, "connections stay open though nobody reads");
    // The allocator gives memory back as time goes by, while something is asked of it.
    let given_back = (0..300).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(server.post("/api/v1/crypto/hash", ENTERPRISE, BODY).status, 200);
        server.memory() < before + (120 << 20)
    });
    assert!(given_back, "{} MB", server.memory() >> 20);
}

/// A large upload that is refused at once: the client still sends, and must get to read why.
#[test]
fn a_refusal_arrives_although_the_client_still_sends() {
    let server = Server::up();
    let body = vec![b'x'; 30 << 20];
    for _ in 0..5 {
        let wrong_key = server.post("/api/v1/crypto/hash", "X-API-Key: wrong\r\n", &body);
        assert_eq!(wrong_key.status, 401);
        let too_large = server.post("/api/v1/crypto/hash", ENTERPRISE, &body);
        assert_eq!((too_large.status, too_large.json()["error"]["code"].as_str()), (413, Some("PAYLOAD_TOO_LARGE")));
    }
}

#[test]
fn a_client_that_leaves_is_forgotten() {
    let server = Server::up();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(hash(&format!("{ENTERPRISE}Content-Length: 100\r\n"), "{").as_bytes()).unwrap();
    }
    server.wait_in_flight(0);
    server.said("\"status\":400");
}

#[test]
fn keys_in_other_places_do_not_count_and_are_not_logged() {
    let server = Server::up();
    let secret = "ff_secret_5a17";
    for (request, expected) in [
        (
            format!(
                "GET /api/v1/me?apikey={secret}&x-api-key={secret} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
            ),
            401,
        ),
        (format!("GET /api/v1/me HTTP/1.1\r\nHost: test\r\nX-API-Key: {secret}\r\nConnection: close\r\n\r\n"), 401),
        (
            format!(
                "GET /api/v1/me HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {secret}\r\nConnection: close\r\n\r\n"
            ),
            401,
        ),
        (
            format!(
                "GET /api/v1/me HTTP/1.1\r\nHost: test\r\nCookie: {secret}\r\nX-API-Key: a\r\nX-API-Key: b\r\nConnection: close\r\n\r\n"
            ),
            401,
        ),
    ] {
        assert_eq!(statuses(&server, request), [expected]);
    }
    let body = format!(r#"{{"text":"{secret}","algorithm":"md5"}}"#);
    assert_eq!(server.post("/api/v1/crypto/hash", ENTERPRISE, body).status, 200);
    let metrics = crate::server::get(server.status.unwrap(), "/metrics", "").body;
    server.terminate();
    let output = server.said("stopped");
    assert!(output.matches("\"message\":\"request\"").count() >= 5, "{output}");
    assert!(!output.contains(secret) && !metrics.contains(secret), "{output}");
    assert!(!output.contains("\"ff_demo_enterprise"), "a key is no name in the log");
}

#[test]
fn http_2_is_spoken_too() {
    let server = Server::up();
    let url = format!("http://{}/health", server.address);
    let curl = std::process::Command::new("curl")
        .args(["-s", "--http2-prior-knowledge", "-w", "%{http_version}", &url])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&curl.stdout).into_owned();
    assert!(said.starts_with("{\"status\":\"") && said.ends_with("}2"), "{said}");
}
