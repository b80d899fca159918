//! Errors of pictures and of the engine as answers.

use chassis::{Code, Error};

/// The one table from problems with a picture to codes.
pub(crate) fn of_picture(field: &'static str) -> impl Fn(pictures::Error) -> Error {
    move |problem| {
        let code = match problem {
            pictures::Error::Unreadable(_) => Code::UnsupportedMediaType,
            pictures::Error::TooLarge(_) => Code::PayloadTooLarge,
            pictures::Error::Damaged(..) | pictures::Error::Impossible(_) => Code::Unprocessable,
            pictures::Error::Cancelled => Code::DeadlineExceeded,
        };
        Error::field(code, field, problem.to_string())
    }
}

/// The one table from problems of the engine to codes.
pub(crate) fn of_engine(problem: recognizer::Error) -> Error {
    use recognizer::Error as Problem;
    let message = problem.to_string();
    match problem {
        Problem::Missing(_) => Error::new(Code::Unavailable, message).retry_after(3600),
        Problem::Language(_) => Error::impossible("languages", message),
        Problem::Picture(_) | Problem::Failed(_) => Error::impossible("image", message),
    }
}
