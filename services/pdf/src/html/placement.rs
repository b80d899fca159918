//! Which cells of a grid its items are in (CSS Grid 8.5).

use std::collections::HashMap;

use super::boxes::Bx;
use super::grid::MAX_TRACKS;
use super::style::{Span, Style};

/// Rows that an item may name.
const MAX_ROWS: usize = 1_000;
/// Tracks that an item may reach over.
const MAX_SPAN: usize = 100;
/// Rows whose gaps are filled again.
const LOOKED_BACK: usize = 200;

/// An item in its place, with those that lie in the same cells.
pub(super) struct Placed<'b> {
    pub(super) item: &'b Bx,
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Whether it is over or under the next, which has the same cells.
    pub(super) stacked: bool,
}

/// The cells of a grid that are taken: a row is a set of bits.
#[derive(Default)]
struct Taken(Vec<u64>);

impl Taken {
    fn bits(column: usize, columns: usize) -> u64 {
        ((1_u64 << columns) - 1) << column
    }

    fn is_free(&self, row: usize, column: usize, rows: usize, columns: usize) -> bool {
        let bits = Self::bits(column, columns);
        self.0.iter().skip(row).take(rows).all(|taken| taken & bits == 0)
    }

    fn take(&mut self, row: usize, column: usize, rows: usize, columns: usize) {
        if self.0.len() < row + rows {
            self.0.resize(row + rows, 0);
        }
        for taken in &mut self.0[row..row + rows] {
            *taken |= Self::bits(column, columns);
        }
    }
}

/// Where an item wants to be along one axis: its first track, if that is named, and how many it has.
fn range(span: Span, tracks: usize) -> (Option<usize>, usize) {
    // Negative lines are counted from the end of the tracks that are named.
    let line = |line: i32| {
        let index = if line < 0 { tracks as i32 + 1 + line } else { line - 1 };
        usize::try_from(index).unwrap_or(0)
    };
    let size = span.count.unwrap_or(1);
    match (span.start.map(line), span.end.map(line)) {
        (Some(start), Some(end)) if start != end => (Some(start.min(end)), start.abs_diff(end)),
        (Some(start), _) => (Some(start), size),
        (None, Some(end)) => (Some(end.saturating_sub(size)), size),
        (None, None) => (None, size),
    }
}

/// How many tracks are named along both axes: columns and rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

