//! Reading bodies: bounded one by one and all together.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::{BodyExt, LengthLimitError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Body;
use crate::error::{Code, Error};
use crate::metrics::Metrics;
use crate::settings::Size;

/// Bodies up to this size are not counted against the memory for all bodies.
const UNCOUNTED: usize = 64 * 1024;
/// The memory for bodies is counted in these.
const UNIT: usize = 1024;

/// The memory all bodies in flight may take together.
pub(crate) struct BodyMemory {
    units: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

impl BodyMemory {
    pub(crate) fn new(size: Size, metrics: Arc<Metrics>) -> Self {
        Self { units: Arc::new(Semaphore::new((size.0 / UNIT).min(Semaphore::MAX_PERMITS))), metrics }
    }

    /// Makes a claim cover so many bytes.
    fn cover(&self, claim: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), Error> {
        let missing = bytes.div_ceil(UNIT) - claim.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = self.units.clone().try_acquire_many_owned(u32::try_from(missing).unwrap_or(u32::MAX));
        let Ok(more) = more else {
            self.metrics.count_shed("body-memory");
            return Err(
                Error::new(Code::Unavailable, "too many large bodies at once: try again in a second").retry_after(1)
            );
        };
        match claim {
            Some(claim) => claim.merge(more),
            None => *claim = Some(more),
        }
        Ok(())
    }

    /// Reads a whole body within a limit.
    pub(crate) async fn read(&self, mut body: Body, limit: Size) -> Result<Bytes, Error> {
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > limit.0 {
            return Err(too_large(limit));
        }
        let mut collected = BytesMut::new();
        let mut claim = None;
        while let Some(frame) = body.frame().await {
            let data = match frame.map_err(|error| unreadable(&error))?.into_data() {
                Ok(data) => data,
                Err(_trailers) => continue,
            };
            let size = collected.len() + data.len();
            if size > limit.0 {
                return Err(too_large(limit));
            }
            if size > UNCOUNTED {
                self.cover(&mut claim, size)?;
            } else if collected.is_empty() && body.is_end_stream() {
                return Ok(data);
            }
            if collected.is_empty() {
                // One allocation for a body that says its size. Pages are touched, and counted, only as it arrives.
                collected.reserve(announced.max(data.len()));
            }
            collected.extend_from_slice(&data);
        }
        let collected = collected.freeze();
        Ok(match claim {
            Some(claim) => Bytes::from_owner(Counted { bytes: collected, _claim: claim }),
            None => collected,
        })
    }
}

/// A body that is counted until it is dropped.
struct Counted {
    bytes: Bytes,
    _claim: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn too_large(limit: Size) -> Error {
    Error::new(Code::PayloadTooLarge, format!("the body is larger than the limit of {limit}: send less at once"))
}

fn unreadable(error: &axum::Error) -> Error {
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
