//! Timestamps, as providers write them.

use jiff::Timestamp;

use super::scheme::Unit;

/// Numbers from here on are milliseconds: as seconds this is the year 5138.
const FIRST_MILLIS: i64 = 100_000_000_000;

/// Reads a time in its unit: where the border to the next part is not signed, digits of that would make milliseconds.
pub(super) fn read(text: &str, unit: Unit) -> Option<Timestamp> {
    match unit {
        Unit::Seconds => number(text).and_then(|number| Timestamp::from_second(number).ok()),
        Unit::Millis => number(text).and_then(|number| Timestamp::from_millisecond(number).ok()),
        Unit::Rfc3339 => text.parse().ok(),
    }
}

/// Reads seconds or milliseconds since 1970, or RFC 3339.
pub(super) fn read_any(text: &str) -> Option<Timestamp> {
    let unit = match number(text) {
        Some(number) if number < FIRST_MILLIS => Unit::Seconds,
        Some(_) => Unit::Millis,
        None => Unit::Rfc3339,
    };
    read(text, unit)
}

fn number(text: &str) -> Option<i64> {
    let digits = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Writes it.
pub(super) fn write(time: Timestamp, unit: Unit) -> String {
    match unit {
        Unit::Seconds => time.as_second().to_string(),
        Unit::Millis => time.as_millisecond().to_string(),
        Unit::Rfc3339 => time.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        let time = Timestamp::from_second(1_614_265_330).unwrap();
        for text in ["1614265330", "1614265330000", "2021-02-25T15:02:10Z", "2021-02-25T16:02:10.000+01:00"] {
            assert_eq!(read_any(text), Some(time), "{text}");
        }
        for unit in [Unit::Seconds, Unit::Millis, Unit::Rfc3339] {
            assert_eq!(read(&write(time, unit), unit), Some(time), "{unit:?}");
            let others = [Unit::Seconds, Unit::Millis, Unit::Rfc3339].into_iter().filter(|other| *other != unit);
            assert!(others.into_iter().all(|other| read(&write(time, other), unit) != Some(time)), "{unit:?}");
        }
        for text in ["", "-1", "1.5", "now", "1614265330x", "99999999999999999999", "٣", "2021-02-25", "0x10"] {
            assert_eq!(read_any(text), None, "{text}");
        }
    }
}
