//! The columns of a table, described.

use std::collections::HashMap;

use chassis::{Call, Cost, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cell::{self, ByComma as _, Cell, Columns, Record};
use crate::dd::Dd;
use crate::error::{Error, conflict, still_wanted};
use crate::statistics::describe::{Moments, sort};
use crate::statistics::quantiles::{QuantileType, length};

const DESCRIPTION: &str = "\
A profile of each column of a table: type, missing values and distinct values; for numbers mean, spread, quartiles \
and a histogram; for texts the most frequent values. Numeric text counts as a number, as in a spreadsheet.";

/// Columns a table may have.
const MAX_COLUMNS: usize = 500;
/// Different values that are counted.
const MAX_DISTINCT: usize = 100_000;

/// A table to describe.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TablesDescribeRequest {
    /// Rows of a table, each an object; an alternative to giving the values as lists.
    #[serde(default, alias = "records")]
    #[garde(length(max = 200_000))]
    pub rows: Vec<Record>,
    /// Columns by name, each a list of values of the same length; an alternative to `rows`.
    #[serde(default)]
    pub columns: Columns,
    /// Whether the decimal mark is a comma, in the file or in cells sent as text: 1.234,56.
    #[serde(default)]
    pub decimal_comma: bool,
    /// Number of most frequent values to list for each column, 0 to 100.
    #[serde(default = "five")]
    #[garde(range(max = 100))]
    pub top: u32,
    /// Number of histogram bins; chosen by the Freedman-Diaconis rule when omitted; 0 for no histogram.
    #[serde(default)]
    #[garde(range(max = 200))]
    pub bins: Option<u32>,
}

fn five() -> u32 {
    5
}

/// Descriptive statistics of the columns of a table.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TablesDescribeResponse {
    /// Number of rows.
    pub count: usize,
    /// Number of duplicate rows: rows equal to an earlier one.
    pub duplicates: usize,
    /// Descriptions of the columns, in order of first appearance.
    pub rows: Vec<ColumnDescription>,
    /// Result in words.
    pub sentence: String,
}

/// Type of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnType {
    /// Numbers only.
    Number,
    /// Texts only.
    Text,
    /// True and false only.
    Boolean,
    /// Lists or objects.
    Nested,
    /// Values of several types.
    Mixed,
    /// No values.
    Empty,
}

/// Description of one column.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnDescription {
    /// Name of the column.
    pub name: String,
    /// Type of the values of the column.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Number of values, without the missing ones.
    pub count: usize,
    /// Number of missing values.
    pub missing: usize,
    /// Number of distinct values, counted up to 100,000.
    pub distinct: usize,
    /// Arithmetic mean; null without numbers.
    pub mean: Option<f64>,
    /// Sum of the numbers; null without numbers.
    pub sum: Option<f64>,
    /// Sample standard deviation, with divisor n - 1; null with fewer than two numbers.
    pub standard_deviation: Option<f64>,
    /// Minimum; null without numbers.
    pub min: Option<f64>,
    /// First quartile (25th percentile); null without numbers.
    pub q1: Option<f64>,
    /// Median; null without numbers.
    pub median: Option<f64>,
    /// Third quartile (75th percentile); null without numbers.
    pub q3: Option<f64>,
    /// Maximum; null without numbers.
    pub max: Option<f64>,
    /// Most frequent values; empty when no value repeats.
    pub top: Vec<ValueCount>,
    /// Histogram of the numbers.
    pub histogram: Vec<Bar>,
}

/// A value and its frequency.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValueCount {
    /// Value as text.
    pub value: String,
    /// Frequency: the number of times the value occurs.
    pub count: usize,
}

/// One bin of a histogram: the lower bound is included, the upper bound excluded except in the last bin.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bar {
    /// Lower bound of the bin.
    pub low: f64,
    /// Upper bound of the bin.
    pub high: f64,
    /// Number of values in the bin.
    pub count: usize,
}

fn example() -> TablesDescribeRequest {
    let row = |city: &str, price: f64| {
        Record(vec![("city".to_owned(), Cell::Text(city.to_owned())), ("price".to_owned(), Cell::from(price))])
    };
    TablesDescribeRequest {
        rows: vec![row("Bern", 12.5), row("Basel", 14.0), row("Bern", 11.2), row("Genf", 19.9)],
        columns: Columns::default(),
        decimal_comma: false,
        top: 5,
        bins: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Profile the columns of a table").description(DESCRIPTION).example(example).cost_of(
        |request: &TablesDescribeRequest| {
            if request.rows.len() + request.columns.0.len() > 1000 { Cost::Heavy } else { Cost::Light }
        },
    )
}

/// Describes a table.
///
/// # Errors
/// When there is no table, or its columns differ in length.
pub fn describe(mut request: TablesDescribeRequest, call: &Call) -> Result<TablesDescribeResponse, Error> {
    if request.decimal_comma {
        request.rows.by_comma();
        request.columns.by_comma();
    }
    let (count, duplicates, columns) = columns(request.rows, request.columns.0, call)?;
    let mut rows = Vec::with_capacity(columns.len());
    for (name, cells) in columns {
        still_wanted(call)?;
        rows.push(column(name, &cells, count, request.top as usize, request.bins)?);
    }
    let missing: usize = rows.iter().map(|row| row.missing).sum();
    let sentence = format!("{count} rows of {} columns; {missing} values are missing.", rows.len());
    Ok(TablesDescribeResponse { count, duplicates, rows, sentence })
}

type Table = (usize, usize, Vec<(String, Vec<Cell>)>);

