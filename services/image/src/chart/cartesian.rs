//! Charts with axes: where everything is, then the axes, then the data.

use chassis::Call;

use super::axis::{Axis, Labels, Taken, held};
use super::scale::{Domain, Linear};
use super::spec::{Series, Spec};
use super::svg::{Anchor, Rect, Stroke, Style, Svg};
use super::{ChartType, bars, legend, lines, text};

/// Where the data is.
pub(super) struct Plot {
    pub(super) area: Rect,
    /// The axis of values.
    pub(super) value: Linear,
    /// The axis of labels, when it is one of numbers.
    pub(super) across: Option<Linear>,
    /// Where each label is, when it is not.
    pub(super) places: Vec<f64>,
    /// The width of a label's part of the axis.
    pub(super) band: f64,
    /// Where numbers may be written: no further than the legend and the titles.
    pub(super) limits: Rect,
    /// Room for numbers below the lowest bars.
    pub(super) below: f64,
    /// Whether values go from left to right.
    pub(super) is_horizontal: bool,
}

impl Plot {
    /// Where something is along the axis of labels.
    pub(super) fn place(&self, along: f64) -> f64 {
        match &self.across {
            Some(scale) => scale.at(along),
            None => self.places.get(along as usize).copied().unwrap_or_default(),
        }
    }
}

pub(super) fn draw(spec: &Spec, svg: &mut Svg, room: Rect, call: &Call) {
    let is_horizontal = spec.kind == ChartType::HorizontalBar;
    let size = spec.sizes.label;
    let mut room = legend::draw(spec, svg, room);
    let muted = Style::new(size, spec.look.muted);
    if !spec.y_label.is_empty() && room.height() > size * 6.0 {
        let label = text::clip(&spec.y_label, size, false, room.width());
        svg.group("y-title", |svg| svg.text(room.left, room.top + size * 0.8, muted, &label));
        room.top += size * 1.9;
    }
    let x_title = (!spec.x_label.is_empty() && room.height() > size * 6.0).then(|| {
        room.bottom -= size * 1.5;
        room.bottom + size * 1.3
    });
    let (plot, labels, ticks) = if is_horizontal { lie(spec, room) } else { stand(spec, room) };
    if let Some(y) = x_title {
        let label = text::clip(&spec.x_label, size, false, room.width());
        let x = held(plot.area.center().0, text::width(&label, size, false), (room.left, room.right));
        svg.group("x-title", |svg| svg.text(x, y, muted.anchor(Anchor::Middle), &label));
    }
    grid(spec, svg, &plot, &ticks);
    let axis = axis_of(spec, &plot.places, room, is_horizontal);
    if is_horizontal {
        svg.group("y-axis", |svg| labels.draw_beside(svg, &axis, plot.area.left, spec.look.text));
    } else if let Some(across) = &plot.across {
        numbers_below(spec, svg, across, &plot, room);
    } else {
        svg.group("x-axis", |svg| labels.draw_below(svg, &axis, plot.area.bottom + plot.below, spec.look.muted));
    }
    let mut taken = Taken::default();
    let stacks = lines::Stacks::of(spec);
    if spec.kind == ChartType::Scatter {
        lines::points(spec, svg, &plot, &mut taken);
    } else {
        lines::fills(spec, svg, &plot, &stacks);
        if spec.has_bars() {
            bars::draw(spec, svg, &plot, &mut taken, call);
        }
    }
    zero(spec, svg, &plot);
    if spec.kind != ChartType::Scatter {
        lines::draw(spec, svg, &plot, &stacks, &mut taken);
    }
}

fn axis_of<'a>(spec: &'a Spec, places: &'a [f64], room: Rect, is_horizontal: bool) -> Axis<'a> {
    // Slanted labels may use some of the edge.
    let over = spec.sizes.pad * 0.6;
    Axis {
        labels: &spec.labels,
        places,
        size: spec.sizes.label,
        ends: if is_horizontal { (room.top, room.bottom) } else { (room.left - over, room.right + over) },
        most: if is_horizontal { room.width() * 0.38 } else { room.height() * 0.38 },
        is_named: spec.has_bars(),
    }
}

