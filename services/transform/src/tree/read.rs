//! JSON text to a tree (RFC 8259): what is too deep or too much ends before memory does, and errors show their place.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Number, Object, Tree};

/// What a text may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Lists and objects inside each other.
    pub depth: usize,
    /// List elements and object entries.
    pub values: usize,
}

impl Default for Limits {
    /// As deep and as much as a body of a request.
    fn default() -> Self {
        Self { depth: 128, values: 5_000_000 }
    }
}

/// Why a text is no JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong.
    pub message: String,
    /// Bytes before the place.
    pub offset: usize,
    /// Line of the place, from 1.
    pub line: usize,
    /// Character within the line, from 1.
    pub column: usize,
    /// What stands around the place; a mark shows where.
    pub excerpt: String,
}

impl std::error::Error for ReadError {}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, line, column, excerpt, .. } = self;
        write!(f, "line {line}, column {column}: {message}")?;
        if excerpt.is_empty() { Ok(()) } else { write!(f, ", at ▸ in: {excerpt}") }
    }
}

impl ReadError {
    /// An error at a place of a text.
    pub(crate) fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        /// Characters shown on either side.
        const AROUND: usize = 24;
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let (before, after) = text.split_at(offset);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let begun = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[begun..].chars().count() + 1;
        let shown = |c: char| if c.is_control() { ' ' } else { c };
        let tail: Vec<char> = before.chars().rev().take(AROUND).map(shown).collect();
        let excerpt: String =
            tail.into_iter().rev().chain(['▸']).chain(after.chars().take(AROUND).map(shown)).collect();
        let excerpt = if text.trim().is_empty() { String::new() } else { excerpt.trim().to_owned() };
        Self { message: message.into(), offset, line, column, excerpt }
    }
}

/// Reads a text that is one JSON value.
///
/// # Errors
/// When it is not, or is too deep or too long.
pub fn read(text: &str) -> Result<Tree, ReadError> {
    read_within(text, Limits::default())
}

/// The same within limits.
///
/// # Errors
/// When it is not JSON, or goes beyond them.
pub fn read_within(text: &str, limits: Limits) -> Result<Tree, ReadError> {
    let mut reader = Reader::new(text, limits);
    let value = reader.document()?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.error("the JSON ends before this")),
    }
}

/// Reads a text that is any number of JSON values one after the other, as in NDJSON.
///
/// # Errors
/// When one of them is no JSON, or they are too deep or too many.
pub fn read_many(text: &str, limits: Limits) -> Result<Vec<Tree>, ReadError> {
    let mut reader = Reader::new(text, limits);
    let mut values = Vec::new();
    reader.space();
    while reader.peek().is_some() {
        reader.count()?;
        values.push(reader.document()?);
    }
    Ok(values)
}

