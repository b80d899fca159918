//! Starting, refusing to start, and stopping.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::server::{Server, flowforge};

#[test]
fn a_request_in_flight_is_answered_before_it_stops() {
    let server = Server::up();
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = "POST /api/v1/crypto/hash HTTP/1.1\r\nHost: test\r\nX-API-Key: ff_demo_free\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    server.wait_in_flight(1);
    server.terminate();
    let closed = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        TcpStream::connect(server.address).is_err()
    });
    assert!(closed, "nobody new gets in");
    stream.write_all(br#"{"text":"x"}"#).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(server.wait(Duration::from_secs(60)), Some(0));
}

#[test]
fn an_idle_connection_does_not_hold_it_up() {
    let server = Server::up();
    let _idle = TcpStream::connect(server.address).unwrap();
    server.terminate();
    assert_eq!(server.wait(Duration::from_secs(60)), Some(0));
}

#[test]
fn a_stalled_request_is_cut_off_in_the_end() {
    let server = Server::start(&["up", "--shutdown", "1s"], &[]);
    let mut stalled = TcpStream::connect(server.address).unwrap();
    stalled.write_all(b"POST /api/v1/crypto/hash HTTP/1.1\r\nHost: test\r\nX-API-Key: ff_demo_free\r\nContent-Length: 12\r\n\r\n{").unwrap();
    server.wait_in_flight(1);
    server.terminate();
    assert_eq!(server.wait(Duration::from_secs(10)), Some(0));
}

/// Runs a command that must fail; what it says.
fn fails(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = flowforge().args(arguments).envs(environment.iter().copied()).output().unwrap();
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&[output.stderr, output.stdout].concat()).into_owned()
}

#[test]
fn what_is_wrong_is_said_at_the_start() {
    let demo = fails(&["up"], &[("FLOWFORGE_LISTEN", "0.0.0.0:0")]);
    assert!(demo.contains("the contract holds demo keys") && demo.contains("--allow-demo"), "{demo}");
    let missing = fails(&["up", "--kong", "/nowhere/kong.yml"], &[]);
    assert!(missing.contains("/nowhere/kong.yml"), "{missing}");
    let elsewhere = fails(&["up"], &[("FLOWFORGE_UPSTREAMS", "nothing=http://127.0.0.1:1")]);
    assert!(elsewhere.contains("names nothing, which is not in the contract"), "{elsewhere}");
    assert!(fails(&["serve", "pfd"], &[]).contains("there is no service pfd; these are: crypto, math"));
    assert!(fails(&["up", "--json-limit", "10XB"], &[]).contains("write it as 512, 64KB, 10MB or 1GB"));
    let short = fails(&["up"], &[("FLOWFORGE_GATEWAY_SECRET", "short")]);
    assert!(short.contains("at least 16"), "{short}");
}

#[test]
fn an_address_in_use_is_named() {
    let server = Server::up();
    let address = server.address.to_string();
    let data = tempfile::tempdir().unwrap();
    let environment = [
        ("FLOWFORGE_LISTEN", address.as_str()),
        ("FLOWFORGE_STATUS_LISTEN", "127.0.0.1:0"),
        ("FLOWFORGE_DATA", data.path().to_str().unwrap()),
    ];
    let said = fails(&["up"], &environment);
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
}

#[test]
fn the_committed_documents_are_what_the_code_says() {
    let output = flowforge().args(["openapi", "--check"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_contract_is_checked_and_rendered() {
    let check = flowforge().args(["kong", "check"]).output().unwrap();
    assert!(String::from_utf8_lossy(&check.stdout).starts_with("10 services, 20 routes, 4 consumers"));
    let render =
        flowforge().args(["kong", "render"]).env("FLOWFORGE_GATEWAY_SECRET", "0123456789abcdef").output().unwrap();
    let rendered: serde_json::Value = serde_json::from_slice(&render.stdout).unwrap();
    assert_eq!(rendered["consumers"], serde_json::json!([]));
    assert!(rendered.to_string().contains("X-Gateway-Secret:0123456789abcdef"));
    assert!(fails(&["kong", "render"], &[]).contains("set the variable FLOWFORGE_GATEWAY_SECRET"));
}

#[test]
fn help_shows_every_key() {
    let help = flowforge().args(["up", "--help"]).output().unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let settings = include_str!("../crates/chassis/src/settings.rs");
    let names: Vec<&str> = settings.split("env = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        assert!(help.contains(name), "{name}");
    }
    assert!(help.contains("25s"), "defaults are shown");
}
