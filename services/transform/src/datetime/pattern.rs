//! Formats of dates, to write and to read: the tokens of Moment (`YYYY-MM-DD`, as Zapier and Make have them), of Luxon
//! (`yyyy-MM-dd`, as n8n has them) and of strftime (`%Y-%m-%d`), and names for the usual ones.
//!
//! One letter may mean two things: `dd` is the day of the month in Luxon and a weekday of two letters in Moment. So a format is of one
//! kind: of strftime where it has a `%`, of Luxon where it has `y`, `d` or `E`, else of Moment; one that mixes them is an error that
//! says what to write.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::Offset;

use super::moment::{Moment, offset_text};
use super::names::{Language, is_weekday, month_of};
use super::zone;
use crate::tree::Tree;

/// A part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// Digits at least; 4 reads and writes four, 2 the last two.
    Year(usize),
    Month(usize),
    MonthName {
        short: bool,
    },
    Day(usize),
    DayOrdinal,
    DayOfYear(usize),
    WeekdayName {
        short: bool,
    },
    /// From 1 for Monday, or from 0 for Sunday.
    WeekdayNumber {
        iso: bool,
    },
    IsoWeek(usize),
    IsoYear,
    Quarter,
    Hour(usize),
    Hour12(usize),
    Minute(usize),
    Second(usize),
    Fraction(usize),
    AmPm {
        upper: bool,
    },
    /// With a colon, without, or as short as can be.
    Offset {
        colon: bool,
        short: bool,
    },
    ZoneName,
    ZoneAbbreviation,
    Unix {
        milliseconds: bool,
    },
}

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

/// A format of strftime.
fn strftime(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            literal.push(c);
            continue;
        }
        let mut code = chars.next().unwrap_or('%');
        let bare = matches!(code, '-' | '#');
        let colon = code == ':';
        if bare || colon {
            code = chars.next().unwrap_or('%');
        }
        let width = |width: usize| if bare { 1 } else { width };
        let piece = match code {
            '%' => {
                literal.push('%');
                continue;
            }
            'Y' => Piece::Year(4),
            'y' => Piece::Year(2),
            'm' => Piece::Month(width(2)),
            'B' => Piece::MonthName { short: false },
            'b' | 'h' => Piece::MonthName { short: true },
            'd' => Piece::Day(width(2)),
            'e' => Piece::Day(1),
            'j' => Piece::DayOfYear(width(3)),
            'A' => Piece::WeekdayName { short: false },
            'a' => Piece::WeekdayName { short: true },
            'u' => Piece::WeekdayNumber { iso: true },
            'w' => Piece::WeekdayNumber { iso: false },
            'V' => Piece::IsoWeek(width(2)),
            'G' => Piece::IsoYear,
            'q' => Piece::Quarter,
            'H' => Piece::Hour(width(2)),
            'k' => Piece::Hour(1),
            'I' => Piece::Hour12(width(2)),
            'l' => Piece::Hour12(1),
            'M' => Piece::Minute(width(2)),
            'S' => Piece::Second(width(2)),
            'f' => Piece::Fraction(6),
            'L' => Piece::Fraction(3),
            'N' => Piece::Fraction(9),
            'p' => Piece::AmPm { upper: true },
            'P' => Piece::AmPm { upper: false },
            'z' => Piece::Offset { colon, short: false },
            'Z' => Piece::ZoneAbbreviation,
            's' => Piece::Unix { milliseconds: false },
            'F' | 'T' | 'R' | 'D' => {
                flush(&mut literal, &mut pieces);
                let inner = match code {
                    'F' => "%Y-%m-%d",
                    'T' => "%H:%M:%S",
                    'R' => "%H:%M",
                    _ => "%m/%d/%y",
                };
                pieces.extend(strftime(inner)?);
                continue;
            }
            other => {
                return Err(format!(
                    "has %{other}, which is not known here: use %Y %m %d %H %M %S %z and others of strftime"
                ));
            }
        };
        flush(&mut literal, &mut pieces);
        pieces.push(piece);
    }
    flush(&mut literal, &mut pieces);
    Ok(pieces)
}

fn flush(literal: &mut String, pieces: &mut Vec<Piece>) {
    if !literal.is_empty() {
        pieces.push(Piece::Literal(std::mem::take(literal)));
    }
}

