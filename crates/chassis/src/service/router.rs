//! The router of a service: its operations, `/health`, `/openapi.json`, pages, and what answers where nothing is.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::{MethodFilter, any, get, on};
use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};

use super::{Description, Service};
use crate::context::Context;
use crate::decode::nearest;
use crate::error::{Code, Error, clip};
use crate::files::{self, Link};
use crate::health::{Check, Health, Probe};
use crate::message::{Body, Request, Response};
use crate::observe::{self, RouteMetrics};
use crate::operation::batch;
use crate::operation::mount::Mounted;
use crate::operation::task::Later;
use crate::run::pool::Cost;
use crate::runtime::Runtime;
use crate::serve::App;
use crate::shares::Holder;

/// A page or document that is made when it is first asked for.
struct Made {
    content_type: &'static str,
    make: Box<dyn Fn() -> String + Send + Sync>,
    made: OnceLock<Bytes>,
}

impl Made {
    fn new(content_type: &'static str, make: Box<dyn Fn() -> String + Send + Sync>) -> Arc<Self> {
        Arc::new(Self { content_type, make, made: OnceLock::new() })
    }

    /// Answers with it. Making it takes a while for a document of hundreds of operations, so that is done on the pool.
    async fn serve(self: Arc<Self>, runtime: Arc<Runtime>, request: Request) -> Response {
        if self.made.get().is_none() {
            let made = self.clone();
            let make = move || {
                let _ = made.made.get_or_init(|| (made.make)().into());
            };
            if let Err(error) = runtime.pool.run(&Holder::default(), Cost::Heavy, make).await {
                return error.respond(Context::of(&request).id().as_str());
            }
        }
        page(self.content_type, self.made.get().cloned().unwrap_or_default())
    }
}

impl Service {
    /// The service as an app.
    pub(super) fn app(self, runtime: &Arc<Runtime>) -> App {
        let description = self.description();
        let Self { name, prefix, operations, probes, pages, document, downloads, keeps_data, .. } = self;
        let mut router = Router::new();

        let mut probes = probes;
        probes.extend(own_probes(&description, runtime));
        if keeps_data {
            let runtime = runtime.clone();
            let probe = move || -> Later<Check> { Box::pin(std::future::ready(runtime.data.check())) };
            probes.push(("data".to_owned(), Arc::new(probe)));
        }
        let probes: Arc<[(String, Probe)]> = probes.into();
        for path in ["/health".to_owned(), format!("{prefix}/health")] {
            let (runtime, probes) = (runtime.clone(), probes.clone());
            let handler = move |request: Request| {
                let (runtime, probes) = (runtime.clone(), probes.clone());
                let asks_readiness = asks_readiness(&request);
                async move { health(asks_readiness, &runtime, &probes).await }
            };
            router = router.route(&path, get(handler));
        }
        let own = description.clone();
        let document = document.unwrap_or_else(|| Box::new(move || own.document()));
        let text = move || serde_json::to_string(&document()).expect("a document is JSON");
        let document = Made::new("application/json", Box::new(text));
        let made = |made: Arc<Made>| {
            let runtime = runtime.clone();
            get(move |request: Request| made.clone().serve(runtime.clone(), request))
        };
        for path in ["/openapi.json".to_owned(), format!("{prefix}/openapi.json")] {
            router = router.route(&path, made(document.clone()));
        }
        for page in pages {
            router = router.route(page.path, made(Made::new(page.content_type, page.body)));
        }
        router = router.route("/metrics", get(metrics_page(runtime)));

        for operation in operations {
            let about = &operation.about;
            let metrics = runtime.metrics.route(name, &about.name);
            let path = format!("{prefix}{}", about.path);
            let method = MethodFilter::try_from(about.method.clone()).expect("the method is one of HTTP's");
            let (id, has_batch) = (description.id(about), about.has_batch());
            let mounted = Arc::new(Mounted { operation, id, runtime: runtime.clone(), metrics });
            if has_batch {
                let mounted = mounted.clone();
                let handler = move |request: Request| batch::serve(mounted.clone(), request);
                router = router.route(&format!("{path}/batch"), on(method, handler));
            }
            let handler = move |request: Request| mounted.clone().serve(request);
            router = router.route(&path, on(method, handler));
        }
        if let Some(path) = downloads {
            let (runtime, metrics) = (runtime.clone(), runtime.metrics.route(name, "download"));
            let handler = move |request: Request| download(runtime.clone(), metrics.clone(), request);
            router = router.route(&format!("{prefix}{path}/{{id}}"), get(handler));
        }

        let routes: Arc<[(Method, String)]> = description.routes().into();
        let known = routes.clone();
        let router = router.method_not_allowed_fallback(move |request: Request| {
            let known = known.clone();
            async move { wrong_method(&request, &known) }
        });
        let router = router.fallback(any(move |request: Request| {
            let routes = routes.clone();
            async move { no_such_path(&request, &routes) }
        }));
        App::of_router(router, runtime.metrics.route(name, "other"))
    }
}

