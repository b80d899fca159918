//! Bodies on their way in, and the memory of what is in flight.
//!
//! | file | job |
//! | --- | --- |
//! | `memory.rs` | the memory all bodies, and all answers, in flight may take together; pieces put into one |
//! | `assembled.rs` | an answer of several pieces |
//! | `inflate.rs` | gzip and zstd |
//!
//! Nothing is set aside for what is only announced: bytes are counted as they arrive, inflated, against the limit of
//! the one body and against the memory of all.

mod assembled;
mod inflate;
mod memory;

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use http::HeaderValue;
use http::header::{CONTENT_ENCODING, HeaderMap};
use http_body_util::LengthLimitError;
use tokio_util::io::{ReaderStream, StreamReader};

pub(crate) use assembled::Assembled;
pub(crate) use inflate::Coding;
#[cfg(test)]
pub(crate) use inflate::ZSTD_WINDOW;
pub(crate) use memory::{Memory, MemoryOf};

use crate::error::{Code, Error};
use crate::message::{Body, BodyError};

/// The pieces of something that is still arriving.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// Pieces in which an inflated body is handed on.
const PIECE: usize = 64 * 1024;

/// A body piece by piece, inflated when it comes compressed.
pub(crate) fn pieces(body: Body, headers: &HeaderMap) -> Result<Pieces, Error> {
    let plain = body.into_data_stream().map_err(|error| unreadable(&error));
    match Coding::of(headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes)) {
        Some(Coding::Identity) => Ok(Box::pin(plain)),
        Some(coding) => {
            let inflated = coding.inflate(StreamReader::new(plain.map_err(std::io::Error::other)));
            Ok(Box::pin(ReaderStream::with_capacity(inflated, PIECE).map_err(not_inflated)))
        }
        None => {
            Err(Error::new(Code::UnsupportedMediaType, "send the body as it is, or with Content-Encoding gzip or zstd"))
        }
    }
}

fn not_inflated(error: std::io::Error) -> Error {
    let message = "the body is not what its Content-Encoding says, or it ended early";
    error.downcast::<Error>().unwrap_or_else(|_| Error::new(Code::MalformedRequest, message))
}

fn unreadable(error: &BodyError) -> Error {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.is::<LengthLimitError>() {
            return Error::new(Code::PayloadTooLarge, "the body is larger than the gateway lets through");
        }
        source = error.source();
    }
    Error::new(Code::MalformedRequest, "the body ended early or is not valid HTTP")
}

/// A body as text.
pub(crate) fn text(body: &[u8]) -> Result<&str, Error> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    std::str::from_utf8(body).map_err(|error| {
        let message = format!("the body is not valid UTF-8 (byte {})", error.valid_up_to());
        Error::new(Code::MalformedRequest, message)
    })
}
