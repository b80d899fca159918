//! How expressions and conversions are computed, as a request says it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chassis::ExactNumber;
use expression::{NumberStyle, Options, Rates};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::decimal::Rounding;
use crate::error::{Error, conflict};

/// Rates in one request; there are some two hundred currencies.
const MAX_RATES: usize = 2_000;

/// Arithmetic of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Decimal arithmetic with `precision` digits; integers are exact. 0.1 + 0.2 is 0.3.
    #[default]
    Decimal,
    /// Exact fractions, as long as all operands are fractions: 1/3 + 1/6 is 1/2.
    #[serde(alias = "rational")]
    Fraction,
    /// Binary floating point, as in JavaScript. 0.1 + 0.2 is 0.30000000000000004.
    #[serde(alias = "double")]
    Float,
}

impl From<Mode> for expression::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Decimal => Self::Decimal,
            Mode::Fraction => Self::Fraction,
            Mode::Float => Self::Float,
        }
    }
}

/// Notation of numbers written by people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DecimalSign {
    /// Decimal point: 1,234.56
    #[serde(rename = ".", alias = "point")]
    Point,
    /// Decimal comma: 1.234,56
    #[serde(rename = ",", alias = "comma")]
    Comma,
}

/// Unit of angles without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Angle {
    /// Radians: sin(pi/2) is 1.
    #[default]
    #[serde(alias = "rad")]
    Radians,
    /// Degrees: sin(90) is 1.
    #[serde(alias = "deg")]
    Degrees,
}

/// Exchange rates between currencies: the answer of a rate service as it is, or the amounts by currency alone,
/// `{"EUR": 1, "USD": 1.0842}`.
#[derive(Debug, Clone, Serialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct CurrencyRates {
    /// Base currency, one unit of which buys the amounts in `rates`, such as EUR; may be omitted when it is among the rates.
    #[garde(length(chars, max = 5))]
    pub base: Option<String>,
    /// Exchange rates: the amount of each currency that one unit of the base buys; `{"USD": 1.0842}` with base EUR
    /// means that a euro is 1.0842 dollars.
    pub rates: BTreeMap<String, ExactNumber>,
}

impl<'de> Deserialize<'de> for CurrencyRates {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(RatesVisitor)
    }
}

struct RatesVisitor;

impl<'de> Visitor<'de> for RatesVisitor {
    type Value = CurrencyRates;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an object with exchange rates by currency, such as {\"base\": \"EUR\", \"rates\": {\"USD\": 1.0842}}",
        )
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CurrencyRates, A::Error> {
        let (mut base, mut rates) = (None, BTreeMap::new());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "base" | "base_code" => base = map.next_value()?,
                "rates" | "conversion_rates" => rates.append(&mut map.next_value::<BTreeMap<String, ExactNumber>>()?),
                code if (3..=5).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                    rates.insert(key, map.next_value()?);
                }
                // Rate services say when, and by whom.
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(CurrencyRates { base, rates })
    }
}

/// ISO 4217's code of no currency: the base of rates without one.
const NO_CURRENCY: &str = "XXX";

impl CurrencyRates {
    fn read(&self) -> Result<Rates, Error> {
        if self.rates.len() > MAX_RATES {
            return Err(conflict("rates.rates", format!("has more than {MAX_RATES} currencies")));
        }
        let rates = self.rates.iter().map(|(code, rate)| (code.as_str(), rate.as_str()));
        Rates::new(self.base.as_deref().unwrap_or(NO_CURRENCY), rates).map_err(|error| conflict("rates", error.message))
    }
}

/// What evaluating and converting have in common.
pub(crate) struct Settings<'a> {
    pub(crate) mode: Mode,
    pub(crate) precision: u32,
    pub(crate) rounding: Rounding,
    pub(crate) decimal: Option<DecimalSign>,
    pub(crate) angle: Angle,
    pub(crate) units: bool,
    pub(crate) rates: Option<&'a CurrencyRates>,
}

impl Settings<'_> {
    /// As the engine wants it.
    pub(crate) fn options(&self) -> Result<Options, Error> {
        Ok(Options {
            mode: self.mode.into(),
            digits: self.precision,
            rounding: rounding(self.rounding),
            style: match self.decimal {
                None => NumberStyle::Plain,
                Some(DecimalSign::Point) => NumberStyle::Point,
                Some(DecimalSign::Comma) => NumberStyle::Comma,
            },
            units: self.units,
            angle: match self.angle {
                Angle::Radians => expression::Angle::Radians,
                Angle::Degrees => expression::Angle::Degrees,
            },
            rates: self.rates.map(CurrencyRates::read).transpose()?.map(Arc::new),
            ..Options::default()
        })
    }
}

fn rounding(rounding: Rounding) -> expression::Rounding {
    match rounding {
        Rounding::HalfUp => expression::Rounding::HalfUp,
        Rounding::HalfEven => expression::Rounding::HalfEven,
        Rounding::HalfDown => expression::Rounding::HalfDown,
        Rounding::Up => expression::Rounding::Up,
        Rounding::Down => expression::Rounding::Down,
        Rounding::Ceiling => expression::Rounding::Ceiling,
        Rounding::Floor => expression::Rounding::Floor,
    }
}
