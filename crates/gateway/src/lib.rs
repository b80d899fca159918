//! Built-in stand-in for Kong: reads `kong.yml`, runs its plugins in Kong's order, and calls the services, in process
//! or over HTTP. It names no service.

mod contract;
mod cors;
mod file;
mod limit;
mod path;
mod plugins;
mod proxy;
mod routes;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use chassis::{App, Body, Clock, Code, Context, Error, Request, Response, RouteMetrics, Runtime};
use http::header::{CONTENT_LENGTH, HOST, VARY, WWW_AUTHENTICATE};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use http_body::Body as _;
use http_body_util::Limited;
use sha2::{Digest, Sha256};

pub use contract::{Contract, DemoKey, Service, Variables, render};
use cors::Cors;
use limit::{Counters, Identifier, LimitBy, RateLimiting};
use plugins::{Acl, KeyAuth, Kind, Plugin, RequestSizeLimiting};
use proxy::Proxy;
use routes::Match;

/// Headers only we may set: they say who is calling.
const IDENTITY: [HeaderName; 8] = [
    HeaderName::from_static("x-consumer-id"),
    HeaderName::from_static("x-consumer-username"),
    HeaderName::from_static("x-consumer-custom-id"),
    HeaderName::from_static("x-consumer-groups"),
    HeaderName::from_static("x-credential-identifier"),
    HeaderName::from_static("x-anonymous-consumer"),
    HeaderName::from_static("x-authenticated-groups"),
    chassis::GATEWAY_SECRET,
];

/// Headers to add to the answer, whoever gives it.
type Decoration = Vec<(HeaderName, HeaderValue)>;

/// Where a service is.
enum Upstream {
    Here(App),
    Elsewhere(Box<Proxy>),
}

/// The gateway: one contract, its counters and its upstreams.
struct Gateway {
    contract: Contract,
    /// For each route and kind of plugin the instance that runs for strangers.
    general: Vec<[Option<usize>; Kind::COUNT]>,
    /// Instances for one consumer, by consumer.
    personal: Vec<Vec<usize>>,
    upstreams: Vec<Upstream>,
    counters: Counters,
    clock: Clock,
    refused: Arc<RouteMetrics>,
}

/// The gateway as an app. Services in `here` are called in process, by their name in the contract; all others over
/// HTTP, at their address in `elsewhere` or else in the contract.
///
/// # Errors
/// When an address is none.
pub fn app(
    mut contract: Contract,
    mut here: HashMap<String, App>,
    elsewhere: &HashMap<String, String>,
    runtime: &Runtime,
) -> Result<App, String> {
    let upstream = |service: &mut Service| {
        if let Some(url) = elsewhere.get(&service.name) {
            service.url.clone_from(url);
        } else if let Some(app) = here.remove(&service.name) {
            return Ok(Upstream::Here(app));
        }
        Proxy::new(service, &runtime.metrics).map(Box::new).map(Upstream::Elsewhere)
    };
    let upstreams = contract.services.iter_mut().map(upstream).collect::<Result<_, _>>()?;
    let general = (0..contract.routes.len()).map(|route| general_plugins(&contract, route)).collect();
    let mut personal: Vec<Vec<usize>> = vec![Vec::new(); contract.consumers.len()];
    for (index, instance) in contract.instances.iter().enumerate() {
        if let Some(consumer) = instance.scope.consumer {
            personal[consumer].push(index);
        }
    }
    let gateway = Arc::new(Gateway {
        general,
        personal,
        upstreams,
        counters: Counters::new(contract.consumers.len()),
        clock: runtime.clock.clone(),
        refused: runtime.metrics.route("gateway", "refused"),
        contract,
    });
    Ok(App::new(move |request| {
        let gateway = gateway.clone();
        async move { gateway.serve(request).await }
    }))
}

/// A service at an address, as an app.
///
/// # Errors
/// When the address is none.
pub fn elsewhere(service: &Service, runtime: &Runtime) -> Result<App, String> {
    let proxy = Arc::new(Proxy::new(service, &runtime.metrics)?);
    Ok(App::new(move |request| {
        let proxy = proxy.clone();
        async move { proxy.call(request, false).await }
    }))
}

fn general_plugins(contract: &Contract, route: usize) -> [Option<usize>; Kind::COUNT] {
    let mut chosen = [None; Kind::COUNT];
    let service = contract.routes[route].service;
    for (index, instance) in contract.instances.iter().enumerate() {
        if instance.scope.covers(route, service, None) {
            let slot: &mut Option<usize> = &mut chosen[instance.kind as usize];
            let known = slot.map(|known| contract.instances[known].scope.precedence());
            if known < Some(instance.scope.precedence()) {
                *slot = Some(index);
            }
        }
    }
    chosen
}

