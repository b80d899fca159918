//! Restore a snapshot.

use std::sync::Arc;

use chassis::{Call, Code, Cost, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::create::PATIENCE;
use super::file::SnapshotReader;
use crate::collections::CollectionInfo;
use crate::names;
use crate::settings::Vectors;
use crate::store::{Change, Info, Point, STAGED};
use crate::tenant::Tenant;

/// Points that are put in at once.
const AT_ONCE: usize = 1_000;
/// Bytes of points that are put in at once.
const BYTES_AT_ONCE: usize = 6_000_000;

const DESCRIPTION: &str = "\
Makes a collection of a snapshot, under its old name or that of `into`. A collection that has the name is replaced when `overwrite` is set, in one \
step at the end; until then it answers as before, and when anything goes wrong it stays as it is. Points that have expired since are left out.";

/// The snapshot to restore.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct RestoreSnapshotRequest {
    /// The name of the snapshot.
    #[garde(length(chars, min = 1, max = 63))]
    pub snapshot: String,
    /// Name of the collection that is made; that of the snapshot's collection by default.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 63)))]
    pub into: Option<String>,
    /// Whether what has the name already is replaced.
    #[serde(default)]
    #[garde(skip)]
    pub overwrite: bool,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("snapshots_restore")
        .summary("Restore a snapshot")
        .description(DESCRIPTION)
        .cost(Cost::Heavy)
        .deadline(PATIENCE)
        .example(|| RestoreSnapshotRequest { snapshot: "animals-monday".into(), into: None, overwrite: true })
}

/// Restores a snapshot.
///
/// # Errors
/// When there is none of that name, it is damaged, the name is taken, or the plan has no room.
pub async fn restore(
    request: RestoreSnapshotRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<CollectionInfo, Error> {
    let tenant = vectors.tenant(&call);
    let snapshots = vectors.snapshots.of(&tenant);
    let name = request.snapshot.clone();
    let opened = call.compute(Cost::Light, move || SnapshotReader::open(&snapshots.find(&name)?));
    let reader = opened.await?;
    let into = request.into.unwrap_or_else(|| reader.header.collection.clone());
    names::check("into", &into)?;
    if !request.overwrite {
        must_be_free(&into, &call, &vectors, &tenant).await?;
    }
    let turn = vectors.snapshots.turn(&tenant);
    let Some(_turn) = turn.try_lock() else {
        let message = "another snapshot of yours is being restored: try again when that is done";
        return Err(Error::new(Code::Unavailable, message).retry_after(10));
    };
    let staged = format!("{STAGED}{}", uuid::Uuid::new_v4().simple());
    let goal = Goal { staged: &staged, into: &into, overwrite: request.overwrite };
    let made = fill(reader, goal, &call, &vectors, &tenant).await;
    if made.is_err() {
        // What is left is taken away now, or before the next restore.
        let _ = vectors.store.remove(&call, &tenant, &staged).await;
    }
    Ok(made?.into())
}

/// Refuses a name that a collection has.
async fn must_be_free(into: &str, call: &Call, vectors: &Vectors, tenant: &Tenant) -> Result<(), Error> {
    match vectors.store.spec(call, tenant, into).await {
        Ok(_) => {
            let message = format!("there is a collection {into} already: choose another name, or set overwrite");
            Err(Error::field(Code::Conflict, "into", message))
        }
        Err(error) if error.code() == Code::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Where points of a snapshot go: what nobody sees, and the name it gets.
#[derive(Clone, Copy)]
struct Goal<'g> {
    staged: &'g str,
    into: &'g str,
    overwrite: bool,
}

/// Puts the points of a snapshot into a staged collection, and gives that its name.
async fn fill(
    mut reader: SnapshotReader,
    Goal { staged, into, overwrite }: Goal<'_>,
    call: &Call,
    vectors: &Vectors,
    tenant: &Tenant,
) -> Result<Info, Error> {
    let store = &vectors.store;
    store.create(call, tenant, reader.header.spec.clone().named(staged.to_owned())).await?;
    let now = call.now().as_microsecond();
    loop {
        call.check()?;
        let read = call.compute(Cost::Light, move || {
            let (points, ended) = some(&mut reader, now)?;
            Ok((reader, points, ended))
        });
        let (back, points, ended) = read.await?;
        reader = back;
        if !points.is_empty() {
            store.change(call, tenant, staged, Change { remove: None, upsert: points }).await?;
        }
        if ended {
            if !overwrite {
                // Somebody may have made one meanwhile.
                must_be_free(into, call, vectors, tenant).await?;
            }
            return store.replace(call, tenant, staged, into).await;
        }
    }
}

/// The next points, and whether they are the last.
fn some(reader: &mut SnapshotReader, now: i64) -> Result<(Vec<Point>, bool), Error> {
    let (mut points, mut bytes) = (Vec::new(), 0);
    while points.len() < AT_ONCE && bytes < BYTES_AT_ONCE {
        let Some(point) = reader.next()? else { return Ok((points, true)) };
        if point.expires.is_none_or(|expires| expires > now) {
            bytes += point.vector.len() * 4 + point.payload.text().len() + point.text.as_ref().map_or(0, String::len);
            points.push(point);
        }
    }
    Ok((points, false))
}
