//! Text strings and dates as PDF writes them (ISO 32000-2, 7.9.2 and 7.9.4).

use lopdf::{Object, StringFormat};

/// The characters of PDFDocEncoding that are not those of Latin-1 (ISO 32000-2, table D.2).
const PDF_DOC: [(u8, char); 39] = [
    (0x18, '\u{2D8}'),
    (0x19, '\u{2C7}'),
    (0x1A, '\u{2C6}'),
    (0x1B, '\u{2D9}'),
    (0x1C, '\u{2DD}'),
    (0x1D, '\u{2DB}'),
    (0x1E, '\u{2DA}'),
    (0x1F, '\u{2DC}'),
    (0x80, '\u{2022}'),
    (0x81, '\u{2020}'),
    (0x82, '\u{2021}'),
    (0x83, '\u{2026}'),
    (0x84, '\u{2014}'),
    (0x85, '\u{2013}'),
    (0x86, '\u{192}'),
    (0x87, '\u{2044}'),
    (0x88, '\u{2039}'),
    (0x89, '\u{203A}'),
    (0x8A, '\u{2212}'),
    (0x8B, '\u{2030}'),
    (0x8C, '\u{201E}'),
    (0x8D, '\u{201C}'),
    (0x8E, '\u{201D}'),
    (0x8F, '\u{2018}'),
    (0x90, '\u{2019}'),
    (0x91, '\u{201A}'),
    (0x92, '\u{2122}'),
    (0x93, '\u{FB01}'),
    (0x94, '\u{FB02}'),
    (0x95, '\u{141}'),
    (0x96, '\u{152}'),
    (0x97, '\u{160}'),
    (0x98, '\u{178}'),
    (0x99, '\u{17D}'),
    (0x9A, '\u{131}'),
    (0x9B, '\u{142}'),
    (0x9C, '\u{153}'),
    (0x9D, '\u{161}'),
    (0x9E, '\u{17E}'),
];

/// The text of a string object or of its bytes.
pub(crate) fn text(object: &Object) -> Option<String> {
    match object {
        Object::String(bytes, _) => Some(decode(bytes)),
        Object::Name(name) => Some(String::from_utf8_lossy(name).into_owned()),
        _ => None,
    }
}

/// The text of bytes: UTF-16 or UTF-8 by their mark, else PDFDocEncoding.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|byte| pdf_doc(*byte)).collect(),
    };
    text.trim_end_matches('\0').to_owned()
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

fn pdf_doc(byte: u8) -> char {
    if byte == 0xA0 {
        return '\u{20AC}';
    }
    PDF_DOC.iter().find(|(code, _)| *code == byte).map_or(char::from(byte), |(_, letter)| *letter)
}

