//! The ocr service: request in, answer out. Needs Tesseract with eng, deu and osd (`scripts/install unit`); what needs it is skipped
//! where it is not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what was measured or counted is to be seen")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use chassis::settings::Span;
use chassis::testing::{Client, skipped};
use chassis::{Clock, Settings};
use serde_json::{Value, json};

mod codes;
mod extract;
mod formats;
mod hostile;
mod pdf;
mod recognize;
mod tables;

/// The settings of a service whose worker processes are its own program. There is time enough for a busy machine.
fn settings() -> Settings {
    Settings {
        worker_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_ocr"))),
        deadline: Span(Duration::from_secs(600)),
        ..Settings::default()
    }
}

/// A client, where the languages that the tests read are installed.
fn client() -> Option<Client> {
    let client = Client::started(ocr::service(), settings(), Clock::System, &[]);
    let answer = client.get("/api/v1/ocr/languages");
    let is_there = |code: &str| {
        let rows = answer.json()["rows"].as_array().cloned().unwrap_or_default();
        rows.iter().any(|row| row["code"] == code)
    };
    let there = answer.status == 200 && is_there("eng") && is_there("deu") && answer.json()["orientation"] == true;
    if !there {
        skipped("Tesseract with eng, deu and osd is not here; scripts/install unit installs it");
    }
    there.then_some(client)
}

#[test]
fn every_example_runs() {
    if client().is_some() {
        chassis::testing::run_examples_with(settings(), ocr::service());
    }
}

/// A file of the tests' own data.
fn own(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

/// A file of the data all services share; nothing where it is not.
fn shared(name: &str) -> Option<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/ocr");
    let found = std::fs::read(folder.join(name)).ok();
    if found.is_none() {
        skipped(&format!("{name} is not here"));
    }
    found
}

/// A file as JSON carries it.
fn file(bytes: &[u8]) -> Value {
    json!({ "base64": data_encoding::BASE64.encode(bytes) })
}

/// What an operation answers to a file and options; it must succeed.
fn ask(client: &Client, operation: &str, field: &str, bytes: &[u8], options: &Value) -> Value {
    let mut body = options.clone();
    body[field] = file(bytes);
    let answer = client.post(&format!("/api/v1/ocr/{operation}"), &body);
    assert_eq!(answer.status, 200, "{operation}: {}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

/// What is read in a picture.
fn recognized(client: &Client, bytes: &[u8], options: &Value) -> Value {
    ask(client, "recognize", "image", bytes, options)
}

/// The lines of a text that are not empty, spaces as one.
fn lines(text: &Value) -> Vec<String> {
    let lines = text.as_str().unwrap().lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect()
}

/// The words of an answer: text, box as left, top, right, bottom, and confidence.
fn words(answer: &Value) -> Vec<(String, [f64; 4], f64)> {
    let all = |value: &Value, name: &str| value[name].as_array().unwrap().clone();
    let mut found = Vec::new();
    for block in all(answer, "blocks") {
        for line in all(&block, "lines") {
            for word in all(&line, "words") {
                let side = |name: &str| word["box"][name].as_f64().unwrap();
                let (x, y) = (side("x"), side("y"));
                let place = [x, y, x + side("width"), y + side("height")];
                found.push((word["text"].as_str().unwrap().to_owned(), place, word["confidence"].as_f64().unwrap()));
            }
        }
    }
    found
}

/// The codes of an answer's warnings.
fn warnings(answer: &Value) -> Vec<String> {
    let warnings = answer["warnings"].as_array().unwrap();
    warnings.iter().map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
}
