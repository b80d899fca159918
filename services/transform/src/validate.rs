//! Check JSON against a JSON Schema, or rows against a shorthand.
//!
//! The validator works on `serde_json::Value`: what is compared is a value, not its literal. References lead to the schema
//! itself, to the drafts' own schemas and to `schemas`; nothing is ever fetched.

mod columns;

use std::collections::HashMap;

use chassis::{Call, Code, Data, Error, Operation};
use garde::Validate;
use jsonschema::{Draft, Retrieve, Uri, ValidationError, Validator};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::join::stream_of;
use crate::rows::document::table;
use crate::rows::open::{self, ReadOptions, Table, Want};
use crate::rows::types::Types;
use crate::tree::{Object, Syntax, Tree, read, structure_of, tree_of};
use crate::worker;

/// Cells of a table that is checked.
const MAX_CELLS: usize = 5_000_000;
/// Characters of a message.
const MESSAGE_CHARS: usize = 300;

const DESCRIPTION: &str = "\
Checks data against a JSON Schema (`schema`), or rows against a list of their columns (`columns`). Data that does not fit is an answer, not an \
error: `valid` is false and `errors` says where and why.

**JSON Schema**: draft 7 and 2020-12, by `$schema` or `draft`; 2020-12 without either. Formats (`email`, `date`, `uri` and so on) are \
checked unless `formats` is false. References are never fetched: what `$ref` names must be in the schema or in `schemas`, by its URI.

**Columns**: `{\"email\": \"email\", \"age\": \"integer?\", \"plan\": [\"free\", \"pro\"], \"price\": {\"type\": \"number\", \"min\": 0}}`. A type is `text`, \
`number`, `integer`, `boolean`, `date`, `date-time`, `time`, `email`, `url`, `uuid`, `list`, `object` or `any`; with `?` behind it the cell may be \
missing, null or empty; a list is the values a cell may have. As an object a column has `type`, `required`, `min`, `max`, `minLength`, \
`maxLength`, `pattern`, `values` and `unique`. Numbers may be text (`\"12.50\"`), as they come from a CSV; the data may be one itself, or any table that `convert` reads.

With `each` every element of a list is checked by itself, and `errors` have its `row`, from 1.";

/// Draft of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SchemaDraft {
    /// Draft 7.
    #[serde(rename = "7")]
    Draft7,
    /// Draft 2020-12.
    #[serde(rename = "2020-12")]
    Draft202012,
}

/// Data and what it must be.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ValidateRequest {
    /// Data to check.
    #[serde(alias = "input", alias = "json", alias = "rows")]
    pub data: Data,
    /// What a text or a file in `data` holds.
    #[serde(default)]
    pub syntax: Syntax,
    /// JSON Schema; or send `columns`.
    #[serde(default)]
    pub schema: Option<Tree>,
    /// Columns of rows by name, each with its type.
    #[serde(default)]
    pub columns: Option<Tree>,
    /// Draft of the schema, where it does not say so itself.
    #[serde(default)]
    pub draft: Option<SchemaDraft>,
    /// Schemas by URI, for references.
    #[serde(default)]
    pub schemas: Option<Tree>,
    /// Whether formats are checked.
    #[serde(default = "yes")]
    pub formats: bool,
    /// Whether each element of a list is checked by itself; always with `columns`.
    #[serde(default)]
    pub each: bool,
    /// Maximum number of errors listed, 1 to 1,000.
    #[serde(default = "hundred")]
    #[garde(range(min = 1, max = 1_000))]
    pub max_errors: usize,
}

fn yes() -> bool {
    true
}

fn hundred() -> usize {
    100
}

/// Whether data is what it must be.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValidateResponse {
    /// Whether the data is valid.
    pub valid: bool,
    /// What is wrong, up to `maxErrors`.
    pub errors: Vec<Violation>,
    /// Number of errors in all.
    pub error_count: usize,
    /// Number of rows; null when the data was checked as a whole.
    pub rows: Option<usize>,
    /// Number of rows with an error; null when the data was checked as a whole.
    pub invalid_rows: Option<usize>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// Row, from 1; null when the data was checked as a whole.
    pub row: Option<usize>,
    /// Place in the data (in the row, where there are rows) as a JSON Pointer: `/items/0/price`; empty for all of it.
    pub path: String,
    /// Keyword of the schema that is not met: `type`, `required`, `pattern`.
    pub keyword: String,
    /// Place of the keyword in the schema as a JSON Pointer; null with `columns`.
    pub schema_path: Option<String>,
    /// What is wrong.
    pub message: String,
}

/// Errors as they are found: so many are kept, all are counted.
struct Findings {
    errors: Vec<Violation>,
    count: usize,
    most: usize,
}

impl Findings {
    fn add(&mut self, violation: impl FnOnce() -> Violation) {
        if self.errors.len() < self.most {
            self.errors.push(violation());
        }
        self.count += 1;
    }
}

