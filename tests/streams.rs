//! Bodies that are read as they arrive and files that are read as they leave: constant memory, and nobody held up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::server::{ENTERPRISE, Server, answer, chunk};

const HASH: &str = "/api/v1/crypto/hash";
const BYTES: &str = "X-API-Key: ff_demo_enterprise\r\nContent-Type: application/octet-stream\r\n";
const MB: usize = 1 << 20;
/// What a stream may cost, however long it is.
const ROOM: usize = 32 * MB;

/// So many bytes of nothing, compressed.
fn zeros(bytes: usize) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let piece = vec![0; MB];
    for start in (0..bytes).step_by(MB) {
        gzip.write_all(&piece[..MB.min(bytes - start)]).unwrap();
    }
    gzip.finish().unwrap()
}

/// A server that has answered already, and the memory it has.
fn warm(environment: &[(&str, &str)]) -> (Server, usize) {
    let server = Server::without_models(&["up"], environment);
    others_are_answered(&server);
    let memory = server.memory();
    (server, memory)
}

fn others_are_answered(server: &Server) {
    let answer = server.post(HASH, ENTERPRISE, r#"{"text":"hello"}"#);
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn grew_little(server: &Server, before: usize) {
    let grown = server.peak_memory().saturating_sub(before);
    assert!(grown <= ROOM, "memory grew by {} MB", grown / MB);
}

#[test]
fn a_long_stream_takes_little_memory() {
    const PIECES: usize = 300;
    let (server, before) = warm(&[]);
    let piece = |number: usize| {
        let mut piece: Vec<u8> = (0..MB).map(|byte| (byte >> 5) as u8).collect();
        piece[..8].copy_from_slice(&number.to_le_bytes());
        piece
    };
    let expected = (0..PIECES).fold(Sha256::new(), |hash, number| hash.chain_update(piece(number))).finalize();
    let path = format!("{HASH}?algorithm=sha256");
    let streamed = server.stream(&path, BYTES, (0..PIECES).map(piece));
    assert_eq!(streamed.status, 200, "{streamed:?}");
    let streamed = streamed.json();
    assert_eq!((&streamed["hash"], &streamed["bytes"]), (&json!(HEXLOWER.encode(&expected)), &json!(PIECES * MB)));
    grew_little(&server, before);
}

#[test]
fn a_compressed_stream_takes_little_memory_however_much_it_holds() {
    let (server, before) = warm(&[]);
    let gzip = format!("{BYTES}Content-Encoding: gzip\r\n");
    let body = zeros(300 * MB);
    // `head -c 300M /dev/zero | sha256sum`
    let expected = "17a88af83717f68b8bd97873ffcf022c8aed703416fe9b08e0fa9e3287692bf0";
    for answer in [server.send(HASH, &gzip, &body), server.stream(HASH, &gzip, body.chunks(10_000).map(<[u8]>::to_vec))]
    {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["hash"], expected);
    }

    // A gigabyte is the limit: one compressed file after another counts as one.
    let path = format!("{HASH}?algorithm=crc32");
    let full = zeros(64 * MB).repeat(16);
    let allowed = server.stream(&path, &gzip, full.chunks(MB).map(<[u8]>::to_vec));
    assert_eq!((allowed.status, &allowed.json()["bytes"]), (200, &json!(1024 * MB)), "{allowed:?}");
    let over = [full, zeros(1)].concat();
    let refused = server.stream(&path, &gzip, over.chunks(MB).map(<[u8]>::to_vec));
    assert_eq!((refused.status, refused.message().as_str()), (413, "the file is larger than the limit of 1024 MB"));
    let endless = server.stream(&path, &gzip, std::iter::repeat_n(zeros(64 * MB), 1000));
    assert_eq!(endless.status, 413, "{endless:?}");
    server.wait_gauge("streams", 0);
    grew_little(&server, before);
}

#[test]
fn a_sender_that_falls_silent_is_given_up() {
    let (server, _) = warm(&[("FLOWFORGE_STREAM_IDLE", "10s")]);
    let mut silent: Vec<TcpStream> = (0..8).map(|_| server.upload(HASH, BYTES)).collect();
    for stream in &mut silent {
        stream.write_all(&chunk(&vec![0; 2 * MB])).unwrap();
    }
    server.wait_gauge("streams", silent.len());
    others_are_answered(&server);
    for stream in silent {
        let answer = answer(stream);
        assert_eq!(answer.status, 504, "{answer:?}");
        assert_eq!(answer.message(), "nothing of the file arrived for 10 seconds");
    }
    server.wait_gauge("streams", 0);
    others_are_answered(&server);
}

/// The patience with a silent sender is longer than this test waits: it is the leaving that ends the stream.
#[test]
fn a_sender_that_leaves_takes_its_stream_along() {
    let (server, _) = warm(&[("FLOWFORGE_STREAM_IDLE", "5m")]);
    let mut leaving: Vec<TcpStream> = (0..8).map(|_| server.upload(HASH, BYTES)).collect();
    for stream in &mut leaving {
        stream.write_all(&chunk(&vec![0; 2 * MB])).unwrap();
    }
    server.wait_gauge("streams", leaving.len());
    drop(leaving);
    server.wait_gauge("streams", 0);
    server.wait_in_flight(0);
}

#[test]
fn no_more_streams_than_there_is_room_for() {
    // One more than anybody may have.
    let (server, _) = warm(&[("FLOWFORGE_STREAMS", "3")]);
    let mut held: Vec<TcpStream> = (0..2).map(|_| server.upload(HASH, BYTES)).collect();
    for stream in &mut held {
        stream.write_all(&chunk(&vec![0; 2 * MB])).unwrap();
    }
    server.wait_gauge("streams", 2);
    let refused = server.stream(HASH, BYTES, std::iter::repeat_n(vec![0; MB], 2));
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.header("retry-after").is_some());
    others_are_answered(&server);
    for mut stream in held {
        stream.write_all(b"0\r\n\r\n").unwrap();
        let answer = answer(stream);
        assert_eq!((answer.status, &answer.json()["bytes"]), (200, &json!(2 * MB)), "{answer:?}");
    }
}

#[test]
fn a_reader_that_stops_costs_little_and_is_given_up() {
    const SIZE: usize = 40 * MB;
    let store = tempfile::tempdir().unwrap();
    let environment = [
        ("FLOWFORGE_STORE", store.path().to_str().unwrap()),
        ("FLOWFORGE_PUBLIC_URL", "https://files.test"),
        ("FLOWFORGE_IDLE", "2s"),
    ];
    let writer = Server::start(&["up"], &environment);
    let kept = writer.send("/api/v1/files", BYTES, vec![7; SIZE]).json();
    drop(writer);
    let link = kept["file"]["url"].as_str().unwrap().strip_prefix("https://files.test").unwrap().to_owned();

    // Another process, whose memory has not seen the file: a link outlives a restart.
    let (server, before) = warm(&environment);
    let request = format!("GET {link} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    let download = || {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut first = [0; 1000];
        stream.read_exact(&mut first).unwrap();
        assert!(first.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&first));
        stream
    };
    let rest = |mut stream: TcpStream| {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        rest.len()
    };
    let stopped: Vec<TcpStream> = (0..20).map(|_| download()).collect();
    others_are_answered(&server);
    assert!(rest(download()) > SIZE - 1000, "another reader gets it all");
    // Longer than the patience with a reader that takes nothing.
    std::thread::sleep(Duration::from_secs(4));
    others_are_answered(&server);
    for stream in stopped {
        let got = rest(stream);
        assert!(got < SIZE - 1000, "it was sent all the same");
    }
    grew_little(&server, before);
}
