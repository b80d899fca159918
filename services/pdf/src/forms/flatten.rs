//! Fields into the page.

use chassis::{Call, Cost, Error, File, Operation, Secret, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::appearance::Painter;
use super::burn::burn;
use super::field::{Field, FieldType, fields};
use crate::document::tree::entry;
use crate::document::{Opened, Source};
use crate::generate::stem;
use crate::lettering::Lettering;

/// A PDF with a form.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FlattenRequest {
    /// The PDF.
    pub file: File,
    /// Password, when the document needs one to open.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Whether a signed document may be changed, which makes its signature invalid.
    #[serde(default)]
    pub allow_signed: bool,
}

/// What was flattened.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlattenResponse {
    /// Number of pages.
    pub pages: usize,
    /// Number of fields that became part of the page.
    pub flattened: usize,
}

fn example() -> FlattenRequest {
    FlattenRequest { file: super::fields::example_form(), password: None, allow_signed: false }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Make the fields of a form part of the page")
        .description(
            "The page looks as before, and nothing can be filled in any more. Hidden fields are gone; comments and links stay. A \
             document without a form comes back as it is.",
        )
        .example(example)
        .files(1, &["application/pdf"])
        .answers(&["application/pdf"])
        .cost(Cost::Heavy)
        .isolated()
}

/// Makes the fields of a form part of the page.
///
/// # Errors
/// When the document cannot be opened or is signed.
pub fn flatten(request: FlattenRequest, call: &Call) -> Result<WithFile<FlattenResponse>, Error> {
    let mut opened = Source::only(&request.file, request.password.as_ref()).open(call)?;
    let name =
        format!("{}.pdf", request.file.name().map(stem).filter(|name| !name.is_empty()).unwrap_or("document".into()));
    let pages = opened.pages.len();
    let found = fields(&opened, call)?;
    if found.is_empty() {
        let facts = FlattenResponse { pages, flattened: 0 };
        return Ok(WithFile { file: File::new(name, "application/pdf", request.file.bytes().clone()), facts });
    }
    opened.guard_signatures("file", request.allow_signed, call)?;
    draw_missing(&mut opened, &found, call);
    let flattened = burn(&mut opened, &found, call)?;
    let facts = FlattenResponse { pages, flattened };
    Ok(WithFile { file: File::new(name, "application/pdf", opened.save()?), facts })
}

/// Draws the values that only a viewer would draw: those of fields without an appearance.
fn draw_missing(opened: &mut Opened, fields: &[Field], call: &Call) {
    let mut lettering = Lettering::default();
    for field in fields {
        let bare = |widget: &lopdf::ObjectId| {
            opened.pdf.get_dictionary(*widget).is_ok_and(|widget| entry(&opened.pdf, widget, b"AP").is_none())
        };
        let takes_text = matches!(field.kind, FieldType::Text | FieldType::Combo);
        if !takes_text || !field.widgets.iter().all(bare) {
            continue;
        }
        let value = field.value(&opened.pdf);
        let Some(text) = value.as_str().filter(|text| !text.is_empty()) else { continue };
        let options = field.options(&opened.pdf);
        let label = options.iter().find(|(export, _)| export == text).map_or(text, |(_, label)| label);
        Painter { pdf: &mut opened.pdf, lettering: &mut lettering }.text(field, label);
    }
    lettering.finish(&mut opened.pdf, "file", call);
}
