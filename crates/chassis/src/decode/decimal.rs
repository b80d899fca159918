//! Numbers that keep their digits.
//!
//! A double holds about 16 digits and no trailing zeros: `1.10` becomes 1.1, 9224851642388483.21 becomes ...484. serde_json
//! could keep every number's text (`arbitrary_precision`), but then each number in each request would be a string. So
//! only the fields that ask for it read the text, by the same road that `RawValue` takes, and whoever computes with it
//! (a decimal library, a table that is handed on) gets what was sent.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::value::RAW_VALUE;

/// Characters a number may have.
const MAX_CHARS: usize = 10_000;
/// The largest exponent, and the smallest below zero: a million digits are the most that adding 1 can take.
const MAX_EXPONENT: u32 = 999_999;

/// A number with its own digits: `1.10` stays `1.10`, and 9224851642388483.21 is not rounded. Read from a JSON number, or
/// from text that is one (`"1.10"`, also `"+5"`, `".5"` and `"007"`), of at most 10,000 characters and with an exponent from
/// -999,999 to 999,999; written as it was read.
///
/// Usable wherever a request or answer has a number: optional, in lists, as the values of maps, at any depth. Without a
/// comparison by value: `1.1` and `1.10` are not equal.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    text: Box<str>,
    /// It came as text.
    is_text: bool,
}

impl Decimal {
    /// The digits as they were written: a sign, digits with or without a point, an exponent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it came as text rather than as a JSON number, and goes out as text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.is_text
    }

    /// The nearest double; infinite where it is larger than all of them.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.text.parse().unwrap_or(f64::NAN)
    }

    fn new(text: &str, is_text: bool) -> Result<Self, String> {
        if text.len() > MAX_CHARS {
            return Err(format!("has more than {MAX_CHARS} characters"));
        }
        let number = Number::of(text).ok_or("must be a number (you sent text)")?;
        if number.exponent.is_some_and(|exponent| exponent > MAX_EXPONENT) {
            return Err(format!("has an exponent beyond {MAX_EXPONENT}"));
        }
        Ok(Self { text: text.into(), is_text })
    }

    /// Reads the text of a JSON value.
    fn of_json(json: &str) -> Result<Self, String> {
        let sent = match json.as_bytes().first() {
            Some(b'"') => {
                // Longer than any number, however it is escaped.
                if json.len() > 6 * MAX_CHARS + 2 {
                    return Err(format!("has more than {MAX_CHARS} characters"));
                }
                let text: Cow<'_, str> = serde_json::from_str(json).map_err(|_| "must be a number (you sent text)")?;
                return Self::new(text.trim(), true);
            }
            Some(b'[') => "a list",
            Some(b'{') => "an object",
            Some(b'n') => "null",
            Some(b't') => "true",
            Some(b'f') => "false",
            _ => return Self::new(json, false),
        };
        Err(format!("must be a number (you sent {sent})"))
    }
}

impl FromStr for Decimal {
    type Err = String;

    /// Reads a number; one that JSON would not write so (`+5`, `.5`) goes out as text.
    fn from_str(text: &str) -> Result<Self, String> {
        let is_text = Number::of(text).is_some_and(|number| !number.is_json);
        Self::new(text, is_text)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What the text of a number is made of.
struct Number {
    /// The digits of the exponent; those that are too many for any bound count as the most.
    exponent: Option<u32>,
    /// JSON writes it so.
    is_json: bool,
}

impl Number {
    fn of(text: &str) -> Option<Self> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
                if exponent.is_empty() || !digits(exponent) {
                    return None;
                }
                (mantissa, Some(exponent.parse().unwrap_or(u32::MAX)))
            }
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if !digits(whole) || !digits(fraction) || whole.len() + fraction.len() == 0 {
            return None;
        }
        let plain = !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
        let is_json = plain && !text.starts_with('+') && (fraction.is_empty() != mantissa.contains('.'));
        Some(Self { exponent, is_json })
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        /// The text of a JSON value, which comes as an object of one entry (`RawValue`), or a text that is no JSON.
        struct Json;
        impl<'de> Visitor<'de> for Json {
            type Value = Result<Decimal, String>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Decimal::new(text.trim(), true))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let entry = map.next_entry::<Cow<'_, str>, String>()?;
                Ok(Decimal::of_json(&entry.map(|(_, json)| json).unwrap_or_default()))
            }
        }
        source.deserialize_newtype_struct(RAW_VALUE, Json)?.map_err(D::Error::custom)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        if self.is_text {
            return target.serialize_str(&self.text);
        }
        RawValue::from_string(self.text.to_string()).map_err(S::Error::custom)?.serialize(target)
    }
}

