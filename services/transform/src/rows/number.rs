//! Numbers as text: which texts are numbers of JSON, and which number people mean by a text.

use std::borrow::Cow;

/// The largest whole number every reader of JSON has exactly: 2^53 - 1.
const LARGEST_SAFE: u64 = (1 << 53) - 1;

/// Whether a text is a number as JSON writes it.
#[must_use]
pub fn is_json(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let digits = |at: &mut usize| {
        let start = *at;
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        *at > start
    };
    match bytes.get(at) {
        Some(b'0') => at += 1,
        Some(b'1'..=b'9') => {
            digits(&mut at);
        }
        _ => return false,
    }
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        if !digits(&mut at) {
            return false;
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        if !digits(&mut at) {
            return false;
        }
    }
    at == bytes.len()
}

/// Whether a number of JSON is a whole number that some readers would round: an id, not an amount.
#[must_use]
pub fn is_big(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits.len() > 15
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && digits.parse::<u64>().map_or(true, |value| value > LARGEST_SAFE)
}

/// Whether a cell of a text file is a number without being told so: a number of JSON, of which every reader has all digits. What
/// has a zero in front or a plus is a code; so is a whole number past 2^53 - 1, and `12E4`, which is no number to whoever
/// wrote it.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    if !text.bytes().next().is_some_and(|first| first.is_ascii_digit() || first == b'-')
        || !is_json(text)
        || is_big(text)
    {
        return false;
    }
    match text.bytes().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => text[..at].contains('.') || matches!(text.as_bytes().get(at + 1), Some(b'+' | b'-')),
        None => true,
    }
}

/// The number of JSON that a cell without being told is, with this decimal mark.
#[must_use]
pub fn plain(text: &str, decimal: char) -> Option<Cow<'_, str>> {
    if decimal == '.' {
        return is_plain(text).then_some(Cow::Borrowed(text));
    }
    if text.contains('.') && !grouped(text, '.', ',') {
        return None;
    }
    let written: String = text.chars().filter(|c| *c != '.').map(|c| if c == ',' { '.' } else { c }).collect();
    is_plain(&written).then_some(Cow::Owned(written))
}

/// Whether the whole part of a number stands in groups of three.
fn grouped(text: &str, group: char, decimal: char) -> bool {
    let whole = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = whole.split(decimal).next().unwrap_or_default();
    let mut parts = whole.split(group);
    let first = parts.next().unwrap_or_default();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut rest = parts.peekable();
    rest.peek().is_some()
        && (1..=3).contains(&first.len())
        && digits(first)
        && rest.all(|part| part.len() == 3 && digits(part))
}

/// The number of JSON a text is when it is meant to be one: `01730`, `+5`, `.5`, `1,234.50`, `1 234,5` with a decimal comma.
#[must_use]
pub fn meant(text: &str, decimal: char) -> Option<String> {
    let text = text.trim();
    if is_json(text) && (decimal == '.' || !text.contains('.')) {
        return Some(text.to_owned());
    }
    let group = if decimal == ',' { '.' } else { ',' };
    let spaceless: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'')).collect();
    if spaceless.contains(group) && !grouped(&spaceless, group, decimal) {
        return None;
    }
    let plain: String = spaceless.chars().filter(|c| *c != group).map(|c| if c == decimal { '.' } else { c }).collect();
    let (sign, rest) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    if !rest.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (whole, fraction) = match rest.find(['.', 'e', 'E']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) || whole.is_empty() && !fraction.starts_with('.') {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if fraction == "." { "" } else { fraction };
    let number = format!("{sign}{whole}{fraction}");
    is_json(&number).then_some(number)
}

/// The number of JSON that a text says in one way only: `0.10`, `007`, `+5`, but not `1,234`.
#[must_use]
pub fn said(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    if is_json(text) {
        return Some(Cow::Borrowed(text));
    }
    let one_way =
        text.len() <= 400 && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'));
    one_way.then(|| meant(text, '.')).flatten().map(Cow::Owned)
}

/// Whether a text is written as a number with a decimal comma.
#[must_use]
pub fn has_decimal_comma(text: &str) -> bool {
    let Some((whole, fraction)) = text.split_once(',') else { return false };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(fraction) && (digits(whole) || grouped(whole, '.', ','))
}

/// A float as JSON writes it, with the fewest digits that are this number; none when it is not finite.
#[must_use]
pub fn of_float(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    if value == value.trunc() && value.abs() < 1e15 {
        return Some(format!("{value:.0}"));
    }
    Some(format!("{value}")).filter(|text| text.len() < 25).or_else(|| Some(format!("{value:e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_json() {
        for text in ["0", "-0", "1.10", "12", "1e5", "1.5E-7", "-3.25e+10", "9007199254740993"] {
            assert!(is_json(text), "{text}");
        }
        for text in ["", "-", "01", "+1", ".5", "5.", "1e", "1e+", "0x1", "1,5", " 1", "1 ", "NaN", "--1", "1.2.3"] {
            assert!(!is_json(text), "{text}");
        }
    }

    #[test]
    fn what_is_a_number_without_being_told() {
        for text in ["0", "1.10", "-5", "9007199254740991", "1.5e-7", "1E+05", "0.30000000000000004"] {
            assert!(is_plain(text), "{text}");
        }
        for text in [
            "01730",
            "9007199254740992",
            "-9007199254740993",
            "46876876883394338412",
            "12E4",
            "1e5",
            "+49",
            "1,5",
            "",
            "-",
        ] {
            assert!(!is_plain(text), "{text}");
        }
        assert_eq!(plain("3100,5", ',').as_deref(), Some("3100.5"));
        assert_eq!(plain("1.234,50", ',').as_deref(), Some("1234.50"));
        assert_eq!(plain("1.5", ','), None);
        assert_eq!(plain("0123,5", ','), None);
    }

    #[test]
    fn what_is_meant_by_a_text() {
        let cases = [
            ("01730", '.', "1730"),
            ("+5", '.', "5"),
            (".5", '.', "0.5"),
            ("5.", '.', "5"),
            ("-007.50", '.', "-7.50"),
            ("1,234.50", '.', "1234.50"),
            ("1 234,5", ',', "1234.5"),
            ("1.234.567", ',', "1234567"),
            (" 12 ", '.', "12"),
            ("46876876883394338412", '.', "46876876883394338412"),
            ("1'000.5", '.', "1000.5"),
            ("000", '.', "0"),
        ];
        for (text, decimal, number) in cases {
            assert_eq!(meant(text, decimal).as_deref(), Some(number), "{text}");
        }
        for text in ["", "abc", "1,23", "12,34,567", "1.2.3", "-", "+", ".", "1e", "5 apples"] {
            assert_eq!(meant(text, '.'), None, "{text}");
        }
    }

    #[test]
    fn what_a_text_says_in_one_way() {
        for (text, number) in [("0.10", "0.10"), (" 007 ", "7"), ("+5", "5"), ("-.5", "-0.5"), ("1e3", "1e3")] {
            assert_eq!(said(text).as_deref(), Some(number), "{text}");
        }
        for text in ["", "1,234", "1 234", "1.2.3", "12 kg", "2024-01-05", "0x10", "--1", "NaN"] {
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn floats_are_written_short() {
        assert_eq!(of_float(0.125).as_deref(), Some("0.125"));
        assert_eq!(of_float(5_512_940_468_989.0).as_deref(), Some("5512940468989"));
        assert_eq!(of_float(1e300).as_deref(), Some("1e300"));
        assert_eq!(of_float(f64::NAN), None);
    }
}
