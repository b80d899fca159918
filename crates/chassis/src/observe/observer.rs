//! The one middleware: request id, last-resort panic guard, metrics, access line.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use serde::Serialize;

use crate::clock::Clock;
use crate::context::{Context, REQUEST_ID};
use crate::error::{Error, clip};
use crate::message::{Request, Response};
use crate::observe::Lines;
use crate::observe::{Metrics, RouteMetrics};
use crate::serve::App;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Characters of a path in the access line.
const PATH_CHARS: usize = 200;

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
        let context = Context::of(&request);
        let method = request.method().clone();
        let path = request.uri().path_and_query().cloned();
        request.headers_mut().insert(REQUEST_ID, context.id().header());
        request.extensions_mut().insert(context.clone());

        let mut pending = Pending { observer: self, context: &context, method, path, started, status: CLIENT_LEFT };
        let mut response = self.guarded(app, request, &context).await;
        pending.status = response.status();
        let elapsed = started.elapsed();
        drop(pending);

        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, context.id().header());
        headers.append(SERVER_TIMING, server_timing(elapsed));
        response
    }

    /// Answers, also when the app panics.
    async fn guarded(&self, app: App, request: Request, context: &Context) -> Response {
        let mut answer = pin!(app.call(request));
        poll_fn(|task| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(task))) {
            Ok(poll) => poll,
            Err(_) => {
                self.metrics.count_panic();
                Poll::Ready(Error::internal().respond(context.id().as_str()))
            }
        })
        .await
    }
}

/// What is recorded for a request whose client left before the answer: the status nginx uses.
const CLIENT_LEFT: StatusCode = match StatusCode::from_u16(499) {
    Ok(status) => status,
    Err(_) => unreachable!(),
};

/// A request being answered; counted and logged when it goes, also when its client went first.
struct Pending<'a> {
    observer: &'a Observer,
    context: &'a Context,
    method: Method,
    path: Option<PathAndQuery>,
    started: Instant,
    status: StatusCode,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed();
        let route = self.context.route().unwrap_or(&self.observer.unmatched);
        route.record(self.status, elapsed);
        if let Some(lines) = &self.observer.lines {
            let path = self.path.as_ref().map_or("/", |path| path.path());
            let status = self.status.as_u16();
            let access = Access { context: self.context, method: &self.method, path, status, elapsed };
            lines.write(&access.line(&self.observer.clock, route));
        }
    }
}

struct Access<'a> {
    context: &'a Context,
    method: &'a Method,
    path: &'a str,
    status: u16,
    elapsed: Duration,
}

impl Access<'_> {
    /// One JSON line. No query string, no header, no body: secrets travel in those. Written piece by piece, because
    /// `write!` takes more time than all the rest of the observer.
    fn line(&self, clock: &Clock, route: &RouteMetrics) -> Vec<u8> {
        let mut line = Vec::with_capacity(384);
        line.extend_from_slice(br#"{"timestamp":""#);
        push_time(&mut line, clock.now());
        line.extend_from_slice(br#"","level":"INFO","message":"request","requestId":""#);
        line.extend_from_slice(self.context.id().as_str().as_bytes());
        line.extend_from_slice(br#"","method":""#);
        line.extend_from_slice(self.method.as_str().as_bytes());
        line.extend_from_slice(br#"","path":"#);
        push_json(&mut line, &clip(self.path, PATH_CHARS));
        line.extend_from_slice(br#","service":""#);
        line.extend_from_slice(route.service().as_bytes());
        line.extend_from_slice(br#"","operation":""#);
        line.extend_from_slice(route.operation().as_bytes());
        line.extend_from_slice(br#"","status":"#);
        push_json(&mut line, &self.status);
        line.extend_from_slice(br#","ms":"#);
        push_millis(&mut line, self.elapsed);
        if let Some(consumer) = self.context.consumer() {
            line.extend_from_slice(br#","consumer":"#);
            push_json(&mut line, &consumer.username);
        }
        if let Some(peer) = self.context.client() {
            line.extend_from_slice(br#","peer":"#);
            push_json(&mut line, &peer);
        }
        line.extend_from_slice(b"}\n");
        line
    }
}

thread_local! {
    /// The last second that was written, as text: thousands of lines share it.
    static SECOND: Cell<(i64, [u8; 19])> = const { Cell::new((i64::MIN, [0; 19])) };
}

fn push_time(line: &mut Vec<u8>, now: Timestamp) {
    let millis = now.as_millisecond();
    let second = millis.div_euclid(1_000);
    let (known, mut text) = SECOND.get();
    if known != second {
        let whole = now.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        if let Ok(whole) = whole.as_bytes().try_into() {
            text = whole;
        }
        SECOND.set((second, text));
    }
    line.extend_from_slice(&text);
    push_thousandths(line, millis.rem_euclid(1_000).unsigned_abs());
    line.push(b'Z');
}

/// Milliseconds with three digits behind the point.
fn push_millis(line: &mut Vec<u8>, elapsed: Duration) {
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    push_json(line, &(micros / 1_000));
    push_thousandths(line, micros % 1_000);
}

fn push_thousandths(line: &mut Vec<u8>, value: u64) {
    line.push(b'.');
    for place in [100, 10, 1] {
        line.push(b"0123456789"[usize::try_from(value / place % 10).unwrap_or_default()]);
    }
}

fn push_json(line: &mut Vec<u8>, value: &impl Serialize) {
    // Numbers and strings always serialise, and a vector takes all.
    let _ = serde_json::to_writer(line, value);
}

fn server_timing(elapsed: Duration) -> HeaderValue {
    let mut text = Vec::with_capacity(24);
    text.extend_from_slice(b"total;dur=");
    push_millis(&mut text, elapsed);
    HeaderValue::from_maybe_shared(Bytes::from(text)).expect("digits are a header value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_numbers_and_as_rfc_3339() {
        let written = |millis: i64| {
            let mut line = Vec::new();
            push_time(&mut line, Timestamp::from_millisecond(millis).unwrap());
            String::from_utf8(line).unwrap()
        };
        assert_eq!(written(1_767_268_800_007), "2026-01-01T12:00:00.007Z");
        assert_eq!(written(1_767_268_801_120), "2026-01-01T12:00:01.120Z");
        assert_eq!(written(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(server_timing(Duration::from_micros(12_034)), "total;dur=12.034");
    }
}
