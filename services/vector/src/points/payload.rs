//! Change payloads.

use std::sync::Arc;

use chassis::{Call, Code, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{remark, selection};
use crate::json_object::JsonObject;
use crate::names::MAX_ID;
use crate::plan::{MAX_PAYLOAD, MAX_POINTS};
use crate::settings::Vectors;
use crate::store::PayloadChange;

/// How payloads change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PayloadAction {
    /// Sets the entries of `payload` and leaves the others.
    #[default]
    Set,
    /// Puts `payload` in the place of what is there.
    Replace,
    /// Removes the entries named by `keys`.
    Remove,
    /// Removes all entries.
    Clear,
}

/// Which payloads to change, and how.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePayloadRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// How they change: set by default.
    #[serde(default)]
    #[garde(skip)]
    pub action: PayloadAction,
    /// Entries to set, or the new payload.
    #[serde(default)]
    #[garde(skip)]
    pub payload: Option<JsonObject>,
    /// Names of entries to remove.
    #[serde(default)]
    #[garde(inner(length(min = 1, max = 100), inner(length(chars, min = 1, max = 200))))]
    pub keys: Option<Vec<String>>,
    /// Ids of the points, at most 1,000.
    #[serde(default)]
    #[garde(inner(length(max = MAX_POINTS), inner(length(chars, min = 1, max = MAX_ID))))]
    pub ids: Option<Vec<String>>,
    /// A filter that keeps the points.
    #[serde(default)]
    #[garde(skip)]
    pub filter: Option<JsonObject>,
    /// Every point of the collection.
    #[serde(default)]
    #[garde(skip)]
    pub all: bool,
}

/// What was changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangePayloadResponse {
    /// Number of points that were there and are changed.
    pub updated: u64,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("points_payload")
        .summary("Change payloads")
        .description("Sets, replaces or removes entries of the payloads of points, by ids or by a filter. Vectors and texts stay.")
        .example(|| ChangePayloadRequest {
            collection: "animals".into(),
            action: PayloadAction::Set,
            payload: JsonObject::of_text(r#"{"seen":true}"#.to_owned()),
            keys: None,
            ids: Some(vec!["cat".into()]),
            filter: None,
            all: false,
        })
}

/// Changes payloads.
///
/// # Errors
/// When it is not said which or how, or there is no such collection.
pub async fn payload(
    request: ChangePayloadRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<ChangePayloadResponse, Error> {
    let which = selection(request.ids, request.filter.as_ref(), request.all)?;
    let missing = |field: &str| Error::field(Code::ValidationError, field, "is required for this action");
    let payload = || {
        let payload = request.payload.clone().ok_or_else(|| missing("payload"))?;
        match payload.text().len() <= MAX_PAYLOAD && payload.value().is_some() {
            true => Ok(payload),
            false => Err(Error::field(
                Code::PayloadTooLarge,
                "payload",
                format!("has more than {MAX_PAYLOAD} bytes, or is nested too deep"),
            )),
        }
    };
    let change = match request.action {
        PayloadAction::Set => PayloadChange::Set(payload()?),
        PayloadAction::Replace => PayloadChange::Replace(payload()?),
        PayloadAction::Remove => PayloadChange::Remove(request.keys.ok_or_else(|| missing("keys"))?),
        PayloadAction::Clear => PayloadChange::Clear,
    };
    let tenant = vectors.tenant(&call);
    remark(&which, &call, &vectors, &tenant, &request.collection).await?;
    let updated = vectors.store.payload(&call, &tenant, &request.collection, which, change).await?;
    Ok(ChangePayloadResponse { updated })
}
