//! Bisection of the interval with the largest error, until all errors together are small enough.

use super::epsilon::Epsilon;
use super::panel::Panel;
use super::rule::{Estimate, estimate};
use crate::error::{Error, conflict};
use crate::numeric::function::Functions;
use crate::statistics::describe::short;
use crate::statistics::quantiles::length;

/// Intervals a range is divided into at most.
const MAX_PIECES: usize = 3_000;
/// Equal parts a range begins with, so that a peak is not missed so easily.
const FIRST: u32 = 4;
/// Bisections of the same place after which a pole is one.
const DEEP: u32 = 36;
/// Ancestors whose magnitude an interval remembers.
const ANCESTORS: usize = 30;
/// What is left of the magnitude after a bisection, when there is an integral: `2^(p-1)` near `x^-p`, 1 at a pole.
const SHRINKS: f64 = 0.97;
/// An error beyond this part of the result leaves no result.
const USELESS: f64 = 1e-3;

pub(super) struct Integral {
    pub(super) value: f64,
    pub(super) error: f64,
    pub(super) converged: bool,
    pub(super) intervals: usize,
}

struct Piece {
    panel: usize,
    a: f64,
    b: f64,
    depth: u32,
    estimate: Estimate,
    /// Magnitudes of the intervals it was cut from, the last one first.
    ancestors: Vec<f64>,
}

impl Piece {
    /// Whether the integrand's magnitude stays the same, however small the interval gets: by the slope of its logarithm over
    /// the bisections, because how near a point of the rule comes to a pole is chance.
    fn is_like_a_pole(&self) -> bool {
        if self.ancestors.len() < 4 {
            return false;
        }
        let sizes: Vec<f64> =
            [self.estimate.magnitude].iter().chain(&self.ancestors).map(|magnitude| magnitude.ln()).collect();
        let n = length(sizes.len());
        let (mean_size, mean_step) = (sizes.iter().sum::<f64>() / n, (n - 1.0) / 2.0);
        let (mut above, mut below) = (0.0, 0.0);
        for (index, size) in sizes.iter().enumerate() {
            let step = length(index) - mean_step;
            above += step * (size - mean_size);
            below += step * step;
        }
        // Steps go back to the ancestors: what shrinks grows along them.
        above / below < -SHRINKS.ln()
    }
}

/// Sums over all intervals.
struct Sums {
    value: f64,
    error: f64,
    magnitude: f64,
}

impl Sums {
    fn of(pieces: &[Piece]) -> Self {
        let mut sums = Self { value: 0.0, error: 0.0, magnitude: 0.0 };
        let mut lost = 0.0;
        for piece in pieces {
            // Compensated (Neumaier): singular integrands have pieces of very different sizes.
            let total = sums.value + piece.estimate.value;
            lost += if sums.value.abs() >= piece.estimate.value.abs() {
                (sums.value - total) + piece.estimate.value
            } else {
                (piece.estimate.value - total) + sums.value
            };
            sums.value = total;
            sums.error += piece.estimate.error;
            sums.magnitude += piece.estimate.magnitude;
        }
        sums.value += lost;
        sums
    }

    fn target(&self, tolerance: f64) -> f64 {
        (tolerance * self.value.abs()).max(1e-13 * self.magnitude)
    }
}

