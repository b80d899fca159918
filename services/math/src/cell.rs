//! Data in a request: numbers as they are written, in lists, in rows, in columns.

mod comma;

use std::borrow::Cow;
use std::fmt;

pub(crate) use comma::ByComma;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::bulk::{self, Reading};
use crate::dd::Dd;
use crate::error::{Error, conflict};
use crate::literal;

/// Numbers of a file that become cells.
const MAX_CELLS: usize = 500_000;
/// The largest number in data: its fourth power is still a double.
pub(crate) const LARGEST: f64 = 1e75;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A number, to 31 digits.
    Number(Dd),
    /// A number that came as a text such as `1.234`, which is a thousand times as much where the decimal mark is a comma.
    Grouped(Dd),
    /// Nothing: `null`, or an empty text.
    Missing,
    /// `true` or `false`.
    Flag(bool),
    /// A text that is no number.
    Text(String),
    /// A list or an object.
    Nested,
}

impl Cell {
    fn read(literal: &literal::Literal<'_>) -> Self {
        if literal.is_null() {
            return Self::Missing;
        }
        if literal.is_nested() {
            return Self::Nested;
        }
        let text = literal.text();
        match (text, literal) {
            ("true", literal::Literal::Json("true")) => Self::Flag(true),
            ("false", literal::Literal::Json("false")) => Self::Flag(false),
            _ if text.trim().is_empty() => Self::Missing,
            _ => match number(text).or_else(|| number(&literal::joined(text, '.')?)) {
                Some(number) if !literal.is_number() && comma::may_be_thousands(text) => Self::Grouped(number),
                Some(number) => Self::Number(number),
                None => Self::Text(text.to_owned()),
            },
        }
    }

    /// The number it is.
    #[must_use]
    pub fn number(&self) -> Option<Dd> {
        if let Self::Number(number) | Self::Grouped(number) = self { Some(*number) } else { None }
    }
}

/// Reads a number; what is too large for one is none.
fn number(text: &str) -> Option<Dd> {
    let digits = literal::digits(text)?;
    if digits.mantissa == 0 {
        return Some(Dd::ZERO);
    }
    let magnitude = i64::from(digits.exponent) + i64::from(digits.mantissa.unsigned_abs().ilog10());
    if (-200..200).contains(&magnitude) && digits.exponent.abs() < 250 {
        return Some(Dd::decimal(digits.mantissa, digits.exponent));
    }
    text.trim().parse().ok().filter(|value: &f64| value.is_finite()).map(Dd::of)
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) if number.lo() == 0.0 => target.serialize_f64(number.hi()),
            // Shortest decimals of both parts would not read back as the same sum; the nearest double does nearly.
            Self::Number(number) => target.serialize_f64(number.value()),
            Self::Grouped(number) => target.collect_str(&format_args!("{:.3}", number.value())),
            Self::Missing | Self::Nested => target.serialize_none(),
            Self::Flag(flag) => target.serialize_bool(*flag),
            Self::Text(text) => target.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        literal::read(source, "a value", |literal| Ok(Self::read(literal)))
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Number(Dd::decimal_of(value))
    }
}

impl JsonSchema for Cell {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, the text of one, or null.",
            "anyOf": [{ "type": "number" }, { "type": "string" }, { "type": "null" }]
        })
    }
}

/// One row of a table: values by the names of their columns, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record(pub Vec<(String, Cell)>);

impl Record {
    /// The value of a column.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&Cell> {
        self.0.iter().find_map(|(name, cell)| (name == column).then_some(cell))
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let mut map = target.serialize_map(Some(self.0.len()))?;
        for (name, cell) in &self.0 {
            map.serialize_entry(name, cell)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(RecordVisitor)
    }
}

/// What a row has under a name.
enum Member {
    Cell(Cell),
    /// The text of an object.
    Object(String),
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        literal::read(source, "a value", |literal| match literal {
            literal::Literal::Json(json) if json.starts_with('{') => Ok(Self::Object((*json).to_owned())),
            _ => Ok(Self::Cell(Cell::read(literal))),
        })
    }
}

/// An object whose members are cells, however deep they are.
struct Flat(Record);

