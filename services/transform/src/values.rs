//! What operations on single values take and give: a value, a list of values, or columns of rows (line items).
//!
//! One shape for all of them, so that a step that works for one value works for a column without a loop in the workflow. What
//! comes in is a tree and never a file: a text that is a URL stays a text. What comes out has the form of what came in; rows
//! keep their other columns, the order of their keys and the literals of their numbers.
//!
//! An operation decides for one value at a time ([`Values::change`]), or looks at all of them first ([`Values::iter`]), as what
//! reads dates does to find one order for a column.

use std::borrow::Cow;

use chassis::{Call, Code, Detail, Error};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::cell::Columns;
use crate::rows::item;
use crate::tree::{Object, Tree, structure_of};

/// Values of a request at most.
const MAX_VALUES: usize = 1_000_000;
/// Bytes the results take together at most.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Values the results have together at most, those within lists and objects counted: each takes memory, however short it is.
const MAX_RESULTS: usize = 2_000_000;
/// Levels a result may have.
const MAX_DEPTH: usize = 160;
/// Values that could not be done, as they are listed in an error or an answer.
const MAX_FAILURES: usize = 100;

/// What becomes of a value that cannot be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnError {
    /// The request fails; the error names the value.
    #[default]
    Fail,
    /// It becomes null; `failures` names it.
    #[serde(alias = "skip")]
    Null,
    /// It stays as it was; `failures` names it.
    #[serde(alias = "ignore")]
    Keep,
}

/// What values became.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValuesResponse {
    /// What the value became; of a list, what its values became; null with rows.
    pub result: Tree,
    /// Rows with their columns changed; null without `columns`.
    pub rows: Option<Vec<Tree>>,
    /// Number of values.
    pub count: usize,
    /// Values that could not be done, the first 100; with `onError` null or keep.
    pub failures: Vec<Failure>,
}

/// A value that could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Place of the value in its list or of its row, from 0.
    pub index: usize,
    /// Column of the value; null without rows.
    pub column: Option<String>,
    /// Why it could not be done.
    pub message: String,
}

/// One value with its place.
#[derive(Clone, Copy)]
pub struct Value<'v> {
    /// The value.
    pub tree: &'v Tree,
    /// Its place in the list, or the place of its row, from 0.
    pub index: usize,
    /// Its column.
    pub column: Option<&'v str>,
    /// Its row.
    pub row: Option<&'v Object<Tree>>,
    /// Whether it stands in a list or in rows.
    pub listed: bool,
}

impl Value<'_> {
    /// The path of the value in the request: `input`, `input[2]`, `input[2].name`.
    #[must_use]
    pub fn field(&self) -> String {
        match (self.listed, self.column) {
            (false, _) => "input".to_owned(),
            (true, None) => format!("input[{}]", self.index),
            (true, Some(column)) => format!("input[{}].{column}", self.index),
        }
    }

    /// Its text; empty for null.
    ///
    /// # Errors
    /// When it is a list or an object.
    pub fn text(&self) -> Result<Cow<'_, str>, String> {
        text_of(self.tree)
    }

    /// Whether there is nothing in it: null, or a text of spaces.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        is_blank(self.tree)
    }
}

