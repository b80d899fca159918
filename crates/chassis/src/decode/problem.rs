//! What can be wrong with a value, in words for the person who sent it.

use std::fmt::Display;

use serde::de::{self, Expected, Unexpected};

use super::MAX_DEPTH;

/// A wrong value. The reader adds where it stands.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A field, named relative to where the reader stands; empty for the value itself.
    Field { field: String, message: String },
    /// The request as a whole.
    Request { message: String },
    /// No JSON at all.
    Syntax { message: String },
}

impl Problem {
    pub(super) fn here(message: impl Into<String>) -> Self {
        Self::Field { field: String::new(), message: message.into() }
    }

    pub(super) fn twice(field: &str) -> Self {
        Self::Field { field: field.to_owned(), message: "is there twice: send it once".to_owned() }
    }

    pub(super) fn too_deep() -> Self {
        Self::here(format!("is nested more than {MAX_DEPTH} levels deep"))
    }

    pub(super) fn wrong_type(wanted: &str, sent: &str) -> Self {
        Self::here(format!("must be {wanted} (you sent {sent})"))
    }

    /// A body that is not JSON; serde_json's own words say where.
    pub(super) fn not_json(error: &serde_json::Error) -> Self {
        Self::Syntax { message: format!("the body is not valid JSON: {error}") }
    }

    /// A value the source cannot read although the body as a whole is JSON, such as `1e999` or half a surrogate pair.
    pub(super) fn from_source(error: &impl Display) -> Self {
        let text = error.to_string();
        let text = text.split(" at line ").next().unwrap_or_default();
        match text {
            "number out of range" => Self::here("is a number out of range"),
            "recursion limit exceeded" => Self::too_deep(),
            _ => Self::here(format!("is not valid JSON: {text}")),
        }
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Field { message, .. } | Self::Request { message } | Self::Syntax { message } => f.write_str(message),
        }
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<M: Display>(message: M) -> Self {
        Self::here(message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Field { field: field.to_owned(), message: "is required".to_owned() }
    }

    fn invalid_type(sent: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::here(format!("has the wrong type (you sent {})", word(&sent)))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::here(format!("must be {expected}"))
    }

    fn invalid_length(length: usize, _: &dyn Expected) -> Self {
        Self::here(format!("has the wrong number of items ({length})"))
    }
}

fn word(sent: &Unexpected<'_>) -> &'static str {
    match sent {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map | Unexpected::StructVariant => "an object",
        _ => "something else",
    }
}
