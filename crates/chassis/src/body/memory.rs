//! The memory of bodies and answers, and of what bodies are decoded to: bounded one by one, all together, and by consumer.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::header::HeaderMap;
use http_body::Body as _;
use http_body_util::BodyExt;

use super::pieces;
use crate::error::{Code, Error};
use crate::message::{Body, Response};
use crate::observe::Metrics;
use crate::settings::Size;
use crate::shares::{Holder, Most, Share, Shares};

/// Bodies up to this size are not counted against the memory for all bodies.
const UNCOUNTED: usize = 64 * 1024;
/// Answers up to this size are not counted either. It is less than that of bodies: a client may leave a hundred of them
/// untaken on one HTTP/2 connection.
const UNCOUNTED_ANSWER: usize = 1024;
/// Memory is counted in these.
const UNIT: usize = 1024;
/// Time a body waits for memory.
const PATIENCE: Duration = Duration::from_secs(1);

/// The memory all bodies on their way in, all answers on their way out, or all that is decoded may take together.
pub(crate) struct Memory {
    units: Arc<Shares>,
    /// How many units there are.
    all: usize,
    refusal: &'static str,
    shed: &'static str,
    metrics: Arc<Metrics>,
}

impl Memory {
    /// For bodies.
    pub(crate) fn of_bodies(size: Size, metrics: Arc<Metrics>) -> Self {
        Self::new(size, "too many large bodies at once: try again in a second", "body-memory", metrics)
    }

    /// For answers.
    pub(crate) fn of_answers(size: Size, metrics: Arc<Metrics>) -> Self {
        Self::new(size, "too many large answers at once: try again in a second", "answer-memory", metrics)
    }

    /// For what bodies are decoded to.
    pub(crate) fn of_decoded(size: Size, metrics: Arc<Metrics>) -> Self {
        Self::new(size, "too many large files at once: try again in a second", "decoded-memory", metrics)
    }

    fn new(size: Size, refusal: &'static str, shed: &'static str, metrics: Arc<Metrics>) -> Self {
        let units = Shares::new(size.0 / UNIT, Most::Threshold);
        Self { units, all: size.0 / UNIT, refusal, shed, metrics }
    }

    /// The memory, as one consumer uses it.
    pub(crate) fn of<'m>(&'m self, holder: &'m Holder) -> MemoryOf<'m> {
        MemoryOf { memory: self, holder }
    }

    fn refused(&self) -> Error {
        self.metrics.count_shed(self.shed);
        Error::new(Code::Unavailable, self.refusal).retry_after(1)
    }
}

/// The memory, as one consumer uses it: nobody has all of it.
#[derive(Clone, Copy)]
pub(crate) struct MemoryOf<'m> {
    memory: &'m Memory,
    holder: &'m Holder,
}

impl<'m> MemoryOf<'m> {
    /// Counts bytes that are here already, until the last of them is gone. Nobody waits: whoever waited would hold what
    /// there is no room for.
    ///
    /// # Errors
    /// When there is no room.
    pub(crate) fn count(self, bytes: Bytes) -> Result<Bytes, Error> {
        if bytes.len() <= UNCOUNTED_ANSWER {
            return Ok(bytes);
        }
        let units = bytes.len().div_ceil(UNIT);
        let claim = self.memory.units.try_take(self.holder, units).ok_or_else(|| self.memory.refused())?;
        Ok(Bytes::from_owner(Counted { bytes, _claim: claim }))
    }

    /// Counts the body of an answer that is here already.
    pub(crate) async fn hold(self, response: Response) -> Result<Response, Error> {
        let size = response.body().size_hint().exact().unwrap_or_default();
        if size <= UNCOUNTED_ANSWER as u64 {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        // It is there already: this copies nothing.
        let bytes = body.collect().await.map_err(|_| Error::internal())?.to_bytes();
        Ok(Response::from_parts(parts, Body::from(self.count(bytes)?)))
    }

    /// Claims memory for something that is about to be made, waiting for its turn so long.
    pub(crate) async fn claim(self, bytes: u64, patience: Duration) -> Result<Share, Error> {
        // What is more than all is decided by the limits of what makes it, not here.
        let units = usize::try_from(bytes).unwrap_or(usize::MAX).div_ceil(UNIT).min(self.memory.all);
        let claim = self.memory.units.take(self.holder, units, patience).await;
        claim.ok_or_else(|| self.memory.refused())
    }

    /// Makes a claim cover so many bytes.
    async fn cover(self, claim: &mut Option<Share>, bytes: usize) -> Result<(), Error> {
        let units = bytes.div_ceil(UNIT);
        let covered = match claim {
            Some(claim) if claim.units() >= units => true,
            Some(claim) => claim.grow(units - claim.units(), PATIENCE).await,
            None => {
                *claim = self.memory.units.take(self.holder, units, PATIENCE).await;
                claim.is_some()
            }
        };
        if covered { Ok(()) } else { Err(self.memory.refused()) }
    }

    /// A place to put the pieces of something that has at most so many bytes; `what` it is, for the refusal.
    pub(crate) fn gather(self, limit: Size, what: &'static str) -> Gathering<'m> {
        Gathering { memory: self, limit, what, first: Bytes::new(), collected: BytesMut::new(), claim: None }
    }

    /// Reads a whole body within a limit.
    pub(crate) async fn read(self, body: Body, headers: &HeaderMap, limit: Size) -> Result<Bytes, Error> {
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
    memory: MemoryOf<'m>,
    limit: Size,
    what: &'static str,
    first: Bytes,
    collected: BytesMut,
    claim: Option<Share>,
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
    _claim: Share,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
