//! Gauge: one value between a minimum and a maximum.

use super::axis::held;
use super::pie::sector;
use super::spec::Spec;
use super::svg::{Anchor, Rect, Style, Svg};
use super::text;
use crate::color::Color;

pub(super) fn draw(spec: &Spec, svg: &mut Svg, room: Rect) {
    let size = spec.sizes.label;
    let Some(series) = spec.series.first() else { return };
    let Some(value) = series.values().next() else { return };
    let (min, max) = ends(spec, value);
    let label = !series.label.is_empty() && room.height() > size * 8.0;
    let below = size * if label { 3.2 } else { 1.7 };
    let r = (room.width() / 2.0).min(room.height() - below).max(1.0);
    let x = room.center().0;
    let top = room.top + (room.height() - below - r) / 2.0;
    let y = top + r;
    // Half a turn, from the left over the top to the right.
    let turn = |value: f64| ((value - min) / (max - min)).clamp(0.0, 1.0) * 0.5 - 0.25;
    let band = |index: usize| spec.bands[index].color.unwrap_or_else(|| spec.palette(index));
    let (inner, outer) = (r * 0.72, if spec.bands.is_empty() { r } else { r * 0.93 });
    svg.group("track", |svg| {
        svg.path(&sector((x, y), (inner, outer), -0.25, 0.25), Some(spec.look.grid), None);
        let mut from = min;
        for (index, part) in spec.bands.iter().enumerate() {
            let (start, end) = (turn(from), turn(part.to));
            if end > start {
                svg.path(&sector((x, y), (r * 0.95, r), start, end), Some(band(index)), None);
            }
            from = from.max(part.to);
        }
    });
    let own = (0..spec.bands.len()).find(|index| value <= spec.bands[*index].to).or(spec.bands.len().checked_sub(1));
    let color: Color = own.map_or_else(|| series.color_of(0), band);
    svg.group("series", |svg| {
        if turn(value) > -0.25 {
            svg.path(&sector((x, y), (inner, outer), -0.25, turn(value)), Some(color), None);
        }
    });
    let name = spec.numbers.value(value);
    let big = (inner * 1.35 / text::width(&name, 1.0, true)).min(r * 0.36);
    let style = Style::new((big * 2.0).round() / 2.0, spec.look.text).bold().anchor(Anchor::Middle);
    svg.group("values", |svg| svg.text(x, y - r * 0.06, style, &name));
    let small = Style::new(size, spec.look.muted).anchor(Anchor::Middle);
    let middle = f64::midpoint(inner, outer);
    svg.group("ends", |svg| {
        let names = [min, max].map(|end| spec.numbers.value(end));
        let widths = [0, 1].map(|index: usize| text::width(&names[index], size, false));
        // Both, or neither.
        if widths[0] + widths[1] + size > room.width() {
            return;
        }
        for ((name, width), at) in names.iter().zip(widths).zip([x - middle, x + middle]) {
            let at = held(at, width, (room.left, room.right));
            if width / 2.0 < middle - size * 0.3 {
                svg.text(at, y + size * 1.3, small, name);
            }
        }
    });
    if label {
        let name = text::clip(&series.label, size, false, room.width());
        let style = Style::new(size, spec.look.text).anchor(Anchor::Middle);
        svg.group("label", |svg| svg.text(x, y + size * 2.9, style, &name));
    }
}

/// From 0 to 100, or as far as the bands go; other ends where they are asked for.
fn ends(spec: &Spec, value: f64) -> (f64, f64) {
    let bands = spec.bands.iter().map(|band| band.to).reduce(f64::max);
    let min = spec.ends.0.unwrap_or(0.0);
    let max = spec.ends.1.or(bands).unwrap_or(100.0);
    if min < max { (min, max) } else { (min, min + value.abs().max(min.abs()).max(1.0)) }
}
