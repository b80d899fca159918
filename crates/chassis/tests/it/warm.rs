//! Warm workers: they stay, are replaced when they should be, and whatever becomes of one, the next request is right.
//! The engines are in `tests/worker/warm.rs`.

#[path = "../worker/warm.rs"]
mod parrots;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use chassis::settings::Size;
use chassis::testing::Client;
use chassis::{Clock, Settings};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_chassis-worker");

fn client_with(arguments: &[&str]) -> Client {
    let settings = Settings {
        worker_program: Some(PROGRAM.into()),
        workers: Some(2),
        worker_memory: Size(256 << 20),
        ..Settings::default()
    };
    Client::started(parrots::service(), settings, Clock::System, arguments)
}

/// What it says to an act; the error when there is one.
fn ask(client: &Client, body: &Value) -> Result<Value, (u16, String)> {
    let answer = client.post("/api/v1/warm/act", body);
    if answer.status == 200 { Ok(answer.json()) } else { Err((answer.status, answer.message())) }
}

fn echo(client: &Client, language: &str) -> Value {
    ask(client, &json!({ "act": "echo", "language": language })).unwrap()
}

fn children() -> String {
    let tasks = fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path().join("children"));
    tasks.map(|path| fs::read_to_string(path).unwrap_or_default()).collect()
}

fn lives(pid: &Value) -> bool {
    fs::exists(format!("/proc/{pid}")).unwrap()
}

/// Lets the client's tasks run until something is so.
fn until(client: &Client, what: &str, so: impl Fn() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}");
        client.idle(Duration::from_millis(10));
    }
}

#[test]
fn a_worker_stays_for_requests_of_its_kind() {
    let client = client_with(&[]);
    let first = echo(&client, "eng");
    assert_eq!((&first["before"], &first["language"]), (&json!(0), &json!("eng")));
    assert_eq!(first["environment"], json!(["OMP_THREAD_LIMIT=1"]));
    let other = echo(&client, "deu");
    assert_eq!((&other["before"], &other["language"]), (&json!(0), &json!("deu")));
    for before in 1..10 {
        let again = echo(&client, "eng");
        assert_eq!((&again["before"], &again["pid"]), (&json!(before), &first["pid"]));
    }
    // No more than may run at once are kept: the one that has waited longest goes.
    let third = echo(&client, "fra");
    until(&client, "the oldest goes", || !lives(&other["pid"]));
    assert!(lives(&first["pid"]) && lives(&third["pid"]));
}

#[test]
fn files_and_errors_cross_as_they_are() {
    let client = client_with(&[]);
    let file = json!({ "base64": data_encoding::BASE64.encode(&vec![7; 3 << 20]) });
    let said = ask(&client, &json!({ "act": "read", "file": file })).unwrap();
    assert_eq!(said["file"], 3 << 20);
    let refused = ask(&client, &json!({ "act": "refuse" })).unwrap_err();
    assert_eq!(refused, (422, "act: cannot be done".to_owned()));
    // An error is no death.
    assert_eq!(echo(&client, "")["pid"], said["pid"]);
}

#[test]
fn every_death_is_one_plain_error_and_the_next_request_is_right() {
    let client = client_with(&[]);
    for (act, status, message) in [
        ("loop", 504, "not done"),
        ("sleep", 504, "not done"),
        ("allocate", 413, "needs more memory"),
        ("abort", 422, "could not be processed"),
        ("panic", 422, "could not be processed"),
        ("exit", 422, "could not be processed"),
    ] {
        let before = echo(&client, "");
        let (told, text) = ask(&client, &json!({ "act": act })).unwrap_err();
        assert!(told == status && text.contains(message) && !text.contains("12345"), "{act}: {told} {text}");
        let after = echo(&client, "");
        assert_eq!((&after["before"], &after["said"]), (&json!(0), &json!("echo")), "{act}");
        assert_ne!(after["pid"], before["pid"], "{act}");
        until(&client, "it is reaped", || !lives(&before["pid"]));
    }
}

#[test]
fn an_engine_that_does_not_start_is_one_plain_error() {
    let client = client_with(&[]);
    for (language, status, message) in [
        ("none", 503, "no such language is installed"),
        ("panic", 422, "could not be processed"),
        ("abort", 422, "could not be processed"),
        ("slow", 504, "not done"),
    ] {
        let (told, text) = ask(&client, &json!({ "act": "echo", "language": language })).unwrap_err();
        assert!(told == status && text.contains(message), "{language}: {told} {text}");
    }
    assert_eq!(echo(&client, "eng")["said"], "echo");
    until(&client, "the others are gone", || {
        let metrics = String::from_utf8(client.get("/metrics").body.to_vec()).unwrap();
        ["workers_running 0", "workers_idle 1"].iter().all(|line| metrics.contains(line))
    });
}

