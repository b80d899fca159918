//! Nested objects to columns, columns to nested objects, lists to rows.

use std::collections::VecDeque;

use chassis::{Call, Code, Cost, DataStream, Error, Flow, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::answer::{Answering, MEDIA_TYPES, TableResponse, Target, WriteOptions};
use crate::rows::cell::{Cell, Columns, Row, shown};
use crate::rows::collect;
use crate::rows::document::table as tables;
use crate::rows::open::{self, ReadOptions, Table, Want};
use crate::rows::source::{Rows, Source};
use crate::tree::{Object, Tree, read};

/// Cells one row may become.
const MAX_CELLS: usize = 16_384;

/// What the document says.
const DESCRIPTION: &str = "\
`flatten` makes columns of nested objects: {\"a\": {\"b\": 1}} becomes a.b. Lists become columns too (a.0, a.1), stay JSON, or, of one column, \
become rows. `unflatten` makes objects, and lists where the parts of the names count from 0, of such columns again. `explode` makes a row of each \
element of a list in a column.

Values keep their digits and order. Reads and writes every format that `convert` does: nested JSON to CSV, XML to a spreadsheet.";

/// What is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Nested objects become columns.
    #[default]
    Flatten,
    /// Columns become nested objects.
    Unflatten,
    /// A list becomes rows.
    #[serde(alias = "rows", alias = "split-out")]
    Explode,
}

/// What becomes of lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lists {
    /// Columns, counted from 0.
    #[default]
    Index,
    /// They stay as they are, JSON.
    Json,
}

/// Rows and what is done to what is nested in them.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FlattenRequest {
    /// The rows, or one object: text, a file, or JSON itself.
    #[serde(alias = "file", alias = "rows", alias = "json", alias = "input", alias = "url")]
    pub data: DataStream,
    /// What is done.
    #[serde(default)]
    pub mode: Mode,
    /// What stands between the parts of a name (default a point).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 10))]
    pub separator: Option<String>,
    /// What becomes of lists when flattening.
    #[serde(default)]
    pub lists: Lists,
    /// How many levels are flattened (default all); what is deeper stays JSON.
    #[serde(default)]
    #[garde(range(min = 1, max = 128))]
    pub max_depth: Option<usize>,
    /// The column that explodes.
    #[serde(default)]
    pub column: Option<String>,
    /// Format of the answer: rows in its JSON (default), or a file.
    #[serde(default)]
    pub to: Target,
    /// How the data is read. Everything is detected.
    #[serde(default)]
    #[garde(dive)]
    pub read: Option<ReadOptions>,
    /// How the answer is written.
    #[serde(default)]
    #[garde(dive)]
    pub write: Option<WriteOptions>,
}

fn example() -> FlattenRequest {
    let json =
        r#"[{"id":"01","customer":{"name":"Ada","tags":["a","b"]}},{"id":"02","customer":{"name":"Bob","tags":[]}}]"#;
    FlattenRequest {
        data: DataStream::Json(serde_json::value::RawValue::from_string(json.to_owned()).expect("it is JSON")),
        mode: Mode::Flatten,
        separator: None,
        lists: Lists::Index,
        max_depth: None,
        column: None,
        to: Target::Rows,
        read: None,
        write: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Flatten nested data to columns, and back; lists to rows")
        .description(DESCRIPTION)
        .answers(MEDIA_TYPES)
        .cost(Cost::Heavy)
        .isolated_when(|request: &FlattenRequest| {
            let read = request.read.clone().unwrap_or_default();
            open::is_for_worker(&request.data, &read).then(chassis::Confinement::default)
        })
        .example(example)
}

/// Flattens rows, or the other way round.
///
/// # Errors
/// When the data is no rows, or a column is not there.
pub fn flatten(request: FlattenRequest, call: &Call) -> Result<Flow<TableResponse>, Error> {
    let FlattenRequest { data, mode, separator, lists, max_depth, column, to, read, write } = request;
    let Table { source, columns: mut inner, detected } =
        open::rows(&data, &read.unwrap_or_default(), Want::Columns, call)?;
    let separator = separator.unwrap_or_else(|| ".".to_owned());
    let mut columns = Columns::default();
    let mut source: Box<dyn Source> = match (mode, column) {
        (Mode::Flatten, None) => {
            let depth = max_depth.unwrap_or(usize::MAX);
            Box::new(Flattened { source, inner, separator, lists, depth })
        }
        (Mode::Unflatten, None) => Box::new(Nested { source, inner, separator }),
        (Mode::Explode, Some(name)) => {
            let column = inner.expect("column", &name)?;
            columns = inner;
            Box::new(Exploded { source, column, waiting: VecDeque::new() })
        }
        (Mode::Explode, None) => {
            return Err(Error::field(
                Code::ValidationError,
                "column",
                "is required: name the column whose lists become rows",
            ));
        }
        (_, Some(_)) => return Err(Error::impossible("column", "is for mode explode")),
    };
    // A header stands before the first row.
    if to.want() == Want::Columns && mode != Mode::Explode {
        let rows = collect::all(&mut *source, &mut columns, "flattening to a table", call)?;
        source = Box::new(Rows::of(rows));
    }
    let write = WriteOptions { to, ..write.unwrap_or_default() };
    Answering::to(&data, write, call).answer(Table { source, columns, detected }, call)
}

struct Flattened {
    source: Box<dyn Source>,
    inner: Columns,
    separator: String,
    lists: Lists,
    depth: usize,
}

impl Flattened {
    fn put(
        &self,
        name: String,
        tree: &Tree,
        level: usize,
        row: &mut Row<'static>,
        columns: &mut Columns,
    ) -> Result<(), Error> {
        match tree {
            Tree::Object(object) if !object.is_empty() && level < self.depth => {
                for (key, value) in object.iter() {
                    self.put(format!("{name}{}{key}", self.separator), value, level + 1, row, columns)?;
                }
                Ok(())
            }
            Tree::List(list) if !list.is_empty() && level < self.depth && self.lists == Lists::Index => {
                for (index, value) in list.iter().enumerate() {
                    self.put(format!("{name}{}{index}", self.separator), value, level + 1, row, columns)?;
                }
                Ok(())
            }
            other => {
                if row.cells.len() >= MAX_CELLS {
                    return Err(Error::impossible(
                        "data",
                        format!("a row becomes more than {MAX_CELLS} columns: lists: json leaves lists as they are"),
                    ));
                }
                row.cells.push((columns.place(&name)?, tables::cell(other)));
                Ok(())
            }
        }
    }
}

impl Source for Flattened {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let Some(row) = self.source.next(&mut self.inner)?.map(Row::into_owned) else { return Ok(None) };
        let mut flat = Row::default();
        for (column, cell) in row.cells {
            let name = self.inner.name(column).to_owned();
            match &cell {
                Cell::Json(json) => {
                    let tree = read(json).map_err(|error| Error::impossible("data", error.to_string()))?;
                    self.put(name, &tree, 0, &mut flat, columns)?;
                }
                _ => flat.cells.push((columns.place(&name)?, cell)),
            }
        }
        Ok(Some(flat))
    }

    fn finish(&mut self, _: &Columns, call: &Call) {
        self.source.finish(&self.inner, call);
    }
}

