//! Convert data from any format to any.

use chassis::{Call, Cost, DataStream, Error, File, Flow, Operation, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::answer::{Answering, BigNumbers, LineEnding, MEDIA_TYPES, TableResponse, Target, WriteOptions};
use crate::rows::cell::{Columns, Row};
use crate::rows::document::{query, toml, xml, yaml};
use crate::rows::format::Format;
use crate::rows::open::{self, Opened, ReadOptions, Table};
use crate::rows::source::Source;
use crate::rows::types::Types;
use crate::rows::write::json::big_as_text;
use crate::tree::Tree;

/// What the document says.
const DESCRIPTION: &str = "\
Converts CSV, TSV, NDJSON, JSON, XLSX, XML, YAML, TOML and query strings, each to each. The format is detected by content and name, of \
CSV also encoding, delimiter, quote, decimal mark, header, lines before the table and types; what is said counts, and `detected` says what \
was found.

Data comes out as it went in: numbers keep their digits (1.10, 9007199254740993), objects the order of their keys, ids their zeros, dates their \
text. A column of CSV is numbers when each of the first 1,000 cells is a number as JSON writes it; with a zero or a plus in front, or past \
2^53-1, it is a code and stays text, as does every later cell that is no number (warning `mixed-types`). Only true and false are booleans. In CSV, \
texts that a spreadsheet takes for formulas get an apostrophe in front, unless `formulaGuard` is false.

Dates of a spreadsheet become 2024-01-01 or 2022-01-27T08:30:00, without a zone, whatever its epoch; texts written so become cells of dates in XLSX. \
XML: attributes are `@name`, text beside them `#text`; `arrays` says which children are lists, `xml: exact` keeps everything in its order.

`to: rows` (the default) answers in JSON, other formats with a file, whose facts are in `X-Result`. CSV and NDJSON sent as the body are \
converted as they arrive, up to 1 GB in constant memory; what is known only at their end is then not in the facts of a file.";

/// Data and the format it is to have.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ConvertRequest {
    /// The data: text, a file, or JSON itself.
    #[serde(alias = "file", alias = "rows", alias = "json", alias = "input", alias = "text", alias = "url")]
    pub data: DataStream,
    /// Format of the answer: rows in its JSON (default), or a file.
    #[serde(default)]
    pub to: Target,
    /// Format of the data. By default by its content and its name.
    #[serde(default)]
    pub from: Option<Format>,
    /// Encoding of a text, such as utf-8, utf-16le or windows-1252 (a name of the WHATWG Encoding Standard).
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub encoding: Option<String>,
    /// Delimiter of CSV that is read: one ASCII character, or comma, semicolon, tab, pipe, colon, space.
    #[serde(default)]
    #[garde(length(chars, max = 12))]
    pub delimiter: Option<String>,
    /// Quote character of CSV that is read: one ASCII character, or none.
    #[serde(default)]
    #[garde(length(chars, max = 12))]
    pub quote: Option<String>,
    /// Whether the first row of a table that is read names the columns.
    #[serde(default)]
    pub header: Option<bool>,
    /// Lines (rows of a sheet) to pass over before the table.
    #[serde(default)]
    #[garde(range(max = 1_000_000))]
    pub skip_rows: Option<u64>,
    /// Decimal mark of numbers in CSV that is read, . or , (default .).
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
    /// Sheet of a spreadsheet that is read, by its name or its number from 1 (default 1).
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub sheet: Option<String>,
    /// Where the rows are in a document, such as data.items. By default the list it is, or the only list of objects in it.
    #[serde(default)]
    #[garde(length(chars, max = 1_000))]
    pub path: Option<String>,
    /// When children of one name in XML are a list: auto (two or more), always, or a list of paths such as order.item.
    #[serde(default)]
    pub arrays: xml::Arrays,
    /// How XML stands in JSON, read or written.
    #[serde(default)]
    pub xml: xml::Shape,
    /// Columns of the answer, in this order. By default all.
    #[serde(default)]
    #[garde(length(max = 16_384))]
    pub columns: Vec<String>,
    /// Rows of the answer at most.
    #[serde(default)]
    pub limit: Option<u64>,
    /// Delimiter of CSV that is written (default comma).
    #[serde(default)]
    #[garde(length(chars, max = 12))]
    pub output_delimiter: Option<String>,
    /// Whether the first row of CSV or XLSX that is written names the columns (default true).
    #[serde(default)]
    pub output_header: Option<bool>,
    /// Whether CSV that is written begins with a byte order mark, by which Excel knows UTF-8.
    #[serde(default)]
    pub bom: bool,
    /// How lines of CSV that is written end.
    #[serde(default)]
    pub line_ending: LineEnding,
    /// Whether texts of CSV that a spreadsheet would take for formulas get an apostrophe in front (default true).
    #[serde(default)]
    pub formula_guard: Option<bool>,
    /// Whether whole numbers past 2^53 - 1 become texts in JSON.
    #[serde(default)]
    pub big_numbers: BigNumbers,
    /// Spaces a level of a JSON document that is written; 0 (default) writes it on one line.
    #[serde(default)]
    #[garde(range(max = 8))]
    pub indent: usize,
    /// Name of the sheet that is written.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 31))]
    pub sheet_name: Option<String>,
    /// Whether texts that are ISO dates stay texts in a spreadsheet, rather than cells of dates.
    #[serde(default)]
    pub dates_as_text: bool,
    /// Name of the root element of XML that is written (default root), and of the list in TOML (default rows).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 100))]
    pub root: Option<String>,
    /// Name of the element of a row in XML that is written (default item).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 100))]
    pub item: Option<String>,
    /// Name of the file that is made.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 200))]
    pub filename: Option<String>,
}

