//! Ruled tables: lines that meet belong together; where they stand are the borders of rows and columns; a cell reaches as far
//! as no line ends it. Sides that are open, as those of tables without a frame, are where the other lines end.

use super::drawing::Stroke;
use super::rulings::{NEAR, Rulings};

/// Of the side of a cell so much must be drawn.
const DRAWN: f64 = 0.6;
/// Lines that reach out this far, in points, beyond the outermost ones across them leave cells open there.
const OPEN: f64 = 12.0;
/// Rows or columns of a table at most.
const MOST: usize = 500;
/// Places of a table at most.
const MOST_PLACES: usize = 60_000;

/// Rows and columns, and the cells they make.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    /// Borders of columns, from the left; one more than there are columns.
    pub(crate) columns: Vec<f64>,
    /// Borders of rows, from the top; one more than there are rows.
    pub(crate) rows: Vec<f64>,
    /// Cells, row by row.
    pub(crate) cells: Vec<Span>,
}

/// A cell: its first row and column, and how many it spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) row: usize,
    pub(crate) column: usize,
    pub(crate) row_span: usize,
    pub(crate) column_span: usize,
}

/// The grids of a page, from the top.
pub(crate) fn grids(rulings: &Rulings) -> Vec<Grid> {
    let mut grids: Vec<Grid> =
        groups(&rulings.across, &rulings.down).into_iter().filter_map(|(across, down)| grid(&across, &down)).collect();
    grids.sort_by(|one, other| one.rows[0].total_cmp(&other.rows[0]));
    grids
}

