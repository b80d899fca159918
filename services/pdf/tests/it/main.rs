//! The pdf service: request in, document out; what came out is judged by other programs (`tests/oracle.py`).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what was measured or counted is to be seen")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use chassis::testing::{Answer, Client, skipped};
use chassis::{Clock, Settings};
use serde_json::{Value, json};

mod hostile;
mod images;
mod merge;
mod pages;
mod protect;
mod real;
mod refused;
mod split;
mod text;

const A: &[u8] = include_bytes!("../data/1-A.pdf");
const B: &[u8] = include_bytes!("../data/1-B.pdf");
const LETTERS: &[u8] = include_bytes!("../data/7-ligatures-letters.pdf");

mod forms;
mod generate;
mod html;
mod stamp;

/// The settings of a service whose worker processes are its own program.
fn settings() -> Settings {
    Settings { worker_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_pdf"))), ..Settings::default() }
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

/// What an answer with a document says of it.
fn answered(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    serde_json::from_str(answer.header("x-result")).unwrap()
}

/// The bytes of a document.
fn pdf_of(answer: &Answer) -> &[u8] {
    assert!(answer.body.starts_with(b"%PDF-"), "{:?}", &answer.body[..answer.body.len().min(100)]);
    &answer.body
}

/// Names and bytes of several documents that came as JSON.
fn documents(answer: &Answer) -> Vec<(String, Vec<u8>)> {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let body = answer.json();
    let bytes = |file: &Value| base64_simd::STANDARD.decode_to_vec(file["base64"].as_str().unwrap()).unwrap();
    body["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["name"].as_str().unwrap().to_owned(), bytes(file)))
        .collect()
}

/// A file as JSON carries it.
fn base64(file: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(file)
}

/// What a program writes that is given a document on its input; nothing where the program is not.
fn by(program: &str, arguments: &[&str], document: &[u8]) -> Option<String> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        skipped(&format!("{program} is not there; scripts/install unit installs it"));
        return None;
    };
    let mut input = child.stdin.take().unwrap();
    let document = document.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = input.write_all(&document);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The text of a document, as poppler reads it.
fn text_of(document: &[u8]) -> Option<String> {
    by("pdftotext", &["-layout", "-", "-"], document)
}

/// A word and its box on a page of a size.
#[derive(Debug, Clone)]
struct Word {
    page: usize,
    size: (f64, f64),
    bounds: [f64; 4],
    text: String,
}

/// The words of a document with their boxes, as poppler reads them.
fn words_of(document: &[u8]) -> Option<Vec<Word>> {
    let listed = by("pdftotext", &["-bbox", "-", "-"], document)?;
    let mut words = Vec::new();
    let (mut page, mut size) = (0, (0.0, 0.0));
    for line in listed.lines() {
        let number = |name: &str| -> f64 {
            let rest = &line[line.find(&format!("{name}=\"")).unwrap() + name.len() + 2..];
            rest[..rest.find('"').unwrap()].parse().unwrap()
        };
        if line.contains("<page ") {
            page += 1;
            size = (number("width"), number("height"));
        } else if line.contains("<word ") {
            let text = line[line.find('>').unwrap() + 1..line.rfind('<').unwrap()].to_owned();
            words.push(Word {
                page,
                size,
                bounds: [number("xMin"), number("yMin"), number("xMax"), number("yMax")],
                text,
            });
        }
    }
    Some(words)
}

/// Asserts that every word is on its page and none lies over another; false where poppler is not.
fn is_clean(document: &[u8], what: &str) -> bool {
    let Some(words) = words_of(document) else { return false };
    assert!(!words.is_empty(), "{what}: no words");
    for word in &words {
        let [left, top, right, bottom] = word.bounds;
        let inside = left > 5.0 && top > 5.0 && right < word.size.0 - 5.0 && bottom < word.size.1 - 5.0;
        assert!(inside, "{what}: {word:?} is outside");
    }
    for (index, one) in words.iter().enumerate() {
        for other in words[index + 1..].iter().filter(|other| other.page == one.page) {
            let side = |low: usize, high: usize| {
                one.bounds[high].min(other.bounds[high]) - one.bounds[low].max(other.bounds[low])
            };
            let area = |word: &Word| (word.bounds[2] - word.bounds[0]) * (word.bounds[3] - word.bounds[1]);
            let (across, down) = (side(0, 2), side(1, 3));
            let over = across > 0.0 && down > 0.0 && across * down > 0.25 * area(one).min(area(other));
            assert!(!over, "{what}: {one:?} lies over {other:?}");
        }
    }
    true
}

/// What qpdf finds wrong with a document.
fn qpdf_problems(document: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, document).unwrap();
    let output = Command::new("qpdf").arg("--check").arg(&path).output();
    let Ok(output) = output else {
        skipped("qpdf is not there; scripts/install unit installs it");
        return None;
    };
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Some(text.lines().filter(|line| line.contains("WARNING") || line.contains("ERROR")).collect())
}
