//! What servers answer: files, and what is none.

use async_compression::Level;
use async_compression::tokio::write::{GzipEncoder, ZstdEncoder};
use async_compression::zstd::CParameter;

use super::*;
use crate::body::ZSTD_WINDOW;

#[tokio::test]
async fn a_file_arrives_and_nothing_of_ours_goes_out() {
    let server = Server::answering(OPEN, ok("Content-Type: Text/Plain; charset=utf-8\r\n", "hello")).await;
    let url = format!("http://{}/dir/a%20b.txt?x=1#y", server.address);
    let fetching = tokio::spawn(async move { fetcher(&[OPEN]).open(&Holder::default(), &url, PATIENT).await });
    let fetched = fetching.await.unwrap().unwrap();
    assert_eq!(fetched.name.as_deref(), Some("a b.txt"));
    assert_eq!(fetched.content_type.as_deref(), Some("text/plain"));
    assert_eq!(fetched.announced, Some(5));
    assert_eq!(read(fetched).await.unwrap(), b"hello");
    let requests = server.requests();
    let mut lines: Vec<_> = requests[0].trim_end().split("\r\n").collect();
    lines[1..].sort_unstable();
    let host = format!("host: {}", server.address);
    let agent = concat!("user-agent: FlowForge/", env!("CARGO_PKG_VERSION"));
    assert_eq!(lines, ["GET /dir/a%20b.txt?x=1 HTTP/1.1", "accept-encoding: identity", "accept: */*", &host, agent]);
    server.all_closed().await;
}

#[tokio::test]
async fn slow_servers_are_left() {
    let fetcher = fetcher(&[OPEN]);
    let second = Duration::from_secs(1);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n".to_vec();
    let slow_head = head.clone();
    let slow_body = head.clone();
    let silent = Server::start(OPEN, |_| Reply::Part(Vec::new())).await;
    let slow_head = Server::start(OPEN, move |_| Reply::Slowly(Vec::new(), slow_head.clone())).await;
    let slow_body = Server::start(OPEN, move |_| Reply::Slowly(slow_body.clone(), vec![b'x'; 15])).await;
    let stopped = Server::start(OPEN, move |_| Reply::Part(head.clone())).await;
    let cases = [
        (&silent, Patience::Whole(second), false),
        (&silent, Patience::Idle(second), false),
        (&slow_head, Patience::Whole(second), false),
        (&slow_head, Patience::Idle(second), false),
        (&slow_body, Patience::Whole(second), false),
        (&slow_body, Patience::Idle(second), true),
        (&stopped, Patience::Whole(second), false),
        (&stopped, Patience::Idle(second), false),
    ];
    let outcomes = cases.map(|(server, patience, arrives)| {
        let url = server.url();
        let fetcher = &fetcher;
        async move {
            match fetch_for(fetcher, &url, patience).await {
                Ok(bytes) => assert!(arrives && bytes.len() == 15, "{patience:?}"),
                Err(fault) => {
                    assert_eq!(fault, Fault::TooSlow("did not arrive from 127.0.0.2 within 1s".to_owned()));
                    assert!(!arrives, "{patience:?}");
                }
            }
        }
    });
    futures_util::future::join_all(outcomes).await;
    for server in [silent, slow_head, slow_body, stopped] {
        assert_eq!(server.connections(), 2);
        server.all_closed().await;
    }
}

#[tokio::test]
async fn a_file_nobody_reads_to_its_end_is_closed() {
    let server = Server::start(OPEN, |_| Reply::Part(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxx".to_vec())).await;
    let mut fetched = fetcher(&[OPEN]).open(&Holder::default(), &server.url(), PATIENT).await.unwrap();
    assert_eq!(fetched.chunk().await.unwrap().unwrap(), "xx");
    drop(fetched);
    server.all_closed().await;
}

#[tokio::test]
async fn only_whole_answers_are_files() {
    let fetcher = fetcher(&[OPEN]);
    for (answer, why) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "127.0.0.2 answered 404"),
        ("HTTP/1.1 500 secret\r\nContent-Length: 6\r\n\r\nsecret", "127.0.0.2 answered 500"),
        ("HTTP/1.1 401 secret\r\nContent-Length: 0\r\n\r\n", "a link that opens without a login"),
        ("HTTP/1.1 204 No Content\r\n\r\n", "answered 204"),
        ("HTTP/1.1 206 Partial\r\nContent-Length: 1\r\nContent-Range: bytes 0-0/2\r\n\r\nx", "answered 206"),
        ("HTTP/1.1 304 Not Modified\r\n\r\n", "answered 304"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nearly", "ends early"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n", "ends early"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", "is damaged"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nearly", "is damaged"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: zstd\r\n\r\nearly", "is damaged"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: br\r\n\r\nearly", "other than gzip and zstd"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip, br\r\n\r\nearly", "other than gzip"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nearly", "did not answer as a web server"),
        ("HTTP/1.1 200 OK\r\nsecret", "did not answer as a web server"),
        ("SSH-2.0-secret\r\n", "did not answer as a web server"),
        ("", "did not answer as a web server"),
    ] {
        let server = Server::answering(OPEN, answer).await;
        unreached(fetch(&fetcher, &server.url()).await, why);
        server.all_closed().await;
    }
    // Without a length, the end of the connection is the end of the file.
    for answer in [
        "HTTP/1.1 200 OK\r\n\r\nwhole",
        "HTTP/1.0 200 OK\r\n\r\nwhole",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 203 OK\r\n\r\nwhole",
    ] {
        let server = Server::answering(OPEN, answer).await;
        assert_eq!(fetch(&fetcher, &server.url()).await.unwrap(), b"whole");
    }
    unreached(fetch(&fetcher, "http://127.0.0.2:9/secret").await, "127.0.0.2 takes no connections");
}

