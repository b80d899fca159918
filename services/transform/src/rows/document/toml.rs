//! TOML 1.1 to a tree and back. Dates are texts; keys stand in the order of the document.

use chassis::{Call, Error};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::rows::number;
use crate::tree::{Number, Object, ReadError, Tree, write_text};

/// Reads TOML.
///
/// # Errors
/// When it is no TOML.
pub fn read(text: &str) -> Result<Tree, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message().replace('\n', "; ");
        Error::impossible(
            "data",
            ReadError::at(text, text.floor_char_boundary(at.min(text.len())), message).to_string(),
        )
    })?;
    Ok(of_table(table.get_ref()))
}

fn of_table(table: &DeTable<'_>) -> Tree {
    let mut entries: Vec<(&Spanned<_>, &Spanned<DeValue<'_>>)> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let entries = entries.into_iter().map(|(key, value)| (key.get_ref().as_ref(), of_value(value.get_ref())));
    entries.collect::<Object<Tree>>().into()
}

fn of_value(value: &DeValue<'_>) -> Tree {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(value) => (*value).into(),
        DeValue::Datetime(moment) => moment.to_string().into(),
        DeValue::Array(list) => list.iter().map(|value| of_value(value.get_ref())).collect(),
        DeValue::Table(table) => of_table(table),
        DeValue::Integer(integer) => match integer.radix() {
            10 => of_number(integer.as_str()),
            radix => {
                i64::from_str_radix(integer.as_str(), radix).map_or_else(|_| integer.to_string().into(), Tree::from)
            }
        },
        DeValue::Float(float) => of_number(float.as_str()),
    }
}

/// A number by its literal; infinity, which JSON has not, as text.
fn of_number(text: &str) -> Tree {
    let plain = text.trim_start_matches('+').replace('_', "");
    let number = Number::parse(&plain).or_else(|| number::meant(&plain, '.').and_then(|plain| Number::parse(&plain)));
    number.map_or_else(|| text.into(), Tree::from)
}

/// Writes TOML. Nulls are left out, which is said.
///
/// # Errors
/// When the tree is no object, nor a list of objects.
pub fn write(tree: &Tree, rows: &str, call: &Call) -> Result<String, Error> {
    let mut writer = Writer::default();
    match tree {
        Tree::Object(object) => writer.table(&mut Vec::new(), object),
        Tree::List(list) if list.iter().all(|row| matches!(row, Tree::Object(_))) => {
            for row in list.iter().filter_map(Tree::as_object) {
                writer.row(rows, row);
            }
        }
        _ => return Err(Error::impossible("to", "TOML holds an object, or a list of objects")),
    }
    writer.warn(call);
    Ok(writer.text)
}

/// Writes TOML bit by bit.
#[derive(Default)]
pub struct Writer {
    /// What was written.
    pub text: String,
    nulls: u64,
    big: u64,
}

impl Writer {
    /// A row, as an element of a list of this name.
    pub fn row(&mut self, rows: &str, row: &Object<Tree>) {
        self.text.push_str("[[");
        key(rows, &mut self.text);
        self.text.push_str("]]\n");
        self.table(&mut vec![rows.to_owned()], row);
        self.text.push('\n');
    }

    /// Warns of what TOML cannot hold.
    pub fn warn(&self, call: &Call) {
        if self.nulls > 0 {
            call.warn("left-out", Some("to"), format!("TOML has no null: {} left out", self.nulls));
        }
        if self.big > 0 {
            call.warn(
                "number-as-text",
                Some("to"),
                format!("{} whole numbers past 64 bits, which TOML has not, are texts", self.big),
            );
        }
    }

    /// First what fits a line, then tables: in TOML nothing of a table can follow those inside it.
    fn table(&mut self, path: &mut Vec<String>, object: &Object<Tree>) {
        for (name, value) in object.iter().filter(|(_, value)| !is_table(value) && !is_tables(value)) {
            if matches!(value, Tree::Null) {
                self.nulls += 1;
                continue;
            }
            key(name, &mut self.text);
            self.text.push_str(" = ");
            self.value(value);
            self.text.push('\n');
        }
        for (name, value) in object.iter() {
            path.push(name.to_string());
            match value {
                Tree::Object(inner) if is_table(value) => {
                    self.head(path, "[", "]");
                    self.table(path, inner);
                }
                Tree::List(list) if is_tables(value) => {
                    for inner in list.iter().filter_map(Tree::as_object) {
                        self.head(path, "[[", "]]");
                        self.table(path, inner);
                    }
                }
                _ => {}
            }
            path.pop();
        }
    }

