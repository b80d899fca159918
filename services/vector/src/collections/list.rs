//! List collections.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CollectionInfo;
use crate::settings::Vectors;

/// Nothing to say.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct ListCollectionsRequest {}

/// The collections of the caller.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListCollectionsResponse {
    /// The collections, by name.
    pub rows: Vec<CollectionInfo>,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("collections_list")
        .summary("List collections")
        .description("The collections of the caller's API key, by name, with their counts.")
        .example(|| ListCollectionsRequest {})
}

/// Lists the caller's collections.
///
/// # Errors
/// When the store does not answer.
pub async fn list(
    _: ListCollectionsRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<ListCollectionsResponse, Error> {
    let rows = vectors.store.list(&call, &vectors.tenant(&call)).await?;
    Ok(ListCollectionsResponse { rows: rows.into_iter().map(Into::into).collect() })
}
