//! Columns computed over the rows around each: running sums, ranks, the row before, shares, moving averages.
//!
//! Every row stays, in its place. Rows of a group are gone through in an order, and each gets the value that is known when it has come.
//! Sums are exact decimals, as those of groups are; a moving one adds what comes and takes off what goes.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use chassis::{Call, Code, Error};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SortKey;
use crate::aggregate::sum::Sum;
use crate::rows::cell::{Cell, Row, shown};
use crate::rows::collect::{self, Room};
use crate::rows::document::table as tables;
use crate::rows::key::Key;
use crate::rows::number;
use crate::rows::open::Table;
use crate::rows::source::Rows;
use crate::tree::Tree;

/// Numbers that moving sums may add once more, where they are not exact.
const MAX_AGAIN: usize = 20_000_000;

/// What is computed for each row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WindowFunction {
    /// Number of the row, from 1.
    #[default]
    RowNumber,
    /// Rank by `order`, from 1; equal rows share the first of their ranks, as in SQL and sports.
    Rank,
    /// The same without gaps.
    DenseRank,
    /// Running sum.
    #[serde(alias = "running-sum", alias = "cumulative-sum", alias = "moving-sum")]
    Sum,
    /// Running mean.
    #[serde(alias = "average", alias = "avg", alias = "running-mean", alias = "moving-average", alias = "moving-mean")]
    Mean,
    /// Number of cells so far that are not empty.
    Count,
    /// Least value so far.
    Min,
    /// Greatest value so far.
    Max,
    /// Value of the row before, or `offset` rows before.
    #[serde(alias = "previous")]
    Lag,
    /// Value of the row behind, or `offset` rows behind.
    #[serde(alias = "next")]
    Lead,
    /// What the value is more than that of the row before.
    #[serde(alias = "diff")]
    Difference,
    /// Share of the sum of the group, from 0 to 1.
    #[serde(alias = "share-of-total", alias = "percent-of-total")]
    Share,
}

/// A column that is computed over the rows around each.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Window {
    /// What is computed.
    #[serde(alias = "op", alias = "fn")]
    pub function: WindowFunction,
    /// The column it is computed of; not needed for row-number, rank and dense-rank.
    #[serde(default, alias = "field")]
    pub column: Option<String>,
    /// Columns by whose values rows are grouped (default those of the request, else all rows are one group).
    #[serde(default, alias = "partitionBy", alias = "groupBy")]
    #[garde(length(max = 100))]
    pub by: Vec<String>,
    /// Columns that order the rows of a group, as in sort (default the order they are in).
    #[serde(default, alias = "orderBy", alias = "sort")]
    #[garde(length(max = 100))]
    pub order: Vec<SortKey>,
    /// For sum, mean, count, min and max: the last so many rows alone, the row itself among them.
    #[serde(default, alias = "size")]
    #[garde(range(min = 1, max = 100_000))]
    pub rows: Option<usize>,
    /// For sum, mean, count, min and max: all rows of the group.
    #[serde(default)]
    pub whole: bool,
    /// For lag, lead and difference: how many rows away (default 1).
    #[serde(default)]
    #[garde(range(min = 1, max = 1_000_000))]
    pub offset: Option<usize>,
    /// For lag and lead: the value where there is no such row (default null).
    #[serde(default)]
    pub default: Tree,
    /// The name of the column it becomes. By default the function and the column, as in sum_amount.
    #[serde(default, alias = "as")]
    #[garde(length(chars, min = 1, max = 1_000))]
    pub name: Option<String>,
}

impl Window {
    fn title(&self) -> String {
        let function = match self.function {
            WindowFunction::RowNumber => "row_number",
            WindowFunction::Rank => "rank",
            WindowFunction::DenseRank => "dense_rank",
            WindowFunction::Sum => "sum",
            WindowFunction::Mean => "mean",
            WindowFunction::Count => "count",
            WindowFunction::Min => "min",
            WindowFunction::Max => "max",
            WindowFunction::Lag => "lag",
            WindowFunction::Lead => "lead",
            WindowFunction::Difference => "difference",
            WindowFunction::Share => "share",
        };
        match (&self.name, &self.column) {
            (Some(name), _) => name.clone(),
            (None, Some(column)) => format!("{function}_{column}"),
            (None, None) => function.to_owned(),
        }
    }

