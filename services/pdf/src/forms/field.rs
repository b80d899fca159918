//! The fields of a document, with what they inherit, and where their widgets are.

use std::collections::{HashMap, HashSet};

use chassis::{Call, Error};
use lopdf::{Dictionary, Document, Object, ObjectId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::tree::{entry, resolve};
use crate::document::{Opened, strings};

/// Fields of a form.
const MAX_FIELDS: usize = 20_000;
/// Levels of names.
const MAX_DEPTH: usize = 32;
/// What a field has from those above it (ISO 32000-2, tables 226 and 228).
const INHERITED: [&[u8]; 7] = [b"FT", b"Ff", b"V", b"DA", b"Q", b"MaxLen", b"Opt"];

/// The kind of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// Text.
    Text,
    /// A box that is checked or not.
    Checkbox,
    /// Buttons of which one is chosen.
    Radio,
    /// An option of a list that opens, or a text where it can be edited.
    Combo,
    /// Options of a list.
    List,
    /// A button to press; it has no value.
    Button,
    /// A signature.
    Signature,
}

/// A field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) id: ObjectId,
    /// Its full name, parts separated by points.
    pub(crate) name: String,
    pub(crate) kind: FieldType,
    /// Its dictionary, with what it inherits.
    pub(crate) all: Dictionary,
    /// Its widgets, in their order.
    pub(crate) widgets: Vec<ObjectId>,
}

/// Flags of a field (ISO 32000-2, tables 227, 229, 231, 233); bit 1 is the lowest.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Flag {
    ReadOnly = 1,
    Required = 2,
    Multiline = 13,
    Password = 14,
    Radio = 16,
    PushButton = 17,
    Combo = 18,
    Edit = 19,
    MultiSelect = 22,
    Comb = 25,
}

impl Field {
    pub(crate) fn has(&self, pdf: &Document, flag: Flag) -> bool {
        flags(pdf, &self.all) & (1 << (flag as u32 - 1)) != 0
    }

    pub(crate) fn max_length(&self, pdf: &Document) -> Option<usize> {
        entry(pdf, &self.all, b"MaxLen")?
            .as_i64()
            .ok()
            .and_then(|length| usize::try_from(length).ok())
            .filter(|length| *length > 0)
    }

    /// Its options: the value that is kept and the text that is shown.
    pub(crate) fn options(&self, pdf: &Document) -> Vec<(String, String)> {
        let Some(options) = entry(pdf, &self.all, b"Opt").and_then(|options| options.as_array().ok()) else {
            return Vec::new();
        };
        let option = |object: &Object| match resolve(pdf, object) {
            Object::Array(pair) => {
                let text = |at: usize| pair.get(at).and_then(|object| strings::text(resolve(pdf, object)));
                let export = text(0)?;
                Some((export.clone(), text(1).unwrap_or(export)))
            }
            other => strings::text(other).map(|text| (text.clone(), text)),
        };
        options.iter().take(MAX_FIELDS).filter_map(option).collect()
    }

    /// The states of its boxes besides `Off`, one for each widget; nothing for a widget without an appearance.
    pub(crate) fn states(&self, pdf: &Document) -> Vec<Option<String>> {
        self.widgets.iter().map(|widget| state(pdf, *widget)).collect()
    }

    /// What it holds.
    pub(crate) fn value(&self, pdf: &Document) -> serde_json::Value {
        let value = entry(pdf, &self.all, b"V");
        match (self.kind, value) {
            (FieldType::Checkbox, value) => {
                let on = value.and_then(strings::text).or_else(|| self.shown_state(pdf));
                serde_json::Value::Bool(on.is_some_and(|state| state != "Off"))
            }
            (FieldType::Radio, value) => {
                let state = value.and_then(strings::text).or_else(|| self.shown_state(pdf));
                state
                    .filter(|state| state != "Off")
                    .map_or(serde_json::Value::Null, |state| self.label(pdf, &state).into())
            }
            (_, Some(Object::Array(values))) => {
                values.iter().filter_map(|value| strings::text(resolve(pdf, value))).collect()
            }
            (FieldType::Signature, value) => serde_json::Value::Bool(value.is_some()),
            (_, Some(Object::Stream(stream))) => {
                let bytes = stream.get_plain_content_with_limit(1 << 20).unwrap_or_default();
                strings::decode(&bytes).into()
            }
            (_, Some(value)) => strings::text(value).map_or(serde_json::Value::Null, Into::into),
            (_, None) => serde_json::Value::Null,
        }
    }

