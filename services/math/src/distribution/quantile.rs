//! Quantiles: the inverse of the distribution function, by a bracket that cannot fail.
//!
//! The bracket lies on the doubles themselves: their bits are in order, so sixty-four halvings find any quantile between
//! 1e-308 and 1e308. Newton on the logarithm of the smaller tail shortens that to a few steps, but only inside the bracket.

use super::family::Family;
use crate::special::normal::normal_quantile;

/// Steps at most: far from the quantile each third one halves the bracket.
const MAX_STEPS: u32 = 250;
/// Logarithm of the tail over its target below which Newton's steps are left alone, for the first thirty of them.
const NEAR: f64 = 0.1;
/// The same below which nothing but rounding is left.
const ARRIVED: f64 = 4.0 * f64::EPSILON;

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
    let (mean, _) = family.moments();
    let mut next = if mean.is_finite() { mean } else { 1.0 };
    let z = || if by_lower { normal_quantile(p) } else { -normal_quantile(q) };
    match family {
        Family::Normal { mean, sd } => next = mean + sd * z(),
        Family::Lognormal { mean, sd } => next = (mean + sd * z()).exp(),
        _ => {}
    }
    if let Family::StudentT { df } = family
        && df > 2.0
    {
        // The first terms of Cornish and Fisher's expansion.
        let z = z();
        next = z + (z.powi(3) + z) / (4.0 * df) + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * df * df);
    }
    let mut near = false;
    for step in 0..MAX_STEPS {
        if low.saturating_add(1) >= high {
            break;
        }
        let inside = place(next) > low && place(next) < high;
        if !inside || (step % 3 == 2 && !(near && step < 30)) {
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
            near = error.abs() < NEAR;
            if change.abs() <= next.abs() * 1e-16 || error.abs() <= ARRIVED {
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
    let normal = normal_quantile(p.min(q));
    let far = if p <= q { normal } else { -normal };
    let (guess, mut step) = match family {
        // Its distribution function can be solved for k, but for rounding.
        Family::Geometric { probability } if probability < 1.0 => {
            let above = if p <= q { (-p).ln_1p() } else { q.ln() };
            (above / (-probability).ln_1p() - 1.0, 1.0)
        }
        _ => (mean + width * far, (width / 8.0).ceil()),
    };
    let guess = guess.ceil().clamp(least, most);
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
#[expect(clippy::print_stdout, reason = "what was measured is to be seen")]
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
    fn quantiles_all_over_the_box() {
        all_over(20_000);
    }

    /// All of them: `cargo test --release -p math --lib -- --ignored --nocapture a_million`
    #[test]
    #[ignore = "takes minutes"]
    fn a_million_quantiles() {
        all_over(1_000_000);
    }

    /// Each ends, is a number of its family, and is told how long it took; the smaller tail comes back.
    fn all_over(count: u32) {
        let mut state = 5_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from(u32::try_from(state >> 32).unwrap_or_default()) / 4_294_967_296.0
        };
        let (mut times, mut failed) = (Vec::new(), Vec::new());
        for index in 0..count {
            let mut any = || 10.0_f64.powf(random() * 10.0 - 3.0);
            let (a, b) = (any(), any());
            let part = random().clamp(1e-6, 1.0 - 1e-6);
            let share = random();
            let family = match index % 14 {
                0 => Family::Normal { mean: a, sd: b },
                1 => Family::StudentT { df: a },
                2 => Family::Gamma { shape: a, scale: b },
                3 => Family::F { df1: a, df2: b },
                4 => Family::Beta { alpha: a, beta: b },
                5 => Family::Exponential { scale: a },
                6 => Family::Weibull { shape: a.clamp(0.01, 1e3), scale: b },
                7 => Family::Binomial { trials: a.ceil(), probability: part },
                8 => Family::Poisson { mean: a },
                9 => Family::Geometric { probability: part },
                10 => Family::NegativeBinomial { successes: a.min(1e5), probability: part },
                11 => Family::Lognormal { mean: part, sd: b.min(10.0) },
                12 => {
                    let population = a.max(b).ceil();
                    let draws = (population * share).floor();
                    Family::Hypergeometric { population, successes: a.min(b).floor(), draws }
                }
                _ => Family::Uniform { low: 0.0, high: a },
            };
            // From the middle to the far tails, on both sides.
            let tail = if random() < 0.5 { random() } else { 10.0_f64.powf(-300.0 * random()) };
            let (p, q) = if random() < 0.5 { (tail, 1.0 - tail) } else { (1.0 - tail, tail) };
            let start = std::time::Instant::now();
            let x = quantile(family, p, q);
            let mut took = start.elapsed();
            // What the clock says of a machine that does other things too is an upper bound: the least of a few is closer.
            for _ in 0..if took.as_micros() > 2_000 { 5 } else { 0 } {
                let start = std::time::Instant::now();
                quantile(family, p, q);
                took = took.min(start.elapsed());
            }
            times.push((took, format!("{family:?} p {p:e} q {q:e}")));
            let (low, high) = family.support();
            if x.is_nan() || x < low || x > high {
                failed.push(format!("{family:?} {p} {q}: {x}"));
                continue;
            }
            // Where neighboring doubles are further apart than the probability shows, there is nothing to compare.
            if !family.is_discrete() && x.abs() > 1e-290 && x.abs() < 1e290 {
                let below = family.cdf_sf(at(place(x).saturating_sub(64)));
                let above = family.cdf_sf(at(place(x).saturating_add(64)));
                let slack = 1.0 + 1e-9;
                let inside = if p <= q {
                    below.0 <= p * slack && above.0 * slack >= p
                } else {
                    below.1 * slack >= q && above.1 <= q * slack
                };
                if !inside {
                    failed.push(format!("{family:?} {p} {q}: {x} {below:?} {above:?}"));
                }
            }
        }
        times.sort();
        println!("{count} quantiles: median {:?}", times[times.len() / 2].0);
        for (took, what) in times.iter().rev().take(5) {
            println!("{took:?} {what}");
        }
        assert!(failed.is_empty(), "{} failed, such as {:#?}", failed.len(), &failed[..failed.len().min(5)]);
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
