//! Replace values by a table.

use std::collections::HashMap;

use chassis::{Call, Code, Cost, Data, DataStream, Error, Flow, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::join::stream_of;
use crate::rows::answer::{Answering, MEDIA_TYPES, TableResponse, Target, WriteOptions};
use crate::rows::cell::{Cell, Columns, Row, shown};
use crate::rows::document::table as tables;
use crate::rows::key::Key;
use crate::rows::open::{self, ReadOptions, Table, Want};
use crate::rows::source::Source;
use crate::tree::{self, Tree};

/// Entries a table may have.
const MAX_ENTRIES: usize = 1_000_000;

/// What the document says.
const DESCRIPTION: &str = "\
Replaces values by a table: a value, a list of values, or a column of a table in any format that `convert` reads. The table is an object, \
{\"DE\": \"Germany\"}, or rows, of which the first column is the key and the second the value unless `key` and `value` name others. What is not in the \
table becomes the `default`; without one it is null, with a warning. Numbers and texts that say the same are the same key: 1 finds \"1\".";

/// Values and the table they are looked up in.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct LookupRequest {
    /// A table whose column is looked up: text, a file, or JSON itself.
    #[serde(default, alias = "file")]
    pub data: Option<DataStream>,
    /// The column that is looked up.
    #[serde(default)]
    pub column: Option<String>,
    /// A value or a list of values instead of a table.
    #[serde(default, alias = "value", alias = "input")]
    pub values: Option<Tree>,
    /// The table: an object, or rows in any format.
    pub table: Data,
    /// The column of the keys, where the table is rows (default the first).
    #[serde(default)]
    pub key_column: Option<String>,
    /// The column of the values, where the table is rows (default the second).
    #[serde(default)]
    pub value_column: Option<String>,
    /// What becomes of values that are not in the table (default null).
    #[serde(default)]
    pub default: Option<Tree>,
    /// Keep values that are not in the table as they are.
    #[serde(default)]
    pub keep: bool,
    /// Whether a and A are the same key, and spaces around do not count.
    #[serde(default)]
    pub ignore_case: bool,
    /// Column the results go to (default the column of the values).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1_000))]
    pub into: Option<String>,
    /// Format of the answer to a table: rows in its JSON (default), or a file.
    #[serde(default)]
    pub to: Target,
    /// How the table that is looked up is read. Everything is detected.
    #[serde(default)]
    #[garde(dive)]
    pub read: Option<ReadOptions>,
    /// How the answer is written.
    #[serde(default)]
    #[garde(dive)]
    pub write: Option<WriteOptions>,
}

