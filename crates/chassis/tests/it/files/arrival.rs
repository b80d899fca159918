//! Names, types, ids and places of files: what arrives with them, and what they are refused for.

use base64_simd::STANDARD;
use chassis::testing::Answer;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde_json::{Value, json};

use super::{BYTES, PNG, Part, file, hex, kept, server, with};

#[test]
fn a_name_and_a_type_come_along() {
    let kept = kept();
    let url = format!("http://{}/a.bin", server());
    let base64 = STANDARD.encode_to_string(BYTES);
    let both = |answer: &Answer| {
        let told = answer.json()["file"].clone();
        let text = |name: &str| told[name].as_str().unwrap_or("none").to_owned();
        (text("name"), text("contentType"))
    };
    let pair = |name: &str, kind: &str| (name.to_owned(), kind.to_owned());
    for path in ["/read", "/flow"] {
        let json = |source: Value| both(&kept.post(path, &json!({ "file": source })));
        assert_eq!(json(json!(url)), pair("a.bin", "application/x-test"), "{path}");
        assert_eq!(json(json!({ "url": url, "name": "b.txt" })), pair("b.txt", "application/x-test"), "{path}");
        assert_eq!(json(json!(format!("data:Text/CSV;base64,{base64}"))), pair("none", "text/csv"), "{path}");
        let named = json!({ "base64": base64, "name": "b.txt", "contentType": "text/plain; charset=utf-8" });
        assert_eq!(json(named), pair("b.txt", "text/plain"), "{path}");
        assert_eq!(json(json!(base64)), pair("none", "none"), "{path}");
        let headers = [(CONTENT_TYPE, "image/x-test"), (CONTENT_DISPOSITION, "attachment; filename=\"b.txt\"")];
        assert_eq!(both(&kept.raw(path, &headers, BYTES)), pair("b.txt", "image/x-test"), "{path}");
        assert_eq!(both(&kept.form(path, &[file("file", BYTES)])), pair("a.bin", "application/x-test"), "{path}");
        // Only what follows the last slash.
        let evil = [("file", Some("../../etc/passwd"), None, BYTES)];
        assert_eq!(both(&kept.form(path, &evil)).0, "passwd", "{path}");
    }
    let upload = json!({ "base64": base64, "name": "c.bin", "contentType": "text/x-kept" });
    let upload = kept.post("/keep", &json!({ "file": upload })).json()["file"].clone();
    let back = kept.post("/read", &json!({ "file": { "id": upload["id"] } }));
    assert_eq!(both(&back), pair("c.bin", "text/x-kept"));
}

#[test]
fn parts_find_their_fields() {
    let kept = kept();
    let hexes = |answer: &Answer| {
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let told = answer.json();
        let others: Vec<String> =
            told["others"].as_array().unwrap().iter().map(|one| one["hex"].as_str().unwrap().to_owned()).collect();
        let text = |name: &str| told[name]["hex"].as_str().unwrap_or("none").to_owned();
        (text("file"), text("second"), others.join(" "))
    };
    let parts = |names: &[&str]| {
        let bytes: Vec<[u8; 1]> = (1..).take(names.len()).map(|number| [number]).collect();
        let parts: Vec<Part<'_>> = names.iter().zip(&bytes).map(|(name, bytes)| file(name, bytes)).collect();
        hexes(&kept.form("/read", &parts))
    };
    let found = |file: &str, second: &str, others: &str| (file.to_owned(), second.to_owned(), others.to_owned());
    // A part of a wrong name takes the next field that is free, then the list takes the rest.
    assert_eq!(parts(&["x", "y", "z", ""]), found("01", "02", "03 04"));
    assert_eq!(parts(&["second", "x"]), found("02", "01", ""));
    assert_eq!(parts(&["others", "file"]), found("02", "none", "01"));
    assert_eq!(parts(&["others[]", "others[]", "file"]), found("03", "none", "01 02"));
    assert_eq!(parts(&["Second", "FILE"]), found("02", "01", ""));
    let json = json!({ "file": "AQ==", "others": ["Ag==", { "base64": "Aw==" }] });
    assert_eq!(hexes(&kept.post("/read", &json)), found("01", "none", "02 03"));
}

#[test]
fn options_stand_beside_a_file() {
    let kept = kept();
    let width = ("width", None, None, &b"7"[..]);
    let tags = [("tags", None, None, &b"a"[..]), ("tags", None, Some("text/plain"), &b"b"[..])];
    let told = kept.form("/read", &[width, tags[0], file("file", BYTES), tags[1]]).json();
    assert_eq!((&told["width"], &told["tags"]), (&json!(7), &json!(["a", "b"])));
    let told = kept.raw("/read?width=7&tags=a&tags=b", &[(CONTENT_TYPE, "x/y")], BYTES).json();
    assert_eq!((&told["width"], &told["tags"]), (&json!(7), &json!(["a", "b"])));
    let answer = kept.form("/read?width=8", &[width, file("file", BYTES)]);
    assert_eq!((answer.status, answer.message().as_str()), (400, "width: is there twice: send it once"));
    let answer = kept.form("/read", &[("heigth", None, None, b"1"), file("file", BYTES)]);
    assert_eq!(answer.status, 400);
    assert!(answer.message().starts_with("heigth: "), "{}", answer.message());
    let answer = kept.form("/read", &[("width", None, None, b"\xff"), file("file", BYTES)]);
    assert_eq!((answer.status, answer.message().as_str()), (400, "width: is not valid UTF-8"));
}