fn columns(rows: Vec<Record>, columns: Vec<(String, Vec<Cell>)>, call: &Call) -> Result<Table, Error> {
    match (rows.is_empty(), columns.is_empty()) {
        (true, true) => Err(conflict("rows", "or columns are needed: send a table")),
        (false, false) => Err(conflict("columns", "are there together with rows: send one of the two")),
        (true, false) => {
            let count = columns[0].1.len();
            if columns.len() > MAX_COLUMNS {
                return Err(conflict("columns", format!("must be at most {MAX_COLUMNS}")));
            }
            match columns.iter().find(|(_, cells)| cells.len() != count) {
                Some((name, _)) => {
                    Err(conflict(name.clone(), format!("must have {count} values, as the first column")))
                }
                None => Ok((count, 0, columns)),
            }
        }
        (false, true) => {
            let count = rows.len();
            let mut places: HashMap<String, usize> = HashMap::new();
            let mut found: Vec<(String, Vec<Cell>)> = Vec::new();
            let mut seen = std::collections::HashSet::new();
            let mut duplicates = 0;
            for (index, row) in rows.into_iter().enumerate() {
                if index % 1000 == 0 {
                    still_wanted(call)?;
                }
                duplicates += usize::from(!seen.insert(format!("{:?}", row.0)));
                for (name, cell) in row.0 {
                    let place = match places.get(&name) {
                        Some(place) => *place,
                        None if found.len() == MAX_COLUMNS => {
                            return Err(conflict("rows", format!("must have at most {MAX_COLUMNS} different columns")));
                        }
                        None => {
                            places.insert(name.clone(), found.len());
                            found.push((name, Vec::new()));
                            found.len() - 1
                        }
                    };
                    found[place].1.push(cell);
                }
            }
            Ok((count, duplicates, found))
        }
    }
}

fn column(
    name: String,
    cells: &[Cell],
    rows: usize,
    top: usize,
    bins: Option<u32>,
) -> Result<ColumnDescription, Error> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut numbers: Vec<Dd> = Vec::new();
    let (mut texts, mut flags, mut nested) = (0, 0, 0);
    for (index, cell) in cells.iter().enumerate() {
        let text = match cell {
            Cell::Missing => continue,
            Cell::Number(number) | Cell::Grouped(number) => {
                cell::checked(cell, || format!("{name}[{index}]"))?;
                numbers.push(*number);
                number.value().to_string()
            }
            Cell::Flag(flag) => {
                flags += 1;
                flag.to_string()
            }
            Cell::Text(text) => {
                texts += 1;
                text.chars().take(200).collect()
            }
            Cell::Nested => {
                nested += 1;
                continue;
            }
        };
        if counts.len() < MAX_DISTINCT || counts.contains_key(&text) {
            *counts.entry(text).or_default() += 1;
        }
    }
    let count = numbers.len() + texts + flags + nested;
    let kind = match (numbers.len(), texts, flags, nested) {
        (0, 0, 0, 0) => ColumnType::Empty,
        (_, 0, 0, 0) => ColumnType::Number,
        (0, _, 0, 0) => ColumnType::Text,
        (0, 0, _, 0) => ColumnType::Boolean,
        (0, 0, 0, _) => ColumnType::Nested,
        _ => ColumnType::Mixed,
    };
    let distinct = counts.len();
    let mut frequent: Vec<(String, usize)> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
    frequent.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    frequent.truncate(top);
    let moments = (!numbers.is_empty()).then(|| Moments::of(&numbers));
    let sum = numbers.iter().copied().sum::<Dd>();
    sort(&mut numbers);
    let quantile =
        |probability: f64| (!numbers.is_empty()).then(|| QuantileType::Type7.of(&numbers, probability).value());
    Ok(ColumnDescription {
        kind,
        count,
        missing: rows - count,
        distinct,
        mean: moments.as_ref().map(|moments| moments.mean.value()),
        sum: moments.as_ref().map(|_| sum.value()),
        standard_deviation: moments.as_ref().and_then(Moments::variance).map(|variance| variance.sqrt().value()),
        min: quantile(0.0),
        q1: quantile(0.25),
        median: quantile(0.5),
        q3: quantile(0.75),
        max: quantile(1.0),
        top: frequent.into_iter().map(|(value, count)| ValueCount { value, count }).collect(),
        histogram: histogram(&numbers, bins),
        name,
    })
}

/// The histogram of numbers in order.
fn histogram(sorted: &[Dd], bins: Option<u32>) -> Vec<Bar> {
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let (low, high) = (first.value(), last.value());
    let n = length(sorted.len());
    let quartile = |probability: f64| QuantileType::Type7.of(sorted, probability).value();
    let wanted = bins.map_or_else(
        || {
            let width = 2.0 * (quartile(0.75) - quartile(0.25)) / n.cbrt();
            // Sturges' rule where the quartiles are the same.
            if width > 0.0 { ((high - low) / width).ceil() } else { n.log2().ceil() + 1.0 }.clamp(1.0, 50.0)
        },
        f64::from,
    );
    if wanted < 1.0 {
        return Vec::new();
    }
    let wanted = if high > low { wanted } else { 1.0 };
    let width = (high - low) / wanted;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 200")]
    let bars = wanted as usize;
    let end = |bar: usize| if bar == bars { high } else { low + width * length(bar) };
    let place = |value: f64| sorted.partition_point(|number| number.value() < value);
    (0..bars)
        .map(|bar| {
            let to = if bar + 1 == bars { sorted.len() } else { place(end(bar + 1)) };
            Bar { low: end(bar), high: end(bar + 1), count: to - if bar == 0 { 0 } else { place(end(bar)) } }
        })
        .collect()
}
