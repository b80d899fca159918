//! Another product's contract: its own shape of answer and error.

use std::time::Duration;

use chassis::{Call, Code, Error};
use serde_json::json;

use crate::{Done, Task, client_with};

fn act(task: Task, call: &Call) -> Result<Done, Error> {
    call.warn("careful", None, "nobody reads this");
    match task.name.as_str() {
        "impossible" => Err(Error::field(Code::Unprocessable, "name", "cannot be done")),
        "panic" => panic!("the secret is 12345"),
        "loop" => {
            while !call.cancelled() {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(Error::new(Code::InternalError, "nobody waits"))
        }
        _ => Ok(Done { done: task.name }),
    }
}

fn service() -> chassis::Service {
    let shape = |error: &Error| json!({ "fault": { "text": error.message(), "type": error.code() } });
    chassis::Service::new("test", "Speaks another's words").compute("POST /act", act, move |op| {
        op.foreign(shape).deadline(Duration::from_secs(3)).cache(Duration::from_secs(60), 1)
    })
}

#[test]
fn a_foreign_answer_is_as_it_was_made() {
    let client = client_with(chassis::Settings::default(), service());
    let body = json!({ "name": "a", "temperature": 0.5, "user": { "id": 7 } });
    // The second is the kept one.
    for _ in 0..2 {
        let answer = client.post("/api/v1/test/act", &body);
        assert_eq!((answer.status, answer.json()), (200, json!({ "done": "a" })));
    }
    assert_eq!(client.post("/api/v1/test/act/batch", &json!({ "items": [body] })).status, 404);
}

#[test]
fn a_foreign_error_has_its_own_shape() {
    let client = client_with(chassis::Settings::default(), service());
    let cases = [
        (r#"{"name":"impossible"}"#, 422, "UNPROCESSABLE", "name: cannot be done"),
        (r#"{"name":7.5,"more":1}"#, 400, "VALIDATION_ERROR", "name: must be text"),
        ("{}", 400, "VALIDATION_ERROR", "name: is required"),
        ("{", 400, "MALFORMED_REQUEST", "the body is not valid JSON"),
        (r#"{"name":"panic"}"#, 500, "INTERNAL_ERROR", ""),
        (r#"{"name":"loop"}"#, 504, "DEADLINE_EXCEEDED", "not done within"),
    ];
    for (body, status, kind, text) in cases {
        let answer = client.post_as("application/json", "/api/v1/test/act", body);
        assert_eq!((answer.status, answer.header("content-type")), (status, "application/json"), "{body}");
        let told = answer.json();
        assert_eq!(told["fault"]["type"], kind, "{body}");
        assert!(told["fault"]["text"].as_str().unwrap().starts_with(text), "{body}: {told}");
        assert_eq!(told.as_object().map(serde_json::Map::len), Some(1), "{told}");
    }
    let answer = client.post_as("text/csv", "/api/v1/test/act", "a,b");
    assert_eq!((answer.status, &answer.json()["fault"]["type"]), (415, &json!("UNSUPPORTED_MEDIA_TYPE")));
}
