//! The vector service: request in, answer out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

/// Makes of functions of a served service tests over each store: the embedded one, the mock of Qdrant, and the Qdrant server
/// of `QDRANT_URL` where there is one.
macro_rules! over_stores {
    ($($name:ident)*) => {
        mod embedded {
            $(#[test] fn $name() { super::$name($crate::Served::new()); })*
        }
        mod mock_qdrant {
            $(#[test] fn $name() { $crate::Served::on_mock(super::$name); })*
        }
        mod real_qdrant {
            $(#[test] fn $name() { $crate::Served::on_server(super::$name); })*
        }
    };
}

mod asking;
mod cases;
mod documents;
mod filters;
mod hostile;
mod killed;
mod many;
mod points;
mod qdrant;
mod quality;
mod snapshots;
mod stores;
mod tenants;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use chassis::settings::Span;
use chassis::testing::{Answer, Client, model_data};
use chassis::{Body, Clock, Consumer, Context, Engines, Runtime, Settings};
use chat::Chat;
use embedder::Embedder;
use http::Request;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A variable of the environment, by a shell: the program reads its own in one place.
fn environment(name: &str) -> String {
    let output = Command::new("sh").args(["-c", &format!("printf %s \"${name}\"")]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The engines of the service.
fn engines() -> Engines {
    Engines::default()
        .declare(|settings: embedder::Settings, runtime: Arc<Runtime>| async move {
            Embedder::open(settings, runtime.data.folder(::models::FOLDER))
        })
        .declare(|settings: chat::Settings, runtime: Arc<Runtime>| async move {
            Chat::open(&settings, runtime.data.folder(::models::FOLDER))
        })
}

fn settings(data: &Path) -> Settings {
    Settings {
        data: Some(data.to_owned()),
        data_reserve: "1MB".parse().unwrap(),
        worker_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_vector"))),
        // There is time enough for a busy machine.
        deadline: Span(Duration::from_secs(120)),
        ..Settings::default()
    }
}

/// The service over a data folder of the test's.
struct Served {
    client: Client,
    data: TempDir,
    arguments: Vec<String>,
    clock: Clock,
}

/// The moment at which a test begins.
const BEGIN: i64 = 1_780_000_000_000;

impl Served {
    /// Without a model, on the embedded store.
    fn new() -> Self {
        Self::over(tempfile::tempdir().unwrap(), Vec::new())
    }

    fn over(data: TempDir, arguments: Vec<String>) -> Self {
        Self::at(Clock::manual(BEGIN), data, arguments)
    }

    fn at(clock: Clock, data: TempDir, arguments: Vec<String>) -> Self {
        let given: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let client = Client::try_on(vector::service(), engines(), settings(data.path()), clock.clone(), &given);
        Self { client: client.unwrap(), data, arguments, clock }
    }

    /// So many seconds go by.
    fn later(&self, seconds: i64) {
        self.clock.set(self.clock.now().as_millisecond() + seconds * 1_000);
    }

    /// With the model; nothing where that has not been pulled.
    fn with_model() -> Option<Self> {
        Self::with_model_and(Vec::new())
    }

    /// With the model and settings.
    fn with_model_and(arguments: Vec<String>) -> Option<Self> {
        let data = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(model_data()?.join("models"), data.path().join("models")).unwrap();
        Some(Self::over(data, arguments))
    }

    /// Runs a test on the mock of Qdrant, which must have had nothing to refuse.
    fn on_mock(test: impl FnOnce(Self)) {
        let mock = qdrant::MockQdrant::start();
        test(Self::over(tempfile::tempdir().unwrap(), vec![format!("--qdrant-url={}", mock.url)]));
        assert_eq!(mock.refused(), Vec::<String>::new());
    }

    /// Runs a test on the Qdrant server that the environment names, under names of its own.
    fn on_server(test: impl FnOnce(Self)) {
        let url = environment("QDRANT_URL");
        if url.is_empty() {
            return chassis::testing::skipped("QDRANT_URL names no Qdrant server");
        }
        let prefix = format!("test-{}", uuid::Uuid::new_v4().simple());
        let mut arguments = vec![format!("--qdrant-url={url}"), format!("--qdrant-prefix={prefix}")];
        let key = environment("QDRANT_API_KEY");
        arguments.extend((!key.is_empty()).then(|| format!("--qdrant-api-key={key}")));
        test(Self::over(tempfile::tempdir().unwrap(), arguments));
    }

    /// The same after it was closed and started again.
    fn again(self) -> Self {
        self.client.close();
        drop(self.client);
        Self::at(self.clock, self.data, self.arguments)
    }

    fn send_as(&self, consumer: Option<Consumer>, method: &str, path: &str, body: &Value) -> Answer {
        let path = format!("/api/v1/vector{path}");
        let has_body = !matches!(method, "GET" | "DELETE");
        let sent = if has_body { Body::from(body.to_string()) } else { Body::empty() };
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let mut request = request.body(sent).unwrap();
        let context = Context::default();
        if let Some(consumer) = consumer {
            context.set_consumer(Arc::new(consumer));
        }
        request.extensions_mut().insert(context);
        self.client.send(request)
    }

    /// Sends JSON lines.
    fn send_lines_as(&self, consumer: Option<Consumer>, path: &str, lines: &str) -> Answer {
        let request = Request::post(format!("/api/v1/vector{path}")).header("content-type", "application/x-ndjson");
        let mut request = request.body(Body::from(lines.to_owned())).unwrap();
        let context = Context::default();
        if let Some(consumer) = consumer {
            context.set_consumer(Arc::new(consumer));
        }
        request.extensions_mut().insert(context);
        self.client.send(request)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send_as(None, method, path, body)
    }

    /// The answer, which must be a success.
    fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.send(method, path, body);
        assert_eq!(answer.status, 200, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// The status and message, which must be an error.
    fn refused(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let answer = self.send(method, path, body);
        assert!(answer.status >= 400, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
        (answer.status, answer.message())
    }

    fn create(&self, name: &str, dimensions: usize, distance: &str) {
        self.ok("POST", "/collections", &json!({ "name": name, "dimensions": dimensions, "distance": distance }));
    }

    fn upsert(&self, name: &str, points: &Value) -> Value {
        self.ok("PUT", &format!("/collections/{name}/points"), &json!({ "points": points }))
    }

    fn query(&self, name: &str, query: &Value) -> Value {
        self.ok("POST", &format!("/collections/{name}/query"), query)
    }

    fn count(&self, name: &str) -> u64 {
        self.ok("POST", &format!("/collections/{name}/points/count"), &json!({}))["count"].as_u64().unwrap()
    }
}

/// The ids of rows.
fn ids(answer: &Value) -> Vec<&str> {
    answer["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

/// Codes of the warnings of an answer.
fn warnings(answer: &Value) -> Vec<(&str, &str)> {
    let all = answer["warnings"].as_array().unwrap().iter();
    all.map(|one| (one["code"].as_str().unwrap(), one["message"].as_str().unwrap())).collect()
}

/// Numbers that look random and have a normal distribution, near enough; the same for the same start.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f32 {
        let mut uniform = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 40) as f32 / (1u64 << 24) as f32
        };
        (0..12).map(|_| uniform()).sum::<f32>() - 6.0
    }

    /// A vector of length 1.
    fn unit(&mut self, dimensions: usize) -> Vec<f32> {
        let vector: Vec<f32> = (0..dimensions).map(|_| self.next()).collect();
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        vector.into_iter().map(|value| value / length).collect()
    }
}

#[test]
fn every_example_runs() {
    let data = tempfile::tempdir().unwrap();
    if let Some(models) = model_data() {
        std::os::unix::fs::symlink(models.join("models"), data.path().join("models")).unwrap();
        chassis::testing::run_examples_on(engines(), settings(data.path()), vector::service());
    }
}
