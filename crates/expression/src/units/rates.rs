//! Rates between currencies, as the caller gives them.

use std::collections::HashMap;

use super::unit::{Code, code};
use crate::decimal::Decimal;
use crate::error::{Error, Kind};
use crate::fraction::Fraction;

/// Rates between currencies: how much of each one unit of the base buys.
#[derive(Debug, Clone)]
pub struct Rates {
    /// Worth of one unit, in the base.
    worth: HashMap<Code, Fraction>,
}

impl Rates {
    /// Rates from a base and the text of each rate: `EUR`, `[("USD", "1.0842")]` says that a euro is 1.0842 dollars.
    ///
    /// # Errors
    /// When a code is not three to five capital letters, or a rate is not a number above 0.
    pub fn new<'a>(base: &str, rates: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let read = |text: &str| {
            let shown: String = text.chars().take(20).collect();
            let message = format!("{shown} is no code of a currency: use three to five capital letters, such as EUR");
            code(text).ok_or_else(|| Error::new(Kind::Units, message))
        };
        let mut worth = HashMap::from([(read(base)?, Fraction::whole(1))]);
        for (name, rate) in rates {
            let value = Decimal::parse(rate).filter(|value| value.is_positive() && value.exponent.abs() < 400);
            let value = value.and_then(|value| Fraction::from_decimal(&value).ok()?.inverted().ok());
            let message = format!("the rate of {name} is not a number above 0");
            let name = read(name)?;
            let value = value.ok_or_else(|| Error::new(Kind::Units, message))?;
            worth.entry(name).or_insert(value);
        }
        Ok(Self { worth })
    }

    pub(super) fn worth(&self, code: &Code) -> Option<Fraction> {
        self.worth.get(code).cloned()
    }
}
