//! YAML 1.2 to a tree and back, event by event, so that numbers keep their literals and `01730` its zero.
//!
//! The core schema, with one difference: a number with a zero in front is text, because it is a code. `yes` and `no` are texts.
//! Merge keys (`<<`) are understood, as everybody writes them. Aliases are counted as what they stand for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chassis::Error;
use granit_parser::{Event, Parser, ScalarStyle};

use super::{MAX_DEPTH, MAX_VALUES};
use crate::rows::cell::shown;
use crate::rows::number;
use crate::tree::{Number, Object, ReadError, Tree, write_text};

/// Something that is being read.
enum Open {
    List(Vec<Tree>, Extent, usize),
    /// The last are keys that were merged in: those that follow count instead.
    Object(Object<Tree>, Option<Key>, Extent, usize, HashSet<Arc<str>>),
}

/// The key of the next value; whether it says to merge.
struct Key {
    text: String,
    merges: bool,
}

/// How large a value is.
#[derive(Debug, Clone, Copy)]
struct Extent {
    values: usize,
    depth: usize,
}

impl Extent {
    const ONE: Self = Self { values: 1, depth: 0 };

    fn add(&mut self, inner: Self) {
        self.values = self.values.saturating_add(inner.values);
        self.depth = self.depth.max(inner.depth + 1);
    }
}

/// Reads YAML. Several documents are a list.
///
/// # Errors
/// When it is no YAML, has what JSON cannot hold, or is too large.
pub fn read(text: &str) -> Result<Tree, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let refused = |offset: usize, message: &str| {
        Error::impossible("data", ReadError::at(text, boundary(text, offset), message).to_string())
    };
    let mut reader = Reading { stack: Vec::new(), anchors: HashMap::new(), documents: Vec::new(), values: 0 };
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| {
            let offset = offset_of(text, error.marker().line(), error.marker().col());
            refused(offset, &error.info())
        })?;
        reader.take(event).map_err(|message| {
            let offset = offset_of(text, span.start.line(), span.start.col());
            refused(offset, &message)
        })?;
    }
    let mut documents = reader.documents;
    Ok(match documents.len() {
        0 => Tree::Null,
        1 => documents.remove(0),
        _ => documents.into(),
    })
}

/// The place of a line from 1 and a character from 0.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    start + text[start..].chars().take(column).map(char::len_utf8).sum::<usize>()
}

fn boundary(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset.min(text.len()))
}

struct Reading {
    stack: Vec<Open>,
    anchors: HashMap<usize, (Tree, Extent)>,
    documents: Vec<Tree>,
    values: usize,
}

impl Reading {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = tag.as_ref().filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix().to_owned());
                let plain = style == ScalarStyle::Plain;
                if let Some(Open::Object(_, key @ None, ..)) = self.stack.last_mut() {
                    *key = Some(Key { merges: plain && text == "<<", text: text.into_owned() });
                    return Ok(());
                }
                let value = scalar(&text, plain, kind.as_deref())?;
                self.put(value, Extent::ONE, anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.open(Open::List(Vec::new(), Extent::ONE, anchor)),
            Event::MappingStart(_, anchor, _) => {
                self.open(Open::Object(Object::default(), None, Extent::ONE, anchor, HashSet::new()))
            }
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(Open::List(list, extent, anchor)) => self.put(list.into(), extent, anchor),
                Some(Open::Object(object, _, extent, anchor, _)) => self.put(object.into(), extent, anchor),
                None => Err("this ends nothing".to_owned()),
            },
            Event::Alias(anchor) => {
                if let Some(Open::Object(_, None, ..)) = self.stack.last() {
                    return Err("an alias as a key is not read".to_owned());
                }
                let (value, extent) =
                    self.anchors.get(&anchor).cloned().ok_or("the alias names something that is not there yet")?;
                if self.stack.len() + extent.depth > MAX_DEPTH {
                    return Err(too_deep());
                }
                self.put(value, extent, 0)
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, open: Open) -> Result<(), String> {
        if let Some(Open::Object(_, None, ..)) = self.stack.last() {
            return Err("a list or an object as a key is not read: JSON has no such keys".to_owned());
        }
        if self.stack.len() >= MAX_DEPTH {
            return Err(too_deep());
        }
        self.stack.push(open);
        Ok(())
    }

    fn put(&mut self, value: Tree, extent: Extent, anchor: usize) -> Result<(), String> {
        self.values = self.values.saturating_add(extent.values);
        // Values inside were counted when they came; what counts is where the same is read over and over.
        if self.values > 4 * MAX_VALUES || extent.values > MAX_VALUES {
            return Err(
                "the document has more than 1,000,000 values, aliases counted as what they stand for".to_owned()
            );
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), extent));
        }
        match self.stack.last_mut() {
            None => self.documents.push(value),
            Some(Open::List(list, outer, _)) => {
                list.push(value);
                outer.add(extent);
            }
            Some(Open::Object(object, key, outer, _, merged)) => {
                let key = key.take().ok_or("a value without a key")?;
                outer.add(extent);
                match key.merges {
                    true => merge(object, &value, merged)?,
                    false if object.contains(&key.text) && !merged.remove(key.text.as_str()) => {
                        return Err(format!("the key {} is there twice", shown(&key.text)));
                    }
                    false => drop(object.insert(key.text, value)),
                }
            }
        }
        Ok(())
    }
}

