//! Group commit: many small writes to SQLite in one transaction, answered when they are on the disk.
//!
//! A commit that is durable costs an `fsync`, a millisecond or ten. If every writer waited for one of its own, a
//! database took a few hundred writes a second. Here one thread owns the only connection that writes: it takes all jobs
//! that wait (256 at most), runs them in one transaction, commits once, and only then answers. A job runs in a savepoint:
//! one that fails takes back its own changes and nobody else's.
//!
//! What a job wants done in memory it does in its second half, `landed`: after the commit, in the order of the jobs, on
//! the writer's thread. So memory never shows what the disk does not have, and changes reach both in one order.
//!
//! Durability is `synchronous=FULL` in WAL mode: what was answered is there after `kill -9` and after a loss of power, as
//! far as the disk keeps its word. `synchronous=NORMAL` would be twice as fast one by one, and hardly faster in groups.
//!
//! **Full disks.** A write that finds no room is an error, nothing is lost, reading goes on. But SQLite cannot even open a
//! database for reading on a full disk when its shared-memory file is gone (`SQLITE_IOERR_SHMSIZE`). So a ballast of a
//! megabyte lies beside each database; an open that fails for want of room throws it off and tries again.

mod error;
mod files;
mod writer;

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError, mpsc};
use std::task::{Context, Poll};
use std::thread::JoinHandle;

pub use error::Error;
pub use rusqlite;
use rusqlite::{Connection, Transaction};
use tokio::sync::oneshot;
use writer::{Job, Work};

/// Jobs that may wait for the writer.
const MAX_WAITING: usize = 1_024;
/// Connections for reading that are kept.
const MAX_READERS: usize = 8;

/// Asked now and then while a statement runs, on the thread that runs it: whether it is to be broken off. A statement that
/// writes must not be: SQLite would take back the jobs of others with it.
pub type GivesUp = fn() -> bool;

/// A database, its writer and its readers.
pub struct Ledger {
    path: PathBuf,
    gives_up: GivesUp,
    jobs: Mutex<Option<mpsc::SyncSender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    readers: Mutex<Vec<Connection>>,
}

/// The answer to a write, there when it is on the disk.
pub struct Receipt<T, E>(oneshot::Receiver<Result<T, E>>);

impl Ledger {
    /// Opens a database, makes it when it is not there, and starts its writer. `setup` runs first, in a transaction of its
    /// own: `create table if not exists`.
    ///
    /// # Errors
    /// When the database is damaged or of something else, the disk is full, or the setup fails.
    pub fn open(
        path: &Path,
        setup: impl Fn(&Connection) -> Result<(), rusqlite::Error>,
        gives_up: GivesUp,
    ) -> Result<Self, Error> {
        let mut connection = files::open(path, &setup)?;
        files::watch(&mut connection, gives_up)?;
        let (jobs, waiting) = mpsc::sync_channel(MAX_WAITING);
        let name = "ledger".to_owned();
        let thread = std::thread::Builder::new().name(name).spawn(move || writer::run(&connection, &waiting));
        let thread = thread.map_err(|error| Error::Failed(error.to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            gives_up,
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(Some(thread)),
            readers: Mutex::default(),
        })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes: `work` runs within a transaction, with what other jobs before it have written; when that is on the disk,
    /// `landed` runs with what it returned, and the receipt has it. An error of `work` takes its changes back.
    pub fn write<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        landed: impl FnOnce(&mut T) + Send + 'static,
    ) -> Receipt<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job = Work::new(work, landed, sender);
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match jobs {
            None => job.refuse(Error::Closed),
            Some(jobs) => match jobs.try_send(Box::new(job)) {
                Ok(()) => {}
                Err(mpsc::TrySendError::Full(job)) => job.failed(&Error::Busy),
                Err(mpsc::TrySendError::Disconnected(job)) => job.failed(&Error::Closed),
            },
        }
        Receipt(receiver)
    }

    /// Reads, within one snapshot: what is committed while it reads is not seen.
    ///
    /// # Errors
    /// What `work` returns; that no connection can be opened.
    pub fn read<T, E: From<Error>>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        let known = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match known {
            Some(connection) => connection,
            None => files::reader(&self.path, self.gives_up)?,
        };
        let answer = {
            let transaction = connection.transaction().map_err(Error::from)?;
            work(&transaction)
            // It ends without a commit: it only read.
        };
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < MAX_READERS {
            readers.push(connection);
        }
        answer
    }

    /// Ends the writer once it has done what waits. Later writes are refused.
    pub fn close(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A last reference may end on the writer's own thread, with a job that held it.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            // What went wrong there was answered to those who waited.
            let _ = thread.join();
        }
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.close();
    }
}

impl<T, E: From<Error>> Receipt<T, E> {
    /// Waits for it; not to be called from an async task.
    ///
    /// # Errors
    /// What the work returned, or why it is not on the disk.
    pub fn wait(self) -> Result<T, E> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }
}

impl<T, E: From<Error>> Future for Receipt<T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|answer| answer.unwrap_or_else(|_| Err(Error::Closed.into())))
    }
}

#[cfg(test)]
mod tests;
