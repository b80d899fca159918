//! Floats: beside each other as the columns of a grid, with what stands between them. A paragraph that goes on below them is
//! parted where it does.

use std::borrow::Cow;
use std::rc::Rc;

use super::boxes::{Bx, Content, Inline};
use super::code::pt;
use super::emit::{Emitter, MAX_DEPTH, Place, Strong};
use super::margin::{bottom_margin, is_empty, top_margin};
use super::measure;
use super::style::{Side, Space, Style};
use super::value::Length;

/// Part of a width that words are sure to fit in.
const SURE: f64 = 0.985;

impl Emitter<'_> {
    /// Floats beside each other, and what stands between them, below a margin; the place after what was taken, and its margin
    /// below.
    pub(super) fn floats<'b>(&mut self, group: &'b [Bx], (start, above): (usize, f64), place: Place) -> (usize, f64) {
        let floats: Vec<&Bx> = group.iter().take_while(|bx| bx.style.float.is_some()).collect();
        let rest = &group[floats.len()..];
        let wide = |bx: &Bx| {
            let own = bx.style.width.resolve(place.width).map(|width| {
                let frame = bx.style.frame([1, 3], place.width);
                let margins = bx.style.margin[1].or_zero(place.width) + bx.style.margin[3].or_zero(place.width);
                margins + if bx.style.border_box { width } else { width + frame }
            });
            own.unwrap_or_else(|| measure::outer(bx).1).min(place.width)
        };
        let widths: Vec<f64> = floats.iter().map(|bx| wide(bx)).collect();
        // Floats that do not fit beside each other go below.
        let mut rows: Vec<(Vec<usize>, f64)> = Vec::new();
        for (index, width) in widths.iter().enumerate() {
            match rows.last_mut() {
                Some((row, used)) if *used + width <= place.width + 1.0 => {
                    row.push(index);
                    *used += width;
                }
                _ => rows.push((vec![index], *width)),
            }
        }
        let last_row = rows.len().saturating_sub(1);
        // Margins reach below floats: only what is wider than those is seen.
        let mut covered = [0.0; 2];
        for index in rows.last().into_iter().flat_map(|(row, _)| row) {
            covered[usize::from(floats[*index].style.float == Some(Side::Left))] += widths[*index];
        }
        let beside_floats = |bx: &'b Bx| {
            let mut bx = Cow::Borrowed(bx);
            for (side, covered) in [(1, covered[0]), (3, covered[1])] {
                let margin = bx.style.margin[side].or_zero(place.width);
                if margin > 0.0 && covered > 0.0 {
                    Rc::make_mut(&mut bx.to_mut().style).margin[side] = Length::Sum((margin - covered).max(0.0), 0.0);
                }
            }
            bx
        };
        let mut stands: Vec<Bx> = Vec::new();
        let mut taken = 0;
        // A paragraph that ends below the floats.
        let mut parted: Option<(Bx, Bx)> = None;
        for (number, (row, used)) in rows.iter().enumerate() {
            let free = place.width - used;
            let outer = |index: &usize| {
                let float = floats[*index];
                let margins = top_margin(float).max(0.0) + bottom_margin(float).max(0.0);
                measure::height(float, widths[*index]) + margins
            };
            let tallest = row.iter().map(outer).fold(0.0, f64::max);
            // What follows stands beside the last row, as far as it is not much higher.
            if number == last_row && free > 120.0 {
                let mut height = 0.0;
                for bx in rest {
                    let bx = beside_floats(bx);
                    let own = measure::height(&bx, free);
                    let above = if taken > 0 { height + top_margin(&bx).max(0.0) } else { top_margin(&bx).max(0.0) };
                    if above + own > tallest
                        && let Some(parts) = part(&bx, free, tallest - above)
                    {
                        parted = parts.1.map(|after| (parts.0, after));
                        taken += usize::from(parted.is_none());
                        if parted.is_some() {
                            break;
                        }
                        height += own + top_margin(&bx).max(0.0);
                        stands.push(bx.into_owned());
                        continue;
                    }
                    // What says how wide it is needs no room below the floats.
                    let narrow = bx.style.width.resolve(place.width).is_some_and(|width| width <= free);
                    let fits = height + own <= tallest * 1.25 + 20.0 || (narrow && taken == 0);
                    if !fits
                        || bx.style.width.resolve(place.width).is_some_and(|width| width > free)
                        || matches!(bx.content, Content::Table(_))
                    {
                        break;
                    }
                    height += own + top_margin(&bx).max(0.0);
                    taken += 1;
                    stands.push(bx.into_owned());
                }
            }
            let side = |side: Side| -> Vec<usize> {
                row.iter().copied().filter(|index| floats[*index].style.float == Some(side)).collect()
            };
            let lefts = side(Side::Left);
            // The first that floats to the right is the outermost.
            let mut rights = side(Side::Right);
            rights.reverse();
            if place.depth + 8 > MAX_DEPTH {
                self.missing.insert("floats nested this deep".to_owned());
                for index in lefts.iter().chain(&rights) {
                    self.content(floats[*index], place, Strong::BOTH, None);
                }
                continue;
            }
            let shifted = place.left.abs() > 0.01 || (place.container - place.width).abs() > 0.5;
            if shifted {
                self.push(&format!("pad(left:{},", pt(place.left)));
            }
            self.push("grid(columns:(");
            for index in &lefts {
                self.push(&format!("{},", pt(widths[*index])));
            }
            self.push(&format!("{},", pt(free.max(0.0))));
            for index in &rights {
                self.push(&format!("{},", pt(widths[*index])));
            }
            self.push("),align:top+left,");
            let cell_place = place.deeper(8);
            let cell = |emitter: &mut Self, bx: &Bx, width: f64| {
                emitter.scope(|emitter| {
                    let margin = top_margin(bx);
                    if margin > 0.0 {
                        emitter.statement(&format!("v({})", pt(margin)));
                    }
                    emitter.block(bx, Place { top: false, sized: true, ..cell_place.fresh(width) });
                    let margin = bottom_margin(bx);
                    if margin > 0.0 {
                        emitter.statement(&format!("v({})", pt(margin)));
                    }
                });
                emitter.push(",");
            };
            for index in &lefts {
                cell(self, floats[*index], widths[*index]);
            }
            if let Some((before, _)) = parted.as_ref().filter(|_| number == last_row) {
                stands.push(before.clone());
            }
            let beside = if number == last_row { stands.as_slice() } else { &[] };
            self.scope(|emitter| {
                // The margin of the first joins the one above the floats.
                let joined = beside.first().map_or(0.0, top_margin).min(above);
                if number == 0 && joined > 0.0 {
                    emitter.statement(&format!("v({})", pt(-joined)));
                }
                emitter.blocks(beside, Place { top: false, ..cell_place.fresh(free.max(1.0)) }, Strong::BOTH);
            });
            self.push(",");
            for index in &rights {
                cell(self, floats[*index], widths[*index]);
            }
            self.push(")");
            if shifted {
                self.push(")");
            }
            self.push("\n");
        }
        let end = start + floats.len() + taken;
        match parted {
            Some((_, after)) => {
                self.block(&after, place);
                (end + 1, bottom_margin(&after))
            }
            None => (end, 0.0),
        }
    }
}

