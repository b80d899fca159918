//! Log lines: JSON, one a line, written by a thread of their own so that no request waits for a terminal or a pipe.

use std::io::{BufWriter, Write, stdout};
use std::panic;

use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

use crate::settings::Settings;

/// Lines that may wait for the writer; more are dropped, not waited for.
const MAX_WAITING_LINES: usize = 16_384;
const BUFFER_BYTES: usize = 64 * 1024;

/// Where lines go. Kept for the life of the process: when it goes, the last lines are written.
pub struct Log {
    writer: NonBlocking,
    _guard: WorkerGuard,
}

impl Log {
    /// Starts logging to standard output: events of the given level, and access lines.
    #[must_use]
    pub fn start(settings: &Settings) -> Self {
        // A buffer of its own: under load many lines share one write, at rest each is flushed at once.
        let (writer, guard) = NonBlockingBuilder::default()
            .buffered_lines_limit(MAX_WAITING_LINES)
            .thread_name("log")
            .finish(BufWriter::with_capacity(BUFFER_BYTES, stdout()));
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(settings.log)
            .with_writer(writer.clone())
            .try_init()
            .unwrap_or_default();
        // A panic's text may quote a request; its place in the code is enough to find it.
        panic::set_hook(Box::new(|info| match info.location() {
            Some(place) => tracing::error!(file = place.file(), line = place.line(), "panic"),
            None => tracing::error!("panic"),
        }));
        Self { writer, _guard: guard }
    }

    /// A place for access lines.
    #[must_use]
    pub fn lines(&self) -> Lines {
        Lines(self.writer.clone())
    }
}

/// Writes whole lines without waiting.
#[derive(Clone)]
pub struct Lines(NonBlocking);

impl Lines {
    pub(crate) fn write(&self, line: &[u8]) {
        // The writer drops lines rather than fail.
        let _ = self.0.clone().write_all(line);
    }
}
