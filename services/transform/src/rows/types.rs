//! Types of columns of a text file: asked for, or inferred from the first rows.
//!
//! Inferred is only what can be undone: a column is numbers when every cell is a number as JSON writes it, so that its digits
//! stay as they are; booleans when every cell is `true` or `false`. Codes with zeros in front, ids of many digits, dates, `Y`
//! and `N` are texts, and a later cell that is no number stays the text it is.

use std::borrow::Cow;
use std::fmt;

use chassis::{Call, Code, Error};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::cell::{Cell, Columns, shown};
use super::number;

/// Rows types are inferred from.
pub const SAMPLE_ROWS: usize = 1_000;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnType {
    /// Text, as it is.
    #[serde(alias = "string")]
    Text,
    /// A number; asked for, also from `01730`, `+5` and `1,234.50`.
    #[serde(alias = "integer", alias = "float", alias = "decimal")]
    Number,
    /// True or false; asked for, also from `yes`, `no`, `y`, `n`, `1` and `0`.
    #[serde(alias = "bool")]
    Boolean,
}

/// Types of columns: `infer` (the default), `text` for all, or an object of column names with text, number or boolean; columns
/// it does not name are inferred.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Types {
    /// By the first 1,000 rows.
    #[default]
    Infer,
    /// Everything is text.
    Text,
    /// These as said.
    Named(Vec<(String, ColumnType)>),
}

impl<'de> Deserialize<'de> for Types {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Given;
        impl<'de> Visitor<'de> for Given {
            type Value = Types;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("infer, text, or an object such as {\"zip\": \"text\"}")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Types, E> {
                match text.trim().to_ascii_lowercase().as_str() {
                    "infer" | "auto" | "" => Ok(Types::Infer),
                    "text" | "string" => Ok(Types::Text),
                    _ if text.trim_start().starts_with('{') => serde_json::from_str::<Types>(text)
                        .map_err(|_| E::custom("is not valid JSON: write {\"zip\": \"text\"}")),
                    _ => Err(E::custom("must be infer, text, or an object such as {\"zip\": \"text\"}")),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Types, A::Error> {
                let mut named = Vec::new();
                while let Some((name, kind)) = map.next_entry::<String, String>()? {
                    let kind = match kind.trim().to_ascii_lowercase().as_str() {
                        "text" | "string" | "date" => ColumnType::Text,
                        "number" | "integer" | "float" | "decimal" => ColumnType::Number,
                        "boolean" | "bool" => ColumnType::Boolean,
                        _ => {
                            let name = shown(&name);
                            return Err(A::Error::custom(format!("column {name} must be text, number or boolean")));
                        }
                    };
                    named.push((name, kind));
                }
                Ok(Types::Named(named))
            }
        }
        source.deserialize_any(Given)
    }
}

impl Serialize for Types {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Infer => target.serialize_str("infer"),
            Self::Text => target.serialize_str("text"),
            Self::Named(named) => {
                let mut map = target.serialize_map(Some(named.len()))?;
                for (name, kind) in named {
                    map.serialize_entry(name, kind)?;
                }
                map.end()
            }
        }
    }
}

impl JsonSchema for Types {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Types".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string", "enum": ["infer", "text"] },
                { "type": "object", "additionalProperties": { "type": "string", "enum": ["text", "number", "boolean"] } }
            ]
        })
    }
}

/// What the cells of a column have been so far.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    filled: u64,
    numbers: bool,
    booleans: bool,
    commas: bool,
    any_comma: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self { filled: 0, numbers: true, booleans: true, commas: true, any_comma: false }
    }
}

impl Seen {
    /// Takes a cell into account.
    pub fn see(&mut self, text: &str, decimal: char) {
        if text.is_empty() {
            return;
        }
        self.filled += 1;
        self.numbers = self.numbers && number::plain(text, decimal).is_some();
        self.booleans = self.booleans && boolean(text).is_some();
        let comma = number::has_decimal_comma(text);
        self.any_comma |= comma;
        self.commas = self.commas && (comma || number::is_plain(text) && !text.contains('.'));
    }

    /// The type of the column.
    #[must_use]
    pub fn kind(&self) -> ColumnType {
        match self {
            Self { filled: 0, .. } => ColumnType::Text,
            Self { booleans: true, .. } => ColumnType::Boolean,
            Self { numbers: true, .. } => ColumnType::Number,
            _ => ColumnType::Text,
        }
    }

    /// Whether its cells are numbers with a decimal comma.
    #[must_use]
    pub fn has_decimal_comma(&self) -> bool {
        self.filled > 0 && self.commas && self.any_comma
    }
}