/// Values go up. The ticks need room at the left, the labels below, and each changes the other a little.
fn stand(spec: &Spec, room: Rect) -> (Plot, Labels, Vec<String>) {
    let size = spec.sizes.label;
    let domain = values(spec);
    let mut area = room;
    area.top += if spec.value_labels { size * 1.4 } else { size * 0.5 };
    area.bottom -= size * 1.5;
    let is_small = room.height() < size * 5.0 || room.width() < size * 8.0;
    let is_below =
        spec.value_labels && !spec.stacked && spec.has_bars() && domain.data.is_some_and(|data| data.0 < 0.0);
    let below = if is_below { size * 1.2 } else { 0.0 };
    let mut laid = (Labels::default(), Vec::new(), domain.scale(2, (area.bottom, area.top)), Vec::new(), 0.0);
    for _ in 0..3 {
        let count = ((area.height() / (size * 4.2)).round() as usize).clamp(2, 7);
        let value = domain.scale(count, (area.bottom, area.top));
        let ticks = if is_small { Vec::new() } else { spec.numbers.ticks(&value.ticks, value.step) };
        area.left = if is_small { room.left } else { room.left + text::widest(&ticks, size) + size * 0.6 };
        area.right = room.right;
        if spec.is_linear {
            let across = along(spec, &area);
            let names = spec.numbers_across(&across);
            area.right -= names.last().map_or(0.0, |name| text::width(name, size, false) / 2.0);
            area.bottom = if is_small { room.bottom } else { room.bottom - size * 1.6 };
            laid = (Labels::default(), ticks, value, Vec::new(), 0.0);
            continue;
        }
        let (places, band) = if spec.has_bars() {
            let band = area.width() / spec.count().max(1) as f64;
            ((0..spec.count()).map(|index| area.left + (index as f64 + 0.5) * band).collect::<Vec<_>>(), band)
        } else {
            // The last label is in the middle below the last point.
            let is_shown = laid.0.shown.last().is_none_or(|(index, _)| index + 1 == spec.count());
            let last = spec.labels.last().filter(|_| is_shown);
            let last = last.map_or(0.0, |label| text::width(label, size, false) / 2.0);
            area.right -= last.clamp(spec.sizes.stroke * 2.0, size * 3.0).min(area.width() * 0.1);
            let band = area.width() / spec.count().saturating_sub(1).max(1) as f64;
            let start = if spec.count() == 1 { area.width() / 2.0 } else { 0.0 };
            ((0..spec.count()).map(|index| area.left + start + index as f64 * band).collect(), band)
        };
        let axis = axis_of(spec, &places, room, false);
        let labels = if is_small { Labels::default() } else { axis.below() };
        area.bottom =
            room.bottom - below - labels.room - if labels.room > 0.0 { size * 0.1 } else { spec.sizes.stroke };
        laid = (labels, ticks, value, places, band);
    }
    let (labels, ticks, mut value, places, band) = laid;
    value.range = (area.bottom, area.top);
    let across = spec.is_linear.then(|| along(spec, &area));
    let limits = Rect { left: area.left, bottom: area.bottom + below, ..room };
    (Plot { area, value, across, places, band, limits, below, is_horizontal: false }, labels, ticks)
}

