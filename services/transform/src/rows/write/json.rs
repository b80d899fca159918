//! Rows as JSON: a list, or a line each.

use std::io::Write;

use chassis::{Call, Error};

use super::Sink;
use crate::rows::cell::{Cell, Columns, Row};
use crate::rows::number;
use crate::tree::{self, Tree, write_text};

/// How rows stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A list.
    List,
    /// A list with a row a line, and a line break at the end.
    ListOfLines,
    /// Lines.
    Lines,
}

/// Writes rows as JSON.
pub struct Json<'w> {
    out: &'w mut dyn Write,
    style: Style,
    /// Whole numbers past 2^53 - 1 become texts.
    big_as_text: bool,
    /// The names of columns, written.
    keys: Vec<String>,
    line: String,
    rows: u64,
}

impl<'w> Json<'w> {
    /// Rows go here.
    #[must_use]
    pub fn new(out: &'w mut dyn Write, style: Style, big_as_text: bool) -> Self {
        Self { out, style, big_as_text, keys: Vec::new(), line: String::new(), rows: 0 }
    }

    fn cell(&mut self, cell: &Cell<'_>) {
        match cell {
            Cell::Null => self.line.push_str("null"),
            Cell::Bool(true) => self.line.push_str("true"),
            Cell::Bool(false) => self.line.push_str("false"),
            Cell::Number(number) if self.big_as_text && number::is_big(number) => write_text(number, &mut self.line),
            Cell::Number(number) => self.line.push_str(number),
            Cell::Text(text) => write_text(text, &mut self.line),
            Cell::Json(json) => match self.big_as_text.then(|| tree::read(json)) {
                Some(Ok(tree)) => big_as_text(&tree).write(&mut self.line),
                // Lines must stay lines.
                _ if json.contains(['\n', '\r']) => match tree::read(json) {
                    Ok(tree) => tree.write(&mut self.line),
                    Err(_) => self.line.push_str("null"),
                },
                _ => self.line.push_str(json),
            },
        }
    }
}

/// The tree with its big whole numbers as texts.
#[must_use]
pub fn big_as_text(tree: &Tree) -> Tree {
    match tree {
        Tree::Number(number) => match number.literal() {
            Some(literal) if number::is_big(&literal) => Tree::from(literal.as_ref()),
            _ => tree.clone(),
        },
        Tree::List(list) => list.iter().map(big_as_text).collect(),
        Tree::Object(object) => {
            let entries = object.iter().map(|(key, value)| (key.clone(), big_as_text(value)));
            Tree::from(entries.collect::<tree::Object<Tree>>())
        }
        other => other.clone(),
    }
}

impl Sink for Json<'_> {
    fn row(&mut self, columns: &Columns, row: &Row<'_>) -> Result<(), Error> {
        for name in &columns.names()[self.keys.len()..] {
            let mut key = String::new();
            write_text(name, &mut key);
            key.push(':');
            self.keys.push(key);
        }
        self.line.clear();
        match (self.style, self.rows) {
            (Style::Lines, _) => {}
            (Style::List, 0) => self.line.push('['),
            (Style::ListOfLines, 0) => self.line.push_str("[\n"),
            (Style::List, _) => self.line.push(','),
            (Style::ListOfLines, _) => self.line.push_str(",\n"),
        }
        self.rows += 1;
        self.line.push('{');
        for (index, (column, cell)) in row.cells.iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            self.line.push_str(&self.keys[*column as usize]);
            self.cell(cell);
        }
        self.line.push('}');
        if self.style == Style::Lines {
            self.line.push('\n');
        }
        Ok(self.out.write_all(self.line.as_bytes())?)
    }

    fn finish(&mut self, _: &Columns, _: &Call) -> Result<(), Error> {
        let end: &[u8] = match (self.style, self.rows) {
            (Style::Lines, _) => b"",
            (Style::List, 0) => b"[]",
            (Style::ListOfLines, 0) => b"[]\n",
            (Style::List, _) => b"]",
            (Style::ListOfLines, _) => b"\n]\n",
        };
        Ok(self.out.write_all(end)?)
    }
}
