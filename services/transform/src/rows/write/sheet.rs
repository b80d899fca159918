//! Rows as a spreadsheet (XLSX). Texts are texts, never formulas; dates as JSON writes them become cells of dates; numbers of
//! more digits than a spreadsheet keeps stay texts.

use std::io::Write;

use chassis::{Call, Code, Error};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::Sink;
use crate::rows::cell::{Cell, Columns, Row, shown};
use crate::rows::sheet::date;

/// Rows a sheet has at most, and characters of a cell.
const MAX_ROWS: u32 = 1_048_576;
const MAX_TEXT: usize = 32_767;
/// Cells that are written, and bytes of their texts: the file is made as a whole.
const MAX_CELLS: u64 = 5_000_000;
const MAX_BYTES: usize = 256 << 20;
/// Significant digits a spreadsheet keeps.
const DIGITS: usize = 15;

/// How a spreadsheet is written.
#[derive(Debug, Clone, Default)]
pub struct Writing {
    /// The name of the sheet.
    pub name: Option<String>,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Whether texts that are dates stay texts.
    pub dates_as_text: bool,
    /// Whether rows may lie in a file until the end. Not in a worker process, which may write none.
    pub spools: bool,
}

/// Writes rows as a spreadsheet.
pub struct Sheet<'w> {
    out: &'w mut dyn Write,
    book: Workbook,
    writing: Writing,
    /// The next row, the columns the header names.
    row: u32,
    named: usize,
    cells: u64,
    bytes: usize,
    /// Of days and of moments; none where dates stay texts.
    formats: Option<[Format; 2]>,
    long_numbers: (u64, String),
}

fn refused(error: &XlsxError) -> Error {
    match error {
        XlsxError::SheetnameCannotBeBlank(_)
        | XlsxError::SheetnameLengthExceeded(_)
        | XlsxError::SheetnameContainsInvalidCharacter(_)
        | XlsxError::SheetnameStartsOrEndsWithApostrophe(_) => Error::field(
            Code::ValidationError,
            "sheetName",
            "must have 1 to 31 characters, none of them one of [ ] : * ? / \\",
        ),
        XlsxError::MaxStringLengthExceeded => too_long(),
        XlsxError::RowColumnLimitError => Error::impossible("to", "the table has more rows or columns than a sheet"),
        _ => Error::internal(),
    }
}

fn too_long() -> Error {
    Error::impossible("to", format!("a cell of a spreadsheet has at most {MAX_TEXT} characters"))
}

impl<'w> Sheet<'w> {
    /// The spreadsheet goes here, as a whole at the end.
    ///
    /// # Errors
    /// When the sheet cannot be called so.
    pub fn new(out: &'w mut dyn Write, writing: Writing) -> Result<Self, Error> {
        let mut book = Workbook::new();
        let sheet = match writing.spools {
            true => book.add_worksheet_with_constant_memory().map_err(|error| refused(&error))?,
            false => book.add_worksheet(),
        };
        if let Some(name) = &writing.name {
            sheet.set_name(name.as_str()).map_err(|error| refused(&error))?;
        }
        if writing.header {
            sheet.set_freeze_panes(1, 0).map_err(|error| refused(&error))?;
        }
        let formats = ["yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"].map(|code| Format::new().set_num_format(code));
        let formats = (!writing.dates_as_text).then_some(formats);
        Ok(Self {
            out,
            book,
            row: u32::from(writing.header),
            writing,
            named: 0,
            cells: 0,
            bytes: 0,
            formats,
            long_numbers: (0, String::new()),
        })
    }

    fn name_columns(&mut self, columns: &Columns) -> Result<(), Error> {
        if !self.writing.header || self.named == columns.len() {
            return Ok(());
        }
        // Where rows lie in a file already, the first of them cannot change.
        if self.named > 0 && self.writing.spools {
            let name = shown(columns.name(self.named as u32));
            let message = format!(
                "row {} has the column {name}, which no row before it had: name all columns in columns",
                self.row
            );
            return Err(Error::impossible("data", message));
        }
        let sheet = self.book.worksheet_from_index(0).map_err(|error| refused(&error))?;
        for (index, name) in columns.names().iter().enumerate().skip(self.named) {
            sheet.write_string(0, index as u16, name.as_str()).map_err(|error| refused(&error))?;
        }
        self.named = columns.len();
        Ok(())
    }
}