/// Values go to the right.
fn lie(spec: &Spec, room: Rect) -> (Plot, Labels, Vec<String>) {
    let size = spec.sizes.label;
    let domain = values(spec);
    let is_small = room.height() < size * 5.0 || room.width() < size * 8.0;
    let mut area = room;
    area.bottom -= if is_small { 0.0 } else { size * 1.6 };
    let band = area.height() / spec.count().max(1) as f64;
    let places: Vec<f64> = (0..spec.count()).map(|index| area.top + (index as f64 + 0.5) * band).collect();
    let labels = if is_small { Labels::default() } else { axis_of(spec, &places, room, true).beside() };
    area.left += labels.room;
    if spec.value_labels {
        let most = spec.series.iter().flat_map(Series::values);
        let widest = most.map(|value| text::width(&spec.numbers.value(value), size, false)).fold(0.0, f64::max);
        area.right -= (widest + size * 0.5).min(area.width() * 0.25);
    }
    // As many ticks as fit beside one another; half of the last hangs over.
    let mut laid = (domain.scale(2, (area.left, area.right)), Vec::new());
    for count in (2..=8).rev() {
        let value = domain.scale(count, (area.left, area.right));
        let ticks = spec.numbers.ticks(&value.ticks, value.step);
        let over = text::width(ticks.last().map_or("", String::as_str), size, false) / 2.0;
        let widest = text::widest(&ticks, size) + size * 1.5;
        let part = value.step / (value.max - value.min) * (area.width() - over);
        laid = (value, ticks);
        if widest <= part || count == 2 {
            area.right = area.right.min(room.right - over);
            // Half of the first one too, though the edge may have some of it.
            let first = text::width(laid.1.first().map_or("", String::as_str), size, false) / 2.0;
            area.left = area.left.max(room.left + first - spec.sizes.pad * 0.5);
            break;
        }
    }
    let (mut value, ticks) = laid;
    value.range = (area.left, area.right);
    let ticks = if is_small { Vec::new() } else { ticks };
    let limits = Rect { left: area.left, bottom: area.bottom, ..room };
    (Plot { area, value, across: None, places, band, limits, below: 0.0, is_horizontal: true }, labels, ticks)
}

/// What the axis of values has to show.
fn values(spec: &Spec) -> Domain {
    let mut ends: Option<(f64, f64)> = None;
    let mut add = |value: f64| {
        ends = Some(ends.map_or((value, value), |(min, max)| (min.min(value), max.max(value))));
    };
    if spec.stacked {
        let sums = lines::Stacks::of(spec);
        sums.ends().for_each(&mut add);
        spec.series
            .iter()
            .filter(|series| series.is_line && series.under.is_none())
            .flat_map(Series::values)
            .for_each(&mut add);
    } else {
        spec.series.iter().flat_map(Series::values).for_each(&mut add);
    }
    // Bars and areas show amounts by their length; of lines, zero is shown when it is no further than the data is long.
    let is_amount = spec.has_bars() || spec.series.iter().any(|series| series.under.is_some());
    let is_near = ends.is_some_and(|(min, max)| (max - min) >= 0.5 * min.abs().max(max.abs()) || min == max);
    let zero = spec.zero.unwrap_or(is_near && spec.kind != ChartType::Scatter) || is_amount;
    let asked = [spec.ends.0, spec.ends.1].into_iter().flatten();
    let whole = spec.series.iter().flat_map(Series::values).chain(asked).all(|value| value.fract() == 0.0);
    Domain { data: ends, zero, whole, ends: spec.ends }
}

/// The axis of numbers below.
fn along(spec: &Spec, area: &Rect) -> Linear {
    let all = || spec.series.iter().flat_map(|series| series.points.iter().flatten()).map(|point| point.0);
    let data = all().next().map(|_| (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max)));
    let domain = Domain { data, ..Domain::default() };
    let size = spec.sizes.label;
    let fitting = (2..=8).rev().map(|count| domain.scale(count, (area.left, area.right))).find(|scale| {
        let widest = text::widest(&spec.numbers_across(scale), size) + size * 1.5;
        widest <= scale.step / (scale.max - scale.min) * area.width()
    });
    fitting.unwrap_or_else(|| domain.scale(2, (area.left, area.right)))
}

