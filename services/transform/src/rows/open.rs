//! From the data of a request to rows, or to a tree: what it is, in which encoding, and what it says.

use std::io::Cursor;

use bytes::Bytes;
use chassis::{Call, DataStream, Error, FileStream};
use encoding_rs::UTF_8;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cell::Columns;
use super::delimited::sniff::Known;
use super::delimited::{self, Delimited};
use super::document::xml::{Arrays, Shape};
use super::document::{query, table, toml, xml, yaml};
use super::format::Format;
use super::item;
use super::json::{Elements, Lines};
use super::retyped::retyped;
use super::sheet;
use super::source::{Ahead, Source};
use super::text::{self, TextReader};
use super::types::{self, ColumnType, SAMPLE_ROWS, Types};
use crate::tree::{self, Tree};

/// Bytes by which the kind of a file is known.
const HEAD: usize = 8 * 1024;
/// Bytes by which the encoding of what is still arriving is known.
const SAMPLE: usize = 256 * 1024;
/// A document of this size is read in a process of its own.
const SMALL: usize = 64 * 1024;

/// How data is to be read. Everything is detected; what is said counts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ReadOptions {
    /// Format of the data. By default by its content and its name.
    #[serde(default)]
    pub from: Option<Format>,
    /// Encoding of a text, such as utf-8, utf-16le or windows-1252 (a name of the WHATWG Encoding Standard).
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
    /// Types of columns: infer (default), text, or an object of column names with text, number or boolean.
    #[serde(default)]
    pub types: Types,
    /// Cells of CSV that mean nothing, such as NA or -.
    #[serde(default)]
    #[garde(length(max = 100))]
    pub null_values: Vec<String>,
    /// Sheet of a spreadsheet, by its name or its number from 1 (default 1).
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub sheet: Option<String>,
    /// Where the rows are in a document, such as data.items. By default the list it is, or the only list of objects in it.
    #[serde(default)]
    #[garde(length(chars, max = 1_000))]
    pub path: Option<String>,
    /// When children of one name in XML are a list: auto (two or more), always, or a list of paths such as order.item.
    #[serde(default)]
    pub arrays: Arrays,
    /// How XML stands in JSON.
    #[serde(default)]
    pub xml: Shape,
}

/// What was detected about the data.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Detected {
    /// Format of the data.
    pub format: String,
    /// Encoding of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Whether a byte order mark stands in front.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bom: bool,
    /// Delimiter of CSV.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// Quote character of CSV.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// Whether the first row names the columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// Lines or rows before the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_rows: Option<u64>,
    /// Decimal mark; a comma where it was not asked for is a hint: such numbers are still texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<String>,
    /// How lines end: lf, crlf or cr.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_ending: Option<String>,
    /// Sheet that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Sheets there are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<String>,
    /// Where the rows were found in a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Columns of CSV with the types their cells have in JSON.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<TypedColumn>,
}

/// A column and the type its cells have.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TypedColumn {
    /// Name of the column.
    pub name: String,
    /// Type of its cells.
    #[serde(rename = "type")]
    pub kind: ColumnType,
}

/// Rows, their columns, and what was detected.
pub struct Table {
    /// The rows.
    pub source: Box<dyn Source>,
    /// The columns known so far.
    pub columns: Columns,
    /// What was detected.
    pub detected: Detected,
}

/// What data turned out to be.
pub enum Opened {
    /// Rows.
    Rows(Table),
    /// A document.
    Document(Tree, Detected),
}

/// What is wanted of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Rows.
    Rows,
    /// Rows, whose columns must all be known before the first.
    Columns,
    /// The document, if it is one.
    Document,
}

/// The bytes of a text, wherever they are.
enum Content {
    Here(Bytes),
    Arriving(FileStream),
}

impl Content {
    fn of(data: &DataStream) -> Self {
        match data {
            DataStream::Json(json) => Self::Here(Bytes::copy_from_slice(json.get().as_bytes())),
            DataStream::Text(text) => Self::Here(Bytes::copy_from_slice(text.as_bytes())),
            DataStream::File(file) => Self::Arriving(file.clone()),
        }
    }

