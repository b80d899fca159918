//! Decimals: an integer times a power of ten.
//!
//! Values carry twelve guard digits beyond what was asked for, cut so that rounding once more is correct (the last digit
//! is never left at 0 or 5 when something was cut off, `ROUND_05UP` of the decimal specification). A value also knows
//! whether it is `exact`. One that is not is rounded to the digits asked for before it is compared or brought to a whole
//! number, so `1/3*3 == 1` and `floor(1/3*3)` is 1, which a fixed number of digits alone does not give. Whole numbers
//! stay exact to [`MAX_INTEGER_DIGITS`]. dashu-int keeps 128 bits without an allocation, which money never leaves.

mod arithmetic;
mod elementary;
mod fixed;
mod gamma;
mod text;

pub(crate) use gamma::product;

use std::cmp::Ordering;
use std::sync::OnceLock;

use dashu_base::{BitTest, DivRem, Sign, UnsignedAbs};
use dashu_int::{IBig, UBig};

use crate::error::Error;
use crate::options::{Context, Rounding};

/// Digits to which whole numbers are exact.
pub const MAX_INTEGER_DIGITS: u32 = 20_000;
/// The largest exponent of a decimal in scientific notation.
pub const MAX_EXPONENT: i64 = 1_000_000;

/// An integer times a power of ten.
#[derive(Debug, Clone)]
pub struct Decimal {
    pub(crate) coefficient: IBig,
    pub(crate) exponent: i32,
    pub(crate) exact: bool,
}

/// Ten to a power; small ones are kept.
pub(crate) fn power_of_ten(exponent: usize) -> std::borrow::Cow<'static, UBig> {
    static POWERS: OnceLock<Vec<UBig>> = OnceLock::new();
    let powers = POWERS.get_or_init(|| {
        let next = |last: &UBig| Some(last * UBig::from(10u8));
        std::iter::successors(Some(UBig::ONE), next).take(257).collect()
    });
    match powers.get(exponent) {
        Some(power) => std::borrow::Cow::Borrowed(power),
        None => std::borrow::Cow::Owned(UBig::from(10u8).pow(exponent)),
    }
}

/// Decimal digits of a number; 0 for zero.
pub(crate) fn digits_of(number: &UBig) -> usize {
    let bits = number.bit_len();
    if bits == 0 {
        return 0;
    }
    // 10^at_least <= number, and the next power of ten decides.
    let at_least = ((bits - 1) as f64 * std::f64::consts::LOG10_2) as usize;
    if *number >= *power_of_ten(at_least + 1) { at_least + 2 } else { at_least + 1 }
}

/// So many bits certainly fit in that many digits.
fn bits_within(digits: u32) -> usize {
    (u64::from(digits) * 33_219 / 10_000) as usize
}

