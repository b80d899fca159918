//! A time in a request: RFC 3339, or seconds since the Unix epoch.

use std::fmt;

use chassis::Call;
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::conflict;

/// A moment as it was written; what is no time fits the schema, and is found out when it is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Moment {
    /// RFC 3339, or seconds as text.
    Text(String),
    /// Seconds since 1970.
    Seconds(f64),
}

impl Moment {
    /// The time it stands for; now, where there is none.
    ///
    /// # Errors
    /// When it is no time, or one before 1970.
    pub(crate) fn or_now(moment: Option<&Self>, field: &'static str, call: &Call) -> Result<Timestamp, Error> {
        let time = match moment {
            None => return Ok(call.now()),
            Some(Self::Seconds(seconds)) => time_of(*seconds),
            Some(Self::Text(text)) => match text.trim().parse() {
                Ok(seconds) => time_of(seconds),
                Err(_) => text.trim().parse().ok(),
            },
        };
        time.filter(|time| *time >= Timestamp::UNIX_EPOCH).ok_or_else(|| {
            conflict(
                field,
                "must be a time since 1970, such as 2026-01-31T12:00:00Z, or seconds (not milliseconds) since 1970",
            )
        })
    }
}

/// Part of a second is dropped.
fn time_of(seconds: f64) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "what is outside of the range is outside when cut, too")]
    let whole = seconds.floor() as i64;
    Timestamp::from_second(whole).ok().filter(|_| seconds.is_finite())
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(MomentVisitor)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time")
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds of a time are exact")]
    fn visit_u64<E>(self, seconds: u64) -> Result<Moment, E> {
        Ok(Moment::Seconds(seconds as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds of a time are exact")]
    fn visit_i64<E>(self, seconds: i64) -> Result<Moment, E> {
        Ok(Moment::Seconds(seconds as f64))
    }

    fn visit_f64<E>(self, seconds: f64) -> Result<Moment, E> {
        Ok(Moment::Seconds(seconds))
    }

    fn visit_str<E>(self, text: &str) -> Result<Moment, E> {
        Ok(Moment::Text(text.to_owned()))
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "RFC 3339 text, or seconds since the Unix epoch (1970).",
            "type": ["string", "number"],
            "examples": ["2026-01-31T12:00:00Z", 1_769_860_800]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Timestamp, Error> {
        Moment::or_now(Some(&serde_json::from_str(json).unwrap()), "time", &Call::detached())
    }

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
            assert_eq!(read(json).unwrap().as_millisecond(), millis, "{json}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for json in [
            "-1",
            "-0.5",
            "1440938160000",
            "18446744073709551615",
            "1e300",
            r#""NaN""#,
            r#""inf""#,
            r#""""#,
            r#""2015-08-30""#,
            r#""1969-12-31T23:59:59Z""#,
            r#""2015-08-30T12:36:00""#,
        ] {
            assert!(matches!(read(json), Err(Error::Conflict { field: "time", .. })), "{json}");
        }
    }
}
