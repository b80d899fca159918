//! What the operations refuse, and the one table to codes.

use std::borrow::Cow;

use chassis::{Call, Code};

/// Why a request cannot be done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A value that fits the schema and still cannot be computed with, or fields that do not go together.
    #[error("{message}")]
    Conflict {
        /// The field to change.
        field: Cow<'static, str>,
        /// What to change.
        message: String,
    },
    /// A file that cannot be read as numbers.
    #[error("{0}")]
    File(chassis::Error),
    /// Nobody waits for the answer any more.
    #[error("the computation took too long: send less data or fewer steps")]
    Cancelled,
}

/// A value that cannot be computed with, or fields that do not go together.
pub(crate) fn conflict(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Error {
    Error::Conflict { field: field.into(), message: message.into() }
}

/// A result that is too large for a number.
pub(crate) fn overflow(field: &'static str) -> Error {
    conflict(field, "gives a result with more digits than can be kept: use smaller numbers or fewer decimals")
}

/// Goes on only while somebody waits for the answer.
pub(crate) fn still_wanted(call: &Call) -> Result<(), Error> {
    if call.cancelled() { Err(Error::Cancelled) } else { Ok(()) }
}

impl From<Error> for chassis::Error {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Conflict { field, .. } => Self::field(Code::Unprocessable, field, message),
            Error::File(error) => error,
            Error::Cancelled => Self::new(Code::DeadlineExceeded, message),
        }
    }
}
