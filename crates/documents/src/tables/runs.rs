//! Which rows under each other may be a table: most of them with gaps, and near enough.

use super::cells::{Row, Segment};
use super::rulings::Rulings;

/// Rows of text of one table on a page.
const MOST_ROWS: usize = 400;
/// Rows with gaps that are closer than this many times their size are of one run; with a line between them, so many.
const APART: f64 = 3.4;
const APART_RULED: f64 = 6.0;
/// The same for rows without gaps, which go on with a cell, or are headings within the table.
const APART_SINGLE: f64 = 2.6;
/// Lines of one cell are closer.
pub(super) const LEADING: f64 = 1.6;
/// Edges of cells that are nearer, in points, stand above each other; and rows above that are looked at.
const ALIGNED: f64 = 3.0;
const LOOKED_AT: usize = 8;
/// Rows without gaps in a row that do not end a table: cells that go on, headings within it.
const SINGLES: usize = 4;

/// Stretches of rows that may be tables.
pub(super) fn runs(rows: &[Row], rulings: &Rulings) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < rows.len() {
        if rows[start].segments.len() < 2 {
            start += 1;
            continue;
        }
        let end = end_of_run(rows, start, rulings);
        let first = start + first_of_table(&rows[start..end]);
        if first > start + 1 {
            found.push(start..first);
        }
        found.push(first..end);
        start = end;
    }
    found
}

/// The row after the last one of a run.
fn end_of_run(rows: &[Row], start: usize, rulings: &Rulings) -> usize {
    let mut end = start + 1;
    let mut columns: Vec<(f64, f64)> = spans(&rows[start]);
    let (mut wide, mut singles) = (1, 0);
    let mut steps: Vec<f64> = Vec::new();
    for at in start + 1..rows.len().min(start + MOST_ROWS) {
        let (above, row) = (&rows[at - 1], &rows[at]);
        let size = above.size.max(row.size);
        let step = row.middle() - above.middle();
        let ruled = line_between(above, row, rulings);
        // A table of wide rows goes on in steps like those before.
        let usual = steps.get(steps.len() / 2).copied().unwrap_or(0.0);
        let apart = if row.segments.len() < 2 { APART_SINGLE } else { APART };
        let most = if ruled { APART_RULED * size } else { (apart * size).max(1.4 * usual) };
        if step > most {
            break;
        }
        if row.segments.len() < 2 {
            singles += 1;
            if singles > SINGLES {
                break;
            }
            continue;
        }
        let bridging = row.segments.iter().filter(|segment| bridges(segment, &columns)).count();
        // A sum may have a label over several columns; its amount stands at the end of the table.
        let right = columns.last().map_or(0.0, |(_, right)| *right);
        let ends_right = row.segments.last().is_some_and(|last| (last.right - right).abs() <= ALIGNED);
        if wide >= 2 && bridging * 2 >= row.segments.len() && !(ends_right && bridging * 2 == row.segments.len()) {
            break;
        }
        let before = &rows[start.max(at.saturating_sub(LOOKED_AT))..at];
        if wide >= 2 && step > LEADING * size && !stands_under(row, before) {
            break;
        }
        columns = merged(&columns, &spans(row));
        let place = steps.partition_point(|known| *known < step);
        steps.insert(place, step);
        wide += 1;
        singles = 0;
        end = at + 1;
    }
    // The last row may go on, in any column but the first.
    let inner = columns.get(1).map_or(f64::INFINITY, |(left, _)| left - 1.0);
    let goes_on = |pair: &[Row]| {
        let [above, row] = pair else { return false };
        row.middle() - above.middle() <= LEADING * row.size
            && row.segments.first().is_some_and(|part| part.left >= inner)
    };
    end + rows[end - 1..].windows(2).take(2 * SINGLES).take_while(|pair| goes_on(pair)).count()
}

/// Where the table of a run begins: what stands above it with fewer columns (addresses, totals of another) is not of it.
fn first_of_table(rows: &[Row]) -> usize {
    let most = most_segments(rows);
    let Some(mut first) = rows.iter().position(|row| row.segments.len() >= most) else { return 0 };
    while first > 0 {
        let (above, row) = (&rows[first - 1], &rows[first]);
        let close = row.middle() - above.middle() <= LEADING * 1.2 * row.size.max(above.size);
        // A head may span columns, or have an empty corner.
        let belongs = above.segments.len() + 1 >= most || (close && above.segments.len() > 1);
        if above.segments.len() < 2 || !belongs {
            break;
        }
        first -= 1;
    }
    first
}

