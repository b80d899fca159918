//! The words of a grid, cell by cell. Where a producer left lines out (rows of a body under one frame, cells of a ground that
//! goes through), words that stand in columns and rows part what no line does.

use super::cells::{Item, Row, rows, text};
use super::header::header_rows;
use super::lattice::{Grid, Span};
use super::rulings::Rulings;
use super::{Table, TableCell};
use crate::bounds::Bounds;

/// Rows and columns without words that are narrower than this, in points, are double lines.
const DOUBLE: f64 = 6.0;
/// A table has words in at least this share of its cells, or in all of its first row.
const FILLED: f64 = 0.2;
/// A table with more rows has its rows ruled.
const FEW_ROWS: usize = 4;
/// Share of lines of text that fill most columns, where they are rows.
const COMPLETE: f64 = 0.6;
/// Grounds that words fill to this share of their width are marks behind words, not cells; most of a table's are not.
const MARKED: f64 = 0.85;
const MARKS: f64 = 0.6;
/// Share of colored cells over several columns from which there are no columns.
const SPANNING: f64 = 0.4;
/// Confidence in tables where words had to part cells, and rows.
const PARTED_CELLS: f64 = 0.9;
const PARTED_ROWS: f64 = 0.8;

/// A cell with its words.
struct Filled {
    span: Span,
    words: Vec<usize>,
}

