//! Floats: beside each other as the columns of a grid, with what stands between them.

use super::boxes::{Bx, Content};
use super::code::pt;
use super::emit::{Emitter, MAX_DEPTH, Place, Strong};
use super::margin::{bottom_margin, is_empty, top_margin};
use super::measure;
use super::style::Side;

impl Emitter<'_> {
    /// Floats beside each other, and what stands between them; the place after what was taken.
    pub(super) fn floats(&mut self, group: &[Bx], start: usize, place: Place) -> usize {
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
        let mut taken = 0;
        for (number, (row, used)) in rows.iter().enumerate() {
            let free = place.width - used;
            let tallest = row.iter().map(|index| measure::height(floats[*index], widths[*index])).fold(0.0, f64::max);
            // What follows stands beside the last row, as far as it is not much higher.
            if number == last_row && free > 120.0 {
                let mut height = 0.0;
                for bx in rest {
                    let own = measure::height(bx, free);
                    // What says how wide it is needs no room below the floats.
                    let narrow = bx.style.width.resolve(place.width).is_some_and(|width| width <= free);
                    let fits = height + own <= tallest * 1.25 + 20.0 || (narrow && taken == 0);
                    if !fits
                        || bx.style.width.resolve(place.width).is_some_and(|width| width > free)
                        || matches!(bx.content, Content::Table(_))
                    {
                        break;
                    }
                    height += own + top_margin(bx).max(0.0);
                    taken += 1;
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
            let beside = if number == last_row { &rest[..taken] } else { &[] };
            self.scope(|emitter| {
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
        start + floats.len() + taken
    }
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
