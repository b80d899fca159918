//! Put two tables together.

mod fuzzy;
mod joined;
mod on;

use chassis::{Call, Code, Cost, Data, DataStream, Error, FileStream, Flow, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::answer::{Answering, MEDIA_TYPES, TableResponse, Target, WriteOptions};
use crate::rows::collect;
use crate::rows::open::{self, ReadOptions, Table, Want};
use fuzzy::Fuzzy;
use joined::{Appended, Joined, Sides};
pub use on::JoinColumns;

/// What the document says.
const DESCRIPTION: &str = "\
Puts two tables together, each in any format that `convert` reads: rows with the same values in columns (`inner`, `left`, `right`, `full`), rows of the left \
that have one on the right or none (`semi`, `anti`), every row with every row (`cross`), row by row (`position`), or one table below the other (`append`).

Values are compared with their types: 3 is 3.0, but not \"3\"; `types: loose` compares what they say, without case and spaces around. An empty cell \
is like nothing, also not like another empty cell. Rows come in the order of the left, for each those of the right in their order; rows of the \
right without one on the left come last. Columns of the right that are called like one of the left get a suffix. `fuzzy` takes the most similar row, if it \
is similar enough, and adds its `score`. The right side is held in memory (5 million rows, 512 MB); the left, sent as the body, is joined as it \
arrives.";

/// Which rows the answer has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Rows that have one on the other side.
    #[default]
    Inner,
    /// All rows of the left.
    Left,
    /// All rows of the right.
    Right,
    /// All rows of both.
    #[serde(alias = "outer")]
    Full,
    /// Rows of the left that have one on the right; nothing of the right.
    Semi,
    /// Rows of the left that have none on the right.
    Anti,
    /// Every row of the left with every row of the right.
    Cross,
    /// The first with the first, the second with the second.
    Position,
    /// The rows of the left, then those of the right.
    #[serde(alias = "union", alias = "concat")]
    Append,
}

/// When two values are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// When they are of the same type, too.
    #[default]
    Strict,
    /// When they say the same: 3 and "3", Ada and ADA with a space.
    Loose,
}

/// Two tables and how they belong together.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct JoinRequest {
    /// The left table: text, a file, or JSON itself.
    #[serde(alias = "data", alias = "file")]
    pub left: DataStream,
    /// The right table.
    #[serde(alias = "file2", alias = "data2")]
    pub right: Data,
    /// Columns in which rows must be the same, called so in both tables: ["id", "day"]; or those of the left with those of the right, {"customer": "id"}.
    #[serde(default)]
    #[garde(custom(few))]
    pub on: JoinColumns,
    /// Columns of the left, where they are called otherwise.
    #[serde(default)]
    #[garde(length(max = 50))]
    pub left_on: Vec<String>,
    /// Columns of the right, in the same order.
    #[serde(default)]
    #[garde(length(max = 50))]
    pub right_on: Vec<String>,
    /// Which rows the answer has.
    #[serde(default)]
    pub how: How,
    /// When two values are the same.
    #[serde(default)]
    pub types: Comparison,
    /// Take the most similar row where none is the same.
    #[serde(default)]
    #[garde(dive)]
    pub fuzzy: Option<FuzzyOptions>,
    /// What is put behind the name of a column of the right that the left has too (default _right).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 50))]
    pub suffix: Option<String>,
    /// Format of the answer: rows in its JSON (default), or a file.
    #[serde(default)]
    pub to: Target,
    /// How the left table is read. Everything is detected.
    #[serde(default)]
    #[garde(dive)]
    pub read: Option<ReadOptions>,
    /// How the right table is read.
    #[serde(default)]
    #[garde(dive)]
    pub read_right: Option<ReadOptions>,
    /// How the answer is written.
    #[serde(default)]
    #[garde(dive)]
    pub write: Option<WriteOptions>,
}

/// How similar rows are found.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct FuzzyOptions {
    /// Least similarity, from 0 to 1 (default 0.85).
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub threshold: Option<f64>,
    /// How similarity is measured.
    #[serde(default)]
    pub metric: Metric,
}

/// A measure of similarity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Jaro-Winkler: for names.
    #[default]
    JaroWinkler,
    /// Damerau-Levenshtein distance over length.
    Levenshtein,
    /// Sørensen-Dice of pairs of letters: for words in another order.
    Dice,
}

