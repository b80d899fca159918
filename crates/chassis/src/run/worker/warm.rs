//! Warm workers: processes that live on, for engines that are dear to start.
//!
//! An engine is what [`WarmEngine`] says: it is started once in a process with what makes the process warm (its key: a
//! model, a set of languages) and answers one request at a time. The parent keeps idle processes by their keys. One that
//! has done its work waits for the next; it is replaced after so many requests, when it has grown, when it panicked, and
//! when nobody has asked for a while. A process holds a place among the workers only while it is asked, and until it is
//! gone when it is killed, so warm and one-shot workers share one bound.
//!
//! Nothing of one request reaches the next: the worker has read all it was sent before it is asked again, has said
//! nothing since, and its answer carries the turn it belongs to.

use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::child::warm_child;
use super::frames::{Message, Parcel};
use super::process::{Death, Process};
use super::workers::{Confinement, Run, Slot, Workers, ask};
use crate::call::Call;
use crate::error::{Code, Error};
use crate::files::File;
use crate::observe::Counted;
use crate::settings::Size;
use crate::shares::Holder;

/// An engine that is dear to start, in a process that lives on.
pub trait WarmEngine: Sized + 'static {
    /// What makes a worker warm for some requests and not for others.
    type Key: Serialize + DeserializeOwned + Eq + Hash + Send + Sync;
    /// A request; its files come beside it.
    type Request: Serialize + DeserializeOwned + Send + Sync;
    /// An answer; its files go beside it.
    type Answer: Serialize + DeserializeOwned + Send;
    /// The name of its kind within its service.
    const NAME: &'static str;
    /// All there is in the environment of its processes.
    const ENVIRONMENT: &'static [(&'static str, &'static str)] = &[];

    /// Starts the engine, in the worker.
    ///
    /// # Errors
    /// Why it cannot be had; it is the answer to the request that needed it.
    fn start(key: Self::Key) -> Result<Self, Error>;

    /// Answers a request, in the worker.
    ///
    /// # Errors
    /// What is wrong with the request. The engine goes on.
    fn answer(
        &mut self,
        request: Self::Request,
        files: Vec<File>,
        deadline: Instant,
    ) -> Result<(Self::Answer, Vec<File>), Error>;
}

/// When warm workers are replaced, and what they may use.
#[derive(Debug, Clone, Copy)]
pub struct Warmth {
    /// Address space of one; that of other workers when not given.
    pub memory: Option<Size>,
    /// Requests after which one is replaced.
    pub requests: u64,
    /// Memory in use past which one is replaced.
    pub resident: Size,
    /// Time after which one that nobody asks ends.
    pub idle: Duration,
}

impl Default for Warmth {
    fn default() -> Self {
        Self { memory: None, requests: 1000, resident: Size(512 << 20), idle: Duration::from_secs(120) }
    }
}

/// The whole `main` of a warm worker.
pub(crate) fn work<E: WarmEngine>() -> std::process::ExitCode {
    let unreadable = |problem: serde_json::Error| {
        Error::new(Code::InternalError, format!("a warm worker cannot read what it was sent: {problem}"))
    };
    warm_child(
        |parcel| E::start(serde_json::from_slice(&parcel.json).map_err(unreadable)?),
        |engine, parcel, deadline| {
            let request = serde_json::from_slice(&parcel.json).map_err(unreadable)?;
            let (answer, files) = engine.answer(request, parcel.files, deadline)?;
            Ok(Parcel { json: serde_json::to_vec(&answer).map_err(unreadable)?.into(), files })
        },
    )
}

/// The warm workers of one engine. Cheap to clone; when the last goes, so do the processes.
pub struct WarmWorkers<E> {
    pool: Arc<WarmPool>,
    engine: PhantomData<fn() -> E>,
}

impl<E> Clone for WarmWorkers<E> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), engine: PhantomData }
    }
}

impl<E: WarmEngine> WarmWorkers<E> {
    pub(crate) fn new(service: &str, workers: Arc<Workers>, warmth: Warmth, answer_limit: usize) -> Self {
        let name = format!("{service}_{}", E::NAME);
        let pool = WarmPool {
            name,
            environment: E::ENVIRONMENT,
            workers,
            warmth,
            answer_limit,
            idle: Mutex::default(),
            watched: AtomicBool::new(false),
        };
        Self { pool: Arc::new(pool), engine: PhantomData }
    }

    /// Asks a worker with this key; one is started when none is idle.
    ///
    /// # Errors
    /// What the engine answers; that there is no room; or what became of the worker.
    pub async fn ask(
        &self,
        call: &Call,
        key: &E::Key,
        request: &E::Request,
        files: Vec<File>,
    ) -> Result<(E::Answer, Vec<File>), Error> {
        let unwritable = |problem: serde_json::Error| {
            tracing::error!(%problem, "what goes to or comes from a warm worker is not JSON");
            Error::internal()
        };
        let key = serde_json::to_vec(key).map_err(unwritable)?.into();
        let request = Parcel { json: serde_json::to_vec(request).map_err(unwritable)?.into(), files };
        let answer = self.pool.ask(&call.holder(), key, request, call.deadline()).await?;
        Ok((serde_json::from_slice(&answer.json).map_err(unwritable)?, answer.files))
    }

