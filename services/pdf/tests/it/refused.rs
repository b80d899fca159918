//! What cannot be done, and what was damaged.

use serde_json::json;

use super::{A, assert_sound, bytes, client, done, file, refused};

#[test]
fn what_is_no_document_is_told_apart() {
    let client = client();
    let text = client.post("/info", &json!({ "file": file("a.pdf", b"hello") }));
    refused(&text, 415, "file: must be a PDF: it does not begin as one");
    let picture = client.post("/info", &json!({ "file": file("a.pdf", b"\x89PNG\r\n\x1a\n0000000000000000") }));
    assert_eq!(picture.status, 415);
    let broken = client.post("/info", &json!({ "file": file("a.pdf", b"%PDF-1.4\nnothing in it") }));
    refused(&broken, 422, "file: is damaged beyond repair: its structure cannot be read");
    for (path, field) in [("/text", "pages"), ("/render", "pages"), ("/pages", "pages"), ("/pages", "delete")] {
        let far = client.post(path, &json!({ "file": file("a.pdf", A), field: "12" }));
        refused(&far, 422, &format!("{field}: page 12 does not exist: the document has 10 pages"));
        let unreadable = client.post(path, &json!({ "file": file("a.pdf", A), field: "two" }));
        assert_eq!(unreadable.status, 400, "{path}");
    }
}

#[test]
fn what_was_damaged_is_repaired_with_a_warning() {
    let client = client();
    // The offset of the table points elsewhere.
    let text = String::from_utf8_lossy(A).into_owned();
    let at = text.rfind("startxref").unwrap();
    let length = A.len() - (text.len() - at);
    let mut broken = A[..length].to_vec();
    broken.extend(b"startxref\n7\n%%EOF\n");
    let info = client.post("/info", &json!({ "file": file("a.pdf", &broken) }));
    assert_eq!(info.status, 200, "{:?}", info.body);
    let info = info.json();
    assert_eq!(
        (&info["pages"], &info["repaired"], &info["warnings"][0]["code"]),
        (&json!(10), &json!(true), &json!("repaired"))
    );
    let merged = done(&client, "/merge", &json!({ "files": [file("a.pdf", &broken)] }));
    assert_eq!(merged["warnings"][0]["field"], "files[0]");
    assert_sound(&bytes(&merged["file"]), 0);
}

#[test]
fn a_signature_is_not_lost_unasked() {
    let client = client();
    // A signature dictionary in a document: an object that signs a range of bytes.
    let text = String::from_utf8_lossy(A).into_owned();
    let at = text.find("endobj").unwrap() + "endobj".len();
    let split = A.windows(6).position(|window| window == b"endobj").unwrap() + 6;
    assert_eq!(split, at.min(split));
    let mut signed = A[..split].to_vec();
    signed
        .extend(b"\n900 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 1 2 3] /Contents <00> >>\nendobj\n");
    signed.extend(&A[split..]);
    for (path, body) in [
        ("/merge", json!({ "files": [file("s.pdf", &signed)] })),
        ("/pages", json!({ "file": file("s.pdf", &signed), "rotate": 90 })),
        ("/metadata/write", json!({ "file": file("s.pdf", &signed), "title": "x" })),
        ("/split", json!({ "file": file("s.pdf", &signed), "every": 1 })),
        ("/protect", json!({ "file": file("s.pdf", &signed), "userPassword": "x" })),
    ] {
        let answer = client.post(path, &body);
        assert_eq!(answer.status, 409, "{path}: {:?}", answer.body);
        assert!(
            answer
                .message()
                .ends_with("is signed, and the signature would be lost: send allowSigned=true if that is wanted")
        );
        let mut body = body;
        body["allowSigned"] = json!(true);
        let allowed = client.post(path, &body);
        assert_eq!(allowed.status, 200, "{path}: {:?}", allowed.body);
    }
}

#[test]
fn metadata_goes_both_ways() {
    let client = client();
    let body = json!({
        "file": file("a.pdf", A), "title": "\u{141}\u{f3}d\u{17a}", "author": "A & B", "created": "2024-01-31T12:00:00+01:00",
        "language": "pl", "custom": { "Order": "17" }, "subject": "",
    });
    let written = done(&client, "/metadata/write", &body);
    let document = bytes(&written["file"]);
    assert_sound(&document, 0);
    let read = client.post("/metadata/read", &json!({ "file": file("a.pdf", &document) })).json();
    assert_eq!(read["metadata"], written["metadata"]);
    assert_eq!(
        (&read["metadata"]["title"], &read["metadata"]["created"], &read["metadata"]["custom"]["Order"]),
        (&json!("\u{141}\u{f3}d\u{17a}"), &json!("2024-01-31T12:00:00+01:00"), &json!("17"))
    );
    let Some(info) = super::oracle("info", &[("a", &document)], &json!(["a"])) else { return };
    assert_eq!((&info["info"]["/Title"], &info["info"]["/Author"]), (&json!("\u{141}\u{f3}d\u{17a}"), &json!("A & B")));
}
