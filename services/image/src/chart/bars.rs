//! Bars: grouped side by side, or stacked.

use chassis::Call;

use super::axis::{Taken, held};
use super::cartesian::Plot;
use super::spec::{Series, Spec};
use super::svg::{Anchor, Rect, Stroke, Style, Svg};
use super::{text, theme};
use crate::color::Color;

/// Bars whose numbers may be written: of more, each would be too thin.
const MAX_LABELED: usize = 300;

/// A bar, and the number it shows.
struct Bar {
    rect: Rect,
    value: f64,
    place: usize,
}

pub(super) fn draw(spec: &Spec, svg: &mut Svg, plot: &Plot, taken: &mut Taken, call: &Call) {
    let series: Vec<&Series> = spec.series.iter().filter(|series| !series.is_line).collect();
    let side_by_side = if spec.stacked { 1 } else { series.len().max(1) };
    // One bar alone is not a wall.
    let most = spec.sizes.label * if side_by_side == 1 { 7.0 } else { 5.0 };
    let thickness = (plot.band * 0.74 / side_by_side as f64).min(most);
    let group = thickness * side_by_side as f64;
    let gap = if thickness > 8.0 && side_by_side > 1 { 1.0 } else { 0.0 };
    let mut sums = vec![(0.0, 0.0); spec.count()];
    let mut drawn = Vec::with_capacity(series.len());
    for (index, series) in series.iter().enumerate() {
        if call.cancelled() {
            return;
        }
        let offset = if spec.stacked { 0.0 } else { index as f64 * thickness };
        let bars = series.points.iter().flatten().map(|(along, value)| {
            let place = *along as usize;
            let from = if spec.stacked { stack(&mut sums[place], *value) } else { plot.value.base() };
            let to = if spec.stacked { from + value } else { *value };
            let start = plot.place(*along) - group / 2.0 + offset;
            let (start, end) = (start + gap / 2.0, start + thickness - gap / 2.0);
            let (a, b) = (plot.value.within(from), plot.value.within(to));
            let (low, high) = (a.min(b), a.max(b));
            let rect = if plot.is_horizontal {
                Rect { left: low, top: start, right: high, bottom: end }
            } else {
                Rect { left: start, top: low, right: end, bottom: high }
            };
            Bar { rect, value: *value, place }
        });
        let bars: Vec<Bar> = bars.collect();
        svg.filled("series", series.color, |svg| {
            for bar in &bars {
                let own = series.color_of(bar.place);
                let own = (own != series.color).then_some(own);
                match series.edges.as_slice() {
                    [] => svg.rect(&bar.rect, own),
                    edges => {
                        let color = edges[bar.place % edges.len()];
                        svg.edged(&bar.rect, own, Stroke { color, width: spec.sizes.stroke * 0.6, dash: None });
                    }
                }
            }
        });
        drawn.push((*series, bars));
    }
    if spec.value_labels {
        // A number does not stand on the bar beside its own.
        if !spec.stacked && spec.points() <= MAX_LABELED {
            drawn.iter().flat_map(|(_, bars)| bars).for_each(|bar| taken.block(bar.rect));
        }
        svg.group("values", |svg| {
            for (series, bars) in drawn.iter().filter(|_| spec.points() <= MAX_LABELED) {
                let room = plot.band / side_by_side as f64;
                let values: Vec<f64> = bars.iter().map(|bar| bar.value).collect();
                let names = names(spec, &values, if plot.is_horizontal { f64::INFINITY } else { room });
                let mut order: Vec<(usize, bool)> = in_order(&values).collect();
                if plot.is_horizontal {
                    // No number is in the way of another.
                    order.sort_unstable();
                }
                for (index, must) in order {
                    label(spec, svg, plot, taken, series, (&bars[index], &names[index], must));
                }
            }
        });
    }
}

/// Adds a value to what is there already, on its side of zero; gives where it begins.
fn stack(sums: &mut (f64, f64), value: f64) -> f64 {
    let sum = if value < 0.0 { &mut sums.1 } else { &mut sums.0 };
    let from = *sum;
    *sum += value;
    from
}

/// The size of numbers beside the labels of the axes.
pub(super) const SMALLER: f64 = 0.92;

/// How values are written: in short where one of them needs more room than each has.
pub(super) fn names(spec: &Spec, values: &[f64], room: f64) -> Vec<String> {
    let names: Vec<String> = values.iter().map(|value| spec.numbers.value(*value)).collect();
    if text::widest(&names, spec.sizes.label * SMALLER) <= room {
        return names;
    }
    values.iter().map(|value| spec.numbers.short(*value)).collect()
}

/// The order in which numbers take their places: the highest and the last, which must have one, then the others.
pub(super) fn in_order(values: &[f64]) -> impl Iterator<Item = (usize, bool)> {
    let highest = (0..values.len()).reduce(|best, at| if values[at] > values[best] { at } else { best });
    let last = values.len().checked_sub(1).filter(|last| Some(*last) != highest);
    let first = [highest, last];
    let others = (0..values.len()).filter(move |index| !first.contains(&Some(*index)));
    first.into_iter().flatten().map(|index| (index, true)).chain(others.map(|index| (index, false)))
}

/// The number of a bar: beyond its end, or inside it where that is taken and when bars are on top of one another. One that
/// must be there stands higher where nothing else helps.
fn label(
    spec: &Spec,
    svg: &mut Svg,
    plot: &Plot,
    taken: &mut Taken,
    series: &Series,
    (bar, name, must): (&Bar, &str, bool),
) {
    let size = spec.sizes.label * SMALLER;
    let (width, height) = (text::width(name, size, false) + 2.0, size);
    let inside = theme::on(series.color_of(bar.place), &spec.look);
    let (x, y) = bar.rect.center();
    let around = |x: f64, y: f64| Rect {
        left: x - width / 2.0,
        top: y - height / 2.0,
        right: x + width / 2.0,
        bottom: y + height / 2.0,
    };
    let write = |svg: &mut Svg, (x, y): (f64, f64), color: Color| {
        svg.text(x, y + text::drop(size), Style::new(size, color).anchor(Anchor::Middle), name);
    };
    let fits = |rect: &Rect| rect.width() >= width && rect.height() >= height;
    if spec.stacked {
        if fits(&bar.rect) {
            write(svg, (x, y), inside);
        }
        return;
    }
    // From the end of the bar to the middle of its number.
    let away = size * 0.4 + if plot.is_horizontal { width } else { height } / 2.0;
    let (ahead, back) = match (plot.is_horizontal, bar.value < 0.0) {
        (true, false) => ((bar.rect.right + away, y), (bar.rect.right - away, y)),
        (true, true) => ((bar.rect.left - away, y), (bar.rect.left + away, y)),
        (false, false) => ((x, bar.rect.top - away), (x, bar.rect.top + away)),
        (false, true) => ((x, bar.rect.bottom + away), (x, bar.rect.bottom - away)),
    };
    if taken.take(around(ahead.0, ahead.1), &plot.limits) {
        write(svg, ahead, spec.look.text);
    } else if fits(&bar.rect) {
        write(svg, back, inside);
    } else if must && !plot.is_horizontal {
        let x = held(x, width, (plot.limits.left, plot.limits.right));
        let places = (0..).map(|step| ahead.1 - f64::from(step) * height / 2.0);
        let mut places = places.take_while(|y| y - height / 2.0 >= plot.limits.top);
        if let Some(y) = places.find(|y| taken.take(around(x, *y), &plot.limits)) {
            write(svg, (x, y), spec.look.text);
        }
    }
}
