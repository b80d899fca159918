//! `chunk`.

use chassis::testing::Client;
use serde_json::{Value, json};

use crate::{bare, client};

const PATH: &str = "/api/v1/llm/chunk";

fn chunks(client: &Client, body: &Value) -> Vec<Value> {
    let answer = client.post(PATH, body);
    assert_eq!(answer.status, 200, "{body}: {:?}", answer.body);
    answer.json()["chunks"].as_array().unwrap().clone()
}

/// What must hold of all chunks, in characters.
fn judge(text: &str, chunks: &[Value], size: usize, overlap: usize, length: impl Fn(&str) -> usize) {
    let characters: Vec<char> = text.chars().collect();
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let mut covered = vec![false; characters.len()];
    let mut last = (None, 0);
    for chunk in chunks {
        let place = |name: &str| usize::try_from(chunk[name].as_u64().unwrap()).unwrap();
        let (start, end) = (place("start"), place("end"));
        let part: String = characters[start..end].iter().collect();
        assert_eq!(chunk["text"], part);
        assert_eq!(String::from_utf16(&utf16[place("startUtf16")..place("endUtf16")]).unwrap(), part);
        assert!(last.0.is_none_or(|before| start > before) && end > last.1, "starts and ends rise: {chunks:?}");
        assert!(length(&part) <= size, "{} > {size}: {part:?}", length(&part));
        if start < last.1 {
            let shared: String = characters[start..last.1].iter().collect();
            assert!(length(&shared) <= overlap, "{shared:?}");
        }
        covered[start..end].fill(true);
        last = (Some(start), end);
    }
    for (character, covered) in characters.iter().zip(&covered) {
        assert!(*covered || character.is_whitespace(), "{character:?} is in no chunk");
    }
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

#[test]
fn repeated_text_has_its_own_places() {
    let (client, _data) = bare();
    let found = chunks(&client, &json!({ "text": "lorem lorem", "size": 5, "overlap": 5 }));
    let starts: Vec<&Value> = found.iter().map(|chunk| &chunk["start"]).collect();
    assert_eq!(starts, [0, 6]);
    judge("lorem lorem", &found, 5, 5, characters);
}

#[test]
fn every_text_is_cut_by_the_rules() {
    let (client, _data) = bare();
    let paragraphs = "First paragraph here. It has two sentences.\r\n\r\nSecond one, a bit longer than the first, with a list:\r\n\
                      - one\r\n- two\r\n\r\nThird.";
    let texts = [
        "The same sentence again and again. ".repeat(40),
        format!("{} 👩‍👩‍👧 e\u{301} {}", "x".repeat(17), "tail of words"),
        paragraphs.to_owned(),
        "x".repeat(500),
        "日本語の文章です。もう一つの文です。".repeat(10),
        "👩‍👩‍👧".repeat(30),
        "é̂".repeat(50),
        "a\u{200b}b \u{feff}c \u{0} d".repeat(9),
        "word\n".repeat(100),
        "🇩🇪🇫🇷".repeat(20),
        "नमस्ते दुनिया क्षत्रिय ".repeat(12),
        "   \n leading and trailing \t ".to_owned(),
    ];
    for text in &texts {
        for (size, overlap) in [(10, 0), (12, 5), (20, 10), (20, 20), (64, 30), (1000, 100)] {
            let found = chunks(&client, &json!({ "text": text, "size": size, "overlap": overlap }));
            judge(text, &found, size, overlap, characters);
            for chunk in &found {
                let part = chunk["text"].as_str().unwrap();
                assert!(!part.starts_with(['\u{301}', '\u{302}', '\u{200d}']), "{part:?} starts within a grapheme");
                assert!(!part.ends_with('\u{200d}'), "{part:?} ends within a grapheme");
            }
            let markdown =
                chunks(&client, &json!({ "text": text, "size": size, "overlap": overlap, "format": "markdown" }));
            judge(text, &markdown, size, overlap, characters);
        }
    }
    assert!(chunks(&client, &json!({ "text": " \n\t " })).is_empty());
    assert!(chunks(&client, &json!({ "text": "" })).is_empty());
}

#[test]
fn chunks_end_at_the_best_place() {
    let (client, _data) = bare();
    let text = "One short sentence. Another sentence follows it.\n\nA new paragraph starts here and goes on.";
    let found = chunks(&client, &json!({ "text": text, "size": 60 }));
    assert_eq!(found[0]["text"], "One short sentence. Another sentence follows it.");
    assert_eq!(found[1]["text"], "A new paragraph starts here and goes on.");
    // With an overlap the next chunk starts at a sentence where one fits.
    let found = chunks(&client, &json!({ "text": text, "size": 60, "overlap": 30 }));
    assert!(found[1]["text"].as_str().unwrap().starts_with("Another sentence follows it.\n\nA new"), "{found:?}");
}

#[test]
fn sentences_are_counted() {
    let (client, _data) = bare();
    let text = "One is here. Two is here! Is three here? Dr. Four is here. Five.";
    let found = chunks(&client, &json!({ "text": text, "unit": "sentences", "size": 2, "overlap": 1 }));
    let parts: Vec<&str> = found.iter().map(|chunk| chunk["text"].as_str().unwrap()).collect();
    assert_eq!(
        parts,
        [
            "One is here. Two is here!",
            "Two is here! Is three here?",
            "Is three here? Dr. Four is here.",
            "Dr. Four is here. Five.",
        ]
    );
}

#[test]
fn tokens_are_those_of_the_model() {
    let Some(client) = client() else { return };
    let count = |text: &str| {
        let answer = client.post("/api/v1/llm/tokenize", &json!({ "text": text })).json();
        usize::try_from(answer["count"].as_u64().unwrap()).unwrap()
    };
    for text in [
        "The same sentence with strange unbelievablenesses again. ".repeat(40),
        "日本語と英語mixedカタカナabc。".repeat(20),
        "https://example.com/a/very/long/address?with=many&parts=in-it ".repeat(5),
        "antidisestablishmentarianism".repeat(3),
        "한국어 각각 각도 ".repeat(20),
    ] {
        for (size, overlap) in [(20, 10), (8, 0), (50, 50)] {
            let found = chunks(&client, &json!({ "text": text, "unit": "tokens", "size": size, "overlap": overlap }));
            judge(&text, &found, size, overlap, count);
            for chunk in found {
                assert_eq!(chunk["tokens"], count(chunk["text"].as_str().unwrap()));
            }
        }
    }
    let (bare, _data) = bare();
    assert_eq!(bare.post(PATH, &json!({ "text": "a", "unit": "tokens" })).status, 503);
}

#[test]
fn markdown_keeps_headings_tables_and_code() {
    let (client, _data) = bare();
    let text = "\
# Guide

Intro text.

## Prices

| item | price |
|------|-------|
| tea | 3 |
| coffee | 4 |
| cocoa | 5 |
| water | 1 |

Setext
------

```sh
# not a heading
run it
```

### Deep #

End.
";
    let found = chunks(&client, &json!({ "text": text, "size": 70, "format": "markdown" }));
    judge(text, &found, 70, 0, characters);
    let path = |chunk: &Value| {
        chunk["headings"].as_array().unwrap().iter().map(|h| h.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all: Vec<(String, Vec<String>)> =
        found.iter().map(|chunk| (chunk["text"].as_str().unwrap().to_owned(), path(chunk))).collect();
    assert_eq!(all[0], ("# Guide\n\nIntro text.".to_owned(), vec!["Guide".to_owned()]));
    assert_eq!(all[1].1, ["Guide", "Prices"]);
    let rest = found.iter().find(|chunk| !chunk["tableHead"].is_null()).unwrap();
    assert_eq!(rest["tableHead"], "| item | price |\n|------|-------|");
    assert!(rest["text"].as_str().unwrap().starts_with("| "), "rows stay whole: {rest}");
    let code = all.iter().find(|(text, _)| text.contains("not a heading")).unwrap();
    assert_eq!(code.1, ["Guide", "Setext"]);
    assert_eq!(all.last().unwrap().1, ["Guide", "Setext", "Deep"]);
}

#[test]
fn hostile_sizes_are_refused() {
    let (client, _data) = bare();
    for (body, status, words) in [
        (json!({ "text": "a b", "size": 0 }), 400, "size"),
        (json!({ "text": "a b", "size": 5, "overlap": 6 }), 400, "overlap"),
        (json!({ "text": "word ".repeat(50_000), "size": 5 }), 422, "10000"),
        (json!({ "text": "👩‍👩‍👧", "size": 2 }), 422, "cannot be cut"),
        (json!({ "text": "word ".repeat(20_000), "size": 50_000, "overlap": 49_990 }), 422, "overlap"),
    ] {
        let answer = client.post(PATH, &body);
        assert_eq!(answer.status, status, "{:?}", answer.body);
        assert!(answer.message().contains(words), "{}", answer.message());
    }
    for text in ["x".repeat(1_000_000), "e\u{301}".repeat(300_000), "word ".repeat(200_000)] {
        let answer = client.post(PATH, &json!({ "text": text, "size": 5000 }));
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
}