impl<'de> Deserialize<'de> for Flat {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(FlatVisitor)
    }
}

struct FlatVisitor;

impl<'de> Visitor<'de> for FlatVisitor {
    type Value = Flat;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Flat, A::Error> {
        let mut cells = Vec::new();
        while let Some(entry) = map.next_entry()? {
            cells.push(entry);
        }
        Ok(Flat(Record(cells)))
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let mut cells = Vec::new();
        let mut wrapped = None;
        while let Some(name) = map.next_key::<String>()? {
            match map.next_value::<Member>()? {
                Member::Cell(cell) => cells.push((name, cell)),
                Member::Object(json) if name == "json" => {
                    wrapped = serde_json::from_str(&json).ok().map(|Flat(record)| record);
                }
                Member::Object(_) => cells.push((name, Cell::Nested)),
            }
        }
        // An item as n8n hands it to code: `{"json": {...}, "pairedItem": 0}`.
        Ok(match wrapped {
            Some(record) if cells.iter().all(|(name, _)| matches!(name.as_str(), "binary" | "pairedItem")) => record,
            Some(_) => Record(cells.into_iter().chain([("json".to_owned(), Cell::Nested)]).collect()),
            None => Record(cells),
        })
    }
}

impl JsonSchema for Record {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Row".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "A row of a table: values by column name.",
            "additionalProperties": true
        })
    }
}

/// Columns of a table: lists of values by their names, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Columns(pub Vec<(String, Vec<Cell>)>);

impl Serialize for Columns {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let mut map = target.serialize_map(Some(self.0.len()))?;
        for (name, cells) in &self.0 {
            map.serialize_entry(name, cells)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(ColumnsVisitor)
    }
}

struct ColumnsVisitor;

impl<'de> Visitor<'de> for ColumnsVisitor {
    type Value = Columns;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("columns")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Columns, A::Error> {
        let mut columns = Vec::new();
        while let Some(entry) = map.next_entry()? {
            columns.push(entry);
        }
        Ok(Columns(columns))
    }
}

impl JsonSchema for Columns {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Columns".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let cell = generator.subschema_for::<Cell>();
        json_schema!({
            "type": "object",
            "description": "Columns by name: lists of values of the same length.",
            "additionalProperties": { "type": "array", "items": cell }
        })
    }
}

/// Numbers, and how many places had none.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) values: Vec<Dd>,
    pub(crate) missing: usize,
}

/// The numbers of a list; what is missing is left out.
pub(crate) fn numbers(field: &str, cells: &[Cell]) -> Result<Numbers, Error> {
    let mut numbers = Numbers { values: Vec::with_capacity(cells.len()), missing: 0 };
    for (index, cell) in cells.iter().enumerate() {
        match checked(cell, || format!("{field}[{index}]"))? {
            Some(number) => numbers.values.push(number),
            None => numbers.missing += 1,
        }
    }
    Ok(numbers)
}

/// The number of a cell; none when it is missing.
pub(crate) fn checked(cell: &Cell, place: impl Fn() -> String) -> Result<Option<Dd>, Error> {
    match cell {
        Cell::Missing => Ok(None),
        Cell::Grouped(number) => Ok(Some(*number)),
        Cell::Number(number) if number.hi().abs() <= LARGEST => Ok(Some(*number)),
        Cell::Number(_) => Err(conflict(place(), "is too large: numbers must be between -1e75 and 1e75")),
        Cell::Flag(_) | Cell::Nested => Err(conflict(place(), "must be a number")),
        Cell::Text(text) => {
            let shown: String = text.chars().take(40).collect();
            let message =
                format!("must be a number such as 1234.56, with a point as its decimal sign (you sent {shown})");
            Err(conflict(place(), message))
        }
    }
}

