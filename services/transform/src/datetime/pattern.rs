//! Formats of dates, to write and to read: the tokens of Moment (`YYYY-MM-DD`, as Zapier and Make have them), of Luxon
//! (`yyyy-MM-dd`, as n8n has them) and of strftime (`%Y-%m-%d`), and names for the usual ones.
//!
//! One letter may mean two things: `dd` is the day of the month in Luxon and a weekday of two letters in Moment. So a format is of one
//! kind: of strftime where it has a `%`, of Luxon where it has `y`, `d` or `E`, else of Moment; one that mixes them is an error that
//! says what to write.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::moment::{Moment, offset_text};
use super::names::Language;
use super::parts::{Parts, Reader};
use super::tokens::{Piece, strftime, tokens};
use crate::tree::Tree;

/// A format, ready to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Format {
    /// ISO 8601, as long as the value needs.
    Iso,
    /// Seconds since 1970, a number.
    Unix,
    /// Milliseconds since 1970, a number.
    UnixMilliseconds,
    /// Days since 1899-12-30, a number, as spreadsheets count.
    Excel,
    /// The parts of a pattern.
    Pattern(Pattern),
}

/// The parts of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Piece>);

/// Patterns by name.
const NAMED: [(&str, &str); 12] = [
    ("date", "YYYY-MM-DD"),
    ("time", "HH:mm:ss"),
    ("datetime", "YYYY-MM-DD HH:mm:ss"),
    ("sql", "YYYY-MM-DD HH:mm:ss"),
    ("rfc2822", "%a, %d %b %Y %H:%M:%S %z"),
    ("rfc822", "%a, %d %b %Y %H:%M:%S %z"),
    ("http", "%a, %d %b %Y %H:%M:%S GMT"),
    ("us", "MM/DD/YYYY"),
    ("european", "DD/MM/YYYY"),
    ("german", "DD.MM.YYYY"),
    ("compact", "YYYYMMDD"),
    ("long", "D MMMM YYYY"),
];

impl Format {
    /// The format of a request: a name, or a pattern.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        let name: String = text.trim().to_ascii_lowercase().chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect();
        Ok(match name.as_str() {
            "iso" | "iso8601" | "rfc3339" | "auto" => Self::Iso,
            "unix" | "timestamp" | "epoch" | "x" if text != "x" => Self::Unix,
            "unixms" | "unixmilliseconds" | "milliseconds" | "ms" | "x" => Self::UnixMilliseconds,
            "excel" | "serial" => Self::Excel,
            name => {
                let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, pattern)| *pattern);
                Self::Pattern(Pattern::of(named.unwrap_or(text))?)
            }
        })
    }

    /// A moment in this format.
    pub(super) fn write(&self, moment: &Moment, language: Language) -> Result<Tree, String> {
        Ok(match self {
            Self::Iso => moment.iso().into(),
            Self::Unix => moment.timestamp()?.as_second().into(),
            Self::UnixMilliseconds => moment.timestamp()?.as_millisecond().into(),
            Self::Excel => serial(moment).into(),
            Self::Pattern(pattern) => pattern.write(moment, language)?.into(),
        })
    }
}

/// Days since 1899-12-30, as spreadsheets count them from March 1900 on.
fn serial(moment: &Moment) -> f64 {
    let civil = moment.civil();
    let epoch = DateTime::constant(1899, 12, 30, 0, 0, 0, 0);
    let seconds = epoch.duration_until(civil).as_secs();
    #[expect(clippy::cast_precision_loss, reason = "seconds of ten thousand years are few")]
    let days = seconds as f64 / 86_400.0;
    (days * 1e9).round() / 1e9
}

/// The day of a number as spreadsheets count them; with a fraction also its time, to the millisecond.
pub(super) fn of_serial(text: &str) -> Result<Moment, String> {
    let wrong = || format!("is no date of a spreadsheet: {}", shown(text));
    let days: f64 = text.parse().map_err(|_| wrong())?;
    // Day 60 is 29 February 1900 there, which was none; the days before are one further.
    if !(1.0..2_958_466.0).contains(&days) || (60.0..61.0).contains(&days) {
        return Err(wrong());
    }
    #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked")]
    let milliseconds = (days * 86_400_000.0).round() as i64;
    let shift = i64::from(days < 60.0);
    let whole = milliseconds / 86_400_000;
    let day = Date::constant(1899, 12, 30).checked_add(jiff::Span::new().days(whole + shift)).map_err(|_| wrong())?;
    let rest = milliseconds % 86_400_000;
    if rest == 0 {
        return Ok(Moment::Date(day));
    }
    let civil = day.to_datetime(Time::midnight()).checked_add(jiff::Span::new().milliseconds(rest));
    civil.map(Moment::Civil).map_err(|_| wrong())
}

