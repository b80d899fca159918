//! Forget a document.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use schemars::JsonSchema;
use serde::Serialize;

use super::get::{DocumentRequest, example, missing};
use super::pieces_of;
use crate::settings::Vectors;
use crate::store::Selection;

/// What was forgotten.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForgetResponse {
    /// The document.
    pub document_id: String,
    /// Number of pieces it had.
    pub chunks: u64,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("documents_forget")
        .summary("Forget a document")
        .description("Deletes a document with all of its pieces, in one step. The same text in other documents stays.")
        .example(example)
}

/// Forgets a document.
///
/// # Errors
/// When there is none of that id.
pub async fn forget(request: DocumentRequest, call: Arc<Call>, vectors: Arc<Vectors>) -> Result<ForgetResponse, Error> {
    let which = Selection::Filter(pieces_of(&request.document_id));
    let deleted = vectors.store.delete(&call, &vectors.tenant(&call), &request.collection, which).await?;
    match deleted.deleted {
        0 => Err(missing(&request)),
        chunks => Ok(ForgetResponse { document_id: request.document_id, chunks }),
    }
}
