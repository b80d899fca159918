//! Decimal amounts: exact, as they are written. 0.1 + 0.2 is 0.3, and 1.005 rounds to 1.01.
//!
//! A whole number of 128 bits and the count of its decimals. Sums and products are exact or refused; only a division and
//! a rounding round, by the rule the request names. What needs powers (an annuity) goes through double-double, 31 digits,
//! and is rounded once.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize, Serializer};

use crate::dd::Dd;
use crate::literal;

/// Significant digits an amount may have.
const MAX_DIGITS: u32 = 28;
/// Decimals an amount may have.
pub const MAX_SCALE: u8 = 20;

/// An exact decimal number.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    mantissa: i128,
    scale: u8,
}

/// Rounding mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// Half up: to the nearest, halves away from zero: 2.5 becomes 3, -2.5 becomes -3. As in spreadsheets.
    #[default]
    HalfUp,
    /// Half even (banker's rounding): to the nearest, halves to the even neighbor: 2.5 becomes 2, 3.5 becomes 4.
    HalfEven,
    /// Half down: to the nearest, halves toward zero: 2.5 becomes 2.
    HalfDown,
    /// Away from zero.
    Up,
    /// Toward zero.
    Down,
    /// Toward positive infinity.
    Ceiling,
    /// Toward negative infinity.
    Floor,
}

impl Rounding {
    /// The quotient of two whole numbers, the second positive.
    pub(crate) fn divide(self, numerator: i128, denominator: i128) -> i128 {
        let quotient = numerator / denominator;
        let rest = numerator % denominator;
        if rest == 0 {
            return quotient;
        }
        let away = quotient + rest.signum();
        // Twice the rest could leave the range.
        let half = rest.abs().cmp(&(denominator - rest.abs()));
        let goes_away = match self {
            Self::Up => true,
            Self::Down => false,
            Self::Ceiling => rest > 0,
            Self::Floor => rest < 0,
            Self::HalfUp => half != Ordering::Less,
            Self::HalfDown => half == Ordering::Greater,
            Self::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && quotient % 2 != 0),
        };
        if goes_away { away } else { quotient }
    }
}

/// A power of ten.
pub(crate) fn ten_to(power: u8) -> i128 {
    10_i128.pow(u32::from(power))
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };
    /// One.
    pub const ONE: Self = Self { mantissa: 1, scale: 0 };

    /// `mantissa / 10^scale`.
    #[must_use]
    pub const fn new(mantissa: i128, scale: u8) -> Self {
        Self { mantissa, scale }
    }

    /// Reads a number; says what is the matter when it is none.
    ///
    /// # Errors
    /// When it is no number, or has too many digits.
    pub fn read(text: &str) -> Result<Self, String> {
        let digits = literal::digits(text)
            .or_else(|| literal::digits(&literal::joined(text, '.')?))
            .ok_or_else(|| "must be a number with a point as its decimal sign, such as 1234.56".to_owned())?;
        let many = || format!("must have at most {MAX_DIGITS} digits, {MAX_SCALE} of them decimals");
        if digits.mantissa == 0 {
            let scale = u8::try_from((-digits.exponent).clamp(0, 4)).map_err(|_| many())?;
            return Ok(Self { mantissa: 0, scale });
        }
        if digits.cut || digits.mantissa.unsigned_abs().ilog10() >= MAX_DIGITS {
            return Err(many());
        }
        let number = match digits.exponent {
            0.. => {
                let power = u8::try_from(digits.exponent).ok().filter(|power| u32::from(*power) < MAX_DIGITS);
                let mantissa = power.and_then(|power| digits.mantissa.checked_mul(ten_to(power)));
                mantissa.map(|mantissa| Self { mantissa, scale: 0 })
            }
            _ => {
                let (mut mantissa, mut exponent) = (digits.mantissa, digits.exponent);
                while exponent < -i32::from(MAX_SCALE) && mantissa % 10 == 0 {
                    mantissa /= 10;
                    exponent += 1;
                }
                u8::try_from(-exponent).ok().filter(|scale| *scale <= MAX_SCALE).map(|scale| Self { mantissa, scale })
            }
        };
        number.filter(|number| number.mantissa.unsigned_abs().ilog10() < MAX_DIGITS).ok_or_else(many)
    }

    /// The decimals it is written with.
    #[must_use]
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// All its digits as a whole number.
    #[must_use]
    pub const fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// -1, 0 or 1.
    #[must_use]
    pub const fn signum(self) -> i128 {
        self.mantissa.signum()
    }

    /// With the other sign.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self { mantissa: -self.mantissa, scale: self.scale }
    }

    /// Without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self { mantissa: self.mantissa.abs(), scale: self.scale }
    }

    /// The same number with more decimals.
    fn widened(self, scale: u8) -> Option<i128> {
        self.mantissa.checked_mul(ten_to(scale - self.scale))
    }

    /// The sum; nothing when it has too many digits.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let mantissa = self.widened(scale)?.checked_add(other.widened(scale)?)?;
        Some(Self { mantissa, scale })
    }

    /// The difference.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.negated())
    }

    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        let scale = self.scale + other.scale;
        if scale <= 38 { Some(Self { mantissa, scale }) } else { None }
    }

    /// The quotient with so many decimals; nothing by zero or with too many digits.
    #[must_use]
    pub fn over(self, other: Self, scale: u8, rounding: Rounding) -> Option<Self> {
        // self.m / 10^s divided by other.m / 10^o, times 10^scale.
        let power = i32::from(scale) + i32::from(other.scale) - i32::from(self.scale);
        let (mut numerator, mut denominator) = (self.mantissa, other.mantissa);
        let factor = 10_i128.checked_pow(power.unsigned_abs())?;
        if power >= 0 {
            numerator = numerator.checked_mul(factor)?;
        } else {
            denominator = denominator.checked_mul(factor)?;
        }
        if denominator < 0 {
            (numerator, denominator) = (-numerator, -denominator);
        }
        (denominator != 0).then(|| Self { mantissa: rounding.divide(numerator, denominator), scale })
    }

    /// Rounded to so many decimals, or written with so many.
    #[must_use]
    pub fn rounded(self, scale: u8, rounding: Rounding) -> Option<Self> {
        let mantissa = if scale >= self.scale {
            self.widened(scale)?
        } else {
            rounding.divide(self.mantissa, ten_to(self.scale - scale))
        };
        Some(Self { mantissa, scale })
    }

    /// In double-double.
    #[must_use]
    pub fn dd(self) -> Dd {
        Dd::decimal(self.mantissa, -i32::from(self.scale))
    }

    /// The nearest double.
    #[must_use]
    pub fn value(self) -> f64 {
        self.dd().value()
    }

    /// A double-double, rounded. What is within 1e-18 of a half is taken for one: that is where powers end up that are
    /// halves in decimals.
    #[must_use]
    pub fn of_dd(value: Dd, scale: u8, rounding: Rounding) -> Option<Self> {
        // Eighteen more decimals where there is room for them.
        let spare = (0..=18).rev().step_by(3).find(|spare| {
            let scaled = value * Dd::whole(ten_to(scale + *spare));
            scaled.hi().abs() < 1e30
        })?;
        let scaled = value * Dd::whole(ten_to(scale + spare));
        let below = (scaled + 0.5).floor();
        #[expect(clippy::cast_possible_truncation, reason = "both parts are whole and below 2^100")]
        let whole = below.hi() as i128 + below.lo() as i128;
        Some(Self { mantissa: rounding.divide(whole, ten_to(spare)), scale })
    }
}

