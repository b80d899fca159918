//! Quantiles: the inverse of the distribution function, by a bracket that cannot fail.
//!
//! The bracket lies on the doubles themselves: their bits are in order, so sixty-four halvings find any quantile between
//! 1e-308 and 1e308. Newton on the logarithm of the smaller tail shortens that to a few steps, but only inside the bracket.

use super::family::Family;

/// Steps at most: each third one halves the bracket.
const MAX_STEPS: u32 = 250;

/// A double's place among all doubles.
fn place(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

/// The double at a place.
fn at(place: i64) -> f64 {
    if place < 0 { -f64::from_bits(place.unsigned_abs()) } else { f64::from_bits(place.cast_unsigned()) }
}

/// The value below which there is the probability p, q being one minus p.
pub(crate) fn quantile(family: Family, p: f64, q: f64) -> f64 {
    let (low, high) = family.support();
    if p <= 0.0 {
        return low;
    }
    if q <= 0.0 {
        return high;
    }
    if family.is_discrete() { discrete(family, p, q) } else { continuous(family, p, q) }
}

fn continuous(family: Family, p: f64, q: f64) -> f64 {
    let by_lower = p <= q;
    let target = if by_lower { p } else { q };
    let (low, high) = family.support();
    let mut low = place(low.max(-f64::MAX));
    let mut high = place(high.min(f64::MAX));
    let (mean, variance) = family.moments();
    let mut next = if mean.is_finite() { mean } else { 1.0 };
    if variance.is_finite() && matches!(family, Family::Normal { .. }) {
        next += variance.sqrt() * crate::special::normal::normal_quantile(p);
    }
    for step in 0..MAX_STEPS {
        if low.saturating_add(1) >= high {
            break;
        }
        let inside = place(next) > low && place(next) < high;
        if !inside || step % 3 == 2 {
            next = at(i64::midpoint(low, high));
        }
        let (cdf, sf) = family.cdf_sf(next);
        let tail = if by_lower { cdf } else { sf };
        // Whether the quantile is above.
        let above = if by_lower { tail < target } else { tail > target };
        if above {
            low = place(next);
        } else {
            high = place(next);
        }
        let density = family.pdf(next);
        if tail > 0.0 && density > 0.0 && density.is_finite() {
            let error = (tail / target).ln();
            let change = error * tail / density * if by_lower { -1.0 } else { 1.0 };
            if change.abs() <= next.abs() * 1e-16 || error == 0.0 {
                return next;
            }
            next += change;
        }
    }
    // Beyond the largest double.
    if low <= place(-f64::MAX) && family.support().0 == f64::NEG_INFINITY {
        return f64::NEG_INFINITY;
    }
    if high >= place(f64::MAX) && family.support().1 == f64::INFINITY {
        return f64::INFINITY;
    }
    let (below, above) = (at(low), at(high));
    let (cdf, sf) = family.cdf_sf(below);
    let (cdf_above, sf_above) = family.cdf_sf(above);
    let (near, far) = if by_lower { (cdf, cdf_above) } else { (sf, sf_above) };
    if (near - target).abs() < (far - target).abs() { below } else { above }
}

/// The smallest whole number up to which there is at least p.
fn discrete(family: Family, p: f64, q: f64) -> f64 {
    // What rounding takes from the distribution function must not cost a whole number.
    let reached = |k: f64| {
        let (cdf, sf) = family.cdf_sf(k);
        if p <= q { cdf >= p * (1.0 - 1e-14) } else { sf <= q * (1.0 + 1e-14) }
    };
    let (least, most) = family.support();
    let (mean, variance) = family.moments();
    let width = variance.sqrt().max(1.0);
    let normal = crate::special::normal::normal_quantile(p.min(q));
    let far = if p <= q { normal } else { -normal };
    let guess = (mean + width * far).floor().clamp(least, most);
    let mut step = (width / 8.0).ceil();
    let (mut low, mut high);
    if reached(guess) {
        high = guess;
        low = (guess - step).max(least - 1.0);
        while low >= least && reached(low) {
            high = low;
            step *= 2.0;
            low = (low - step).max(least - 1.0);
        }
    } else {
        low = guess;
        high = (guess + step).min(most);
        while high < most && !reached(high) {
            low = high;
            step *= 2.0;
            high = (high + step).min(most);
        }
    }
    while high - low > 1.0 {
        let middle = ((low + high) / 2.0).floor();
        if middle <= low || middle >= high {
            break;
        }
        if reached(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::tests_data::{Worst, table};

    #[test]
    fn places_are_in_order() {
        let values = [-f64::MAX, -1.0, -1e-300, -0.0, 0.0, 1e-300, 1.0, f64::MAX];
        for pair in values.windows(2) {
            assert!(place(pair[0]) <= place(pair[1]), "{pair:?}");
        }
        for value in values {
            assert_eq!(at(place(value)), value);
        }
    }

    #[test]
    fn inverse_gamma_tables() {
        let mut worst = Worst::new(1e-12);
        for row in ["gamma_inv_data", "gamma_inv_small_data", "gamma_inv_big_data"].iter().flat_map(|name| table(name))
        {
            if (1e-3..=1e7).contains(&row[0]) && row[2] > 1e-290 && row[3] > 1e-290 {
                let family = Family::Gamma { shape: row[0], scale: 1.0 };
                worst.add(&row, quantile(family, row[1], 1.0 - row[1]), row[2]);
                worst.add(&row, quantile(family, 1.0 - row[1], row[1]), row[3]);
            }
        }
        worst.finish(200);
    }

    #[test]
    fn inverse_beta_table() {
        let mut worst = Worst::new(1e-12);
        for row in table("ibeta_inv_data") {
            if (1e-3..=1e7).contains(&row[0]) && (1e-3..=1e7).contains(&row[1]) && row[3] > 1e-290 && row[4] > 1e-290 {
                let family = Family::Beta { alpha: row[0], beta: row[1] };
                worst.add(&row, quantile(family, row[2], 1.0 - row[2]), row[3]);
                worst.add(&row, quantile(family, 1.0 - row[2], row[2]), row[4]);
            }
        }
        worst.finish(500);
    }

    #[test]
    fn what_statrs_gets_wrong() {
        let t = Family::StudentT { df: 1e6 };
        // mpmath, 40 digits; SciPy.
        assert!(
            (quantile(t, 0.975, 0.025) / 1.959_966_356_814_107 - 1.0).abs() < 1e-13,
            "{}",
            quantile(t, 0.975, 0.025)
        );
        let gamma = Family::Gamma { shape: 0.1, scale: 1.0 };
        assert!((quantile(gamma, 1e-5, 1.0 - 1e-5) / 6.073_048_362_407_862e-51 - 1.0).abs() < 1e-12);
        // The quantile is below the smallest double.
        let beta = Family::Beta { alpha: 0.01, beta: 5.0 };
        assert!(quantile(beta, 1e-5, 1.0 - 1e-5) < 1e-300);
        let beta = Family::Beta { alpha: 200.0, beta: 2.0 };
        assert!((quantile(beta, 1e-60, 1.0) / 0.489_705_036_360_055_13 - 1.0).abs() < 1e-12);
    }
}
