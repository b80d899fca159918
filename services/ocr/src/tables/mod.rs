//! Ruled tables: cells are cut along the rulings and read one by one, because the layout analysis of Tesseract loses most of
//! what stands between lines.
//!
//! | file | job |
//! | --- | --- |
//! | `mod.rs` | the operation |
//! | `rulings.rs` | long straight strokes of a picture |
//! | `grid.rs` | rulings to tables of cells |
//! | `cells.rs` | the text of each cell, in a worker |

pub(crate) mod cells;
mod grid;
mod rulings;

use std::sync::Arc;

use chassis::{Call, Error, File, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{self, Wanted, is_pdf};
use crate::engine::{Readers, SPARE};
use crate::job::{Done, Job, TablesOf};
use crate::page::Area;
use crate::reading::Manner;
use crate::recognize::english;

/// What the document says.
const DESCRIPTION: &str = "\
Finds tables drawn with rulings in a picture or a PDF, and reads each cell by itself. A cell tells its row and column, how many it spans, \
its text and confidence; `rows` has the same as lists of texts, and `csv` as a file would (RFC 4180). Cells without ink are empty. Of PDF \
pages that have text of their own that text is taken. Tables without rulings are not found.";

/// A picture or PDF with tables.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TablesRequest {
    /// The picture or PDF.
    #[serde(alias = "url", alias = "image")]
    pub file: File,
    /// Languages of the text, the main one first: `en`, `pt-BR`, `German`, or codes of Tesseract such as `deu` and `chi_sim`.
    #[serde(default = "english", deserialize_with = "crate::languages::read", alias = "language", alias = "lang")]
    #[garde(length(min = 1, max = 8), inner(length(chars, min = 2, max = 40)))]
    pub languages: Vec<String>,
    /// Pages of a PDF or TIFF, such as `1-5,9`; the first five by default. Of an animation, the frame to read.
    #[serde(default, deserialize_with = "chassis::joined")]
    #[garde(length(chars, max = 200))]
    pub pages: Option<String>,
    /// Password of an encrypted PDF.
    #[serde(default)]
    pub password: Option<Secret<String>>,
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
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// Page, from 1.
    pub page: u32,
    /// Where it is, in pixels of the page.
    #[serde(rename = "box")]
    pub area: Area,
    /// Number of rows.
    pub row_count: u32,
    /// Number of columns.
    pub column_count: u32,
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
    pub row: u32,
    /// Column, from 0.
    pub column: u32,
    /// Rows it spans.
    pub row_span: u32,
    /// Columns it spans.
    pub column_span: u32,
    /// Its text; empty when it has no ink.
    pub text: String,
    /// Mean confidence of its words, 0 to 1; null when it is empty.
    pub confidence: Option<f64>,
    /// Where it is, in pixels of the page.
    #[serde(rename = "box")]
    pub area: Area,
}

/// A request that works.
#[must_use]
pub fn example() -> TablesRequest {
    TablesRequest {
        file: File::new("table.png", "image/png", &include_bytes!("../../data/table.png")[..]),
        languages: english(),
        pages: None,
        password: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read the ruled tables of a picture or PDF, cell by cell").description(DESCRIPTION).example(example)
}

/// Pages of a PDF that are read unless more are asked for.
const PAGES: &str = "1-5";

/// Reads ruled tables.
///
/// # Errors
/// When the file cannot be read, a language is not installed, or Tesseract is not there.
pub async fn tables(request: TablesRequest, call: Arc<Call>, readers: Arc<Readers>) -> Result<TablesResponse, Error> {
    let file = &request.file;
    let password = request.password.as_ref();
    let jobs: Vec<TablesOf> = if is_pdf(file) {
        let wanted = Wanted {
            languages: &request.languages,
            pages: request.pages.as_deref(),
            default_pages: PAGES,
            password,
            manner: Manner::default(),
        };
        let survey = document::survey(&readers, &call, file, &wanted, false).await?;
        let of = |page: document::Surveyed| TablesOf {
            page: page.number,
            dpi: Some(page.dpi),
            own: page.reason.is_none().then_some(page.own),
            password: password.map(|password| password.reveal().clone()),
        };
        survey.pages.into_iter().map(of).collect()
    } else {
        let pages = document::picture_pages(&call, file, request.pages.as_deref(), PAGES)?;
        pages.into_iter().map(|page| TablesOf { page, dpi: None, own: None, password: None }).collect()
    };
    let mut tables = Vec::new();
    let mut complete = true;
    for job in jobs {
        if std::time::Instant::now() + SPARE > call.deadline() {
            complete = false;
            break;
        }
        let Done::Tables(found, whole) = readers.ask(&call, &request.languages, &Job::Tables(job), file).await? else {
            return Err(Error::internal());
        };
        tables.extend(found);
        complete &= whole;
    }
    if !complete {
        let what = "the reading before all cells were read: send fewer pages, or a part of the picture";
        readers.warn_of_time(&call, "file", what);
    }
    if tables.is_empty() {
        call.warn("no-table", Some("file"), "no table with rulings was found");
    }
    let text = tables.iter().map(text_of).collect::<Vec<_>>().join("\n\n");
    Ok(TablesResponse { count: tables.len(), tables, text })
}

fn text_of(table: &Table) -> String {
    table.rows.iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n")
}

impl Table {
    /// A table of cells.
    pub(crate) fn of(page: u32, area: Area, (rows, columns): (u32, u32), cells: Vec<Cell>) -> Self {
        let mut texts = vec![vec![String::new(); columns as usize]; rows as usize];
        for cell in &cells {
            texts[cell.row as usize][cell.column as usize].clone_from(&cell.text);
        }
        let csv = texts.iter().map(|row| row.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(",") + "\r\n");
        let csv = csv.collect();
        Self { page, area, row_count: rows, column_count: columns, cells, rows: texts, csv }
    }
}

/// A value of a CSV file.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
