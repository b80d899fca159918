//! The caller: consumer, plan and remaining requests.

use chassis::{Call, Code, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// No parameters: the API key identifies the caller.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct MeRequest {}

/// The caller.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeResponse {
    /// Consumer id.
    pub id: String,
    /// Consumer name.
    pub username: String,
    /// Id of the consumer in the operator's own system.
    pub custom_id: Option<String>,
    /// The plan: the first of `groups`.
    pub plan: Option<String>,
    /// All groups of the consumer.
    pub groups: Vec<String>,
    /// Rate limits of the plan, and what remains after this request.
    pub limits: Vec<Limit>,
}

/// Rate limit over one period.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limit {
    /// `second`, `minute`, `hour`, `day`, `month` or `year`; periods are calendar-aligned, in UTC.
    pub period: &'static str,
    /// Requests allowed per period.
    pub limit: u64,
    /// Requests remaining in the current period.
    pub remaining: u64,
    /// Seconds until the next period starts.
    pub reset_seconds: u64,
}

/// Describes the operation for its registration.
pub(crate) fn about(op: Operation) -> Operation {
    op.summary("Show the consumer of the API key, its plan and remaining requests")
        .description(
            "Use it to test an API key. `limits` is empty when the gateway runs as a separate process: read its \
             `RateLimit-*` headers instead.",
        )
        .inline(1024)
}

/// Identifies the caller.
///
/// # Errors
/// If no gateway vouches for the caller: the service was called directly.
pub fn me(_: MeRequest, call: &Call) -> Result<MeResponse, Error> {
    let Some(consumer) = call.consumer() else {
        return Err(Error::new(Code::Unauthorized, "no consumer: call through the gateway, with an API key"));
    };
    let limit = |window: &chassis::Window| Limit {
        period: window.period,
        limit: window.limit,
        remaining: window.remaining,
        reset_seconds: window.reset_seconds,
    };
    Ok(MeResponse {
        id: consumer.id.clone(),
        username: consumer.username.clone(),
        custom_id: consumer.custom_id.clone(),
        plan: consumer.plan().map(str::to_owned),
        groups: consumer.groups.clone(),
        limits: call.windows().iter().map(limit).collect(),
    })
}
