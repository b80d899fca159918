//! What the operations refuse, and the one table to codes.

use std::borrow::Cow;

use chassis::{Call, Code};

/// Why a request cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A picture of the request cannot be read, decoded or written.
    #[error("{problem}")]
    Picture {
        /// The field it came in.
        field: &'static str,
        /// Why not.
        problem: pictures::Error,
    },
    /// A value that fits the schema and still cannot be worked with, or fields that do not go together.
    #[error("{message}")]
    Conflict {
        /// The field to change.
        field: Cow<'static, str>,
        /// What to change.
        message: String,
    },
}

/// A value that cannot be worked with, or fields that do not go together.
pub(crate) fn conflict(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Error {
    Error::Conflict { field: field.into(), message: message.into() }
}

/// A problem with the picture of a field.
pub(crate) fn of_field(field: &'static str) -> impl Fn(pictures::Error) -> Error {
    move |problem| Error::Picture { field, problem }
}

/// Goes on only while somebody waits for the answer.
pub(crate) fn still_wanted(call: &Call) -> Result<(), Error> {
    if call.cancelled() { Err(of_field("image")(pictures::Error::Cancelled)) } else { Ok(()) }
}

impl From<pictures::Error> for Error {
    /// Of the picture itself, unless another field is known.
    fn from(problem: pictures::Error) -> Self {
        Self::Picture { field: "image", problem }
    }
}

impl From<codes::Error> for Error {
    fn from(problem: codes::Error) -> Self {
        conflict(problem.field, problem.message)
    }
}

/// Warns of a fraction where percent are wanted: 0.5 for a half.
pub(crate) fn warn_percent(field: &'static str, value: Option<f64>, call: &Call) {
    let Some(value) = value.filter(|value| *value > 0.0 && *value < 1.0) else { return };
    let meant = (value * 1e4).round() / 100.0;
    let message =
        format!("{field} is in percent, and {value} is less than 1 percent: send {meant} if you mean {meant} percent");
    call.warn("percent", Some(field), message);
}

impl From<Error> for chassis::Error {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Conflict { field, .. } => Self::field(Code::Unprocessable, field, message),
            Error::Picture { field, problem } => {
                let code = match problem {
                    pictures::Error::Unreadable(_) => Code::UnsupportedMediaType,
                    pictures::Error::TooLarge(_) => Code::PayloadTooLarge,
                    pictures::Error::Damaged(..) | pictures::Error::Impossible(_) => Code::Unprocessable,
                    pictures::Error::Cancelled => Code::DeadlineExceeded,
                };
                Self::field(code, field, message)
            }
        }
    }
}
