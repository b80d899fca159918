//! Services that are another process: one target each, reached over HTTP.

use std::net::IpAddr;
use std::time::Duration;

use chassis::{Body, Code, Context, Error, Request, Response};
use http::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::contract::Service;

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

/// A connection pool to one target.
pub(crate) struct Proxy {
    client: Client<HttpConnector, Body>,
    name: String,
    authority: Authority,
    read_timeout: Duration,
}

impl Proxy {
    pub(crate) fn new(service: &Service) -> Result<Self, String> {
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
        Ok(Self { client, name: service.name.clone(), authority, read_timeout })
    }

    /// Passes a request on. Its path is already the target's.
    pub(crate) async fn call(&self, mut request: Request, preserve_host: bool) -> Response {
        let context = Context::of(&request);
        let path = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        let uri = Uri::builder().scheme(Scheme::HTTP).authority(self.authority.clone()).path_and_query(path);
        *request.uri_mut() = uri.build().expect("scheme, authority and path make a URI");
        *request.version_mut() = http::Version::HTTP_11;
        let headers = request.headers_mut();
        strip_hop_by_hop(headers);
        forwarded(headers, context.peer());
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
            Ok(Err(error)) => {
                tracing::warn!(service = self.name, %error, "upstream failed");
                let message = format!("{} does not answer: try again later", self.name);
                Error::new(Code::BadGateway, message).respond(context.id().as_str())
            }
            Err(_) => {
                let message = format!("{} did not answer in time", self.name);
                Error::new(Code::DeadlineExceeded, message).respond(context.id().as_str())
            }
        }
    }
}

fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in HOP_BY_HOP.iter().chain(&named) {
        headers.remove(name);
    }
}

/// Says who asked us, and how.
fn forwarded(headers: &mut HeaderMap, peer: Option<IpAddr>) {
    const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
    const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
    const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
    const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
    if let Some(peer) = peer {
        let peer = peer.to_string();
        let before = headers.get(&FOR).and_then(|value| value.to_str().ok());
        let chain = before.map_or_else(|| peer.clone(), |before| format!("{before}, {peer}"));
        headers.extend(chain.parse().ok().map(|value: HeaderValue| (FOR, value)));
        headers.extend(peer.parse().ok().map(|value: HeaderValue| (REAL_IP, value)));
    }
    headers.insert(PROTO, HeaderValue::from_static("http"));
    if let Some(host) = headers.get(HOST).cloned() {
        headers.insert(FORWARDED_HOST, host);
    }
}

/// Says who is calling. Whatever the client claimed was removed on arrival.
fn identify(headers: &mut HeaderMap, context: &Context) {
    let Some(consumer) = context.consumer() else { return };
    let mut set = |name: &'static str, value: &str| {
        headers.extend(value.parse().ok().map(|value: HeaderValue| (HeaderName::from_static(name), value)));
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
