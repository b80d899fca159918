//! Points: put in, read, changed, deleted, counted.

pub mod count;
pub mod delete;
pub mod get;
pub mod payload;
pub mod scroll;
pub mod upsert;

use chassis::{Call, Code, Error};
use schemars::JsonSchema;
use serde::Serialize;

use crate::filter::{self, Filter};
use crate::json_object::JsonObject;
use crate::settings::Vectors;
use crate::store::{Remark, Selection, Stored};
use crate::tenant::Tenant;
use crate::time::rfc3339;

/// A point, with the parts that were asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PointInfo {
    /// Its id.
    pub id: String,
    /// Its payload, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<JsonObject>,
    /// Its text, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its vector; of length 1 where vectors are compared by cosine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector: Option<Vec<f32>>,
    /// When it expires (RFC 3339), if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    pub expires_at: Option<String>,
}

impl From<Stored> for PointInfo {
    fn from(point: Stored) -> Self {
        Self {
            id: point.id,
            payload: point.payload,
            text: point.text,
            vector: point.vector,
            expires_at: point.expires.map(rfc3339),
        }
    }
}

/// Reads the filter of a request; all points without one.
pub(crate) fn filter_of(filter: Option<&JsonObject>) -> Result<Filter, Error> {
    filter.map_or_else(|| Ok(Filter::default()), |filter| filter::parse("filter", filter))
}

/// Tells what there is to tell.
pub(crate) fn tell(call: &Call, remarks: Vec<Remark>) {
    for (code, field, message) in remarks {
        call.warn(code, Some(&field), message);
    }
}

/// Tells what is odd about the filter of a change before it is made: afterwards the field may be gone with the points.
pub(crate) async fn remark(
    which: &Selection,
    call: &Call,
    vectors: &Vectors,
    tenant: &Tenant,
    collection: &str,
) -> Result<(), Error> {
    if let Selection::Filter(filter) = which
        && !filter.is_empty()
    {
        tell(call, vectors.store.count(call, tenant, collection, filter.clone()).await?.1);
    }
    Ok(())
}

/// The points a request is about: by ids, by a filter, or all of them when it says so.
pub(crate) fn selection(ids: Option<Vec<String>>, filter: Option<&JsonObject>, all: bool) -> Result<Selection, Error> {
    let wrong = |field: &str, message: &str| Err(Error::field(Code::ValidationError, field, message));
    match (ids, filter, all) {
        (Some(_), Some(_), _) => wrong("filter", "send ids or a filter, not both"),
        (Some(_), None, true) | (None, Some(_), true) => wrong("all", "send all alone: it means every point"),
        (Some(ids), None, false) if ids.is_empty() => wrong("ids", "is empty: say which points"),
        (Some(ids), None, false) => Ok(Selection::Ids(ids)),
        (None, Some(filter), false) => {
            let filter = filter::parse("filter", filter)?;
            match filter.is_empty() {
                true => wrong("filter", "is empty, which means every point: send all: true if that is meant"),
                false => Ok(Selection::Filter(filter)),
            }
        }
        (None, None, true) => Ok(Selection::Filter(Filter::default())),
        (None, None, false) => wrong("ids", "say which points: ids, a filter, or all: true"),
    }
}