    fn shown_state(&self, pdf: &Document) -> Option<String> {
        self.widgets.iter().find_map(|widget| {
            let shown = entry(pdf, pdf.get_dictionary(*widget).ok()?, b"AS").and_then(strings::text)?;
            (shown != "Off").then_some(shown)
        })
    }

    /// What people call a state of a radio button: its option where there are some, else itself.
    pub(crate) fn label(&self, pdf: &Document, state: &str) -> String {
        let options = self.options(pdf);
        let at = self.states(pdf).iter().position(|known| known.as_deref() == Some(state));
        at.and_then(|at| options.get(at)).map_or_else(|| state.to_owned(), |(export, _)| export.clone())
    }

    /// What a radio button or a box may be set to.
    pub(crate) fn choices(&self, pdf: &Document) -> Vec<String> {
        let mut choices: Vec<String> = Vec::new();
        for state in self.states(pdf).into_iter().flatten() {
            let label = self.label(pdf, &state);
            if !choices.contains(&label) {
                choices.push(label);
            }
        }
        choices
    }
}

/// The state of a widget that is on: the name of its appearance that is not `Off`.
pub(crate) fn state(pdf: &Document, widget: ObjectId) -> Option<String> {
    let appearances = entry(pdf, pdf.get_dictionary(widget).ok()?, b"AP")?.as_dict().ok()?;
    [&b"N"[..], b"D"].into_iter().find_map(|kind| {
        let states = entry(pdf, appearances, kind)?.as_dict().ok()?;
        let on = states.iter().map(|(name, _)| name).find(|name| name.as_slice() != b"Off")?;
        Some(String::from_utf8_lossy(on).into_owned())
    })
}

fn flags(pdf: &Document, field: &Dictionary) -> i64 {
    entry(pdf, field, b"Ff").and_then(|flags| flags.as_i64().ok()).unwrap_or(0)
}

/// The dictionary of the form.
pub(crate) fn form(pdf: &Document) -> Option<&Dictionary> {
    entry(pdf, pdf.catalog().ok()?, b"AcroForm")?.as_dict().ok()
}

/// The dictionary of the form, to change it; it becomes an object of its own.
pub(crate) fn form_mut(pdf: &mut Document) -> Option<&mut Dictionary> {
    let form = form(pdf)?.clone();
    let known = pdf.catalog().ok()?.get(b"AcroForm").ok()?.as_reference().ok();
    let id = match known {
        Some(id) => id,
        None => {
            let id = pdf.add_object(form);
            pdf.catalog_mut().ok()?.set("AcroForm", id);
            id
        }
    };
    pdf.get_dictionary_mut(id).ok()
}

/// The page of each widget, counted from 0.
pub(crate) fn pages_of_widgets(opened: &Opened) -> HashMap<ObjectId, usize> {
    let mut found = HashMap::new();
    for (index, page) in opened.pages.iter().enumerate() {
        for id in annotations(&opened.pdf, *page) {
            found.entry(id).or_insert(index);
        }
    }
    found
}

/// The annotations of a page that are objects of their own.
pub(crate) fn annotations(pdf: &Document, page: ObjectId) -> Vec<ObjectId> {
    let Ok(page) = pdf.get_dictionary(page) else { return Vec::new() };
    let all = entry(pdf, page, b"Annots").and_then(|all| all.as_array().ok());
    all.into_iter().flatten().take(MAX_FIELDS).filter_map(|one| one.as_reference().ok()).collect()
}

