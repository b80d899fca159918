//! What is done to a moment: the steps of a request, as it says them.

use std::fmt;

use chassis::{Short, Shorthand};
use garde::Validate;
use jiff::civil::Weekday;
use schemars::JsonSchema;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// One thing that is done to a date. Exactly one field is set.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct DateStep {
    /// Adds an amount of time: `3 days`, `1 month 2 weeks`, `-90 minutes`, `5 business days`, `P1DT2H`.
    #[serde(default, deserialize_with = "amount", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 200))]
    pub add: Option<String>,
    /// Subtracts an amount of time.
    #[serde(default, deserialize_with = "amount", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 200))]
    pub subtract: Option<String>,
    /// Shows the same instant in another time zone: `Europe/Berlin`, `UTC`, `+02:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 100))]
    pub to_zone: Option<String>,
    /// Goes to the start of the year, quarter, month, week (from Monday, or week-sunday), day, hour or minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_of: Option<Period>,
    /// Goes to the end of such a period: its last day, or its last millisecond.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_of: Option<Period>,
    /// Rounds the time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub round: Option<TimeRound>,
    /// Sets parts: `{"day": 1, "hour": 9}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<SetParts>,
    /// Goes to the next such weekday, never the same day: monday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<WeekdayName>,
    /// Goes to the last such weekday before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<WeekdayName>,
    /// The difference to another date; a number with `unit`, else an object with all units. Ends the steps.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub difference: Option<Difference>,
    /// Full years up to a date: an age. Ends the steps.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub age: Option<Age>,
    /// -1 before another date, 0 the same, 1 after it. Ends the steps.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub compare: Option<Other>,
    /// One part: year, quarter, month, month-name, iso-week, iso-year, day, day-of-year, weekday, weekday-name, hour, minute, second,
    /// unix, days-in-month, leap-year, business-day, zone, offset. Ends the steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<DatePart>,
    /// With true all parts, as an object. Ends the steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<bool>,
}

/// An amount of time as text, or as an object of units: `{"days": 2, "hours": -1}`.
fn amount<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    struct Amount;
    impl<'de> Visitor<'de> for Amount {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an amount of time, such as 3 days")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut parts = Vec::new();
            while let Some((unit, number)) = map.next_entry::<String, i64>()? {
                parts.push((unit, number));
            }
            // One sign stands for all of them in a text.
            let negative = parts.iter().all(|(_, number)| *number <= 0);
            if !negative && parts.iter().any(|(_, number)| *number < 0) {
                return Err(de::Error::custom("must be all added or all subtracted: write a step for each"));
            }
            let said: Vec<String> =
                parts.iter().map(|(unit, number)| format!("{} {unit}", number.unsigned_abs())).collect();
            Ok(Some(format!("{}{}", if negative { "-" } else { "" }, said.join(" "))))
        }
    }
    source.deserialize_any(Amount)
}

impl DateStep {
    /// The column of another date.
    pub(super) fn other_column(&self) -> Option<&str> {
        let difference = self.difference.as_ref().and_then(|step| step.to_column.as_deref());
        difference.or(self.compare.as_ref().and_then(|step| step.to_column.as_deref()))
    }
}

/// A period of the calendar or the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// Year.
    Year,
    /// Quarter.
    Quarter,
    /// Month.
    Month,
    /// Week from Monday.
    Week,
    /// Week from Sunday.
    WeekSunday,
    /// Day.
    Day,
    /// Hour.
    Hour,
    /// Minute.
    Minute,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WeekdayName {
    /// Monday.
    #[serde(alias = "mon")]
    Monday,
    /// Tuesday.
    #[serde(alias = "tue")]
    Tuesday,
    /// Wednesday.
    #[serde(alias = "wed")]
    Wednesday,
    /// Thursday.
    #[serde(alias = "thu")]
    Thursday,
    /// Friday.
    #[serde(alias = "fri")]
    Friday,
    /// Saturday.
    #[serde(alias = "sat")]
    Saturday,
    /// Sunday.
    #[serde(alias = "sun")]
    Sunday,
}

