//! Tables: the widths of columns (CSS 2, 17.5.2.2, as browsers do it), and rows as a grid of typst.

use std::rc::Rc;

use super::boxes::{Bx, Content, Row, TableCell};
use super::emit::{Emitter, Place};
use super::measure;
use super::style::{Style, Vertical};
use super::value::Length;

/// Columns of a table.
const MAX_COLUMNS: usize = 200;
/// Columns of a caption: all there are.
pub(crate) const CAPTION: usize = usize::MAX;
/// Part of a page up to which a row is kept in one piece when it asks for that.
const KEPT: f64 = 0.9;

/// A column.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Column {
    pub(crate) least: f64,
    pub(crate) natural: f64,
    /// Width that was asked for in pixels.
    fixed: Option<f64>,
    /// Or as a part of the table.
    part: Option<f64>,
}

/// A cell in its place.
struct Placed<'t> {
    row: usize,
    /// Its row in typst.
    line: usize,
    column: usize,
    columns: usize,
    cell: &'t TableCell,
}

/// The space between cells.
pub(crate) fn spacing(style: &Style) -> f64 {
    if style.collapse { 0.0 } else { style.cell_spacing.clamp(0.0, 50.0) }
}

/// Where cells stand: what reaches over several rows takes the places below; what is beyond the last column begins a
/// row of its own.
fn places(rows: &[Row]) -> (Vec<Placed<'_>>, usize) {
    let mut placed = Vec::new();
    let mut taken: Vec<usize> = Vec::new();
    let mut most = 1;
    let columns =
        |row: &Row| row.cells.iter().map(|cell| if cell.columns == CAPTION { 1 } else { cell.columns }).sum::<usize>();
    let width = rows.iter().map(columns).max().unwrap_or(1).clamp(1, MAX_COLUMNS);
    let mut line = 0;
    let pass = |taken: &mut Vec<usize>| taken.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
    for (index, row) in rows.iter().enumerate() {
        let mut column = 0;
        for cell in &row.cells {
            loop {
                while taken.get(column).is_some_and(|rows| *rows > 0) {
                    column += 1;
                }
                if column < MAX_COLUMNS {
                    break;
                }
                line += 1;
                column = 0;
                pass(&mut taken);
            }
            let columns = if cell.columns == CAPTION { width } else { cell.columns.min(MAX_COLUMNS - column) };
            placed.push(Placed { row: index, line, column, columns, cell });
            taken.resize(taken.len().max(column + columns), 0);
            for rows in &mut taken[column..column + columns] {
                *rows = cell.rows;
            }
            column += columns;
            most = most.max(column);
        }
        line += 1;
        pass(&mut taken);
    }
    (placed, most)
}

/// The columns of a table, as its cells want them.
pub(crate) fn columns(rows: &[Row], style: &Style) -> Vec<Column> {
    let (placed, count) = places(rows);
    let mut columns = vec![Column::default(); count];
    let gap = spacing(style);
    for one in placed.iter().filter(|one| one.columns == 1) {
        let (least, natural) = measure::bordered(&one.cell.bx);
        let column = &mut columns[one.column];
        column.least = column.least.max(least);
        column.natural = column.natural.max(natural);
        match one.cell.bx.style.width {
            Length::Sum(_, part) if part > 0.0 => column.part = Some(column.part.unwrap_or(0.0).max(part)),
            Length::Sum(..) => column.fixed = Some(column.fixed.unwrap_or(0.0).max(natural)),
            Length::Auto => {}
        }
    }
    for one in placed.iter().filter(|one| one.columns > 1) {
        let range = one.column..(one.column + one.columns).min(count);
        let (least, natural) = measure::bordered(&one.cell.bx);
        let own = gap * (range.len() - 1) as f64;
        let missing = |sum: f64, wanted: f64| (wanted - own - sum).max(0.0);
        let free: Vec<usize> = range.clone().filter(|at| columns[*at].fixed.is_none()).collect();
        let free = if free.is_empty() { range.clone().collect() } else { free };
        let more = missing(columns[range.clone()].iter().map(|column| column.least).sum(), least) / free.len() as f64;
        let wider =
            missing(columns[range.clone()].iter().map(|column| column.natural).sum(), natural) / free.len() as f64;
        for at in free {
            columns[at].least += more;
            columns[at].natural += wider;
        }
    }
    for column in &mut columns {
        column.natural = column.natural.max(column.least);
    }
    columns
}

