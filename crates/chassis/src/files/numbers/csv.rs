//! Numbers from CSV (RFC 4180, and what spreadsheets make of it): any line end, any of four delimiters, quotes, a byte
//! order mark, a header or none, the comma as decimal mark.
//!
//! Cells are cut out of the bytes one by one and parsed where they stand; only the first line is looked at twice, to
//! learn the columns. Nothing is kept but the numbers, so that a line of a million cells costs what a million lines do.

use std::borrow::Cow;
use std::str;

use super::table::{Builder, Fault, Gathered, SHOWN_CHARS, counted, find_columns};
use super::{Delimiter, MAX_COLUMNS, NumbersOptions};
use crate::error::clip;

/// Powers of ten that are doubles.
const POWERS: [f64; 20] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19];
/// No place in the result.
const UNWANTED: usize = usize::MAX;

/// Reads the numbers; `single` when only one column is of use.
pub(super) fn read(bytes: &[u8], options: &NumbersOptions<'_>, single: bool) -> Result<Gathered, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut scanner = Scanner { bytes, at: 0, line: 1, delimiter: b',' };
    scanner.delimiter = scanner.find_delimiter(options);
    scanner.skip_blank();
    let columns = Columns::read(&mut scanner, options, single)?;
    let mut builder = Builder::new(options.missing);
    let width = if columns.places.is_empty() { columns.count } else { columns.wanted };
    let lines = bytes[scanner.at..].iter().filter(|byte| **byte == b'\n').count() + 1;
    // A line of so many columns has as many delimiters at least.
    builder.expect(width.saturating_mul(lines.min(bytes.len() / columns.count.max(1) + 1)));
    while scanner.at < bytes.len() {
        let line = scanner.line;
        let blank = scanner.skip_blank();
        if scanner.at == bytes.len() {
            break;
        }
        if columns.count == 1 {
            // Where there is one column, an empty line is an empty cell; at the end it is none.
            for line in line..line + blank {
                builder.push(None, || columns.place(line, 0))?;
                builder.end_row(|| format!("line {line}"))?;
            }
        } else if single && columns.places.is_empty() && builder.rows() == 1 {
            return Err(Fault::choose(&columns.names, columns.count));
        }
        columns.read_row(&mut scanner, &mut builder, options)?;
    }
    Ok(builder.finish(columns.chosen_names()))
}

/// What the first line says of the columns.
struct Columns {
    /// Columns of the file.
    count: usize,
    /// Their names; none without a header.
    names: Vec<String>,
    /// For each column its place in the result; empty when all are wanted as they come.
    places: Vec<usize>,
    /// Columns of the result.
    wanted: usize,
}

impl Columns {
    /// Looks at the first line, and passes it over when it is a header.
    fn read(scanner: &mut Scanner<'_>, options: &NumbersOptions<'_>, single: bool) -> Result<Self, Fault> {
        let start = (scanner.at, scanner.line);
        let mut count = 0;
        let (mut numbers, mut named) = (false, false);
        if scanner.at < scanner.bytes.len() {
            loop {
                let cell = scanner.cell()?;
                count += 1;
                numbers = numbers || is_like_a_number(cell.bytes);
                named |= options.columns.iter().any(|name| *name == cell.text() && name.parse::<usize>().is_err());
                if cell.last {
                    break;
                }
            }
        }
        let has_header = options.header.unwrap_or(named || !numbers) && count > 0;
        let after = (scanner.at, scanner.line);
        (scanner.at, scanner.line) = start;
        let mut columns = Self { count, names: Vec::new(), places: Vec::new(), wanted: 0 };
        if count > MAX_COLUMNS && (has_header || !options.columns.is_empty()) {
            return Err(Fault::too_wide());
        }
        if has_header {
            columns.names.reserve(count);
            for _ in 0..count {
                columns.names.push(scanner.cell()?.text().into_owned());
            }
            (scanner.at, scanner.line) = after;
        }
        if !options.columns.is_empty() {
            columns.places = vec![UNWANTED; count];
            for (place, column) in find_columns(options.columns, &columns.names, count)?.into_iter().enumerate() {
                columns.places[column] = place;
            }
            columns.wanted = options.columns.len();
        } else if single && has_header && count > 1 {
            return Err(Fault::choose(&columns.names, count));
        }
        Ok(columns)
    }

