//! What a connection is doing, so that one that does nothing can be closed.
//!
//! HTTP/1 closes itself: hyper bounds the wait for a head, and a socket that takes nothing is seen by `moving.rs`. With
//! HTTP/2 neither helps. A client may hold the window of a stream at nothing and answer pings for as long as it likes,
//! and what it was to be told lies here all the while; or it may open a connection and ask nothing. So each answer goes
//! out in pieces and notes when a piece was last taken, and the connection is closed when an answer has waited for its
//! client, or the connection for a request, longer than a connection may be silent.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::message::{Body, BodyError, Response};

/// Pieces in which an answer goes out: what one HTTP/2 stream holds beside its body.
const PIECE: usize = 64 * 1024;

/// What one connection is doing.
pub(super) struct Traffic(Mutex<State>);

struct State {
    next: u64,
    http2: bool,
    /// Answers that wait for their client, each since when; none while the answer itself is not ready.
    answers: HashMap<u64, Option<Instant>>,
    quiet_since: Instant,
}

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing is asked.
    Idle,
    /// An answer is not taken.
    Deaf,
}

impl Traffic {
    pub(super) fn new() -> Arc<Self> {
        let state = State { next: 0, http2: false, answers: HashMap::new(), quiet_since: Instant::now() };
        Arc::new(Self(Mutex::new(state)))
    }

    /// A request has come.
    pub(super) fn begin(self: &Arc<Self>, http2: bool) -> Exchange {
        let mut state = self.state();
        state.http2 = http2;
        let number = state.next;
        state.next += 1;
        state.answers.insert(number, None);
        Exchange { traffic: self.clone(), number }
    }

    /// Whether it speaks HTTP/2, as far as is known.
    pub(super) fn is_http2(&self) -> bool {
        self.state().http2
    }

    /// Waits until the connection has been silent for so long, one way or the other.
    pub(super) async fn silent(&self, idle: Duration) -> Silence {
        loop {
            let (since, silence) = self.oldest();
            let left = idle.saturating_sub(since.elapsed());
            if left.is_zero() {
                return silence;
            }
            // Something newer may be silent by then; nothing is before.
            tokio::time::sleep(left).await;
        }
    }

    /// What has been silent for the longest, and since when.
    fn oldest(&self) -> (Instant, Silence) {
        let state = self.state();
        if state.answers.is_empty() {
            return (state.quiet_since, Silence::Idle);
        }
        let waiting = state.answers.values().flatten().min().copied();
        (waiting.unwrap_or_else(Instant::now), Silence::Deaf)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request until its answer has gone out.
pub(super) struct Exchange {
    traffic: Arc<Traffic>,
    number: u64,
}

impl Exchange {
    /// The answer, in pieces that are noted as they are taken.
    pub(super) fn answer(self, response: Response) -> Result<Response, Infallible> {
        self.waits(true);
        Ok(response.map(|body| Body::new(Going { body, rest: Bytes::new(), exchange: self })))
    }

    /// Notes who is waited for: the client, from now on, or nobody.
    fn waits(&self, for_client: bool) {
        let mut state = self.traffic.state();
        state.answers.insert(self.number, for_client.then(Instant::now));
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let mut state = self.traffic.state();
        state.answers.remove(&self.number);
        state.quiet_since = Instant::now();
    }
}

/// An answer on its way out.
struct Going {
    body: Body,
    rest: Bytes,
    exchange: Exchange,
}

impl http_body::Body for Going {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.rest.is_empty() {
            let frame = match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Pending => {
                    self.exchange.waits(false);
                    return Poll::Pending;
                }
                Poll::Ready(Some(Ok(frame))) => frame,
                ended => return ended,
            };
            match frame.into_data() {
                Ok(data) => self.rest = data,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        self.exchange.waits(true);
        let size = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(size);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let body = self.body.size_hint();
        let rest = self.rest.len() as u64;
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower().saturating_add(rest));
        if let Some(upper) = body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;
    use http_body_util::BodyExt;

    use super::*;

    const IDLE: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn an_answer_goes_out_in_pieces_and_whole() {
        let traffic = Traffic::new();
        let bytes: Vec<u8> = (0..PIECE * 2 + 7).map(|at| (at % 251) as u8).collect();
        let Ok(response) = traffic.begin(true).answer(Response::new(Body::from(bytes.clone())));
        let mut body = response.into_body();
        assert_eq!(body.size_hint().exact(), Some(bytes.len() as u64));
        let mut sizes = Vec::new();
        let mut whole = Vec::new();
        while let Some(frame) = body.frame().await {
            let data = frame.unwrap().into_data().unwrap();
            sizes.push(data.len());
            whole.extend_from_slice(&data);
            assert_eq!(body.is_end_stream(), whole.len() == bytes.len());
        }
        assert_eq!((sizes, whole), (vec![PIECE, PIECE, 7], bytes));
    }

    #[tokio::test]
    async fn one_that_asks_nothing_is_idle_and_one_that_takes_nothing_deaf() {
        let traffic = Traffic::new();
        assert_eq!(traffic.silent(IDLE).await, Silence::Idle);
        let Ok(response) = traffic.begin(true).answer(Response::new(Body::from(vec![0; PIECE * 2])));
        assert_eq!(traffic.silent(IDLE).await, Silence::Deaf);
        // One piece taken: the wait begins anew.
        let mut body = response.into_body();
        let before = traffic.oldest().0;
        let _ = body.frame().await;
        assert!(traffic.oldest().0 > before);
        drop(body);
        assert_eq!(traffic.oldest().1, Silence::Idle);
    }

    /// Neither a request that is being computed nor an answer that is not ready is the client's silence.
    #[tokio::test]
    async fn what_waits_for_us_is_not_silent() {
        let traffic = Traffic::new();
        let exchange = traffic.begin(true);
        assert!(tokio::time::timeout(IDLE * 3, traffic.silent(IDLE)).await.is_err());
        let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let Ok(response) = exchange.answer(Response::new(Body::from_stream(never)));
        let mut body = response.into_body();
        let _ = tokio::time::timeout(IDLE, body.frame()).await;
        assert!(tokio::time::timeout(IDLE * 3, traffic.silent(IDLE)).await.is_err());
    }
}
