//! Files on their way out: as bytes, as base64 in JSON, or as a link.

use std::collections::HashSet;
use std::io::{Cursor, Write};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::answer::{Answer, Makes};
use crate::error::{Code, Error};
use crate::files::{Content, Store, attachment, safe_name};
use crate::message::{Body, JSON, Response};
use crate::shares::Holder;

pub(super) const RESULT: HeaderName = HeaderName::from_static("x-result");
/// Bytes of `X-Result`: proxies refuse long heads.
const RESULT_BYTES: usize = 2048;
const ANY: &str = "application/octet-stream";

/// How files go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// As the body.
    Bytes,
    /// Inside JSON.
    Base64,
    /// As a link that works for a while.
    Url,
}

impl Delivery {
    /// What `output` asks for, given as JSON text; else what the client accepts.
    pub(crate) fn asked(output: Option<&str>, headers: &HeaderMap) -> Result<Self, Error> {
        let accepts_json = || headers.get(ACCEPT).is_some_and(|value| value == "application/json");
        let Some(output) = output else {
            return Ok(if accepts_json() { Self::Base64 } else { Self::Bytes });
        };
        let text: String = serde_json::from_str(output).unwrap_or_default();
        match text.to_ascii_lowercase().as_str() {
            "bytes" | "binary" | "file" => Ok(Self::Bytes),
            "base64" => Ok(Self::Base64),
            "url" => Ok(Self::Url),
            _ => Err(Error::field(Code::ValidationError, "output", "use bytes, base64 or url")),
        }
    }

    /// The answer as a response.
    pub(crate) async fn respond(
        self,
        answer: Answer,
        makes: Makes,
        store: &Store,
        owner: &Holder,
    ) -> Result<Response, Error> {
        match (self, makes) {
            (_, Makes::Nothing | Makes::Events) => Ok(json_response(answer.json)),
            (_, Makes::MayFile) if answer.files.is_empty() => Ok(json_response(answer.json)),
            (Self::Bytes, Makes::File | Makes::MayFile) => {
                let file = answer.files.into_iter().next().unwrap_or_default();
                bytes_response(file, &answer.json)
            }
            // One file needs no archive around it.
            (Self::Bytes, Makes::Files) if answer.files.len() == 1 => {
                bytes_response(answer.files[0].clone(), &answer.json)
            }
            (Self::Bytes, Makes::Files) => {
                let archive = Content {
                    name: Some("files.zip".to_owned()),
                    content_type: Some("application/zip".to_owned()),
                    url: None,
                    bytes: zipped(&answer.files)?,
                };
                bytes_response(archive, &answer.json)
            }
            (Self::Base64 | Self::Url, _) => {
                Ok(json_response(Box::pin(self.object(answer, makes, store, owner)).await?))
            }
        }
    }

    /// The answer as JSON, its files inside or behind a link.
    pub(crate) async fn object(
        self,
        answer: Answer,
        makes: Makes,
        store: &Store,
        owner: &Holder,
    ) -> Result<Vec<u8>, Error> {
        let mut described = Vec::with_capacity(answer.files.len());
        for file in answer.files {
            let mut about = json!({ "name": file.name, "contentType": kind(&file), "size": file.bytes.len() });
            if self == Self::Url {
                let content_type = kind(&file).to_owned();
                let kept = store.put(owner, file.name.as_deref(), Some(&content_type), file.bytes).await?;
                about["url"] = json!(kept.url);
                about["expiresAt"] = json!(kept.expires_at.to_string());
            } else {
                about["base64"] = json!(base64_simd::STANDARD.encode_to_string(&file.bytes));
            }
            described.push(about);
        }
        let (name, files) = match makes {
            Makes::Nothing | Makes::Events => return Ok(answer.json),
            Makes::MayFile if described.is_empty() => return Ok(answer.json),
            Makes::File | Makes::MayFile => ("file", described.into_iter().next().unwrap_or_default()),
            Makes::Files => ("files", Value::Array(described)),
        };
        // The files come first, then the facts as they were written.
        let mut json = format!("{{\"{name}\":{files}").into_bytes();
        json.extend_from_slice(if answer.json.len() > 2 { b"," } else { b"" });
        json.extend_from_slice(answer.json.get(1..).unwrap_or(b"}"));
        Ok(json)
    }
}

