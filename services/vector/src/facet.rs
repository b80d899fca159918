//! Values of a field, and how many points have each.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::filter::Scalar;
use crate::json_object::JsonObject;
use crate::plan::MAX_RESULTS;
use crate::points::{filter_of, tell};
use crate::settings::Vectors;
use crate::store::FacetValue;

/// Which field.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct FacetRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// Path of the field: `color`, `metadata.source`.
    #[garde(length(chars, min = 1, max = 200))]
    pub key: String,
    /// Which points count.
    #[serde(default)]
    #[garde(skip)]
    pub filter: Option<JsonObject>,
    /// Number of values, 1 to 1,000: 10 by default.
    #[serde(default)]
    #[garde(range(min = 1, max = MAX_RESULTS))]
    pub limit: Option<usize>,
}

/// A value and its count.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FacetRow {
    /// The value: text, a number, true or false.
    pub value: Value,
    /// Number of points that have it.
    pub count: u64,
}

/// The values of a field.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FacetResponse {
    /// The values, the most frequent first.
    pub rows: Vec<FacetRow>,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("facet")
        .summary("Count the values of a field")
        .description(
            "The values of a field and how many points have each, the most frequent first. Of a list each member counts. Texts of more than \
             256 bytes are left out.",
        )
        .example(|| FacetRequest { collection: "animals".into(), key: "legs".into(), filter: None, limit: None })
}

/// Counts values.
///
/// # Errors
/// When the filter is none, or there is no such collection.
pub async fn facet(request: FacetRequest, call: Arc<Call>, vectors: Arc<Vectors>) -> Result<FacetResponse, Error> {
    let filter = filter_of(request.filter.as_ref())?;
    let (tenant, limit) = (vectors.tenant(&call), request.limit.unwrap_or(10));
    let facet = vectors.store.facet(&call, &tenant, &request.collection, &request.key, filter, limit).await?;
    tell(&call, facet.remarks);
    let value = |value| match value {
        Scalar::Text(text) => Value::from(text),
        Scalar::Whole(number) => number.into(),
        Scalar::Float(number) => number.into(),
        Scalar::Bool(truth) => truth.into(),
    };
    let rows = facet.values.into_iter().map(|found| FacetRow { value: value(found.value), count: found.count });
    Ok(FacetResponse { rows: rows.collect() })
}

/// The most frequent first; equal counts by value.
pub(crate) fn order(values: &mut Vec<FacetValue>, limit: usize) {
    values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| compare(&a.value, &b.value)));
    values.truncate(limit);
}

fn compare(a: &Scalar, b: &Scalar) -> std::cmp::Ordering {
    match (a, b) {
        (Scalar::Whole(a), Scalar::Whole(b)) => a.cmp(b),
        (Scalar::Float(a), Scalar::Float(b)) => a.total_cmp(b),
        (a, b) => format!("{a:?}").cmp(&format!("{b:?}")),
    }
}