#[tokio::test]
async fn the_head_of_an_answer_is_bounded() {
    let fetcher = fetcher(&[OPEN]);
    let many = "a: b\r\n".repeat(101);
    let endless = format!("a: {}", "b".repeat(1 << 20));
    for headers in [many, endless] {
        let server = Server::answering(OPEN, format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n")).await;
        unreached(fetch(&fetcher, &server.url()).await, "did not answer as a web server");
        server.all_closed().await;
    }
}

async fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzipEncoder::new(Vec::new());
    encoder.write_all(bytes).await.unwrap();
    encoder.shutdown().await.unwrap();
    encoder.into_inner()
}

async fn zstd(bytes: &[u8], window_log: u32) -> Vec<u8> {
    let parameters = [CParameter::window_log(window_log)];
    let mut encoder = ZstdEncoder::with_quality_and_params(Vec::new(), Level::Fastest, &parameters);
    encoder.write_all(bytes).await.unwrap();
    encoder.shutdown().await.unwrap();
    encoder.into_inner()
}

#[tokio::test]
async fn compressed_answers_are_inflated() {
    let fetcher = fetcher(&[OPEN]);
    let (first, second) = (gzip(b"hello ").await, gzip(b"world").await);
    for (encoding, body) in [
        ("GZip", gzip(b"hello world").await),
        ("x-gzip", [first, second].concat()),
        ("zstd", zstd(b"hello world", ZSTD_WINDOW).await),
        ("identity", b"hello world".to_vec()),
    ] {
        let server = Server::answering(OPEN, ok(&format!("Content-Encoding: {encoding}\r\n"), &body)).await;
        let fetched = fetcher.open(&Holder::default(), &server.url(), PATIENT).await.unwrap();
        assert_eq!(fetched.announced, (encoding == "identity").then_some(11), "{encoding}");
        assert_eq!(read(fetched).await.unwrap(), b"hello world", "{encoding}");
    }
    let empty = Server::answering(OPEN, ok("Content-Encoding: gzip\r\n", "")).await;
    assert_eq!(fetch(&fetcher, &empty.url()).await.unwrap(), b"");
    let cut = gzip(&[7; 9_000]).await;
    let cut = Server::answering(OPEN, ok("Content-Encoding: gzip\r\n", &cut[..cut.len() - 9])).await;
    unreached(fetch(&fetcher, &cut.url()).await, "ends early or is damaged");
}

#[tokio::test]
async fn a_bomb_comes_in_small_pieces() {
    let fetcher = fetcher(&[OPEN]);
    let zeros = vec![0; 64 << 20];
    for (encoding, body) in [("gzip", gzip(&zeros).await), ("zstd", zstd(&zeros, ZSTD_WINDOW).await)] {
        assert!(body.len() < 1 << 20);
        let server = Server::answering(OPEN, ok(&format!("Content-Encoding: {encoding}\r\n"), body)).await;
        let mut fetched = fetcher.open(&Holder::default(), &server.url(), PATIENT).await.unwrap();
        let mut counted = 0;
        while counted < 8 << 20 {
            let chunk = fetched.chunk().await.unwrap().unwrap();
            assert!(chunk.len() <= CHUNK, "{encoding}: {}", chunk.len());
            counted += chunk.len();
        }
        drop(fetched);
        server.all_closed().await;
    }
    // A window of 128 MB would be memory before it is bytes.
    let wide = Server::answering(OPEN, ok("Content-Encoding: zstd\r\n", zstd(&zeros, 27).await)).await;
    unreached(fetch(&fetcher, &wide.url()).await, "is damaged");
}

#[test]
fn faults_become_errors_about_their_field() {
    let (url, slow) = (Fault::Refused("is not a valid URL".into()), Fault::TooSlow("did not arrive".into()));
    for (fault, status, message) in [
        (url, 400, "file: is not a valid URL"),
        (unreachable("a.b answered 404"), 422, "file: could not be fetched: a.b answered 404"),
        (slow, 504, "file: did not arrive"),
    ] {
        let error = fault.into_error("file");
        assert_eq!((error.code().status().as_u16(), error.message().as_str()), (status, message));
    }
}
