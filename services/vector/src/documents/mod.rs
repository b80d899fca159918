//! Documents: taken in by pieces, listed, read, forgotten.
//!
//! A document is its pieces: points whose payload has `documentId`, `chunk` and the other names below. There is no list of
//! documents beside them that could say something else.

pub mod forget;
pub mod get;
pub mod ingest;
pub mod list;
mod pdf;

pub use pdf::PdfReader;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::filter::{Condition, Filter, Scalar};
use crate::json_object::JsonObject;
use crate::store::Stored;

/// Names in the payload of a piece that are the service's own. (`page` is too where the document is a PDF.)
pub(crate) const RESERVED: [&str; 10] =
    ["documentId", "chunk", "chunks", "contentHash", "title", "source", "section", "start", "end", "ingestedAt"];

/// The pieces of a document.
pub(crate) fn pieces_of(document: &str) -> Filter {
    let condition = Condition::Any { key: "documentId".into(), values: vec![Scalar::Text(document.to_owned())] };
    Filter::default().and(condition)
}

/// The first piece of each document.
pub(crate) fn firsts() -> Filter {
    Filter::default().and(Condition::Any { key: "chunk".into(), values: vec![Scalar::Whole(0)] }).and(
        Condition::Nested(Filter {
            must_not: vec![Condition::Empty { key: "documentId".into() }],
            ..Filter::default()
        }),
    )
}

/// A document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentInfo {
    /// Its id.
    pub document_id: String,
    /// Its title, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it is from, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Number of its pieces.
    pub chunks: u64,
    /// Hash of its text and of all that was said of it: when it is the same, nothing is done.
    pub content_hash: String,
    /// When it was taken in (RFC 3339).
    #[schemars(extend("format" = "date-time"))]
    pub ingested_at: String,
}

impl DocumentInfo {
    /// As its first piece has it.
    pub(crate) fn of(first: &Stored) -> Option<Self> {
        let payload = first.payload.as_ref()?.value()?;
        let text = |name: &str| payload[name].as_str().map(str::to_owned);
        Some(Self {
            document_id: text("documentId")?,
            title: text("title"),
            source: text("source"),
            chunks: payload["chunks"].as_u64().unwrap_or(0),
            content_hash: text("contentHash").unwrap_or_default(),
            ingested_at: text("ingestedAt").unwrap_or_default(),
        })
    }
}

/// The entry of a payload as text.
pub(crate) fn text_entry(payload: Option<&JsonObject>, name: &str) -> Option<String> {
    match &payload?.value()?[name] {
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// The entry of a payload as a number.
pub(crate) fn number_entry(payload: Option<&JsonObject>, name: &str) -> Option<u64> {
    payload?.value()?[name].as_u64()
}
