//! A service: its operations in one list, and the router made of them.

use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodFilter, any, get, on};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;

use crate::call::Call;
use crate::context::Context;
use crate::decode::nearest;
use crate::error::{Code, Error};
use crate::files::Link;
use crate::health::{Check, Health, Probe};
use crate::message::{Body, Request, Response};
use crate::observe::RouteMetrics;
use crate::operation::answer::{Makes, OperationResponse};
use crate::operation::batch;
use crate::operation::mount::{Mounted, work};
use crate::operation::output::Output;
use crate::operation::registration::{Isolation, Operation};
use crate::operation::task::Later;
use crate::operation::task::OperationRequest;
use crate::run::worker;
use crate::runtime::Runtime;
use crate::serve::App;
use crate::{files, observe, openapi};

/// A service, as its `lib.rs` writes it down.
pub struct Service {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) prefix: String,
    pub(crate) operations: Vec<Operation>,
    probes: Vec<(String, Probe)>,
    pages: Vec<Page>,
    document: Option<Value>,
    pub(crate) downloads: Option<&'static str>,
}

/// An operation, as a catalogue shows it.
#[derive(Debug, Clone)]
pub struct OperationInfo {
    /// `<service>_<operation>`.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The whole path.
    pub path: String,
    /// A line for lists.
    pub summary: String,
    /// A request that works; nothing for an operation without input.
    pub example: Option<Value>,
}

struct Page {
    path: &'static str,
    content_type: &'static str,
    body: String,
}

impl Service {
    /// A service under `/api/v1/<name>`, and what it does in a few words.
    #[must_use]
    pub fn new(name: &'static str, title: &'static str) -> Self {
        Self {
            name,
            title,
            prefix: format!("/api/v1/{name}"),
            operations: Vec::new(),
            probes: Vec::new(),
            pages: Vec::new(),
            document: None,
            downloads: None,
        }
    }

    /// Another prefix than the name.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// Registers a pure function; it runs on the compute pool.
    #[must_use]
    pub fn compute<Q, R, E, F>(
        mut self,
        route: &str,
        function: F,
        settings: impl FnOnce(Operation) -> Operation,
    ) -> Self
    where
        Q: OperationRequest,
        R: OperationResponse,
        E: Into<Error> + 'static,
        F: Fn(Q, &Call) -> Result<R, E> + Send + Sync + 'static,
    {
        self.operations.push(settings(Operation::compute(route, function)));
        self
    }

    /// Registers an async function; what it waits for is not computing.
    #[must_use]
    pub fn call<Q, R, E, F, A>(
        mut self,
        route: &str,
        function: F,
        settings: impl FnOnce(Operation) -> Operation,
    ) -> Self
    where
        Q: OperationRequest,
        R: OperationResponse,
        E: Into<Error> + 'static,
        F: Fn(Q, Arc<Call>) -> A + Send + Sync + 'static,
        A: Future<Output = Result<R, E>> + Send + 'static,
    {
        self.operations.push(settings(Operation::call(route, function)));
        self
    }

    /// Registers a function that writes its answer bit by bit; it runs on a thread of its own.
    #[must_use]
    pub fn stream<Q, E, F>(mut self, route: &str, function: F, settings: impl FnOnce(Operation) -> Operation) -> Self
    where
        Q: OperationRequest,
        E: Into<Error> + 'static,
        F: Fn(Q, &mut Output, &Call) -> Result<(), E> + Send + Sync + 'static,
    {
        self.operations.push(settings(Operation::stream(route, function)));
        self
    }

    /// Answers links to kept files under this path, with the id as its last part.
    #[must_use]
    pub fn downloads(mut self, path: &'static str) -> Self {
        self.downloads = Some(path);
        self
    }