    fn head(&mut self, path: &[String], open: &str, close: &str) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        self.text.push_str(open);
        for (index, step) in path.iter().enumerate() {
            if index > 0 {
                self.text.push('.');
            }
            key(step, &mut self.text);
        }
        self.text.push_str(close);
        self.text.push('\n');
    }

    fn value(&mut self, value: &Tree) {
        match value {
            Tree::Null => {
                self.nulls += 1;
                self.text.push_str("\"\"");
            }
            Tree::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Tree::Number(number) => {
                let literal = value.to_json();
                let whole = literal.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
                if whole && number.as_i64().is_none() {
                    self.big += 1;
                    string(&literal, &mut self.text);
                } else {
                    self.text.push_str(&literal);
                }
            }
            Tree::Text(text) => string(text, &mut self.text),
            Tree::List(list) => {
                self.text.push('[');
                for (index, value) in list.iter().filter(|value| !matches!(value, Tree::Null)).enumerate() {
                    if index > 0 {
                        self.text.push_str(", ");
                    }
                    self.value(value);
                }
                self.nulls += list.iter().filter(|value| matches!(value, Tree::Null)).count() as u64;
                self.text.push(']');
            }
            Tree::Object(object) => {
                self.text.push('{');
                for (index, (name, value)) in
                    object.iter().filter(|(_, value)| !matches!(value, Tree::Null)).enumerate()
                {
                    self.text.push_str(if index > 0 { ", " } else { " " });
                    key(name, &mut self.text);
                    self.text.push_str(" = ");
                    self.value(value);
                }
                self.nulls += object.values().filter(|value| matches!(value, Tree::Null)).count() as u64;
                self.text.push_str(if object.is_empty() { "}" } else { " }" });
            }
        }
    }
}

fn is_table(value: &Tree) -> bool {
    matches!(value, Tree::Object(_))
}

/// Whether a value is a list of objects and nothing else.
fn is_tables(value: &Tree) -> bool {
    value.as_list().is_some_and(|list| !list.is_empty() && list.iter().all(is_table))
}

fn key(name: &str, text: &mut String) {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if bare { text.push_str(name) } else { string(name, text) }
}

fn string(content: &str, text: &mut String) {
    let start = text.len();
    write_text(content, text);
    // JSON lets this one stand as it is.
    if text[start..].contains('\u{7f}') {
        let escaped = text[start..].replace('\u{7f}', "\\u007f");
        text.replace_range(start.., &escaped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::read as json;

    #[test]
    fn literals_and_order_are_kept() {
        let text = "zip = \"01730\"\nb = 1.10\na = 9223372036854775807\nhex = 0x1F\nwhen = 2024-01-01T08:30:00Z\nday = 2024-01-01\n[t.x]\nz = [1, 2.0]\n[[row]]\nq = 1\n[[row]]\nq = +2\n";
        let expected = r#"{"zip":"01730","b":1.10,"a":9223372036854775807,"hex":31,"when":"2024-01-01T08:30:00Z","day":"2024-01-01","t":{"x":{"z":[1,2.0]}},"row":[{"q":1},{"q":2}]}"#;
        assert_eq!(read(text).unwrap().to_json(), expected);
        let error = read("a = 1\nb = \n").unwrap_err().message();
        assert!(error.contains("line 2"), "{error}");
    }

    #[test]
    fn what_is_written_is_read_the_same() {
        let call = Call::detached();
        for text in [
            r#"{"a":"x\ny","b":[1.10,"t",[]],"e":{},"c":{"d":{"e":true},"f":[{"g":1},{"h":{"i":2}}]},"j k":[{"m":1}]}"#,
            r#"{"mixed":[1,{"a":"b"}],"empty":[]}"#,
        ] {
            let tree = json(text).unwrap();
            let written = write(&tree, "rows", &call).unwrap();
            assert_eq!(read(&written).unwrap(), tree, "{written}");
        }
        let rows = write(&json(r#"[{"a":1,"n":null},{"a":46876876883394338412}]"#).unwrap(), "rows", &call).unwrap();
        assert_eq!(rows, "[[rows]]\na = 1\n\n[[rows]]\na = \"46876876883394338412\"\n\n");
        assert_eq!(call.warnings().len(), 2);
        assert!(write(&json("1").unwrap(), "rows", &call).is_err());
    }
}
