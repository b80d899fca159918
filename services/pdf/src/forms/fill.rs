//! Values into a form: one document for each record.

use std::collections::BTreeMap;

use chassis::{Call, Code, Cost, Data, Detail, Error, File, Operation, Secret, WithFiles};
use garde::Validate;
use lopdf::{Document, Object};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::appearance::{Fit, Painter};
use super::burn::burn;
use super::field::{Field, FieldType, fields, form, form_mut};
use super::value::{Filling, filling};
use crate::document::{Opened, Source, strings};
use crate::generate::{stem, text};
use crate::lettering::Lettering;

/// Records of one request.
const MAX_RECORDS: usize = 200;
/// Fields an error names when one is unknown.
const NAMED: usize = 20;
/// Levels of objects in a record, whose names become one with points between.
const MAX_DEPTH: usize = 16;

const DESCRIPTION: &str = "\
Writes values into the fields of a PDF form: `{\"name\": \"Jane Doe\", \"agree\": true, \"pay\": \"card\"}`. An array of such records makes a document of \
each. Names are those of `forms/fields`; objects in a record are names with points (`{\"address\": {\"city\": \"Oslo\"}}` is `address.city`).

A box takes true or false, whatever its state is called; a radio group and a choice one of their options. Every field is drawn anew in its own size, \
color and alignment, so that it shows in every viewer and in print; letters beyond Windows-1252 are set in Noto Sans, which is embedded. A text that is \
too long for its field is made smaller, down to 60 %, and what then does not fit is told by the warning `text-clipped`. A field that does not exist is \
an error that names the nearest (with `ignoreUnknown` a warning), and nothing is filled.

With `flatten` the values become part of the page. Scripts and calculations of a form are not run. A form in XFA keeps only its AcroForm.";

/// A form and the values for it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FillRequest {
    /// The PDF with the form.
    pub file: File,
    /// Password, when the document needs one to open.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Values by the names of fields; an array of such objects makes a document of each, up to 200.
    #[serde(alias = "values", alias = "fields")]
    pub data: Data,
    /// Whether the values become part of the page and the form is taken out.
    #[serde(default)]
    pub flatten: bool,
    /// Whether values for fields that do not exist are left out with a warning.
    #[serde(default)]
    pub ignore_unknown: bool,
    /// Whether a signed document may be changed, which makes its signature invalid.
    #[serde(default)]
    pub allow_signed: bool,
    /// Name of the file; of several, each gets its number.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub name: Option<String>,
}

/// The forms that were filled.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FillResponse {
    /// Number of documents.
    pub count: usize,
    /// Pages of one document.
    pub pages: usize,
    /// Number of fields that were given a value, in all documents together.
    pub filled: usize,
    /// Names of required fields that no document has a value for, at most 20.
    pub missing: Vec<String>,
}

fn example() -> FillRequest {
    let data = r#"{"name": "Łucja Nowák", "size": "large", "agree": true, "pay": "card"}"#;
    FillRequest {
        file: super::fields::example_form(),
        password: None,
        data: Data::Json(RawValue::from_string(data.to_owned()).expect("the example is JSON")),
        flatten: false,
        ignore_unknown: false,
        allow_signed: false,
        name: None,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Fill a form, once or for many records")
        .description(DESCRIPTION)
        .example(example)
        .files(2, &[])
        .answers(&["application/pdf", "application/zip"])
        .cost(Cost::Heavy)
        .isolated()
}

/// Fills a form.
///
/// # Errors
/// When the document cannot be opened, has no form, is signed, or a value does not fit its field.
pub fn fill(request: FillRequest, call: &Call) -> Result<WithFiles<FillResponse>, Error> {
    let source = Source::only(&request.file, request.password.as_ref());
    let opened = source.open(call)?;
    opened.guard_signatures("file", request.allow_signed, call)?;
    let fields = fields(&opened, call)?;
    if fields.is_empty() {
        let xfa = form(&opened.pdf).is_some_and(|form| form.has(b"XFA"));
        let why = if xfa { "is a form in XFA alone, which is not supported" } else { "has no form fields" };
        return Err(Error::impossible("file", why));
    }
    warn_of_what_is_not_done(&opened.pdf, call);
    let records = records(&request.data)?;
    let several = records.len() > 1;
    let mut plans = Vec::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        call.check()?;
        let at = if several { format!("data[{index}]") } else { "data".to_owned() };
        plans.push(plan(&opened.pdf, &fields, record, &at, request.ignore_unknown, call)?);
    }
    let name = request.name.as_deref().or_else(|| request.file.name()).map(stem).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| "form".to_owned());
    let mut response = FillResponse { count: records.len(), pages: opened.pages.len(), filled: 0, missing: Vec::new() };
    for field in fields.iter().filter(|field| field.has(&opened.pdf, super::field::Flag::Required)) {
        let empty = match field.value(&opened.pdf) {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty(),
            _ => false,
        };
        let given = plans.iter().any(|plan| plan.iter().any(|(index, _)| fields[*index].id == field.id));
        if empty && !given && response.missing.len() < NAMED {
            response.missing.push(field.name.clone());
        }
    }
    let mut files = Vec::with_capacity(records.len());
    for (index, plan) in plans.into_iter().enumerate() {
        call.check()?;
        response.filled += plan.len();
        let mut copy = Opened {
            pdf: opened.pdf.clone(),
            pages: opened.pages.clone(),
            repaired: opened.repaired,
            encryption: opened.encryption.clone(),
        };
        write(&mut copy, &fields, &plan, call);
        if request.flatten {
            let written = super::field::fields(&copy, call)?;
            burn(&mut copy, &written, call)?;
        }
        let name = if several { format!("{name}-{}.pdf", index + 1) } else { format!("{name}.pdf") };
        files.push(File::new(name, "application/pdf", copy.save()?));
    }
    Ok(WithFiles { files, facts: response })
}

