//! Files in: whatever way a file comes, it is the same file.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_compression::tokio::bufread::{GzipEncoder, ZstdEncoder};
use base64_simd::{STANDARD, URL_SAFE};
use chassis::settings::Size;
use chassis::testing::{Answer, Client};
use chassis::{Call, Data, Error, FetchBounds, File, FileStream, KeptFile, Secret, Service, Settings};
use data_encoding::HEXLOWER;
use futures_util::stream;
use garde::Validate;
use http::Request;
use http::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use crate::client_with;

/// Bytes that are no text, and whose base64 differs between the alphabets.
const BYTES: &[u8] = b"\xfb\xff\xbf\x00 and more";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000000000000000";
const GATEWAY: &str = "0123456789abcdef";

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct ReadRequest {
    file: File,
    #[serde(default)]
    second: Option<File>,
    #[serde(default)]
    others: Vec<File>,
    #[serde(default)]
    width: Option<u32>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Seen {
    name: Option<String>,
    content_type: Option<String>,
    hex: String,
}

#[derive(Serialize, JsonSchema)]
struct ReadResponse {
    file: Seen,
    second: Option<Seen>,
    others: Vec<Seen>,
    width: Option<u32>,
    tags: Vec<String>,
}

fn seen(file: &File) -> Seen {
    Seen {
        name: file.name().map(str::to_owned),
        content_type: file.content_type().map(str::to_owned),
        hex: HEXLOWER.encode(file.bytes()),
    }
}

fn read(request: ReadRequest, _: &Call) -> Result<ReadResponse, Error> {
    Ok(ReadResponse {
        file: seen(&request.file),
        second: request.second.as_ref().map(seen),
        others: request.others.iter().map(seen).collect(),
        width: request.width,
        tags: request.tags,
    })
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct FileRequest {
    #[garde(skip)]
    file: File,
}

#[derive(Serialize, JsonSchema)]
struct FileResponse {
    file: Seen,
}

fn picture(request: FileRequest, _: &Call) -> Result<FileResponse, Error> {
    Ok(FileResponse { file: seen(&request.file) })
}

#[derive(Serialize, JsonSchema)]
struct KeepResponse {
    file: KeptFile,
}

async fn keep(request: FileRequest, call: Arc<Call>) -> Result<KeepResponse, Error> {
    Ok(KeepResponse { file: call.keep(&request.file).await? })
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct NamedRequest {
    #[garde(skip)]
    file: File,
    #[garde(skip)]
    urls: Vec<String>,
    #[garde(skip)]
    all: usize,
}

#[derive(Serialize, JsonSchema)]
struct NamedResponse {
    url: Option<String>,
    files: Vec<Option<Seen>>,
    reasons: Vec<Option<String>>,
}

async fn named(request: NamedRequest, call: Arc<Call>) -> Result<NamedResponse, Error> {
    let bounds = FetchBounds { each: 1000, all: request.all, time: Duration::from_secs(20) };
    let fetched = call.fetch(&request.urls, &bounds).await;
    Ok(NamedResponse {
        url: request.file.url().map(str::to_owned),
        files: fetched.iter().map(|one| one.as_ref().ok().map(seen)).collect(),
        reasons: fetched.into_iter().map(Result::err).collect(),
    })
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct FlowRequest {
    #[garde(skip)]
    file: FileStream,
    #[serde(default)]
    #[garde(skip)]
    width: Option<u32>,
}

fn flow(request: FlowRequest, _: &Call) -> Result<FileResponse, Error> {
    let mut bytes = Vec::new();
    request.file.reader().read_to_end(&mut bytes)?;
    let text = |text: Option<&str>| text.map(str::to_owned);
    let (name, content_type) = (text(request.file.name()), text(request.file.content_type()));
    Ok(FileResponse { file: Seen { name, content_type, hex: HEXLOWER.encode(&bytes) } })
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct DataRequest {
    #[garde(skip)]
    data: Data,
}

#[derive(Serialize, JsonSchema)]
struct DataResponse {
    json: Option<String>,
    text: Option<String>,
    file: Option<Seen>,
}

fn data(request: DataRequest, _: &Call) -> Result<DataResponse, Error> {
    let none = DataResponse { json: None, text: None, file: None };
    Ok(match request.data {
        Data::Json(json) => DataResponse { json: Some(json.get().to_owned()), ..none },
        Data::Text(text) => DataResponse { text: Some(text), ..none },
        Data::File(file) => DataResponse { file: Some(seen(&file)), ..none },
    })
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct UnlockRequest {
    #[garde(skip)]
    file: File,
    #[garde(skip)]
    password: Secret<String>,
}

fn unlock(request: UnlockRequest, _: &Call) -> Result<FileResponse, Error> {
    assert_eq!(request.password.reveal(), "open");
    Ok(FileResponse { file: seen(&request.file) })
}

fn service() -> Service {
    Service::new("files", "Reads files")
        .compute("POST /read", read, |op| op.files(4, &[]))
        .compute("POST /picture", picture, |op| op.files(1, &["image/*"]))
        .compute("POST /flow", flow, |op| op)
        .compute("POST /data", data, |op| op.files(1, &[]))
        .compute("POST /unlock", unlock, |op| op)
        .call("POST /keep", keep, |op| op)
        .call("POST /named", named, |op| op.files(1, &[]))
}

/// A client, and the folder its files are kept in.
pub(crate) struct Kept {
    client: Client,
    _folder: TempDir,
}

fn with(change: impl FnOnce(&mut Settings)) -> Kept {
    let folder = TempDir::new().expect("there is a temporary folder");
    let mut settings = Settings {
        store: Some(folder.path().display().to_string()),
        fetch_allow: vec!["127.0.0.1/32".parse().expect("it is written well")],
        gateway_secret: Some(GATEWAY.parse().expect("it is written well")),
        ..Settings::default()
    };
    change(&mut settings);
    Kept { client: client_with(settings, service()), _folder: folder }
}

pub(crate) fn kept() -> Kept {
    with(|_| {})
}

impl Kept {
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.client.post(&format!("/api/v1/files{path}"), body)
    }

    pub(crate) fn raw(
        &self,
        path: &str,
        headers: &[(http::HeaderName, &str)],
        body: impl Into<chassis::Body>,
    ) -> Answer {
        let mut request = Request::post(format!("/api/v1/files{path}"));
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.client.send(request.body(body).expect("the parts are right"))
    }

    pub(crate) fn form(&self, path: &str, parts: &[Part<'_>]) -> Answer {
        self.raw(path, &[(CONTENT_TYPE, FORM)], form(parts))
    }

    /// Posts JSON as one of the gateway's consumers.
    fn post_of(&self, consumer: &str, path: &str, body: &Value) -> Answer {
        let request = Request::post(format!("/api/v1/files{path}"))
            .header(CONTENT_TYPE, "application/json")
            .header("x-gateway-secret", GATEWAY)
            .header("x-consumer-id", consumer);
        self.client.send(request.body(body.to_string()).expect("the parts are right"))
    }
}

pub(crate) const FORM: &str = "multipart/form-data; boundary=limit";

/// A part of a multipart body: its name, file name, type and bytes.
pub(crate) type Part<'a> = (&'a str, Option<&'a str>, Option<&'a str>, &'a [u8]);

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file_name, content_type, bytes) in parts {
        body.extend_from_slice(b"--limit\r\nContent-Disposition: form-data");
        if !name.is_empty() {
            write!(body, "; name=\"{name}\"").expect("memory takes it");
        }
        if let Some(file_name) = file_name {
            write!(body, "; filename=\"{file_name}\"").expect("memory takes it");
        }
        if let Some(content_type) = content_type {
            write!(body, "\r\nContent-Type: {content_type}").expect("memory takes it");
        }
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--limit--\r\n");
    body
}

/// A part that is a file.
pub(crate) fn file<'a>(name: &'a str, bytes: &'a [u8]) -> Part<'a> {
    (name, Some("a.bin"), Some("application/x-test"), bytes)
}

/// A server of files, for as long as the test runs.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let address = listener.local_addr().expect("loopback is there");
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    address
}

fn answer(mut stream: TcpStream) {
    let mut lines = BufReader::new(stream.try_clone().expect("loopback is there")).lines().map_while(Result::ok);
    let path = lines.next().and_then(|line| line.split(' ').nth(1).map(str::to_owned)).unwrap_or_default();
    let _rest_of_the_head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let (head, body) = match path.as_str() {
        "/a.bin" => ("200 OK\r\nContent-Type: application/x-test", BYTES),
        "/inward" => ("302 Found\r\nLocation: http://169.254.169.254/latest/meta-data", &b""[..]),
        "/private" => ("302 Found\r\nLocation: http://10.0.0.1/", &b""[..]),
        _ => ("404 Not Found", &b"nothing"[..]),
    };
    let _ = write!(stream, "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(body);
}

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

pub(crate) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

#[test]
fn every_form_is_the_same_file() {
    let kept = kept();
    let url = format!("http://{}/a.bin", server());
    let base64 = STANDARD.encode_to_string(BYTES);
    let upload = kept.post("/keep", &json!({ "file": { "base64": base64 } })).json()["file"].clone();
    let json = [
        json!(url),
        json!({ "url": url }),
        json!(base64),
        json!({ "base64": base64 }),
        json!(URL_SAFE.encode_to_string(BYTES)),
        json!(URL_SAFE.encode_to_string(BYTES).trim_end_matches('=')),
        json!(format!("data:application/x-test;base64,{base64}")),
        json!({ "id": upload["id"] }),
        json!(upload["url"]),
        json!({ "url": upload["url"] }),
    ];
    for path in ["/read", "/flow", "/keep"] {
        // What is kept is read back; the others say themselves what they saw.
        let check = |form: &str, answer: Answer| {
            assert_eq!(answer.status, 200, "{path} {form}: {:?}", answer.body);
            let mut told = answer.json();
            if path == "/keep" {
                told = kept.post("/read", &json!({ "file": told["file"]["url"] })).json();
            }
            assert_eq!(told["file"]["hex"], hex(BYTES), "{path} {form}");
        };
        for source in &json {
            check(&source.to_string(), kept.post(path, &json!({ "file": source })));
        }
        check("raw", kept.raw(path, &[(CONTENT_TYPE, "application/octet-stream")], BYTES));
        for name in ["file", "file[]", "", "data", "attachment"] {
            check(name, kept.form(path, &[file(name, BYTES)]));
        }
        check("query", kept.raw(&format!("{path}?file={url}"), &[], ""));
    }
}

#[test]
fn a_name_and_a_type_come_along() {
    let kept = kept();
    let url = format!("http://{}/a.bin", server());
    let base64 = STANDARD.encode_to_string(BYTES);
    let both = |answer: &Answer| {
        let told = answer.json()["file"].clone();
        let text = |name: &str| told[name].as_str().unwrap_or("none").to_owned();
        (text("name"), text("contentType"))
    };
    let pair = |name: &str, kind: &str| (name.to_owned(), kind.to_owned());
    for path in ["/read", "/flow"] {
        let json = |source: Value| both(&kept.post(path, &json!({ "file": source })));
        assert_eq!(json(json!(url)), pair("a.bin", "application/x-test"), "{path}");
        assert_eq!(json(json!({ "url": url, "name": "b.txt" })), pair("b.txt", "application/x-test"), "{path}");
        assert_eq!(json(json!(format!("data:Text/CSV;base64,{base64}"))), pair("none", "text/csv"), "{path}");
        let named = json!({ "base64": base64, "name": "b.txt", "contentType": "text/plain; charset=utf-8" });
        assert_eq!(json(named), pair("b.txt", "text/plain"), "{path}");
        assert_eq!(json(json!(base64)), pair("none", "none"), "{path}");
        let headers = [(CONTENT_TYPE, "image/x-test"), (CONTENT_DISPOSITION, "attachment; filename=\"b.txt\"")];
        assert_eq!(both(&kept.raw(path, &headers, BYTES)), pair("b.txt", "image/x-test"), "{path}");
        assert_eq!(both(&kept.form(path, &[file("file", BYTES)])), pair("a.bin", "application/x-test"), "{path}");
        // Only what follows the last slash.
        let evil = [("file", Some("../../etc/passwd"), None, BYTES)];
        assert_eq!(both(&kept.form(path, &evil)).0, "passwd", "{path}");
    }
    let upload = json!({ "base64": base64, "name": "c.bin", "contentType": "text/x-kept" });
    let upload = kept.post("/keep", &json!({ "file": upload })).json()["file"].clone();
    let back = kept.post("/read", &json!({ "file": { "id": upload["id"] } }));
    assert_eq!(both(&back), pair("c.bin", "text/x-kept"));
}

#[test]
fn parts_find_their_fields() {
    let kept = kept();
    let hexes = |answer: &Answer| {
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let told = answer.json();
        let others: Vec<String> =
            told["others"].as_array().unwrap().iter().map(|one| one["hex"].as_str().unwrap().to_owned()).collect();
        let text = |name: &str| told[name]["hex"].as_str().unwrap_or("none").to_owned();
        (text("file"), text("second"), others.join(" "))
    };
    let parts = |names: &[&str]| {
        let bytes: Vec<[u8; 1]> = (1..).take(names.len()).map(|number| [number]).collect();
        let parts: Vec<Part<'_>> = names.iter().zip(&bytes).map(|(name, bytes)| file(name, bytes)).collect();
        hexes(&kept.form("/read", &parts))
    };
    let found = |file: &str, second: &str, others: &str| (file.to_owned(), second.to_owned(), others.to_owned());
    // A part of a wrong name takes the next field that is free, then the list takes the rest.
    assert_eq!(parts(&["x", "y", "z", ""]), found("01", "02", "03 04"));
    assert_eq!(parts(&["second", "x"]), found("02", "01", ""));
    assert_eq!(parts(&["others", "file"]), found("02", "none", "01"));
    assert_eq!(parts(&["others[]", "others[]", "file"]), found("03", "none", "01 02"));
    assert_eq!(parts(&["Second", "FILE"]), found("02", "01", ""));
    let json = json!({ "file": "AQ==", "others": ["Ag==", { "base64": "Aw==" }] });
    assert_eq!(hexes(&kept.post("/read", &json)), found("01", "none", "02 03"));
}

#[test]
fn options_stand_beside_a_file() {
    let kept = kept();
    let width = ("width", None, None, &b"7"[..]);
    let tags = [("tags", None, None, &b"a"[..]), ("tags", None, Some("text/plain"), &b"b"[..])];
    let told = kept.form("/read", &[width, tags[0], file("file", BYTES), tags[1]]).json();
    assert_eq!((&told["width"], &told["tags"]), (&json!(7), &json!(["a", "b"])));
    let told = kept.raw("/read?width=7&tags=a&tags=b", &[(CONTENT_TYPE, "x/y")], BYTES).json();
    assert_eq!((&told["width"], &told["tags"]), (&json!(7), &json!(["a", "b"])));
    let answer = kept.form("/read?width=8", &[width, file("file", BYTES)]);
    assert_eq!((answer.status, answer.message().as_str()), (400, "width: is there twice: send it once"));
    let answer = kept.form("/read", &[("heigth", None, None, b"1"), file("file", BYTES)]);
    assert_eq!(answer.status, 400);
    assert!(answer.message().starts_with("heigth: "), "{}", answer.message());
    let answer = kept.form("/read", &[("width", None, None, b"\xff"), file("file", BYTES)]);
    assert_eq!((answer.status, answer.message().as_str()), (400, "width: is not valid UTF-8"));
}

#[test]
fn nothing_chosen_in_a_browser_is_no_file() {
    let kept = kept();
    let empty = ("second", Some(""), Some("application/octet-stream"), &b""[..]);
    let told = kept.form("/read", &[file("file", BYTES), empty]).json();
    assert_eq!((&told["file"]["hex"], &told["second"]), (&json!(hex(BYTES)), &Value::Null));
    let answer = kept.form("/read", &[("file", Some(""), Some("application/octet-stream"), b"")]);
    assert_eq!(answer.status, 400);
    assert!(answer.message().starts_with("file: "), "{}", answer.message());
    // A file that was chosen and is empty is one.
    assert_eq!(kept.form("/read", &[file("file", b"")]).json()["file"]["hex"], "");
    assert_eq!(kept.raw("/read", &[(CONTENT_TYPE, "x/y")], "").status, 400);
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
fn the_first_bytes_say_what_a_file_is() {
    let kept = kept();
    assert_eq!(kept.raw("/picture", &[(CONTENT_TYPE, "application/pdf")], PNG).status, 200);
    let pdf = b"%PDF-1.7\n";
    let answers = [
        kept.raw("/picture", &[(CONTENT_TYPE, "image/png")], &pdf[..]),
        kept.form("/picture", &[("file", Some("a.png"), Some("image/png"), pdf)]),
        kept.post("/picture", &json!({ "file": { "base64": STANDARD.encode_to_string(pdf), "name": "a.png" } })),
    ];
    for answer in answers {
        assert_eq!(answer.status, 415);
        assert_eq!(answer.message(), "file: must be image/* (this is application/pdf)");
    }
}

#[test]
fn urls_that_lead_nowhere_or_inward_are_refused() {
    let address = server();
    let open = kept();
    let closed = with(|settings| settings.fetch_allow.clear());
    let url = |path: &str| json!({ "file": format!("http://{address}{path}") });
    let cases = [
        (&closed, url("/a.bin"), 400),
        (&closed, json!({ "file": "http://localhost/a" }), 400),
        (&open, url("/inward"), 400),
        (&open, url("/private"), 400),
        (&open, json!({ "file": { "url": "ftp://example.com/a" } }), 400),
        (&open, url("/nothing"), 422),
        (&open, json!({ "file": "http://127.0.0.1:1/a" }), 422),
    ];
    for (kept, body, status) in cases {
        for path in ["/read", "/flow"] {
            let answer = kept.post(path, &body);
            assert_eq!(answer.status, status, "{path} {body}: {:?}", answer.body);
            assert!(answer.message().starts_with("file: ") || answer.message().starts_with("file.url: "), "{body}");
        }
    }
    let list = json!({ "file": "AQ==", "others": ["AQ==", format!("http://{address}/nothing")] });
    let answer = open.post("/read", &list);
    assert_eq!(answer.json()["error"]["details"][0]["field"], "others[1]", "{:?}", answer.body);
}

#[test]
fn what_a_request_names_is_fetched_as_its_own_files_are() {
    let address = server();
    let url = |path: &str| format!("http://{address}{path}");
    let body = json!({
        "file": url("/a.bin"), "all": 1000,
        "urls": [url("/a.bin"), url("/nothing"), url("/inward"), url("/private"), "ftp://a.b/c"],
    });
    let answer = kept().post("/named", &body).json();
    assert_eq!(answer["url"], url("/a.bin"));
    assert_eq!((&answer["files"][0]["hex"], &answer["files"][1]), (&json!(hex(BYTES)), &json!(null)));
    assert_eq!(answer["reasons"][0], json!(null));
    for (at, reason) in [(1, "answered 404"), (2, "closed"), (3, "no public address"), (4, "http://")] {
        let told = answer["reasons"][at].as_str().unwrap_or_default();
        assert!(told.contains(reason), "{told}");
    }
    let closed = with(|settings| settings.fetch_allow.clear());
    let body = json!({ "file": "AQ==", "all": 1000, "urls": [url("/a.bin")] });
    assert!(
        closed.post("/named", &body).json()["reasons"][0].as_str().unwrap_or_default().contains("no public address")
    );
    // Bounds are for all of them together.
    let body = json!({ "file": "AQ==", "all": BYTES.len() + 1, "urls": [url("/a.bin"), url("/a.bin")] });
    let answer = kept().post("/named", &body).json();
    let came = answer["files"].as_array().into_iter().flatten().filter(|file| !file.is_null()).count();
    assert_eq!(came, 1, "{answer}");
}

#[test]
fn ids_are_their_owners() {
    let kept = kept();
    let upload = kept.post_of("alice", "/keep", &json!({ "file": "AQ==" })).json()["file"].clone();
    let by_id = json!({ "file": { "id": upload["id"] } });
    assert_eq!(kept.post_of("alice", "/read", &by_id).json()["file"]["hex"], "01");
    let mut unknown = upload["id"].as_str().unwrap().to_owned();
    unknown.replace_range(10..14, "0000");
    let cases = [
        kept.post_of("bob", "/read", &by_id),
        kept.post("/read", &by_id),
        kept.post_of("alice", "/read", &json!({ "file": { "id": unknown } })),
        kept.post_of("alice", "/read", &json!({ "file": { "id": "../../etc/passwd" } })),
        kept.post_of("alice", "/read", &json!({ "file": { "url": format!("{}x", upload["url"].as_str().unwrap()) } })),
    ];
    for answer in cases {
        assert_eq!(answer.status, 422, "{:?}", answer.body);
        assert_eq!(answer.message(), "file: there is no such file: it has expired or is not yours");
    }
    // The link opens it to whoever has it.
    assert_eq!(kept.post_of("bob", "/read", &json!({ "file": upload["url"] })).status, 200);
}

#[test]
fn a_secret_does_not_travel_in_the_address() {
    let kept = kept();
    let octets = (CONTENT_TYPE, "application/octet-stream");
    let answer = kept.raw("/unlock?password=open", &[octets], BYTES);
    assert_eq!(answer.status, 400);
    assert!(answer.message().starts_with("password: ") && !answer.message().contains("open"), "{}", answer.message());
    assert_eq!(kept.form("/unlock", &[("password", None, None, b"open"), file("file", BYTES)]).status, 200);
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

#[test]
fn data_may_be_the_json_itself() {
    let kept = kept();
    let told = |data: Value| {
        let answer = kept.post("/data", &json!({ "data": data }));
        assert_eq!(answer.status, 200, "{data}: {:?}", answer.body);
        answer.json()
    };
    let upload = kept.post("/keep", &json!({ "file": "AQ==" })).json()["file"].clone();
    let values = [
        json!([1, { "a": "b" }]),
        json!({ "a": null }),
        json!(true),
        json!({ "id": 7 }),
        json!({ "id": "7" }),
        json!({ "id": "7", "name": "Bolt" }),
        json!({ "part": 0 }),
        json!({ "part": 7, "name": "Bolt" }),
        json!({ "name": "a.txt", "contentType": "text/plain" }),
        json!({ "url": "http://example.com", "visits": 3 }),
        json!({ "id": upload["id"], "visits": 3 }),
    ];
    for value in values {
        assert_eq!(told(value.clone())["json"], value.to_string());
    }
    for text in ["a text", "AQ==", "", "see http://example.com for more", "data: the word", "http://example.com\nb"] {
        assert_eq!(told(json!(text))["text"], text);
    }
    let url = format!("http://{}/a.bin", server());
    for source in [json!(url), json!({ "url": url, "name": "a" })] {
        assert_eq!(told(source)["file"]["hex"], hex(BYTES));
    }
    for source in [json!({ "base64": "AQ==" }), json!("data:;base64,AQ=="), json!({ "id": upload["id"] })] {
        assert_eq!(told(source)["file"]["hex"], "01");
    }
    assert_eq!(kept.raw("/data", &[(CONTENT_TYPE, "text/csv")], "a,b").json()["file"]["hex"], hex(b"a,b"));
    assert_eq!(kept.form("/data", &[file("data", b"a,b")]).json()["file"]["hex"], hex(b"a,b"));
    // Digits and order stay as they were sent.
    let exact = r#"{"data":{"b":1.50,"a":123456789012345678901234567890}}"#;
    let answer = kept.client.post_as("application/json", "/api/v1/files/data", exact);
    assert_eq!(answer.json()["json"], r#"{"b":1.50,"a":123456789012345678901234567890}"#);
}

/// curl says `--data-binary @photo.jpg` is a form.
#[test]
fn a_file_that_is_called_a_form_is_a_file() {
    let kept = kept();
    let sent = |body: &[u8]| {
        let told = kept.raw("/read", &[(CONTENT_TYPE, "application/x-www-form-urlencoded")], body.to_vec()).json();
        told["file"]["hex"].as_str().unwrap_or_default().to_owned()
    };
    for file in [&b"\xff\xd8\xff\xe0 picture"[..], b"<svg/>", "café".as_bytes()] {
        assert_eq!(sent(file), hex(file));
    }
    assert_eq!(sent(b"file=aGVsbG8%3D"), hex(b"hello"));
    assert_eq!(sent(b"{\"file\":\"aGVsbG8=\"}"), hex(b"hello"));
}
