//! Pie and doughnut: parts of a whole.

use std::f64::consts::{PI, TAU};

use super::legend::{Item, swatch};
use super::spec::Spec;
use super::svg::{Anchor, Path, Rect, Stroke, Style, Svg};
use super::{ChartType, Legend, text, theme};
use crate::color::Color;

/// Slices that are shown; of more, the smallest are one together.
const MAX_SLICES: usize = 10;

struct Slice {
    label: String,
    value: f64,
    color: Color,
    /// Whole percent; those of all slices are 100 together.
    percent: u32,
}

impl Slice {
    fn percent(&self) -> String {
        if self.percent == 0 { "<1%".to_owned() } else { format!("{}%", self.percent) }
    }
}

pub(super) fn draw(spec: &Spec, svg: &mut Svg, room: Rect) {
    let slices = slices(spec);
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    let size = spec.sizes.label;
    if slices.is_empty() {
        let (x, y) = room.center();
        svg.text(x, y, Style::new(size, spec.look.muted).anchor(Anchor::Middle), &spec.no_data);
        return;
    }
    let list = List::of(spec, &slices, room);
    let (pie, list_at) = list.place(spec, room);
    let (x, y) = pie.center();
    let r = pie.width().min(pie.height()) / 2.0;
    let hole = if spec.kind == ChartType::Doughnut { r * 0.6 } else { 0.0 };
    let edge = Stroke { color: spec.look.background, width: (r / 90.0).clamp(0.5, 3.0), dash: None };
    let edge = (slices.len() > 1 && spec.look.background.alpha == 255).then_some(edge);
    svg.group("series", |svg| {
        let mut from = 0.0;
        for slice in &slices {
            let to = from + slice.value / total;
            svg.path(&sector((x, y), (hole, r), from, to), Some(slice.color), edge);
            from = to;
        }
    });
    svg.group("values", |svg| {
        let mut from = 0.0;
        for slice in &slices {
            let part = slice.value / total;
            percent(spec, svg, slice, ((x, y), (hole, r)), from + part / 2.0, part);
            from += part;
        }
    });
    if hole > 0.0 {
        let words = spec.center.clone().unwrap_or_else(|| spec.numbers.value(total));
        let wide = text::width(&words, 1.0, true).max(0.1);
        let big = (hole * 1.5 / wide).min(hole * 0.5);
        let style = Style::new((big * 2.0).round() / 2.0, spec.look.text).bold().anchor(Anchor::Middle);
        if big >= 5.0 {
            svg.group("center", |svg| svg.text(x, y + text::drop(style.size), style, &words));
        }
    }
    if let Some(at) = list_at {
        list.draw(spec, svg, &slices, at);
    }
}

/// What is shown, in the order it came.
fn slices(spec: &Spec) -> Vec<Slice> {
    let Some(series) = spec.series.first() else { return Vec::new() };
    let mut slices = Vec::new();
    for (index, point) in series.points.iter().enumerate() {
        let Some((along, value)) = point.filter(|point| point.1 > 0.0) else { continue };
        let label = spec.labels.get(along as usize).cloned().unwrap_or_default();
        let color = if series.colors.is_empty() { spec.palette(index) } else { series.color_of(index) };
        slices.push(Slice { label, value, color, percent: 0 });
    }
    if slices.len() > MAX_SLICES {
        let mut values: Vec<f64> = slices.iter().map(|slice| slice.value).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        let least = values[MAX_SLICES - 2];
        let (mut shown, mut others) = (Vec::new(), Vec::new());
        for slice in slices {
            let is_large = slice.value >= least && shown.len() < MAX_SLICES - 1;
            if is_large { shown.push(slice) } else { others.push(slice) }
        }
        let color = spec.look.axis;
        let value = others.iter().map(|slice| slice.value).sum();
        // The colors of the palette are given out again: the nine that are shown need nine that differ.
        if series.colors.is_empty() {
            shown.iter_mut().enumerate().for_each(|(index, slice)| slice.color = spec.palette(index));
        }
        shown.push(Slice { label: format!("Other ({})", others.len()), value, color, percent: 0 });
        slices = shown;
    }
    share(&mut slices);
    slices
}