impl Pattern {
    fn of(text: &str) -> Result<Self, String> {
        let pieces = if text.contains('%') { strftime(text)? } else { tokens(text)? };
        if pieces.iter().all(|piece| matches!(piece, Piece::Literal(_))) {
            return Err(
                "says no part of a date: use tokens such as YYYY-MM-DD HH:mm, or a name such as iso, rfc2822 or unix"
                    .to_owned(),
            );
        }
        Ok(Self(pieces))
    }

    fn write(&self, moment: &Moment, language: Language) -> Result<String, String> {
        let (date, time) = (moment.date(), moment.civil().time());
        let number = |value: i64, width: usize| format!("{value:0width$}");
        let zoned = || match moment {
            Moment::Zoned(zoned) => Ok(zoned),
            _ => Err("has no time zone, which the format asks for: say in zone which one it is in".to_owned()),
        };
        let mut text = String::new();
        for piece in &self.0 {
            let part = match piece {
                Piece::Literal(literal) => literal.clone(),
                Piece::Year(2) => number(i64::from(date.year().rem_euclid(100)), 2),
                Piece::Year(width) => number(i64::from(date.year()), *width),
                Piece::Month(width) => number(i64::from(date.month()), *width),
                Piece::MonthName { short } => language.month(date.month(), *short).to_owned(),
                Piece::Day(width) => number(i64::from(date.day()), *width),
                Piece::DayOrdinal => ordinal(date.day()),
                Piece::DayOfYear(width) => number(i64::from(date.day_of_year()), *width),
                Piece::WeekdayName { short } => {
                    language.weekday(date.weekday().to_monday_zero_offset(), *short).to_owned()
                }
                Piece::WeekdayNumber { iso: true } => number(i64::from(date.weekday().to_monday_one_offset()), 1),
                Piece::WeekdayNumber { iso: false } => number(i64::from(date.weekday().to_sunday_zero_offset()), 1),
                Piece::IsoWeek(width) => number(i64::from(date.iso_week_date().week()), *width),
                Piece::IsoYear => number(i64::from(date.iso_week_date().year()), 4),
                Piece::Quarter => number(i64::from((date.month() + 2) / 3), 1),
                Piece::Hour(width) => number(i64::from(time.hour()), *width),
                Piece::Hour12(width) => number(i64::from((time.hour() + 11) % 12 + 1), *width),
                Piece::Minute(width) => number(i64::from(time.minute()), *width),
                Piece::Second(width) => number(i64::from(time.second()), *width),
                Piece::Fraction(digits) => {
                    let all = format!("{:09}", time.subsec_nanosecond());
                    all[..*digits].to_owned()
                }
                Piece::AmPm { upper } => match (time.hour() < 12, upper) {
                    (true, true) => "AM".to_owned(),
                    (true, false) => "am".to_owned(),
                    (false, true) => "PM".to_owned(),
                    (false, false) => "pm".to_owned(),
                },
                Piece::Offset { colon, short } => written_offset(zoned()?.offset(), *colon, *short),
                Piece::ZoneName => match zoned()?.time_zone().iana_name() {
                    Some(name) => name.to_owned(),
                    None => offset_text(zoned()?.offset(), false),
                },
                Piece::ZoneAbbreviation => {
                    let zoned = zoned()?;
                    zoned.time_zone().to_offset_info(zoned.timestamp()).abbreviation().to_owned()
                }
                Piece::Unix { milliseconds: false } => moment.timestamp()?.as_second().to_string(),
                Piece::Unix { milliseconds: true } => moment.timestamp()?.as_millisecond().to_string(),
            };
            text.push_str(&part);
        }
        Ok(text)
    }

    /// What a text says, which is written in this format.
    pub(super) fn read(&self, text: &str) -> Result<Moment, String> {
        let mut reader = Reader { rest: text.trim() };
        let mut parts = Parts::default();
        for piece in &self.0 {
            reader
                .piece(piece, &mut parts)
                .ok_or_else(|| format!("is not in the format of inputFormat: {}", shown(text)))?;
        }
        if !reader.rest.is_empty() {
            return Err(format!("goes on behind the format of inputFormat: {}", shown(text)));
        }
        parts.moment().map_err(|why| format!("{why}: {}", shown(text)))
    }
}

/// A value in a message, short.
pub(super) fn shown(text: &str) -> String {
    crate::rows::cell::shown(text)
}

