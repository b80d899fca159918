//! Query and reshape JSON with jq, JSONata, JMESPath or JSONPath.
//!
//! | file | job |
//! | --- | --- |
//! | `jq/`, `jsonata.rs`, `jmespath.rs`, `jsonpath.rs` | the languages, over the tree |
//! | `arithmetic.rs` | arithmetic that keeps integers exact |

pub(crate) mod arithmetic;
#[cfg(test)]
mod conformance;
mod jmespath;
mod jq;
mod jsonata;
mod jsonpath;

use chassis::{Call, Data, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::result::writable;
use crate::tree::{Object, Syntax, Tree, structure_of, tree_of};
use crate::worker;

/// Outputs of a filter at most.
const MAX_OUTPUTS: usize = 1_000_000;
/// Characters of an expression that show where it is wrong.
const SHOWN_CHARS: usize = 20;

const DESCRIPTION: &str = "\
Evaluates an expression on JSON. Data comes out as it went in: numbers keep all their digits (9224851642388483, 1.10), \
objects the order of their keys, also where the language itself would change them.

**Languages**: `jq` (all of jq 1.7 but modules, `?//`, `$__loc__`, and what reaches out: `env`, `input`, `halt`); `jsonata`; `jmespath`; \
`jsonpath` (RFC 9535). In jq integers are exact to 38 digits: an id plus one is the next id. JSONata computes with doubles; a number that \
only passes through keeps its digits.

**Shape of the result**: a language answers one match with a value and two with a list, and a workflow breaks on the day there is one \
order. `output: list` is always a list, `[]` without a match; `first` is the first match, or null. `native`, the default, is what the \
language itself answers: of jq the output, or the list of several outputs, or null for none; of JSONPath the list of nodes. `count` \
is the number of matches whatever the shape.

An expression has two seconds and 1 GB; one that takes longer is 422.";

/// Language of an expression.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// jq.
    #[default]
    Jq,
    /// JSONata.
    Jsonata,
    /// JMESPath.
    Jmespath,
    /// JSONPath (RFC 9535).
    Jsonpath,
}

/// Shape of a result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// What the language answers: a value for one match, a list for several.
    #[default]
    Native,
    /// Always a list; empty without a match.
    List,
    /// The first match; null without one.
    First,
}

/// Data and an expression.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct QueryRequest {
    /// Data to query.
    #[serde(alias = "input", alias = "json", alias = "document", alias = "rows")]
    pub data: Data,
    /// What a text or a file in `data` holds.
    #[serde(default)]
    pub syntax: Syntax,
    /// Language of the expression (default jq; JSONPath where it begins with `$.` or `$[`, which is nothing in jq).
    #[serde(default, alias = "language")]
    pub engine: Option<Engine>,
    /// Expression, at most 65,536 characters (JMESPath and JSONPath 4,096): `.items[] | select(.price > 10)`.
    #[serde(alias = "query", alias = "filter")]
    #[garde(length(chars, min = 1, max = 65_536))]
    pub expression: String,
    /// Values of variables by name, `$name` in jq and JSONata.
    #[serde(default)]
    pub variables: Option<Tree>,
    /// Shape of the result.
    #[serde(default)]
    pub output: Shape,
}

/// Result of an expression.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueryResponse {
    /// Result, in the shape asked for.
    pub result: Tree,
    /// Number of matches: outputs of jq, nodes of JSONPath, elements of a list, 1 for another value, 0 for none.
    pub count: usize,
    /// Language of the expression.
    pub engine: Engine,
}

/// Why an expression has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    message: String,
    /// Whether it is the expression that cannot be read, and where.
    position: Option<(usize, String)>,
}

impl Problem {
    /// The expression cannot be read, at this byte.
    fn at(expression: &str, at: usize, message: impl Into<String>) -> Self {
        let mut at = at.min(expression.len());
        while !expression.is_char_boundary(at) {
            at -= 1;
        }
        let (before, after) = expression.split_at(at);
        let position = before.chars().count() + 1;
        let shown: String = after.chars().take(SHOWN_CHARS).collect();
        Self { message: message.into(), position: Some((position, shown.trim().to_owned())) }
    }

    /// The same, when the place is not known.
    fn anywhere(self) -> Self {
        Self { position: None, ..self }
    }

    /// It does not go with the data.
    fn of_data(message: impl Into<String>) -> Self {
        Self { message: message.into(), position: None }
    }

    /// What to say of it.
    fn say(&self) -> String {
        match &self.position {
            None => self.message.clone(),
            Some((_, shown)) if shown.is_empty() => format!("{} (at the end)", self.message),
            Some((position, shown)) => format!("{} (at character {position}: {shown})", self.message),
        }
    }
}

