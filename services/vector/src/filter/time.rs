//! Dates and times.

use jiff::Timestamp;
use jiff::civil::Date;

/// A date or time in RFC 3339 (a date alone is its first moment, in UTC) as microseconds since 1970.
pub(crate) fn micros(text: &str) -> Option<i64> {
    if !(10..=40).contains(&text.len()) || !text.as_bytes()[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_microsecond());
    }
    let date: Date = if text.len() == 10 { text.parse().ok()? } else { return None };
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_and_dates() {
        assert_eq!(micros("1970-01-01T00:00:01Z"), Some(1_000_000));
        assert_eq!(micros("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(micros("1970-01-02"), Some(86_400_000_000));
        for text in ["", "2024", "2024-13-01", "next tuesday", "1234567890", "2024-05-01x"] {
            assert_eq!(micros(text), None, "{text}");
        }
    }
}
