//! Files out: as bytes, as base64 in JSON, or behind a link, as the caller asks.

use std::io::{Cursor, Read};
use std::sync::Arc;

use chassis::testing::{Answer, Client};
use chassis::{Call, Error, File, KeptFile, Service, Settings, WithFile, WithFiles};
use garde::Validate;
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client_with;

const MAKE: &str = "/api/v1/make";
const SPLIT: &str = "/api/v1/split";

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct MakeRequest {
    text: String,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Facts {
    letters: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

fn make(request: MakeRequest, call: &Call) -> Result<WithFile<Facts>, Error> {
    if request.text.is_empty() {
        call.warn("empty", Some("text"), "there is nothing in it");
    }
    let facts = Facts { letters: request.text.chars().count(), note: request.note };
    Ok(WithFile { file: File::new("Größe.txt", "text/plain", request.text), facts })
}

fn split(request: MakeRequest, _: &Call) -> Result<WithFiles<Facts>, Error> {
    let file = |word: &str| File::new("word.txt", "text/plain", word.to_owned());
    let files = request.text.split_whitespace().map(file).collect();
    Ok(WithFiles { files, facts: Facts { letters: request.text.len(), note: request.note } })
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct ReadRequest {
    #[garde(skip)]
    file: File,
}

#[derive(Serialize, JsonSchema)]
struct ReadResponse {
    name: Option<String>,
    text: String,
}

fn read(request: ReadRequest, _: &Call) -> Result<ReadResponse, Error> {
    let text = String::from_utf8_lossy(request.file.bytes()).into_owned();
    Ok(ReadResponse { name: request.file.name().map(str::to_owned), text })
}

async fn keep(request: ReadRequest, call: Arc<Call>) -> Result<KeepResponse, Error> {
    Ok(KeepResponse { file: call.keep(&request.file).await? })
}

#[derive(Serialize, JsonSchema)]
struct KeepResponse {
    file: KeptFile,
}

fn service() -> Service {
    Service::new("test", "Makes files")
        .prefix("/api/v1")
        .compute("POST /make", make, |op| op)
        .compute("POST /split", split, |op| op)
        .compute("POST /read", read, |op| op)
        .call("POST /keep", keep, |op| op)
        .downloads("/files")
}

/// A client, and the folder its files are kept in.
fn kept() -> (Client, TempDir) {
    let folder = TempDir::new().expect("there is a temporary folder");
    let settings = Settings {
        store: Some(folder.path().display().to_string()),
        public_url: Some("https://flow.example.com".to_owned()),
        ..Settings::default()
    };
    (client_with(settings, service()), folder)
}

fn accepting(client: &Client, accept: &str, path: &str, body: &Value) -> Answer {
    let request = Request::post(path).header(CONTENT_TYPE, "application/json").header(ACCEPT, accept);
    client.send(request.body(body.to_string()).expect("the parts are right"))
}

fn facts(answer: &Answer) -> Value {
    let text = answer.headers.get("x-result").expect("facts travel beside the bytes").as_bytes();
    assert!(text.is_ascii() && text.len() <= 2048, "{} bytes", text.len());
    serde_json::from_slice(text).expect("it is JSON")
}

#[test]
fn a_file_goes_out_as_bytes_with_its_facts_beside() {
    let (client, _folder) = kept();
    let answer = client.post(MAKE, &json!({ "text": "żółw", "note": "ein Größter" }));
    assert_eq!((answer.status, &answer.body[..]), (200, "żółw".as_bytes()));
    assert_eq!(answer.header("content-type"), "text/plain");
    let disposition = answer.header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"Gr__e.txt\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.txt");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(facts(&answer), json!({ "letters": 4, "note": "ein Größter", "warnings": [] }));
    let empty = client.post(MAKE, &json!({ "text": "" }));
    assert_eq!((empty.status, empty.body.len()), (200, 0));
    assert_eq!(facts(&empty)["warnings"][0]["code"], "empty");
    for accept in ["*/*", "text/plain", "application/json, text/plain, */*", "application/json;q=0.5, */*"] {
        let answer = accepting(&client, accept, MAKE, &json!({ "text": "a" }));
        assert_eq!((answer.status, &answer.body[..]), (200, &b"a"[..]), "{accept}");
    }
}

#[test]
fn facts_too_long_for_a_header_are_cut_and_say_so() {
    let (client, _folder) = kept();
    // Each letter is six in ASCII.
    let answer = client.post(MAKE, &json!({ "text": "a", "note": "ß".repeat(400) }));
    assert_eq!(facts(&answer), json!({ "letters": 1, "warnings": [], "truncated": true }));
    let whole = client.post(&format!("{MAKE}?output=base64"), &json!({ "text": "a", "note": "ß".repeat(400) }));
    assert_eq!(whole.json()["note"].as_str().map(|note| note.chars().count()), Some(400));
}

#[test]
fn a_file_goes_out_in_json() {
    let (client, _folder) = kept();
    let answers = [
        client.post(&format!("{MAKE}?output=base64"), &json!({ "text": "a" })),
        client.post(&format!("{MAKE}?output=BASE64"), &json!({ "text": "a" })),
        client.post(MAKE, &json!({ "text": "a", "output": "base64" })),
        client.post_as("application/x-www-form-urlencoded", MAKE, "text=a&output=base64"),
        accepting(&client, "application/json", MAKE, &json!({ "text": "a" })),
    ];
    for answer in answers {
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{:?}", answer.body);
        let file = json!({ "name": "Größe.txt", "contentType": "text/plain", "size": 1, "base64": "YQ==" });
        assert_eq!(answer.json(), json!({ "file": file, "letters": 1, "warnings": [] }));
    }
    // What is said in so many words counts more than what is accepted.
    let answer = accepting(&client, "application/json", MAKE, &json!({ "text": "a", "output": "bytes" }));
    assert_eq!(&answer.body[..], b"a");
}

#[test]
fn a_file_goes_out_behind_a_link() {
    let (client, _folder) = kept();
    let answer = client.post(MAKE, &json!({ "text": "żółw", "output": "url" }));
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let told = answer.json();
    assert_eq!((&told["letters"], &told["warnings"], &told["file"]["size"]), (&json!(4), &json!([]), &json!(7)));
    assert!(told["file"]["expiresAt"].as_str().unwrap().ends_with('Z'));
    let link = told["file"]["url"].as_str().unwrap();
    let path = link.strip_prefix("https://flow.example.com").expect("links start with the public URL");
    let file = client.get(path);
    assert_eq!((file.status, &file.body[..]), (200, "żółw".as_bytes()));
    assert_eq!(file.header("content-type"), "text/plain");
    assert!(file.header("content-disposition").contains("Gr%C3%B6%C3%9Fe.txt"));
    let bare = path.split('?').next().unwrap();
    for wrong in [bare.to_owned(), path.replace("signature=", "signature=A"), "/api/v1/files/none".to_owned()] {
        let answer = client.get(&wrong);
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (404, &json!("NOT_FOUND")), "{wrong}");
    }
}

#[test]
fn another_word_for_output_is_refused() {
    let (client, _folder) = kept();
    let answers = [
        client.post(&format!("{MAKE}?output=json"), &json!({ "text": "a" })),
        client.post(MAKE, &json!({ "text": "a", "output": 7 })),
        client.post(SPLIT, &json!({ "text": "a", "output": "zip" })),
    ];
    for answer in answers {
        assert_eq!((answer.status, answer.message().as_str()), (400, "output: use bytes, base64 or url"));
    }
    let twice = client.post(&format!("{MAKE}?output=url"), &json!({ "text": "a", "output": "base64" }));
    assert_eq!((twice.status, twice.message().as_str()), (400, "output: is there twice: send it once"));
}

#[test]
fn several_files_are_an_archive_or_a_list() {
    let (client, _folder) = kept();
    let answer = client.post(SPLIT, &json!({ "text": "one two" }));
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/zip"));
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"files.zip\"");
    assert_eq!(facts(&answer), json!({ "letters": 7, "warnings": [] }));
    let mut archive = zip::ZipArchive::new(Cursor::new(answer.body)).unwrap();
    let files: Vec<(String, String)> = (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().unwrap().into_owned(), text)
        })
        .collect();
    assert_eq!(files, [("word.txt".into(), "one".into()), ("2-word.txt".into(), "two".into())]);

    let told = client.post(SPLIT, &json!({ "text": "one two", "output": "base64" })).json();
    let file = |base64: &str| json!({ "name": "word.txt", "contentType": "text/plain", "size": 3, "base64": base64 });
    assert_eq!(told, json!({ "files": [file("b25l"), file("dHdv")], "letters": 7, "warnings": [] }));
    let told = client.post(SPLIT, &json!({ "text": "one two", "output": "url" })).json();
    let links: Vec<&str> = told["files"].as_array().unwrap().iter().map(|file| file["url"].as_str().unwrap()).collect();
    let texts = links.iter().map(|link| client.get(link.strip_prefix("https://flow.example.com").unwrap()).body);
    assert_eq!(texts.collect::<Vec<_>>(), ["one", "two"]);
    let none = client.post(SPLIT, &json!({ "text": "", "output": "base64" })).json();
    assert_eq!(none["files"], json!([]));
}

#[test]
fn every_file_of_an_answer_is_a_file_of_a_request() {
    let (client, _folder) = kept();
    let read = |file: &Value| client.post("/api/v1/read", &json!({ "file": file }));
    for output in ["base64", "url"] {
        let body = json!({ "text": "żółw", "note": "n" });
        let made = client.post(&format!("{MAKE}?output={output}"), &body).json();
        let kept = client.post("/api/v1/keep", &json!({ "file": made["file"] })).json();
        let batch = client.post(&format!("{MAKE}/batch?output={output}"), &json!({ "items": [body] })).json();
        let result = batch["items"][0]["result"].clone();
        // The file of an answer, and an answer as a whole.
        for file in [&made["file"], &made, &kept["file"], &kept, &result["file"], &result] {
            let answer = read(file);
            assert_eq!(answer.status, 200, "{file}: {:?}", answer.body);
            assert_eq!(answer.json(), json!({ "name": "Größe.txt", "text": "żółw", "warnings": [] }), "{file}");
        }
        let several = client.post(&format!("{SPLIT}?output={output}"), &json!({ "text": "a b" })).json();
        assert_eq!(read(&several["files"][1]).json()["text"], "b");
    }
}
