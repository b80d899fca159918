//! The writer: jobs by the group, a transaction a group.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::Error;

/// Jobs of one transaction.
const MAX_GROUP: usize = 256;
/// Time without a job after which unused pages are given back.
const IDLE: Duration = Duration::from_secs(1);
/// Unused pages that are kept for what comes next.
const SPARE_PAGES: i64 = 256;

/// A job: run within a transaction, then told how it ended.
pub(crate) trait Job: Send {
    /// Whether it did what it was to do.
    fn run(&mut self, connection: &Connection) -> bool;
    /// It is on the disk; or it failed by itself, and says so.
    fn landed(self: Box<Self>);
    /// It is not on the disk.
    fn failed(self: Box<Self>, error: &Error);
}

/// A job with its types.
pub(crate) struct Work<T, E, W, L> {
    work: Option<W>,
    landed: L,
    answer: Option<Result<T, E>>,
    sender: oneshot::Sender<Result<T, E>>,
}

impl<T, E, W, L> Work<T, E, W, L>
where
    E: From<Error>,
{
    pub(crate) fn new(work: W, landed: L, sender: oneshot::Sender<Result<T, E>>) -> Self {
        Self { work: Some(work), landed, answer: None, sender }
    }

    pub(crate) fn refuse(self, error: Error) {
        // Who does not wait is not told.
        let _ = self.sender.send(Err(error.into()));
    }
}

fn broken() -> Error {
    Error::Failed("a write broke off".to_owned())
}

impl<T, E, W, L> Job for Work<T, E, W, L>
where
    T: Send,
    E: From<Error> + Send,
    W: FnOnce(&Connection) -> Result<T, E> + Send,
    L: FnOnce(&mut T) + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        let answer = catch_unwind(AssertUnwindSafe(|| work(connection))).unwrap_or_else(|_| Err(broken().into()));
        let done = answer.is_ok();
        self.answer = Some(answer);
        done
    }

    fn landed(self: Box<Self>) {
        let Self { landed, answer, sender, .. } = *self;
        let mut answer = answer.unwrap_or_else(|| Err(broken().into()));
        if let Ok(value) = &mut answer
            && catch_unwind(AssertUnwindSafe(|| landed(value))).is_err()
        {
            tracing::error!("what a write changes in memory broke off");
            answer = Err(broken().into());
        }
        let _ = sender.send(answer);
    }

    fn failed(self: Box<Self>, error: &Error) {
        match self.answer {
            // It failed by itself, before all of them did.
            Some(Err(own)) => drop(self.sender.send(Err(own))),
            _ => drop(self.sender.send(Err(error.clone().into()))),
        }
    }
}

/// Runs jobs until nobody can send any more.
pub(crate) fn run(connection: &Connection, jobs: &Receiver<Box<dyn Job>>) {
    loop {
        match jobs.recv_timeout(IDLE) {
            Ok(first) => {
                let mut group = vec![first];
                group.extend(jobs.try_iter().take(MAX_GROUP - 1));
                commit(connection, group);
            }
            Err(RecvTimeoutError::Timeout) => tidy(connection),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    // Closed tidily the log is written back; if not, the next start does it.
    let _ = connection.execute_batch("pragma optimize; pragma wal_checkpoint(truncate)");
}

fn commit(connection: &Connection, mut group: Vec<Box<dyn Job>>) {
    let committed = attempt(connection, &mut group);
    if committed.is_err() && !connection.is_autocommit() {
        let _ = connection.execute_batch("rollback");
    }
    for job in group {
        match &committed {
            Ok(()) => job.landed(),
            Err(error) => job.failed(error),
        }
    }
}

fn attempt(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), Error> {
    connection.execute_batch("begin immediate")?;
    for job in group {
        connection.execute_batch("savepoint job")?;
        let done = job.run(connection);
        // SQLite takes a whole transaction back by itself when the disk is full or fails.
        if connection.is_autocommit() {
            return Err(Error::Full);
        }
        connection.execute_batch(if done { "release job" } else { "rollback to job; release job" })?;
    }
    connection.execute_batch("commit").map_err(Error::from)
}

/// Gives unused pages back to the disk, some at a time.
fn tidy(connection: &Connection) {
    let spare = connection.query_row("pragma freelist_count", [], |row| row.get::<_, i64>(0));
    if spare.is_ok_and(|spare| spare > SPARE_PAGES) {
        // One step of this pragma frees one page; a batch runs it to its end.
        let _ = connection.execute_batch("pragma incremental_vacuum(4096); pragma wal_checkpoint(truncate)");
    }
}
