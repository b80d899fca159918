//! Sums, products, quotients, comparisons and whole powers.

use std::cmp::Ordering;

use dashu_base::{BitTest, DivRem, Gcd, SquareRootRem, UnsignedAbs};
use dashu_int::{IBig, UBig};

use super::{Decimal, MAX_INTEGER_DIGITS, digits_of, power_of_ten, shorten};
use crate::error::Error;
use crate::options::{Context, Rounding};

fn scaled(coefficient: &IBig, zeros: usize) -> IBig {
    if zeros == 0 { coefficient.clone() } else { coefficient * IBig::from(power_of_ten(zeros).into_owned()) }
}

impl Decimal {
    pub(crate) fn negated(&self) -> Self {
        Self { coefficient: -&self.coefficient, ..*self }
    }

    pub(crate) fn absolute(&self) -> Self {
        if self.is_negative() { self.negated() } else { self.clone() }
    }

    pub(crate) fn add(&self, other: &Self, context: Context) -> Result<Self, Error> {
        let exact = self.exact && other.exact;
        if self.exponent == other.exponent {
            let sum = &self.coefficient + &other.coefficient;
            let integers = self.exponent >= 0;
            let value = Self::finish(sum, i64::from(self.exponent), exact, integers, context)?;
            return Ok(if exact { value } else { value.without_noise(self, other, context) });
        }
        let (high, low) = if self.exponent > other.exponent { (self, other) } else { (other, self) };
        if high.is_zero() {
            return Ok(Self { exact, ..low.clone() });
        }
        let gap = i64::from(high.exponent) - i64::from(low.exponent);
        if gap > 2 * i64::from(context.working()) + 64 {
            if low.is_zero() {
                return Ok(Self { exact, ..high.clone() });
            }
            let whole = exact && low.exponent >= 0 && high.adjusted() < i64::from(MAX_INTEGER_DIGITS);
            let floor = high.adjusted() - 2 * i64::from(context.working());
            if !whole && low.adjusted() < floor {
                // Far below: only its sign counts.
                let below = i64::from(high.exponent).min(floor) - 2;
                let zeros = (i64::from(high.exponent) - below) as usize;
                let sign = if low.is_negative() { -1 } else { 1 };
                let sum = scaled(&high.coefficient, zeros) + IBig::from(sign);
                return Self::finish(sum, below, false, false, context);
            }
        }
        let sum = scaled(&high.coefficient, gap as usize) + &low.coefficient;
        let integers = low.exponent >= 0;
        let value = Self::finish(sum, i64::from(low.exponent), exact, integers, context)?;
        Ok(if exact { value } else { value.without_noise(self, other, context) })
    }

    pub(crate) fn subtract(&self, other: &Self, context: Context) -> Result<Self, Error> {
        self.add(&other.negated(), context)
    }

    /// What is left when two values cancel of which one is not exact: nothing, once all digits asked for are gone.
    fn without_noise(self, one: &Self, other: &Self, context: Context) -> Self {
        if self.is_zero() {
            return self;
        }
        let larger = one.adjusted().max(other.adjusted());
        if self.adjusted() < larger - i64::from(context.digits) { Self { exact: false, ..Self::ZERO } } else { self }
    }

    pub(crate) fn multiply(&self, other: &Self, context: Context) -> Result<Self, Error> {
        let exact = self.exact && other.exact;
        let exponent = i64::from(self.exponent) + i64::from(other.exponent);
        let integers = self.exponent >= 0 && other.exponent >= 0;
        Self::finish(&self.coefficient * &other.coefficient, exponent, exact, integers, context)
    }

