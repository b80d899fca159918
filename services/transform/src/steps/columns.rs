//! Which columns there are, and what they are called.

use chassis::{Call, Error};

use crate::rows::cell::{Columns, Row, shown};
use crate::rows::named::Named;
use crate::rows::open::Table;
use crate::rows::source::Source;

/// Renames columns.
pub fn rename(field: &str, names: &Named<String>, table: Table) -> Result<Table, Error> {
    let Table { source, columns: mut inner, detected } = table;
    let found: Vec<u32> = names.0.iter().map(|(old, _)| inner.expect(field, old)).collect::<Result<_, _>>()?;
    let mut renamed: Vec<String> = inner.names().to_vec();
    for (column, (_, new)) in found.into_iter().zip(&names.0) {
        renamed[column as usize].clone_from(new);
    }
    let mut columns = Columns::after(&inner);
    let mut places = Vec::with_capacity(renamed.len());
    for name in renamed {
        if columns.find(&name).is_some() {
            return Err(Error::impossible(field, format!("two columns would be called {}", shown(&name))));
        }
        places.push(Some(columns.add(name)?));
    }
    Ok(Table { source: Box::new(Moved { source, inner, places, keeps_others: true }), columns, detected })
}

/// Keeps columns, in this order.
pub fn select(field: &str, names: &[String], table: Table) -> Result<Table, Error> {
    let Table { source, columns: mut inner, detected } = table;
    let mut columns = Columns::after(&inner);
    let found: Vec<u32> = names.iter().map(|name| inner.expect(field, name)).collect::<Result<_, _>>()?;
    let mut places = vec![None; inner.len()];
    for (column, name) in found.into_iter().zip(names) {
        places[column as usize] = Some(columns.place(name)?);
    }
    Ok(Table { source: Box::new(Moved { source, inner, places, keeps_others: false }), columns, detected })
}

/// Drops columns.
pub fn drop(field: &str, names: &[String], table: Table) -> Result<Table, Error> {
    let Table { source, columns: mut inner, detected } = table;
    let mut columns = Columns::after(&inner);
    for name in names {
        inner.expect(field, name)?;
    }
    let mut places = Vec::with_capacity(inner.len());
    for name in inner.names() {
        places.push(if names.contains(name) { None } else { Some(columns.place(name)?) });
    }
    Ok(Table { source: Box::new(Moved { source, inner, places, keeps_others: true }), columns, detected })
}

/// Rows whose columns stand elsewhere.
struct Moved {
    source: Box<dyn Source>,
    inner: Columns,
    /// Where the columns of the rows stand now.
    places: Vec<Option<u32>>,
    /// Whether columns that are found later stay.
    keeps_others: bool,
}

impl Source for Moved {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let Self { source, inner, places, keeps_others } = self;
        let Some(mut row) = source.next(inner)? else { return Ok(None) };
        for name in &inner.names()[places.len()..] {
            places.push(if *keeps_others { Some(columns.place(name)?) } else { None });
        }
        row.cells.retain_mut(|(column, _)| match places[*column as usize] {
            Some(place) => {
                *column = place;
                true
            }
            None => false,
        });
        if !*keeps_others {
            row.cells.sort_by_key(|(column, _)| *column);
        }
        Ok(Some(row))
    }

    fn finish(&mut self, _: &Columns, call: &Call) {
        self.source.finish(&self.inner, call);
    }
}