fn example() -> LookupRequest {
    let json = |text: &str| serde_json::value::RawValue::from_string(text.to_owned()).expect("it is JSON");
    LookupRequest {
        data: None,
        column: None,
        values: Some(Tree::from(vec![Tree::from("DE"), Tree::from("XX")])),
        table: Data::Json(json(r#"{"DE":"Germany","FR":"France"}"#)),
        key_column: None,
        value_column: None,
        default: Some(Tree::from("unknown")),
        keep: false,
        ignore_case: false,
        into: None,
        to: Target::Rows,
        read: None,
        write: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Replace values by a table, with a default")
        .description(DESCRIPTION)
        .files(2, &[])
        .answers(MEDIA_TYPES)
        .cost(Cost::Heavy)
        .isolated_when(|request: &LookupRequest| {
            let read = request.read.clone().unwrap_or_default();
            let data = request.data.as_ref().is_some_and(|data| open::is_for_worker(data, &read));
            (data || open::is_for_worker(&stream_of(&request.table), &ReadOptions::default()))
                .then(chassis::Confinement::default)
        })
        .example(example)
}

/// What values become.
struct Entries {
    found: HashMap<Key, Cell<'static>>,
    default: Option<Cell<'static>>,
    keep: bool,
    ignore_case: bool,
    missing: u64,
    first_missing: String,
}

impl Entries {
    fn key(cell: &Cell<'_>, ignore_case: bool) -> Key {
        match cell {
            _ if ignore_case => Key::loose(Some(cell)),
            // A key of an object is a text, whatever it stands for.
            Cell::Number(text) => Key::Text(text.as_ref().into()),
            cell => Key::of(Some(cell)),
        }
    }

    fn insert(&mut self, key: &Cell<'_>, value: Cell<'static>) -> Result<(), Error> {
        if self.found.len() >= MAX_ENTRIES {
            return Err(Error::new(Code::PayloadTooLarge, "the table has more than 1,000,000 entries"));
        }
        let key = Self::key(key, self.ignore_case);
        if key != Key::Null {
            self.found.entry(key).or_insert(value);
        }
        Ok(())
    }

    fn find(&mut self, cell: Option<&Cell<'_>>) -> Cell<'static> {
        let cell = cell.cloned().unwrap_or(Cell::Null);
        if let Some(found) = self.found.get(&Self::key(&cell, self.ignore_case)) {
            return found.clone();
        }
        if self.keep {
            return cell.into_owned();
        }
        match &self.default {
            Some(default) => default.clone(),
            None => {
                if !cell.is_blank() {
                    if self.missing == 0 {
                        self.first_missing = cell.text().to_owned();
                    }
                    self.missing += 1;
                }
                Cell::Null
            }
        }
    }

    fn warn(&self, call: &Call) {
        if self.missing > 0 {
            let values =
                if self.missing == 1 { "1 value is".to_owned() } else { format!("{} values are", self.missing) };
            let message = format!(
                "{values} not in the table (the first is {}): null; default names another value",
                shown(&self.first_missing)
            );
            call.warn("not-found", Some("table"), message);
        }
    }
}

/// Replaces values by a table.
///
/// # Errors
/// When there is nothing to look up, or a column is not there.
pub fn lookup(request: LookupRequest, call: &Call) -> Result<Flow<TableResponse>, Error> {
    let mut entries = entries(&request, call)?;
    let LookupRequest { data, column, values, into, to, read, write, .. } = request;
    match (data, values) {
        (None, Some(values)) => {
            let mut find = |tree: &Tree| tables::tree(&entries.find(Some(&tables::cell(tree))));
            let values = match &values {
                Tree::List(list) => Tree::from(list.iter().map(&mut find).collect::<Result<Vec<_>, _>>()?),
                value => find(value)?,
            };
            entries.warn(call);
            Ok(Flow::Facts(TableResponse { values: Some(values), ..TableResponse::default() }))
        }
        (Some(data), None) => {
            let Table { source, mut columns, detected } =
                open::rows(&data, &read.unwrap_or_default(), Want::Columns, call)?;
            let Some(column) = column else {
                return Err(Error::field(
                    Code::ValidationError,
                    "column",
                    "is required: name the column that is looked up",
                ));
            };
            let from = columns.expect("column", &column)?;
            let into = columns.place(into.as_deref().unwrap_or(&column))?;
            let table = Table { source: Box::new(Looked { source, entries, from, into }), columns, detected };
            let write = WriteOptions { to, ..write.unwrap_or_default() };
            Answering::to(&data, write, call).answer(table, call)
        }
        // What was to be looked up is empty today.
        (None, None) if entries.default.is_some() => {
            let values = tables::tree(&entries.find(None))?;
            call.warn("no-value", Some("values"), "there is nothing to look up: the default is the answer");
            Ok(Flow::Facts(TableResponse { values: Some(values), ..TableResponse::default() }))
        }
        _ => Err(Error::field(
            Code::ValidationError,
            "data",
            "or values is required, one of them: a table with its column, or a value or list of values",
        )),
    }
}

/// The table of a request.
fn entries(request: &LookupRequest, call: &Call) -> Result<Entries, Error> {
    let mut entries = Entries {
        found: HashMap::new(),
        default: request.default.as_ref().map(tables::cell),
        keep: request.keep,
        ignore_case: request.ignore_case,
        missing: 0,
        first_missing: String::new(),
    };
    if let Data::Json(json) = &request.table
        && json.get().trim_start().starts_with('{')
    {
        let tree = tree::read(json.get()).map_err(|error| Error::impossible("table", error.to_string()))?;
        for (key, value) in tree.as_object().into_iter().flat_map(tree::Object::iter) {
            entries.insert(&Cell::Text(key.to_string().into()), tables::cell(value))?;
        }
        return Ok(entries);
    }
    let Table { mut source, mut columns, .. } =
        open::rows(&stream_of(&request.table), &ReadOptions::default(), Want::Columns, call)?;
    if columns.len() < 2 {
        return Err(Error::impossible(
            "table",
            "must be an object, or rows of at least two columns: a key and a value",
        ));
    }
    let mut place =
        |name: &Option<String>, field: &str, or: u32| name.as_ref().map_or(Ok(or), |name| columns.expect(field, name));
    let key = place(&request.key_column, "keyColumn", 0)?;
    let value = place(&request.value_column, "valueColumn", 1)?;
    while let Some(row) = source.next(&mut columns)? {
        let cell = |column: u32| row.get(column).cloned().unwrap_or(Cell::Null);
        entries.insert(&cell(key), cell(value).into_owned())?;
    }
    Ok(entries)
}

struct Looked {
    source: Box<dyn Source>,
    entries: Entries,
    from: u32,
    into: u32,
}

impl Source for Looked {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let Some(mut row) = self.source.next(columns)? else { return Ok(None) };
        let found = self.entries.find(row.get(self.from));
        row.set(self.into, found);
        Ok(Some(row))
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        self.source.finish(columns, call);
        self.entries.warn(call);
    }
}