/// The number of segments that at least two rows have.
pub(super) fn most_segments(rows: &[Row]) -> usize {
    let mut counts: Vec<usize> = rows.iter().map(|row| row.segments.len()).collect();
    counts.sort_unstable_by(|one, other| other.cmp(one));
    counts.get(1).copied().unwrap_or(0)
}

/// Whether half of a row's segments stand under one of some rows: at their left, right or middle.
fn stands_under(row: &Row, above: &[Row]) -> bool {
    let edges = |part: &Segment| [part.left, part.right, f64::midpoint(part.left, part.right)];
    let under = |part: &&Segment| {
        let here = edges(part);
        above
            .iter()
            .flat_map(|row| &row.segments)
            .any(|other| here.iter().zip(edges(other)).any(|(one, other)| (one - other).abs() <= ALIGNED))
    };
    row.segments.iter().filter(under).count() * 2 >= row.segments.len()
}

fn spans(row: &Row) -> Vec<(f64, f64)> {
    row.segments.iter().map(|segment| (segment.left, segment.right)).collect()
}

/// Whether a segment reaches over the gap between two columns.
fn bridges(segment: &Segment, columns: &[(f64, f64)]) -> bool {
    let first = columns.partition_point(|(_, right)| *right <= segment.left + 1.0);
    columns[first..].iter().take_while(|(left, _)| *left < segment.right - 1.0).nth(1).is_some()
}

/// Intervals of both; those that overlap are one.
fn merged(one: &[(f64, f64)], other: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut all: Vec<(f64, f64)> = one.iter().chain(other).copied().collect();
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut found: Vec<(f64, f64)> = Vec::new();
    for (left, right) in all {
        match found.last_mut() {
            Some(last) if left < last.1 => last.1 = last.1.max(right),
            _ => found.push((left, right)),
        }
    }
    found
}

/// Whether a line runs across between two rows, over a part of both.
fn line_between(above: &Row, below: &Row, rulings: &Rulings) -> bool {
    let (top, bottom) = (above.middle(), below.middle());
    let over = |row: &Row, start: f64, end: f64| {
        let (first, last) = (row.segments.first(), row.segments.last());
        first.is_some_and(|first| first.left < end) && last.is_some_and(|last| last.right > start)
    };
    lines_within(rulings, top, bottom)
        .any(|stroke| over(above, stroke.start, stroke.end) && over(below, stroke.start, stroke.end))
}

/// Lines that run across between two heights.
pub(super) fn lines_within(rulings: &Rulings, top: f64, bottom: f64) -> impl Iterator<Item = &super::drawing::Stroke> {
    let first = rulings.across.partition_point(|stroke| stroke.place <= top);
    rulings.across[first..].iter().take_while(move |stroke| stroke.place < bottom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(y: f64, segments: &[(f64, f64)]) -> Row {
        let segments = segments.iter().map(|(left, right)| Segment { left: *left, right: *right, words: vec![0] });
        Row { top: y - 5.0, bottom: y + 5.0, size: 10.0, segments: segments.collect() }
    }

    #[test]
    fn a_run_ends_where_rows_are_far_apart_or_have_other_columns() {
        let mut rows: Vec<Row> = (0..4).map(|at| row(14.0 * f64::from(at), &[(10.0, 60.0), (100.0, 140.0)])).collect();
        rows.push(row(200.0, &[(10.0, 60.0), (100.0, 140.0)]));
        assert_eq!(runs(&rows, &Rulings::default()), [0..4, 4..5]);
        rows[3] = row(42.0, &[(10.0, 120.0), (130.0, 160.0)]);
        rows.truncate(4);
        rows.push(row(56.0, &[(10.0, 90.0), (95.0, 160.0), (170.0, 190.0)]));
        // A row over a gap ends the table, unless it ends where the table does.
        assert_eq!(end_of_run(&rows[..4], 0, &Rulings::default()), 3);
        rows[3] = row(42.0, &[(10.0, 120.0), (130.0, 140.0)]);
        assert_eq!(end_of_run(&rows[..4], 0, &Rulings::default()), 4);
        assert_eq!(merged(&[(0.0, 5.0), (10.0, 20.0)], &[(4.0, 8.0)]), [(0.0, 8.0), (10.0, 20.0)]);
    }
}
