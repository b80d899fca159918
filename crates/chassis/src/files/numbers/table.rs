//! What numbers of any form are gathered in: rows of equal length.

use super::{MAX_COLUMNS, MAX_NUMBERS, Missing};
use crate::error::{Code, Error, clip};

/// Names that are listed in an error.
const NAMES_SHOWN: usize = 10;
/// Characters of a name or cell that are shown.
pub(super) const SHOWN_CHARS: usize = 40;

/// Rows of numbers of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matrix {
    pub(super) values: Vec<f64>,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) names: Vec<String>,
}

impl Matrix {
    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The names of the columns, when there was a header or there were objects; else none.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// All numbers, row by row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All numbers, row by row, to keep.
    #[must_use]
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// One row after another, each as long as there are columns.
    pub fn iter_rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.columns.max(1))
    }
}

/// What is wrong with the numbers, and where.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) code: Code,
    /// What follows the name of the field, such as `[3]`.
    pub(super) below: String,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { code: Code::Unprocessable, below: String::new(), message: message.into() }
    }

    pub(super) fn too_many() -> Self {
        let message = format!("holds more than {MAX_NUMBERS} numbers: send less at once");
        Self { code: Code::PayloadTooLarge, ..Self::new(message) }
    }

    pub(super) fn too_wide() -> Self {
        let message = format!("has more than {MAX_COLUMNS} columns: send fewer, or one to a line");
        Self { code: Code::PayloadTooLarge, ..Self::new(message) }
    }

    pub(super) fn of(field: &str, fault: Self) -> Error {
        Error::field(fault.code, format!("{field}{}", fault.below), fault.message)
    }

    /// There are several columns, and one is asked for.
    pub(super) fn choose(names: &[String], count: usize) -> Self {
        let listed = if names.is_empty() { String::new() } else { format!(": {}", list(names)) };
        Self::new(format!("has {count} columns: choose one by its name or number{listed}"))
    }

    /// A column that was asked for is not there.
    pub(super) fn no_column(wanted: &str, names: &[String], count: usize) -> Self {
        let wanted = clip(wanted, SHOWN_CHARS);
        Self::new(match names {
            [] => format!("has no column {wanted}: without a header, choose by number, 1 to {count}"),
            names => format!("has no column {wanted}: there is {}", list(names)),
        })
    }
}

/// `1 column`, `2 columns`.
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The first names, in words.
fn list(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(NAMES_SHOWN).map(|name| clip(name, SHOWN_CHARS)).collect();
    let more = names.len() - shown.len();
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// Finds the columns that are wanted: by their name, as it is written or in another case, or by their number from 1.
pub(super) fn find_columns(wanted: &[String], names: &[String], count: usize) -> Result<Vec<usize>, Fault> {
    let mut found = Vec::with_capacity(wanted.len());
    for column in wanted {
        let at = find_column(column, names, count)?;
        if found.contains(&at) {
            return Err(Fault::new(format!("is asked for column {} twice", clip(column, SHOWN_CHARS))));
        }
        found.push(at);
    }
    Ok(found)
}

fn find_column(wanted: &str, names: &[String], count: usize) -> Result<usize, Fault> {
    let wanted = wanted.trim();
    let all = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter(|(_, name)| same(name)).map(|(at, _)| at).collect()
    };
    let lower = wanted.to_lowercase();
    for named in [all(&|name| name == wanted), all(&|name| name.to_lowercase() == lower)] {
        match named[..] {
            [] => {}
            [at] => return Ok(at),
            [..] => {
                let wanted = clip(wanted, SHOWN_CHARS);
                return Err(Fault::new(format!("has several columns called {wanted}: choose by number")));
            }
        }
    }
    let number = wanted.parse::<usize>().ok().filter(|number| (1..=count).contains(number));
    number.map(|number| number - 1).ok_or_else(|| Fault::no_column(wanted, names, count))
}

/// Rows as they are read. A missing number is a NaN until the end; nothing else is.
pub(super) struct Builder {
    missing: Missing,
    /// Whether there are missing numbers to leave out.
    has_missing: bool,
    /// The row that is being read.
    row: Vec<f64>,
    table: Matrix,
}

impl Builder {
    pub(super) fn new(missing: Missing) -> Self {
        Self { missing, has_missing: false, row: Vec::new(), table: Matrix::default() }
    }

    /// Makes room for so many numbers, as far as there may be as many.
    pub(super) fn expect(&mut self, numbers: usize) {
        self.table.values.reserve(numbers.min(MAX_NUMBERS));
    }

