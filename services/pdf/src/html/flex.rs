//! Flex and grid containers as rows of a grid of typst: the widths are computed here (CSS Flexbox 9.7, CSS Grid 7.2).

use super::boxes::Bx;
use super::code::pt;
use super::emit::{Emitter, Place};
use super::margin::{bottom_margin, top_margin};
use super::measure;
use super::style::{Justify, Style, Vertical};
use super::value::{Length, arguments, read, words};

/// Tracks of a grid.
const MAX_TRACKS: usize = 60;

/// A track of a grid.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Track {
    Fixed(Length),
    Fraction(f64),
    Auto,
}

/// How many columns a list of tracks has, in a width that is not known yet.
pub(crate) fn track_count(text: &str) -> usize {
    tracks(text, 700.0, 0.0).len()
}

/// The tracks of a list in a width.
fn tracks(text: &str, room: f64, gap: f64) -> Vec<Track> {
    let mut found = Vec::new();
    for word in words(text) {
        if let Some(inner) = word.strip_prefix("repeat(").and_then(|rest| rest.strip_suffix(')')) {
            let parts = arguments(inner);
            let list = parts[1..].join(",");
            let inner = tracks(&list, room, gap);
            let count = match parts[0].trim() {
                "auto-fit" | "auto-fill" => {
                    let least = list.strip_prefix("minmax(").and_then(|rest| rest.split(',').next()).unwrap_or(&list);
                    let least = read(least.trim(), 16.0, 16.0)
                        .and_then(|length| length.resolve(room))
                        .unwrap_or(room)
                        .max(20.0);
                    (((room + gap) / (least + gap)).floor() as usize).max(1)
                }
                count => count.parse().unwrap_or(1),
            };
            for _ in 0..count.min(MAX_TRACKS) {
                found.extend(inner.iter().copied());
            }
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
        return Track::Fraction(part.max(0.0));
    }
    match read(word, 16.0, 16.0) {
        Some(length @ Length::Sum(..)) => Track::Fixed(length),
        _ => Track::Auto,
    }
}

/// A row of items with their widths.
struct Line<'b> {
    items: Vec<(&'b Bx, f64)>,
}

impl Emitter<'_> {
    /// A flex container in the width inside its frame.
    pub(super) fn flex(&mut self, items: &[Bx], style: &Style, width: f64, place: Place) {
        if style.column {
            self.stack(items, style, width, place);
            return;
        }
        let gap = style.gap.1;
        let lines = lines(items, style, width, gap);
        let wrapped = lines.len() > 1;
        for (index, line) in lines.iter().enumerate() {
            if index > 0 && style.gap.0 > 0.0 {
                self.statement(&format!("v({})", pt(style.gap.0)));
            }
            let sum: f64 = line.items.iter().map(|(_, width)| width).sum();
            let gaps = gap * line.items.len().saturating_sub(1) as f64;
            let free = (width - sum - gaps).max(0.0);
            let auto = line
                .items
                .iter()
                .any(|(item, _)| item.style.margin[3] == Length::Auto || item.style.margin[1] == Length::Auto);
            let count = line.items.len() as f64;
            let (before, between) = match style.justify {
                _ if auto || free < 0.5 => (0.0, 0.0),
                Justify::Center => (free / 2.0, 0.0),
                Justify::End => (free, 0.0),
                Justify::Between if line.items.len() > 1 => (0.0, free / (count - 1.0)),
                Justify::Around => (free / count / 2.0, free / count),
                Justify::Evenly => (free / (count + 1.0), free / (count + 1.0)),
                Justify::Start | Justify::Between => (0.0, 0.0),
            };
            let _ = wrapped;
            self.cells(line, style, before, gap + between, if auto { free } else { 0.0 }, place);
        }
    }

    /// A column of items.
    fn stack(&mut self, items: &[Bx], style: &Style, width: f64, place: Place) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 && style.gap.0 > 0.0 {
                self.statement(&format!("v({})", pt(style.gap.0)));
            }
            let (_, natural) = measure::outer(item);
            let align = item.style.own_align.unwrap_or(style.items);
            let own = if matches!(align, Vertical::Stretch) { width } else { natural.min(width) };
            let left = match align {
                Vertical::Middle => (width - own) / 2.0,
                Vertical::Bottom => width - own,
                _ => 0.0,
            };
            let sized = !matches!(align, Vertical::Stretch);
            let inner = Place { left: place.left + left, width: own, sized, ..place };
            let top = top_margin(item);
            let bottom = bottom_margin(item);
            if top > 0.0 {
                self.statement(&format!("v({})", pt(top)));
            }
            self.block(item, inner);
            if bottom > 0.0 {
                self.statement(&format!("v({})", pt(bottom)));
            }
        }
    }

    /// A grid container in the width inside its frame.
    pub(super) fn grid(&mut self, items: &[Bx], style: &Style, width: f64, place: Place) {
        let gap = style.gap.1;
        let found = tracks(&style.tracks, width, gap);
        let found = if found.is_empty() { vec![Track::Fraction(1.0)] } else { found };
        let count = found.len();
        let room = (width - gap * (count - 1) as f64).max(1.0);
        // What is automatic is as wide as its widest item in order.
        let natural = |column: usize| {
            let own = items
                .iter()
                .enumerate()
                .filter(|(index, item)| index % count == column && item.style.span.count.is_none());
            own.map(|(_, item)| measure::outer(item).1).fold(0.0, f64::max)
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
        let fractions: f64 =
            found.iter().map(|track| if let Track::Fraction(part) = track { *part } else { 0.0 }).sum();
        let free = room - sum;
        if fractions > 0.0 {
            for (width, track) in widths.iter_mut().zip(&found) {
                if let Track::Fraction(part) = track {
                    *width = (free.max(0.0) * part / fractions.max(1.0)).max(1.0);
                }
            }
        } else if free > 0.0 {
            let autos = found.iter().filter(|track| **track == Track::Auto).count();
            for (width, track) in widths.iter_mut().zip(&found) {
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
        let mut column = 0;
        let mut row = 0;
        let mut placed = Vec::with_capacity(items.len());
        for item in items {
            let span = item.style.span;
            let line = |line: i32| {
                let index = if line < 0 { count as i32 + 1 + line } else { line - 1 };
                usize::try_from(index).unwrap_or(0).min(count)
            };
            let start = span.start.map(line).filter(|start| *start < count);
            let columns = match (start, span.end, span.count) {
                (Some(start), Some(end), _) => line(end).saturating_sub(start).max(1),
                (_, _, Some(columns)) => columns,
                _ => 1,
            };
            let columns = columns.min(count);
            let at = start.unwrap_or(column);
            if at < column || at + columns > count {
                row += 1;
                column = start.unwrap_or(0);
            } else {
                column = at;
            }
            let columns = columns.min(count - column);
            placed.push((item, row, column, columns));
            column += columns;
            if column >= count {
                row += 1;
                column = 0;
            }
        }
        self.open("grid(columns:(");
        for width in &widths {
            self.push(&format!("{},", pt(*width)));
        }
        self.push(&format!("),column-gutter:{},row-gutter:{},", pt(gap), pt(style.gap.0)));
        for (item, row, column, columns) in placed {
            let own: f64 = widths[column..column + columns].iter().sum::<f64>() + gap * (columns - 1) as f64;
            self.push(&format!("grid.cell(x:{column},y:{row},colspan:{columns},"));
            self.item(item, style, own, false, place);
        }
        self.close(")");
    }

    /// A row of items.
    fn cells(&mut self, line: &Line<'_>, style: &Style, before: f64, gap: f64, auto: f64, place: Place) {
        let autos: usize = line
            .items
            .iter()
            .map(|(item, _)| [1, 3].iter().filter(|side| item.style.margin[**side] == Length::Auto).count())
            .sum();
        let share = auto / autos.max(1) as f64;
        let mut columns = Vec::new();
        let mut cells: Vec<(usize, &Bx, f64)> = Vec::new();
        if before > 0.5 {
            columns.push(before);
        }
        for (index, (item, width)) in line.items.iter().enumerate() {
            if index > 0 && gap > 0.01 {
                columns.push(gap);
            }
            if item.style.margin[3] == Length::Auto && share > 0.0 {
                columns.push(share);
            }
            cells.push((columns.len(), *item, *width));
            columns.push(*width);
            if item.style.margin[1] == Length::Auto && share > 0.0 {
                columns.push(share);
            }
        }
        self.open("grid(columns:(");
        for width in &columns {
            self.push(&format!("{},", pt(*width)));
        }
        self.push("),");
        for (column, item, width) in cells {
            self.push(&format!("grid.cell(x:{column},y:0,"));
            self.item(item, style, width, true, place);
        }
        self.close(")");
    }

    /// The rest of a cell with an item in it: what stretches has its ground and border on the cell itself.
    fn item(&mut self, item: &Bx, container: &Style, width: f64, sized: bool, place: Place) {
        let style = &item.style;
        let align = style.own_align.unwrap_or(container.items);
        let margins: f64 = (0..4).map(|side| style.margin[side].or_zero(width).abs()).sum();
        let vertical = match align {
            Vertical::Middle => "horizon",
            Vertical::Bottom => "bottom",
            _ => "top",
        };
        self.push(&format!("align:{vertical}+left,"));
        let stretched =
            matches!(align, Vertical::Stretch) && margins < 0.01 && style.radius == 0.0 && style.is_dressed();
        let inner = place.deeper(7);
        if stretched {
            if style.ground.alpha > 0.0 {
                self.push(&format!("fill:{},", style.ground.typst()));
            }
            self.push(&super::code::stroke(style));
            self.push(&super::code::inset(style, width));
            let least = style.height.resolve(0.0).unwrap_or(0.0).max(style.least_height.resolve(0.0).unwrap_or(0.0));
            let least = if least > measure::height(item, width) { least } else { 0.0 };
            self.within(item, (width - style.frame([1, 3], width)).max(1.0), least, inner);
        } else {
            self.push("{");
            let fresh = Place { left: 0.0, width, container: width, top: false, sized, ..inner };
            let (top, bottom) = (top_margin(item), bottom_margin(item));
            if top > 0.0 {
                self.statement(&format!("v({})", pt(top)));
            }
            self.block(item, fresh);
            if bottom > 0.0 {
                self.statement(&format!("v({})", pt(bottom)));
            }
            self.push("}");
        }
        self.push("),");
    }
}

/// Items in rows, with their widths.
fn lines<'b>(items: &'b [Bx], style: &Style, room: f64, gap: f64) -> Vec<Line<'b>> {
    let base = |item: &Bx| {
        let own = &item.style;
        let (least, natural) = measure::outer(item);
        let margins = own.margin[1].or_zero(room) + own.margin[3].or_zero(room);
        let frame = own.frame([1, 3], room);
        let boxed = |width: f64| margins + if own.border_box { width.max(frame) } else { width + frame };
        let basis = own.basis.resolve(room).or_else(|| own.width.resolve(room)).map_or(natural, boxed);
        let limit = |width: f64| {
            let most = own.most_width.resolve(room).map_or(f64::INFINITY, boxed);
            let smallest = own.least_width.resolve(room).map_or(0.0, boxed);
            width.min(most).max(smallest)
        };
        (limit(basis), least)
    };
    let mut rows: Vec<Vec<(&Bx, f64, f64)>> = vec![Vec::new()];
    let mut used = 0.0;
    for item in items {
        let (basis, least) = base(item);
        let last = rows.last().is_some_and(|row| !row.is_empty());
        if style.wrap && last && used + gap + basis > room + 0.5 {
            rows.push(Vec::new());
            used = 0.0;
        }
        used += basis + if used > 0.0 { gap } else { 0.0 };
        if let Some(row) = rows.last_mut() {
            row.push((item, basis, least));
        }
    }
    rows.into_iter()
        .filter(|row| !row.is_empty())
        .map(|row| {
            let gaps = gap * (row.len() - 1) as f64;
            let sum: f64 = row.iter().map(|(_, basis, _)| basis).sum::<f64>() + gaps;
            let free = room - sum;
            let grow: f64 = row.iter().map(|(item, ..)| item.style.grow).sum();
            let mut widths: Vec<f64> = row.iter().map(|(_, basis, _)| *basis).collect();
            if free > 0.0 && grow > 0.0 {
                for (width, (item, ..)) in widths.iter_mut().zip(&row) {
                    *width += free * item.style.grow / grow.max(1.0);
                }
            } else if free < 0.0 {
                // Narrower by their size, but no narrower than they can be while others can.
                for _ in 0..4 {
                    let over: f64 = widths.iter().sum::<f64>() + gaps - room;
                    if over < 0.1 {
                        break;
                    }
                    let can: f64 = widths
                        .iter()
                        .zip(&row)
                        .map(
                            |(width, (item, _, least))| {
                                if item.style.shrink > 0.0 { (width - least).max(0.0) } else { 0.0 }
                            },
                        )
                        .sum();
                    if can <= 0.1 {
                        break;
                    }
                    for (width, (item, _, least)) in widths.iter_mut().zip(&row) {
                        if item.style.shrink > 0.0 {
                            *width -= (*width - least).max(0.0) * (over / can).min(1.0);
                        }
                    }
                }
                let sum: f64 = widths.iter().sum::<f64>();
                if sum + gaps > room + 0.5 {
                    let factor = ((room - gaps) / sum).max(0.05);
                    for width in &mut widths {
                        *width *= factor;
                    }
                }
            }
            Line { items: row.into_iter().zip(widths).map(|((item, ..), width)| (item, width.max(0.5))).collect() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_are_read() {
        assert_eq!(tracks("1fr 2fr 100px", 700.0, 0.0).len(), 3);
        assert_eq!(tracks("repeat(3, 1fr)", 700.0, 0.0), [Track::Fraction(1.0); 3]);
        assert_eq!(tracks("repeat(auto-fit, minmax(200px, 1fr))", 700.0, 10.0).len(), 3);
        assert_eq!(tracks("[a] auto minmax(0, 2fr)", 700.0, 0.0), [Track::Auto, Track::Fraction(2.0)]);
    }
}