    fn head(&self, bytes: usize) -> Result<Bytes, Error> {
        match self {
            Self::Here(all) => Ok(all.slice(..bytes.min(all.len()))),
            Self::Arriving(file) => file.peek(bytes),
        }
    }

    /// Whether all of it is here.
    fn is_here(&self) -> bool {
        !matches!(self, Self::Arriving(file) if file.is_live())
    }

    fn whole(&self) -> Result<Bytes, Error> {
        match self {
            Self::Here(all) => Ok(all.clone()),
            Self::Arriving(file) => file.whole(),
        }
    }
}

/// What the data of a request is.
struct Kind {
    format: Format,
    encoding: &'static encoding_rs::Encoding,
    bom: bool,
}

/// The media type of bytes that are no text; none for text.
#[must_use]
pub fn binary(head: &[u8]) -> Option<&'static str> {
    let known = infer::get(head).map(|kind| kind.mime_type()).filter(|kind| !kind.starts_with("text/"));
    // These begin like text.
    if head.starts_with(b"%PDF-") || head.starts_with(b"{\\rtf") {
        return known;
    }
    // A table may begin with BM or MZ, but has no such characters.
    let has_controls = head.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31));
    let encoding = text::detect(head, false).encoding;
    if !has_controls || encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE {
        return None;
    }
    known.or(Some("application/octet-stream"))
}

fn kind(data: &DataStream, content: &Content, options: &ReadOptions) -> Result<Kind, Error> {
    let utf8 = |format| Ok(Kind { format, encoding: UTF_8, bom: false });
    if let DataStream::Json(_) = data {
        return match options.from {
            None | Some(Format::Json | Format::Ndjson) => utf8(Format::Json),
            Some(other) => {
                let message = format!("the data is JSON; to read it as {}, send it as text or as a file", other.name());
                Err(Error::impossible("from", message))
            }
        };
    }
    let head = content.head(HEAD)?;
    if sheet::is_archive(&head) || sheet::is_old(&head) {
        return utf8(Format::Xlsx);
    }
    if options.from == Some(Format::Xlsx) {
        return Err(Error::impossible("data", "is no XLSX: it is no zip archive"));
    }
    if let Some(kind) = binary(&head).filter(|_| options.encoding.is_none()) {
        return Err(Error::impossible("data", format!("is no data that is read here, but {kind}")));
    }
    let charset = match (&options.encoding, data) {
        (Some(label), _) if !label.trim().is_empty() => {
            let encoding = text::named("encoding", label)?;
            let bom = encoding_rs::Encoding::for_bom(&head).map_or(0, |(_, length)| length);
            text::Charset { encoding, bom }
        }
        (_, DataStream::Text(_)) => text::Charset { encoding: UTF_8, bom: 0 },
        _ => match content.is_here() {
            true => text::detect(&content.whole()?, true),
            false => text::detect(&content.head(SAMPLE)?, false),
        },
    };
    let said = match data {
        DataStream::File(file) => Format::said(file.name(), file.content_type()),
        _ => None,
    };
    let format = options.from.or(said).unwrap_or_else(|| {
        let (sample, ..) = charset.encoding.decode(&head);
        Format::looks_like(&sample)
    });
    Ok(Kind { format, encoding: charset.encoding, bom: charset.bom > 0 })
}

/// Whether data is to be read in a process of its own: spreadsheets, and documents that are not small. Looks at the start alone.
#[must_use]
pub fn is_for_worker(data: &DataStream, options: &ReadOptions) -> bool {
    let head = match data {
        DataStream::Json(_) => return false,
        DataStream::Text(text) => Bytes::copy_from_slice(&text.as_bytes()[..text.len().min(SMALL + 1)]),
        DataStream::File(file) => match file.peek(SMALL + 1) {
            Ok(head) => head,
            Err(_) => return false,
        },
    };
    if sheet::is_archive(&head) || sheet::is_old(&head) {
        return true;
    }
    if head.len() <= SMALL {
        return false;
    }
    let said = match data {
        DataStream::File(file) => Format::said(file.name(), file.content_type()),
        _ => None,
    };
    let start = &head[..HEAD];
    let looked = || Format::looks_like(&text::detect(start, false).encoding.decode(start).0);
    let format = options.from.or(said).unwrap_or_else(looked);
    matches!(format, Format::Xml | Format::Yaml | Format::Toml)
}

