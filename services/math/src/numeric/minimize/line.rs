//! The minimum of a function of one variable between two places.

use crate::error::Error;

/// Rounds at most; forty are usual.
const ROUNDS: u32 = 200;
/// The golden section.
const GOLDEN: f64 = 0.381_966_011_250_105_1;

/// Brent's method (1973, localmin), from a place between the two that is lower than both. The place and the value.
pub(in crate::numeric) fn minimum(
    value: &dyn Fn(f64) -> Result<f64, Error>,
    mut low: f64,
    middle: f64,
    mut high: f64,
) -> Result<(f64, f64), Error> {
    let (mut x, mut w, mut v) = (middle, middle, middle);
    let mut fx = value(x)?;
    let (mut fw, mut fv) = (fx, fx);
    let (mut step, mut before) = (0.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        let center = f64::midpoint(low, high);
        // A minimum is flat: half of the digits are all there are.
        let tolerance = 1e-9 * x.abs() + 1e-300;
        if (x - center).abs() <= 2.0 * tolerance - (high - low) / 2.0 {
            break;
        }
        let mut golden = true;
        if before.abs() > tolerance {
            let r = (x - w) * (fx - fv);
            let mut q = (x - v) * (fx - fw);
            let mut p = (x - v) * q - (x - w) * r;
            q = 2.0 * (q - r);
            if q > 0.0 {
                p = -p;
            } else {
                q = -q;
            }
            let last = std::mem::replace(&mut before, step);
            if p.abs() < (0.5 * q * last).abs() && p > q * (low - x) && p < q * (high - x) {
                step = p / q;
                let next = x + step;
                if next - low < 2.0 * tolerance || high - next < 2.0 * tolerance {
                    step = tolerance.copysign(center - x);
                }
                golden = false;
            }
        }
        if golden {
            before = if x < center { high - x } else { low - x };
            step = GOLDEN * before;
        }
        let next = x + if step.abs() >= tolerance { step } else { tolerance.copysign(step) };
        let found = value(next)?;
        if found <= fx {
            if next < x {
                high = x;
            } else {
                low = x;
            }
            (v, fv) = (w, fw);
            (w, fw) = (x, fx);
            (x, fx) = (next, found);
        } else {
            if next < x {
                low = next;
            } else {
                high = next;
            }
            if found <= fw || w == x {
                (v, fv) = (w, fw);
                (w, fw) = (next, found);
            } else if found <= fv || v == x || v == w {
                (v, fv) = (next, found);
            }
        }
    }
    Ok((x, fx))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bottom_of_a_curve() {
        let (x, value) = minimum(&|x| Ok(x.cos()), 2.0, 3.0, 5.0).unwrap();
        assert!((x - std::f64::consts::PI).abs() < 1e-7 && (value + 1.0).abs() < 1e-15);
        let (x, _) = minimum(&|x| Ok((x - 0.3).abs()), 0.0, 0.4, 1.0).unwrap();
        assert!((x - 0.3).abs() < 1e-8);
    }
}