/// A paragraph in two parts: what fits in a width and a height beside floats, and what goes on below, if anything does. Nothing
/// for what is no plain paragraph.
fn part(bx: &Bx, width: f64, height: f64) -> Option<(Bx, Option<Bx>)> {
    let Content::Lines(lines) = &bx.content else { return None };
    let style = &bx.style;
    let plain = !style.is_dressed()
        && style.frame([0, 2], width) == 0.0
        && style.width == Length::Auto
        && style.height == Length::Auto
        && bx.placed.is_empty()
        && bx.heading.is_none();
    let room = (height / style.line_height().max(1.0) - 0.05).ceil();
    if !plain || room < 1.0 {
        return None;
    }
    let width = width - style.margin[1].or_zero(width) - style.margin[3].or_zero(width);
    // Kerning is not known here, and a word too many would be a line too many.
    let width = (width * SURE - 1.0).max(1.0);
    let styled = |change: fn(&mut Style), lines: Vec<Inline>| {
        let mut own = (**style).clone();
        change(&mut own);
        Bx::new(Rc::new(own), Content::Lines(lines))
    };
    Some(match end_of_line(lines, width, style.indent.or_zero(width), room as usize)? {
        Some((item, offset)) => {
            let (mut before, mut after) = (lines[..item].to_vec(), lines[item..].to_vec());
            if let Some(Inline::Text { text, style, link }) = after.first_mut() {
                let rest = text.split_off(offset);
                let text = std::mem::replace(text, rest);
                before.push(Inline::Text { text, style: style.clone(), link: link.clone() });
            }
            let mut first = styled(|style| style.margin[2] = Length::ZERO, before);
            first.marker.clone_from(&bx.marker);
            let second = styled(|style| (style.margin[0], style.indent) = (Length::ZERO, Length::ZERO), after);
            (first, Some(second))
        }
        None => (bx.clone(), None),
    })
}

