//! The studentized range: the largest of k standard normal numbers less the smallest, over an independent standard
//! deviation. Tukey's comparisons stand on it.
//!
//! Both integrals are trapezoid sums of smooth functions that vanish at both ends, where the rule converges faster than any
//! power of its step; the outer one over the logarithm of the standard deviation.

use std::f64::consts::{LN_2, PI};

use chassis::Call;

use crate::error::{Error, still_wanted};
use crate::special::gamma::ln_gamma;
use crate::special::normal::normal_cdf;

/// The step of the inner sum, and of the table of the normal distribution.
const STEP: f64 = 0.125;
/// The table goes this far to both sides, in steps.
const REACH: i32 = 76;

pub(super) struct Studentized {
    groups: i32,
    df: f64,
    /// The normal distribution function at multiples of the step.
    table: Vec<f64>,
}

fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

impl Studentized {
    pub(super) fn new(groups: usize, df: f64) -> Self {
        let table = (-REACH..=REACH).map(|step| normal_cdf(f64::from(step) * STEP)).collect();
        Self { groups: i32::try_from(groups).unwrap_or(i32::MAX), df, table }
    }

    /// The normal distribution function, by Taylor's series from the nearest place of the table.
    fn normal(&self, z: f64) -> f64 {
        let place = (z / STEP).round();
        let reach = f64::from(REACH);
        if place <= -reach {
            return 0.0;
        }
        if place >= reach {
            return 1.0;
        }
        let near = place * STEP;
        let d = z - near;
        // Its derivatives are Hermite polynomials times the density.
        let (mut before, mut hermite, mut power) = (0.0, 1.0, d);
        let mut sum = 0.0;
        for n in 0..12 {
            sum += hermite * power;
            let next = -(near * hermite) - f64::from(n) * before;
            before = hermite;
            hermite = next;
            power *= d / f64::from(n + 2);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place of the table")]
        let index = (place + reach) as usize;
        self.table[index] + density(near) * sum
    }

    /// The probability of a range of at most w, of numbers whose standard deviation is known.
    fn range(&self, w: f64) -> f64 {
        let terms = (-REACH..=REACH).map(|step| {
            let z = f64::from(step) * STEP;
            density(z) * (self.normal(z) - self.normal(z - w)).max(0.0).powi(self.groups - 1)
        });
        (f64::from(self.groups) * STEP * terms.sum::<f64>()).min(1.0)
    }

    /// The probability of more than q.
    pub(super) fn above(&self, q: f64) -> f64 {
        if q <= 0.0 {
            return 1.0;
        }
        let df = self.df;
        if df > 1e5 {
            return 1.0 - self.range(q);
        }
        let constant = LN_2 + df / 2.0 * (df / 2.0).ln() - ln_gamma(df / 2.0);
        let weight = |t: f64| (constant + df * t - df / 2.0 * (2.0 * t).exp()).exp();
        let step = 0.2 / df.sqrt();
        let mut sum = 0.0;
        for direction in [1.0, -1.0] {
            for index in 0..2000 {
                if direction < 0.0 && index == 0 {
                    continue;
                }
                let t = direction * f64::from(index) * step;
                let weight = weight(t);
                sum += weight * (1.0 - self.range(q * t.exp()));
                if weight < 1e-20 * df.sqrt() {
                    break;
                }
            }
        }
        (sum * step).clamp(0.0, 1.0)
    }

    /// The value with the probability p above it.
    pub(super) fn quantile(&self, p: f64, call: &Call) -> Result<f64, Error> {
        let (mut low, mut high) = (0.0, 4.0);
        while self.above(high) > p && high < 1e9 {
            still_wanted(call)?;
            low = high;
            high *= 2.0;
        }
        for _ in 0..60 {
            still_wanted(call)?;
            let middle = f64::midpoint(low, high);
            if high - low < 1e-12 * high {
                break;
            }
            if self.above(middle) > p { low = middle } else { high = middle }
        }
        Ok(f64::midpoint(low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_values() {
        // SciPy 1.17, studentized_range.ppf(0.95, k, df); the printed tables have 3.77 for 3 groups and 12 degrees of freedom.
        for (groups, df, expected) in SCIPY {
            let found = Studentized::new(groups, df).quantile(0.05, &Call::detached()).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-8, "{groups} {df}: {found}");
        }
    }

    const SCIPY: [(usize, f64, f64); 5] = [
        (3, 12.0, 3.772928965726967),
        (10, 10.0, 5.598386466470144),
        (2, 1.0, 17.969287064187434),
        (5, 200.0, 3.8930824347805317),
        (20, 3.0, 11.239976216771632),
    ];
}