/// A format in the tokens of Moment or Luxon.
fn tokens(text: &str) -> Result<Vec<Piece>, String> {
    // Runs of letters; what is quoted is a literal.
    let mut runs: Vec<Result<String, String>> = Vec::new();
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '[' => runs.push(Err(chars.by_ref().take_while(|c| *c != ']').collect())),
            '\'' => {
                quoted = true;
                runs.push(Err(chars.by_ref().take_while(|c| *c != '\'').collect()));
            }
            c if c.is_ascii_alphabetic() => {
                let mut run = c.to_string();
                while let Some(next) = chars.next_if(|next| *next == c || (*next == 'o' && "MDQdW".contains(c))) {
                    run.push(next);
                }
                runs.push(Ok(run));
            }
            // What stands for itself, so that ISO's T needs no quotes.
            c => runs.push(Err(c.to_string())),
        }
    }
    let has = |wanted: &[&str]| runs.iter().flatten().find(|run| wanted.contains(&run.as_str())).cloned();
    let moment = has(&["YYYY", "YY", "Y", "DD", "D", "Do", "DDD", "DDDD", "ddd", "dddd", "GGGG"]);
    let luxon = has(&["yyyy", "yy", "y", "EEE", "EEEE", "ccc", "cccc", "LLL", "LLLL", "kkkk", "ooo", "o"]);
    if let (Some(one), Some(two)) = (&moment, &luxon) {
        return Err(format!("mixes {one} (Moment) and {two} (Luxon): write YYYY-MM-DD or yyyy-MM-dd"));
    }
    let day = has(&["dd", "d"]);
    if let (Some(one), Some(two)) = (&moment, &day) {
        let day = if two == "dd" { "DD" } else { "D" };
        return Err(format!(
            "mixes {one} (Moment) and {two}: the day of the month is {day} there, a weekday ddd or dddd"
        ));
    }
    let luxon = luxon.is_some() || day.is_some() || quoted;
    let mut pieces = Vec::new();
    let mut literal = String::new();
    for run in runs {
        match run {
            Err(text) => literal.push_str(&text),
            Ok(run) => match token(&run, luxon) {
                Some(piece) => {
                    flush(&mut literal, &mut pieces);
                    pieces.push(piece);
                }
                None if run == "T" => literal.push('T'),
                None => {
                    return Err(format!(
                        "has {run}, which is no token here: use YYYY MM DD HH mm ss and others of Moment, or yyyy MM dd of Luxon, with words in [brackets] or 'quotes'"
                    ));
                }
            },
        }
    }
    flush(&mut literal, &mut pieces);
    Ok(pieces)
}

fn token(run: &str, luxon: bool) -> Option<Piece> {
    Some(match (run, luxon) {
        ("YYYY", _) | ("yyyy", _) => Piece::Year(4),
        ("YY", _) | ("yy", _) => Piece::Year(2),
        ("Y", _) | ("y", _) => Piece::Year(1),
        ("MMMM", _) | ("LLLL", true) => Piece::MonthName { short: false },
        ("MMM", _) | ("LLL", true) => Piece::MonthName { short: true },
        ("MM", _) | ("LL", true) => Piece::Month(2),
        ("M", _) | ("L", true) => Piece::Month(1),
        ("DDDD", false) | ("ooo", true) => Piece::DayOfYear(3),
        ("DDD", false) | ("o", true) => Piece::DayOfYear(1),
        ("DD", false) | ("dd", true) => Piece::Day(2),
        ("D", false) | ("d", true) => Piece::Day(1),
        ("Do", false) => Piece::DayOrdinal,
        ("dddd", false) | ("EEEE" | "cccc", true) => Piece::WeekdayName { short: false },
        ("ddd", false) | ("EEE" | "ccc", true) => Piece::WeekdayName { short: true },
        ("E", _) | ("c", true) => Piece::WeekdayNumber { iso: true },
        ("WW", _) => Piece::IsoWeek(2),
        ("W", _) => Piece::IsoWeek(1),
        ("GGGG", false) | ("kkkk", true) => Piece::IsoYear,
        ("Q", false) | ("q", true) => Piece::Quarter,
        ("HH", _) => Piece::Hour(2),
        ("H", _) => Piece::Hour(1),
        ("hh", _) => Piece::Hour12(2),
        ("h", _) => Piece::Hour12(1),
        ("mm", _) => Piece::Minute(2),
        ("m", _) => Piece::Minute(1),
        ("ss", _) => Piece::Second(2),
        ("s", _) => Piece::Second(1),
        ("A", false) | ("a", true) => Piece::AmPm { upper: true },
        ("a", false) => Piece::AmPm { upper: false },
        ("Z", true) => Piece::Offset { colon: true, short: true },
        ("Z", false) | ("ZZ", true) => Piece::Offset { colon: true, short: false },
        ("ZZ", false) | ("ZZZ", true) => Piece::Offset { colon: false, short: false },
        ("z" | "zz", false) | ("ZZZZ", true) => Piece::ZoneAbbreviation,
        ("z", true) => Piece::ZoneName,
        ("X", _) => Piece::Unix { milliseconds: false },
        ("x", _) => Piece::Unix { milliseconds: true },
        (run, _) if run.len() <= 9 && run.bytes().all(|byte| byte == b'S') => Piece::Fraction(run.len()),
        _ => return None,
    })
}