impl Sink for Sheet<'_> {
    fn row(&mut self, columns: &Columns, row: &Row<'_>) -> Result<(), Error> {
        self.name_columns(columns)?;
        if self.row >= MAX_ROWS {
            return Err(Error::impossible("to", "a sheet has at most 1,048,576 rows: write CSV, or send fewer rows"));
        }
        self.cells += row.cells.len() as u64;
        self.bytes += row.cells.iter().map(|(_, cell)| cell.text().len()).sum::<usize>();
        if self.cells > MAX_CELLS || self.bytes > MAX_BYTES {
            let message = "a spreadsheet is made as a whole, of at most 5 million cells and 256 MB of text: write CSV, or send fewer rows";
            return Err(Error::new(Code::PayloadTooLarge, message));
        }
        let sheet = self.book.worksheet_from_index(0).map_err(|error| refused(&error))?;
        let mut cells: Vec<&(u32, Cell<'_>)> = row.cells.iter().collect();
        cells.sort_by_key(|(column, _)| *column);
        for (column, cell) in cells {
            let place = Place { row: self.row, column: *column as u16 };
            if let Err(error) = place.write(sheet, cell, self.formats.as_ref(), &mut self.long_numbers) {
                let message = format!("row {}, column {}: {}", self.row, shown(columns.name(*column)), error.message());
                return Err(Error::impossible("to", message.replace("to: ", "")));
            }
        }
        self.row += 1;
        Ok(())
    }

    fn finish(&mut self, columns: &Columns, call: &Call) -> Result<(), Error> {
        self.name_columns(columns)?;
        let bytes = self.book.save_to_buffer().map_err(|error| refused(&error))?;
        let (count, first) = &self.long_numbers;
        if *count > 0 {
            let numbers = if *count == 1 { "a number of".to_owned() } else { format!("{count} numbers of") };
            let message = format!(
                "{numbers} more than {DIGITS} digits became text (the first is {first}): a spreadsheet would round it"
            );
            call.warn("number-as-text", Some("to"), message);
        }
        Ok(self.out.write_all(&bytes)?)
    }
}

/// Where a cell is written.
struct Place {
    row: u32,
    column: u16,
}

impl Place {
    fn write(
        &self,
        sheet: &mut Worksheet,
        cell: &Cell<'_>,
        formats: Option<&[Format; 2]>,
        long: &mut (u64, String),
    ) -> Result<(), Error> {
        let Self { row, column } = *self;
        let text = |sheet: &mut Worksheet, text: &str| -> Result<(), Error> {
            if text.len() > MAX_TEXT && text.chars().map(char::len_utf16).sum::<usize>() > MAX_TEXT {
                return Err(too_long());
            }
            sheet.write_string(row, column, text).map(drop).map_err(|error| refused(&error))
        };
        match cell {
            Cell::Null => Ok(()),
            Cell::Bool(value) => sheet.write_boolean(row, column, *value).map(drop).map_err(|error| refused(&error)),
            Cell::Number(number) => match kept(number) {
                Some(number) => sheet.write_number(row, column, number).map(drop).map_err(|error| refused(&error)),
                None => {
                    if long.0 == 0 {
                        long.1 = number.chars().take(40).collect();
                    }
                    long.0 += 1;
                    text(sheet, number)
                }
            },
            Cell::Text(content) => match formats.zip(date::serial(content)) {
                Some((formats, (days, timed))) => {
                    let written = sheet.write_number_with_format(row, column, days, &formats[usize::from(timed)]);
                    written.map(drop).map_err(|error| refused(&error))
                }
                None => text(sheet, content),
            },
            Cell::Json(json) => text(sheet, json),
        }
    }
}

/// The number, when a spreadsheet keeps all its digits: 15, or those of a double that was written out.
fn kept(number: &str) -> Option<f64> {
    let value: f64 = number.parse().ok().filter(|value: &f64| value.is_finite())?;
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    let significant = if number.contains('.') { digits } else { digits.trim_end_matches('0') };
    if significant.len() <= DIGITS {
        return Some(value);
    }
    let is_double = number.contains('.') && crate::rows::number::of_float(value).as_deref() == Some(number);
    is_double.then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_a_spreadsheet_keeps() {
        for number in ["0", "1.10", "-5", "123456789012345", "1e300", "0.30000000000000004", "1200000000000000000"] {
            assert!(kept(number).is_some(), "{number}");
        }
        for number in ["468768768833943385", "9007199254740993", "0.12345678901234567890", "1e400"] {
            assert!(kept(number).is_none(), "{number}");
        }
    }
}
