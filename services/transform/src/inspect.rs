//! Say what data is, before anything is done with it.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use chassis::{Call, Cost, DataStream, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::cell::{Cell, Columns, Row};
use crate::rows::document::xml;
use crate::rows::format::Format;
use crate::rows::open::{self, Detected, Opened, ReadOptions, Want};
use crate::rows::types::Types;
use crate::rows::{number, sheet};
use crate::tree::Tree;

/// Bytes by which the kind of a file is known.
const HEAD: usize = 8 * 1024;
/// Values that are told apart.
const MAX_DISTINCT: usize = 10_000;
/// Values that are shown of a column, and characters of each.
const EXAMPLES: usize = 3;
const EXAMPLE_CHARS: usize = 100;
/// Columns that are described.
const MAX_COLUMNS: usize = 1_000;

/// What the document says.
const DESCRIPTION: &str = "\
Says what a file or text is: its format, whatever it is called; of a table encoding, delimiter, quote, header, lines before it, decimal mark, \
columns with their types, how many cells are empty and different, least and greatest number, lengths, examples; of a spreadsheet its sheets; \
of any other file its media type. Takes the options of `convert`, so that a mistake of the detection can be put right and tried. A table \
sent as the body is read as it arrives, up to 1 GB.";

/// Data to look at.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct InspectRequest {
    /// The data: text, a file, or JSON itself.
    #[serde(alias = "file", alias = "rows", alias = "json", alias = "input", alias = "text", alias = "url")]
    pub data: DataStream,
    /// Format of the data. By default by its content and its name.
    #[serde(default)]
    pub from: Option<Format>,
    /// Encoding of a text, such as utf-8 or windows-1252.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub encoding: Option<String>,
    /// Delimiter of CSV: one ASCII character, or comma, semicolon, tab, pipe, colon, space.
    #[serde(default)]
    #[garde(length(chars, max = 12))]
    pub delimiter: Option<String>,
    /// Quote character of CSV: one ASCII character, or none.
    #[serde(default)]
    #[garde(length(chars, max = 12))]
    pub quote: Option<String>,
    /// Whether the first row of a table names the columns.
    #[serde(default)]
    pub header: Option<bool>,
    /// Lines (rows of a sheet) to pass over before the table.
    #[serde(default)]
    #[garde(range(max = 1_000_000))]
    pub skip_rows: Option<u64>,
    /// Decimal mark of numbers in CSV, . or , (default .).
    #[serde(default)]
    #[garde(length(chars, max = 8))]
    pub decimal: Option<String>,
    /// Cells of CSV that mean nothing, such as NA or -.
    #[serde(default)]
    #[garde(length(max = 100))]
    pub null_values: Vec<String>,
    /// Sheet of a spreadsheet, by its name or its number from 1 (default 1).
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub sheet: Option<String>,
    /// Where the rows are in a document, such as data.items.
    #[serde(default)]
    #[garde(length(chars, max = 1_000))]
    pub path: Option<String>,
    /// Rows that are looked at, at most. By default all.
    #[serde(default)]
    pub limit: Option<u64>,
}

impl InspectRequest {
    fn read(&self) -> ReadOptions {
        ReadOptions {
            from: self.from,
            encoding: self.encoding.clone(),
            delimiter: self.delimiter.clone(),
            quote: self.quote.clone(),
            header: self.header,
            skip_rows: self.skip_rows,
            decimal: self.decimal.clone(),
            types: Types::Infer,
            null_values: self.null_values.clone(),
            sheet: self.sheet.clone(),
            path: self.path.clone(),
            arrays: xml::Arrays::Auto,
            xml: xml::Shape::Handy,
        }
    }
}

/// What data is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InspectResponse {
    /// Format: csv, tsv, ndjson, json, xlsx, xml, yaml, toml, query; of another file the usual end of its name, such as pdf.
    pub format: String,
    /// Media type.
    pub content_type: String,
    /// What was detected, of a format that is read.
    pub detected: Option<Detected>,
    /// Rows of a table that were looked at.
    pub row_count: Option<u64>,
    /// Columns of a table, the first 1,000.
    pub columns: Vec<ColumnProfile>,
}

