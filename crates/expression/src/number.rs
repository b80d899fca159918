//! A number in one of the three arithmetics, and what every arithmetic can do.
//!
//! Where two meet, the less exact one wins: a double makes doubles, a decimal that is not exact makes decimals, and an
//! exact decimal becomes a fraction.

use std::cmp::Ordering;

use dashu_base::BitTest;
use dashu_int::{IBig, UBig};

use crate::decimal::Decimal;
use crate::error::Error;
use crate::fraction::Fraction;
use crate::options::{Context, Mode, Options, Rounding};

/// A number.
#[derive(Debug, Clone)]
pub enum Number {
    /// A decimal.
    Decimal(Decimal),
    /// A fraction.
    Fraction(Box<Fraction>),
    /// A double; always finite.
    Float(f64),
}

/// Two numbers in one arithmetic.
enum Pair<'a> {
    Decimals(&'a Decimal, &'a Decimal),
    OwnDecimals(Decimal, Decimal),
    Fractions(Fraction, Fraction),
    Floats(f64, f64),
}

fn finite(value: f64) -> Result<Number, Error> {
    if value.is_finite() {
        Ok(Number::Float(value))
    } else if value.is_nan() {
        Err(Error::argument("this has no value among real numbers"))
    } else {
        Err(Error::too_large("the result is too large for a double (1.8e308): compute in decimals"))
    }
}

impl Number {
    /// A whole number.
    pub(crate) fn whole(value: i64, context: Context) -> Self {
        match context.mode {
            Mode::Decimal => Self::Decimal(Decimal::from(value)),
            Mode::Fraction => Self::Fraction(Box::new(Fraction::whole(value))),
            Mode::Float => Self::Float(value as f64),
        }
    }

    /// A decimal brought into the arithmetic of a mode.
    pub(crate) fn of(value: Decimal, mode: Mode) -> Result<Self, Error> {
        match mode {
            Mode::Decimal => Ok(Self::Decimal(value)),
            Mode::Fraction if value.is_exact() => Ok(Self::Fraction(Box::new(Fraction::from_decimal(&value)?))),
            Mode::Fraction => Ok(Self::Decimal(value)),
            Mode::Float => finite(value.to_f64()),
        }
    }

