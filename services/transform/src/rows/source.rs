//! Where rows come from, one after the other.

use std::vec;

use chassis::{Call, Error};

use super::cell::{Columns, Row};

/// Rows, one after the other. The columns belong to whoever reads: a source may add to them as it finds some.
pub trait Source: Send {
    /// The next row; none at the end.
    ///
    /// # Errors
    /// When the data ends before it should, or is not what it should be: with the place.
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error>;

    /// Warns of what was odd about the rows that have come.
    fn finish(&mut self, _: &Columns, _: &Call) {}
}

/// Rows that are here.
pub struct Rows(vec::IntoIter<Row<'static>>);

impl Rows {
    /// These rows.
    #[must_use]
    pub fn of(rows: Vec<Row<'static>>) -> Self {
        Self(rows.into_iter())
    }
}

impl Source for Rows {
    fn next(&mut self, _: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        Ok(self.0.next())
    }
}

/// Rows that were looked at, and those behind them.
pub struct Ahead {
    first: vec::IntoIter<Row<'static>>,
    rest: Box<dyn Source>,
}

impl Ahead {
    /// Looks at so many rows, so that their columns are known.
    ///
    /// # Errors
    /// As the source says.
    pub fn of(mut rest: Box<dyn Source>, columns: &mut Columns, rows: usize) -> Result<Self, Error> {
        let mut first = Vec::new();
        while first.len() < rows {
            let Some(row) = rest.next(columns)? else { break };
            first.push(row.into_owned());
        }
        Ok(Self { first: first.into_iter(), rest })
    }
}

impl Source for Ahead {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        match self.first.next() {
            Some(row) => Ok(Some(row)),
            None => self.rest.next(columns),
        }
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        self.rest.finish(columns, call);
    }
}
