//! Files attached and taken out.

use serde_json::json;

use super::{A, assert_sound, bytes, client, done, file, oracle};

#[test]
fn what_was_attached_comes_out_as_it_was() {
    let client = client();
    let data = b"item,price\nchair,49.90\n";
    let body = json!({ "file": file("a.pdf", A), "attachments": [file("d.csv", data), file("d.csv", b"other"), file("\u{141}.txt", b"x")] });
    let added = done(&client, "/attachments/add", &body);
    assert_eq!(added["names"].as_array().unwrap().len(), 3);
    let document = bytes(&added["file"]);
    assert_sound(&document, 0);
    if let Some(found) = oracle("attached", &[("a", &document)], &json!(["a"])) {
        assert_eq!(found["d.csv"], super::base64(data), "{found}");
    }
    let all = done(&client, "/attachments/extract", &json!({ "file": file("a.pdf", &document) }));
    assert_eq!((&all["count"], &all["rows"][0]["name"]), (&json!(3), &json!("d.csv")));
    assert_eq!(bytes(&all["files"][0]), data);
    let one =
        done(&client, "/attachments/extract", &json!({ "file": file("a.pdf", &document), "names": ["\u{141}.txt"] }));
    assert_eq!(one["count"], 1);
    let none = client.post("/attachments/extract", &json!({ "file": file("a.pdf", A) }));
    assert_eq!((none.status, none.message().as_str()), (422, "file: has no attachments"));
    let unknown = client.post("/attachments/extract", &json!({ "file": file("a.pdf", &document), "names": ["no"] }));
    assert_eq!(unknown.status, 422);
    // They come along when documents are joined.
    let merged = done(&client, "/merge", &json!({ "files": [file("a.pdf", &document), file("b.pdf", A)] }));
    let info = client.post("/info", &json!({ "file": file("m.pdf", &bytes(&merged["file"])) })).json();
    assert_eq!(info["attachments"].as_array().unwrap().len(), 3);
}
