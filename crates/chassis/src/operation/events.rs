//! Answers that come as server-sent events (WHATWG HTML, "Server-sent events"), from an async source.
//!
//! An operation that answers whole or in events, as its request says, returns [`Reply`]. Its source is a stream that is
//! asked for the next event only when the last has gone out, and is dropped when the client leaves, so that whatever it
//! reads from stops too; no thread waits. The first event is awaited before the head goes out: a source that fails at
//! once is an error with its status. One that fails later ends with an event that holds the error, in the shape of the
//! operation's contract.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use tokio::time::timeout_at;

use super::answer::{Answer, Makes, OperationResponse};
use crate::call::CancelOnDrop;
use crate::error::{Code, Error};
use crate::files::STREAM_TIME;
use crate::message::{Body, Response};
use crate::observe::Counted;
use crate::warning::Warning;

/// Time after which a client that waits for an event is sent a comment, so that proxies do not take the connection for
/// dead.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// One event: its data, and its name where the contract has names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    name: Option<String>,
    data: String,
}

impl Event {
    /// An event of text, such as `[DONE]`.
    #[must_use]
    pub fn text(data: impl Into<String>) -> Self {
        Self { name: None, data: data.into() }
    }

    /// An event of JSON.
    ///
    /// # Errors
    /// When it cannot be written, which is our fault.
    pub fn json(data: &impl Serialize) -> Result<Self, Error> {
        let data = serde_json::to_string(data).map_err(|problem| {
            tracing::error!(%problem, "an event cannot be written");
            Error::internal()
        })?;
        Ok(Self { name: None, data })
    }

    /// With a name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// As it goes out. A name or data of several lines is no way to forge another event.
    fn written(&self) -> Bytes {
        let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
        let mut written = String::with_capacity(self.data.len() + 16);
        if let Some(name) = &self.name {
            written.push_str("event: ");
            written.push_str(&lines(name).replace('\n', " "));
            written.push('\n');
        }
        for line in lines(&self.data).split('\n') {
            written.push_str("data: ");
            written.push_str(line);
            written.push('\n');
        }
        written.push('\n');
        written.into()
    }
}

/// Events as they come.
pub struct Events(Pin<Box<dyn Stream<Item = Result<Event, Error>> + Send>>);

impl Events {
    /// Events of a source. It is dropped when nobody reads any more.
    pub fn of(source: impl Stream<Item = Result<Event, Error>> + Send + 'static) -> Self {
        Self(Box::pin(source))
    }
}

/// The answer of an operation that answers whole or in events.
pub enum Reply<R> {
    /// At once.
    Whole(R),
    /// As it is made.
    Events(Events),
}

impl<R: Serialize + JsonSchema + Send + 'static> OperationResponse for Reply<R> {
    const MAKES: Makes = Makes::Events;

    fn facts(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<R>()
    }

    fn into_answer(self, warnings: Option<&[Warning]>) -> Result<Answer, Error> {
        match self {
            Self::Whole(answer) => answer.into_answer(warnings),
            Self::Events(events) => Ok(Answer { events: Some(events), ..Answer::whole(Vec::new(), Vec::new()) }),
        }
    }
}

/// Writes an error.
type Fault = dyn Fn(&Error) -> Vec<u8> + Send;

/// What an answer in events is given besides its source.
pub(crate) struct Line {
    /// Time the source may be silent.
    pub(crate) idle: Duration,
    /// Writes an error as the contract has it.
    pub(crate) fault: Box<Fault>,
    /// Held as long as anybody reads.
    pub(crate) _cancel: CancelOnDrop,
    pub(crate) _counted: Counted,
}

struct Going {
    events: Events,
    line: Line,
    until: Instant,
    /// When the source is given up, and when the client hears from us at the latest.
    silent_until: Instant,
}

/// Awaits the first event and answers with it and all that follow.
pub(crate) async fn respond(mut events: Events, line: Line) -> Result<Response, Error> {
    let first = events.0.next().await.transpose()?;
    let now = Instant::now();
    let silent_until = now + line.idle;
    let going = first.is_some().then(|| Going { events, line, until: now + STREAM_TIME, silent_until });
    let first = stream::iter(first.map(|event| Ok::<_, Infallible>(event.written())));
    let body = first.chain(stream::unfold(going, |going| async { next(going?).await }));
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.reserve(20);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx gathers what it passes on unless it is told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// What goes out next, and what is left to go on with.
async fn next(mut going: Going) -> Option<(Result<Bytes, Infallible>, Option<Going>)> {
    let end = going.silent_until.min(going.until);
    let waited = timeout_at(end.min(Instant::now() + KEEP_ALIVE).into(), going.events.0.next()).await;
    let error = match waited {
        Ok(None) => return None,
        Ok(Some(Ok(event))) => {
            going.silent_until = Instant::now() + going.line.idle;
            return Some((Ok(event.written()), Some(going)));
        }
        Ok(Some(Err(error))) => error,
        Err(_) if Instant::now() < end => return Some((Ok(Bytes::from_static(b":\n\n")), Some(going))),
        Err(_) => Error::new(Code::DeadlineExceeded, "the answer was not complete in time"),
    };
    // The error is the end of it.
    let text = String::from_utf8_lossy(&(going.line.fault)(&error)).into_owned();
    Some((Ok(Event::text(text).written()), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_forges_another() {
        let written = |event: Event| String::from_utf8(event.written().to_vec()).unwrap();
        assert_eq!(written(Event::text("[DONE]")), "data: [DONE]\n\n");
        assert_eq!(written(Event::json(&"a\nb").unwrap().named("x")), "event: x\ndata: \"a\\nb\"\n\n");
        assert_eq!(written(Event::text("a\r\n\r\ndata: b\rc")), "data: a\ndata: \ndata: data: b\ndata: c\n\n");
        assert_eq!(written(Event::text("").named("x\ndata: y")), "event: x data: y\ndata: \n\n");
    }
}