/// Where the items of a grid are, and whether some lie over each other and are not shown so.
pub(super) fn places<'b>(items: &'b [Bx], style: &Style, named: Named, flat: bool) -> (Vec<Placed<'b>>, bool) {
    // Columns that are filled one after the other are rows of a grid that lies on its side.
    let turned = style.flow_columns;
    let count = if turned { named.rows.clamp(1, MAX_TRACKS) } else { named.columns };
    let most = if turned { MAX_TRACKS } else { MAX_ROWS };
    // The cells an item wants: those it names along the way of the flow and across.
    let wanted = |item: &Bx| {
        let area = item.style.area.as_deref().and_then(|area| area_of(&style.areas, area));
        let (row, column, rows, columns) = area.unwrap_or_else(|| {
            let (column, columns) = range(item.style.span, named.columns);
            let (row, rows) = range(item.style.row_span, named.rows);
            (row, column, rows, columns)
        });
        let (along, across, along_size, across_size) =
            if turned { (column, row, columns, rows) } else { (row, column, rows, columns) };
        let across = across.map(|across| across.min(count - 1));
        let across_size = across_size.clamp(1, count - across.unwrap_or(0));
        let along = along.map(|along| along.min(most - 1));
        (along, across, along_size.clamp(1, MAX_SPAN.min(most - along.unwrap_or(0))), across_size)
    };
    let mut taken = Taken::default();
    let mut cells: Vec<Option<[usize; 4]>> = items.iter().map(|_| None).collect();
    // Those that say where they are come first.
    for (slot, item) in cells.iter_mut().zip(items) {
        if let (Some(row), Some(column), rows, columns) = wanted(item) {
            taken.take(row, column, rows, columns);
            *slot = Some([row, column, rows, columns]);
        }
    }
    let (mut row, mut column) = (0, 0);
    for (slot, item) in cells.iter_mut().zip(items).filter(|(slot, _)| slot.is_none()) {
        let (own_row, own_column, rows, columns) = wanted(item);
        if let Some(own_row) = own_row {
            let free = (0..=count - columns).find(|at| taken.is_free(own_row, *at, rows, columns)).unwrap_or(0);
            taken.take(own_row, free, rows, columns);
            *slot = Some([own_row, free, rows, columns]);
            continue;
        }
        if style.dense {
            // Gaps are filled again, those of the last rows.
            let first = taken.0.len().saturating_sub(LOOKED_BACK);
            let open = taken.0[first..].iter().position(|row| *row != Taken::bits(0, count));
            (row, column) = (open.map_or(taken.0.len(), |open| first + open), 0);
        }
        if let Some(own) = own_column {
            if own < column {
                row += 1;
            }
            column = own;
            while !taken.is_free(row, column, rows, columns) {
                row += 1;
            }
        } else {
            while column + columns > count || !taken.is_free(row, column, rows, columns) {
                column += 1;
                if column + columns > count {
                    (row, column) = (row + 1, 0);
                }
            }
        }
        taken.take(row, column, rows, columns);
        *slot = Some([row, column, rows, columns]);
        column += columns;
    }
    let mut found: Vec<Placed<'b>> = cells
        .into_iter()
        .zip(items)
        .filter_map(|(cells, item)| {
            let [row, column, rows, columns] = cells?;
            let (row, column, rows, columns) =
                if turned { (column, row, columns, rows) } else { (row, column, rows, columns) };
            Some(Placed { item, row, column, rows, columns, stacked: false })
        })
        .collect();
    let moved = stack(&mut found, flat);
    (found, moved)
}