#[test]
fn nothing_chosen_in_a_browser_is_no_file() {
    let kept = kept();
    let empty = ("second", Some(""), Some("application/octet-stream"), &b""[..]);
    let told = kept.form("/read", &[file("file", BYTES), empty]).json();
    assert_eq!((&told["file"]["hex"], &told["second"]), (&json!(hex(BYTES)), &Value::Null));
    let answer = kept.form("/read", &[("file", Some(""), Some("application/octet-stream"), b"")]);
    assert_eq!(answer.status, 400);
    assert!(answer.message().starts_with("file: "), "{}", answer.message());
    // A file that was chosen and is empty is one.
    assert_eq!(kept.form("/read", &[file("file", b"")]).json()["file"]["hex"], "");
    assert_eq!(kept.raw("/read", &[(CONTENT_TYPE, "x/y")], "").status, 400);
}

#[test]
fn the_first_bytes_say_what_a_file_is() {
    let kept = kept();
    assert_eq!(kept.raw("/picture", &[(CONTENT_TYPE, "application/pdf")], PNG).status, 200);
    let pdf = b"%PDF-1.7\n";
    let answers = [
        kept.raw("/picture", &[(CONTENT_TYPE, "image/png")], &pdf[..]),
        kept.form("/picture", &[("file", Some("a.png"), Some("image/png"), pdf)]),
        kept.post("/picture", &json!({ "file": { "base64": STANDARD.encode_to_string(pdf), "name": "a.png" } })),
    ];
    for answer in answers {
        assert_eq!(answer.status, 415);
        assert_eq!(answer.message(), "file: must be image/* (this is application/pdf)");
    }
}

#[test]
fn urls_that_lead_nowhere_or_inward_are_refused() {
    let address = server();
    let open = kept();
    let closed = with(|settings| settings.fetch_allow.clear());
    let url = |path: &str| json!({ "file": format!("http://{address}{path}") });
    let cases = [
        (&closed, url("/a.bin"), 400),
        (&closed, json!({ "file": "http://localhost/a" }), 400),
        (&open, url("/inward"), 400),
        (&open, url("/private"), 400),
        (&open, json!({ "file": { "url": "ftp://example.com/a" } }), 400),
        (&open, url("/nothing"), 422),
        (&open, json!({ "file": "http://127.0.0.1:1/a" }), 422),
    ];
    for (kept, body, status) in cases {
        for path in ["/read", "/flow"] {
            let answer = kept.post(path, &body);
            assert_eq!(answer.status, status, "{path} {body}: {:?}", answer.body);
            assert!(answer.message().starts_with("file: ") || answer.message().starts_with("file.url: "), "{body}");
        }
    }
    let list = json!({ "file": "AQ==", "others": ["AQ==", format!("http://{address}/nothing")] });
    let answer = open.post("/read", &list);
    assert_eq!(answer.json()["error"]["details"][0]["field"], "others[1]", "{:?}", answer.body);
}

#[test]
fn what_a_request_names_is_fetched_as_its_own_files_are() {
    let address = server();
    let url = |path: &str| format!("http://{address}{path}");
    let body = json!({
        "file": url("/a.bin"), "all": 1000,
        "urls": [url("/a.bin"), url("/nothing"), url("/inward"), url("/private"), "ftp://a.b/c"],
    });
    let answer = kept().post("/named", &body).json();
    assert_eq!(answer["url"], url("/a.bin"));
    assert_eq!((&answer["files"][0]["hex"], &answer["files"][1]), (&json!(hex(BYTES)), &json!(null)));
    assert_eq!(answer["reasons"][0], json!(null));
    for (at, reason) in [(1, "answered 404"), (2, "closed"), (3, "no public address"), (4, "http://")] {
        let told = answer["reasons"][at].as_str().unwrap_or_default();
        assert!(told.contains(reason), "{told}");
    }
    let closed = with(|settings| settings.fetch_allow.clear());
    let body = json!({ "file": "AQ==", "all": 1000, "urls": [url("/a.bin")] });
    assert!(
        closed.post("/named", &body).json()["reasons"][0].as_str().unwrap_or_default().contains("no public address")
    );
    // Bounds are for all of them together.
    let body = json!({ "file": "AQ==", "all": BYTES.len() + 1, "urls": [url("/a.bin"), url("/a.bin")] });
    let answer = kept().post("/named", &body).json();
    let came = answer["files"].as_array().into_iter().flatten().filter(|file| !file.is_null()).count();
    assert_eq!(came, 1, "{answer}");
}