/// Parts of a moment, as a text says them.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Parts {
    pub(super) year: Option<i16>,
    pub(super) month: Option<i8>,
    pub(super) day: Option<i8>,
    pub(super) day_of_year: Option<i16>,
    pub(super) hour: Option<i8>,
    pub(super) minute: Option<i8>,
    pub(super) second: Option<i8>,
    pub(super) nanosecond: Option<i32>,
    pub(super) afternoon: Option<bool>,
    pub(super) offset: Option<Offset>,
    pub(super) zone: Option<String>,
    pub(super) unix: Option<jiff::Timestamp>,
}

/// Two digits are a year from 1970 to 2069.
pub(super) fn year_of(digits: &str) -> Option<i16> {
    let year: i16 = digits.parse().ok()?;
    Some(match (digits.len(), year) {
        (1 | 2, 0..70) => year + 2_000,
        (1 | 2, _) => year + 1_900,
        _ => year,
    })
}

impl Parts {
    /// What the parts mean together.
    pub(super) fn moment(&self) -> Result<Moment, String> {
        if let Some(unix) = self.unix {
            return Ok(Moment::Zoned(unix.to_zoned(jiff::tz::TimeZone::UTC)));
        }
        let year = self.year.ok_or("says no year")?;
        let date = match (self.month, self.day, self.day_of_year) {
            (Some(month), Some(day), _) => Date::new(year, month, day).map_err(|_| no_such_day(year, month, day))?,
            (None, None, Some(day)) => {
                let first = Date::new(year, 1, 1).map_err(|_| "is outside of the years -9999 to 9999".to_owned())?;
                if day < 1 || day > first.days_in_year() {
                    return Err(format!("has a day {day}, which {year} has not"));
                }
                first.checked_add(jiff::Span::new().days(i64::from(day) - 1)).map_err(|error| error.to_string())?
            }
            (Some(_), None, _) => return Err("says no day".to_owned()),
            _ => return Err("says no month".to_owned()),
        };
        let Some(hour) = self.hour else { return Ok(Moment::Date(date)) };
        let hour = match self.afternoon {
            None => hour,
            Some(_) if !(1..=12).contains(&hour) => return Err(format!("has an hour {hour} with am or pm")),
            Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        };
        let (minute, mut second) = (self.minute.unwrap_or(0), self.second.unwrap_or(0));
        let nanosecond = self.nanosecond.unwrap_or(0);
        // Midnight at the end of a day, and a leap second, as ISO 8601 and RFC 3339 allow them.
        let midnight = hour == 24 && minute == 0 && second == 0 && nanosecond == 0;
        if second == 60 {
            second = 59;
        }
        let time = Time::new(if midnight { 0 } else { hour }, minute, second, nanosecond)
            .map_err(|_| format!("has a time {hour:02}:{minute:02}:{second:02}, which no clock shows"))?;
        let date = if midnight { date.tomorrow().map_err(|error| error.to_string())? } else { date };
        let civil = date.to_datetime(time);
        match (&self.zone, self.offset) {
            (Some(name), offset) => {
                let zone = zone::zone(name)?;
                let (zoned, _) = super::moment::local(civil, &zone, super::moment::Dst::Compatible)?;
                match offset {
                    Some(offset) if offset != zoned.offset() => {
                        let at = offset.to_timestamp(civil).map_err(|error| error.to_string())?;
                        Ok(Moment::Zoned(at.to_zoned(zone)))
                    }
                    _ => Ok(Moment::Zoned(zoned)),
                }
            }
            (None, Some(offset)) => {
                let at = offset.to_timestamp(civil).map_err(|_| "is outside of the years -9999 to 9999".to_owned())?;
                let zone =
                    if offset == Offset::UTC { jiff::tz::TimeZone::UTC } else { jiff::tz::TimeZone::fixed(offset) };
                Ok(Moment::Zoned(at.to_zoned(zone)))
            }
            (None, None) => Ok(Moment::Civil(civil)),
        }
    }
}