/// Recently read keys: rows repeat theirs, and then share them.
const KEYS: usize = 64;

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    values: usize,
    limits: Limits,
    keys: [Option<Arc<str>>; KEYS],
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, limits: Limits) -> Self {
        // A mark of the byte order may be ignored (RFC 8259, section 8.1), and Windows writes one.
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let keys = [const { None }; KEYS];
        Self { text, bytes: text.as_bytes(), at, depth: 0, values: 0, limits, keys }
    }

    fn error(&self, message: impl Into<String>) -> ReadError {
        self.error_at(self.at, message)
    }

    fn error_at(&self, at: usize, message: impl Into<String>) -> ReadError {
        ReadError::at(self.text, at, message)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn count(&mut self) -> Result<(), ReadError> {
        self.values += 1;
        if self.values > self.limits.values {
            return Err(self.error(format!("there are more than {} values", self.limits.values)));
        }
        Ok(())
    }

    /// A value with the space around it.
    fn document(&mut self) -> Result<Tree, ReadError> {
        self.space();
        let value = self.value()?;
        self.space();
        Ok(value)
    }

    fn value(&mut self) -> Result<Tree, ReadError> {
        match self.peek() {
            Some(b'{') => self.deeper(Self::object),
            Some(b'[') => self.deeper(Self::list),
            Some(b'"') => Ok(Tree::Text(match self.text()? {
                Piece::Plain(text) => text.into(),
                Piece::Unescaped(text) => text.into(),
            })),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Tree::Bool(true)),
            Some(b'f') => self.word("false", Tree::Bool(false)),
            Some(b'n') => self.word("null", Tree::Null),
            None if self.text.trim_matches(['\u{feff}', ' ', '\n', '\r', '\t']).is_empty() => {
                Err(self.error("there is nothing; expected a JSON value"))
            }
            None => Err(self.error("it ends where a value is expected")),
            Some(b'\'') => Err(self.error("JSON has its texts in double quotes")),
            Some(b'/') => Err(self.error("JSON has no comments")),
            Some(b'}' | b']' | b',') => Err(self.error("a value is missing")),
            Some(_) => Err(self.error(self.unknown())),
        }
    }

    /// What to say of something that is no value.
    fn unknown(&self) -> &'static str {
        let rest = &self.text[self.at..];
        let starts = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
        match rest {
            _ if starts(&["NaN", "nan", "Infinity", "Inf"]) => "JSON has no such number; write null",
            _ if starts(&["True", "False", "TRUE", "FALSE"]) => "JSON writes true and false in small letters",
            _ if starts(&["None", "nil", "NULL", "undefined"]) => "JSON writes null",
            _ if starts(&["+", "."]) => "JSON has no such number; it begins with a digit or a minus",
            _ if starts(&["“", "”", "„"]) => "JSON has its texts in straight double quotes",
            _ => "expected a value: an object, a list, a text in double quotes, a number, true, false or null",
        }
    }

    fn word(&mut self, word: &str, value: Tree) -> Result<Tree, ReadError> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.error(self.unknown()))
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Tree, ReadError>) -> Result<Tree, ReadError> {
        if self.depth == self.limits.depth {
            return Err(self.error(format!("it is nested more than {} deep", self.limits.depth)));
        }
        self.depth += 1;
        self.at += 1;
        self.space();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self) -> Result<Tree, ReadError> {
        let mut list = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(list.into());
        }
        loop {
            self.count()?;
            list.push(self.document()?);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    list.shrink_to_fit();
                    return Ok(list.into());
                }
                None => return Err(self.error("it ends inside a list; expected , or ]")),
                Some(_) => return Err(self.error("expected , or ]")),
            }
        }
    }

    fn object(&mut self) -> Result<Tree, ReadError> {
        let mut object = Object::default();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(object.into());
        }
        loop {
            self.count()?;
            self.space();
            let key = match self.peek() {
                Some(b'"') => self.key()?,
                None => return Err(self.error("it ends inside an object; expected a key")),
                Some(b'}') => return Err(self.error("there is a comma too many before the end of the object")),
                Some(_) => return Err(self.error("expected a key in double quotes")),
            };
            self.space();
            match self.peek() {
                Some(b':') => self.at += 1,
                None => return Err(self.error("it ends inside an object; expected :")),
                Some(_) => return Err(self.error("expected : after the key")),
            }
            // Of a key that comes twice the last counts, as in JavaScript, Python and jq.
            let value = self.document()?;
            object.insert(key, value);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(object.into());
                }
                None => return Err(self.error("it ends inside an object; expected , or }")),
                Some(_) => return Err(self.error("expected , or }")),
            }
        }
    }

    fn key(&mut self) -> Result<Arc<str>, ReadError> {
        let text = match self.text()? {
            Piece::Plain(text) => text,
            Piece::Unescaped(text) => return Ok(text.into()),
        };
        let mix = |hash: usize, byte: &u8| hash.wrapping_mul(31).wrapping_add(usize::from(*byte));
        let slot = text.as_bytes().iter().take(8).fold(text.len(), mix) % KEYS;
        match &self.keys[slot] {
            Some(known) if &**known == text => Ok(known.clone()),
            _ => {
                let key: Arc<str> = text.into();
                self.keys[slot] = Some(key.clone());
                Ok(key)
            }
        }
    }

    fn number(&mut self) -> Result<Tree, ReadError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => {
                self.at += 1;
                if let Some(b'0'..=b'9') = self.peek() {
                    return Err(self.error_at(start, "JSON numbers do not begin with 0: write it as text"));
                }
            }
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Number::of_literal(&self.text[start..self.at]).into())
    }

    fn digits(&mut self) -> Result<(), ReadError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.error("expected a digit of the number")) } else { Ok(()) }
    }

    fn text(&mut self) -> Result<Piece<'t>, ReadError> {
        let opened = self.at;
        self.at += 1;
        let start = self.at;
        let mut text = String::new();
        let mut copied = start;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let rest = &self.text[copied..self.at];
                    self.at += 1;
                    if copied == start {
                        return Ok(Piece::Plain(rest));
                    }
                    text.push_str(rest);
                    return Ok(Piece::Unescaped(text));
                }
                Some(b'\\') => {
                    text.push_str(&self.text[copied..self.at]);
                    self.at += 1;
                    text.push(self.escape()?);
                    copied = self.at;
                }
                Some(0..=0x1F) => {
                    return Err(self.error("a line break or control character in a text is written as \\n, \\t or \\u"));
                }
                Some(_) => self.at += 1,
                None => return Err(self.error_at(opened, "the text that begins here has no end")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, ReadError> {
        let byte = self.peek();
        self.at += 1;
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.error_at(self.at - 2, "JSON has no such escape; a backslash is written as \\\\")),
        })
    }

    fn unicode(&mut self) -> Result<char, ReadError> {
        let start = self.at - 2;
        let half = |reader: &Self| reader.error_at(start, "this is half of a character (a lone surrogate)");
        let first = self.hex()?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).ok_or_else(|| half(self));
        }
        if first >= 0xDC00 || !self.text[self.at..].starts_with("\\u") {
            return Err(half(self));
        }
        self.at += 2;
        let second = self.hex()?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(half(self));
        }
        char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or_else(|| half(self))
    }

    fn hex(&mut self) -> Result<u32, ReadError> {
        let digits = self.bytes.get(self.at..self.at + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.error("\\u is followed by four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }
}

/// A text, as it stands or with its escapes undone.
enum Piece<'t> {
    Plain(&'t str),
    Unescaped(String),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(source)?;
        read(raw.get()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_where_and_show_it() {
        for (text, line, column, message) in [
            ("{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, "expected , or }"),
            ("[1, 2", 1, 6, "it ends inside a list"),
            ("{\"a\": 1,}", 1, 9, "a comma too many"),
            ("{'a': 1}", 1, 2, "expected a key in double quotes"),
            ("[\"é\", 'x']", 1, 7, "double quotes"),
            ("[NaN]", 1, 2, "no such number"),
            ("[01730]", 1, 2, "do not begin with 0"),
            ("{\"a\": True}", 1, 7, "small letters"),
            ("[1] 2", 1, 5, "ends before this"),
            ("[\"abc]", 1, 2, "has no end"),
            ("[\"a\\x\"]", 1, 4, "no such escape"),
            ("[\"\\ud83d\"]", 1, 3, "half of a character"),
            ("", 1, 1, "there is nothing"),
            (" \n", 2, 1, "there is nothing"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
            assert!(error.message.contains(message), "{text}: {error}");
        }
        let error = read("{\n  \"a\": 1\n  \"b\": 2\n}").unwrap_err();
        assert_eq!(error.to_string(), "line 3, column 3: expected , or }, at ▸ in: {   \"a\": 1   ▸\"b\": 2 }");
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(128)).is_ok());
        assert!(read(&nested(129)).unwrap_err().message.contains("128 deep"));
        assert!(read(&"[".repeat(100_000)).unwrap_err().message.contains("128 deep"));
        assert!(read(&"{\"a\":".repeat(100_000)).unwrap_err().message.contains("128 deep"));
        let limits = Limits { values: 3, ..Limits::default() };
        assert!(read_within("[1,[2]]", limits).is_ok());
        assert!(read_within("[1,{\"a\":2},3]", limits).unwrap_err().message.contains("more than 3 values"));
        assert!(read_many("1 2 3 4", limits).is_err());
    }

    #[test]
    fn several_values_follow_each_other() {
        let values = read_many("{\"a\":1}\n\n[2]\r\n\"3\" 4\n", Limits::default()).unwrap();
        assert_eq!(Tree::from(values).to_json(), r#"[{"a":1},[2],"3",4]"#);
        assert!(read_many(" \n", Limits::default()).unwrap().is_empty());
        assert_eq!(read_many("{}\n{x}", Limits::default()).unwrap_err().line, 2);
    }

    #[test]
    fn of_a_key_that_comes_twice_the_last_counts() {
        assert_eq!(read(r#"{"a":1,"b":2,"a":3}"#).unwrap().to_json(), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn rows_share_their_keys() {
        let tree = read(r#"[{"name":1},{"name":2}]"#).unwrap();
        let key = |row: usize| tree.as_list().unwrap()[row].as_object().unwrap().keys().next().unwrap().clone();
        assert!(Arc::ptr_eq(&key(0), &key(1)));
    }

    #[test]
    fn a_tree_is_read_from_a_request() {
        let trees: Vec<Tree> = serde_json::from_str(r#"[{"b":1.10,"a":9224851642388483}, [1e3]]"#).unwrap();
        assert_eq!(Tree::from(trees).to_json(), r#"[{"b":1.10,"a":9224851642388483},[1e3]]"#);
    }
}
