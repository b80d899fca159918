//! Rename a collection.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CollectionInfo;
use crate::names;
use crate::settings::Vectors;

/// A collection and its new name.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct RenameCollectionRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// Its new name: 1 to 63 small letters, digits, `-` and `_`.
    #[garde(length(chars, min = 1, max = 63))]
    pub name: String,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("collections_rename")
        .summary("Rename a collection")
        .description("Gives a collection another name. Points stay as they are; a name that is taken is a 409.")
        .example(|| RenameCollectionRequest { collection: "animals".into(), name: "animals".into() })
}

/// Renames a collection.
///
/// # Errors
/// When there is none of that name, or the new name is taken.
pub async fn rename(
    request: RenameCollectionRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<CollectionInfo, Error> {
    names::check("name", &request.name)?;
    vectors.store.rename(&call, &vectors.tenant(&call), &request.collection, &request.name).await.map(Into::into)
}