impl ConvertRequest {
    /// A request with nothing but its data.
    #[must_use]
    pub fn of(data: DataStream, to: Target) -> Self {
        Self {
            data,
            to,
            from: None,
            encoding: None,
            delimiter: None,
            quote: None,
            header: None,
            skip_rows: None,
            decimal: None,
            types: Types::Infer,
            null_values: Vec::new(),
            sheet: None,
            path: None,
            arrays: xml::Arrays::Auto,
            xml: xml::Shape::Handy,
            columns: Vec::new(),
            limit: None,
            output_delimiter: None,
            output_header: None,
            bom: false,
            line_ending: LineEnding::Lf,
            formula_guard: None,
            big_numbers: BigNumbers::Number,
            indent: 0,
            sheet_name: None,
            dates_as_text: false,
            root: None,
            item: None,
            filename: None,
        }
    }

    /// How the data is to be read.
    fn read(&self) -> ReadOptions {
        ReadOptions {
            from: self.from,
            encoding: self.encoding.clone(),
            delimiter: self.delimiter.clone(),
            quote: self.quote.clone(),
            header: self.header,
            skip_rows: self.skip_rows,
            decimal: self.decimal.clone(),
            types: self.types.clone(),
            null_values: self.null_values.clone(),
            sheet: self.sheet.clone(),
            path: self.path.clone(),
            arrays: self.arrays.clone(),
            xml: self.xml,
        }
    }

    /// How the answer is to be written.
    fn write(&self) -> WriteOptions {
        WriteOptions {
            to: self.to,
            delimiter: self.output_delimiter.clone(),
            header: self.output_header,
            bom: self.bom,
            line_ending: self.line_ending,
            formula_guard: self.formula_guard,
            big_numbers: self.big_numbers,
            sheet_name: self.sheet_name.clone(),
            dates_as_text: self.dates_as_text,
            root: self.root.clone(),
            item: self.item.clone(),
            xml: self.xml,
            filename: self.filename.clone(),
        }
    }
}

