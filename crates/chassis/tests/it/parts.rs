//! Parts of a multipart body: which is a file, for which field, and which an option.

use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::files::{FORM, Part, file, hex, kept};

/// A part as n8n sends the raw body of a webhook: no file name, and some type or none.
fn bare<'a>(name: &'a str, content_type: Option<&'a str>, bytes: &'a [u8]) -> Part<'a> {
    (name, None, content_type, bytes)
}

#[test]
fn a_part_with_the_name_of_a_file_field_is_that_file() {
    let kept = kept();
    for content_type in [None, Some("text/plain"), Some("application/json"), Some("application/x-www-form-urlencoded")]
    {
        // Neither base64, nor an address, nor JSON is looked for in it: it is the file.
        for bytes in [&b"AQ=="[..], b"https://example.com/a", b"{\"id\":\"a\"}", b"\xfb\xff", b"\xef\xbb\xbfa"] {
            for path in ["/read", "/flow"] {
                let answer = kept.form(path, &[("width", None, None, b"7"), bare("file", content_type, bytes)]);
                assert_eq!(answer.status, 200, "{path} {content_type:?} {bytes:?}: {:?}", answer.body);
                let told = answer.json()["file"].clone();
                assert_eq!(told["hex"], hex(bytes), "{path} {content_type:?}");
                assert_eq!((&told["name"], &told["contentType"]), (&Value::Null, &json!(content_type)), "{path}");
            }
        }
    }
    let told =
        kept.form("/read", &[bare("FILE[]", None, b"1"), bare("others", None, b"2"), bare("others[]", None, b"3")]);
    assert_eq!(told.json()["others"].as_array().map(Vec::len), Some(2), "{:?}", told.body);
}

#[test]
fn an_empty_part_is_a_file_when_it_says_that_it_is_one() {
    let kept = kept();
    assert_eq!(kept.form("/read", &[bare("file", Some("text/plain"), b"")]).json()["file"]["hex"], "");
    let answer = kept.form("/read", &[bare("file", None, b"")]);
    assert_eq!((answer.status, answer.message().as_str()), (400, "file: is required"));
}

#[test]
fn a_part_of_another_name_is_the_next_file() {
    let kept = kept();
    let typed = |name| bare(name, Some("text/plain"), b"1");
    for parts in [
        [typed("data"), ("width", None, None, &b"7"[..])],
        [("data", Some("a"), None, b"1"), bare("width", None, b"7")],
    ] {
        let told = kept.form("/read", &parts).json();
        assert_eq!((&told["file"]["hex"], &told["width"]), (&json!("31"), &json!(7)), "{told}");
    }
    // Those with a name of their own come first, wherever they stand.
    let told = kept.form("/read", &[typed("data"), file("file", b"2")]).json();
    assert_eq!((&told["file"]["hex"], &told["second"]["hex"]), (&json!("32"), &json!("31")), "{told}");
    // The name of an option is that option, also with a type of text.
    for width in [bare("width", Some("text/plain"), b"7"), bare("width", Some("application/json"), b"7")] {
        let told = kept.form("/read", &[width, file("file", b"2")]).json();
        assert_eq!((&told["width"], &told["second"]), (&json!(7), &Value::Null), "{told}");
    }
    // What says that it is a file and finds no field is the option it is called after.
    let told = kept.form("/flow", &[("width", Some("w.txt"), Some("text/plain"), b"7"), file("file", b"2")]);
    assert_eq!((told.status, &told.json()["file"]["hex"]), (200, &json!("32")), "{:?}", told.body);
}

#[test]
fn a_part_nobody_knows_is_told_where_a_file_goes() {
    let kept = kept();
    let cases = [
        ("/picture", bare("data", None, b"1"), "data: is not a field here; use file; a file goes into file"),
        ("/picture", bare("fill", None, b"1"), "fill: is not a field here; did you mean file? A file goes into file"),
        (
            "/picture",
            bare("data", Some("text/plain"), b"\xff"),
            "data: is not a field here; use file; a file goes into file",
        ),
        ("/picture", file("data", b"\xff"), "data: is not a field here; use file; a file goes into file"),
        (
            "/read",
            bare("xyz", None, b"1"),
            "xyz: is not a field here; use file, second, others, width or tags; a file goes into file, second or others",
        ),
    ];
    for (path, part, message) in cases {
        let answer = kept.form(path, &[file("file", b"\x89PNG\r\n\x1a\n0000000000000000"), part]);
        assert_eq!((answer.status, answer.message().as_str()), (400, message), "{path}");
    }
    let lenient =
        kept.form("/picture?lenient=true", &[bare("data", None, b"1"), file("file", b"\x89PNG\r\n\x1a\n00000000")]);
    assert_eq!((lenient.status, &lenient.json()["warnings"][0]["field"]), (200, &json!("data")), "{:?}", lenient.body);
}

#[test]
fn an_extended_file_name_is_one() {
    let kept = kept();
    let body = "--limit\r\nContent-Disposition: form-data; name=\"x\"; filename*=UTF-8''%e2%82%ac.txt\r\n\r\na\r\n--limit--\r\n";
    for path in ["/read", "/flow"] {
        let told = kept.raw(path, &[(CONTENT_TYPE, FORM)], body).json();
        assert_eq!((&told["file"]["name"], &told["file"]["hex"]), (&json!("€.txt"), &json!("61")), "{told}");
    }
}

#[test]
fn an_object_of_n8n_without_its_bytes_says_where_they_are() {
    let kept = kept();
    let stripped = json!({ "mimeType": "text/plain", "fileName": "a.txt" });
    for file in [stripped.clone(), json!({ "data": stripped })] {
        for path in ["/read", "/flow"] {
            let answer = kept.post(path, &json!({ "file": file }));
            assert_eq!(answer.status, 400, "{:?}", answer.body);
            assert!(answer.message().starts_with("file"), "{}", answer.message());
            assert!(answer.message().contains("{{ $input.item.binary.data }}"), "{}", answer.message());
        }
    }
    let whole = json!({ "data": { "mimeType": "text/plain", "data": "AQ==" } });
    assert_eq!(kept.post("/read", &json!({ "file": whole })).json()["file"]["hex"], "01");
}
