//! Tables without lines: rows of words whose gaps stand above each other. A guess, with a confidence: prose in columns, lists and
//! pairs of labels look much like tables.
//!
//! Rows under each other, most of them with gaps, are a run (`runs.rs`). Places that hardly a row of the run covers are gaps between
//! its columns. Lines that run across, where there are some, tell which rows of text are one row.

use super::cells::{CELL_GAP, Item, Row, Segment, rows, text};
use super::header::{header_rows, is_number};
use super::rulings::Rulings;
use super::runs::{LEADING, lines_within, most_segments, runs};
use super::{Table, TableCell};
use crate::bounds::Bounds;

/// Words of a page that are looked at; a page of letters has 500.
const MOST_WORDS: usize = 20_000;
/// Of so many rows one may reach over a gap between columns.
const TOLERANT: usize = 8;
/// Share of a table's width that lines between two rows cover.
const RULED: f64 = 0.6;
/// Share of places with text below which there is no table.
const FILLED: f64 = 0.4;
/// Words of a cell on a line, in the mean, from which text is prose.
const PROSE: f64 = 3.8;

/// Tables of some words, from the top.
pub(crate) fn tables(items: &[Item<'_>], chosen: &[usize], rulings: &Rulings) -> Vec<Table> {
    if chosen.len() > MOST_WORDS {
        return Vec::new();
    }
    let rows = rows(items, chosen, &|left, right, y| rulings.parts(left, right, y));
    runs(&rows, rulings).into_iter().filter_map(|run| table(&rows[run], items, rulings)).collect()
}

/// The table of a run; nothing where it does not look like one.
fn table(rows: &[Row], items: &[Item<'_>], rulings: &Rulings) -> Option<Table> {
    let size = median(rows.iter().map(|row| row.size))?;
    let left = rows.iter().filter_map(|row| row.segments.first()).map(|part| part.left).fold(f64::INFINITY, f64::min);
    let right = rows.iter().filter_map(|row| row.segments.last()).map(|part| part.right).fold(0.0, f64::max);
    let columns = columns(rows, left, right, size);
    let width = columns.len() - 1;
    if width < 2 {
        return None;
    }
    let ruled: Vec<bool> = rows.windows(2).map(|pair| is_ruled(&pair[0], &pair[1], left, right, rulings)).collect();
    let lines = ruled.iter().filter(|ruled| **ruled).count();
    let joined = joined_rows(rows, &columns, &ruled);
    let height = joined.len();
    if height < if lines > 0 { 2 } else { 3 } {
        return None;
    }
    let mut borders = vec![rows[0].top];
    borders.extend(joined.windows(2).map(|pair| f64::midpoint(bottom_of(&pair[0]), pair[1][0].top)));
    borders.push(bottom_of(joined.last()?));
    let mut cells = Vec::new();
    let (mut filled, mut words, mut parts) = (vec![0_usize; width], vec![0_usize; width], vec![0_usize; width]);
    for (row, lines) in joined.iter().enumerate() {
        let mut row_cells: Vec<(usize, usize, Vec<usize>)> = Vec::new();
        for segment in lines.iter().flat_map(|line| &line.segments) {
            let (first, last) = place(&columns, segment);
            if first == last {
                words[first] += segment.words.len();
                parts[first] += 1;
            }
            row_cells.push((first, last, segment.words.clone()));
        }
        for (column, end, words) in without_overlaps(row_cells, width) {
            if !words.is_empty() && end == column {
                filled[column] += 1;
            }
            cells.push(TableCell {
                row,
                column,
                row_span: 1,
                column_span: end - column + 1,
                text: text(items, &words),
                bounds: Bounds {
                    left: columns[column],
                    top: borders[row],
                    right: columns[end + 1],
                    bottom: borders[row + 1],
                },
            });
        }
    }
    let bounds = Bounds { left: columns[0], top: borders[0], right: columns[width], bottom: borders[height] };
    let share = filled.iter().sum::<usize>() as f64 / (width * height) as f64;
    let prose = (0..width).filter(|at| parts[*at] > 0 && words[*at] as f64 >= PROSE * parts[*at] as f64).count();
    if share < FILLED || prose == width || (width == 2 && prose > 0 && lines == 0 && is_list(&cells)) {
        return None;
    }
    let mut table = Table { bounds, columns, rows: borders, cells, header_rows: 0, ruled: false, confidence: 0.0 };
    table.header_rows = header_rows(&table, items, rulings);
    if width == 2 && lines == 0 && table.header_rows == 0 && are_addresses(&table.cells, rows) {
        return None;
    }
    table.confidence = confidence(&table, &joined, share, lines, prose);
    Some(table)
}

fn bottom_of(lines: &[&Row]) -> f64 {
    lines.iter().map(|line| line.bottom).fold(f64::NEG_INFINITY, f64::max)
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Borders of columns: in the middle of places that hardly a row covers.
fn columns(rows: &[Row], left: f64, right: f64, size: f64) -> Vec<f64> {
    // Rows with more cells tell more: sums and headings are left out.
    let enough = (0.6 * most_segments(rows) as f64).ceil().max(2.0) as usize;
    let voting: Vec<&Row> = rows.iter().filter(|row| row.segments.len() >= enough).collect();
    let tolerance = if voting.len() < TOLERANT { 0 } else { voting.len() / TOLERANT };
    let mut events: Vec<(f64, bool)> = Vec::new();
    for segment in voting.iter().flat_map(|row| &row.segments) {
        events.push((segment.left, true));
        events.push((segment.right, false));
    }
    // What ends at a place is over before what begins there.
    events.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    // Stretches with the number of rows that cover each.
    let mut stretches: Vec<(f64, f64, usize)> = Vec::new();
    let (mut covering, mut from) = (0_usize, left);
    for (x, begins) in events {
        if x > from {
            stretches.push((from, x, covering));
            from = x;
        }
        covering = if begins { covering + 1 } else { covering.saturating_sub(1) };
    }
    let mut borders = vec![left];
    let mut open: Vec<(f64, f64, usize)> = Vec::new();
    let mut close = |open: &mut Vec<(f64, f64, usize)>| {
        let wide = |from: f64, to: f64| to - from >= CELL_GAP * 0.8 * size;
        let clear = open.iter().filter(|(from, to, covering)| *covering == 0 && wide(*from, *to));
        let before = borders.len();
        borders.extend(clear.map(|(from, to, _)| f64::midpoint(*from, *to)));
        let whole = open.first().zip(open.last()).is_some_and(|(first, last)| wide(first.0, last.1));
        if borders.len() == before && whole {
            // No place is clear: the one that the fewest rows cover.
            let least = open
                .iter()
                .min_by(|one, other| one.2.cmp(&other.2).then((other.1 - other.0).total_cmp(&(one.1 - one.0))));
            borders.extend(least.map(|(from, to, _)| f64::midpoint(*from, *to)));
        }
        open.clear();
    };
    for stretch in stretches {
        if stretch.2 <= tolerance {
            open.push(stretch);
        } else {
            close(&mut open);
        }
    }
    // What is open at the right end is no gap between columns.
    borders.push(right);
    borders.retain(|border| *border >= left);
    borders.dedup_by(|one, other| (*one - *other).abs() < 1.0);
    borders
}

/// First and last column of a segment.
fn place(columns: &[f64], segment: &Segment) -> (usize, usize) {
    let last = columns.len() - 2;
    let of = |x: f64| columns.partition_point(|border| *border <= x).saturating_sub(1).min(last);
    // A letter that reaches a little over the border stays where it is.
    let (from, to) = (segment.left + 1.5, segment.right - 1.5);
    if from >= to {
        let middle = of(f64::midpoint(segment.left, segment.right));
        return (middle, middle);
    }
    (of(from), of(to))
}

/// Cells of a row: segments of one column together, places without any empty.
fn without_overlaps(mut found: Vec<(usize, usize, Vec<usize>)>, width: usize) -> Vec<(usize, usize, Vec<usize>)> {
    found.sort_by_key(|(first, ..)| *first);
    let mut cells: Vec<(usize, usize, Vec<usize>)> = Vec::new();
    for (first, last, words) in found {
        match cells.last_mut() {
            Some(cell) if first <= cell.1 => {
                cell.1 = cell.1.max(last);
                cell.2.extend(words);
            }
            known => {
                let next = known.map_or(0, |cell| cell.1 + 1);
                cells.extend((next..first).map(|column| (column, column, Vec::new())));
                cells.push((first, last, words));
            }
        }
    }
    let next = cells.last().map_or(0, |cell| cell.1 + 1);
    cells.extend((next..width).map(|column| (column, column, Vec::new())));
    cells
}

/// Whether lines run between two rows over most of the table.
fn is_ruled(above: &Row, below: &Row, left: f64, right: f64, rulings: &Rulings) -> bool {
    let covered: f64 = lines_within(rulings, above.middle(), below.middle())
        .map(|stroke| (stroke.end.min(right) - stroke.start.max(left)).max(0.0))
        .fold(0.0, f64::max);
    let pieces: f64 = lines_within(rulings, above.middle(), below.middle())
        .map(|stroke| (stroke.end.min(right) - stroke.start.max(left)).max(0.0))
        .sum();
    // Lines under each cell by itself leave the gaps open.
    covered.max(pieces) >= RULED * (right - left)
}

/// Rows of text that are one row: those between two lines where rows are ruled, else those that go on with what stands above.
fn joined_rows<'r>(rows: &'r [Row], columns: &[f64], ruled: &[bool]) -> Vec<Vec<&'r Row>> {
    let lines = ruled.iter().filter(|ruled| **ruled).count();
    // Most rows have a line below: then every row has.
    let all_ruled = lines >= 3 && lines * 4 >= rows.len();
    let steps: Vec<f64> = rows.windows(2).map(|pair| pair[1].middle() - pair[0].middle()).collect();
    let filled = |row: &Row| -> Vec<usize> { row.segments.iter().map(|segment| place(columns, segment).0).collect() };
    let mut joined: Vec<Vec<&Row>> = vec![vec![&rows[0]]];
    for (at, row) in rows.iter().enumerate().skip(1) {
        let here = filled(row);
        let goes_on = if all_ruled {
            !ruled[at - 1]
        } else {
            // It has no first cell, fewer cells than the row above, and stands closer to it than other rows do.
            let above = filled(&rows[at - 1]);
            let closer = steps[at - 1] < 0.85 * typical(&steps, rows, columns);
            !ruled[at - 1] && closer && !here.contains(&0) && here.len() < above.len().max(2)
                || !ruled[at - 1]
                    && closer
                    && here.len() == 1
                    && above.contains(&here[0])
                    && rows[at - 1].segments.len() > 1
        };
        match joined.last_mut() {
            Some(last) if goes_on => last.push(row),
            _ => joined.push(vec![row]),
        }
    }
    joined
}

/// The usual step from one row with a first cell and others to the next.
fn typical(steps: &[f64], rows: &[Row], columns: &[f64]) -> f64 {
    let full =
        |row: &Row| row.segments.len() > 1 && row.segments.first().is_some_and(|first| place(columns, first).0 == 0);
    let between =
        rows.windows(2).zip(steps).filter(|(pair, _)| full(&pair[0]) && full(&pair[1])).map(|(_, step)| *step);
    median(between).unwrap_or(f64::INFINITY)
}

/// Whether the first of two columns has nothing but bullets and numbers: a list.
fn is_list(cells: &[TableCell]) -> bool {
    let mark = |text: &str| {
        let plain = text.trim_end_matches(['.', ')', ':']).trim_start_matches('(');
        plain.chars().count() <= 3 && (plain.chars().all(char::is_alphanumeric) || plain.chars().count() <= 1)
    };
    cells.iter().filter(|cell| cell.column == 0 && !cell.text.is_empty()).all(|cell| mark(&cell.text))
}

/// Rows that two addresses beside each other have at the most.
const ADDRESS_ROWS: usize = 9;

/// Whether two columns are blocks of text beside each other, as addresses are: lines as close as those of a paragraph, no
/// labels and no numbers alone, and in both a line with a number and words (a street, a city).
fn are_addresses(cells: &[TableCell], rows: &[Row]) -> bool {
    let close = |pair: &[Row]| pair[1].middle() - pair[0].middle() <= LEADING * pair[0].size.max(pair[1].size);
    if rows.len() > ADDRESS_ROWS || !rows.windows(2).all(close) {
        return false;
    }
    let column = |at: usize| cells.iter().filter(move |cell| cell.column == at && !cell.text.is_empty());
    let mixed = |cell: &TableCell| {
        cell.text.chars().any(|letter| letter.is_ascii_digit())
            && cell.text.chars().filter(|letter| letter.is_alphabetic()).count() >= 3
    };
    let label = |cell: &TableCell| cell.text.trim_end().ends_with(':');
    (0..2).all(|at| column(at).any(mixed)) && !cells.iter().any(|cell| is_number(&cell.text) || label(cell))
}

/// How likely it is a table of these cells: full rows, lines, columns whose cells stand under each other, numbers, a head.
fn confidence(table: &Table, rows: &[Vec<&Row>], share: f64, lines: usize, prose: usize) -> f64 {
    let width = table.column_count();
    let aligned = (0..width).filter(|column| is_aligned(table, rows, *column)).count() as f64 / width as f64;
    let numeric = (0..width).filter(|column| {
        let mut texts = table.cells.iter().filter(|cell| cell.column == *column && cell.row >= table.header_rows);
        texts.clone().any(|cell| !cell.text.is_empty())
            && texts.all(|cell| cell.text.is_empty() || is_number(&cell.text))
    });
    let mut sum = 0.2 + 0.2 * share + 0.2 * aligned;
    sum += 0.1 * f64::from(u8::from(width > 2)) + 0.1 * f64::from(u8::from(numeric.count() > 0));
    sum += 0.05 * f64::from(u8::from(table.header_rows > 0)) + 0.05 * f64::from(u8::from(table.row_count() > 4));
    sum += match lines {
        0 => 0.0,
        1 => 0.05,
        _ => 0.1,
    };
    sum -= 0.15 * prose as f64;
    (sum.clamp(0.05, 0.95) * 100.0).round() / 100.0
}

/// Whether most cells of a column begin, end or have their middle at one place.
fn is_aligned(table: &Table, rows: &[Vec<&Row>], column: usize) -> bool {
    let lines = rows.iter().skip(table.header_rows).flatten();
    let parts: Vec<&Segment> = lines
        .flat_map(|line| &line.segments)
        .filter(|segment| place(&table.columns, segment) == (column, column))
        .collect();
    let edges: [fn(&Segment) -> f64; 3] =
        [|part| part.left, |part| part.right, |part| f64::midpoint(part.left, part.right)];
    parts.len() >= 2
        && edges.iter().any(|edge| {
            let Some(middle) = median(parts.iter().map(|part| edge(part))) else { return false };
            let near = parts.iter().filter(|part| (edge(part) - middle).abs() <= 2.0).count();
            near * 5 >= parts.len() * 4
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(y: f64, segments: &[(f64, f64)]) -> Row {
        let segments = segments.iter().map(|(left, right)| Segment { left: *left, right: *right, words: vec![0] });
        Row { top: y - 5.0, bottom: y + 5.0, size: 10.0, segments: segments.collect() }
    }

    #[test]
    fn gaps_above_each_other_part_columns() {
        let mut rows: Vec<Row> =
            (0..9).map(|at| row(20.0 * f64::from(at), &[(10.0, 60.0), (100.0, 140.0), (180.0, 200.0)])).collect();
        assert_eq!(columns(&rows, 10.0, 200.0, 10.0), [10.0, 80.0, 160.0, 200.0]);
        // One row of many may reach over a gap.
        rows.push(row(180.0, &[(10.0, 140.0), (180.0, 200.0)]));
        assert_eq!(columns(&rows, 10.0, 200.0, 10.0), [10.0, 80.0, 160.0, 200.0]);
        assert_eq!(place(&[10.0, 80.0, 160.0, 200.0], &rows[9].segments[0]), (0, 1));
    }

    #[test]
    fn places_without_words_are_cells_too() {
        let cells = without_overlaps(vec![(3, 4, vec![1]), (1, 1, vec![2]), (4, 4, vec![3])], 6);
        let spans: Vec<(usize, usize)> = cells.iter().map(|(first, last, _)| (*first, *last)).collect();
        assert_eq!(spans, [(0, 0), (1, 1), (2, 2), (3, 4), (5, 5)]);
        assert_eq!(cells[3].2, [1, 3]);
    }
}
