//! A tree to JSON text.

use std::fmt::{self, Write};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{Number, Tree};

/// The name by which serde_json takes a text that is JSON already.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

impl Tree {
    /// It as JSON without spaces.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    /// It as JSON with so many spaces a level.
    #[must_use]
    pub fn to_json_indented(&self, indent: usize) -> String {
        let mut text = String::new();
        self.write_indented(&mut text, indent, 0);
        text
    }

    /// Writes it as JSON without spaces.
    pub fn write(&self, text: &mut String) {
        match self {
            Self::Null => text.push_str("null"),
            Self::Bool(true) => text.push_str("true"),
            Self::Bool(false) => text.push_str("false"),
            Self::Number(number) => write_number(number, text),
            Self::Text(content) => write_text(content, text),
            Self::List(list) => {
                text.push('[');
                for (index, value) in list.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    value.write(text);
                }
                text.push(']');
            }
            Self::Object(object) => {
                text.push('{');
                for (index, (key, value)) in object.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    write_text(key, text);
                    text.push(':');
                    value.write(text);
                }
                text.push('}');
            }
        }
    }

    fn write_indented(&self, text: &mut String, indent: usize, level: usize) {
        let line = |text: &mut String, level: usize| {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent * level));
        };
        match self {
            Self::List(list) if !list.is_empty() => {
                text.push('[');
                for (index, value) in list.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    line(text, level + 1);
                    value.write_indented(text, indent, level + 1);
                }
                line(text, level);
                text.push(']');
            }
            Self::Object(object) if !object.is_empty() => {
                text.push('{');
                for (index, (key, value)) in object.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    line(text, level + 1);
                    write_text(key, text);
                    text.push_str(": ");
                    value.write_indented(text, indent, level + 1);
                }
                line(text, level);
                text.push('}');
            }
            other => other.write(text),
        }
    }
}

/// Writes a number: its literal, or the shortest decimal of a computed double. What is no number is null, what is
/// infinite the largest double, as jq has it.
pub fn write_number(number: &Number, text: &mut String) {
    if let Some(integer) = number.integer() {
        let _ = write!(text, "{integer}");
    } else if let Some(literal) = number.literal() {
        text.push_str(&literal);
    } else {
        write_float(number.as_f64(), text);
    }
}

fn write_float(float: f64, text: &mut String) {
    if float.is_nan() {
        text.push_str("null");
        return;
    }
    let float = float.clamp(f64::MIN, f64::MAX);
    let size = float.abs();
    // As JavaScript and most others: a power of ten only where there would be many zeros.
    let _ = if size == 0.0 || (1e-7..1e21).contains(&size) {
        write!(text, "{float}")
    } else {
        let written = format!("{float:e}");
        match written.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => write!(text, "{digits}e+{exponent}"),
            _ => write!(text, "{written}"),
        }
    };
}

/// Writes a text as JSON.
pub fn write_text(content: &str, text: &mut String) {
    text.reserve(content.len() + 2);
    text.push('"');
    if !has_special(content.as_bytes()) {
        text.push_str(content);
        text.push('"');
        return;
    }
    let mut start = 0;
    for (at, byte) in content.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        text.push_str(&content[start..at]);
        start = at + 1;
        match byte {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x08 => text.push_str("\\b"),
            0x0C => text.push_str("\\f"),
            control => {
                let _ = write!(text, "\\u{control:04x}");
            }
        }
    }
    text.push_str(&content[start..]);
    text.push('"');
}

/// Whether there is a byte that is escaped. Most texts have none, so eight are looked at together.
fn has_special(bytes: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let (words, rest) = bytes.as_chunks::<8>();
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let any = words.iter().fold(0, |any, word| {
        let word = u64::from_ne_bytes(*word);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        any | control | zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')))
    });
    any & HIGH != 0 || rest.iter().any(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'))
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        // Written here and taken as it is: a serializer has no numbers with literals.
        let mut raw = target.serialize_struct(RAW_VALUE, 1)?;
        raw.serialize_field(RAW_VALUE, &self.to_json())?;
        raw.end()
    }
}

impl JsonSchema for Tree {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JsonValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "Any JSON value. Its numbers keep all their digits, its objects the order of their keys." })
    }
}

#[cfg(test)]
mod tests {
    use crate::tree::{Tree, read};

    #[test]
    fn what_was_read_is_written() {
        for json in [
            r#"{"b":1.10,"a":[9224851642388483,-0,1e3,1E-07,0.0],"z":{},"l":[],"t":"\"\\\n\r\t\b\f\u0001é€😀/"}"#,
            "[null,true,false]",
            "\"\u{7f}\u{2028}\"",
        ] {
            assert_eq!(read(json).unwrap().to_json(), json);
            assert_eq!(serde_json::to_string(&[read(json).unwrap()]).unwrap(), format!("[{json}]"));
        }
    }

    #[test]
    fn what_is_escaped_is_found_wherever_it_stands() {
        for length in 1..20 {
            for place in 0..length {
                for c in ['\0', '\u{1f}', ' ', '!', '"', '#', '[', '\\', ']', '\u{7f}', 'é', '\u{a0}', '€'] {
                    let text: String = (0..length).map(|at| if at == place { c } else { 'a' }).collect();
                    assert_eq!(Tree::from(text.as_str()).to_json(), serde_json::to_string(&text).unwrap());
                }
            }
        }
    }

    #[test]
    fn doubles_are_written_as_javascript_does() {
        for (float, json) in [
            (0.1 + 0.2, "0.30000000000000004"),
            (1e21, "1e+21"),
            (1.5e300, "1.5e+300"),
            (123456789012345680000.0, "123456789012345680000"),
            (1e-7, "0.0000001"),
            (1.5e-8, "1.5e-8"),
            (-0.0, "-0"),
            (3.0, "3"),
            (f64::NAN, "null"),
            (f64::INFINITY, "1.7976931348623157e+308"),
        ] {
            assert_eq!(Tree::from(float).to_json(), json);
        }
    }

    #[test]
    fn indented() {
        let tree = read(r#"{"a":[1,{}],"b":[]}"#).unwrap();
        assert_eq!(tree.to_json_indented(2), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
    }
}
