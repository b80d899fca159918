//! Lines, what is under them, and points.

use super::ChartType;
use super::axis::{Taken, held};
use super::bars::{SMALLER, in_order, names};
use super::cartesian::Plot;
use super::downsample::largest_triangles;
use super::spec::{Series, Spec};
use super::svg::{Anchor, Path, Rect, Stroke, Style, Svg};
use super::text;
use crate::color::Color;

/// No point is wider than twice this.
const POINT: f64 = 10.0;

/// Lines that leave the chart are followed so far.
const FAR: f64 = 1000.0;

/// Where each value begins and ends when values are on top of one another; else it begins at zero.
pub(super) struct Stacks {
    /// For each series, for each point.
    spans: Vec<Vec<Option<(f64, f64)>>>,
}

impl Stacks {
    pub(super) fn of(spec: &Spec) -> Self {
        let mut sums = vec![(0.0, 0.0); spec.count()];
        let spans = spec.series.iter().map(|series| {
            // A line over stacked bars is not one of them.
            let is_stacked = spec.stacked && !spec.is_linear && (!series.is_line || series.under.is_some());
            let span = |point: &Option<(f64, f64)>| {
                let (along, value) = (*point)?;
                if !is_stacked {
                    return Some((0.0, value));
                }
                let sums: &mut (f64, f64) = &mut sums[along as usize];
                let sum = if value < 0.0 { &mut sums.1 } else { &mut sums.0 };
                let from = *sum;
                *sum += value;
                Some((from, *sum))
            };
            series.points.iter().map(span).collect()
        });
        Self { spans: spans.collect() }
    }

    pub(super) fn ends(&self) -> impl Iterator<Item = f64> {
        self.spans.iter().flatten().flatten().map(|span| span.1)
    }
}

/// Everything inside the plot; what hangs over is cut off only when something does.
fn inside(svg: &mut Svg, plot: &Plot, is_over: bool, draw: impl FnOnce(&mut Svg)) {
    // Nothing is beyond the sides but half of the first and the last point.
    let part = Rect { left: plot.area.left - POINT, right: plot.area.right + POINT, ..plot.area };
    if is_over { svg.clipped(&part, draw) } else { draw(svg) }
}

fn is_over(spec: &Spec, plot: &Plot, stacks: &Stacks) -> bool {
    spec.ends != (None, None) && stacks.ends().any(|value| !plot.value.contains(value))
}

/// What is under the lines; drawn before all lines.
pub(super) fn fills(spec: &Spec, svg: &mut Svg, plot: &Plot, stacks: &Stacks) {
    inside(svg, plot, is_over(spec, plot, stacks), |svg| {
        for (series, spans) in spec.series.iter().zip(&stacks.spans) {
            let Some(color) = series.under else { continue };
            let mut path = Path::default();
            for run in runs(plot, series, spans) {
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                path.move_to(first.x, near(plot, first.base));
                let upper: Vec<(f64, f64)> = run.iter().map(|point| (point.x, point.y)).collect();
                path.through(&thin(plot, &upper));
                path.line_to(last.x, near(plot, last.base));
                let lower: Vec<(f64, f64)> = run.iter().rev().map(|point| (point.x, point.base)).collect();
                if lower.iter().any(|point| point.1 != first.base) {
                    path.through(&thin(plot, &lower));
                }
                path.close();
            }
            svg.group("fill", |svg| svg.path(&path, Some(color), None));
        }
    });
}

/// The lines, their points where there are few, and their numbers.
pub(super) fn draw(spec: &Spec, svg: &mut Svg, plot: &Plot, stacks: &Stacks, taken: &mut Taken) {
    let width = spec.sizes.stroke;
    inside(svg, plot, is_over(spec, plot, stacks), |svg| {
        for (series, spans) in spec.series.iter().zip(&stacks.spans).filter(|(series, _)| series.is_line) {
            let dash = series.is_dashed.then_some((width * 2.5, width * 2.0));
            let mut path = Path::default();
            let mut dots = Vec::new();
            let count = series.values().count();
            let is_sparse = !spec.stacked
                && spec.kind != ChartType::Sparkline
                && count as f64 * spec.sizes.label * 1.6 < plot.area.width();
            for run in runs(plot, series, spans) {
                let points: Vec<(f64, f64)> = run.iter().map(|point| (point.x, point.y)).collect();
                let points = thin(plot, &points);
                if run.len() == 1 || is_sparse {
                    let seen = |spot: &&Spot| (plot.area.top - 1.0..=plot.area.bottom + 1.0).contains(&spot.y);
                    dots.extend(run.iter().filter(seen).map(|spot| (spot.x, spot.y)));
                }
                for (index, (x, y)) in points.iter().enumerate().filter(|_| points.len() > 1) {
                    if index == 0 {
                        path.move_to(*x, *y)
                    } else {
                        path.line_to(*x, *y)
                    };
                }
            }
            svg.group("series", |svg| {
                svg.path(&path, None, Some(Stroke { color: series.color, width, dash }));
                dots.iter().for_each(|(x, y)| svg.circle(*x, *y, width * 1.45, Some(series.color)));
            });
        }
    });
    if spec.value_labels && !spec.stacked {
        svg.group("values", |svg| {
            for (series, spans) in spec.series.iter().zip(&stacks.spans).filter(|(series, _)| series.is_line) {
                values(spec, svg, plot, taken, series, spans);
            }
        });
    }
}