/// Items over each other. In the same cells they are one cell of typst, which has none over each other; one that lies over
/// others in part, or any where the grid is to be `flat`, has a row of its own below all.
fn stack(found: &mut [Placed<'_>], flat: bool) -> bool {
    let is_over = |style: &Style| style.level;
    let first = |one: &Placed<'_>| (one.row, one.column, one.rows, one.columns);
    let mut order: HashMap<(usize, usize, usize, usize), usize> = HashMap::new();
    for one in found.iter() {
        let next = order.len();
        order.entry(first(one)).or_insert(next);
    }
    if order.len() < found.len() && !flat {
        found.sort_by_key(|one| (order[&first(one)], is_over(&one.item.style)));
        for at in 1..found.len() {
            found[at - 1].stacked = first(&found[at - 1]) == first(&found[at]);
        }
    }
    let mut seen = Taken::default();
    let mut last = found.iter().map(|one| one.row + one.rows).max().unwrap_or(0);
    let mut moved = false;
    let mut at = 0;
    while at < found.len() {
        let end = (at..found.len()).find(|one| !found[*one].stacked).unwrap_or(found.len() - 1) + 1;
        let (mut row, column, mut rows, columns) = first(&found[at]);
        if !seen.is_free(row, column, rows, columns) {
            (row, rows) = (last, 1);
            last += 1;
            moved = true;
        }
        seen.take(row, column, rows, columns);
        for one in &mut found[at..end] {
            (one.row, one.rows) = (row, rows);
        }
        at = end;
    }
    moved
}

/// Row, column and size of an area by its name.
fn area_of(areas: &[Vec<String>], name: &str) -> Option<(Option<usize>, Option<usize>, usize, usize)> {
    let is = |cell: &String| cell == name;
    let top = areas.iter().position(|row| row.iter().any(is))?;
    let left = areas[top].iter().position(is)?;
    let columns = areas[top][left..].iter().take_while(|cell| is(cell)).count();
    let rows = areas[top..].iter().take_while(|row| row.get(left).is_some_and(is)).count();
    Some((Some(top), Some(left), rows, columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where items of a grid of three columns and two rows are: row, column, rows, columns.
    fn placed(container: &str, items: &[&str]) -> Vec<[usize; 4]> {
        let parent = Style::root();
        let styled = |declarations: &str| {
            let mut style = Style::root();
            for one in super::super::css::declarations(declarations) {
                super::super::property::set(&mut style, &one.property, &one.value, &parent);
            }
            style
        };
        let boxes: Vec<Bx> = items
            .iter()
            .map(|item| Bx::new(std::rc::Rc::new(styled(item)), super::super::boxes::Content::Lines(Vec::new())))
            .collect();
        let (found, _) = places(&boxes, &styled(container), Named { columns: 3, rows: 2 }, false);
        assert_eq!(found.len(), items.len(), "{container} {items:?}");
        let mut all = vec![[0; 4]; items.len()];
        for one in &found {
            let index = boxes.iter().position(|item| std::ptr::eq(item, one.item)).expect("an item of the grid");
            all[index] = [one.row, one.column, one.rows, one.columns];
        }
        all
    }

    #[test]
    fn items_are_where_they_ask_to_be() {
        for (container, items, wanted) in [
            ("", vec!["", "", "", ""], vec![[0, 0, 1, 1], [0, 1, 1, 1], [0, 2, 1, 1], [1, 0, 1, 1]]),
            // Negative lines are counted from the end of what is named.
            ("", vec!["grid-row: 1 / -1", "", ""], vec![[0, 0, 2, 1], [0, 1, 1, 1], [0, 2, 1, 1]]),
            ("", vec!["grid-column: 1 / -1", ""], vec![[0, 0, 1, 3], [1, 0, 1, 1]]),
            ("", vec!["grid-column: -2", "grid-column: -3 / -1"], vec![[0, 2, 1, 1], [1, 1, 1, 2]]),
            ("", vec!["grid-column: 3 / 1"], vec![[0, 0, 1, 2]]),
            (
                "",
                vec!["grid-column: span 2", "grid-column: span 2", ""],
                vec![[0, 0, 1, 2], [1, 0, 1, 2], [1, 2, 1, 1]],
            ),
            ("", vec!["grid-column: span 2 / -1", "grid-row: 2 / span 3"], vec![[0, 1, 1, 2], [1, 0, 3, 1]]),
            ("", vec!["grid-area: 2 / 1 / 4 / 3"], vec![[1, 0, 2, 2]]),
            (
                "grid-template-areas: 'h h h' 'a b b'",
                vec!["grid-area: b", "grid-area: h", "grid-area: a", "grid-area: nowhere"],
                vec![[1, 1, 1, 2], [0, 0, 1, 3], [1, 0, 1, 1], [2, 0, 1, 1]],
            ),
            ("grid-auto-flow: column", vec!["", "", ""], vec![[0, 0, 1, 1], [1, 0, 1, 1], [0, 1, 1, 1]]),
            (
                "grid-auto-flow: column",
                vec!["grid-row: 1 / -1", "", "", ""],
                vec![[0, 0, 2, 1], [0, 1, 1, 1], [1, 1, 1, 1], [0, 2, 1, 1]],
            ),
            (
                "grid-auto-flow: dense",
                vec!["grid-column: span 2", "grid-column: span 2", ""],
                vec![[0, 0, 1, 2], [1, 0, 1, 2], [0, 2, 1, 1]],
            ),
            // Over each other: in the same cells, and in part.
            ("", vec!["grid-area: 1 / 1", "grid-area: 1 / 1"], vec![[0, 0, 1, 1], [0, 0, 1, 1]]),
            ("", vec!["grid-area: 1 / 1 / 2 / 3", "grid-area: 1 / 2 / 3 / 3"], vec![[0, 0, 1, 2], [2, 1, 1, 1]]),
        ] {
            assert_eq!(placed(container, &items), wanted, "{container} {items:?}");
        }
    }

    #[test]
    fn items_over_each_other_make_few_rows() {
        let items: Vec<String> =
            (0..500).map(|at| format!("grid-area: {} / 1 / span 100 / span 2", 900 + at % 90)).collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        let rows = placed("", &items).iter().map(|[row, _, rows, _]| row + rows).max().unwrap_or(0);
        assert!(rows <= 1_000 + 500, "{rows}");
    }
}
