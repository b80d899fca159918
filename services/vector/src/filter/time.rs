//! Dates and times.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// A date or time in RFC 3339 as microseconds since 1970. Without an offset, as databases write it (`2024-05-01 12:00:00`), it is in
/// UTC, and a date alone is its first moment: Qdrant reads them so too.
pub(crate) fn micros(text: &str) -> Option<i64> {
    if !(10..=40).contains(&text.len()) || !text.as_bytes()[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_microsecond());
    }
    // What has a zone is no time of UTC; what is written without dashes may be any number.
    if text.contains('[') || text.as_bytes()[4] != b'-' || text.ends_with(['Z', 'z']) {
        return None;
    }
    let time: DateTime = text.parse().ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_and_dates() {
        assert_eq!(micros("1970-01-01T00:00:01Z"), Some(1_000_000));
        assert_eq!(micros("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(micros("1970-01-02"), Some(86_400_000_000));
        assert_eq!(micros("1970-01-01T00:00:01"), Some(1_000_000));
        assert_eq!(micros("1970-01-01 00:00:01.5"), Some(1_500_000));
        for text in [
            "",
            "2024",
            "2024-13-01",
            "next tuesday",
            "1234567890",
            "2024-05-01x",
            "2024-05-01T25:00:00",
            "20240501T12",
            "2024-05-01T12:00:00+99:00",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
    }
}
