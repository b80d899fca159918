//! The one error shape: a closed set of codes, one table to statuses, one body.

use std::borrow::Cow;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::message::{Body, JSON, Response};

/// Characters of a message that n8n and Make are given to show.
const MESSAGE_CHARS: usize = 300;

/// What went wrong, as a word a program can branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(rename = "ErrorCode")]
pub enum Code {
    /// 400: the body cannot be read at all.
    MalformedRequest,
    /// 400: a field is missing, unknown, of the wrong type or out of range.
    ValidationError,
    /// 401: no API key, or one nobody has.
    Unauthorized,
    /// 403: the key may not use this.
    Forbidden,
    /// 404: no such path or thing.
    NotFound,
    /// 405: the path exists, the method does not.
    MethodNotAllowed,
    /// 409: it collides with what is there.
    Conflict,
    /// 413: larger than the limit the message names.
    PayloadTooLarge,
    /// 415: a kind of body this operation does not read.
    UnsupportedMediaType,
    /// 422: well-formed, but it cannot be done.
    Unprocessable,
    /// 429: the plan's limit is used up; `Retry-After` says when it is not.
    RateLimited,
    /// 500: our fault.
    InternalError,
    /// 501: not part of this version yet.
    NotImplemented,
    /// 502: a service behind the gateway did not answer properly.
    BadGateway,
    /// 503: overloaded, or a part that is not running.
    Unavailable,
    /// 504: not done in time.
    DeadlineExceeded,
}

impl Code {
    /// Every code, in the order of its status.
    pub const ALL: [Self; 16] = [
        Self::MalformedRequest,
        Self::ValidationError,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::Unprocessable,
        Self::RateLimited,
        Self::InternalError,
        Self::NotImplemented,
        Self::BadGateway,
        Self::Unavailable,
        Self::DeadlineExceeded,
    ];

    /// The one table from code to status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::MalformedRequest | Self::ValidationError => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotImplemented => StatusCode::NOT_IMPLEMENTED,
            Self::BadGateway => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        }
    }
}

/// One field and what to change about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ErrorDetail")]
pub struct Detail {
    /// Path of the field in the request, such as `items[2].width`.
    pub field: String,
    /// What to change.
    pub message: String,
}

/// A failed request. Its text reaches the client: it says what to change, names no Rust type and no secret.
#[derive(Debug, Clone)]
pub struct Error {
    pub(crate) code: Code,
    pub(crate) message: Cow<'static, str>,
    pub(crate) details: Vec<Detail>,
    pub(crate) retry_after: Option<u64>,
}

impl Error {
    /// An error about the request as a whole.
    #[must_use]
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), details: Vec::new(), retry_after: None }
    }

    /// A request that fits the schema and still cannot be done, because of this field: options that contradict each
    /// other, text that is not hex, an encrypted file without its password. 422.
    #[must_use]
    pub fn impossible(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::field(Code::Unprocessable, field, message)
    }

    /// Work was given up because nobody waits for it. Nobody reads this, but the work must end with something.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(Code::DeadlineExceeded, "not done in time: nobody waits for the answer any more")
    }

    /// An error about one field; the message becomes `field: message`.
    #[must_use]
    pub fn field(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::fields(code, vec![Detail { field: field.into(), message: message.into() }])
    }

    /// An error about several fields; the message shows the first in full and counts the others.
    #[must_use]
    pub fn fields(code: Code, details: Vec<Detail>) -> Self {
        let message = match details.as_slice() {
            [] => "the request is not valid".to_owned(),
            [only] => sentence(only),
            [first, others @ ..] => format!("{} (and {} more)", sentence(first), others.len()),
        };
        Self { code, message: message.into(), details, retry_after: None }
    }

    /// Our own fault. What happened goes to the log, not to the client.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Code::InternalError, "something went wrong on our side; the request id finds it in the log")
    }

    /// The seconds after which trying again makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The message as clients see it.
    #[must_use]
    pub fn message(&self) -> String {
        clip(&self.message, MESSAGE_CHARS).into_owned()
    }

    /// The fields it is about.
    #[must_use]
    pub fn details(&self) -> &[Detail] {
        &self.details
    }

    /// The error as JSON.
    pub(crate) fn body(&self, request_id: &str) -> Vec<u8> {
        let message = self.message();
        let body =
            ErrorBody { error: ErrorObject { code: self.code, message: &message, details: &self.details, request_id } };
        serde_json::to_vec(&body).expect("strings and lists of strings always serialise")
    }

    /// The error as a response.
    #[must_use]
    pub fn respond(&self, request_id: &str) -> Response {
        self.response(self.body(request_id))
    }

    /// The error as a response, as another product writes it.
    pub(crate) fn respond_as(&self, shape: &serde_json::Value) -> Response {
        self.response(shape.to_string().into_bytes())
    }

    fn response(&self, body: Vec<u8>) -> Response {
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.code.status();
        response.headers_mut().insert(CONTENT_TYPE, JSON);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The body of every error.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct ErrorBody<'a> {
    /// What went wrong.
    error: ErrorObject<'a>,
}

/// What went wrong.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
struct ErrorObject<'a> {
    /// A word a program can branch on.
    code: Code,
    /// A sentence that says what to change; at most 300 characters.
    message: &'a str,
    /// The fields it is about, each with its own sentence.
    #[serde(skip_serializing_if = "<[Detail]>::is_empty")]
    details: &'a [Detail],
    /// The id that finds this request in the logs; also in `X-Request-ID`.
    request_id: &'a str,
}

fn sentence(detail: &Detail) -> String {
    format!("{}: {}", detail.field, detail.message)
}

/// The text, or as much of it as fits with an ellipsis.
pub(crate) fn clip(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(chars - 1).chain(['…']).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(field: &str, message: &str) -> Detail {
        Detail { field: field.into(), message: message.into() }
    }

    #[test]
    fn message_shows_the_first_detail_and_counts_the_rest() {
        let one = Error::fields(Code::ValidationError, vec![detail("a", "is required")]);
        assert_eq!(one.message(), "a: is required");
        let three = Error::fields(
            Code::ValidationError,
            vec![detail("a", "is required"), detail("b", "is required"), detail("c", "is required")],
        );
        assert_eq!(three.message(), "a: is required (and 2 more)");
    }

    #[test]
    fn message_never_passes_300_characters() {
        let long = Error::new(Code::ValidationError, "ä".repeat(1_000));
        assert_eq!(long.message().chars().count(), 300);
        assert!(long.message().ends_with('…'));
    }

    #[test]
    fn every_code_is_in_the_list_once() {
        let mut names: Vec<String> = Code::ALL.iter().map(|code| serde_json::to_string(code).unwrap()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