fn too_deep() -> String {
    format!("lists and objects are more than {MAX_DEPTH} deep")
}

/// Adds the entries of an object, or of several, that are not there.
fn merge(object: &mut Object<Tree>, value: &Tree, merged: &mut HashSet<Arc<str>>) -> Result<(), String> {
    match value {
        Tree::Object(other) => {
            for (key, value) in other.iter() {
                if !object.contains(key) {
                    merged.insert(key.clone());
                    object.insert(key.clone(), value.clone());
                }
            }
            Ok(())
        }
        Tree::List(list) => list.iter().try_for_each(|value| merge(object, value, merged)),
        _ => Err("what << merges must be an object or a list of objects".to_owned()),
    }
}

fn scalar(text: &str, plain: bool, tag: Option<&str>) -> Result<Tree, String> {
    let refuse = |kind: &str| Err(format!("{} is no {kind}", shown(text)));
    match tag {
        Some("str") => Ok(text.into()),
        Some("null") => Ok(Tree::Null),
        Some("bool") => boolean(text).map(Tree::Bool).map_or_else(|| refuse("boolean"), Ok),
        Some("int" | "float") => number(text)
            .or_else(|| number::meant(text, '.').and_then(|text| Number::parse(&text)))
            .map(Tree::from)
            .map_or_else(|| refuse("number"), Ok),
        _ if !plain => Ok(text.into()),
        _ => Ok(match text {
            "" | "~" | "null" | "Null" | "NULL" => Tree::Null,
            _ => match (boolean(text), number(text)) {
                (Some(value), _) => Tree::Bool(value),
                (None, Some(number)) => number.into(),
                (None, None) => text.into(),
            },
        }),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// A number of the core schema, as its own text where JSON has it so.
fn number(text: &str) -> Option<Number> {
    if let Some(number) = Number::parse(text) {
        return Some(number);
    }
    let radix = |prefix: &str, radix| {
        text.strip_prefix(prefix).and_then(|digits| i64::from_str_radix(digits, radix).ok()).filter(|_| text.len() > 2)
    };
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Some(Number::from(number));
    }
    // `+12`, `.5`, `5.`, but no zero in front and no groups.
    let digits = text.trim_start_matches(['+', '-']);
    let whole = digits.split(['.', 'e', 'E']).next().unwrap_or_default();
    let plain = text.len() - digits.len() <= 1
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !plain || !digits.contains(|c: char| c.is_ascii_digit()) || whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    number::meant(text, '.').and_then(|text| Number::parse(&text))
}

/// Writes YAML.
#[must_use]
pub fn write(tree: &Tree) -> String {
    let mut text = String::new();
    match tree {
        Tree::List(list) if !list.is_empty() => block(tree, 0, &mut text),
        Tree::Object(object) if !object.is_empty() => block(tree, 0, &mut text),
        other => {
            inline(other, &mut text);
            text.push('\n');
        }
    }
    text
}

/// Writes a list or an object that is not empty, each entry on lines of its own.
fn block(tree: &Tree, indent: usize, text: &mut String) {
    match tree {
        Tree::List(list) => list.iter().for_each(|value| entry(value, indent, text)),
        Tree::Object(object) => {
            for (index, (key, value)) in object.iter().enumerate() {
                // The first stands behind what it belongs to.
                if index > 0 || text.is_empty() || text.ends_with('\n') {
                    text.extend(std::iter::repeat_n(' ', indent));
                }
                scalar_text(key, text);
                text.push(':');
                match value {
                    Tree::List(list) if !list.is_empty() => {
                        text.push('\n');
                        block(value, indent + 2, text);
                    }
                    Tree::Object(object) if !object.is_empty() => {
                        text.push('\n');
                        block(value, indent + 2, text);
                    }
                    value => {
                        text.push(' ');
                        inline(value, text);
                        text.push('\n');
                    }
                }
            }
        }
        _ => {}
    }
}

/// Writes an element of a list.
pub fn entry(value: &Tree, indent: usize, text: &mut String) {
    text.extend(std::iter::repeat_n(' ', indent));
    match value {
        Tree::List(list) if !list.is_empty() => {
            text.push_str("-\n");
            block(value, indent + 2, text);
        }
        Tree::Object(object) if !object.is_empty() => {
            text.push_str("- ");
            block(value, indent + 2, text);
        }
        value => {
            text.push_str("- ");
            inline(value, text);
            text.push('\n');
        }
    }
}

fn inline(tree: &Tree, text: &mut String) {
    match tree {
        Tree::Text(content) => scalar_text(content, text),
        other => other.write(text),
    }
}

/// A text, in quotes where it could be taken for something else, by readers of YAML 1.1 too.
fn scalar_text(content: &str, text: &mut String) {
    if is_safe(content) { text.push_str(content) } else { write_text(content, text) }
}

fn is_safe(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let starts = first.is_alphabetic() || matches!(first, '_' | '/' | '(');
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    starts
        && !words.contains(&text.to_ascii_lowercase().as_str())
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(|c| !c.is_control() && !matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::read as json;

    fn read_json(text: &str) -> String {
        read(text).unwrap().to_json()
    }

    #[test]
    fn scalars_of_the_core_schema() {
        let cases = [
            ("1.10", "1.10"),
            ("01730", "\"01730\""),
            ("46876876883394338412", "46876876883394338412"),
            ("true", "true"),
            ("yes", "\"yes\""),
            ("~", "null"),
            ("\"1\"", "\"1\""),
            ("!!str 1", "\"1\""),
            ("!!int \"7\"", "7"),
            ("0x1F", "31"),
            ("+12", "12"),
            (".5", "0.5"),
            ("2024-01-01", "\"2024-01-01\""),
            (".inf", "\".inf\""),
            ("1_000", "\"1_000\""),
            ("10:21", "\"10:21\""),
            ("1e3", "1e3"),
            ("NaN", "\"NaN\""),
            ("-", "\"-\""),
        ];
        for (yaml, expected) in cases {
            let yaml = if yaml == "-" { "'-'" } else { yaml };
            assert_eq!(read_json(yaml), expected, "{yaml}");
        }
    }

    #[test]
    fn documents() {
        let text = "b: 1\na:\n  - x\n  - {z: [1, 2.0], y: |\n      text\n    }\n";
        let text = text.replace("y: |\n      text\n    }", "y: q}");
        assert_eq!(read_json(&text), r#"{"b":1,"a":["x",{"z":[1,2.0],"y":"q"}]}"#);
        assert_eq!(
            read_json("base: &b\n  a: 1\n  c: 2\nuse:\n  <<: *b\n  c: 3\n"),
            r#"{"base":{"a":1,"c":2},"use":{"a":1,"c":2}}"#.replace("\"c\":2}}", "\"c\":3}}")
        );
        assert_eq!(read_json("---\na: 1\n---\na: 2\n"), r#"[{"a":1},{"a":2}]"#);
        assert_eq!(read_json(""), "null");
    }

    #[test]
    fn what_is_wrong_or_hostile_says_where() {
        for (text, said) in [
            ("a: 1\na: 2\n", "line 2"),
            ("a: [1\n", "line"),
            ("a: b: c\n", "line 1"),
            ("? [1]\n: 2\n", "key"),
            ("a: *x\n", "line 1"),
        ] {
            let error = read(text).unwrap_err().message();
            assert!(error.contains(said), "{text:?}: {error}");
        }
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [before.as_str(); 10].join(",")));
        }
        assert!(read(&bomb).unwrap_err().message().contains("1,000,000"));
        let deep = "[".repeat(100_000);
        assert!(read(&deep).is_err());
    }

    #[test]
    fn what_is_written_is_read_the_same() {
        for text in [
            r##"{"a":"01730","b":1.10,"c":[],"d":{},"e":["x: y","- z","yes","",null,true,"a\nb","#","@","2024-01-01","é"],"f":[[1,[2]],{"g":{"h":1,"i":[{"j":1}]}}]}"##,
            r#"[{"a":1,"b":[1]},{"a":{"x":"10:21"}}]"#,
            "\"x\"",
            "[]",
            r#"{"y":"n","a b":"c"," ":"  "}"#,
        ] {
            let tree = json(text).unwrap();
            let yaml = write(&tree);
            assert_eq!(read(&yaml).unwrap().to_json(), text, "{yaml}");
        }
        assert_eq!(write(&json(r#"[{"a":1,"b":["x"]}]"#).unwrap()), "- a: 1\n  b:\n    - x\n");
    }
}