fn ordinal(day: i8) -> String {
    let ending = match (day % 10, day / 10) {
        (_, 1) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}

fn written_offset(offset: Offset, colon: bool, short: bool) -> String {
    let text = offset_text(offset, false);
    let text = if colon { text } else { text.replace(':', "") };
    if !short {
        return text;
    }
    // +2, +5:30.
    let (sign, rest) = text.split_at(1);
    let (hours, minutes) = rest.split_at(2);
    let hours = hours.trim_start_matches('0');
    let hours = if hours.is_empty() { "0" } else { hours };
    if minutes.ends_with("00") {
        format!("{sign}{hours}")
    } else {
        format!("{sign}{hours}:{}", &minutes[minutes.len() - 2..])
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    fn at() -> Moment {
        Moment::Zoned(
            datetime(2024, 2, 3, 14, 5, 9, 120_000_000)
                .to_zoned(super::super::zone::zone("America/New_York").unwrap())
                .unwrap(),
        )
    }

    #[test]
    fn written() {
        for (format, right) in [
            ("iso", "2024-02-03T14:05:09.12-05:00"),
            ("YYYY-MM-DD HH:mm:ss.SSS", "2024-02-03 14:05:09.120"),
            ("dddd, MMMM Do YYYY, h:mm a", "Saturday, February 3rd 2024, 2:05 pm"),
            ("yyyy-MM-dd'T'HH:mm:ssZZ", "2024-02-03T14:05:09-05:00"),
            ("EEE d LLL yy, hh:mm a z", "Sat 3 Feb 24, 02:05 PM America/New_York"),
            ("%A %-d %B %Y %I:%M %p %Z %z %:z %j", "Saturday 3 February 2024 02:05 PM EST -0500 -05:00 034"),
            ("rfc2822", "Sat, 03 Feb 2024 14:05:09 -0500"),
            ("GGGG-[W]WW-E [Q]Q", "2024-W05-6 Q1"),
            ("MM/YYYY", "02/2024"),
            ("HH:mm", "14:05"),
            ("YYYY-MM-DDTHH:mm", "2024-02-03T14:05"),
            ("X x", "1706987109 1706987109120"),
            ("Z ZZ z", "-05:00 -0500 EST"),
        ] {
            let written = Format::of(format).unwrap().write(&at(), Language::En).unwrap();
            assert_eq!(written.as_text().unwrap(), right, "{format}");
        }
        let german = Format::of("dddd, D. MMMM YYYY").unwrap().write(&at(), Language::De).unwrap();
        assert_eq!(german.as_text(), Some("Samstag, 3. Februar 2024"));
        assert_eq!(Format::of("unix-ms").unwrap().write(&at(), Language::En).unwrap().to_json(), "1706987109120");
        assert_eq!(
            Format::of("excel")
                .unwrap()
                .write(&Moment::Civil(datetime(2022, 1, 27, 8, 30, 0, 0)), Language::En)
                .unwrap()
                .to_json(),
            "44588.354166667"
        );
    }

    #[test]
    fn mixed_tokens_are_refused() {
        for (format, part) in [
            ("YYYY-MM-dd", "the day of the month is DD there"),
            ("yyyy-MM-DD", "mixes DD (Moment) and yyyy (Luxon)"),
            ("hello", "no token"),
            ("--", "says no part"),
            ("%Y %Q", "%Q"),
        ] {
            let error = Format::of(format).unwrap_err();
            assert!(error.contains(part), "{format}: {error}");
        }
    }

    #[test]
    fn read() {
        for (format, text, right) in [
            ("DD/MM/YYYY", "03/05/2024", "2024-05-03"),
            ("D.M.YY", "3.5.24", "2024-05-03"),
            ("MMM D, YYYY h:mm A", "may 3, 2024 2:05 PM", "2024-05-03T14:05:00"),
            ("yyyyMMddHHmmss", "20240503140509", "2024-05-03T14:05:09"),
            ("%d %B %Y", "3 mai 2024", "2024-05-03"),
            ("%a, %d %b %Y %H:%M:%S %z", "Fri, 03 May 2024 14:05:09 +0200", "2024-05-03T14:05:09+02:00"),
            ("YYYY-DDDD", "2024-124", "2024-05-03"),
            ("[on] YYYY-MM-DD", "on 2024-05-03", "2024-05-03"),
        ] {
            let Format::Pattern(pattern) = Format::of(format).unwrap() else { panic!("{format}") };
            assert_eq!(pattern.read(text).unwrap().iso(), right, "{format}");
        }
        let Format::Pattern(pattern) = Format::of("DD/MM/YYYY").unwrap() else { panic!() };
        for (text, part) in [
            ("31/02/2024", "February 2024 has no day 31"),
            ("03/13/2024", "there is no month 13"),
            ("3 May", "is not in the format"),
            ("03/05/2024x", "goes on behind"),
            ("", "is not in the format"),
        ] {
            let error = pattern.read(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
