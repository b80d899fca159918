//! Rows against a list of their columns: what people know of their tables, without a schema.

use std::collections::HashSet;

use chassis::Error;
use fancy_regex::{Regex, RegexBuilder};
use jsonschema::{Draft, Validator};
use serde_json::json;

use super::{Findings, Violation, clipped};
use crate::tree::{Number, Object, Tree};

/// Columns at most.
const MAX_COLUMNS: usize = 1_000;
/// Types of a column, and how messages call them.
const TYPES: &[(&str, &str)] = &[
    ("any", "anything"),
    ("text", "text"),
    ("number", "a number"),
    ("integer", "a whole number"),
    ("boolean", "true or false"),
    ("date", "a date (2024-12-31)"),
    ("date-time", "a date with a time and a zone (2024-12-31T23:59:00Z)"),
    ("time", "a time (23:59:00Z)"),
    ("email", "an e-mail address"),
    ("url", "a URL"),
    ("uuid", "a UUID"),
    ("list", "a list"),
    ("object", "an object"),
];

/// What a column must be.
struct Column {
    name: String,
    kind: &'static str,
    wanted: &'static str,
    required: bool,
    least: Option<Number>,
    most: Option<Number>,
    shortest: Option<usize>,
    longest: Option<usize>,
    pattern: Option<(String, Regex)>,
    values: Option<Vec<Tree>>,
    unique: bool,
    /// Checks a format.
    format: Option<Validator>,
}

/// Checks rows; the number of those with an error.
pub(super) fn check(columns: &Tree, rows: &[Tree], findings: &mut Findings) -> Result<usize, Error> {
    let Tree::Object(columns) = columns else {
        return Err(Error::impossible("columns", "must be an object of types by the names of columns"));
    };
    if columns.len() > MAX_COLUMNS {
        return Err(Error::impossible("columns", format!("has more than {MAX_COLUMNS} columns")));
    }
    let columns = columns.iter().map(|(name, rule)| Column::of(name, rule)).collect::<Result<Vec<_>, _>>()?;
    let mut seen: Vec<HashSet<String>> = columns.iter().map(|_| HashSet::new()).collect();
    let mut invalid = 0;
    for (at, row) in rows.iter().enumerate() {
        let row_number = Some(at + 1);
        let before = findings.count;
        let Tree::Object(row) = row else {
            findings.add(|| Violation {
                row: row_number,
                path: String::new(),
                keyword: "type".to_owned(),
                schema_path: None,
                message: format!("is {}, not a row with columns", row.kind()),
            });
            invalid += 1;
            continue;
        };
        for (column, seen) in columns.iter().zip(&mut seen) {
            if let Err((keyword, message)) = column.check(row, seen) {
                findings.add(|| Violation {
                    row: row_number,
                    path: format!("/{}", column.name.replace('~', "~0").replace('/', "~1")),
                    keyword: keyword.to_owned(),
                    schema_path: None,
                    message: clipped(&message),
                });
            }
        }
        invalid += usize::from(findings.count > before);
    }
    Ok(invalid)
}

impl Column {
    fn of(name: &str, rule: &Tree) -> Result<Self, Error> {
        let refused = |message: String| Err(Error::impossible(format!("columns.{name}"), message));
        let mut column = Self {
            name: name.to_owned(),
            kind: "any",
            wanted: "anything",
            required: true,
            least: None,
            most: None,
            shortest: None,
            longest: None,
            pattern: None,
            values: None,
            unique: false,
            format: None,
        };
        match rule {
            Tree::Text(kind) => column.set_kind(kind)?,
            Tree::List(values) => column.values = Some(values.to_vec()),
            Tree::Object(rule) => column.set(rule)?,
            _ => return refused("must be a type, a list of values or an object".to_owned()),
        }
        let format = match column.kind {
            "date" => "date",
            "date-time" => "date-time",
            "time" => "time",
            "email" => "email",
            "url" => "uri",
            "uuid" => "uuid",
            _ => return Ok(column),
        };
        let schema = json!({ "type": "string", "format": format });
        let validator =
            jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(&schema);
        column.format = Some(validator.map_err(|_| Error::internal())?);
        Ok(column)
    }

    fn refused<T>(&self, message: impl Into<String>) -> Result<T, Error> {
        Err(Error::impossible(format!("columns.{}", self.name), message))
    }

    fn set_kind(&mut self, kind: &str) -> Result<(), Error> {
        let (kind, required) = match kind.strip_suffix('?') {
            Some(kind) => (kind, false),
            None => (kind, self.required),
        };
        let known = match kind {
            "string" => "text",
            "array" => "list",
            "datetime" => "date-time",
            "uri" => "url",
            kind => kind,
        };
        let Some((kind, wanted)) = TYPES.iter().find(|(name, _)| *name == known) else {
            let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
            return self.refused(format!("has the type {kind}; use {}", names.join(", ")));
        };
        (self.kind, self.wanted, self.required) = (kind, wanted, required);
        Ok(())
    }

