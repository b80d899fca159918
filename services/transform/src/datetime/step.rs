//! What is done to a moment: the steps of a request, and each of them done.

use std::collections::BTreeMap;

use chassis::{Code, Error};
use garde::Validate;
use jiff::civil::{Date, DateTimeDifference, DateTimeRound, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Span, Unit, ZonedDifference, ZonedRound};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Context;
use super::amount::{Amount, words};
use super::moment::{Moment, local, offset_text};
use super::names::Language;
use super::zone;
use crate::tree::{Object, Tree};

/// One thing that is done to a date. Exactly one field is set.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct DateStep {
    /// Adds an amount of time: `3 days`, `1 month 2 weeks`, `-90 minutes`, `5 business days`, `P1DT2H`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 200))]
    pub add: Option<String>,
    /// Subtracts an amount of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub difference: Option<Difference>,
    /// Full years up to a date: an age. Ends the steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub age: Option<Age>,
    /// -1 before another date, 0 the same, 1 after it. Ends the steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

const PARTS: [(DatePart, &str); 19] = [
    (DatePart::Year, "year"),
    (DatePart::Quarter, "quarter"),
    (DatePart::Month, "month"),
    (DatePart::MonthName, "monthName"),
    (DatePart::IsoWeek, "isoWeek"),
    (DatePart::IsoYear, "isoYear"),
    (DatePart::Day, "day"),
    (DatePart::DayOfYear, "dayOfYear"),
    (DatePart::Weekday, "weekday"),
    (DatePart::WeekdayName, "weekdayName"),
    (DatePart::Hour, "hour"),
    (DatePart::Minute, "minute"),
    (DatePart::Second, "second"),
    (DatePart::Unix, "unix"),
    (DatePart::DaysInMonth, "daysInMonth"),
    (DatePart::LeapYear, "leapYear"),
    (DatePart::BusinessDay, "businessDay"),
    (DatePart::Zone, "zone"),
    (DatePart::Offset, "offset"),
];

/// The date a value is compared with.
pub(super) enum Target {
    /// One for all.
    Fixed(Moment),
    /// That of a column of the same row.
    Column(String),
}

/// A step, ready to run.
pub(super) enum Action {
    Add(Amount),
    ToZone(TimeZone),
    StartOf(Period),
    EndOf(Period),
    Round(TimeRound),
    Set(SetParts),
    Weekday(Weekday, i32),
    Difference(Target, Option<DifferenceUnit>, bool),
    Age(Option<Moment>),
    Compare(Target),
    Part(DatePart),
    Parts,
}

/// What a step leaves: a moment, or a value that ends the steps.
pub(super) enum Outcome {
    Moment(Moment),
    Value(Tree),
}

impl Action {
    /// The one thing a step says.
    pub(super) fn of(step: &DateStep, field: &str, context: &Context) -> Result<Self, Error> {
        let mut said = Vec::new();
        let amount =
            |text: &str, name: &str| Amount::of(text).map_err(|why| Error::impossible(format!("{field}.{name}"), why));
        let fixed = |text: &str, name: &str| {
            context.fixed(text).map_err(|why| Error::impossible(format!("{field}.{name}"), why))
        };
        let target = |to: Option<&String>, column: Option<&String>, name: &str| match (to, column) {
            (Some(to), None) => fixed(to, &format!("{name}.to")).map(Target::Fixed),
            (None, Some(column)) => Ok(Target::Column(column.clone())),
            (None, None) => Err(Error::impossible(
                format!("{field}.{name}.to"),
                "is missing: name the other date in to, or its column in toColumn",
            )),
            _ => Err(Error::impossible(
                format!("{field}.{name}.to"),
                "is there together with toColumn: send one of the two",
            )),
        };
        if let Some(text) = &step.add {
            said.push(Self::Add(amount(text, "add")?));
        }
        if let Some(text) = &step.subtract {
            said.push(Self::Add(amount(text, "subtract")?.negate()));
        }
        if let Some(name) = &step.to_zone {
            said.push(Self::ToZone(zone::zone(name).map_err(|why| Error::impossible(format!("{field}.toZone"), why))?));
        }
        said.extend(step.start_of.map(Self::StartOf));
        said.extend(step.end_of.map(Self::EndOf));
        said.extend(step.round.clone().map(Self::Round));
        said.extend(step.set.clone().map(Self::Set));
        said.extend(step.next.map(|day| Self::Weekday(day.weekday(), 1)));
        said.extend(step.previous.map(|day| Self::Weekday(day.weekday(), -1)));
        if let Some(step) = &step.difference {
            let target = target(step.to.as_ref(), step.to_column.as_ref(), "difference")?;
            said.push(Self::Difference(target, step.unit, step.absolute));
        }
        if let Some(step) = &step.age {
            said.push(Self::Age(step.on.as_deref().map(|on| fixed(on, "age.on")).transpose()?));
        }
        if let Some(step) = &step.compare {
            said.push(Self::Compare(target(step.to.as_ref(), step.to_column.as_ref(), "compare")?));
        }
        said.extend(step.part.map(Self::Part));
        if step.parts == Some(true) {
            said.push(Self::Parts);
        }
        match (said.pop(), said.len()) {
            (Some(only), 0) => Ok(only),
            (None, _) => Err(Error::field(
                Code::ValidationError,
                field,
                "says nothing to do: name one, such as add, toZone, startOf, endOf, round, difference, age or part",
            )),
            _ => Err(Error::field(
                Code::ValidationError,
                field,
                "says several things to do: write a step for each, in their order",
            )),
        }
    }

