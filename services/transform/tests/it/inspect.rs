//! `POST /inspect`.

use serde_json::json;

use crate::{client, warnings};

#[test]
fn tables_are_described() {
    let client = client();
    let data = "zip,price,flag,note\n01730,1.10,true,x\n01731,2.50,false,\n01731,,true,Größe\n";
    let answer = client.post("/api/v1/data/inspect", &json!({ "data": data })).json();
    assert_eq!(answer["format"], "csv");
    assert_eq!(answer["rowCount"], 3);
    let zip = &answer["columns"][0];
    assert_eq!(
        (&zip["type"], &zip["distinct"], &zip["examples"]),
        (&json!("text"), &json!(2), &json!(["01730", "01731"]))
    );
    let price = &answer["columns"][1];
    assert_eq!((&price["type"], &price["min"], &price["empty"]), (&json!("number"), &json!(1.1), &json!(1)));
    assert_eq!(answer["columns"][2]["type"], "boolean");
    assert_eq!(answer["columns"][3]["maxLength"], 5);
    let answer = client.post("/api/v1/data/inspect", &json!({ "data": "Extract of 2025-01-06\na;b\n1;2\n" }));
    assert_eq!(warnings(&answer), ["skipped-lines"]);
    assert_eq!(answer.json()["detected"]["skipRows"], 1);
}

#[test]
fn any_file_is_named_by_its_content() {
    let client = client();
    let post = |bytes: &[u8]| client.post_as("application/octet-stream", "/api/v1/data/inspect", bytes.to_vec()).json();
    for (bytes, format, content_type) in [
        (b"%PDF-1.7\n".as_slice(), "pdf", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "png", "image/png"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "gz", "application/gzip"),
        (b"{\"a\":1}\n{\"a\":2}\n", "ndjson", "application/x-ndjson"),
        (b"<a><b>1</b></a>", "xml", "application/xml"),
        (b"a: 1\nb: 2\n", "yaml", "application/yaml"),
        (b"[x]\na = 1\n", "toml", "application/toml"),
        (b"a=1&b=2", "query", "application/x-www-form-urlencoded"),
        (b"a;b\n1;2\n", "csv", "text/csv"),
        (b"\0\x01\x02\x03", "bin", "application/octet-stream"),
    ] {
        let answer = post(bytes);
        assert_eq!(
            (answer["format"].as_str(), answer["contentType"].as_str()),
            (Some(format), Some(content_type)),
            "{answer}"
        );
    }
    let sheet = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/dates1904.xlsx")).unwrap();
    let answer = post(&sheet);
    assert_eq!((&answer["format"], &answer["detected"]["sheets"]), (&json!("xlsx"), &json!(["S"])));
}
