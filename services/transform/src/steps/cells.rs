//! What is in the cells: computed, filled, trimmed, split, joined.

use std::collections::VecDeque;

use chassis::{Call, Error};

use super::{Combine, Fill, Split};
use crate::rows::cell::{Cell, Columns, Row};
use crate::rows::document::table as tables;
use crate::rows::formula::Formula;
use crate::rows::named::Named;
use crate::rows::open::Table;
use crate::rows::source::Source;
use crate::tree;

/// Parts a cell is split into at most.
const MAX_PARTS: usize = 100_000;

/// Columns of these names; all of them when none is named.
fn places(field: &str, names: &[String], columns: &mut Columns) -> Result<Vec<u32>, Error> {
    match names {
        [] => Ok((0..columns.len() as u32).collect()),
        names => names.iter().map(|name| columns.expect(field, name)).collect(),
    }
}

/// Rows that are changed one by one.
struct Changed<F> {
    source: Box<dyn Source>,
    change: F,
    row: u64,
}

impl<F> Source for Changed<F>
where
    F: for<'r> FnMut(&mut Row<'r>, &mut Columns, u64) -> Result<(), Error> + Send,
{
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let Some(mut row) = self.source.next(columns)? else { return Ok(None) };
        self.row += 1;
        (self.change)(&mut row, columns, self.row)?;
        Ok(Some(row))
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        self.source.finish(columns, call);
    }
}

fn changed<F>(table: Table, change: F) -> Table
where
    F: for<'r> FnMut(&mut Row<'r>, &mut Columns, u64) -> Result<(), Error> + Send + 'static,
{
    Table { source: Box::new(Changed { source: table.source, change, row: 0 }), ..table }
}

/// Computes columns by expressions.
pub fn compute(field: &str, formulas: &Named<String>, mut table: Table) -> Result<Table, Error> {
    let mut parsed = Vec::with_capacity(formulas.0.len());
    for (name, source) in &formulas.0 {
        let formula = Formula::parse(&format!("{field}.{name}"), source)?;
        formula.check(&mut table.columns)?;
        parsed.push((table.columns.place(name)?, formula));
    }
    Ok(changed(table, move |row, columns, number| {
        for (column, formula) in &mut parsed {
            let cell = formula.cell(columns, row, number)?;
            row.set(*column, cell);
        }
        Ok(())
    }))
}

/// Fills empty cells.
pub fn fill(field: &str, fill: &Fill, mut table: Table) -> Result<Table, Error> {
    let places = places(&format!("{field}.columns"), &fill.columns, &mut table.columns)?;
    let (value, previous) = (tables::cell(&fill.value), fill.previous);
    let mut last: Vec<Cell<'static>> = vec![Cell::Null; places.len()];
    Ok(changed(table, move |row, _, _| {
        for (place, last) in places.iter().zip(&mut last) {
            match row.get(*place) {
                Some(cell) if !cell.is_blank() => {
                    if previous {
                        *last = cell.clone().into_owned();
                    }
                }
                _ => row.set(*place, if previous { last.clone() } else { value.clone() }),
            }
        }
        Ok(())
    }))
}

/// Takes spaces off both ends of texts.
pub fn trim(field: &str, names: &[String], mut table: Table) -> Result<Table, Error> {
    let places = places(field, names, &mut table.columns)?;
    Ok(changed(table, move |row, _, _| {
        for (column, cell) in &mut row.cells {
            if let Cell::Text(text) = cell
                && text.trim().len() < text.len()
                && places.contains(column)
            {
                *cell = Cell::Text(text.trim().to_owned().into());
            }
        }
        Ok(())
    }))
}

/// Joins columns into one.
pub fn combine(field: &str, combine: &Combine, mut table: Table) -> Result<Table, Error> {
    let places = places(&format!("{field}.columns"), &combine.columns, &mut table.columns)?;
    let into = table.columns.place(&combine.into)?;
    let by = combine.by.clone().unwrap_or_else(|| " ".to_owned());
    Ok(changed(table, move |row, _, _| {
        let parts: Vec<&str> =
            places.iter().filter_map(|place| row.get(*place)).filter(|cell| !cell.is_blank()).map(Cell::text).collect();
        let joined = parts.join(&by);
        row.set(into, Cell::Text(joined.into()));
        Ok(())
    }))
}

/// Splits a column into several, or into rows.
pub fn split(field: &str, split: &Split, mut table: Table) -> Result<Table, Error> {
    let column = table.columns.expect(&format!("{field}.column"), &split.column)?;
    let by = split.by.clone().unwrap_or_else(|| ",".to_owned());
    if split.rows {
        let source = Exploded { source: table.source, column, by, row: 0, waiting: VecDeque::new() };
        return Ok(Table { source: Box::new(source), ..table });
    }
    if split.into.is_empty() {
        return Err(Error::impossible(
            format!("{field}.into"),
            "names no columns: name those the parts go to, or say rows: true",
        ));
    }
    let into: Vec<u32> = split.into.iter().map(|name| table.columns.place(name)).collect::<Result<_, _>>()?;
    let is_replaced = into.contains(&column);
    Ok(changed(table, move |row, _, number| {
        let parts = match row.get(column) {
            Some(cell) if !cell.is_blank() => parts(cell, &by, into.len(), number)?,
            _ => Vec::new(),
        };
        if !is_replaced {
            row.cells.retain(|(place, _)| *place != column);
        }
        let mut parts = parts.into_iter();
        for place in &into {
            row.set(*place, parts.next().unwrap_or(Cell::Null));
        }
        Ok(())
    }))
}

/// The parts of a cell, so many at most: the elements of a list, or what stands between the separators.
fn parts(cell: &Cell<'_>, by: &str, most: usize, row: u64) -> Result<Vec<Cell<'static>>, Error> {
    if let Cell::Json(json) = cell
        && let Ok(tree::Tree::List(list)) = tree::read(json)
    {
        return Ok(list.iter().take(most).map(tables::cell).collect());
    }
    let parts: Vec<Cell<'static>> = cell
        .text()
        .splitn(most, by)
        .take(MAX_PARTS + 1)
        .map(|part| Cell::Text(part.trim().to_owned().into()))
        .collect();
    if parts.len() > MAX_PARTS {
        return Err(Error::impossible("data", format!("row {row} has more than {MAX_PARTS} parts to split into")));
    }
    Ok(parts)
}

/// A row for each part of a cell.
struct Exploded {
    source: Box<dyn Source>,
    column: u32,
    by: String,
    row: u64,
    waiting: VecDeque<Row<'static>>,
}

impl Source for Exploded {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        if let Some(row) = self.waiting.pop_front() {
            return Ok(Some(row));
        }
        let Some(row) = self.source.next(columns)? else { return Ok(None) };
        self.row += 1;
        let row = row.into_owned();
        let parts = match row.get(self.column) {
            Some(cell) if !cell.is_blank() => parts(cell, &self.by, usize::MAX, self.row)?,
            // A row without parts stays, with nothing in it.
            _ => return Ok(Some(row)),
        };
        if parts.is_empty() {
            let mut row = row;
            row.set(self.column, Cell::Null);
            return Ok(Some(row));
        }
        for part in parts {
            let mut row = row.clone();
            row.set(self.column, part);
            self.waiting.push_back(row);
        }
        Ok(self.waiting.pop_front())
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        self.source.finish(columns, call);
    }
}
