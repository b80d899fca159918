//! JSON as rows: the elements of a list, or lines of JSON (NDJSON). Each is read when its turn comes.

use std::borrow::Cow;
use std::fmt;

use chassis::{Call, Code, Error};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::cell::{Cell, Columns, Row, shown};
use super::item;
use super::source::Source;
use super::text::TextReader;
use crate::tree::{self, ReadError};

/// Bytes a line may have.
const MAX_LINE: usize = 16 << 20;
/// Lists and objects inside each other.
const MAX_DEPTH: usize = 128;
/// The column of an element that is no object.
const VALUE: &str = "value";

/// An object, its values unread.
struct Entries<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(8));
                while let Some(Key(key)) = map.next_key()? {
                    entries.push((key, map.next_value()?));
                }
                Ok(Entries(entries))
            }
        }
        source.deserialize_map(Object)
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        source.deserialize_str(Text)
    }
}

/// The cell that a JSON value is.
fn cell_of(json: &str) -> Result<Cell<'_>, ()> {
    Ok(match json.as_bytes().first() {
        Some(b'n') => Cell::Null,
        Some(b't') => Cell::Bool(true),
        Some(b'f') => Cell::Bool(false),
        Some(b'"') if !json.contains('\\') => Cell::Text(Cow::Borrowed(&json[1..json.len() - 1])),
        Some(b'"') => Cell::Text(Cow::Owned(serde_json::from_str(json).map_err(|_| ())?)),
        Some(b'{' | b'[') if is_too_deep(json) => return Err(()),
        Some(b'{' | b'[') => Cell::Json(Cow::Borrowed(json)),
        _ => Cell::Number(Cow::Borrowed(json)),
    })
}

fn is_too_deep(json: &str) -> bool {
    let (mut depth, mut inside, mut escaped) = (0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b'{' | b'[' if !inside => {
                depth += 1;
                if depth > MAX_DEPTH - 2 {
                    return true;
                }
            }
            b'}' | b']' if !inside => depth -= 1,
            _ => {}
        }
    }
    false
}

/// Reads a JSON value from the start of a text: its cells, and how long it is.
fn row<'t>(text: &'t str, columns: &mut Columns) -> Result<(Row<'t>, usize), Fault> {
    if !text.starts_with('{') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let value = values.next().ok_or(Fault::Syntax)?.map_err(|_| Fault::Syntax)?;
        let cell = cell_of(value.get()).map_err(|()| Fault::Syntax)?;
        let place = columns.place(VALUE).map_err(Fault::Other)?;
        return Ok((Row { cells: vec![(place, cell)] }, values.byte_offset()));
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Entries<'_>>();
    let Entries(entries) = values.next().ok_or(Fault::Syntax)?.map_err(|_| Fault::Syntax)?;
    let mut row = Row { cells: Vec::with_capacity(entries.len()) };
    // Most rows have the columns of the row before, in its order: then none can come twice.
    let mut in_order = true;
    for (index, (key, value)) in entries.into_iter().enumerate() {
        let cell = cell_of(value.get()).map_err(|()| Fault::Syntax)?;
        let place = match columns.names().get(index) {
            Some(name) if *name == key => index as u32,
            _ => columns.place(&key).map_err(Fault::Other)?,
        };
        in_order = in_order && place as usize == index;
        match in_order {
            true => row.cells.push((place, cell)),
            // Of a key that comes twice the last counts.
            false => row.set(place, cell),
        }
    }
    Ok((row, values.byte_offset()))
}

/// The row of the item of n8n at the start of a text, and how long the item is.
fn item_of(text: &str) -> Option<(&str, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Entries<'_>>();
    let Entries(entries) = values.next()?.ok()?;
    let (_, row) = entries.iter().find(|(key, _)| key == item::JSON)?;
    let is_item = row.get().starts_with('{') && item::has_keys(entries.iter().map(|(key, _)| key.as_ref()));
    is_item.then_some((row.get(), values.byte_offset()))
}

enum Fault {
    Syntax,
    Other(Error),
}

/// The error of a text that is no JSON, with its place in the whole.
fn broken(text: &str, at: usize, row: u64, lines_before: u64) -> Error {
    // The reader of trees says it better. It reads on behind the value, so its error is the one of the value only if it is first.
    let rest = &text[at..];
    let found = tree::read(rest).err();
    let (offset, message) = match &found {
        Some(error) => (at + error.offset, error.message.clone()),
        None => (at, "this is no JSON".to_owned()),
    };
    let error = ReadError::at(text, offset, message);
    let line = error.line as u64 + lines_before;
    let message =
        format!("row {row}: line {line}, column {}: {}, at ▸ in: {}", error.column, error.message, error.excerpt);
    Error::impossible("data", message)
}

/// The elements of a list.
pub struct Elements {
    text: String,
    start: usize,
    at: usize,
    row: u64,
    ended: bool,
    /// Names for the cells of elements that are lists themselves.
    header: Option<Vec<u32>>,
    /// Whether they are items of n8n.
    items: bool,
}

