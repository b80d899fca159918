//! Delimited text as rows.
//!
//! | file | job |
//! | --- | --- |
//! | `records.rs` | records and fields of a text that slides by |
//! | `sniff.rs` | the dialect of a text nobody described |

pub mod records;
pub mod sniff;

use chassis::{Call, Error};

use super::cell::{Columns, Row, shown};
use super::source::Source;
use super::text::TextReader;
use super::types::{self, SAMPLE_ROWS, Seen, Typed, Types};
use records::Records;
use sniff::{Found, Known};

/// Bytes of the text that are looked at before the first row comes out.
const SAMPLE: usize = 1 << 20;
/// Bytes of it the dialect is detected by.
const SNIFFED: usize = 48 * 1024;

/// How a delimited text is to be read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What is known of the dialect.
    pub known: Known,
    /// The types of the columns.
    pub types: Types,
    /// The decimal mark.
    pub decimal: Option<char>,
    /// Texts that mean nothing: `NA`, `-`.
    pub nulls: Vec<String>,
}

/// What was found in the text.
#[derive(Debug, Clone)]
pub struct Detected {
    /// The dialect, and where the table is.
    pub found: Found,
    /// The decimal mark of numbers that are still texts.
    pub decimal: char,
    /// How lines end.
    pub line_ending: &'static str,
}

/// Rows of a delimited text.
pub struct Delimited {
    records: Records,
    typed: Vec<Typed>,
    width: usize,
    decimal: char,
    nulls: Vec<String>,
    /// Rows that have come, and records.
    row: u64,
    /// Rows that were too short, and the first of them.
    short: u64,
    first_short: u64,
}

impl Delimited {
    /// Opens a text: detects what is not known, reads the header, infers types.
    ///
    /// # Errors
    /// When the text cannot be read, or the request names what is not there.
    pub fn open(mut text: TextReader, reading: &Reading, call: &Call) -> Result<(Self, Columns, Detected), Error> {
        let mut buffer = String::new();
        let mut complete = false;
        while buffer.len() < SAMPLE && !complete {
            complete = !text.more(&mut buffer)?;
        }
        let end = buffer.floor_char_boundary(SNIFFED);
        let found = sniff::sniff(&buffer[..end], complete && end == buffer.len(), reading.known);
        if found.doubtful {
            let message = "the table has one column, yet its cells hold commas, semicolons, tabs or bars: if these tell columns apart, name the delimiter";
            call.warn("one-column", Some("delimiter"), message);
        }
        if found.skip > 0 && reading.known.skip.is_none() {
            let lines = if found.skip == 1 { "line".to_owned() } else { format!("{} lines", found.skip) };
            call.warn(
                "skipped-lines",
                Some("skipRows"),
                format!("the first {lines} before the table passed over; skipRows: 0 keeps all lines"),
            );
        }
        let line_ending = match buffer[..end].find(['\n', '\r']) {
            Some(at) if buffer[at..].starts_with("\r\n") => "crlf",
            Some(at) if buffer[at..].starts_with('\r') => "cr",
            _ => "lf",
        };
        let decimal = reading.decimal.unwrap_or('.');
        let mut sample = Records::new(None, buffer.clone(), found.dialect);
        let sampled = Sampled::of(&mut sample, &found, complete, decimal, &reading.nulls)?;
        let columns = sampled.columns(call)?;
        let typed = types::resolve(&reading.types, &columns, &sampled.seen)?;
        let comma = reading.decimal.is_none() && sampled.seen.iter().any(Seen::has_decimal_comma);
        let text = (!complete).then_some(text);
        let mut records = Records::new(text, buffer, found.dialect);
        records.skip_lines(found.skip)?;
        if found.header {
            pass_header(&mut records)?;
        }
        let rows = Self {
            records,
            width: columns.len(),
            typed,
            decimal,
            nulls: reading.nulls.clone(),
            row: 0,
            short: 0,
            first_short: 0,
        };
        let decimal = if comma { ',' } else { decimal };
        Ok((rows, columns, Detected { found, decimal, line_ending }))
    }

    /// The types of the columns.
    #[must_use]
    pub fn types(&self) -> Vec<types::ColumnType> {
        self.typed.iter().map(|typed| typed.kind).collect()
    }