    /// Ends the idle ones, as at shutdown.
    pub fn close(&self) {
        self.pool.idle().clear();
    }
}

struct WarmPool {
    name: String,
    environment: &'static [(&'static str, &'static str)],
    workers: Arc<Workers>,
    warmth: Warmth,
    answer_limit: usize,
    idle: Mutex<Vec<Idle>>,
    /// Whether somebody watches over the idle ones; changed with their list locked.
    watched: AtomicBool,
}

/// A worker that waits for its next request.
struct Idle {
    process: Process<Slot>,
    key: Bytes,
    served: u64,
    since: Instant,
    _counted: Counted,
}

impl WarmPool {
    async fn ask(
        self: &Arc<Self>,
        holder: &Holder,
        key: Bytes,
        request: Parcel,
        deadline: Instant,
    ) -> Result<Parcel, Error> {
        let mut slot = Some(self.workers.slot(holder, deadline).await?);
        let mut run = Run::new(&self.workers.metrics, &self.name);
        let confinement = Confinement { memory: self.warmth.memory, stack: None };
        loop {
            let bounds = self.workers.bounds(confinement, deadline);
            let slot = match slot.take() {
                Some(slot) => slot,
                None => self.workers.slot(holder, deadline).await?,
            };
            let (mut process, served) = match self.taken(&key) {
                Some((mut process, served)) => {
                    process.guard(slot);
                    (process, served)
                }
                None => match self.start(&key, slot, deadline).await {
                    Ok(process) => (process, 0),
                    Err(told) => return run.end(told),
                },
            };
            let message = Message::Parcel(request.clone());
            let answer = ask(&mut process, &self.name, message, bounds, deadline, self.answer_limit).await;
            let answer = match answer {
                // What is wrong with that worker is not this request's fault. A fresh one has no earlier turn.
                Err(Death::Stale | Death::Left) if served > 0 => continue,
                Err(death) => Err(death),
                Ok(answered) => {
                    let sound = !matches!(answered.message, Message::Panic(_)) && answered.reusable;
                    if sound {
                        self.keep(process, key, served + 1);
                    }
                    Ok(answered.message)
                }
            };
            return run.end(self.workers.told(&self.name, answer, bounds, self.answer_limit));
        }
    }

    /// Starts a worker and its engine.
    async fn start(
        &self,
        key: &Bytes,
        slot: Slot,
        deadline: Instant,
    ) -> Result<Process<Slot>, (&'static str, Result<Parcel, Error>)> {
        let bounds = self.workers.bounds(Confinement { memory: self.warmth.memory, stack: None }, deadline);
        let started = async {
            let mut process = self.workers.start(&self.name, self.environment, slot)?;
            let message = Message::Parcel(Parcel { json: key.clone(), files: Vec::new() });
            let answered = ask(&mut process, &self.name, message, bounds, deadline, self.answer_limit).await?;
            Ok((process, answered.message))
        };
        match started.await {
            Ok((process, Message::Parcel(_))) => Ok(process),
            Ok((_, message)) => Err(self.workers.told(&self.name, Ok(message), bounds, self.answer_limit)),
            Err(death) => Err(self.workers.told(&self.name, Err(death), bounds, self.answer_limit)),
        }
    }

    /// An idle worker with this key that still waits for requests: the one that was asked last, so that the others may
    /// end. Those found dead, or saying something unasked, go.
    fn taken(&self, key: &Bytes) -> Option<(Process<Slot>, u64)> {
        let mut idle = self.idle();
        while let Some(at) = idle.iter().rposition(|idle| idle.key == *key) {
            let Idle { mut process, served, .. } = idle.remove(at);
            if process.is_waiting() {
                return Some((process, served));
            }
        }
        None
    }

    /// Keeps a worker for the next request, unless it is to be replaced.
    fn keep(self: &Arc<Self>, mut process: Process<Slot>, key: Bytes, served: u64) {
        let grown = process.resident().is_some_and(|bytes| bytes > self.warmth.resident.0);
        if grown || served >= self.warmth.requests {
            return;
        }
        process.release();
        let mut idle = self.idle();
        if !self.watched.swap(true, Ordering::Relaxed) {
            self.watch();
        }
        if idle.len() >= self.workers.most {
            idle.remove(0);
        }
        let counted = Counted::new(&self.workers.metrics.workers_idle);
        idle.push(Idle { process, key, served, since: Instant::now(), _counted: counted });
    }

    /// Ends idle workers when their time has come, as long as there are any. Those asked last are the last in the list.
    fn watch(self: &Arc<Self>) {
        let (pool, idle) = (Arc::downgrade(self), self.warmth.idle);
        tokio::spawn(async move {
            let mut next = Instant::now() + idle;
            loop {
                tokio::time::sleep_until(next.into()).await;
                let Some(pool) = pool.upgrade() else { return };
                let mut all = pool.idle();
                all.retain(|worker| worker.since.elapsed() < idle);
                match all.first() {
                    Some(first) => next = first.since + idle,
                    None => {
                        pool.watched.store(false, Ordering::Relaxed);
                        return;
                    }
                }
            }
        });
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