impl Spec {
    /// The numbers along the axis below: no amounts of what the values are, so without the unit.
    fn numbers_across(&self, scale: &Linear) -> Vec<String> {
        let mut separators = super::number::Numbers { separators: self.numbers.separators, ..Default::default() };
        // Years.
        if scale.step >= 1.0 && scale.min >= 1000.0 && scale.max <= 9999.0 {
            separators.separators = super::Separators::None;
        }
        separators.ticks(&scale.ticks, scale.step)
    }
}

fn numbers_below(spec: &Spec, svg: &mut Svg, across: &Linear, plot: &Plot, room: Rect) {
    let size = spec.sizes.label;
    if room.height() < size * 5.0 || room.width() < size * 8.0 {
        return;
    }
    let style = Style::new(size, spec.look.muted).anchor(Anchor::Middle);
    let names = spec.numbers_across(across);
    let fits = names.iter().map(|name| text::width(name, size, false)).fold(0.0, f64::max) + size * 0.5
        <= across.step / (across.max - across.min) * plot.area.width();
    svg.group("x-axis", |svg| {
        for (index, (tick, name)) in across.ticks.iter().zip(&names).enumerate() {
            if fits || index == 0 {
                let x = held(across.at(*tick), text::width(name, size, false), (room.left, room.right));
                svg.text(x, plot.area.bottom + size * 1.35, style, name);
            }
        }
    });
}

/// The lines behind the data, and the numbers at them.
fn grid(spec: &Spec, svg: &mut Svg, plot: &Plot, names: &[String]) {
    let size = spec.sizes.label;
    let stroke = Stroke { color: spec.look.grid, width: 1.0, dash: None };
    let area = &plot.area;
    svg.group("grid", |svg| {
        for tick in &plot.value.ticks {
            let at = plot.value.at(*tick);
            if plot.is_horizontal {
                svg.line((at, area.top), (at, area.bottom), stroke);
            } else {
                svg.line((area.left, at), (area.right, at), stroke);
            }
        }
        if spec.kind == ChartType::Scatter
            && let Some(across) = &plot.across
        {
            for tick in &across.ticks {
                let x = across.at(*tick);
                svg.line((x, area.top), (x, area.bottom), stroke);
            }
        }
    });
    let style = Style::new(size, spec.look.muted);
    let class = if plot.is_horizontal { "x-axis" } else { "y-axis" };
    // On a very small picture only some have room.
    let needed = if plot.is_horizontal { text::widest(names, size) + size * 0.5 } else { size * 1.1 };
    let apart = (plot.value.at(plot.value.step) - plot.value.at(0.0)).abs();
    let stride = (needed / apart).ceil().clamp(1.0, 1000.0) as usize;
    let first = plot.value.ticks.iter().position(|tick| *tick == 0.0).map_or(0, |zero| zero % stride);
    svg.group(class, |svg| {
        for (tick, name) in plot.value.ticks.iter().zip(names).skip(first).step_by(stride) {
            let at = plot.value.at(*tick);
            if plot.is_horizontal {
                svg.text(at, area.bottom + size * 1.35, style.anchor(Anchor::Middle), name);
            } else {
                svg.text(area.left - size * 0.6, at + text::drop(size), style.anchor(Anchor::End), name);
            }
        }
    });
}

/// The line bars stand on, or the lower edge.
fn zero(spec: &Spec, svg: &mut Svg, plot: &Plot) {
    if spec.kind == ChartType::Scatter || !plot.value.contains(0.0) {
        return;
    }
    let stroke = Stroke { color: spec.look.axis, width: (spec.sizes.label / 12.0).max(1.0), dash: None };
    let at = plot.value.at(0.0);
    let area = &plot.area;
    svg.group("zero", |svg| {
        if plot.is_horizontal {
            svg.line((at, area.top), (at, area.bottom), stroke);
        } else {
            svg.line((area.left, at), (area.right, at), stroke);
        }
    });
}
