//! Server-sent events as they come in (WHATWG HTML, "Server-sent events"), whatever pieces the network makes of them.

use std::sync::Arc;

use futures_util::stream;
use reqwest::Response;
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;

use super::{Reading, Server};
use crate::fault::Fault;
use crate::piece::{Piece, Pieces};

/// Bytes of one event, at most.
const EVENT: usize = 4 * 1024 * 1024;
/// Bytes of an answer that comes whole, at most.
const WHOLE: usize = 16 * 1024 * 1024;

/// An event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) data: String,
}

/// Bytes to events.
#[derive(Default)]
pub(super) struct Parser {
    /// The beginning of a line.
    line: Vec<u8>,
    /// The last byte was a carriage return, so that a line feed belongs to it.
    returned: bool,
    begun: bool,
    event: Event,
    has_data: bool,
}

impl Parser {
    /// The events that these bytes complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, Fault> {
        let mut events = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut self.returned) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
            self.line.extend_from_slice(part);
            if self.line.len() + self.event.data.len() > EVENT {
                return Err(Fault::Malformed("an event of more than 4 MB"));
            }
            let Some(ending) = after.first() else { break };
            self.returned = *ending == b'\r';
            rest = &after[1..];
            events.extend(self.line());
        }
        Ok(events)
    }

    fn line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let line = if std::mem::replace(&mut self.begun, true) { &line } else { line.trim_start_matches('\u{feff}') };
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.event.name),
            // Comments, ids, times to come back.
            _ => {}
        }
        None
    }
}

struct Source<R> {
    server: Arc<Server>,
    response: Response,
    parser: Parser,
    reading: R,
    ready: std::vec::IntoIter<Piece>,
    /// What went wrong after the pieces that are ready.
    after: Option<Fault>,
    ended: bool,
    _place: OwnedSemaphorePermit,
}

/// The pieces of an answer in events.
pub(super) fn pieces<R: Reading>(
    server: Arc<Server>,
    response: Response,
    place: OwnedSemaphorePermit,
    reading: R,
) -> Pieces {
    let source = Source {
        server,
        response,
        parser: Parser::default(),
        reading,
        ready: Vec::new().into_iter(),
        after: None,
        ended: false,
        _place: place,
    };
    Box::pin(stream::unfold(source, |mut source| async {
        let piece = source.next().await?;
        Some((piece, source))
    }))
}

impl<R: Reading> Source<R> {
    async fn next(&mut self) -> Option<Result<Piece, Fault>> {
        loop {
            if let Some(piece) = self.ready.next() {
                return Some(Ok(piece));
            }
            if self.ended {
                return None;
            }
            if let Some(fault) = self.after.take() {
                self.ended = true;
                return Some(Err(fault));
            }
            match self.response.chunk().await {
                Ok(Some(bytes)) => match self.read(&bytes) {
                    Ok(pieces) => self.ready = pieces.into_iter(),
                    Err(fault) => {
                        self.ended = true;
                        return Some(Err(fault));
                    }
                },
                // What broke after the end is not missed.
                Ok(None) | Err(_) if self.reading.is_finished() => return None,
                Ok(None) | Err(_) => {
                    self.ended = true;
                    return Some(Err(Fault::Broken));
                }
            }
        }
    }

    /// Pieces of the events that came in; those before an event that is wrong are handed out first. Bytes without a piece,
    /// such as what a model thinks or a comment that keeps the connection, are an empty one: the server is not silent.
    fn read(&mut self, bytes: &[u8]) -> Result<Vec<Piece>, Fault> {
        let mut pieces = Vec::new();
        for event in self.parser.push(bytes)? {
            match self.reading.event(&self.server, event) {
                Ok(more) => pieces.extend(more.into_iter().filter(|piece| !piece.is_empty())),
                Err(fault) if pieces.is_empty() => return Err(fault),
                Err(fault) => {
                    self.after = Some(fault);
                    break;
                }
            }
        }
        if pieces.is_empty() && self.after.is_none() {
            pieces.push(Piece::default());
        }
        Ok(pieces)
    }
}

/// The pieces of an answer that came whole, from a server that does not stream.
pub(super) async fn whole<R: Reading>(
    server: Arc<Server>,
    mut response: Response,
    _place: OwnedSemaphorePermit,
    mut reading: R,
) -> Result<Pieces, Fault> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(|_| Fault::Broken)? {
        if body.len() + bytes.len() > WHOLE {
            return Err(Fault::Malformed("an answer of more than 16 MB"));
        }
        body.extend_from_slice(&bytes);
    }
    let answer: Value = serde_json::from_slice(&body).map_err(|_| Fault::Malformed("it is not valid JSON"))?;
    if answer.get("error").is_some_and(|error| !error.is_null()) {
        return Err(server.reported(&answer));
    }
    let pieces = reading.whole(&server, &answer)?;
    if !reading.is_finished() {
        return Err(Fault::Malformed("it does not say how it ended"));
    }
    Ok(Box::pin(stream::iter(pieces.into_iter().map(Ok))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\u{feff}: ping\n\ndata: a\r\ndata:b\r\revent: x\ndata:  é€😀\nid: 3\n\nretry: 5\n\nevent: none\n\ndata\n\ndata: lost";

    fn events(pieces: &[&[u8]]) -> Vec<(String, String)> {
        let mut parser = Parser::default();
        let events = pieces.iter().flat_map(|piece| parser.push(piece).unwrap());
        events.map(|event| (event.name, event.data)).collect()
    }

    #[test]
    fn events_do_not_depend_on_the_pieces() {
        let right = [("", "a\nb"), ("x", " é€😀"), ("", "")].map(|(name, data)| (name.to_owned(), data.to_owned()));
        let bytes = TEXT.as_bytes();
        assert_eq!(events(&[bytes]), right);
        for at in 0..=bytes.len() {
            assert_eq!(events(&[&bytes[..at], &bytes[at..]]), right, "{at}");
        }
        assert_eq!(events(&bytes.chunks(1).collect::<Vec<_>>()), right);
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut parser = Parser::default();
        let mut taken = (0..5).map(|_| parser.push(&vec![b'x'; 1 << 20]));
        assert!(taken.any(|taken| taken.is_err()));
        let mut parser = Parser::default();
        let line = format!("data: {}\n", "x".repeat(1 << 20));
        let mut taken = (0..5).map(|_| parser.push(line.as_bytes()));
        assert!(taken.any(|taken| taken.is_err()));
    }
}