/// The fields of a document, in their order.
///
/// # Errors
/// When nobody waits for them any more, or there are too many.
pub(crate) fn fields(opened: &Opened, call: &Call) -> Result<Vec<Field>, Error> {
    let pdf = &opened.pdf;
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let roots = form(pdf).and_then(|form| entry(pdf, form, b"Fields")).and_then(|fields| fields.as_array().ok());
    let roots: Vec<ObjectId> = roots.into_iter().flatten().filter_map(|one| one.as_reference().ok()).collect();
    // Some forms name no fields, only widgets on pages: those without anything above them.
    let loose = opened.pages.iter().flat_map(|page| annotations(pdf, *page)).filter(|id| {
        pdf.get_dictionary(*id).is_ok_and(|widget| widget.has(b"FT") && widget.has(b"T") && !widget.has(b"Parent"))
    });
    let mut stack: Vec<(ObjectId, String, Dictionary, usize)> =
        roots.into_iter().chain(loose).map(|id| (id, String::new(), Dictionary::new(), 0)).collect();
    stack.reverse();
    while let Some((id, above, inherited, depth)) = stack.pop() {
        if !seen.insert(id) || depth > MAX_DEPTH {
            continue;
        }
        call.check()?;
        let Ok(dictionary) = pdf.get_dictionary(id) else { continue };
        let own = entry(pdf, dictionary, b"T").and_then(strings::text).filter(|name| !name.is_empty());
        let name = match (above.as_str(), own) {
            ("", own) => own.unwrap_or_default(),
            (above, Some(own)) => format!("{above}.{own}"),
            (above, None) => above.to_owned(),
        };
        let mut passed = inherited.clone();
        for key in INHERITED {
            if let Ok(value) = dictionary.get(key) {
                passed.set(key, value.clone());
            }
        }
        let kids = entry(pdf, dictionary, b"Kids").and_then(|kids| kids.as_array().ok());
        let kids: Vec<ObjectId> = kids.into_iter().flatten().filter_map(|kid| kid.as_reference().ok()).collect();
        let names_more = |kid: &ObjectId| pdf.get_dictionary(*kid).is_ok_and(|kid| kid.has(b"T"));
        if kids.iter().any(names_more) {
            // Those without a name among them are widgets of nobody.
            stack.extend(kids.into_iter().rev().map(|kid| (kid, name.clone(), passed.clone(), depth + 1)));
            continue;
        }
        let mut all = dictionary.clone();
        for (key, value) in passed {
            if !all.has(&key) {
                all.set(key, value);
            }
        }
        let Some(kind) = kind(pdf, &all) else { continue };
        let widgets = match kids.is_empty() {
            true => vec![id],
            false => kids.into_iter().filter(|kid| seen.insert(*kid)).collect(),
        };
        found.push(Field { id, name, kind, all, widgets });
        if found.len() > MAX_FIELDS {
            return Err(Error::impossible("file", format!("has more than {MAX_FIELDS} fields")));
        }
    }
    Ok(found)
}

fn kind(pdf: &Document, field: &Dictionary) -> Option<FieldType> {
    let has = |flag: Flag| flags(pdf, field) & (1 << (flag as u32 - 1)) != 0;
    Some(match entry(pdf, field, b"FT")?.as_name().ok()? {
        b"Tx" => FieldType::Text,
        b"Btn" if has(Flag::PushButton) => FieldType::Button,
        b"Btn" if has(Flag::Radio) => FieldType::Radio,
        b"Btn" => FieldType::Checkbox,
        b"Ch" if has(Flag::Combo) => FieldType::Combo,
        b"Ch" => FieldType::List,
        b"Sig" => FieldType::Signature,
        _ => return None,
    })
}
