//! Dates as feeds write them: RFC 822 with its liberties, ISO 8601 in part or whole.

use jiff::civil::{Date, DateTime};
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

use super::Instant;

/// A date as ISO 8601: with its zone where it has one; what is no date stays as it is.
pub(super) fn iso(text: &str) -> String {
    let text = text.trim();
    match read(text) {
        Some(Moment::Zoned(text)) | Some(Moment::Civil(text)) => text,
        None => text.to_owned(),
    }
}

/// The instant of a date; without a zone that in UTC.
pub(super) fn instant(text: &str) -> Option<Instant> {
    match read(text.trim())? {
        Moment::Zoned(text) => text.parse().ok(),
        Moment::Civil(text) => match text.len() {
            10 => text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()),
            _ => text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()),
        },
    }
}

enum Moment {
    /// With a zone.
    Zoned(String),
    /// A date, or a date with a time.
    Civil(String),
}

fn read(text: &str) -> Option<Moment> {
    if text.len() > 80 || !text.is_ascii() {
        return None;
    }
    if text.as_bytes().first().is_some_and(u8::is_ascii_digit) && text.as_bytes().get(4) == Some(&b'-') {
        return read_iso(text);
    }
    // What a program wrote that thinks RFC 822 has other names, or seconds are no part of it.
    let mut words: Vec<&str> = text.split([' ', '\t', '\n']).filter(|word| !word.is_empty()).collect();
    if words.first().is_some_and(|word| word.trim_end_matches(',').chars().all(char::is_alphabetic)) && words.len() > 3
    {
        words.remove(0);
    }
    let month = words.get(1)?.get(..3)?.to_owned();
    let mut plain: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let mut chars = month.chars();
    plain[1] = chars
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(chars.map(|c| c.to_ascii_lowercase()))
        .collect();
    if plain.len() == 3 {
        plain.push("00:00:00".to_owned());
    }
    let zoned = plain.len() > 4;
    if !zoned {
        plain.push("+0000".to_owned());
    }
    let zone = plain[4].clone();
    plain[4] = match zone.as_str() {
        "Z" | "z" | "UTC" => "+0000".to_owned(),
        zone if zone.len() == 6 && zone.as_bytes()[3] == b':' => zone.replace(':', ""),
        zone if zone.starts_with("GMT") && zone.len() > 3 => zone[3..].replace(':', ""),
        zone => zone.to_owned(),
    };
    let parsed = rfc2822::parse(&plain[..5].join(" ")).ok()?;
    Some(match zoned {
        true => Moment::Zoned(written(&parsed)),
        false => Moment::Civil(parsed.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
    })
}

fn written(zoned: &jiff::Zoned) -> String {
    match zoned.offset().seconds() {
        0 => zoned.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        _ => zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    }
}

fn read_iso(text: &str) -> Option<Moment> {
    if text.len() == 7 || text.len() == 4 {
        return None;
    }
    if text.len() == 10 {
        return text.parse::<Date>().ok().map(|date| Moment::Civil(date.to_string()));
    }
    let mut text = text.replacen(' ', "T", 1).replace(" ", "");
    // A zone without its colon, or without its minutes.
    let zone = text.rfind(['+', '-']).filter(|at| *at > 10);
    if let Some(at) = zone {
        let digits = text[at + 1..].replace(':', "");
        let digits = match digits.len() {
            2 => format!("{digits}00"),
            _ => digits,
        };
        text = format!("{}{}:{}", &text[..=at], digits.get(..2)?, digits.get(2..4)?);
    }
    let has_zone = zone.is_some() || text.ends_with(['Z', 'z']);
    if has_zone {
        text.parse::<Instant>().ok()?;
        return Some(Moment::Zoned(text));
    }
    text.parse::<DateTime>().ok().map(|time| Moment::Civil(time.to_string()))
}

/// A length as podcasts write it: seconds, `mm:ss` or `hh:mm:ss`.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let parts: Vec<&str> = text.trim().split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    for part in parts {
        let part = part.split('.').next().unwrap_or(part);
        total = total.checked_mul(60)?.checked_add(part.trim().parse().ok()?)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_feeds() {
        for (text, expected) in [
            ("Tue, 05 Mar 2024 10:00:00 +0100", "2024-03-05T10:00:00+01:00"),
            ("Tue, 5 Mar 2024 10:00:00 GMT", "2024-03-05T10:00:00Z"),
            ("5 Mar 2024 10:00 EST", "2024-03-05T10:00:00-05:00"),
            ("Tuesday, 05 March 2024 10:00:00 Z", "2024-03-05T10:00:00Z"),
            ("Mon, 05 Mar 2024 10:00:00 +01:00", "2024-03-05T10:00:00+01:00"),
            ("05 Mar 2024", "2024-03-05T00:00:00"),
            ("2024-03-05", "2024-03-05"),
            ("2024-03-05T10:00:00Z", "2024-03-05T10:00:00Z"),
            ("2024-03-05T10:00:00.123+0100", "2024-03-05T10:00:00.123+01:00"),
            ("2024-03-05 10:00:00", "2024-03-05T10:00:00"),
            ("2024-03-05T10:00:00-05", "2024-03-05T10:00:00-05:00"),
            ("yesterday", "yesterday"),
            ("", ""),
            ("32 Mar 2024 10:00:00 GMT", "32 Mar 2024 10:00:00 GMT"),
        ] {
            assert_eq!(iso(text), expected, "{text}");
        }
        assert_eq!(instant("2024-03-05T10:00:00+01:00"), instant("Tue, 05 Mar 2024 09:00:00 GMT"));
        assert_eq!(
            [seconds("3723"), seconds("1:02:03"), seconds("62:03"), seconds("x"), seconds("1:2:3:4")],
            [Some(3723), Some(3723), Some(3723), None, None]
        );
    }
}
