//! Grid containers as grids of typst (CSS Grid 7.2 and 8.5): which cell an item is in, and how wide the columns are.

use std::collections::HashMap;

use super::boxes::Bx;
use super::code::pt;
use super::emit::{Emitter, MAX_DEPTH, MAX_TWICE, Place, Tall};
use super::measure;
use super::style::{Span, Style, Vertical};
use super::value::{Length, arguments, is_deep, read, words};

/// Tracks of a grid.
const MAX_TRACKS: usize = 60;
/// Rows whose gaps are filled again.
const LOOKED_BACK: usize = 200;
/// Part of a page up to which items can lie over each other.
const LAID_OVER: f64 = 0.8;
/// Rows that an item may name.
const MAX_ROWS: usize = 1_000;
/// Tracks that an item may reach over.
const MAX_SPAN: usize = 100;

/// A track of a grid.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Track {
    Fixed(Length),
    Fraction(f64),
    Auto,
}

/// The tracks of a list in a width.
fn tracks(text: &str, room: f64, gap: f64, items: usize) -> Vec<Track> {
    let mut found = Vec::new();
    if is_deep(text) {
        return found;
    }
    for word in words(text) {
        if found.len() >= MAX_TRACKS {
            break;
        }
        if let Some(inner) = word.strip_prefix("repeat(").and_then(|rest| rest.strip_suffix(')')) {
            let parts = arguments(inner);
            let list = parts[1..].join(",");
            let inner = tracks(&list, room, gap, items);
            let count = match parts[0].trim() {
                "auto-fit" | "auto-fill" => {
                    let least = list.strip_prefix("minmax(").and_then(|rest| rest.split(',').next()).unwrap_or(&list);
                    let least = read(least.trim(), 16.0, 16.0)
                        .and_then(|length| length.resolve(room))
                        .unwrap_or(room)
                        .max(20.0);
                    let fitting = (((room + gap) / (least + gap)).floor() as usize).max(1);
                    // Tracks that stay empty are none.
                    if parts[0].trim() == "auto-fit" { fitting.min(items.max(1)) } else { fitting }
                }
                count => count.parse().unwrap_or(1),
            };
            found.extend(inner.iter().copied().cycle().take(count.min(MAX_TRACKS) * inner.len()).take(MAX_TRACKS));
        } else if !word.starts_with('[') {
            found.push(track(word));
        }
    }
    found.truncate(MAX_TRACKS);
    found
}

fn track(word: &str) -> Track {
    if let Some(inner) = word.strip_prefix("minmax(").and_then(|rest| rest.strip_suffix(')')) {
        let parts = arguments(inner);
        return track(parts.get(1).copied().unwrap_or("auto"));
    }
    if let Some(inner) = word.strip_prefix("fit-content(").and_then(|rest| rest.strip_suffix(')')) {
        return track(inner);
    }
    if let Some(part) = word.strip_suffix("fr").and_then(|part| part.parse::<f64>().ok()) {
        return Track::Fraction(if part.is_finite() { part.clamp(0.0, 1e6) } else { 0.0 });
    }
    match read(word, 16.0, 16.0) {
        Some(length @ Length::Sum(..)) => Track::Fixed(length),
        _ => Track::Auto,
    }
}

/// How many columns a grid has, in a width that is not known yet.
pub(crate) fn column_count(style: &Style, items: usize) -> usize {
    let named = style.areas.iter().map(Vec::len).max().unwrap_or(0);
    tracks(&style.tracks, 700.0, 0.0, items).len().max(named).max(1)
}

/// An item in its place, with those that lie in the same cells.
struct Placed<'b> {
    item: &'b Bx,
    row: usize,
    column: usize,
    rows: usize,
    columns: usize,
    /// Whether it is over or under the next, which has the same cells.
    stacked: bool,
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
struct Named {
    columns: usize,
    rows: usize,
}