    fn check(&self, field: &str) -> Result<(), Error> {
        use WindowFunction::{Count, DenseRank, Max, Mean, Min, Rank, RowNumber, Sum};
        let (needs_column, needs_order) = match self.function {
            RowNumber | Count => (false, false),
            Rank | DenseRank => (false, true),
            _ => (true, false),
        };
        if needs_column && self.column.is_none() {
            return Err(Error::field(
                Code::ValidationError,
                format!("{field}.column"),
                "is required for this function",
            ));
        }
        if needs_order && self.order.is_empty() {
            return Err(Error::field(
                Code::ValidationError,
                format!("{field}.order"),
                "is required for a rank: by which columns",
            ));
        }
        let framed = matches!(self.function, Sum | Mean | Count | Min | Max);
        if self.rows.is_some() && (self.whole || !framed) {
            let message = "goes with sum, mean, count, min and max, and not with whole";
            return Err(Error::impossible(format!("{field}.rows"), message));
        }
        Ok(())
    }
}

/// Computes columns over the rows around each.
pub fn windows(field: &str, windows: &[Window], by: &[String], table: Table, call: &Call) -> Result<Table, Error> {
    let Table { mut source, mut columns, detected } = table;
    let mut wanted = Vec::with_capacity(windows.len());
    for (index, window) in windows.iter().enumerate() {
        let field = if windows.len() == 1 { field.to_owned() } else { format!("{field}[{index}]") };
        window.check(&field)?;
        let groups = if window.by.is_empty() { by } else { &window.by };
        let groups =
            groups.iter().map(|name| columns.expect(&format!("{field}.by"), name)).collect::<Result<Vec<_>, _>>()?;
        let order = window
            .order
            .iter()
            .map(|key| key.place(&format!("{field}.order"), &mut columns))
            .collect::<Result<Vec<_>, _>>()?;
        let column = window.column.as_ref().map(|name| columns.expect(&format!("{field}.column"), name)).transpose()?;
        wanted.push((window, groups, order, column));
    }
    let mut rows = collect::all(&mut *source, &mut columns, "window", call)?;
    let mut room = Room::default();
    rows.iter().try_for_each(|row| room.take(row, "window"))?;
    for (window, groups, order, column) in wanted {
        let into = columns.place(&window.title())?;
        let cells = computed(window, &rows, &groups, &order, column, &mut room, call)?;
        if cells.passed > 0 {
            let name = shown(window.column.as_deref().unwrap_or_default());
            let message = format!("{} cells of column {name} are no numbers and were passed over", cells.passed);
            call.warn("not-numbers", Some(field), message);
        }
        for (row, cell) in rows.iter_mut().zip(cells.cells) {
            row.set(into, cell);
        }
    }
    Ok(Table { source: Box::new(Rows::of(rows)), columns, detected })
}

/// The new cells of all rows, and how many cells were no numbers.
struct Cells<'m> {
    cells: Vec<Cell<'static>>,
    passed: u64,
    room: &'m mut Room,
}

impl Cells<'_> {
    fn put(&mut self, place: usize, cell: Cell<'static>) -> Result<(), Error> {
        self.room.take_cell(&cell, "window")?;
        self.cells[place] = cell;
        Ok(())
    }
}

fn computed<'m>(
    window: &Window,
    rows: &[Row<'static>],
    groups: &[u32],
    order: &[(u32, bool)],
    column: Option<u32>,
    room: &'m mut Room,
    call: &Call,
) -> Result<Cells<'m>, Error> {
    let mut members: Vec<Vec<usize>> = Vec::new();
    let mut places: HashMap<Vec<Key>, usize> = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        let key: Vec<Key> = groups.iter().map(|column| Key::of(row.get(*column))).collect();
        let group = *places.entry(key).or_insert_with(|| {
            members.push(Vec::new());
            members.len() - 1
        });
        members[group].push(place);
    }
    drop(places);
    call.check()?;
    let keys = super::choose::keys(rows, order);
    call.check()?;
    let mut made = Cells { cells: vec![Cell::Null; rows.len()], passed: 0, room };
    for mut group in members {
        group.sort_by(|one, two| super::choose::compare(&keys[*one], &keys[*two], order));
        call.check()?;
        let cell = |place: usize| column.and_then(|column| rows[place].get(column));
        let ties = |one: usize, two: usize| keys[one] == keys[two];
        of_group(window, &group, &cell, &ties, &mut made, call)?;
    }
    Ok(made)
}