/// A text as an object: plain where ASCII is enough, else UTF-16.
pub(crate) fn string(text: &str) -> Object {
    if text.is_ascii() {
        return Object::String(text.as_bytes().to_vec(), StringFormat::Literal);
    }
    let bytes = [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    Object::String(bytes, StringFormat::Hexadecimal)
}

/// A date (`D:20240131120000+01'00'`) as RFC 3339; what is missing is the beginning of the year, the day, or UTC.
/// Nothing when it is none.
pub(crate) fn date_to_rfc3339(date: &str) -> Option<String> {
    let date = date.trim().strip_prefix("D:").unwrap_or(date.trim());
    let digits: String = date.chars().take_while(char::is_ascii_digit).take(14).collect();
    let part = |from: usize, length: usize, otherwise: u32| match digits.get(from..from + length) {
        Some(part) => part.parse().ok(),
        None if digits.len() <= from => Some(otherwise),
        None => None,
    };
    let year: u32 = digits.get(..4)?.parse().ok()?;
    let (month, day) = (part(4, 2, 1)?, part(6, 2, 1)?);
    let (hour, minute, second) = (part(8, 2, 0)?, part(10, 2, 0)?, part(12, 2, 0)?);
    let sane = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if !sane {
        return None;
    }
    let zone = &date[digits.len()..];
    let zone = match zone.chars().next() {
        Some(sign @ ('+' | '-')) => {
            let numbers: String = zone[1..].chars().filter(char::is_ascii_digit).collect();
            let hours: u32 = numbers.get(..2)?.parse().ok()?;
            let minutes: u32 = numbers.get(2..4).map_or(Some(0), |minutes| minutes.parse().ok())?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            format!("{sign}{hours:02}:{minutes:02}")
        }
        _ => "Z".to_owned(),
    };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"))
}

/// An RFC 3339 time, or a day, as PDF writes it. Nothing when it is neither.
pub(crate) fn date_from_rfc3339(time: &str) -> Option<String> {
    let digits = |text: &str| text.len() == text.chars().filter(char::is_ascii_digit).count();
    let (day, rest) = time.trim().split_at_checked(10)?;
    let [year, month, day] = day.split('-').collect::<Vec<_>>().try_into().ok()?;
    let whole = digits(year) && digits(month) && digits(day) && year.len() == 4 && month.len() == 2 && day.len() == 2;
    let in_range = |text: &str, most: u32| text.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number));
    if !whole || !in_range(month, 12) || !in_range(day, 31) {
        return None;
    }
    if rest.is_empty() {
        return Some(format!("D:{year}{month}{day}"));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let [hour, minute, second] = clock.split(':').collect::<Vec<_>>().try_into().ok()?;
    let below = |text: &str, most: u32| {
        text.len() == 2 && digits(text) && text.parse::<u32>().is_ok_and(|number| number < most)
    };
    if !below(hour, 24) || !below(minute, 60) || !below(second, 61) {
        return None;
    }
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|letter: char| letter.is_ascii_digit()),
        None => rest,
    };
    let zone = match zone {
        "Z" | "z" | "" => "Z".to_owned(),
        zone => {
            let sign = zone.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
            let (hours, minutes) = zone[1..].split_once(':')?;
            if !below(hours, 24) || !below(minutes, 60) {
                return None;
            }
            format!("{sign}{hours}'{minutes}'")
        }
    };
    Some(format!("D:{year}{month}{day}{hour}{minute}{second}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_in_every_encoding_and_written_in_two() {
        assert_eq!(decode(b"caf\xe9 \xa0 \x92"), "caf\u{e9} \u{20ac} \u{2122}");
        assert_eq!(decode(b"\xfe\xff\x01\x41\x00\xf3"), "\u{141}\u{f3}");
        assert_eq!(decode(b"\xef\xbb\xbf\xc5\x81"), "\u{141}");
        for text in ["plain (text)", "\u{141}\u{f3}d\u{17a}", "\u{1F600}"] {
            assert_eq!(super::text(&string(text)).unwrap(), text);
        }
    }

    #[test]
    fn dates_go_both_ways() {
        for (pdf, rfc) in [
            ("D:20240131120501+01'00'", "2024-01-31T12:05:01+01:00"),
            ("D:20240131120501Z", "2024-01-31T12:05:01Z"),
            ("D:20240131120501-0530", "2024-01-31T12:05:01-05:30"),
            ("D:2024", "2024-01-01T00:00:00Z"),
            ("20240229", "2024-02-29T00:00:00Z"),
        ] {
            assert_eq!(date_to_rfc3339(pdf).as_deref(), Some(rfc), "{pdf}");
        }
        for nonsense in ["", "yesterday", "D:20241301", "D:202401011", "D:20240101250000"] {
            assert_eq!(date_to_rfc3339(nonsense), None, "{nonsense}");
        }
        assert_eq!(date_from_rfc3339("2024-01-31T12:05:01.5+01:00").as_deref(), Some("D:20240131120501+01'00'"));
        assert_eq!(date_from_rfc3339("2024-01-31T12:05:01Z").as_deref(), Some("D:20240131120501Z"));
        assert_eq!(date_from_rfc3339("2024-01-31").as_deref(), Some("D:20240131"));
        for nonsense in ["2024-1-31", "31.01.2024", "2024-01-31T25:00:00Z", "2024-13-01"] {
            assert_eq!(date_from_rfc3339(nonsense), None, "{nonsense}");
        }
    }
}