/// Whole percent that are 100 together: the largest remainders are rounded up.
fn share(slices: &mut [Slice]) {
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    let exact: Vec<f64> = slices.iter().map(|slice| slice.value / total * 100.0).collect();
    let mut left = 100_u32;
    for (slice, exact) in slices.iter_mut().zip(&exact) {
        slice.percent = exact.floor() as u32;
        left = left.saturating_sub(slice.percent);
    }
    let mut order: Vec<usize> = (0..slices.len()).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()));
    order.iter().take(left as usize).for_each(|index| slices[*index].percent += 1);
}

/// A part of a ring, from and to in turns from the top.
pub(super) fn sector((x, y): (f64, f64), (inner, outer): (f64, f64), from: f64, to: f64) -> Path {
    let at = |turn: f64, r: f64| {
        let (sine, cosine) = (turn * TAU).sin_cos();
        (x + r * sine, y - r * cosine)
    };
    let mut path = Path::default();
    // An arc from a point to itself is nothing: a whole ring has two halves.
    let whole = to - from > 0.999_99;
    let middle = f64::midpoint(from, to);
    let long = to - from > 0.5;
    let arc = |path: &mut Path, r: f64, from: f64, to: f64, clockwise: bool, joined: bool| {
        let (start, end) = (at(from, r), at(to, r));
        if joined {
            path.line_to(start.0, start.1)
        } else {
            path.move_to(start.0, start.1)
        };
        if whole {
            let half = at(middle, r);
            path.arc_to(r, false, clockwise, half.0, half.1);
            path.arc_to(r, false, clockwise, end.0, end.1);
        } else {
            path.arc_to(r, long, clockwise, end.0, end.1);
        }
    };
    arc(&mut path, outer, from, to, true, false);
    if inner > 0.0 {
        if whole {
            path.close();
        }
        arc(&mut path, inner, to, from, false, !whole);
    } else if !whole {
        path.line_to(x, y);
    }
    path.close();
    path
}

/// The share of a slice, where it has room for it.
fn percent(
    spec: &Spec,
    svg: &mut Svg,
    slice: &Slice,
    ((x, y), (hole, r)): ((f64, f64), (f64, f64)),
    turn: f64,
    part: f64,
) {
    let size = spec.sizes.label;
    let name = slice.percent();
    let at = if hole > 0.0 { f64::midpoint(hole, r) } else { r * 0.68 };
    let (half_width, half_height) = (text::width(&name, size, true) / 2.0, size / 2.0);
    let (sine, cosine) = (turn * TAU).sin_cos();
    let diagonal = half_width.hypot(half_height) + 1.0;
    // Room along the arc, and across the ring.
    let along = if part >= 0.5 { f64::INFINITY } else { at * (part * PI).sin() };
    let across = if hole > 0.0 { (r - hole) / 2.0 } else { r - at };
    if along < diagonal || across < diagonal {
        return;
    }
    let style = Style::new(size, theme::on(slice.color, &spec.look)).bold().anchor(Anchor::Middle);
    svg.text(x + at * sine, y - at * cosine + text::drop(size), style, &name);
}

/// The slices beside or below the pie, with what each is.
struct List {
    labels: Vec<String>,
    numbers: Vec<String>,
    width: f64,
    row: f64,
    is_beside: bool,
}