    /// The names of the columns that are wanted, in their order.
    fn chosen_names(self) -> Vec<String> {
        if self.places.is_empty() || self.names.is_empty() {
            return self.names;
        }
        let mut chosen = vec![String::new(); self.wanted];
        for (name, place) in self.names.into_iter().zip(self.places).filter(|(_, place)| *place != UNWANTED) {
            chosen[place] = name;
        }
        chosen
    }

    fn read_row(
        &self,
        scanner: &mut Scanner<'_>,
        builder: &mut Builder,
        options: &NumbersOptions<'_>,
    ) -> Result<(), Fault> {
        let line = scanner.line;
        let mut column = 0;
        let mark = if options.decimal_comma { b',' } else { b'.' };
        loop {
            let place =
                if self.places.is_empty() { column } else { self.places.get(column).copied().unwrap_or(UNWANTED) };
            if place != UNWANTED
                && let Some((number, last)) = scanner.plain_number(mark)
            {
                builder.set(place, Some(number), String::new)?;
                column += 1;
                if last {
                    break;
                }
                continue;
            }
            let cell = scanner.cell()?;
            if place != UNWANTED {
                let number = match number(cell.bytes, options.decimal_comma) {
                    Number::Finite(number) => Some(number),
                    Number::Missing => None,
                    wrong => return Err(self.wrong_cell(line, column, &cell, wrong, options)),
                };
                builder.set(place, number, || self.place(line, column))?;
            }
            column += 1;
            if cell.last {
                break;
            }
        }
        if column != self.count {
            let (has, first) = (counted(column, "column"), self.count);
            return Err(Fault::new(format!("line {line} has {has}, the first line has {first}")));
        }
        builder.end_row(|| format!("line {line}"))
    }

    fn place(&self, line: usize, column: usize) -> String {
        match self.names.get(column) {
            Some(name) if !name.is_empty() => format!("line {line}, column {}", clip(name, SHOWN_CHARS)),
            _ if self.count == 1 => format!("line {line}"),
            _ => format!("line {line}, column {}", column + 1),
        }
    }

    fn wrong_cell(
        &self,
        line: usize,
        column: usize,
        cell: &Cell<'_>,
        wrong: Number,
        options: &NumbersOptions<'_>,
    ) -> Fault {
        let (place, text) = (self.place(line, column), cell.text());
        let decimal = text.contains(',') && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,".contains(&byte));
        let hint = if decimal && !options.decimal_comma { ": say so if the comma is the decimal mark" } else { "" };
        Fault::new(format!("{place}: {}{hint}", wrong.checked(&text).err().unwrap_or_default()))
    }
}

/// The same where the decimal mark is a comma. A point is none then, and no mark for thousands either.
fn with_comma(cell: &[u8]) -> Number {
    match cell.iter().position(|byte| *byte == b',') {
        _ if cell.contains(&b'.') => Number::None,
        None => number(cell, false),
        Some(comma) => {
            let mut pointed = cell.to_vec();
            pointed[comma] = b'.';
            number(&pointed, false)
        }
    }
}

/// Whether a cell looks like data rather than a name: `12`, `1.000,5` and `2020-01-01`, not `Q1`.
fn is_like_a_number(cell: &[u8]) -> bool {
    let letter = |byte: &u8| !byte.is_ascii() || byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E');
    cell.iter().any(u8::is_ascii_digit) && !cell.iter().any(letter)
}

