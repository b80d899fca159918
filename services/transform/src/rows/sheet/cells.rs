//! The cells of a sheet, row by row, as they stand in its XML: only those that are there.

use std::borrow::Cow;
use std::io::Cursor;
use std::sync::Arc;

use chassis::{Code, Error};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::book::{attribute, broken, local, push, unescaped};
use super::date::{Shown, text as date_text};
use crate::rows::cell::Cell;
use crate::rows::number;

/// Cells a sheet may have.
const MAX_CELLS: u64 = 5_000_000;
/// Columns a sheet may have.
const MAX_COLUMNS: u32 = 16_384;

/// Reads rows of cells.
pub struct Cells {
    reader: Reader<Cursor<Vec<u8>>>,
    buffer: Vec<u8>,
    texts: Arc<Vec<Box<str>>>,
    styles: Arc<Vec<Shown>>,
    is_1904: bool,
    row: u64,
    count: u64,
    /// Formulas that were never computed, with the first; and values that are errors.
    pub uncomputed: (u64, String),
    pub errors: (u64, String),
}

/// A row: its number from 1, and columns from 0 with their cells.
pub type Line = (u64, Vec<(u32, Cell<'static>)>);

/// A cell that is being read.
#[derive(Default)]
struct Open {
    column: u32,
    kind: String,
    style: usize,
    value: String,
    has_value: bool,
    formula: bool,
}

impl Cells {
    pub fn new(xml: Vec<u8>, texts: Arc<Vec<Box<str>>>, styles: Arc<Vec<Shown>>, is_1904: bool) -> Self {
        Self {
            reader: Reader::from_reader(Cursor::new(xml)),
            buffer: Vec::new(),
            texts,
            styles,
            is_1904,
            row: 0,
            count: 0,
            uncomputed: (0, String::new()),
            errors: (0, String::new()),
        }
    }

    /// The next row that has a cell with something in it.
    pub fn next(&mut self) -> Result<Option<Line>, Error> {
        let mut cells: Vec<(u32, Cell<'static>)> = Vec::new();
        let mut open: Option<Open> = None;
        let (mut inside, mut phonetic) = (false, false);
        let mut column = 0;
        let mut buffer = std::mem::take(&mut self.buffer);
        loop {
            buffer.clear();
            let event = self.reader.read_event_into(&mut buffer).map_err(|_| broken("a sheet is damaged"))?;
            let is_empty = matches!(event, Event::Empty(_));
            match event {
                Event::Start(element) | Event::Empty(element) => match local(element.name().0) {
                    "row" => {
                        let number = attribute(&element, "r").and_then(|number| number.parse().ok());
                        self.row = number.unwrap_or(self.row + 1);
                        column = 0;
                    }
                    "c" => {
                        let place = attribute(&element, "r").and_then(|name| column_of(&name));
                        let place = place.unwrap_or(column);
                        if place >= MAX_COLUMNS {
                            return Err(broken("a cell lies beyond the last column"));
                        }
                        column = place + 1;
                        self.count += 1;
                        if self.count > MAX_CELLS {
                            let message = "the sheet has more than 5 million cells: send fewer rows, or CSV, which is read as it arrives";
                            return Err(Error::new(Code::PayloadTooLarge, message));
                        }
                        let kind = attribute(&element, "t").unwrap_or_default();
                        let style = attribute(&element, "s").and_then(|style| style.parse().ok()).unwrap_or(0);
                        open = (!is_empty).then(|| Open { column: place, kind, style, ..Open::default() });
                    }
                    "v" | "t" if !is_empty => {
                        inside = !phonetic;
                        if let Some(open) = &mut open {
                            open.has_value = true;
                        }
                    }
                    "rPh" => phonetic = !is_empty,
                    "f" => {
                        if let Some(open) = &mut open {
                            open.formula = true;
                        }
                    }
                    _ => {}
                },
                Event::End(element) => match local(element.name().0) {
                    "v" | "t" => inside = false,
                    "rPh" => phonetic = false,
                    "c" => {
                        if let Some(done) = open.take() {
                            let column = done.column;
                            if let Some(cell) = close(self, done)? {
                                cells.push((column, cell));
                            }
                        }
                    }
                    "row" if !cells.is_empty() => {
                        drop(element);
                        self.buffer = buffer;
                        cells.sort_by_key(|(column, _)| *column);
                        cells.dedup_by_key(|(column, _)| *column);
                        return Ok(Some((self.row, cells)));
                    }
                    "sheetData" => return Ok(None),
                    _ => {}
                },
                Event::DocType(_) => return Err(broken("it has a document type")),
                Event::Eof => return Ok(None),
                event => {
                    if inside && let Some(open) = &mut open {
                        push(&event, &mut open.value);
                    }
                }
            }
        }
    }
}

/// The cell that was read; none for an empty one.
fn close(cells: &mut Cells, open: Open) -> Result<Option<Cell<'static>>, Error> {
    let Open { column, kind, style, value, has_value, formula } = open;
    let place = || format!("{}{}", letters(column), cells.row);
    let text = |text: Box<str>| Some(Cell::Text(Cow::Owned(text.into_string())));
    Ok(match kind.as_str() {
        "s" => {
            let index: usize = value.trim().parse().map_err(|_| broken("a cell names no text"))?;
            let shared = cells.texts.get(index).ok_or_else(|| broken("a cell names a text that is not there"))?;
            text(shared.clone())
        }
        "inlineStr" => text(unescaped(&value)),
        "str" if has_value => text(unescaped(&value)),
        "b" if has_value => Some(Cell::Bool(matches!(value.trim(), "1" | "true"))),
        "e" => {
            if cells.errors.0 == 0 {
                cells.errors.1 = format!("{} in {}", value.trim(), place());
            }
            cells.errors.0 += 1;
            Some(Cell::Null)
        }
        "d" => text(value.into()),
        _ if value.trim().is_empty() => {
            if formula {
                if cells.uncomputed.0 == 0 {
                    cells.uncomputed.1 = place();
                }
                cells.uncomputed.0 += 1;
                Some(Cell::Null)
            } else {
                None
            }
        }
        _ => {
            let number: f64 = value.trim().parse().map_err(|_| broken("a number is none"))?;
            let shown = cells.styles.get(style).copied().unwrap_or(Shown::Number);
            match date_text(number, shown, cells.is_1904) {
                Some(date) => Some(Cell::Text(Cow::Owned(date))),
                None => number::of_float(number).map(|number| Cell::Number(Cow::Owned(number))),
            }
        }
    })
}

/// The column of a cell's name: 1 for `B7`.
fn column_of(name: &str) -> Option<u32> {
    let mut column: u32 = 0;
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic);
    for letter in letters {
        column = column.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
    }
    column.checked_sub(1)
}

/// The letters of a column.
pub fn letters(column: u32) -> String {
    let mut name = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        name.insert(0, b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    String::from_utf8_lossy(&name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (name, column) in [("A1", 0), ("Z9", 25), ("AA1", 26), ("XFD1048576", 16_383)] {
            assert_eq!(column_of(name), Some(column));
            assert!(name.starts_with(&letters(column)));
        }
    }
}
