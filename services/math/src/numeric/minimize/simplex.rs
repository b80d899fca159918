//! Nelder-Mead with the factors of Gao and Han (2012), which suit many unknowns too; points are moved into the bounds.

use super::problem::{Found, Problem};
use crate::error::Error;
use crate::statistics::quantiles::length;

/// Rounds for each unknown.
const ROUNDS: usize = 400;

/// Goes down from a point, whether the function is smooth or not.
pub(super) fn minimum(problem: &Problem<'_, '_>, start: Found) -> Result<Found, Error> {
    let n = start.x.len();
    let mut simplex = vec![(start.value, start.x.clone())];
    for index in 0..n {
        let mut x = start.x.clone();
        let (low, high) = problem.bounds[index];
        let step = if x[index] == 0.0 { 0.1 } else { 0.05 * x[index].abs() };
        x[index] = if x[index] + step <= high { x[index] + step } else { (x[index] - step).max(low) };
        simplex.push((problem.value(&x)?, x));
    }
    let size = length(n);
    let (expand, contract, shrink) = (1.0 + 2.0 / size, 0.75 - 0.5 / size, 1.0 - 1.0 / size);
    for _ in 0..ROUNDS * n {
        simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (best, worst) = (simplex[0].0, simplex[n].0);
        let spread = (0..n).map(|i| {
            let (low, high) = simplex
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (_, x)| (low.min(x[i]), high.max(x[i])));
            (high - low) / (1e-8 + low.abs().max(high.abs()))
        });
        if (worst - best).abs() <= 1e-15 * best.abs() + 1e-300 || spread.fold(0.0, f64::max) < 1e-12 {
            break;
        }
        let center: Vec<f64> = (0..n).map(|i| simplex[..n].iter().map(|(_, x)| x[i]).sum::<f64>() / size).collect();
        let away = |factor: f64| -> Result<(f64, Vec<f64>), Error> {
            let mut x: Vec<f64> =
                center.iter().zip(&simplex[n].1).map(|(center, worst)| center + factor * (center - worst)).collect();
            problem.clamp(&mut x);
            Ok((problem.value(&x)?, x))
        };
        let reflected = away(1.0)?;
        let next = if reflected.0 < best {
            let expanded = away(expand)?;
            Some(if expanded.0 < reflected.0 { expanded } else { reflected })
        } else if reflected.0 < simplex[n - 1].0 {
            Some(reflected)
        } else {
            let contracted = if reflected.0 < worst { away(contract)? } else { away(-contract)? };
            (contracted.0 < reflected.0.min(worst)).then_some(contracted)
        };
        if let Some(next) = next {
            simplex[n] = next;
            continue;
        }
        let anchor = simplex[0].1.clone();
        for (value, x) in &mut simplex[1..] {
            x.iter_mut().zip(&anchor).for_each(|(x, anchor)| *x = anchor + shrink.max(0.5) * (*x - anchor));
            *value = problem.value(x)?;
        }
    }
    simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (value, x) = simplex.swap_remove(0);
    Ok(Found { x, value, converged: false })
}
