//! What is drawn on a page that may be part of a table: straight strokes along its sides, and filled rectangles.

use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape};
use hayro_interpret::{DrawMode, Paint};

use crate::bounds::Bounds;

/// Strokes and rectangles that are noted of a page.
const MOST: usize = 50_000;
/// Elements of one path that are looked at: grids drawn as one path are shorter, maps and drawings longer.
const MOST_ELEMENTS: usize = 20_000;
/// A line that leaves its direction by less than this, in points, runs along a side of the page.
const STRAIGHT: f64 = 0.7;
/// A rectangle thinner than this, in points, is a line.
const THIN: f64 = 4.0;
/// A rectangle that covers so much of the page is its background.
const BACKGROUND: f64 = 0.7;

/// A straight line along a side of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    /// Where it stands: from the top for one that runs across, from the left for one that runs down.
    pub(crate) place: f64,
    pub(crate) start: f64,
    pub(crate) end: f64,
}

/// A filled rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fill {
    pub(crate) bounds: Bounds,
    pub(crate) color: [u8; 4],
}

/// Everything noted of a page.
#[derive(Debug, Default)]
pub(crate) struct Drawing {
    pub(crate) across: Vec<Stroke>,
    pub(crate) down: Vec<Stroke>,
    pub(crate) fills: Vec<Fill>,
    /// Whether there were more than are noted.
    pub(crate) overflow: bool,
    /// What is visible, for each clip that is open.
    clips: Vec<Bounds>,
}

impl Drawing {
    pub(crate) fn push_clip(&mut self, clip: Rect) {
        let clip = Bounds { left: clip.x0, top: clip.y0, right: clip.x1, bottom: clip.y1 };
        let inner = self.clips.last().map_or(clip, |outer| outer.intersection(&clip));
        // Deeper than any writer goes; what is popped there is a clip that was pushed there.
        self.clips.push(inner);
    }

    pub(crate) fn push_clip_path(&mut self, path: &BezPath) {
        self.push_clip(path.bounding_box());
    }

    pub(crate) fn pop_clip(&mut self) {
        self.clips.pop();
    }

    /// Notes a path.
    pub(crate) fn path(&mut self, path: &BezPath, transform: Affine, mode: &DrawMode, paint: &Paint<'_>) {
        let color = color_of(paint);
        if path.elements().len() > MOST_ELEMENTS || color[3] == 0 {
            return;
        }
        let (fills, strokes) = kinds(mode);
        let [a, b, c, d, ..] = transform.as_coeffs();
        let scale = (a * d - b * c).abs().sqrt();
        let width = strokes.map_or(0.0, |width| width * scale);
        let mut corners: Vec<Point> = Vec::new();
        let mut curved = false;
        for element in path.elements() {
            match element {
                PathEl::MoveTo(point) => {
                    self.subpath(&corners, curved, fills, strokes.map(|_| width), color);
                    corners.clear();
                    curved = false;
                    corners.push(transform * *point);
                }
                PathEl::LineTo(point) => corners.push(transform * *point),
                PathEl::QuadTo(_, point) | PathEl::CurveTo(_, _, point) => {
                    // The straight sides between round corners are still lines.
                    self.subpath(&corners, true, false, strokes.map(|_| width), color);
                    corners.clear();
                    curved = true;
                    corners.push(transform * *point);
                }
                PathEl::ClosePath => {
                    if let Some(first) = corners.first().copied() {
                        corners.push(first);
                    }
                }
            }
        }
        self.subpath(&corners, curved, fills, strokes.map(|_| width), color);
    }

    /// Notes a rectangle.
    pub(crate) fn rect(&mut self, rect: &Rect, transform: Affine, mode: &DrawMode, paint: &Paint<'_>) {
        let color = color_of(paint);
        if color[3] == 0 {
            return;
        }
        let (fills, strokes) = kinds(mode);
        let [a, b, c, d, ..] = transform.as_coeffs();
        let width = strokes.map(|width| width * (a * d - b * c).abs().sqrt());
        let corner = |x: f64, y: f64| transform * Point::new(x, y);
        let (first, last) = (corner(rect.x0, rect.y0), corner(rect.x1, rect.y1));
        let corners = [first, corner(rect.x1, rect.y0), last, corner(rect.x0, rect.y1), first];
        self.subpath(&corners, false, fills, width, color);
    }

    fn subpath(&mut self, corners: &[Point], curved: bool, fills: bool, width: Option<f64>, color: [u8; 4]) {
        if corners.len() < 2 || corners.iter().any(|corner| !corner.is_finite()) {
            return;
        }
        if fills
            && !curved
            && let Some(bounds) = rectangle(corners)
        {
            self.fill(bounds, color);
        }
        if let Some(width) = width {
            for pair in corners.windows(2) {
                self.line(pair[0], pair[1], width, color);
            }
        }
    }

    fn line(&mut self, from: Point, to: Point, width: f64, color: [u8; 4]) {
        let (dx, dy) = ((to.x - from.x).abs(), (to.y - from.y).abs());
        let half = width / 2.0;
        let bounds = if dy <= STRAIGHT && dx > dy {
            let y = f64::midpoint(from.y, to.y);
            Bounds { left: from.x.min(to.x), right: from.x.max(to.x), top: y - half, bottom: y + half }
        } else if dx <= STRAIGHT && dy > dx {
            let x = f64::midpoint(from.x, to.x);
            Bounds { left: x - half, right: x + half, top: from.y.min(to.y), bottom: from.y.max(to.y) }
        } else {
            return;
        };
        // A line as thick as a row is the ground of the row.
        self.fill(bounds, color);
    }

