//! How many and how large files may be, however they come, and bodies that are compressed.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_compression::tokio::bufread::{GzipEncoder, ZstdEncoder};
use base64_simd::STANDARD;
use chassis::settings::Size;
use futures_util::stream;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::json;
use tokio::io::AsyncReadExt;

use super::{BYTES, FORM, PNG, Part, file, form, hex, kept, server, with};

/// Bytes as gzip or zstd makes them.
fn compressed(encoding: &str, bytes: &[u8]) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("the system starts a runtime");
    let mut packed = Vec::new();
    let done = match encoding {
        "gzip" => runtime.block_on(GzipEncoder::new(bytes).read_to_end(&mut packed)),
        _ => runtime.block_on(ZstdEncoder::new(bytes).read_to_end(&mut packed)),
    };
    done.expect("memory takes it");
    packed
}

#[test]
fn too_many_files_are_refused() {
    let kept = kept();
    let many = vec![file("others", b"1"); 5];
    let answers = [
        kept.post("/read", &json!({ "file": "AQ==", "others": vec!["AQ=="; 4] })),
        kept.form("/read", &many),
        kept.form("/picture", &[file("file", PNG), file("file", PNG)]),
        kept.form("/flow", &[file("file", PNG), file("file", PNG)]),
    ];
    for answer in answers {
        assert_eq!(answer.status, 400, "{:?}", answer.body);
        assert!(answer.message().contains("file"), "{}", answer.message());
    }
}

#[test]
fn too_large_files_are_refused() {
    let kept = with(|settings| (settings.file_limit, settings.files_limit) = (Size(1000), Size(1500)));
    let large = vec![b'x'; 1001];
    let base64 = STANDARD.encode_to_string(&large);
    let answers = [
        ("raw", kept.raw("/read", &[(CONTENT_TYPE, "x/y")], large.clone())),
        ("multipart", kept.form("/read", &[file("file", &large)])),
        ("base64", kept.post("/read", &json!({ "file": base64 }))),
        ("object", kept.post("/read", &json!({ "file": { "base64": base64 } }))),
        ("data URI", kept.post("/read", &json!({ "file": format!("data:;base64,{base64}") }))),
    ];
    for (form, answer) in answers {
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (413, &json!("PAYLOAD_TOO_LARGE")), "{form}");
        assert!(answer.message().contains("1000 bytes"), "{form}: {}", answer.message());
    }
    assert_eq!(kept.raw("/read", &[(CONTENT_TYPE, "x/y")], vec![b'x'; 1000]).status, 200);

    let fitting = vec![b'x'; 800];
    let base64 = STANDARD.encode_to_string(&fitting);
    let answers = [
        ("multipart", kept.form("/read", &[file("file", &fitting), file("second", &fitting)])),
        ("base64", kept.post("/read", &json!({ "file": base64, "second": base64 }))),
        ("both", kept.form("/read", &[file("file", &fitting), ("second", None, None, base64.as_bytes())])),
    ];
    for (form, answer) in answers {
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (413, &json!("PAYLOAD_TOO_LARGE")), "{form}");
        assert!(answer.message().contains("1500 bytes"), "{form}: {}", answer.message());
    }
}

#[test]
fn a_large_upload_or_download_is_refused() {
    let url = format!("http://{}/a.bin", server());
    let small = with(|settings| settings.file_limit = Size(5));
    let answer = small.post("/read", &json!({ "file": url }));
    assert_eq!(answer.status, 413, "{:?}", answer.body);
    assert!(answer.message().starts_with("file: ") && answer.message().contains("5 bytes"), "{}", answer.message());
    let both = with(|settings| settings.files_limit = Size(BYTES.len() + 1));
    assert_eq!(both.post("/read", &json!({ "file": url })).status, 200);
    assert_eq!(both.post("/read", &json!({ "file": url, "second": url })).status, 413);
}

#[test]
fn a_large_stream_comes_last() {
    let kept = kept();
    let width = ("width", None, None, &b"7"[..]);
    for parts in [[width, file("file", BYTES)], [file("file", BYTES), width]] {
        assert_eq!(kept.form("/flow", &parts).json()["file"]["hex"], hex(BYTES));
    }
    let large = vec![b'x'; 5 << 20];
    let send = |parts: &[Part<'_>]| {
        let pieces: Vec<_> = form(parts).chunks(64 << 10).map(|piece| Ok::<_, Infallible>(piece.to_vec())).collect();
        kept.raw("/flow", &[(CONTENT_TYPE, FORM)], chassis::Body::from_stream(stream::iter(pieces)))
    };
    assert_eq!(send(&[width, file("file", &large)]).status, 200);
    for late in [width, file("file", BYTES)] {
        let answer = send(&[file("file", &large), late]);
        assert_eq!(answer.status, 400);
        let field = late.0;
        assert_eq!(answer.message(), format!("{field}: comes after a large file: send the file last"));
    }
}

