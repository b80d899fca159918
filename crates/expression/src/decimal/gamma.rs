//! Factorials, the gamma function and the error function.

use std::sync::OnceLock;

use dashu_base::Gcd;
use dashu_int::{IBig, UBig};

use super::{Decimal, MAX_INTEGER_DIGITS};
use crate::error::Error;
use crate::options::Context;

/// The product of `from..=to`, by halves so that factors are of like length.
pub(crate) fn product(from: u64, to: u64) -> UBig {
    match to.checked_sub(from) {
        None => UBig::ONE,
        Some(width) if width < 8 => (from..=to).fold(UBig::ONE, |sum, factor| sum * UBig::from(factor)),
        Some(width) => {
            let middle = from + width / 2;
            product(from, middle) * product(middle + 1, to)
        }
    }
}

/// Digits of a factorial, about.
pub(crate) fn factorial_digits(n: u64) -> u64 {
    let n = n as f64;
    if n < 2.0 { 1 } else { (n * (n / std::f64::consts::E).log10() + (6.3 * n).log10() / 2.0) as u64 + 1 }
}

/// Numerators and denominators of the Bernoulli numbers B2, B4, ...
fn bernoulli() -> &'static [(IBig, UBig)] {
    const COUNT: usize = 70;
    static NUMBERS: OnceLock<Vec<(IBig, UBig)>> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        // The tangent numbers, all whole (Brent and Harvey 2011, algorithm TangentNumbers).
        let mut tangent = vec![UBig::ONE; COUNT + 1];
        for k in 2..=COUNT {
            tangent[k] = &tangent[k - 1] * UBig::from(k - 1);
        }
        for k in 2..=COUNT {
            for j in k..=COUNT {
                tangent[j] = &tangent[j - 1] * UBig::from(j - k) + &tangent[j] * UBig::from(j - k + 2);
            }
        }
        // B2n = (-1)^(n-1) 2n T(n) / (4^n (4^n - 1)).
        let number = |n: usize| {
            let power = UBig::ONE << (2 * n);
            let above = UBig::from(2 * n) * &tangent[n];
            let below = &power * (&power - UBig::ONE);
            let common = (&above).gcd(&below);
            let above = IBig::from(above / &common);
            (if n.is_multiple_of(2) { -above } else { above }, below / common)
        };
        (1..=COUNT).map(number).collect()
    })
}

impl Decimal {
    /// The factorial; exact as long as it has at most [`MAX_INTEGER_DIGITS`] digits.
    pub(crate) fn factorial(&self, context: Context) -> Result<Self, Error> {
        if self.is_negative() {
            return Err(Error::argument("the factorial needs a number of at least 0"));
        }
        let whole = self.settled(context).to_integer().and_then(|whole| u64::try_from(whole).ok());
        match whole {
            Some(n) if factorial_digits(n) <= u64::from(MAX_INTEGER_DIGITS) => {
                Ok(Self { exact: self.exact, ..Self::new(IBig::from(product(2, n)), 0) })
            }
            _ => self.add(&Self::ONE, context)?.gamma(context),
        }
    }

