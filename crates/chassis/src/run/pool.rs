//! The compute pool: as many threads as cores, a bounded room to wait in, and a time to wait at most. Consumers take turns.
//!
//! The threads are plain ones that sleep the moment nothing is left to do. Rayon's look for work for a while before they
//! sleep, which pays where a job has many parts; here a job is one call. A call that comes alone cost 99 µs of
//! CPU through them and costs 32 here (an Intel Xeon, 20,000 calls of 2 µs of work, 1 ms apart; the timer alone is 22).
//! Tokio's own blocking threads cost 33 there, but nearly three times as much when 16 calls wait at once (6.7 and 2.4 µs).

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::error::{Code, Error};
use crate::observe::{Counted, Metrics};
use crate::shares::{Holder, Most, Share, Shares};

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
    pub(crate) const fn patience(self) -> Duration {
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
    threads: Threads,
    slots: Arc<Shares>,
    heavy_slots: Arc<Shares>,
    waiting_room: Arc<Shares>,
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
        Self {
            threads: Threads::start(threads),
            slots: Shares::new(threads, Most::All),
            heavy_slots: Shares::new(threads - 1, Most::All),
            waiting_room: Shares::new(max_waiting, Most::Threshold),
            metrics,
        }
    }

    /// Runs a job on the pool, or says why not: no room to wait, waited too long, or the job panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        holder: &Holder,
        cost: Cost,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let permits = self.permits(holder, cost).await?;
        let (sender, receiver) = oneshot::channel();
        let metrics = self.metrics.clone();
        self.threads.give(move || {
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

    async fn permits(&self, holder: &Holder, cost: Cost) -> Result<[Option<Share>; 2], Error> {
        if let Cost::Light = cost
            && let Some(slot) = self.slots.try_take(holder, 1)
        {
            return Ok([None, Some(slot)]);
        }
        let _place = self.waiting_room.try_take(holder, 1).ok_or_else(|| self.overloaded("queue-full"))?;
        let _waiting = Counted::new(&self.metrics.pool_waiting);
        let until = Instant::now() + cost.patience();
        let heavy = match cost {
            Cost::Heavy => Some(self.heavy_slots.take(holder, 1, cost.patience()).await.ok_or_else(|| self.late())?),
            Cost::Light => None,
        };
        let left = until.saturating_duration_since(Instant::now());
        let slot = self.slots.take(holder, 1, left).await.ok_or_else(|| self.late())?;
        Ok([heavy, Some(slot)])
    }

    fn late(&self) -> Error {
        self.overloaded("waited-too-long")
    }

    fn overloaded(&self, reason: &'static str) -> Error {
        self.metrics.count_shed(reason);
        Error::new(Code::Unavailable, "the service is busy: try again in a second").retry_after(1)
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// Threads that take jobs from one queue, and end with it.
struct Threads(Arc<Queue>);

#[derive(Default)]
struct Queue {
    /// The jobs nobody has taken yet; nothing once the pool is closed.
    jobs: Mutex<Option<VecDeque<Job>>>,
    given: Condvar,
}

impl Threads {
    fn start(threads: usize) -> Self {
        let queue = Arc::new(Queue { jobs: Mutex::new(Some(VecDeque::new())), given: Condvar::new() });
        for index in 0..threads {
            let queue = queue.clone();
            let thread = std::thread::Builder::new().name(format!("compute-{index}"));
            thread.spawn(move || queue.work()).expect("the system starts threads");
        }
        Self(queue)
    }

    fn give(&self, job: impl FnOnce() + Send + 'static) {
        if let Some(jobs) = self.0.jobs().as_mut() {
            jobs.push_back(Box::new(job));
        }
        self.0.given.notify_one();
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // What nobody will do any more is dropped when the lock is free again.
        let left = self.0.jobs().take();
        drop(left);
        self.0.given.notify_all();
    }
}

impl Queue {
    fn jobs(&self) -> MutexGuard<'_, Option<VecDeque<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does one job after the other, and sleeps when there is none. Jobs catch their own panics.
    fn work(&self) {
        loop {
            let waited = self.given.wait_while(self.jobs(), |jobs| jobs.as_ref().is_some_and(VecDeque::is_empty));
            let mut jobs = waited.unwrap_or_else(PoisonError::into_inner);
            let Some(job) = jobs.as_mut().map(VecDeque::pop_front) else { return };
            drop(jobs);
            if let Some(job) = job {
                job();
            }
        }
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
            tokio::spawn(
                async move { pool.run(&Holder::default(), Cost::Light, move || release.recv().is_ok()).await },
            );
            holds.push(hold);
        }
        holds
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_pool_goes_on() {
        let pool = pool(8);
        let error = pool.run(&Holder::default(), Cost::Light, || -> u8 { panic!("on purpose") }).await.unwrap_err();
        assert_eq!(error.code(), Code::InternalError);
        assert_eq!(pool.run(&Holder::default(), Cost::Heavy, || 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_full_waiting_room_is_refused_at_once() {
        let pool = pool(0);
        let holds = occupy(&pool);
        tokio::task::yield_now().await;
        let error = pool.run(&Holder::default(), Cost::Light, || ()).await.unwrap_err();
        assert_eq!(error.code(), Code::Unavailable);
        drop(holds);
    }

    #[tokio::test(start_paused = true)]
    async fn a_light_call_does_not_wait_for_ever() {
        let pool = pool(8);
        let holds = occupy(&pool);
        tokio::task::yield_now().await;
        let error = pool.run(&Holder::default(), Cost::Light, || ()).await.unwrap_err();
        assert_eq!(error.code(), Code::Unavailable);
        drop(holds);
    }

    #[tokio::test]
    async fn a_consumer_with_one_call_does_not_wait_for_one_with_many() {
        let pool = pool(64);
        let order = Arc::new(Mutex::new(Vec::new()));
        let (hold, release) = std::sync::mpsc::channel::<()>();
        let mut release = Some(release);
        let mut tasks = Vec::new();
        for name in ["ann"; 20].into_iter().chain(["bob"]) {
            let (pool, order, release) = (pool.clone(), order.clone(), release.take());
            let job = move || {
                let _ = release.map(|release| release.recv());
                order.lock().unwrap().push(name);
            };
            tasks.push(tokio::spawn(async move { pool.run(&Holder::named(name), Cost::Heavy, job).await }));
            tokio::task::yield_now().await;
        }
        drop(hold);
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(order.lock().unwrap()[..2], ["ann", "bob"], "the one that ran, then the other's turn");
    }

    #[tokio::test]
    async fn heavy_calls_leave_a_thread_to_light_ones() {
        let pool = pool(8);
        let (hold, release) = std::sync::mpsc::channel::<()>();
        for job in [Some(release), None] {
            let pool = pool.clone();
            tokio::spawn(async move {
                pool.run(&Holder::default(), Cost::Heavy, move || job.map(|job| job.recv().is_ok())).await
            });
        }
        tokio::task::yield_now().await;
        assert_eq!(pool.run(&Holder::default(), Cost::Light, || "answered").await.unwrap(), "answered");
        drop(hold);
    }
}
