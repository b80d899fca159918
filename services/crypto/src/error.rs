//! What the operations refuse, and the one table to codes.

use chassis::Code;

/// Why a request cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Text that is not in the encoding it is said to be in.
    #[error("is not {encoding}: {reason}")]
    NotEncoded {
        /// The field.
        field: &'static str,
        /// The encoding.
        encoding: &'static str,
        /// Where and why.
        reason: String,
    },
    /// Fields that do not go together, or a combination that makes no sense.
    #[error("{message}")]
    Conflict {
        /// The field to change.
        field: &'static str,
        /// What to change.
        message: String,
    },
    /// The system has no randomness to give.
    #[error("the system's random source does not answer")]
    NoRandomness,
}

impl From<Error> for chassis::Error {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::NotEncoded { field, .. } | Error::Conflict { field, .. } => {
                Self::field(Code::Unprocessable, field, message)
            }
            Error::NoRandomness => Self::new(Code::Unavailable, message).retry_after(1),
        }
    }
}
