//! A rate in a request: 0.05, or "5 %".

use std::borrow::Cow;
use std::fmt;

use chassis::Call;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize, Serializer};

use crate::dd::Dd;
use crate::decimal::Decimal;
use crate::literal;

/// A rate as a fraction: 0.05 is five percent, and so is "5 %".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// The fraction.
    pub fraction: Decimal,
    /// Whether it came with a percent sign.
    percent: bool,
}

impl Rate {
    /// A fraction.
    #[must_use]
    pub const fn of(fraction: Decimal) -> Self {
        Self { fraction, percent: false }
    }

    fn read(text: &str) -> Result<Self, String> {
        let Some(number) = text.trim().strip_suffix('%') else { return Ok(Self::of(Decimal::read(text)?)) };
        let number = Decimal::read(number)?;
        let fraction = Decimal::new(number.mantissa(), number.scale() + 2);
        Ok(Self { fraction, percent: true })
    }

    /// In double-double.
    #[must_use]
    pub fn dd(self) -> Dd {
        self.fraction.dd()
    }

    /// Warns of what is likely meant in percent: 5 for five percent.
    pub(crate) fn warn(self, field: &str, call: &Call) {
        if !self.percent && self.fraction.abs() >= Decimal::ONE {
            let fraction = self.fraction;
            let message = format!(
                "rates are fractions: {fraction} is {} percent; send \"{fraction} %\" if you mean {fraction} percent",
                Decimal::new(fraction.mantissa().saturating_mul(100), fraction.scale()),
            );
            call.warn("percent", Some(field), message);
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fraction.fmt(f)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        if !self.percent {
            return self.fraction.serialize(target);
        }
        let percent = Decimal::new(self.fraction.mantissa(), self.fraction.scale().saturating_sub(2));
        target.collect_str(&format_args!("{percent}%"))
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        literal::read(source, "a rate such as 0.05 or \"5 %\"", |literal| Self::read(literal.text()))
    }
}

impl JsonSchema for Rate {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A rate as a fraction, 0.05 for five percent; or as text with a percent sign, \"5 %\".",
            "anyOf": [
                { "type": "number" },
                { "type": "string", "pattern": "^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*%?\\s*$" }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_fraction_are_the_same() {
        let read = |json: &str| serde_json::from_str::<Rate>(json).unwrap();
        assert_eq!(read("0.065").fraction, read("\"6.5 %\"").fraction);
        assert_eq!(read("\"6.5%\"").fraction.to_string(), "0.065");
        assert_eq!(serde_json::to_string(&read("\"6.5 %\"")).unwrap(), "\"6.5%\"");
        assert!(serde_json::from_str::<Rate>("\"six %\"").is_err());
    }
}