    pub(crate) fn divide(&self, other: &Self, context: Context) -> Result<Self, Error> {
        if other.is_zero() {
            return Err(Error::division());
        }
        if self.is_zero() {
            return Ok(Self { exact: self.exact && other.exact, ..Self::ZERO });
        }
        let exact = self.exact && other.exact;
        let exponent = i64::from(self.exponent) - i64::from(other.exponent);
        let (quotient, rest) = (&self.coefficient).div_rem(&other.coefficient);
        if rest.is_zero() && exponent >= 0 {
            let value = Self::finish(quotient, exponent, exact, true, context)?;
            return Ok(value);
        }
        let have = digits_of(&self.coefficient.clone().unsigned_abs()) as i64;
        let by = digits_of(&other.coefficient.clone().unsigned_abs()) as i64;
        let zeros = (i64::from(context.working()) + 1 + by - have).max(0);
        let (quotient, rest) = scaled(&self.coefficient, zeros as usize).div_rem(&other.coefficient);
        let exponent = exponent - zeros;
        if rest.is_zero() {
            // It ends: as short as it can be.
            let short = Self::new(quotient, 0).normalized();
            return Self::finish(short.coefficient, exponent + i64::from(short.exponent), exact, false, context);
        }
        let digits = digits_of(&quotient.clone().unsigned_abs());
        let drop = digits.saturating_sub(context.working() as usize);
        let quotient = shorten(&quotient, drop, true).0;
        Self::finish(quotient, exponent + drop as i64, false, false, context)
    }

    /// Compares as shown: what is not exact is rounded first.
    pub(crate) fn compare(&self, other: &Self, context: Context) -> Ordering {
        let (one, other) = (self.settled(context), other.settled(context));
        if one.exponent == other.exponent {
            return one.coefficient.cmp(&other.coefficient);
        }
        if one.coefficient.sign() != other.coefficient.sign() || one.is_zero() || other.is_zero() {
            let rank = |value: &Self| {
                if value.is_zero() {
                    0
                } else if value.is_negative() {
                    -1
                } else {
                    1
                }
            };
            return rank(&one).cmp(&rank(&other));
        }
        let by_size = one.adjusted().cmp(&other.adjusted());
        if by_size != Ordering::Equal {
            return if one.is_negative() { by_size.reverse() } else { by_size };
        }
        // As large as each other, so the gap is at most the digits they have.
        let gap = i64::from(one.exponent) - i64::from(other.exponent);
        if gap > 0 {
            scaled(&one.coefficient, gap as usize).cmp(&other.coefficient)
        } else {
            one.coefficient.cmp(&scaled(&other.coefficient, gap.unsigned_abs() as usize))
        }
    }

    /// The quotient to a whole number by a mode, from the exact quotient.
    pub(crate) fn quotient(&self, other: &Self, rounding: Rounding, context: Context) -> Result<Self, Error> {
        if other.is_zero() {
            return Err(Error::division());
        }
        let (one, other) = (self.settled(context), other.settled(context));
        let gap = i64::from(one.exponent) - i64::from(other.exponent);
        let size = one.adjusted() - other.adjusted();
        if size > i64::from(MAX_INTEGER_DIGITS) || gap.unsigned_abs() > 2 * u64::from(MAX_INTEGER_DIGITS) {
            if size < 0 {
                // Less than one, whatever the digits are.
                let sign = if one.is_negative() == other.is_negative() { 1 } else { -1 };
                let tenth = Self::new(IBig::from(if one.is_zero() { 0 } else { sign }), -1);
                return Ok(tenth.to_places(0, rounding, context));
            }
            return Err(Error::too_large(format!("the quotient has more than {MAX_INTEGER_DIGITS} digits")));
        }
        let (above, below) = if gap >= 0 {
            (scaled(&one.coefficient, gap as usize), other.coefficient.clone())
        } else {
            (one.coefficient.clone(), scaled(&other.coefficient, gap.unsigned_abs() as usize))
        };
        let above = if other.is_negative() { -above } else { above };
        let (whole, _) = super::divide_rounded(&above, &below.unsigned_abs(), rounding);
        Ok(Self::new(whole, 0))
    }

    /// The remainder with the sign of the divisor, exactly: `a - b * floor(a / b)`.
    pub(crate) fn modulo(&self, other: &Self, context: Context) -> Result<Self, Error> {
        let whole = self.quotient(other, Rounding::Floor, context)?;
        let (one, other) = (self.settled(context), other.settled(context));
        // Exactly, whatever the digits asked for: what is left is small.
        let wide = Context::decimal(context.digits + MAX_INTEGER_DIGITS);
        let value = one.subtract(&other.multiply(&whole, wide)?, wide)?;
        let exact = self.exact && other.exact;
        Self::finish(value.coefficient, i64::from(value.exponent), exact, value.exponent >= 0, context)
    }