/// Where a number of lines ends in what flows in lines: the item, and the place in its text. Nothing within when all of it fits;
/// nothing at all where lines are not broken at spaces alone.
#[expect(clippy::option_option, reason = "whether it can be told, and then whether there is an end")]
fn end_of_line(lines: &[Inline], width: f64, indent: f64, room: usize) -> Option<Option<(usize, usize)>> {
    let (mut line, mut used, mut word, mut empty) = (0, indent, 0.0, true);
    let mut start = (0, 0);
    for (index, one) in lines.iter().enumerate() {
        match one {
            Inline::Text { text, style, .. } => {
                if style.pre != Space::Normal {
                    return None;
                }
                for (at, letter) in text.char_indices() {
                    let step = measure::width(&measure::shown(letter.encode_utf8(&mut [0; 4]), style), style);
                    if !letter.is_ascii_whitespace() {
                        if word == 0.0 {
                            start = (index, at);
                        }
                        word += step;
                        continue;
                    }
                    if word > 0.0 {
                        if !empty && used + word > width {
                            line += 1;
                            used = 0.0;
                            if line == room {
                                return Some(Some(start));
                            }
                        }
                        used += word + measure::width(" ", style);
                        (word, empty) = (0.0, false);
                    }
                }
            }
            Inline::Break(_) => {
                line += 1 + usize::from(!empty && used + word > width);
                (used, word, empty) = (0.0, 0.0, true);
                if line >= room {
                    return Some(Some((index + 1, 0)));
                }
            }
            Inline::Box { bx, .. } => {
                let (_, natural) = measure::outer(bx);
                if measure::height(bx, width) > bx.style.line_height() * 1.5 {
                    return None;
                }
                if word == 0.0 {
                    start = (index, 0);
                }
                word += natural;
            }
        }
    }
    let last = !empty && word > 0.0 && used + word > width;
    Some((last && line + 1 == room).then_some(start))
}

/// The end of what belongs to floats: the floats, and what follows them up to what clears them.
pub(super) fn float_group(blocks: &[Bx], start: usize) -> usize {
    let floats = blocks[start..]
        .iter()
        .enumerate()
        .take_while(|(index, bx)| bx.style.float.is_some() && (*index == 0 || !bx.style.clear))
        .count();
    let rest = blocks[start + floats..]
        .iter()
        .take_while(|bx| !bx.style.clear && bx.style.float.is_none() && !is_empty(bx))
        .count();
    start + floats + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<Inline> {
        let style = Rc::new(Style::root());
        let text = |text: &&str| match *text {
            "\n" => Inline::Break(style.clone()),
            text => Inline::Text { text: text.to_owned(), style: style.clone(), link: None },
        };
        texts.iter().map(text).collect()
    }

    #[test]
    fn lines_end_where_words_do() {
        let wide = measure::width("word word wo", &Style::root());
        for (texts, room, end) in [
            (&["word word word word"][..], 1, Some(Some((0, 10)))),
            (&["word word word word word"], 2, Some(Some((0, 20)))),
            (&["word word ", "word"], 1, Some(Some((1, 0)))),
            (&["word wo", "rd word"], 1, Some(Some((1, 3)))),
            (&["word word word"], 2, Some(None)),
            (&["word", "\n", "word"], 1, Some(Some((2, 0)))),
            (&["word", "\n", "word"], 2, Some(None)),
        ] {
            assert_eq!(end_of_line(&lines(texts), wide, 0.0, room), end, "{texts:?} {room}");
        }
    }

    #[test]
    fn a_paragraph_is_parted_without_loss() {
        let bx = Bx::new(Rc::new(Style::root()), Content::Lines(lines(&["one two three ", "four five six seven"])));
        let text = |bx: &Bx| match &bx.content {
            Content::Lines(lines) => lines
                .iter()
                .map(|one| if let Inline::Text { text, .. } = one { text.as_str() } else { "" })
                .collect::<String>(),
            _ => String::new(),
        };
        let Some((before, Some(after))) = part(&bx, 100.0, 30.0) else { panic!() };
        assert_eq!(text(&before) + &text(&after), "one two three four five six seven");
        assert!(!text(&after).is_empty() && text(&before).len() > 5);
        assert!(part(&bx, 1_000.0, 30.0).is_some_and(|(_, after)| after.is_none()));
    }
}
