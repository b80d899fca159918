//! Entities of HTML, as the HTML standard reads them: all names, also the old ones without a semicolon, and numbers.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;

/// Names behind the ampersand, with their semicolon if they need one, and what they stand for.
static ENTITIES: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| entities::ENTITIES.iter().map(|entity| (&entity.entity[1..], entity.characters)).collect());

/// The longest name of all is 32 characters.
const MAX_NAME: usize = 33;
/// The longest name that needs no semicolon.
const MAX_BARE: usize = 6;

/// What numbers from 128 to 159 mean in old pages: those of windows-1252 (the HTML standard, 13.2.5.80).
const OLD: [u32; 32] = [
    0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d,
    0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,
    0x017e, 0x0178,
];

/// A text that is safe within HTML and between quotes of an attribute.
pub(super) fn encode(text: &str, ascii_only: bool) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => encoded.push_str("&amp;"),
            '<' => encoded.push_str("&lt;"),
            '>' => encoded.push_str("&gt;"),
            '"' => encoded.push_str("&quot;"),
            '\'' => encoded.push_str("&#39;"),
            c if ascii_only && !c.is_ascii() => {
                let _ = write!(encoded, "&#{};", u32::from(c));
            }
            c => encoded.push(c),
        }
    }
    encoded
}

/// A text with its entities read.
pub(super) fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let taken = if rest.starts_with('#') { numbered(rest, &mut decoded) } else { named(rest, &mut decoded) };
        if taken == 0 {
            decoded.push('&');
        }
        rest = &rest[taken..];
    }
    decoded.push_str(rest);
    decoded
}

/// Reads a number behind the ampersand; the bytes it took.
fn numbered(text: &str, decoded: &mut String) -> usize {
    let (radix, start) = if text[1..].starts_with(['x', 'X']) { (16, 2) } else { (10, 1) };
    let digits = text[start..].bytes().take_while(|byte| char::from(*byte).is_digit(radix)).count();
    if digits == 0 {
        return 0;
    }
    let end = start + digits;
    let number = u32::from_str_radix(&text[start..end], radix).unwrap_or(u32::MAX);
    let number = match number {
        0x80..=0x9f => OLD[usize::try_from(number - 0x80).unwrap_or(0)],
        number => number,
    };
    decoded.push(char::from_u32(number).filter(|c| *c != '\0').unwrap_or('\u{fffd}'));
    end + usize::from(text[end..].starts_with(';'))
}

/// Reads a name behind the ampersand; the bytes it took.
fn named(text: &str, decoded: &mut String) -> usize {
    let length = text.bytes().take(MAX_NAME).take_while(u8::is_ascii_alphanumeric).count();
    if text[length..].starts_with(';')
        && let Some(characters) = ENTITIES.get(&text[..=length])
    {
        decoded.push_str(characters);
        return length + 1;
    }
    // Old names count without a semicolon, the longest first.
    for end in (2..=length.min(MAX_BARE)).rev() {
        if let Some(characters) = ENTITIES.get(&text[..end]) {
            decoded.push_str(characters);
            return end;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        assert_eq!(
            encode("<a href=\"x\">Ü & 'y'</a>", false),
            "&lt;a href=&quot;x&quot;&gt;Ü &amp; &#39;y&#39;&lt;/a&gt;"
        );
        assert_eq!(encode("ü😀", true), "&#252;&#128512;");
        for (text, right) in [
            ("&lt;b&gt; &amp;amp; &copy; &copy2024 &euro; &NotEqualTilde;", "<b> &amp; © ©2024 € ≂̸"),
            ("&#228;&#xE4;&#X1F600;&#128;", "ää😀€"),
            ("&#0;&#xD800;&#99999999999;", "\u{fffd}\u{fffd}\u{fffd}"),
            ("AT&T, a & b, &unknown; &#; &#x;", "AT&T, a & b, &unknown; &#; &#x;"),
            ("&notin; &notit;", "∉ ¬it;"),
            ("&", "&"),
            ("&ü;", "&ü;"),
        ] {
            assert_eq!(decode(text), right, "{text}");
        }
        let bare = ENTITIES.keys().filter(|name| !name.ends_with(';')).map(|name| name.len()).max();
        let long = ENTITIES.keys().map(|name| name.len()).max();
        assert_eq!((bare, long), (Some(MAX_BARE), Some(MAX_NAME - 1)));
    }
}