/// What to say of a day that no calendar has.
pub(super) fn no_such_day(year: i16, month: i8, day: i8) -> String {
    if (1..=12).contains(&month) {
        let name = Language::En.month(month, false);
        format!("is no date: {name} {year} has no day {day}")
    } else {
        format!("is no date: there is no month {month}")
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn digits(&mut self, least: usize, most: usize) -> Option<&str> {
        let many = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if many < least {
            return None;
        }
        let (digits, rest) = self.rest.split_at(many);
        self.rest = rest;
        Some(digits)
    }

    fn number<T: std::str::FromStr>(&mut self, least: usize, most: usize) -> Option<T> {
        self.digits(least, most)?.parse().ok()
    }

    fn word(&mut self) -> &str {
        let end = self.rest.find(|c: char| !(c.is_alphabetic() || c == '.')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn skip(&mut self, literal: &str) -> Option<()> {
        // Any space is a space.
        if literal.trim().is_empty() {
            let trimmed = self.rest.trim_start();
            if trimmed.len() == self.rest.len() && !self.rest.is_empty() {
                return None;
            }
            self.rest = trimmed;
            return Some(());
        }
        let same = self.rest.get(..literal.len())?.eq_ignore_ascii_case(literal);
        self.rest = if same { &self.rest[literal.len()..] } else { return None };
        Some(())
    }

    fn piece(&mut self, piece: &Piece, parts: &mut Parts) -> Option<()> {
        match piece {
            Piece::Literal(literal) => self.skip(literal)?,
            Piece::Year(2) => parts.year = Some(year_of(self.digits(2, 2)?)?),
            Piece::Year(4) => parts.year = Some(self.number(4, 4)?),
            Piece::Year(_) => parts.year = Some(year_of(self.digits(1, 4)?)?),
            Piece::Month(_) => parts.month = Some(self.number(1, 2)?),
            Piece::MonthName { .. } => parts.month = Some(month_of(self.word())?),
            Piece::Day(_) => {
                self.rest = self.rest.trim_start();
                parts.day = Some(self.number(1, 2)?);
            }
            Piece::DayOrdinal => {
                parts.day = Some(self.number(1, 2)?);
                self.rest = ["st", "nd", "rd", "th"].iter().find_map(|ending| self.rest.strip_prefix(ending))?;
            }
            Piece::DayOfYear(_) => parts.day_of_year = Some(self.number(1, 3)?),
            Piece::WeekdayName { .. } => {
                let end =
                    self.rest.find(|c: char| !(c.is_alphabetic() || c == '.' || c == '-')).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = is_weekday(word).then_some(rest)?;
            }
            Piece::WeekdayNumber { .. } => {
                self.digits(1, 1)?;
            }
            Piece::Hour(_) | Piece::Hour12(_) => parts.hour = Some(self.number(1, 2)?),
            Piece::Minute(_) => parts.minute = Some(self.number(1, 2)?),
            Piece::Second(_) => parts.second = Some(self.number(1, 2)?),
            Piece::Fraction(_) => {
                let digits = self.digits(1, 9)?;
                parts.nanosecond = Some(format!("{digits:0<9}").parse().ok()?);
            }
            Piece::AmPm { .. } => {
                let word = self.word().replace('.', "").to_ascii_lowercase();
                parts.afternoon = Some(match word.as_str() {
                    "am" => false,
                    "pm" => true,
                    _ => return None,
                });
            }
            Piece::Offset { .. } => {
                if let Some(rest) = self.rest.strip_prefix(['Z', 'z']) {
                    (parts.offset, self.rest) = (Some(Offset::UTC), rest);
                } else {
                    let end = self.rest.char_indices().find(|(at, c)| *at > 0 && !c.is_ascii_digit() && *c != ':');
                    let (text, rest) = self.rest.split_at(end.map_or(self.rest.len(), |(at, _)| at));
                    (parts.offset, self.rest) = (Some(zone::offset(text)?), rest);
                }
            }
            Piece::ZoneName | Piece::ZoneAbbreviation => {
                let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
                let (name, rest) = self.rest.split_at(end);
                (parts.zone, self.rest) = (Some(name.to_owned()), rest);
            }
            Piece::Unix { milliseconds } => {
                let number: i64 = self.number(1, 15)?;
                let at = if *milliseconds {
                    jiff::Timestamp::from_millisecond(number)
                } else {
                    jiff::Timestamp::from_second(number)
                };
                parts.unix = Some(at.ok()?);
            }
            // They say nothing that other parts do not.
            Piece::IsoWeek(_) | Piece::Quarter => {
                self.digits(1, 2)?;
            }
            Piece::IsoYear => {
                self.digits(4, 4)?;
            }
        }
        Some(())
    }
}

/// A weekday by its number from 1 for Monday.
pub(super) fn weekday(number: i8) -> Weekday {
    Weekday::from_monday_one_offset(number.clamp(1, 7)).unwrap_or(Weekday::Monday)
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    fn at() -> Moment {
        Moment::Zoned(
            datetime(2024, 2, 3, 14, 5, 9, 120_000_000).to_zoned(zone::zone("America/New_York").unwrap()).unwrap(),
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