    /// Whether nothing can follow it.
    pub(super) fn ends(&self) -> bool {
        matches!(self, Self::Difference(..) | Self::Age(_) | Self::Compare(_) | Self::Part(_) | Self::Parts)
    }

    /// The step, done. `other` reads the date of another column.
    pub(super) fn apply(
        &self,
        moment: Moment,
        context: &Context,
        other: &dyn Fn(&str) -> Result<Option<Moment>, String>,
    ) -> Result<Outcome, String> {
        let target = |target: &Target| match target {
            Target::Fixed(moment) => Ok(Some(moment.clone())),
            Target::Column(column) => other(column),
        };
        Ok(match self {
            Self::Add(amount) => Outcome::Moment(add(&moment, amount, context)?),
            Self::ToZone(zone) => Outcome::Moment(match (&moment, &context.zone) {
                (Moment::Zoned(zoned), _) => Moment::Zoned(zoned.with_time_zone(zone.clone())),
                (_, Some(own)) => Moment::Zoned(moment.in_zone(own, context.dst)?.0.with_time_zone(zone.clone())),
                (_, None) => return Err("has no time zone: say in zone which one it is in".to_owned()),
            }),
            Self::StartOf(period) => Outcome::Moment(start_of(&moment, *period, context)?),
            Self::EndOf(period) => Outcome::Moment(end_of(&moment, *period, context)?),
            Self::Round(round) => Outcome::Moment(rounded(moment, round)?),
            Self::Set(parts) => Outcome::Moment(set(&moment, parts, context)?),
            Self::Weekday(weekday, nth) => {
                let date = moment.date().nth_weekday(*nth, *weekday).map_err(|error| error.to_string())?;
                Outcome::Moment(on_date(&moment, date, context)?)
            }
            Self::Difference(to, unit, absolute) => Outcome::Value(match target(to)? {
                Some(other) => difference(&moment, &other, *unit, *absolute, context)?,
                None => Tree::Null,
            }),
            Self::Age(on) => {
                let on = on.clone().unwrap_or_else(|| Moment::Date(context.now.date()));
                let years =
                    moment.date().until((Unit::Year, on.date())).map_err(|error| error.to_string())?.get_years();
                if years < 0 || on.date() < moment.date() {
                    return Err(format!("is after {}: there is no age yet", on.date()));
                }
                Outcome::Value(i64::from(years).into())
            }
            Self::Compare(to) => Outcome::Value(match target(to)? {
                Some(other) => {
                    let order = match pair(&moment, &other)? {
                        Pair::Local(one, two) => one.cmp(&two),
                        Pair::Zoned(one, two) => one.timestamp().cmp(&two.timestamp()),
                    };
                    (order as i64).into()
                }
                None => Tree::Null,
            }),
            Self::Part(part) => Outcome::Value(part_of(&moment, *part, context)),
            Self::Parts => {
                let parts = PARTS.iter().map(|(part, name)| ((*name).to_owned(), part_of(&moment, *part, context)));
                Outcome::Value(parts.collect::<Object<Tree>>().into())
            }
        })
    }
}

/// The same time on another day.
fn on_date(moment: &Moment, date: Date, context: &Context) -> Result<Moment, String> {
    at(moment, date, moment.civil().time(), context)
}

