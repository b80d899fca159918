//! Bodies made to hurt: a clear error, and no harm.

use chassis::settings::Size;
use chassis::testing::{Client, app};
use chassis::{Clock, Settings};
use serde_json::json;

use crate::{client, service};

fn status_and_message(body: Vec<u8>) -> (u16, String) {
    let answer = client().post_as("application/json", "/api/v1/test/echo", body);
    (answer.status, answer.message())
}

#[test]
fn ten_megabytes_of_brackets() {
    let (status, message) = status_and_message(vec![b'['; 10 << 20]);
    assert_eq!((status, message.as_str()), (400, "send one JSON object, not a list: {\"name\": value}"));
    let nested = [br#"{"text":"t","anything":"#.as_slice(), &vec![b'['; 9 << 20]].concat();
    let (status, message) = status_and_message(nested);
    assert_eq!(status, 400);
    assert!(message.contains("not valid JSON: EOF"), "{message}");
}

#[test]
fn depth_is_bounded() {
    let nested = |levels: usize| format!(r#"{{"text":"t","anything":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    let (status, message) = status_and_message(nested(100_000).into_bytes());
    assert_eq!(status, 400);
    assert!(message.ends_with("is nested more than 128 levels deep"), "{message}");
    assert!(message.chars().count() <= 300);
    assert_eq!(client().post_as("application/json", "/api/v1/test/echo", nested(120)).status, 200);
}

#[test]
fn a_hundred_thousand_fields() {
    let fields: Vec<String> = (0..100_000).map(|number| format!(r#""f{number}":1"#)).collect();
    let (status, message) = status_and_message(format!("{{{}}}", fields.join(",")).into_bytes());
    assert_eq!(status, 400);
    assert!(message.starts_with("f0: is not a field here"), "{message}");
    let body = format!("{{\"text\":\"t\",{}}}", fields.join(","));
    let answer = client().post_as("application/json", "/api/v1/test/echo?lenient=true", body);
    assert_eq!(answer.status, 200);
    assert!(answer.json()["warnings"].as_array().unwrap().len() <= 50, "warnings are bounded");
    let query: Vec<String> = (0..100_000).map(|number| format!("f{number}=1")).collect();
    let form = client().post_as("application/x-www-form-urlencoded", "/api/v1/test/echo", query.join("&"));
    assert_eq!(form.message(), "more than 1000 options");
}

#[test]
fn the_number_of_values_is_bounded() {
    let many = format!(r#"{{"text":"t","numbers":[{}1]}}"#, "1,".repeat(5_000_001));
    let settings = Settings { json_limit: Size(20 << 20), ..Settings::default() };
    let client = Client::with(settings, Clock::System, |runtime| app(service(), runtime));
    let answer = client.post_as("application/json", "/api/v1/test/echo", many);
    assert_eq!((answer.status, answer.message().as_str()), (400, "the body holds more than 5000000 values"));
}

#[test]
fn json_written_as_text_is_bounded() {
    let inner = r#""{\"lineWidth\":1}","#.repeat(1_000);
    let body = format!(r#"{{"text":"t","shapes":[{}]}}"#, inner.trim_end_matches(','));
    let (status, message) = status_and_message(body.into_bytes());
    assert_eq!(status, 400);
    assert!(message.contains("too many values are JSON written as text"), "{message}");
}

#[test]
fn wrong_utf8_says_where() {
    let (status, message) = status_and_message(b"{\"text\":\"\xff\"}".to_vec());
    assert_eq!((status, message.as_str()), (400, "the body is not valid UTF-8 (byte 9)"));
}

#[test]
fn a_body_over_the_limit_names_it() {
    let (status, message) = status_and_message(vec![b' '; (10 << 20) + 1]);
    assert_eq!((status, message.as_str()), (413, "the body is larger than the limit of 10 MB: send less at once"));
}

#[test]
fn bodies_share_a_memory() {
    let settings = Settings { body_memory: Size(1 << 20), ..Settings::default() };
    let client = Client::with(settings, Clock::System, |runtime| app(service(), runtime));
    let body = |size: usize| format!(r#"{{"text":"t","words":["{}"]}}"#, "x".repeat(size));
    for _ in 0..5 {
        let answer = client.post_as("application/json", "/api/v1/test/echo", body(900 << 10));
        assert_eq!(answer.status, 200, "the memory comes back");
    }
    let answer = client.post_as("application/json", "/api/v1/test/echo", body(2 << 20));
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"));
}

#[test]
fn long_names_and_choices_are_cut_in_messages() {
    let long = "x".repeat(1 << 20);
    for body in [json!({ "text": "t", "colour": long }), json!({ "text": "t", &long: 1 })] {
        let message = client().post("/api/v1/test/echo", &body).message();
        assert!(message.chars().count() <= 300 && !message.contains(&"x".repeat(50)), "{message}");
    }
}

/// Ten thousand damaged bodies: each is understood or explained, none is our fault.
#[test]
fn damaged_bodies_are_explained() {
    let whole = r#"{"text":"a\u00e9b","bigCount":"3","numbers":[1,2.5e3,"4"],"colours":"sha256,dark-red","shape":{"lineWidth":4},"shapes":"[{\"lineWidth\":1}]","labels":{"k":-1},"anything":[null,{"x":[true]}],"flag":"true"}"#;
    let client = client();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let mut understood = 0;
    for _ in 0..10_000 {
        let mut body = whole.as_bytes().to_vec();
        for _ in 0..=random(3) {
            let at = random(body.len());
            match random(5) {
                0 => body[at] = b"{}[]\",:0-9eE.\\u nulltrue"[random(23)],
                1 => drop(body.remove(at)),
                2 => body.truncate(at.max(1)),
                3 => body.insert(at, b"\"{[,:\\\xff\x00"[random(8)]),
                _ => {
                    let piece = body[at..(at + random(20)).min(body.len())].to_vec();
                    let to = random(body.len());
                    body.splice(to..to, piece);
                }
            }
        }
        let answer = client.post_as("application/json", "/api/v1/test/echo", body.clone());
        let shown = String::from_utf8_lossy(&body).into_owned();
        match answer.status {
            200 => understood += 1,
            400 => assert!((1..=300).contains(&answer.message().chars().count()), "{shown}"),
            other => panic!("{other} for {shown}"),
        }
    }
    assert!(understood > 100, "{understood} understood: the damage is too great to test much");
}
