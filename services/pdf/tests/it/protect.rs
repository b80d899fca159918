//! Documents protected and opened.

use serde_json::{Value, json};

use super::{A, assert_sound, bytes, client, done, file, oracle, oracle_with, refused};

#[test]
fn other_programs_open_what_was_protected() {
    let client = client();
    // Composed and decomposed, a ligature, a space that is none, and letters of other scripts.
    for password in
        ["open sesame", "caf\u{e9}", "cafe\u{301}", "\u{fb01}le\u{a0}1", "\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}"]
    {
        let body = json!({
            "file": file("A.pdf", A), "userPassword": password, "ownerPassword": "owner", "permissions": ["print", "copy"],
        });
        let protected = done(&client, "/protect", &body);
        assert_eq!(
            (&protected["encrypted"], &protected["needsPassword"], &protected["permissions"]),
            (&json!(true), &json!(true), &json!(["print", "copy", "accessibility"]))
        );
        let document = bytes(&protected["file"]);
        // As the standard asks, SASLprep: compatibility forms composed.
        let prepared = match password {
            "cafe\u{301}" => "caf\u{e9}",
            "\u{fb01}le\u{a0}1" => "file 1",
            other => other,
        };
        let Some(opens) = oracle("opens", &[("p", &document)], &json!(["p", [prepared, "owner", "wrong", ""]])) else {
            return;
        };
        assert_eq!(opens["qpdf"], json!([10, 10, 0, 0]), "{password}");
        assert_eq!(opens["pdfium"], json!([10, 10, 0, 0]), "{password}");
        if let Some(shown) = opens["shown"].as_str() {
            assert!(shown.contains("R = 6") && shown.contains("AESv3"), "{shown}");
            assert!(shown.contains("modify annotations: not allowed"), "{shown}");
        }
        // Whatever is typed of it opens it.
        for typed in ["owner", password, prepared] {
            let info = client.post("/info", &json!({ "file": file("p.pdf", &document), "password": typed }));
            assert_eq!((info.status, &info.json()["encrypted"]), (200, &json!(true)), "{typed}: {:?}", info.body);
            let text =
                client.post("/text", &json!({ "file": file("p.pdf", &document), "password": typed, "pages": "1" }));
            assert_eq!(text.status, 200, "{typed}: {:?}", text.body);
        }
    }
}

#[test]
fn protection_stays_and_is_taken_off() {
    let client = client();
    let body = json!({ "file": file("A.pdf", A), "userPassword": "secret", "permissions": ["print"] });
    let protected = bytes(&done(&client, "/protect", &body)["file"]);
    // What changes a document keeps its protection.
    let changes: [(&str, Value); 2] =
        [("/metadata/write", json!({ "title": "New" })), ("/pages", json!({ "pages": "1-2", "rotate": 90 }))];
    for (path, mut body) in changes {
        body["file"] = file("p.pdf", &protected);
        body["password"] = json!("secret");
        let changed = bytes(&done(&client, path, &body)["file"]);
        let Some(opens) = oracle("opens", &[("p", &changed)], &json!(["p", ["secret", ""]])) else { return };
        assert!(opens["qpdf"][0].as_u64().unwrap() > 0 && opens["qpdf"][1] == 0, "{path}: {opens}");
        let info = oracle_with("info", &[("p", &changed)], &json!(["p"]), "secret").unwrap();
        assert!(info["info"].is_object());
    }
    let body = json!({ "file": file("p.pdf", &protected), "password": "secret", "decrypt": true });
    let open = done(&client, "/protect", &body);
    assert_eq!(open["encrypted"], false);
    assert_sound(&bytes(&open["file"]), 0);
    let info = client.post("/info", &json!({ "file": file("p.pdf", &bytes(&open["file"])) }));
    assert_eq!((info.status, &info.json()["encrypted"]), (200, &json!(false)));
}

#[test]
fn each_password_problem_has_its_own_sentence() {
    let client = client();
    let body = json!({ "file": file("A.pdf", A), "userPassword": "secret" });
    let protected = bytes(&done(&client, "/protect", &body)["file"]);
    for path in ["/info", "/text", "/render", "/metadata/read"] {
        let missing = client.post(path, &json!({ "file": file("p.pdf", &protected) }));
        refused(&missing, 422, "password: is missing: the document is encrypted and needs its password to open");
        assert_eq!(missing.json()["error"]["details"][0]["field"], "password");
        let wrong = client.post(path, &json!({ "file": file("p.pdf", &protected), "password": "guess" }));
        refused(&wrong, 422, "password: is wrong: it does not open the document");
    }
    let wrong = client
        .post("/merge", &json!({ "files": [file("A.pdf", A), file("p.pdf", &protected)], "passwords": ["", "x"] }));
    refused(&wrong, 422, "passwords[1]: is wrong: it does not open the document");
    let nothing = client.post("/protect", &json!({ "file": file("A.pdf", A) }));
    assert_eq!(nothing.status, 422);
}

#[test]
fn a_password_that_opens_is_never_called_wrong() {
    let Some(path) = crate::shared("testdata/pdf/pdfjs/issue6010_2.pdf") else { return };
    let document = file("a.pdf", &std::fs::read(path).unwrap());
    let client = client();
    let text = client.post("/text", &json!({ "file": document, "password": "æøå" }));
    assert_eq!(text.json()["text"], "Issue 6010\n");
    let answer = client.post("/info", &json!({ "file": document, "password": "æøå" }));
    assert_eq!(answer.status, 422);
    assert!(answer.message().starts_with("file: opens with its password, but"), "{}", answer.message());
    let answer = client.post("/info", &json!({ "file": document, "password": "abc" }));
    assert_eq!(answer.message(), "password: is wrong: it does not open the document");
}
