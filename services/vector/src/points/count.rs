//! Count points.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{filter_of, tell};
use crate::json_object::JsonObject;
use crate::settings::Vectors;

/// Which points to count.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct CountPointsRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// A filter: `{"color": "red"}`, or must, should and mustNot as in Qdrant.
    #[serde(default)]
    #[garde(skip)]
    pub filter: Option<JsonObject>,
}

/// How many there are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CountPointsResponse {
    /// Number of points.
    pub count: u64,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("points_count").summary("Count points").description("The exact number of points a filter keeps.").example(
        || CountPointsRequest {
            collection: "animals".into(),
            filter: JsonObject::of_text(r#"{"legs":{"gte":3}}"#.to_owned()),
        },
    )
}

/// Counts points.
///
/// # Errors
/// When the filter is none, or there is no such collection.
pub async fn count(
    request: CountPointsRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<CountPointsResponse, Error> {
    let filter = filter_of(request.filter.as_ref())?;
    let (count, remarks) = vectors.store.count(&call, &vectors.tenant(&call), &request.collection, filter).await?;
    tell(&call, remarks);
    Ok(CountPointsResponse { count })
}
