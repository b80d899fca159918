//! Data out of texts: case 9, by a server of the test's own.

use serde_json::{Value, json};

use crate::chat::served_by;
use crate::upstream::{Step, Upstream, chunk, finish, head, says};

const PATH: &str = "/api/v1/llm/extract";

fn request() -> Value {
    json!({
        "model": "m", "text": "Ada is 36.",
        "schema": {
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": { "name": { "type": "string" }, "age": { "type": "integer" } },
        },
    })
}

#[test]
fn json_is_found_by_one_call() {
    let ada = json!({ "name": "Ada", "age": 36 });
    for (text, unwrapped) in [
        (r#"{"name":"Ada","age":36}"#, false),
        ("```json\n{\"name\":\"Ada\",\"age\":36}\n```", false),
        ("Here is what I found:\n```JSON\n{\"name\":\"Ada\",\"age\":36}\n```\nAnything else?", false),
        (r#"[{"name":"Ada","age":36}]"#, true),
        (r#"{"output":{"name":"Ada","age":36}}"#, true),
    ] {
        let upstream = Upstream::of(vec![says(&[text])]);
        let answer = served_by(&[&upstream]).post(PATH, &request()).json();
        assert_eq!((&answer["data"], &answer["repairs"], upstream.count()), (&ada, &json!(0), 1), "{text}: {answer}");
        let codes: Vec<&str> =
            answer["warnings"].as_array().unwrap().iter().filter_map(|one| one["code"].as_str()).collect();
        assert_eq!(codes, if unwrapped { vec!["unwrapped"] } else { vec![] }, "{text}");
    }
    let upstream = Upstream::of(vec![says(&["```json\n{\"name\":\"has ``` in it\"}\n```"])]);
    let answer = served_by(&[&upstream]).post(PATH, &request()).json();
    assert_eq!((&answer["data"]["name"], upstream.count()), (&json!("has ``` in it"), 1));
}

#[test]
fn what_was_cut_is_not_made_up() {
    let cut = vec![head(), Step::Send([chunk(r#"{"name":"Ada","age":3"#), finish("length")].concat())];
    let upstream = Upstream::of(vec![cut]);
    let answer = served_by(&[&upstream]).post(PATH, &request());
    assert_eq!((answer.status, upstream.count()), (422, 1));
    assert!(answer.message().contains("maxTokens"), "{}", answer.message());
}

#[test]
fn what_does_not_fit_is_repaired_at_most_twice() {
    let wrong = || says(&[r#"{"name":"Ada","age":"thirty-six"}"#]);
    let upstream = Upstream::of(vec![wrong(), says(&["I cannot."]), says(&[r#"{"name":"Ada","age":36}"#])]);
    let answer = served_by(&[&upstream]).post(PATH, &request()).json();
    assert_eq!((&answer["data"]["age"], &answer["repairs"], upstream.count()), (&json!(36), &json!(2), 3), "{answer}");
    assert_eq!(answer["usage"]["totalTokens"], 36, "those of all three: {answer}");
    let second = upstream.asked()[1].body["messages"].as_array().unwrap().clone();
    let told = second.last().unwrap()["content"].as_str().unwrap();
    assert!(told.contains("/age") && told.contains("integer"), "{told}");
    assert!(second[second.len() - 2]["content"].as_str().unwrap().contains("thirty-six"));

    let upstream = Upstream::of(vec![wrong()]);
    let answer = served_by(&[&upstream]).post(PATH, &request());
    assert_eq!((answer.status, upstream.count()), (422, 3));
    assert!(answer.message().contains("/age"), "{}", answer.message());
    let upstream = Upstream::of(vec![says(&["I see no person here."])]);
    let answer = served_by(&[&upstream]).post(PATH, &request());
    assert_eq!((answer.status, upstream.count()), (422, 3));
}

#[test]
fn a_schema_that_is_none_is_refused_before_anybody_is_asked() {
    let upstream = Upstream::of(vec![says(&["{}"])]);
    let client = served_by(&[&upstream]);
    for schema in [
        json!({ "type": "nothing" }),
        json!({ "$ref": "#" }),
        json!({ "$ref": "http://127.0.0.1/x" }),
        json!({ "properties": { "a": { "pattern": "(" } } }),
        json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } } }),
    ] {
        let answer = client.post(PATH, &json!({ "model": "m", "text": "x", "schema": schema }));
        assert_eq!(answer.status, 422, "{schema}");
        assert!(answer.message().starts_with("schema: "), "{}", answer.message());
    }
    assert_eq!(upstream.count(), 0);
    let nested = format!("{}1{}", "{\"not\":".repeat(2_000), "}".repeat(2_000));
    let body = format!("{{\"text\":\"x\",\"schema\":{nested}}}");
    assert!(matches!(client.post_as("application/json", PATH, body).status, 400 | 422));
}