/// Gives the widths that columns ask for to one cell of each, where that asks for none.
pub(crate) fn ask(rows: &mut [Row], asked: &[Length]) {
    if asked.iter().all(|width| *width == Length::Auto) {
        return;
    }
    let (placed, _) = places(rows);
    let mut wanted: Vec<Option<(usize, usize)>> = vec![None; asked.len()];
    let mut index = 0;
    let mut row = 0;
    for one in &placed {
        // Cells are placed in their order.
        index = if one.row == row { index } else { 0 };
        row = one.row;
        if one.columns == 1
            && one.cell.bx.style.width == Length::Auto
            && let Some(slot @ None) = wanted.get_mut(one.column)
        {
            *slot = Some((row, index));
        }
        index += 1;
    }
    for ((row, index), width) in wanted.into_iter().zip(asked).filter_map(|(place, width)| Some((place?, *width))) {
        let style = Rc::make_mut(&mut rows[row].cells[index].bx.style);
        // The width of a column is that of its cells with their padding.
        (style.width, style.border_box) = (width, true);
    }
}

/// The widths of columns in a table of a width.
fn widths(columns: &[Column], room: f64) -> Vec<f64> {
    let least: f64 = columns.iter().map(|column| column.least).sum();
    if least >= room {
        // Narrower than it can be: what is beyond is broken anywhere, in the widest columns first.
        return capped(columns, room);
    }
    let mut widths: Vec<f64> = columns
        .iter()
        .map(|column| match (column.part, column.fixed) {
            (Some(part), _) => (part * room).max(column.least),
            (None, Some(fixed)) => fixed.max(column.least),
            (None, None) => column.least,
        })
        .collect();
    let mut sum: f64 = widths.iter().sum();
    if sum > room {
        // What was asked for is too much: back towards the narrowest.
        let over = sum - room;
        let slack: f64 = widths.iter().zip(columns).map(|(width, column)| width - column.least).sum();
        for (width, column) in widths.iter_mut().zip(columns) {
            *width -= (*width - column.least) * over / slack.max(0.01);
        }
        return widths;
    }
    // First what wants more for its text, then all.
    let wants: Vec<f64> = columns
        .iter()
        .zip(&widths)
        .map(
            |(column, width)| {
                if column.part.is_some() || column.fixed.is_some() { 0.0 } else { (column.natural - width).max(0.0) }
            },
        )
        .collect();
    // Those that want least have it first: an amount stays on its line beside a long text.
    let mut order: Vec<usize> = (0..wants.len()).filter(|at| wants[*at] > 0.0).collect();
    order.sort_by(|one, other| wants[*one].total_cmp(&wants[*other]));
    let mut free = room - sum;
    for (done, at) in order.iter().enumerate() {
        let given = wants[*at].min(free / (order.len() - done) as f64);
        widths[*at] += given;
        free -= given;
    }
    sum = room - free;
    let left = room - sum;
    if left > 0.01 {
        let free = |column: &Column| column.part.is_none() && column.fixed.is_none();
        let any = columns.iter().any(free);
        let shared: f64 =
            columns.iter().filter(|column| !any || free(column)).map(|column| column.natural.max(1.0)).sum();
        for (width, column) in widths.iter_mut().zip(columns) {
            if !any || free(column) {
                *width += left * column.natural.max(1.0) / shared;
            }
        }
    }
    widths
}

/// The narrowest columns keep what they need, the others share what is left.
fn capped(columns: &[Column], room: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by(|one, other| columns[*one].least.total_cmp(&columns[*other].least));
    let mut widths = vec![0.0; columns.len()];
    let mut left = room;
    for (done, at) in order.iter().enumerate() {
        let share = left / (order.len() - done) as f64;
        widths[*at] = columns[*at].least.min(share).max(0.1);
        left -= widths[*at];
    }
    widths
}

/// The width of a table, of its border box.
pub(crate) fn table_width(style: &Style, natural: f64, around: f64) -> f64 {
    match style.width.resolve(around) {
        // Tables of a width in pixels, too wide for the paper, become narrower.
        Some(width) => width.min(around),
        None => natural.min(around),
    }
}

/// The style of a table whose borders collapse with those of its cells, which are drawn.
pub(super) fn without_own_border(bx: &Bx) -> Option<Rc<Style>> {
    let Content::Table(rows) = &bx.content else { return None };
    let edged = |style: &Style| (0..4).any(|side| style.edge(side) > 0.0);
    let cells = || rows.iter().flat_map(|row| &row.cells).any(|cell| edged(&cell.bx.style));
    if !bx.style.collapse || !edged(&bx.style) || !cells() {
        return None;
    }
    let mut style = bx.style.clone();
    for border in &mut Rc::make_mut(&mut style).border {
        border.width = 0.0;
    }
    Some(style)
}