/// Where the items of a grid are, and whether some lie over each other and are not shown so.
fn places<'b>(items: &'b [Bx], style: &Style, named: Named, flat: bool) -> (Vec<Placed<'b>>, bool) {
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

impl Emitter<'_> {
    /// A grid container in the width inside its frame.
    pub(super) fn grid(&mut self, items: &[Bx], style: &Style, place: Place, tall: Option<Tall>) {
        let (width, gap) = (place.width, style.gap.1);
        let mut found = tracks(&style.tracks, width, gap, items.len());
        found.resize(found.len().max(column_count(style, items.len())).min(MAX_TRACKS), Track::Auto);
        if found == [Track::Auto] {
            found = vec![Track::Fraction(1.0)];
        }
        let heights = tracks(&style.row_tracks, 0.0, 0.0, 0);
        // Rows that `grid-auto-rows` sizes are named by nobody.
        let rows = if style.auto_rows { 0 } else { heights.len() }.max(style.areas.len());
        // What is over others is never broken.
        let high = |item: &Bx| measure::height(item, width) > self.page_height() * LAID_OVER;
        let flat = items.iter().any(high) || place.depth + 24 > MAX_DEPTH;
        let (placed, moved) = places(items, style, Named { columns: found.len(), rows }, flat);
        if moved && !self.breakable {
            self.missing.insert("items of a grid that lie over others in part, or are as high as a page".to_owned());
        }
        let reach = placed.iter().map(|one| one.column + one.columns).max().unwrap_or(0);
        found.resize(found.len().max(reach), Track::Auto);
        let count = found.len();
        let room = (width - gap * (count - 1) as f64).max(1.0);
        let widths = widths(&found, &placed, (width, room));
        let wide = |one: &Placed<'_>| {
            widths[one.column..one.column + one.columns].iter().sum::<f64>() + gap * (one.columns - 1) as f64
        };
        let sized: Vec<(&Bx, f64)> = placed.iter().map(|one| (one.item, wide(one))).collect();
        let row_count = placed.iter().map(|one| one.row + one.rows).max().unwrap_or(0);
        // Rows share a height that is known, as far as their content lets them.
        let shared = match tall {
            Some(Tall::Fixed(height)) if heights.is_empty() && row_count > 0 => {
                let gaps = style.gap.0 * (row_count - 1) as f64;
                let each = (height - style.frame([0, 2], width) - gaps) / row_count as f64;
                sized.iter().all(|(item, width)| measure::height(item, *width) <= each + 0.5).then_some(each)
            }
            _ => None,
        };
        let level = shared.is_none()
            && heights.iter().all(|track| !matches!(track, Track::Fixed(_)))
            && style.justify_items.is_none_or(|align| align == Vertical::Stretch)
            && placed.iter().all(|one| !one.stacked)
            && self.levels(&sized, style, false, place);
        if level {
            self.push("context{");
            for (index, (item, width)) in sized.iter().enumerate() {
                self.level_item(index, item, *width, place);
            }
            let mut rows: Vec<Vec<usize>> = vec![Vec::new(); row_count];
            for (index, one) in placed.iter().enumerate().filter(|(_, one)| one.rows == 1) {
                rows[one.row].push(index);
            }
            for (row, indexes) in rows.iter().enumerate().filter(|(_, indexes)| !indexes.is_empty()) {
                self.push(&format!("let r{row}=calc.max("));
                for index in indexes {
                    self.push(&format!("measure(block(width:{},c{index}(auto))).height,", pt(sized[*index].1)));
                }
                self.push(")\n");
            }
            for (index, one) in placed.iter().enumerate().filter(|(_, one)| one.rows > 1) {
                let spanned = rows[one.row..one.row + one.rows].iter().enumerate();
                let spanned: String =
                    spanned.filter(|(_, row)| !row.is_empty()).map(|(at, _)| format!("r{}+", one.row + at)).collect();
                let gaps = pt(style.gap.0 * (one.rows - 1) as f64);
                let measured = format!("measure(block(width:{},c{index}(auto))).height", pt(sized[index].1));
                self.push(&format!(
                    "let s{index}={spanned}{gaps}\nlet s{index}=if {measured}<=s{index}{{s{index}}}else{{auto}}\n"
                ));
            }
        }
        self.push("grid(columns:(");
        for width in &widths {
            self.push(&format!("{},", pt(*width)));
        }
        self.push("),");
        if let Some(each) = shared {
            self.push(&format!("rows:({},)*{row_count},", pt(each)));
        } else if heights.iter().any(|track| matches!(track, Track::Fixed(_))) {
            self.push("rows:(");
            for track in &heights {
                match track {
                    Track::Fixed(length) if !length.is_relative() => {
                        self.push(&format!("{},", pt(length.or_zero(0.0))));
                    }
                    _ => self.push("auto,"),
                }
            }
            // The last track is that of all further rows.
            self.push(if style.row_tracks.contains(' ') { "auto,)," } else { ")," });
        }
        self.push(&format!("column-gutter:{},row-gutter:{},", pt(gap), pt(style.gap.0)));
        let mut stacked: Vec<(&Placed<'_>, f64)> = Vec::new();
        for (index, one) in placed.iter().enumerate() {
            let own = wide(one);
            if one.stacked || !stacked.is_empty() {
                stacked.push((one, own));
                if !one.stacked {
                    let rows = one.rows as f64;
                    let height = shared.map(|each| each * rows + style.gap.0 * (rows - 1.0));
                    self.overlaid(&stacked, style, height, place);
                    stacked.clear();
                }
                continue;
            }
            self.push(&format!(
                "grid.cell(x:{},y:{},colspan:{},rowspan:{},",
                one.column, one.row, one.columns, one.rows
            ));
            if level {
                let height = if one.rows == 1 { format!("r{}", one.row) } else { format!("s{index}") };
                self.push(&format!("align:top+left,c{index}({height})),"));
                continue;
            }
            let justify = one.item.style.own_justify.or(style.justify_items).unwrap_or(Vertical::Stretch);
            let natural = measure::outer(one.item).1.min(own);
            match justify {
                Vertical::Middle => self.shifted_item(one.item, style, natural, (own - natural) / 2.0, place),
                Vertical::Bottom => self.shifted_item(one.item, style, natural, own - natural, place),
                Vertical::Top => self.shifted_item(one.item, style, natural, 0.0, place),
                Vertical::Baseline | Vertical::Stretch => self.item(one.item, style, own, false, place),
            }
        }
        self.statement(")");
        if level {
            self.twice -= 1;
            self.statement("}");
        }
    }

    /// Items over each other in one cell, which is as high as the highest, or as `height` says.
    fn overlaid(&mut self, items: &[(&Placed<'_>, f64)], container: &Style, height: Option<f64>, place: Place) {
        let Some((first, width)) = items.first() else { return };
        self.push(&format!(
            "grid.cell(x:{},y:{},colspan:{},rowspan:{},align:top+left,",
            first.column, first.row, first.columns, first.rows
        ));
        let estimated = items.iter().map(|(one, width)| measure::height(one.item, *width)).fold(0.0, f64::max);
        let measured = height.is_none() && self.twice < MAX_TWICE;
        self.push(if measured { "context{" } else { "{" });
        self.twice += usize::from(measured);
        // Alone each is as wide and high as the cell, or as it needs.
        let across = |one: &Placed<'_>| one.item.style.own_justify.or(container.justify_items);
        let is_whole = |align: Option<Vertical>| matches!(align, None | Some(Vertical::Stretch | Vertical::Baseline));
        let own = |one: &Placed<'_>| match is_whole(across(one)) {
            true => *width,
            false => measure::outer(one.item).1.min(*width),
        };
        for (index, (one, _)) in items.iter().enumerate() {
            self.level_item(index, one.item, own(one), place.deeper(2));
        }
        self.twice -= usize::from(measured);
        match measured {
            true => {
                self.push("let hh=calc.max(");
                for (index, (one, _)) in items.iter().enumerate() {
                    self.push(&format!("measure(block(width:{},c{index}(auto))).height,", pt(own(one))));
                }
                self.push(")\n");
            }
            false => self.push(&format!("let hh={}\n", pt(height.unwrap_or(estimated)))),
        }
        self.push("block(width:100%,height:hh,{");
        for (index, (one, _)) in items.iter().enumerate() {
            let side = |align: Option<Vertical>, names: [&'static str; 3]| match align {
                Some(Vertical::Middle) => names[1],
                Some(Vertical::Bottom) => names[2],
                _ => names[0],
            };
            let down = Some(one.item.style.own_align.unwrap_or(container.items));
            let tall = if is_whole(down) { "hh" } else { "auto" };
            let (down, across) =
                (side(down, ["top", "horizon", "bottom"]), side(across(one), ["left", "center", "right"]));
            self.push(&format!(
                "place({down}+{across},block(width:{},align(top+left,c{index}({tall}))))\n",
                pt(own(one))
            ));
        }
        self.push("})}),");
    }

    /// An item that is as wide as it needs, somewhere in its cell.
    fn shifted_item(&mut self, item: &Bx, container: &Style, width: f64, left: f64, place: Place) {
        let align = match item.style.own_align.unwrap_or(container.items) {
            Vertical::Middle => "horizon",
            Vertical::Bottom => "bottom",
            _ => "top",
        };
        self.push(&format!("align:{align}+left,"));
        self.scope(|emitter| {
            let inner = Place { left, width, container: width + left, top: false, sized: true, ..place.deeper(7) };
            emitter.block(item, inner);
        });
        self.push("),");
    }
}

/// How wide columns are, in a width and what gaps leave of it.
fn widths(found: &[Track], placed: &[Placed<'_>], (width, room): (f64, f64)) -> Vec<f64> {
    // What is automatic is as wide as its widest item.
    let natural = |column: usize| {
        let own = placed.iter().filter(|one| one.column == column && one.columns == 1);
        own.map(|one| measure::outer(one.item).1).fold(0.0, f64::max)
    };
    let mut widths: Vec<f64> = found
        .iter()
        .enumerate()
        .map(|(column, track)| match track {
            Track::Fixed(length) => length.or_zero(width).max(0.0),
            Track::Auto => natural(column),
            Track::Fraction(_) => 0.0,
        })
        .collect();
    let sum: f64 = widths.iter().sum();
    let fractions: f64 = found.iter().map(|track| if let Track::Fraction(part) = track { *part } else { 0.0 }).sum();
    let free = room - sum;
    if fractions > 0.0 {
        for (width, track) in widths.iter_mut().zip(found) {
            if let Track::Fraction(part) = track {
                *width = (free.max(0.0) * part / fractions.max(1.0)).max(1.0);
            }
        }
    } else if free > 0.0 {
        let autos = found.iter().filter(|track| **track == Track::Auto).count();
        for (width, track) in widths.iter_mut().zip(found) {
            if *track == Track::Auto {
                *width += free / autos as f64;
            }
        }
    }
    let sum: f64 = widths.iter().sum();
    if sum > room {
        for width in &mut widths {
            *width *= room / sum;
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_are_read() {
        assert_eq!(tracks("1fr 2fr 100px", 700.0, 0.0, 9).len(), 3);
        assert_eq!(tracks("repeat(3, 1fr)", 700.0, 0.0, 9), [Track::Fraction(1.0); 3]);
        assert_eq!(tracks("repeat(auto-fit, minmax(200px, 1fr))", 700.0, 10.0, 9).len(), 3);
        assert_eq!(tracks("[a] auto minmax(0, 2fr)", 700.0, 0.0, 9), [Track::Auto, Track::Fraction(2.0)]);
        assert_eq!(tracks("repeat(60, repeat(60, 1fr))", 700.0, 0.0, 9).len(), MAX_TRACKS);
    }

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
