//! Delete a snapshot.

use std::fs;
use std::sync::Arc;

use chassis::{Call, Cost, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settings::Vectors;

/// Which snapshot.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct DeleteSnapshotRequest {
    /// The name of the snapshot.
    #[garde(length(chars, min = 1, max = 63))]
    pub snapshot: String,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeleteSnapshotResponse {
    /// The name of the snapshot.
    pub snapshot: String,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("snapshots_delete")
        .summary("Delete a snapshot")
        .description("Deletes a snapshot. Collections restored from it stay.")
        .example(|| DeleteSnapshotRequest { snapshot: "animals-monday".into() })
}

/// Deletes a snapshot.
///
/// # Errors
/// When there is none of that name.
pub async fn remove(
    request: DeleteSnapshotRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<DeleteSnapshotResponse, Error> {
    let snapshots = vectors.snapshots.of(&vectors.tenant(&call));
    let removed = call.compute(Cost::Light, move || {
        let place = snapshots.find(&request.snapshot)?;
        fs::remove_file(place).map_err(|error| {
            tracing::error!(%error, "a snapshot cannot be deleted");
            Error::internal()
        })?;
        Ok(request.snapshot)
    });
    Ok(DeleteSnapshotResponse { snapshot: removed.await? })
}
