//! The legend: what the colors mean.

use super::spec::Spec;
use super::svg::{Rect, Stroke, Style, Svg};
use super::{ChartType, Legend, text};
use crate::color::Color;

/// One color and what it means.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) label: String,
    pub(super) color: Color,
    pub(super) is_line: bool,
    pub(super) is_dashed: bool,
}

/// What the legend of a chart with axes says.
fn items(spec: &Spec) -> Vec<Item> {
    let named = spec.series.iter().filter(|series| !series.label.is_empty());
    let items = named.map(|series| Item {
        label: series.label.clone(),
        color: series.color_of(0),
        is_line: series.is_line && (series.under.is_none() || !spec.stacked),
        is_dashed: series.is_dashed,
    });
    items.collect()
}

/// Draws the legend of a chart with axes; gives what is left of the room.
pub(super) fn draw(spec: &Spec, svg: &mut Svg, room: Rect) -> Rect {
    let items = items(spec);
    // One series is named by the title.
    let is_alone = spec.series.len() < 2 && !spec.title.is_empty() && spec.legend == Legend::Auto;
    if items.is_empty() || is_alone || spec.legend == Legend::None || room.height() < spec.sizes.label * 6.0 {
        return room;
    }
    place(spec, svg, &items, room)
}

/// Widths of what an item is made of.
struct Measures {
    size: f64,
    swatch: f64,
    gap: f64,
    between: f64,
    row: f64,
}

impl Measures {
    fn of(spec: &Spec) -> Self {
        let size = spec.sizes.label;
        Self { size, swatch: size * 0.85, gap: size * 0.45, between: size * 1.4, row: size * 1.6 }
    }

    fn item(&self, label: &str) -> f64 {
        self.swatch + self.gap + text::width(label, self.size, false)
    }
}

fn place(spec: &Spec, svg: &mut Svg, items: &[Item], room: Rect) -> Rect {
    let measures = Measures::of(spec);
    let clipped = |most: f64| -> Vec<Item> {
        let shorten = |item: &Item| Item { label: text::clip(&item.label, measures.size, false, most), ..item.clone() };
        items.iter().map(shorten).collect()
    };
    let across = clipped((room.width() * 0.45).min(measures.size * 24.0));
    let rows = rows(&measures, &across, room.width());
    let beside = clipped((room.width() * 0.25).min(measures.size * 16.0));
    let column = beside.iter().map(|item| measures.item(&item.label)).fold(0.0, f64::max);
    let fits_beside = items.len() as f64 * measures.row <= room.height() && room.width() >= measures.size * 32.0;
    let is_right = match spec.legend {
        Legend::Right => true,
        // Rows cost height, a column costs width.
        Legend::Auto => {
            fits_beside && rows.len() > 1 && rows.len() as f64 * measures.row * room.width() > column * room.height()
        }
        _ => false,
    };
    if is_right {
        let most = (room.height() / measures.row).floor().max(1.0) as usize;
        // As they lie on one another.
        let beside: Vec<Item> = if spec.stacked { beside.into_iter().rev().collect() } else { beside };
        let left = room.right - column;
        svg.group("legend", |svg| {
            for (index, item) in shown(&beside, most).iter().enumerate() {
                entry(spec, svg, &measures, item, left, room.top + (index as f64 + 0.5) * measures.row);
            }
        });
        return Rect { right: left - measures.between, ..room };
    }
    let most = ((room.height() * 0.3 / measures.row).floor() as usize).max(1);
    let rows = if rows.len() > most { cut(&measures, &across, room.width(), most) } else { rows };
    let height = rows.len() as f64 * measures.row;
    let top = if spec.legend == Legend::Bottom { room.bottom - height } else { room.top };
    svg.group("legend", |svg| {
        for (index, row) in rows.iter().enumerate() {
            let mut x = room.left;
            for item in row {
                entry(spec, svg, &measures, item, x, top + (index as f64 + 0.5) * measures.row);
                x += measures.item(&item.label) + measures.between;
            }
        }
    });
    if spec.legend == Legend::Bottom {
        Rect { bottom: top - measures.gap, ..room }
    } else {
        Rect { top: top + height + measures.gap, ..room }
    }
}

fn rows(measures: &Measures, items: &[Item], width: f64) -> Vec<Vec<Item>> {
    let mut rows: Vec<Vec<Item>> = Vec::new();
    let mut used = f64::INFINITY;
    for item in items {
        let own = measures.item(&item.label);
        if used + own > width {
            rows.push(Vec::new());
            used = 0.0;
        }
        used += own + measures.between;
        rows.last_mut().expect("the first item begins a row").push(item.clone());
    }
    rows
}

/// As many items as fit into some rows, then how many more there are.
fn cut(measures: &Measures, items: &[Item], width: f64, most: usize) -> Vec<Vec<Item>> {
    let fit = (1..items.len()).rev().map(|count| rows(measures, &shown(items, count), width));
    fit.into_iter().find(|rows| rows.len() <= most).unwrap_or_default()
}

/// The first of the items; when some are left out, the last says how many.
fn shown(items: &[Item], most: usize) -> Vec<Item> {
    let mut shown: Vec<Item> = items.iter().take(most).cloned().collect();
    if items.len() > shown.len()
        && let Some(last) = shown.last_mut()
    {
        let more = items.len() - most + 1;
        *last = Item { label: format!("+{more}"), color: Color::TRANSPARENT, is_line: false, is_dashed: false };
    }
    shown
}

fn entry(spec: &Spec, svg: &mut Svg, measures: &Measures, item: &Item, x: f64, y: f64) {
    swatch(spec, svg, item, x, y, measures.swatch);
    let style = Style::new(measures.size, spec.look.text);
    svg.text(x + measures.swatch + measures.gap, y + text::drop(measures.size), style, &item.label);
}

/// The color of an item, as it looks in the chart.
pub(super) fn swatch(spec: &Spec, svg: &mut Svg, item: &Item, x: f64, y: f64, size: f64) {
    if item.color.alpha == 0 {
        return;
    }
    if item.is_line {
        let width = spec.sizes.stroke * 1.3;
        let stroke = Stroke { color: item.color, width, dash: item.is_dashed.then_some((width * 1.4, width * 1.4)) };
        svg.line((x, y), (x + size, y), stroke);
    } else if spec.kind == ChartType::Scatter {
        svg.circle(x + size / 2.0, y, size * 0.4, Some(item.color));
    } else {
        let half = size / 2.0;
        svg.rect(&Rect { left: x, top: y - half, right: x + size, bottom: y + half }, Some(item.color));
    }
}
