//! Collections: made, listed, described, renamed, dropped.

pub mod create;
pub mod drop;
pub mod get;
pub mod list;
pub mod rename;

use schemars::JsonSchema;
use serde::Serialize;

use crate::store::{Distance, IndexKind, Info, Model};
use crate::time::rfc3339;

/// A collection.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CollectionInfo {
    /// Its name.
    pub name: String,
    /// Number of dimensions of its vectors.
    pub dimensions: usize,
    /// How vectors are compared.
    pub distance: Distance,
    /// The model that makes vectors of texts; absent when callers send vectors of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// Mean number of words of a text that BM25 reckons with; absent until the first text is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_length: Option<f32>,
    /// Number of points.
    pub points: u64,
    /// Bytes that count for the plan: vectors, payloads, texts, ids, 64 a point, and for filters 16 a value of a payload besides
    /// its text and its path.
    pub bytes: u64,
    /// How it is searched at present.
    pub index: IndexKind,
    /// When it was made (RFC 3339).
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
}

impl From<Info> for CollectionInfo {
    fn from(info: Info) -> Self {
        Self {
            name: info.spec.name,
            dimensions: info.spec.dimensions,
            distance: info.spec.distance,
            model: info.spec.model,
            average_length: info.spec.average_length,
            points: info.points,
            bytes: info.bytes,
            index: info.index,
            created_at: rfc3339(info.created),
        }
    }
}