/// Something nested that is being made.
#[derive(Default)]
enum Node {
    #[default]
    Nothing,
    Value(Tree),
    Inner(Object<Box<Node>>),
}

impl Node {
    fn put(&mut self, steps: &[&str], value: Tree) -> Result<(), ()> {
        match (steps, &mut *self) {
            ([], Self::Nothing) => *self = Self::Value(value),
            ([], _) => return Err(()),
            ([step, rest @ ..], Self::Nothing) => {
                let mut inner = Box::new(Self::Nothing);
                inner.put(rest, value)?;
                *self = Self::Inner(std::iter::once((*step, inner)).collect());
            }
            ([step, rest @ ..], Self::Inner(object)) => match object.get_mut(step) {
                Some(inner) => inner.put(rest, value)?,
                None => {
                    let mut inner = Box::new(Self::Nothing);
                    inner.put(rest, value)?;
                    object.insert(*step, inner);
                }
            },
            (_, Self::Value(_)) => return Err(()),
        }
        Ok(())
    }

    fn tree(self) -> Tree {
        match self {
            Self::Nothing => Tree::Null,
            Self::Value(tree) => tree,
            Self::Inner(object) => {
                let is_list = object.keys().enumerate().all(|(index, key)| **key == *index.to_string());
                let entries = object.into_iter().map(|(key, node)| (key, node.tree()));
                match is_list {
                    true => entries.map(|(_, tree)| tree).collect(),
                    false => entries.collect::<Object<Tree>>().into(),
                }
            }
        }
    }
}

struct Nested {
    source: Box<dyn Source>,
    inner: Columns,
    separator: String,
}

impl Source for Nested {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let Some(row) = self.source.next(&mut self.inner)? else { return Ok(None) };
        let mut nodes: Object<Node> = Object::default();
        for (column, cell) in &row.cells {
            let name = self.inner.name(*column);
            let steps: Vec<&str> = name.split(&self.separator).collect();
            let steps = if steps.len() > 64 { vec![name] } else { steps };
            let (first, rest) = steps.split_first().expect("a name has a first part");
            let value = tables::tree(cell)?;
            if !nodes.contains(first) {
                nodes.insert(*first, Node::Nothing);
            }
            let put = nodes.get_mut(first).map(|node| node.put(rest, value));
            if put == Some(Err(())) {
                return Err(Error::impossible(
                    "data",
                    format!("column {} is a value and holds others at once", shown(name)),
                ));
            }
        }
        let mut nested = Row::default();
        for (name, node) in nodes {
            nested.cells.push((columns.place(&name)?, tables::cell(&node.tree())));
        }
        Ok(Some(nested))
    }

    fn finish(&mut self, _: &Columns, call: &Call) {
        self.source.finish(&self.inner, call);
    }
}

struct Exploded {
    source: Box<dyn Source>,
    column: u32,
    waiting: VecDeque<Row<'static>>,
}

impl Source for Exploded {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        if let Some(row) = self.waiting.pop_front() {
            return Ok(Some(row));
        }
        let Some(row) = self.source.next(columns)?.map(Row::into_owned) else { return Ok(None) };
        let list = match row.get(self.column) {
            Some(Cell::Json(json)) => match read(json) {
                Ok(Tree::List(list)) => list,
                _ => return Ok(Some(row)),
            },
            _ => return Ok(Some(row)),
        };
        if list.is_empty() {
            let mut row = row;
            row.set(self.column, Cell::Null);
            return Ok(Some(row));
        }
        for value in list.iter() {
            let mut row = row.clone();
            row.set(self.column, tables::cell(value));
            self.waiting.push_back(row);
        }
        Ok(self.waiting.pop_front())
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        self.source.finish(columns, call);
    }
}