fn values(spec: &Spec, svg: &mut Svg, plot: &Plot, taken: &mut Taken, series: &Series, spans: &[Option<(f64, f64)>]) {
    let size = spec.sizes.label * SMALLER;
    let shown = series.points.iter().zip(spans).filter_map(|(point, span)| {
        let ((along, value), (_, top)) = ((*point)?, (*span)?);
        plot.value.contains(top).then_some((along, value, top))
    });
    let shown: Vec<(f64, f64, f64)> = shown.collect();
    let values: Vec<f64> = shown.iter().map(|point| point.1).collect();
    let names = names(spec, &values, plot.area.width() / values.len().max(1) as f64);
    for (index, must) in in_order(&values) {
        let ((along, _, top), name) = (shown[index], &names[index]);
        let half = text::width(name, size, false) / 2.0 + 1.0;
        let x = held(plot.place(along), half * 2.0, (plot.limits.left, plot.limits.right));
        let at = plot.value.at(top);
        // Above its point; one that must be there also below it, or as far away as it takes.
        let others = [1.2, -2.0, 2.2, -3.0, 3.2].into_iter().filter(|_| must);
        let place = [-1.0].into_iter().chain(others).map(|away| at + away * size).find(|y| {
            let rect = Rect { left: x - half, top: y - size * 0.6, right: x + half, bottom: y + size * 0.5 };
            taken.take(rect, &plot.limits)
        });
        if let Some(y) = place {
            svg.text(x, y + text::drop(size), Style::new(size, spec.look.text).anchor(Anchor::Middle), name);
        }
    }
}

/// The points of a scatter chart.
pub(super) fn points(spec: &Spec, svg: &mut Svg, plot: &Plot, taken: &mut Taken) {
    let count = spec.points();
    let r = (spec.sizes.label * if count > 1000 { 0.17 } else { 0.31 }).min(spec.width / 70.0);
    for series in &spec.series {
        // Points over one another are seen.
        let faint = |color: Color| Color { alpha: color.alpha.min(190), ..color };
        svg.filled("series", faint(series.color), |svg| {
            for (index, point) in series.points.iter().enumerate() {
                let Some((along, value)) = point.filter(|point| plot.value.contains(point.1)) else { continue };
                let own = series.color_of(index);
                let own = (own != series.color).then(|| faint(own));
                svg.circle(plot.place(along), plot.value.at(value), r, own);
            }
        });
    }
    if spec.value_labels {
        svg.group("values", |svg| {
            for series in &spec.series {
                let spans: Vec<_> = series.points.iter().map(|point| point.map(|point| (0.0, point.1))).collect();
                values(spec, svg, plot, taken, series, &spans);
            }
        });
    }
}

/// A point of a line, and where what is under it ends.
struct Spot {
    x: f64,
    y: f64,
    base: f64,
}

/// The parts of a line between gaps.
fn runs(plot: &Plot, series: &Series, spans: &[Option<(f64, f64)>]) -> Vec<Vec<Spot>> {
    let mut runs = vec![Vec::new()];
    for (point, span) in series.points.iter().zip(spans) {
        match (point, span) {
            (Some((along, _)), Some((from, to))) => {
                let base = plot.value.at(if *from == 0.0 { plot.value.base() } else { *from });
                let spot = Spot { x: plot.place(*along), y: plot.value.at(*to), base };
                runs.last_mut().expect("there is always a last run").push(spot);
            }
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// No more points than can be seen, where they go from one side to the other.
fn thin(plot: &Plot, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let points = bounded(points, plot.area.top - FAR, plot.area.bottom + FAR);
    let most = (plot.area.width() * 1.5) as usize;
    let is_ordered = points.is_sorted_by(|a, b| a.0 <= b.0) || points.is_sorted_by(|a, b| a.0 >= b.0);
    if is_ordered { largest_triangles(&points, most.max(100)) } else { points }
}

fn near(plot: &Plot, y: f64) -> f64 {
    y.clamp(plot.area.top - FAR, plot.area.bottom + FAR)
}

/// The same line where it is between two heights; elsewhere it runs along them, unseen. Programs that draw are not made
/// for numbers of any size.
fn bounded(points: &[(f64, f64)], low: f64, high: f64) -> Vec<(f64, f64)> {
    let is_far = |y: f64| !(low..=high).contains(&y);
    if !points.iter().any(|point| is_far(point.1)) {
        return points.to_vec();
    }
    let mut bounded: Vec<(f64, f64)> = Vec::with_capacity(points.len() + 8);
    for (index, (x, y)) in points.iter().enumerate() {
        if let Some((from_x, from_y)) = index.checked_sub(1).map(|before| points[before]) {
            let crossing = |edge: f64| {
                let part = (edge - from_y) / (y - from_y);
                ((0.0..1.0).contains(&part)).then(|| (from_x + part * (x - from_x), edge))
            };
            let edges = if *y > from_y { [low, high] } else { [high, low] };
            bounded.extend(edges.into_iter().filter_map(crossing));
        }
        bounded.push((*x, y.clamp(low, high)));
    }
    bounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_where_they_are_seen() {
        let points = [(0.0, 5.0), (10.0, 1e12), (20.0, -1e12), (30.0, 5.0), (40.0, 6.0)];
        let bounded = bounded(&points, 0.0, 10.0);
        assert!(bounded.iter().all(|point| (0.0..=10.0).contains(&point.1)));
        assert_eq!(
            (bounded[0], bounded[bounded.len() - 2], bounded[bounded.len() - 1]),
            (points[0], points[3], points[4])
        );
        let middle: Vec<f64> =
            bounded.iter().filter(|point| (14.0..16.0).contains(&point.0)).map(|point| point.1).collect();
        assert_eq!(middle, [10.0, 0.0], "it crosses in the middle");
    }
}