/// What is in a column.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnProfile {
    /// Name.
    pub name: String,
    /// What its cells are: text, number, boolean, json (lists and objects), mixed, or empty.
    #[serde(rename = "type")]
    pub kind: String,
    /// Cells that are missing, null or empty.
    pub empty: u64,
    /// Different values, up to 10,000; more are null.
    pub distinct: Option<u64>,
    /// Least number.
    pub min: Option<Tree>,
    /// Greatest number.
    pub max: Option<Tree>,
    /// Characters of the shortest text.
    pub min_length: Option<u64>,
    /// Characters of the longest text.
    pub max_length: Option<u64>,
    /// The first different values.
    pub examples: Vec<Tree>,
}

fn example() -> InspectRequest {
    let text = "Extract of 2025-01-06\nLand;Position;Amount;Day\nPeru;\"-9.19;-75.02\";3100,5;05/08/21\n";
    InspectRequest {
        data: DataStream::Text(text.to_owned()),
        from: None,
        encoding: None,
        delimiter: None,
        quote: None,
        header: None,
        skip_rows: None,
        decimal: None,
        null_values: Vec::new(),
        sheet: None,
        path: None,
        limit: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Say what a file or text is, and what is in its columns")
        .description(DESCRIPTION)
        .cost(Cost::Heavy)
        .isolated_when(|request: &InspectRequest| {
            open::is_for_worker(&request.data, &request.read()).then(chassis::Confinement::default)
        })
        .example(example)
}

/// Says what data is.
///
/// # Errors
/// When it is broken.
pub fn inspect(request: InspectRequest, call: &Call) -> Result<InspectResponse, Error> {
    if let Some(other) = other_file(&request)? {
        return Ok(other);
    }
    let read = request.read();
    let opened = match open::open(&request.data, &read, Want::Rows, call)? {
        Opened::Rows(table) => table,
        Opened::Document(..) => return Err(Error::internal()),
    };
    let (mut source, mut columns, detected) = (opened.source, opened.columns, opened.detected);
    let mut profiles: Vec<Profile> = Vec::new();
    let mut rows = 0;
    while request.limit.is_none_or(|limit| rows < limit) {
        let Some(row) = source.next(&mut columns)? else { break };
        rows += 1;
        see(&mut profiles, &columns, &row);
        if rows.is_multiple_of(1024) {
            call.check()?;
        }
    }
    source.finish(&columns, call);
    profiles.resize_with(columns.len().min(MAX_COLUMNS), Profile::default);
    let format = detected.format.clone();
    let content_type = content_type(&format);
    let described = profiles.into_iter().zip(columns.names()).map(|(profile, name)| profile.finish(name, rows));
    Ok(InspectResponse {
        content_type,
        format,
        row_count: Some(rows),
        columns: described.collect(),
        detected: Some(detected),
    })
}

fn content_type(format: &str) -> String {
    let formats = [
        Format::Json,
        Format::Ndjson,
        Format::Csv,
        Format::Tsv,
        Format::Xlsx,
        Format::Xml,
        Format::Yaml,
        Format::Toml,
        Format::Query,
    ];
    let known = formats.into_iter().find(|known| known.name() == format);
    known.map_or("application/octet-stream", Format::media_type).to_owned()
}

/// A file that is no data: named by its first bytes.
fn other_file(request: &InspectRequest) -> Result<Option<InspectResponse>, Error> {
    let DataStream::File(file) = &request.data else { return Ok(None) };
    if request.from.is_some() || request.encoding.is_some() {
        return Ok(None);
    }
    let head = file.peek(HEAD)?;
    let kind = infer::get(&head);
    let is_sheet = |kind: &infer::Type| kind.extension() == "xlsx" || kind.mime_type() == "application/zip";
    if sheet::is_archive(&head)
        && kind.as_ref().is_none_or(is_sheet)
        && (kind.as_ref().is_some_and(|kind| kind.extension() == "xlsx") || names_sheets(&head))
    {
        return Ok(None);
    }
    let start = String::from_utf8_lossy(&head[..head.len().min(100)]).trim_start().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Ok(Some(other("html", "text/html")));
    }
    let Some(content_type) = open::binary(&head) else { return Ok(None) };
    let format = kind.map_or("bin", |kind| kind.extension());
    Ok(Some(other(format, content_type)))
}