#[test]
fn ids_are_their_owners() {
    let kept = kept();
    let upload = kept.post_of("alice", "/keep", &json!({ "file": "AQ==" })).json()["file"].clone();
    let by_id = json!({ "file": { "id": upload["id"] } });
    assert_eq!(kept.post_of("alice", "/read", &by_id).json()["file"]["hex"], "01");
    let mut unknown = upload["id"].as_str().unwrap().to_owned();
    unknown.replace_range(10..14, "0000");
    let cases = [
        kept.post_of("bob", "/read", &by_id),
        kept.post("/read", &by_id),
        kept.post_of("alice", "/read", &json!({ "file": { "id": unknown } })),
        kept.post_of("alice", "/read", &json!({ "file": { "id": "../../etc/passwd" } })),
        kept.post_of("alice", "/read", &json!({ "file": { "url": format!("{}x", upload["url"].as_str().unwrap()) } })),
    ];
    for answer in cases {
        assert_eq!(answer.status, 422, "{:?}", answer.body);
        assert_eq!(answer.message(), "file: there is no such file: it has expired or is not yours");
    }
    // The link opens it to whoever has it.
    assert_eq!(kept.post_of("bob", "/read", &json!({ "file": upload["url"] })).status, 200);
}

#[test]
fn a_secret_does_not_travel_in_the_address() {
    let kept = kept();
    let octets = (CONTENT_TYPE, "application/octet-stream");
    let answer = kept.raw("/unlock?password=open", &[octets], BYTES);
    assert_eq!(answer.status, 400);
    assert!(answer.message().starts_with("password: ") && !answer.message().contains("open"), "{}", answer.message());
    assert_eq!(kept.form("/unlock", &[("password", None, None, b"open"), file("file", BYTES)]).status, 200);
}

#[test]
fn data_may_be_the_json_itself() {
    let kept = kept();
    let told = |data: Value| {
        let answer = kept.post("/data", &json!({ "data": data }));
        assert_eq!(answer.status, 200, "{data}: {:?}", answer.body);
        answer.json()
    };
    let upload = kept.post("/keep", &json!({ "file": "AQ==" })).json()["file"].clone();
    let values = [
        json!([1, { "a": "b" }]),
        json!({ "a": null }),
        json!(true),
        json!({ "id": 7 }),
        json!({ "id": "7" }),
        json!({ "id": "7", "name": "Bolt" }),
        json!({ "part": 0 }),
        json!({ "part": 7, "name": "Bolt" }),
        json!({ "name": "a.txt", "contentType": "text/plain" }),
        json!({ "url": "http://example.com", "visits": 3 }),
        json!({ "id": upload["id"], "visits": 3 }),
    ];
    for value in values {
        assert_eq!(told(value.clone())["json"], value.to_string());
    }
    for text in ["a text", "AQ==", "", "see http://example.com for more", "data: the word", "http://example.com\nb"] {
        assert_eq!(told(json!(text))["text"], text);
    }
    let url = format!("http://{}/a.bin", server());
    for source in [json!(url), json!({ "url": url, "name": "a" })] {
        assert_eq!(told(source)["file"]["hex"], hex(BYTES));
    }
    for source in [json!({ "base64": "AQ==" }), json!("data:;base64,AQ=="), json!({ "id": upload["id"] })] {
        assert_eq!(told(source)["file"]["hex"], "01");
    }
    assert_eq!(kept.raw("/data", &[(CONTENT_TYPE, "text/csv")], "a,b").json()["file"]["hex"], hex(b"a,b"));
    assert_eq!(kept.form("/data", &[file("data", b"a,b")]).json()["file"]["hex"], hex(b"a,b"));
    // Digits and order stay as they were sent.
    let exact = r#"{"data":{"b":1.50,"a":123456789012345678901234567890}}"#;
    let answer = kept.client.post_as("application/json", "/api/v1/files/data", exact);
    assert_eq!(answer.json()["json"], r#"{"b":1.50,"a":123456789012345678901234567890}"#);
}

/// curl says `--data-binary @photo.jpg` is a form.
#[test]
fn a_file_that_is_called_a_form_is_a_file() {
    let kept = kept();
    let sent = |body: &[u8]| {
        let told = kept.raw("/read", &[(CONTENT_TYPE, "application/x-www-form-urlencoded")], body.to_vec()).json();
        told["file"]["hex"].as_str().unwrap_or_default().to_owned()
    };
    for file in [&b"\xff\xd8\xff\xe0 picture"[..], b"<svg/>", "café".as_bytes()] {
        assert_eq!(sent(file), hex(file));
    }
    assert_eq!(sent(b"file=aGVsbG8%3D"), hex(b"hello"));
    assert_eq!(sent(b"{\"file\":\"aGVsbG8=\"}"), hex(b"hello"));
}
