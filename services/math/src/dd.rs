//! Double-double arithmetic: a number as the unevaluated sum of two doubles, about 31 digits.
//!
//! Decimal input loses its last digits when it is rounded to a double: NIST's NumAcc4 (0.1 on top of ten million) keeps 8
//! of 15 digits in any algorithm that starts from doubles. Reading the text of a number into two doubles keeps them, and
//! costs a few nanoseconds an operation. The algorithms are those of Dekker (1971), Knuth, and Hida, Li and Bailey (QD,
//! 2001). Products are split instead of fused: without a target feature a fused product is a call of a function.

use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// The sum of two doubles, the second below half a unit in the last place of the first.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Dd {
    hi: f64,
    lo: f64,
}

/// ln 2.
const LN_2: Dd = Dd { hi: std::f64::consts::LN_2, lo: 2.319_046_813_846_299_6e-17 };

/// 1/2 to 1/9.
const INVERSES: [Dd; 8] = [
    Dd::ratio(1.0, 2.0),
    Dd::ratio(1.0, 3.0),
    Dd::ratio(1.0, 4.0),
    Dd::ratio(1.0, 5.0),
    Dd::ratio(1.0, 6.0),
    Dd::ratio(1.0, 7.0),
    Dd::ratio(1.0, 8.0),
    Dd::ratio(1.0, 9.0),
];

fn two_sum(a: f64, b: f64) -> Dd {
    let sum = a + b;
    let other = sum - a;
    Dd { hi: sum, lo: (a - (sum - other)) + (b - other) }
}

fn quick_two_sum(a: f64, b: f64) -> Dd {
    let sum = a + b;
    Dd { hi: sum, lo: b - (sum - a) }
}

const fn split(a: f64) -> (f64, f64) {
    let scaled = 134_217_729.0 * a;
    let high = scaled - (scaled - a);
    (high, a - high)
}

const fn two_product(a: f64, b: f64) -> Dd {
    let product = a * b;
    let ((ah, al), (bh, bl)) = (split(a), split(b));
    Dd { hi: product, lo: ((ah * bh - product) + ah * bl + al * bh) + al * bl }
}

impl Dd {
    /// Zero.
    pub const ZERO: Self = Self::of(0.0);
    /// One.
    pub const ONE: Self = Self::of(1.0);

    /// A double.
    #[must_use]
    pub const fn of(value: f64) -> Self {
        Self { hi: value, lo: 0.0 }
    }

    /// The two parts, given that they do not overlap.
    #[must_use]
    pub const fn parts(hi: f64, lo: f64) -> Self {
        Self { hi, lo }
    }

    /// A quotient of two doubles, for tables: multiplying by it takes a fifth of the time of dividing.
    #[must_use]
    pub const fn ratio(numerator: f64, denominator: f64) -> Self {
        let hi = numerator / denominator;
        let back = two_product(hi, denominator);
        Self { hi, lo: ((numerator - back.hi) - back.lo) / denominator }
    }

    /// A whole number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "what is lost by the first part is in the second")]
    pub fn whole(value: i128) -> Self {
        let hi = value as f64;
        // One past i128::MAX does not come back; what is so large is exact to 106 bits anyway.
        let lo = if hi.abs() < 1.7e38 { value.wrapping_sub(hi as i128) as f64 } else { 0.0 };
        quick_two_sum(hi, lo)
    }

    /// `mantissa * 10^exponent`.
    #[must_use]
    pub fn decimal(mantissa: i128, exponent: i32) -> Self {
        let mantissa = Self::whole(mantissa);
        match exponent {
            0 => mantissa,
            1.. => mantissa * Self::of(10.0).powi(exponent),
            // Powers of ten that are exact in a double, or in two.
            -44..=-1 => mantissa / Self::of(10.0).powi(-exponent),
            // In two steps, so that the power is no infinity.
            _ => mantissa / Self::of(10.0).powi(40) / Self::of(10.0).powi((-exponent - 40).min(300)),
        }
    }