    /// The gamma function.
    pub(crate) fn gamma(&self, context: Context) -> Result<Self, Error> {
        if self.is_integer() {
            if !self.is_positive() {
                return Err(Error::argument("the gamma function has no value at 0, -1, -2, ..."));
            }
            if let Some(n) = self.to_integer().and_then(|whole| u64::try_from(whole).ok())
                && factorial_digits(n) <= u64::from(MAX_INTEGER_DIGITS)
            {
                return Ok(Self { exact: self.exact, ..Self::new(IBig::from(product(2, n - 1)), 0) });
            }
        }
        if self.adjusted() > 6 || self.to_f64() > 210_000.0 {
            if self.is_negative() {
                return Ok(Self { exact: false, ..Self::ZERO });
            }
            return Err(Error::too_large("this factorial has more than 1000000 digits"));
        }
        // The logarithm has up to 7 digits before the point, which its exponential loses.
        let wide = Context::decimal(context.digits + 16);
        let half = Self::new(IBig::from(5), -1);
        let value = if self.compare(&half, context).is_lt() {
            // gamma(x) gamma(1 - x) = pi / sin(pi x).
            let pi = Self::pi(Context { digits: wide.digits + 10, ..wide });
            let sine = self.sine_of_half_turns(wide)?;
            pi.divide(&sine.multiply(&Self::ONE.subtract(self, wide)?.gamma(wide)?, wide)?, wide)?
        } else {
            let (log, divisor) = self.stirling(wide)?;
            log.exp(wide)?.divide(&divisor, wide)?
        };
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    /// `sin(pi x)`, good near whole numbers.
    fn sine_of_half_turns(&self, context: Context) -> Result<Self, Error> {
        let nearest = self.to_places(0, crate::Rounding::HalfEven, Context::decimal(20_000));
        let rest = self.subtract(&nearest, Context::decimal(20_000))?;
        let odd = nearest.to_integer().is_some_and(|whole| !(whole % IBig::from(2)).is_zero());
        let pi = Self::pi(Context { digits: context.digits + 10, ..context });
        let angle = Self { exact: true, ..pi.multiply(&rest, Context { digits: context.digits + 10, ..context })? };
        let sine = angle.sine(context)?;
        Ok(if odd { sine.negated() } else { sine })
    }

    /// The logarithm of gamma by Stirling's series, of the argument raised so far that it converges, and what the
    /// raising has to be divided by.
    fn stirling(&self, context: Context) -> Result<(Self, Self), Error> {
        let enough = i64::from(context.working()) / 2 + 8;
        let mut x = self.clone();
        let mut divisor = Self::ONE;
        while x.compare(&Self::from(enough), context).is_lt() {
            divisor = divisor.multiply(&x, context)?;
            x = x.add(&Self::ONE, context)?;
        }
        let half = Self::new(IBig::from(5), -1);
        let pi = Self::pi(context);
        let constant = pi.add(&pi, context)?.ln(context)?.multiply(&half, context)?;
        let mut sum = x.subtract(&half, context)?.multiply(&x.ln(context)?, context)?;
        sum = sum.subtract(&x, context)?.add(&constant, context)?;
        let inverse = Self::ONE.divide(&x, context)?;
        let square = inverse.multiply(&inverse, context)?;
        let mut power = inverse;
        for (n, (above, below)) in (1i64..).zip(bernoulli()) {
            let below = IBig::from(below.clone()) * IBig::from(2 * n * (2 * n - 1));
            let factor = Self::new(above.clone(), 0).divide(&Self::new(below, 0), context)?;
            let term = factor.multiply(&power, context)?;
            if term.adjusted() < -(i64::from(context.working())) {
                break;
            }
            sum = sum.add(&term, context)?;
            power = power.multiply(&square, context)?;
        }
        Ok((sum, divisor))
    }

    /// The natural logarithm of gamma of a positive number.
    pub(crate) fn ln_gamma(&self, context: Context) -> Result<Self, Error> {
        if !self.is_positive() {
            return Err(Error::argument("the logarithm of gamma needs a number above 0"));
        }
        if self.adjusted() > 30 {
            return Err(Error::too_large("the logarithm of gamma needs a number below 1e30"));
        }
        let wide = Context::decimal(context.digits + 20);
        // At 1 and 2 it is zero; near them the difference of two logarithms loses what the distance is small.
        let lost = [1i64, 2].map(|zero| self.subtract(&Self::from(zero), wide).map_or(0, |gap| -gap.adjusted()));
        let lost = lost.into_iter().max().unwrap_or(0).clamp(0, 200) as u32;
        let wide = Context::decimal((wide.digits + lost).min(90));
        let (log, divisor) = self.stirling(wide)?;
        let value = log.subtract(&divisor.ln(wide)?, Context::decimal(wide.digits + 30))?;
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    /// The error function.
    pub(crate) fn erf(&self, context: Context) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(self.clone());
        }
        if self.is_negative() {
            return Ok(self.negated().erf(context)?.negated());
        }
        // erfc(x) is below exp(-x²), so nothing is left of it here.
        if self.adjusted() > 1 || self.to_f64() > 20.0 {
            return Self::finish(IBig::ONE, 0, false, false, context);
        }
        self.erf_series(context)
    }

    /// `1 - erf(x)`, good where it is small.
    pub(crate) fn erf_complement(&self, context: Context) -> Result<Self, Error> {
        if !self.is_positive() {
            return Self::ONE.add(&self.negated().erf(context)?, context);
        }
        if self.adjusted() > 3 || self.to_f64() > 1_500.0 {
            return Ok(Self { exact: false, ..Self::ZERO });
        }
        let x = self.to_f64();
        if x > 16.0 {
            return self.erf_tail(context);
        }
        let lost = (x * x * std::f64::consts::LOG10_E) as u32 + 4;
        let wide = Context::decimal(context.digits + lost);
        let value = Self::ONE.subtract(&self.erf_series(wide)?, Context::decimal(wide.digits + 30))?;
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    /// `2/sqrt(pi) exp(-x²) sum 2^n x^(2n+1) / (2n+1)!!`: all terms have one sign.
    fn erf_series(&self, context: Context) -> Result<Self, Error> {
        let wide = Context::decimal(context.digits + 6);
        let square = self.multiply(self, wide)?;
        let double = square.add(&square, wide)?;
        let mut term = self.to_digits(wide.working(), crate::Rounding::HalfUp);
        let mut sum = term.clone();
        for n in 1i64..2_000 {
            term = term.multiply(&double, wide)?.divide(&Self::from(2 * n + 1), wide)?;
            if term.adjusted() < sum.adjusted() - i64::from(wide.working()) {
                break;
            }
            sum = sum.add(&term, wide)?;
        }
        let root = Self::pi(wide).square_root(wide)?;
        let scale = square.negated().exp(wide)?.multiply(&Self::from(2), wide)?.divide(&root, wide)?;
        let value = sum.multiply(&scale, wide)?;
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    /// The continued fraction of erfc, from behind; for arguments above 16.
    fn erf_tail(&self, context: Context) -> Result<Self, Error> {
        let wide = Context::decimal(context.digits + 6);
        let square = self.multiply(self, Context::decimal(200))?;
        // erfc(x) = exp(-x²)/sqrt(pi) / (x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))).
        let mut below = self.clone();
        for n in (1i64..=120).rev() {
            let part = Self::new(IBig::from(5 * n), -1).divide(&below, wide)?;
            below = self.add(&part, wide)?;
        }
        let root = Self::pi(wide).square_root(wide)?;
        let value = square.negated().exp(wide)?.divide(&root, wide)?.divide(&below, wide)?;
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }
}
