//! The workers of this process: so many at once, a bounded room to wait in, a time to wait at most, and a plain error
//! for everything that can happen to one.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout_at;

use super::frames::{Bounds, Message, Parcel};
use super::process::{Answered, Death, Process};
use crate::error::{Code, Error, clip};
use crate::observe::{Counted, Metrics};
use crate::settings::{Settings, Size};
use crate::shares::{Holder, Most, Share, Shares};

/// Time a call waits for a worker, as a heavy one does for the pool.
const PATIENCE: Duration = Duration::from_secs(10);
/// Calls that may wait. What they hold is counted where it was read.
const WAITING: usize = 256;
/// The program that runs, even when its file was replaced since: both ends of the pipe are always one build.
const THIS_PROGRAM: &str = "/proc/self/exe";
/// Characters of a place in the code, which a worker that is no longer itself may have made up.
const PLACE_CHARS: usize = 200;

/// What a worker has for one request; what is not said is as the settings say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confinement {
    /// Its address space.
    pub memory: Option<Size>,
    /// Its stack, for what recurses as deep as its input.
    pub stack: Option<Size>,
}

/// Runs operations in processes of their own.
pub struct Workers {
    pub(super) program: PathBuf,
    pub(super) memory: Size,
    pub(super) most: usize,
    slots: Arc<Shares>,
    waiting_room: Arc<Shares>,
    pub(super) metrics: Arc<Metrics>,
}

impl Workers {
    /// As the settings say; nothing is started yet.
    #[must_use]
    pub fn new(settings: &Settings, metrics: Arc<Metrics>) -> Self {
        let cores = || std::thread::available_parallelism().map_or(2, usize::from);
        let program = settings.worker_program.clone().unwrap_or_else(|| PathBuf::from(THIS_PROGRAM));
        let most = settings.workers.unwrap_or_else(cores).max(1);
        Self {
            // Workers run in another folder than we.
            program: std::path::absolute(&program).unwrap_or(program),
            memory: settings.worker_memory,
            most,
            slots: Shares::new(most, Most::All),
            waiting_room: Shares::new(WAITING, Most::Threshold),
            metrics,
        }
    }

    /// Runs one operation in a process of its own; the process is gone when the deadline has passed or this future is
    /// dropped. JSON and files of the answer together have at most `answer_limit` bytes.
    ///
    /// # Errors
    /// What the operation answers; that there is no room; or what became of the worker.
    pub async fn run(
        &self,
        holder: &Holder,
        operation: &str,
        request: Parcel,
        confinement: Confinement,
        deadline: Instant,
        answer_limit: usize,
    ) -> Result<Parcel, Error> {
        let slot = self.slot(holder, deadline).await?;
        let mut run = Run::new(&self.metrics, operation);
        let bounds = self.bounds(confinement, deadline);
        let asked = async {
            let mut process = self.start(operation, &[], slot)?;
            let answered =
                ask(&mut process, operation, Message::Parcel(request), bounds, deadline, answer_limit).await?;
            Ok(answered.message)
        };
        run.end(self.told(operation, asked.await, bounds, answer_limit))
    }

    pub(super) fn bounds(&self, confinement: Confinement, deadline: Instant) -> Bounds {
        let time = deadline.saturating_duration_since(Instant::now());
        let memory = confinement.memory.unwrap_or(self.memory).0 as u64;
        Bounds { memory, time, stack: confinement.stack.map_or(0, |stack| stack.0 as u64) }
    }

    pub(super) fn start(
        &self,
        operation: &str,
        environment: &[(&str, &str)],
        slot: Slot,
    ) -> Result<Process<Slot>, Death> {
        Process::start(&self.program, operation, environment, slot).map_err(|problem| {
            tracing::error!(operation, %problem, "a worker cannot be started");
            Death::Start
        })
    }

