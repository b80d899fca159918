//! What lies between two moments.

use jiff::civil::{Date, DateTimeDifference};
use jiff::tz::TimeZone;
use jiff::{Span, Unit, ZonedDifference};

use super::Context;
use super::amount::words;
use super::moment::Moment;
use super::step::DifferenceUnit;
use crate::tree::{Object, Tree};

/// Two moments that can be compared.
pub(super) enum Pair {
    Local(jiff::civil::DateTime, jiff::civil::DateTime),
    Zoned(jiff::Zoned, jiff::Zoned),
}

pub(super) fn pair(one: &Moment, two: &Moment) -> Result<Pair, String> {
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

pub(super) fn difference(
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
