//! From a place on the page as it is shown to the coordinates of the page as PDF has it.

use super::{StampPosition, StampRequest};
use crate::document::tree::PageBox;

/// A page as it is shown.
pub(super) struct Placing {
    pub(super) crop: PageBox,
    /// Clockwise, in degrees.
    pub(super) rotation: u16,
    /// Width and height as shown.
    pub(super) shown: (f64, f64),
}

type Matrix = [f64; 6];

/// What is done by `first`, and then by `second`.
fn then(first: Matrix, second: Matrix) -> Matrix {
    let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (first, second);
    [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}

impl Placing {
    /// The matrix that draws something of a natural size (its own coordinates begin at 0) in a size on the page.
    pub(super) fn matrix(&self, request: &StampRequest, natural: (f64, f64), size: (f64, f64), fills: bool) -> Matrix {
        let scale = [size.0 / natural.0, 0.0, 0.0, size.1 / natural.1, 0.0, 0.0];
        let turn = request.rotation.to_radians();
        let (sin, cos) = turn.sin_cos();
        // Around its middle; what stands at an edge is the box around it.
        let middle = [1.0, 0.0, 0.0, 1.0, -size.0 / 2.0, -size.1 / 2.0];
        let turned = then(middle, [cos, sin, -sin, cos, 0.0, 0.0]);
        let (wide, high) = ((size.0 * cos).abs() + (size.1 * sin).abs(), (size.0 * sin).abs() + (size.1 * cos).abs());
        let (across, up) = fractions(request.position, fills);
        let margin = if fills { 0.0 } else { request.margin };
        let place = |fraction: f64, room: f64, used: f64| {
            // A page too small for the margins has it in the middle.
            let margin = margin.min(((room - used) / 2.0).max(0.0));
            margin + (room - used - 2.0 * margin) * fraction + used / 2.0
        };
        let x = place(across, self.shown.0, wide) + request.x;
        let y = place(up, self.shown.1, high) - request.y;
        let placed = then(then(scale, turned), [1.0, 0.0, 0.0, 1.0, x, y]);
        then(placed, self.upright())
    }

    /// From the page as it is shown to the page as it is.
    fn upright(&self) -> Matrix {
        let PageBox { left, bottom, right, top } = self.crop;
        match self.rotation {
            90 => [0.0, 1.0, -1.0, 0.0, right, bottom],
            180 => [-1.0, 0.0, 0.0, -1.0, right, top],
            270 => [0.0, -1.0, 1.0, 0.0, left, top],
            _ => [1.0, 0.0, 0.0, 1.0, left, bottom],
        }
    }
}

/// How far across and up, from 0 to 1. Something that fills the page is in its middle.
pub(super) fn fractions(position: Option<StampPosition>, fills: bool) -> (f64, f64) {
    match position {
        None if fills => (0.5, 0.5),
        None | Some(StampPosition::Center) => (0.5, 0.5),
        Some(StampPosition::TopLeft) => (0.0, 1.0),
        Some(StampPosition::Top) => (0.5, 1.0),
        Some(StampPosition::TopRight) => (1.0, 1.0),
        Some(StampPosition::Left) => (0.0, 0.5),
        Some(StampPosition::Right) => (1.0, 0.5),
        Some(StampPosition::BottomLeft) => (0.0, 0.0),
        Some(StampPosition::Bottom) => (0.5, 0.0),
        Some(StampPosition::BottomRight) => (1.0, 0.0),
    }
}
