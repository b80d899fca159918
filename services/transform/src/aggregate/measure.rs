//! What is computed over a group.

use std::borrow::Cow;
use std::collections::HashSet;

use chassis::{Code, Error, Short, Shorthand};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::IntoDeserializer;
use serde::de::value::Error as Unknown;
use serde::{Deserialize, Serialize};

use super::sum::Sum;
use crate::rows::cell::{Cell, Columns};
use crate::rows::document::table;
use crate::rows::key::Key;
use crate::rows::number;
use crate::tree::Tree;

/// Values that are kept of one group for medians, lists and texts.
const MAX_KEPT: usize = 5_000_000;
/// Bytes of a text that is put together.
const MAX_TEXT: usize = 16 << 20;

/// A function over a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    /// Rows; with a column, its cells that are not empty.
    #[default]
    Count,
    /// Different values.
    #[serde(alias = "count-distinct")]
    Distinct,
    /// Sum, exact.
    Sum,
    /// Arithmetic mean.
    #[serde(alias = "average", alias = "avg")]
    Mean,
    /// Median.
    Median,
    /// Quantile, by linear interpolation.
    Quantile,
    /// Least number; of texts, the first by code points.
    Min,
    /// Greatest number; of texts, the last by code points.
    Max,
    /// Standard deviation of a sample.
    #[serde(alias = "stdev")]
    Std,
    /// Variance of a sample.
    Variance,
    /// First value that is not empty.
    First,
    /// Last value that is not empty.
    Last,
    /// Values as one text.
    #[serde(alias = "join")]
    Concat,
    /// Values as a list.
    List,
}

/// Something that is computed over each group.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Measure {
    /// What is computed.
    #[serde(alias = "op", alias = "fn", alias = "aggregation", alias = "operation")]
    pub function: Function,
    /// The column it is computed of; not needed for count.
    #[serde(default, alias = "field")]
    pub column: Option<String>,
    /// The name of the column it becomes. By default the function and the column, as in sum_amount.
    #[serde(default, alias = "as")]
    #[garde(length(chars, min = 1, max = 1_000))]
    pub name: Option<String>,
    /// Which quantile, from 0 to 1 (default 0.5).
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub quantile: Option<f64>,
    /// What stands between two values of concat (default a comma and a space).
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub separator: Option<String>,
}

impl Shorthand for Measure {
    /// As people say it: `count`, `sum(amount)`, `sum amount`.
    fn of(short: Short) -> Option<Self> {
        let Short::Text(said) = short else { return None };
        let said = said.trim();
        let (function, column) = match said.strip_suffix(')') {
            Some(rest) => rest.split_once('(')?,
            None => said.split_once(char::is_whitespace).unwrap_or((said, "")),
        };
        let name = function.trim().to_lowercase().replace('_', "-");
        let known: Result<_, Unknown> = Function::deserialize(name.as_str().into_deserializer());
        let column = Some(column.trim()).filter(|column| !matches!(*column, "" | "*")).map(str::to_owned);
        Some(Self { function: known.ok()?, column, ..Self::default() })
    }
}

impl Measure {
    /// The place of its column.
    pub(super) fn place(&self, field: &str, columns: &mut Columns) -> Result<Option<u32>, Error> {
        match (&self.column, self.function) {
            (Some(name), _) => columns.expect(&format!("{field}.column"), name).map(Some),
            (None, Function::Count) => Ok(None),
            (None, _) => {
                Err(Error::field(Code::ValidationError, format!("{field}.column"), "is required for this function"))
            }
        }
    }

    /// The name of the column it becomes.
    pub(super) fn title(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let function = match self.function {
            Function::Count => "count",
            Function::Distinct => "distinct",
            Function::Sum => "sum",
            Function::Mean => "mean",
            Function::Median => "median",
            Function::Quantile => "quantile",
            Function::Min => "min",
            Function::Max => "max",
            Function::Std => "std",
            Function::Variance => "variance",
            Function::First => "first",
            Function::Last => "last",
            Function::Concat => "concat",
            Function::List => "list",
        };
        match &self.column {
            Some(column) => format!("{function}_{column}"),
            None => function.to_owned(),
        }
    }
}

/// What has been gathered of a group.
pub(super) struct Gathering {
    state: State,
    passed: u64,
}

