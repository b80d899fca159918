//! From pixels of what is read back to pixels of what was sent.

use recognizer::Bounds;

use crate::page::Area;

/// An affine map of points: x to `a x + b y + c`, y to `d x + e y + f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Transform([f64; 6]);

impl Transform {
    pub(crate) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);

    pub(crate) fn scale(across: f64, down: f64) -> Self {
        Self([across, 0.0, 0.0, 0.0, down, 0.0])
    }

    pub(crate) fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, x, 0.0, 1.0, y])
    }

    /// With these two columns and this origin.
    pub(crate) fn of(x: (f64, f64), y: (f64, f64), origin: (f64, f64)) -> Self {
        Self([x.0, y.0, origin.0, x.1, y.1, origin.1])
    }

    /// This first, then another.
    pub(crate) fn then(self, next: Self) -> Self {
        let (x, y, origin) = (self.direction(1.0, 0.0), self.direction(0.0, 1.0), self.point(0.0, 0.0));
        Self::of(next.direction(x.0, x.1), next.direction(y.0, y.1), next.point(origin.0, origin.1))
    }

    pub(crate) fn point(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + b * y + c, d * x + e * y + f)
    }

    fn direction(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, _, d, e, _] = self.0;
        (a * x + b * y, d * x + e * y)
    }

    /// The area around a mapped rectangle, within a picture.
    pub(crate) fn area(&self, bounds: Bounds, (width, height): (u32, u32)) -> Area {
        let [left, right] = [bounds.left, bounds.right].map(f64::from);
        let [top, bottom] = [bounds.top, bounds.bottom].map(f64::from);
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| self.point(x, y));
        let within = |value: f64, side: u32| value.clamp(0.0, f64::from(side)) as u32;
        let low = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::MAX, f64::min).round();
        let high = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::MIN, f64::max).round();
        let (x, y) = (within(low(|corner| corner.0), width), within(low(|corner| corner.1), height));
        let (right, bottom) = (within(high(|corner| corner.0), width), within(high(|corner| corner.1), height));
        Area { x, y, width: right.saturating_sub(x).max(1), height: bottom.saturating_sub(y).max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_after_another() {
        let both = Transform::shift(10.0, 20.0).then(Transform::scale(0.5, 0.25));
        assert_eq!(both.point(2.0, 4.0), (6.0, 6.0));
        let quarter = Transform::of((0.0, 1.0), (-1.0, 0.0), (100.0, 0.0));
        assert_eq!(quarter.then(Transform::shift(1.0, 1.0)).point(10.0, 20.0), (81.0, 11.0));
        let bounds = Bounds { left: 10, top: 20, right: 30, bottom: 25 };
        assert_eq!(quarter.area(bounds, (90, 40)), Area { x: 75, y: 10, width: 5, height: 20 });
        assert_eq!(quarter.area(bounds, (78, 40)), Area { x: 75, y: 10, width: 3, height: 20 });
    }
}
