//! Which rows stay, and in which order.

use std::collections::HashSet;
use std::hash::RandomState;

use chassis::{Call, Code, Error};

use super::{Keep, SortKey, Unique};
use crate::rows::cell::{Columns, Row};
use crate::rows::collect;
use crate::rows::formula::Formula;
use crate::rows::key::{Key, fingerprint};
use crate::rows::open::Table;
use crate::rows::source::{Rows, Source};

/// Different rows that are told apart.
const MAX_DIFFERENT: usize = 10_000_000;

/// Keeps the rows for which an expression holds.
pub fn filter(field: &str, source: &str, mut table: Table) -> Result<Table, Error> {
    let formula = Formula::parse(field, source)?;
    formula.check(&mut table.columns)?;
    let source = Box::new(Filtered { source: table.source, formula, row: 0, kept: None });
    Ok(Table { source, ..table })
}

struct Filtered {
    source: Box<dyn Source>,
    formula: Formula,
    row: u64,
    /// The row that was found to stay.
    kept: Option<Row<'static>>,
}

impl Source for Filtered {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        loop {
            let Some(row) = self.source.next(columns)? else { return Ok(None) };
            self.row += 1;
            if self.formula.holds(columns, &row, self.row)? {
                // What is handed out cannot stay borrowed while the next is looked for.
                self.kept = Some(row.into_owned());
                break;
            }
        }
        Ok(self.kept.take())
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        self.source.finish(columns, call);
    }
}

/// Sorts rows.
pub fn sort(field: &str, by: &[SortKey], table: Table, call: &Call) -> Result<Table, Error> {
    let Table { mut source, mut columns, detected } = table;
    let order: Vec<(u32, bool)> = by.iter().map(|key| key.place(field, &mut columns)).collect::<Result<_, _>>()?;
    let rows = collect::all(&mut *source, &mut columns, "sort", call)?;
    call.check()?;
    let keys = keys(&rows, &order);
    call.check()?;
    let mut keyed: Vec<(Vec<Key>, Row<'static>)> = keys.into_iter().zip(rows).collect();
    keyed.sort_by(|(one, _), (two, _)| compare(one, two, &order));
    let rows = keyed.into_iter().map(|(_, row)| row).collect();
    Ok(Table { source: Box::new(Rows::of(rows)), columns, detected })
}

/// What rows are compared by. A column of texts that all say numbers is one of numbers to whoever sorts it: 9 comes before 10.
pub(super) fn keys(rows: &[Row<'static>], order: &[(u32, bool)]) -> Vec<Vec<Key>> {
    let by_value = |(column, _): &(u32, bool)| rows.iter().all(|row| Key::by_value(row.get(*column)).is_some());
    let by_value: Vec<bool> = order.iter().map(by_value).collect();
    let key = |row: &Row<'_>, column: u32, by_value: bool| {
        Key::by_value(row.get(column)).filter(|_| by_value).unwrap_or_else(|| Key::of(row.get(column)))
    };
    let keys = |row: &Row<'_>| {
        order.iter().zip(&by_value).map(|((column, _), by_value)| key(row, *column, *by_value)).collect()
    };
    rows.iter().map(keys).collect()
}

/// Which of two comes first.
pub(super) fn compare(one: &[Key], two: &[Key], order: &[(u32, bool)]) -> std::cmp::Ordering {
    let orders = one.iter().zip(two).zip(order).map(|((one, two), (_, descending))| one.order(two, *descending));
    orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

/// Keeps one of the rows that are alike.
pub fn unique(field: &str, unique: &Unique, mut table: Table, call: &Call) -> Result<Table, Error> {
    let by: Vec<u32> =
        unique.by.iter().map(|name| table.columns.expect(&format!("{field}.by"), name)).collect::<Result<_, _>>()?;
    let mut seen =
        Seen { by, loose: unique.loose, hashers: [RandomState::new(), RandomState::new()], seen: HashSet::new() };
    if unique.keep == Keep::First {
        let source = Box::new(Different { source: table.source, seen, kept: None });
        return Ok(Table { source, ..table });
    }
    let Table { mut source, mut columns, detected } = table;
    let rows = collect::all(&mut *source, &mut columns, "unique", call)?;
    let mut kept = Vec::new();
    for row in rows.into_iter().rev() {
        if seen.is_new(&row, &columns)? {
            kept.push(row);
        }
    }
    kept.reverse();
    Ok(Table { source: Box::new(Rows::of(kept)), columns, detected })
}

/// Rows that were seen.
struct Seen {
    by: Vec<u32>,
    loose: bool,
    hashers: [RandomState; 2],
    seen: HashSet<u128>,
}

impl Seen {
    fn is_new(&mut self, row: &Row<'_>, columns: &Columns) -> Result<bool, Error> {
        let all: Vec<u32>;
        let by = match self.by.is_empty() {
            true => {
                all = (0..columns.len() as u32).collect();
                &all
            }
            false => &self.by,
        };
        let key = |column: &u32| if self.loose { Key::loose(row.get(*column)) } else { Key::of(row.get(*column)) };
        let mut keys: Vec<Key> = by.iter().map(key).collect();
        // Columns that came later are nothing in the rows before.
        while keys.last() == Some(&Key::Null) {
            keys.pop();
        }
        if self.seen.len() >= MAX_DIFFERENT {
            return Err(Error::new(Code::PayloadTooLarge, "unique tells 10 million rows apart at most: filter first"));
        }
        Ok(self.seen.insert(fingerprint(&keys, &self.hashers[0], &self.hashers[1])))
    }
}

struct Different {
    source: Box<dyn Source>,
    seen: Seen,
    kept: Option<Row<'static>>,
}

impl Source for Different {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        loop {
            let Some(row) = self.source.next(columns)? else { return Ok(None) };
            if self.seen.is_new(&row, columns)? {
                self.kept = Some(row.into_owned());
                break;
            }
        }
        Ok(self.kept.take())
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        self.source.finish(columns, call);
    }
}

/// Passes over rows.
pub fn offset(rows: u64, table: Table) -> Table {
    Table { source: Box::new(Cut { source: table.source, skip: rows, left: u64::MAX }), ..table }
}

/// Keeps the first rows.
pub fn limit(rows: u64, table: Table) -> Table {
    Table { source: Box::new(Cut { source: table.source, skip: 0, left: rows }), ..table }
}

struct Cut {
    source: Box<dyn Source>,
    skip: u64,
    left: u64,
}

impl Source for Cut {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        while self.skip > 0 {
            self.skip -= 1;
            if self.source.next(columns)?.is_none() {
                return Ok(None);
            }
        }
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.source.next(columns)
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        self.source.finish(columns, call);
    }
}
