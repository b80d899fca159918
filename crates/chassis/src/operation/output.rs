//! An answer written bit by bit, in constant memory and as fast as the client takes it.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::HeaderValue;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, X_CONTENT_TYPE_OPTIONS};
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::answer;
use super::outgoing::{RESULT, facts_header};
use crate::call::Call;
use crate::error::{Code, Error};
use crate::files::{STREAM_TIME, attachment};
use crate::message::{Body, JSON, Response};

/// Bytes that are collected before they go out.
const PIECE: usize = 64 * 1024;
/// Pieces on their way at once.
const PIECES: usize = 2;

/// How the answer is written, which is also how it ends when something goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    /// Not known yet; when nothing is ever said, there are no rows.
    Unsaid,
    /// Bytes: a fault breaks the transfer off.
    Bytes,
    /// JSON lines: a fault is the last line.
    Lines,
    /// Server-sent events: a fault is the last event.
    Events,
}

/// Where a streaming operation writes its answer. Nothing goes out before the first 64 KB or the end, so that an early
/// fault is an error like any other. Writing waits for the client; a client that left is an [`io::Error`].
pub struct Output {
    head: Option<oneshot::Sender<Response>>,
    pieces: Option<mpsc::Receiver<Bytes>>,
    sender: mpsc::Sender<Bytes>,
    buffer: BytesMut,
    format: Format,
    wants_events: bool,
    content_type: HeaderValue,
    name: Option<String>,
    /// What there is to say beside the bytes.
    facts: Option<HeaderValue>,
    idle: Duration,
    until: Instant,
    handle: Handle,
    request_id: String,
    /// Whether the bytes are the answer itself and no file.
    is_answer: bool,
    /// Whether a piece could not be sent.
    lost: bool,
    /// Whether all of it was said. A body that ends without breaks off: nobody may take a part for the whole.
    complete: Arc<AtomicBool>,
}

impl Output {
    pub(crate) fn new(headers: &HeaderMap, idle: Duration, request_id: &str) -> (Self, oneshot::Receiver<Response>) {
        let (head, first) = oneshot::channel();
        let (sender, pieces) = mpsc::channel(PIECES);
        let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let output = Self {
            head: Some(head),
            pieces: Some(pieces),
            sender,
            buffer: BytesMut::new(),
            format: Format::Unsaid,
            wants_events: accept.contains("text/event-stream"),
            content_type: HeaderValue::from_static("application/octet-stream"),
            name: None,
            facts: None,
            idle,
            until: Instant::now() + STREAM_TIME,
            handle: Handle::current(),
            request_id: request_id.to_owned(),
            is_answer: false,
            lost: false,
            complete: Arc::default(),
        };
        (output, first)
    }

    /// Says what the bytes are. Works until the first of them has gone out.
    pub fn file(&mut self, content_type: &'static str, name: Option<&str>) {
        self.format = Format::Bytes;
        self.content_type = HeaderValue::from_static(content_type);
        self.name = name.map(str::to_owned);
    }

    /// Says what there is to say beside the bytes, with the warnings so far: it goes into `X-Result`, as for a file that is
    /// here as a whole. Works until the first bytes have gone out; what is said later counts instead of what was.
    ///
    /// # Errors
    /// When it is no object, which is our fault.
    pub fn facts(&mut self, facts: &impl Serialize, call: &Call) -> Result<(), Error> {
        if self.head.is_some() {
            self.facts = Some(facts_header(&answer::facts(facts, &call.warnings())?)?);
        }
        Ok(())
    }

    /// Says that the bytes are one JSON object, the answer itself.
    pub fn json(&mut self) {
        self.format = Format::Bytes;
        self.content_type = JSON;
        self.is_answer = true;
    }

    /// Writes a row: a line of JSON, or a server-sent event for whoever accepts those.
    ///
    /// # Errors
    /// When the client left or takes nothing for too long.
    pub fn row(&mut self, row: &impl Serialize) -> io::Result<()> {
        if self.head.is_some() {
            self.rows();
        }
        let json = serde_json::to_vec(row).map_err(io::Error::other)?;
        self.record(&json)
    }

