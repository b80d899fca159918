//! Every sheet of a spreadsheet as it is, cell by cell.

use std::sync::Arc;

use chassis::Error;

use super::book::Book;
use super::cells::{Cells, Line};
use crate::package::Package;

/// Cells of which the value is not known.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Uncertain {
    /// Formulas that were never computed.
    pub uncomputed: u64,
    /// Errors.
    pub errors: u64,
}

/// Goes through the sheets: their names, and their rows one after the other.
///
/// # Errors
/// When one is damaged or too large; what the function returns.
pub fn every(
    package: Package,
    mut each: impl FnMut(&str, &mut dyn FnMut() -> Result<Option<Line>, Error>) -> Result<(), Error>,
) -> Result<Uncertain, Error> {
    let mut book = Book::of(package)?;
    let (texts, styles) = (Arc::new(book.texts()?), Arc::new(book.styles()?));
    let mut uncertain = Uncertain::default();
    for name in book.sheets() {
        let (name, xml) = book.sheet(Some(&name))?;
        let mut cells = Cells::new(xml, texts.clone(), styles.clone(), book.is_1904);
        each(&name, &mut || cells.next())?;
        uncertain.uncomputed += cells.uncomputed.0;
        uncertain.errors += cells.errors.0;
    }
    Ok(uncertain)
}