/// What a cell says.
#[derive(Debug, PartialEq)]
pub(super) enum Number {
    Finite(f64),
    Missing,
    TooLarge,
    Infinite,
    None,
}

impl Number {
    /// The number, nothing when it is missing, or what is wrong with it.
    pub(super) fn checked(self, shown: &str) -> Result<Option<f64>, String> {
        let what = match self {
            Self::Finite(number) => return Ok(Some(number)),
            Self::Missing => return Ok(None),
            Self::TooLarge => "is too large for a number of 64 bits",
            Self::Infinite => "is infinite; send a finite number",
            Self::None => "is not a number",
        };
        Err(format!("{} {what}", clip(shown, SHOWN_CHARS)))
    }
}

/// Reads the number in a cell: as Rust reads it, which is as every language writes it. A cell is missing when it is
/// empty or says so, as spreadsheets, R and Python do.
pub(super) fn number(cell: &[u8], decimal_comma: bool) -> Number {
    if decimal_comma {
        return with_comma(cell);
    }
    if cell.is_empty() {
        return Number::Missing;
    }
    let Ok(text) = str::from_utf8(cell) else { return Number::None };
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Number::Finite(number),
        Ok(number) if number.is_nan() => Number::Missing,
        Ok(_) if cell.iter().any(u8::is_ascii_digit) => Number::TooLarge,
        Ok(_) => Number::Infinite,
        Err(_) if ["na", "n/a", "#n/a", "null", "none"].iter().any(|word| word.eq_ignore_ascii_case(text)) => {
            Number::Missing
        }
        Err(_) => Number::None,
    }
}

/// One cell.
struct Cell<'t> {
    /// What is in it, without the quotes and spaces around it.
    bytes: &'t [u8],
    quoted: bool,
    /// Whether it is the last of its line.
    last: bool,
}

impl Cell<'_> {
    /// Its text; what is not UTF-8 is shown as such.
    fn text(&self) -> Cow<'_, str> {
        let text = String::from_utf8_lossy(self.bytes);
        if self.quoted && text.contains("\"\"") { text.replace("\"\"", "\"").into() } else { text }
    }
}

/// Walks through the bytes, cell by cell.
struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
    /// The line at hand, from 1.
    line: usize,
    delimiter: u8,
}

impl<'t> Scanner<'t> {
    /// The delimiter: as the caller says, as Excel's `sep=;` says, else the first of `\t ; | ,` in the first line.
    fn find_delimiter(&mut self, options: &NumbersOptions<'_>) -> u8 {
        if let Some(delimiter) = options.delimiter {
            return delimiter.byte();
        }
        let known = [Delimiter::Tab, Delimiter::Semicolon, Delimiter::Pipe, Delimiter::Comma].map(Delimiter::byte);
        if let Some([delimiter, end @ (b'\r' | b'\n'), ..]) = self.bytes.strip_prefix(b"sep=")
            && known.contains(delimiter)
        {
            self.at = 5;
            self.end_line(*end);
            return *delimiter;
        }
        let mut quoted = false;
        let mut seen = [false; 4];
        for byte in self.bytes.trim_ascii_start() {
            match byte {
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'\n' | b'\r' => break,
                _ => {
                    if let Some(at) = known.iter().position(|one| one == byte) {
                        seen[at] = true;
                    }
                }
            }
        }
        let may_be = |at: &usize| seen[*at] && !(options.decimal_comma && known[*at] == b',');
        let default = if options.decimal_comma { b';' } else { b',' };
        (0..known.len()).find(may_be).map_or(default, |at| known[at])
    }

    /// Passes over empty lines, and says how many.
    fn skip_blank(&mut self) -> usize {
        let mut blank = 0;
        loop {
            let spaces = self.bytes[self.at..].iter().take_while(|byte| **byte == b' ').count();
            match self.bytes.get(self.at + spaces) {
                Some(end @ (b'\n' | b'\r')) => {
                    self.at += spaces;
                    self.end_line(*end);
                    blank += 1;
                }
                None => {
                    self.at = self.bytes.len();
                    return blank;
                }
                Some(_) => return blank,
            }
        }
    }