fn kind(file: &Content) -> &str {
    file.content_type.as_deref().unwrap_or(ANY)
}

pub(crate) fn json_response(json: impl Into<Body>) -> Response {
    let mut response = Response::new(json.into());
    // Room for what gateway and observer add: growing step by step costs more than the headers.
    response.headers_mut().reserve(20);
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

fn bytes_response(file: Content, facts: &[u8]) -> Result<Response, Error> {
    let content_type = HeaderValue::from_str(kind(&file)).unwrap_or(HeaderValue::from_static(ANY));
    let mut response = Response::new(Body::from(file.bytes));
    let headers = response.headers_mut();
    headers.reserve(20);
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CONTENT_DISPOSITION, attachment(file.name.as_deref(), file.content_type.as_deref()));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(RESULT, facts_header(facts)?);
    Ok(response)
}

/// The facts in ASCII; when they are too long, the longest of them are left out and that is said.
pub(super) fn facts_header(facts: &[u8]) -> Result<HeaderValue, Error> {
    let mut text = ascii(&String::from_utf8_lossy(facts));
    if text.len() > RESULT_BYTES {
        let mut object: Map<String, Value> = serde_json::from_slice(facts).map_err(|_| Error::internal())?;
        object.insert("truncated".to_owned(), json!(true));
        while text.len() > RESULT_BYTES {
            let length = |value: &Value| value.to_string().len();
            let longest = object.iter().filter(|(name, _)| *name != "truncated").max_by_key(|(_, value)| length(value));
            let Some(longest) = longest.map(|(name, _)| name.clone()) else { break };
            object.remove(&longest);
            text = ascii(&Value::Object(object.clone()).to_string());
        }
    }
    HeaderValue::from_str(&text).map_err(|_| Error::internal())
}

/// JSON in ASCII: other characters as `\uXXXX`.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for char in json.chars() {
        if char.is_ascii() && !char.is_ascii_control() {
            text.push(char);
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

/// Files in a zip archive, as they are: pictures and documents are compressed already.
fn zipped(files: &[Content]) -> Result<Bytes, Error> {
    let size = files.iter().map(|file| file.bytes.len() + 256).sum();
    let mut archive = ZipWriter::new(Cursor::new(Vec::with_capacity(size)));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut taken = HashSet::new();
    for (index, file) in files.iter().enumerate() {
        let wished = file.name.as_deref().and_then(safe_name).unwrap_or_else(|| format!("file-{}", index + 1));
        let mut name = wished.clone();
        let mut number = 1;
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{number}-{wished}");
        }
        let written = archive.start_file(name, options).and_then(|()| Ok(archive.write_all(&file.bytes)?));
        written.map_err(|_| Error::internal())?;
    }
    let archive = archive.finish().map_err(|_| Error::internal())?;
    Ok(archive.into_inner().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_ascii_and_short() {
        let header = facts_header(r#"{"name":"Größe 😀","warnings":[]}"#.as_bytes()).unwrap();
        let read: Value = serde_json::from_slice(header.as_bytes()).unwrap();
        assert!(header.as_bytes().is_ascii());
        assert_eq!(read["name"], "Größe 😀");
        let long = json!({ "width": 3, "text": "x".repeat(5_000), "warnings": [] }).to_string();
        let read: Value = serde_json::from_slice(facts_header(long.as_bytes()).unwrap().as_bytes()).unwrap();
        assert_eq!(read, json!({ "width": 3, "warnings": [], "truncated": true }));
    }

    #[test]
    fn names_in_an_archive_are_told_apart() {
        let file = |name: &str| Content { name: Some(name.to_owned()), bytes: "x".into(), ..Content::default() };
        let archive = zipped(&[file("a.txt"), file("../a.txt"), file("a.txt")]).unwrap();
        let archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
        let mut names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        names.sort_unstable();
        assert_eq!(names, ["2-a.txt", "3-a.txt", "a.txt"]);
    }
}
