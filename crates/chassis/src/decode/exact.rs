//! Exact decimals: numbers that keep all of their digits, in requests and in answers.
//!
//! A JSON number is text; what makes `0.1` inexact is reading it as a double. [`ExactNumber`] keeps the text. The rule
//! for answers, here once: **facts of ours** that are exact (a sum of money, an integer beyond 2^53) are text, a
//! `String`, because most clients read every JSON number as a double; **data of the user's** that came as numbers goes
//! back as numbers, an `ExactNumber`, which is written by its own text. A service that lets the request choose answers
//! with an enum of the two.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::value::RAW_VALUE;

/// Characters a number may have.
const MAX_CHARS: usize = 1_000;
/// The exponent a number may have, either way: a text of ten characters must not stand for a gigabyte of digits.
const MAX_EXPONENT: u32 = 9_999;

/// A decimal number with all of its digits: never read as a double. In requests a JSON number or a text such as
/// `"1234.50"`, at most 1,000 characters and an exponent within ±9,999; in answers a JSON number written by its own text.
/// Compared as text: `1.0` is not `1.00`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExactNumber(Box<str>);

impl ExactNumber {
    /// Its text, a JSON number (RFC 8259): `-12.50`, `1e-7`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExactNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ExactNumber {
    type Err = String;

    /// Takes a JSON number, which may have spaces around it and a plus before it.
    fn from_str(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        let number = trimmed.strip_prefix('+').unwrap_or(trimmed);
        if number.len() > MAX_CHARS {
            return Err(format!("has more than {MAX_CHARS} characters"));
        }
        let unsigned = number.strip_prefix('-').unwrap_or(number);
        let (decimal, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((decimal, exponent)) => (decimal, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
            None => (unsigned, "0"),
        };
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let plain = digits(whole) && (whole == "0" || !whole.starts_with('0')) && digits(fraction) && digits(exponent);
        if !plain || (trimmed.starts_with('+') && number.starts_with('-')) {
            return Err("must be a number such as 1234.50".to_owned());
        }
        if exponent.parse::<u32>().is_ok_and(|exponent| exponent <= MAX_EXPONENT) {
            return Ok(Self(number.into()));
        }
        Err(format!("has an exponent beyond {MAX_EXPONENT}"))
    }
}

impl<'de> Deserialize<'de> for ExactNumber {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        // serde_json hands out the text of a value to whoever asks by this name.
        source.deserialize_newtype_struct(RAW_VALUE, TextVisitor)?.parse().map_err(D::Error::custom)
    }
}

/// Reads the text of a number, or a text.
struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<String, A::Error> {
        let value = Box::<RawValue>::deserialize(MapAccessDeserializer::new(map))?;
        let json = value.get();
        match json.starts_with('"') {
            true => serde_json::from_str(json).map_err(A::Error::custom),
            false => Ok(json.to_owned()),
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

impl Serialize for ExactNumber {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let number = RawValue::from_string(self.0.clone().into()).expect("it was checked to be a JSON number");
        number.serialize(target)
    }
}

impl JsonSchema for ExactNumber {
    fn schema_name() -> Cow<'static, str> {
        "ExactNumber".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let description = "An exact decimal: all of its digits count, also those a double has no room for.";
        if generator.contract().is_serialize() {
            return json_schema!({ "type": "number", "description": description });
        }
        json_schema!({
            "description": description,
            "anyOf": [
                { "type": "number" },
                {
                    "type": "string",
                    "maxLength": MAX_CHARS,
                    "pattern": r"^\s*[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?\s*$"
                }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_text() {
        for number in ["0", "-0", "0.10", "1234567890123456789012345678901234567890.50", "1e-7", "-1.5E+9999", "1e0007"]
        {
            assert_eq!(number.parse::<ExactNumber>().unwrap().as_str(), number);
            let read: ExactNumber = serde_json::from_str(number).unwrap();
            assert_eq!(serde_json::to_string(&[&read]).unwrap(), format!("[{number}]"));
            let read: ExactNumber = serde_json::from_str(&format!("\" {number} \"")).unwrap();
            assert_eq!(read.as_str(), number);
        }
        assert_eq!("+1.50".parse::<ExactNumber>().unwrap().as_str(), "1.50");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let long = "1".repeat(1_001);
        for text in [
            "",
            "-",
            "+-1",
            "--1",
            ".5",
            "5.",
            "007",
            "1,5",
            "1 000",
            "0x1F",
            "NaN",
            "Infinity",
            "1e",
            "1e5.5",
            "٣",
            "1_000",
            "1e10000",
            "1e-99999999999999999999",
            &long,
        ] {
            assert!(text.parse::<ExactNumber>().is_err(), "{text}");
        }
        for json in ["null", "true", "[1]", r#"{"a":1}"#, r#""x""#] {
            assert!(serde_json::from_str::<ExactNumber>(json).is_err(), "{json}");
        }
    }
}