impl JsonSchema for Decimal {
    fn schema_name() -> Cow<'static, str> {
        "Decimal".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, or text that is one: its digits stay as they are.",
            "type": ["number", "string"],
            "pattern": r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$",
            "maxLength": MAX_CHARS,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [&str; 10] = [
        "1.10",
        "9224851642388483",
        "9224851642388483.21",
        "-0",
        "0.000",
        "1E5",
        "-1.50e-999999",
        "123456789012345678901234567890.123456789",
        "1e999999",
        "0.1",
    ];

    #[test]
    fn digits_stay_as_they_are() {
        for number in NUMBERS {
            for (json, is_text) in [(number.to_owned(), false), (format!("\"{number}\""), true)] {
                let read: Decimal = serde_json::from_str(&json).unwrap();
                assert_eq!((read.as_str(), read.is_text()), (number, is_text), "{json}");
                let written = serde_json::to_vec(&read).unwrap();
                assert_eq!(written, json.as_bytes());
                // What a cache key or a worker is made of is read as the same.
                assert_eq!(serde_json::from_slice::<Decimal>(&written).unwrap(), read);
            }
            assert_eq!(serde_json::to_string(&number.parse::<Decimal>().unwrap()).unwrap(), number);
        }
    }

    #[test]
    fn text_may_be_written_as_people_write() {
        for text in ["+5", ".5", "5.", "007.50", "-.5E+3", "0", "00"] {
            let json = format!("\" {text}\\t\"");
            let read: Decimal = serde_json::from_str(&json).unwrap();
            assert_eq!((read.as_str(), read.is_text()), (text, true));
            // It is one to a double as well.
            assert!(read.to_f64().is_finite(), "{text}");
        }
        assert_eq!(serde_json::to_string(&"+5".parse::<Decimal>().unwrap()).unwrap(), "\"+5\"");
        assert_eq!(serde_json::to_string(&"5.".parse::<Decimal>().unwrap()).unwrap(), "\"5.\"");
    }

    #[test]
    fn what_is_no_number_says_so() {
        let long = |count: usize| "1".repeat(count);
        for (json, message) in [
            ("null".to_owned(), "must be a number (you sent null)"),
            ("true".to_owned(), "must be a number (you sent true)"),
            ("[1]".to_owned(), "must be a number (you sent a list)"),
            ("{}".to_owned(), "must be a number (you sent an object)"),
            ("\"\"".to_owned(), "must be a number (you sent text)"),
            ("\"1,000.50\"".to_owned(), "must be a number (you sent text)"),
            ("\"1.2.3\"".to_owned(), "must be a number (you sent text)"),
            ("\".\"".to_owned(), "must be a number (you sent text)"),
            ("\"e5\"".to_owned(), "must be a number (you sent text)"),
            ("\"1e\"".to_owned(), "must be a number (you sent text)"),
            ("\"--1\"".to_owned(), "must be a number (you sent text)"),
            ("\"NaN\"".to_owned(), "must be a number (you sent text)"),
            ("\"inf\"".to_owned(), "must be a number (you sent text)"),
            ("\"١\"".to_owned(), "must be a number (you sent text)"),
            ("1e1000000".to_owned(), "has an exponent beyond 999999"),
            ("\"1e-99999999999999999999\"".to_owned(), "has an exponent beyond 999999"),
            (long(10_001), "has more than 10000 characters"),
            (format!("\"{}\"", long(10_001)), "has more than 10000 characters"),
            (format!("\"{}\"", "\\u0031".repeat(10_001)), "has more than 10000 characters"),
        ] {
            let error = serde_json::from_str::<Decimal>(&json).unwrap_err().to_string();
            assert!(error.starts_with(message), "{json:.40}: {error}");
        }
        assert_eq!(serde_json::from_str::<Decimal>(&long(10_000)).unwrap().as_str().len(), 10_000);
    }
}
