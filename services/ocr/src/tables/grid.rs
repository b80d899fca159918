//! Rulings to tables: strokes that meet belong together; the places where they stand are the borders of rows and columns; a
//! cell reaches as far as no ruling ends it. A row on a filled area, in which rulings do not show, has the columns of the others.

use super::rulings::{Rulings, Stroke};

/// Rulings that miss each other by so many pixels still meet, or stand at one place.
const NEAR: u32 = 8;
/// Of the side of a cell so much must be drawn.
const DRAWN: f64 = 0.6;
/// A cell is at least so wide and high where no ruling ends it.
const CELL: u32 = 24;
/// Rulings of a table without a frame at least: two that cross are a plus sign.
const FEWEST_WITHOUT_FRAME: usize = 3;
/// Rows or columns of a table at most.
const MOST: usize = 200;

/// A table of cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    /// Middles of the rulings between columns, and of those around.
    pub(crate) columns: Vec<u32>,
    /// The same of rows.
    pub(crate) rows: Vec<u32>,
    pub(crate) cells: Vec<GridCell>,
}

/// A cell: its first row and column, and how many it spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GridCell {
    pub(crate) row: usize,
    pub(crate) column: usize,
    pub(crate) row_span: usize,
    pub(crate) column_span: usize,
}

/// The tables that rulings make, from the top.
pub(crate) fn grids(rulings: &Rulings) -> Vec<Grid> {
    let mut groups = groups(&rulings.across, &rulings.down);
    groups.sort_by_key(|(across, _)| across.iter().map(|stroke| stroke.top).min());
    groups.into_iter().filter_map(|(across, down)| grid(&across, &down, &rulings.filled)).collect()
}

/// Strokes that meet, directly or through others.
fn groups(across: &[Stroke], down: &[Stroke]) -> Vec<(Vec<Stroke>, Vec<Stroke>)> {
    let mut group: Vec<usize> = (0..across.len() + down.len()).collect();
    let root = |group: &[usize], mut at: usize| {
        while group[at] != at {
            at = group[at];
        }
        at
    };
    for (i, one) in across.iter().enumerate() {
        for (j, other) in down.iter().enumerate() {
            if meet(one, other) {
                let (a, b) = (root(&group, i), root(&group, across.len() + j));
                group[a.max(b)] = a.min(b);
            }
        }
    }
    let mut found: Vec<(usize, Vec<Stroke>, Vec<Stroke>)> = Vec::new();
    for at in 0..group.len() {
        let root = root(&group, at);
        let place = found.iter().position(|(known, ..)| *known == root).unwrap_or_else(|| {
            found.push((root, Vec::new(), Vec::new()));
            found.len() - 1
        });
        match at.checked_sub(across.len()) {
            None => found[place].1.push(across[at]),
            Some(at) => found[place].2.push(down[at]),
        }
    }
    found.into_iter().map(|(_, across, down)| (across, down)).collect()
}

fn meet(one: &Stroke, other: &Stroke) -> bool {
    one.left <= other.right + NEAR
        && other.left <= one.right + NEAR
        && one.top <= other.bottom + NEAR
        && other.top <= one.bottom + NEAR
}

/// The table of strokes that meet; nothing when they make no cells.
fn grid(across: &[Stroke], down: &[Stroke], filled: &[Stroke]) -> Option<Grid> {
    let mut rows = places(across.iter().map(|stroke| (stroke.top + stroke.bottom) / 2));
    let mut columns = places(down.iter().map(|stroke| (stroke.left + stroke.right) / 2));
    if across.len() + down.len() >= FEWEST_WITHOUT_FRAME {
        add_edges(&mut columns, across.iter().map(|stroke| (stroke.left, stroke.right)));
        add_edges(&mut rows, down.iter().map(|stroke| (stroke.top, stroke.bottom)));
    }
    let (height, width) = (rows.len().checked_sub(1)?, columns.len().checked_sub(1)?);
    if height == 0 || width == 0 || height * width < 2 || height > MOST || width > MOST {
        return None;
    }
    // Whether the ruling is drawn left of a place, and above it.
    let is_filled = |row: usize| {
        filled.iter().any(|area| {
            area.top <= rows[row] + NEAR
                && area.bottom + NEAR >= rows[row + 1]
                && area.left < columns[width]
                && area.right > columns[0]
        })
    };
    let left = |row: usize, column: usize| {
        if is_filled(row) {
            return true;
        }
        let strokes = down.iter().filter(|stroke| near((stroke.left + stroke.right) / 2, columns[column]));
        drawn(strokes.map(|stroke| (stroke.top, stroke.bottom)), rows[row], rows[row + 1])
    };
    let above = |row: usize, column: usize| {
        let strokes = across.iter().filter(|stroke| near((stroke.top + stroke.bottom) / 2, rows[row]));
        drawn(strokes.map(|stroke| (stroke.left, stroke.right)), columns[column], columns[column + 1])
    };
    let mut taken = vec![false; height * width];
    let mut cells = Vec::new();
    for row in 0..height {
        for column in 0..width {
            if taken[row * width + column] {
                continue;
            }
            let ends = (column + 1..width).find(|next| left(row, *next) || taken[row * width + next]);
            let column_end = ends.unwrap_or(width);
            let row_end = (row + 1..height)
                .find(|next| (column..column_end).any(|column| above(*next, column)))
                .unwrap_or(height);
            for row in row..row_end {
                taken[row * width + column..row * width + column_end].fill(true);
            }
            cells.push(GridCell { row, column, row_span: row_end - row, column_span: column_end - column });
        }
    }
    (cells.len() > 1).then_some(Grid { columns, rows, cells })
}

