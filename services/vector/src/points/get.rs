//! Read points by their ids.

use std::sync::Arc;

use chassis::{Call, Code, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PointInfo;
use crate::names::MAX_ID;
use crate::plan::MAX_RESULTS;
use crate::settings::Vectors;
use crate::store::Parts;

/// Ids of points.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetPointsRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// The ids, at most 1,000.
    #[garde(length(min = 1, max = MAX_RESULTS), inner(length(chars, min = 1, max = MAX_ID)))]
    pub ids: Vec<String>,
    /// Whether to give payloads and texts: yes by default.
    #[serde(default)]
    #[garde(skip)]
    pub with_payload: Option<bool>,
    /// Whether to give vectors.
    #[serde(default)]
    #[garde(skip)]
    pub with_vector: bool,
}

/// Points.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetPointsResponse {
    /// The points, in the order of the ids.
    pub rows: Vec<PointInfo>,
    /// Ids that no point has.
    pub not_found: Vec<String>,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("points_get")
        .summary("Get points by id")
        .description("Points by their ids, in that order, with payload and text. Ids no point has are in `notFound`.")
        .example(|| GetPointsRequest {
            collection: "animals".into(),
            ids: vec!["cat".into(), "dog".into()],
            with_payload: None,
            with_vector: true,
        })
}

/// Reads points.
///
/// # Errors
/// When there is no such collection.
pub async fn get(
    request: GetPointsRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<GetPointsResponse, Error> {
    let parts = Parts { payload: request.with_payload.unwrap_or(true), vector: request.with_vector };
    let tenant = vectors.tenant(&call);
    let found = vectors.store.retrieve(&call, &tenant, &request.collection, request.ids.clone(), parts).await?;
    let rows: Vec<PointInfo> = found.into_iter().map(Into::into).collect();
    let there: std::collections::HashSet<&str> = rows.iter().map(|point| point.id.as_str()).collect();
    let not_found = request.ids.iter().filter(|id| !there.contains(id.as_str())).cloned().collect();
    Ok(GetPointsResponse { rows, not_found })
}

/// The id of a point.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetPointRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// The id.
    #[garde(length(chars, min = 1, max = MAX_ID))]
    pub id: String,
    /// Whether to give the vector.
    #[serde(default)]
    #[garde(skip)]
    pub with_vector: bool,
}

/// Describes the operation for its registration.
#[must_use]
pub fn one_about(op: Operation) -> Operation {
    op.named("points_get_one")
        .summary("Get a point")
        .description("A point by its id, with payload and text.")
        .example(|| GetPointRequest { collection: "animals".into(), id: "cat".into(), with_vector: false })
}

/// Reads a point.
///
/// # Errors
/// When there is none of that id.
pub async fn one(request: GetPointRequest, call: Arc<Call>, vectors: Arc<Vectors>) -> Result<PointInfo, Error> {
    let parts = Parts { payload: true, vector: request.with_vector };
    let (tenant, id) = (vectors.tenant(&call), request.id.clone());
    let found = vectors.store.retrieve(&call, &tenant, &request.collection, vec![request.id], parts).await?;
    let missing = || Error::field(Code::NotFound, "id", format!("there is no point {id} in {}", request.collection));
    found.into_iter().next().map(Into::into).ok_or_else(missing)
}
