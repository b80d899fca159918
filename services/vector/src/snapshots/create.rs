//! Make a snapshot.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use chassis::{Call, Code, Cost, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SnapshotInfo;
use crate::names;
use crate::settings::Vectors;

/// Time for reading or writing all of a collection.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

const DESCRIPTION: &str = "\
Keeps a collection as it is at this moment: points with vectors, texts, payloads and times of expiry. A snapshot stays when the collection is \
changed or deleted. A plan has as many snapshots as collections.";

/// The collection to keep.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct CreateSnapshotRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// The name of the snapshot: 1 to 63 small letters, digits, `-` and `_`; the collection's with the time by default.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 63)))]
    pub snapshot: Option<String>,
    /// Whether what has the name already is replaced.
    #[serde(default)]
    #[garde(skip)]
    pub overwrite: bool,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("snapshots_create")
        .summary("Make a snapshot")
        .description(DESCRIPTION)
        .cost(Cost::Heavy)
        .deadline(PATIENCE)
        .example(|| CreateSnapshotRequest {
            collection: "animals".into(),
            snapshot: Some("animals-monday".into()),
            overwrite: true,
        })
}

/// Makes a snapshot.
///
/// # Errors
/// When the name is taken, the plan has no more, or there is no such collection.
pub async fn create(
    request: CreateSnapshotRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<SnapshotInfo, Error> {
    let tenant = vectors.tenant(&call);
    let collection = vectors.store.spec(&call, &tenant, &request.collection).await?.name;
    let name = request.snapshot.unwrap_or_else(|| {
        let short: String = collection.chars().take(40).collect();
        format!("{short}-{}", call.now().strftime("%Y%m%d-%H%M%S"))
    });
    names::check("snapshot", &name)?;
    let (snapshots, quota) = (vectors.snapshots.of(&tenant), tenant.quota);
    // One after the other: what the plan has is counted before a snapshot is there.
    let turn = vectors.snapshots.turn(&tenant);
    let _turn = turn.lock().await;
    let place = {
        let (snapshots, name) = (snapshots.clone(), name.clone());
        let placed = call.compute(Cost::Light, move || {
            snapshots.sweep();
            let names = snapshots.names();
            match names.contains(&name) {
                true if !request.overwrite => {
                    let message = format!("there is a snapshot {name} already: choose another name, or set overwrite");
                    return Err(Error::field(Code::Conflict, "snapshot", message));
                }
                true => {}
                false => quota.allow_snapshot(names.len() as u64)?,
            }
            fs::create_dir_all(&snapshots.folder).map_err(|error| {
                tracing::error!(%error, "no folder for snapshots");
                Error::new(Code::Unavailable, "the folder for snapshots cannot be made: the disk is full or closed")
                    .retry_after(60)
            })?;
            Ok(snapshots.place(&name))
        });
        placed.await?
    };
    vectors.store.dump(&call, &tenant, &collection, place).await?;
    call.compute(Cost::Light, move || snapshots.info(&name)).await
}