impl List {
    fn of(spec: &Spec, slices: &[Slice], room: Rect) -> Self {
        let size = spec.sizes.label;
        let is_beside = match spec.legend {
            Legend::Right => true,
            Legend::Top | Legend::Bottom => false,
            _ => room.width() >= room.height() * 1.2,
        };
        let numbers = slices.iter().map(|slice| match spec.value_labels {
            true => format!("{} ({})", spec.numbers.value(slice.value), slice.percent()),
            false => slice.percent(),
        });
        let mut numbers: Vec<String> = numbers.collect();
        let most = room.width() * if is_beside { 0.52 } else { 1.0 };
        let names: Vec<&str> = slices.iter().map(|slice| slice.label.as_str()).collect();
        let mut around = size * 3.1 + text::widest(&numbers, size);
        // The names come first.
        if spec.value_labels && around + text::widest(&names, size) > most {
            numbers = slices.iter().map(|slice| spec.numbers.value(slice.value)).collect();
            around = size * 3.1 + text::widest(&numbers, size);
        }
        let clip = |slice: &Slice| text::clip(&slice.label, size, false, (most - around).max(0.0));
        let labels: Vec<String> = slices.iter().map(clip).collect();
        let width = (around + text::widest(&labels, size)).min(most);
        Self { labels, numbers, width, row: size * 1.75, is_beside }
    }

    /// Where the pie is, and the list, when there is room for it.
    fn place(&self, spec: &Spec, room: Rect) -> (Rect, Option<Rect>) {
        let size = spec.sizes.label;
        let is_wanted = spec.legend != Legend::None && self.labels.iter().any(|label| !label.is_empty());
        let height = self.row * self.labels.len() as f64;
        if !is_wanted || room.height() < size * 4.0 || self.width < size * 2.0 {
            return (room, None);
        }
        if self.is_beside {
            let gap = size * 2.5;
            let side = (room.width() - self.width - gap).min(room.height());
            if side < size * 4.0 {
                return (room, None);
            }
            // Both together are in the middle.
            let left = room.left + (room.width() - side - gap - self.width) / 2.0;
            let top = f64::midpoint(room.top, room.bottom) - side / 2.0;
            let pie = Rect { left, top, right: left + side, bottom: top + side };
            let height = height.min(room.height());
            let top = f64::midpoint(room.top, room.bottom) - height / 2.0;
            let left = pie.right + gap;
            return (pie, Some(Rect { left, top, right: left + self.width, bottom: top + height }));
        }
        let height = height.min(room.height() * 0.5);
        let left = room.left + (room.width() - self.width) / 2.0;
        let top = room.bottom - height;
        let pie = Rect { bottom: top - size * 0.8, ..room };
        (pie, Some(Rect { left, top, right: left + self.width, bottom: room.bottom }))
    }

    fn draw(&self, spec: &Spec, svg: &mut Svg, slices: &[Slice], at: Rect) {
        let size = spec.sizes.label;
        let fit = ((at.height() / self.row + 0.01).floor() as usize).max(1);
        let shown = if fit < slices.len() { fit - 1 } else { slices.len() };
        let name = Style::new(size, spec.look.text);
        let number = Style::new(size, spec.look.muted).anchor(Anchor::End);
        svg.group("legend", |svg| {
            for (index, slice) in slices.iter().take(shown).enumerate() {
                let y = at.top + (index as f64 + 0.5) * self.row;
                let item = Item { label: String::new(), color: slice.color, is_line: false, is_dashed: false };
                swatch(spec, svg, &item, at.left, y, size * 0.85);
                svg.text(at.left + size * 1.4, y + text::drop(size), name, &self.labels[index]);
                svg.text(at.right, y + text::drop(size), number, &self.numbers[index]);
            }
            if shown < slices.len() {
                let y = at.top + (shown as f64 + 0.5) * self.row;
                let more = format!("+{}", slices.len() - shown);
                svg.text(at.left + size * 1.4, y + text::drop(size), name, &more);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_a_hundred_together() {
        let slice = |value| Slice { label: String::new(), value, color: Color::BLACK, percent: 0 };
        let mut thirds = [1.0, 1.0, 1.0].map(slice);
        share(&mut thirds);
        assert_eq!(thirds.map(|slice| slice.percent), [34, 33, 33]);
        let mut small = [1e-9, 1e15, 3e14].map(slice);
        share(&mut small);
        assert_eq!(small.map(|slice| slice.percent()), ["<1%", "77%", "23%"]);
    }
}