    fn too_long(&self, width: usize) -> Error {
        let message = format!(
            "row {} (line {}) has {width} cells where there are {} columns: is a delimiter in it that should be quoted?",
            self.row,
            self.records.line(),
            self.width
        );
        Error::impossible("data", message)
    }
}

/// Reads up to the header; blank lines may stand before it.
fn pass_header(records: &mut Records) -> Result<bool, Error> {
    while records.advance()? {
        if !records.is_blank() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the first rows say.
struct Sampled {
    header: Option<Vec<String>>,
    seen: Vec<Seen>,
}

impl Sampled {
    fn of(
        records: &mut Records,
        found: &Found,
        complete: bool,
        decimal: char,
        nulls: &[String],
    ) -> Result<Self, Error> {
        records.skip_lines(found.skip)?;
        let mut header = None;
        if found.header && pass_header(records)? {
            header = Some((0..records.width()).map(|index| records.get(index).into_owned()).collect::<Vec<_>>());
        }
        let mut seen: Vec<Seen> = vec![Seen::default(); header.as_ref().map_or(0, Vec::len)];
        let mut rows = 0;
        while rows < SAMPLE_ROWS {
            match records.advance() {
                Ok(true) => {}
                Ok(false) => break,
                // What is wrong is said when its row comes; a sample may also end within a quote.
                Err(error) => match complete && rows == 0 && header.is_none() {
                    true => return Err(error),
                    false => break,
                },
            }
            if records.is_blank() && seen.len() != 1 {
                continue;
            }
            rows += 1;
            for index in 0..records.width() {
                let text = records.get(index);
                if index >= seen.len() {
                    // A delimiter at the end of a line begins no column.
                    if text.is_empty() && header.is_some() {
                        continue;
                    }
                    seen.resize(index + 1, Seen::default());
                }
                if !nulls.iter().any(|null| *null == text) {
                    seen[index].see(&text, decimal);
                }
            }
        }
        Ok(Self { header, seen })
    }

    fn columns(&self, call: &Call) -> Result<Columns, Error> {
        let mut columns = Columns::default();
        let mut alike = Vec::new();
        for index in 0..self.seen.len() {
            let name = self.header.as_ref().and_then(|header| header.get(index)).map_or("", String::as_str);
            let name = if name.trim().is_empty() { format!("column_{}", index + 1) } else { name.to_owned() };
            let place = columns.add(name.clone())?;
            if columns.name(place) != name {
                alike.push(format!("{} is {}", shown(&name), shown(columns.name(place))));
            }
        }
        if !alike.is_empty() {
            let message = format!("columns are called alike; the second {}", alike.join(", "));
            call.warn("renamed-columns", Some("header"), message);
        }
        Ok(columns)
    }
}

impl Source for Delimited {
    fn next(&mut self, _: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        loop {
            if !self.records.advance()? {
                return Ok(None);
            }
            // A blank line is a row without anything where there is one column, and nothing where there are more.
            if !self.records.is_blank() || self.width == 1 {
                break;
            }
        }
        self.row += 1;
        let length = self.records.width();
        if length < self.width {
            self.short += 1;
            if self.short == 1 {
                self.first_short = self.row;
            }
        }
        if length > self.width && (self.width..length).any(|index| !self.records.get(index).is_empty()) {
            return Err(self.too_long(length));
        }
        let Self { records, typed, decimal, nulls, row, .. } = self;
        let mut cells = Vec::with_capacity(typed.len());
        for (index, typed) in typed.iter_mut().enumerate().take(length) {
            let text = records.get(index);
            let is_null = !nulls.is_empty() && nulls.iter().any(|null| *null == text);
            let cell = if is_null { super::cell::Cell::Null } else { typed.cell(text, *decimal, *row) };
            cells.push((index as u32, cell));
        }
        Ok(Some(Row { cells }))
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        for (typed, name) in self.typed.iter().zip(columns.names()) {
            typed.warn(name, call);
        }
        if self.short > 0 {
            let (count, first) = (self.short, self.first_short);
            let rows = if count == 1 { "1 row has".to_owned() } else { format!("{count} rows have") };
            let message = format!(
                "{rows} fewer cells than there are columns (the first is row {first}); what is missing is left out"
            );
            call.warn("short-rows", Some("data"), message);
        }
    }
}
