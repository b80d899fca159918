//! Expressions over the cells of a row, in the language of math's `evaluate`.

use chassis::Error;
use expression::{Budget, Options, Program, Value};

use super::cell::{Cell, Columns, Row};
use super::number;
use crate::tree::{self, Tree};
use crate::worker;

/// Work, in tenths of a microsecond, and elements the expression may cost for one row.
const WORK: u64 = 2_000_000;
const ELEMENTS: u64 = 100_000;
/// Work it may cost for all rows together: the two seconds every expression has, and what a plain one costs for a row, so that a
/// long table is no reason to refuse it.
const ALL_WORK: u64 = 20_000_000;
const ROW_WORK: u64 = 100;
/// Bytes of JSON in a cell that are read in a unit of work, and bytes of text that are copied.
const BYTES: u64 = 16;
const COPIED: u64 = 64;
/// Elements of a list in a cell that are handed to it.
const MAX_LIST: usize = 10_000;

/// An expression that was read.
pub struct Formula {
    program: Program,
    options: Options,
    field: String,
    /// Work it has cost so far, and rows.
    spent: u64,
    rows: u64,
}

impl Formula {
    /// Reads the expression of a field.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(field: &str, source: &str) -> Result<Self, Error> {
        let options = Options { max_source: 10_000, ..Options::default() };
        let program = Program::parse(source, &options).map_err(|error| {
            let place = error.position.map_or(String::new(), |at| format!(" (character {})", at + 1));
            Error::impossible(field, format!("{}{place}", error.message))
        })?;
        Ok(Self { program, options, field: field.to_owned(), spent: 0, rows: 0 })
    }

    /// Checks that its names are columns.
    ///
    /// # Errors
    /// When one is none.
    pub fn check(&self, columns: &mut Columns) -> Result<(), Error> {
        self.program.variables().try_for_each(|name| columns.expect(&self.field, name).map(drop))
    }

    fn value(&mut self, columns: &Columns, row: &Row<'_>, number: u64) -> Result<Value, Error> {
        // What is read of cells costs too, before the evaluation sees it.
        let read = std::cell::Cell::new(0_u64);
        let lookup = |name: &str| {
            let cell = row.get(columns.find(name)?);
            // Each time it is named is a copy of its own.
            let cost = match cell {
                Some(Cell::Json(json)) => json.len() as u64 / BYTES,
                Some(Cell::Text(text) | Cell::Number(text)) => text.len() as u64 / COPIED,
                _ => 0,
            };
            read.set(read.get() + cost);
            Some(cell.filter(|_| read.get() <= WORK).map_or(Value::Null, |cell| self.of_cell(cell)))
        };
        let mut budget = Budget::with_limits(WORK, ELEMENTS, &|| false);
        let value = self.program.evaluate(&lookup, &mut budget);
        let read = read.get();
        self.spent += read + (WORK - budget.work());
        self.rows += 1;
        if read > WORK || self.spent > ALL_WORK + self.rows * ROW_WORK {
            return Err(worker::too_long(&self.field));
        }
        value.map_err(|error| self.fails(&error, number))
    }

    fn fails(&self, error: &expression::Error, row: u64) -> Error {
        Error::impossible(self.field.clone(), format!("row {row}: {}", error.message))
    }

    /// Whether it holds for a row.
    ///
    /// # Errors
    /// When it cannot be computed, or is no condition.
    pub fn holds(&mut self, columns: &Columns, row: &Row<'_>, number: u64) -> Result<bool, Error> {
        let value = self.value(columns, row, number)?;
        value.is_true().map_err(|error| self.fails(&error, number))
    }

    /// What it is for a row.
    ///
    /// # Errors
    /// When it cannot be computed.
    pub fn cell(&mut self, columns: &Columns, row: &Row<'_>, number: u64) -> Result<Cell<'static>, Error> {
        let value = self.value(columns, row, number)?;
        Ok(self.to_cell(&value))
    }

    fn of_cell(&self, cell: &Cell<'_>) -> Value {
        match cell {
            Cell::Null => Value::Null,
            Cell::Bool(value) => Value::Bool(*value),
            Cell::Number(text) => Value::number(text, &self.options).unwrap_or_else(|_| Value::text_of(text)),
            Cell::Text(text) => Value::text_of(text),
            Cell::Json(json) => match tree::read(json) {
                Ok(Tree::List(list)) if list.len() <= MAX_LIST => {
                    Value::list(list.iter().map(|value| self.of_tree(value)).collect())
                }
                _ => Value::text_of(json),
            },
        }
    }

    fn of_tree(&self, tree: &Tree) -> Value {
        self.of_cell(&super::document::table::cell(tree))
    }

    fn to_cell(&self, value: &Value) -> Cell<'static> {
        match value {
            Value::Null => Cell::Null,
            Value::Bool(value) => Cell::Bool(*value),
            Value::Text(text) => Cell::Text(text.to_string().into()),
            Value::Number(_) => {
                let text = value.text(&self.options);
                if number::is_json(&text) { Cell::Number(text.into()) } else { Cell::Text(text.into()) }
            }
            Value::List(values) => {
                let list: Result<Tree, Error> =
                    values.iter().map(|value| super::document::table::tree(&self.to_cell(value))).collect();
                list.map_or(Cell::Null, |list| Cell::Json(list.to_json().into()))
            }
            other => Cell::Text(other.text(&self.options).into()),
        }
    }
}