fn warn_of_what_is_not_done(pdf: &Document, call: &Call) {
    let Some(form) = form(pdf) else { return };
    if form.has(b"XFA") {
        call.warn(
            "xfa",
            Some("file"),
            "the form is in XFA too, which is taken out: viewers then show the fields that were filled",
        );
    }
    if form.has(b"CO") {
        call.warn(
            "calculations",
            Some("file"),
            "the form computes some fields by scripts, which are not run: send their values too",
        );
    }
}

/// The records of a request.
fn records(data: &Data) -> Result<Vec<Value>, Error> {
    let not_json = |problem: serde_json::Error| Error::impossible("data", format!("is not JSON: {problem}"));
    let value: Value = serde_json::from_str(&text(data)?).map_err(not_json)?;
    let records = match value {
        Value::Array(records) => records,
        record => vec![record],
    };
    match records.len() {
        0 => Err(Error::impossible("data", "is an empty list: send at least one record")),
        1..=MAX_RECORDS => Ok(records),
        many => Err(Error::impossible("data", format!("has {many} records: at most {MAX_RECORDS} at once"))),
    }
}

/// What each field is to hold, by its position.
type Plan = Vec<(usize, Filling)>;

/// Reads a record against the fields of the form.
fn plan(pdf: &Document, fields: &[Field], record: &Value, at: &str, ignore: bool, call: &Call) -> Result<Plan, Error> {
    let Value::Object(_) = record else {
        return Err(Error::impossible(at, "must be an object of values by the names of fields"));
    };
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, field) in fields.iter().enumerate() {
        by_name.entry(&field.name).or_default().push(index);
    }
    let mut plan = Plan::new();
    let mut wrong = Vec::new();
    let mut stack = vec![(String::new(), record, 0)];
    while let Some((name, value, depth)) = stack.pop() {
        let path = if name.is_empty() { at.to_owned() } else { format!("{at}.{name}") };
        let found = by_name.get(name.as_str()).cloned().or_else(|| insensitive(fields, &name));
        match (found, value) {
            (Some(found), value) if !value.is_object() => {
                if value.is_null() {
                    continue;
                }
                for index in found {
                    match filling(pdf, &fields[index], value, &path) {
                        Ok(filling) => plan.push((index, filling)),
                        Err(error) => wrong.extend(error.details().to_vec()),
                    }
                }
            }
            (_, Value::Object(entries)) if depth < MAX_DEPTH => {
                for (key, value) in entries.iter().rev() {
                    let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                    stack.push((name, value, depth + 1));
                }
            }
            (_, Value::Null) => {}
            _ => {
                let message = unknown(&by_name, &name);
                if ignore {
                    call.warn("unknown-field", Some(&path), message);
                } else {
                    wrong.push(Detail { field: path, message });
                }
            }
        }
    }
    if wrong.is_empty() { Ok(plan) } else { Err(Error::fields(Code::Unprocessable, wrong)) }
}

