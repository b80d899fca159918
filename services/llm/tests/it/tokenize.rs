//! `tokenize`.

use serde_json::json;

use crate::client;

const PATH: &str = "/api/v1/llm/tokenize";

#[test]
fn tokens_are_counted_and_listed() {
    let Some(client) = client() else { return };
    for (text, count) in
        [("", 0), ("Don't stop", 4), ("😀", 1), ("naïve café", 2), (&"a".repeat(1000), 1), ("你好，世界", 5)]
    {
        let answer = client.post(PATH, &json!({ "text": text })).json();
        assert_eq!((&answer["count"], &answer["fitsModel"]), (&json!(count), &json!(true)), "{text}");
    }
    let answer = client.post(PATH, &json!({ "text": "é naïveté 👍 unbelievable", "list": true })).json();
    let tokens: Vec<&str> =
        answer["tokens"].as_array().unwrap().iter().map(|token| token["token"].as_str().unwrap()).collect();
    assert_eq!(tokens, ["e", "naive", "##te", "[UNK]", "unbelievable"]);
    assert_eq!((&answer["tokens"][3]["start"], &answer["tokens"][3]["end"]), (&json!(10), &json!(11)));
    let long = client.post(PATH, &json!({ "text": "apple ".repeat(300) })).json();
    assert_eq!((&long["count"], &long["fitsModel"]), (&json!(300), &json!(false)));
}

#[test]
fn a_budget_is_kept_at_a_sentence() {
    let Some(client) = client() else { return };
    let text = "You can return any item within 30 days. We pay the postage. And more.";
    for (budget, end, at) in [
        (100, text, "end"),
        (15, "You can return any item within 30 days. We pay the postage.", "sentence"),
        (9, "You can return any item within 30 days.", "sentence"),
        (5, "You can return any item", "word"),
        (1, "You", "word"),
    ] {
        let answer = client.post(PATH, &json!({ "text": text, "maxTokens": budget })).json();
        let cut = &answer["cut"];
        assert_eq!((&cut["text"], &cut["at"]), (&json!(end), &json!(at)), "{budget}: {cut}");
        assert!(cut["count"].as_u64().unwrap() <= budget);
        assert_eq!(cut["truncated"], at != "end");
    }
    let nothing = client.post(PATH, &json!({ "text": "antidisestablishmentarianism", "maxTokens": 2 })).json();
    assert_eq!((&nothing["cut"]["at"], &nothing["cut"]["text"]), (&json!("nothing"), &json!("")));
    let megabyte = client.post(PATH, &json!({ "text": "some words here. ".repeat(60_000), "maxTokens": 1000 }));
    assert_eq!(megabyte.status, 200);
    let many = client.post(PATH, &json!({ "text": "a ".repeat(30_000), "list": true }));
    assert_eq!(many.status, 422);
}