/// By value: 0.5 is 0.50.
impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match self.minus(*other) {
            Some(difference) => Some(difference.mantissa.cmp(&0)),
            None => self.value().partial_cmp(&other.value()),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs();
        if self.scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let power = ten_to(self.scale).unsigned_abs();
        write!(f, "{sign}{}.{:0width$}", digits / power, digits % power, width = usize::from(self.scale))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        target.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        literal::read(source, "a number", |literal| Self::read(literal.text()))
    }
}

impl JsonSchema for Decimal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        if generator.contract().is_serialize() {
            json_schema!({ "type": "string", "description": "An exact decimal number.", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" })
        } else {
            json_schema!({
                "description": "A number, or its text; all digits are kept.",
                "anyOf": [
                    { "type": "number" },
                    { "type": "string", "pattern": "^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*$" }
                ]
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Decimal {
        Decimal::read(text).unwrap()
    }

    #[test]
    fn sums_and_products_are_exact() {
        assert_eq!(of("0.1").plus(of("0.2")).unwrap().to_string(), "0.3");
        assert_eq!(of("1.10").times(of("3")).unwrap().to_string(), "3.30");
        assert_eq!(of("1e3").minus(of("0.01")).unwrap().to_string(), "999.99");
        assert_eq!(of("-0.05").to_string(), "-0.05");
    }

    #[test]
    fn halves_go_where_the_rule_says() {
        // Each rule at 2.5, 3.5, -2.5 and 2.4.
        for (rounding, expected) in [
            (Rounding::HalfUp, ["3", "4", "-3", "2"]),
            (Rounding::HalfEven, ["2", "4", "-2", "2"]),
            (Rounding::HalfDown, ["2", "3", "-2", "2"]),
            (Rounding::Up, ["3", "4", "-3", "3"]),
            (Rounding::Down, ["2", "3", "-2", "2"]),
            (Rounding::Ceiling, ["3", "4", "-2", "3"]),
            (Rounding::Floor, ["2", "3", "-3", "2"]),
        ] {
            let found = ["2.5", "3.5", "-2.5", "2.4"].map(|text| of(text).rounded(0, rounding).unwrap().to_string());
            assert_eq!(found, expected, "{rounding:?}");
        }
        assert_eq!(of("1.005").rounded(2, Rounding::HalfUp).unwrap().to_string(), "1.01");
        assert_eq!(of("1").over(of("3"), 4, Rounding::HalfUp).unwrap().to_string(), "0.3333");
    }

    #[test]
    fn powers_come_back_as_decimals() {
        let value = of("1.05").dd().powi(2);
        assert_eq!(Decimal::of_dd(value, 4, Rounding::Floor).unwrap().to_string(), "1.1025");
        assert_eq!(Decimal::of_dd(value, 3, Rounding::HalfUp).unwrap().to_string(), "1.103");
        assert_eq!(Decimal::of_dd(Dd::of(-2.5), 0, Rounding::HalfEven).unwrap().to_string(), "-2");
        assert_eq!(Decimal::of_dd(Dd::of(1e40), 2, Rounding::HalfUp), None);
        assert_eq!(Decimal::of_dd(Dd::of(f64::NAN), 2, Rounding::HalfUp), None);
    }

    #[test]
    fn too_many_digits_are_refused() {
        assert!(Decimal::read("1e400").unwrap_err().contains("28 digits"));
        assert!(Decimal::read("1e-400").is_err());
        assert!(Decimal::read("12,50").unwrap_err().contains("point"));
        assert_eq!(of("0e400"), Decimal::ZERO);
        assert_eq!(of("1e20").times(of("1e20")), None);
    }
}