/// The cells of a sample: those of the field of that name, of one column of `rows`, or of one column of a file.
pub(crate) fn sample(
    name: &'static str,
    data: Vec<Cell>,
    rows: &[Record],
    column: Option<&str>,
    file: Option<(&chassis::Numbers, bool)>,
) -> Result<(String, Vec<Cell>), Error> {
    if let Some((file, decimal_comma)) = file {
        if !(data.is_empty() && rows.is_empty()) {
            return Err(conflict("file", format!("is there together with {name} or rows: send one of them")));
        }
        let values = bulk::column(file, Reading { column, decimal_comma })?;
        if values.len() > MAX_CELLS {
            return Err(conflict("file", format!("must have at most {MAX_CELLS} numbers (it has {})", values.len())));
        }
        return Ok(("file".to_owned(), bulk::cells(&values)));
    }
    match (data.as_slice(), rows) {
        ([_, ..], [_, ..]) => Err(conflict("rows", format!("are there together with {name}: send one of the two"))),
        ([], []) => Err(conflict(name, format!("is missing: send {name}, rows and a column, or a file"))),
        (_, []) => Ok((name.to_owned(), data)),
        ([], rows) => {
            let name = match column {
                Some(name) => name,
                None => only_numeric(rows)?,
            };
            Ok((name.to_owned(), column_of(rows, name, "column")?))
        }
    }
}

/// One column of rows; missing where a row has none.
pub(crate) fn column_of(rows: &[Record], name: &str, field: &'static str) -> Result<Vec<Cell>, Error> {
    if rows.iter().all(|row| row.get(name).is_none()) {
        let known: Vec<&str> =
            rows.first().map(|row| row.0.iter().map(|(name, _)| name.as_str()).collect()).unwrap_or_default();
        let known: Vec<&str> = known.into_iter().take(8).collect();
        let message = format!("is no column of the rows: use {}", known.join(", "));
        return Err(conflict(field, message));
    }
    Ok(rows.iter().map(|row| row.get(name).cloned().unwrap_or(Cell::Missing)).collect())
}

/// The one column that has numbers.
fn only_numeric(rows: &[Record]) -> Result<&str, Error> {
    let first = &rows[0];
    let mut numeric = first.0.iter().filter(|(_, cell)| cell.number().is_some()).map(|(name, _)| name.as_str());
    match (numeric.next(), numeric.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(conflict("column", "is missing: send the name of the column")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_what_they_look_like() {
        let cells: Vec<Cell> =
            serde_json::from_str(r#"[1.1, "2", null, "", " ", true, "x\n", [1], "1e999", "1,234.5", "1,234"]"#)
                .unwrap();
        assert_eq!(cells[0].number().map(|number| (number - 1.1).value()), Some(-8.881_784_197_001_253e-17));
        assert_eq!(cells[1], Cell::Number(Dd::of(2.0)));
        assert!(cells[2..5].iter().all(|cell| *cell == Cell::Missing));
        assert_eq!(cells[5], Cell::Flag(true));
        assert_eq!(cells[6], Cell::Text("x\n".to_owned()));
        assert_eq!((&cells[7], &cells[8]), (&Cell::Nested, &Cell::Text("1e999".to_owned())));
        assert_eq!((&cells[9], &cells[10]), (&Cell::Number(Dd::of(1234.5)), &Cell::Text("1,234".to_owned())));
    }

    #[test]
    fn items_of_n8n_are_rows() {
        let rows = r#"[{"json":{"a":1,"b":{"c":2}},"pairedItem":{"item":0}},{"json":{"a":2},"other":3},{"json":4},{"json":{}}]"#;
        let rows: Vec<Record> = serde_json::from_str(rows).unwrap();
        let names = rows.iter().map(|row| row.0.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" "));
        assert_eq!(names.collect::<Vec<_>>(), ["a b", "other json", "json", ""]);
        assert_eq!(rows[0].get("b"), Some(&Cell::Nested));
        // However deep.
        let deep = format!("{}1{}", r#"{"json":"#.repeat(100_000), "}".repeat(100_000));
        let row: Record = serde_json::from_str(&deep).unwrap();
        assert_eq!(row.get("json"), Some(&Cell::Nested));
    }

    #[test]
    fn a_wrong_value_is_named() {
        let error = numbers("data", &[Cell::Number(Dd::ONE), Cell::Text("1,5".to_owned())]).unwrap_err();
        assert!(matches!(&error, Error::Conflict { field, .. } if field == "data[1]"), "{error:?}");
        assert!(numbers("data", &[Cell::Number(Dd::of(1e100))]).is_err());
    }
}