#[test]
fn bodies_may_be_compressed() {
    let kept = kept();
    for encoding in ["gzip", "zstd"] {
        let sent = |path: &str, content_type: &str, bytes: &[u8]| {
            let headers = [(CONTENT_TYPE, content_type), (CONTENT_ENCODING, encoding)];
            kept.raw(path, &headers, compressed(encoding, bytes))
        };
        for path in ["/read", "/flow"] {
            let json = json!({ "file": STANDARD.encode_to_string(BYTES) }).to_string();
            let answers = [
                sent(path, "application/json", json.as_bytes()),
                sent(path, "application/octet-stream", BYTES),
                sent(path, FORM, &form(&[file("file", BYTES)])),
            ];
            for answer in answers {
                assert_eq!(answer.status, 200, "{encoding} {path}: {:?}", answer.body);
                assert_eq!(answer.json()["file"]["hex"], hex(BYTES), "{encoding} {path}");
            }
        }
        // Cut off, or not what it says.
        let packed = compressed(encoding, BYTES);
        let headers = [(CONTENT_TYPE, "x/y"), (CONTENT_ENCODING, encoding)];
        for (path, body) in [("/read", &packed[..packed.len() - 5]), ("/flow", &packed[..9]), ("/read", BYTES)] {
            let answer = kept.raw(path, &headers, body.to_vec());
            assert_eq!((answer.status, &answer.json()["error"]["code"]), (400, &json!("MALFORMED_REQUEST")), "{path}");
        }
    }
    for path in ["/read", "/flow"] {
        let answer = kept.raw(path, &[(CONTENT_TYPE, "x/y"), (CONTENT_ENCODING, "br")], BYTES);
        assert_eq!(answer.status, 415, "{path}");
    }
}

#[test]
fn a_bomb_is_refused() {
    let kept = with(|settings| {
        (settings.json_limit, settings.file_limit) = (Size(100_000), Size(100_000));
        settings.stream_limit = Size(100_000);
    });
    for encoding in ["gzip", "zstd"] {
        let bomb = compressed(encoding, &vec![b' '; 20 << 20]);
        assert!(bomb.len() < 50_000);
        let parts = compressed(encoding, &form(&[file("file", &vec![0; 20 << 20])]));
        let cases = [
            ("/read", "application/json", &bomb),
            ("/read", "application/octet-stream", &bomb),
            ("/read", FORM, &parts),
            ("/flow", "application/octet-stream", &bomb),
            ("/flow", FORM, &parts),
        ];
        for (path, content_type, body) in cases {
            let headers = [(CONTENT_TYPE, content_type), (CONTENT_ENCODING, encoding)];
            let answer = kept.raw(path, &headers, body.clone());
            assert_eq!(answer.status, 413, "{encoding} {path} {content_type}: {:?}", answer.body);
        }
    }
}

/// What is no form is given up soon, not put together first.
#[test]
fn a_form_without_an_end_is_given_up() {
    let kept = kept();
    let head = b"--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nX-Long: ".to_vec();
    for start in [Vec::new(), head] {
        let taken = Arc::<AtomicUsize>::default();
        let count = taken.clone();
        let pieces = std::iter::once(start).chain((0..1000).map(|_| vec![b'x'; 64 << 10])).map(move |piece| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(piece)
        });
        let body = chassis::Body::from_stream(stream::iter(pieces));
        let answer = kept.raw("/read", &[(CONTENT_TYPE, FORM)], body);
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (400, &json!("MALFORMED_REQUEST")));
        assert!(taken.load(Ordering::Relaxed) < 20, "{} pieces", taken.load(Ordering::Relaxed));
    }
}

/// Small on the line is not small: what is streamed is bounded as a stream.
#[test]
fn a_compressed_stream_has_the_bound_of_streams() {
    let kept = with(|settings| settings.file_limit = Size(1000));
    let bytes = vec![b'x'; 50_000];
    for (encoding, body) in [("gzip", compressed("gzip", &bytes)), ("identity", bytes.clone())] {
        let answer = kept.raw("/flow", &[(CONTENT_TYPE, "x/y"), (CONTENT_ENCODING, encoding)], body);
        assert_eq!(answer.status, 200, "{encoding}: {:?}", answer.body);
        assert_eq!(answer.json()["file"]["hex"].as_str().unwrap().len(), 2 * bytes.len());
    }
}
