//! A value of a request to what a field takes.

use chassis::Error;
use lopdf::Document;
use serde_json::Value;

use super::field::{Field, FieldType, Flag};

/// Options that an error names.
const NAMED: usize = 30;

/// What a field is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filling {
    /// A text.
    Text(String),
    /// The state of a box or of radio buttons; nothing for `Off`.
    State(Option<String>),
    /// Options by their positions, or a text that is none of them.
    Options(Vec<usize>),
}

/// What a value means to a field.
///
/// # Errors
/// What it may be instead.
pub(crate) fn filling(pdf: &Document, field: &Field, value: &Value, at: &str) -> Result<Filling, Error> {
    match field.kind {
        FieldType::Text => text(pdf, field, value, at),
        FieldType::Checkbox => checkbox(pdf, field, value, at),
        FieldType::Radio => radio(pdf, field, value, at),
        FieldType::Combo | FieldType::List => choice(pdf, field, value, at),
        FieldType::Button => Err(Error::impossible(at, "is a button, which holds no value")),
        FieldType::Signature => Err(Error::impossible(at, "is a signature field: signing is not offered yet")),
    }
}

/// A scalar as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn text(pdf: &Document, field: &Field, value: &Value, at: &str) -> Result<Filling, Error> {
    let text = plain(value).ok_or_else(|| Error::impossible(at, "takes a text"))?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let length = text.chars().count();
    if let Some(most) = field.max_length(pdf)
        && length > most
    {
        return Err(Error::impossible(at, format!("has room for {most} characters, and the text has {length}")));
    }
    Ok(Filling::Text(text))
}

fn checkbox(pdf: &Document, field: &Field, value: &Value, at: &str) -> Result<Filling, Error> {
    let choices = field.choices(pdf);
    let states: Vec<String> = field.states(pdf).into_iter().flatten().collect();
    let on = states.first().cloned().unwrap_or_else(|| "Yes".to_owned());
    if let Value::Bool(flag) = value {
        return Ok(Filling::State(flag.then_some(on)));
    }
    let text = plain(value).map(|text| text.trim().to_owned()).unwrap_or_default();
    let chosen = states.iter().find(|state| **state == text || field.label(pdf, state) == text);
    if let Some(state) = chosen {
        return Ok(Filling::State(Some(state.clone())));
    }
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "x" | "checked" => Ok(Filling::State(Some(on))),
        "false" | "no" | "off" | "0" | "" | "unchecked" => Ok(Filling::State(None)),
        _ if value.is_array() || value.is_object() => Err(Error::impossible(at, "takes true or false")),
        _ => Err(Error::impossible(at, format!("takes true or false, or {}", list(&choices)))),
    }
}

fn radio(pdf: &Document, field: &Field, value: &Value, at: &str) -> Result<Filling, Error> {
    let wrong = || Error::impossible(at, format!("takes {}", list(&field.choices(pdf))));
    // Forms of no-code tools send a list of one.
    let text = match value {
        Value::Array(values) if values.len() == 1 => plain(&values[0]),
        value => plain(value),
    };
    let text = text.ok_or_else(wrong)?;
    let text = text.trim();
    let states: Vec<String> = field.states(pdf).into_iter().flatten().collect();
    let same =
        |state: &&String, equal: fn(&str, &str) -> bool| equal(state, text) || equal(&field.label(pdf, state), text);
    let exact = states.iter().find(|state| same(state, |one, other| one == other));
    let chosen = exact.or_else(|| states.iter().find(|state| same(state, str::eq_ignore_ascii_case)));
    match chosen {
        Some(state) => Ok(Filling::State(Some(state.clone()))),
        None if text.is_empty() || text.eq_ignore_ascii_case("off") || *value == Value::Bool(false) => {
            Ok(Filling::State(None))
        }
        None => Err(wrong()),
    }
}

fn choice(pdf: &Document, field: &Field, value: &Value, at: &str) -> Result<Filling, Error> {
    let options = field.options(pdf);
    let values: Vec<String> = match value {
        Value::Array(values) => values.iter().filter_map(plain).collect(),
        value => plain(value).into_iter().filter(|text| !text.is_empty()).collect(),
    };
    if values.len() > 1 && !field.has(pdf, Flag::MultiSelect) {
        return Err(Error::impossible(at, "takes one option, not several"));
    }
    let mut chosen = Vec::with_capacity(values.len());
    for text in &values {
        let exact = options.iter().position(|(export, label)| export == text || label == text);
        let near = |text: &str| {
            let text = text.trim();
            options
                .iter()
                .position(|(export, label)| export.eq_ignore_ascii_case(text) || label.eq_ignore_ascii_case(text))
        };
        match exact.or_else(|| near(text)) {
            Some(position) => chosen.push(position),
            None if field.kind == FieldType::Combo && field.has(pdf, Flag::Edit) => {
                return Ok(Filling::Text(text.clone()));
            }
            None => {
                let labels: Vec<String> = options.iter().map(|(export, _)| export.clone()).collect();
                return Err(Error::impossible(at, format!("takes {}", list(&labels))));
            }
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(Filling::Options(chosen))
}

/// `a, b or c`.
fn list(options: &[String]) -> String {
    match options {
        [] => "none of its options: it has none".to_owned(),
        [only] => only.clone(),
        many if many.len() > NAMED => format!("{}, ...", many[..NAMED].join(", ")),
        many => format!("{} or {}", many[..many.len() - 1].join(", "), many[many.len() - 1]),
    }
}