fn whole(number: usize) -> Cell<'static> {
    Cell::Number(number.to_string().into())
}

fn number_cell(text: Option<String>) -> Cell<'static> {
    text.map_or(Cell::Null, |text| Cell::Number(text.into()))
}

/// The other sign of a number of JSON.
fn negated(text: &str) -> String {
    text.strip_prefix('-').map_or_else(|| format!("-{text}"), str::to_owned)
}

fn of_group<'r>(
    window: &Window,
    group: &[usize],
    cell: &dyn Fn(usize) -> Option<&'r Cell<'static>>,
    ties: &dyn Fn(usize, usize) -> bool,
    made: &mut Cells<'_>,
    call: &Call,
) -> Result<(), Error> {
    let mut passed = 0;
    let mut number = |place: usize| match cell(place).filter(|cell| !cell.is_blank()) {
        None => None,
        Some(Cell::Number(text)) => Some(text.to_string()),
        Some(Cell::Text(text)) => {
            let said = number::said(text);
            passed += u64::from(said.is_none());
            said.map(Cow::into_owned)
        }
        Some(_) => {
            passed += 1;
            None
        }
    };
    let away = window.offset.unwrap_or(1);
    match window.function {
        WindowFunction::RowNumber => {
            for (at, place) in group.iter().enumerate() {
                made.put(*place, whole(at + 1))?;
            }
        }
        WindowFunction::Rank | WindowFunction::DenseRank => {
            let (mut rank, mut dense) = (0, 0);
            for (at, place) in group.iter().enumerate() {
                if at == 0 || !ties(group[at - 1], *place) {
                    (rank, dense) = (at + 1, dense + 1);
                }
                made.put(*place, whole(if window.function == WindowFunction::Rank { rank } else { dense }))?;
            }
        }
        WindowFunction::Lag | WindowFunction::Lead => {
            for (at, place) in group.iter().enumerate() {
                let other = match window.function {
                    WindowFunction::Lag => at.checked_sub(away),
                    _ => at.checked_add(away),
                };
                let other = other.and_then(|other| group.get(other));
                let new = match other {
                    Some(other) => cell(*other).cloned().unwrap_or(Cell::Null),
                    None => tables::cell(&window.default),
                };
                made.put(*place, new)?;
            }
        }
        WindowFunction::Difference => {
            let numbers: Vec<Option<String>> = group.iter().map(|place| number(*place)).collect();
            for (at, place) in group.iter().enumerate() {
                let before = at.checked_sub(away).and_then(|other| numbers[other].as_ref());
                if let (Some(before), Some(own)) = (before, &numbers[at]) {
                    let mut sum = Sum::default();
                    sum.add(own);
                    sum.add(&negated(before));
                    made.put(*place, number_cell(sum.text()))?;
                }
            }
        }
        WindowFunction::Share => {
            let numbers: Vec<Option<String>> = group.iter().map(|place| number(*place)).collect();
            let mut sum = Sum::default();
            numbers.iter().flatten().for_each(|text| sum.add(text));
            let total: f64 = sum.text().and_then(|text| text.parse().ok()).unwrap_or_default();
            for (place, own) in group.iter().zip(&numbers) {
                let share = own.as_ref().and_then(|own| own.parse::<f64>().ok()).map(|own| own / total);
                made.put(*place, number_cell(share.and_then(number::of_float)))?;
            }
        }
        WindowFunction::Min | WindowFunction::Max => extremes(window, group, cell, made)?,
        WindowFunction::Count => {
            let full = |place: usize| match window.column {
                Some(_) => cell(place).is_some_and(|cell| !cell.is_blank()),
                None => true,
            };
            let all = group.iter().filter(|place| full(**place)).count();
            let mut count = 0;
            for (at, place) in group.iter().enumerate() {
                count += usize::from(full(*place));
                let gone = window.rows.and_then(|rows| at.checked_sub(rows));
                count -= gone.map_or(0, |gone| usize::from(full(group[gone])));
                made.put(*place, whole(if window.whole { all } else { count }))?;
            }
        }
        WindowFunction::Sum | WindowFunction::Mean => {
            let numbers: Vec<Option<String>> = group.iter().map(|place| number(*place)).collect();
            let mut frame = Frame::default();
            if window.whole {
                numbers.iter().flatten().for_each(|text| frame.add(text));
            }
            for (at, place) in group.iter().enumerate() {
                if at.is_multiple_of(1_024) {
                    call.check()?;
                }
                if !window.whole {
                    if let Some(own) = &numbers[at] {
                        frame.add(own);
                    }
                    let gone = window.rows.and_then(|rows| at.checked_sub(rows));
                    if let Some(gone) = gone.and_then(|gone| numbers[gone].as_ref()) {
                        let first = window.rows.map_or(0, |rows| at + 1 - rows);
                        frame.remove(gone, &numbers[first..=at])?;
                    }
                }
                let new = match window.function {
                    WindowFunction::Sum => frame.sum(),
                    _ => frame.mean(),
                };
                made.put(*place, number_cell(new))?;
            }
        }
    }
    made.passed += passed;
    Ok(())
}

