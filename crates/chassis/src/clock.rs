//! The clock is injected, so that windows and expiries can be tested without waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Where the time of day comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// A clock a test sets, in milliseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at a moment until [`Clock::set`] moves it.
    #[must_use]
    pub fn manual(unix_millis: i64) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(unix_millis)))
    }

    /// Moves a manual clock; the system's clock does not listen.
    pub fn set(&self, unix_millis: i64) {
        if let Self::Manual(millis) = self {
            millis.store(unix_millis, Ordering::Relaxed);
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
            Self::System => Timestamp::now(),
            Self::Manual(millis) => Timestamp::from_millisecond(millis.load(Ordering::Relaxed)).unwrap_or_default(),
        }
    }
}
