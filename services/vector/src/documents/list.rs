//! List documents.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DocumentInfo, firsts};
use crate::json_object::JsonObject;
use crate::plan::MAX_RESULTS;
use crate::points::{filter_of, tell};
use crate::settings::Vectors;
use crate::store::{Paging, Parts};

/// Which documents.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct ListDocumentsRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// A filter about the metadata.
    #[serde(default)]
    #[garde(skip)]
    pub filter: Option<JsonObject>,
    /// Documents of a page, 1 to 1,000: 100 by default.
    #[serde(default)]
    #[garde(range(min = 1, max = MAX_RESULTS))]
    pub limit: Option<usize>,
    /// `nextCursor` of the page before.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 100)))]
    pub cursor: Option<String>,
}

/// A page of documents.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListDocumentsResponse {
    /// The documents.
    pub rows: Vec<DocumentInfo>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("documents_list")
        .summary("List documents")
        .description("The documents of a collection, by the page, with title, source and number of pieces.")
        .example(|| ListDocumentsRequest { collection: "animals".into(), filter: None, limit: Some(10), cursor: None })
}

/// Lists documents.
///
/// # Errors
/// When the filter is none, or there is no such collection.
pub async fn list(
    request: ListDocumentsRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<ListDocumentsResponse, Error> {
    let mut filter = firsts();
    if request.filter.is_some() {
        filter = filter.and(crate::filter::Condition::Nested(filter_of(request.filter.as_ref())?));
    }
    let parts = Parts { payload: true, vector: false };
    let (tenant, limit) = (vectors.tenant(&call), request.limit.unwrap_or(100));
    let page = vectors
        .store
        .scroll(&call, &tenant, &request.collection, filter, parts, Paging { limit, cursor: request.cursor })
        .await?;
    // Without any document none has the fields that documents have, which is nothing to warn of.
    let own = |field: &str| super::RESERVED.iter().any(|name| field == format!("filter.{name}"));
    tell(&call, page.remarks.into_iter().filter(|(_, field, _)| !own(field)).collect());
    Ok(ListDocumentsResponse {
        rows: page.points.iter().filter_map(DocumentInfo::of).collect(),
        next_cursor: page.next,
    })
}
