//! The standard normal distribution.

use super::gamma::gamma_p_q;
use crate::dd::Dd;

/// The probabilities below and above z.
#[must_use]
pub fn normal_p_q(z: Dd) -> (f64, f64) {
    let (inside, outside) = gamma_p_q(0.5, z.square().scale(0.5));
    let far = 0.5 * outside;
    let near = if inside < 0.5 { 0.5 + 0.5 * inside } else { 1.0 - far };
    if z.hi() < 0.0 { (far, near) } else { (near, far) }
}

/// The probability below z.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    normal_p_q(Dd::of(z)).0
}

/// The probability above z.
#[must_use]
pub fn normal_sf(z: f64) -> f64 {
    normal_p_q(Dd::of(z)).1
}

/// z below which there is the probability p: Acklam's rational approximation and Halley's steps on the smaller tail.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    if p > 0.5 {
        // One minus p is exact here.
        return -lower_quantile(1.0 - p);
    }
    lower_quantile(p)
}

/// z above which there is the probability q.
#[must_use]
pub fn normal_upper_quantile(q: f64) -> f64 {
    -normal_quantile(q)
}

fn lower_quantile(p: f64) -> f64 {
    // Abramowitz and Stegun 26.2.23 is a start good to 4.5e-4.
    let t = (-2.0 * p.ln()).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = numerator / denominator - t;
    for _ in 0..4 {
        let cdf = normal_cdf(z);
        // Newton on the logarithm, which is nearly a parabola in the tail.
        let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        if cdf <= 0.0 || density <= 0.0 {
            break;
        }
        let step = (cdf / p).ln() * cdf / density;
        z -= step;
        if step.abs() <= 1e-15 * z.abs() {
            break;
        }
    }
    z.min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::tests_data::{Worst, table};

    #[test]
    fn error_function_tables() {
        let mut worst = Worst::new(1e-13);
        for row in ["erf_data", "erf_large_data", "erf_small_data"].iter().flat_map(|name| table(name)) {
            // erfc(x) = 2 Q(x sqrt 2).
            let above = normal_p_q(Dd::of(row[0]) * Dd::of(2.0).sqrt()).1;
            worst.add(&row, 2.0 * above, row[2]);
        }
        worst.finish(400);
    }

    #[test]
    fn inverse_tables() {
        let mut worst = Worst::new(1e-12);
        for row in table("erfc_inv_data").into_iter().chain(table("erfc_inv_big_data")) {
            let found = normal_upper_quantile(row[0] / 2.0) / std::f64::consts::SQRT_2;
            if (1e-300..1.9).contains(&row[0]) && row[1].abs() > 1e-3 {
                worst.add(&row, found, row[1]);
            }
        }
        worst.finish(60);
    }
}