impl WeekdayName {
    pub(super) fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// Unit of rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClockUnit {
    /// Day.
    Day,
    /// Hour.
    Hour,
    /// Minute.
    #[default]
    Minute,
    /// Second.
    Second,
    /// Millisecond.
    Millisecond,
}

/// Which way a time is rounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoundWay {
    /// To the nearest; the half up.
    #[default]
    Nearest,
    /// Up.
    Up,
    /// Down.
    Down,
}

/// How a time is rounded.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct TimeRound {
    /// Unit of rounding.
    #[serde(default)]
    pub to: ClockUnit,
    /// How many of the unit, such as 15 minutes; it divides the next larger unit.
    #[serde(default)]
    #[garde(range(min = 1, max = 1_000))]
    pub step: Option<i64>,
    /// Which way a time is rounded.
    #[serde(default)]
    pub way: RoundWay,
}

/// Parts of a date and a time to set.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetParts {
    /// Year.
    #[serde(default)]
    pub year: Option<i16>,
    /// Month, from 1.
    #[serde(default)]
    pub month: Option<i8>,
    /// Day of the month; one past its end is the last.
    #[serde(default)]
    pub day: Option<i8>,
    /// Hour, from 0.
    #[serde(default)]
    pub hour: Option<i8>,
    /// Minute.
    #[serde(default)]
    pub minute: Option<i8>,
    /// Second.
    #[serde(default)]
    pub second: Option<i8>,
}

/// Another date: one for all values, or that of another column.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Other {
    /// Other date; now, today, tomorrow and yesterday too.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub to: Option<String>,
    /// Column of the other date, with rows.
    #[serde(default)]
    #[garde(length(chars, max = 1_000))]
    pub to_column: Option<String>,
}

impl Shorthand for Other {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|to| Self { to: Some(to), ..Self::default() })
    }
}

/// Unit of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceUnit {
    /// Full years of the calendar.
    Years,
    /// Full months of the calendar.
    Months,
    /// Full weeks.
    Weeks,
    /// Full days of the calendar, whatever the clocks do.
    Days,
    /// Hours that passed, with decimals.
    Hours,
    /// Minutes that passed, with decimals.
    Minutes,
    /// Seconds that passed, with decimals.
    Seconds,
    /// Milliseconds that passed.
    Milliseconds,
    /// Business days after the first date up to the other.
    BusinessDays,
}

/// The difference to another date, positive when that is later.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Difference {
    /// Other date; now, today, tomorrow and yesterday too.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub to: Option<String>,
    /// Column of the other date, with rows.
    #[serde(default)]
    #[garde(length(chars, max = 1_000))]
    pub to_column: Option<String>,
    /// Unit of the difference; all of them without it.
    #[serde(default)]
    pub unit: Option<DifferenceUnit>,
    /// Whether its sign is left out.
    #[serde(default)]
    pub absolute: bool,
}

impl Shorthand for Difference {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|to| Self { to: Some(to), ..Self::default() })
    }
}

/// The day for which an age is asked.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Age {
    /// Day of the age (default today in `zone`).
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub on: Option<String>,
}

impl Shorthand for Age {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|on| Self { on: Some(on) })
    }
}

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DatePart {
    /// Year.
    Year,
    /// Quarter, from 1.
    Quarter,
    /// Month, from 1.
    Month,
    /// Name of the month.
    MonthName,
    /// Week of ISO 8601.
    #[serde(alias = "week")]
    IsoWeek,
    /// Year of that week.
    IsoYear,
    /// Day of the month.
    Day,
    /// Day of the year, from 1.
    DayOfYear,
    /// Day of the week, 1 for Monday to 7 for Sunday.
    Weekday,
    /// Name of the day of the week.
    WeekdayName,
    /// Hour.
    Hour,
    /// Minute.
    Minute,
    /// Second.
    Second,
    /// Seconds since 1970; null without a time zone.
    Unix,
    /// Number of days of the month.
    DaysInMonth,
    /// Whether the year is a leap year.
    LeapYear,
    /// Whether it is a business day.
    BusinessDay,
    /// Name of the time zone; null without one.
    Zone,
    /// Offset from UTC; null without a time zone.
    Offset,
}
