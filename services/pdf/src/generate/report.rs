//! Report tables: any rows, with the columns they need, numbers aligned, sums where they are asked for.

use std::collections::BTreeMap;

use chassis::{Call, Error};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::money::Decimal;
use super::view::{breakable, paragraphs};
use super::{Letterhead, Shown};

/// Columns of a table.
const MAX_COLUMNS: usize = 20;
/// From so many columns on the paper lies across.
const WIDE: usize = 7;

/// The data of a report.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Report {
    /// Title.
    #[garde(length(chars, min = 1, max = 200))]
    pub title: String,
    /// Line below the title.
    #[serde(default)]
    #[garde(length(chars, max = 300))]
    pub subtitle: Option<String>,
    /// Date (`2026-11-30`, written as the locale has it; other text stays as it is).
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub date: Option<String>,
    /// Who reports.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub author: Option<String>,
    /// Text before the table; an empty line separates paragraphs.
    #[serde(default, alias = "introduction", alias = "intro")]
    #[garde(length(chars, max = 20_000))]
    pub summary: Option<String>,
    /// Figures above the table, at most 4.
    #[serde(default)]
    #[garde(length(max = 4), dive)]
    pub figures: Vec<Figure>,
    /// Columns; those of the first row, in their order, when not given.
    #[serde(default)]
    #[garde(length(max = 20), dive)]
    pub columns: Vec<Column>,
    /// Rows, each an object of texts, numbers and booleans by the names of the columns; up to 20,000.
    #[garde(length(max = 20_000))]
    pub rows: Vec<ReportRow>,
    /// Text after the table.
    #[serde(default)]
    #[garde(length(chars, max = 20_000))]
    pub notes: Option<String>,
}

/// A figure that is to be seen first.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figure {
    /// What it is.
    #[garde(length(chars, min = 1, max = 100))]
    pub label: String,
    /// Its value, written as it is.
    #[garde(length(chars, min = 1, max = 100))]
    pub value: String,
}

/// A column.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Column {
    /// Name of the value in a row.
    #[serde(alias = "name", alias = "field")]
    #[garde(length(chars, min = 1, max = 200))]
    pub key: String,
    /// Heading; the name when not given.
    #[serde(default, alias = "title", alias = "header")]
    #[garde(length(chars, max = 200))]
    pub label: Option<String>,
    /// How values are written.
    #[serde(default, alias = "type")]
    pub format: Format,
    /// Whether the sum of the column stands below it.
    #[serde(default, alias = "sum")]
    pub total: bool,
}

/// How values are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Numbers when all values of the column are numbers, else text.
    #[default]
    Auto,
    /// As it is sent.
    Text,
    /// As a number of the locale.
    Number,
    /// As a sum of money in the currency of the document.
    Money,
    /// As a percentage.
    Percent,
    /// As a date of the locale.
    Date,
}

/// A row: values by the names of the columns, in the order they were sent.
#[derive(Debug, Default)]
pub struct ReportRow(Vec<(String, serde_json::Value)>);

impl ReportRow {
    fn get(&self, key: &str) -> Option<&serde_json::Value> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }
}

impl Serialize for ReportRow {
    fn serialize<S: serde::Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        target.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de> Deserialize<'de> for ReportRow {
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = ReportRow;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of values by the names of the columns")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ReportRow, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(ReportRow(entries))
            }
        }
        source.deserialize_map(Entries)
    }
}

impl JsonSchema for ReportRow {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ReportRow".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object", "description": "Values by the names of the columns." })
    }
}

/// A report as its template shows it.
#[derive(Debug, Serialize)]
pub(crate) struct ReportView {
    heading: String,
    subtitle: String,
    byline: String,
    summary: Vec<String>,
    figures: Vec<(String, String)>,
    columns: Vec<ColumnView>,
    rows: Vec<Vec<String>>,
    totals: Vec<String>,
    notes: Vec<String>,
    wide: bool,
}

/// A column as the template shows it.
#[derive(Debug, Serialize)]
struct ColumnView {
    label: String,
    right: bool,
    /// Whether it takes what room there is.
    long: bool,
}

