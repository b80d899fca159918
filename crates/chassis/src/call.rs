//! What an operation may know about the request it serves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::Clock;
use crate::context::{Consumer, Context, Window};

/// Warnings an answer carries at most.
const MAX_WARNINGS: usize = 50;

/// Something the caller should know though the request succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Warning {
    /// A kebab-case word a program can branch on.
    pub code: String,
    /// What to know or change.
    pub message: String,
    /// The field it is about, if it is about one.
    pub field: Option<String>,
}

/// The request around an operation's input: who, how long, and what to tell besides the answer.
#[derive(Debug)]
pub struct Call {
    consumer: Option<Arc<Consumer>>,
    context: Context,
    clock: Clock,
    deadline: Instant,
    cancelled: AtomicBool,
    warnings: Mutex<Vec<Warning>>,
}

impl Call {
    pub(crate) fn new(consumer: Option<Arc<Consumer>>, context: Context, clock: Clock, deadline: Instant) -> Self {
        Self { consumer, context, clock, deadline, cancelled: AtomicBool::new(false), warnings: Mutex::default() }
    }

    /// A call for tests and benches: nobody asks, a minute is left.
    #[must_use]
    pub fn detached() -> Self {
        Self::new(None, Context::default(), Clock::System, Instant::now() + Duration::from_secs(60))
    }

    /// Who is calling; nobody when the service is used without a gateway.
    #[must_use]
    pub fn consumer(&self) -> Option<&Consumer> {
        self.consumer.as_deref()
    }

    /// The caller's rate-limit windows; empty when the gateway is another process.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        self.context.windows()
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// When the answer must be there.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether nobody waits for the answer any more: the client left or the deadline passed. Long loops ask now and
    /// then and return any error.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Adds a warning to the answer.
    pub fn warn(&self, code: &'static str, field: Option<&str>, message: impl Into<String>) {
        self.push_warning(Warning { code: code.to_owned(), message: message.into(), field: field.map(str::to_owned) });
    }

    pub(crate) fn push_warning(&self, warning: Warning) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.len() < MAX_WARNINGS {
            warnings.push(warning);
        }
    }

    pub(crate) fn take_warnings(&self) -> Vec<Warning> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Held by whoever waits for the answer; when it goes, [`Call::cancelled`] turns true.
pub(crate) struct CancelOnDrop(pub(crate) Arc<Call>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }
}
