//! Boxes out of the flow (CSS 2, 9.6 and 10.3.7): `position: absolute`, `fixed` and `relative`, and what `transform` moves.

use super::boxes::{Bx, Content};
use super::code::pt;
use super::emit::{Emitter, MAX_DEPTH, Place, Tall};
use super::measure;
use super::style::{Position, Style};
use super::value::Length;

/// Levels of typst that a box out of the flow costs.
const LEVELS: usize = 5;
/// Part of a page up to which a box can be moved or turned: such are never broken.
const MOVED: f64 = 0.8;

/// What boxes are placed in: the padding box of what is around, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) width: f64,
    /// About how high it is.
    pub(super) height: Option<f64>,
    /// From the box of typst, which ends where the content does: padding of the four sides.
    pub(super) shift: [f64; 4],
}

impl Emitter<'_> {
    /// Boxes that are placed in another: those under its content, or those over it.
    pub(super) fn placed(&mut self, boxes: &[Bx], bounds: Bounds, place: Place, over: bool) {
        let mut order: Vec<&Bx> = boxes.iter().filter(|bx| (bx.style.level >= 0) == over).collect();
        order.sort_by_key(|bx| bx.style.level);
        for bx in order {
            self.place_one(bx, bounds, place);
        }
    }

    fn place_one(&mut self, bx: &Bx, bounds: Bounds, place: Place) {
        let style = &bx.style;
        if place.depth + LEVELS > MAX_DEPTH {
            self.missing.insert("boxes with a position nested this deep".to_owned());
            self.block(bx, place);
            return;
        }
        let [top, right, bottom, left] = sides(style, bounds);
        let margin = |side: usize| style.margin[side].or_zero(bounds.width);
        let frame = style.frame([1, 3], bounds.width);
        let boxed = |width: f64| if style.border_box { width.max(frame) } else { width + frame };
        let free = bounds.width - left.unwrap_or(0.0) - right.unwrap_or(0.0) - margin(1) - margin(3);
        let asked = match &bx.content {
            Content::Picture { size, .. } => Some(measure::picture_size(bx, *size, bounds.width.max(1.0)).0 + frame),
            _ => style.width.resolve(bounds.width).map(boxed),
        };
        let mut width = asked.unwrap_or_else(|| match (left, right) {
            (Some(_), Some(_)) => free,
            _ => {
                let (least, natural) = measure::bordered(bx);
                natural.min(free.max(least))
            }
        });
        if let Some(most) = style.most_width.resolve(bounds.width) {
            width = width.min(boxed(most));
        }
        if let Some(smallest) = style.least_width.resolve(bounds.width) {
            width = width.max(boxed(smallest));
        }
        let width = width.max(1.0);
        let vertical_frame = style.frame([0, 2], width);
        let asked_height = style.height.resolve(bounds.height.unwrap_or(0.0));
        let height = match (asked_height, top, bottom, bounds.height) {
            (Some(height), ..) if style.border_box => Some(height.max(vertical_frame)),
            (Some(height), ..) => Some(height + vertical_frame),
            (None, Some(top), Some(bottom), Some(around)) => Some(around - top - bottom - margin(0) - margin(2)),
            _ => None,
        };
        let tall = height.unwrap_or_else(|| measure::height(bx, width));
        let centered =
            left.is_some() && right.is_some() && [1, 3].iter().all(|side| style.margin[*side] == Length::Auto);
        let moved = |length: Length, size: f64| length.or_zero(size);
        let (mut dx, horizontal) = match (left, right) {
            (Some(left), Some(right)) if centered => {
                ((left - right + bounds.shift[1] - bounds.shift[3]) / 2.0, "center")
            }
            (Some(left), _) => (left + margin(3) - bounds.shift[3], "left"),
            (None, Some(right)) => (bounds.shift[1] - right - margin(1), "right"),
            (None, None) => (margin(3), "left"),
        };
        dx += moved(style.transform.shift.0, width);
        // What is moved by half of its height is centered, however high it turns out to be.
        let halved =
            matches!(style.transform.shift.1, Length::Sum(_, part) if (part + 0.5).abs() < 1e-6) && height.is_none();
        let shift = |size: f64| moved(style.transform.shift.1, size);
        let (dy, vertical) = match (top, bottom, bounds.height) {
            (Some(top), _, Some(around)) if halved => {
                let half = (bounds.shift[2] - bounds.shift[0]) / 2.0;
                (top + margin(0) - around / 2.0 + shift(0.0) + half, "horizon")
            }
            (Some(top), ..) => (top + margin(0) - bounds.shift[0] + shift(tall), "top"),
            (None, Some(bottom), _) => (bounds.shift[2] - bottom - margin(2) + shift(tall), "bottom"),
            (None, None, _) => (margin(0) + shift(tall), "top"),
        };
        self.push(&format!("place({vertical}+{horizontal},dx:{},dy:{},block(width:{},", pt(dx), pt(dy), pt(width)));
        let fresh = Place { top: false, sized: true, placed: true, ..place.fresh(width) }.deeper(LEVELS);
        self.scope(|emitter| {
            // What is placed hands its alignment on.
            emitter.statement("set align(top+left)");
            emitter.tall = height.map(|height| Tall::Fixed(height.max(0.0)));
            emitter.block(bx, fresh);
            emitter.tall = None;
        });
        self.push("))\n");
    }

    /// Code before and after a box that is moved, and one that is turned.
    pub(super) fn moves(
        &mut self,
        bx: &Bx,
        placed: bool,
        width: f64,
        height: f64,
    ) -> ((String, String), (String, String)) {
        let style = &bx.style;
        let mut moved = (String::new(), String::new());
        let mut turned = (String::new(), String::new());
        let relative = style.position == Position::Relative && style.inset.iter().any(|side| *side != Length::Auto);
        if !relative && !style.transform.is_seen() && (placed || style.transform.shift == (Length::ZERO, Length::ZERO))
        {
            return (moved, turned);
        }
        if height > self.page * MOVED {
            self.missing.insert("transform and position: relative of boxes as high as a page".to_owned());
            return (moved, turned);
        }
        turned = style.transform.around();
        let by = if placed { None } else { style.transform.moved(width, height) };
        let offset = |start: usize, end: usize, around: f64| {
            let start = style.inset[start].resolve(around);
            start.or_else(|| style.inset[end].resolve(around).map(|end| -end)).unwrap_or(0.0)
        };
        let by_side = relative.then(|| (offset(3, 1, width), offset(0, 2, 0.0)));
        for by in [by, by_side.map(|(x, y)| format!("dx:{},dy:{},", pt(x), pt(y)))].into_iter().flatten() {
            moved.0.push_str(&format!("move({by}"));
            moved.1.push(')');
        }
        (moved, turned)
    }
}

/// Where a box is, from the sides of what it is placed in, in pixels.
fn sides(style: &Style, bounds: Bounds) -> [Option<f64>; 4] {
    let height = bounds.height.unwrap_or(0.0);
    [
        style.inset[0].resolve(height),
        style.inset[1].resolve(bounds.width),
        style.inset[2].resolve(height),
        style.inset[3].resolve(bounds.width),
    ]
}