impl Emitter<'_> {
    /// A table in the width inside its frame.
    pub(super) fn table(&mut self, rows: &[Row], style: &Style, width: f64, place: Place) {
        let gap = spacing(style);
        let (placed, count) = places(rows);
        let columns = columns(rows, style);
        let room = (width - gap * (count + 1) as f64).max(1.0);
        let widths = widths(&columns, room);
        self.push("grid(columns:(");
        for width in &widths {
            self.push(&format!("{},", super::code::pt(*width)));
        }
        self.push("),");
        if gap > 0.0 {
            self.push(&format!("gutter:{},inset:0pt,", super::code::pt(gap)));
        }
        let caption = |row: &Row| row.cells.first().is_some_and(|cell| cell.columns == CAPTION);
        let body = rows.iter().position(|row| !row.head && !caption(row)).unwrap_or(0);
        let mut in_head = false;
        let mut last = None;
        let whole: f64 = widths.iter().sum();
        for one in &placed {
            let row = &rows[one.row];
            let is_head = row.head && one.row < body;
            if is_head && !in_head {
                self.push("grid.header(");
                in_head = true;
            } else if !is_head && in_head {
                self.push("),");
                in_head = false;
            }
            if last.is_none_or(|(row, _)| row != one.row) {
                let asks = row.head || row.style.keep || row.cells.iter().any(|cell| cell.bx.style.keep);
                last = Some((one.row, asks && measure::row_height(row, whole) < self.page_height() * KEPT));
            }
            let kept = last.is_some_and(|(_, kept)| kept);
            self.cell(one, row, &widths, gap, kept, place);
        }
        if in_head {
            self.push(")");
        }
        self.statement(")");
    }

    fn cell(&mut self, one: &Placed<'_>, row: &Row, widths: &[f64], gap: f64, kept: bool, place: Place) {
        let bx = &one.cell.bx;
        let style = &bx.style;
        let end = (one.column + one.columns).min(widths.len());
        let width: f64 =
            widths[one.column..end].iter().sum::<f64>() + gap * (end - one.column).saturating_sub(1) as f64;
        let mut arguments = format!("grid.cell(x:{},y:{},", one.column, one.line);
        if one.columns > 1 {
            arguments.push_str(&format!("colspan:{},", end - one.column));
        }
        if one.cell.rows > 1 {
            arguments.push_str(&format!("rowspan:{},", one.cell.rows));
        }
        // Round cells and those with a picture are boxes in cells, whose own corners are none.
        let boxed = one.cell.columns != CAPTION && (style.is_round() || bx.picture.is_some()) && style.is_dressed();
        let own = if boxed { String::new() } else { super::code::fill(style) };
        let filled = if own.is_empty() { super::code::fill(&row.style) } else { own };
        if one.cell.columns != CAPTION {
            arguments.push_str(&filled);
        }
        // The border of a row is that of its cells.
        let mut framed = (**style).clone();
        for side in [0, 2] {
            if framed.edge(side) == 0.0 && row.style.edge(side) > 0.0 {
                framed.border[side] = row.style.border[side];
            }
        }
        if boxed {
            self.push(&format!("{arguments}inset:0pt,"));
            self.scope(|emitter| {
                let place = Place { left: 0.0, width, container: width, top: false, ..place.deeper(7) };
                emitter.dressed(bx, place, None, kept);
            });
            self.push("),");
            return;
        }
        arguments.push_str(&super::code::stroke(&framed));
        arguments.push_str(&super::code::inset(&framed, width));
        let vertical = match style.valign {
            Vertical::Top | Vertical::Baseline | Vertical::Stretch => "top",
            Vertical::Middle => "horizon",
            Vertical::Bottom => "bottom",
        };
        arguments.push_str(&format!("align:{vertical}+left,"));
        if kept {
            arguments.push_str("breakable:false,");
        }
        self.push(&arguments);
        let inner = (width - framed.frame([1, 3], width)).max(1.0);
        let least = style
            .height
            .resolve(0.0)
            .or(row.style.height.resolve(0.0))
            .unwrap_or(0.0)
            .max(style.least_height.resolve(0.0).unwrap_or(0.0));
        let content = measure::height(bx, width);
        let least = if least > content {
            least - if style.border_box { framed.frame([0, 2], width) } else { 0.0 }
        } else {
            0.0
        };
        self.within(bx, inner, least, place.deeper(7));
        self.push("),");
    }
}
