//! A cron expression, read.

use jiff::civil::{Date, Weekday};

use crate::rows::cell::shown;

/// Numbers of a field, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Set(u64);

impl Set {
    pub(super) fn has(self, number: i8) -> bool {
        u32::try_from(number).is_ok_and(|number| number < 64 && self.0 >> number & 1 == 1)
    }

    pub(super) fn numbers(self) -> Vec<i8> {
        (0..64).filter(|number| self.has(*number)).collect()
    }
}

/// Days that are told by the month they are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    /// So many days before the last one of the month.
    Last(i8),
    /// The weekday nearest to a day of the month; 0 is the last day.
    Nearest(i8),
    /// The last such weekday of the month, from 0 for Sunday.
    LastWeekday(i8),
    /// The nth such weekday of the month.
    Nth(i8, i8),
    /// Each Saturday.
    AnySaturday,
}

/// A field, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) text: String,
    pub(super) set: Set,
    pub(super) specials: Vec<Special>,
    /// Whether it says nothing: it begins with * or is ?.
    pub(super) open: bool,
}

/// A cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    pub(super) second: Field,
    pub(super) minute: Field,
    pub(super) hour: Field,
    pub(super) day: Field,
    pub(super) month: Field,
    pub(super) weekday: Field,
    /// Years, in order; none for all.
    pub(super) years: Option<Vec<i16>>,
    year_text: Option<String>,
    has_seconds: bool,
    quartz: bool,
    aws: bool,
}

/// What a field may have.
struct Kind {
    name: &'static str,
    least: i8,
    most: i8,
    names: &'static [&'static str],
}

const SECOND: Kind = Kind { name: "second", least: 0, most: 59, names: &[] };
const MINUTE: Kind = Kind { name: "minute", least: 0, most: 59, names: &[] };
const HOUR: Kind = Kind { name: "hour", least: 0, most: 23, names: &[] };
const DAY: Kind = Kind { name: "day of the month", least: 1, most: 31, names: &[] };
const MONTH: Kind = Kind {
    name: "month",
    least: 1,
    most: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const WEEKDAY: Kind =
    Kind { name: "day of the week", least: 0, most: 7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
const QUARTZ_WEEKDAY: Kind =
    Kind { name: "day of the week", least: 1, most: 7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };

impl Cron {
    /// An expression, read.
    ///
    /// # Errors
    /// Which field is wrong, and why.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        if trimmed.len() > 500 {
            return Err("is too long for a cron expression".to_owned());
        }
        let named = match trimmed.to_ascii_lowercase().as_str() {
            "@hourly" => Some("0 * * * *"),
            "@daily" | "@midnight" => Some("0 0 * * *"),
            "@weekly" => Some("0 0 * * 0"),
            "@monthly" => Some("0 0 1 * *"),
            "@yearly" | "@annually" => Some("0 0 1 1 *"),
            name if name.starts_with('@') => {
                return Err(format!(
                    "has no times: {}; use @hourly, @daily, @weekly, @monthly or @yearly",
                    shown(trimmed)
                ));
            }
            _ => None,
        };
        let inner = trimmed.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')'));
        let aws = inner.is_some();
        let fields: Vec<&str> = named.or(inner).unwrap_or(trimmed).split_whitespace().collect();
        let (second, rest, year) = match (fields.as_slice(), aws) {
            ([rest @ .., year], true) if rest.len() == 5 => (None, rest, Some(*year)),
            (rest, false) if rest.len() == 5 => (None, rest, None),
            ([second, rest @ ..], false) if rest.len() == 5 => (Some(*second), rest, None),
            ([second, rest @ .., year], false) if rest.len() == 5 => (Some(*second), rest, Some(*year)),
            (fields, _) => {
                return Err(format!(
                    "is no cron expression: it has {} fields, not five (minute, hour, day, month, weekday), six with seconds in front, or seven with years behind",
                    fields.len()
                ));
            }
        };
        let quartz = aws || rest[2] == "?" || rest[4] == "?";
        let weekday = if quartz { &QUARTZ_WEEKDAY } else { &WEEKDAY };
        let years = year.filter(|year| !matches!(*year, "*" | "?")).map(years).transpose()?;
        Ok(Self {
            second: field(second.unwrap_or("0"), &SECOND, quartz)?,
            minute: field(rest[0], &MINUTE, quartz)?,
            hour: field(rest[1], &HOUR, quartz)?,
            day: field(rest[2], &DAY, quartz)?,
            month: field(rest[3], &MONTH, quartz)?,
            weekday: field(rest[4], weekday, quartz)?,
            years,
            year_text: year.map(str::to_owned),
            has_seconds: second.is_some(),
            quartz,
            aws,
        })
    }

    /// Its fields by name, as they are written.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let second = self.has_seconds.then_some(("second", self.second.text.as_str()));
        let year = self.year_text.as_deref().map(|text| ("year", text));
        let others = [
            ("minute", self.minute.text.as_str()),
            ("hour", self.hour.text.as_str()),
            ("dayOfMonth", self.day.text.as_str()),
            ("month", self.month.text.as_str()),
            ("dayOfWeek", self.weekday.text.as_str()),
        ];
        second.into_iter().chain(others).chain(year)
    }

    /// Whose rules it was read by.
    pub(super) fn dialect(&self) -> &'static str {
        match (self.aws, self.quartz) {
            (true, _) => "aws",
            (false, true) => "quartz",
            (false, false) => "unix",
        }
    }

    /// Whether seconds are more than 0.
    pub(super) fn shows_seconds(&self) -> bool {
        self.second.set != Set(1)
    }

    /// Whether a day is one of its days.
    pub(super) fn has_day(&self, date: Date) -> bool {
        if !self.month.set.has(date.month()) || self.years.as_ref().is_some_and(|years| !years.contains(&date.year())) {
            return false;
        }
        let day = self.day.set.has(date.day()) || self.day.specials.iter().any(|special| special.has(date));
        let weekday = self.weekday.set.has(date.weekday().to_sunday_zero_offset())
            || self.weekday.specials.iter().any(|special| special.has(date));
        // Where both say something, either is enough.
        if self.day.open || self.weekday.open { day && weekday } else { day || weekday }
    }
}

