//! Read points by the page.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PointInfo, filter_of, tell};
use crate::json_object::JsonObject;
use crate::plan::MAX_RESULTS;
use crate::settings::Vectors;
use crate::store::{Paging, Parts};

/// Which points, and where to begin.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScrollPointsRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// A filter: `{"color": "red"}`, or must, should and mustNot as in Qdrant.
    #[serde(default)]
    #[garde(skip)]
    pub filter: Option<JsonObject>,
    /// Points of a page, 1 to 1,000: 100 by default.
    #[serde(default)]
    #[garde(range(min = 1, max = MAX_RESULTS))]
    pub limit: Option<usize>,
    /// `nextCursor` of the page before.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 100)))]
    pub cursor: Option<String>,
    /// Whether to give payloads and texts: yes by default.
    #[serde(default)]
    #[garde(skip)]
    pub with_payload: Option<bool>,
    /// Whether to give vectors.
    #[serde(default)]
    #[garde(skip)]
    pub with_vector: bool,
}

/// A page of points.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScrollPointsResponse {
    /// The points.
    pub rows: Vec<PointInfo>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("points_scroll")
        .summary("List points")
        .description(
            "All points a filter keeps, by the page. A point that is replaced while pages are read may come twice; none is missed.",
        )
        .example(|| ScrollPointsRequest {
            collection: "animals".into(),
            filter: JsonObject::of_text(r#"{"legs":4}"#.to_owned()),
            limit: Some(10),
            cursor: None,
            with_payload: None,
            with_vector: false,
        })
}

/// Reads a page.
///
/// # Errors
/// When the filter is none, or there is no such collection.
pub async fn scroll(
    request: ScrollPointsRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<ScrollPointsResponse, Error> {
    let filter = filter_of(request.filter.as_ref())?;
    let parts = Parts { payload: request.with_payload.unwrap_or(true), vector: request.with_vector };
    let (tenant, limit) = (vectors.tenant(&call), request.limit.unwrap_or(100));
    let page = vectors
        .store
        .scroll(&call, &tenant, &request.collection, filter, parts, Paging { limit, cursor: request.cursor })
        .await?;
    tell(&call, page.remarks);
    Ok(ScrollPointsResponse { rows: page.points.into_iter().map(Into::into).collect(), next_cursor: page.next })
}