/// Adds the edges of a table that has no frame: where most of the rulings that cross it begin and end.
fn add_edges(places: &mut Vec<u32>, ends: impl Iterator<Item = (u32, u32)>) {
    let (starts, ends): (Vec<u32>, Vec<u32>) = ends.unzip();
    let (Some(first), Some(last)) = (places.first().copied(), places.last().copied()) else { return };
    let is_of_most = |all: &[u32], edge: u32| all.iter().filter(|end| near(**end, edge)).count() * 2 > all.len();
    if let Some(start) =
        starts.iter().min().copied().filter(|start| start + CELL <= first && is_of_most(&starts, *start))
    {
        places.insert(0, start);
    }
    if let Some(end) = ends.iter().max().copied().filter(|end| last + CELL <= *end && is_of_most(&ends, *end)) {
        places.push(end);
    }
}

/// Places in order; those near each other are one.
fn places(all: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut all: Vec<u32> = all.collect();
    all.sort_unstable();
    let mut found: Vec<(u32, u32)> = Vec::new();
    for place in all {
        match found.last_mut() {
            Some((sum, count)) if near(*sum / *count, place) => {
                *sum += place;
                *count += 1;
            }
            _ => found.push((place, 1)),
        }
    }
    found.into_iter().map(|(sum, count)| sum / count).collect()
}

fn near(one: u32, other: u32) -> bool {
    one.abs_diff(other) <= NEAR
}

/// Whether most of a side is drawn.
fn drawn(strokes: impl Iterator<Item = (u32, u32)>, from: u32, to: u32) -> bool {
    let covered: u32 = strokes.map(|(start, end)| end.min(to).saturating_sub(start.max(from))).sum();
    f64::from(covered) >= DRAWN * f64::from(to - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows of three columns; the first two of the second row are one cell.
    #[test]
    fn a_cell_reaches_as_far_as_no_ruling_ends_it() {
        let across = |top: u32| Stroke { left: 10, top, right: 310, bottom: top + 2 };
        let down = |left: u32, top: u32| Stroke { left, top, right: left + 2, bottom: 110 - 50 * u32::from(top > 50) };
        let whole = |left: u32| down(left, 10);
        let half = Stroke { left: 110, top: 10, right: 112, bottom: 60 };
        let rulings = |across: &[Stroke], down: &[Stroke], filled: &[Stroke]| Rulings {
            across: across.to_vec(),
            down: down.to_vec(),
            filled: filled.to_vec(),
        };
        let rows = [across(10), across(60), across(108)];
        let columns = [whole(10), half, whole(210), whole(308)];
        let found = grids(&rulings(&rows, &columns, &[]));
        assert_eq!(found.len(), 1);
        let cell = |row, column, row_span, column_span| GridCell { row, column, row_span, column_span };
        let expected = [cell(0, 0, 1, 1), cell(0, 1, 1, 1), cell(0, 2, 1, 1), cell(1, 0, 1, 2), cell(1, 2, 1, 1)];
        assert_eq!(found[0].cells, expected);
        // The second row on a filled area has all three columns.
        let filled = [Stroke { left: 10, top: 60, right: 310, bottom: 110 }];
        assert_eq!(grids(&rulings(&rows, &columns, &filled))[0].cells.len(), 6);
        // Rulings between cells alone: three rows of three columns. Two that cross are no table, nor is a stroke that runs out.
        let inner = grids(&rulings(&[across(40), across(75)], &[whole(110), whole(210)], &[]));
        assert_eq!((inner[0].cells.len(), &inner[0].columns[..]), (9, &[10, 111, 211, 310][..]));
        assert!(grids(&rulings(&[across(60)], &[whole(110)], &[])).is_empty());
        let long = Stroke { right: 400, ..across(60) };
        let framed = grids(&rulings(&[across(10), long, across(108)], &[whole(10), whole(210), whole(308)], &[]));
        assert_eq!(framed[0].cells.len(), 4);
        // A frame alone is no table.
        assert!(grids(&rulings(&[across(10), across(108)], &[whole(10), whole(308)], &[])).is_empty());
    }
}