/// What the operations of a service stand on.
fn own_probes(description: &Description, runtime: &Arc<Runtime>) -> Vec<(String, Probe)> {
    let mut probes: Vec<(String, Probe)> = Vec::new();
    let operations = &description.operations;
    if runtime.settings.redis.is_some() && operations.iter().any(|about| about.cached) {
        let runtime = runtime.clone();
        let probe = move || -> Later<Check> {
            let runtime = runtime.clone();
            Box::pin(async move { runtime.cache.check().await.unwrap_or_else(Check::healthy) })
        };
        probes.push(("redis".to_owned(), Arc::new(probe)));
    }
    if description.downloads.is_some() || operations.iter().any(|about| about.makes.files()) {
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
        .fallback(|request: Request| async move { no_such_path(&request, &[(Method::GET, "/metrics".to_owned())]) });
    App::of_router(router, runtime.metrics.route("status", "other"))
}

fn page(content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn no_such_path(request: &Request, known: &[(Method, String)]) -> Response {
    let path = request.uri().path();
    // Only what the paths do not have in common tells them apart.
    let shared = known.iter().filter_map(|(_, known)| known.rfind('/')).min().unwrap_or_default() + 1;
    // A template is compared as if it had what was sent in the place of its parameters.
    let filled: Vec<String> = known.iter().map(|(_, known)| fill(known, path)).collect();
    let ends: Vec<&str> = filled.iter().filter_map(|known| known.get(shared..)).collect();
    let near = path.get(shared..).and_then(|end| nearest(end, &ends));
    let near = near.and_then(|near| filled.iter().position(|known| known.get(shared..) == Some(near)));
    let hint = near.map(|near| format!("; did you mean {}?", known[near].1)).unwrap_or_default();
    let message = format!("there is nothing at {}{hint}", clip(path, 100));
    Error::new(Code::NotFound, message).respond(Context::of(request).id().as_str())
}

/// A template with the segments of a path in the place of its parameters.
fn fill(template: &str, path: &str) -> String {
    let mut sent = path.split('/');
    let segment = |known| match sent.next() {
        Some(sent) if is_parameter(known) => sent,
        _ => known,
    };
    template.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}

/// What is not an operation is a page.
fn wrong_method(request: &Request, known: &[(Method, String)]) -> Response {
    let path = request.uri().path();
    let mut allowed: Vec<&str> =
        known.iter().filter(|(_, known)| fill(known, path) == path).map(|(method, _)| method.as_str()).collect();
    if allowed.is_empty() {
        allowed.push("GET");
    }
    let list = allowed.join(", ");
    let choices = allowed.join(" or ");
    let message = format!("{} does not work on {}: use {choices}", request.method(), clip(path, 100));
    let mut response = Error::new(Code::MethodNotAllowed, message).respond(Context::of(request).id().as_str());
    if let Ok(list) = HeaderValue::from_str(&list) {
        response.headers_mut().insert(ALLOW, list);
    }
    response
}
