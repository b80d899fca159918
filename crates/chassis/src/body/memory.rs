//! The memory of bodies: bounded one by one and all together.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::header::HeaderMap;
use http_body::Body as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::pieces;
use crate::error::{Code, Error};
use crate::message::Body;
use crate::observe::Metrics;
use crate::settings::Size;

/// Bodies up to this size are not counted against the memory for all bodies.
const UNCOUNTED: usize = 64 * 1024;
/// The memory for bodies is counted in these.
const UNIT: usize = 1024;
/// Time a body waits for memory.
const PATIENCE: Duration = Duration::from_secs(1);

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
    async fn cover(&self, claim: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), Error> {
        let missing = bytes.div_ceil(UNIT).saturating_sub(claim.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
        let more = self.units.clone().acquire_many_owned(u32::try_from(missing).unwrap_or(u32::MAX));
        let Ok(Ok(more)) = tokio::time::timeout(PATIENCE, more).await else {
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

    /// A place to put the pieces of something that has at most so many bytes; `what` it is, for the refusal.
    pub(crate) fn gather(&self, limit: Size, what: &'static str) -> Gathering<'_> {
        Gathering { memory: self, limit, what, first: Bytes::new(), collected: BytesMut::new(), claim: None }
    }

    /// Reads a whole body within a limit.
    pub(crate) async fn read(&self, body: Body, headers: &HeaderMap, limit: Size) -> Result<Bytes, Error> {
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        let mut gathering = self.gather(limit, "the body");
        let mut pieces = pieces(body, headers)?;
        gathering.announce(announced)?;
        while let Some(piece) = pieces.next().await {
            gathering.push(piece?).await?;
        }
        Ok(gathering.finish())
    }
}

/// Pieces being put together: one that comes alone is not copied, several are copied once.
pub(crate) struct Gathering<'m> {
    memory: &'m BodyMemory,
    limit: Size,
    what: &'static str,
    first: Bytes,
    collected: BytesMut,
    claim: Option<OwnedSemaphorePermit>,
}

impl Gathering<'_> {
    /// What has come so far.
    pub(crate) fn len(&self) -> usize {
        self.first.len() + self.collected.len()
    }

    /// Makes room for a size that was announced: pages are touched, and counted, only as they fill.
    pub(crate) fn announce(&mut self, bytes: usize) -> Result<(), Error> {
        if bytes > self.limit.0 {
            return Err(self.too_large());
        }
        self.collected.reserve(bytes);
        Ok(())
    }

    pub(crate) async fn push(&mut self, piece: Bytes) -> Result<(), Error> {
        let size = self.len() + piece.len();
        if size > self.limit.0 {
            return Err(self.too_large());
        }
        if size > UNCOUNTED {
            self.memory.cover(&mut self.claim, size).await?;
        }
        if self.len() == 0 {
            self.first = piece;
            return Ok(());
        }
        let first = std::mem::take(&mut self.first);
        self.collected.extend_from_slice(&first);
        self.collected.extend_from_slice(&piece);
        Ok(())
    }

    fn too_large(&self) -> Error {
        let (what, limit) = (self.what, self.limit);
        Error::new(Code::PayloadTooLarge, format!("{what} is larger than the limit of {limit}: send less at once"))
    }

    pub(crate) fn finish(self) -> Bytes {
        let bytes = if self.collected.is_empty() { self.first } else { self.collected.freeze() };
        match self.claim {
            Some(claim) => Bytes::from_owner(Counted { bytes, _claim: claim }),
            None => bytes,
        }
    }
}

/// Bytes that are counted until they are dropped.
struct Counted {
    bytes: Bytes,
    _claim: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
