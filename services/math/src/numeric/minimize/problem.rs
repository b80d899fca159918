//! A function with its bounds: values, gradients, and where to start.

use super::Unknown;
use crate::error::{Error, conflict};
use crate::numeric::function::Functions;

/// Points that are tried for each unknown, when there is no start.
const TRIED: usize = 64;
/// Of these, how many are starts.
const STARTS: usize = 6;
/// Step of a central difference, relative.
const STEP: f64 = 6e-6;
const PRIMES: [u32; 20] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71];

/// Where a search is.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) x: Vec<f64>,
    pub(super) value: f64,
    pub(super) converged: bool,
}

/// What is minimized.
pub(super) struct Problem<'a, 'b> {
    functions: &'a Functions<'b>,
    sign: f64,
    pub(super) bounds: Vec<(f64, f64)>,
    pub(super) starts: Vec<Option<f64>>,
}

impl<'a, 'b> Problem<'a, 'b> {
    pub(super) fn of(functions: &'a Functions<'b>, unknowns: &[Unknown], maximize: bool) -> Result<Self, Error> {
        for (index, unknown) in unknowns.iter().enumerate() {
            let (low, high) = (unknown.min.unwrap_or(f64::NEG_INFINITY), unknown.max.unwrap_or(f64::INFINITY));
            if low > high {
                return Err(conflict(format!("unknowns[{index}].max"), "must not be below min"));
            }
            if unknown.start.is_some_and(|start| start < low || start > high) {
                return Err(conflict(format!("unknowns[{index}].start"), "must lie between min and max"));
            }
        }
        let bound =
            |unknown: &Unknown| (unknown.min.unwrap_or(f64::NEG_INFINITY), unknown.max.unwrap_or(f64::INFINITY));
        Ok(Self {
            functions,
            sign: if maximize { -1.0 } else { 1.0 },
            bounds: unknowns.iter().map(bound).collect(),
            starts: unknowns.iter().map(|unknown| unknown.start).collect(),
        })
    }

    /// The value to be made small; infinite where there is none.
    pub(super) fn value(&self, x: &[f64]) -> Result<f64, Error> {
        Ok(self.functions.at(0, x)?.map_or(f64::INFINITY, |value| value * self.sign))
    }

    /// Refuses an expression that has no value anywhere.
    pub(super) fn nowhere(&self, x: &[f64]) -> Error {
        self.functions.undefined(x)
    }

    /// Moves a point into the bounds.
    pub(super) fn clamp(&self, x: &mut [f64]) {
        for (x, (low, high)) in x.iter_mut().zip(&self.bounds) {
            *x = x.clamp(*low, *high);
        }
    }

    /// The gradient by central differences, within the bounds.
    pub(super) fn gradient(&self, x: &[f64], here: f64) -> Result<Vec<f64>, Error> {
        let mut place = x.to_vec();
        let mut gradient = Vec::with_capacity(x.len());
        for index in 0..x.len() {
            let (low, high) = self.bounds[index];
            let step = STEP * x[index].abs().max(0.01);
            let ends = [(x[index] - step).max(low), (x[index] + step).min(high)];
            let mut values = [here; 2];
            for (value, end) in values.iter_mut().zip(ends) {
                if end != x[index] {
                    place[index] = end;
                    *value = self.value(&place)?;
                }
            }
            place[index] = x[index];
            let slope = match values.map(f64::is_finite) {
                [true, true] if ends[0] < ends[1] => (values[1] - values[0]) / (ends[1] - ends[0]),
                [true, false] => (here - values[0]) / (x[index] - ends[0]),
                [false, true] => (values[1] - here) / (ends[1] - x[index]),
                _ => 0.0,
            };
            gradient.push(if slope.is_finite() { slope } else { 0.0 });
        }
        Ok(gradient)
    }

    /// Where to start: what is given, or the best of many points when all is bounded and nothing given.
    pub(super) fn starting_points(&self) -> Result<Vec<Vec<f64>>, Error> {
        let bounded = self.bounds.iter().all(|(low, high)| low.is_finite() && high.is_finite());
        if bounded && self.starts.iter().all(Option::is_none) {
            let mut points = Vec::new();
            for index in 1..=TRIED * self.bounds.len() {
                // Halton's sequence: spread evenly in all directions.
                let coordinate =
                    |((low, high), prime): (&(f64, f64), &u32)| low + (high - low) * radical(index, *prime);
                let x: Vec<f64> = self.bounds.iter().zip(&PRIMES).map(coordinate).collect();
                let value = self.value(&x)?;
                if value.is_finite() {
                    points.push((value, x));
                }
            }
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            if points.is_empty() {
                let middle: Vec<f64> = self.bounds.iter().map(|(low, high)| f64::midpoint(*low, *high)).collect();
                return Err(self.nowhere(&middle));
            }
            return Ok(points.into_iter().take(STARTS).map(|(_, x)| x).collect());
        }
        // Functions of people have no value at 0 often enough: 1 and less round numbers are next.
        for fallback in [0.0_f64, 1.0, 0.5, -1.0, 10.0] {
            let coordinate = |((low, high), start): (&(f64, f64), &Option<f64>)| {
                start.unwrap_or(match (low.is_finite(), high.is_finite()) {
                    (true, true) => f64::midpoint(*low, *high),
                    (true, false) => low + 1.0 + fallback.abs(),
                    (false, true) => high - 1.0 - fallback.abs(),
                    (false, false) => fallback,
                })
            };
            let x: Vec<f64> = self.bounds.iter().zip(&self.starts).map(coordinate).collect();
            if self.value(&x)?.is_finite() {
                return Ok(vec![x]);
            }
            if self.starts.iter().all(Option::is_some) {
                return Err(self.nowhere(&x));
            }
        }
        let x: Vec<f64> = self.bounds.iter().map(|(low, high)| 0.0_f64.clamp(*low, *high)).collect();
        Err(self.nowhere(&x))
    }
}

/// The digits of a number behind the point, in reverse.
fn radical(mut index: usize, prime: u32) -> f64 {
    let (mut value, mut scale) = (0.0, 1.0);
    let base = prime as usize;
    while index > 0 {
        scale /= f64::from(prime);
        value += f64::from(u32::try_from(index % base).unwrap_or(0)) * scale;
        index /= base;
    }
    value
}