impl Special {
    fn has(self, date: Date) -> bool {
        let last = date.days_in_month();
        match self {
            Self::Last(before) => date.day() == last - before,
            Self::LastWeekday(weekday) => date.weekday().to_sunday_zero_offset() == weekday && date.day() + 7 > last,
            Self::Nth(weekday, nth) => {
                date.weekday().to_sunday_zero_offset() == weekday && (date.day() - 1) / 7 + 1 == nth
            }
            Self::AnySaturday => date.weekday() == Weekday::Saturday,
            Self::Nearest(day) => {
                let day = if day == 0 { last } else { day };
                let Ok(meant) = Date::new(date.year(), date.month(), day) else { return false };
                let near = match meant.weekday() {
                    Weekday::Saturday if day == 1 => 3,
                    Weekday::Saturday => day - 1,
                    Weekday::Sunday if day == last => day - 2,
                    Weekday::Sunday => day + 1,
                    _ => day,
                };
                date.day() == near
            }
        }
    }
}

fn years(text: &str) -> Result<Vec<i16>, String> {
    let wrong = || format!("year: {} is no year from 1970 to 2199, list, range or step of them", shown(text));
    let mut years = Vec::new();
    for part in text.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (first, last),
            None if range == "*" => ("1970", "2199"),
            None if part.contains('/') => (range, "2199"),
            None => (range, range),
        };
        let (first, last): (i16, i16) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
        let step: usize = step.parse().ok().filter(|step| *step > 0).ok_or_else(wrong)?;
        if !(1970..=2199).contains(&first) || !(first..=2199).contains(&last) {
            return Err(wrong());
        }
        years.extend((first..=last).step_by(step));
    }
    years.sort_unstable();
    years.dedup();
    Ok(years)
}