/// Why a request goes no further.
enum Refusal {
    Error(Error),
    /// An answer of the gateway itself that is no error.
    Answer(StatusCode),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Gateway {
    async fn serve(&self, mut request: Request) -> Response {
        // Most requests carry none of them: looking through the few headers is cheaper than eight look-ups.
        if request.headers().keys().any(|name| IDENTITY.contains(name)) {
            for name in &IDENTITY {
                request.headers_mut().remove(name);
            }
        }
        proxy::strip_named(request.headers_mut());
        name_host(&mut request);
        let context = Context::of(&request);
        let mut decoration = Decoration::with_capacity(16);
        let outcome = self.access(&mut request, &context, &mut decoration);
        let mut response = match outcome {
            Ok(found) => self.dispatch(request, &found).await,
            Err(refusal) => {
                context.set_route(self.refused.clone());
                match refusal {
                    Refusal::Error(error) => error.respond(context.id().as_str()),
                    Refusal::Answer(status) => {
                        let mut response = Response::new(Body::empty());
                        *response.status_mut() = status;
                        response
                    }
                }
            }
        };
        // With room for what the observer adds.
        response.headers_mut().reserve(decoration.len() + 4);
        for (name, value) in decoration {
            // What an answer varies by adds up; all else is ours to say.
            if name == VARY {
                response.headers_mut().append(name, value);
            } else {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// Finds the route and runs its plugins up to the upstream.
    fn access(&self, request: &mut Request, context: &Context, decoration: &mut Decoration) -> Result<Match, Refusal> {
        check_host(request)?;
        let path = path::normalize(request.uri().path()).into_owned();
        let found = self.contract.table.find(&self.contract.routes, request.method(), &path, request.headers());
        let found = found.ok_or_else(|| {
            Error::new(Code::NotFound, format!("no route leads to {}: see /api/v1/catalog", shown(&path)))
        })?;
        let route = found.route;

        if let Some((_, Plugin::Cors(cors))) = self.plugin(Kind::Cors, route, None) {
            if Cors::is_preflight(request.method(), request.headers()) {
                cors.preflight(request.headers(), decoration);
                return Err(Refusal::Answer(StatusCode::OK));
            }
            cors.decorate(request.headers(), decoration);
        }
        let mut caller = Caller::default();
        if let Some((_, Plugin::KeyAuth(plugin))) = self.plugin(Kind::KeyAuth, route, None) {
            caller = self.authenticate(plugin, request.headers_mut()).inspect_err(|_| {
                decoration.push((WWW_AUTHENTICATE, plugin.challenge.clone()));
            })?;
            if let Some(consumer) = caller.consumer {
                context.set_consumer(self.contract.consumers[consumer].clone());
            }
        }
        if let Some((_, Plugin::RequestSizeLimiting(plugin))) =
            self.plugin(Kind::RequestSizeLimiting, route, caller.consumer)
        {
            limit_size(plugin, request)?;
        }
        if let Some((_, Plugin::Acl(plugin))) = self.plugin(Kind::Acl, route, None) {
            check_groups(plugin, context)?;
        }
        if let Some((instance, Plugin::RateLimiting(plugin))) = self.plugin(Kind::RateLimiting, route, caller.consumer)
        {
            self.charge(instance, plugin, &caller, route, context, decoration)?;
        }
        if let Some((_, Plugin::RequestTransformer(plugin))) =
            self.plugin(Kind::RequestTransformer, route, caller.consumer)
        {
            for (name, value) in &plugin.add {
                request.headers_mut().entry(name).or_insert_with(|| value.clone());
            }
        }
        self.rewrite(request, &path, &found)?;
        Ok(found)
    }

    /// The one instance of a plugin that runs: the general one, unless one for the consumer comes before it.
    fn plugin(&self, kind: Kind, route: usize, consumer: Option<usize>) -> Option<(usize, &Plugin)> {
        let instances = &self.contract.instances;
        let service = self.contract.routes[route].service;
        let general = self.general[route][kind as usize];
        let personal = consumer.and_then(|consumer| self.personal.get(consumer)).into_iter().flatten().copied();
        let fitting = personal.filter(|index| {
            let instance = &instances[*index];
            instance.kind == kind && instance.scope.covers(route, service, consumer)
        });
        let index = fitting.chain(general).max_by_key(|index| instances[*index].scope.precedence())?;
        Some((index, &instances[index].plugin))
    }

    /// The consumer a key belongs to. The first header that is there counts; keys are compared by their SHA-256.
    fn authenticate(&self, plugin: &KeyAuth, headers: &mut HeaderMap) -> Result<Caller, Error> {
        let mut sent = None;
        for name in &plugin.names {
            let mut values = headers.get_all(name).iter();
            if let Some(value) = values.next() {
                if values.next().is_some() {
                    return Err(Error::new(Code::Unauthorized, "duplicate API key found: send one X-API-Key header"));
                }
                sent = Some(value);
                break;
            }
        }
        let Some(value) = sent.filter(|value| !value.is_empty()) else {
            return Err(Error::new(Code::Unauthorized, "no API key found in request: send it in the X-API-Key header"));
        };
        let digest: [u8; 32] = Sha256::digest(value.as_bytes()).into();
        let Some(consumer) = self.contract.keys.get(&digest) else {
            return Err(Error::new(Code::Unauthorized, "this API key is not known: check it for missing characters"));
        };
        if plugin.hide {
            for name in &plugin.names {
                headers.remove(name);
            }
        }
        Ok(Caller { consumer: Some(*consumer), key: Some(digest) })
    }

    fn charge(
        &self,
        instance: usize,
        plugin: &RateLimiting,
        caller: &Caller,
        route: usize,
        context: &Context,
        decoration: &mut Decoration,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let address = || Identifier::Ip(context.peer().map(limit::budget_of));
        let stranger = |identifier| self.counters.charge(instance, identifier, plugin, now);
        let verdict = match (plugin.by, caller.consumer) {
            (LimitBy::Consumer, Some(consumer)) => self.counters.charge_consumer(instance, consumer, plugin, now),
            (LimitBy::Credential, _) => stranger(caller.key.map_or_else(address, Identifier::Key)),
            (LimitBy::Service, _) => stranger(Identifier::Service(self.contract.routes[route].service)),
            (LimitBy::Consumer | LimitBy::Ip, _) => stranger(address()),
        };
        verdict.headers(plugin, decoration);
        if !verdict.admitted {
            let window = verdict.tightest().copied();
            let seconds = window.map_or(1, |window| window.reset_seconds);
            let advice = if caller.consumer.is_some() { " or change plan" } else { "" };
            let (limit, period) = window.map_or((0, "window"), |window| (window.limit, window.period));
            let message = format!("limit of {limit} requests a {period} reached: wait {seconds} seconds{advice}");
            return Err(Error::new(Code::RateLimited, message).retry_after(seconds));
        }
        context.set_windows(verdict.windows);
        Ok(())
    }

    /// Gives the request the path its service expects.
    fn rewrite(&self, request: &mut Request, path: &str, found: &Match) -> Result<(), Error> {
        let route = &self.contract.routes[found.route];
        let base = &self.contract.services[route.service].path;
        let path: Cow<'_, str> = if route.strip_path && found.matched > 0 {
            let rest = path[found.matched..].trim_start_matches('/');
            let slash = if rest.is_empty() && !base.is_empty() && !path.ends_with('/') { "" } else { "/" };
            Cow::Owned(format!("{base}{slash}{rest}"))
        } else if base.is_empty() {
            Cow::Borrowed(path)
        } else {
            Cow::Owned(format!("{base}{path}"))
        };
        if *path == *request.uri().path() && request.uri().scheme().is_none() {
            return Ok(());
        }
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let path: PathAndQuery = format!("{path}{query}")
            .parse()
            .map_err(|_| Error::new(Code::MalformedRequest, "the path holds characters that must be escaped"))?;
        *request.uri_mut() = path.into();
        Ok(())
    }

    async fn dispatch(&self, request: Request, found: &Match) -> Response {
        let route = &self.contract.routes[found.route];
        match &self.upstreams[route.service] {
            Upstream::Here(app) => app.call(request).await,
            Upstream::Elsewhere(proxy) => proxy.call(request, route.preserve_host).await,
        }
    }
}

/// Who is calling, by index.
#[derive(Default)]
struct Caller {
    consumer: Option<usize>,
    key: Option<[u8; 32]>,
}

/// HTTP/2 names the host in the address; from here on it is a header.
fn name_host(request: &mut Request) {
    if request.version() == Version::HTTP_2
        && !request.headers().contains_key(HOST)
        && let Some(host) = request.uri().authority().and_then(|authority| authority.as_str().parse().ok())
    {
        request.headers_mut().insert(HOST, host);
    }
}

/// A request of HTTP/1.1 names its host once; two are a trick on whoever stands in between.
fn check_host(request: &Request) -> Result<(), Error> {
    let hosts = request.headers().get_all(HOST).iter().count();
    let needed = request.version() == Version::HTTP_11;
    if hosts > 1 || (needed && hosts == 0) {
        return Err(Error::new(Code::MalformedRequest, "send exactly one Host header"));
    }
    Ok(())
}

fn limit_size(plugin: &RequestSizeLimiting, request: &mut Request) -> Result<(), Error> {
    let exact = request.body().size_hint().exact();
    if exact.is_some_and(|size| size > plugin.bytes) {
        let limit = plugin.bytes;
        return Err(Error::new(Code::PayloadTooLarge, format!("the body is larger than the limit of {limit} bytes")));
    }
    if exact.is_none() {
        // A body that does not say its size is cut where the limit is.
        let limit = usize::try_from(plugin.bytes).unwrap_or(usize::MAX);
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = Body::new(Limited::new(body, limit));
        request.headers_mut().remove(CONTENT_LENGTH);
    }
    Ok(())
}

fn check_groups(plugin: &Acl, context: &Context) -> Result<(), Error> {
    let Some(consumer) = context.consumer() else {
        return Err(Error::new(Code::Unauthorized, "send an API key in the X-API-Key header"));
    };
    if plugin.admits(&consumer.groups) {
        return Ok(());
    }
    Err(Error::new(Code::Forbidden, "the plan of this API key does not include this service"))
}

/// A path short enough for a message.
fn shown(path: &str) -> Cow<'_, str> {
    match path.char_indices().nth(100) {
        None => Cow::Borrowed(path),
        Some((end, _)) => Cow::Owned(format!("{}…", &path[..end])),
    }
}