impl Elements {
    /// The elements of the list that a text is.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(text: String) -> Result<Self, Error> {
        let at = text.len() - text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).len();
        if !text[at..].starts_with('[') {
            return Err(Error::impossible("data", "is not a list of rows"));
        }
        Ok(Self { text, start: at + 1, at: at + 1, row: 0, ended: false, header: None, items: false })
    }

    /// Takes the rows out of items of n8n, if the first element is one.
    pub fn unwrap_items(&mut self) {
        let rest = self.text[self.start..].trim_ascii_start();
        self.items = rest.starts_with('{') && item_of(rest).is_some();
    }

    /// Begins again.
    pub fn rewind(&mut self) {
        self.at = self.start;
        self.row = 0;
        self.ended = false;
        self.header = None;
    }

    fn skip_space(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn fail(&self, message: &str) -> Error {
        let error = ReadError::at(&self.text, self.at, message);
        Error::impossible("data", error.to_string())
    }

    /// Moves on to the next element; false at the end of the list.
    fn step(&mut self) -> Result<bool, Error> {
        let next = self.skip_space();
        match (next, self.row) {
            (Some(b']'), _) => {
                self.at += 1;
                self.ended = true;
                return match self.skip_space() {
                    None => Ok(false),
                    Some(_) => Err(self.fail("the JSON ends before this")),
                };
            }
            (Some(b','), 1..) => {
                self.at += 1;
                if self.skip_space() == Some(b']') {
                    return Err(self.fail("a comma too many"));
                }
            }
            (Some(_), 0) => {}
            (Some(_), _) => return Err(self.fail("expected , or ]")),
            (None, _) => return Err(self.fail("it ends inside a list")),
        }
        Ok(true)
    }
}

impl Source for Elements {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        if self.ended || !self.step()? {
            return Ok(None);
        }
        self.row += 1;
        let start = self.at;
        if self.text.as_bytes().get(start) == Some(&b'[') {
            return self.list(columns);
        }
        if self.items
            && let Some((inner, length)) = item_of(&self.text[start..])
            && let Ok((row, _)) = row(inner, columns)
        {
            self.at += length;
            return Ok(Some(row));
        }
        match row(&self.text[start..], columns) {
            Ok((row, length)) => {
                self.at += length;
                Ok(Some(row))
            }
            Err(Fault::Other(error)) => Err(error),
            Err(Fault::Syntax) => Err(broken(&self.text, start, self.row, 0)),
        }
    }

    fn finish(&mut self, _: &Columns, call: &Call) {
        if self.items {
            item::warn(call);
        }
    }
}

impl Elements {
    /// A row that is a list: the first names the columns when it is texts.
    fn list(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        if self.row == 1 && self.take_header(columns)? {
            return self.next(columns);
        }
        let start = self.at;
        let Some((cells, length)) = cells_of(&self.text[start..]) else {
            return Err(broken(&self.text, start, self.row, 0));
        };
        let header = self.header.get_or_insert_default();
        for index in header.len()..cells.len() {
            header.push(columns.place(&format!("column_{}", index + 1))?);
        }
        let places = header.clone();
        self.at = start + length;
        Ok(Some(Row { cells: places.into_iter().zip(cells).collect() }))
    }

    /// Takes the first row for the names of the columns, if it is texts.
    fn take_header(&mut self, columns: &mut Columns) -> Result<bool, Error> {
        let Some((cells, length)) = cells_of(&self.text[self.at..]) else {
            return Err(broken(&self.text, self.at, self.row, 0));
        };
        let is_name = |cell: &Cell<'_>| matches!(cell, Cell::Text(text) if !text.is_empty());
        if cells.is_empty() || !cells.iter().all(is_name) {
            return Ok(false);
        }
        let mut header = Vec::with_capacity(cells.len());
        for cell in &cells {
            let place = match columns.find(cell.text()).filter(|place| !header.contains(place)) {
                Some(place) => place,
                None => columns.add(cell.text().to_owned())?,
            };
            header.push(place);
        }
        self.at += length;
        self.header = Some(header);
        Ok(true)
    }
}

/// The cells of a list at the start of a text, and how long it is.
fn cells_of(text: &str) -> Option<(Vec<Cell<'_>>, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Vec<&RawValue>>();
    let cells = values.next()?.ok()?;
    let length = values.byte_offset();
    let cells: Result<Vec<Cell<'_>>, ()> = cells.into_iter().map(|value| cell_of(value.get())).collect();
    Some((cells.ok()?, length))
}

/// Lines of JSON.
pub struct Lines {
    text: Option<TextReader>,
    buffer: String,
    at: usize,
    row: u64,
    /// Lines that have gone by.
    line: u64,
}

impl Lines {
    /// Lines of a text that arrives.
    #[must_use]
    pub fn new(text: TextReader) -> Self {
        Self { text: Some(text), buffer: String::new(), at: 0, row: 0, line: 0 }
    }

