//! Answers whose form depends on the request, and data that is read as it arrives.

use std::io::Write;

use bytes::Bytes;
use chassis::testing::{Answer, Client};
use chassis::{Body, Call, DataStream, Error, File, Flow, Service, WithFile};
use futures_util::stream;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct CopyRequest {
    data: DataStream,
    /// Say how long it is, and nothing else.
    #[serde(default)]
    count: bool,
}

#[derive(Serialize, JsonSchema)]
struct Facts {
    /// What it begins with.
    start: String,
    bytes: Option<usize>,
}

fn copy(request: CopyRequest, call: &Call) -> Result<Flow<Facts>, Error> {
    let file = match request.data {
        DataStream::File(file) => file,
        DataStream::Text(text) => return Ok(Flow::Facts(Facts { bytes: Some(text.len()), start: "text".to_owned() })),
        DataStream::Json(json) => {
            return Ok(Flow::Facts(Facts { bytes: Some(json.get().len()), start: "json".to_owned() }));
        }
    };
    let start = String::from_utf8_lossy(&file.peek(3)?).into_owned();
    call.warn("looked", None, "the start was looked at");
    if file.is_live() && !call.wants_whole() && !request.count {
        return Ok(Flow::Stream(Box::new(move |output, call| {
            output.file("text/x-copy", Some("copy.txt"));
            output.facts(&Facts { start: start.clone(), bytes: None }, call)?;
            let mut bytes = 0;
            while let Some(piece) = file.next_piece()? {
                bytes += piece.len();
                output.write_all(&piece)?;
            }
            output.facts(&Facts { start, bytes: Some(bytes) }, call)
        })));
    }
    let bytes = file.whole()?;
    let facts = Facts { start, bytes: Some(bytes.len()) };
    match request.count {
        true => Ok(Flow::Facts(facts)),
        false => Ok(Flow::File(WithFile { file: File::new("copy.txt", "text/x-copy", bytes), facts })),
    }
}

fn client() -> Client {
    Client::of(Service::new("test", "Flow").compute("POST /copy", copy, |op| op.answers(&["text/x-copy"])))
}

/// A body of so many pieces, of which nobody knows how long it is.
fn arriving(pieces: usize) -> Body {
    Body::from_stream(stream::iter(
        (0..pieces).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(b"0123456789abcdef"))),
    ))
}

fn facts(answer: &Answer) -> Value {
    serde_json::from_str(answer.header("x-result")).expect("there are facts")
}

#[test]
fn what_arrives_goes_out_as_it_comes() {
    let client = client();
    let answer = client.post_as("text/plain", "/api/v1/test/copy", arriving(10_000));
    assert_eq!((answer.status, answer.body.len(), answer.header("content-type")), (200, 160_000, "text/x-copy"));
    // What is known only at the end is not in front of so much.
    assert_eq!(facts(&answer), json!({ "start": "012", "bytes": null, "warnings": facts(&answer)["warnings"] }));
    assert_eq!(facts(&answer)["warnings"][0]["code"], "looked");
    // In front of little it is.
    let answer = client.post_as("text/plain", "/api/v1/test/copy", arriving(2));
    assert_eq!((facts(&answer)["bytes"].clone(), answer.body.len()), (json!(32), 32));
}

#[test]
fn what_is_wanted_whole_is_whole() {
    let client = client();
    let answer = client.post_as("text/plain", "/api/v1/test/copy?output=base64", arriving(3)).json();
    assert_eq!((&answer["bytes"], &answer["file"]["size"]), (&json!(48), &json!(48)));
    let answer = client.post_as("text/plain", "/api/v1/test/copy?count=true", arriving(3)).json();
    assert_eq!((&answer["bytes"], &answer["file"]), (&json!(48), &json!(null)));
    let answer = client.post("/api/v1/test/copy", &json!({ "data": "some text" })).json();
    assert_eq!((&answer["bytes"], &answer["start"]), (&json!(9), &json!("text")));
    let answer = client.post("/api/v1/test/copy", &json!({ "data": { "base64": "aGVsbG8=" } }));
    assert_eq!((facts(&answer)["start"].clone(), &answer.body[..]), (json!("hel"), b"hello".as_slice()));
}
