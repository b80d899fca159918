//! Bulk numbers from a file of a request: CSV, NDJSON, a list in JSON, or raw doubles.
//!
//! A list in the body is read number by number as exact decimals, good for what people type; a file is read into doubles,
//! for what machines write. What JSON bodies are too small for (10 MB) comes this way.

use chassis::{Missing, Numbers, NumbersOptions};

use crate::cell::{Cell, LARGEST};
use crate::dd::Dd;
use crate::error::{Error, conflict};

/// How a file is to be read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading<'a> {
    /// The column wanted, by name or number.
    pub(crate) column: Option<&'a str>,
    /// Whether the decimal mark is a comma.
    pub(crate) decimal_comma: bool,
}

/// One column; a missing number is a NaN.
pub(crate) fn column(file: &Numbers, reading: Reading<'_>) -> Result<Vec<f64>, Error> {
    let columns: Vec<String> = reading.column.map(str::to_owned).into_iter().collect();
    let options = NumbersOptions {
        columns: &columns,
        missing: Missing::Keep,
        decimal_comma: reading.decimal_comma,
        ..NumbersOptions::default()
    };
    let values = file.column(&options).map_err(Error::File)?;
    bounded(&values)?;
    Ok(values)
}

/// Several columns, or all there are, row by row; a missing number is a NaN.
pub(crate) fn table(file: &Numbers, columns: &[String], decimal_comma: bool) -> Result<chassis::Matrix, Error> {
    let options = NumbersOptions { columns, missing: Missing::Keep, decimal_comma, ..NumbersOptions::default() };
    let table = file.matrix(&options).map_err(Error::File)?;
    bounded(table.values())?;
    Ok(table)
}

/// The values of a list in the request, or else of its file; none may be missing.
pub(crate) fn values(
    field: &'static str,
    list: Vec<f64>,
    file: Option<&Numbers>,
    reading: Reading<'_>,
    most: usize,
) -> Result<Vec<f64>, Error> {
    let Some(file) = file else {
        return if list.is_empty() {
            Err(conflict(field, format!("is missing: send {field}, or a file")))
        } else {
            Ok(list)
        };
    };
    if !list.is_empty() {
        return Err(conflict("file", format!("is there together with {field}: send one of the two")));
    }
    let values = column(file, reading)?;
    if let Some(index) = values.iter().position(|value| value.is_nan()) {
        return Err(conflict("file", format!("has no number in row {}: fill it first", index + 1)));
    }
    if values.is_empty() || values.len() > most {
        return Err(conflict("file", format!("must have from 1 to {most} numbers (it has {})", values.len())));
    }
    Ok(values)
}

/// Doubles as the decimals they are written as.
pub(crate) fn cells(values: &[f64]) -> Vec<Cell> {
    let cell = |value: &f64| if value.is_nan() { Cell::Missing } else { Cell::Number(Dd::decimal_of(*value)) };
    values.iter().map(cell).collect()
}

/// Refuses what is too large to be squared.
fn bounded(values: &[f64]) -> Result<(), Error> {
    match values.iter().position(|value| value.abs() > LARGEST) {
        None => Ok(()),
        Some(index) => {
            let message = format!("number {} is too large: numbers must be between -1e75 and 1e75", index + 1);
            Err(conflict("file", message))
        }
    }
}
