//! Health: what a service says about itself and what it stands on.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "HealthStatus")]
pub enum Status {
    /// All well.
    Healthy,
    /// It answers, with less than it should.
    Degraded,
    /// It does not answer.
    Unhealthy,
}

/// One thing checked, and why when it is not well.
#[derive(Debug, Clone)]
pub struct Check {
    /// How it is.
    pub status: Status,
    /// Why, when it is not well; which of several it is, when it is well.
    pub reason: Option<String>,
}

impl Check {
    /// All well.
    #[must_use]
    pub fn healthy() -> Self {
        Self { status: Status::Healthy, reason: None }
    }

    /// Not well, and why; or well, and which of several it is.
    #[must_use]
    pub fn because(status: Status, reason: impl Into<String>) -> Self {
        Self { status, reason: Some(reason.into()) }
    }
}

/// Time one probe has.
const PROBE_TIME: Duration = Duration::from_secs(2);

/// Asks how something is.
pub(crate) type Probe = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Check> + Send>> + Send + Sync>;

/// The answer of `/health`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// The worst of the checks, but never worse than `degraded` while the service itself answers.
    pub status: Status,
    /// Version of the program.
    pub version: String,
    /// Seconds since it started.
    pub uptime: u64,
    /// What was checked.
    pub checks: BTreeMap<String, Status>,
    /// Why something is not healthy, or which of several it is, by check.
    pub reasons: BTreeMap<String, String>,
}

impl Health {
    pub(crate) async fn ask(uptime: Duration, probes: &[(String, Probe)]) -> Self {
        // Side by side, each with its time: one service that hangs does not make all look dead.
        let mut asked = JoinSet::new();
        for (name, probe) in probes {
            let (name, probe) = (name.clone(), probe.clone());
            asked.spawn(async move {
                let check = tokio::time::timeout(PROBE_TIME, probe()).await;
                (name, check.unwrap_or_else(|_| Check::because(Status::Unhealthy, "does not answer in time")))
            });
        }
        let mut checks = BTreeMap::new();
        let mut reasons = BTreeMap::new();
        for (name, check) in asked.join_all().await {
            checks.insert(name.clone(), check.status);
            reasons.extend(check.reason.map(|reason| (name, reason)));
        }
        let worst = checks.values().max().copied().unwrap_or(Status::Healthy);
        Self {
            status: worst.min(Status::Degraded),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            uptime: uptime.as_secs(),
            checks,
            reasons,
        }
    }
}