/// A character of CSV that a request names.
fn character(field: &str, name: &str) -> Result<u8, Error> {
    let named = match name.trim().to_ascii_lowercase().as_str() {
        "comma" => Some(b','),
        "semicolon" => Some(b';'),
        "tab" | "\\t" => Some(b'\t'),
        "pipe" | "bar" => Some(b'|'),
        "colon" => Some(b':'),
        "space" => Some(b' '),
        "double" => Some(b'"'),
        "single" => Some(b'\''),
        _ => None,
    };
    let single = match name.as_bytes() {
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'\n' | b'\r' | 0) => Some(*byte),
        _ => None,
    };
    single.or(named).ok_or_else(|| {
        Error::impossible(field, "must be one ASCII character that is no letter or digit, such as , or ;")
    })
}

/// The delimiter a request names for a text that is written.
///
/// # Errors
/// When it is no character that can be one.
pub fn delimiter(field: &str, name: &str) -> Result<u8, Error> {
    let delimiter = character(field, name)?;
    if matches!(delimiter, b'"' | b'-' | b'+' | b'.') {
        return Err(Error::impossible(field, "must be a character that tells fields apart, such as , or ;"));
    }
    Ok(delimiter)
}

/// A way to write a character that shows in JSON.
fn written(byte: u8) -> String {
    char::from(byte).to_string()
}

fn reading(options: &ReadOptions, format: Format) -> Result<delimited::Reading, Error> {
    let delimiter = match options.delimiter.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => Some(delimiter("delimiter", name)?),
        None => (format == Format::Tsv).then_some(b'\t'),
    };
    let quote = match options.quote.as_deref() {
        None => None,
        Some(name) if name.is_empty() || name.trim().eq_ignore_ascii_case("none") => Some(None),
        Some(name) => Some(Some(character("quote", name)?)),
    };
    if quote.flatten().is_some() && quote.flatten() == delimiter {
        return Err(Error::impossible("quote", "is the delimiter too"));
    }
    let known = Known { delimiter, quote, skip: options.skip_rows, header: options.header };
    let decimal = options.decimal.as_deref().filter(|mark| !mark.trim().is_empty());
    let decimal = decimal.map(|mark| types::decimal(Some(mark))).transpose()?;
    Ok(delimited::Reading { known, types: options.types.clone(), decimal, nulls: options.null_values.clone() })
}

/// Opens the data of a request.
///
/// # Errors
/// When it cannot be read as what it is, or the request asks for what is not there.
pub fn open(data: &DataStream, options: &ReadOptions, want: Want, call: &Call) -> Result<Opened, Error> {
    let content = Content::of(data);
    let Kind { format, encoding, bom } = kind(data, &content, options)?;
    let mut detected = Detected { format: format.name().to_owned(), bom, ..Detected::default() };
    if format == Format::Xlsx {
        let opened = sheet::open(content.whole()?, options.sheet.as_deref(), options.skip_rows, options.header, call)?;
        let (source, columns, found) = opened;
        detected.sheet = Some(found.sheet);
        detected.sheets = found.sheets;
        detected.skip_rows = Some(found.skip);
        detected.header = Some(found.header);
        let source = retyped(Box::new(source), &options.types);
        return Ok(Opened::Rows(ahead(Table { source, columns, detected }, want)?));
    }
    if !matches!(data, DataStream::Json(_)) {
        detected.encoding = Some(encoding.name().to_ascii_lowercase());
    }
    let text = |bytes: Bytes| TextReader::new(Cursor::new(bytes), encoding);
    let reader = match &content {
        Content::Arriving(file) if !content.is_here() => TextReader::new(file.reader(), encoding),
        content => text(content.whole()?),
    };
    match format {
        Format::Csv | Format::Tsv => {
            let (source, columns, found) = Delimited::open(reader, &reading(options, format)?, call)?;
            let types = columns.names().iter().zip(source.types());
            detected.types = types.map(|(name, kind)| TypedColumn { name: name.clone(), kind }).collect();
            detected.delimiter = Some(written(found.found.dialect.delimiter));
            detected.quote = found.found.dialect.quote.map(written);
            detected.header = Some(found.found.header);
            detected.skip_rows = Some(found.found.skip);
            detected.decimal = Some(found.decimal.to_string());
            detected.line_ending = Some(found.line_ending.to_owned());
            Ok(Opened::Rows(Table { source: Box::new(source), columns, detected }))
        }
        Format::Ndjson => {
            let mut columns = Columns::default();
            let source: Box<dyn Source> = match want {
                Want::Columns if content.is_here() => {
                    // Twice over what is here costs less than keeping it.
                    count_columns(&mut Lines::new(text(content.whole()?)), &mut columns, call)?;
                    Box::new(Lines::new(reader))
                }
                Want::Columns => Box::new(Ahead::of(Box::new(Lines::new(reader)), &mut columns, SAMPLE_ROWS)?),
                _ => Box::new(Lines::new(reader)),
            };
            Ok(Opened::Rows(Table { source: retyped(source, &options.types), columns, detected }))
        }
        _ => {
            // A document is read as a whole.
            let here = content.whole()?;
            let text = match content.is_here() {
                true => text(here).all()?,
                false => reader.all()?,
            };
            document(text, format, options, want, detected, call)
        }
    }
}