fn example() -> ValidateRequest {
    let json = |json| read(json).expect("it is JSON");
    let data = r#"[{"email":"ada@example.com","age":36},{"email":"nobody","age":-1}]"#;
    ValidateRequest {
        data: serde_json::from_str(data).expect("it is JSON"),
        syntax: Syntax::Auto,
        schema: Some(json(
            r#"{"type":"object","required":["email"],"properties":{"email":{"type":"string","format":"email"},"age":{"type":"integer","minimum":0}}}"#,
        )),
        columns: None,
        draft: None,
        schemas: None,
        formats: true,
        each: true,
        max_errors: 100,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Check JSON against a JSON Schema, or rows against their columns")
        .description(DESCRIPTION)
        .example(example)
        .isolated()
}

/// Checks data.
///
/// # Errors
/// When the data cannot be read, or the schema is none.
pub fn validate(mut request: ValidateRequest, call: &Call) -> Result<ValidateResponse, Error> {
    for (tree, field) in
        [(&mut request.schema, "schema"), (&mut request.columns, "columns"), (&mut request.schemas, "schemas")]
    {
        *tree = tree.take().map(|tree| structure_of(tree, field)).transpose()?;
    }
    let field = match (&request.schema, &request.columns) {
        (Some(_), None) => "schema",
        (None, Some(_)) => "columns",
        (Some(_), Some(_)) => {
            return Err(Error::impossible("columns", "is there together with schema: send one of the two"));
        }
        (None, None) => return Err(Error::impossible("schema", "is missing: send schema or columns")),
    };
    let tree = match tree_of(&request.data, request.syntax, "data") {
        Ok(Tree::Text(_)) | Err(_) if request.columns.is_some() && !matches!(request.data, Data::Json(_)) => {
            table_of(&request.data, call)?
        }
        tree => tree?,
    };
    worker::within_limit(field, call, move || check(&request, &tree))?
}

/// Rows of a table that is no JSON, their cells as the texts they are.
fn table_of(data: &Data, call: &Call) -> Result<Tree, Error> {
    let read = ReadOptions { types: Types::Text, ..ReadOptions::default() };
    let Table { mut source, mut columns, .. } = open::rows(&stream_of(data), &read, Want::Rows, call)?;
    let (mut rows, mut cells) = (Vec::new(), 0);
    while let Some(row) = source.next(&mut columns)? {
        cells += row.cells.len();
        if cells > MAX_CELLS {
            return Err(Error::new(Code::PayloadTooLarge, "the table has more than 5,000,000 cells: send it in parts"));
        }
        rows.push(table::object(&columns, &row)?.into());
    }
    source.finish(&columns, call);
    Ok(rows.into())
}

fn check(request: &ValidateRequest, tree: &Tree) -> Result<ValidateResponse, Error> {
    let mut findings = Findings { errors: Vec::new(), count: 0, most: request.max_errors };
    let mut rows = None;
    let mut invalid = None;
    if let Some(columns) = &request.columns {
        let list = rows_of(tree)?;
        invalid = Some(columns::check(columns, list, &mut findings)?);
        rows = Some(list.len());
    } else if let Some(schema) = &request.schema {
        let validator = validator(schema, request)?;
        if request.each {
            let list = rows_of(tree)?;
            let mut wrong = 0;
            for (at, value) in list.iter().enumerate() {
                let before = findings.count;
                apply(&validator, &value.to_value(), Some(at + 1), &mut findings);
                wrong += usize::from(findings.count > before);
            }
            (rows, invalid) = (Some(list.len()), Some(wrong));
        } else {
            apply(&validator, &tree.to_value(), None, &mut findings);
        }
    }
    let Findings { errors, count, .. } = findings;
    Ok(ValidateResponse { valid: count == 0, errors, error_count: count, rows, invalid_rows: invalid })
}

fn rows_of(tree: &Tree) -> Result<&[Tree], Error> {
    tree.as_list().ok_or_else(|| Error::impossible("data", format!("must be a list of rows, not {}", tree.kind())))
}

fn apply(validator: &Validator, value: &Value, row: Option<usize>, findings: &mut Findings) {
    for error in validator.iter_errors(value) {
        findings.add(|| violation(&error, row));
    }
}

fn violation(error: &ValidationError<'_>, row: Option<usize>) -> Violation {
    let message = error.to_string();
    Violation {
        row,
        path: error.instance_path().as_str().to_owned(),
        keyword: error.kind().keyword().to_owned(),
        schema_path: Some(error.schema_path().as_str().to_owned()),
        message: clipped(&message),
    }
}

fn clipped(message: &str) -> String {
    match message.char_indices().nth(MESSAGE_CHARS) {
        None => message.to_owned(),
        Some((at, _)) => format!("{}…", &message[..at]),
    }
}

/// Schemas of the request by URI, without the fragment.
struct Supplied(HashMap<String, Value>);

impl Retrieve for Supplied {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let uri = uri.as_str();
        let found = self.0.get(uri.split('#').next().unwrap_or(uri));
        found.cloned().ok_or_else(|| format!("{uri} is not in schemas, and nothing is fetched").into())
    }
}

fn validator(schema: &Tree, request: &ValidateRequest) -> Result<Validator, Error> {
    let supplied = match &request.schemas {
        None => HashMap::new(),
        Some(Tree::Object(object)) => supplied(object),
        Some(_) => return Err(Error::impossible("schemas", "must be an object of schemas by their URI")),
    };
    if !matches!(schema, Tree::Object(_) | Tree::Bool(_)) {
        return Err(Error::impossible("schema", format!("must be an object, not {}", schema.kind())));
    }
    let mut options = jsonschema::options()
        .with_retriever(Supplied(supplied))
        .should_validate_formats(request.formats)
        .should_ignore_unknown_formats(true);
    match (request.draft, schema.get("$schema")) {
        (Some(SchemaDraft::Draft7), None) => options = options.with_draft(Draft::Draft7),
        (_, None) => options = options.with_draft(Draft::Draft202012),
        (_, Some(_)) => {}
    }
    options.build(&schema.to_value()).map_err(|error| {
        let path = error.instance_path().as_str();
        let place = if path.is_empty() { String::new() } else { format!(" (at {path})") };
        Error::impossible("schema", format!("is no schema: {}{place}", clipped(&error.to_string())))
    })
}

fn supplied(object: &Object<Tree>) -> HashMap<String, Value> {
    let plain = |uri: &str| uri.trim_end_matches('#').to_owned();
    object.iter().map(|(uri, schema)| (plain(uri), schema.to_value())).collect()
}

#[cfg(test)]
mod conformance;
