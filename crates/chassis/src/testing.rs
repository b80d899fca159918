//! For tests: a service without a socket, request in, response out.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::clock::Clock;
use crate::message::{Body, Response};
use crate::observe::Observer;
/// Worker processes without a service.
pub use crate::run::worker::{Parcel, Workers, child};
use crate::runtime::Runtime;
use crate::serve::App;
use crate::service::{Engines, Ground, Service};
use crate::settings::Settings;

/// A client of one app.
pub struct Client {
    app: App,
    shared: Arc<Runtime>,
    runtime: tokio::runtime::Runtime,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the body arrives whole").to_bytes();
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// The message of an error.
    ///
    /// # Panics
    /// When it is no error.
    #[must_use]
    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().expect("an error has a message").to_owned()
    }

    /// A header; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Client {
    /// A service with default settings.
    #[must_use]
    pub fn of(service: Service) -> Self {
        Self::started(service, Settings::default(), Clock::System, &[])
    }

    /// A service, started with these settings and this clock, and with settings of its own as arguments:
    /// `["--keyring", "keys.json"]`.
    ///
    /// # Panics
    /// When it does not start, with what it said as the text.
    #[must_use]
    pub fn started(service: Service, settings: Settings, clock: Clock, arguments: &[&str]) -> Self {
        Self::try_started(service, settings, clock, arguments).unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// The same; what it said when it did not start.
    ///
    /// # Errors
    /// What is wrong with its settings, or what it was to open.
    ///
    /// # Panics
    /// When the system starts no runtime.
    pub fn try_started(service: Service, settings: Settings, clock: Clock, arguments: &[&str]) -> Result<Self, String> {
        Self::try_on(service, Engines::default(), settings, clock, arguments)
    }

    /// A service on engines that it shares with others.
    ///
    /// # Panics
    /// When it does not start, with what it said as the text.
    #[must_use]
    pub fn on(service: Service, engines: Engines, settings: Settings, arguments: &[&str]) -> Self {
        Self::try_on(service, engines, settings, Clock::System, arguments).unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// The same with a clock; what it said when it did not start.
    ///
    /// # Errors
    /// What is wrong with its settings, or what it was to open.
    ///
    /// # Panics
    /// When the system starts no runtime.
    pub fn try_on(
        service: Service,
        engines: Engines,
        settings: Settings,
        clock: Clock,
        arguments: &[&str],
    ) -> Result<Self, String> {
        let shared = Runtime::new(settings, clock)?;
        let ground = Ground::of_arguments(&service, engines, arguments)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("the system starts a runtime");
        let app = runtime.block_on(service.start(&shared, &ground))?;
        let observer = Observer::new(shared.clock.clone(), shared.metrics.clone(), None);
        Ok(Self { app: observer.observe(app), shared, runtime })
    }

    /// Whatever is made of a runtime with these settings and this clock, observed.
    ///
    /// # Panics
    /// When the system starts no threads.
    #[must_use]
    pub fn with(settings: Settings, clock: Clock, app: impl FnOnce(&Arc<Runtime>) -> App) -> Self {
        let shared = Runtime::new(settings, clock).expect("the settings make sense");
        let observer = Observer::new(shared.clock.clone(), shared.metrics.clone(), None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let app = observer.observe(app(&shared));
        Self { app, shared, runtime: runtime.expect("the system starts a runtime") }
    }

    /// Sends any request.
    ///
    /// # Panics
    /// When the answer breaks off.
    pub fn send<B: Into<Body>>(&self, request: Request<B>) -> Answer {
        self.runtime.block_on(async { Answer::of(self.app.call(request.map(Into::into)).await).await })
    }

    /// Posts several bodies, so many at once; the answers come in their order.
    ///
    /// # Panics
    /// When an answer breaks off.
    pub fn post_at_once(&self, path: &str, bodies: &[Value], at_once: usize) -> Vec<Answer> {
        let answer = |body: &Value| {
            let request = Request::post(path).header(CONTENT_TYPE, "application/json").body(body.to_string().into());
            let response = self.app.call(request.expect("the path is one"));
            async move { Answer::of(response.await).await }
        };
        self.runtime.block_on(stream::iter(bodies).map(answer).buffered(at_once).collect())
    }

    /// Lets what runs besides requests run for a while: sweeps, processes that are reaped.
    pub fn idle(&self, time: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }

    /// Closes what the service holds, as at shutdown.
    pub fn close(&self) {
        self.runtime.block_on(self.shared.close());
    }

    /// Posts JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_as("application/json", path, body.to_string())
    }

    /// Posts a body of some type.
    ///
    /// # Panics
    /// When the path is none.
    pub fn post_as<B: Into<Body>>(&self, content_type: &str, path: &str, body: B) -> Answer {
        let request = Request::post(path).header(CONTENT_TYPE, content_type).body(body);
        self.send(request.expect("the path is one"))
    }

    /// Gets a path.
    ///
    /// # Panics
    /// When the path is none.
    pub fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("the path is one"))
    }
}

