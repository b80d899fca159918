//! The next times of an expression, in a zone whose clocks change.

use jiff::civil::Date;
use jiff::tz::AmbiguousOffset;
use jiff::{Timestamp, Zoned};

use super::expression::Cron;

/// Days looked at before it is never due: 29 February on a given weekday comes after 40 years at the latest.
const MAX_DAYS: usize = 41 * 366;

/// The next times after a moment.
pub(super) fn next(cron: &Cron, after: &Zoned, count: usize) -> Vec<Zoned> {
    let mut due = Vec::new();
    let mut date = after.date();
    for _ in 0..MAX_DAYS {
        if due.len() >= count {
            break;
        }
        if cron.has_day(date) {
            of_day(cron, date, after, count, &mut due);
        }
        match date.tomorrow() {
            Ok(tomorrow) => date = tomorrow,
            Err(_) => break,
        }
    }
    due.truncate(count);
    due
}

/// Adds the times of a day, in their order.
fn of_day(cron: &Cron, date: Date, after: &Zoned, count: usize, due: &mut Vec<Zoned>) {
    let zone = after.time_zone();
    // Every hour is every hour that passes; a certain hour is one that clocks show.
    let every_hour = cron.hour.open && cron.hour.set.numbers().len() == 24;
    let (minutes, seconds) = (cron.minute.set.numbers(), cron.second.set.numbers());
    let from = after.timestamp();
    let mut times: Vec<Timestamp> = Vec::new();
    let is_after_day = date > after.date();
    for hour in cron.hour.set.numbers() {
        // What is long past needs no look; clocks change by two hours at most.
        if !is_after_day && hour + 3 < after.hour() {
            continue;
        }
        // Enough, and no change of the clocks can put another one before these.
        let fresh = times.iter().filter(|time| **time > from).count();
        if due.len() + fresh >= count + 2 && steady(date, hour, after) {
            break;
        }
        for (minute, second) in minutes.iter().flat_map(|minute| seconds.iter().map(move |second| (*minute, *second))) {
            let ambiguous = zone.to_ambiguous_zoned(date.at(hour, minute, second, 0));
            let twice = matches!(ambiguous.offset(), AmbiguousOffset::Fold { .. }) && every_hour;
            if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) && every_hour {
                continue;
            }
            if twice {
                times.extend(ambiguous.clone().later().ok().map(|zoned| zoned.timestamp()));
            }
            times.extend(ambiguous.compatible().ok().map(|zoned| zoned.timestamp()));
        }
    }
    times.sort_unstable();
    times.dedup();
    let last = due.last().map(Zoned::timestamp);
    let fresh = times.into_iter().filter(|time| *time > from && last.is_none_or(|last| *time > last));
    due.extend(fresh.map(|time| time.to_zoned(zone.clone())));
}

/// Whether the clocks do not change around an hour of a day.
fn steady(date: Date, hour: i8, zoned: &Zoned) -> bool {
    let at = date.at(hour, 0, 0, 0);
    let offset = |hours: i64| {
        let local = at.checked_add(jiff::Span::new().hours(hours)).ok()?;
        Some(zoned.time_zone().to_ambiguous_zoned(local).compatible().ok()?.offset())
    };
    offset(-4) == offset(4)
}