    /// Finds the next line that is not blank: where it begins and ends, and where the one behind it begins.
    fn line(&mut self) -> Result<Option<(usize, usize, usize)>, Error> {
        loop {
            let end = self.buffer[self.at..].find('\n').map(|end| self.at + end);
            let (end, next) = match end {
                Some(end) => (end, end + 1),
                None if self.text.is_some() => {
                    if self.buffer.len() - self.at > MAX_LINE {
                        let message = format!("line {} is larger than 16 MB", self.line + 1);
                        return Err(Error::new(Code::Unprocessable, message));
                    }
                    self.buffer.drain(..self.at);
                    self.at = 0;
                    if let Some(text) = &mut self.text
                        && !text.more(&mut self.buffer)?
                    {
                        self.text = None;
                    }
                    continue;
                }
                None if self.at == self.buffer.len() => return Ok(None),
                None => (self.buffer.len(), self.buffer.len()),
            };
            let line = &self.buffer[self.at..end];
            let trimmed = line.trim_matches([' ', '\t', '\r', '\u{feff}', '\u{1e}']);
            if trimmed.is_empty() {
                self.at = next;
                self.line += 1;
                continue;
            }
            let start = self.at + (line.len() - line.trim_start_matches([' ', '\t', '\u{feff}', '\u{1e}']).len());
            return Ok(Some((start, start + trimmed.len(), next)));
        }
    }
}

impl Source for Lines {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let Some((start, end, next)) = self.line()? else { return Ok(None) };
        self.row += 1;
        self.at = next;
        self.line += 1;
        let line = &self.buffer[start..end];
        match row(line, columns) {
            Ok((row, length)) if line[length..].trim().is_empty() => Ok(Some(row)),
            Err(Fault::Other(error)) => Err(error),
            Ok(_) | Err(Fault::Syntax) => Err(broken(line, 0, self.row, self.line - 1)),
        }
    }
}

/// A JSON text as the cell it is.
///
/// # Errors
/// When it is none.
pub fn cell(field: &str, json: &str) -> Result<Cell<'static>, Error> {
    let cell = cell_of(json.trim()).map_err(|()| Error::impossible(field, format!("{} is too deep", shown(json))))?;
    Ok(cell.into_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use encoding_rs::UTF_8;

    use super::*;

    fn all(source: &mut dyn Source) -> Result<Vec<String>, String> {
        let mut columns = Columns::default();
        let mut rows = Vec::new();
        while let Some(row) = source.next(&mut columns).map_err(|error| error.message())? {
            let row = row.into_owned();
            let cells: Vec<String> =
                row.cells.iter().map(|(place, cell)| format!("{}={}", columns.name(*place), cell.text())).collect();
            rows.push(cells.join(" "));
        }
        Ok(rows)
    }

    fn list(text: &str) -> Result<Vec<String>, String> {
        all(&mut Elements::of(text.to_owned()).map_err(|error| error.message())?)
    }

    fn lines(text: &str) -> Result<Vec<String>, String> {
        all(&mut Lines::new(TextReader::new(Cursor::new(text.as_bytes().to_vec()), UTF_8)))
    }

    #[test]
    fn rows_keep_their_literals_and_their_own_order() {
        let text = r#" [{"b":1.10,"a":"x\"y"},{"a":null,"b":46876876883394338412,"c":{"z":[1.0]}}, 5, {"b":1,"b":2}]"#;
        let rows = ["b=1.10 a=x\"y", "a= b=46876876883394338412 c={\"z\":[1.0]}", "value=5", "b=2"];
        assert_eq!(list(text).unwrap(), rows);
        let text = "{\"b\":1.10}\r\n\n  {\"a\":true}";
        assert_eq!(lines(text).unwrap(), ["b=1.10", "a=true"]);
        assert_eq!(list("[]").unwrap(), Vec::<String>::new());
        assert_eq!(list(r#"[["a","b"],[1,2],[3]]"#).unwrap(), ["a=1 b=2", "a=3"]);
        assert_eq!(list("[[1,2]]").unwrap(), ["column_1=1 column_2=2"]);
    }

    #[test]
    fn faults_say_where() {
        for (text, said) in [
            ("[{\"a\":1},{\"a\":01}]", "row 2: line 1, column 15: JSON numbers do not begin with 0"),
            ("[{\"a\":1}\n{\"a\":2}]", "line 2, column 1: expected , or ]"),
            ("[{\"a\":1},]", "a comma too many"),
            ("[{\"a\":1}", "it ends inside a list"),
            ("[{\"a\":1}] x", "ends before this"),
        ] {
            let error = list(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
        let error = lines("{\"a\":1}\n\n{\"a\":x}\n").unwrap_err();
        assert!(error.starts_with("data: row 2: line 3, column 6:"), "{error}");
        let deep = format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000));
        assert!(list(&deep).unwrap_err().contains("128 deep"));
        let deep = format!("[{{\"a\":{}{}}}]", "[".repeat(100_000), "]".repeat(100_000));
        assert!(list(&deep).unwrap_err().contains("128 deep"));
    }
}
