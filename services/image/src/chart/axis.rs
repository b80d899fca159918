//! Labels along an axis that never touch each other: in one line, wrapped, slanted, or only some of them.

use super::dates;
use super::svg::{Anchor, Rect, Style, Svg};
use super::text;
use crate::color::Color;

/// Which labels are shown, and how.
#[derive(Debug, Clone, Default)]
pub(super) struct Labels {
    /// The number of the place, and its lines.
    pub(super) shown: Vec<(usize, Vec<String>)>,
    /// Degrees, counter-clockwise.
    angle: f64,
    /// The room they need across the axis.
    pub(super) room: f64,
}

/// The axis whose labels are laid out.
#[derive(Debug)]
pub(super) struct Axis<'a> {
    pub(super) labels: &'a [String],
    /// Where each place is, along the axis.
    pub(super) places: &'a [f64],
    pub(super) size: f64,
    /// The ends of the picture: labels do not hang over them.
    pub(super) ends: (f64, f64),
    /// The most room there is across the axis.
    pub(super) most: f64,
    /// Whether each label is the name of something, such as a bar: those are not left out lightly.
    pub(super) is_named: bool,
}

/// From the axis to its labels.
fn distance(size: f64) -> f64 {
    size * 0.7
}

impl Axis<'_> {
    /// Labels below a horizontal axis.
    pub(super) fn below(&self) -> Labels {
        if self.labels.iter().all(String::is_empty) || self.most < text::leading(self.size) {
            return Labels::default();
        }
        let size = self.size;
        let all: dates::Ticks = self.labels.iter().cloned().enumerate().collect();
        if self.fits(&all) {
            return self.flat(all);
        }
        if let Some(ways) = dates::thinned(self.labels)
            && let Some(way) = ways.into_iter().find(|way| way.len() > 1 && self.fits(way))
        {
            return self.flat(way);
        }
        let spacing = self.spacing();
        let is_numeric = self.labels.iter().all(|label| label.trim().parse::<f64>().is_ok());
        let named = self.is_named && !is_numeric;
        if named {
            if let Some(labels) = self.wrapped(spacing) {
                return labels;
            }
            if spacing >= size * 6.0 {
                return self.clipped(spacing);
            }
            if spacing >= size * 1.15 {
                return self.turned(1, if spacing >= size * 1.5 { 45.0 } else { 90.0 });
            }
        }
        let longest = (self.ends.1 - self.ends.0) / 4.0;
        let clipped = |index: usize| (index, text::clip(&self.labels[index], size, false, longest));
        let strides = strides(self.labels.len()).map(|stride| (0..self.labels.len()).step_by(stride).map(clipped));
        let flat = strides.map(Iterator::collect::<dates::Ticks>).find(|ticks| self.fits(ticks)).unwrap_or_default();
        // Long names leave room for few; slanted, there are more.
        if !is_numeric && flat.len() < 4 && self.labels.len() > flat.len() && self.most > size * 4.0 {
            let stride = strides_wide_enough(self.labels.len(), spacing, size * 1.5);
            return self.turned(stride, 45.0);
        }
        self.flat(flat)
    }

    /// Labels to the left of a vertical axis.
    pub(super) fn beside(&self) -> Labels {
        if self.labels.iter().all(String::is_empty) || self.most < self.size * 2.0 {
            return Labels::default();
        }
        let spacing = self.spacing();
        let leading = text::leading(self.size);
        let lines = ((spacing * 0.9 / leading).floor() as usize).clamp(1, 3);
        let stride = strides_wide_enough(self.labels.len(), spacing, self.size * 1.15);
        let wrap = |index: usize| (index, text::wrap(&self.labels[index], self.size, false, self.most, lines));
        // Of many on a small picture, the first does not hang over.
        let half = text::drop(self.size);
        let fits = |index: &usize| (self.ends.0 + half..=self.ends.1 - half).contains(&self.places[*index]);
        let shown: Vec<_> = (0..self.labels.len()).filter(fits).step_by(stride).map(wrap).collect();
        let widest = shown.iter().map(|(_, lines)| text::widest(lines, self.size)).fold(0.0, f64::max);
        Labels { shown, angle: 0.0, room: widest + distance(self.size) }
    }

    fn spacing(&self) -> f64 {
        match self.places {
            [first, .., last] => (last - first).abs() / (self.places.len() - 1) as f64,
            _ => self.ends.1 - self.ends.0,
        }
    }

    fn fits(&self, ticks: &dates::Ticks) -> bool {
        let gap = self.size * 0.7;
        let mut free = self.ends.0 - gap;
        for (index, label) in ticks {
            if label.is_empty() {
                continue;
            }
            let width = text::width(label, self.size, false);
            let left = self.held(*index, width) - width / 2.0;
            if left < free + gap || width > self.ends.1 - self.ends.0 {
                return false;
            }
            free = left + width;
        }
        true
    }

    /// Where the middle of a label is: at its place, but inside the picture.
    fn held(&self, index: usize, width: f64) -> f64 {
        held(self.places[index], width, self.ends)
    }

    fn flat(&self, ticks: dates::Ticks) -> Labels {
        let shown = ticks.into_iter().map(|(index, label)| (index, vec![label])).collect();
        Labels { shown, angle: 0.0, room: distance(self.size) + self.size }
    }

    /// In two or three lines, when every word is whole.
    fn wrapped(&self, spacing: f64) -> Option<Labels> {
        let (size, most) = (self.size, spacing - self.size * 0.7);
        let lines = ((self.most / text::leading(size)).floor() as usize).min(3);
        let mut shown = Vec::with_capacity(self.labels.len());
        for (index, label) in self.labels.iter().enumerate() {
            let is_wide = |word: &str| text::width(word, size, false) > most;
            let wrapped = text::wrap(label, size, false, most, 4);
            if label.split(' ').any(is_wide) || wrapped.len() > lines {
                return None;
            }
            shown.push((index, wrapped));
        }
        let lines = shown.iter().map(|(_, lines)| lines.len()).max().unwrap_or(1);
        let room = distance(size) + size + (lines.max(1) - 1) as f64 * text::leading(size);
        Some(Labels { shown, angle: 0.0, room })
    }

    /// In three lines, with an ellipsis where a name is longer.
    fn clipped(&self, spacing: f64) -> Labels {
        let (size, most) = (self.size, spacing - self.size * 0.7);
        let lines = ((self.most / text::leading(size)).floor() as usize).clamp(1, 3);
        let wrap = |(index, label): (usize, &String)| (index, text::wrap(label, size, false, most, lines));
        let shown = self.labels.iter().enumerate().map(wrap).collect();
        Labels { shown, angle: 0.0, room: distance(size) + size + (lines - 1) as f64 * text::leading(size) }
    }

    fn turned(&self, stride: usize, angle: f64) -> Labels {
        let size = self.size;
        let (sine, cosine) = angle.to_radians().sin_cos();
        let most = (self.most - distance(size) - size) / sine;
        let mut longest: f64 = 0.0;
        let mut shown = Vec::new();
        for index in (0..self.labels.len()).step_by(stride) {
            let before = (self.places[index] - self.ends.0) / cosine.max(0.05);
            let label = text::clip(&self.labels[index], size, false, most.min(before));
            // At the left end a few letters say less than none.
            let (left, all) = (label.chars().count(), self.labels[index].chars().count());
            if before < most && left < all && (left < 5 || !self.is_named && left * 2 < all) {
                continue;
            }
            longest = longest.max(text::width(&label, size, false));
            shown.push((index, vec![label]));
        }
        Labels { shown, angle, room: distance(size) + longest * sine + size * 0.7 * cosine }
    }
}

