//! Records of a delimited text: CSV, TSV and their relatives (RFC 4180 with other delimiters and quotes).
//!
//! Own, though there is the csv crate: that one drops blank lines, so that a table of one column loses its empty values; takes
//! `"abc"def` for `abcdef` and a quote that is never closed for the rest of the file, both in silence; and checks UTF-8
//! field by field. Here the text is a `String` that slides over the file, so that a field is a slice of it, and what cannot be
//! meant is an error with its line and column.

use std::borrow::Cow;

use chassis::{Code, Error};

use crate::rows::text::TextReader;

/// Bytes a record may have.
const MAX_RECORD: usize = 16 << 20;
/// Fields a record may have: more than any table, so that a table with too many columns says so itself.
const MAX_FIELDS: usize = 20_000;
/// What is read is moved to the front of the buffer when it is at least so long.
const SLIDE: usize = 64 * 1024;

/// How fields are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The character between two fields.
    pub delimiter: u8,
    /// The character around a field, if there is one.
    pub quote: Option<u8>,
}

/// A field, as a part of the text.
#[derive(Debug, Clone, Copy)]
struct Field {
    start: usize,
    end: usize,
    /// Whether it has quotes in it that are written twice.
    escaped: bool,
    quoted: bool,
}

/// Reads records.
pub struct Records {
    text: Option<TextReader>,
    buffer: String,
    /// Where the next record begins.
    at: usize,
    fields: Vec<Field>,
    dialect: Dialect,
    /// What ends a field that is not quoted.
    stops: [bool; 256],
    /// The line the next record begins in, and the one the last did.
    next_line: u64,
    line: u64,
}

/// How reading a record ended.
enum Scan {
    /// It ends before this place; the next begins at the second.
    Ends(usize, u64),
    /// The text ends first.
    More,
}

impl Records {
    /// Records of a text that arrives; `buffer` is what has been read of it already.
    #[must_use]
    pub fn new(text: Option<TextReader>, buffer: String, dialect: Dialect) -> Self {
        let mut stops = [false; 256];
        for stop in [dialect.delimiter, b'\n', b'\r'] {
            stops[usize::from(stop)] = true;
        }
        Self { text, buffer, at: 0, fields: Vec::new(), dialect, stops, next_line: 1, line: 1 }
    }