    /// Adds something to `/health`.
    #[must_use]
    pub fn check<F, A>(mut self, name: &str, probe: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Check> + Send + 'static,
    {
        self.probes.push((name.to_owned(), Arc::new(move || Box::pin(probe()))));
        self
    }

    /// Adds a fixed page.
    #[must_use]
    pub fn page(mut self, path: &'static str, content_type: &'static str, body: String) -> Self {
        self.pages.push(Page { path, content_type, body });
        self
    }

    /// Answers `/openapi.json` with another document than the service's own.
    #[must_use]
    pub fn with_document(mut self, document: Value) -> Self {
        self.document = Some(document);
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it does in a few words.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The OpenAPI document.
    #[must_use]
    pub fn openapi(&self) -> Value {
        self.document.clone().unwrap_or_else(|| openapi::document(self))
    }

    /// What its paths start with.
    #[must_use]
    pub fn path_prefix(&self) -> &str {
        &self.prefix
    }

    /// The operations, as a catalogue shows them.
    #[must_use]
    pub fn operations(&self) -> Vec<OperationInfo> {
        let info = |operation: &Operation| OperationInfo {
            id: format!("{}_{}", self.name, operation.name()),
            method: operation.method.clone(),
            path: format!("{}{}", self.prefix, operation.path),
            summary: operation.summary.clone(),
            example: operation.example.clone(),
        };
        self.operations.iter().map(info).collect()
    }

    /// Runs one operation in this process, which is a worker: the request comes on standard input.
    #[must_use]
    pub fn work(self, operation: &str) -> ExitCode {
        let found = self
            .operations
            .iter()
            .find(|known| !matches!(known.isolation, Isolation::Never) && known.name() == operation);
        match found {
            Some(operation) => worker::child(|parcel, deadline| work(operation, &parcel, deadline)),
            None => ExitCode::FAILURE,
        }
    }

    /// The service as an app.
    #[must_use]
    pub fn app(self, runtime: &Arc<Runtime>) -> App {
        let document = serde_json::to_string(&self.openapi()).expect("a document is JSON");
        let batch = |op: &Operation| op.has_batch().then(|| format!("{}{}/batch", self.prefix, op.path));
        let batches: Vec<String> = self.operations.iter().filter_map(batch).collect();
        let paths: Vec<String> = self.operations.iter().map(|op| format!("{}{}", self.prefix, op.path)).collect();
        let mut methods: Vec<_> =
            paths.iter().cloned().zip(self.operations.iter().map(|op| op.method.clone())).collect();
        methods.extend(batches.into_iter().map(|path| (path, Method::POST)));
        let mut router = Router::new();

        let mut probes = self.probes;
        probes.extend(own_probes(&self.operations, self.downloads.is_some(), runtime));
        let probes: Arc<[(String, Probe)]> = probes.into();
        for path in ["/health".to_owned(), format!("{}/health", self.prefix)] {
            let (runtime, probes) = (runtime.clone(), probes.clone());
            let handler = move |request: Request| {
                let (runtime, probes) = (runtime.clone(), probes.clone());
                let asks_readiness = asks_readiness(&request);
                async move { health(asks_readiness, &runtime, &probes).await }
            };
            router = router.route(&path, get(handler));
        }
        for path in ["/openapi.json".to_owned(), format!("{}/openapi.json", self.prefix)] {
            router = router.route(&path, get(fixed("application/json", &document)));
        }
        for page in &self.pages {
            router = router.route(page.path, get(fixed(page.content_type, &page.body)));
        }
        router = router.route("/metrics", get(metrics_page(runtime)));

        for operation in self.operations {
            let metrics = runtime.metrics.route(self.name, &operation.name());
            let path = format!("{}{}", self.prefix, operation.path);
            let method = MethodFilter::try_from(operation.method.clone()).expect("the method is one of HTTP's");
            let id = format!("{}_{}", self.name, operation.name());
            let mounted = Arc::new(Mounted { operation, id, runtime: runtime.clone(), metrics });
            if mounted.operation.has_batch() {
                let mounted = mounted.clone();
                let handler = move |request: Request| batch::serve(mounted.clone(), request);
                router = router.route(&format!("{path}/batch"), on(method, handler));
            }
            let handler = move |request: Request| mounted.clone().serve(request);
            router = router.route(&path, on(method, handler));
        }
        if let Some(path) = self.downloads {
            let (runtime, metrics) = (runtime.clone(), runtime.metrics.route(self.name, "download"));
            let handler = move |request: Request| download(runtime.clone(), metrics.clone(), request);
            router = router.route(&format!("{}{path}/{{id}}", self.prefix), get(handler));
        }

        let paths: Arc<[String]> = paths.into();
        let methods: Arc<[_]> = methods.into();
        let router = router.method_not_allowed_fallback(move |request: Request| {
            let methods = methods.clone();
            async move { wrong_method(&request, &methods) }
        });
        let router = router.fallback(any(move |request: Request| {
            let paths = paths.clone();
            async move { no_such_path(&request, &paths) }
        }));
        App::of_router(router, runtime.metrics.route(self.name, "other"))
    }
}

/// What the operations of a service stand on.
fn own_probes(operations: &[Operation], downloads: bool, runtime: &Arc<Runtime>) -> Vec<(String, Probe)> {
    let mut probes: Vec<(String, Probe)> = Vec::new();
    if runtime.settings.redis.is_some() && operations.iter().any(|operation| operation.cache.is_some()) {
        let runtime = runtime.clone();
        let probe = move || -> Later<Check> {
            let runtime = runtime.clone();
            Box::pin(async move { runtime.cache.check().await.unwrap_or_else(Check::healthy) })
        };
        probes.push(("redis".to_owned(), Arc::new(probe)));
    }
    if downloads || operations.iter().any(|operation| operation.makes != Makes::Nothing) {
        let runtime = runtime.clone();
        let probe = move || -> Later<Check> {
            let runtime = runtime.clone();
            Box::pin(async move { runtime.store.check().await })
        };
        probes.push(("store".to_owned(), Arc::new(probe)));
    }
    probes
}

/// Whether `?ready` is asked, which a service that is about to stop denies.
fn asks_readiness(request: &Request) -> bool {
    request.uri().query().is_some_and(|query| query.split('&').any(|part| part.split('=').next() == Some("ready")))
}

async fn health(asks_readiness: bool, runtime: &Runtime, probes: &[(String, Probe)]) -> Response {
    let health = Health::ask(runtime.uptime(), probes).await;
    // The service itself answers, or nobody would; a balancer is told to look elsewhere before it stops.
    let stopping = asks_readiness && runtime.is_draining();
    let status = if stopping { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let body = serde_json::to_string(&health).expect("health is JSON");
    let mut response = page("application/json", body);
    *response.status_mut() = status;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Answers a link to a kept file.
async fn download(runtime: Arc<Runtime>, metrics: Arc<RouteMetrics>, request: Request) -> Response {
    let context = Context::of(&request);
    context.set_route(metrics);
    let id = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    let link = Link { id, query: request.uri().query().unwrap_or_default().to_owned() };
    let answer = files::download(&runtime.store, &link, request.method()).await;
    answer.unwrap_or_else(|error| error.respond(context.id().as_str()))
}

/// A handler that shows the metrics of the process.
fn metrics_page(runtime: &Arc<Runtime>) -> impl Fn() -> std::future::Ready<Response> + Clone + use<> {
    let runtime = runtime.clone();
    move || std::future::ready(page(observe::CONTENT_TYPE, runtime.metrics.text()))
}

/// The metrics alone, for a port of their own.
#[must_use]
pub fn metrics_app(runtime: &Arc<Runtime>) -> App {
    let router = Router::new()
        .route("/metrics", get(metrics_page(runtime)))
        .fallback(|request: Request| async move { no_such_path(&request, &["/metrics".to_owned()]) });
    App::of_router(router, runtime.metrics.route("status", "other"))
}

fn fixed(content_type: &'static str, body: &str) -> impl Fn() -> std::future::Ready<Response> + Clone + use<> {
    let body = bytes::Bytes::copy_from_slice(body.as_bytes());
    move || std::future::ready(page(content_type, body.clone()))
}

fn page(content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn no_such_path(request: &Request, known: &[String]) -> Response {
    let path = request.uri().path();
    // Only what the paths do not have in common tells them apart.
    let shared = known.iter().filter_map(|known| known.rfind('/')).min().unwrap_or_default() + 1;
    let ends: Vec<&str> = known.iter().filter_map(|known| known.get(shared..)).collect();
    let near = path.get(shared..).and_then(|end| nearest(end, &ends));
    let near = near.and_then(|near| known.iter().find(|known| known.get(shared..) == Some(near)));
    let hint = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    let message = format!("there is nothing at {}{hint}", crate::error::clip(path, 100));
    Error::new(Code::NotFound, message).respond(Context::of(request).id().as_str())
}

/// What is not an operation is a page.
fn wrong_method(request: &Request, methods: &[(String, Method)]) -> Response {
    let fitting = methods.iter().find(|(path, _)| path == request.uri().path());
    let allowed = fitting.map_or(&Method::GET, |(_, method)| method);
    let path = crate::error::clip(request.uri().path(), 100).into_owned();
    let message = format!("{} does not work on {path}: use {allowed}", request.method());
    Error::new(Code::MethodNotAllowed, message).respond(Context::of(request).id().as_str())
}