/// The middle of something of a width: at a place, but between two ends.
pub(super) fn held(place: f64, width: f64, ends: (f64, f64)) -> f64 {
    place.min(ends.1 - width / 2.0).max(ends.0 + width / 2.0)
}

/// Every label, every second, every fifth, ...
fn strides(count: usize) -> impl Iterator<Item = usize> {
    let steps = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 25, 30, 50];
    (0..4)
        .flat_map(move |power| steps.map(|step| step * 100_usize.pow(power)))
        .filter(move |stride| *stride <= count.max(1))
}

fn strides_wide_enough(count: usize, spacing: f64, needed: f64) -> usize {
    strides(count).find(|stride| *stride as f64 * spacing >= needed).unwrap_or(count.max(1))
}

impl Labels {
    /// Draws them below a line.
    pub(super) fn draw_below(&self, svg: &mut Svg, axis: &Axis<'_>, y: f64, color: Color) {
        let size = axis.size;
        let style = Style { angle: self.angle, ..Style::new(size, color) };
        for (index, lines) in &self.shown {
            let x = axis.places[*index];
            if self.angle == 0.0 {
                let width = text::widest(lines, size);
                let x = axis.held(*index, width);
                svg.lines(x, y + distance(size) + size * 0.78, style.anchor(Anchor::Middle), lines);
            } else {
                // The end of the label is below its place.
                let (sine, cosine) = self.angle.to_radians().sin_cos();
                let (x, y) = (x + text::drop(size) * sine, y + distance(size) + text::drop(size) * cosine);
                svg.lines(x, y, style.anchor(Anchor::End), lines);
            }
        }
    }

