//! Which bytes may come next for the text to become one JSON object (RFC 8259): constrained decoding.
//!
//! Small enough to be copied for each token that is tried. Stricter than JSON where models go astray or readers differ:
//! little white space in a row, 32 levels, numbers that fit a double, no escapes of surrogates.

/// White space in a row, at most.
const SPACES: u8 = 20;
/// Objects and lists within each other, at most.
const DEPTH: u8 = 32;
/// Digits before and after the point, at most, and of an exponent.
const DIGITS: u8 = 17;
const EXPONENT: u8 = 2;

/// How far the text has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Object {
    at: At,
    /// A bit for each open level, the innermost last: 1 is an object, 0 a list.
    levels: u32,
    depth: u8,
    /// White space or digits so far, in a row.
    run: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    /// After `{`, after a comma in an object.
    FirstName,
    Name,
    Colon,
    /// After `[`, and where a value must follow.
    FirstItem,
    Value,
    AfterValue,
    /// Within text; whether it is a name.
    Text(bool),
    Escape(bool),
    /// Digits of an escape that are left, and whether the next may not be 8 to F (that would be a surrogate).
    Hex(bool, u8, bool),
    /// Bytes of a character that are left, and the bounds of the next.
    Character(bool, u8, u8, u8),
    Minus,
    Zero,
    Whole,
    Point,
    Fraction,
    Exponent,
    Sign,
    Power,
    /// What is left of `true`, `false` or `null`.
    Word(&'static [u8]),
    Done,
}

impl Object {
    pub(super) fn new() -> Self {
        Self { at: At::Start, levels: 0, depth: 0, run: 0 }
    }

    /// Whether the object is closed.
    pub(super) fn is_done(&self) -> bool {
        self.at == At::Done
    }

    /// What it is after more bytes; nothing when they may not come.
    pub(super) fn after(mut self, bytes: &[u8]) -> Option<Self> {
        for byte in bytes {
            self = self.next(*byte)?;
        }
        (!bytes.is_empty()).then_some(self)
    }

    fn at(self, at: At) -> Option<Self> {
        Some(Self { at, run: 0, ..self })
    }

