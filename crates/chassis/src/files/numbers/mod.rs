//! Bulk numbers of a request: a list in its JSON, or a file. This page is the one place that says how.
//!
//! | comes as | what is read |
//! | --- | --- |
//! | list in JSON | numbers `[1, 2.5, null]`, or rows of equal length `[[1, 2], [3, 4]]`; a number by itself |
//! | text in JSON, a form or a query | numbers as CSV, also in one line: `1,2,3`; or an address of a file, or base64 |
//! | CSV | a column, by its name or its number from 1; or all columns as rows |
//! | NDJSON, or a JSON list in a file | numbers, lists, or objects whose members are columns |
//! | raw | doubles of 64 bits, little-endian, row by row; `shape` says how many rows and columns |
//!
//! A file comes as all files do: URL, data URI, base64, id, part, the body itself. What it is: what the operation is told
//! (`format`); else `.f64` is raw, and so is what is no text; what begins with `[` or `{` is JSON; all else is CSV. The
//! media type does not count: most tools call everything `application/octet-stream`.
//!
//! Missing is `null`, an empty cell, `NaN`, `NA`, `N/A`, `null` or `none`, an absent member, a raw NaN: an error that
//! names its place, or skipped (in a column the number, in a matrix its row), or kept as NaN. What is infinite or larger than a double is
//! an error. One row alone is a column when a column is asked for. Reading is bounded: 20 million numbers, 100,000
//! columns (a row alone may be longer).
//!
//! Bytes are parsed when the operation asks, on the pool, straight into the numbers; the way a list in JSON takes
//! through the decoder is good for thousands and bounded to millions, files are for more.
//!
//! | file | job |
//! | --- | --- |
//! | `inline.rs` | what a request has where numbers are wanted |
//! | `csv.rs` | CSV |
//! | `json.rs` | NDJSON and lists |
//! | `table.rs` | rows of equal length; columns found |

mod csv;
mod inline;
mod json;
mod table;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::file::File;
use crate::error::Error;
pub use table::Matrix;
use table::{Builder, Fault, Gathered, counted, find_columns};

/// Numbers of one input.
const MAX_NUMBERS: usize = 20_000_000;
/// Columns of more than one row.
const MAX_COLUMNS: usize = 100_000;
/// Bytes of a file that are looked at to tell text from raw numbers.
const LOOKED_AT: usize = 4 * 1024;

/// Numbers of a request, many or few: a list in its JSON, or a file with CSV, NDJSON or raw doubles. The operation asks
/// for them as a [`column`](Self::column) or a [`matrix`](Self::matrix), and only then a file is read.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// Where they stand in the request, for errors.
    field: String,
    input: Input,
}

#[derive(Debug, Clone)]
enum Input {
    List(List),
    Text(String),
    File(File),
}

/// Numbers in JSON; a missing one is a NaN.
#[derive(Debug, Clone, Default)]
struct List {
    values: Vec<f64>,
    /// Numbers of a row; none when there are no rows.
    width: Option<usize>,
}

/// How an operation wants its numbers. The default takes what there is, and no missing ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct NumbersOptions<'a> {
    /// The columns wanted, in this order: names (of a header or of members) or numbers from 1. Empty for all there are.
    pub columns: &'a [String],
    /// What becomes of missing numbers.
    pub missing: Missing,
    /// What a file is; found out when it is not said.
    pub format: Option<NumbersFormat>,
    /// Whether the first line of CSV is a header. When it is not said: when it has nothing like a
    /// number, or a name in `columns`.
    pub header: Option<bool>,
    /// What separates the cells of CSV. When it is not said, the first of tab, `;`, `|` and `,` that the first line has.
    pub delimiter: Option<Delimiter>,
    /// Whether the decimal mark is a comma, in CSV and in texts in JSON. There is no mark for thousands.
    pub decimal_comma: bool,
    /// Rows and columns: lays out a list or raw numbers row by row; what has rows already must have these.
    pub shape: Option<[usize; 2]>,
}

/// What becomes of missing numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// They are an error, which names the first.
    #[default]
    Refuse,
    /// They are left out: from a column the number, from a matrix the row.
    Skip,
    /// They stay in their places, as NaN.
    Keep,
}

/// What a file of numbers is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NumbersFormat {
    /// Comma-separated values (RFC 4180), with other delimiters too.
    Csv,
    /// A JSON value a line, or one list of them.
    Ndjson,
    /// Doubles of 64 bits (IEEE 754 binary64), little-endian, row by row.
    F64,
}

/// What separates the cells of CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Pipe,
}

impl Delimiter {
    const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

impl From<Vec<f64>> for Numbers {
    fn from(values: Vec<f64>) -> Self {
        Self { field: "numbers".to_owned(), input: Input::List(List { values, width: None }) }
    }
}

impl From<File> for Numbers {
    fn from(file: File) -> Self {
        Self { field: "numbers".to_owned(), input: Input::File(file) }
    }
}

impl Numbers {
    /// The numbers of one column, or of one row when there is but one. May be empty.
    ///
    /// # Errors
    /// When there are several columns and none is chosen, something is no number, or there are too many. It names the
    /// field, the line and the column.
    pub fn column(&self, options: &NumbersOptions<'_>) -> Result<Vec<f64>, Error> {
        self.gather(options, true).and_then(Gathered::column).map_err(|fault| Fault::of(&self.field, fault))
    }

    /// The numbers as rows of equal length. A list is one row, unless the shape says otherwise.
    ///
    /// # Errors
    /// When rows differ in length, the shape is another, something is no number, or there are too many. It names the
    /// field, the line and the column.
    pub fn matrix(&self, options: &NumbersOptions<'_>) -> Result<Matrix, Error> {
        let gathered = self.gather(options, false).and_then(|gathered| gathered.matrix(options.shape));
        gathered.map_err(|fault| Fault::of(&self.field, fault))
    }