    /// What is told of an answer, or of why there is none.
    pub(super) fn told(
        &self,
        operation: &str,
        answer: Result<Message, Death>,
        bounds: Bounds,
        answer_limit: usize,
    ) -> (&'static str, Result<Parcel, Error>) {
        match answer {
            Ok(Message::Parcel(answer)) => ("ok", Ok(answer)),
            Ok(Message::Error(error)) => ("error", Err(error)),
            Ok(Message::Panic(place)) => {
                tracing::error!(operation, place = &*clip(&place, PLACE_CHARS), "a worker panicked");
                self.metrics.count_panic();
                epitaph(Death::Crash, bounds, answer_limit)
            }
            Err(death) => epitaph(death, bounds, answer_limit),
        }
    }

    pub(super) async fn slot(&self, holder: &Holder, deadline: Instant) -> Result<Slot, Error> {
        let place = match self.slots.try_take(holder, 1) {
            Some(place) => place,
            None => {
                let _place = self.waiting_room.try_take(holder, 1).ok_or_else(|| self.busy("worker-queue-full"))?;
                let _waiting = Counted::new(&self.metrics.workers_waiting);
                let patience = PATIENCE.min(deadline.saturating_duration_since(Instant::now()));
                let place = self.slots.take(holder, 1, patience).await;
                place.ok_or_else(|| self.busy("worker-waited-too-long"))?
            }
        };
        Ok(Slot { _place: place, _running: Counted::new(&self.metrics.workers_running) })
    }

    fn busy(&self, reason: &'static str) -> Error {
        self.metrics.count_shed(reason);
        Error::new(Code::Unavailable, "the service is busy: try again in a second").retry_after(1)
    }
}

/// Asks a worker, until the deadline.
pub(super) async fn ask(
    process: &mut Process<Slot>,
    operation: &str,
    request: Message,
    bounds: Bounds,
    deadline: Instant,
    answer_limit: usize,
) -> Result<Answered, Death> {
    let (death, status) = match timeout_at(deadline.into(), process.ask(request, bounds, answer_limit)).await {
        Ok(Ok(answered)) => return Ok(answered),
        Ok(Err((death, status))) => (death, status),
        Err(_) => (Death::Time, None),
    };
    // Not what it said on standard error: that may hold what it was given.
    let status = status.as_ref().map(ExitStatus::to_string);
    tracing::warn!(operation, ?death, status, "a worker gave no answer");
    Err(death)
}

/// The one table from deaths to outcomes and errors.
fn epitaph(death: Death, bounds: Bounds, answer_limit: usize) -> (&'static str, Result<Parcel, Error>) {
    let (outcome, code, message) = match death {
        Death::Start => ("start", Code::Unavailable, "this cannot be done right now: try again in a minute".into()),
        Death::Killed => ("killed", Code::Unavailable, "this was ended from outside: try again in a second".into()),
        Death::Time => ("time", Code::DeadlineExceeded, "not done in time: send less at once".into()),
        Death::Memory => (
            "memory",
            Code::PayloadTooLarge,
            format!(
                "needs more memory than the limit of {}: send a smaller or simpler file",
                Size(usize::try_from(bounds.memory).unwrap_or(usize::MAX))
            ),
        ),
        Death::TooLarge => (
            "crash",
            Code::Unprocessable,
            format!("the result is larger than the limit of {}: ask for less at once", Size(answer_limit)),
        ),
        Death::Crash | Death::Stale | Death::Left => (
            "crash",
            Code::Unprocessable,
            "the input could not be processed: it may be damaged, or not what it says it is".into(),
        ),
    };
    let error = Error::new(code, message);
    let error = match death {
        Death::Start => error.retry_after(60),
        Death::Killed => error.retry_after(1),
        _ => error,
    };
    (outcome, Err(error))
}

/// A place for one process, until it is gone.
pub(super) struct Slot {
    _place: Share,
    _running: Counted,
}

/// One run, counted when it ends: also when nobody waits for it any more.
pub(super) struct Run<'a> {
    metrics: &'a Metrics,
    operation: &'a str,
    outcome: &'static str,
}

impl<'a> Run<'a> {
    pub(super) fn new(metrics: &'a Metrics, operation: &'a str) -> Self {
        Self { metrics, operation, outcome: "left" }
    }

    pub(super) fn end<T>(&mut self, (outcome, answer): (&'static str, T)) -> T {
        self.outcome = outcome;
        answer
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.metrics.count_worker_run(self.operation, self.outcome);
    }
}
