//! JSONPath (RFC 9535): where the nodes are is found by serde_json_path, what they are is taken from the tree.

use serde_json_path::JsonPath;
use serde_json_path::PathElement;

use super::Problem;
use crate::tree::Tree;

/// Brackets inside each other; queries are read by recursion.
const MAX_NESTING: usize = 64;

/// The nodes of a query.
pub(super) fn run(expression: &str, input: &Tree) -> Result<Vec<Tree>, Problem> {
    let mut depth = 0_usize;
    for (at, byte) in expression.bytes().enumerate() {
        match byte {
            b'[' | b'(' => depth += 1,
            b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_NESTING {
            return Err(Problem::at(expression, at, format!("is nested more than {MAX_NESTING} deep")));
        }
    }
    let path = JsonPath::parse(expression)
        .map_err(|error| Problem::at(expression, error.position(), error.message().to_owned()))?;
    let value = input.to_value();
    let located = path.query_located(&value);
    Ok(located.locations().map(|location| found(input, location.iter())).collect())
}

fn found<'p>(tree: &Tree, path: impl Iterator<Item = &'p PathElement<'p>>) -> Tree {
    let mut tree = tree;
    for step in path {
        let inner = match step {
            PathElement::Name(name) => tree.get(name),
            PathElement::Index(at) => tree.as_list().and_then(|list| list.get(*at)),
        };
        match inner {
            Some(inner) => tree = inner,
            None => return Tree::Null,
        }
    }
    tree.clone()
}
