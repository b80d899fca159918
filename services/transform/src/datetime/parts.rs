//! Parts of a date as a text says them, and what they mean together; read by a format.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::Offset;

use super::moment::Moment;
use super::names::{Language, is_weekday, month_of};
use super::tokens::Piece;
use super::zone;

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

/// What is left of a text that is read piece by piece.
pub(super) struct Reader<'t> {
    pub(super) rest: &'t str,
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

    /// Reads what a piece stands for; nothing when it is not there.
    pub(super) fn piece(&mut self, piece: &Piece, parts: &mut Parts) -> Option<()> {
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