    /// The decimal number a double is written as: 0.1 is a tenth, not the double next to it.
    #[must_use]
    pub fn decimal_of(value: f64) -> Self {
        if !value.is_finite() || value.abs() > 1e200 || (value != 0.0 && value.abs() < 1e-200) {
            return Self::of(value);
        }
        let digits = crate::literal::digits(&value.to_string());
        digits
            .filter(|digits| !digits.cut)
            .map_or(Self::of(value), |digits| Self::decimal(digits.mantissa, digits.exponent))
    }

    /// The product of two doubles, exactly.
    #[must_use]
    pub fn product(a: f64, b: f64) -> Self {
        two_product(a, b)
    }

    /// The nearest double.
    #[must_use]
    pub fn value(self) -> f64 {
        self.hi + self.lo
    }

    /// The larger part.
    #[must_use]
    pub const fn hi(self) -> f64 {
        self.hi
    }

    /// The smaller part.
    #[must_use]
    pub const fn lo(self) -> f64 {
        self.lo
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        if self.hi < 0.0 { -self } else { self }
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.hi == 0.0
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self.hi.is_finite() && self.lo.is_finite()
    }

    /// Its square.
    #[must_use]
    pub fn square(self) -> Self {
        self * self
    }

    /// Its square root; zero for what is negative.
    #[must_use]
    pub fn sqrt(self) -> Self {
        if self.hi <= 0.0 {
            return Self::ZERO;
        }
        let near = self.hi.sqrt();
        let rest = self - two_product(near, near);
        quick_two_sum(near, rest.hi / (2.0 * near))
    }

    /// A whole power.
    #[must_use]
    pub fn powi(self, power: i32) -> Self {
        let mut result = Self::ONE;
        let mut base = self;
        let mut left = power.unsigned_abs();
        while left > 0 {
            if left & 1 == 1 {
                result *= base;
            }
            left >>= 1;
            if left > 0 {
                base = base.square();
            }
        }
        if power < 0 { Self::ONE / result } else { result }
    }

    /// Any power of a positive number.
    #[must_use]
    pub fn powd(self, power: Self) -> Self {
        (self.ln() * power).exp()
    }

    /// e to its power; zero and infinity beyond the range of a double.
    #[must_use]
    pub fn exp(self) -> Self {
        if self.hi < -745.2 {
            return Self::ZERO;
        }
        if self.hi > 709.79 {
            return Self::of(f64::INFINITY);
        }
        // e^x = 2^k (e^r)^512 with |r| below ln 2 / 1024.
        let twos = (self.hi / LN_2.hi).round();
        let rest = (self - LN_2 * twos).scale(1.0 / 512.0);
        let mut term = rest;
        let mut sum = rest;
        for inverse in INVERSES {
            term = term * rest * inverse;
            sum += term;
        }
        for _ in 0..9 {
            sum = sum.scale(2.0) + sum.square();
        }
        let result = sum + Self::ONE;
        #[expect(clippy::cast_possible_truncation, reason = "between -1076 and 1025")]
        let twos = twos as i32;
        // In two halves, so that neither factor leaves the range.
        let half = twos / 2;
        result.scale(2.0_f64.powi(half)).scale(2.0_f64.powi(twos - half))
    }

    /// The natural logarithm of a positive number.
    #[must_use]
    pub fn ln(self) -> Self {
        if self.hi <= 0.0 {
            return Self::of(if self.hi == 0.0 { f64::NEG_INFINITY } else { f64::NAN });
        }
        // Out of the reach of subnormal numbers, where e^-x has no second part.
        if self.hi < 1e-280 {
            return self.scale(2.0_f64.powi(200)).ln() - LN_2 * 200.0;
        }
        if self.hi > 1e280 {
            return self.scale(2.0_f64.powi(-200)).ln() + LN_2 * 200.0;
        }
        let near = Self::of(self.hi.ln());
        near + (self * (-near).exp() - Self::ONE)
    }

