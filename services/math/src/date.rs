//! A calendar date in a request or an answer.

use std::borrow::Cow;
use std::fmt;

use jiff::civil;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

/// A date, as 2026-01-31. The time of day of an RFC 3339 time is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub civil::Date);

impl Date {
    /// Whole days from another date to this one.
    #[must_use]
    pub fn days_since(self, other: Self) -> i64 {
        i64::from((self.0 - other.0).get_days())
    }

    /// So many months later; the last day of the month where it has no such day.
    #[must_use]
    pub fn months_later(self, months: i32) -> Option<Self> {
        self.0.checked_add(jiff::Span::new().try_months(months).ok()?).ok().map(Self)
    }

    /// Whether it is the last day of its month.
    #[must_use]
    pub fn is_month_end(self) -> bool {
        self.0.day() == self.0.days_in_month()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        target.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = String::deserialize(source)?;
        // A civil date reads a time with an offset too, and would refuse one with a Z.
        let date = text.trim().get(..10).unwrap_or_default();
        let rest = text.trim().get(10..).unwrap_or_default();
        let date = date.parse().ok().filter(|_| rest.is_empty() || rest.starts_with(['T', 't', ' ']));
        date.map(Self).ok_or_else(|| D::Error::custom("must be a date such as 2026-01-31"))
    }
}

impl JsonSchema for Date {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "description": "A date, as 2026-01-31." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_tools_send_them() {
        let read = |text: &str| serde_json::from_value::<Date>(text.into()).map(|date| date.to_string());
        assert_eq!(read("2014-02-27").unwrap(), "2014-02-27");
        assert_eq!(read(" 2014-02-27T23:59:59.000Z").unwrap(), "2014-02-27");
        for wrong in ["27.02.2014", "2014-02-30", "2014-2-7", "", "2014-02-27x", "äöüäöüäöü"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
