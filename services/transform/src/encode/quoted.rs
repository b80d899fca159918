//! Quoted-printable (RFC 2045, section 6.7), as mail has it.

/// Characters of a line at most, the = of a soft break among them.
const MAX_LINE: usize = 76;

/// Bytes in quoted-printable. Line breaks stay line breaks.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len() + bytes.len() / 8);
    let mut column = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
            encoded.push(char::from(*byte));
            column = 0;
            continue;
        }
        // A space before a line break would be lost on the way.
        let ends = matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r'));
        let plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (matches!(byte, b' ' | b'\t') && !ends);
        let width = if plain { 1 } else { 3 };
        if column + width > MAX_LINE - usize::from(!ends) {
            encoded.push_str("=\r\n");
            column = 0;
        }
        if plain {
            encoded.push(char::from(*byte));
        } else {
            encoded.push_str(&format!("={byte:02X}"));
        }
        column += width;
    }
    encoded
}

/// The bytes of a text; a = that encodes nothing stays.
pub(super) fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'=' {
            decoded.push(bytes[at]);
            at += 1;
            continue;
        }
        // A soft break, with the spaces that were added behind it.
        let spaces = bytes[at + 1..].iter().take(MAX_LINE).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let behind = at + 1 + spaces;
        let hex = |place: usize| bytes.get(place).and_then(|byte| char::from(*byte).to_digit(16));
        match (bytes.get(behind), bytes.get(behind + 1)) {
            (Some(b'\r'), Some(b'\n')) => at = behind + 2,
            (Some(b'\n'), _) => at = behind + 1,
            (None, _) => at = behind,
            _ => match (hex(at + 1), hex(at + 2)) {
                (Some(high), Some(low)) => {
                    decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                    at += 3;
                }
                _ => {
                    decoded.push(b'=');
                    at += 1;
                }
            },
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        for (text, right) in [
            ("Grüße = ok", "Gr=C3=BC=C3=9Fe =3D ok"),
            ("ends with space \nnext\t", "ends with space=20\nnext=09"),
            ("", ""),
        ] {
            assert_eq!(encode(text.as_bytes()), right);
            assert_eq!(decode(right), text.as_bytes());
        }
        let long = "ü".repeat(200);
        let encoded = encode(long.as_bytes());
        assert!(encoded.lines().all(|line| line.len() <= MAX_LINE));
        assert_eq!(decode(&encoded), long.as_bytes());
        assert_eq!(decode("a=\r\nb= \nc=XX=4="), b"abc=XX=4");
        assert_eq!(encode("a".repeat(76).as_bytes()).len(), 76);
    }
}