/// What is left of a number after dividing by a power of ten, by a mode. The flag says whether something was cut off.
fn divide_rounded(coefficient: &IBig, divisor: &UBig, rounding: Rounding) -> (IBig, bool) {
    let sign = coefficient.sign();
    let (quotient, rest) = coefficient.clone().unsigned_abs().div_rem(divisor);
    if rest.is_zero() {
        return (IBig::from_parts(sign, quotient), false);
    }
    let half = (rest << 1usize).cmp(divisor);
    let away = match rounding {
        Rounding::HalfUp => half != Ordering::Less,
        Rounding::HalfDown => half == Ordering::Greater,
        Rounding::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && quotient.bit(0)),
        Rounding::Up => true,
        Rounding::Down => false,
        Rounding::Ceiling => sign == Sign::Positive,
        Rounding::Floor => sign == Sign::Negative,
    };
    (IBig::from_parts(sign, if away { quotient + 1u8 } else { quotient }), true)
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { coefficient: IBig::ZERO, exponent: 0, exact: true };
    /// One.
    pub const ONE: Self = Self { coefficient: IBig::ONE, exponent: 0, exact: true };

    /// An exact decimal.
    #[must_use]
    pub fn new(coefficient: IBig, exponent: i32) -> Self {
        Self { coefficient, exponent, exact: true }
    }

    /// Whether it is exactly what was asked for, not the nearest with so many digits.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.coefficient.is_zero()
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.coefficient.sign() == Sign::Negative
    }

    pub(crate) fn is_positive(&self) -> bool {
        !self.is_zero() && !self.is_negative()
    }

    /// The exponent in scientific notation; of zero, that of one.
    pub(crate) fn adjusted(&self) -> i64 {
        if self.is_zero() {
            return 0;
        }
        let digits = digits_of(&self.coefficient.clone().unsigned_abs()) as i64;
        i64::from(self.exponent) + digits - 1
    }

    /// Whether it is a whole number.
    pub(crate) fn is_integer(&self) -> bool {
        if self.exponent >= 0 || self.is_zero() {
            return true;
        }
        let places = self.exponent.unsigned_abs() as usize;
        if places > self.coefficient.bit_len() {
            return false;
        }
        (&self.coefficient % IBig::from(power_of_ten(places).into_owned())).is_zero()
    }

    /// The value cut to the digits that are carried, with the sign that something was cut off in its last digit.
    pub(crate) fn finish(
        coefficient: IBig,
        exponent: i64,
        exact: bool,
        integers: bool,
        context: Context,
    ) -> Result<Self, Error> {
        if coefficient.bit_len() <= bits_within(context.digits) {
            return Self::in_range(coefficient, exponent, exact);
        }
        let digits = digits_of(&coefficient.clone().unsigned_abs());
        if digits <= context.digits as usize {
            return Self::in_range(coefficient, exponent, exact);
        }
        if exact && integers && exponent >= 0 && digits as i64 + exponent <= i64::from(MAX_INTEGER_DIGITS) {
            return Self::in_range(coefficient, exponent, true);
        }
        let working = context.working() as usize;
        if digits <= working {
            return Self::in_range(coefficient, exponent, false);
        }
        let (coefficient, cut) = shorten(&coefficient, digits - working, false);
        // Trailing zeros may have been all there was to cut; then it is what it was.
        let whole = exact && !cut && digits_of_stripped(&coefficient) <= context.digits as usize;
        Self::in_range(coefficient, exponent + (digits - working) as i64, whole)
    }

    fn in_range(coefficient: IBig, exponent: i64, exact: bool) -> Result<Self, Error> {
        if exponent.unsigned_abs() > 900_000 {
            return Self::at_the_edge(coefficient, exponent, exact);
        }
        Ok(Self { coefficient, exponent: exponent as i32, exact })
    }

    /// Rare, so out of the way of what is frequent.
    #[cold]
    fn at_the_edge(coefficient: IBig, exponent: i64, exact: bool) -> Result<Self, Error> {
        if coefficient.is_zero() {
            return Ok(Self { exact, ..Self::ZERO });
        }
        let adjusted = exponent + digits_of(&coefficient.clone().unsigned_abs()) as i64 - 1;
        if adjusted > MAX_EXPONENT {
            return Err(Error::too_large(format!("the result has more than {MAX_EXPONENT} digits before the point")));
        }
        if adjusted < -MAX_EXPONENT {
            return Ok(Self { exact: false, ..Self::ZERO });
        }
        Ok(Self { coefficient, exponent: exponent as i32, exact })
    }

    /// The value as it is compared and shown: rounded to the digits asked for, unless it is exact.
    pub(crate) fn settled(&self, context: Context) -> std::borrow::Cow<'_, Self> {
        if self.exact || self.coefficient.bit_len() <= bits_within(context.digits) {
            return std::borrow::Cow::Borrowed(self);
        }
        std::borrow::Cow::Owned(self.to_digits(context.digits, Rounding::HalfUp))
    }

    /// Rounded to so many significant digits.
    pub(crate) fn to_digits(&self, digits: u32, rounding: Rounding) -> Self {
        let present = digits_of(&self.coefficient.clone().unsigned_abs());
        let Some(drop) = present.checked_sub(digits as usize).filter(|drop| *drop > 0) else { return self.clone() };
        let (coefficient, cut) = divide_rounded(&self.coefficient, &power_of_ten(drop), rounding);
        Self { coefficient, exponent: self.exponent + drop as i32, exact: self.exact && !cut }
    }

    /// Rounded to so many places after the point; before it when negative. Exact afterwards: it is the value meant.
    pub(crate) fn to_places(&self, places: i64, rounding: Rounding, context: Context) -> Self {
        let drop = -places - i64::from(self.exponent);
        let value = self.settled(context);
        if drop <= 0 {
            return Self { exact: true, ..value.into_owned() };
        }
        let drop = drop - i64::from(value.exponent - self.exponent);
        if drop <= 0 {
            return Self { exact: true, ..value.into_owned() };
        }
        let digits = digits_of(&value.coefficient.clone().unsigned_abs()) as i64;
        // Far below the last place: all that counts is that it is not zero.
        let (coefficient, divisor) = if drop > digits + 1 {
            let sign = if value.is_negative() { -1 } else { i32::from(!value.is_zero()) };
            (IBig::from(sign), power_of_ten(2))
        } else {
            (value.coefficient.clone(), power_of_ten(drop as usize))
        };
        let (coefficient, _) = divide_rounded(&coefficient, &divisor, rounding);
        if places >= 0 || coefficient.is_zero() {
            return Self { coefficient, exponent: -places.clamp(0, 1_000_000) as i32, exact: true };
        }
        Self { coefficient, exponent: (-places).clamp(0, 1_000_000) as i32, exact: true }
    }

    /// Without zeros at the end.
    pub(crate) fn normalized(&self) -> Self {
        if self.is_zero() {
            return Self { exponent: 0, ..self.clone() };
        }
        let (sign, mut magnitude) = self.coefficient.clone().into_parts();
        let mut exponent = self.exponent;
        for step in [256usize, 64, 16, 4, 1] {
            let power = power_of_ten(step);
            // A number ends in at most as many zeros as it has factors of two.
            while magnitude.trailing_zeros().is_some_and(|zeros| zeros >= step) {
                let (quotient, rest) = magnitude.clone().div_rem(&*power);
                if !rest.is_zero() {
                    break;
                }
                magnitude = quotient;
                exponent += step as i32;
            }
        }
        Self { coefficient: IBig::from_parts(sign, magnitude), exponent, exact: self.exact }
    }

    /// The nearest double.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        // The standard library reads decimals correctly rounded; twenty digits and a sticky one decide.
        let digits = digits_of(&self.coefficient.clone().unsigned_abs());
        let (coefficient, exponent) = match digits.checked_sub(800) {
            Some(drop) if drop > 0 => {
                (shorten(&self.coefficient, drop, false).0, i64::from(self.exponent) + drop as i64)
            }
            _ => (self.coefficient.clone(), i64::from(self.exponent)),
        };
        if exponent == 0 && coefficient.bit_len() <= 53 {
            return i64::try_from(&coefficient).map_or(f64::NAN, |small| small as f64);
        }
        format!("{coefficient}e{exponent}").parse().unwrap_or(f64::NAN)
    }

    /// A double, digit for digit; none for infinities and NaN.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        Self::parse(&format!("{value:e}"))
    }

    /// The whole number, when it is one of at most [`MAX_INTEGER_DIGITS`] digits.
    pub(crate) fn to_integer(&self) -> Option<IBig> {
        if !self.is_integer() {
            return None;
        }
        if self.exponent >= 0 {
            let digits = digits_of(&self.coefficient.clone().unsigned_abs()) as i64 + i64::from(self.exponent);
            let fits = digits <= i64::from(MAX_INTEGER_DIGITS);
            return fits.then(|| &self.coefficient * IBig::from(power_of_ten(self.exponent as usize).into_owned()));
        }
        Some(&self.coefficient / IBig::from(power_of_ten(self.exponent.unsigned_abs() as usize).into_owned()))
    }
}

/// Digits without zeros at the end.
fn digits_of_stripped(coefficient: &IBig) -> usize {
    digits_of(&Decimal::new(coefficient.clone(), 0).normalized().coefficient.unsigned_abs())
}

/// Cuts digits off, leaving a sign of it in the last digit that stays. The flag says whether they were other than zeros.
fn shorten(coefficient: &IBig, drop: usize, more: bool) -> (IBig, bool) {
    let (sign, magnitude) = coefficient.clone().into_parts();
    let (mut quotient, rest) = magnitude.div_rem(&*power_of_ten(drop));
    let cut = more || !rest.is_zero();
    if cut && (&quotient % 5u8) == 0 {
        quotient += 1u8;
    }
    (IBig::from_parts(sign, quotient), cut)
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::new(IBig::from(value), 0)
    }
}

/// Digits of the coefficient.
pub(crate) fn digits(value: &Decimal) -> usize {
    digits_of(&value.coefficient.clone().unsigned_abs())
}
