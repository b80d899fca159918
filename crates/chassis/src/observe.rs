//! The one middleware: request id, last-resort panic guard, metrics, access line.

use std::future::poll_fn;
use std::io::Write;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use uuid::Uuid;

use crate::call::{Consumer, Window};
use crate::clock::Clock;
use crate::error::{Error, clip};
use crate::log::Lines;
use crate::metrics::{Metrics, RouteMetrics};
use crate::{App, Request, Response};

/// The header that carries a request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Characters of a path in the access line.
const PATH_CHARS: usize = 200;

/// The id of a request: the client's own when it is plain, else a new UUID.
#[derive(Debug, Clone)]
pub struct RequestId(HeaderValue);

impl RequestId {
    fn of(request: &Request) -> Self {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        match request.headers().get(&REQUEST_ID) {
            Some(sent) if (1..=64).contains(&sent.len()) && sent.as_bytes().iter().all(plain) => Self(sent.clone()),
            _ => Self::default(),
        }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The id as a header.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl Default for RequestId {
    fn default() -> Self {
        let mut buffer = Uuid::encode_buffer();
        let text: &str = Uuid::new_v4().hyphenated().encode_lower(&mut buffer);
        let text = Bytes::copy_from_slice(text.as_bytes());
        Self(HeaderValue::from_maybe_shared(text).expect("a UUID is a header value"))
    }
}

/// What is known of a request besides the request. Every request carries one in its extensions.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Its id.
    pub id: RequestId,
    /// The other end of the connection.
    pub peer: Option<IpAddr>,
    /// Who is calling, once the gateway knows.
    pub consumer: Option<Arc<Consumer>>,
    /// The caller's rate-limit windows, once the gateway knows.
    pub windows: Arc<[Window]>,
}

impl Context {
    /// The context of a request; a new one when it has none.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        request.extensions().get().cloned().unwrap_or_default()
    }
}

/// The name of the consumer a response belongs to, for the access line.
#[derive(Debug, Clone)]
pub struct Answered(pub Arc<Consumer>);

/// Observes an app.
pub struct Observer {
    clock: Clock,
    metrics: Arc<Metrics>,
    unmatched: Arc<RouteMetrics>,
    lines: Option<Lines>,
}

impl Observer {
    /// An observer that counts, and writes access lines when it is given a place for them.
    #[must_use]
    pub fn new(clock: Clock, metrics: Arc<Metrics>, lines: Option<Lines>) -> Self {
        let unmatched = metrics.route("", "unmatched");
        Self { clock, metrics, unmatched, lines }
    }

    /// The app, observed.
    #[must_use]
    pub fn observe(self, app: App) -> App {
        let observer = Arc::new(self);
        App::new(move |request| {
            let (observer, app) = (observer.clone(), app.clone());
            async move { observer.serve(app, request).await }
        })
    }

    async fn serve(&self, app: App, mut request: Request) -> Response {
        let started = Instant::now();
        let id = RequestId::of(&request);
        let method = request.method().clone();
        let path = request.uri().path_and_query().cloned();
        let path = path.as_ref().map_or("/", |path| path.path());
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
        request.headers_mut().insert(REQUEST_ID, id.header());
        request.extensions_mut().insert(Context { id: id.clone(), peer, ..Context::default() });

        let mut response = self.guarded(app, request, &id).await;

        let elapsed = started.elapsed();
        let status = response.status();
        let served = response.extensions_mut().remove::<Arc<RouteMetrics>>();
        let route = served.as_ref().unwrap_or(&self.unmatched);
        route.record(status, elapsed);
        if let Some(lines) = &self.lines {
            let consumer = response.extensions_mut().remove::<Answered>();
            let consumer = consumer.as_ref().map(|answered| answered.0.username.as_str());
            let access =
                Access { id: id.as_str(), method: &method, path, status: status.as_u16(), elapsed, peer, consumer };
            lines.write(&access.line(&self.clock, route));
        }
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, id.header());
        headers.insert(SERVER_TIMING, server_timing(elapsed));
        response
    }

    /// Answers, also when the app panics.
    async fn guarded(&self, app: App, request: Request, id: &RequestId) -> Response {
        let mut answer = pin!(app.call(request));
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(_) => {
                self.metrics.count_panic();
                Poll::Ready(Error::internal().respond(id.as_str()))
            }
        })
        .await
    }
}

/// The address of the other end, as the listener saw it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

struct Access<'a> {
    id: &'a str,
    method: &'a Method,
    path: &'a str,
    status: u16,
    elapsed: Duration,
    peer: Option<IpAddr>,
    consumer: Option<&'a str>,
}

impl Access<'_> {
    /// One JSON line. No query string, no header, no body: secrets travel in those.
    fn line(&self, clock: &Clock, route: &RouteMetrics) -> Vec<u8> {
        let mut line = Vec::with_capacity(320);
        // Writing to a vector cannot fail; text that a client chose is escaped as JSON.
        let _ = write!(
            line,
            r#"{{"timestamp":"{:.3}","level":"INFO","message":"request","requestId":"{}","method":"{}","path":"#,
            clock.now(),
            self.id,
            self.method,
        );
        let _ = serde_json::to_writer(&mut line, &clip(self.path, PATH_CHARS));
        let _ = write!(
            line,
            r#","service":"{}","operation":"{}","status":{},"ms":{}.{:03}"#,
            route.service(),
            route.operation(),
            self.status,
            self.elapsed.as_millis(),
            self.elapsed.as_micros() % 1_000,
        );
        if let Some(consumer) = self.consumer {
            line.extend_from_slice(br#","consumer":"#);
            let _ = serde_json::to_writer(&mut line, consumer);
        }
        if let Some(peer) = self.peer {
            let _ = write!(line, r#","peer":"{peer}""#);
        }
        line.extend_from_slice(b"}\n");
        line
    }
}

fn server_timing(elapsed: Duration) -> HeaderValue {
    let micros = elapsed.as_micros();
    let text = format!("total;dur={}.{:03}", micros / 1_000, micros % 1_000);
    HeaderValue::from_maybe_shared(Bytes::from(text)).expect("digits are a header value")
}
