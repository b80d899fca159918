//! What happens to a server while it stands: told to stop, told to read its files again, given a certificate, shared by a
//! consumer who wants it all.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::server::{Answer, FREE, Server};

const HASH: &str = "/api/v1/crypto/hash";
const BODY: &str = r#"{"text":"x"}"#;

fn signal(server: &Server, name: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", server.id())]).status().unwrap();
    assert!(sent.success());
}

/// Sends a request on a connection that stays, and reads the head of its answer.
fn ask(stream: &mut TcpStream) -> String {
    let request = format!(
        "POST {HASH} HTTP/1.1\r\nHost: test\r\n{FREE}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "it closed: {head}");
    }
    let length = head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    reader.read_exact(&mut vec![0; length.unwrap()]).unwrap();
    head
}

#[test]
fn while_it_drains_a_kept_connection_is_answered_and_told_to_end() {
    let server = Server::start(&["up", "--drain", "10m"], &[]);
    let mut kept = TcpStream::connect(server.address).unwrap();
    assert!(!ask(&mut kept).to_ascii_lowercase().contains("connection: close"));
    signal(&server, "TERM");
    server.said("stopping");
    let head = ask(&mut kept);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.to_ascii_lowercase().contains("connection: close"), "{head}");
    assert_eq!(kept.read(&mut [0]).unwrap(), 0, "and ended");
}

#[test]
fn told_twice_it_ends_at_once() {
    let server = Server::start(&["up", "--drain", "10m"], &[]);
    signal(&server, "INT");
    server.said("stopping");
    signal(&server, "INT");
    assert_eq!(server.wait(Duration::from_secs(10)), Some(0));
}

/// The contract with another consumer in it.
fn contract_with(key: &str) -> String {
    let contract = include_str!("../kong.yml");
    let consumer = format!(
        "  - username: ann\n    keyauth_credentials: [{{key: {key}}}]\n    acls: [{{group: free}}]\n  - username: demo-basic\n"
    );
    assert!(contract.contains("  - username: demo-basic\n"));
    contract.replace("  - username: demo-basic\n", &consumer)
}

#[test]
fn the_contract_is_read_again_on_hangup() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kong.yml");
    std::fs::write(&file, include_str!("../kong.yml")).unwrap();
    let server = Server::start(&["up", "--kong", file.to_str().unwrap()], &[]);
    let hash = |key: &str| server.post(HASH, &format!("X-API-Key: {key}\r\n"), BODY);
    let remaining = |answer: &Answer| answer.header("x-ratelimit-remaining-day").unwrap().parse::<u64>().unwrap();
    assert_eq!(hash("key-of-ann").status, 401);
    let before = remaining(&hash("ff_demo_free"));

    std::fs::write(&file, contract_with("key-of-ann")).unwrap();
    signal(&server, "HUP");
    server.said("read again");
    assert_eq!(hash("key-of-ann").status, 200);
    assert_eq!(remaining(&hash("ff_demo_free")), before - 1, "what was counted stays counted");

    std::fs::write(&file, "services: [{ no: yes").unwrap();
    signal(&server, "HUP");
    let said = server.said("what there was goes on");
    assert!(said.contains("kong.yml"), "{said}");
    assert_eq!(hash("key-of-ann").status, 200);

    std::fs::write(&file, contract_with("another-key")).unwrap();
    signal(&server, "HUP");
    let replaced = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        hash("another-key").status == 200
    });
    assert!(replaced);
    assert_eq!(hash("key-of-ann").status, 401, "a key that is gone opens nothing");
}

/// A certificate for localhost and its key, in files of a folder.
fn certificate(folder: &Path, name: &str) -> [String; 2] {
    let [certificate, key] = ["crt", "key"].map(|end| folder.join(end).to_str().unwrap().to_owned());
    let subject = format!("/CN={name}");
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"])
        .args(["-subj", &subject, "-addext", "subjectAltName=DNS:localhost", "-keyout", &key, "-out", &certificate])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    [certificate, key]
}

/// What curl says of a page: body and head on standard output, the handshake on standard error.
fn curl(server: &Server, arguments: &[&str]) -> (String, String) {
    let port = server.address.port();
    let url = format!("https://localhost:{port}/health");
    let resolve = format!("localhost:{port}:127.0.0.1");
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--verbose", "--insecure", "--include", "--resolve", &resolve])
        .args(arguments)
        .arg(url)
        .output()
        .unwrap();
    [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).into()
}

#[test]
fn it_speaks_tls_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let [certificate_file, key_file] = certificate(folder.path(), "first.test");
    let server = Server::start(&["up", "--tls-certificate", &certificate_file, "--tls-key", &key_file], &[]);
    for (arguments, status, version) in [
        (&["--tls-max", "1.2", "--http1.1"][..], "HTTP/1.1 200", "TLSv1.2"),
        (&["--tlsv1.3", "--http1.1"], "HTTP/1.1 200", "TLSv1.3"),
        (&["--tlsv1.3", "--http2"], "HTTP/2 200", "TLSv1.3"),
    ] {
        let (answer, handshake) = curl(&server, arguments);
        assert!(answer.starts_with(status), "{arguments:?}: {answer} {handshake}");
        assert!(handshake.contains(version), "{arguments:?}: {handshake}");
    }
    let (answer, _) = curl(&server, &["--tls-max", "1.1"]);
    assert_eq!(answer, "", "TLS 1.1 is refused");

    certificate(folder.path(), "second.test");
    signal(&server, "HUP");
    server.said("read again");
    assert!(curl(&server, &[]).1.contains("CN=second.test"));

    std::fs::write(&certificate_file, "half a fil").unwrap();
    signal(&server, "HUP");
    server.said("what there was goes on");
    assert!(curl(&server, &[]).1.contains("CN=second.test"), "the old one goes on");
}

/// Eighty password hashes of one key wait for the one thread that heavy work has; the one of another key is next.
#[test]
fn a_consumer_with_one_request_does_not_wait_behind_one_with_many() {
    let server = Server::start(&["up"], &[("FLOWFORGE_COMPUTE_THREADS", "2")]);
    let body = r#"{"password":"correct horse battery staple","parameters":{"passes":10}}"#;
    let path = "/api/v1/crypto/passwords/hash";
    let done = Arc::new(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..80 {
            let (server, done) = (&server, done.clone());
            scope.spawn(move || {
                // Those of the end may be told that they waited too long.
                let served = server.post(path, FREE, body).status == 200;
                done.fetch_add(usize::from(served), Ordering::SeqCst);
            });
        }
        server.wait_gauge_of_at_least("pool_waiting", 30);
        let before = done.load(Ordering::SeqCst);
        let answer = server.post(path, "X-API-Key: ff_demo_pro\r\n", body);
        let between = done.load(Ordering::SeqCst) - before;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(between <= 20, "{between} of the many were served before the one");
    });
}
