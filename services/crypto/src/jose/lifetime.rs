//! A duration as no-code tools write it: `900`, `"15m"`, `"2h"`, `"7d"`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// A hundred years: beyond that it is milliseconds, or a moment, taken for seconds.
const MAX_SECONDS: u64 = 100 * 365 * 86_400;

/// Whole seconds, or a number with one of the units `s`, `m`, `h`, `d` and `w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    seconds: u64,
}

impl Lifetime {
    /// So many seconds.
    #[must_use]
    pub fn of_seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    pub(super) fn seconds(self) -> i64 {
        i64::try_from(self.seconds).expect("a hundred years fit")
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 7 * 86_400,
            _ => return None,
        };
        number.parse::<u64>().ok()?.checked_mul(unit).and_then(Self::bounded)
    }

    fn bounded(seconds: u64) -> Option<Self> {
        (seconds <= MAX_SECONDS).then_some(Self { seconds })
    }
}

impl Serialize for Lifetime {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        target.serialize_u64(self.seconds)
    }
}

impl<'de> Deserialize<'de> for Lifetime {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(Reader)
    }
}

struct Reader;

const WANTED: &str =
    "must be whole seconds, or a number and a unit (s, m, h, d, w) as in 15m, 2h or 7d, up to a hundred years";

impl Visitor<'_> for Reader {
    type Value = Lifetime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds, or text as 15m")
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Lifetime, E> {
        Lifetime::bounded(seconds).ok_or_else(|| E::custom(WANTED))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Lifetime, E> {
        u64::try_from(seconds).ok().and_then(Lifetime::bounded).ok_or_else(|| E::custom(WANTED))
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Lifetime, E> {
        // 60.0 is how some tools write 60. A float's text has no exponent.
        seconds.to_string().parse().ok().and_then(Lifetime::bounded).ok_or_else(|| E::custom(WANTED))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Lifetime, E> {
        Lifetime::read(text).ok_or_else(|| E::custom(WANTED))
    }
}

impl JsonSchema for Lifetime {
    fn schema_name() -> Cow<'static, str> {
        "Lifetime".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["integer", "string"],
            "minimum": 0,
            "maximum": MAX_SECONDS,
            "pattern": "^([0-9]{1,9}s?|[0-9]{1,7}m|[0-9]{1,5}h|[0-9]{1,4}d|[0-9]{1,3}w)$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_units() {
        for (json, seconds) in [
            ("0", 0),
            ("90", 90),
            ("90.0", 90),
            ("\"90\"", 90),
            ("\"15m\"", 900),
            ("\" 2 Hours \"", 7_200),
            ("\"7d\"", 604_800),
            ("\"1w\"", 604_800),
            ("3153600000", MAX_SECONDS),
        ] {
            assert_eq!(serde_json::from_str::<Lifetime>(json).unwrap(), Lifetime { seconds }, "{json}");
        }
        for json in [
            "-1",
            "1.5",
            "1e300",
            "3153600001",
            "\"\"",
            "\"m\"",
            "\"-5m\"",
            "\"1.5h\"",
            "\"10y\"",
            "\"2h30m\"",
            "\"500ms\"",
            "\"99999999999999999999\"",
            "\"3153600000w\"",
            "true",
            "[]",
        ] {
            assert!(serde_json::from_str::<Lifetime>(json).is_err(), "{json}");
        }
    }
}
