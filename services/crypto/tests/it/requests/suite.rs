//! The signing test suite of AWS: every case, in headers and in the address, each step compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{client_at, done, sign};

/// Their paths are escaped once in the canonical request, with services that escape twice; the suite takes a raw path for the
/// one on the line, which no client sends.
const ESCAPED_ONCE: [&str; 3] = ["get-space-normalized", "get-space-unnormalized", "get-utf8"];

/// A request as it is written in the suite.
struct Written {
    method: String,
    target: String,
    /// Names in lower case; those of several values with commas between.
    headers: BTreeMap<String, String>,
    body: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sigv4")
}

fn read(case: &str, file: &str) -> Option<String> {
    std::fs::read_to_string(folder().join(case).join(file)).ok()
}

fn request(text: &str) -> Written {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    // A line that begins with space goes on with the one before (RFC 9112, section 5.2).
    let mut lines: Vec<String> = Vec::new();
    for line in head.lines().filter(|line| !line.is_empty()) {
        match lines.last_mut() {
            Some(last) if line.starts_with(' ') => *last = format!("{last} {}", line.trim()),
            _ => lines.push(line.to_owned()),
        }
    }
    let (method, target) = lines[0].split_once(' ').unwrap();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for line in &lines[1..] {
        let (name, value) = line.split_once(':').unwrap();
        let values = headers.entry(name.to_lowercase()).or_default();
        *values = if values.is_empty() { value.trim().to_owned() } else { format!("{values},{}", value.trim()) };
    }
    Written {
        method: method.to_owned(),
        target: target.trim_end_matches(" HTTP/1.1").to_owned(),
        headers,
        body: body.to_owned(),
    }
}

/// What is known of a case: credentials, region, service, time and options.
fn context(case: &str) -> Value {
    let older = |service: &str, region: &str| {
        json!({
            "credentials": {
                "access_key_id": "AKIDEXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
            },
            "normalize": true, "region": region, "service": service, "sign_body": false,
            "timestamp": "2021-05-11T15:40:45Z",
        })
    };
    match case {
        "double-encode-path" => older("execute-api", "us-east-1"),
        "double-url-encode" => older("lambda", "us-east-2"),
        _ => serde_json::from_str(&read(case, "context.json").unwrap()).unwrap(),
    }
}

/// What we make of a case.
fn signed(case: &str, presigned: bool) -> (Written, Value) {
    let written = request(&read(case, "request.txt").unwrap());
    let context = context(case);
    let mut body = json!({
        "scheme": "aws-sigv4",
        "method": written.method,
        "url": format!("https://{}{}", written.headers["host"], written.target),
        "headers": written.headers,
        "accessKeyId": context["credentials"]["access_key_id"],
        "secretAccessKey": context["credentials"]["secret_access_key"],
        "sessionToken": context["credentials"]["token"],
        "region": context["region"],
        "service": context["service"],
        "normalizePath": context["normalize"],
        "explain": true,
    });
    if !written.body.is_empty() {
        body["body"] = json!(written.body);
    }
    if ESCAPED_ONCE.contains(&case) {
        body["doubleEncode"] = json!(false);
    }
    if context["omit_session_token"] == true {
        body["signSessionToken"] = json!(false);
    }
    if presigned {
        body["presigned"] = json!(true);
        body["expiresIn"] = context["expiration_in_seconds"].clone();
    } else {
        body["signBody"] = context["sign_body"].clone();
    }
    let time: jiff::Timestamp = context["timestamp"].as_str().unwrap().parse().unwrap();
    (written, done(&sign(&client_at(time.as_second()), &body)))
}

/// Every case there is.
fn cases() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names.len(), 40);
    names
}

#[test]
fn signatures_in_headers() {
    let mut compared = 0;
    for case in cases() {
        let (written, answer) = signed(&case, false);
        for (field, file) in [
            ("canonicalRequest", "header-canonical-request.txt"),
            ("stringToSign", "header-string-to-sign.txt"),
            ("signature", "header-signature.txt"),
        ] {
            let Some(wanted) = read(&case, file) else {
                assert!(case.starts_with("double-"), "{case} has no {file}");
                continue;
            };
            assert_eq!(answer[field].as_str().unwrap(), wanted.trim_end_matches('\n'), "{case} {field}");
            compared += 1;
        }
        let wanted = read(&case, "header-signed-request.txt").unwrap();
        if case == "double-encode-path" {
            assert!(wanted.contains("57d15767"), "it was signed for another time and service, so nothing can agree");
            continue;
        }
        let mut headers = written.headers;
        for (name, value) in answer["headers"].as_object().unwrap() {
            headers.insert(name.to_lowercase(), value.as_str().unwrap().to_owned());
        }
        assert_eq!(headers, request(&wanted).headers, "{case}");
        compared += 1;
    }
    assert_eq!(compared, 40 + 39 + 38 + 39);
}

#[test]
fn signatures_in_the_address() {
    let parameters = |target: &str| {
        let (path, query) = target.split_once('?').unwrap();
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
        let mut pairs: Vec<_> = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
        pairs.sort();
        (decoded(path), pairs)
    };
    let mut compared = 0;
    for case in cases() {
        if case.starts_with("double-") {
            // The older cases have nothing of this form; it must agree with the one they have.
            assert!(read(&case, "query-signature.txt").is_none());
            let (_, answer) = signed(&case, true);
            let path = |text: &str| text.lines().nth(1).unwrap().to_owned();
            let wanted = path(&read(&case, "header-canonical-request.txt").unwrap());
            assert_eq!(path(answer["canonicalRequest"].as_str().unwrap()), wanted);
            continue;
        }
        let (written, answer) = signed(&case, true);
        for (field, file) in [
            ("canonicalRequest", "query-canonical-request.txt"),
            ("stringToSign", "query-string-to-sign.txt"),
            ("signature", "query-signature.txt"),
        ] {
            let wanted = read(&case, file).unwrap();
            assert_eq!(answer[field].as_str().unwrap(), wanted.trim_end_matches('\n'), "{case} {field}");
            compared += 1;
        }
        let wanted = request(&read(&case, "query-signed-request.txt").unwrap());
        let host = &written.headers["host"];
        let target = answer["url"].as_str().unwrap().strip_prefix(&format!("https://{host}")).unwrap();
        assert_eq!(parameters(target), parameters(&wanted.target), "{case}");
        assert_eq!(answer["headers"], json!({ "Host": host }));
        compared += 1;
    }
    assert_eq!(compared, 38 * 4);
}
