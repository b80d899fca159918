//! Dates of spreadsheets: days since an epoch, of which there are two, and no zone.

use std::fmt::Write;

use jiff::Span;
use jiff::civil::{Date, DateTime};

const DAY: i64 = 86_400_000;

/// What a number format shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A number.
    Number,
    /// A day.
    Date,
    /// A day with a time.
    DateTime,
    /// A time of day.
    Time,
    /// A span of time: `[h]:mm`.
    Duration,
}

/// What a built-in format shows (ECMA-376, part 1, 18.8.30).
#[must_use]
pub fn of_builtin(id: u32) -> Shown {
    match id {
        14..=17 | 27..=31 | 34..=36 | 50..=54 | 57 | 58 => Shown::Date,
        18..=21 | 32 | 33 | 45 | 47 | 55 | 56 => Shown::Time,
        22 => Shown::DateTime,
        46 => Shown::Duration,
        _ => Shown::Number,
    }
}

/// What a format code shows: `yyyy-mm-dd`, `[h]:mm`, `0.00 "days"`.
#[must_use]
pub fn of_code(code: &str) -> Shown {
    let (mut day, mut time, mut minutes, mut span) = (false, false, false, false);
    // The first section is that of positive numbers.
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => break,
            '"' => while chars.next().is_some_and(|c| c != '"') {},
            '\\' | '_' | '*' => drop(chars.next()),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let letters = inside.to_ascii_lowercase();
                span |= !letters.is_empty()
                    && (letters.chars().all(|c| c == 'h')
                        || letters.chars().all(|c| c == 'm')
                        || letters.chars().all(|c| c == 's'));
            }
            'y' | 'Y' | 'd' | 'D' => day = true,
            'm' | 'M' => minutes = true,
            'h' | 'H' | 's' | 'S' => time = true,
            // General, Standard: words that hold such letters.
            'G' | 'g' if code[..].to_ascii_lowercase().contains("general") => return Shown::Number,
            '0' | '#' | '?' if !time && !day && !span => return Shown::Number,
            _ => {}
        }
    }
    match (day, time, span) {
        (_, _, true) => Shown::Duration,
        (true, true, _) => Shown::DateTime,
        (true, false, _) => Shown::Date,
        (false, true, _) => Shown::Time,
        (false, false, _) if minutes => Shown::Date,
        _ => Shown::Number,
    }
}

/// A serial number as text: `2024-01-01`, `2022-01-27T08:30:00`, `08:30:00`, `36:00:00`; none for a number, and for what is no
/// date.
#[must_use]
pub fn text(serial: f64, shown: Shown, is_1904: bool) -> Option<String> {
    if shown == Shown::Number || !serial.is_finite() || !(-1.0..2_958_467.0).contains(&serial) {
        return None;
    }
    // A double of this size holds microseconds; what is written are milliseconds.
    let milliseconds = (serial * DAY as f64).round() as i64;
    if shown == Shown::Duration || milliseconds < 0 {
        return (shown == Shown::Duration).then(|| clock(milliseconds.abs(), milliseconds < 0));
    }
    let (days, time) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    if shown == Shown::Time && days == 0 {
        return Some(clock(time, false));
    }
    // The first spreadsheet had a 29 February 1900, and all have it since.
    if !is_1904 && days == 60 {
        return Some("1900-02-29".to_owned());
    }
    let epoch = match (is_1904, days) {
        (true, _) => Date::constant(1904, 1, 1),
        (false, ..60) => Date::constant(1899, 12, 31),
        (false, _) => Date::constant(1899, 12, 30),
    };
    let date = epoch.checked_add(Span::new().try_days(days).ok()?).ok()?;
    match (shown, time) {
        (Shown::Date, 0) => Some(date.to_string()),
        _ => Some(format!("{date}T{}", clock(time, false))),
    }
}

fn clock(milliseconds: i64, negative: bool) -> String {
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = if negative { "-".to_owned() } else { String::new() };
    let _ = write!(text, "{hours:02}:{minutes:02}:{seconds:02}");
    if rest > 0 {
        let _ = write!(text, ".{rest:03}");
    }
    text
}

