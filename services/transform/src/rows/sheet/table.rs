//! The table of a sheet: where it begins, what its columns are called, its rows.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use chassis::{Call, Error};

use super::book::Book;
use super::cells::{Cells, Line, letters};
use crate::rows::cell::{Cell, Columns, Row, shown};
use crate::rows::source::Source;

/// Rows that are looked at before the first comes out.
const SAMPLE: usize = 100;
/// Rows that may stand before a table.
const MAX_SKIPPED: usize = 20;

/// Rows of a sheet.
pub struct Sheet {
    cells: Cells,
    ahead: VecDeque<Line>,
    /// Columns of the sheet and their places in the table.
    places: BTreeMap<u32, u32>,
}

/// What was found in a spreadsheet.
#[derive(Debug, Clone)]
pub struct Found {
    /// The names of its sheets.
    pub sheets: Vec<String>,
    /// The name of the one that is read.
    pub sheet: String,
    /// Rows before the table.
    pub skip: u64,
    /// Whether the first row names the columns.
    pub header: bool,
}

/// Opens a sheet of a spreadsheet.
///
/// # Errors
/// When it cannot be read, or there is no such sheet.
pub fn open(
    bytes: Bytes,
    sheet: Option<&str>,
    skip: Option<u64>,
    header: Option<bool>,
    call: &Call,
) -> Result<(Sheet, Columns, Found), Error> {
    let mut book = Book::open(bytes)?;
    let (texts, styles) = (Arc::new(book.texts()?), Arc::new(book.styles()?));
    let (name, xml) = book.sheet(sheet)?;
    let mut cells = Cells::new(xml, texts, styles, book.is_1904);
    let mut ahead = VecDeque::new();
    while ahead.len() < SAMPLE {
        let Some(line) = cells.next()? else { break };
        if skip.is_none_or(|skip| line.0 > skip) {
            ahead.push_back(line);
        }
    }
    let first = if skip.is_some() { 0 } else { first_of_table(&ahead) };
    let skipped: Vec<Line> = ahead.drain(..first).collect();
    if !skipped.is_empty() {
        let rows = if first == 1 { "row".to_owned() } else { format!("{first} rows") };
        call.warn(
            "skipped-lines",
            Some("skipRows"),
            format!("the first {rows} before the table passed over; skipRows: 0 keeps all rows"),
        );
    }
    let before = ahead.front().map_or(0, |(row, _)| row - 1);
    let header = header.unwrap_or_else(|| ahead.front().is_none_or(|(_, cells)| names_columns(cells)));
    let names = if header { ahead.pop_front().map(|(_, cells)| cells).unwrap_or_default() } else { Vec::new() };
    let mut wanted: BTreeMap<u32, String> = names
        .into_iter()
        .filter(|(_, cell)| !cell.is_blank())
        .map(|(column, cell)| (column, cell.text().to_owned()))
        .collect();
    for (column, _) in ahead.iter().flat_map(|(_, cells)| cells) {
        wanted.entry(*column).or_default();
    }
    let (mut columns, mut places) = (Columns::default(), BTreeMap::new());
    let mut alike = Vec::new();
    for (column, name) in wanted {
        let name = if name.trim().is_empty() { unnamed(column) } else { name };
        let place = columns.add(name.clone())?;
        if columns.name(place) != name {
            alike.push(format!("{} is {}", shown(&name), shown(columns.name(place))));
        }
        places.insert(column, place);
    }
    if !alike.is_empty() {
        call.warn(
            "renamed-columns",
            Some("header"),
            format!("columns are called alike; the second {}", alike.join(", ")),
        );
    }
    let found = Found { sheets: book.sheets(), sheet: name, skip: before, header };
    Ok((Sheet { cells, ahead, places }, columns, found))
}

fn unnamed(column: u32) -> String {
    format!("column_{}", letters(column))
}

/// Where the table begins: at the first row with as many cells as most rows have, if those before have few.
fn first_of_table(lines: &VecDeque<Line>) -> usize {
    let mut widths: Vec<usize> = lines.iter().map(|(_, cells)| cells.len()).collect();
    widths.sort_unstable();
    let width =
        widths.chunk_by(|one, two| one == two).map(|same| (same.len(), same[0])).max().map_or(1, |(_, width)| width);
    if width < 2 {
        return 0;
    }
    let first = lines.iter().take(MAX_SKIPPED + 1).position(|(_, cells)| cells.len() * 2 > width).unwrap_or(0);
    if lines.iter().take(first).all(|(_, cells)| cells.len() <= 1 + width / 3) { first } else { 0 }
}

/// Whether a row names columns: texts, each its own.
fn names_columns(cells: &[(u32, Cell<'static>)]) -> bool {
    let numbers = cells.iter().filter(|(_, cell)| matches!(cell, Cell::Number(_) | Cell::Bool(_))).count();
    let years = cells.iter().filter(|(_, cell)| matches!(cell, Cell::Number(number) if number.len() == 4 && ("1900"..="2100").contains(&number.as_ref()))).count();
    let dates = cells
        .iter()
        .filter(|(_, cell)| matches!(cell, Cell::Text(text) if super::date::serial(text).is_some()))
        .count();
    (numbers == 0 || years == numbers && years < cells.len()) && dates * 2 <= cells.len()
}

impl Source for Sheet {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let line = match self.ahead.pop_front() {
            Some(line) => Some(line),
            None => self.cells.next()?,
        };
        let Some((_, cells)) = line else { return Ok(None) };
        // Every row has every column: a cell that is not there is an empty one.
        let mut row: Vec<(u32, Cell<'_>)> = (0..columns.len()).map(|place| (place as u32, Cell::Null)).collect();
        for (column, cell) in cells {
            match self.places.get(&column) {
                Some(place) => row[*place as usize].1 = cell,
                None => {
                    let place = columns.add(unnamed(column))?;
                    self.places.insert(column, place);
                    row.push((place, cell));
                }
            }
        }
        Ok(Some(Row { cells: row }))
    }

    fn finish(&mut self, _: &Columns, call: &Call) {
        let (count, first) = &self.cells.uncomputed;
        if *count > 0 {
            let formulas = if *count == 1 { "a formula was".to_owned() } else { format!("{count} formulas were") };
            let message = format!(
                "{formulas} never computed by the program that wrote the file (the first in {first}): null; open and save it in a spreadsheet program"
            );
            call.warn("uncomputed-formula", Some("data"), message);
        }
        let (count, first) = &self.cells.errors;
        if *count > 0 {
            let cells = if *count == 1 { "a cell is an error".to_owned() } else { format!("{count} cells are errors") };
            call.warn("error-cells", Some("data"), format!("{cells} (the first is {first}): null"));
        }
    }
}