/// Fields whose name differs only in case, when that is one name.
fn insensitive(fields: &[Field], name: &str) -> Option<Vec<usize>> {
    let same = |(index, field): (usize, &Field)| field.name.eq_ignore_ascii_case(name).then_some(index);
    let found: Vec<usize> = fields.iter().enumerate().filter_map(same).collect();
    let one = found.first().is_some_and(|first| found.iter().all(|other| fields[*other].name == fields[*first].name));
    one.then_some(found)
}

/// Says that there is no such field, and which is meant or which there are.
fn unknown(by_name: &BTreeMap<&str, Vec<usize>>, name: &str) -> String {
    let lower = name.to_lowercase();
    let nearest = by_name
        .keys()
        .map(|known| (strsim::damerau_levenshtein(&known.to_lowercase(), &lower), *known))
        .min()
        .filter(|(distance, known)| *distance <= (known.chars().count() / 3).max(1));
    match nearest {
        Some((_, known)) => format!("is not a field of the form; did you mean {known}?"),
        None => {
            let names: Vec<&str> = by_name.keys().take(NAMED).copied().collect();
            let more = if by_name.len() > NAMED { ", ..." } else { "" };
            format!("is not a field of the form: it has {}{more}", names.join(", "))
        }
    }
}

/// Writes values and appearances.
fn write(opened: &mut Opened, fields: &[Field], plan: &Plan, call: &Call) {
    let mut lettering = Lettering::default();
    let mut clipped = Vec::new();
    for (index, filling) in plan {
        let field = &fields[*index];
        let options = field.options(&opened.pdf);
        let mut painter = Painter { pdf: &mut opened.pdf, lettering: &mut lettering };
        match filling {
            Filling::Text(text) => {
                if painter.text(field, text) == Fit::Clipped {
                    clipped.push(field.name.clone());
                }
                set(&mut opened.pdf, field, strings::string(text));
            }
            Filling::Options(chosen) => {
                let labels: Vec<String> = options.iter().map(|(_, label)| label.clone()).collect();
                if field.kind == FieldType::List {
                    painter.list(field, &labels, chosen);
                } else {
                    painter.text(field, chosen.first().map_or("", |first| &labels[*first]));
                }
                let exports: Vec<Object> = chosen.iter().map(|index| strings::string(&options[*index].0)).collect();
                let value = match exports.as_slice() {
                    [] => Object::Null,
                    [only] => only.clone(),
                    _ => Object::Array(exports),
                };
                set(&mut opened.pdf, field, value);
                let chosen: Vec<Object> = chosen.iter().map(|index| Object::Integer(*index as i64)).collect();
                if let Ok(dictionary) = opened.pdf.get_dictionary_mut(field.id) {
                    dictionary.set("I", chosen);
                }
            }
            Filling::State(state) => {
                painter.boxes(field);
                check(&mut opened.pdf, field, state.as_deref());
            }
        }
    }
    lettering.finish(&mut opened.pdf, "data", call);
    for name in clipped {
        let field = format!("data.{name}");
        call.warn(
            "text-clipped",
            Some(&field),
            "the text is too long for its field, where a part of it cannot be seen",
        );
    }
    if let Some(form) = form_mut(&mut opened.pdf) {
        form.remove(b"NeedAppearances");
        form.remove(b"XFA");
    }
}

/// Sets the value of a field.
fn set(pdf: &mut Document, field: &Field, value: Object) {
    if let Ok(dictionary) = pdf.get_dictionary_mut(field.id) {
        // Rich text would be shown in its place.
        dictionary.remove(b"RV");
        dictionary.remove(b"I");
        dictionary.set("V", value);
    }
}

/// Sets the state of a box or of radio buttons: the value of the field, and what each widget shows.
fn check(pdf: &mut Document, field: &Field, state: Option<&str>) {
    let states: Vec<Option<String>> = field.states(pdf);
    // A box that had no appearance has got one.
    let chosen = state.map(|state| match states.iter().flatten().any(|known| known == state) {
        true => state.to_owned(),
        false => states.iter().flatten().next().cloned().unwrap_or_else(|| state.to_owned()),
    });
    let name = |state: Option<&str>| Object::Name(state.unwrap_or("Off").as_bytes().to_vec());
    set(pdf, field, name(chosen.as_deref()));
    for (widget, own) in field.widgets.iter().zip(states) {
        if let Ok(dictionary) = pdf.get_dictionary_mut(*widget) {
            let on = own.as_deref().filter(|own| Some(*own) == chosen.as_deref());
            dictionary.set("AS", name(on));
        }
    }
}
