//! Several requests as one: each item succeeds or fails by itself.

use std::time::{Duration, Instant};

use chassis::settings::{Size, Span};
use chassis::testing::{Answer, Client};
use chassis::{Call, Code, Cost, Error, File, Service, Settings, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Done, client_with};

const ACT: &str = "/api/v1/test/act/batch";

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct Act {
    name: String,
    #[serde(default)]
    times: Option<usize>,
}

fn act(act: Act, call: &Call) -> Result<Done, Error> {
    match act.name.as_str() {
        "panic" => panic!("the secret is 12345"),
        "impossible" => Err(Error::field(Code::Unprocessable, "name", "cannot be done")),
        "loop" => {
            let started = Instant::now();
            while !call.cancelled() && started.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(Error::new(Code::InternalError, "nobody waits"))
        }
        "warn" => {
            call.warn("careful", None, "this is a warning");
            Ok(Done { done: act.name })
        }
        name => {
            // The later it was sent, the sooner it is done.
            let wait = name.strip_prefix("wait-").and_then(|time| time.parse().ok());
            std::thread::sleep(Duration::from_millis(wait.unwrap_or(0)));
            Ok(Done { done: act.name.repeat(act.times.unwrap_or(1)) })
        }
    }
}

async fn later(request: Act, call: std::sync::Arc<Call>) -> Result<Done, Error> {
    act(request, &call)
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct Reverse {
    #[garde(skip)]
    file: File,
}

#[derive(Serialize, JsonSchema)]
struct Facts {
    bytes: usize,
}

fn reverse(request: Reverse, _: &Call) -> Result<WithFile<Facts>, Error> {
    let bytes: Vec<u8> = request.file.bytes().iter().rev().copied().collect();
    let facts = Facts { bytes: bytes.len() };
    Ok(WithFile { file: File::new("r.bin", "application/x-test", bytes), facts })
}

fn service() -> Service {
    Service::new("test", "Several at once")
        .compute("POST /act", act, |op| op.deadline(Duration::from_secs(2)))
        .compute("POST /here", act, |op| op.inline(1024))
        .call("POST /later", later, |op| op)
        .compute("POST /reverse", reverse, |op| op)
        .compute("POST /foreign", act, |op| op.foreign(|error| json!({ "fault": error.message() })))
        .compute("GET /ask", act, |op| op)
        .stream("POST /rows", |act: Act, output: &mut chassis::Output, _: &Call| output.row(&act.name), |op| op)
}

fn client() -> Client {
    client_with(Settings { compute_threads: Some(4), ..Settings::default() }, service())
}

fn named(names: &[&str]) -> Value {
    let items: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    json!({ "items": items })
}

/// The status of each item, in order.
fn statuses(answer: &Answer) -> Vec<u64> {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let told = answer.json();
    let items = told["items"].as_array().expect("it is a list");
    let failed = items.iter().filter(|item| item["status"] != 200).count();
    assert_eq!((&told["succeeded"], &told["failed"]), (&json!(items.len() - failed), &json!(failed)));
    for (index, item) in items.iter().enumerate() {
        assert_eq!(item["index"], index);
        assert_eq!(item.get("result").is_some(), item["status"] == 200);
        assert_eq!(item.get("error").is_some(), item["status"] != 200);
    }
    items.iter().map(|item| item["status"].as_u64().expect("it is a number")).collect()
}

#[test]
fn every_item_has_an_answer_of_its_own() {
    let client = client();
    let body = json!({ "items": [
        { "name": "a" },
        { "name": "impossible" },
        { "nmae": "a" },
        7,
        { "name": "warn" },
    ]});
    let answer = client.post(ACT, &body);
    assert_eq!(statuses(&answer), [200, 422, 400, 400, 200]);
    let told = answer.json();
    assert_eq!(told["items"][0]["result"], json!({ "done": "a", "warnings": [] }));
    let error = json!({
        "code": "UNPROCESSABLE",
        "message": "name: cannot be done",
        "details": [{ "field": "name", "message": "cannot be done" }],
        "requestId": answer.header("x-request-id"),
    });
    assert_eq!(told["items"][1]["error"], error);
    assert_eq!(told["items"][2]["error"]["code"], "VALIDATION_ERROR");
    assert_eq!(told["items"][4]["result"]["warnings"][0]["code"], "careful");
}

#[test]
fn answers_come_in_the_order_of_the_items() {
    let client = client();
    let names: Vec<String> = (0..20).map(|number| format!("wait-{}", 40 - 2 * number)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let told = client.post(ACT, &named(&names)).json();
    let done: Vec<&str> =
        told["items"].as_array().unwrap().iter().map(|item| item["result"]["done"].as_str().unwrap()).collect();
    assert_eq!(done, names);
}

#[test]
fn a_batch_has_at_least_one_item_and_at_most_a_hundred() {
    let client = client();
    assert_eq!(statuses(&client.post(ACT, &named(&["a"; 100]))), [200; 100]);
    let answer = client.post(ACT, &named(&["a"; 101]));
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (400, "items: must have a length of at most 100 (you sent 101)")
    );
    let answer = client.post(ACT, &named(&[]));
    assert_eq!((answer.status, answer.message().as_str()), (400, "items: must not be empty"));
}

#[test]
fn what_is_no_batch_is_refused() {
    let client = client();
    let cases = [
        ("not json", "MALFORMED_REQUEST"),
        ("", "MALFORMED_REQUEST"),
        (r#"{"items":[{"name":"a"}"#, "MALFORMED_REQUEST"),
        (r#"[{"name":"a"}]"#, "VALIDATION_ERROR"),
        (r#"{"name":"a"}"#, "VALIDATION_ERROR"),
        (r#"{"items":{"name":"a"}}"#, "VALIDATION_ERROR"),
        (r#"{"items":[{"name":"a"}],"more":1}"#, "VALIDATION_ERROR"),
    ];
    for (body, code) in cases {
        let answer = client.post_as("application/json", ACT, body);
        assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (400, Some(code)), "{body}");
    }
    let answer = client.post_as("image/png", "/api/v1/test/reverse/batch", "x");
    assert_eq!(answer.status, 415, "{:?}", answer.body);
    for path in ["foreign", "rows", "ask"] {
        assert_eq!(client.post(&format!("/api/v1/test/{path}/batch"), &named(&["a"])).status, 404, "{path}");
    }
    assert_eq!(client.get(ACT).status, 405);
}

#[test]
fn options_of_the_query_are_those_of_every_item() {
    let client = client();
    let told = client.post(&format!("{ACT}?times=2"), &named(&["a", "b"])).json();
    assert_eq!(
        (&told["items"][0]["result"]["done"], &told["items"][1]["result"]["done"]),
        (&json!("aa"), &json!("bb"))
    );
    let both = json!({ "items": [{ "name": "a", "times": 1 }, { "name": "b" }] });
    let answer = client.post(&format!("{ACT}?times=2"), &both);
    assert_eq!(statuses(&answer), [400, 200]);
    assert_eq!(answer.json()["items"][0]["error"]["message"], "times: is there twice: send it once");
    let unknown = json!({ "items": [{ "name": "a", "colour": "red" }, { "name": "b" }] });
    let lenient = client.post(&format!("{ACT}?lenient=true"), &unknown);
    assert_eq!(statuses(&lenient), [200, 200]);
    assert_eq!(lenient.json()["items"][0]["result"]["warnings"][0]["code"], "unknown-field");
    assert_eq!(lenient.json()["items"][1]["result"]["warnings"], json!([]));
}

#[test]
fn a_panic_is_one_item() {
    let client = client();
    for path in ["act", "here", "later"] {
        let answer = client.post(&format!("/api/v1/test/{path}/batch"), &named(&["a", "panic", "b"]));
        assert_eq!(statuses(&answer), [200, 500, 200], "{path}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("12345"));
    }
}

#[test]
fn a_deadline_is_one_item() {
    let answer = client().post(ACT, &named(&["a", "loop", "b"]));
    assert_eq!(statuses(&answer), [200, 504, 200]);
}

#[test]
fn every_item_may_be_a_file() {
    let client = client();
    let body = json!({ "items": [
        { "file": "AQI=" },
        { "file": "not base64!" },
        { "file": { "base64": "AwQ=" }, "output": "base64" },
        { "file": "http://127.0.0.1:1/" },
        { "file": "AQI=", "output": "zip" },
    ]});
    let answer = client.post("/api/v1/test/reverse/batch", &body);
    assert_eq!(statuses(&answer), [200, 400, 200, 400, 400]);
    let told = answer.json();
    let file =
        |base64: &str| json!({ "name": "r.bin", "contentType": "application/x-test", "size": 2, "base64": base64 });
    assert_eq!(told["items"][0]["result"], json!({ "file": file("AgE="), "bytes": 2, "warnings": [] }));
    assert_eq!(told["items"][2]["result"]["file"], file("BAM="));
}

#[test]
fn answers_too_large_together_are_errors_of_their_items() {
    let settings = Settings { files_limit: Size(3000), ..Settings::default() };
    let client = client_with(settings, service());
    let file = "A".repeat(1600);
    let answer = client.post("/api/v1/test/reverse/batch", &json!({ "items": [{ "file": file }, { "file": file }] }));
    assert_eq!(statuses(&answer), [200, 413]);
}

/// An item that would not end in time is not begun: it may be sent again.
#[test]
fn items_that_have_no_time_left_say_so() {
    let settings = Settings { deadline: Span(Duration::from_secs(3)), ..Settings::default() };
    let client = client_with(settings, service());
    let answer = client.post("/api/v1/test/here/batch", &named(&["wait-500"; 20]));
    let told = statuses(&answer);
    assert_eq!((told[0], told[19]), (200, 503), "{told:?}");
    assert_eq!(answer.json()["items"][19]["retryAfter"], 1);
}

/// A request that says it is heavy leaves the only other thread to the light ones, and is not done where it arrives.
#[test]
fn the_cost_is_that_of_the_request() {
    let cost = |act: &Act| if act.name == "here" { Cost::Light } else { Cost::Heavy };
    let thread = |_: Act, _: &Call| -> Result<Done, Error> {
        Ok(Done { done: std::thread::current().name().unwrap_or_default().to_owned() })
    };
    let service = Service::new("test", "Costs").compute("POST /act", thread, |op| op.inline(1024).cost_of(cost));
    let client = client_with(Settings::default(), service);
    let done = |name: &str| client.post("/api/v1/test/act", &json!({ "name": name })).json()["done"].clone();
    assert!(done("pool").as_str().unwrap().starts_with("compute-"));
    assert!(!done("here").as_str().unwrap().starts_with("compute-"));
}

#[test]
#[should_panic(expected = "the cost is that of another request")]
fn the_cost_of_another_request_is_no_cost() {
    let cost = |_: &Reverse| Cost::Heavy;
    let _ = Service::new("test", "Costs").compute("POST /act", act, |op| op.cost_of(cost));
}