fn example() -> QueryRequest {
    let orders = r#"{"orders":[{"id":9224851642388483,"total":1.10},{"id":9224851642388484,"total":20.00}]}"#;
    QueryRequest {
        data: serde_json::from_str(orders).expect("it is JSON"),
        syntax: Syntax::Auto,
        engine: Some(Engine::Jq),
        expression: ".orders[] | select(.total > $least) | {id, total}".to_owned(),
        variables: Some(Object::from_iter([("least", Tree::from(10_i64))]).into()),
        output: Shape::List,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Query JSON with jq, JSONata, JMESPath or JSONPath").description(DESCRIPTION).example(example).isolated()
}

/// Evaluates an expression.
///
/// # Errors
/// When the data or the expression cannot be read, when they do not go together, when it takes too long.
pub fn query(request: QueryRequest, call: &Call) -> Result<QueryResponse, Error> {
    let QueryRequest { data, syntax, engine, expression, variables, output } = request;
    let engine = engine.unwrap_or_else(|| {
        match expression.trim_start().strip_prefix('$').is_some_and(|rest| rest.starts_with(['.', '['])) {
            true => Engine::Jsonpath,
            false => Engine::Jq,
        }
    });
    let long = matches!(engine, Engine::Jmespath | Engine::Jsonpath) && expression.chars().count() > 4_096;
    if long {
        return Err(Error::impossible("expression", "is longer than 4096 characters"));
    }
    let variables = named(variables, engine)?;
    let tree = tree_of(&data, syntax, "data")?;
    // The tree is the data now; both would be twice the memory.
    drop(data);
    let found = worker::within_limit("expression", call, move || evaluate(engine, &expression, &variables, tree))?;
    let matches = found.map_err(|problem| Error::impossible("expression", problem.say()))?;
    let count = matches.count();
    let result = matches.shaped(output);
    writable(&result, "expression")?;
    Ok(QueryResponse { result, count, engine })
}

/// The variables by name.
fn named(variables: Option<Tree>, engine: Engine) -> Result<Vec<(String, Tree)>, Error> {
    let variables = variables.map(|variables| structure_of(variables, "variables")).transpose()?;
    let object = match variables {
        None => return Ok(Vec::new()),
        Some(Tree::Object(object)) => object,
        Some(_) => return Err(Error::impossible("variables", "must be an object of values by name")),
    };
    if matches!(engine, Engine::Jmespath | Engine::Jsonpath) && !object.is_empty() {
        return Err(Error::impossible("variables", "are only in jq and JSONata: write the values into the expression"));
    }
    let plain = |name: &str| {
        let mut chars = name.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if let Some(name) = object.keys().find(|name| !plain(name)) {
        let shown: String = name.chars().take(SHOWN_CHARS).collect();
        let message = format!("{shown} is no name of a variable: use letters, digits and _, without the $");
        return Err(Error::impossible("variables", message));
    }
    Ok(object.iter().map(|(name, value)| (name.to_string(), value.clone())).collect())
}

/// What a language found.
enum Matches {
    /// Several outputs or nodes; whether one of them stands for itself.
    Stream { found: Vec<Tree>, bare: bool },
    /// A value, or none.
    Value(Option<Tree>),
}

impl Matches {
    fn count(&self) -> usize {
        match self {
            Self::Stream { found, .. } => found.len(),
            Self::Value(None) => 0,
            Self::Value(Some(Tree::List(list))) => list.len(),
            Self::Value(Some(_)) => 1,
        }
    }

    fn shaped(self, shape: Shape) -> Tree {
        match (self, shape) {
            (Self::Stream { mut found, bare: true }, Shape::Native) if found.len() <= 1 => {
                found.pop().unwrap_or_default()
            }
            (Self::Stream { found, .. }, Shape::Native | Shape::List) => found.into(),
            (Self::Stream { found, .. }, Shape::First) => found.into_iter().next().into(),
            (Self::Value(value), Shape::Native) => value.into(),
            (Self::Value(Some(list @ Tree::List(_))), Shape::List) => list,
            (Self::Value(value), Shape::List) => value.into_iter().collect(),
            (Self::Value(Some(Tree::List(list))), Shape::First) => list.first().cloned().into(),
            (Self::Value(value), Shape::First) => value.into(),
        }
    }
}

fn evaluate(engine: Engine, expression: &str, variables: &[(String, Tree)], input: Tree) -> Result<Matches, Problem> {
    match engine {
        Engine::Jq => {
            let mut found = Vec::new();
            jq::run(expression, variables, input, &mut |output| {
                if found.len() == MAX_OUTPUTS {
                    return Err(Problem::of_data(format!("gives more than {MAX_OUTPUTS} outputs")));
                }
                found.push(output);
                Ok(())
            })?;
            Ok(Matches::Stream { found, bare: true })
        }
        Engine::Jsonata => jsonata::run(expression, variables, &input).map(Matches::Value),
        Engine::Jmespath => {
            let value = jmespath::run(expression, &input)?;
            Ok(Matches::Value((!matches!(value, Tree::Null)).then_some(value)))
        }
        Engine::Jsonpath => jsonpath::run(expression, &input).map(|found| Matches::Stream { found, bare: false }),
    }
}