    /// Times a power of two.
    #[must_use]
    pub fn scale(self, power_of_two: f64) -> Self {
        Self { hi: self.hi * power_of_two, lo: self.lo * power_of_two }
    }

    /// The greatest whole number that is not larger.
    #[must_use]
    pub fn floor(self) -> Self {
        let hi = self.hi.floor();
        if hi == self.hi { quick_two_sum(hi, self.lo.floor()) } else { Self::of(hi) }
    }
}

impl From<f64> for Dd {
    fn from(value: f64) -> Self {
        Self::of(value)
    }
}

impl Neg for Dd {
    type Output = Self;

    fn neg(self) -> Self {
        Self { hi: -self.hi, lo: -self.lo }
    }
}

impl Add for Dd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let high = two_sum(self.hi, other.hi);
        let low = two_sum(self.lo, other.lo);
        let sum = quick_two_sum(high.hi, high.lo + low.hi);
        quick_two_sum(sum.hi, sum.lo + low.lo)
    }
}

impl Sub for Dd {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Dd {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = two_product(self.hi, other.hi);
        quick_two_sum(product.hi, product.lo + (self.hi * other.lo + self.lo * other.hi))
    }
}

impl Div for Dd {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = self.hi / other.hi;
        if !first.is_finite() {
            return Self::of(first);
        }
        let rest = self - other * first;
        let second = rest.hi / other.hi;
        let rest = rest - other * second;
        quick_two_sum(first, second) + rest.hi / other.hi
    }
}

macro_rules! with_double {
    ($($trait:ident $method:ident,)*) => {$(
        impl $trait<f64> for Dd {
            type Output = Self;

            fn $method(self, other: f64) -> Self {
                self.$method(Self::of(other))
            }
        }
    )*};
}

with_double! { Add add, Sub sub, Mul mul, Div div, }

impl AddAssign for Dd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Dd {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl MulAssign for Dd {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

impl PartialOrd for Dd {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match self.hi.partial_cmp(&other.hi) {
            Some(Ordering::Equal) => self.lo.partial_cmp(&other.lo),
            order => order,
        }
    }
}

impl std::iter::Sum for Dd {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, |sum, value| sum + value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits that agree, at most 32.
    fn digits(found: Dd, high: f64, low: f64) -> f64 {
        let error = ((found - Dd::parts(high, low)) / high).value().abs();
        if error == 0.0 { 32.0 } else { -error.log10() }
    }

    #[test]
    fn thirty_digits() {
        // High and low parts of values of mpmath 1.3 at 60 digits.
        assert!(digits(Dd::of(1.0).exp(), std::f64::consts::E, 1.445_646_891_729_250_2e-16) > 30.5);
        assert!(digits(Dd::of(10.0).ln(), std::f64::consts::LN_10, -2.170_756_223_382_249_4e-16) > 30.5);
        assert!(digits(Dd::of(2.0).sqrt(), std::f64::consts::SQRT_2, -9.667_293_313_452_913e-17) > 30.5);
        assert!(digits(Dd::decimal(1, -1), 0.1, -5.551_115_123_125_783e-18) > 30.5);
    }

    #[test]
    fn what_is_written_in_tenths_adds_up() {
        let tenth = Dd::decimal(1, -1);
        let sum: Dd = std::iter::repeat_n(tenth, 10).sum();
        assert_eq!(sum.value(), 1.0);
        assert_eq!((Dd::decimal(100_000_001, -1) - 1e7).value(), 0.1);
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(Dd::of(-800.0).exp().value(), 0.0);
        assert_eq!(Dd::of(800.0).exp().value(), f64::INFINITY);
        assert!((Dd::of(1e-300).ln().value() + 690.775_527_898_213_7).abs() < 1e-12);
        assert_eq!((Dd::ONE / Dd::ZERO).value(), f64::INFINITY);
        assert_eq!(Dd::of(-2.5).floor().value(), -3.0);
    }
}