enum State {
    Count(u64),
    Distinct(HashSet<Key>),
    Sum(Sum),
    Mean(Sum),
    Quantile(Vec<f64>, f64),
    /// The best so far, and which order beats it; by value as long as all say numbers.
    Extreme {
        best: Option<(Key, Cell<'static>)>,
        by_value: Option<Option<(Key, Cell<'static>)>>,
        wanted: std::cmp::Ordering,
    },
    /// Welford's: count, mean, sum of squares; whether its root is wanted.
    Spread(u64, f64, f64, bool),
    First(Option<Cell<'static>>),
    Last(Option<Cell<'static>>),
    Concat(Option<String>, String),
    List(Vec<Tree>),
}

impl Gathering {
    pub(super) fn of(measure: &Measure) -> Self {
        let extreme = |wanted| State::Extreme { best: None, by_value: Some(None), wanted };
        let state = match measure.function {
            Function::Count => State::Count(0),
            Function::Distinct => State::Distinct(HashSet::new()),
            Function::Sum => State::Sum(Sum::default()),
            Function::Mean => State::Mean(Sum::default()),
            Function::Median => State::Quantile(Vec::new(), 0.5),
            Function::Quantile => State::Quantile(Vec::new(), measure.quantile.unwrap_or(0.5)),
            Function::Min => extreme(std::cmp::Ordering::Less),
            Function::Max => extreme(std::cmp::Ordering::Greater),
            Function::Std => State::Spread(0, 0.0, 0.0, true),
            Function::Variance => State::Spread(0, 0.0, 0.0, false),
            Function::First => State::First(None),
            Function::Last => State::Last(None),
            Function::Concat => State::Concat(None, measure.separator.clone().unwrap_or_else(|| ", ".to_owned())),
            Function::List => State::List(Vec::new()),
        };
        Self { state, passed: 0 }
    }

    /// Cells that were no numbers.
    pub(super) fn passed_over(&self) -> u64 {
        self.passed
    }

    /// Takes a cell into account; a row as a whole where there is no column.
    pub(super) fn take(&mut self, cell: Option<Option<&Cell<'_>>>) -> Result<(), Error> {
        let too_many = || {
            Error::new(
                Code::PayloadTooLarge,
                "a group has more values than are kept at once: group by more columns, or ask for sums and counts",
            )
        };
        let Some(cell) = cell else {
            if let State::Count(count) = &mut self.state {
                *count += 1;
            }
            return Ok(());
        };
        let Some(cell) = cell.filter(|cell| !cell.is_blank()) else { return Ok(()) };
        let wants_number =
            matches!(self.state, State::Sum(_) | State::Mean(_) | State::Quantile(..) | State::Spread(..));
        let number = match cell {
            Cell::Number(text) => Some(Cow::Borrowed(text.as_ref())),
            Cell::Text(text) if wants_number => number::said(text),
            _ => None,
        };
        if wants_number && number.is_none() {
            self.passed += 1;
            return Ok(());
        }
        let text = number.as_deref().unwrap_or_default();
        let float = || text.parse::<f64>().unwrap_or_default();
        match &mut self.state {
            State::Count(count) => *count += 1,
            State::Distinct(seen) => {
                if seen.len() >= MAX_KEPT {
                    return Err(too_many());
                }
                seen.insert(Key::of(Some(cell)));
            }
            State::Sum(sum) | State::Mean(sum) => sum.add(text),
            State::Quantile(values, _) => {
                if values.len() >= MAX_KEPT {
                    return Err(too_many());
                }
                values.push(float());
            }
            State::Extreme { best, by_value, wanted } => {
                let beats = |key: &Key, best: &Option<(Key, Cell<'static>)>| {
                    best.as_ref().is_none_or(|(least, _)| key.cmp(least) == *wanted)
                };
                match (by_value.as_mut(), Key::by_value(Some(cell))) {
                    (Some(best), Some(key)) if beats(&key, best) => *best = Some((key, cell.clone().into_owned())),
                    (Some(_), None) => *by_value = None,
                    _ => {}
                }
                let key = Key::of(Some(cell));
                if beats(&key, best) {
                    *best = Some((key, cell.clone().into_owned()));
                }
            }
            State::Spread(count, mean, squares, _) => {
                *count += 1;
                let value = float();
                let before = value - *mean;
                *mean += before / *count as f64;
                *squares += before * (value - *mean);
            }
            State::First(first) => {
                if first.is_none() {
                    *first = Some(cell.clone().into_owned());
                }
            }
            State::Last(last) => *last = Some(cell.clone().into_owned()),
            State::Concat(text, separator) => {
                let text = match text {
                    None => text.insert(String::new()),
                    Some(text) => {
                        text.push_str(separator);
                        text
                    }
                };
                text.push_str(cell.text());
                if text.len() > MAX_TEXT {
                    return Err(too_many());
                }
            }
            State::List(list) => {
                if list.len() >= MAX_KEPT {
                    return Err(too_many());
                }
                list.push(table::tree(cell)?);
            }
        }
        Ok(())
    }

    /// The result.
    pub(super) fn finish(self) -> Result<Cell<'static>, Error> {
        let number = |text: Option<String>| text.map_or(Cell::Null, |text| Cell::Number(text.into()));
        Ok(match self.state {
            State::Count(count) => number(Some(count.to_string())),
            State::Distinct(seen) => number(Some(seen.len().to_string())),
            // Of texts alone there is no sum; 0 would look like one.
            State::Sum(sum) if sum.is_empty() && self.passed > 0 => Cell::Null,
            State::Sum(sum) => number(sum.text()),
            State::Mean(sum) => number(sum.mean()),
            State::Quantile(values, at) => number(quantile(values, at).and_then(number::of_float)),
            State::Extreme { best, by_value, .. } => by_value.unwrap_or(best).map_or(Cell::Null, |(_, cell)| cell),
            State::Spread(count, _, squares, root) => {
                let variance = (count > 1).then(|| squares / (count - 1) as f64);
                number(
                    variance.map(|variance| if root { variance.sqrt() } else { variance }).and_then(number::of_float),
                )
            }
            State::First(cell) | State::Last(cell) => cell.unwrap_or(Cell::Null),
            State::Concat(text, _) => text.map_or(Cell::Null, |text| Cell::Text(text.into())),
            State::List(list) => Cell::Json(Tree::from(list).to_json().into()),
        })
    }
}

/// The quantile of values, between the two it lies between.
fn quantile(mut values: Vec<f64>, at: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let place = at * (values.len() - 1) as f64;
    let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}
