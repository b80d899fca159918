//! Lines drawn piece by piece as one: strokes at nearly one place are put on it, those that touch are joined. The sides of
//! filled rectangles count, as many tables are drawn as colored cells.

use super::drawing::{Drawing, Fill, Stroke};
use crate::bounds::Bounds;

/// Lines that are further apart, in points, are two.
pub(crate) const NEAR: f64 = 3.0;
/// Shorter ones, in points, are parts of letters and bullets.
const SHORTEST: f64 = 5.0;
/// Lines of a page; more are a drawing.
const MOST: usize = 3_000;

/// The lines of a page.
#[derive(Debug, Default)]
pub(crate) struct Rulings {
    /// Those that run across, from the top.
    pub(crate) across: Vec<Stroke>,
    /// Those that run down, from the left.
    pub(crate) down: Vec<Stroke>,
    /// Those that run down and are drawn as lines, not as sides of grounds.
    pub(crate) dividers: Vec<Stroke>,
    /// Grounds, in the order of drawing.
    pub(crate) fills: Vec<Fill>,
}

impl Rulings {
    /// The lines of what was drawn; none where there are too many to be tables.
    pub(crate) fn of(drawing: Drawing, page: &Bounds) -> Self {
        let Drawing { mut across, mut down, fills, overflow, .. } = drawing.without_paper(page);
        if overflow {
            return Self::default();
        }
        let dividers = joined(down.clone());
        for Fill { bounds, .. } in &fills {
            let Bounds { left, top, right, bottom } = *bounds;
            across.extend([top, bottom].map(|place| Stroke { place, start: left, end: right }));
            down.extend([left, right].map(|place| Stroke { place, start: top, end: bottom }));
        }
        let (across, down) = (joined(across), joined(down));
        if across.len() > MOST || down.len() > MOST || dividers.len() > MOST {
            return Self { fills, ..Self::default() };
        }
        Self { across, down, dividers, fills }
    }

    /// Whether a line, not the side of a ground, runs down in a box.
    pub(crate) fn divides(&self, bounds: &Bounds) -> bool {
        let first = self.dividers.partition_point(|stroke| stroke.place < bounds.left - 1.0);
        let within = self.dividers[first..].iter().take_while(|stroke| stroke.place <= bounds.right + 1.0);
        within.into_iter().any(|stroke| stroke.start < bounds.bottom && stroke.end > bounds.top)
    }

    /// Whether a line that runs down parts two letters of a line of text.
    pub(crate) fn parts(&self, left: f64, right: f64, y: f64) -> bool {
        let first = self.dividers.partition_point(|stroke| stroke.place <= left);
        let between = self.dividers[first..].iter().take_while(|stroke| stroke.place < right);
        between.take(64).any(|stroke| stroke.start <= y && y <= stroke.end)
    }
}

/// Strokes at one place within reach of each other become one.
fn joined(mut strokes: Vec<Stroke>) -> Vec<Stroke> {
    strokes.sort_by(|one, other| one.place.total_cmp(&other.place));
    let mut found: Vec<Stroke> = Vec::new();
    let mut rest = strokes.as_mut_slice();
    while let Some(first) = rest.first() {
        let reach = first.place + NEAR;
        let count = rest.partition_point(|stroke| stroke.place <= reach);
        let (group, after) = rest.split_at_mut(count);
        rest = after;
        let place = group.iter().map(|stroke| stroke.place).sum::<f64>() / group.len() as f64;
        group.sort_by(|one, other| one.start.total_cmp(&other.start));
        let mut open: Option<Stroke> = None;
        for stroke in group {
            open = Some(match open {
                Some(known) if stroke.start <= known.end + NEAR => Stroke { end: known.end.max(stroke.end), ..known },
                Some(known) => {
                    found.push(known);
                    Stroke { place, ..*stroke }
                }
                None => Stroke { place, ..*stroke },
            });
        }
        found.extend(open);
    }
    found.retain(|stroke| stroke.end - stroke.start >= SHORTEST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_line_are_one() {
        let stroke = |place, start, end| Stroke { place, start, end };
        let found = joined(vec![
            stroke(10.0, 0.0, 50.0),
            stroke(10.6, 50.5, 90.0),
            stroke(10.0, 120.0, 150.0),
            stroke(30.0, 0.0, 2.0),
        ]);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].start, found[0].end, found[1].start), (0.0, 90.0, 120.0));
        // Dots are a line.
        let dots = joined((0..40).map(|dot| stroke(5.0, f64::from(dot) * 2.0, f64::from(dot) * 2.0 + 1.0)).collect());
        assert_eq!(dots.len(), 1);
    }
}