#[test]
fn one_that_dies_between_two_requests_is_replaced_unseen() {
    let client = client_with(&[]);
    for _ in 0..5 {
        let gone = ask(&client, &json!({ "act": "die-after" })).unwrap();
        until(&client, "it dies", || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", gone["pid"])).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        });
        let next = echo(&client, "");
        assert_eq!(next["before"], 0);
        assert_ne!(next["pid"], gone["pid"]);
    }
}

/// What one says too much is never the answer to another request.
#[test]
fn each_request_has_its_own_answer() {
    let client = client_with(&[]);
    let ask = |act: &str| ask(&client, &json!({ "act": act, "by_hand": true }));
    let first = ask("hello").unwrap();
    assert_eq!(first["said"], "hello");
    for act in ["twice", "garbage-after"] {
        assert_eq!(ask(act).unwrap()["said"], act);
        let next = ask("next").unwrap();
        assert_eq!((&next["said"], &next["before"]), (&json!("next"), &json!(1)), "{act}: by a fresh one");
    }
    let (status, text) = ask("garbage").unwrap_err();
    assert!(status == 422 && text.starts_with("the input could not be processed"), "{text}");
    // One that answers with its last answer: another is asked, which is as bad, and then it is an error.
    assert_eq!(ask("next").unwrap()["said"], "next");
    assert_eq!(ask("stale").unwrap_err().0, 422);
    assert_eq!(ask("next").unwrap()["said"], "next");
}

#[test]
fn one_is_replaced_after_its_requests_and_when_it_has_grown() {
    let client = client_with(&["--requests", "3"]);
    let served: Vec<Value> = (0..7).map(|_| echo(&client, "")["before"].clone()).collect();
    assert_eq!(served, [0, 1, 2, 0, 1, 2, 0].map(Value::from));
    drop(client);

    let client = client_with(&["--resident", "64MB"]);
    let first = echo(&client, "");
    let grown = (0..10).map(|_| ask(&client, &json!({ "act": "leak" })).unwrap());
    let served: Vec<u64> = grown.map(|said| said["before"].as_u64().unwrap()).collect();
    assert!(served.windows(2).any(|pair| pair[1] < pair[0]), "{served:?}");
    until(&client, "it is gone", || !lives(&first["pid"]));
}

#[test]
fn one_that_nobody_asks_ends() {
    let client = client_with(&["--idle", "150ms"]);
    let first = echo(&client, "");
    assert!(lives(&first["pid"]));
    until(&client, "it ends", || !lives(&first["pid"]));
    assert_eq!(echo(&client, "")["before"], 0);
}

/// In a process of its own, where nobody else opens descriptors or starts processes. Files a worker cannot leave: it may
/// write none.
#[test]
fn a_thousand_requests_leave_nothing() {
    let mut alone = Command::new(std::env::current_exe().unwrap());
    alone.args(["--exact", "warm::a_thousand_requests", "--ignored", "--nocapture"]);
    let output = alone.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "runs in a process of its own: a_thousand_requests_leave_nothing"]
fn a_thousand_requests() {
    let descriptors = || fs::read_dir("/proc/self/fd").unwrap().count();
    let client = client_with(&["--requests", "50", "--resident", "96MB", "--idle", "50ms"]);
    echo(&client, "eng");
    until(&client, "the first is gone", || children().trim().is_empty());
    let before = descriptors();
    let acts = ["echo", "echo", "refuse", "leak", "echo", "panic", "echo", "die-after", "abort", "echo", "exit"];
    let bodies: Vec<Value> = (0..1000)
        .map(|number| json!({ "act": acts[number % acts.len()], "language": (["eng", "deu", "fra"][number % 3]) }))
        .collect();
    let answers = client.post_at_once("/api/v1/warm/patient", &bodies, 8);
    for (number, answer) in answers.iter().enumerate() {
        let act = acts[number % acts.len()];
        let status = if matches!(act, "refuse" | "panic" | "abort" | "exit") { 422 } else { 200 };
        assert_eq!(answer.status, status, "{act}: {:?}", answer.body);
        if status == 200 {
            let said = answer.json();
            assert_eq!((&said["said"], &said["language"]), (&json!(act), &bodies[number]["language"]));
        }
    }
    until(&client, "all are gone", || children().trim().is_empty());
    assert_eq!(descriptors(), before);
    let metrics = String::from_utf8(client.get("/metrics").body.to_vec()).unwrap();
    assert!(metrics.contains("workers_idle 0") && metrics.contains("workers_running 0"), "{metrics}");
    assert!(metrics.contains(r#"worker_runs_total{operation="warm_parrot",outcome="ok"}"#), "{metrics}");
}

#[test]
fn none_is_left_when_the_service_ends() {
    let client = client_with(&[]);
    let (first, second) = (echo(&client, "eng"), echo(&client, "deu"));
    assert!(lives(&first["pid"]) && lives(&second["pid"]));
    client.close();
    until(&client, "they end", || !lives(&first["pid"]) && !lives(&second["pid"]));
}
