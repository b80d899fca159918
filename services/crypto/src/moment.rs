//! A moment in a request: RFC 3339, or seconds since 1970.

use std::fmt;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A moment from 1970 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(Timestamp);

impl Moment {
    /// The moment itself.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number that is no time is outside of the range all the same"
    )]
    fn of_seconds(seconds: f64) -> Option<Self> {
        let moment = Timestamp::from_second(seconds.floor() as i64).ok()?;
        (seconds.is_finite() && moment >= Timestamp::UNIX_EPOCH).then_some(Self(moment))
    }

    fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(seconds) = text.parse() {
            return Self::of_seconds(seconds);
        }
        text.parse().ok().filter(|moment| *moment >= Timestamp::UNIX_EPOCH).map(Self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(MomentVisitor)
    }
}

struct MomentVisitor;

impl MomentVisitor {
    fn checked<E: Error>(moment: Option<Moment>) -> Result<Moment, E> {
        let message =
            "must be a time from 1970 on, as 2026-01-31T12:00:00Z or in seconds (not milliseconds) since 1970";
        moment.ok_or_else(|| E::custom(message))
    }
}

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time")
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Moment, E> {
        #[expect(clippy::cast_precision_loss, reason = "seconds of a time are exact, and no others are taken")]
        Self::checked(Moment::of_seconds(seconds as f64))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Moment, E> {
        // What is not negative comes as u64.
        Self::checked(None)
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Moment, E> {
        Self::checked(Moment::of_seconds(seconds))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
        Self::checked(Moment::of_text(text))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        target.collect_str(&self.0)
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "RFC 3339, or seconds since 1970.",
            "type": ["string", "number"],
            "minimum": 0,
            "examples": ["2026-01-31T12:00:00Z", 1_769_860_800]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_several_ways() {
        for (json, millis) in [
            (r#""2015-08-30T12:36:00Z""#, 1_440_938_160_000),
            (r#""20150830T123600Z""#, 1_440_938_160_000),
            (r#""2015-08-30T14:36:00.25+02:00""#, 1_440_938_160_250),
            ("1440938160", 1_440_938_160_000),
            ("1440938160.75", 1_440_938_160_000),
            (r#"" 1440938160 ""#, 1_440_938_160_000),
            ("0", 0),
            ("20000000000", 20_000_000_000_000),
        ] {
            let moment: Moment = serde_json::from_str(json).unwrap();
            assert_eq!(moment.timestamp().as_millisecond(), millis, "{json}");
            assert_eq!(serde_json::from_str::<Moment>(&serde_json::to_string(&moment).unwrap()).unwrap(), moment);
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for json in [
            "-1",
            "-0.5",
            "1440938160000",
            "1e300",
            r#""NaN""#,
            r#""inf""#,
            r#""""#,
            r#""2015-08-30""#,
            r#""1969-12-31T23:59:59Z""#,
            r#""2015-08-30T12:36:00""#,
            "true",
            "[]",
        ] {
            assert!(serde_json::from_str::<Moment>(json).is_err(), "{json}");
        }
    }
}