    fn rows(&mut self) {
        let (format, content_type) = match self.wants_events {
            true => (Format::Events, "text/event-stream"),
            false => (Format::Lines, "application/x-ndjson"),
        };
        self.format = format;
        self.content_type = HeaderValue::from_static(content_type);
    }

    fn record(&mut self, json: &[u8]) -> io::Result<()> {
        let (before, after): (&[u8], &[u8]) = match self.format {
            Format::Events => (b"data: ", b"\n\n"),
            Format::Lines | Format::Bytes | Format::Unsaid => (b"", b"\n"),
        };
        self.buffer.extend_from_slice(before);
        self.buffer.extend_from_slice(json);
        self.buffer.extend_from_slice(after);
        // Who reads events waits for each of them.
        if self.format == Format::Events || self.buffer.len() >= PIECE { self.send() } else { Ok(()) }
    }

    /// Sends what is collected, and the head before the first of it.
    fn send(&mut self) -> io::Result<()> {
        if let (Some(head), Some(pieces)) = (self.head.take(), self.pieces.take()) {
            if self.format == Format::Unsaid {
                self.rows();
            }
            let state = Some((pieces, self.complete.clone()));
            let body = futures_util::stream::unfold(state, |state| async move {
                let (mut pieces, complete) = state?;
                match pieces.recv().await {
                    Some(piece) => Some((Ok(piece), Some((pieces, complete)))),
                    None if complete.load(Ordering::Acquire) => None,
                    None => Some((Err(io::Error::other("the answer cannot be completed")), None)),
                }
            });
            let mut response = Response::new(Body::from_stream(body));
            let headers = response.headers_mut();
            headers.reserve(20);
            headers.insert(CONTENT_TYPE, self.content_type.clone());
            if let Some(facts) = self.facts.take() {
                headers.insert(RESULT, facts);
                headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            }
            if self.format == Format::Bytes && !self.is_answer {
                headers.insert(CONTENT_DISPOSITION, attachment(self.name.as_deref(), self.content_type.to_str().ok()));
            }
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            head.send(response).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        }
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = self.buffer.split().freeze();
        let passed = self.pass(piece);
        self.lost |= passed.is_err();
        passed
    }

    fn pass(&self, piece: Bytes) -> io::Result<()> {
        let patience = self.idle.min(self.until.saturating_duration_since(Instant::now()));
        let sent = self.handle.block_on(async { self.sender.send_timeout(piece, patience).await });
        sent.map_err(|error| match error {
            mpsc::error::SendTimeoutError::Closed(_) => io::ErrorKind::BrokenPipe.into(),
            mpsc::error::SendTimeoutError::Timeout(_) => io::ErrorKind::TimedOut.into(),
        })
    }

    /// Ends the answer; what cannot be an answer any more is given back.
    pub(crate) fn finish(mut self, result: Result<(), Error>) -> Result<(), Error> {
        let said = match result {
            Ok(()) => self.send().is_ok() && !self.lost,
            Err(error) if self.head.is_some() => return Err(error),
            Err(error) => match self.format {
                Format::Bytes | Format::Unsaid => false,
                // The error is the end of it.
                Format::Lines | Format::Events => {
                    self.record(&error.body(&self.request_id)).and_then(|()| self.send()).is_ok()
                }
            },
        };
        self.complete.store(said, Ordering::Release);
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.format == Format::Unsaid {
            self.format = Format::Bytes;
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    /// Does nothing: pieces go out when they are full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What went wrong while reading or writing a stream: an error of ours that travelled in an [`io::Error`] comes out as
/// it was.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => error,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                Self::new(Code::MalformedRequest, "the client left")
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                Self::new(Code::DeadlineExceeded, "the client took nothing of the answer for too long")
            }
            Err(_) => Self::new(Code::Unprocessable, "the file cannot be read: it is damaged or not what it seems"),
        }
    }
}