/// A file that is not read here.
fn other(format: &str, content_type: &str) -> InspectResponse {
    InspectResponse {
        format: format.to_owned(),
        content_type: content_type.to_owned(),
        detected: None,
        row_count: None,
        columns: Vec::new(),
    }
}

/// Whether the start of an archive names parts of a spreadsheet.
fn names_sheets(head: &[u8]) -> bool {
    let contains = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    contains(b"xl/") || contains(b"[Content_Types].xml") && !contains(b"word/") && !contains(b"ppt/")
}

fn see(profiles: &mut Vec<Profile>, columns: &Columns, row: &Row<'_>) {
    if profiles.len() < columns.len().min(MAX_COLUMNS) {
        profiles.resize_with(columns.len().min(MAX_COLUMNS), Profile::default);
    }
    for (column, cell) in &row.cells {
        if let Some(profile) = profiles.get_mut(*column as usize) {
            profile.see(cell);
        }
    }
}

/// What has been seen of a column.
#[derive(Default)]
struct Profile {
    texts: u64,
    numbers: u64,
    booleans: u64,
    json: u64,
    hasher: RandomState,
    distinct: HashSet<u64>,
    too_many: bool,
    min: Option<(f64, String)>,
    max: Option<(f64, String)>,
    lengths: Option<(u64, u64)>,
    examples: Vec<Tree>,
}

impl Profile {
    fn see(&mut self, cell: &Cell<'_>) {
        if cell.is_blank() {
            return;
        }
        match cell {
            Cell::Null => {}
            Cell::Bool(_) => self.booleans += 1,
            Cell::Json(_) => self.json += 1,
            Cell::Text(text) => {
                self.texts += 1;
                let length = text.chars().count() as u64;
                let (least, most) = self.lengths.unwrap_or((length, length));
                self.lengths = Some((least.min(length), most.max(length)));
            }
            Cell::Number(text) => {
                self.numbers += 1;
                let value: f64 = text.parse().unwrap_or_default();
                if self.min.as_ref().is_none_or(|(least, _)| value < *least) {
                    self.min = Some((value, text.to_string()));
                }
                if self.max.as_ref().is_none_or(|(most, _)| value > *most) {
                    self.max = Some((value, text.to_string()));
                }
            }
        }
        if self.too_many {
            return;
        }
        let new = self.distinct.insert(self.hasher.hash_one((std::mem::discriminant(cell), cell.text())));
        if new && self.examples.len() < EXAMPLES {
            self.examples.push(shown(cell));
        }
        self.too_many = self.distinct.len() > MAX_DISTINCT;
    }

    fn finish(self, name: &str, rows: u64) -> ColumnProfile {
        let filled = self.texts + self.numbers + self.booleans + self.json;
        let kind = match filled {
            0 => "empty",
            all if all == self.texts => "text",
            all if all == self.numbers => "number",
            all if all == self.booleans => "boolean",
            all if all == self.json => "json",
            _ => "mixed",
        };
        let number =
            |end: Option<(f64, String)>| end.and_then(|(_, text)| crate::tree::Number::parse(&text)).map(Tree::from);
        ColumnProfile {
            name: name.to_owned(),
            kind: kind.to_owned(),
            empty: rows - filled,
            distinct: (!self.too_many).then_some(self.distinct.len() as u64),
            min: number(self.min),
            max: number(self.max),
            min_length: self.lengths.map(|(least, _)| least),
            max_length: self.lengths.map(|(_, most)| most),
            examples: self.examples,
        }
    }
}

/// A value as an example: short.
fn shown(cell: &Cell<'_>) -> Tree {
    match cell {
        Cell::Bool(value) => Tree::Bool(*value),
        Cell::Number(text) if number::is_json(text) => crate::tree::Number::parse(text).into(),
        cell => {
            let text = cell.text();
            let short: String = text.chars().take(EXAMPLE_CHARS).collect();
            if short.len() < text.len() { format!("{short}…").into() } else { short.into() }
        }
    }
}
