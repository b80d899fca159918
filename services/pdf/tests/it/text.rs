//! Text of documents.

use serde_json::{Value, json};

use super::{A, LETTERS, client, file, refused};

const PRESENTATION: &[u8] = include_bytes!("../data/7-ligatures-presentation.pdf");

/// pypdf#598, #2046, #2262; PyMuPDF#497; pdf_oxide#551.
#[test]
fn ligatures_and_gaps_are_read() {
    let client = client();
    for document in [LETTERS, PRESENTATION] {
        let answer = client.post("/text", &json!({ "file": file("a.pdf", document), "output": "words" }));
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let page = &answer.json()["pages"][0];
        assert_eq!(page["text"], "difficult office effect reflect waffle final\nNo space char here\n");
        let words = page["words"].as_array().unwrap();
        let lines: Vec<u64> = words.iter().map(|word| word["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
        assert!(words.iter().all(|word| word["box"]["width"].as_f64().unwrap() > 5.0), "{words:?}");
    }
    let body = json!({ "file": file("a.pdf", PRESENTATION), "keepPresentationForms": true });
    assert!(client.post("/text", &body).json()["text"].as_str().unwrap().contains('\u{fb03}'));
}

#[test]
fn texts_and_expressions_are_found_with_their_boxes() {
    let client = client();
    let find = |options: Value| -> Vec<Value> {
        let mut body = options;
        body["file"] = file("a.pdf", LETTERS);
        let answer = client.post("/text", &body);
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.json()["matches"].as_array().unwrap().clone()
    };
    let found = find(json!({ "find": "Office  EFFECT" }));
    assert_eq!((found.len(), &found[0]["page"], &found[0]["text"]), (1, &json!(1), &json!("office effect")));
    assert_eq!(found[0]["boxes"].as_array().unwrap().len(), 1);
    assert_eq!(find(json!({ "find": r"\b\w*ff\w*\b", "regex": true })).len(), 4);
    assert_eq!(find(json!({ "find": "no", "matchCase": true })).len(), 0);
    // A match over the end of a line has a box on each.
    let across = find(json!({ "find": "final No" }));
    assert_eq!(across[0]["boxes"].as_array().unwrap().len(), 2);
    let bad = client.post("/text", &json!({ "file": file("a.pdf", LETTERS), "find": "(", "regex": true }));
    assert_eq!(bad.status, 400);
    let far = client.post("/text", &json!({ "file": file("a.pdf", A), "pages": "11" }));
    refused(&far, 422, "pages: page 11 does not exist: the document has 10 pages");
}

#[test]
fn markdown_has_headings() {
    let client = client();
    let letter = include_bytes!("../../data/letter.pdf");
    let answer =
        client.post("/text", &json!({ "file": file("a.pdf", letter), "output": "markdown", "pages": "1" })).json();
    let text = answer["text"].as_str().unwrap();
    assert!(text.starts_with("# Offer 2024-17\n"), "{text}");
    assert!(text.contains("Dear Ms. Miller, thank you"), "{text}");
}

#[test]
fn a_page_of_one_picture_needs_recognition() {
    let client = client();
    let scan = include_bytes!("../data/8-bilevel.pdf");
    let answer = client.post("/text", &json!({ "file": file("a.pdf", scan) })).json();
    assert_eq!((&answer["needsOcr"], &answer["pages"][0]["needsOcr"]), (&json!(true), &json!("scan")));
    assert_eq!(answer["warnings"][0]["code"], "needs-ocr");
}