    fn gather(&self, options: &NumbersOptions<'_>, single: bool) -> Result<Gathered, Fault> {
        match &self.input {
            Input::List(list) => {
                let columns = list.width.unwrap_or(list.values.len());
                let place = |at: usize| match list.width {
                    Some(width) => format!("[{}][{}]", at / width, at % width),
                    None => format!("[{at}]"),
                };
                lay(&list.values, columns, options, |at, message| Fault { below: place(at), ..Fault::new(message) })
            }
            Input::Text(text) => parse(text.as_bytes(), None, options, single),
            Input::File(file) => parse(file.bytes(), file.name(), options, single),
        }
    }
}

/// Reads the numbers of a file.
fn parse(bytes: &[u8], name: Option<&str>, options: &NumbersOptions<'_>, single: bool) -> Result<Gathered, Fault> {
    match options.format.map_or_else(|| format_of(bytes, name), Ok)? {
        NumbersFormat::Csv => csv::read(bytes, options, single),
        NumbersFormat::Ndjson => json::read(bytes, options, single),
        NumbersFormat::F64 => raw(bytes, options),
    }
}

/// What bytes are.
fn format_of(bytes: &[u8], name: Option<&str>) -> Result<NumbersFormat, Fault> {
    if name.is_some_and(|name| name.to_ascii_lowercase().ends_with(".f64")) {
        return Ok(NumbersFormat::F64);
    }
    let head = &bytes[..bytes.len().min(LOOKED_AT)];
    match head {
        [b'P', b'K', 3, 4, ..] => return Err(Fault::new("is an Excel workbook or a zip archive: save it as CSV")),
        [0x1f, 0x8b, ..] => return Err(Fault::new("is compressed with gzip: send it unpacked")),
        [0xff, 0xfe, _, 0, ..] | [0xfe, 0xff, 0, _, ..] => return Err(Fault::new("is UTF-16: save it as UTF-8")),
        _ => {}
    }
    let control = |byte: &u8| byte.is_ascii_control() && !b"\t\n\r\x0c\x1a".contains(byte);
    let high = head.iter().filter(|byte| !byte.is_ascii()).count();
    if head.iter().any(control)
        || (high > head.len() / 4 && str::from_utf8(head).is_err_and(|error| error.error_len().is_some()))
    {
        return Ok(NumbersFormat::F64);
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    Ok(if matches!(text.first(), Some(b'[' | b'{')) { NumbersFormat::Ndjson } else { NumbersFormat::Csv })
}

/// Reads raw numbers.
fn raw(bytes: &[u8], options: &NumbersOptions<'_>) -> Result<Gathered, Fault> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        let size = bytes.len();
        return Err(Fault::new(format!(
            "has {size} bytes, which are no whole numbers of 8 bytes each: is it cut off?"
        )));
    }
    if numbers.len() > MAX_NUMBERS {
        return Err(Fault::too_many());
    }
    let values: Vec<f64> = numbers.iter().map(|number| f64::from_le_bytes(*number)).collect();
    let columns = match options.shape {
        Some([rows, columns]) if rows.checked_mul(columns) == Some(values.len()) => columns,
        Some([rows, columns]) => {
            let has = counted(values.len(), "number");
            return Err(Fault::new(format!("has {has}, but the shape says {rows} x {columns}")));
        }
        None => 1,
    };
    lay(&values, columns, options, |at, message| Fault::new(format!("number {}: {message}", at + 1)))
}

/// Takes the columns that are wanted out of rows; `wrong` says where a number stands.
fn lay(
    values: &[f64],
    columns: usize,
    options: &NumbersOptions<'_>,
    wrong: impl Fn(usize, &str) -> Fault,
) -> Result<Gathered, Fault> {
    let mut builder = Builder::new(options.missing);
    let wanted = find_columns(options.columns, &[], columns)?;
    builder.expect(values.len());
    for (row, numbers) in values.chunks_exact(columns.max(1)).enumerate() {
        let mut take = |column: usize| {
            let (at, number) = (row * columns + column, numbers[column]);
            if number.is_infinite() {
                return Err(wrong(at, "is infinite; send a finite number"));
            }
            let number = Some(number).filter(|number| !number.is_nan());
            match builder.push(number, String::new) {
                Err(_) if number.is_none() => Err(wrong(at, "is missing; send a number, or have missing ones skipped")),
                pushed => pushed,
            }
        };
        match wanted.is_empty() {
            true => (0..columns).try_for_each(&mut take)?,
            false => wanted.iter().try_for_each(|column| take(*column))?,
        }
        builder.end_row(|| format!("row {}", row + 1))?;
    }
    Ok(builder.finish(Vec::new()))
}

impl JsonSchema for Numbers {
    fn schema_name() -> Cow<'static, str> {
        "Numbers".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let file = generator.subschema_for::<File>();
        json_schema!({
            "description": "Numbers: a list of them, or of rows of equal length; or a file with CSV, NDJSON or raw \
                            little-endian doubles of 64 bits; or CSV as text, such as `1,2,3`. `null`, an empty cell, NaN \
                            and NA are missing numbers.",
            "anyOf": [
                {
                    "title": "NumberList",
                    "type": "array",
                    "items": { "type": ["number", "null"] },
                    "description": "Numbers; null is a missing one."
                },
                {
                    "title": "NumberRows",
                    "type": "array",
                    "items": { "type": "array", "minItems": 1, "items": { "type": ["number", "null"] } },
                    "description": "Rows of equal length."
                },
                file
            ]
        })
    }
}