/// Numbers that come and go.
#[derive(Default)]
struct Frame {
    sum: Sum,
    count: u64,
    /// Numbers added once more so far.
    again: usize,
}

impl Frame {
    fn add(&mut self, text: &str) {
        self.sum.add(text);
        self.count += 1;
    }

    /// Takes a number off; what is left is added up anew where sums are not exact.
    fn remove(&mut self, text: &str, left: &[Option<String>]) -> Result<(), Error> {
        self.count -= 1;
        self.sum.add(&negated(text));
        if self.sum.is_inexact() {
            self.again += left.len();
            if self.again > MAX_AGAIN {
                let message = "numbers with more digits than a sum keeps take too long here: round them, or have fewer rows in a window";
                return Err(Error::impossible("window", message));
            }
            self.sum = Sum::default();
            left.iter().flatten().for_each(|text| self.sum.add(text));
        }
        Ok(())
    }

    fn sum(&self) -> Option<String> {
        if self.count == 0 { None } else { self.sum.text() }
    }

    fn mean(&self) -> Option<String> {
        self.sum.mean_of(self.count)
    }
}

/// The least or the greatest so far: those that may still be it stand in a queue, the best in front.
fn extremes<'r>(
    window: &Window,
    group: &[usize],
    cell: &dyn Fn(usize) -> Option<&'r Cell<'static>>,
    made: &mut Cells<'_>,
) -> Result<(), Error> {
    let by_value = group.iter().all(|place| Key::by_value(cell(*place)).is_some());
    let key = |place: usize| Key::by_value(cell(place)).filter(|_| by_value).unwrap_or_else(|| Key::of(cell(place)));
    let beats = |one: &Key, two: &Key| if window.function == WindowFunction::Min { one <= two } else { one >= two };
    let mut best: VecDeque<(usize, Key)> = VecDeque::new();
    for (at, place) in group.iter().enumerate() {
        if let Some(first) = window.rows.and_then(|rows| (at + 1).checked_sub(rows)) {
            while best.front().is_some_and(|(at, _)| *at < first) {
                best.pop_front();
            }
        }
        let own = key(*place);
        if own != Key::Null && cell(*place).is_some_and(|cell| !cell.is_blank()) {
            while best.back().is_some_and(|(_, last)| beats(&own, last)) {
                best.pop_back();
            }
            best.push_back((at, own));
        }
        let found = best.front().and_then(|(at, _)| cell(group[*at])).cloned();
        made.put(*place, found.unwrap_or(Cell::Null))?;
    }
    if window.whole
        && let Some(last) = group.last()
    {
        let all = made.cells[*last].clone();
        for place in group {
            made.put(*place, all.clone())?;
        }
    }
    Ok(())
}
