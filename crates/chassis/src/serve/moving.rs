//! A connection that must move: one that never says a word, or never takes its answer, is closed.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::tls::Line;

/// Bytes after which hyper knows which HTTP is spoken, and watches the time itself.
const GREETING: usize = 24;

/// A connection with a patience.
pub(crate) struct Moving {
    stream: Line,
    patience: Duration,
    /// Runs until the greeting is complete.
    greeting: Option<Pin<Box<Sleep>>>,
    received: usize,
    /// Runs while the other end takes nothing of what is there for it.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Moving {
    pub(crate) fn new(stream: Line, patience: Duration) -> Self {
        let greeting = Some(Box::pin(tokio::time::sleep(patience)));
        Self { stream, patience, greeting, received: 0, stalled: None }
    }

    /// Watches the outcome of a write: each that moves something gives new patience.
    fn watch<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let until = Instant::now() + self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Moving {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.greeting.is_some() {
            self.received += buffer.filled().len() - before;
            if self.received >= GREETING {
                self.greeting = None;
            }
        }
        match (read, &mut self.greeting) {
            (Poll::Pending, Some(greeting)) => {
                ready!(greeting.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            (read, _) => read,
        }
    }
}

impl AsyncWrite for Moving {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
