//! Rules of recurrence as they are written (RFC 5545, RRULE): `FREQ=MONTHLY;BYDAY=-1FR;COUNT=10`.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::zone::{civil, weekday};

/// Numbers a part may list.
const MAX_LISTED: usize = 400;
/// Largest interval, and largest count.
const MAX_INTERVAL: i64 = 100_000;
const MAX_COUNT: u64 = 1_000_000;

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Frequency {
    Yearly,
    Monthly,
    Weekly,
    Daily,
    Hourly,
    Minutely,
    Secondly,
}

/// A rule of recurrence.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) count: Option<u64>,
    /// The last time of day that counts, and whether it is one of UTC.
    pub(super) until: Option<(DateTime, bool)>,
    pub(super) week_start: Weekday,
    pub(super) months: Vec<i16>,
    pub(super) month_days: Vec<i16>,
    pub(super) year_days: Vec<i16>,
    pub(super) weeks: Vec<i16>,
    /// Weekdays, and which of them in the month or year; 0 for all.
    pub(super) days: Vec<(i16, Weekday)>,
    pub(super) hours: Vec<i16>,
    pub(super) minutes: Vec<i16>,
    pub(super) seconds: Vec<i16>,
    pub(super) positions: Vec<i16>,
}

impl Rule {
    /// Reads a rule, with or without `RRULE:` in front.
    ///
    /// # Errors
    /// When it is none: which part, and what it may be.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let body = match text.get(..6) {
            Some(head) if head.eq_ignore_ascii_case("RRULE:") => &text[6..],
            _ => text,
        };
        let mut rule = Self {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            week_start: Weekday::Monday,
            months: Vec::new(),
            month_days: Vec::new(),
            year_days: Vec::new(),
            weeks: Vec::new(),
            days: Vec::new(),
            hours: Vec::new(),
            minutes: Vec::new(),
            seconds: Vec::new(),
            positions: Vec::new(),
        };
        let mut has_frequency = false;
        for part in body.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((name, value)) = part.split_once('=') else {
                return Err(format!("is no rule, such as FREQ=WEEKLY;BYDAY=TU;COUNT=10: {}", short(part)));
            };
            let (name, value) = (name.trim().to_ascii_uppercase(), value.trim());
            let number = |least: i64, most: i64| {
                let number = value.parse::<i64>().ok().filter(|number| (least..=most).contains(number));
                number.ok_or_else(|| {
                    format!("has {name}={}; it must be a whole number from {least} to {most}", short(value))
                })
            };
            match name.as_str() {
                "FREQ" => {
                    has_frequency = true;
                    rule.frequency = match value.to_ascii_uppercase().as_str() {
                        "YEARLY" => Frequency::Yearly,
                        "MONTHLY" => Frequency::Monthly,
                        "WEEKLY" => Frequency::Weekly,
                        "DAILY" => Frequency::Daily,
                        "HOURLY" => Frequency::Hourly,
                        "MINUTELY" => Frequency::Minutely,
                        "SECONDLY" => Frequency::Secondly,
                        _ => {
                            return Err(format!(
                                "has FREQ={}; use YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY or SECONDLY",
                                short(value)
                            ));
                        }
                    };
                }
                "INTERVAL" => rule.interval = number(1, MAX_INTERVAL)?,
                "COUNT" => rule.count = u64::try_from(number(1, MAX_COUNT as i64)?).ok(),
                "UNTIL" => rule.until = Some(until(value)?),
                "WKST" => {
                    let day = weekday(&value.to_ascii_uppercase());
                    rule.week_start = day.ok_or_else(|| format!("has WKST={}; use MO to SU", short(value)))?;
                }
                "BYMONTH" => rule.months = numbers(&name, value, 1, 12, false)?,
                "BYMONTHDAY" => rule.month_days = numbers(&name, value, 1, 31, true)?,
                "BYYEARDAY" => rule.year_days = numbers(&name, value, 1, 366, true)?,
                "BYWEEKNO" => rule.weeks = numbers(&name, value, 1, 53, true)?,
                "BYHOUR" => rule.hours = numbers(&name, value, 0, 23, false)?,
                "BYMINUTE" => rule.minutes = numbers(&name, value, 0, 59, false)?,
                "BYSECOND" => rule.seconds = numbers(&name, value, 0, 59, false)?,
                "BYSETPOS" => rule.positions = numbers(&name, value, 1, 366, true)?,
                "BYDAY" => rule.days = days(value)?,
                _ => return Err(format!("has the part {}, which is none of a rule", short(&name))),
            }
        }
        match has_frequency {
            true => Ok(rule),
            false => Err("has no FREQ: write FREQ=WEEKLY;BYDAY=TU;COUNT=10".to_owned()),
        }
    }

    /// Whether it ends by itself.
    pub(crate) fn is_finite(&self) -> bool {
        self.count.is_some() || self.until.is_some()
    }

    /// Puts the end that is said in UTC into the times of day that the rule is about.
    pub(crate) fn settle(&mut self, local: impl FnOnce(DateTime) -> DateTime) {
        if let Some((until, of_utc @ true)) = &mut self.until {
            *until = local(*until);
            *of_utc = false;
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// An end; of a date the end of that day.
fn until(value: &str) -> Result<(DateTime, bool), String> {
    let wrong = || format!("has UNTIL={}; write 20241231 or 20241231T235959Z", short(value));
    // As people write it, too.
    let plain: String = value.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let time = civil(&plain).ok_or_else(wrong)?;
    if plain.len() > 8 {
        return Ok((time, plain.ends_with(['Z', 'z'])));
    }
    let last = Time::new(23, 59, 59, 0).map_err(|_| wrong())?;
    Ok((time.date().to_datetime(last), false))
}

fn numbers(name: &str, value: &str, least: i16, most: i16, negative: bool) -> Result<Vec<i16>, String> {
    let one = |part: &str| {
        let number: i16 = part.trim().trim_start_matches('+').parse().ok()?;
        let within = (least..=most).contains(&number) || negative && (least..=most).contains(&number.checked_neg()?);
        within.then_some(number)
    };
    let mut listed = Vec::new();
    for part in value.split(',') {
        let number = one(part).filter(|_| listed.len() < MAX_LISTED);
        let range = if negative {
            format!("{least} to {most}, or negative from the end")
        } else {
            format!("{least} to {most}")
        };
        listed.push(number.ok_or_else(|| format!("has {name}={}; use {range}", short(part)))?);
    }
    Ok(listed)
}

fn days(value: &str) -> Result<Vec<(i16, Weekday)>, String> {
    let mut listed = Vec::new();
    for part in value.split(',').map(str::trim) {
        let wrong = || format!("has BYDAY={}; write MO, or 2MO or -1FR for the second or the last", short(part));
        let at = part.len().checked_sub(2).filter(|at| part.is_char_boundary(*at)).ok_or_else(wrong)?;
        let day = weekday(&part[at..].to_ascii_uppercase()).ok_or_else(wrong)?;
        let which = match &part[..at] {
            "" => 0,
            which => which.trim_start_matches('+').parse().ok().filter(|which| *which != 0).ok_or_else(wrong)?,
        };
        if !(-53..=53).contains(&which) || listed.len() >= MAX_LISTED {
            return Err(wrong());
        }
        listed.push((which, day));
    }
    Ok(listed)
}

/// The week of a date in weeks that begin on a weekday: its number, and how many weeks its year has. The first week of a year is the
/// first with four of its days.
pub(super) fn week_of(date: Date, week_start: Weekday) -> Option<(i16, i16)> {
    let first = |year: i16| {
        let fourth = Date::new(year, 1, 4).ok()?;
        fourth.checked_sub(jiff::Span::new().days(since(fourth.weekday(), week_start))).ok()
    };
    let year = date.year();
    let begins = match first(year.checked_add(1)?) {
        Some(next) if date >= next => next,
        _ => match first(year)? {
            own if date >= own => own,
            _ => first(year - 1)?,
        },
    };
    // Four days on it is the year of the week.
    let own = begins.checked_add(jiff::Span::new().days(3)).ok()?.year();
    let ends = first(own.checked_add(1)?)?;
    let days = |from: Date, to: Date| i16::try_from((to - from).get_days()).ok();
    let weeks = days(begins, ends)? / 7;
    Some((days(begins, date)? / 7 + 1, weeks))
}

/// Days from one weekday to another, forward.
pub(super) fn since(day: Weekday, start: Weekday) -> i64 {
    i64::from((day.to_monday_zero_offset() - start.to_monday_zero_offset()).rem_euclid(7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        for (text, said) in [
            ("", "has no FREQ"),
            ("weekly", "is no rule, such as FREQ=WEEKLY"),
            ("FREQ=SOMETIMES", "use YEARLY, MONTHLY"),
            ("FREQ=DAILY;COUNT=0", "COUNT=0"),
            ("FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1"),
            ("FREQ=DAILY;BYDAY=XX", "write MO, or 2MO"),
            ("FREQ=DAILY;BYDAY=é", "write MO, or 2MO"),
            ("FREQ=DAILY;BYDAY=0MO", "write MO, or 2MO"),
            ("FREQ=DAILY;BYMONTH=13", "BYMONTH=13; use 1 to 12"),
            ("FREQ=DAILY;BYMONTHDAY=0", "use 1 to 31, or negative"),
            ("FREQ=DAILY;UNTIL=soon", "write 20241231"),
            ("FREQ=DAILY;COLOR=RED", "the part COLOR"),
        ] {
            let error = Rule::parse(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
        assert!(Rule::parse("rrule:freq=weekly;byday=mo,+2tu,-1FR; WKST=SU;").is_ok());
        assert!(Rule::parse("FREQ=DAILY;UNTIL=2024-12-31").unwrap().is_finite());
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        for year in 2000..2012 {
            for (month, day) in [(1, 1), (1, 3), (6, 15), (12, 28), (12, 31)] {
                let date = Date::new(year, month, day).unwrap();
                let week = date.iso_week_date();
                assert_eq!(week_of(date, Weekday::Monday), Some((week.week().into(), week.weeks_in_year().into())));
            }
        }
    }
}