    pub(super) fn rows(&self) -> usize {
        self.table.rows
    }

    /// Adds a number, or a missing one, to the row.
    pub(super) fn push(&mut self, number: Option<f64>, place: impl FnOnce() -> String) -> Result<(), Fault> {
        if self.table.values.len() + self.row.len() >= MAX_NUMBERS {
            return Err(Fault::too_many());
        }
        match number {
            Some(number) => self.row.push(number),
            None if self.missing == Missing::Refuse => return Err(missing(&place())),
            None => {
                self.has_missing = self.missing == Missing::Skip;
                self.row.push(f64::NAN);
            }
        }
        Ok(())
    }

    /// Puts a number into its place of a row whose width is known.
    pub(super) fn set(&mut self, at: usize, number: Option<f64>, place: impl FnOnce() -> String) -> Result<(), Fault> {
        while self.row.len() < at {
            self.row.push(f64::NAN);
        }
        if at == self.row.len() {
            return self.push(number, place);
        }
        if number.is_none() && self.missing == Missing::Refuse {
            return Err(missing(&place()));
        }
        self.has_missing |= number.is_none() && self.missing == Missing::Skip;
        self.row[at] = number.unwrap_or(f64::NAN);
        Ok(())
    }

    /// The columns of the row that nothing was put into.
    pub(super) fn unset(&self, width: usize) -> impl Iterator<Item = usize> + '_ {
        (0..width).filter(|at| self.row.get(*at).is_none_or(|number| number.is_nan()))
    }

    /// Ends a row, which is as long as all the others.
    pub(super) fn end_row(&mut self, place: impl FnOnce() -> String) -> Result<(), Fault> {
        let width = self.row.len();
        if self.table.rows == 0 {
            self.table.columns = width;
        } else if width != self.table.columns {
            let before = self.table.columns;
            let has = counted(width, "column");
            return Err(Fault::new(format!("{} has {has}, the rows before have {before}", place())));
        } else if width > MAX_COLUMNS {
            return Err(Fault::too_wide());
        }
        self.table.values.append(&mut self.row);
        self.table.rows += 1;
        Ok(())
    }

    /// All rows; those with a missing number are still there.
    pub(super) fn finish(self, names: Vec<String>) -> Gathered {
        Gathered { table: Matrix { names, ..self.table }, has_missing: self.has_missing }
    }
}

fn missing(place: &str) -> Fault {
    Fault::new(format!("{place}: is missing; send a number, or have missing ones skipped"))
}

/// All rows.
pub(super) struct Gathered {
    pub(super) table: Matrix,
    has_missing: bool,
}

impl Gathered {
    /// The numbers as rows and columns, the rows with a missing number left out.
    pub(super) fn matrix(mut self, shape: Option<[usize; 2]>) -> Result<Matrix, Fault> {
        if let Some(shape) = shape {
            self.lay_out(shape)?;
        }
        let Matrix { values, columns, names, .. } = self.table;
        let width = columns.max(1);
        let values = match self.has_missing {
            false => values,
            true => values
                .chunks_exact(width)
                .filter(|row| !row.iter().any(|one| one.is_nan()))
                .flatten()
                .copied()
                .collect(),
        };
        Ok(Matrix { rows: values.len() / width, values, columns, names })
    }

    /// The numbers of the one column there is, or of the one row; missing ones left out.
    pub(super) fn column(self) -> Result<Vec<f64>, Fault> {
        let Matrix { mut values, rows, columns, names } = self.table;
        if columns > 1 && (rows > 1 || !names.is_empty()) {
            return Err(Fault::choose(&names, columns));
        }
        if self.has_missing {
            values.retain(|number| !number.is_nan());
        }
        Ok(values)
    }

    /// Lays a list out in rows; what is in rows already must be in these.
    fn lay_out(&mut self, [rows, columns]: [usize; 2]) -> Result<(), Fault> {
        let table = &mut self.table;
        let is_list = table.rows <= 1 || table.columns == 1;
        let fits = rows.checked_mul(columns) == Some(table.values.len());
        if (table.rows, table.columns) == (rows, columns) {
            return Ok(());
        }
        if !is_list || !fits {
            let has = if is_list {
                counted(table.values.len(), "number")
            } else {
                format!("{} x {} numbers", table.rows, table.columns)
            };
            return Err(Fault::new(format!("has {has}, but the shape says {rows} x {columns}")));
        }
        if columns > MAX_COLUMNS && rows > 1 {
            return Err(Fault::too_wide());
        }
        (table.rows, table.columns) = (rows, columns);
        table.names.clear();
        Ok(())
    }
}
