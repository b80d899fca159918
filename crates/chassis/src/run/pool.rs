//! The compute pool: as many threads as cores, a bounded room to wait in, and a time to wait at most.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::error::{Code, Error};
use crate::observe::Metrics;

/// What a call costs: how long it may wait for the pool and how much of the pool its kind may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cost {
    /// Microseconds to a few milliseconds: waits up to a second.
    #[default]
    Light,
    /// Tens of milliseconds and more: waits up to ten seconds, and leaves one thread to the light calls.
    Heavy,
}

impl Cost {
    const fn patience(self) -> Duration {
        match self {
            Self::Light => Duration::from_secs(1),
            Self::Heavy => Duration::from_secs(10),
        }
    }
}

/// The cores of this machine.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Threads for work that computes.
pub struct Pool {
    threads: rayon::ThreadPool,
    slots: Arc<Semaphore>,
    heavy_slots: Arc<Semaphore>,
    waiting: AtomicUsize,
    max_waiting: usize,
    metrics: Arc<Metrics>,
}

impl Pool {
    /// A pool of at least two threads, and the number of calls that may wait for one.
    ///
    /// # Panics
    /// When the system refuses to start threads.
    #[must_use]
    pub fn new(threads: usize, max_waiting: usize, metrics: Arc<Metrics>) -> Self {
        let threads = threads.max(2);
        let builder =
            rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|index| format!("compute-{index}"));
        Self {
            threads: builder.build().expect("the system starts threads"),
            slots: Arc::new(Semaphore::new(threads)),
            heavy_slots: Arc::new(Semaphore::new(threads - 1)),
            waiting: AtomicUsize::new(0),
            max_waiting,
            metrics,
        }
    }

    /// Runs a job on the pool, or says why not: no room to wait, waited too long, or the job panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        cost: Cost,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let permits = self.permits(cost).await?;
        let (sender, receiver) = oneshot::channel();
        let metrics = self.metrics.clone();
        self.threads.spawn_fifo(move || {
            metrics.pool_running.inc();
            let result = catch_unwind(AssertUnwindSafe(job));
            metrics.pool_running.dec();
            // The permits end with the job, not with whoever waits for it: a client that leaves frees no thread.
            drop(permits);
            // Nobody listens when the client left or the deadline passed.
            let _ = sender.send(result);
        });
        match receiver.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(_)) | Err(_) => {
                self.metrics.count_panic();
                Err(Error::internal())
            }
        }
    }

    async fn permits(&self, cost: Cost) -> Result<[Option<OwnedSemaphorePermit>; 2], Error> {
        if let Cost::Light = cost
            && let Ok(slot) = self.slots.clone().try_acquire_owned()
        {
            return Ok([None, Some(slot)]);
        }
        let _place = Waiting::take(self).ok_or_else(|| self.overloaded("queue-full"))?;
        let wait = async {
            let heavy = match cost {
                Cost::Heavy => Some(self.heavy_slots.clone().acquire_owned().await),
                Cost::Light => None,
            };
            (heavy, self.slots.clone().acquire_owned().await)
        };
        match tokio::time::timeout(cost.patience(), wait).await {
            Ok((heavy, slot)) => Ok([heavy.and_then(Result::ok), slot.ok()]),
            Err(_) => Err(self.overloaded("waited-too-long")),
        }
    }

    fn overloaded(&self, reason: &'static str) -> Error {
        self.metrics.count_shed(reason);
        Error::new(Code::Unavailable, "the service is busy: try again in a second").retry_after(1)
    }
}

/// A place in the waiting room.
struct Waiting<'a>(&'a Pool);

impl<'a> Waiting<'a> {
    fn take(pool: &'a Pool) -> Option<Self> {
        if pool.waiting.fetch_add(1, Ordering::Relaxed) >= pool.max_waiting {
            pool.waiting.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        pool.metrics.pool_waiting.inc();
        Some(Self(pool))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        self.0.metrics.pool_waiting.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(max_waiting: usize) -> Arc<Pool> {
        Arc::new(Pool::new(2, max_waiting, Arc::default()))
    }

    /// Occupies every thread until the sender is dropped.
    fn occupy(pool: &Arc<Pool>) -> Vec<std::sync::mpsc::Sender<()>> {
        let mut holds = Vec::new();
        for _ in 0..2 {
            let (hold, release) = std::sync::mpsc::channel::<()>();
            let pool = pool.clone();
            tokio::spawn(async move { pool.run(Cost::Light, move || release.recv().is_ok()).await });
            holds.push(hold);
        }
        holds
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_pool_goes_on() {
        let pool = pool(8);
        let error = pool.run(Cost::Light, || -> u8 { panic!("on purpose") }).await.unwrap_err();
        assert_eq!(error.code(), Code::InternalError);
        assert_eq!(pool.run(Cost::Heavy, || 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_full_waiting_room_is_refused_at_once() {
        let pool = pool(0);
        let holds = occupy(&pool);
        tokio::task::yield_now().await;
        let error = pool.run(Cost::Light, || ()).await.unwrap_err();
        assert_eq!(error.code(), Code::Unavailable);
        drop(holds);
    }

    #[tokio::test(start_paused = true)]
    async fn a_light_call_does_not_wait_for_ever() {
        let pool = pool(8);
        let holds = occupy(&pool);
        tokio::task::yield_now().await;
        let error = pool.run(Cost::Light, || ()).await.unwrap_err();
        assert_eq!(error.code(), Code::Unavailable);
        drop(holds);
    }

    #[tokio::test]
    async fn heavy_calls_leave_a_thread_to_light_ones() {
        let pool = pool(8);
        let (hold, release) = std::sync::mpsc::channel::<()>();
        for job in [Some(release), None] {
            let pool = pool.clone();
            tokio::spawn(async move { pool.run(Cost::Heavy, move || job.map(|job| job.recv().is_ok())).await });
        }
        tokio::task::yield_now().await;
        assert_eq!(pool.run(Cost::Light, || "answered").await.unwrap(), "answered");
        drop(hold);
    }
}