    /// Passes over lines that are no records.
    ///
    /// # Errors
    /// When the text cannot be read.
    pub fn skip_lines(&mut self, lines: u64) -> Result<(), Error> {
        for _ in 0..lines {
            loop {
                if let Some(end) = self.buffer[self.at..].find('\n') {
                    self.at += end + 1;
                    self.next_line += 1;
                    break;
                }
                if !self.more()? {
                    self.at = self.buffer.len();
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The line the last record began in, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Fields of the last record.
    #[must_use]
    pub fn width(&self) -> usize {
        self.fields.len()
    }

    /// Whether the last record is a blank line.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        matches!(&self.fields[..], [only] if only.start == only.end && !only.quoted)
    }

    /// A field of the last record.
    #[must_use]
    pub fn get(&self, index: usize) -> Cow<'_, str> {
        let Some(field) = self.fields.get(index) else { return Cow::Borrowed("") };
        let text = &self.buffer[field.start..field.end];
        match (field.escaped, self.dialect.quote) {
            (true, Some(quote)) => {
                let quote = char::from(quote);
                let twice: String = [quote, quote].iter().collect();
                Cow::Owned(text.replace(&twice, quote.encode_utf8(&mut [0; 4])))
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// Whether a field of the last record stood in quotes.
    #[must_use]
    pub fn is_quoted(&self, index: usize) -> bool {
        self.fields.get(index).is_some_and(|field| field.quoted)
    }

    /// Reads the next record; false at the end.
    ///
    /// # Errors
    /// When the text cannot be read, or is no record: with line and column.
    pub fn advance(&mut self) -> Result<bool, Error> {
        self.line = self.next_line;
        loop {
            match self.scan()? {
                Scan::Ends(next, lines) => {
                    self.at = next;
                    self.next_line += lines;
                    return Ok(true);
                }
                Scan::More => {
                    if self.at == self.buffer.len() && self.text.is_none() {
                        return Ok(false);
                    }
                    if self.buffer.len() - self.at > MAX_RECORD {
                        let message = format!(
                            "the record that begins in line {} is larger than 16 MB: is a quote never closed?",
                            self.line
                        );
                        return Err(Error::new(Code::Unprocessable, message));
                    }
                    self.more()?;
                }
            }
        }
    }

    /// Reads more; false at the end of the text.
    fn more(&mut self) -> Result<bool, Error> {
        if self.at > SLIDE || self.at == self.buffer.len() {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let more = match &mut self.text {
            Some(text) => text.more(&mut self.buffer)?,
            None => false,
        };
        if !more {
            self.text = None;
        }
        Ok(more)
    }

    /// Finds the fields of the record that begins here.
    fn scan(&mut self) -> Result<Scan, Error> {
        let bytes = self.buffer.as_bytes();
        let complete = self.text.is_none();
        let (mut at, mut lines) = (self.at, 1);
        self.fields.clear();
        if complete && at == bytes.len() {
            return Ok(Scan::More);
        }
        loop {
            let quoted = self.dialect.quote.is_some() && bytes.get(at).copied() == self.dialect.quote;
            let mut field = Field { start: at, end: at, escaped: false, quoted };
            if quoted {
                let quote = self.dialect.quote.unwrap_or_default();
                field.start += 1;
                at += 1;
                loop {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let inside = &rest[..rest.iter().position(|byte| *byte == quote).unwrap_or(rest.len())];
                    lines += inside.iter().filter(|byte| **byte == b'\n').count() as u64;
                    at += inside.len();
                    if at == bytes.len() {
                        return if complete { Err(self.unclosed(field.start - 1)) } else { Ok(Scan::More) };
                    }
                    match bytes.get(at + 1) {
                        Some(next) if *next == quote => {
                            field.escaped = true;
                            at += 2;
                        }
                        None if !complete => return Ok(Scan::More),
                        _ => break,
                    }
                }
                field.end = at;
                at += 1;
                if bytes.get(at).is_some_and(|byte| !self.stops[usize::from(*byte)]) {
                    return Err(self.after_quote(field.start - 1, at));
                }
            } else {
                let rest = bytes.get(at..).unwrap_or_default();
                at += rest.iter().position(|byte| self.stops[usize::from(*byte)]).unwrap_or(rest.len());
                field.end = at;
            }
            if self.fields.len() >= MAX_FIELDS {
                let message = format!("the record that begins in line {} has more than {MAX_FIELDS} fields", self.line);
                return Err(Error::new(Code::Unprocessable, message));
            }
            self.fields.push(field);
            match bytes.get(at) {
                Some(byte) if *byte == self.dialect.delimiter => {
                    at += 1;
                    if at == bytes.len() && !complete {
                        return Ok(Scan::More);
                    }
                }
                Some(b'\n') => return Ok(Scan::Ends(at + 1, lines)),
                // Old files of Macintoshes end lines with it alone.
                Some(_) => match bytes.get(at + 1) {
                    Some(b'\n') => return Ok(Scan::Ends(at + 2, lines)),
                    None if !complete => return Ok(Scan::More),
                    _ => return Ok(Scan::Ends(at + 1, lines)),
                },
                None if complete => return Ok(Scan::Ends(at, lines)),
                None => return Ok(Scan::More),
            }
        }
    }

    /// Line and column of a place in the record that begins here.
    fn place(&self, at: usize) -> (u64, usize) {
        let before = &self.buffer[self.at..at];
        let lines = before.bytes().filter(|byte| *byte == b'\n').count() as u64;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (self.next_line + lines, column)
    }

    fn unclosed(&self, at: usize) -> Error {
        let (line, column) = self.place(at);
        let message =
            format!("line {line}, column {column}: the quote that opens here is never closed, at {}", self.around(at));
        Error::impossible("data", message)
    }

    fn after_quote(&self, open: usize, at: usize) -> Error {
        let (line, column) = self.place(at);
        let (opened, _) = self.place(open);
        let since = if opened == line { String::new() } else { format!(" of the field that begins in line {opened}") };
        let message = format!(
            "line {line}, column {column}: text follows the closing quote{since}; a quote in a field is written twice, or say quote: none; at {}",
            self.around(at)
        );
        Error::impossible("data", message)
    }

    /// What stands around a place, with a mark.
    fn around(&self, at: usize) -> String {
        let plain = |text: &str| text.replace(char::is_control, " ");
        let before: Vec<char> = self.buffer[self.at..at].chars().rev().take(15).collect();
        let before: String = before.into_iter().rev().collect();
        let after: String = self.buffer[at..].chars().take(15).collect();
        format!("{}▸{}", plain(&before), plain(&after))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use encoding_rs::UTF_8;

    use super::*;

    const CSV: Dialect = Dialect { delimiter: b',', quote: Some(b'"') };

    /// Hands out so many bytes at a time.
    struct Drops(Cursor<Vec<u8>>, usize);

    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn all(text: &str, dialect: Dialect, drop: usize) -> Result<Vec<Vec<String>>, String> {
        let reader = TextReader::new(Drops(Cursor::new(text.as_bytes().to_vec()), drop), UTF_8);
        let mut records = Records::new(Some(reader), String::new(), dialect);
        let mut read = Vec::new();
        while records.advance().map_err(|error| error.message())? {
            read.push((0..records.width()).map(|index| records.get(index).into_owned()).collect());
        }
        Ok(read)
    }

    #[test]
    fn records_are_the_same_however_they_arrive() {
        let cases: [(&str, &[&[&str]]); 9] = [
            ("a,b\n1,2\n", &[&["a", "b"], &["1", "2"]]),
            ("a,b\r\n1,2", &[&["a", "b"], &["1", "2"]]),
            ("a\rb\r", &[&["a"], &["b"]]),
            ("\"a \"\"b\"\"\",\"c\nd\"\r\n", &[&["a \"b\"", "c\nd"]]),
            ("a\n\nb\n", &[&["a"], &[""], &["b"]]),
            ("a,,\n,\n", &[&["a", "", ""], &["", ""]]),
            ("5\" pipe,x\n", &[&["5\" pipe", "x"]]),
            ("\"\"\n\"\",\"\"\"\"\n", &[&[""], &["", "\""]]),
            ("Größe,東京", &[&["Größe", "東京"]]),
        ];
        for (text, expected) in cases {
            for drop in [1, 2, 3, 7, 1000] {
                assert_eq!(all(text, CSV, drop).unwrap(), expected, "{text:?} {drop}");
            }
        }
        assert!(all("", CSV, 1).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_meant_says_where() {
        let error = all("a,b\n1,\"x\ny\" z\n", CSV, 1000).unwrap_err();
        assert!(
            error.starts_with(
                "data: line 3, column 3: text follows the closing quote of the field that begins in line 2"
            ),
            "{error}"
        );
        let error = all("a,b\n1,\"x\n", CSV, 3).unwrap_err();
        assert!(error.starts_with("data: line 2, column 3: the quote that opens here is never closed"), "{error}");
        let quoteless = Dialect { quote: None, ..CSV };
        assert_eq!(all("a,\"b\" c\n", quoteless, 2).unwrap(), [["a", "\"b\" c"]]);
    }

    #[test]
    fn lines_are_skipped_and_counted() {
        let mut records = Records::new(None, "x\ny\na,\"b\nc\"\nd\n".to_owned(), CSV);
        records.skip_lines(2).unwrap();
        assert!(records.advance().unwrap());
        assert_eq!((records.line(), records.get(1).as_ref(), records.is_quoted(1)), (3, "b\nc", true));
        assert!(records.advance().unwrap());
        assert_eq!(records.line(), 5);
        assert!(!records.advance().unwrap());
    }
}
