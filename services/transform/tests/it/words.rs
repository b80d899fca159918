//! `text`, `encode` and `mask`, against Python's standard library where it does the same.

use chassis::testing::python;
use serde_json::{Value, json};

use crate::{answer, client, raw, refused};

#[test]
fn line_items_of_every_form() {
    let client = client();
    let steps = json!([{"trim": "both"}, {"case": "title"}]);
    assert_eq!(answer(&client, "/text", &json!({"input": " ada lovelace ", "steps": steps}))["result"], "Ada Lovelace");
    assert_eq!(
        answer(&client, "/text", &json!({"text": [" ada ", "KEN"], "steps": steps}))["result"],
        json!(["Ada", "Ken"])
    );
    let rows = r#"{"rows":[{"z":1.10,"name":" ada ","id":9224851642388483}],"column":"name","steps":[{"trim":"both"},{"case":"upper"}]}"#;
    assert!(raw(&client, "/text", rows).contains(r#""rows":[{"z":1.10,"name":"ADA","id":9224851642388483}]"#));
    // A URL is a text and is not fetched.
    let url = json!({"input": "http://127.0.0.1:1/x?q=a b", "steps": [{"count": "characters"}]});
    assert_eq!(answer(&client, "/text", &url)["result"], 26);
    assert_eq!(
        answer(&client, "/encode", &json!({"input": "http://127.0.0.1:1/", "spelling": "url"}))["result"],
        "http%3A%2F%2F127.0.0.1%3A1%2F"
    );
    let wrong = client.post("/api/v1/data/text", &json!({"input": "a", "steps": [{"case": "uper"}]}));
    assert_eq!((wrong.status, wrong.message().contains("upper")), (400, true), "{:?}", wrong.body);
    let wrong = client.post("/api/v1/data/text", &json!({"input": "a", "steps": [{"truncat": {"length": 3}}]}));
    assert_eq!((wrong.status, wrong.message().contains("truncate")), (400, true), "{:?}", wrong.body);
    assert!(
        refused(&client, "/text", &json!({"input": ["a", ["b"], {"c": 1}], "steps": [{"case": "upper"}]}))
            .contains("input[2]")
    );
}

/// A pattern that is quadratic for any engine, and one that goes back without end, end inside the worker.
#[test]
fn patterns_that_take_too_long_are_refused() {
    let client = client();
    let text = "a".repeat(1_000_000);
    for steps in [
        json!([{"replace": {"find": "a.*b|a", "with": "x", "regex": true}}]),
        json!([{"match": {"pattern": "(a+)+$(?<=b)", "all": true}}]),
        json!([{"split": {"by": "a.*b|a", "regex": true}}, {"count": "characters"}]),
        json!([{"occurrences": {"of": "a.*b|a", "regex": true}}]),
        json!([{"replace": {"find": "a", "with": "$&$&$&$&$&$&$&$&$&$&$&$&$&$&$&$&$&$&", "regex": true}}]),
    ] {
        let found = client.post("/api/v1/data/text", &json!({"input": text, "steps": steps}));
        assert_eq!(found.status, 422, "{steps}: {:?}", &found.body[..found.body.len().min(300)]);
    }
    let mask = json!({"input": text, "patterns": [{"name": "A", "pattern": "a.*b|a"}]});
    let found = client.post("/api/v1/data/mask", &mask);
    assert_eq!(found.status, 422, "{:?}", &found.body[..found.body.len().min(300)]);
}

#[test]
fn spellings_are_those_of_the_standard_library() {
    let program = r#"
import sys, json, base64, html, urllib.parse, quopri
q = json.load(sys.stdin)
out = []
for t in q["texts"]:
    b = t.encode()
    out.append({
        "base64": base64.b64encode(b).decode(), "base64url": base64.urlsafe_b64encode(b).decode().rstrip("="),
        "base32": base64.b32encode(b).decode(), "hex": b.hex(),
        "url": urllib.parse.quote(t, safe=""), "url-form": urllib.parse.quote_plus(t, safe="*").replace("~", "%7E"),
        "unescaped": html.unescape(t), "unquoted": urllib.parse.unquote(t),
        "json": json.dumps(t, ensure_ascii=True)[1:-1],
    })
    out[-1]["qp"] = quopri.decodestring(quopri.encodestring(b, quotetabs=False)).decode()
print(json.dumps(out))
"#;
    let texts = [
        "plain",
        "Grüße an Zoë & <b>Bob</b>",
        "a=b&c=d+e f%20%zz",
        "&lt;&amp;lt;&eacute;&#233;&#xe9;&copy2;&notit;&bogus;&#128;&#0;&amp&",
        "日本語 😀 tab\t",
        "",
        "*~'()!-._",
        "line\nline two =\n",
    ];
    let Some(right) = python("transform", program, &json!({"texts": texts})) else { return };
    let client = client();
    let column = |spelling: &str, action: &str, options: Value| {
        let mut request = json!({"input": texts, "spelling": spelling, "action": action});
        for (name, value) in options.as_object().unwrap() {
            request[name] = value.clone();
        }
        answer(&client, "/encode", &request)["result"].as_array().unwrap().clone()
    };
    for (name, found) in [
        ("base64", column("base64", "encode", json!({}))),
        ("base64url", column("base64url", "encode", json!({}))),
        ("base32", column("base32", "encode", json!({}))),
        ("hex", column("hex", "encode", json!({}))),
        ("url", column("url", "encode", json!({}))),
        ("url-form", column("url-form", "encode", json!({}))),
        ("unescaped", column("html", "decode", json!({}))),
        ("json", column("json", "encode", json!({"asciiOnly": true}))),
        ("unquoted", column("url", "decode", json!({}))),
    ] {
        for ((found, right), text) in found.iter().zip(right.as_array().unwrap()).zip(texts) {
            assert_eq!(found, &right[name], "{name} {text}");
        }
    }
    let quoted = column("quoted-printable", "encode", json!({}));
    let back =
        answer(&client, "/encode", &json!({"input": quoted, "spelling": "quoted-printable", "action": "decode"}));
    for (found, right) in back["result"].as_array().unwrap().iter().zip(right.as_array().unwrap()) {
        assert_eq!(found, &right["qp"]);
    }
}

#[test]
fn bytes_become_files() {
    let client = client();
    let request = json!({"input": "data:image/gif;base64,R0lGODlhAQABAAAAACw=", "action": "decode", "asFile": true, "fileName": "dot.gif"});
    let found = client.post("/api/v1/data/encode", &request);
    assert_eq!((found.status, found.header("content-type")), (200, "image/gif"));
    assert!(found.body.starts_with(b"GIF89a"));
    let upload =
        client.post_as("application/octet-stream", "/api/v1/data/encode?spelling=hex", "\u{1}\u{2}abc".to_owned());
    assert_eq!(upload.json()["result"], "0102616263", "{:?}", upload.body);
}

#[test]
fn documents_come_out_as_they_went_in() {
    let client = client();
    let request =
        r#"{"input":{"z":9224851642388483,"mail":"ada@example.com","price":1.10,"list":["+1 415-555-2671",null]}}"#;
    let found = raw(&client, "/mask", request);
    assert!(
        found.contains(r#""result":{"z":9224851642388483,"mail":"[EMAIL]","price":1.10,"list":["[PHONE]",null]}"#),
        "{found}"
    );
    // Case 8 of phone numbers: what is none is left.
    let texts = json!({"input": ["call +390656851242", "+1 520-878-2491", "+52 322 222 2099", "order 03432640000", "+351912345678"], "types": ["phone"]});
    assert_eq!(
        answer(&client, "/mask", &texts)["result"],
        json!(["call [PHONE]", "[PHONE]", "[PHONE]", "order 03432640000", "[PHONE]"])
    );
    let token = json!({"input": "Ask ada@example.com, then ken@example.com, then ada@example.com", "mode": "token"});
    let found = answer(&client, "/mask", &token);
    assert_eq!(found["result"], "Ask EMAIL_1, then EMAIL_2, then EMAIL_1");
    assert_eq!(found["tokens"], json!({"EMAIL_1": "ada@example.com", "EMAIL_2": "ken@example.com"}));
    // A secret is not taken in an address.
    let found = client.post_as(
        "application/json",
        "/api/v1/data/mask?mode=hash&key=0123456789abcdef",
        r#"{"input":"a"}"#.to_owned(),
    );
    assert_eq!(found.status, 400);
}
