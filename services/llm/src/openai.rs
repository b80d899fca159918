//! OpenAI's API, as far as its own clients ask for it: base URL and key alone are to be changed.
//!
//! Errors come in OpenAI's shape, unknown fields are ignored, and there are no warnings.

pub mod completions;
pub mod embeddings;
mod messages;
pub mod models;
mod pictures;
mod response;
pub mod responses;

use chassis::{Code, Error, Operation};
use serde_json::{Value, json};

/// Gives an operation the errors of OpenAI's API.
pub(crate) fn foreign(op: Operation) -> Operation {
    op.foreign(error)
}

/// An error as OpenAI writes it.
pub(crate) fn error(error: &Error) -> Value {
    let kind = match error.code() {
        Code::Unauthorized => "authentication_error",
        Code::Forbidden => "permission_error",
        Code::RateLimited => "rate_limit_error",
        code if code.status().is_client_error() => "invalid_request_error",
        _ => "server_error",
    };
    let param = error.details().first().map(|detail| &detail.field);
    json!({ "error": { "message": error.message(), "type": kind, "param": param, "code": error.code() } })
}