/// A moment like another, with another day and time.
fn at(like: &Moment, date: Date, time: Time, context: &Context) -> Result<Moment, String> {
    Ok(match like {
        Moment::Date(_) => Moment::Date(date),
        Moment::Civil(_) => Moment::Civil(date.to_datetime(time)),
        Moment::Zoned(zoned) => Moment::Zoned(local(date.to_datetime(time), zoned.time_zone(), context.dst)?.0),
    })
}

fn add(moment: &Moment, amount: &Amount, context: &Context) -> Result<Moment, String> {
    let far = |_: jiff::Error| "leads outside of the years -9999 to 9999".to_owned();
    let moved = match moment {
        Moment::Date(date) if amount.has_time() => {
            Moment::Civil(date.to_datetime(Time::midnight()).checked_add(amount.span).map_err(far)?)
        }
        Moment::Date(date) => Moment::Date(date.checked_add(amount.span).map_err(far)?),
        Moment::Civil(civil) => Moment::Civil(civil.checked_add(amount.span).map_err(far)?),
        Moment::Zoned(zoned) => Moment::Zoned(zoned.checked_add(amount.span).map_err(far)?),
    };
    if amount.business_days == 0 {
        return Ok(moved);
    }
    let date = context.calendar.add(moved.date(), amount.business_days)?;
    on_date(&moved, date, context)
}

fn first_day(date: Date, period: Period) -> Result<Date, jiff::Error> {
    let back = |days: i8| date.checked_sub(Span::new().days(i64::from(days)));
    match period {
        Period::Year => Ok(date.first_of_year()),
        Period::Quarter => Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1),
        Period::Month => Ok(date.first_of_month()),
        Period::Week => back(date.weekday().to_monday_zero_offset()),
        Period::WeekSunday => back(date.weekday().to_sunday_zero_offset()),
        Period::Day | Period::Hour | Period::Minute => Ok(date),
    }
}

fn start_of(moment: &Moment, period: Period, context: &Context) -> Result<Moment, String> {
    let date = first_day(moment.date(), period).map_err(|error| error.to_string())?;
    let now = moment.civil().time();
    let time = match period {
        Period::Hour => Time::constant(now.hour(), 0, 0, 0),
        Period::Minute => Time::constant(now.hour(), now.minute(), 0, 0),
        _ => Time::midnight(),
    };
    if let (Moment::Zoned(zoned), Period::Hour | Period::Minute) = (moment, period) {
        // Within the hour that comes twice, the one it is in.
        let unit = if period == Period::Hour { Unit::Hour } else { Unit::Minute };
        let round = ZonedRound::new().smallest(unit).mode(RoundMode::Trunc);
        return zoned.round(round).map(Moment::Zoned).map_err(|error| error.to_string());
    }
    at(moment, date, time, context)
}

fn end_of(moment: &Moment, period: Period, context: &Context) -> Result<Moment, String> {
    let first = first_day(moment.date(), period).map_err(|error| error.to_string())?;
    let length = match period {
        Period::Year => Span::new().years(1),
        Period::Quarter => Span::new().months(3),
        Period::Month => Span::new().months(1),
        Period::Week | Period::WeekSunday => Span::new().weeks(1),
        Period::Day | Period::Hour | Period::Minute => Span::new().days(1),
    };
    let last = first.checked_add(length).and_then(Date::yesterday).map_err(|error| error.to_string())?;
    let now = moment.civil().time();
    let time = match period {
        Period::Hour => Time::constant(now.hour(), 59, 59, 999_000_000),
        Period::Minute => Time::constant(now.hour(), now.minute(), 59, 999_000_000),
        _ => Time::constant(23, 59, 59, 999_000_000),
    };
    at(moment, last, time, context)
}