fn field(text: &str, kind: &Kind, quartz: bool) -> Result<Field, String> {
    let text = text.to_ascii_uppercase();
    let open = text.starts_with('*') || text == "?";
    let (mut bits, mut specials) = (0_u64, Vec::new());
    for part in text.split(',') {
        if let Some(special) = special(part, kind, quartz)? {
            specials.push(special);
            continue;
        }
        let wrong = |what: &str| format!("{}: {} {what}", kind.name, shown(part).trim_matches('"'));
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let step_by: usize = match step {
            None => 1,
            Some(step) => match step.parse() {
                Ok(0) | Err(_) => return Err(format!("{}: a step must be 1 or more, not {}", kind.name, shown(step))),
                Ok(step) => step,
            },
        };
        let (first, last) = match range {
            "*" | "?" => (kind.least, kind.most),
            range => match range.split_once('-') {
                Some((first, last)) => (number(first, kind, quartz)?, number(last, kind, quartz)?),
                None => {
                    let first = number(range, kind, quartz)?;
                    (first, if step.is_some() { kind.most } else { first })
                }
            },
        };
        if range == "?" && !matches!(kind.name, "day of the month" | "day of the week") {
            return Err(wrong("is for days alone"));
        }
        // A range over the end goes on at the start: FRI-MON, 22-2.
        let size = i16::from(kind.most) - i16::from(kind.least) + 1;
        let end = if last < first { i16::from(last) + size } else { i16::from(last) };
        for number in (i16::from(first)..=end).step_by(step_by) {
            let number = (number - i16::from(kind.least)) % size + i16::from(kind.least);
            bits |= 1 << number;
        }
    }
    if kind.name == "day of the week" {
        // From 0 for Sunday, which is also 7; Quartz counts from 1.
        bits = if quartz { bits >> 1 } else { (bits | bits >> 7) & 0x7f };
    }
    Ok(Field { text, set: Set(bits), specials, open })
}

fn special(part: &str, kind: &Kind, quartz: bool) -> Result<Option<Special>, String> {
    let to_sunday = |number: i8| if quartz { number - 1 } else { number % 7 };
    let wrong = || format!("{}: {} is nothing it can have", kind.name, shown(part));
    match kind.name {
        "day of the month" => {
            if part == "LW" || part == "WL" {
                return Ok(Some(Special::Nearest(0)));
            }
            if let Some(rest) = part.strip_prefix('L') {
                let before = rest
                    .strip_prefix('-')
                    .map_or(if rest.is_empty() { Ok(0) } else { Err(()) }, |days| days.parse().map_err(|_| ()));
                return match before {
                    Ok(days) if (0..=30).contains(&days) => Ok(Some(Special::Last(days))),
                    _ => Err(wrong()),
                };
            }
            if let Some(day) = part.strip_suffix('W') {
                return number(day, kind, quartz).map(|day| Some(Special::Nearest(day)));
            }
            Ok(None)
        }
        "day of the week" => {
            // Alone it is Saturday, the last day of the week of Quartz.
            if part == "L" {
                return if quartz { Ok(Some(Special::AnySaturday)) } else { Err(wrong()) };
            }
            if let Some(day) = part.strip_suffix('L') {
                return number(day, kind, quartz).map(|day| Some(Special::LastWeekday(to_sunday(day))));
            }
            if let Some((day, nth)) = part.split_once('#') {
                let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth)).ok_or_else(wrong)?;
                return number(day, kind, quartz).map(|day| Some(Special::Nth(to_sunday(day), nth)));
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

fn number(text: &str, kind: &Kind, quartz: bool) -> Result<i8, String> {
    if let Some(at) = kind.names.iter().position(|name| *name == text) {
        let first = if kind.name == "month" || quartz { 1 } else { 0 };
        return Ok(i8::try_from(at).unwrap_or(0) + first);
    }
    let short = shown(text);
    let short = short.trim_matches('"');
    match text.parse::<i8>() {
        Ok(number) if (kind.least..=kind.most).contains(&number) => Ok(number),
        Ok(_) => Err(format!("{}: {short} is not from {} to {}", kind.name, kind.least, kind.most)),
        Err(_) => {
            Err(format!("{}: {short} is no number{}", kind.name, if kind.names.is_empty() { "" } else { " or name" }))
        }
    }
}
