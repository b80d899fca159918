//! The gamma function's logarithm, and the incomplete gamma function.

use crate::dd::Dd;

/// ln(2 pi) / 2.
const HALF_LN_2_PI: Dd = Dd::parts(0.918_938_533_204_672_8, -3.878_294_158_067_241_4e-17);

/// The coefficients of Stirling's series, B(2k) / (2k (2k - 1)).
const STIRLING: [Dd; 13] = [
    Dd::ratio(1.0, 12.0),
    Dd::ratio(-1.0, 360.0),
    Dd::ratio(1.0, 1260.0),
    Dd::ratio(-1.0, 1680.0),
    Dd::ratio(1.0, 1188.0),
    Dd::ratio(-691.0, 360_360.0),
    Dd::ratio(1.0, 156.0),
    Dd::ratio(-3617.0, 122_400.0),
    Dd::ratio(43_867.0, 244_188.0),
    Dd::ratio(-174_611.0, 125_400.0),
    Dd::ratio(77_683.0, 5796.0),
    Dd::ratio(-236_364_091.0, 1_506_960.0),
    Dd::ratio(657_931.0, 300.0),
];

/// From here on the series has 30 digits.
const STIRLING_FROM: f64 = 25.0;

/// ln gamma(x) for x above 0, to 30 digits of one or of itself, whichever is larger.
#[must_use]
pub fn ln_gamma_dd(x: Dd) -> Dd {
    let mut x = x;
    let mut product = Dd::ONE;
    let mut shifted = false;
    while x.hi() < STIRLING_FROM {
        product *= x;
        x += Dd::ONE;
        shifted = true;
    }
    let inverse = Dd::ONE / x;
    let square = inverse.square();
    let mut power = inverse;
    let mut series = Dd::ZERO;
    for coefficient in STIRLING {
        let term = power * coefficient;
        series += term;
        if term.hi().abs() < 1e-33 * x.hi() {
            break;
        }
        power *= square;
    }
    let result = (x - 0.5) * x.ln() - x + HALF_LN_2_PI + series;
    if shifted { result - product.ln() } else { result }
}

/// ln gamma(x) for x above 0.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    ln_gamma_dd(Dd::of(x)).value()
}

/// Terms of a sum or fraction: more than ten times what parameters of 1e8 need.
const MAX_TERMS: u32 = 500_000;

/// A logarithm of a prefix below which no sum or fraction makes it a double above zero.
pub(super) const NOTHING: f64 = -800.0;

/// Whether the next factor of a continued fraction no longer changes it, `last` being the one before: what is left of a
/// factor that has come down to a rounding of one may stay there for ever.
pub(super) fn settled(step: f64, last: f64) -> bool {
    let off = (step - 1.0).abs();
    off < 1e-16 || off.is_nan() || (off <= 2.0 * f64::EPSILON && off >= (last - 1.0).abs())
}

/// The regularized incomplete gamma functions P(a, x) and Q(a, x) = 1 - P.
#[must_use]
pub fn gamma_p_q(a: f64, x: Dd) -> (f64, f64) {
    if x.hi() <= 0.0 {
        return (0.0, 1.0);
    }
    if !x.is_finite() {
        return (1.0, 0.0);
    }
    // ln(x^a e^-x / gamma(a)).
    let prefix = x.ln() * a - x - ln_gamma_dd(Dd::of(a));
    if prefix.hi() < NOTHING {
        return if x.hi() < a { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    if x.hi() < a + 1.0 {
        let p = if a < 1.0 {
            // Its complement may be small, so all digits are kept.
            let p = prefix.exp() * sum_dd(a, x);
            return (p.value(), (Dd::ONE - p).value().max(0.0));
        } else {
            (prefix.exp().value() * sum(a, x.hi())).min(1.0)
        };
        (p, 1.0 - p)
    } else {
        let q = (prefix.exp().value() / fraction(a, x)).min(1.0);
        (1.0 - q, q)
    }
}

/// The sum of x^n / (a (a+1) ... (a+n)).
fn sum(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    let mut n = a;
    for _ in 0..MAX_TERMS {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

fn sum_dd(a: f64, x: Dd) -> Dd {
    let mut term = Dd::ONE / a;
    let mut sum = term;
    let mut n = Dd::of(a);
    for _ in 0..400 {
        n = n + 1.0;
        term = term * x / n;
        sum += term;
        if term.hi() < sum.hi() * 1e-33 {
            break;
        }
    }
    sum
}

/// The continued fraction x + 1 - a - 1 (1 - a) / (x + 3 - a - ...), by Lentz's method.
fn fraction(a: f64, x: Dd) -> f64 {
    let start = (x - a + 1.0).value();
    let mut c = start;
    let mut d = 0.0;
    let mut value = start;
    let (mut n, mut last) = (0.0, f64::INFINITY);
    for _ in 0..MAX_TERMS {
        n += 1.0;
        let numerator = n * (a - n);
        let denominator = start + 2.0 * n;
        d = denominator + numerator * d;
        c = denominator + numerator / c;
        d = 1.0 / if d == 0.0 { 1e-300 } else { d };
        if c == 0.0 {
            c = 1e-300;
        }
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
    fn logarithms_of_gamma() {
        let mut worst = Worst::new(1e-14);
        for row in ["factorials", "near_0", "near_1", "near_2"].iter().flat_map(|name| table(name)) {
            if row[0] > 0.0 && row[0] < 1e10 && row[2].is_finite() && row[2] != 0.0 {
                worst.add(&row, ln_gamma(row[0]), row[2]);
            }
        }
        worst.finish(100);
    }

    #[test]
    fn incomplete_gamma_tables() {
        let mut worst = Worst::new(1e-12);
        for name in ["igamma_small_data", "igamma_med_data", "igamma_big_data", "igamma_int_data"] {
            for row in table(name) {
                if (1e-3..=1e7).contains(&row[0]) {
                    let (p, q) = gamma_p_q(row[0], Dd::of(row[1]));
                    worst.add(&row, p, row[5]);
                    worst.add(&row, q, row[3]);
                }
            }
        }
        worst.finish(900);
    }
}
