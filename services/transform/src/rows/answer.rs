//! From rows to the answer of an operation: rows in its JSON, or a file; as a whole, or as the rows come.
//!
//! What arrives while it is read goes out while it is read, in constant memory. Its facts stand in front, so they hold what
//! is known then; where rows are the answer itself, the rest follows behind them.

use std::borrow::Cow;
use std::io::{self, Write};

use chassis::{Call, Code, DataStream, Error, File, Flow, Output, WithFile};
use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::cell::Columns;
use super::document::xml;
use super::format::Format;
use super::open::{Detected, Table, Want, delimiter};
use super::source::Source;
use super::write::Sink;
use super::write::delimited::{self, Delimited};
use super::write::document::{Query, Toml, Xml, Yaml};
use super::write::json::{Json, Style};
use super::write::sheet::{self, Sheet};
use crate::tree::Tree;

/// Bytes of an answer that is made as a whole.
const MAX_ANSWER: usize = 100 << 20;
/// Rows between two looks at whether anybody waits.
const CHECK: u64 = 1024;

/// The media types of the files tables become.
pub const MEDIA_TYPES: &[&str] = &[
    "application/json",
    "application/x-ndjson",
    "text/csv",
    "text/tab-separated-values",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/xml",
    "application/yaml",
    "application/toml",
    "application/x-www-form-urlencoded",
];

/// A format that is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// Rows in the JSON of the answer.
    #[default]
    Rows,
    /// A JSON file: of a table, a list of objects.
    Json,
    /// JSON values, one a line.
    #[serde(alias = "jsonl", alias = "json-lines")]
    Ndjson,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// A spreadsheet.
    #[serde(alias = "excel")]
    Xlsx,
    /// XML.
    Xml,
    /// YAML.
    #[serde(alias = "yml")]
    Yaml,
    /// TOML.
    Toml,
    /// Query strings, one a line.
    #[serde(alias = "form", alias = "querystring", alias = "urlencoded")]
    Query,
}

impl Target {
    /// The format of its files; none for rows in the answer.
    #[must_use]
    pub fn format(self) -> Option<Format> {
        Some(match self {
            Self::Rows => return None,
            Self::Json => Format::Json,
            Self::Ndjson => Format::Ndjson,
            Self::Csv => Format::Csv,
            Self::Tsv => Format::Tsv,
            Self::Xlsx => Format::Xlsx,
            Self::Xml => Format::Xml,
            Self::Yaml => Format::Yaml,
            Self::Toml => Format::Toml,
            Self::Query => Format::Query,
        })
    }

    /// What it wants of the data: its columns first, rows, or the document.
    #[must_use]
    pub fn want(self) -> Want {
        match self {
            Self::Csv | Self::Tsv | Self::Xlsx => Want::Columns,
            Self::Rows | Self::Ndjson => Want::Rows,
            Self::Json | Self::Xml | Self::Yaml | Self::Toml | Self::Query => Want::Document,
        }
    }
}

/// What becomes of whole numbers past 2^53 - 1, which JavaScript rounds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BigNumbers {
    /// Numbers with all their digits.
    #[default]
    Number,
    /// Texts.
    String,
}

/// How rows are written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct WriteOptions {
    /// Format of the answer, which the request says beside.
    #[serde(skip)]
    pub to: Target,
    /// Delimiter of CSV: one ASCII character, or comma, semicolon, tab, pipe (default comma).
    #[serde(default)]
    #[garde(length(chars, max = 12))]
    pub delimiter: Option<String>,
    /// Whether the first row of CSV and of a spreadsheet names the columns (default true).
    #[serde(default)]
    pub header: Option<bool>,
    /// Whether CSV begins with a byte order mark, by which Excel knows UTF-8.
    #[serde(default)]
    pub bom: bool,
    /// How lines of CSV end.
    #[serde(default)]
    pub line_ending: LineEnding,
    /// Whether texts of CSV that a spreadsheet would take for formulas get an apostrophe in front (default true).
    #[serde(default)]
    pub formula_guard: Option<bool>,
    /// Whether whole numbers past 2^53 - 1 become texts in JSON.
    #[serde(default)]
    pub big_numbers: BigNumbers,
    /// Name of the sheet of a spreadsheet.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 31))]
    pub sheet_name: Option<String>,
    /// Whether texts that are ISO dates stay texts in a spreadsheet, rather than cells of dates.
    #[serde(default)]
    pub dates_as_text: bool,
    /// Name of the root element of XML (default root), and of the list in TOML (default rows).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 100))]
    pub root: Option<String>,
    /// Name of the element of a row in XML (default item).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 100))]
    pub item: Option<String>,
    /// How XML stands in JSON.
    #[serde(default)]
    pub xml: xml::Shape,
    /// Name of the file.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 200))]
    pub filename: Option<String>,
}

