//! JSONPath (RFC 9535) over the tree.
//!
//! Own, because the crates there are work on `serde_json::Value`: its sorted keys would decide the order of `$.*`, which is to
//! be that of the document.
//!
//! | file | job |
//! | --- | --- |
//! | `parse.rs` | text to segments, selectors and filters, as the grammar of the RFC has them, types checked |
//! | `evaluate.rs` | the nodes they select |

mod evaluate;
mod parse;

use super::Problem;
use crate::tree::Tree;

/// A query: from the root, or from the node that a filter looks at.
#[derive(Debug)]
struct Query {
    absolute: bool,
    segments: Vec<Segment>,
}

impl Query {
    /// Whether it selects one node at most, whatever the data.
    fn is_singular(&self) -> bool {
        self.segments.iter().all(|segment| {
            !segment.descendant && matches!(segment.selectors[..], [Selector::Name(_) | Selector::Index(_)])
        })
    }
}

/// Selectors, applied to a node or to it and all its descendants.
#[derive(Debug)]
struct Segment {
    descendant: bool,
    selectors: Vec<Selector>,
}

#[derive(Debug)]
enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice(Option<i64>, Option<i64>, i64),
    Filter(Condition),
}

/// What a filter asks of a node.
#[derive(Debug)]
enum Condition {
    Or(Vec<Condition>),
    And(Vec<Condition>),
    Not(Box<Condition>),
    Exists(Query),
    Matches { whole: bool, text: Operand, pattern: Operand },
    Compare(Operand, Comparison, Operand),
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A value, or nothing.
#[derive(Debug)]
enum Operand {
    Literal(Tree),
    Node(Query),
    Length(Box<Operand>),
    Count(Query),
    Value(Query),
}

/// The nodes of a query.
pub(super) fn run(expression: &str, input: &Tree) -> Result<Vec<Tree>, Problem> {
    let query = parse::query(expression)?;
    evaluate::nodes(&query, input)
}
