//! The incomplete beta function.

use std::cell::Cell;

use super::gamma::{NOTHING, ln_gamma_dd, settled};
use crate::dd::Dd;

/// Terms of the fraction: ten times what parameters of 1e8 need.
const MAX_TERMS: u32 = 500_000;

thread_local! {
    /// The last that was asked for: a quantile asks for it at every step, a regression for every coefficient.
    static LAST: Cell<(f64, f64, Dd)> = const { Cell::new((0.0, 0.0, Dd::ZERO)) };
}

/// ln B(a, b), to 30 digits of one.
#[must_use]
pub fn ln_beta_dd(a: f64, b: f64) -> Dd {
    let (a, b) = if a < b { (a, b) } else { (b, a) };
    let (known_a, known_b, known) = LAST.get();
    #[expect(clippy::float_cmp, reason = "the very same numbers")]
    if known_a == a && known_b == b {
        return known;
    }
    let (first, second) = (Dd::of(a), Dd::of(b));
    let value = ln_gamma_dd(first) + ln_gamma_dd(second) - ln_gamma_dd(first + second);
    LAST.set((a, b, value));
    value
}

/// ln(x^a y^b / B(a, b)) with y = 1 - x.
#[must_use]
pub fn ln_power_terms(a: f64, b: f64, x: Dd, y: Dd) -> Dd {
    x.ln() * a + y.ln() * b - ln_beta_dd(a, b)
}

/// The regularized incomplete beta functions I(x; a, b) and its complement; y is 1 - x, so that neither end loses digits.
#[must_use]
pub fn beta_i(a: f64, b: f64, x: Dd, y: Dd) -> (f64, f64) {
    if x.hi() <= 0.0 {
        return (0.0, 1.0);
    }
    if y.hi() <= 0.0 {
        return (1.0, 0.0);
    }
    if x.hi() * (a + b + 2.0) < a + 1.0 {
        lower(a, b, x, y)
    } else {
        let (upper, lower) = lower(b, a, y, x);
        (lower, upper)
    }
}

/// For x below about a / (a + b): it, and its complement.
fn lower(a: f64, b: f64, x: Dd, y: Dd) -> (f64, f64) {
    let prefix = ln_power_terms(a, b, x, y);
    if prefix.hi() < NOTHING {
        return (0.0, 1.0);
    }
    if a < 1.0 {
        // Its complement may be small, so all digits are kept: x^a / B(a, b) (1/a + sum of (1-b)_n x^n / (n! (a+n))).
        let head = (prefix - y.ln() * b).exp();
        let value = head * sum(a, b, x);
        return (value.value(), (Dd::ONE - value).value().max(0.0));
    }
    let value = (prefix.exp().value() / fraction(a, b, x, y)).min(1.0);
    (value, 1.0 - value)
}

fn sum(a: f64, b: f64, x: Dd) -> Dd {
    let mut power = Dd::ONE;
    let mut total = Dd::ONE / a;
    let mut n = 0.0;
    for _ in 0..2000 {
        n += 1.0;
        power = power * x * (Dd::of(n) - b) / n;
        let term = power / (Dd::of(a) + n);
        total += term;
        if term.hi().abs() < total.hi().abs() * 1e-33 {
            break;
        }
    }
    total
}

/// Didonato and Morris' fraction (ACM TOMS 708, 1992) in the form of Boost: all its parts are of one sign where it is used.
fn fraction(a: f64, b: f64, x: Dd, y: Dd) -> f64 {
    let lambda = (y * a - x * b + 1.0).value();
    let x = x.value();
    let terms = |m: f64| {
        let denominator = a + 2.0 * m - 1.0;
        let numerator = (a + m - 1.0) / denominator * ((a + b + m - 1.0) / denominator) * m * (b - m) * x * x;
        let partial = m + m * (b - m) * x / denominator + (a + m) / (a + 2.0 * m + 1.0) * (lambda + m * (2.0 - x));
        (numerator, partial)
    };
    let nonzero = |value: f64| if value == 0.0 { 1e-300 } else { value };
    // The first part by itself: with a = 1 the others would divide by zero there.
    let start = a / (a + 1.0) * lambda;
    let mut value = nonzero(start);
    let (mut c, mut d, mut m, mut last) = (value, 0.0, 0.0, f64::INFINITY);
    for _ in 0..MAX_TERMS {
        m += 1.0;
        let (numerator, partial) = terms(m);
        d = 1.0 / nonzero(partial + numerator * d);
        c = nonzero(partial + numerator / c);
        let step = c * d;
        value *= step;
        if settled(step, last) {
            break;
        }
        last = step;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::tests_data::{Worst, table};

    #[test]
    fn incomplete_beta_tables() {
        let mut worst = Worst::new(1e-12);
        for name in ["ibeta_data", "ibeta_int_data", "ibeta_large_data", "ibeta_small_data"] {
            for row in table(name) {
                if (1e-3..=1e7).contains(&row[0]) && (1e-3..=1e7).contains(&row[1]) {
                    let x = Dd::of(row[2]);
                    let (value, complement) = beta_i(row[0], row[1], x, Dd::ONE - x);
                    worst.add(&row, value, row[5]);
                    worst.add(&row, complement, row[6]);
                }
            }
        }
        worst.finish(2000);
    }
}
