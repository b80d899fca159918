//! The text of a number in a request. serde_json hands it out to whoever asks by the name its `RawValue` asks by; so
//! that 1.005 stays 1.005 and is not the double next to it.

use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// The name by which serde_json's `RawValue` asks for a value's text.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// A value, as it stands in the request.
pub(crate) enum Literal<'a> {
    /// Its JSON text.
    Json(&'a str),
    /// A text that is not in quotes any more.
    Text(&'a str),
}

impl Literal<'_> {
    /// What a number says: its text, or the text in quotes.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            // A text with an escape in it is no number, and is said to be none.
            Self::Json(json) => {
                let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                inner.unwrap_or(json)
            }
        }
    }

    /// Whether there is no value.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Json("null"))
    }

    /// Whether it is a number of JSON, and no text.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Json(json) if !json.starts_with('"'))
    }

    /// Whether it is a list or an object.
    pub(crate) fn is_nested(&self) -> bool {
        matches!(self, Self::Json(json) if json.starts_with(['[', '{']))
    }
}

/// Reads a value by its text.
pub(crate) fn read<'de, D: Deserializer<'de>, T>(
    source: D,
    expected: &'static str,
    read: impl FnOnce(&Literal<'_>) -> Result<T, String>,
) -> Result<T, D::Error> {
    // Judged here and not within the source, which takes a fault of its reader for one of the JSON.
    let owned = source.deserialize_newtype_struct(RAW_VALUE, Reader { expected })?;
    let literal = match &owned {
        Owned::Json(json) => Literal::Json(json),
        Owned::Text(text) => Literal::Text(text),
    };
    read(&literal).map_err(D::Error::custom)
}

/// The text of a value.
enum Owned {
    Json(String),
    Text(String),
}

struct Reader {
    expected: &'static str,
}

impl<'de> Visitor<'de> for Reader {
    type Value = Owned;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Owned, A::Error> {
        let Some(_) = map.next_key::<serde::de::IgnoredAny>()? else {
            return Err(A::Error::custom(format!("must be {}", self.expected)));
        };
        let json = map.next_value::<std::borrow::Cow<'de, str>>()?;
        let json = json.trim();
        match json.starts_with('"').then(|| serde_json::from_str::<String>(json)) {
            Some(Ok(text)) => Ok(Owned::Text(text)),
            _ => Ok(Owned::Json(json.to_owned())),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Owned, E> {
        Ok(Owned::Text(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Owned, E> {
        Ok(Owned::Json(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Owned, E> {
        Ok(Owned::Json(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Owned, E> {
        Ok(Owned::Json(number.to_string()))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, source: D) -> Result<Owned, D::Error> {
        source.deserialize_any(self)
    }
}

/// A number in digits: `mantissa * 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digits {
    pub(crate) mantissa: i128,
    pub(crate) exponent: i32,
    /// Whether digits were left out, because there are more than are kept.
    pub(crate) cut: bool,
}

/// Significant digits that are kept of a number.
const KEPT: u32 = 36;

/// Reads `-12.50e3`; nothing when it is no number.
pub(crate) fn digits(text: &str) -> Option<Digits> {
    let text = text.trim();
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (number, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], rest[at + 1..].parse::<i32>().ok().filter(|e| e.abs() < 100_000)?),
        None => (rest, 0),
    };
    let (mut mantissa, mut exponent, mut kept, mut any, mut point, mut cut) =
        (0_i128, exponent, 0, false, false, false);
    for byte in number.bytes() {
        match byte {
            b'0'..=b'9' => {
                any = true;
                if kept < KEPT {
                    mantissa = mantissa * 10 + i128::from(byte - b'0');
                    kept += u32::from(mantissa != 0);
                    exponent -= i32::from(point);
                } else {
                    cut |= byte != b'0';
                    exponent += i32::from(!point);
                }
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    any.then_some(Digits { mantissa: if negative { -mantissa } else { mantissa }, exponent, cut })
}

/// A number as people write it, such as `1,234.56` with a point or `1.234,56` with a comma for its decimals, as one with
/// a decimal point and without what parts its thousands. A comma parts them only beside a point: `1,234` may mean 1.234.
pub(crate) fn joined(text: &str, decimal_mark: char) -> Option<String> {
    let text = text.trim();
    let (sign, number) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (&text[..1], rest),
        None => ("", text),
    };
    let (whole, decimals) = match number.split_once(decimal_mark) {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (number, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !decimals.is_none_or(digits) {
        return None;
    }
    let other = if decimal_mark == ',' { '.' } else { ',' };
    let is_mark = |letter: char| letter == other || matches!(letter, ' ' | '\'' | '\u{2019}' | '\u{a0}' | '\u{202f}');
    let whole = match whole.chars().find(|letter| is_mark(*letter)) {
        None => Some(whole.to_owned()).filter(|whole| digits(whole))?,
        Some(',') if decimals.is_none() => return None,
        Some(mark) => {
            let mut groups = whole.split(mark);
            let first = groups.next().filter(|first| first.len() <= 3 && digits(first))?;
            if !groups.clone().all(|group| group.len() == 3 && digits(group)) {
                return None;
            }
            groups.fold(first.to_owned(), |joined, group| joined + group)
        }
    };
    Some(match decimals {
        Some(decimals) => format!("{sign}{whole}.{decimals}"),
        None => format!("{sign}{whole}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_joined_where_nothing_else_is_meant() {
        for (text, found) in [
            ("1,234.56", Some("1234.56")),
            (" -12,345,678.9 ", Some("-12345678.9")),
            ("1 234", Some("1234")),
            ("1\u{a0}234.5", Some("1234.5")),
            ("1'234'567.89", Some("1234567.89")),
            ("1,234", None),
            ("1.234,56", None),
            ("1,5", None),
            ("12,34.5", None),
            ("1234,567.8", None),
            ("1,234 567.8", None),
            ("1,234.", None),
            (",234.5", None),
            ("1 23", None),
            ("1 2 3", None),
            ("", None),
        ] {
            assert_eq!(joined(text, '.').as_deref(), found, "{text}");
        }
    }

    fn read(text: &str) -> Option<(i128, i32)> {
        digits(text).map(|digits| (digits.mantissa, digits.exponent))
    }

    #[test]
    fn numbers_as_they_are_written() {
        for (text, found) in [
            ("1.005", Some((1005, -3))),
            (" -0.50 ", Some((-50, -2))),
            ("+3", Some((3, 0))),
            ("1e3", Some((1, 3))),
            ("2.5E-2", Some((25, -3))),
            (".5", Some((5, -1))),
            ("5.", Some((5, 0))),
            ("", None),
            (".", None),
            ("1,5", None),
            ("1.2.3", None),
            ("1e", None),
            ("1e999999999", None),
            ("NaN", None),
        ] {
            assert_eq!(read(text), found, "{text}");
        }
    }

    #[test]
    fn a_million_digits_are_read_in_bounds() {
        let long = "9".repeat(1_000_000);
        let found = digits(&long).unwrap();
        assert!(found.cut);
        assert_eq!(found.exponent, 1_000_000 - 36);
    }
}
