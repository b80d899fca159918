//! Text found, exported, classified.

use serde_json::{Value, json};

use crate::{ask, client, file, own, words};

#[test]
fn texts_and_patterns_are_found_with_their_boxes() {
    let Some(client) = client() else { return };
    let picture = own("o5-numbers.png");
    let find = |options: Value| ask(&client, "find", "file", &picture, &options);
    let found = find(json!({ "text": "440.5678" }));
    assert_eq!((&found["count"], &found["rows"][0]["text"]), (&json!(1), &json!("440.5678")));
    let recognized = crate::recognized(&client, &picture, &json!({}));
    let (_, [x, y, right, bottom], _) = words(&recognized).into_iter().find(|(text, ..)| text == "440.5678").unwrap();
    let expected = json!({ "x": x as u32, "y": y as u32, "width": (right - x) as u32, "height": (bottom - y) as u32 });
    assert_eq!(found["rows"][0]["box"], expected);
    let found = find(json!({ "pattern": r"\d,\d{3},\d{3}\.\d\d" }));
    assert_eq!((&found["count"], &found["rows"][0]["text"]), (&json!(1), &json!("1,092,000.00")));
    let found = find(json!({ "text": "iban  de89 3704" }));
    assert_eq!(found["rows"][0]["boxes"].as_array().map(Vec::len), Some(3), "{found}");
    assert_eq!(find(json!({ "text": "nowhere" }))["count"], 0);
    for (options, field) in [
        (json!({ "pattern": "(a" }), "pattern"),
        (json!({ "pattern": "(a{1000}){1000}" }), "pattern"),
        (json!({}), "text"),
        (json!({ "text": "a", "pattern": "b" }), "text"),
    ] {
        let mut body = options.clone();
        body["file"] = file(&picture);
        let answer = client.post("/api/v1/ocr/find", &body);
        assert_eq!(answer.status, 422, "{options}");
        assert!(answer.message().starts_with(&format!("{field}: ")), "{options}: {}", answer.message());
    }
}

#[test]
fn what_was_read_is_written_for_other_programs() {
    let Some(client) = client() else { return };
    let export = |format: &str| {
        let body = json!({ "file": file(&own("o7-deu-eng.png")), "languages": ["deu", "eng"], "format": format });
        let answer = client.post("/api/v1/ocr/export", &body);
        assert_eq!(answer.status, 200, "{format}: {}", String::from_utf8_lossy(&answer.body));
        String::from_utf8(answer.body.to_vec()).unwrap()
    };
    let tsv = export("tsv");
    let mut rows = tsv.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    assert_eq!(rows.next().unwrap()[..3], ["level", "page_num", "block_num"]);
    let words: Vec<Vec<&str>> = rows.filter(|row| row[0] == "5").collect();
    assert!(words.len() >= 15 && words.iter().all(|row| row.len() == 12), "{tsv}");
    assert!(words.iter().any(|row| row[11] == "Geschirrspüler"));
    let hocr = export("hocr");
    assert!(hocr.contains("class=\"ocrx_word\"") && hocr.contains(">Größe</span>"), "{hocr}");
    let alto = export("alto");
    assert!(alto.contains("CONTENT=\"Größe\"") && alto.ends_with("</alto>\n"), "{alto}");
    assert!(export("markdown").contains("Größe prüfen, Öl nachfüllen"));
    assert!(export("text").contains("Please return the signed delivery note today"));
    // Both are XML that another reader takes.
    for text in [&hocr, &alto] {
        let without_doctype = text.replacen("<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">", "", 1);
        assert!(roxmltree::Document::parse(&without_doctype).is_ok());
    }
}

#[test]
fn documents_are_classified_by_their_words() {
    let Some(client) = client() else { return };
    let classify = |name: &str, options: Value| ask(&client, "classify", "file", &own(name), &options);
    assert_eq!(classify("o2-polarity.png", json!({}))["class"], "delivery-note");
    assert_eq!(classify("o6-us.png", json!({}))["class"], "receipt");
    let own = json!({ "classes": [{ "name": "parcels", "keywords": ["parcel", "neighbour"] }, { "name": "food", "keywords": ["soup"] }] });
    let answer = classify("o2-polarity.png", own);
    assert_eq!((&answer["class"], &answer["confidence"]), (&json!("parcels"), &json!(1.0)));
    assert_eq!(classify("o4-digit.png", json!({}))["class"], Value::Null);
}
