//! Documents that were made, as poppler and qpdf see them.

use std::io::Write;
use std::process::{Command, Stdio};

use chassis::testing::{Answer, skipped};
use serde_json::Value;

/// What an answer with a document says of it.
pub fn answered(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    serde_json::from_str(answer.header("x-result")).unwrap()
}

/// The bytes of a document.
pub fn pdf_of(answer: &Answer) -> &[u8] {
    assert!(answer.body.starts_with(b"%PDF-"), "{:?}", &answer.body[..answer.body.len().min(100)]);
    &answer.body
}

/// Names and bytes of several documents that came as JSON.
pub fn documents(answer: &Answer) -> Vec<(String, Vec<u8>)> {
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

/// What a program writes that is given a document on its input; nothing where the program is not.
pub fn by(program: &str, arguments: &[&str], document: &[u8]) -> Option<String> {
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
pub fn text_of(document: &[u8]) -> Option<String> {
    by("pdftotext", &["-layout", "-", "-"], document)
}

/// A word and its box on a page of a size.
#[derive(Debug, Clone)]
pub struct Word {
    pub page: usize,
    pub size: (f64, f64),
    pub bounds: [f64; 4],
    pub text: String,
}

/// The words of a document with their boxes, as poppler reads them.
pub fn words_of(document: &[u8]) -> Option<Vec<Word>> {
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
pub fn is_clean(document: &[u8], what: &str) -> bool {
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
pub fn qpdf_problems(document: &[u8]) -> Option<String> {
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