/// The table of a grid; nothing where hardly any cell has words.
pub(crate) fn table(grid: Grid, items: &[Item<'_>], rulings: &Rulings) -> Option<Table> {
    let Grid { mut columns, mut rows, cells } = grid;
    let mut cells = fill(&columns, &rows, cells, items);
    drop_doubles(&mut columns, &mut rows, &mut cells);
    if rows.len() < 2 || columns.len() < 2 {
        return None;
    }
    let mut confidence = 1.0;
    if part_cells(&columns, &mut cells, items) {
        confidence = PARTED_CELLS;
    }
    if part_rows(&columns, &mut rows, &mut cells, items) {
        confidence = PARTED_ROWS;
    }
    let filled = cells.iter().filter(|cell| !cell.words.is_empty()).count();
    let head_is_full = cells.iter().filter(|cell| cell.span.row == 0).all(|cell| !cell.words.is_empty());
    if filled < 2 || (!head_is_full && (filled as f64) < FILLED * cells.len() as f64) {
        return None;
    }
    if are_marks(&columns, &rows, &cells, items, rulings) {
        return None;
    }
    let mut cells: Vec<TableCell> = cells
        .into_iter()
        .map(|Filled { span: Span { row, column, row_span, column_span }, words }| TableCell {
            row,
            column,
            row_span,
            column_span,
            text: text(items, &words),
            bounds: Bounds {
                left: columns[column],
                top: rows[row],
                right: columns[column + column_span],
                bottom: rows[row + row_span],
            },
        })
        .collect();
    cells.sort_by_key(|cell| (cell.row, cell.column));
    let bounds =
        Bounds { left: columns[0], top: rows[0], right: columns[columns.len() - 1], bottom: rows[rows.len() - 1] };
    let mut table = Table { bounds, columns, rows, cells, header_rows: 0, ruled: true, confidence };
    table.header_rows = header_rows(&table, items, rulings);
    Some(table)
}

/// Whether a grid is only the colored grounds of words that were marked: they fill their grounds, or these stand in no columns.
fn are_marks(columns: &[f64], rows: &[f64], cells: &[Filled], items: &[Item<'_>], rulings: &Rulings) -> bool {
    let bounds =
        Bounds { left: columns[0], top: rows[0], right: columns[columns.len() - 1], bottom: rows[rows.len() - 1] };
    if rulings.divides(&bounds) {
        return false;
    }
    let (mut marked, mut filled, mut spanning) = (0, 0, 0);
    for cell in cells.iter().filter(|cell| !cell.words.is_empty()) {
        let width = columns[cell.span.column + cell.span.column_span] - columns[cell.span.column];
        let from = cell.words.iter().map(|at| items[*at].bounds().left).fold(f64::INFINITY, f64::min);
        let to = cell.words.iter().map(|at| items[*at].bounds().right).fold(f64::NEG_INFINITY, f64::max);
        filled += 1;
        marked += u32::from(to - from > MARKED * width);
        spanning += u32::from(cell.span.column_span > 1);
    }
    f64::from(marked) > MARKS * f64::from(filled) || f64::from(spanning) > SPANNING * f64::from(filled)
}

/// Gives each cell its words: those whose middles lie in it.
fn fill(columns: &[f64], rows: &[f64], spans: Vec<Span>, items: &[Item<'_>]) -> Vec<Filled> {
    let (width, height) = (columns.len() - 1, rows.len() - 1);
    let mut owner = vec![0; width * height];
    for (index, span) in spans.iter().enumerate() {
        for row in span.row..span.row + span.row_span {
            let from = row * width + span.column;
            owner[from..from + span.column_span].fill(index);
        }
    }
    let mut cells: Vec<Filled> = spans.into_iter().map(|span| Filled { span, words: Vec::new() }).collect();
    let place = |borders: &[f64], at: f64| borders.partition_point(|border| *border <= at).checked_sub(1);
    for (index, item) in items.iter().enumerate() {
        let (x, y) = item.center();
        if let (Some(column), Some(row)) = (place(columns, x), place(rows, y))
            && column < width
            && row < height
        {
            cells[owner[row * width + column]].words.push(index);
        }
    }
    cells
}

/// Takes out the narrow rows and columns between double lines.
fn drop_doubles(columns: &mut Vec<f64>, rows: &mut Vec<f64>, cells: &mut Vec<Filled>) {
    let narrow = |borders: &[f64]| -> Vec<bool> { borders.windows(2).map(|pair| pair[1] - pair[0] < DOUBLE).collect() };
    let (mut row_out, mut column_out) = (narrow(rows), narrow(columns));
    if !row_out.iter().chain(&column_out).any(|out| *out) {
        return;
    }
    for cell in cells.iter().filter(|cell| !cell.words.is_empty()) {
        let Span { row, column, row_span, column_span } = cell.span;
        if row_span == 1 {
            row_out[row] = false;
        }
        if column_span == 1 {
            column_out[column] = false;
        }
    }
    let renumber = |out: &[bool]| -> Vec<usize> {
        let mut kept = 0;
        let mut places: Vec<usize> = Vec::with_capacity(out.len() + 1);
        for out in out {
            places.push(kept);
            kept += usize::from(!out);
        }
        places.push(kept);
        places
    };
    let (row_places, column_places) = (renumber(&row_out), renumber(&column_out));
    for cell in cells.iter_mut() {
        let Span { row, column, row_span, column_span } = cell.span;
        cell.span = Span {
            row: row_places[row],
            column: column_places[column],
            row_span: row_places[row + row_span] - row_places[row],
            column_span: column_places[column + column_span] - column_places[column],
        };
    }
    cells.retain(|cell| cell.span.row_span > 0 && cell.span.column_span > 0);
    let shrink = |borders: &mut Vec<f64>, out: &[bool]| {
        // The border after a narrow place goes; at the end the one before it.
        let last = borders.len() - 1;
        let mut kept: Vec<f64> =
            borders.iter().enumerate().filter(|(at, _)| *at == 0 || !out[at - 1]).map(|(_, border)| *border).collect();
        if out[last - 1]
            && kept.len() > 1
            && let Some(end) = kept.last_mut()
        {
            *end = borders[last];
        }
        *borders = kept;
    };
    shrink(rows, &row_out);
    shrink(columns, &column_out);
}

/// Parts cells that go over several columns where their words stand in these columns, as a ground behind a whole row makes
/// them. Whether any was parted.
fn part_cells(columns: &[f64], cells: &mut Vec<Filled>, items: &[Item<'_>]) -> bool {
    let mut parted = Vec::new();
    let mut any = false;
    for cell in std::mem::take(cells) {
        let Span { column, column_span, .. } = cell.span;
        if column_span == 1 || cell.words.is_empty() {
            parted.push(cell);
            continue;
        }
        let inner = &columns[column + 1..column + column_span];
        let lines = rows(items, &cell.words, &|_, _, _| false);
        let segments = lines.iter().flat_map(|line| &line.segments);
        let crosses = segments
            .clone()
            .any(|segment| inner.iter().any(|border| segment.left < border - 1.0 && segment.right > border + 1.0));
        let place = |x: f64| inner.partition_point(|border| *border <= x);
        let first = segments.clone().next().map(|segment| place(f64::midpoint(segment.left, segment.right)));
        let several = segments.clone().any(|segment| Some(place(f64::midpoint(segment.left, segment.right))) != first);
        // Words that are turned are in no line.
        let upright = cell.words.iter().all(|at| items[*at].word.angle == 0);
        if crosses || !several || !upright {
            parted.push(cell);
            continue;
        }
        any = true;
        let mut parts: Vec<Filled> = (0..column_span)
            .map(|at| Filled { span: Span { column: column + at, column_span: 1, ..cell.span }, words: Vec::new() })
            .collect();
        for at in cell.words {
            parts[place(items[at].center().0)].words.push(at);
        }
        parted.append(&mut parts);
    }
    *cells = parted;
    any
}

/// Parts a high row into rows of text, where the table rules none: its lines fill most columns, line by line. Whether one was
/// parted.
fn part_rows(columns: &[f64], borders: &mut Vec<f64>, cells: &mut Vec<Filled>, items: &[Item<'_>]) -> bool {
    if borders.len() - 1 > FEW_ROWS || columns.len() < 3 {
        return false;
    }
    let mut best: Option<(usize, Vec<Row>)> = None;
    for row in 0..borders.len() - 1 {
        let inside: Vec<&Filled> = cells.iter().filter(|cell| cell.span.row == row).collect();
        let through = cells
            .iter()
            .any(|cell| cell.span.row_span > 1 && cell.span.row <= row && row < cell.span.row + cell.span.row_span);
        let words: Vec<usize> = inside.iter().flat_map(|cell| cell.words.iter().copied()).collect();
        let lines = rows(items, &words, &|_, _, _| false);
        if lines.len() <= 2 {
            continue;
        }
        let used = inside.iter().filter(|cell| !cell.words.is_empty()).count();
        let fills = |line: &Row| {
            let filled = inside.iter().filter(|cell| {
                let (left, right) = (columns[cell.span.column], columns[cell.span.column + cell.span.column_span]);
                line.segments.iter().any(|part| (left..right).contains(&f64::midpoint(part.left, part.right)))
            });
            filled.count()
        };
        let (wanted, share) = if used >= 3 { (0.6 * used as f64, COMPLETE) } else { (2.0, 0.9) };
        let complete = lines.iter().filter(|line| fills(line) as f64 >= wanted.max(2.0)).count();
        let are_rows = used >= 2 && !through && complete >= 2 && complete as f64 >= share * lines.len() as f64;
        // Two high rows, or one whose lines are no rows: cells of several lines are how this table is made.
        if !are_rows || best.is_some() {
            return false;
        }
        best = Some((row, lines));
    }
    let Some((row, lines)) = best else { return false };
    let between = lines.windows(2).map(|pair| f64::midpoint(pair[0].bottom, pair[1].top));
    let inner: Vec<f64> = between.collect();
    let count = lines.len();
    let mut parted = Vec::new();
    for mut cell in std::mem::take(cells) {
        if cell.span.row < row {
            parted.push(cell);
        } else if cell.span.row > row {
            cell.span.row += count - 1;
            parted.push(cell);
        } else {
            let mut parts: Vec<Filled> = (0..count)
                .map(|at| Filled { span: Span { row: row + at, row_span: 1, ..cell.span }, words: Vec::new() })
                .collect();
            for at in cell.words {
                parts[inner.partition_point(|border| *border <= items[at].center().1)].words.push(at);
            }
            parted.append(&mut parts);
        }
    }
    *cells = parted;
    borders.splice(row + 1..row + 1, inner);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_space_between_double_lines_is_no_row() {
        let span = |row, row_span| Span { row, column: 0, row_span, column_span: 1 };
        let mut columns = vec![0.0, 100.0];
        let mut rows = vec![0.0, 20.0, 24.0, 44.0, 48.0];
        let mut cells: Vec<Filled> = [span(0, 1), span(1, 1), span(2, 1), span(3, 1)]
            .into_iter()
            .map(|span| Filled { words: if span.row % 2 == 0 { vec![0] } else { Vec::new() }, span })
            .collect();
        drop_doubles(&mut columns, &mut rows, &mut cells);
        assert_eq!(rows, [0.0, 20.0, 48.0]);
        assert_eq!(cells.iter().map(|cell| cell.span).collect::<Vec<_>>(), [span(0, 1), span(1, 1)]);
        assert_eq!(columns, [0.0, 100.0]);
    }
}