    /// The square root.
    pub(crate) fn square_root(&self, context: Context) -> Result<Self, Error> {
        if self.is_negative() {
            return Err(Error::argument("the square root of a negative number is not a real number"));
        }
        if self.is_zero() {
            return Ok(self.clone());
        }
        let value = self.normalized();
        let magnitude = value.coefficient.unsigned_abs();
        let have = digits_of(&magnitude) as i64;
        let mut zeros = (2 * (i64::from(context.working()) + 2) - have).max(0);
        if (i64::from(value.exponent) - zeros) % 2 != 0 {
            zeros += 1;
        }
        let (root, rest) = (magnitude * &*power_of_ten(zeros as usize)).sqrt_rem();
        let exponent = (i64::from(value.exponent) - zeros) / 2;
        if rest.is_zero() {
            let short = Self::new(IBig::from(root), 0).normalized();
            let exponent = exponent + i64::from(short.exponent);
            return Self::finish(short.coefficient, exponent, self.exact, exponent >= 0, context);
        }
        let drop = digits_of(&root) - context.working() as usize;
        let root = shorten(&IBig::from(root), drop, true).0;
        Self::finish(root, exponent + drop as i64, false, false, context)
    }

    /// A whole power. Whole numbers and short decimals stay exact.
    pub(crate) fn power(&self, exponent: i64, context: Context) -> Result<Self, Error> {
        if exponent == 0 {
            return Ok(Self::ONE);
        }
        if self.is_zero() {
            return if exponent < 0 { Err(Error::division()) } else { Ok(self.clone()) };
        }
        let size = exponent.unsigned_abs();
        // The size of the result, before anything is multiplied.
        let log = self.log10_estimate() * exponent as f64;
        if log > super::MAX_EXPONENT as f64 {
            let digits = log.floor();
            return Err(Error::too_large(format!("this power has about {digits:.0} digits, and 1000000 is the limit")));
        }
        if log < -1_010_000.0 {
            return Ok(Self { exact: false, ..Self::ZERO });
        }
        let bits = self.coefficient.bit_len() as u64;
        let exact_digits = bits.saturating_mul(size).saturating_mul(302) / 1000;
        if self.exact && exponent > 0 && exact_digits <= u64::from(MAX_INTEGER_DIGITS) {
            let scale = i64::from(self.exponent).saturating_mul(exponent);
            if self.exponent >= 0 || exact_digits <= 4 * u64::from(context.digits) {
                let coefficient = self.coefficient.pow(size as usize);
                return Self::finish(coefficient, scale, true, self.exponent >= 0, context);
            }
        }
        // Each squaring doubles the error of the last place.
        let wide = Context::decimal(context.working() + 8 + (64 - size.leading_zeros()) / 3);
        let mut base = Self { exact: false, ..self.to_digits(wide.working(), Rounding::HalfUp) };
        let mut left = size;
        let mut result = Self::ONE;
        loop {
            if left & 1 == 1 {
                result = result.multiply(&base, wide)?;
            }
            left >>= 1;
            if left == 0 {
                break;
            }
            base = base.multiply(&base, wide)?;
        }
        if exponent < 0 {
            let exact = self.exact && exact_digits <= u64::from(context.digits) + 10;
            result = Self { exact, ..Self::ONE.divide(&result, wide)? };
            let mut value = Self::finish(result.coefficient, i64::from(result.exponent), exact, false, context)?;
            // 2^-3 ends; 3^-2 does not.
            value.exact = exact && value.significant(context) < context.digits as usize && self.inverse_ends();
            return Ok(value);
        }
        Self::finish(result.coefficient, i64::from(result.exponent), false, false, context)
    }

    /// Whether one divided by it ends: it has no factors but two and five.
    fn inverse_ends(&self) -> bool {
        let mut rest = self.coefficient.clone().unsigned_abs();
        rest = &rest >> rest.trailing_zeros().unwrap_or(0);
        let fives = UBig::from(5u8).pow(rest.bit_len() / 2 + 1);
        let common = (&rest).gcd(&fives);
        rest == common
    }

    /// The logarithm of the size, to a few digits.
    pub(crate) fn log10_estimate(&self) -> f64 {
        let adjusted = self.adjusted();
        let lead = Self { exponent: (i64::from(self.exponent) - adjusted) as i32, ..self.absolute() };
        adjusted as f64 + lead.to_digits(17, Rounding::HalfUp).to_f64().log10()
    }
}
