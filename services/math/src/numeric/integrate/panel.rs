//! Parts of a range, each an interval of its own variable t.

use std::cell::Cell;

use crate::error::{Error, conflict};
use crate::numeric::function::{Functions, Gap};

/// What is left of an integrand where numbers end, when it is nothing.
const NOTHING: f64 = 1e-200;

/// How the range's variable x comes from t.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Map {
    /// x = t
    Plain,
    /// x = a + (1 - t) / t, for t from 0 (infinity) to 1
    Up(f64),
    /// x = b - (1 - t) / t
    Down(f64),
    /// Both sides of 0 at once: x = +-(1 - t) / t
    Both,
}

/// A part of the range.
#[derive(Debug)]
pub(super) struct Panel {
    map: Map,
    pub(super) start: f64,
    pub(super) end: f64,
    /// From where on upward and downward the integrand is nothing, once that is known.
    edges: [Cell<f64>; 2],
}

impl Panel {
    fn new(map: Map, start: f64, end: f64) -> Self {
        Self { map, start, end, edges: [Cell::new(f64::INFINITY), Cell::new(f64::NEG_INFINITY)] }
    }

    /// Whether t = 0 is infinity.
    pub(super) fn is_infinite(&self) -> bool {
        self.map != Map::Plain
    }

    /// The place in the range.
    pub(super) fn place(&self, t: f64) -> f64 {
        match self.map {
            Map::Plain => t,
            Map::Up(a) => a + (1.0 - t) / t,
            Map::Down(b) => b - (1.0 - t) / t,
            Map::Both => (1.0 - t) / t,
        }
    }

    /// Whether an interval of t can be divided.
    pub(super) fn divisible(&self, a: f64, b: f64) -> bool {
        let width = b - a;
        width > 64.0 * f64::EPSILON * a.abs().max(b.abs()) || (a.min(b) == 0.0 && width > 1e-290)
    }

    /// The integrand in t.
    pub(super) fn value(&self, functions: &Functions<'_>, t: f64) -> Result<Result<f64, Gap>, Error> {
        let x = self.place(t);
        let value = match self.map {
            Map::Plain => return functions.value(x),
            Map::Up(_) | Map::Down(_) => self.far(functions, x)?,
            Map::Both => match (self.far(functions, x)?, self.far(functions, -x)?) {
                (Ok(up), Ok(down)) => Ok(up + down),
                (Err(gap), _) | (_, Err(gap)) => Err(gap),
            },
        };
        Ok(value.and_then(|value| {
            // Divided twice, because the square of t may be too small for a number.
            let value = if value == 0.0 { 0.0 } else { value / t / t };
            if value.is_finite() { Ok(value) } else { Err(Gap::Overflow) }
        }))
    }

    /// The value far out: nothing where a part of the expression is too large for a number and the whole has become
    /// nothing before, as in `x^3 / (exp(x) - 1)`.
    fn far(&self, functions: &Functions<'_>, x: f64) -> Result<Result<f64, Gap>, Error> {
        let edge = &self.edges[usize::from(x < 0.0)];
        if x.abs() >= edge.get().abs() {
            return Ok(Ok(0.0));
        }
        let value = functions.value(x)?;
        if value.is_ok() || x.abs() < 10.0 {
            return Ok(value);
        }
        let (mut inside, mut outside) = (x / 2.0, x);
        while functions.value(inside)?.is_err() {
            (inside, outside) = (inside / 2.0, inside);
            if inside.abs() < 1.0 {
                return Ok(value);
            }
        }
        for _ in 0..40 {
            let middle = f64::midpoint(inside, outside);
            if functions.value(middle)?.is_ok() { inside = middle } else { outside = middle }
        }
        if functions.value(inside)?.is_ok_and(|last| (last * inside).abs() < NOTHING) {
            edge.set(outside);
            return Ok(Ok(0.0));
        }
        Ok(value)
    }
}

/// The parts of a range between the places that are named.
pub(super) fn panels(low: f64, high: f64, points: &[f64]) -> Result<Vec<Panel>, Error> {
    if let Some(index) = points.iter().position(|point| !(low..=high).contains(point)) {
        return Err(conflict(format!("points[{index}]"), format!("lies outside of the range, {low} to {high}")));
    }
    let mut cuts: Vec<f64> = points.iter().copied().filter(|point| *point > low && *point < high).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let mut panels = Vec::new();
    match (low.is_infinite(), high.is_infinite()) {
        (true, true) if cuts.is_empty() => panels.push(Panel::new(Map::Both, 0.0, 1.0)),
        (below, above) => {
            if below {
                let first = cuts.first().copied().unwrap_or(high);
                panels.push(Panel::new(Map::Down(first), 0.0, 1.0));
            } else {
                cuts.insert(0, low);
            }
            if above {
                let last = cuts.last().copied().unwrap_or(low);
                panels.push(Panel::new(Map::Up(last), 0.0, 1.0));
            } else {
                cuts.push(high);
            }
            panels.extend(cuts.windows(2).map(|pair| Panel::new(Map::Plain, pair[0], pair[1])));
        }
    }
    Ok(panels)
}
