//! Bytes as Base64, Base32 and hex (RFC 4648). Read leniently: either alphabet, with or without padding, with spaces and line breaks.

use std::sync::LazyLock;

use data_encoding::{
    BASE32, BASE32_NOPAD, BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding, HEXLOWER, Specification,
};

/// Base64 whose last character may have bits that mean nothing, as some encoders leave them.
static LENIENT: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    specification.check_trailing_bits = false;
    specification.encoding().expect("it has 64 symbols")
});

pub(super) fn base64(bytes: &[u8], url: bool, padding: bool) -> String {
    match (url, padding) {
        (false, true) => BASE64.encode(bytes),
        (false, false) => BASE64_NOPAD.encode(bytes),
        (true, true) => BASE64URL.encode(bytes),
        (true, false) => BASE64URL_NOPAD.encode(bytes),
    }
}

pub(super) fn base32(bytes: &[u8], padding: bool) -> String {
    if padding { BASE32.encode(bytes) } else { BASE32_NOPAD.encode(bytes) }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// A text in lines, each ended by CRLF but the last.
pub(super) fn lines(text: &str, length: usize) -> String {
    let mut broken = String::with_capacity(text.len() + text.len() / length * 2 + 2);
    for (at, c) in text.chars().enumerate() {
        if at > 0 && at % length == 0 {
            broken.push_str("\r\n");
        }
        broken.push(c);
    }
    broken
}

/// The characters that count, and an error for one that does not belong.
fn symbols(text: &str, name: &str, symbol: impl Fn(char) -> Option<u8>) -> Result<Vec<u8>, String> {
    let mut kept = Vec::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        if c.is_whitespace() || c == '\u{feff}' {
            continue;
        }
        match symbol(c) {
            Some(byte) => kept.push(byte),
            None => return Err(format!("is no {name}: {c:?} is character {} of it", at + 1)),
        }
    }
    Ok(kept)
}

pub(super) fn of_base64(text: &str) -> Result<Vec<u8>, String> {
    let text = text.trim();
    let start = if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:")) {
        match text.split_once(',') {
            Some((head, data)) if head.to_ascii_lowercase().ends_with(";base64") => data,
            _ => return Err("is a data URI, but not in Base64".to_owned()),
        }
    } else {
        text
    };
    // Padding that was percent-encoded on its way.
    let padded = start.trim_end_matches("%3D").trim_end_matches("%3d");
    let padded = padded.trim_end_matches(|c: char| c == '=' || c.is_whitespace());
    let kept = symbols(padded, "Base64", |c| match c {
        '-' => Some(b'+'),
        '_' => Some(b'/'),
        '+' | '/' => Some(c as u8),
        c if c.is_ascii_alphanumeric() => Some(c as u8),
        _ => None,
    })?;
    if kept.len() % 4 == 1 {
        return Err(format!("is no Base64: it is cut off, {} characters cannot be", kept.len()));
    }
    LENIENT.decode(&kept).map_err(|error| format!("is no Base64: character {}", error.position + 1))
}

pub(super) fn of_base32(text: &str) -> Result<Vec<u8>, String> {
    let text = text.trim().trim_end_matches('=');
    let kept = symbols(text, "Base32", |c| match c {
        '-' => None,
        c if c.is_ascii_alphabetic() || ('2'..='7').contains(&c) => Some(c.to_ascii_uppercase() as u8),
        _ => None,
    })?;
    BASE32_NOPAD.decode(&kept).map_err(|error| format!("is no Base32: character {}", error.position + 1))
}

pub(super) fn of_hex(text: &str) -> Result<Vec<u8>, String> {
    let text = text.trim();
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let joined = text.replace("\\x", "").replace([':', '-', ','], "");
    let kept = symbols(&joined, "hex", |c| c.is_ascii_hexdigit().then_some(c.to_ascii_lowercase() as u8))?;
    if kept.len() % 2 == 1 {
        return Err(format!("is no hex: {} digits are half a byte too many", kept.len()));
    }
    HEXLOWER.decode(&kept).map_err(|error| format!("is no hex: character {}", error.position + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_the_standard() {
        // RFC 4648, section 10.
        for (plain, base64_text, base32_text, hex_text) in [
            ("", "", "", ""),
            ("f", "Zg==", "MY======", "66"),
            ("fo", "Zm8=", "MZXQ====", "666f"),
            ("foobar", "Zm9vYmFy", "MZXW6YTBOI======", "666f6f626172"),
        ] {
            let bytes = plain.as_bytes();
            assert_eq!(
                (base64(bytes, false, true), base32(bytes, true), hex(bytes)),
                (base64_text.into(), base32_text.into(), hex_text.into())
            );
            assert_eq!(of_base64(base64_text).unwrap(), bytes);
            assert_eq!(of_base32(base32_text).unwrap(), bytes);
            assert_eq!(of_hex(hex_text).unwrap(), bytes);
        }
    }

    #[test]
    fn read_leniently() {
        for text in ["_-8", "/+8=", " /+\r\n8= ", "data:image/png;base64,/+8=", "/+9", "/+8%3D"] {
            assert_eq!(of_base64(text).unwrap(), [0xff, 0xef], "{text}");
        }
        for text in ["FF:EF", "0xffef", "ff ef", "\\xff\\xef", "FF-EF"] {
            assert_eq!(of_hex(text).unwrap(), [0xff, 0xef], "{text}");
        }
        assert_eq!(of_base64("Zm9v!").unwrap_err(), "is no Base64: '!' is character 5 of it");
        assert!(of_base64("Zm9vY").unwrap_err().contains("cut off"));
        assert!(of_base64("data:text/plain,hello").is_err() && of_hex("fff").is_err() && of_base32("M1").is_err());
        assert_eq!(lines("abcdefgh", 4), "abcd\r\nefgh");
    }
}
