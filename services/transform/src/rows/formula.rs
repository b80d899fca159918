//! Expressions over the cells of a row, in the language of math's `evaluate`.

use chassis::Error;
use expression::{Budget, Options, Program, Value};

use super::cell::{Cell, Columns, Row};
use super::number;
use crate::tree::{self, Tree};

/// Work and elements the expression may cost for one row.
const WORK: u64 = 2_000_000;
const ELEMENTS: u64 = 100_000;
/// Elements of a list in a cell that are handed to it.
const MAX_LIST: usize = 10_000;

/// An expression that was read.
pub struct Formula {
    program: Program,
    options: Options,
    field: String,
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
        Ok(Self { program, options, field: field.to_owned() })
    }

    /// Checks that its names are columns.
    ///
    /// # Errors
    /// When one is none.
    pub fn check(&self, columns: &Columns) -> Result<(), Error> {
        self.program.variables().try_for_each(|name| columns.expect(&self.field, name).map(drop))
    }

    fn value(&self, columns: &Columns, row: &Row<'_>, number: u64) -> Result<Value, Error> {
        let lookup = |name: &str| {
            let column = columns.find(name)?;
            Some(row.get(column).map_or(Value::Null, |cell| self.of_cell(cell)))
        };
        let mut budget = Budget::with_limits(WORK, ELEMENTS, &|| false);
        self.program.evaluate(&lookup, &mut budget).map_err(|error| self.fails(&error, number))
    }

    fn fails(&self, error: &expression::Error, row: u64) -> Error {
        Error::impossible(self.field.clone(), format!("row {row}: {}", error.message))
    }

    /// Whether it holds for a row.
    ///
    /// # Errors
    /// When it cannot be computed, or is no condition.
    pub fn holds(&self, columns: &Columns, row: &Row<'_>, number: u64) -> Result<bool, Error> {
        self.value(columns, row, number)?.is_true().map_err(|error| self.fails(&error, number))
    }

    /// What it is for a row.
    ///
    /// # Errors
    /// When it cannot be computed.
    pub fn cell(&self, columns: &Columns, row: &Row<'_>, number: u64) -> Result<Cell<'static>, Error> {
        Ok(self.to_cell(&self.value(columns, row, number)?))
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
