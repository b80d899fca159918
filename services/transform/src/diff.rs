//! What differs between two documents, or between two sets of rows.

mod documents;
mod rows;

use chassis::{Call, Data, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tree::{Syntax, Tree, tree_of};

/// Changes that are listed at most.
const MAX_CHANGES: usize = 100_000;

const DESCRIPTION: &str = "\
Compares two JSON values. **Documents**: `changes` lists every difference with its place and both values; `patch` is the JSON Patch (RFC \
6902) that makes the right one of the left one, for `patch`. **Rows** (with `keys`): rows with the same values under `keys` belong together; \
`onlyLeft`, `onlyRight` and `different` have the rows, `same` counts the others, whatever their order.

Values are equal when they mean the same: 1.0 and 1.00, objects with their keys in another order. 3 and \"3\" are different, unless \
`looseTypes`; numbers at most `tolerance` apart are equal. `ignore` names fields that are not compared, at any depth, or by JSON Pointer (`/meta/updatedAt`).";

/// Two values to compare.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct DiffRequest {
    /// Value before.
    #[serde(alias = "before", alias = "old", alias = "a")]
    pub left: Data,
    /// Value after.
    #[serde(alias = "after", alias = "new", alias = "b")]
    pub right: Data,
    /// What texts or files in `left` and `right` hold.
    #[serde(default)]
    pub syntax: Syntax,
    /// Columns by which rows belong together; without any, documents are compared.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub keys: Vec<String>,
    /// Fields that are not compared: names, or JSON Pointers that begin with `/`.
    #[serde(default)]
    #[garde(length(max = 100))]
    pub ignore: Vec<String>,
    /// Whether numbers and booleans equal the texts that say the same: 3 and `"3"`, true and `"TRUE"`.
    #[serde(default)]
    pub loose_types: bool,
    /// How far apart numbers may be and still be equal; 0 or more.
    #[serde(default)]
    #[garde(range(min = 0.0))]
    pub tolerance: f64,
}

/// What differs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiffResponse {
    /// Whether nothing differs.
    pub equal: bool,
    /// Differences of documents, up to 100,000; empty with `keys`.
    pub changes: Vec<Change>,
    /// JSON Patch that makes the right document of the left one; null with `keys`.
    pub patch: Option<Tree>,
    /// Rows that are only on the left.
    pub only_left: Vec<Tree>,
    /// Rows that are only on the right.
    pub only_right: Vec<Tree>,
    /// Rows that are on both sides and differ.
    pub different: Vec<RowDifference>,
    /// Number of rows that are the same on both sides; null without `keys`.
    pub same: Option<usize>,
}

/// Kind of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// Only on the right.
    Added,
    /// Only on the left.
    Removed,
    /// Another value on the right.
    Changed,
}

/// One difference between two documents.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Kind of the difference.
    pub kind: ChangeKind,
    /// Place as a JSON Pointer: of what was removed or changed in the left document, of what was added in the right one.
    pub path: String,
    /// Value on the left; null when there is none.
    pub left: Tree,
    /// Value on the right; null when there is none.
    pub right: Tree,
}

/// A row that is on both sides and differs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowDifference {
    /// Values under the keys.
    pub key: Tree,
    /// Columns that differ.
    pub columns: Vec<String>,
    /// Row on the left.
    pub left: Tree,
    /// Row on the right.
    pub right: Tree,
}

/// When two values are equal.
struct Equality<'a> {
    ignore: &'a [String],
    loose: bool,
    tolerance: f64,
}

impl Equality<'_> {
    fn ignores(&self, path: &str, key: &str) -> bool {
        let mut whole = None;
        self.ignore.iter().any(|ignored| match ignored.starts_with('/') {
            true => {
                let whole = whole.get_or_insert_with(|| {
                    let mut whole = path.to_owned();
                    crate::pointer::push(&mut whole, key);
                    whole
                });
                ignored == whole
            }
            false => ignored == key,
        })
    }

    /// Whether two values that are no list or object, or not both, are equal.
    fn scalars(&self, one: &Tree, two: &Tree) -> bool {
        match (one, two) {
            (Tree::Number(a), Tree::Number(b)) if self.tolerance > 0.0 => {
                one == two || (a.as_f64() - b.as_f64()).abs() <= self.tolerance
            }
            (Tree::Text(text), other @ (Tree::Number(_) | Tree::Bool(_)))
            | (other @ (Tree::Number(_) | Tree::Bool(_)), Tree::Text(text))
                if self.loose =>
            {
                let text = text.trim();
                match other {
                    Tree::Number(_) => match crate::tree::Number::parse(text) {
                        Some(number) => self.scalars(&number.into(), other),
                        None => false,
                    },
                    other => text.eq_ignore_ascii_case(&other.to_json()),
                }
            }
            _ => one == two,
        }
    }

    /// Whether two values are equal, whatever they are.
    fn equal(&self, one: &Tree, two: &Tree, path: &str) -> bool {
        match (one, two) {
            (Tree::List(a), Tree::List(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b.iter()).enumerate().all(|(at, (a, b))| self.equal(a, b, &format!("{path}/{at}")))
            }
            (Tree::Object(a), Tree::Object(b)) => {
                let inner = |key: &str| {
                    let mut inner = path.to_owned();
                    crate::pointer::push(&mut inner, key);
                    inner
                };
                let kept = |key: &str| !self.ignores(path, key);
                a.iter()
                    .filter(|(key, _)| kept(key))
                    .all(|(key, value)| b.get(key).is_some_and(|other| self.equal(value, other, &inner(key))))
                    && b.keys().filter(|key| kept(key)).all(|key| a.contains(key))
            }
            _ => self.scalars(one, two),
        }
    }

    /// Whether equality is that of the values themselves.
    fn is_plain(&self) -> bool {
        self.ignore.is_empty() && !self.loose && self.tolerance == 0.0
    }
}

fn example() -> DiffRequest {
    DiffRequest {
        left: serde_json::from_str(r#"[{"id":1,"price":1.10},{"id":2,"price":5}]"#).expect("it is JSON"),
        right: serde_json::from_str(r#"[{"id":2,"price":5.00},{"id":1,"price":1.20},{"id":3,"price":9}]"#)
            .expect("it is JSON"),
        syntax: Syntax::Auto,
        keys: vec!["id".to_owned()],
        ignore: Vec::new(),
        loose_types: false,
        tolerance: 0.0,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compare two JSON documents, or two sets of rows")
        .description(DESCRIPTION)
        .example(example)
        .files(2, &[])
}

/// Compares two values.
///
/// # Errors
/// When one is no JSON, or rows are none or have no unique keys.
pub fn diff(request: DiffRequest, call: &Call) -> Result<DiffResponse, Error> {
    let left = tree_of(&request.left, request.syntax, "left")?;
    let right = tree_of(&request.right, request.syntax, "right")?;
    let equality = Equality { ignore: &request.ignore, loose: request.loose_types, tolerance: request.tolerance };
    if request.keys.is_empty() {
        documents::diff(&left, &right, &equality, call)
    } else {
        rows::diff(&left, &right, &request.keys, &equality, call)
    }
}
