//! List snapshots.

use std::sync::Arc;

use chassis::{Call, Cost, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SnapshotInfo;
use crate::settings::Vectors;

/// Which snapshots.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct ListSnapshotsRequest {
    /// The collection.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 63)))]
    pub collection: Option<String>,
}

/// The snapshots.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListSnapshotsResponse {
    /// The snapshots, by name.
    pub rows: Vec<SnapshotInfo>,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("snapshots_list")
        .summary("List snapshots")
        .description("All snapshots, or those of one collection, which may be gone itself.")
        .example(|| ListSnapshotsRequest { collection: None })
}

/// Lists snapshots.
///
/// # Errors
/// When they cannot be read.
pub async fn list(
    request: ListSnapshotsRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<ListSnapshotsResponse, Error> {
    let snapshots = vectors.snapshots.of(&vectors.tenant(&call));
    let read = call.compute(Cost::Light, move || {
        // One that is damaged, or was removed meanwhile, does not hide the others.
        Ok(snapshots.names().iter().filter_map(|name| snapshots.info(name).ok()).collect::<Vec<_>>())
    });
    let of = |info: &SnapshotInfo| request.collection.as_ref().is_none_or(|wanted| info.collection == *wanted);
    Ok(ListSnapshotsResponse { rows: read.await?.into_iter().filter(of).collect() })
}