    fn set(&mut self, rule: &Object<Tree>) -> Result<(), Error> {
        for (key, value) in rule.iter() {
            let length = || match value {
                Tree::Number(number) => number.as_i64().and_then(|length| usize::try_from(length).ok()),
                _ => None,
            };
            match (&**key, value) {
                ("type", Tree::Text(kind)) => self.set_kind(kind)?,
                ("required", Tree::Bool(required)) => self.required = *required,
                ("unique", Tree::Bool(unique)) => self.unique = *unique,
                ("min", Tree::Number(number)) => self.least = Some(number.clone()),
                ("max", Tree::Number(number)) => self.most = Some(number.clone()),
                ("minLength", _) if length().is_some() => self.shortest = length(),
                ("maxLength", _) if length().is_some() => self.longest = length(),
                ("values", Tree::List(values)) => self.values = Some(values.to_vec()),
                ("pattern", Tree::Text(pattern)) => match RegexBuilder::new(pattern).backtrack_limit(100_000).build() {
                    Ok(regex) => self.pattern = Some((pattern.to_string(), regex)),
                    Err(error) => return self.refused(format!("has a pattern that is none: {error}")),
                },
                (
                    "type" | "required" | "unique" | "min" | "max" | "minLength" | "maxLength" | "values" | "pattern",
                    _,
                ) => {
                    return self.refused(format!("has {} as {key}", value.kind()));
                }
                _ => {
                    return self.refused(format!(
                        "has {key}; use type, required, unique, min, max, minLength, maxLength, values or pattern"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Why a row is wrong: the keyword and what to say.
    fn check(&self, row: &Object<Tree>, seen: &mut HashSet<String>) -> Result<(), (&'static str, String)> {
        let cell = match row.get(&self.name) {
            None | Some(Tree::Null) => None,
            Some(Tree::Text(text)) if text.trim().is_empty() => None,
            Some(cell) => Some(cell),
        };
        let Some(cell) = cell else {
            return if self.required { Err(("required", "is missing".to_owned())) } else { Ok(()) };
        };
        let shown = cell.to_json();
        if !self.is_kind(cell) {
            return Err(("type", format!("must be {}, not {shown}", self.wanted)));
        }
        if let Some(values) = &self.values
            && !values.contains(cell)
        {
            let values: Vec<String> = values.iter().map(Tree::to_json).collect();
            return Err(("enum", format!("must be one of {}, not {shown}", values.join(", "))));
        }
        if let Some(number) = number_of(cell) {
            if let Some(least) = self.least.as_ref().filter(|least| number < **least) {
                return Err(("minimum", format!("must be at least {least:?}, not {shown}")));
            }
            if let Some(most) = self.most.as_ref().filter(|most| number > **most) {
                return Err(("maximum", format!("must be at most {most:?}, not {shown}")));
            }
        }
        let length = match cell {
            Tree::Text(text) => Some(text.chars().count()),
            Tree::List(list) => Some(list.len()),
            _ => None,
        };
        if let (Some(length), Some(shortest)) = (length, self.shortest)
            && length < shortest
        {
            return Err(("minLength", format!("has a length of {length}, less than {shortest}")));
        }
        if let (Some(length), Some(longest)) = (length, self.longest)
            && length > longest
        {
            return Err(("maxLength", format!("has a length of {length}, more than {longest}")));
        }
        if let Some((pattern, regex)) = &self.pattern {
            let text = cell.as_text().map_or_else(|| shown.clone(), str::to_owned);
            // A pattern that takes too long does not match.
            if !regex.is_match(&text).unwrap_or(false) {
                return Err(("pattern", format!("does not match {pattern}: {shown}")));
            }
        }
        if self.unique && !seen.insert(shown.clone()) {
            return Err(("unique", format!("is there twice: {shown}")));
        }
        Ok(())
    }

    fn is_kind(&self, cell: &Tree) -> bool {
        match self.kind {
            "any" => true,
            "text" => matches!(cell, Tree::Text(_)),
            "number" => number_of(cell).is_some(),
            "integer" => number_of(cell).is_some_and(|number| number.is_integer()),
            "boolean" => match cell {
                Tree::Bool(_) => true,
                Tree::Text(text) => matches!(text.to_ascii_lowercase().as_str(), "true" | "false"),
                _ => false,
            },
            "list" => matches!(cell, Tree::List(_)),
            "object" => matches!(cell, Tree::Object(_)),
            _ => match (&self.format, cell.as_text()) {
                (Some(format), Some(text)) => format.is_valid(&json!(text)),
                _ => false,
            },
        }
    }
}

/// A number, or a text that is one as it comes from a CSV.
fn number_of(cell: &Tree) -> Option<Number> {
    match cell {
        Tree::Number(number) => Some(number.clone()),
        Tree::Text(text) => Number::parse(text.trim()),
        _ => None,
    }
}