fn document(
    text: String,
    format: Format,
    options: &ReadOptions,
    want: Want,
    mut detected: Detected,
    call: &Call,
) -> Result<Opened, Error> {
    let is_list = || text.trim_start_matches('\u{feff}').trim_start().starts_with('[');
    if format == Format::Json && want != Want::Document && options.path.is_none() && is_list() {
        let mut columns = Columns::default();
        let mut source = Elements::of(text)?;
        source.unwrap_items();
        if want == Want::Columns {
            count_columns(&mut source, &mut columns, call)?;
            source.rewind();
        }
        return Ok(Opened::Rows(Table { source: retyped(Box::new(source), &options.types), columns, detected }));
    }
    let tree = match format {
        Format::Xml => xml::read(&text, options.xml, &options.arrays)?,
        Format::Yaml => yaml::read(&text)?,
        Format::Toml => toml::read(&text)?,
        Format::Query => query::read(&text)?,
        _ => tree::read(&text).map_err(|error| Error::impossible("data", error.to_string()))?,
    };
    if want == Want::Document {
        let tree = match &options.path {
            Some(path) => table::at(&tree, path)?.clone(),
            None => tree,
        };
        return Ok(Opened::Document(tree, detected));
    }
    let tree = if options.path.is_none() { item::unwrapped(&tree, call) } else { &tree };
    let (rows, columns, path) = table::rows(tree, options.path.as_deref(), call)?;
    detected.path = path;
    Ok(Opened::Rows(Table { source: retyped(Box::new(rows), &options.types), columns, detected }))
}

/// The rows of data that may be nothing else.
///
/// # Errors
/// As [`open`].
pub fn rows(data: &DataStream, options: &ReadOptions, want: Want, call: &Call) -> Result<Table, Error> {
    let want = if want == Want::Document { Want::Rows } else { want };
    match open(data, options, want, call)? {
        Opened::Rows(mut table) => {
            if want == Want::Columns {
                table.columns.open_if_empty();
            }
            Ok(table)
        }
        Opened::Document(..) => Err(Error::internal()),
    }
}

fn count_columns(source: &mut dyn Source, columns: &mut Columns, call: &Call) -> Result<(), Error> {
    let mut rows: u64 = 0;
    while source.next(columns)?.is_some() {
        rows += 1;
        if rows.is_multiple_of(4096) {
            call.check()?;
        }
    }
    Ok(())
}

/// Looks ahead where all columns must be known.
fn ahead(mut table: Table, want: Want) -> Result<Table, Error> {
    if want == Want::Columns {
        table.source = Box::new(Ahead::of(table.source, &mut table.columns, SAMPLE_ROWS)?);
    }
    Ok(table)
}
