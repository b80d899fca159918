//! Rows that must all be here at once, within bounds.

use chassis::{Call, Code, Error};

use super::cell::{Cell, Columns, Row};
use super::source::Source;

/// Rows, and bytes of them, that may be here at once.
const MAX_ROWS: usize = 5_000_000;
const MAX_BYTES: usize = 512 << 20;
/// Bytes a cell takes beside its text.
const CELL: usize = 40;

/// What rows that are kept cost.
#[derive(Debug, Default)]
pub struct Room {
    rows: usize,
    bytes: usize,
}

impl Room {
    /// Takes room for a row.
    ///
    /// # Errors
    /// When there is none; `what` names what needs all rows.
    pub fn take(&mut self, row: &Row<'_>, what: &str) -> Result<(), Error> {
        self.rows += 1;
        self.bytes += CELL;
        row.cells.iter().try_for_each(|(_, cell)| self.take_cell(cell, what))
    }

    /// Takes room for a cell more.
    ///
    /// # Errors
    /// As [`Room::take`].
    pub fn take_cell(&mut self, cell: &Cell<'_>, what: &str) -> Result<(), Error> {
        self.bytes += CELL + cell.text().len();
        if self.rows > MAX_ROWS || self.bytes > MAX_BYTES {
            let message = format!(
                "{what} needs all rows at once: more than 5 million, or 512 MB of them, are too many; filter first"
            );
            return Err(Error::new(Code::PayloadTooLarge, message));
        }
        Ok(())
    }
}

/// All rows.
///
/// # Errors
/// When there are too many, or one cannot be read.
pub fn all(
    source: &mut dyn Source,
    columns: &mut Columns,
    what: &str,
    call: &Call,
) -> Result<Vec<Row<'static>>, Error> {
    let mut rows = Vec::new();
    let mut room = Room::default();
    while let Some(row) = source.next(columns)? {
        room.take(&row, what)?;
        rows.push(row.into_owned());
        if rows.len().is_multiple_of(1024) {
            call.check()?;
        }
    }
    source.finish(columns, call);
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_are_made_take_room_too() {
        let mut room = Room { rows: 1, bytes: MAX_BYTES - 2 * CELL - 5 };
        room.take_cell(&Cell::Text("12345".into()), "window").unwrap();
        assert_eq!(room.take_cell(&Cell::Text("1".into()), "window").unwrap_err().code(), Code::PayloadTooLarge);
    }
}