/// Lines that meet, directly or through others; those that meet none make no table.
fn groups(across: &[Stroke], down: &[Stroke]) -> Vec<(Vec<Stroke>, Vec<Stroke>)> {
    let mut parent: Vec<usize> = (0..across.len() + down.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    for (i, one) in across.iter().enumerate() {
        // Those down are sorted from the left.
        let first = down.partition_point(|other| other.place < one.start - NEAR);
        for (j, other) in down.iter().enumerate().skip(first) {
            if other.place > one.end + NEAR {
                break;
            }
            if other.start <= one.place + NEAR && one.place <= other.end + NEAR {
                let (a, b) = (root(&mut parent, i), root(&mut parent, across.len() + j));
                parent[a.max(b)] = a.min(b);
            }
        }
    }
    let mut found: std::collections::BTreeMap<usize, (Vec<Stroke>, Vec<Stroke>)> = std::collections::BTreeMap::new();
    for at in 0..parent.len() {
        let group = found.entry(root(&mut parent, at)).or_default();
        match at.checked_sub(across.len()) {
            None => group.0.push(across[at]),
            Some(at) => group.1.push(down[at]),
        }
    }
    found.into_values().filter(|(across, down)| !across.is_empty() && !down.is_empty()).collect()
}

/// The grid of lines that meet; nothing when they make less than two cells.
fn grid(across: &[Stroke], down: &[Stroke]) -> Option<Grid> {
    let rows = borders(across, down);
    let columns = borders(down, across);
    let (height, width) = (rows.len().checked_sub(1)?, columns.len().checked_sub(1)?);
    if height == 0 || width == 0 || height * width < 2 {
        return None;
    }
    if height > MOST || width > MOST || height * width > MOST_PLACES {
        return None;
    }
    // Whether a line is drawn left of a place, and above it.
    let left = drawn(down, &columns, &rows);
    let above = drawn(across, &rows, &columns);
    let mut taken = vec![false; height * width];
    let mut cells = Vec::new();
    for row in 0..height {
        for column in 0..width {
            if taken[row * width + column] {
                continue;
            }
            let ends = (column + 1..width).find(|next| left[next * height + row] || taken[row * width + next]);
            let column_end = ends.unwrap_or(width);
            let row_end = (row + 1..height)
                .find(|next| (column..column_end).any(|column| above[next * width + column]))
                .unwrap_or(height);
            for row in row..row_end {
                taken[row * width + column..row * width + column_end].fill(true);
            }
            cells.push(Span { row, column, row_span: row_end - row, column_span: column_end - column });
        }
    }
    (cells.len() > 1).then_some(Grid { columns, rows, cells })
}

/// Where lines stand, in order, and where the lines across them end if that is further out.
fn borders(lines: &[Stroke], crossing: &[Stroke]) -> Vec<f64> {
    let mut places: Vec<f64> = lines.iter().map(|line| line.place).collect();
    places.sort_by(f64::total_cmp);
    let mut found: Vec<(f64, f64)> = Vec::new();
    for place in places {
        match found.last_mut() {
            Some((sum, count)) if (*sum / *count - place).abs() <= NEAR => {
                *sum += place;
                *count += 1.0;
            }
            _ => found.push((place, 1.0)),
        }
    }
    let mut found: Vec<f64> = found.into_iter().map(|(sum, count)| sum / count).collect();
    let start = crossing.iter().map(|line| line.start).fold(f64::INFINITY, f64::min);
    let end = crossing.iter().map(|line| line.end).fold(f64::NEG_INFINITY, f64::max);
    if found.first().is_some_and(|first| start < first - OPEN) {
        found.insert(0, start);
    }
    if found.last().is_some_and(|last| end > last + OPEN) {
        found.push(end);
    }
    found
}

/// For each border and each stretch of it between two borders that cross it, whether most of it is drawn.
fn drawn(lines: &[Stroke], borders: &[f64], crossing: &[f64]) -> Vec<bool> {
    let stretches = crossing.len() - 1;
    let mut covered = vec![0.0; borders.len() * stretches];
    for line in lines {
        let after = borders.partition_point(|border| *border < line.place);
        let near = [after.checked_sub(1), Some(after)].into_iter().flatten().filter(|at| *at < borders.len());
        let distance = |at: &usize| (borders[*at] - line.place).abs();
        let Some(border) = near.min_by(|one, other| distance(one).total_cmp(&distance(other))) else { continue };
        let first = crossing.partition_point(|place| *place <= line.start).saturating_sub(1);
        for stretch in first..stretches {
            let (from, to) = (crossing[stretch], crossing[stretch + 1]);
            if from >= line.end {
                break;
            }
            covered[border * stretches + stretch] += (line.end.min(to) - line.start.max(from)).max(0.0);
        }
    }
    let length = |at: usize| crossing[at % stretches + 1] - crossing[at % stretches];
    covered.iter().enumerate().map(|(at, covered)| *covered >= DRAWN * length(at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(place: f64, start: f64, end: f64) -> Stroke {
        Stroke { place, start, end }
    }

    fn rulings(across: Vec<Stroke>, down: Vec<Stroke>) -> Rulings {
        Rulings { across, down, ..Rulings::default() }
    }

    #[test]
    fn a_cell_reaches_as_far_as_no_line_ends_it() {
        let across = [10.0, 60.0, 110.0].map(|place| stroke(place, 10.0, 310.0)).to_vec();
        let down = vec![
            stroke(10.0, 10.0, 110.0),
            stroke(110.0, 10.0, 60.0),
            stroke(210.0, 10.0, 110.0),
            stroke(310.0, 10.0, 110.0),
        ];
        let found = grids(&rulings(across.clone(), down));
        let cell = |row, column, row_span, column_span| Span { row, column, row_span, column_span };
        let expected = [cell(0, 0, 1, 1), cell(0, 1, 1, 1), cell(0, 2, 1, 1), cell(1, 0, 1, 2), cell(1, 2, 1, 1)];
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].cells, expected);
        // A frame alone is no table.
        assert!(grids(&rulings(across, Vec::new())).is_empty());
        let frame = rulings(
            vec![stroke(10.0, 10.0, 310.0), stroke(110.0, 10.0, 310.0)],
            vec![stroke(10.0, 10.0, 110.0), stroke(310.0, 10.0, 110.0)],
        );
        assert!(grids(&frame).is_empty());
    }

    #[test]
    fn a_table_without_a_frame_has_its_outer_columns() {
        let across = [40.0, 60.0, 80.0].map(|place| stroke(place, 10.0, 310.0)).to_vec();
        let down = vec![stroke(110.0, 20.0, 100.0), stroke(210.0, 20.0, 100.0)];
        let found = grids(&rulings(across, down));
        assert_eq!(found[0].columns, [10.0, 110.0, 210.0, 310.0]);
        assert_eq!(found[0].rows, [20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(found[0].cells.len(), 12);
    }
}
