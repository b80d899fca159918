//! The chassis through a small service: request in, response out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod batch;
mod caching;
mod decoding;
mod delivery;
mod documents;
mod events;
mod files;
mod flow;
mod foreign;
mod hostile;
mod isolated;
mod nonfinite;
mod numbers;
mod outcomes;
mod parts;
mod resources;
mod started;
mod streams;
mod warm;
mod workers;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chassis::testing::{Client, app};
use chassis::{Call, Clock, Code, Error, Service, Settings};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Colour {
    DarkRed,
    Sha256,
    #[serde(rename = "sha512-256")]
    Sha512Over256,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Shape {
    #[garde(range(min = 1, max = 9))]
    line_width: u8,
    #[garde(skip)]
    colour: Option<Colour>,
}

/// Said shortly, a number is its width, a text its ends.
#[derive(Debug, PartialEq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pen {
    #[serde(default = "seven")]
    #[garde(range(max = 9))]
    line_width: u32,
    #[serde(default)]
    #[garde(skip)]
    ends: Vec<String>,
}

impl chassis::Shorthand for Pen {
    fn of(short: chassis::Short) -> Option<Self> {
        match short {
            chassis::Short::Number(width) if width.fract() == 0.0 => {
                Some(Self { line_width: width as u32, ends: Vec::new() })
            }
            chassis::Short::List(ends) => Some(Self { line_width: 7, ends }),
            chassis::Short::Text(end) if end != "?" => Some(Self { line_width: 7, ends: vec![end] }),
            _ => None,
        }
    }
}

/// One field of every kind.
#[derive(Debug, PartialEq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct EchoRequest {
    #[garde(length(chars, min = 1, max = 10))]
    text: String,
    #[serde(default)]
    #[garde(skip)]
    colour: Option<Colour>,
    #[serde(default = "seven")]
    #[garde(range(max = 1000))]
    big_count: u32,
    #[serde(default)]
    #[garde(skip)]
    signed: Option<i64>,
    #[serde(default)]
    #[garde(skip)]
    ratio: Option<f64>,
    #[serde(default)]
    #[garde(skip)]
    flag: bool,
    #[serde(default)]
    #[garde(skip)]
    numbers: Vec<f64>,
    #[serde(default)]
    #[garde(skip)]
    colours: Vec<Colour>,
    #[serde(default)]
    #[garde(skip)]
    words: Vec<String>,
    #[serde(default)]
    #[garde(dive)]
    shapes: Vec<Shape>,
    #[serde(default)]
    #[garde(dive)]
    shape: Option<Shape>,
    #[serde(default, deserialize_with = "chassis::short")]
    #[garde(dive)]
    pen: Option<Pen>,
    #[serde(default, deserialize_with = "chassis::shorts")]
    #[garde(dive)]
    pens: Vec<Pen>,
    #[serde(default)]
    #[garde(skip)]
    labels: BTreeMap<String, i32>,
    #[serde(default)]
    #[garde(skip)]
    anything: Option<serde_json::Value>,
}

fn seven() -> u32 {
    7
}

#[derive(Debug, Serialize, JsonSchema)]
struct EchoResponse {
    #[schemars(with = "serde_json::Value")]
    seen: EchoRequest,
}

fn echo(seen: EchoRequest, _: &Call) -> Result<EchoResponse, Error> {
    Ok(EchoResponse { seen })
}

#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
struct Task {
    #[garde(skip)]
    name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Done {
    done: String,
}

/// Misbehaves as it is told.
fn act(task: Task, call: &Call) -> Result<Done, Error> {
    match task.name.as_str() {
        "panic" => panic!("the secret is 12345"),
        "loop" => {
            let started = Instant::now();
            while !call.cancelled() && started.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(Error::new(Code::InternalError, "nobody waits"))
        }
        "impossible" => Err(Error::field(Code::Unprocessable, "name", "cannot be done")),
        "warn" => {
            call.warn("careful", Some("name"), "this is a warning");
            Ok(Done { done: task.name })
        }
        _ => Ok(Done { done: task.name }),
    }
}

async fn later(task: Task, call: std::sync::Arc<Call>) -> Result<Done, Error> {
    tokio::time::sleep(Duration::from_millis(1)).await;
    if task.name == "panic" {
        panic!("in an async operation");
    }
    call.warn("late", None, "it took a while");
    Ok(Done { done: task.name })
}

#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
struct Nothing {}

fn whoami(_: Nothing, call: &Call) -> Result<Done, Error> {
    let consumer = call.consumer();
    Ok(Done { done: consumer.map(|one| format!("{} {}", one.username, one.groups.join("+"))).unwrap_or_default() })
}

fn service() -> Service {
    let example = || Task { name: "x".into() };
    Service::new("test", "A service for tests")
        .compute("POST /echo", echo, |op| op.summary("Echo").inline(1024))
        .compute("POST /act", act, |op| op.summary("Act").example(example).deadline(Duration::from_millis(1500)))
        .compute("POST /here", act, |op| op.summary("Act here").example(example).inline(1024))
        .compute("POST /things/{name}", act, |op| op.summary("Act on a thing").inline(1024))
        .compute("GET /ask", act, |op| op.summary("Ask").inline(1024))
        .compute("GET /whoami", whoami, |op| op.summary("Who is calling"))
        .call("POST /later", later, |op| op.summary("Act later").example(example))
}

fn client() -> Client {
    Client::of(service())
}

/// A service with settings of its own.
fn client_with(settings: Settings, service: Service) -> Client {
    Client::with(settings, Clock::System, |runtime| app(service, runtime))
}