/// The serial number of a date as JSON writes it, and whether it has a time; none for what is no date or before March 1900,
/// where spreadsheets are a day off.
#[must_use]
pub fn serial(text: &str) -> Option<(f64, bool)> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    let is_date =
        bytes.len() >= 10 && digits(0..4) && bytes[4] == b'-' && digits(5..7) && bytes[7] == b'-' && digits(8..10);
    if !is_date {
        return None;
    }
    let date: Date = text[..10].parse().ok()?;
    if date < Date::constant(1900, 3, 1) {
        return None;
    }
    let days = f64::from(date.since(Date::constant(1899, 12, 30)).ok()?.get_days());
    if bytes.len() == 10 {
        return Some((days, false));
    }
    // A time without a zone: what names one is a moment, which a spreadsheet cannot hold.
    if !matches!(bytes.len(), 19 | 23) || bytes[10] != b'T' || text.ends_with('Z') {
        return None;
    }
    let moment: DateTime = text.parse().ok()?;
    let midnight = date.at(0, 0, 0, 0);
    let since = moment.since((jiff::Unit::Millisecond, midnight)).ok()?;
    let milliseconds = since.total(jiff::SpanTotal::from(jiff::Unit::Millisecond)).ok()?;
    Some((days + milliseconds / DAY as f64, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_of_both_epochs() {
        let cases = [
            (45_292.0, Shown::Date, false, "2024-01-01"),
            (43_830.0, Shown::Date, true, "2024-01-01"),
            (44_588.354_166_666_664, Shown::DateTime, false, "2022-01-27T08:30:00"),
            (43_126.354_166_666_66, Shown::DateTime, true, "2022-01-27T08:30:00"),
            (45_292.0, Shown::DateTime, false, "2024-01-01T00:00:00"),
            (1.0, Shown::Date, false, "1900-01-01"),
            (59.0, Shown::Date, false, "1900-02-28"),
            (60.0, Shown::Date, false, "1900-02-29"),
            (61.0, Shown::Date, false, "1900-03-01"),
            (0.354_166_666_666_666_7, Shown::Time, false, "08:30:00"),
            (1.5, Shown::Duration, false, "36:00:00"),
            (0.000_005_787, Shown::Time, false, "00:00:00.500"),
        ];
        for (value, shown, is_1904, expected) in cases {
            assert_eq!(text(value, shown, is_1904).as_deref(), Some(expected));
        }
        assert_eq!(text(3e9, Shown::Date, false), None);
        assert_eq!(text(5.0, Shown::Number, false), None);
    }

    #[test]
    fn there_and_back() {
        for date in ["1900-03-01", "2024-01-01", "2016-10-27", "9999-12-31"] {
            let (days, timed) = serial(date).unwrap();
            assert!(!timed);
            assert_eq!(text(days, Shown::Date, false).as_deref(), Some(date));
        }
        for moment in ["2022-01-27T08:30:00", "2022-01-27T23:59:59.999", "2022-01-27T00:00:00"] {
            let (days, timed) = serial(moment).unwrap();
            assert!(timed);
            assert_eq!(text(days, Shown::DateTime, false).as_deref(), Some(moment));
        }
        for other in [
            "2024-02-30",
            "2024-1-1",
            "1899-01-01",
            "2022-01-27T08:30:00Z",
            "2022-01-27 08:30:00",
            "20240101",
            "2022-01-27T08:30",
        ] {
            assert_eq!(serial(other), None, "{other}");
        }
    }

    #[test]
    fn formats_of_dates() {
        let cases = [
            ("yyyy-mm-dd", Shown::Date),
            ("m/d/yyyy", Shown::Date),
            ("yyyy/m/d h:mm:ss", Shown::DateTime),
            ("h:mm AM/PM", Shown::Time),
            ("[h]:mm:ss", Shown::Duration),
            ("General", Shown::Number),
            ("0.00", Shown::Number),
            ("#,##0 \"days\"", Shown::Number),
            ("[Red]0.0", Shown::Number),
            ("[$-409]d-mmm-yy;@", Shown::Date),
            ("0.00E+00", Shown::Number),
            ("mmm", Shown::Date),
            ("@", Shown::Number),
            ("\"d\"0", Shown::Number),
            ("[$€-407] #,##0.00", Shown::Number),
        ];
        for (code, expected) in cases {
            assert_eq!(of_code(code), expected, "{code}");
        }
    }
}
