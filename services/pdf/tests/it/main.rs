//! The pdf service: request in, document out; what came out is judged by other programs (`tests/oracle.py`).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what was measured or counted is to be seen")]

use std::path::PathBuf;
use std::time::Duration;

use chassis::settings::Span;
use chassis::testing::{Answer, Client, skipped};
use chassis::{Clock, Settings};
use serde_json::{Value, json};

mod attachments;
mod compress;
mod fetched;
mod forms;
mod generate;
mod hostile;
mod html;
mod images;
mod made;
mod merge;
mod pages;
mod protect;
mod real;
mod refused;
mod split;
mod stamp;
mod tables;
mod text;

const A: &[u8] = include_bytes!("../data/1-A.pdf");
const B: &[u8] = include_bytes!("../data/1-B.pdf");
const LETTERS: &[u8] = include_bytes!("../data/7-ligatures-letters.pdf");

/// The settings of a service whose worker processes are its own program, with time for a busy machine.
fn settings() -> Settings {
    let worker_program = Some(PathBuf::from(env!("CARGO_BIN_EXE_pdf")));
    Settings { worker_program, deadline: Span(Duration::from_secs(40)), ..Settings::default() }
}

/// A client of the service, which knows where it is.
struct Service(Client);

impl Service {
    fn post(&self, path: &str, body: &Value) -> Answer {
        self.0.post(&format!("/api/v1/pdf{path}"), body)
    }

    fn health(&self) -> Answer {
        self.0.get("/health")
    }
}

fn client() -> Service {
    Service(Client::started(pdf::service(), settings(), Clock::System, &[]))
}

/// A file as JSON carries it.
fn file(name: &str, bytes: &[u8]) -> Value {
    json!({ "base64": base64(bytes), "name": name })
}

fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

/// An answer with a file and its facts as JSON.
fn done(client: &Service, path: &str, body: &Value) -> Value {
    let mut body = body.clone();
    body["output"] = json!("base64");
    let answer = client.post(path, &body);
    assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
    answer.json()
}

/// The bytes of a file of an answer.
fn bytes(file: &Value) -> Vec<u8> {
    base64_simd::STANDARD.decode_to_vec(file["base64"].as_str().unwrap()).unwrap()
}

/// What other programs find; nothing where they are not installed.
fn oracle(ask: &str, files: &[(&str, &[u8])], with: &Value) -> Option<Value> {
    oracle_with(ask, files, with, "")
}

fn oracle_with(ask: &str, files: &[(&str, &[u8])], with: &Value, password: &str) -> Option<Value> {
    let files: serde_json::Map<String, Value> =
        files.iter().map(|(name, bytes)| ((*name).to_owned(), json!(base64(bytes)))).collect();
    let request = json!({ "ask": ask, "files": files, "with": with, "password": password });
    let answer = chassis::testing::python("pdf", include_str!("../oracle.py"), &request);
    if answer.is_none() {
        skipped("the Python packages of tests/requirements.txt are not installed");
    }
    answer.map(|answer| answer["answer"].clone())
}

/// qpdf finds nothing wrong, or not more than in what came in.
fn assert_sound(document: &[u8], allowed: u64) {
    let Some(check) = oracle("check", &[("a", document)], &json!(["a"])) else { return };
    if check.is_null() {
        skipped("qpdf is not installed");
        return;
    }
    assert!(check["problems"].as_u64().unwrap() <= allowed, "{check}");
    // 2 is for errors, 3 for warnings.
    assert!(allowed > 0 || check["code"] == 0, "{check}");
}

/// A file of the data all services share; nothing where it is not.
fn shared(path: &str) -> Option<PathBuf> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if !path.exists() {
        skipped(&format!("{} is not here", path.display()));
        return None;
    }
    Some(path)
}

/// All documents in a folder and below it, by name.
fn documents_in(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "pdf") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn refused(answer: &Answer, status: u16, message: &str) {
    assert_eq!((answer.status, answer.message().as_str()), (status, message), "{:?}", answer.body);
}

#[test]
fn every_example_runs() {
    chassis::testing::run_examples_with(settings(), pdf::service());
}
