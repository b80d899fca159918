//! The service's errors, and their mapping to error codes.

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
    /// A value that fits the schema and still cannot be worked with, or fields that do not go together.
    #[error("{message}")]
    Conflict {
        /// The field to change.
        field: &'static str,
        /// What to change.
        message: String,
    },
    /// A message that cannot be decrypted. One sentence for every cause: which of them it was would help an attacker.
    #[error("decryption failed: the key, password or aad is wrong, or the message was modified")]
    Undecipherable,
    /// The system has no randomness to give.
    #[error("the system's random number generator is unavailable")]
    NoRandomness,
    /// The system has no memory to give.
    #[error("not enough memory right now: try again in a second")]
    NoMemory,
}

/// A value that cannot be worked with, or fields that do not go together.
pub(crate) fn conflict(field: &'static str, message: impl Into<String>) -> Error {
    Error::Conflict { field, message: message.into() }
}

impl From<Error> for chassis::Error {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::NotEncoded { field, .. } | Error::Conflict { field, .. } => {
                Self::field(Code::Unprocessable, field, message)
            }
            Error::Undecipherable => Self::new(Code::Unprocessable, message),
            Error::NoRandomness | Error::NoMemory => Self::new(Code::Unavailable, message).retry_after(1),
        }
    }
}
