//! Kept answers: the same request is computed once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chassis::testing::{Answer, Client, app};
use chassis::{Call, Clock, Code, Error, File, FileStream, Operation, Runtime, Secret, Service, Settings, WithFile};
use futures_util::future::join_all;
use garde::Validate;
use http::Request;
use http::header::CONTENT_TYPE;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Done, Task, client_with};

const HOUR: Duration = Duration::from_secs(3600);
const ACT: &str = "/api/v1/test/act";

/// How often something was computed.
type Count = Arc<AtomicUsize>;

fn act(count: &Count, task: Task, call: &Call) -> Result<Done, Error> {
    let number = count.fetch_add(1, Ordering::SeqCst) + 1;
    match task.name.as_str() {
        "impossible" => return Err(Error::new(Code::Unprocessable, "cannot be done")),
        "panic" => panic!("the secret is 12345"),
        "slow" => std::thread::sleep(Duration::from_millis(200)),
        "warn" => call.warn("careful", None, "this is a warning"),
        _ => {}
    }
    Ok(Done { done: format!("{} {number}", task.name) })
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct Measure {
    file: File,
    #[serde(default)]
    unit: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Measured {
    bytes: usize,
    number: usize,
}

fn measure(count: &Count, request: &Measure) -> Result<WithFile<Measured>, Error> {
    let number = count.fetch_add(1, Ordering::SeqCst) + 1;
    let facts = Measured { bytes: request.file.bytes().len(), number };
    Ok(WithFile { file: File::new("a.bin", "application/x-test", request.file.bytes().clone()), facts })
}

fn service(count: &Count, version: u32) -> Service {
    let counts = [count.clone(), count.clone(), count.clone()];
    let [one, two, three] = counts;
    Service::new("test", "Keeps answers")
        .compute("POST /act", move |task: Task, call: &Call| act(&one, task, call), |op| op.cache(HOUR, version))
        .compute("POST /other", move |task: Task, call: &Call| act(&two, task, call), |op| op.cache(HOUR, version))
        .compute("POST /measure", move |request: Measure, _: &Call| measure(&three, &request), |op| op.cache(HOUR, 1))
}

fn client() -> (Client, Count) {
    let count = Count::default();
    (client_with(Settings::default(), service(&count, 1)), count)
}

fn sent(client: &Client, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request.body(body.to_owned()).expect("the parts are right"))
}

fn named(name: &str) -> Value {
    json!({ "name": name })
}

#[test]
fn the_same_request_is_computed_once() {
    let (client, count) = client();
    let first = client.post(ACT, &named("a"));
    assert_eq!((first.status, first.header("x-cache")), (200, "miss"));
    // Written otherwise, it is the same.
    let again = [
        client.post(ACT, &named("a")),
        client.post_as("application/json", ACT, "{ \"name\" : \"a\" }"),
        client.post_as("application/x-www-form-urlencoded", ACT, "name=a"),
        client.post(&format!("{ACT}?name=a"), &json!({})),
    ];
    for answer in again {
        assert_eq!((answer.header("x-cache"), &answer.body), ("hit", &first.body));
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    for (path, name) in [(ACT, "b"), ("/api/v1/test/other", "a")] {
        assert_eq!(client.post(path, &named(name)).header("x-cache"), "miss", "{path} {name}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 3);
    let warned = client.post(ACT, &named("warn"));
    assert_eq!(client.post(ACT, &named("warn")).body, warned.body, "a warning of the answer is kept with it");
    assert_eq!(warned.json()["warnings"][0]["code"], "careful");
}

#[test]
fn a_new_version_computes_anew() {
    let count = Count::default();
    // One cache for both: that of one process.
    let runtime = Runtime::new(Settings::default(), Clock::System).unwrap();
    let (old, new) = (app(service(&count, 1), &runtime), app(service(&count, 2), &runtime));
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let served = |app: &chassis::App| {
        let request = Request::post(ACT).header(CONTENT_TYPE, "application/json");
        let response = tokio.block_on(app.call(request.body(named("a").to_string().into()).unwrap()));
        response.headers()["x-cache"].to_str().unwrap().to_owned()
    };
    assert_eq!([served(&old), served(&new), served(&old), served(&new)], ["miss", "miss", "hit", "hit"]);
}

#[test]
fn files_are_known_by_what_they_hold() {
    let (client, count) = client();
    let path = "/api/v1/test/measure";
    let text = ("content-type", "text/plain");
    let json = |source: Value| client.post(path, &json!({ "file": source }));
    let first = sent(&client, path, &[text], "bytes");
    assert_eq!((first.status, first.header("x-cache"), &first.body[..]), (200, "miss", &b"bytes"[..]));
    let same = [
        sent(&client, path, &[text], "bytes"),
        json(json!("data:text/plain;base64,Ynl0ZXM=")),
        json(json!({ "base64": "Ynl0ZXM", "contentType": "text/plain" })),
    ];
    for answer in same {
        assert_eq!((answer.header("x-cache"), answer.header("x-result")), ("hit", first.header("x-result")));
        assert_eq!(answer.body, first.body);
    }
    // How it goes out is no part of what was computed.
    let inside = client.post(&format!("{path}?output=base64"), &json!({ "file": "data:text/plain;base64,Ynl0ZXM=" }));
    assert_eq!((inside.header("x-cache"), &inside.json()["file"]["base64"]), ("hit", &json!("Ynl0ZXM=")));
    assert_eq!(count.load(Ordering::SeqCst), 1);
    let others = [
        sent(&client, path, &[text], "Bytes"),
        sent(&client, path, &[("content-type", "text/csv")], "bytes"),
        sent(&client, &format!("{path}?unit=KB"), &[text], "bytes"),
        json(json!({ "base64": "Ynl0ZXM", "contentType": "text/plain", "name": "a.txt" })),
    ];
    for answer in others {
        assert_eq!((answer.status, answer.header("x-cache")), (200, "miss"));
    }
}

#[test]
fn errors_are_not_kept() {
    let (client, count) = client();
    for (name, status) in [("impossible", 422), ("impossible", 422), ("panic", 500), ("panic", 500)] {
        let answer = client.post(ACT, &named(name));
        assert_eq!((answer.status, answer.header("x-cache")), (status, ""), "{name}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 4);
}

#[test]
fn who_asks_for_a_new_answer_gets_one() {
    let (client, count) = client();
    let json = ("content-type", "application/json");
    client.post(ACT, &named("a"));
    for control in ["no-cache", "no-store", "max-age=0, no-cache", "No-Cache"] {
        let answer = sent(&client, ACT, &[json, ("cache-control", control)], &named("a").to_string());
        assert_eq!((answer.status, answer.header("x-cache")), (200, "bypass"), "{control}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 5);
    assert_eq!(client.post(ACT, &named("a")).header("x-cache"), "hit");
}

#[test]
fn a_warning_about_one_request_is_not_for_all() {
    let (client, count) = client();
    let lenient = format!("{ACT}?lenient=true");
    for _ in 0..2 {
        let answer = client.post(&lenient, &json!({ "name": "a", "colour": "red" }));
        assert_eq!((answer.status, answer.header("x-cache")), (200, "bypass"));
        assert_eq!(answer.json()["warnings"][0]["code"], "unknown-field");
    }
    assert_eq!(client.post(&lenient, &named("a")).header("x-cache"), "miss", "nothing to warn about");
    let answer = client.post(ACT, &named("a"));
    assert_eq!((answer.header("x-cache"), &answer.json()["warnings"]), ("hit", &json!([])));
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[test]
fn items_of_a_batch_are_kept_too() {
    let (client, count) = client();
    client.post(ACT, &named("a"));
    let told = client.post(&format!("{ACT}/batch"), &json!({ "items": [named("a"), named("b"), named("a")] })).json();
    let done: Vec<&Value> = told["items"].as_array().unwrap().iter().map(|item| &item["result"]["done"]).collect();
    assert_eq!(done, ["a 1", "b 2", "a 1"]);
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn who_asks_at_the_same_time_waits_for_the_same_answer() {
    let count = Count::default();
    let runtime = Runtime::new(Settings::default(), Clock::System).unwrap();
    let app = app(service(&count, 1), &runtime);
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let answers = tokio.block_on(async {
        let tasks = (0..50).map(|_| {
            let request = Request::post(ACT).header(CONTENT_TYPE, "application/json");
            tokio::spawn(app.call(request.body(named("slow").to_string().into()).unwrap()))
        });
        let mut bodies = Vec::new();
        for response in join_all(tasks).await {
            let response = response.unwrap();
            assert_eq!(response.status(), 200);
            bodies.push(axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap());
        }
        bodies
    });
    assert_eq!((count.load(Ordering::SeqCst), answers.len()), (1, 50));
    assert!(answers.iter().all(|answer| &answer[..] == br#"{"done":"slow 1","warnings":[]}"#), "{answers:?}");
}

/// The one who asked first leaves, and the others get their answer.
#[test]
fn the_first_who_asked_may_leave() {
    let count = Count::default();
    let runtime = Runtime::new(Settings::default(), Clock::System).unwrap();
    let app = app(service(&count, 1), &runtime);
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let request = || {
        let request = Request::post(ACT).header(CONTENT_TYPE, "application/json");
        app.call(request.body(named("slow").to_string().into()).unwrap())
    };
    tokio.block_on(async {
        let first = tokio::spawn(request());
        while count.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mut second = Box::pin(request());
        assert!(futures_util::poll!(&mut second).is_pending(), "it waits for the first");
        first.abort();
        assert_eq!(second.await.status(), 200);
    });
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct Hush {
    #[garde(skip)]
    secret: Secret<String>,
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct Flow {
    #[garde(skip)]
    file: FileStream,
}

fn done<Q>(_: Q, _: &Call) -> Result<Done, Error> {
    Ok(Done { done: String::new() })
}

#[test]
#[should_panic(expected = "a request with a secret is not kept")]
fn a_secret_is_not_kept() {
    let kept = |op: Operation| op.cache(HOUR, 1);
    let _ = Service::new("test", "Keeps secrets").compute("POST /hush", done::<Hush>, kept).document();
}

#[test]
#[should_panic(expected = "a stream is not kept")]
fn a_stream_is_not_kept() {
    let kept = |op: Operation| op.cache(HOUR, 1);
    let _ = Service::new("test", "Keeps streams").compute("POST /flow", done::<Flow>, kept).document();
}

/// The document refuses it; a service whose document nobody has made yet keeps nothing all the same.
#[test]
fn a_secret_is_not_kept_whoever_forgot_to_look() {
    let kept = |op: Operation| op.cache(HOUR, 1);
    let service = Service::new("test", "Keeps secrets").compute("POST /hush", done::<Hush>, kept);
    let client = client_with(Settings::default(), service);
    for _ in 0..2 {
        let answer = client.post("/api/v1/test/hush", &json!({ "secret": "open" }));
        assert_eq!((answer.status, answer.header("x-cache")), (200, ""));
    }
}
