//! Threads for streams: each has one of its own, because it waits for its client as much as it computes. Nobody has all.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::error::{Code, Error};
use crate::observe::Metrics;
use crate::shares::{Holder, Most, Shares};

/// Time a stream waits for a place.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bounded number of streams.
pub(crate) struct Streams {
    places: Arc<Shares>,
    metrics: Arc<Metrics>,
}

impl Streams {
    pub(crate) fn new(most: usize, metrics: Arc<Metrics>) -> Self {
        Self { places: Shares::new(most, Most::Threshold), metrics }
    }

    /// Runs a job on a thread of its own.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        holder: &Holder,
        job: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Some(place) = self.places.take(holder, 1, PATIENCE).await else {
            self.metrics.count_shed("streams");
            let message = "too many streams at once: try again in a few seconds";
            return Err(Error::new(Code::Unavailable, message).retry_after(5));
        };
        let (sender, receiver) = oneshot::channel();
        let metrics = self.metrics.clone();
        let handle = Handle::current();
        let run = move || {
            // What is left of a body is taken off the line by a task.
            let _inside = handle.enter();
            metrics.streams.inc();
            let result = catch_unwind(AssertUnwindSafe(job));
            metrics.streams.dec();
            // Here, because nobody may be waiting any more: a stream goes on when its answer has begun.
            if result.is_err() {
                metrics.count_panic();
            }
            drop(place);
            // Nobody listens when the client left.
            let _ = sender.send(result);
        };
        let started = std::thread::Builder::new().name("stream".to_owned()).spawn(run);
        started.map_err(|_| Error::new(Code::Unavailable, "no thread for another stream").retry_after(5))?;
        match receiver.await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(Error::internal()),
        }
    }
}
