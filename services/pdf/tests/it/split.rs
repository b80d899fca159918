//! Documents split.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{A, assert_sound, bytes, client, done, file, oracle, refused, shared};

/// The documents of an answer, which are several.
fn parts(answer: &Value) -> Vec<Vec<u8>> {
    match answer["files"].as_array() {
        Some(files) => files.iter().map(bytes).collect(),
        None => vec![bytes(&answer["file"])],
    }
}

#[test]
fn a_document_is_split_in_every_way() {
    let client = client();
    let split = |options: Value| {
        let mut body = options;
        body["file"] = file("A.pdf", A);
        let answer = done(&client, "/split", &body);
        let from: Vec<String> =
            answer["rows"].as_array().unwrap().iter().map(|row| row["from"].as_str().unwrap().to_owned()).collect();
        assert_eq!(parts(&answer).len(), from.len());
        from
    };
    assert_eq!(split(json!({ "every": 4 })), ["1-4", "5-8", "9-10"]);
    assert_eq!(split(json!({ "every": 100 })), ["1-10"]);
    assert_eq!(split(json!({ "ranges": ["1-3", "-1", "odd"] })), ["1-3", "10", "1,3,5,7,9"]);
    assert_eq!(split(json!({ "ranges": "1 - 3, 8–" })), ["1-3", "8-10"]);
    assert_eq!(split(json!({ "ranges": ["1,3,5"] })), ["1,3,5"]);
    assert_eq!(split(json!({ "ranges": ["1,3,5", 7] })), ["1,3,5", "7"]);
    assert_eq!(split(json!({ "ranges": "[\"1,3\", \"5\"]" })), ["1,3", "5"]);
    assert_eq!(split(json!({ "ranges": 2 })), ["2"]);
    assert_eq!(split(json!({ "bookmarks": 1 })), ["1-2", "3-4", "5-6", "7-10"]);
    let by_size = split(json!({ "maxBytes": 2500 }));
    assert!(by_size.len() > 1, "{by_size:?}");
    assert_eq!(by_size.join(",").matches("10").count(), 1, "{by_size:?}");
}

#[test]
fn parts_keep_what_belongs_to_their_pages() {
    let client = client();
    let answer = done(&client, "/split", &json!({ "file": file("A.pdf", A), "ranges": ["1-4", "5-"] }));
    let parts = parts(&answer);
    for part in &parts {
        assert_sound(part, 0);
    }
    let Some(found) = oracle("structure", &[("p", &parts[0])], &json!(["p"])) else { return };
    assert_eq!((&found["pages"], &found["links"]), (&json!(4), &json!([[1, 3]])));
    assert_eq!(found["bookmarks"].as_array().unwrap().len(), 1);
    assert_eq!(found["names"], json!({ "chapter": 3 }));
    let found = oracle("structure", &[("p", &parts[1])], &json!(["p"])).unwrap();
    assert_eq!(
        found["bookmarks"].as_array().unwrap().iter().map(|bookmark| bookmark[2].clone()).collect::<Vec<_>>(),
        [1, 3]
    );
    assert_eq!(found["names"], json!({}));
}

#[test]
fn ranges_that_name_no_pages_are_refused() {
    let client = client();
    for ranges in [json!(","), json!([","]), json!(["1-3", " , "]), json!({ "a": 1 }), json!([["1"]]), json!("[1")] {
        let answer = client.post("/split", &json!({ "file": file("A.pdf", A), "ranges": ranges }));
        assert!(matches!(answer.status, 400 | 422), "{ranges}: {}", answer.status);
        assert!(answer.message().contains("ranges"), "{ranges}: {}", answer.message());
    }
}

/// qpdf#174, #203; pypdf#449, #1786; pdfsam#463: each part has its own picture only, and looks as it did.
#[test]
fn pictures_of_other_pages_stay_behind() {
    let Some(path) = shared("cases/files/5-shared-images.pdf") else { return };
    let client = client();
    let whole = std::fs::read(path).unwrap();
    let answer = done(&client, "/split", &json!({ "file": file("scans.pdf", &whole), "every": 1 }));
    let parts = parts(&answer);
    assert_eq!(parts.len(), 60);
    let largest = parts.iter().map(Vec::len).max().unwrap();
    println!("split: the largest of 60 parts has {largest} bytes");
    assert!(largest <= 25_000, "{largest}");
    let names: Vec<String> = (0..60).map(|index| format!("p{index}")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(String::as_str).zip(parts.iter().map(Vec::as_slice)).collect();
    files.push(("whole", &whole));
    let pairs: Vec<Value> = names.iter().enumerate().map(|(page, name)| json!(["whole", page, name, 0])).collect();
    let Some(same) = oracle("same_pixels", &files, &json!([pairs])) else { return };
    assert!(same.as_array().unwrap().iter().all(|mean| mean == 0.0), "{same}");
    for name in ["p0", "p30", "p59"] {
        assert_eq!(oracle("images", &files, &json!([name])).unwrap()[0][0], 1);
    }
}

/// The same where pictures are drawn by forms: with resources of their own or those of the page, shared by all, and in forms
/// within forms; names are written with escapes.
#[test]
fn pictures_of_other_forms_stay_behind() {
    let whole = include_bytes!("../data/forms.pdf");
    let client = client();
    let answer = done(&client, "/split", &json!({ "file": file("forms.pdf", whole), "every": 1 }));
    let parts = parts(&answer);
    assert_eq!(parts.len(), 8);
    let largest = parts.iter().map(Vec::len).max().unwrap();
    assert!(largest < 2_000, "each has a picture of 768 bytes: {largest}");
    let names: Vec<String> = (0..8).map(|index| format!("p{index}")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(String::as_str).zip(parts.iter().map(Vec::as_slice)).collect();
    files.push(("whole", whole));
    let pairs: Vec<Value> = names.iter().enumerate().map(|(page, name)| json!(["whole", page, name, 0])).collect();
    let Some(same) = oracle("same_pixels", &files, &json!([pairs])) else { return };
    assert!(same.as_array().unwrap().iter().all(|mean| mean == 0.0), "{same}");
    // They do show something.
    assert!(!oracle("ink", &files, &json!(["p0", 0, 36])).unwrap().is_null());
}

#[test]
fn texts_and_codes_begin_parts() {
    let client = client();
    // Text of the pages, by their own reader.
    let text = client.post("/text", &json!({ "file": file("A.pdf", A), "pages": "4" })).json();
    let mut wanted = String::new();
    let _ = write!(wanted, "{}", text["pages"][0]["text"].as_str().unwrap().lines().next().unwrap());
    let answer = done(&client, "/split", &json!({ "file": file("A.pdf", A), "text": wanted }));
    assert_eq!(answer["rows"][0]["from"], "1-3", "{wanted:?}: {}", answer["rows"]);

    let missing = client.post("/split", &json!({ "file": file("A.pdf", A), "text": "no such words" }));
    refused(&missing, 422, "text: stands on no page of the document: scans need recognition first");
    let missing = client.post("/split", &json!({ "file": file("A.pdf", A), "code": "*" }));
    refused(&missing, 422, "code: is on no page of the document");
    let none = client.post("/split", &json!({ "file": file("A.pdf", A) }));
    assert_eq!(none.status, 422);
    let two = client.post("/split", &json!({ "file": file("A.pdf", A), "every": 1, "code": "*" }));
    refused(&two, 422, "code: does not go with every: send one of them");
}
