//! Files in: whatever way a file comes, it is the same file.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use base64_simd::{STANDARD, URL_SAFE};
use chassis::testing::{Answer, Client};
use chassis::{Call, Data, Error, FetchBounds, File, FileStream, KeptFile, Secret, Service, Settings};
use data_encoding::HEXLOWER;
use garde::Validate;
use http::Request;
use http::header::CONTENT_TYPE;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client_with;

mod arrival;
mod bounds;

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