/// Whether a value is null or a text of spaces.
#[must_use]
pub fn is_blank(tree: &Tree) -> bool {
    match tree {
        Tree::Null => true,
        Tree::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// The text of a value: a number by its literal, empty for null.
///
/// # Errors
/// When it is a list or an object.
pub fn text_of(tree: &Tree) -> Result<Cow<'_, str>, String> {
    match tree {
        Tree::Null => Ok(Cow::Borrowed("")),
        Tree::Bool(value) => Ok(Cow::Borrowed(if *value { "true" } else { "false" })),
        Tree::Number(number) => Ok(number.literal().unwrap_or_default()),
        Tree::Text(text) => Ok(Cow::Borrowed(text)),
        Tree::List(_) => Err("must be text or a number, not a list".to_owned()),
        Tree::Object(_) => Err("must be text or a number, not an object: name its column in columns".to_owned()),
    }
}

/// The values of a request.
#[derive(Debug)]
pub enum Values {
    /// One value.
    One(Tree),
    /// A list of values.
    List(Vec<Tree>),
    /// Columns of rows.
    Rows {
        /// The rows, each an object.
        rows: Vec<Tree>,
        /// The columns that are changed.
        columns: Vec<String>,
        /// The column the result goes to, where it is another one.
        into: Option<String>,
        /// Whether they were the items of n8n.
        unwrapped: bool,
    },
}

impl Values {
    /// The values of `input`: with `columns` it is rows or one row (also as JSON text), else a list of values or a value.
    ///
    /// # Errors
    /// When `columns` are named and it is no rows, or no row has one of them; when rows come without `columns`.
    pub fn of(input: Tree, columns: &[String], into: Option<&str>) -> Result<Self, Error> {
        if columns.is_empty() {
            if into.is_some() {
                return Err(Error::impossible("into", "goes with rows: name the column of the values in columns"));
            }
            return match input {
                Tree::Object(object) => Err(needs_columns(&object)),
                Tree::List(list) => {
                    if let Some(Tree::Object(object)) = list.first() {
                        return Err(needs_columns(object));
                    }
                    few(list.len())?;
                    Ok(Self::List(unshared(list)))
                }
                value => Ok(Self::One(value)),
            };
        }
        if into.is_some() && columns.len() > 1 {
            return Err(Error::impossible("into", "goes with one column, not with several"));
        }
        let (rows, unwrapped) = match structure_of(input, "input")? {
            Tree::List(list) => unwrapped(unshared(list), columns),
            row @ Tree::Object(_) => unwrapped(vec![row], columns),
            other => {
                let message = format!("must be rows (a list of objects) with columns, not {}", other.kind());
                return Err(Error::impossible("input", message));
            }
        };
        few(rows.len().saturating_mul(columns.len()))?;
        for (index, row) in rows.iter().enumerate() {
            if row.as_object().is_none() {
                let message = format!("must be an object with columns, not {}", row.kind());
                return Err(Error::impossible(format!("input[{index}]"), message));
            }
        }
        for (index, column) in columns.iter().enumerate() {
            if !rows.is_empty() && !rows.iter().any(|row| row.get(column).is_some()) {
                let names = rows.iter().take(100).filter_map(Tree::as_object).flat_map(Object::keys);
                let mut known = Columns::default();
                for name in names {
                    known.place(name)?;
                }
                return Err(known.missing(&format!("columns[{index}]"), column));
            }
        }
        Ok(Self::Rows { rows, columns: columns.to_vec(), into: into.map(str::to_owned), unwrapped })
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::List(list) => list.len(),
            Self::Rows { rows, columns, .. } => rows.len() * columns.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values in their order; of rows column by column, so that what belongs together stands together.
    pub fn iter(&self) -> Box<dyn Iterator<Item = Value<'_>> + '_> {
        match self {
            Self::One(tree) => {
                Box::new(std::iter::once(Value { tree, index: 0, column: None, row: None, listed: false }))
            }
            Self::List(list) => Box::new(list.iter().enumerate().map(|(index, tree)| Value {
                tree,
                index,
                column: None,
                row: None,
                listed: true,
            })),
            Self::Rows { rows, columns, .. } => Box::new(columns.iter().flat_map(move |column| {
                rows.iter().enumerate().map(move |(index, row)| Value {
                    tree: row.get(column).unwrap_or(&Tree::Null),
                    index,
                    column: Some(column),
                    row: row.as_object(),
                    listed: true,
                })
            })),
        }
    }

    /// Makes something of each value. What the function says of a value that it cannot do goes on behind the value's
    /// path: `is no date: "x"` becomes `input[2]: is no date: "x"`.
    ///
    /// # Errors
    /// When a value cannot be done and `on_error` does not say what becomes of it; when the results are too large; when
    /// nobody waits any more.
    pub fn change(
        self,
        on_error: OnError,
        call: &Call,
        mut function: impl FnMut(&Value<'_>) -> Result<Tree, String>,
    ) -> Result<ValuesResponse, Error> {
        let count = self.len();
        let mut results = Vec::with_capacity(count);
        let (mut failures, mut paths, mut failed) = (Vec::new(), Vec::new(), 0_usize);
        let (mut left, mut made) = (MAX_BYTES, 0);
        for value in self.iter() {
            call.check()?;
            let result = function(&value).unwrap_or_else(|message| {
                failed += 1;
                if failures.len() < MAX_FAILURES {
                    paths.push(value.field());
                    failures.push(Failure { index: value.index, column: value.column.map(str::to_owned), message });
                }
                if on_error == OnError::Keep { value.tree.clone() } else { Tree::Null }
            });
            if failed > 0 && on_error == OnError::Fail && failures.len() == MAX_FAILURES {
                break;
            }
            left -= result.weigh(MAX_DEPTH, left).map_err(|_| too_large())?;
            made += within(&result);
            if made > MAX_RESULTS {
                return Err(Error::impossible("input", "gives results of more than 2,000,000 values: send fewer"));
            }
            results.push(result);
        }
        if failed > 0 && on_error == OnError::Fail {
            let details =
                paths.into_iter().zip(failures).map(|(field, Failure { message, .. })| Detail { field, message });
            return Err(Error::fields(Code::Unprocessable, details.collect()));
        }
        if failed > 0 {
            let values = if failed == 1 { "1 value".to_owned() } else { format!("{failed} values") };
            let became = if on_error == OnError::Keep { "stayed as it was" } else { "became null" };
            let message =
                format!("{values} could not be done and {became}; the first, {}: {}", paths[0], failures[0].message);
            call.warn("not-done", Some("input"), message);
        }
        let mut response = ValuesResponse { count, failures, ..ValuesResponse::default() };
        match self {
            Self::One(_) => response.result = results.pop().unwrap_or_default(),
            Self::List(_) => response.result = results.into(),
            Self::Rows { rows, columns, into, unwrapped } => {
                if unwrapped {
                    item::warn_of("input", call);
                }
                response.rows = Some(placed(rows, &columns, into.as_deref(), results));
            }
        }
        Ok(response)
    }
}

/// Rows with the results of their columns, which stand column by column.
fn placed(mut rows: Vec<Tree>, columns: &[String], into: Option<&str>, results: Vec<Tree>) -> Vec<Tree> {
    let mut results = results.into_iter();
    for column in columns {
        for (row, result) in rows.iter_mut().zip(results.by_ref()) {
            if let Tree::Object(object) = row {
                let object = std::sync::Arc::make_mut(object);
                // A row that lacks the column is not given it for nothing.
                if into.is_some() || object.contains(column) || !matches!(result, Tree::Null) {
                    object.insert(into.unwrap_or(column), result);
                }
            }
        }
    }
    rows
}

/// Rows out of items of n8n, where these columns stand in their `json`; whether they were such.
fn unwrapped(rows: Vec<Tree>, columns: &[String]) -> (Vec<Tree>, bool) {
    let is_item = |tree: &Tree| item::row(tree).is_some();
    let asked = columns.iter().any(|name| rows.iter().any(|row| row.get(name).is_some()));
    if rows.is_empty() || asked || !rows.iter().all(is_item) {
        return (rows, false);
    }
    (rows.iter().filter_map(item::row).cloned().collect(), true)
}

fn unshared(list: std::sync::Arc<Vec<Tree>>) -> Vec<Tree> {
    std::sync::Arc::try_unwrap(list).unwrap_or_else(|shared| (*shared).clone())
}

/// How many values a result has.
fn within(result: &Tree) -> usize {
    match result {
        Tree::List(list) => 1 + list.iter().map(within).sum::<usize>(),
        Tree::Object(object) => 1 + object.values().map(within).sum::<usize>(),
        _ => 1,
    }
}

fn few(count: usize) -> Result<(), Error> {
    if count <= MAX_VALUES {
        return Ok(());
    }
    Err(Error::field(Code::PayloadTooLarge, "input", "has more than 1,000,000 values: send them in parts"))
}

fn too_large() -> Error {
    Error::impossible("input", "gives results of more than 64 MB together: send fewer values")
}

fn needs_columns(object: &Object<Tree>) -> Error {
    let names: Vec<String> = object.keys().take(5).map(|name| crate::rows::cell::shown(name)).collect();
    let message = match names.is_empty() {
        true => "is required with rows: name the columns to change".to_owned(),
        false => format!("is required with rows: name the columns to change, such as {}", names.join(", ")),
    };
    Error::field(Code::ValidationError, "columns", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::read;

    fn upper(input: &str, columns: &[&str], into: Option<&str>, on_error: OnError) -> Result<ValuesResponse, String> {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        let values = Values::of(read(input).unwrap(), &columns, into).map_err(|error| error.message())?;
        let change = |value: &Value<'_>| match value.text()?.as_ref() {
            "bad" => Err("is bad".to_owned()),
            text => Ok(Tree::from(text.to_uppercase())),
        };
        values.change(on_error, &Call::detached(), change).map_err(|error| error.message())
    }

    #[test]
    fn a_value_a_list_and_rows() {
        let result = |input: &str| upper(input, &[], None, OnError::Fail).unwrap().result.to_json();
        for (input, right) in [
            (r#""a""#, r#""A""#),
            ("1.10", r#""1.10""#),
            (r#"["a",true,9007199254740993,null]"#, r#"["A","TRUE","9007199254740993",""]"#),
            ("[]", "[]"),
            ("null", r#""""#),
        ] {
            assert_eq!(result(input), right, "{input}");
        }
        let rows = |input: &str, columns: &[&str], into| {
            let response = upper(input, columns, into, OnError::Fail).unwrap();
            assert!(matches!(response.result, Tree::Null));
            Tree::from(response.rows.unwrap()).to_json()
        };
        let input = r#"[{"z":1.10,"b":"x","a":"y"},{"b":"w"}]"#;
        assert_eq!(rows(input, &["b"], None), r#"[{"z":1.10,"b":"X","a":"y"},{"b":"W"}]"#);
        assert_eq!(rows(input, &["b", "a"], None), r#"[{"z":1.10,"b":"X","a":"Y"},{"b":"W","a":""}]"#);
        assert_eq!(rows(input, &["b"], Some("c")), r#"[{"z":1.10,"b":"x","a":"y","c":"X"},{"b":"w","c":"W"}]"#);
        // One row, and rows as a form writes them.
        assert_eq!(rows(r#"{"a":"x"}"#, &["a"], None), r#"[{"a":"X"}]"#);
        assert_eq!(rows(r#""[{\"a\":\"x\"}]""#, &["a"], None), r#"[{"a":"X"}]"#);
        assert_eq!(rows("[]", &["a"], None), "[]");
        // Items of n8n, and rows that only look like them.
        assert_eq!(
            rows(r#"[{"json":{"b":1.10,"a":"x"},"pairedItem":0},{"json":{"a":"y"}}]"#, &["a"], None),
            r#"[{"b":1.10,"a":"X"},{"a":"Y"}]"#
        );
        assert_eq!(rows(r#"[{"json":"x"}]"#, &["json"], None), r#"[{"json":"X"}]"#);
        for (input, said) in [(r#"[{"json":{"a":"x"}}]"#, 1), (r#"[{"a":"x"}]"#, 0)] {
            let call = Call::detached();
            let values = Values::of(read(input).unwrap(), &["a".to_owned()], None).unwrap();
            values.change(OnError::Fail, &call, |value| Ok(value.tree.clone())).unwrap();
            assert_eq!(call.warnings().iter().filter(|one| one.code == "unwrapped-items").count(), said, "{input}");
        }
    }

    #[test]
    fn what_is_wrong_says_where() {
        let message = |input: &str, columns: &[&str], into| upper(input, columns, into, OnError::Fail).unwrap_err();
        for (input, columns, into, right) in [
            (r#"["a","bad","bad"]"#, &[][..], None, "input[1]: is bad (and 1 more)"),
            (r#""bad""#, &[], None, "input: is bad"),
            (r#"[{"a":"x"},{"a":"bad"}]"#, &["a"], None, "input[1].a: is bad"),
            (r#"[{"name":"x"}]"#, &["nmae"], None, r#"columns[0]: there is no column "nmae"; did you mean "name"?"#),
            (
                r#"[{"name":"x"}]"#,
                &[],
                None,
                r#"columns: is required with rows: name the columns to change, such as "name""#,
            ),
            (
                r#"{"name":"x"}"#,
                &[],
                None,
                r#"columns: is required with rows: name the columns to change, such as "name""#,
            ),
            (r#"["a"]"#, &["a"], None, "input[0]: must be an object with columns, not text"),
            (r#""a""#, &["a"], None, "input: must be rows (a list of objects) with columns, not text"),
            (r#"[["a"]]"#, &[], None, "input[0]: must be text or a number, not a list"),
            (r#""a""#, &[], Some("b"), "into: goes with rows: name the column of the values in columns"),
            (r#"[{"a":1}]"#, &["a", "a"], Some("b"), "into: goes with one column, not with several"),
        ] {
            assert_eq!(message(input, columns, into), right, "{input}");
        }
    }

    #[test]
    fn what_cannot_be_done_becomes_null_or_stays() {
        let call = |on_error| upper(r#"["a","bad"]"#, &[], None, on_error).unwrap();
        let (null, keep) = (call(OnError::Null), call(OnError::Keep));
        assert_eq!(null.result.to_json(), r#"["A",null]"#);
        assert_eq!(keep.result.to_json(), r#"["A","bad"]"#);
        assert_eq!(null.failures, [Failure { index: 1, column: None, message: "is bad".to_owned() }]);
    }

    #[test]
    fn results_are_bounded() {
        let list = Tree::from(vec![Tree::from("a"); 100]);
        let large = Tree::from("x".repeat(1_000_000));
        let values = Values::of(list, &[], None).unwrap();
        let error = values.change(OnError::Fail, &Call::detached(), |_| Ok(large.clone())).unwrap_err();
        assert!(error.message().contains("64 MB"), "{}", error.message());
    }
}
