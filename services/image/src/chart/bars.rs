//! Bars: side by side, or on top of one another.

use chassis::Call;

use super::axis::Taken;
use super::cartesian::Plot;
use super::spec::{Series, Spec};
use super::svg::{Anchor, Rect, Style, Svg};
use super::{text, theme};

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
                svg.rect(&bar.rect, (own != series.color).then_some(own));
            }
        });
        drawn.push((*series, bars));
    }
    if spec.value_labels {
        svg.group("values", |svg| {
            for (series, bars) in &drawn {
                bars.iter().for_each(|bar| label(spec, svg, plot, taken, series, bar));
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

/// The number of a bar: at its end, or inside it when bars are on top of one another.
fn label(spec: &Spec, svg: &mut Svg, plot: &Plot, taken: &mut Taken, series: &Series, bar: &Bar) {
    let size = spec.sizes.label * 0.92;
    let name = spec.numbers.value(bar.value);
    let (width, height) = (text::width(&name, size, false), size);
    let (x, y) = bar.rect.center();
    let room = Rect { left: 0.0, top: 0.0, right: spec.width, bottom: spec.height };
    let gap = size * 0.4;
    let (x, y, within, color) = if spec.stacked {
        (x, y, bar.rect, theme::on(series.color_of(bar.place), &spec.look))
    } else if plot.is_horizontal {
        let x = if bar.value < 0.0 { bar.rect.left - gap - width / 2.0 } else { bar.rect.right + gap + width / 2.0 };
        (x, y, room, spec.look.text)
    } else {
        let down = height / 2.0 + gap;
        let y = if bar.value < 0.0 { bar.rect.bottom + down } else { bar.rect.top - down };
        (x, y, Rect { bottom: plot.area.bottom, ..room }, spec.look.text)
    };
    let rect = Rect {
        left: x - width / 2.0 - 1.0,
        top: y - height / 2.0,
        right: x + width / 2.0 + 1.0,
        bottom: y + height / 2.0,
    };
    if taken.take(rect, &within) {
        svg.text(x, y + text::drop(size), Style::new(size, color).anchor(Anchor::Middle), &name);
    }
}
