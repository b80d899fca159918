//! Delete a collection.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use schemars::JsonSchema;
use serde::Serialize;

use super::get::{CollectionRequest, example};
use crate::settings::Vectors;

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DropCollectionResponse {
    /// The collection.
    pub collection: String,
    /// Number of points it had.
    pub points: u64,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("collections_delete")
        .summary("Delete a collection")
        .description("Deletes a collection with all of its points. This cannot be undone.")
        .example(example)
}

/// Deletes a collection.
///
/// # Errors
/// When there is none of that name.
pub async fn drop(
    request: CollectionRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<DropCollectionResponse, Error> {
    let points = vectors.store.remove(&call, &vectors.tenant(&call), &request.collection).await?;
    Ok(DropCollectionResponse { collection: request.collection, points })
}
