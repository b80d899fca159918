//! The fields of a form.

use chassis::{Call, Cost, Error, File, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::field::{FieldType, Flag, fields as fields_of, pages_of_widgets};
use crate::document::tree::page_box;
use crate::document::{Source, tree};

/// A PDF with a form.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FieldsRequest {
    /// The PDF.
    pub file: File,
    /// Password, when the document needs one to open.
    #[serde(default)]
    pub password: Option<Secret<String>>,
}

/// The fields of a form.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldsResponse {
    /// The fields, in the order of the document.
    pub fields: Vec<FormField>,
    /// Number of fields.
    pub count: usize,
    /// Whether the form is made of XFA, which is another technique: then what viewers show may differ from these fields.
    pub xfa: bool,
}

/// A field.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FormField {
    /// Full name, by which `forms/fill` knows it.
    pub name: String,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Value: text, a boolean for a box and for a signature, a list where several options are chosen, null for none.
    pub value: serde_json::Value,
    /// Values it may have: options of a choice, buttons of a radio group, the state of a box that is checked.
    pub options: Vec<FieldOption>,
    /// Whether it must be filled.
    pub required: bool,
    /// Whether it is not meant to be changed.
    pub read_only: bool,
    /// Whether a text may have several lines.
    pub multiline: bool,
    /// Maximum length of a text in characters; null without one.
    pub max_length: Option<usize>,
    /// Text that explains the field to people; null without one.
    pub tooltip: Option<String>,
    /// Where it is, once for each place.
    pub places: Vec<FieldPlace>,
}

/// An option.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldOption {
    /// Value.
    pub value: String,
    /// Text that is shown for it.
    pub label: String,
}

/// Where a field is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldPlace {
    /// Page, counted from 1; null for one that is on none.
    pub page: Option<usize>,
    /// Left edge in points from the left edge of the page as PDF has it (neither cropped nor turned).
    pub x: f64,
    /// Lower edge in points from the lower edge of the page.
    pub y: f64,
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
}

/// A small form for examples: a text, a box, radio buttons and a choice.
pub(crate) fn example_form() -> File {
    File::new("form.pdf", "application/pdf", &include_bytes!("../../data/form.pdf")[..])
}

fn example() -> FieldsRequest {
    FieldsRequest { file: example_form(), password: None }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("List the fields of a form")
        .description(
            "Names, kinds, values and options of the fields of a PDF form, and where they are. A document without a form has none.",
        )
        .example(example)
        .files(1, &["application/pdf"])
        .cost(Cost::Heavy)
        .isolated()
}

/// Lists the fields of a form.
///
/// # Errors
/// When the document cannot be opened.
pub fn fields(request: FieldsRequest, call: &Call) -> Result<FieldsResponse, Error> {
    let opened = Source::only(&request.file, request.password.as_ref()).open(call)?;
    let pdf = &opened.pdf;
    let pages = pages_of_widgets(&opened);
    let found = fields_of(&opened, call)?;
    let mut listed = Vec::with_capacity(found.len());
    for field in &found {
        let options = match field.kind {
            FieldType::Radio | FieldType::Checkbox => {
                let choices = field.choices(pdf).into_iter();
                choices.map(|value| FieldOption { label: value.clone(), value }).collect()
            }
            _ => field.options(pdf).into_iter().map(|(value, label)| FieldOption { value, label }).collect(),
        };
        let place = |id: &lopdf::ObjectId| {
            let bounds = page_box(pdf, pdf.get_dictionary(*id).ok()?, b"Rect")?;
            Some(FieldPlace {
                page: pages.get(id).map(|page| page + 1),
                x: bounds.left,
                y: bounds.bottom,
                width: bounds.width(),
                height: bounds.height(),
            })
        };
        let tooltip = tree::entry(pdf, &field.all, b"TU").and_then(crate::document::strings::text);
        listed.push(FormField {
            name: field.name.clone(),
            kind: field.kind,
            value: field.value(pdf),
            options,
            required: field.has(pdf, Flag::Required),
            read_only: field.has(pdf, Flag::ReadOnly),
            multiline: field.kind == FieldType::Text && field.has(pdf, Flag::Multiline),
            max_length: field.max_length(pdf),
            tooltip: tooltip.filter(|text| !text.is_empty()),
            places: field.widgets.iter().filter_map(place).collect(),
        });
    }
    let xfa = super::field::form(pdf).is_some_and(|form| form.has(b"XFA"));
    Ok(FieldsResponse { count: listed.len(), fields: listed, xfa })
}