impl Report {
    pub(crate) fn show(&self, head: &Letterhead, call: &Call) -> Result<Shown<ReportView>, Error> {
        let locale = &head.locale;
        let columns = self.columns()?;
        let mut views = Vec::with_capacity(columns.len());
        let mut written: Vec<Vec<String>> = self.rows.iter().map(|_| Vec::with_capacity(columns.len())).collect();
        let mut totals = Vec::with_capacity(columns.len());
        let mut lost: BTreeMap<&str, ()> = BTreeMap::new();
        for column in &columns {
            call.check()?;
            let values: Vec<&serde_json::Value> =
                self.rows.iter().map(|row| row.get(&column.key).unwrap_or(&serde_json::Value::Null)).collect();
            let numbers: Vec<Option<Decimal>> = values.iter().map(|value| number(value)).collect();
            let empty = |value: &serde_json::Value| {
                value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
            };
            // Numbers that came as text are numbers where a sum is asked for; elsewhere they may be codes.
            let is_number = |(value, number): (&&serde_json::Value, &Option<Decimal>)| {
                empty(value) || value.is_number() || (column.total && number.is_some())
            };
            let all_numbers = values.iter().zip(&numbers).all(is_number) && numbers.iter().any(Option::is_some);
            let format = match column.format {
                Format::Auto if all_numbers => Format::Number,
                Format::Auto => Format::Text,
                other => other,
            };
            // One column, one number of places.
            let places = numbers.iter().flatten().map(|number| number.digits(0).1.len() as u32).max().unwrap_or(0);
            let write = |value: &serde_json::Value, number: Option<Decimal>| match (format, number) {
                (Format::Number, Some(number)) => locale.number(number, places),
                (Format::Money, Some(number)) => locale.money(number, &head.currency),
                (Format::Percent, Some(number)) => locale.percent(number),
                (Format::Date, _) => locale.date(&plain(value)),
                _ => breakable(&plain(value)),
            };
            let mut sum = Decimal::ZERO;
            let mut longest = 0;
            for ((row, value), number) in written.iter_mut().zip(&values).zip(&numbers) {
                let text = write(value, *number);
                longest = longest.max(text.chars().count());
                row.push(text);
                match number {
                    Some(number) => sum = sum.plus(*number),
                    None if column.total && !empty(value) => {
                        lost.insert(&column.key, ());
                    }
                    None => {}
                }
            }
            totals.push(if column.total { write(&serde_json::Value::Null, Some(sum)) } else { String::new() });
            let label = column.label.clone().unwrap_or_else(|| column.key.clone());
            let right = matches!(format, Format::Number | Format::Money | Format::Percent);
            views.push(ColumnView { label: breakable(&label), right, long: !right && longest > 18 });
        }
        for key in lost.keys() {
            call.warn(
                "not-a-number",
                Some("data.columns"),
                format!("the sum of {key} leaves out values that are no numbers"),
            );
        }
        if totals.iter().all(String::is_empty) {
            totals.clear();
        }
        let date = self.date.as_deref().map(|date| locale.date(date));
        let byline = [self.author.clone(), date].into_iter().flatten().filter(|part| !part.trim().is_empty());
        let content = ReportView {
            heading: breakable(self.title.trim()),
            subtitle: breakable(self.subtitle.as_deref().unwrap_or_default().trim()),
            byline: breakable(&byline.collect::<Vec<_>>().join(" · ")),
            summary: paragraphs(self.summary.as_deref()),
            figures: self.figures.iter().map(|figure| (breakable(&figure.label), breakable(&figure.value))).collect(),
            wide: views.len() >= WIDE,
            columns: views,
            rows: written,
            totals,
            notes: paragraphs(self.notes.as_deref()),
        };
        let author = self.author.clone().unwrap_or_default();
        Ok(Shown { title: self.title.trim().to_owned(), author, total: None, content })
    }

    /// The columns: those that are sent, else those of the first row.
    fn columns(&self) -> Result<Vec<Column>, Error> {
        let column = |column: &Column| Column {
            key: column.key.clone(),
            label: column.label.clone(),
            format: column.format,
            total: column.total,
        };
        let columns: Vec<Column> = match (self.columns.is_empty(), self.rows.first()) {
            (false, _) => self.columns.iter().map(column).collect(),
            (true, Some(row)) => {
                let key = |key: &String| Column { key: key.clone(), label: None, format: Format::Auto, total: false };
                row.0.iter().map(|(name, _)| key(name)).collect()
            }
            (true, None) => Vec::new(),
        };
        match columns.len() {
            0 => Err(Error::impossible("data.columns", "send columns, or rows that have values")),
            1..=MAX_COLUMNS => Ok(columns),
            many => Err(Error::impossible(
                "data.columns",
                format!("a page has room for {MAX_COLUMNS} columns, not {many}: name those to show"),
            )),
        }
    }
}

/// A number, or a text that is one.
fn number(value: &serde_json::Value) -> Option<Decimal> {
    let text = match value {
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let number: chassis::ExactNumber = text.parse().ok()?;
    Decimal::read(&number, "").ok()
}

/// A value as text.
fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.trim().to_owned(),
        serde_json::Value::Bool(true) => "✓".to_owned(),
        serde_json::Value::Bool(false) => "–".to_owned(),
        other => other.to_string(),
    }
}
