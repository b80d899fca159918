//! Delete points.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{remark, selection};
use crate::json_object::JsonObject;
use crate::names::MAX_ID;
use crate::plan::MAX_POINTS;
use crate::settings::Vectors;

const DESCRIPTION: &str = "\
Deletes points by their ids or by a filter, and says how many were really there. An empty list or an empty filter is an error, \
because it is rarely meant: `all: true` deletes every point. Answered when it is on the disk.";

/// Which points to delete.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletePointsRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// Their ids, at most 1,000.
    #[serde(default)]
    #[garde(inner(length(max = MAX_POINTS), inner(length(chars, min = 1, max = MAX_ID))))]
    pub ids: Option<Vec<String>>,
    /// A filter that keeps them: `{"color": "red"}`, or must, should and mustNot as in Qdrant.
    #[serde(default)]
    #[garde(skip)]
    pub filter: Option<JsonObject>,
    /// Every point of the collection.
    #[serde(default)]
    #[garde(skip)]
    pub all: bool,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletePointsResponse {
    /// Number of points that were there and are deleted.
    pub deleted: u64,
    /// Ids that no point had.
    pub not_found: Vec<String>,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("points_delete").summary("Delete points").description(DESCRIPTION).example(|| DeletePointsRequest {
        collection: "animals".into(),
        ids: Some(vec!["dodo".into()]),
        filter: None,
        all: false,
    })
}

/// Deletes points.
///
/// # Errors
/// When it is not said which, or there is no such collection.
pub async fn delete(
    request: DeletePointsRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<DeletePointsResponse, Error> {
    let which = selection(request.ids, request.filter.as_ref(), request.all)?;
    let tenant = vectors.tenant(&call);
    remark(&which, &call, &vectors, &tenant, &request.collection).await?;
    let deleted = vectors.store.delete(&call, &tenant, &request.collection, which).await?;
    Ok(DeletePointsResponse { deleted: deleted.deleted, not_found: deleted.not_found })
}