fn example() -> JoinRequest {
    let json = |text: &str| serde_json::value::RawValue::from_string(text.to_owned()).expect("it is JSON");
    JoinRequest {
        left: DataStream::Text("order,customer\n1,07\n2,08\n3,07\n".to_owned()),
        right: Data::Json(json(r#"[{"customer":"07","name":"Ada"},{"customer":"09","name":"Bob"}]"#)),
        on: JoinColumns(vec![("customer".to_owned(), "customer".to_owned())]),
        left_on: Vec::new(),
        right_on: Vec::new(),
        how: How::Left,
        types: Comparison::Strict,
        fuzzy: None,
        suffix: None,
        to: Target::Rows,
        read: None,
        read_right: None,
        write: None,
    }
}

/// The same data, read once.
#[must_use]
pub fn stream_of(data: &Data) -> DataStream {
    match data {
        Data::Json(json) => DataStream::Json(json.clone()),
        Data::Text(text) => DataStream::Text(text.clone()),
        Data::File(file) => DataStream::File(FileStream::of(file)),
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Join two tables, exactly or by similarity")
        .description(DESCRIPTION)
        .files(2, &[])
        .answers(MEDIA_TYPES)
        .cost(Cost::Heavy)
        .isolated_when(|request: &JoinRequest| {
            let (left, right) =
                (request.read.clone().unwrap_or_default(), request.read_right.clone().unwrap_or_default());
            let needs =
                open::is_for_worker(&request.left, &left) || open::is_for_worker(&stream_of(&request.right), &right);
            needs.then(chassis::Confinement::default)
        })
        .example(example)
}

/// Puts two tables together.
///
/// # Errors
/// When one is no table, or a column is not there.
pub fn join(request: JoinRequest, call: &Call) -> Result<Flow<TableResponse>, Error> {
    let JoinRequest {
        left: data,
        right,
        on,
        left_on,
        right_on,
        how,
        types,
        fuzzy,
        suffix,
        to,
        read,
        read_right,
        write,
    } = request;
    let left = open::rows(&data, &read.unwrap_or_default(), Want::Columns, call)?;
    let right = open::rows(&stream_of(&right), &read_right.unwrap_or_default(), Want::Columns, call)?;
    let result = match how {
        How::Append => Appended::of(left, right)?,
        _ => {
            let fields = if on.0.is_empty() { ["leftOn", "rightOn"] } else { ["on", "on"] };
            let (left_on, right_on) = columns_of(how, on, left_on, right_on)?;
            let suffix = suffix.unwrap_or_else(|| "_right".to_owned());
            let sides = Sides::of(left, right, (&left_on, &right_on), fields, &suffix)?;
            let fuzzy = fuzzy.map(|options| Fuzzy::new(options.metric, options.threshold.unwrap_or(0.85)));
            if fuzzy.is_some() && !matches!(how, How::Inner | How::Left) {
                return Err(Error::impossible("how", "with fuzzy use inner or left"));
            }
            joined(sides, how, types, fuzzy, call)?
        }
    };
    let write = WriteOptions { to, ..write.unwrap_or_default() };
    Answering::to(&data, write, call).answer(result, call)
}

fn few(columns: &JoinColumns, _: &()) -> garde::Result {
    match columns.0.len() {
        ..=50 => Ok(()),
        _ => Err(garde::Error::new("must name at most 50 columns")),
    }
}

/// The columns that must be the same.
fn columns_of(
    how: How,
    JoinColumns(on): JoinColumns,
    left: Vec<String>,
    right: Vec<String>,
) -> Result<(Vec<String>, Vec<String>), Error> {
    if matches!(how, How::Cross | How::Position) {
        return match on.is_empty() && left.is_empty() && right.is_empty() {
            true => Ok((left, right)),
            false => Err(Error::impossible("on", "is of no use here: rows are put together whatever is in them")),
        };
    }
    match (on.is_empty(), left.is_empty() && right.is_empty()) {
        (false, true) => Ok(on.into_iter().unzip()),
        (true, false) if left.len() == right.len() => Ok((left, right)),
        (true, false) => Err(Error::impossible("rightOn", "must name as many columns as leftOn")),
        (true, true) => Err(Error::field(
            Code::ValidationError,
            "on",
            "is required: name the columns in which rows must be the same",
        )),
        (false, false) => Err(Error::impossible("on", "and leftOn with rightOn say the same: use one of them")),
    }
}

fn joined(sides: Sides, how: How, types: Comparison, fuzzy: Option<Fuzzy>, call: &Call) -> Result<Table, Error> {
    let Sides { left, mut right, .. } = sides;
    let rows = collect::all(&mut *right.source, &mut right.columns, "the right side of a join", call)?;
    let detected = left.detected.clone();
    let (source, columns) = Joined::of(left, right.columns, rows, sides.keys, how, types, fuzzy)?;
    Ok(Table { source: Box::new(source), columns, detected })
}
