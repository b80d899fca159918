//! The catalog: every service and its operations.

use std::sync::{Arc, OnceLock};

use chassis::{Call, Description, Error, Hold, Operation, OperationInfo};
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
    /// What it says of itself; nothing if it runs elsewhere or not at all.
    pub description: Option<Description>,
}

impl Listed {
    /// Its operations; none if it runs elsewhere or not at all.
    pub(crate) fn operations(&self) -> Vec<OperationInfo> {
        self.description.as_ref().map(Description::operations).unwrap_or_default()
    }
}

/// Where a service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// In this process.
    Running,
    /// In a separate process.
    Elsewhere,
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
    op.summary("List all services and their operations").public()
}

/// The catalog, made when it is first asked for.
#[derive(Clone)]
pub struct Catalog {
    listed: Arc<[Listed]>,
    made: OnceLock<CatalogResponse>,
}

impl Hold for Catalog {}

impl Catalog {
    pub(crate) fn new(listed: Arc<[Listed]>) -> Self {
        Self { listed, made: OnceLock::new() }
    }

    fn make(&self) -> CatalogResponse {
        let operation = |operation: OperationInfo| CatalogOperation {
            id: operation.id,
            method: operation.method.to_string(),
            path: operation.path,
            summary: operation.summary,
            example: operation.example,
        };
        let entry = |service: &Listed| Entry {
            name: service.name.clone(),
            title: service.title.clone(),
            prefix: service.prefix.clone(),
            state: service.state,
            operations: service.operations().into_iter().map(operation).collect(),
        };
        CatalogResponse { rows: self.listed.iter().map(entry).collect() }
    }
}

/// Lists all services and their operations.
///
/// # Errors
/// Never.
pub fn list(_: CatalogRequest, _: &Call, catalog: &Catalog) -> Result<CatalogResponse, Error> {
    Ok(catalog.made.get_or_init(|| catalog.make()).clone())
}