/// A service as an app, started with the defaults of its own settings.
///
/// # Panics
/// When it does not start at once: one that waits for something is started by [`Client::started`].
#[must_use]
pub fn app(service: Service, runtime: &Arc<Runtime>) -> App {
    let ground = Ground::of_arguments(&service, Engines::default(), &[]).expect("the defaults are settings");
    let started = service.start(runtime, &ground).now_or_never().expect("it starts at once");
    started.unwrap_or_else(|problem| panic!("{problem}"))
}

/// Runs every example of a service; each operation has one and each must succeed.
///
/// # Panics
/// When one is missing or fails.
pub fn run_examples(service: Service) {
    run_examples_with(Settings::default(), service);
}

/// The same with settings: of a service that has operations in processes of their own, which need its program.
///
/// # Panics
/// When one is missing or fails.
pub fn run_examples_with(settings: Settings, service: Service) {
    run_examples_on(Engines::default(), settings, service);
}

/// The same with engines that the service shares with others.
///
/// # Panics
/// When one is missing or fails.
pub fn run_examples_on(engines: Engines, settings: Settings, service: Service) {
    let description = service.description();
    // Refuses what registration could not judge.
    let _ = description.document();
    let operations = description.operations();
    let client = Client::on(service, engines, settings, &[]);
    for operation in operations {
        let (path, example) = operation.request();
        let answer = match (&operation.method, &example) {
            (&Method::GET | &Method::DELETE, _) => {
                let request = Request::builder().method(&operation.method).uri(path).body(Body::empty());
                client.send(request.expect("the path is one"))
            }
            (method, Some(example)) => {
                let request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
                // What makes files says then what it made.
                let request = request.header(ACCEPT, "application/json").body(example.to_string());
                client.send(request.expect("the path is one"))
            }
            (_, None) => panic!("{} has no example", operation.id),
        };
        assert_eq!(answer.status, 200, "{}: {:?}", operation.id, answer.body);
        assert!(operation.foreign || answer.json()["warnings"].is_array(), "{}", operation.id);
    }
}

/// The data folder with the models that `make models` gets for tests; where it is not, this says so.
#[must_use]
pub fn model_data() -> Option<PathBuf> {
    // A shell knows where things are; tests read no environment.
    let command = r#"echo "${FLOWFORGE_CACHE:-$HOME/.cache/flowforge}/data""#;
    let output = Command::new("sh").args(["-c", command]).output().expect("there is a shell");
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if folder.join("models").is_dir() {
        return Some(folder);
    }
    skipped("the models are not there; make models gets them");
    None
}

/// What a Python program answers to a request: JSON on its standard input, JSON on its output. `packages` is the folder
/// of the Python that has what it imports. `scripts/install unit` installs them; where they are not, this says so.
///
/// # Panics
/// When the program fails.
#[must_use]
pub fn python(packages: &str, program: &str, request: &Value) -> Option<Value> {
    let command = r#"test -x "$1-venv/bin/python" || exit 77; exec "$1-venv/bin/python" -c "$0""#;
    answered(packages, command, program, request)
}

/// The same of a module for Node, with the npm packages of a folder.
///
/// # Panics
/// When the program fails.
#[must_use]
pub fn node(packages: &str, program: &str, request: &Value) -> Option<Value> {
    // What is given as text finds its packages from where it runs.
    let command = r#"test -f "$1-node/key" && command -v node >&2 || exit 77; cd "$1-node"; exec node --input-type module --eval "$0""#;
    answered(packages, command, program, request)
}

/// What a program answers, run by a command that finds it as `$0` and the start of its folder's path as `$1`.
fn answered(packages: &str, command: &str, program: &str, request: &Value) -> Option<Value> {
    // A shell knows where things are; tests read no environment.
    let command = format!("set -- \"${{FLOWFORGE_CACHE:-$HOME/.cache/flowforge}}/{packages}\"; {command}");
    let mut child = Command::new("sh")
        .args(["-c", &command, program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("there is a shell");
    // One that is not there does not read.
    let _ = child.stdin.take().expect("it is piped").write_all(request.to_string().as_bytes());
    let output = child.wait_with_output().expect("it ends");
    if output.status.code() == Some(77) {
        skipped(&format!("the packages of {packages} are not there; scripts/install unit installs them"));
        return None;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("it answers JSON"))
}

/// Says that a test did not run for want of something.
#[expect(clippy::print_stdout, reason = "what is skipped is to be seen")]
pub fn skipped(why: &str) {
    println!("skipped: {why}");
}
