//! An answer of several pieces, each as it was made.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::message::BodyError;

/// Pieces that go out one after the other.
#[derive(Default)]
pub(crate) struct Assembled {
    pieces: VecDeque<Bytes>,
    size: usize,
}

impl Assembled {
    /// Adds a piece.
    pub(crate) fn push(&mut self, piece: Bytes) {
        self.size += piece.len();
        self.pieces.push_back(piece);
    }

    /// Bytes in all.
    pub(crate) fn size(&self) -> usize {
        self.size
    }
}

impl http_body::Body for Assembled {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some(piece) = self.pieces.pop_front() else { return Poll::Ready(None) };
        self.size -= piece.len();
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.size as u64)
    }
}
