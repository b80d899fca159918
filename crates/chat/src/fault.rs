//! Why there is no answer. What a client is told of it is the service's matter; nothing here holds a key or an address.

use std::time::Duration;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No model has this name.
    #[error("there is no model of this name")]
    UnknownModel,
    /// The model is configured but not here; the text says what to do.
    #[error("{0}")]
    NotReady(String),
    /// The request cannot be done by this model.
    #[error("{field}: {message}")]
    Impossible {
        /// The field of the prompt.
        field: &'static str,
        /// What to change.
        message: String,
    },
    /// The server refuses the request for what is in it.
    #[error("the model's server refuses the request: {0}")]
    Refused(String),
    /// The server refuses us: a wrong key, a model it does not have.
    #[error("the model's server does not let us in ({0})")]
    Denied(u16),
    /// The server cannot be reached.
    #[error("the model's server cannot be reached")]
    Unreachable,
    /// It answered with a failure of its own.
    #[error("the model's server failed ({status})")]
    Failed {
        /// The status.
        status: u16,
        /// When it says to try again.
        retry_after: Option<Duration>,
    },
    /// Too many requests: it says so, or there is no room here.
    #[error("the model is busy")]
    Busy {
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// It took too long.
    #[error("the model took too long")]
    TooSlow,
    /// It answered something else than its contract has.
    #[error("the model's server answered wrongly: {0}")]
    Malformed(&'static str),
    /// It reported an error in its answer.
    #[error("the model's server reported an error: {0}")]
    Reported(String),
    /// The answer broke off.
    #[error("the answer broke off before it was finished")]
    Broken,
    /// All servers of the model failed a while ago and are left alone.
    #[error("the model's servers have failed and are left alone for a while")]
    Resting {
        /// When to try again.
        retry_after: Duration,
    },
    /// The tokens of the day are used up.
    #[error("the plan's tokens of today are used up")]
    Spent {
        /// Tokens the plan has a day.
        limit: u64,
        /// When the next day begins.
        retry_after: Duration,
    },
}

impl Fault {
    /// What it is in a word, for the log: texts of servers may quote what was asked.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::UnknownModel => "unknown model",
            Self::NotReady(_) => "not ready",
            Self::Impossible { .. } => "impossible",
            Self::Refused(_) => "refused",
            Self::Denied(_) => "denied: check its key, its URL and the model's name",
            Self::Unreachable => "unreachable",
            Self::Failed { .. } => "failed",
            Self::Busy { .. } => "busy",
            Self::TooSlow => "too slow",
            Self::Malformed(what) => what,
            Self::Reported(_) => "reported an error",
            Self::Broken => "broke off",
            Self::Resting { .. } => "resting",
            Self::Spent { .. } => "spent",
        }
    }

    /// Whether another server may do better: the request itself is not to blame.
    pub(crate) fn is_the_servers(&self) -> bool {
        !matches!(
            self,
            Self::UnknownModel | Self::Impossible { .. } | Self::Refused(_) | Self::Spent { .. } | Self::Resting { .. }
        )
    }

    /// Whether the same server may do better in a moment.
    pub(crate) fn is_brief(&self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::Failed { .. }
                | Self::Busy { .. }
                | Self::Malformed(_)
                | Self::Reported(_)
                | Self::Broken
        )
    }

    /// Whether it says that the server is down, so that it should be left alone.
    pub(crate) fn is_an_outage(&self) -> bool {
        self.is_the_servers() && !matches!(self, Self::Busy { .. } | Self::NotReady(_))
    }

    /// When to try again, if that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Failed { retry_after, .. } | Self::Busy { retry_after } => *retry_after,
            Self::Resting { retry_after } | Self::Spent { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }
}
