//! Tables that go on on the next page: the last of one page and the first of the next, with the same columns and nothing but
//! margins between them.

use crate::tables::Table;

/// Borders of columns that differ by less, in points, are the same.
const SAME: f64 = 6.0;
/// The same for columns that only gaps tell, whose borders move with their words.
const SAME_GAPS: f64 = 30.0;

/// A table of one page.
pub(crate) struct Piece {
    pub(crate) table: Table,
    /// Borders of its columns.
    pub(crate) borders: Vec<f64>,
    /// Whether nothing but the margin is above it, and below.
    pub(crate) first_on_page: bool,
    pub(crate) last_on_page: bool,
}

/// Joins what goes on.
pub(crate) fn joined(pieces: Vec<Piece>) -> Vec<Table> {
    let mut done: Vec<Piece> = Vec::new();
    for piece in pieces {
        match done.last_mut() {
            Some(last) if goes_on(last, &piece) => append(last, piece),
            _ => done.push(piece),
        }
    }
    done.into_iter()
        .map(|mut piece| {
            piece.table.write();
            piece.table
        })
        .collect()
}

fn goes_on(last: &Piece, next: &Piece) -> bool {
    let (one, other) = (&last.table, &next.table);
    let same = if one.confidence.min(other.confidence) < 0.8 { SAME_GAPS } else { SAME };
    one.method == other.method
        && one.last_page + 1 == other.page
        && last.last_on_page
        && next.first_on_page
        && one.column_count == other.column_count
        && last.borders.iter().zip(&next.borders).all(|(one, other)| (one - other).abs() <= same)
}

fn append(last: &mut Piece, next: Piece) {
    let Piece { table: next, last_on_page, .. } = next;
    let table = &mut last.table;
    let repeated = repeated_rows(table, &next);
    for mut cell in next.cells {
        if cell.row + cell.row_span <= repeated {
            continue;
        }
        cell.row = table.row_count + cell.row.saturating_sub(repeated);
        table.cells.push(cell);
    }
    table.row_count += next.row_count - repeated;
    table.last_page = next.last_page;
    table.confidence = table.confidence.min(next.confidence);
    last.last_on_page = last_on_page;
}

/// Rows of the head that stand on the next page again.
fn repeated_rows(table: &Table, next: &Table) -> usize {
    // Not the whole of it: a page of nothing but a head is more likely a row.
    let most = table.header_rows.max(next.header_rows).max(1).min(next.row_count.saturating_sub(1));
    let same = |rows: usize| {
        let head = table.rows.iter().take(rows);
        head.clone().flatten().any(|text| !text.is_empty()) && head.eq(next.rows.iter().take(rows))
    };
    (1..=most).rev().find(|rows| same(*rows)).unwrap_or(0)
}
