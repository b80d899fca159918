//! Grid containers as grids of typst (CSS Grid 7.2): how wide the columns are, and how high the rows.

use super::boxes::Bx;
use super::code::pt;
use super::emit::{Emitter, MAX_DEPTH, MAX_TWICE, Place, Tall};
use super::measure;
use super::placement::{Named, Placed, places};
use super::style::{Style, Vertical};
use super::value::{Length, arguments, is_deep, read, words};

/// Tracks of a grid.
pub(super) const MAX_TRACKS: usize = 60;
/// Part of a page up to which items can lie over each other.
const LAID_OVER: f64 = 0.8;

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
}
