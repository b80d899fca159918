//! Margins above and below, which those of what is first and last in a box join.

use super::boxes::{Bx, Content};

/// Whether nothing of a box is seen.
pub(super) fn is_empty(bx: &Bx) -> bool {
    let style = &bx.style;
    let bare = !style.is_dressed()
        && style.frame([0, 2], 0.0) == 0.0
        && style.height.or_zero(0.0) <= 0.0
        && style.least_height.or_zero(0.0) <= 0.0;
    let nothing = match &bx.content {
        Content::Lines(lines) => lines.is_empty() && bx.marker.is_none(),
        Content::Blocks(blocks) => blocks.is_empty() && bx.marker.is_none(),
        _ => false,
    };
    bare && nothing
        && bx.placed.is_empty()
        && !style.break_before
        && !style.break_after
        && style.margin[0].or_zero(0.0) == 0.0
        && style.margin[2].or_zero(0.0) == 0.0
}

/// Margins that join: the largest, less what is taken back (CSS 2, 8.3.1).
fn joined(one: f64, other: f64) -> f64 {
    one.max(other).max(0.0) + one.min(other).min(0.0)
}

/// The margin above a box, with those of what is first in it.
pub(super) fn top_margin(bx: &Bx) -> f64 {
    let own = bx.style.margin[0].or_zero(0.0);
    let joins = bx.style.padding[0].or_zero(0.0) <= 0.0 && bx.style.edge(0) <= 0.0;
    match &bx.content {
        Content::Blocks(blocks) if joins => {
            let first =
                blocks.iter().find(|bx| !is_empty(bx)).filter(|bx| bx.style.float.is_none()).map_or(0.0, top_margin);
            joined(own, first)
        }
        _ => own,
    }
}

/// The margin below a box, with those of what is last in it.
pub(super) fn bottom_margin(bx: &Bx) -> f64 {
    let own = bx.style.margin[2].or_zero(0.0);
    let joins = bx.style.padding[2].or_zero(0.0) <= 0.0 && bx.style.edge(2) <= 0.0;
    match &bx.content {
        Content::Blocks(blocks) if joins => {
            let last = blocks
                .iter()
                .rev()
                .find(|bx| !is_empty(bx))
                .filter(|bx| bx.style.float.is_none())
                .map_or(0.0, bottom_margin);
            joined(own, last)
        }
        _ => own,
    }
}
