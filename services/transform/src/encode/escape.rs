//! Escapes of JSON and Unicode, and ROT13.

use std::fmt::Write;

use crate::tree::{read, write_text};

/// A text as it stands inside a JSON string, without the quotes around it.
pub(super) fn json(text: &str, ascii_only: bool) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    write_text(text, &mut written);
    let inner = &written[1..written.len() - 1];
    if ascii_only { unicode(inner) } else { inner.to_owned() }
}

/// The text of a JSON string, with or without the quotes around it.
pub(super) fn of_json(text: &str) -> Result<String, String> {
    let trimmed = text.trim();
    let quoted = trimmed.len() > 1 && trimmed.starts_with('"') && trimmed.ends_with('"') && !trimmed.ends_with("\\\"");
    // Line breaks and tabs that nobody escaped are what they are.
    let plain = |text: &str| text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    let whole = if quoted { plain(trimmed) } else { format!("\"{}\"", plain(text)) };
    match read(&whole) {
        Ok(tree) => Ok(tree.as_text().unwrap_or_default().to_owned()),
        Err(error) => Err(format!("is no text of JSON: {error}")),
    }
}

/// A text with `\u` escapes for what is not ASCII, as JavaScript and JSON have them.
pub(super) fn unicode(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut units = [0; 2];
    for c in text.chars() {
        if c.is_ascii() {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

/// A text with its escapes read: `\u00e9`, `\u{1f600}`, `\U0001f600`, `\xe9`, `U+00E9`. What is none stays.
pub(super) fn of_unicode(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut buffer = [0; 2];
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let escape = ["\\u{", "\\u", "\\U", "\\x", "U+"].into_iter().find(|escape| rest.starts_with(escape));
        if let Some((number, taken)) = escape.and_then(|escape| point(rest, escape)) {
            match u16::try_from(number) {
                // Two halves of a pair find each other.
                Ok(unit) => units.push(unit),
                Err(_) => {
                    units.extend_from_slice(char::from_u32(number).unwrap_or('\u{fffd}').encode_utf16(&mut buffer));
                }
            }
            rest = &rest[taken..];
        } else {
            units.extend_from_slice(c.encode_utf16(&mut buffer));
            rest = &rest[c.len_utf8()..];
        }
    }
    String::from_utf16_lossy(&units)
}

/// The code point of an escape, and the bytes it took.
fn point(text: &str, escape: &str) -> Option<(u32, usize)> {
    let digits = text[escape.len()..].bytes().take(8).take_while(u8::is_ascii_hexdigit).count();
    let (digits, closing) = match escape {
        "\\u{" if (1..=6).contains(&digits) && text[escape.len() + digits..].starts_with('}') => (digits, 1),
        "\\u" if digits >= 4 => (4, 0),
        "\\U" if digits >= 8 => (8, 0),
        "\\x" if digits >= 2 => (2, 0),
        "U+" if (4..=6).contains(&digits) => (digits, 0),
        _ => return None,
    };
    let end = escape.len() + digits;
    let number = u32::from_str_radix(&text[escape.len()..end], 16).ok()?;
    (number <= 0x0010_ffff).then_some((number, end + closing))
}

/// Letters moved by half of the alphabet.
pub(super) fn rot13(text: &str) -> String {
    let moved = |c: char| match c {
        'a'..='m' | 'A'..='M' => char::from(c as u8 + 13),
        'n'..='z' | 'N'..='Z' => char::from(c as u8 - 13),
        c => c,
    };
    text.chars().map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(json("a\"b\\c\nü😀", false), "a\\\"b\\\\c\\nü😀");
        assert_eq!(json("ü😀", true), "\\u00fc\\ud83d\\ude00");
        for (text, right) in [
            ("a\\\"b\\n\\u00fc", "a\"b\nü"),
            ("\"quoted\"", "quoted"),
            ("line\nbreak", "line\nbreak"),
            ("\\ud83d\\ude00", "😀"),
        ] {
            assert_eq!(of_json(text).unwrap(), right);
        }
        assert!(of_json("a\"b").is_err() && of_json("\\x").is_err());
        for (text, right) in [
            ("\\u00e9\\xe9\\u{1F600}\\U0001f600\\ud83d\\ude00", "éé😀😀😀"),
            ("U+00E9, \\u12, C:\\users", "é, \\u12, C:\\users"),
            ("\\ud83d", "\u{fffd}"),
        ] {
            assert_eq!(of_unicode(text), right);
        }
        assert_eq!(rot13("Hello, Jürgen"), "Uryyb, Wüetra");
    }
}
