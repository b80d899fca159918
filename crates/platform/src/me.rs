//! Who is calling.

use chassis::{Call, Code, Error};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Nothing to say: the key says it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct MeRequest {}

/// The caller.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeResponse {
    /// The consumer's id.
    pub id: String,
    /// The consumer's name.
    pub username: String,
    /// The id the operator's own system knows it by.
    pub custom_id: Option<String>,
    /// The plan, which is the first of the groups.
    pub plan: Option<String>,
    /// All groups.
    pub groups: Vec<String>,
    /// What the plan allows and what is left, this request counted.
    pub limits: Vec<Limit>,
}

/// One window of the plan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limit {
    /// `minute`, `day` and so on; windows start with the clock, UTC.
    pub period: &'static str,
    /// Requests in the window.
    pub limit: u64,
    /// Requests left.
    pub remaining: u64,
    /// Seconds until the window starts anew.
    pub reset_seconds: u64,
}

/// Says who is calling.
///
/// # Errors
/// When nobody vouches for a caller: the service was reached without its gateway.
pub fn me(_: MeRequest, call: &Call) -> Result<MeResponse, Error> {
    let Some(consumer) = call.consumer() else {
        return Err(Error::new(Code::Unauthorized, "no consumer: ask through the gateway, with an API key"));
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
        plan: consumer.groups.first().cloned(),
        groups: consumer.groups.clone(),
        limits: call.windows().iter().map(limit).collect(),
    })
}
