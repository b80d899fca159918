//! BFGS with bounds: unknowns that a bound holds back are left out of the step, and a step ends at the bounds.

use super::problem::{Found, Problem};
use crate::error::Error;

/// Steps at most.
const STEPS: u32 = 1_000;
/// What a step must gain of what its slope promises (Armijo).
const GAIN: f64 = 1e-4;

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The identity, for a number of unknowns.
fn identity(n: usize) -> Vec<Vec<f64>> {
    (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect()
}

/// Goes down from a point as far as it can.
pub(super) fn minimum(problem: &Problem<'_, '_>, start: Found) -> Result<Found, Error> {
    let n = start.x.len();
    let Found { mut x, mut value, .. } = start;
    let mut gradient = problem.gradient(&x, value)?;
    let mut inverse = identity(n);
    let mut fresh = true;
    let mut converged = false;
    for _ in 0..STEPS {
        let held = |i: usize, slope: f64| {
            let (low, high) = problem.bounds[i];
            (x[i] <= low && slope > 0.0) || (x[i] >= high && slope < 0.0)
        };
        let free: Vec<f64> =
            gradient.iter().enumerate().map(|(i, slope)| if held(i, *slope) { 0.0 } else { *slope }).collect();
        let steepest = free.iter().fold(0.0_f64, |most, slope| most.max(slope.abs()));
        if steepest == 0.0 {
            converged = true;
            break;
        }
        let mut direction: Vec<f64> =
            (0..n).map(|i| if held(i, gradient[i]) { 0.0 } else { -dot(&inverse[i], &free) }).collect();
        let falls = dot(&direction, &free) < 0.0;
        if !falls || direction.iter().any(|step| !step.is_finite()) {
            inverse = identity(n);
            fresh = true;
            direction = free.iter().map(|slope| -slope).collect();
        }
        if fresh {
            // Without knowledge of the curvature, a step of the size of the point.
            let size = x.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
            let scale = (size / steepest).min(1.0);
            direction.iter_mut().for_each(|step| *step *= scale);
        }
        let Some((next, found)) = step(problem, &x, value, &gradient, &direction)? else {
            if fresh {
                converged = true;
                break;
            }
            inverse = identity(n);
            fresh = true;
            continue;
        };
        let slope = problem.gradient(&next, found)?;
        let moved: Vec<f64> = next.iter().zip(&x).map(|(next, x)| next - x).collect();
        let bent: Vec<f64> = slope.iter().zip(&gradient).map(|(next, slope)| next - slope).collect();
        let curvature = dot(&moved, &bent);
        if curvature > 1e-12 * (dot(&moved, &moved) * dot(&bent, &bent)).sqrt() {
            if fresh {
                let scale = curvature / dot(&bent, &bent);
                inverse.iter_mut().flatten().for_each(|entry| *entry *= scale);
            }
            update(&mut inverse, &moved, &bent, curvature);
            fresh = false;
        }
        let still = moved.iter().zip(&next).all(|(moved, x)| moved.abs() <= 1e-14 * x.abs());
        (x, value, gradient) = (next, found, slope);
        if still || x.iter().any(|x| x.abs() > 1e16) {
            converged = still;
            break;
        }
    }
    Ok(Found { x, value, converged })
}

/// A step in a direction: shorter until it gains enough, longer as long as that gains more. None when there is none.
fn step(
    problem: &Problem<'_, '_>,
    x: &[f64],
    value: f64,
    gradient: &[f64],
    direction: &[f64],
) -> Result<Option<(Vec<f64>, f64)>, Error> {
    let at = |length: f64| -> Result<(Vec<f64>, f64), Error> {
        let mut next: Vec<f64> = x.iter().zip(direction).map(|(x, step)| x + length * step).collect();
        problem.clamp(&mut next);
        let found = problem.value(&next)?;
        Ok((next, found))
    };
    let enough = |(next, found): &(Vec<f64>, f64)| {
        let promised: f64 = next.iter().zip(x).zip(gradient).map(|((next, x), slope)| (next - x) * slope).sum();
        *found < value && *found <= value + GAIN * promised
    };
    let mut length = 1.0;
    let mut best = at(length)?;
    if enough(&best) {
        for _ in 0..12 {
            length *= 2.0;
            let longer = at(length)?;
            if longer.1 >= best.1 || !enough(&longer) {
                break;
            }
            best = longer;
        }
        return Ok(Some(best));
    }
    for _ in 0..60 {
        // The parabola through what is known, within bounds.
        let slope: f64 = dot(gradient, direction);
        let bend = best.1 - value - slope * length;
        let vertex = -slope * length * length / (2.0 * bend);
        let shorter = if vertex.is_finite() { vertex.clamp(0.1 * length, 0.5 * length) } else { 0.1 * length };
        length = shorter;
        best = at(length)?;
        if enough(&best) {
            return Ok(Some(best));
        }
        if best.0 == x {
            break;
        }
    }
    Ok(None)
}

/// The inverse Hessian after a step (BFGS).
fn update(inverse: &mut [Vec<f64>], moved: &[f64], bent: &[f64], curvature: f64) {
    let turned: Vec<f64> = inverse.iter().map(|row| dot(row, bent)).collect();
    let factor = (1.0 + dot(bent, &turned) / curvature) / curvature;
    for (i, row) in inverse.iter_mut().enumerate() {
        for (j, entry) in row.iter_mut().enumerate() {
            *entry += factor * moved[i] * moved[j] - (turned[i] * moved[j] + moved[i] * turned[j]) / curvature;
        }
    }
}