    /// Notes a rectangle: a line when it is thin, else a ground.
    fn fill(&mut self, bounds: Bounds, color: [u8; 4]) {
        let bounds = self.clips.last().map_or(bounds, |clip| bounds.intersection(clip));
        let (width, height) = (bounds.width(), bounds.height());
        if width < 0.0 || height < 0.0 || !(width.is_finite() && height.is_finite()) {
            return;
        }
        if self.across.len() + self.down.len() + self.fills.len() >= MOST {
            self.overflow = true;
            return;
        }
        if height <= THIN && width > height {
            let place = f64::midpoint(bounds.top, bounds.bottom);
            self.across.push(Stroke { place, start: bounds.left, end: bounds.right });
        } else if width <= THIN {
            let place = f64::midpoint(bounds.left, bounds.right);
            self.down.push(Stroke { place, start: bounds.top, end: bounds.bottom });
        } else {
            self.fills.push(Fill { bounds, color });
        }
    }

    /// Drops what is not seen as something: white on white paper, and grounds of the whole page.
    pub(crate) fn without_paper(mut self, page: &Bounds) -> Self {
        let visible = |fill: &Fill| fill.color[..3].iter().any(|sample| *sample < 253);
        self.fills.retain(|fill| visible(fill) && fill.bounds.area() < BACKGROUND * page.area());
        self
    }
}

/// Whether a mode fills, and how wide its strokes are.
fn kinds(mode: &DrawMode) -> (bool, Option<f64>) {
    match mode {
        DrawMode::Fill(_) => (true, None),
        DrawMode::Stroke(stroke) => (false, Some(f64::from(stroke.line_width))),
        DrawMode::FillAndStroke(_, stroke) => (true, Some(f64::from(stroke.line_width))),
        DrawMode::Invisible => (false, None),
    }
}

/// The color of a paint; a pattern is gray, as it is seen.
fn color_of(paint: &Paint<'_>) -> [u8; 4] {
    match paint {
        Paint::Color(color) => color.to_rgba().to_rgba8(),
        Paint::Pattern(_) => [128, 128, 128, 255],
    }
}

/// The box of corners that are those of a rectangle along the sides of the page.
fn rectangle(corners: &[Point]) -> Option<Bounds> {
    let bounds = Bounds::around(corners.iter().map(|corner| (corner.x, corner.y)));
    let on_edge = |corner: &Point| {
        let x = (corner.x - bounds.left).abs() < STRAIGHT || (corner.x - bounds.right).abs() < STRAIGHT;
        let y = (corner.y - bounds.top).abs() < STRAIGHT || (corner.y - bounds.bottom).abs() < STRAIGHT;
        x && y
    };
    (matches!(corners.len(), 4..=6) && corners.iter().all(on_edge)).then_some(bounds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hayro_interpret::FillRule;

    #[test]
    fn thin_shapes_are_lines_and_others_grounds() {
        let mut drawing = Drawing::default();
        let black = [0, 0, 0, 255];
        let mut draw = |points: &[(f64, f64)], width: Option<f64>| {
            let corners: Vec<Point> = points.iter().map(|(x, y)| Point::new(*x, *y)).collect();
            drawing.subpath(&corners, false, width.is_none(), width, black);
        };
        draw(&[(0.0, 10.0), (100.0, 10.2)], Some(1.0));
        draw(&[(50.0, 0.0), (50.0, 80.0)], Some(0.5));
        draw(&[(0.0, 0.0), (30.0, 40.0)], Some(1.0));
        draw(&[(0.0, 20.0), (100.0, 20.0), (100.0, 20.5), (0.0, 20.5), (0.0, 20.0)], None);
        draw(&[(0.0, 30.0), (100.0, 30.0), (100.0, 45.0), (0.0, 45.0), (0.0, 30.0)], None);
        draw(&[(0.0, 50.0), (100.0, 50.0)], Some(14.0));
        assert_eq!(drawing.across.iter().map(|stroke| stroke.place).collect::<Vec<_>>(), [10.1, 20.25]);
        assert_eq!(drawing.down, [Stroke { place: 50.0, start: 0.0, end: 80.0 }]);
        assert_eq!(drawing.fills.len(), 2);
        assert_eq!(kinds(&DrawMode::Fill(FillRule::NonZero)), (true, None));
    }

    #[test]
    fn what_is_clipped_away_is_not_there() {
        let mut drawing = Drawing::default();
        drawing.push_clip(Rect::new(0.0, 0.0, 50.0, 50.0));
        drawing.fill(Bounds { left: 10.0, top: 20.0, right: 90.0, bottom: 21.0 }, [0, 0, 0, 255]);
        drawing.fill(Bounds { left: 10.0, top: 60.0, right: 90.0, bottom: 61.0 }, [0, 0, 0, 255]);
        drawing.pop_clip();
        assert_eq!(drawing.across, [Stroke { place: 20.5, start: 10.0, end: 50.0 }]);
    }
}