    /// A number from its text as JSON writes it, in the arithmetic of the options.
    ///
    /// # Errors
    /// When the text is no number, or is beyond the range of the arithmetic.
    pub fn parse(text: &str, options: &Options) -> Result<Self, Error> {
        let value = Decimal::parse(text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            Error::argument(format!("{shown} is not a number of at most 30000 digits and an exponent of 1000000"))
        })?;
        Self::of(value, options.mode)
    }

    /// The value as a decimal.
    pub(crate) fn to_decimal(&self, context: Context) -> Result<Decimal, Error> {
        match self {
            Self::Decimal(value) => Ok(value.clone()),
            Self::Fraction(value) => value.to_decimal(context),
            Self::Float(value) => {
                Decimal::from_f64(*value).ok_or_else(|| Error::argument("this is not a finite number"))
            }
        }
    }

    /// The nearest double.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Decimal(value) => value.to_f64(),
            Self::Fraction(value) => value.to_decimal(Context::decimal(40)).map_or(f64::NAN, |value| value.to_f64()),
            Self::Float(value) => *value,
        }
    }

    /// Whether it is exactly what was asked for.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        match self {
            Self::Decimal(value) => value.is_exact(),
            Self::Fraction(_) => true,
            Self::Float(_) => false,
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Self::Decimal(value) => value.is_zero(),
            Self::Fraction(value) => value.is_zero(),
            Self::Float(value) => *value == 0.0,
        }
    }

    pub(crate) fn is_negative(&self) -> bool {
        match self {
            Self::Decimal(value) => value.is_negative(),
            Self::Fraction(value) => value.is_negative(),
            Self::Float(value) => *value < 0.0,
        }
    }

    pub(crate) fn is_integer(&self, context: Context) -> bool {
        match self {
            Self::Decimal(value) => value.settled(context).is_integer(),
            Self::Fraction(value) => value.denominator.is_one(),
            Self::Float(value) => value.fract() == 0.0,
        }
    }

    /// The whole number it is, when it is one that fits.
    pub(crate) fn to_i64(&self, context: Context) -> Option<i64> {
        i64::try_from(self.to_integer(context)?).ok()
    }

    /// The whole number it is.
    pub(crate) fn to_integer(&self, context: Context) -> Option<IBig> {
        match self {
            Self::Decimal(value) => value.settled(context).to_integer(),
            Self::Fraction(value) => value.denominator.is_one().then(|| value.numerator.clone()),
            Self::Float(value) => Decimal::from_f64(*value)?.to_integer(),
        }
    }

    /// How long it is, in words of 64 bits.
    pub(crate) fn words(&self) -> u64 {
        let bits = match self {
            Self::Decimal(value) => value.coefficient.bit_len(),
            Self::Fraction(value) => value.numerator.bit_len() + value.denominator.bit_len(),
            Self::Float(_) => 0,
        };
        (bits / 64) as u64
    }

    fn pair<'a>(&'a self, other: &'a Self, context: Context) -> Result<Pair<'a>, Error> {
        Ok(match (self, other) {
            (Self::Decimal(one), Self::Decimal(other)) => Pair::Decimals(one, other),
            (Self::Float(_), _) | (_, Self::Float(_)) => Pair::Floats(self.to_f64(), other.to_f64()),
            (Self::Fraction(one), Self::Fraction(other)) => Pair::Fractions((**one).clone(), (**other).clone()),
            (Self::Fraction(one), Self::Decimal(other)) if other.is_exact() => {
                Pair::Fractions((**one).clone(), Fraction::from_decimal(other)?)
            }
            (Self::Decimal(one), Self::Fraction(other)) if one.is_exact() => {
                Pair::Fractions(Fraction::from_decimal(one)?, (**other).clone())
            }
            _ => Pair::OwnDecimals(self.to_decimal(context)?, other.to_decimal(context)?),
        })
    }

    fn combine(
        &self,
        other: &Self,
        context: Context,
        decimals: impl Fn(&Decimal, &Decimal) -> Result<Decimal, Error>,
        fractions: impl Fn(&Fraction, &Fraction) -> Result<Fraction, Error>,
        floats: impl Fn(f64, f64) -> f64,
    ) -> Result<Self, Error> {
        match self.pair(other, context)? {
            Pair::Decimals(one, other) => decimals(one, other).map(Self::Decimal),
            Pair::OwnDecimals(one, other) => decimals(&one, &other).map(Self::Decimal),
            Pair::Fractions(one, other) => fractions(&one, &other).map(Box::new).map(Self::Fraction),
            Pair::Floats(one, other) => finite(floats(one, other)),
        }
    }

    pub(crate) fn add(&self, other: &Self, context: Context) -> Result<Self, Error> {
        self.combine(other, context, |a, b| a.add(b, context), Fraction::add, |a, b| a + b)
    }

    pub(crate) fn subtract(&self, other: &Self, context: Context) -> Result<Self, Error> {
        let fractions = |a: &Fraction, b: &Fraction| a.add(&b.negated());
        self.combine(other, context, |a, b| a.subtract(b, context), fractions, |a, b| a - b)
    }

    pub(crate) fn multiply(&self, other: &Self, context: Context) -> Result<Self, Error> {
        self.combine(other, context, |a, b| a.multiply(b, context), Fraction::multiply, |a, b| a * b)
    }

    pub(crate) fn divide(&self, other: &Self, context: Context) -> Result<Self, Error> {
        if other.is_zero() {
            return Err(Error::division());
        }
        self.combine(other, context, |a, b| a.divide(b, context), Fraction::divide, |a, b| a / b)
    }

    pub(crate) fn negated(&self) -> Self {
        match self {
            Self::Decimal(value) => Self::Decimal(value.negated()),
            Self::Fraction(value) => Self::Fraction(Box::new(value.negated())),
            Self::Float(value) => Self::Float(-value),
        }
    }

    pub(crate) fn absolute(&self) -> Self {
        if self.is_negative() { self.negated() } else { self.clone() }
    }

    pub(crate) fn compare(&self, other: &Self, context: Context) -> Result<Ordering, Error> {
        Ok(match self.pair(other, context)? {
            Pair::Decimals(one, other) => one.compare(other, context),
            Pair::OwnDecimals(one, other) => one.compare(&other, context),
            Pair::Fractions(one, other) => one.compare(&other),
            Pair::Floats(one, other) => one.partial_cmp(&other).unwrap_or(Ordering::Equal),
        })
    }

    /// The quotient brought to a whole number by a mode.
    pub(crate) fn quotient(&self, other: &Self, rounding: Rounding, context: Context) -> Result<Self, Error> {
        if other.is_zero() {
            return Err(Error::division());
        }
        match self.pair(other, context)? {
            Pair::Decimals(one, other) => one.quotient(other, rounding, context).map(Self::Decimal),
            Pair::OwnDecimals(one, other) => one.quotient(&other, rounding, context).map(Self::Decimal),
            Pair::Fractions(one, other) => Ok(Self::Fraction(Box::new(one.divide(&other)?.to_places(0, rounding)?))),
            Pair::Floats(one, other) => Self::Float(one / other).to_places(0, rounding, context),
        }
    }

    /// The remainder with the sign of the divisor.
    pub(crate) fn modulo(&self, other: &Self, context: Context) -> Result<Self, Error> {
        if other.is_zero() {
            return Err(Error::division());
        }
        let fractions = |a: &Fraction, b: &Fraction| {
            let whole = a.divide(b)?.to_places(0, Rounding::Floor)?;
            a.add(&b.multiply(&whole)?.negated())
        };
        let floats = |a: f64, b: f64| {
            let rest = a % b;
            if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
        };
        self.combine(other, context, |a, b| a.modulo(b, context), fractions, floats)
    }

    pub(crate) fn power(&self, exponent: &Self, context: Context) -> Result<Self, Error> {
        if let Self::Fraction(base) = self
            && let Some(whole) = exponent.to_i64(context)
        {
            return base.power(whole).map(Box::new).map(Self::Fraction);
        }
        match self.pair(exponent, context)? {
            Pair::Decimals(one, other) => one.power_of(other, context).map(Self::Decimal),
            Pair::OwnDecimals(one, other) => one.power_of(&other, context).map(Self::Decimal),
            Pair::Fractions(one, other) => {
                if other == (Fraction { numerator: IBig::ONE, denominator: UBig::from(2u8) })
                    && let Some(root) = one.square_root()
                {
                    return Ok(Self::Fraction(Box::new(root)));
                }
                one.to_decimal(context)?.power_of(&other.to_decimal(context)?, context).map(Self::Decimal)
            }
            Pair::Floats(one, other) => finite(one.powf(other)),
        }
    }

    /// Rounded to so many places after the point, before it when negative.
    pub(crate) fn to_places(&self, places: i64, rounding: Rounding, context: Context) -> Result<Self, Error> {
        match self {
            Self::Decimal(value) => Ok(Self::Decimal(value.to_places(places, rounding, context))),
            Self::Fraction(value) => Ok(Self::Fraction(Box::new(value.to_places(places, rounding)?))),
            Self::Float(value) => {
                // By the digits a double is shown with: 1.005 is 1.005, as people see it.
                let Some(decimal) = Decimal::from_f64(*value) else { return finite(*value) };
                finite(decimal.to_places(places, rounding, context).to_f64())
            }
        }
    }

    /// The text of the value.
    pub(crate) fn to_text(&self, context: Context) -> String {
        match self {
            Self::Decimal(value) => value.to_text(context),
            Self::Fraction(value) => value.to_text(),
            Self::Float(value) => {
                Decimal::from_f64(*value).map_or_else(|| value.to_string(), |decimal| decimal.to_text(context))
            }
        }
    }

    /// The value as a JSON number, where that says it all: at most 15 significant digits, and any double.
    pub(crate) fn to_json(&self, context: Context) -> Option<String> {
        let decimal = match self {
            Self::Decimal(value) => value.clone(),
            Self::Fraction(value) => {
                let decimal = value.to_decimal(context).ok()?;
                if !decimal.is_exact() {
                    return None;
                }
                decimal
            }
            Self::Float(value) => return Decimal::from_f64(*value).map(|decimal| decimal.to_text(context)),
        };
        let inside = decimal.is_zero() || (-307..=307).contains(&decimal.adjusted());
        (inside && decimal.significant(context) <= 15).then(|| decimal.to_text(context))
    }
}
