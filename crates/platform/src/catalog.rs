//! What there is.

use chassis::{Error, OperationInfo};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A service as the binary knows it.
pub struct Listed {
    /// Its name.
    pub name: String,
    /// What it does in a few words.
    pub title: String,
    /// What its paths start with.
    pub prefix: String,
    /// Where it runs.
    pub state: State,
    /// Its operations; empty when it runs elsewhere or not at all.
    pub operations: Vec<OperationInfo>,
}

/// Where a service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// In this process.
    Running,
    /// In another process.
    Elsewhere,
    /// Nowhere yet: it answers 503.
    Planned,
}

/// Nothing to say.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct CatalogRequest {}

/// Every service.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CatalogResponse {
    /// The services.
    pub rows: Vec<Entry>,
}

/// A service.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it does in a few words.
    pub title: String,
    /// What its paths start with.
    pub prefix: String,
    /// Where it runs.
    pub state: State,
    /// Its operations.
    pub operations: Vec<CatalogOperation>,
}

/// An operation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CatalogOperation {
    /// Its id in the OpenAPI document.
    pub id: String,
    /// The method.
    pub method: String,
    /// The whole path.
    pub path: String,
    /// What it does.
    pub summary: String,
    /// A request that works.
    pub example: Option<serde_json::Value>,
}

/// The catalogue, made once at the start.
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