    /// Draws them to the left of a line.
    pub(super) fn draw_beside(&self, svg: &mut Svg, axis: &Axis<'_>, x: f64, color: Color) {
        let style = Style::new(axis.size, color).anchor(Anchor::End);
        for (index, lines) in &self.shown {
            let above = (lines.len().max(1) - 1) as f64 * text::leading(axis.size) / 2.0;
            let y = axis.places[*index] + text::drop(axis.size) - above;
            svg.lines(x - distance(axis.size), y, style, lines);
        }
    }
}

/// Whether rectangles that are drawn one after another touch; those that do are left out.
#[derive(Debug, Default)]
pub(super) struct Taken(Vec<Rect>);

impl Taken {
    /// Keeps others away from a place.
    pub(super) fn block(&mut self, rect: Rect) {
        self.0.push(rect);
    }

    /// Takes a place, unless it is taken or outside.
    pub(super) fn take(&mut self, rect: Rect, within: &Rect) -> bool {
        let inside = rect.left >= within.left
            && rect.right <= within.right
            && rect.top >= within.top
            && rect.bottom <= within.bottom;
        let touches = |other: &Rect| {
            rect.left < other.right && other.left < rect.right && rect.top < other.bottom && other.top < rect.bottom
        };
        let free = inside && !self.0.iter().any(touches);
        if free {
            self.0.push(rect);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_shown_as_suits_their_number_and_length() {
        let shown = |labels: &[&str], width: f64, is_named: bool| {
            let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
            let band = width / labels.len() as f64;
            let places: Vec<f64> = (0..labels.len()).map(|index| (index as f64 + 0.5) * band).collect();
            let axis = Axis {
                labels: &labels,
                places: &places,
                size: 12.0,
                ends: (-20.0, width + 20.0),
                most: 120.0,
                is_named,
            };
            let laid = axis.below();
            assert!(laid.room <= 120.0, "{laid:?}");
            let lines = laid.shown.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
            (laid.shown.len(), lines, laid.angle)
        };
        assert_eq!(shown(&["a", "b", "c"], 300.0, true), (3, 1, 0.0));
        assert_eq!(shown(&["North America", "Latin America", "Middle East"], 200.0, true), (3, 2, 0.0));
        assert_eq!(shown(&["Handelsgesellschaft"; 10], 400.0, true), (10, 1, 45.0));
        assert_eq!(shown(&["Handelsgesellschaft"; 20], 300.0, true), (20, 1, 90.0));
        assert_eq!(shown(&["2024"; 40], 300.0, true), (8, 1, 0.0), "numbers are thinned out");
        assert_eq!(shown(&["January"; 24], 600.0, false), (8, 1, 0.0));
        assert_eq!(shown(&[""; 5], 600.0, false), (0, 0, 0.0));
    }
}
