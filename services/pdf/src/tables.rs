//! The tables of a document: cells as rows of texts, and as CSV.

use chassis::{Call, Code, Error, File, Operation, Secret};
use documents::{PageText, Table as Found, TableMethod as By};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::continued::{Piece, joined};
use crate::document::Selection;
use crate::input;
use crate::separators::{open, refused};
use crate::text::TextBox;

/// Cells of an answer.
const MAX_CELLS: usize = 100_000;
/// Bytes of text of an answer.
const MAX_TEXT: usize = 8 << 20;

/// What the document says.
const DESCRIPTION: &str = "\
Finds the tables of pages that have text. Those drawn with lines or colored cells (`lattice`) are read cell by cell, merged cells \
included, with a confidence of 1, or a little less where words had to part what no line does. Those without (`stream`) are rows of words \
whose gaps stand above each other: a guess, whose confidence is below 1 and never certain. A cell tells its row and column, how many it \
spans and its text; `rows` has the same as lists of texts, and `csv` as a file would (RFC 4180). A table that goes on on the next page \
is one, its repeated head left out, unless `joinPages` is false. Scans have no text: send them to ocr.";

/// A document with tables.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TablesRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Pages, such as `1-3,5,-1`; all by default.
    #[serde(default, deserialize_with = "chassis::joined", alias = "page")]
    #[garde(length(chars, max = 2000))]
    pub pages: Option<String>,
    /// How tables are looked for.
    #[serde(default)]
    pub method: TableMethod,
    /// Tables that are less likely are left out, 0 to 1; lower finds more, and more that are none.
    #[serde(default = "half")]
    #[garde(range(min = 0.0, max = 1.0))]
    pub min_confidence: f64,
    /// Whether a table that goes on on the next page is one.
    #[serde(default = "yes")]
    pub join_pages: bool,
}

fn half() -> f64 {
    0.5
}

fn yes() -> bool {
    true
}

/// How tables are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TableMethod {
    /// By lines, and by gaps where there are none.
    #[default]
    Auto,
    /// By lines and colored cells only.
    #[serde(alias = "lines", alias = "ruled")]
    Lattice,
    /// By the gaps between words only.
    #[serde(alias = "text", alias = "gaps")]
    Stream,
}

/// The tables that were found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TablesResponse {
    /// Number of tables.
    pub count: usize,
    /// Tables, page by page from the top.
    pub tables: Vec<Table>,
    /// The text of all of them: cells apart by tabs, rows by line breaks, tables by an empty line.
    pub text: String,
    /// Number of pages of the document.
    pub page_count: usize,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// Page, counted from 1.
    pub page: usize,
    /// Page it ends on; `box` is that on the page it begins on.
    pub last_page: usize,
    /// Its box.
    #[serde(rename = "box")]
    pub bounds: TextBox,
    /// How it was found.
    pub method: TableMethod,
    /// How likely it is that this is a table of these cells, 0 to 1; 1 where lines part all of them.
    pub confidence: f64,
    /// Number of rows.
    pub row_count: usize,
    /// Number of columns.
    pub column_count: usize,
    /// Rows at the top that are heads of columns; 0 where nothing tells.
    pub header_rows: usize,
    /// Cells, row by row.
    pub cells: Vec<Cell>,
    /// The texts of the cells; where a cell spans several places, it is in the first.
    pub rows: Vec<Vec<String>>,
    /// The same as CSV (RFC 4180).
    pub csv: String,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// Row, from 0.
    pub row: usize,
    /// Column, from 0.
    pub column: usize,
    /// Rows it spans.
    pub row_span: usize,
    /// Columns it spans.
    pub column_span: usize,
    /// Its text.
    pub text: String,
    /// Page, counted from 1.
    pub page: usize,
    /// Its box.
    #[serde(rename = "box")]
    pub bounds: TextBox,
}