    /// Goes past the end of a line: `\n`, `\r\n`, or `\r` alone.
    fn end_line(&mut self, end: u8) {
        self.at += 1;
        if end == b'\r' && self.bytes.get(self.at) == Some(&b'\n') {
            self.at += 1;
        }
        self.line += 1;
    }

    /// Takes a cell that is a number of few digits and nothing else, and says whether it is the last of its line. Most cells
    /// are, and their digits need be looked at only once: a whole number up to 2^53 over a power of ten that is a double is
    /// the nearest double (Clinger, 1990). Of any other cell it takes nothing.
    fn plain_number(&mut self, mark: u8) -> Option<(f64, bool)> {
        const LARGEST: u64 = 1 << 53;
        if mark == self.delimiter {
            return None;
        }
        let bytes = &self.bytes[self.at..];
        let negative = bytes.first() == Some(&b'-');
        let mut mantissa = 0_u64;
        let mut digits = |from: usize| {
            let mut at = from;
            while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
                mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
                at += 1;
            }
            at
        };
        let start = usize::from(negative);
        let point = digits(start);
        let (end, places) = if bytes.get(point) == Some(&mark) {
            let end = digits(point + 1);
            (end, end - point - 1)
        } else {
            (point, 0)
        };
        let has_both = point > start && (end == point || places > 0);
        // Nineteen digits may be more than 64 bits hold.
        if !has_both || end - start > 19 || mantissa > LARGEST {
            return None;
        }
        let after = *bytes.get(end)?;
        let last = matches!(after, b'\n' | b'\r');
        if !last && after != self.delimiter {
            return None;
        }
        self.at += end;
        if last {
            self.end_line(after);
        } else {
            self.at += 1;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
        let number = mantissa as f64 / POWERS[places];
        Some((if negative { -number } else { number }, last))
    }

    /// Takes a cell, and what ends it.
    fn cell(&mut self) -> Result<Cell<'t>, Fault> {
        let bytes = self.bytes;
        while bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        let quoted = bytes.get(self.at) == Some(&b'"');
        let content = if quoted { Some(self.quoted()?) } else { None };
        let start = self.at;
        let delimiter = self.delimiter;
        let rest = &bytes[start..];
        let length = rest.iter().position(|byte| *byte == delimiter || *byte == b'\n' || *byte == b'\r');
        let end = length.map_or(bytes.len(), |length| start + length);
        let plain = bytes[start..end].trim_ascii();
        if quoted && !plain.is_empty() {
            let line = self.line;
            return Err(Fault::new(format!(
                "line {line} has text after a closing quote: write a quote within as \"\""
            )));
        }
        self.at = end;
        let last = match bytes.get(end) {
            Some(byte) if *byte == delimiter => {
                self.at += 1;
                false
            }
            Some(byte) => {
                self.end_line(*byte);
                true
            }
            None => true,
        };
        Ok(Cell { bytes: content.unwrap_or(plain), quoted, last })
    }

    /// Takes what stands in quotes.
    fn quoted(&mut self) -> Result<&'t [u8], Fault> {
        let (bytes, first, line) = (self.bytes, self.at + 1, self.line);
        let mut at = first;
        loop {
            match bytes.get(at) {
                Some(b'"') if bytes.get(at + 1) == Some(&b'"') => at += 2,
                Some(b'"') => break,
                Some(byte) => {
                    let ends = *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
                    self.line += usize::from(ends);
                    at += 1;
                }
                None => return Err(Fault::new(format!("line {line} has a quote that is never closed"))),
            }
        }
        self.at = at + 1;
        Ok(bytes[first..at].trim_ascii())
    }
}
