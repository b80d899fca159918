//! Describe a collection.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CollectionInfo;
use crate::settings::Vectors;

/// Which collection.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct CollectionRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
}

pub(super) fn example() -> CollectionRequest {
    CollectionRequest { collection: "animals".into() }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("collections_get")
        .summary("Get a collection")
        .description(
            "A collection with its settings, the number of its points and bytes, its model, and how it is searched.",
        )
        .example(example)
}

/// Describes a collection.
///
/// # Errors
/// When there is none of that name.
pub async fn get(request: CollectionRequest, call: Arc<Call>, vectors: Arc<Vectors>) -> Result<CollectionInfo, Error> {
    vectors.store.get(&call, &vectors.tenant(&call), &request.collection).await.map(Into::into)
}
