//! Sparkline: a line without axes and text, for a line of text or a table.

use super::axis::Taken;
use super::cartesian::Plot;
use super::lines::{self, Stacks};
use super::scale::{Domain, Linear};
use super::spec::{Series, Spec};
use super::svg::{Rect, Svg};

pub(super) fn draw(spec: &Spec, svg: &mut Svg) {
    let pad = spec.sizes.stroke * 2.0;
    let area = Rect { left: pad, top: pad, right: spec.width - pad, bottom: spec.height - pad };
    let values = spec.series.iter().flat_map(Series::values);
    let along = spec.series.iter().flat_map(|series| series.points.iter().flatten()).map(|point| point.0);
    let zero = spec.zero.unwrap_or(false);
    let plot = Plot {
        area,
        value: tight(values, zero, spec.ends, (area.bottom, area.top)),
        across: Some(tight(along, false, (None, None), (area.left, area.right))),
        places: Vec::new(),
        band: 0.0,
        limits: area,
        below: 0.0,
        is_horizontal: false,
    };
    let stacks = Stacks::of(spec);
    lines::fills(spec, svg, &plot, &stacks);
    lines::draw(spec, svg, &plot, &stacks, &mut Taken::default());
    svg.group("last", |svg| {
        for series in &spec.series {
            if let Some((along, value)) = series.points.iter().flatten().next_back() {
                let (x, y) = (plot.place(*along), plot.value.within(*value));
                svg.circle(x, y, spec.sizes.stroke * 1.4, Some(series.color));
            }
        }
    });
}

/// From the smallest to the largest number, without room for ticks.
fn tight(
    numbers: impl Iterator<Item = f64>,
    zero: bool,
    ends: (Option<f64>, Option<f64>),
    range: (f64, f64),
) -> Linear {
    let data = numbers.fold(None, |ends: Option<(f64, f64)>, number| {
        Some(ends.map_or((number, number), |(min, max)| (min.min(number), max.max(number))))
    });
    Domain { data, zero, whole: false, ends }.tight(range)
}
