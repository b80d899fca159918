//! Parts of a moment: its quarter, week, weekday and others.

use super::Context;
use super::moment::{Moment, offset_text};
use super::names::Language;
use super::step::DatePart;
use crate::tree::Tree;

/// All parts, and their names in an object.
pub(super) const PARTS: [(DatePart, &str); 19] = [
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

pub(super) fn part_of(moment: &Moment, part: DatePart, context: &Context) -> Tree {
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
