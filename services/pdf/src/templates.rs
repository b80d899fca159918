//! The named templates of `generate`, and the data they take.

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::generate::{Template, schema_of};

/// Nothing is asked.
#[derive(Debug, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplatesRequest {}

/// The named templates.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplatesResponse {
    /// Each template.
    pub templates: Vec<TemplateAbout>,
}

/// A named template.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateAbout {
    /// Name, as `generate` takes it.
    pub name: Template,
    /// JSON Schema (2020-12) of its `data`.
    pub schema: Value,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("templates")
        .summary("List the named templates and the data they take")
        .description("The data of each template of `generate` as JSON Schema: names, meanings, which are required.")
        .example(TemplatesRequest::default)
}

/// Lists the named templates.
///
/// # Errors
/// None.
pub fn templates(_: TemplatesRequest, _: &Call) -> Result<TemplatesResponse, Error> {
    let all = [Template::Invoice, Template::Receipt, Template::Letter, Template::Certificate, Template::ReportTable];
    let templates = all.into_iter().map(|name| TemplateAbout { name, schema: schema_of(name) }).collect();
    Ok(TemplatesResponse { templates })
}