pub(super) fn integrate(
    functions: &Functions<'_>,
    panels: &[Panel],
    tolerance: f64,
    variable: &str,
) -> Result<Integral, Error> {
    let mut pieces = Vec::new();
    for (index, panel) in panels.iter().enumerate() {
        let step = (panel.end - panel.start) / f64::from(FIRST);
        for part in 0..FIRST {
            let a = panel.start + step * f64::from(part);
            let b = if part + 1 == FIRST { panel.end } else { panel.start + step * f64::from(part + 1) };
            let estimate = estimate(functions, panel, a, b)?;
            pieces.push(Piece { panel: index, a, b, depth: 0, estimate, ancestors: Vec::new() });
        }
    }
    let mut epsilon = Epsilon::default();
    let mut limit: Option<(f64, f64)> = None;
    // Intervals deeper than this are the small ones, in which the singularity is.
    let mut level = 2;
    // Bisections that changed nothing but rounding errors.
    let mut idle = 0;
    loop {
        let sums = Sums::of(&pieces);
        let target = sums.target(tolerance);
        if sums.error <= target {
            return Ok(Integral { value: sums.value, error: sums.error, converged: true, intervals: pieces.len() });
        }
        let worst = |small: Option<bool>| {
            let open = pieces.iter().enumerate().filter(|(_, piece)| panels[piece.panel].divisible(piece.a, piece.b));
            let asked = open.filter(|(_, piece)| small.is_none_or(|small| small == (piece.depth > level)));
            asked.max_by(|a, b| a.1.estimate.error.total_cmp(&b.1.estimate.error)).map(|(index, _)| index)
        };
        let Some(mut index) = worst(None).filter(|_| pieces.len() < MAX_PIECES && idle < 30) else { break };
        if pieces[index].depth > level {
            let large: f64 = pieces.iter().filter(|piece| piece.depth <= level).map(|piece| piece.estimate.error).sum();
            match worst(Some(false)).filter(|_| large > target / 2.0) {
                Some(other) => index = other,
                None => {
                    // Everything but the neighborhood of the singularity is known.
                    if let Some((value, error)) = epsilon.push(sums.value) {
                        let error = error + large;
                        if limit.is_none_or(|(_, least)| error < least) {
                            limit = Some((value, error));
                        }
                        let enough = error <= (tolerance * value.abs()).max(1e-13 * sums.magnitude);
                        if enough && !pieces.iter().any(Piece::is_like_a_pole) {
                            return Ok(Integral { value, error, converged: true, intervals: pieces.len() });
                        }
                    }
                    level += 1;
                }
            }
        }
        let piece = pieces.swap_remove(index);
        let panel = &panels[piece.panel];
        if piece.depth >= DEEP && piece.is_like_a_pole() {
            return Err(pole(panel, &piece, variable));
        }
        let middle = f64::midpoint(piece.a, piece.b);
        let cut = piece.estimate.hole.filter(|hole| panel.divisible(piece.a, *hole) && panel.divisible(*hole, piece.b));
        let cut = cut.unwrap_or(middle);
        let mut ancestors = piece.ancestors;
        ancestors.insert(0, piece.estimate.magnitude);
        ancestors.truncate(ANCESTORS);
        let mut half = |a: f64, b: f64| -> Result<(f64, f64), Error> {
            let estimate = estimate(functions, panel, a, b)?;
            let found = (estimate.value, estimate.error);
            pieces.push(Piece {
                panel: piece.panel,
                a,
                b,
                depth: piece.depth + 1,
                estimate,
                ancestors: ancestors.clone(),
            });
            Ok(found)
        };
        let (left, right) = (half(piece.a, cut)?, half(cut, piece.b)?);
        let same = (left.0 + right.0 - piece.estimate.value).abs() <= 1e-5 * (left.0 + right.0).abs();
        if same && left.1 + right.1 >= 0.99 * piece.estimate.error {
            idle += 1;
        }
    }
    settle(panels, &pieces, limit, tolerance, variable)
}

/// What there is when no interval can be divided any more.
fn settle(
    panels: &[Panel],
    pieces: &[Piece],
    limit: Option<(f64, f64)>,
    tolerance: f64,
    variable: &str,
) -> Result<Integral, Error> {
    let sums = Sums::of(pieces);
    let weighs = |piece: &&Piece| piece.estimate.error >= 0.01 * sums.error && piece.depth >= 20;
    if let Some(piece) = pieces.iter().filter(weighs).find(|piece| piece.is_like_a_pole()) {
        return Err(pole(&panels[piece.panel], piece, variable));
    }
    let (value, error) = match limit.filter(|(_, error)| *error < sums.error) {
        Some(limit) => limit,
        None => (sums.value, sums.error),
    };
    if error.is_nan() || error > USELESS * value.abs().max(USELESS * sums.magnitude) {
        let infinite = panels.iter().any(Panel::is_infinite);
        let hint = if infinite {
            "the expression does not fall fast enough towards infinity, or oscillates"
        } else {
            "the expression oscillates too fast, or jumps in many places: use a smaller range, or name them in points"
        };
        return Err(conflict("expression", format!("has an integral that does not converge: {hint}")));
    }
    Ok(Integral { value, error, converged: error <= sums.target(tolerance), intervals: pieces.len() })
}

fn pole(panel: &Panel, piece: &Piece, variable: &str) -> Error {
    let at = piece.estimate.hole.unwrap_or(if piece.a == 0.0 { 0.0 } else { f64::midpoint(piece.a, piece.b) });
    if panel.is_infinite() && at < 1e-5 {
        let message = "has no integral: it does not fall fast enough towards infinity";
        return conflict("expression", message);
    }
    let place = panel.place(at);
    // What is nothing beside the range is zero.
    let place = if place.abs() < 1e-9 * (panel.end - panel.start) { 0.0 } else { place };
    let message =
        format!("has a pole near {variable} = {}: its integral does not exist; end the range before it", short(place));
    conflict("expression", message)
}