fn rounded(moment: Moment, round: &TimeRound) -> Result<Moment, String> {
    let unit = match round.to {
        ClockUnit::Day => Unit::Day,
        ClockUnit::Hour => Unit::Hour,
        ClockUnit::Minute => Unit::Minute,
        ClockUnit::Second => Unit::Second,
        ClockUnit::Millisecond => Unit::Millisecond,
    };
    let mode = match round.way {
        RoundWay::Nearest => RoundMode::HalfCeil,
        RoundWay::Up => RoundMode::Ceil,
        RoundWay::Down => RoundMode::Floor,
    };
    let step = round.step.unwrap_or(1);
    let wrong = |_: jiff::Error| {
        format!(
            "cannot be rounded to {step} of this unit: step must divide the next larger one, as 15 divides 60 minutes"
        )
    };
    match moment {
        Moment::Date(date) => Ok(Moment::Date(date)),
        Moment::Civil(civil) => civil
            .round(DateTimeRound::new().smallest(unit).increment(step).mode(mode))
            .map(Moment::Civil)
            .map_err(wrong),
        Moment::Zoned(zoned) => {
            zoned.round(ZonedRound::new().smallest(unit).increment(step).mode(mode)).map(Moment::Zoned).map_err(wrong)
        }
    }
}

fn set(moment: &Moment, parts: &SetParts, context: &Context) -> Result<Moment, String> {
    let (date, time) = (moment.date(), moment.civil().time());
    let (year, month) = (parts.year.unwrap_or(date.year()), parts.month.unwrap_or(date.month()));
    let first = Date::new(year, month, 1).map_err(|_| format!("cannot have year {year} and month {month}"))?;
    let day = parts.day.unwrap_or(date.day());
    if day < 1 {
        return Err("cannot have a day before 1".to_owned());
    }
    let date = Date::new(year, month, day.min(first.days_in_month())).map_err(|error| error.to_string())?;
    let (hour, minute, second) = (
        parts.hour.unwrap_or(time.hour()),
        parts.minute.unwrap_or(time.minute()),
        parts.second.unwrap_or(time.second()),
    );
    let set_time = parts.hour.is_some() || parts.minute.is_some() || parts.second.is_some();
    let nanosecond = if set_time { 0 } else { time.subsec_nanosecond() };
    let time = Time::new(hour, minute, second, nanosecond)
        .map_err(|_| format!("cannot have a time {hour}:{minute:02}:{second:02}"))?;
    match moment {
        Moment::Date(_) if set_time => Ok(Moment::Civil(date.to_datetime(time))),
        moment => at(moment, date, time, context),
    }
}

/// Two moments that can be compared.
enum Pair {
    Local(jiff::civil::DateTime, jiff::civil::DateTime),
    Zoned(jiff::Zoned, jiff::Zoned),
}

fn pair(one: &Moment, two: &Moment) -> Result<Pair, String> {
    let start = |date: Date, zone: &TimeZone| date.to_zoned(zone.clone()).map_err(|error| error.to_string());
    Ok(match (one, two) {
        (Moment::Zoned(one), Moment::Zoned(two)) => {
            Pair::Zoned(one.clone(), two.with_time_zone(one.time_zone().clone()))
        }
        (Moment::Zoned(one), Moment::Date(two)) => Pair::Zoned(one.clone(), start(*two, one.time_zone())?),
        (Moment::Date(one), Moment::Zoned(two)) => Pair::Zoned(start(*one, two.time_zone())?, two.clone()),
        (Moment::Zoned(_), Moment::Civil(_)) | (Moment::Civil(_), Moment::Zoned(_)) => {
            return Err("cannot be compared: one of the two dates has a time zone and the other none; say in zone which one it is in".to_owned());
        }
        (one, two) => Pair::Local(one.civil(), two.civil()),
    })
}

impl Pair {
    fn until(&self, largest: Unit, smallest: Unit) -> Result<Span, String> {
        match self {
            Self::Local(one, two) => one.until(DateTimeDifference::new(*two).largest(largest).smallest(smallest)),
            Self::Zoned(one, two) => one.until(ZonedDifference::new(two).largest(largest).smallest(smallest)),
        }
        .map_err(|error| error.to_string())
    }

    /// Nanoseconds that passed.
    fn passed(&self) -> i128 {
        match self {
            Self::Local(one, two) => one.duration_until(*two).as_nanos(),
            Self::Zoned(one, two) => one.duration_until(two).as_nanos(),
        }
    }
}

