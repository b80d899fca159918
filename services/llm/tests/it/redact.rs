//! `redact` and `guard`.

use serde_json::{Value, json};

use crate::{bare, client};

const PATH: &str = "/api/v1/llm/redact";

fn types(answer: &Value) -> Vec<String> {
    let entities = answer["entities"].as_array().unwrap_or_else(|| panic!("{answer}"));
    entities.iter().map(|entity| entity["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn findings_are_what_they_look_like() {
    let (client, _data) = bare();
    for (text, right) in [
        ("6011000990139424", vec!["card"]),
        ("6011-0009-9013-9424 and 4111111111111111", vec!["card", "card"]),
        ("2223000048400011", vec!["card"]),
        ("6212345678901234569", vec!["card"]),
        ("1111-2222-3333-4445", vec![]),
        ("1764500000005, 1764500000013", vec![]),
        ("3f2a9c10-7b1e-4c55-8021-5550123901aa", vec![]),
        ("DE89 3704 0044 0532 0130 00", vec!["iban"]),
        ("GB82 WEST 1234 5698 7654 33", vec![]),
        ("SSN 536-90-4399 at 10.0.0.1", vec!["national-id", "ip-address"]),
        ("grüße an jürgen@müller.de, +49 30 901820", vec!["email", "phone"]),
    ] {
        let answer = client.post(PATH, &json!({ "text": text })).json();
        assert_eq!(types(&answer), right, "{text}");
        if right.is_empty() {
            assert_eq!(answer["text"], text);
        }
        assert!(answer["uncovered"].as_array().unwrap().len() > 3);
    }
    let possible = client.post(PATH, &json!({ "text": "ref 1111-2222-3333-4445", "possible": true })).json();
    assert_eq!((&possible["possible"][0]["type"], &possible["count"]), (&json!("card"), &json!(0)));
}

#[test]
fn places_are_characters_of_the_text() {
    let (client, _data) = bare();
    let text = "👩‍👩‍👧 é: a@b.io, ß 4111 1111 1111 1111 — ÄÖ c@d.org";
    let answer = client.post(PATH, &json!({ "text": text, "words": ["äö", "nothing"] })).json();
    let characters: Vec<char> = text.chars().collect();
    let found: Vec<String> = answer["entities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entity| {
            let place = |name: &str| usize::try_from(entity[name].as_u64().unwrap()).unwrap();
            characters[place("start")..place("end")].iter().collect()
        })
        .collect();
    assert_eq!(found, ["a@b.io", "4111 1111 1111 1111", "ÄÖ", "c@d.org"]);
    assert_eq!(answer["text"], "👩‍👩‍👧 é: [EMAIL], ß [CARD] — [WORD] [EMAIL]");
}

#[test]
fn strategies() {
    let (client, _data) = bare();
    let text = "a@b.io and 4111 1111 1111 1111";
    for (strategy, right) in
        [("label", "[EMAIL] and [CARD]"), ("mask", "a***@b.io and **** **** **** 1111"), ("remove", " and ")]
    {
        let answer = client.post(PATH, &json!({ "text": text, "strategy": strategy })).json();
        assert_eq!(answer["text"], right);
    }
    let hashed = |text: &str, key: &str| {
        client.post(PATH, &json!({ "text": text, "strategy": "hash", "key": key })).json()["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let one = hashed("card 4111 1111 1111 1111", "a secret of some length");
    assert_eq!(one, hashed("card 4111-1111-1111-1111", "a secret of some length"), "however it is written");
    assert_ne!(one, hashed("card 4111 1111 1111 1111", "another secret, as long"));
    assert!(!one.contains("4111"));
    for body in [
        json!({ "text": text, "strategy": "hash" }),
        json!({ "text": text, "strategy": "hash", "key": "short" }),
        json!({ "text": text, "key": "a secret of some length" }),
    ] {
        let answer = client.post(PATH, &body);
        assert!([400, 422].contains(&answer.status) && answer.message().starts_with("key: "), "{:?}", answer.body);
    }
    let some = client.post(PATH, &json!({ "text": text, "types": ["card"] })).json();
    assert_eq!(some["text"], "a@b.io and [CARD]");
}

#[test]
fn words_stand_alone_whatever_their_case() {
    let (client, _data) = bare();
    let body = json!({ "text": "Project X; project x-ray, projectile. İstanbul ISTANBUL", "words": ["project x", "istanbul", "PROJECT"] });
    let answer = client.post(PATH, &body).json();
    assert_eq!(answer["text"], "[WORD]; [WORD]-ray, projectile. İstanbul [WORD]");
}

#[test]
fn long_texts_are_read_in_time() {
    let (client, _data) = bare();
    for unit in
        ["4111 1111 1111 1111 ", "1-1-1-1-", "a@", "@a.b", "1.1.1.1.", "aa:bb:", "(((1", "+1+1", "0 0 0 ", "DE89DE89"]
    {
        let text = unit.repeat(900_000 / unit.len());
        let answer = client.post(PATH, &json!({ "text": text }));
        assert_eq!(answer.status, 200, "{unit}: {:?}", &answer.body[..200.min(answer.body.len())]);
    }
}

#[test]
fn a_verdict_has_its_reasons() {
    let (bare, _data) = bare();
    let path = "/api/v1/llm/guard";
    let clean = bare.post(path, &json!({ "text": "Nothing to see here.", "words": ["secret"] })).json();
    assert_eq!((&clean["allowed"], &clean["checks"]), (&json!(true), &json!(["personal-data", "words"])));
    let body = json!({ "text": "ÄÄ the Secret is a@b.io", "words": ["secret"] });
    let refused = bare.post(path, &body).json();
    assert_eq!(refused["allowed"], false);
    assert_eq!(
        refused["reasons"],
        json!([
            { "check": "words", "found": "Secret", "start": 7, "end": 13 },
            { "check": "personal-data", "found": "email", "start": 17, "end": 23 },
        ])
    );
    let only_words = bare.post(path, &json!({ "text": "a@b.io", "personalData": false })).json();
    assert_eq!(only_words["allowed"], true);
    let topics = json!({ "text": "x", "topics": [{ "name": "t", "description": "d" }] });
    assert_eq!(bare.post(path, &topics).status, 503);
}

#[test]
fn topics_are_found_by_meaning() {
    let Some(client) = client() else { return };
    let topics = json!([{
        "name": "medical advice",
        "examples": ["Take two tablets every six hours", "What dose of ibuprofen is safe?", "Is this rash a symptom of measles?"],
    }]);
    let ask = |text: &str| {
        client.post("/api/v1/llm/guard", &json!({ "text": text, "personalData": false, "topics": topics })).json()
    };
    let story = "We walked to the market and bought bread. ".repeat(12);
    let refused = ask(&format!("{story}How many paracetamol tablets may a child take in a day? {story}"));
    assert_eq!(
        (&refused["allowed"], &refused["reasons"][0]["found"]),
        (&json!(false), &json!("medical advice")),
        "{refused}"
    );
    assert_eq!(ask(&story)["allowed"], true);
    assert_eq!(ask("")["allowed"], true);
}
