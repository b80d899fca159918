//! Windows that move over a signal: means and local polynomials.

use chassis::Call;

use crate::dd::Dd;
use crate::error::{Error, conflict, still_wanted};
use crate::statistics::quantiles::length;

/// Samples times the window's length.
const MAX_WORK: usize = 1_000_000_000;

/// The mean of a window, centered or of the past; at the ends of what there is of it.
pub(super) fn average(values: &[f64], window: usize, centered: bool, call: &Call) -> Result<Vec<f64>, Error> {
    still_wanted(call)?;
    let mut sums = Vec::with_capacity(values.len() + 1);
    sums.push(Dd::ZERO);
    let mut sum = Dd::ZERO;
    for value in values {
        sum += Dd::of(*value);
        sums.push(sum);
    }
    let after = if centered { window / 2 } else { 0 };
    let before = window - 1 - after;
    let mean = |at: usize| {
        let (start, end) = (at.saturating_sub(before), (at + after + 1).min(values.len()));
        ((sums[end] - sums[start]) / length(end - start)).value()
    };
    Ok((0..values.len()).map(mean).collect())
}

/// Each value by the polynomial that fits its window best; at the ends by that of the first and the last window.
pub(super) fn savitzky_golay(values: &[f64], window: usize, degree: usize, call: &Call) -> Result<Vec<f64>, Error> {
    if degree >= window {
        return Err(conflict("polynomialOrder", format!("must be below the window's length, {window}")));
    }
    if window > values.len() {
        return Err(conflict("window", format!("must be at most {}, the number of samples", values.len())));
    }
    if values.len().saturating_mul(window) > MAX_WORK {
        return Err(conflict(
            "window",
            format!("is too long for {} samples: samples x window must be at most 1e9", values.len()),
        ));
    }
    let basis = basis(window, degree);
    let half = window / 2;
    // The weights of the window's values for the fitted value at a place in it.
    let weights = |place: usize| -> Vec<f64> {
        (0..window).map(|at| basis.iter().map(|column| column[place] * column[at]).sum()).collect()
    };
    let fit =
        |window: &[f64], weights: &[f64]| window.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>();
    let (first, last) = (&values[..window], &values[values.len() - window..]);
    let mut filtered = Vec::with_capacity(values.len());
    filtered.extend((0..half).map(|place| fit(first, &weights(place))));
    let center = weights(half);
    for (index, part) in values.windows(window).enumerate() {
        if index.is_multiple_of(4_096) {
            still_wanted(call)?;
        }
        filtered.push(fit(part, &center));
    }
    filtered.extend((half + 1..window).map(|place| fit(last, &weights(place))));
    Ok(filtered)
}

/// Polynomials up to a degree, orthogonal and of length one on the places of a window.
fn basis(window: usize, degree: usize) -> Vec<Vec<f64>> {
    let middle = (length(window) - 1.0) / 2.0;
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(degree + 1);
    for power in 0..=degree {
        // The one before times x: nearly orthogonal already, so that few digits are lost.
        let mut column: Vec<f64> = match basis.last() {
            Some(before) => {
                before.iter().enumerate().map(|(at, value)| value * (length(at) - middle) / middle.max(1.0)).collect()
            }
            None => vec![1.0; window],
        };
        for _ in 0..2 {
            for other in &basis[..power] {
                let part: f64 = column.iter().zip(other).map(|(a, b)| a * b).sum();
                column.iter_mut().zip(other).for_each(|(value, other)| *value -= part * other);
            }
        }
        let size = column.iter().map(|value| value * value).sum::<f64>().sqrt();
        column.iter_mut().for_each(|value| *value /= size);
        basis.push(column);
    }
    basis
}
