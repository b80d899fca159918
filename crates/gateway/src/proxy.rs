//! Services that are another process: one target each, reached over HTTP.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Body, Code, Context, Error, Metrics, REQUEST_ID, Request, Response, RouteMetrics};
use http::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http_body_util::LengthLimitError;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::arrival;
use crate::contract::Service;
use crate::trusted::{FORWARDED_FOR, Origin};

/// Idle connections kept to a target, and for how long.
const IDLE_CONNECTIONS: usize = 512;
const IDLE_TIME: Duration = Duration::from_secs(60);

/// Headers that belong to one connection, not to the message.
const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("proxy-authenticate"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What is said about the way of a request; only we may say it.
const FORWARDED: [&str; 8] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-path",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-real-ip",
];

/// A connection pool to one target.
pub(crate) struct Proxy {
    client: Client<HttpConnector, Body>,
    name: String,
    authority: Authority,
    read_timeout: Duration,
    metrics: Arc<RouteMetrics>,
}

impl Proxy {
    pub(crate) fn new(service: &Service, metrics: &Metrics) -> Result<Self, String> {
        let host = service.url.strip_prefix("http://").unwrap_or_default();
        let authority =
            host.parse().map_err(|_| format!("{}: {} is not http://host:port", service.name, service.url))?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_millis(service.connect_timeout)));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .build(connector);
        let read_timeout = Duration::from_millis(service.read_timeout);
        let metrics = metrics.route(&service.name, "proxied");
        Ok(Self { client, name: service.name.clone(), authority, read_timeout, metrics })
    }

    /// Passes a request on. Its path is already the target's.
    pub(crate) async fn call(&self, mut request: Request, origin: Origin, preserve_host: bool) -> Response {
        let context = Context::of(&request);
        context.set_route(self.metrics.clone());
        let path = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        let uri = Uri::builder().scheme(Scheme::HTTP).authority(self.authority.clone()).path_and_query(path);
        *request.uri_mut() = uri.build().expect("scheme, authority and path make a URI");
        *request.version_mut() = http::Version::HTTP_11;
        let headers = request.headers_mut();
        strip_hop_by_hop(headers);
        forwarded(headers, origin, context.is_secure());
        identify(headers, &context);
        if !preserve_host {
            headers.remove(HOST);
        }
        let answer = tokio::time::timeout(self.read_timeout, self.client.request(request)).await;
        match answer {
            Ok(Ok(response)) => {
                let mut response = response.map(Body::new);
                strip_hop_by_hop(response.headers_mut());
                response
            }
            Ok(Err(error)) => self.failure(&error).respond(context.id().as_str()),
            Err(_) => {
                let message = format!("{} did not answer in time", self.name);
                Error::new(Code::DeadlineExceeded, message).respond(context.id().as_str())
            }
        }
    }

    /// Whose fault it is that there is no answer.
    fn failure(&self, error: &hyper_util::client::legacy::Error) -> Error {
        if caused_by::<LengthLimitError>(error) {
            return Error::new(Code::PayloadTooLarge, "the body is larger than the gateway lets through");
        }
        if caused_by::<chassis::BodyError>(error) {
            return Error::new(Code::MalformedRequest, "the body ended early or is not valid HTTP");
        }
        tracing::warn!(service = self.name, %error, "upstream failed");
        Error::new(Code::BadGateway, format!("{} does not answer: try again later", self.name))
    }
}

/// Whether an error, or what caused it, is of some type.
fn caused_by<E: std::error::Error + 'static>(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<E>() || error.source().is_some_and(caused_by::<E>)
}

/// Removes what belongs to one connection.
fn strip_hop_by_hop(headers: &mut HeaderMap) {
    strip_named(headers);
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

/// Removes the headers that `Connection` names. From a client they go on arrival: later they would name our own.
pub(crate) fn strip_named(headers: &mut HeaderMap) {
    if !headers.contains_key(CONNECTION) {
        return;
    }
    let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<HeaderName> =
        values.flat_map(|value| value.split(',')).filter_map(|name| name.trim().parse().ok()).collect();
    // The request id is ours by now.
    for name in named {
        if name != REQUEST_ID {
            headers.remove(name);
        }
    }
    headers.remove(CONNECTION);
}

/// Says who asked us, and how. As with Kong the list of addresses goes on, whoever began it; the rest of what the sender
/// says is kept if it is a trusted proxy.
fn forwarded(headers: &mut HeaderMap, origin: Origin, secure: bool) {
    let hops = headers.get_all(&FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).map(str::to_owned);
    let mut hops: Vec<String> = hops.collect();
    let last = if hops.is_empty() { origin.client } else { origin.peer };
    hops.extend(last.map(|address| address.to_string()));
    let told = |name| origin.trusted.then(|| headers.get(name).cloned()).flatten();
    let proto = told(FORWARDED_PROTO).unwrap_or(HeaderValue::from_static(if secure { "https" } else { "http" }));
    let host = told(FORWARDED_HOST).or_else(|| headers.get(HOST).cloned());
    arrival::remove(headers, &FORWARDED);
    let mut set = |name: HeaderName, value: Option<HeaderValue>| {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    };
    set(FORWARDED_FOR, hops.join(", ").parse().ok().filter(|_| !hops.is_empty()));
    set(HeaderName::from_static("x-real-ip"), origin.client.and_then(|client| client.to_string().parse().ok()));
    set(FORWARDED_PROTO, Some(proto));
    set(FORWARDED_HOST, host);
}

/// Says who is calling. Whatever the client claimed was removed on arrival.
fn identify(headers: &mut HeaderMap, context: &Context) {
    let Some(consumer) = context.consumer() else { return };
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = value.parse::<HeaderValue>() {
            headers.insert(name, value);
        }
    };
    set("x-consumer-id", &consumer.id);
    if !consumer.username.is_empty() {
        set("x-consumer-username", &consumer.username);
    }
    if let Some(custom_id) = &consumer.custom_id {
        set("x-consumer-custom-id", custom_id);
    }
    if !consumer.groups.is_empty() {
        set("x-consumer-groups", &consumer.groups.join(", "));
    }
}