/// `true` and `false`, in any case.
fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

/// What is meant by true and false where they are asked for.
#[must_use]
pub fn meant_boolean(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "on" | "ja" | "oui" | "si" | "sí" | "x" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "off" | "nein" | "non" => Some(false),
        _ => None,
    }
}

/// The type of a column, and cells that were not of it.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The type.
    pub kind: ColumnType,
    /// Whether it was asked for.
    pub asked: bool,
    /// Cells that were not of it, with the first of them.
    others: u64,
    first: Option<(u64, String)>,
}

impl Typed {
    /// A column of this type.
    #[must_use]
    pub fn new(kind: ColumnType, asked: bool) -> Self {
        Self { kind, asked, others: 0, first: None }
    }

    /// The cell that a text is.
    pub fn cell<'a>(&mut self, text: Cow<'a, str>, decimal: char, row: u64) -> Cell<'a> {
        match self.kind {
            ColumnType::Text => return Cell::Text(text),
            _ if text.is_empty() => return Cell::Null,
            ColumnType::Number if self.asked => {
                if let Some(number) = number::meant(&text, decimal) {
                    return Cell::Number(Cow::Owned(number));
                }
            }
            ColumnType::Number if decimal == '.' => {
                if number::is_plain(&text) {
                    return Cell::Number(text);
                }
            }
            ColumnType::Number => {
                if let Some(number) = number::plain(&text, decimal) {
                    return Cell::Number(Cow::Owned(number.into_owned()));
                }
            }
            ColumnType::Boolean => {
                let value = if self.asked { meant_boolean(&text) } else { boolean(&text) };
                if let Some(value) = value {
                    return Cell::Bool(value);
                }
            }
        }
        self.others += 1;
        if self.first.is_none() {
            self.first = Some((row, text.to_string()));
        }
        Cell::Text(text)
    }

    /// A cell that has a type already, in this one.
    pub fn recast<'a>(&mut self, cell: Cell<'a>, row: u64) -> Cell<'a> {
        match (self.kind, cell) {
            (_, Cell::Null) => Cell::Null,
            (_, Cell::Text(text)) => self.cell(text, '.', row),
            (ColumnType::Text, cell @ (Cell::Bool(_) | Cell::Number(_))) => Cell::Text(cell.text().to_owned().into()),
            (ColumnType::Number, Cell::Bool(value)) => Cell::Number(if value { "1" } else { "0" }.into()),
            (ColumnType::Boolean, Cell::Number(text)) => self.cell(text, '.', row),
            (_, cell) => cell,
        }
    }

    /// Warns of cells that were not of the type.
    pub fn warn(&self, name: &str, call: &Call) {
        let Some((row, text)) = &self.first else { return };
        let kind = match self.kind {
            ColumnType::Text => "text",
            ColumnType::Number => "numbers",
            ColumnType::Boolean => "true or false",
        };
        let (name, text) = (shown(name), shown(text));
        let others = match self.others {
            1 => String::new(),
            others => format!(", and {} more like it", others - 1),
        };
        let message = match self.asked {
            true => format!("column {name} was to be {kind}, but row {row} is {text}, which stays text{others}"),
            false => format!(
                "column {name} is {kind} in the first {SAMPLE_ROWS} rows, but row {row} is {text}, which stays text{others}"
            ),
        };
        call.warn("mixed-types", Some("types"), message);
    }
}

/// The types of columns: those that are asked for, the others by what was seen.
///
/// # Errors
/// When one is asked for that is not there.
pub fn resolve(types: &Types, columns: &Columns, seen: &[Seen]) -> Result<Vec<Typed>, Error> {
    let mut typed: Vec<Typed> = (0..columns.len())
        .map(|column| match types {
            Types::Text => Typed::new(ColumnType::Text, true),
            _ => Typed::new(seen.get(column).copied().unwrap_or_default().kind(), false),
        })
        .collect();
    if let Types::Named(named) = types {
        for (name, kind) in named {
            let column = columns.find(name).ok_or_else(|| columns.missing("types", name))?;
            typed[column as usize] = Typed::new(*kind, true);
        }
    }
    Ok(typed)
}

/// The decimal mark a request names.
///
/// # Errors
/// When it is neither a point nor a comma.
pub fn decimal(mark: Option<&str>) -> Result<char, Error> {
    match mark.map(str::trim) {
        None | Some("" | "." | "point" | "dot") => Ok('.'),
        Some("," | "comma") => Ok(','),
        Some(_) => Err(Error::field(Code::ValidationError, "decimal", "must be . or ,")),
    }
}
