//! Rows as CSV or TSV (RFC 4180), quoted where needed.
//!
//! A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV Injection"): what somebody typed
//! into a form must not compute on the computer of who opens the file. Numbers are no formulas.

use std::io::Write;

use chassis::{Call, Error};

use super::Sink;
use crate::rows::cell::{Cell, Columns, Row, shown};

/// How a delimited text is written.
#[derive(Debug, Clone, Copy)]
pub struct Writing {
    /// The character between two fields.
    pub delimiter: u8,
    /// Whether the first record names the columns.
    pub header: bool,
    /// Whether a byte order mark comes first, by which Excel knows UTF-8.
    pub bom: bool,
    /// Whether lines end with `\r\n`.
    pub crlf: bool,
    /// Whether formulas are made texts.
    pub guard: bool,
}

/// Writes rows as a delimited text.
pub struct Delimited<'w> {
    out: &'w mut dyn Write,
    writing: Writing,
    /// Characters for which a field is quoted.
    quoted: [bool; 256],
    /// Columns there are: as many as when the header was written.
    width: Option<usize>,
    line: String,
    rows: u64,
    guarded: u64,
}

impl<'w> Delimited<'w> {
    /// Rows go here.
    #[must_use]
    pub fn new(out: &'w mut dyn Write, writing: Writing) -> Self {
        let mut quoted = [false; 256];
        for byte in [writing.delimiter, b'"', b'\n', b'\r'] {
            quoted[usize::from(byte)] = true;
        }
        Self { out, writing, quoted, width: None, line: String::new(), rows: 0, guarded: 0 }
    }

    fn start(&mut self, columns: &Columns) -> Result<usize, Error> {
        if let Some(width) = self.width {
            return Ok(width);
        }
        if self.writing.bom {
            self.out.write_all("\u{feff}".as_bytes())?;
        }
        self.width = Some(columns.len());
        if self.writing.header && !columns.is_empty() {
            self.line.clear();
            for (index, name) in columns.names().iter().enumerate() {
                self.separate(index);
                self.text(name);
            }
            self.end(columns.len())?;
        }
        Ok(columns.len())
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.line.push(char::from(self.writing.delimiter));
        }
    }

    fn end(&mut self, width: usize) -> Result<(), Error> {
        // A blank line is no record to most readers.
        if width == 1 && self.line.is_empty() {
            self.line.push_str("\"\"");
        }
        self.line.push_str(if self.writing.crlf { "\r\n" } else { "\n" });
        Ok(self.out.write_all(self.line.as_bytes())?)
    }

    fn cell(&mut self, cell: Option<&Cell<'_>>) {
        match cell {
            Some(Cell::Text(text)) => self.text(text),
            Some(Cell::Json(json)) => self.field(json, false),
            Some(cell) => self.line.push_str(cell.text()),
            None => {}
        }
    }

    fn text(&mut self, text: &str) {
        let guard = self.writing.guard && is_formula(text);
        self.guarded += u64::from(guard);
        self.field(text, guard);
    }

    fn field(&mut self, text: &str, guard: bool) {
        let guard = if guard { "'" } else { "" };
        if !text.bytes().any(|byte| self.quoted[usize::from(byte)]) {
            self.line.push_str(guard);
            self.line.push_str(text);
            return;
        }
        self.line.push('"');
        self.line.push_str(guard);
        for (index, part) in text.split('"').enumerate() {
            if index > 0 {
                self.line.push_str("\"\"");
            }
            self.line.push_str(part);
        }
        self.line.push('"');
    }
}

/// Whether a spreadsheet takes a text for a formula. A sign alone is none, and numbers with a sign are numbers.
fn is_formula(text: &str) -> bool {
    match text.as_bytes() {
        [b'=' | b'@' | b'\t' | b'\r', ..] => true,
        [b'+' | b'-', rest @ ..] => {
            let amount = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' ');
            let is_amount = rest.iter().all(amount) && rest.iter().any(u8::is_ascii_digit);
            !(rest.is_empty() || is_amount || crate::rows::number::is_json(text.trim_start_matches('+')))
        }
        _ => false,
    }
}

impl Sink for Delimited<'_> {
    fn row(&mut self, columns: &Columns, row: &Row<'_>) -> Result<(), Error> {
        let width = self.start(columns)?;
        self.rows += 1;
        if columns.len() > width {
            let name = shown(columns.name(width as u32));
            let message = format!(
                "row {} has the column {name}, which no row before it had, and the header is written: name all columns in columns",
                self.rows
            );
            return Err(Error::impossible("data", message));
        }
        self.line.clear();
        let in_order = row.cells.iter().enumerate().all(|(index, (column, _))| *column as usize == index);
        for index in 0..width {
            self.separate(index);
            match in_order {
                true => self.cell(row.cells.get(index).map(|(_, cell)| cell)),
                false => self.cell(row.get(index as u32)),
            }
        }
        self.end(width)
    }

    fn finish(&mut self, columns: &Columns, call: &Call) -> Result<(), Error> {
        self.start(columns)?;
        if self.guarded > 0 {
            let texts = if self.guarded == 1 { "1 text".to_owned() } else { format!("{} texts", self.guarded) };
            let message = format!(
                "{texts} that a spreadsheet would take for a formula got an apostrophe in front; formulaGuard: false leaves them as they are"
            );
            call.warn("formula-guard", Some("formulaGuard"), message);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_numbers() {
        for text in ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-1+1", "\tx", "-9.19;-75.02", "+A1", "-2+3+cmd"] {
            assert!(is_formula(text), "{text}");
        }
        for text in ["", "-", "+", "-5", "+5", "-1.5e3", "-3,5", "+49 30 123456", "a=b", "1-2", "'=1"] {
            assert!(!is_formula(text), "{text}");
        }
    }
}
