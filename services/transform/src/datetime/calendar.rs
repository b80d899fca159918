//! Moments moved along the calendar and the clock.

use jiff::civil::{Date, DateTimeRound, Time};
use jiff::{RoundMode, Span, Unit, ZonedRound};

use super::Context;
use super::amount::Amount;
use super::moment::{Moment, local};
use super::step::{ClockUnit, Period, RoundWay, SetParts, TimeRound};

/// The same time on another day.
pub(super) fn on_date(moment: &Moment, date: Date, context: &Context) -> Result<Moment, String> {
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

pub(super) fn add(moment: &Moment, amount: &Amount, context: &Context) -> Result<Moment, String> {
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

pub(super) fn start_of(moment: &Moment, period: Period, context: &Context) -> Result<Moment, String> {
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

pub(super) fn end_of(moment: &Moment, period: Period, context: &Context) -> Result<Moment, String> {
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

pub(super) fn rounded(moment: Moment, round: &TimeRound) -> Result<Moment, String> {
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

pub(super) fn set(moment: &Moment, parts: &SetParts, context: &Context) -> Result<Moment, String> {
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