fn example() -> ConvertRequest {
    let text = "zip;sku;price\n01730;012345678901;1,10\n01731;098765432109;2,50\n";
    ConvertRequest {
        decimal: Some(",".to_owned()),
        ..ConvertRequest::of(DataStream::Text(text.to_owned()), Target::Rows)
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Convert CSV, Excel, JSON, XML, YAML, TOML, each to each")
        .description(DESCRIPTION)
        .answers(MEDIA_TYPES)
        .cost(Cost::Heavy)
        .isolated_when(|request: &ConvertRequest| {
            open::is_for_worker(&request.data, &request.read()).then(chassis::Confinement::default)
        })
        .example(example)
}

/// Converts data.
///
/// # Errors
/// When it is not what it is said to be, or cannot be held by the format that is asked for.
pub fn convert(request: ConvertRequest, call: &Call) -> Result<Flow<TableResponse>, Error> {
    let mut read = request.read();
    let write = request.write();
    // What is text on both sides needs no types: `TRUE` stays as it is.
    if matches!(request.to, Target::Csv | Target::Tsv) && read.types == Types::Infer && read.decimal.is_none() {
        read.types = Types::Text;
    }
    match open::open(&request.data, &read, request.to.want(), call)? {
        Opened::Rows(table) => {
            let table = selected(table, &request.columns)?;
            let answering = Answering { limit: request.limit, ..Answering::to(&request.data, write, call) };
            answering.answer(table, call)
        }
        Opened::Document(tree, detected) => {
            let tree = if request.big_numbers == BigNumbers::String { big_as_text(&tree) } else { tree };
            let text = document(&tree, &request, &write, call)?;
            let format = request.to.format().ok_or_else(Error::internal)?;
            let name = match &request.data {
                DataStream::File(file) => file.name(),
                _ => None,
            };
            let file = File::new(write.file_name(name, format), format.media_type(), text);
            let facts = TableResponse { detected: Some(detected), ..TableResponse::default() };
            Ok(Flow::File(WithFile { file, facts }))
        }
    }
}

/// A document in a format that holds one.
fn document(tree: &Tree, request: &ConvertRequest, write: &WriteOptions, call: &Call) -> Result<String, Error> {
    match request.to {
        Target::Xml => xml::write(tree, &write.xml(), call),
        Target::Yaml => Ok(yaml::write(tree)),
        Target::Toml => toml::write(tree, &write.list_name(), call),
        Target::Query => match tree {
            Tree::List(rows) => Ok(rows.iter().map(query::write).collect::<Result<Vec<_>, _>>()?.join("\n")),
            tree => query::write(tree),
        },
        _ if request.indent > 0 => Ok(format!("{}\n", tree.to_json_indented(request.indent))),
        _ => Ok(tree.to_json()),
    }
}

/// The table with the columns that are asked for.
fn selected(table: Table, names: &[String]) -> Result<Table, Error> {
    if names.is_empty() {
        return Ok(table);
    }
    let Table { source, columns: mut inner, detected } = table;
    // Rows of JSON may have columns nobody has seen yet.
    let complete = detected.format == "csv" || detected.format == "tsv" || detected.format == "xlsx";
    let mut columns = Columns::default();
    for name in names {
        if complete {
            inner.expect("columns", name)?;
        }
        columns.place(name)?;
    }
    Ok(Table { source: Box::new(Selected { source, inner, places: Vec::new() }), columns, detected })
}

struct Selected {
    source: Box<dyn Source>,
    inner: Columns,
    /// Where the columns of the data stand in the answer.
    places: Vec<Option<u32>>,
}

impl Source for Selected {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let Self { source, inner, places } = self;
        let Some(row) = source.next(inner)? else { return Ok(None) };
        for name in &inner.names()[places.len()..] {
            places.push(columns.find(name));
        }
        let mut cells: Vec<_> = row
            .cells
            .into_iter()
            .filter_map(|(column, cell)| Some((places.get(column as usize).copied().flatten()?, cell)))
            .collect();
        cells.sort_by_key(|(column, _)| *column);
        Ok(Some(Row { cells }))
    }

    fn finish(&mut self, _: &Columns, call: &Call) {
        self.source.finish(&self.inner, call);
    }
}