/// A request that works.
#[must_use]
pub fn example() -> TablesRequest {
    TablesRequest {
        file: File::new("table.pdf", "application/pdf", &include_bytes!("../data/table.pdf")[..]),
        password: None,
        pages: None,
        method: TableMethod::Auto,
        min_confidence: half(),
        join_pages: true,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::reads_document(op)
        .summary("Read the tables of a PDF as rows and CSV")
        .description(DESCRIPTION)
        .example(example)
}

/// Reads the tables of a document.
///
/// # Errors
/// When the document cannot be opened, has not these pages, or has more cells than an answer takes.
pub fn tables(request: TablesRequest, call: &Call) -> Result<TablesResponse, Error> {
    let document = open(&request.file, request.password.as_ref())?;
    let selection = Selection::read("pages", request.pages.as_deref(), document.page_count())?;
    let reader = document.reader();
    let method = match request.method {
        TableMethod::Auto => By::Auto,
        TableMethod::Lattice => By::Lattice,
        TableMethod::Stream => By::Stream,
    };
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut cells, mut needs_ocr) = (0, false);
    for page in selection.0 {
        call.check()?;
        let (text, mut found) = reader.tables(page, method).map_err(|error| refused(page, error))?;
        needs_ocr |= text.needs_ocr().is_some();
        found.retain(|table| table.confidence >= request.min_confidence);
        cells += found.iter().map(|table| table.cells.len()).sum::<usize>();
        if cells > MAX_CELLS {
            let message = format!("have tables of more than {MAX_CELLS} cells: ask for some pages at a time");
            return Err(Error::field(Code::PayloadTooLarge, "pages", message));
        }
        pieces.extend(on_page(page + 1, &text, found));
    }
    let tables: Vec<Table> =
        if request.join_pages { joined(pieces) } else { pieces.into_iter().map(|piece| piece.table).collect() };
    if needs_ocr {
        let message = "some pages have text that cannot be read as such (needsOcr): send them to ocr";
        call.warn("needs-ocr", Some("file"), message);
    }
    if tables.is_empty() {
        call.warn("no-table", Some("file"), "no table was found");
    }
    let text = tables.iter().map(text_of).collect::<Vec<_>>().join("\n\n");
    if text.len() > MAX_TEXT {
        let message = format!("have tables of more than {} MB of text: ask for some pages at a time", MAX_TEXT >> 20);
        return Err(Error::field(Code::PayloadTooLarge, "pages", message));
    }
    Ok(TablesResponse { count: tables.len(), tables, text, page_count: document.page_count() })
}

fn text_of(table: &Table) -> String {
    table.rows.iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n")
}

/// The tables of a page, with what tells whether they go on.
fn on_page(number: usize, text: &PageText, found: Vec<Found>) -> Vec<Piece> {
    let outside: Vec<documents::Bounds> = text
        .words()
        .map(|word| word.bounds)
        .filter(|word| !found.iter().any(|table| table.bounds.holds_center_of(word)))
        .collect();
    let last = found.len().saturating_sub(1);
    let mut pieces = Vec::with_capacity(found.len());
    for (index, table) in found.into_iter().enumerate() {
        // What stands in the margins of the page is its number and the like.
        let (head, foot) = (0.1 * text.height, 0.9 * text.height);
        let above = outside.iter().any(|word| word.bottom <= table.bounds.top && word.top > head);
        let below = outside.iter().any(|word| word.top >= table.bounds.bottom && word.bottom < foot);
        pieces.push(Piece {
            borders: table.columns.clone(),
            first_on_page: index == 0 && !above,
            last_on_page: index == last && !below,
            table: Table::of(number, table),
        });
    }
    pieces
}

impl Table {
    fn of(page: usize, found: Found) -> Self {
        let (row_count, column_count) = (found.row_count(), found.column_count());
        let cells = found.cells.into_iter().map(|cell| Cell {
            row: cell.row,
            column: cell.column,
            row_span: cell.row_span,
            column_span: cell.column_span,
            text: cell.text,
            page,
            bounds: cell.bounds.into(),
        });
        let mut table = Self {
            page,
            last_page: page,
            bounds: found.bounds.into(),
            method: if found.ruled { TableMethod::Lattice } else { TableMethod::Stream },
            confidence: found.confidence,
            row_count,
            column_count,
            header_rows: found.header_rows,
            cells: cells.collect(),
            rows: Vec::new(),
            csv: String::new(),
        };
        table.write();
        table
    }

    /// Writes rows and CSV of the cells.
    pub(crate) fn write(&mut self) {
        let mut rows = vec![vec![String::new(); self.column_count]; self.row_count];
        for cell in &self.cells {
            rows[cell.row][cell.column].clone_from(&cell.text);
        }
        let csv = rows.iter().map(|row| row.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(",") + "\r\n");
        self.csv = csv.collect();
        self.rows = rows;
    }
}

/// A value of a CSV file.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