/// How lines end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LineEnding {
    /// A line feed.
    #[default]
    Lf,
    /// Carriage return and line feed, as RFC 4180 has it.
    Crlf,
}

impl WriteOptions {
    /// How XML is written.
    #[must_use]
    pub fn xml(&self) -> xml::Writing {
        let name = |name: &Option<String>, or: &str| name.clone().unwrap_or_else(|| or.to_owned());
        xml::Writing { shape: self.xml, root: name(&self.root, "root"), item: name(&self.item, "item") }
    }

    /// The name of the list in TOML.
    #[must_use]
    pub fn list_name(&self) -> String {
        self.root.clone().unwrap_or_else(|| "rows".to_owned())
    }

    /// The name of the file, after that of the data.
    #[must_use]
    pub fn file_name(&self, data: Option<&str>, format: Format) -> String {
        if let Some(name) = &self.filename {
            return name.clone();
        }
        let stem = data
            .and_then(|name| name.rsplit_once('.').map_or(Some(name), |(stem, _)| Some(stem)))
            .filter(|stem| !stem.is_empty());
        format!("{}.{}", stem.unwrap_or("data"), format.extension())
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(name) = self.delimiter.as_deref().filter(|name| !name.is_empty()) {
            delimiter("write.delimiter", name)?;
        }
        Ok(())
    }

    fn sink<'w>(
        &self,
        out: &'w mut dyn Write,
        xml: &'w xml::Writing,
        spools: bool,
    ) -> Result<Box<dyn Sink + 'w>, Error> {
        let big_as_text = self.big_numbers == BigNumbers::String;
        let header = self.header.unwrap_or(true);
        Ok(match self.to {
            Target::Rows => Box::new(Json::new(out, Style::List, big_as_text)),
            Target::Json => Box::new(Json::new(out, Style::ListOfLines, big_as_text)),
            Target::Ndjson => Box::new(Json::new(out, Style::Lines, big_as_text)),
            Target::Csv | Target::Tsv => {
                let own = if self.to == Target::Tsv { b'\t' } else { b',' };
                let delimiter = match self.delimiter.as_deref().filter(|name| !name.is_empty()) {
                    Some(name) => delimiter("write.delimiter", name)?,
                    None => own,
                };
                let guard = self.formula_guard.unwrap_or(true);
                let crlf = self.line_ending == LineEnding::Crlf;
                Box::new(Delimited::new(out, delimited::Writing { delimiter, header, bom: self.bom, crlf, guard }))
            }
            Target::Xlsx => {
                let writing =
                    sheet::Writing { name: self.sheet_name.clone(), header, dates_as_text: self.dates_as_text, spools };
                Box::new(Sheet::new(out, writing)?)
            }
            Target::Xml => Box::new(Xml::new(out, xml)),
            Target::Yaml => Box::new(Yaml::new(out)),
            Target::Toml => Box::new(Toml::new(out, self.list_name())),
            Target::Query => Box::new(Query::new(out)),
        })
    }
}

/// Rows in an answer: JSON as it was written.
#[derive(Debug, Clone)]
pub struct RowList(Box<RawValue>);

impl RowList {
    /// The rows that a text of JSON is.
    ///
    /// # Errors
    /// When it is none, which is our fault.
    pub fn of(json: String) -> Result<Self, Error> {
        RawValue::from_string(json).map(Self).map_err(|_| Error::internal())
    }

    /// Their JSON.
    #[must_use]
    pub fn json(&self) -> &str {
        self.0.get()
    }
}

impl Serialize for RowList {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(target)
    }
}

impl JsonSchema for RowList {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rows".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": { "type": "object", "additionalProperties": true } })
    }
}

