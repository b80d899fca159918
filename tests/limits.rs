//! Limits under load.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::server::{ENTERPRISE, FREE, Server, early_in_the_minute};

/// 500 connections send 20 requests each, all before the first answer is read.
#[test]
fn ten_thousand_at_once_at_a_limit_of_a_hundred() {
    let server = Server::up();
    let body = r#"{"text":"x"}"#;
    let request = format!(
        "POST /api/v1/crypto/hash HTTP/1.1\r\nHost: test\r\n{FREE}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let last = request.replace("Host: test\r\n", "Host: test\r\nConnection: close\r\n");
    let burst = request.repeat(19) + &last;
    let mut connections: Vec<TcpStream> = (0..500).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    early_in_the_minute();
    for connection in &mut connections {
        connection.write_all(burst.as_bytes()).unwrap();
    }
    let mut answers = String::new();
    for connection in &mut connections {
        connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        connection.read_to_string(&mut answers).unwrap();
    }
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 100);
    assert_eq!(answers.matches("HTTP/1.1 429 Too Many Requests").count(), 9_900);
}

/// Hostile bodies through the whole way: errors, bounded memory, and the process stays up.
#[test]
fn hostile_bodies_cost_nobody_else_anything() {
    let server = Server::without_models(&["up"], &[]);
    let hash = "/api/v1/crypto/hash";
    assert_eq!(server.post(hash, ENTERPRISE, r#"{"text":"x"}"#).status, 200);
    let before = server.memory();
    let fields: Vec<String> = (0..100_000).map(|number| format!(r#""field{number}":1"#)).collect();
    let bodies = [
        (400, vec![b'['; 10 << 20]),
        (400, [br#"{"text":"#.as_slice(), &vec![b'['; 9 << 20]].concat()),
        (400, b"{\"text\":\"\xc3\x28\"}".to_vec()),
        (400, br#"{"text":12.5}"#.to_vec()),
        (400, br#"{"text":1e999}"#.to_vec()),
        (400, format!("{{{}}}", fields.join(",")).into_bytes()),
        (400, br#"{"text":"a","algorithms":"#.iter().copied().chain(vec![b'['; 100_000]).collect()),
        (413, vec![b'x'; (10 << 20) + 1]),
    ];
    for round in 0..3 {
        for (status, body) in &bodies {
            let answer = server.post(hash, ENTERPRISE, body);
            assert_eq!(answer.status, *status, "round {round}: {:?} {answer:?}", &body[..20.min(body.len())]);
            assert!(!answer.message().is_empty());
        }
    }
    let answer = server.post("/api/v1/crypto/random", ENTERPRISE, r#"{"kind":"bytes","length":99999999999999999999}"#);
    assert_eq!(answer.status, 400);
    let grown = server.peak_memory() - before;
    assert!(grown < 80 << 20, "memory grew by {} MB", grown >> 20);
    assert_eq!(server.post(hash, ENTERPRISE, r#"{"text":"x"}"#).status, 200);
}
