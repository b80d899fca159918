//! The catalog: every service and its operations.

use chassis::{Error, Operation, OperationInfo};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A service, as the binary knows it.
pub struct Listed {
    /// Service name, such as `crypto`.
    pub name: String,
    /// What it does, in a few words.
    pub title: String,
    /// Prefix of its paths, such as `/api/v1/crypto`.
    pub prefix: String,
    /// Where it runs.
    pub state: State,
    /// Its operations; empty if it runs elsewhere or not at all.
    pub operations: Vec<OperationInfo>,
}

/// Where a service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// In this process.
    Running,
    /// In a separate process.
    Elsewhere,
    /// Not available yet; its paths answer 503.
    Planned,
}

/// No parameters.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct CatalogRequest {}

/// All services.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CatalogResponse {
    /// The services.
    pub rows: Vec<Entry>,
}

/// A service.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Entry {
    /// Service name, such as `crypto`.
    pub name: String,
    /// What it does, in a few words.
    pub title: String,
    /// Prefix of its paths, such as `/api/v1/crypto`.
    pub prefix: String,
    /// Where it runs.
    pub state: State,
    /// Its operations; empty unless it runs in this process.
    pub operations: Vec<CatalogOperation>,
}

/// An operation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CatalogOperation {
    /// The `operationId` in the OpenAPI document.
    pub id: String,
    /// HTTP method.
    pub method: String,
    /// Full path, with the prefix.
    pub path: String,
    /// What it does, in a few words.
    pub summary: String,
    /// An example request.
    pub example: Option<serde_json::Value>,
}

/// Describes the operation for its registration.
pub(crate) fn about(op: Operation) -> Operation {
    op.summary("List all services and their operations").public().inline(1024)
}

/// The catalog, built once at startup.
pub(crate) struct Catalog(CatalogResponse);

impl Catalog {
    pub(crate) fn new(listed: &[Listed]) -> Self {
        let operation = |operation: &OperationInfo| CatalogOperation {
            id: operation.id.clone(),
            method: operation.method.to_string(),
            path: operation.path.clone(),
            summary: operation.summary.clone(),
            example: operation.example.clone(),
        };
        let entry = |service: &Listed| Entry {
            name: service.name.clone(),
            title: service.title.clone(),
            prefix: service.prefix.clone(),
            state: service.state,
            operations: service.operations.iter().map(operation).collect(),
        };
        Self(CatalogResponse { rows: listed.iter().map(entry).collect() })
    }

    pub(crate) fn list(&self, _: CatalogRequest) -> Result<CatalogResponse, Error> {
        Ok(self.0.clone())
    }
}