fn difference(
    one: &Moment,
    two: &Moment,
    unit: Option<DifferenceUnit>,
    absolute: bool,
    context: &Context,
) -> Result<Tree, String> {
    let between = pair(one, two)?;
    let sign = |number: i64| if absolute { number.abs() } else { number };
    let Some(unit) = unit else {
        let span = between.until(Unit::Year, Unit::Nanosecond)?;
        let span = if absolute { span.abs() } else { span };
        let days = between.until(Unit::Day, Unit::Day)?.get_days();
        let passed = between.passed();
        let parts = [
            ("years", i64::from(span.get_years())),
            ("months", i64::from(span.get_months())),
            ("days", i64::from(span.get_days())),
            ("hours", i64::from(span.get_hours())),
            ("minutes", span.get_minutes()),
            ("seconds", span.get_seconds()),
            ("totalDays", sign(i64::from(days))),
        ];
        let mut all: Object<Tree> = parts.into_iter().map(|(name, number)| (name.to_owned(), number.into())).collect();
        all.insert("totalSeconds", decimal(if absolute { passed.abs() } else { passed }, 1_000_000_000));
        all.insert("iso", Tree::from(span.to_string()));
        all.insert("words", Tree::from(words(&span)));
        return Ok(all.into());
    };
    let calendar = |unit: Unit| between.until(unit, unit);
    Ok(match unit {
        DifferenceUnit::Years => sign(i64::from(calendar(Unit::Year)?.get_years())).into(),
        DifferenceUnit::Months => sign(i64::from(calendar(Unit::Month)?.get_months())).into(),
        DifferenceUnit::Weeks => sign(i64::from(calendar(Unit::Week)?.get_weeks())).into(),
        DifferenceUnit::Days => sign(i64::from(calendar(Unit::Day)?.get_days())).into(),
        DifferenceUnit::BusinessDays => sign(context.calendar.between(one.date(), two.date())).into(),
        exact => {
            let passed = if absolute { between.passed().abs() } else { between.passed() };
            let nanoseconds = match exact {
                DifferenceUnit::Hours => 3_600_000_000_000,
                DifferenceUnit::Minutes => 60_000_000_000,
                DifferenceUnit::Seconds => 1_000_000_000,
                _ => 1_000_000,
            };
            decimal(passed, nanoseconds)
        }
    })
}

/// A number of nanoseconds in a unit, to nine decimals.
fn decimal(nanoseconds: i128, unit: i128) -> Tree {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let nanoseconds = nanoseconds.abs();
    let fraction = (nanoseconds % unit * 1_000_000_000 + unit / 2) / unit;
    let (whole, fraction) = (nanoseconds / unit + fraction / 1_000_000_000, fraction % 1_000_000_000);
    let text = format!("{sign}{whole}.{fraction:09}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let text = if text == "-0" { "0" } else { text };
    crate::tree::Number::parse(text).map_or(Tree::Null, Tree::from)
}

fn part_of(moment: &Moment, part: DatePart, context: &Context) -> Tree {
    let (date, time) = (moment.date(), moment.civil().time());
    let zoned = match moment {
        Moment::Zoned(zoned) => Some(zoned),
        _ => None,
    };
    let language: Language = context.language;
    match part {
        DatePart::Year => i64::from(date.year()).into(),
        DatePart::Quarter => i64::from((date.month() + 2) / 3).into(),
        DatePart::Month => i64::from(date.month()).into(),
        DatePart::MonthName => language.month(date.month(), false).into(),
        DatePart::IsoWeek => i64::from(date.iso_week_date().week()).into(),
        DatePart::IsoYear => i64::from(date.iso_week_date().year()).into(),
        DatePart::Day => i64::from(date.day()).into(),
        DatePart::DayOfYear => i64::from(date.day_of_year()).into(),
        DatePart::Weekday => i64::from(date.weekday().to_monday_one_offset()).into(),
        DatePart::WeekdayName => language.weekday(date.weekday().to_monday_zero_offset(), false).into(),
        DatePart::Hour => i64::from(time.hour()).into(),
        DatePart::Minute => i64::from(time.minute()).into(),
        DatePart::Second => i64::from(time.second()).into(),
        DatePart::Unix => zoned.map(|zoned| zoned.timestamp().as_second()).into(),
        DatePart::DaysInMonth => i64::from(date.days_in_month()).into(),
        DatePart::LeapYear => date.in_leap_year().into(),
        DatePart::BusinessDay => context.calendar.is_business_day(date).into(),
        DatePart::Zone => zoned.and_then(|zoned| zoned.time_zone().iana_name().map(str::to_owned)).into(),
        DatePart::Offset => zoned.map(|zoned| offset_text(zoned.offset(), false)).into(),
    }
}

/// Dates of columns that were read before, by column and row.
pub(super) type OtherColumns = BTreeMap<String, Vec<Result<Option<Moment>, String>>>;
