//! The tables of a page: those drawn with lines cell by cell, and those whose columns only gaps tell.
//!
//! Lines tell the truth, so ruled tables come first (what others call *lattice*). What they leave is read by its gaps (*stream*):
//! rows of words whose gaps stand above each other over several rows. That is a guess, and says how good a one.
//!
//! | file | job |
//! | --- | --- |
//! | `drawing.rs` | lines and grounds, noted while a page is interpreted |
//! | `rulings.rs` | pieces of lines to whole ones |
//! | `lattice.rs` | lines to rows, columns and cells |
//! | `ruled.rs` | the words of ruled cells; cells that lines do not part but words do |
//! | `runs.rs`, `stream.rs` | rows that may be a table; its rows and columns by gaps |
//! | `cells.rs` | words to rows and texts |
//! | `header.rs` | which rows are heads of columns |

mod cells;
mod drawing;
mod header;
mod lattice;
mod ruled;
mod rulings;
mod runs;
mod stream;

pub(crate) use drawing::Drawing;
pub(crate) use rulings::Rulings;

use crate::bounds::Bounds;
use crate::text::PageText;

/// How tables are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableMethod {
    /// By lines, and by gaps where there are none.
    #[default]
    Auto,
    /// By lines only.
    Lattice,
    /// By gaps only.
    Stream,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its box.
    pub bounds: Bounds,
    /// Borders of columns, from the left; one more than there are columns.
    pub columns: Vec<f64>,
    /// Borders of rows, from the top; one more than there are rows.
    pub rows: Vec<f64>,
    /// Cells, row by row. Together they cover every place.
    pub cells: Vec<TableCell>,
    /// Rows at the top that are heads of columns.
    pub header_rows: usize,
    /// Whether lines or grounds part its cells.
    pub ruled: bool,
    /// How likely it is that this is a table of these cells, 0 to 1.
    pub confidence: f64,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub struct TableCell {
    /// First row, from 0.
    pub row: usize,
    /// First column, from 0.
    pub column: usize,
    /// Rows it spans.
    pub row_span: usize,
    /// Columns it spans.
    pub column_span: usize,
    /// Its text, lines apart by line breaks.
    pub text: String,
    /// Its box.
    pub bounds: Bounds,
}

impl Table {
    /// Number of rows.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.rows.len() - 1
    }

    /// Number of columns.
    #[must_use]
    pub fn column_count(&self) -> usize {
        self.columns.len() - 1
    }

    /// The texts by row and column; where a cell spans several places, its text is in the first.
    #[must_use]
    pub fn texts(&self) -> Vec<Vec<&str>> {
        let mut texts = vec![vec![""; self.column_count()]; self.row_count()];
        for cell in &self.cells {
            texts[cell.row][cell.column] = &cell.text;
        }
        texts
    }
}

/// The tables of a page, from the top.
pub(crate) fn tables(page: &PageText, rulings: &Rulings, method: TableMethod) -> Vec<Table> {
    let items = cells::items(page);
    let mut found = Vec::new();
    let mut unsure = Vec::new();
    if method != TableMethod::Stream {
        for grid in lattice::grids(rulings) {
            let Some(table) = ruled::table(grid, &items, rulings) else { continue };
            // A single row or column, or some colored rows, may be the head or the stripes of a table whose other borders are gaps.
            let whole = table.row_count() > 1 && table.column_count() > 1 && rulings.divides(&table.bounds);
            if whole { &mut found } else { &mut unsure }.push(table);
        }
    }
    if method != TableMethod::Lattice {
        let free = |at: &usize| !found.iter().any(|table: &Table| table.bounds.holds_center_of(&items[*at].bounds()));
        let rest: Vec<usize> = (0..items.len()).filter(free).collect();
        let mut guessed = stream::tables(&items, &rest, rulings);
        let meet = |one: &Table, other: &Table| one.bounds.intersection(&other.bounds).area() > 1.0;
        unsure.retain(|part| !guessed.iter().any(|whole| meet(part, whole) && whole.row_count() > part.row_count()));
        guessed.retain(|whole| !unsure.iter().any(|part| meet(part, whole)));
        found.append(&mut guessed);
    }
    found.append(&mut unsure);
    found.sort_by(|one, other| {
        one.bounds.top.total_cmp(&other.bounds.top).then(one.bounds.left.total_cmp(&other.bounds.left))
    });
    found
}
