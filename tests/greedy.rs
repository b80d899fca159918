//! Greedy clients that take nothing of what they asked for, over both protocols: the server stays up and answers others.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::server::{ENTERPRISE, FREE, Server};

const PATH: &str = "/api/v1/crypto/random/batch";
/// Each asks for seven megabytes, so that all together ask for three times what the process may have.
const CLIENTS: usize = 1000;
/// Address space of the server.
const MEMORY: u64 = 2 << 30;
const KEY: &str = "ff_demo_enterprise";

/// 300 bytes that make seven megabytes.
fn body() -> String {
    let item = r#"{"kind":"bytes","count":256,"length":4096}"#;
    format!(r#"{{"items":[{}]}}"#, [item; 5].join(","))
}

fn http1(server: &Server, body: &str) -> Option<TcpStream> {
    let mut client = TcpStream::connect(server.address).ok()?;
    let length = body.len();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: test\r\n{ENTERPRISE}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    client.write_all(format!("{head}{body}").as_bytes()).ok()?;
    Some(client)
}

/// A frame of HTTP/2 (RFC 9113, 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A header field that is in no table (RFC 7541, 6.2.2).
fn field(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| {
        // Lengths from 127 on are written in two parts.
        let mut bytes = match text.len() {
            length @ ..127 => vec![u8::try_from(length).unwrap()],
            length => vec![127, u8::try_from(length - 127).unwrap()],
        };
        bytes.extend_from_slice(text.as_bytes());
        bytes
    };
    [vec![0], text(name), text(value)].concat()
}

/// Two requests on a connection whose windows are closed, over which not a byte of an answer may go.
fn http2(server: &Server, body: &str) -> Option<TcpStream> {
    let mut client = TcpStream::connect(server.address).ok()?;
    // SETTINGS_INITIAL_WINDOW_SIZE = 0.
    let settings = frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let mut sent = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), settings].concat();
    for stream in [1, 3] {
        let fields = [
            (":method", "POST"),
            (":scheme", "http"),
            (":authority", "test"),
            (":path", PATH),
            ("content-type", "application/json"),
            ("x-api-key", KEY),
        ];
        let head: Vec<u8> = fields.iter().flat_map(|(name, value)| field(name, value)).collect();
        sent.extend(frame(1, 4, stream, &head));
        sent.extend(frame(0, 1, stream, body.as_bytes()));
    }
    client.write_all(&sent).ok()?;
    Some(client)
}

/// Whether the server has closed a connection: there is an end to what can be read. Answers pings on the way.
fn is_closed(client: &mut TcpStream) -> bool {
    client.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    let mut some = [0; 16 * 1024];
    match client.read(&mut some) {
        Ok(0) => true,
        Ok(size) => {
            // A ping (type 6) is answered, as a client does that only pretends to live.
            if let Some(at) = some[..size].windows(9).position(|head| head[..5] == [0, 0, 8, 6, 0]) {
                let _ = client.write_all(&frame(6, 1, 0, &some[at + 9..(at + 17).min(size)]));
            }
            false
        }
        Err(error) => !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
    }
}

#[test]
fn a_thousand_greedy_deaf_clients_do_not_end_it() {
    let server = Server::start(&["up"], &[("FLOWFORGE_IDLE", "3s"), ("FLOWFORGE_NO_ACCESS_LOG", "true")]);
    let limited =
        Command::new("prlimit").arg(format!("--as={MEMORY}")).args(["--pid", &server.id().to_string()]).status();
    assert!(limited.unwrap().success());
    let body = body();
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let client = if number % 2 == 0 { http1(&server, &body) } else { http2(&server, &body) };
        clients.extend(client.map(|client| (number % 2 == 1, client)));
        if number % 50 == 0 {
            let answer = server.post("/api/v1/crypto/hash", FREE, r#"{"text":"a"}"#);
            assert_eq!(answer.status, 200, "after {number}: {}", answer.body);
        }
    }
    assert_eq!(clients.len(), CLIENTS);
    // HTTP/2: nothing of the answers can have arrived, and the server has given them up.
    let started = Instant::now();
    let mut deaf: Vec<TcpStream> = clients.into_iter().filter(|(http2, _)| *http2).map(|(_, client)| client).collect();
    while !deaf.is_empty() {
        assert!(started.elapsed() < Duration::from_secs(120), "{} are still open", deaf.len());
        deaf.retain_mut(|client| !is_closed(client));
    }
    server.wait_gauge(r#"http_requests_in_flight{service="crypto",operation="random"}"#, 0);
    // The memory is there again: a whole answer for who takes it.
    let answer = server.post(PATH, ENTERPRISE, &body);
    assert_eq!((answer.status, answer.json()["succeeded"].as_u64()), (200, Some(5)), "{:.300}", answer.body);
}

/// HTTP/2 connections that ask nothing are closed as silent HTTP/1 connections are.
#[test]
fn silent_connections_do_not_shut_the_door() {
    let environment = [("FLOWFORGE_IDLE", "1s"), ("FLOWFORGE_CONNECTIONS", "200"), ("FLOWFORGE_SHUTDOWN", "1s")];
    let server = Server::start(&["up"], &environment);
    let silent = || {
        let mut client = TcpStream::connect(server.address).unwrap();
        client.write_all(&[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(4, 0, 0, &[])].concat()).unwrap();
        client
    };
    let mut clients: Vec<TcpStream> = (0..200).map(|_| silent()).collect();
    let answer = server.post("/api/v1/crypto/hash", FREE, r#"{"text":"a"}"#);
    assert_eq!(answer.status, 200, "once they are gone");
    let started = Instant::now();
    while !clients.is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60), "{} are still open", clients.len());
        clients.retain_mut(|client| !is_closed(client));
    }
}
