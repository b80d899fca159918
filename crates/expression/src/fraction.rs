//! Exact fractions.

use std::cmp::Ordering;

use dashu_base::{BitTest, DivRem, Gcd, Sign, UnsignedAbs};
use dashu_int::{IBig, UBig};

use crate::decimal::{Decimal, MAX_INTEGER_DIGITS, power_of_ten};
use crate::error::Error;
use crate::options::{Context, Rounding};

/// Bits to which numerator and denominator may grow.
const MAX_BITS: usize = MAX_INTEGER_DIGITS as usize * 10 / 3;

/// A fraction in lowest terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fraction {
    pub(crate) numerator: IBig,
    pub(crate) denominator: UBig,
}

fn too_long() -> Error {
    Error::too_large(format!("this fraction has more than {MAX_INTEGER_DIGITS} digits: compute in decimals"))
}

impl Fraction {
    /// A fraction; none when the denominator is zero.
    pub(crate) fn new(numerator: IBig, denominator: UBig) -> Option<Self> {
        if denominator.is_zero() {
            return None;
        }
        if denominator.is_one() {
            return Some(Self { numerator, denominator });
        }
        let (sign, magnitude) = numerator.into_parts();
        let common = (&magnitude).gcd(&denominator);
        Some(Self { numerator: IBig::from_parts(sign, magnitude / &common), denominator: denominator / common })
    }

    pub(crate) fn whole(value: i64) -> Self {
        Self { numerator: IBig::from(value), denominator: UBig::ONE }
    }

    fn checked(numerator: IBig, denominator: UBig) -> Result<Self, Error> {
        if numerator.bit_len() > 2 * MAX_BITS || denominator.bit_len() > 2 * MAX_BITS {
            return Err(too_long());
        }
        let value = Self::new(numerator, denominator).ok_or_else(Error::division)?;
        if value.numerator.bit_len() > MAX_BITS || value.denominator.bit_len() > MAX_BITS {
            return Err(too_long());
        }
        Ok(value)
    }

    /// A decimal as a fraction; an error when its exponent is beyond what fractions hold.
    pub(crate) fn from_decimal(value: &Decimal) -> Result<Self, Error> {
        if value.exponent.unsigned_abs() > MAX_INTEGER_DIGITS {
            return Err(too_long());
        }
        let power = power_of_ten(value.exponent.unsigned_abs() as usize).into_owned();
        if value.exponent >= 0 {
            return Self::checked(&value.coefficient * IBig::from(power), UBig::ONE);
        }
        Self::checked(value.coefficient.clone(), power)
    }

    pub(crate) fn to_decimal(&self, context: Context) -> Result<Decimal, Error> {
        let above = Decimal::new(self.numerator.clone(), 0);
        above.divide(&Decimal::new(IBig::from(self.denominator.clone()), 0), context)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.numerator.is_zero()
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.numerator.sign() == Sign::Negative
    }

    pub(crate) fn add(&self, other: &Self) -> Result<Self, Error> {
        let above = &self.numerator * IBig::from(other.denominator.clone())
            + &other.numerator * IBig::from(self.denominator.clone());
        Self::checked(above, &self.denominator * &other.denominator)
    }

    pub(crate) fn negated(&self) -> Self {
        Self { numerator: -&self.numerator, denominator: self.denominator.clone() }
    }

    pub(crate) fn multiply(&self, other: &Self) -> Result<Self, Error> {
        Self::checked(&self.numerator * &other.numerator, &self.denominator * &other.denominator)
    }

    /// One divided by it.
    pub(crate) fn inverted(&self) -> Result<Self, Error> {
        if self.is_zero() {
            return Err(Error::division());
        }
        let (sign, magnitude) = self.numerator.clone().into_parts();
        Ok(Self { numerator: IBig::from_parts(sign, self.denominator.clone()), denominator: magnitude })
    }

    pub(crate) fn divide(&self, other: &Self) -> Result<Self, Error> {
        self.multiply(&other.inverted()?)
    }

    pub(crate) fn power(&self, exponent: i64) -> Result<Self, Error> {
        let base = if exponent < 0 { self.inverted()? } else { self.clone() };
        let size = exponent.unsigned_abs();
        let bits = base.numerator.bit_len().max(base.denominator.bit_len()) as u64;
        if bits > 1 && bits.saturating_mul(size) > MAX_BITS as u64 {
            return Err(too_long());
        }
        let size = if bits <= 1 { size.min(2 + size % 2) } else { size } as usize;
        Ok(Self { numerator: base.numerator.pow(size), denominator: base.denominator.pow(size) })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let one = &self.numerator * IBig::from(other.denominator.clone());
        one.cmp(&(&other.numerator * IBig::from(self.denominator.clone())))
    }

    /// Rounded to so many places, before the point when negative.
    pub(crate) fn to_places(&self, places: i64, rounding: Rounding) -> Result<Self, Error> {
        if places.unsigned_abs() > u64::from(MAX_INTEGER_DIGITS) {
            return Err(Error::argument("the number of places is from -20000 to 20000"));
        }
        let power = power_of_ten(places.unsigned_abs() as usize).into_owned();
        let scaled = if places >= 0 {
            Self::checked(&self.numerator * IBig::from(power.clone()), self.denominator.clone())?
        } else {
            Self::checked(self.numerator.clone(), &self.denominator * &power)?
        };
        let (sign, magnitude) = scaled.numerator.into_parts();
        let (quotient, rest) = magnitude.div_rem(&scaled.denominator);
        let half = (&rest << 1usize).cmp(&scaled.denominator);
        let odd = quotient.bit(0);
        let away = !rest.is_zero()
            && match rounding {
                Rounding::HalfUp => half != Ordering::Less,
                Rounding::HalfDown => half == Ordering::Greater,
                Rounding::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && odd),
                Rounding::Up => true,
                Rounding::Down => false,
                Rounding::Ceiling => sign == Sign::Positive,
                Rounding::Floor => sign == Sign::Negative,
            };
        let whole = IBig::from_parts(sign, if away { quotient + 1u8 } else { quotient });
        if places >= 0 { Self::checked(whole, power) } else { Self::checked(whole * IBig::from(power), UBig::ONE) }
    }

    /// The square root when that is a fraction.
    pub(crate) fn square_root(&self) -> Option<Self> {
        use dashu_base::SquareRoot;
        if self.is_negative() {
            return None;
        }
        let magnitude = self.numerator.clone().unsigned_abs();
        let (above, below) = (magnitude.sqrt(), self.denominator.sqrt());
        (&above * &above == magnitude && &below * &below == self.denominator)
            .then(|| Self { numerator: IBig::from(above), denominator: below })
    }

    pub(crate) fn to_text(&self) -> String {
        if self.denominator.is_one() {
            self.numerator.to_string()
        } else {
            format!("{above}/{below}", above = self.numerator, below = self.denominator)
        }
    }
}