/// A table as an answer.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TableResponse {
    /// The rows, unless they are a file. Numbers keep their digits, rows their keys and the order of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowList>,
    /// Rows; not there beside a file that went out as it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row_count: Option<u64>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// What values became, where values were given and no table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Tree>,
    /// What was detected about the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detected: Option<Detected>,
}

/// Rows on their way to an answer.
pub struct Answering {
    /// How they are written.
    pub write: WriteOptions,
    /// The name of the data, if it has one.
    pub name: Option<String>,
    /// Whether the answer goes out while the rows come.
    pub live: bool,
    /// Rows at most.
    pub limit: Option<u64>,
    /// Whether this is a worker process.
    pub in_worker: bool,
}

impl Answering {
    /// An answer to a request with this data.
    #[must_use]
    pub fn to(data: &DataStream, write: WriteOptions, call: &Call) -> Self {
        let (name, live) = match data {
            DataStream::File(file) => (file.name().map(str::to_owned), file.is_live() && !call.wants_whole()),
            _ => (None, false),
        };
        Self { write, name, live, limit: None, in_worker: call.is_in_worker() }
    }

    /// Answers with rows.
    ///
    /// # Errors
    /// As the rows come, and as they are written.
    pub fn answer(self, table: Table, call: &Call) -> Result<Flow<TableResponse>, Error> {
        self.write.check()?;
        if self.live {
            return Ok(Flow::Stream(Box::new(move |output, call| self.stream(table, output, call))));
        }
        let mut out = Bounded(Vec::new());
        let Table { source, mut columns, detected } = table;
        let rows = self.pump(source, &mut columns, &mut out, call)?;
        let mut facts = facts(&columns, detected, Some(rows));
        let Some(format) = self.write.to.format() else {
            let json = String::from_utf8(out.0).map_err(|_| Error::internal())?;
            facts.rows = Some(RowList::of(json)?);
            return Ok(Flow::Facts(facts));
        };
        let file = File::new(self.write.file_name(self.name.as_deref(), format), format.media_type(), out.0);
        Ok(Flow::File(WithFile { file, facts }))
    }

    fn stream(self, table: Table, output: &mut Output, call: &Call) -> Result<(), Error> {
        let Table { source, mut columns, detected } = table;
        match self.write.to.format() {
            Some(format) => {
                output.file(format.media_type(), Some(&self.write.file_name(self.name.as_deref(), format)));
                output.facts(&facts(&columns, detected.clone(), None), call)?;
                let rows = self.pump(source, &mut columns, output, call)?;
                // Counts if nothing has gone out yet.
                output.facts(&facts(&columns, detected, Some(rows)), call)
            }
            None => {
                output.json();
                output.write_all(b"{\"rows\":")?;
                let rows = self.pump(source, &mut columns, output, call)?;
                let facts =
                    serde_json::to_string(&facts(&columns, detected, Some(rows))).map_err(|_| Error::internal())?;
                let warnings = serde_json::to_string(&call.warnings()).map_err(|_| Error::internal())?;
                let inner = &facts[1..facts.len() - 1];
                Ok(output.write_all(format!(",{inner},\"warnings\":{warnings}}}").as_bytes())?)
            }
        }
    }

    fn pump(
        &self,
        mut source: Box<dyn Source>,
        columns: &mut Columns,
        out: &mut dyn Write,
        call: &Call,
    ) -> Result<u64, Error> {
        let xml = self.write.xml();
        let mut sink = self.write.sink(out, &xml, !self.in_worker)?;
        let mut rows = 0;
        while self.limit.is_none_or(|limit| rows < limit) {
            let Some(row) = source.next(columns)? else { break };
            sink.row(columns, &row)?;
            rows += 1;
            if rows % CHECK == 0 {
                call.check()?;
            }
        }
        sink.finish(columns, call)?;
        drop(sink);
        source.finish(columns, call);
        Ok(rows)
    }
}

fn facts(columns: &Columns, detected: Detected, rows: Option<u64>) -> TableResponse {
    TableResponse {
        row_count: rows,
        columns: columns.names().to_vec(),
        detected: Some(detected),
        ..TableResponse::default()
    }
}

/// Takes as much as an answer may have.
pub struct Bounded(pub Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_ANSWER {
            let message = "the answer is larger than 100 MB: send the data as the body, so that both stream, or ask for fewer rows";
            return Err(io::Error::other(Error::new(Code::PayloadTooLarge, message)));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