    fn next(self, byte: u8) -> Option<Self> {
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') && self.takes_space() {
            // Space ends a number.
            let run = self.run + 1;
            return match self.at {
                At::Zero | At::Whole | At::Fraction | At::Power => Some(Self { at: At::AfterValue, run: 1, ..self }),
                _ => (run <= SPACES).then_some(Self { run, ..self }),
            };
        }
        match self.at {
            At::Start => (byte == b'{').then(|| self.open(true))?,
            At::FirstName => match byte {
                b'}' => self.close(true),
                b'"' => self.at(At::Text(true)),
                _ => None,
            },
            At::Name => (byte == b'"').then(|| self.at(At::Text(true)))?,
            At::Colon => (byte == b':').then(|| self.at(At::Value))?,
            At::FirstItem if byte == b']' => self.close(false),
            At::FirstItem | At::Value => self.value(byte),
            At::AfterValue => self.follow(byte),
            At::Text(name) => self.text(name, byte),
            At::Escape(name) => match byte {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at(At::Text(name)),
                b'u' => self.at(At::Hex(name, 4, false)),
                _ => None,
            },
            At::Hex(name, left, guarded) => {
                let fits = byte.is_ascii_hexdigit() && (!guarded || matches!(byte, b'0'..=b'7'));
                let next = match left {
                    1 => At::Text(name),
                    _ => At::Hex(name, left - 1, left == 4 && matches!(byte, b'd' | b'D')),
                };
                fits.then(|| self.at(next))?
            }
            At::Character(name, left, least, most) => {
                let next = if left == 1 { At::Text(name) } else { At::Character(name, left - 1, 0x80, 0xbf) };
                (least..=most).contains(&byte).then(|| self.at(next))?
            }
            At::Minus => match byte {
                b'0' => self.at(At::Zero),
                b'1'..=b'9' => self.at(At::Whole),
                _ => None,
            },
            At::Zero => self.number(byte, true, None),
            At::Whole => self.number(byte, true, Some(DIGITS)),
            At::Point => byte.is_ascii_digit().then(|| self.at(At::Fraction))?,
            At::Fraction => self.number(byte, false, Some(DIGITS)),
            At::Exponent => match byte {
                b'+' | b'-' => self.at(At::Sign),
                _ => byte.is_ascii_digit().then(|| self.at(At::Power))?,
            },
            At::Sign => byte.is_ascii_digit().then(|| self.at(At::Power))?,
            At::Power => match byte {
                b'0'..=b'9' => (self.run + 1 < EXPONENT).then_some(Self { run: self.run + 1, ..self }),
                _ => self.follow(byte),
            },
            At::Word(left) => match left.split_first() {
                Some((first, [])) if *first == byte => self.at(At::AfterValue),
                Some((first, rest)) if *first == byte => self.at(At::Word(rest)),
                _ => None,
            },
            At::Done => None,
        }
    }

    fn takes_space(&self) -> bool {
        matches!(
            self.at,
            At::FirstName
                | At::Name
                | At::Colon
                | At::FirstItem
                | At::Value
                | At::AfterValue
                | At::Zero
                | At::Whole
                | At::Fraction
                | At::Power
        )
    }

    fn open(self, object: bool) -> Option<Self> {
        let levels = self.levels << 1 | u32::from(object);
        let at = if object { At::FirstName } else { At::FirstItem };
        (self.depth < DEPTH).then_some(Self { at, levels, depth: self.depth + 1, run: 0 })
    }

    fn close(self, object: bool) -> Option<Self> {
        let depth = self.depth.checked_sub(1).filter(|_| self.in_object() == object)?;
        let at = if depth == 0 { At::Done } else { At::AfterValue };
        Some(Self { at, levels: self.levels >> 1, depth, run: 0 })
    }

    fn in_object(&self) -> bool {
        self.levels & 1 == 1
    }

    fn value(self, byte: u8) -> Option<Self> {
        match byte {
            b'{' => self.open(true),
            b'[' => self.open(false),
            b'"' => self.at(At::Text(false)),
            b'-' => self.at(At::Minus),
            b'0' => self.at(At::Zero),
            b'1'..=b'9' => self.at(At::Whole),
            b't' => self.at(At::Word(b"rue")),
            b'f' => self.at(At::Word(b"alse")),
            b'n' => self.at(At::Word(b"ull")),
            _ => None,
        }
    }

    fn follow(self, byte: u8) -> Option<Self> {
        match byte {
            b',' if self.in_object() => self.at(At::Name),
            b',' => self.at(At::Value),
            b'}' => self.close(true),
            b']' => self.close(false),
            _ => None,
        }
    }

    fn text(self, name: bool, byte: u8) -> Option<Self> {
        let character = |left, least, most| self.at(At::Character(name, left, least, most));
        match byte {
            b'"' if name => self.at(At::Colon),
            b'"' => self.at(At::AfterValue),
            b'\\' => self.at(At::Escape(name)),
            0..=0x1f => None,
            0x20..=0x7f => Some(self),
            // The Unicode Standard, table 3-7: well-formed UTF-8.
            0xc2..=0xdf => character(1, 0x80, 0xbf),
            0xe0 => character(2, 0xa0, 0xbf),
            0xed => character(2, 0x80, 0x9f),
            0xe1..=0xef => character(2, 0x80, 0xbf),
            0xf0 => character(3, 0x90, 0xbf),
            0xf1..=0xf3 => character(3, 0x80, 0xbf),
            0xf4 => character(3, 0x80, 0x8f),
            _ => None,
        }
    }

    fn number(self, byte: u8, whole: bool, digits: Option<u8>) -> Option<Self> {
        match byte {
            b'0'..=b'9' => digits.filter(|most| self.run + 1 < *most).map(|_| Self { run: self.run + 1, ..self }),
            b'.' if whole => self.at(At::Point),
            b'e' | b'E' => self.at(At::Exponent),
            _ => self.follow(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn taken(text: &[u8]) -> Option<Object> {
        Object::new().after(text)
    }

    #[test]
    fn objects_are_taken_to_their_end() {
        for text in [
            "{}",
            r#"{"a":1}"#,
            r#"{ "a" : [ 1 , -2.5e-3, 0, 10.25E+07, true, false, null, "x\"\\\/\b\f\n\r\t\u00e9\ud7ff\uE000" ] }"#,
            r#"{"é€😀":{"b":[[],{}]},"c":""}"#,
            "{\n  \"a\": 1\n}",
            r#"{"a":0.1,"b":0}"#,
        ] {
            let end = taken(text.as_bytes());
            assert!(end.is_some_and(|end| end.is_done()), "{text}");
            serde_json::from_str::<Value>(text).unwrap();
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in [
            "[",
            "\"",
            "1",
            " {",
            "{,",
            "{a",
            "{\"a\"1",
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":[1,]"#,
            r#"{"a":01"#,
            r#"{"a":1.}"#,
            r#"{"a":.5"#,
            r#"{"a":+1"#,
            r#"{"a":1e}"#,
            r#"{"a":tru "#,
            r#"{"a":1]"#,
            r#"{"a":[1}"#,
            "{}x",
            "{} ",
            r#"{"a":"\x"#,
            r#"{"a":"\ud800"#,
            r#"{"a":"\uDfff"#,
            r#"{"a":1e999"#,
            "{\"a\n",
            "```",
            "",
        ] {
            assert!(taken(text.as_bytes()).is_none(), "{text}");
        }
        for bytes in [&b"{\"\x80"[..], b"{\"\xc1\x80", b"{\"\xed\xa0", b"{\"\xf4\x90", b"{\"\xe9a", b"{\"\xff"] {
            assert!(taken(bytes).is_none(), "{bytes:?}");
        }
        assert!(taken("{\"a\":".repeat(33).as_bytes()).is_none());
        assert!(taken(format!("{{{}", " ".repeat(21)).as_bytes()).is_none());
    }

    /// Whatever is taken step by step can be read when it is done.
    #[test]
    fn what_is_taken_can_be_read() {
        let pieces: Vec<&[u8]> = vec![
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b":",
            b"\"",
            b"a",
            b"\\",
            b"u",
            b"00e9",
            b"d8",
            b"1",
            b"0",
            b"-",
            b".",
            b"e",
            b"+",
            b"t",
            b"rue",
            b"null",
            b" ",
            b"\n",
            b"\xc3",
            b"\xa9",
            b"\xf0\x9f",
            b"\x98\x80",
            b"\":",
            b"\",\"",
            b"99999999999999999",
        ];
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut read = 0;
        for _ in 0..3_000 {
            let (mut object, mut text) = (Object::new(), Vec::new());
            for _ in 0..400 {
                let piece = pieces[random(pieces.len())];
                if let Some(next) = object.after(piece) {
                    object = next;
                    text.extend_from_slice(piece);
                }
                if object.is_done() {
                    serde_json::from_slice::<Value>(&text).unwrap_or_else(|error| panic!("{error}: {text:?}"));
                    read += 1;
                    break;
                }
            }
        }
        assert!(read > 1_000, "{read}");
    }
}
