//! Warnings: what the caller should know though the request succeeded.

use schemars::JsonSchema;
use serde::Serialize;

/// Something the caller should know though the request succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Warning {
    /// A kebab-case word a program can branch on.
    pub code: String,
    /// What to know or change.
    pub message: String,
    /// The field it is about, if it is about one.
    pub field: Option<String>,
}
