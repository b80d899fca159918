//! What is odd about the fields of a filter: those no point has, with the nearest that some have; values of another kind.

use super::leaves::Kind;
use super::{Condition, Filter};
use crate::nearest::nearest;
use crate::store::Remark;

/// Remarks of a filter at most.
const MAX_REMARKS: usize = 20;

/// The fields of a collection, as far as remarks are about them.
pub(crate) trait Fields {
    /// Why they cannot be had.
    type Fault;

    /// Kinds of values at a path and below it.
    fn kinds(&self, path: &str) -> Result<Vec<Kind>, Self::Fault>;

    /// All paths.
    fn paths(&self) -> Result<Vec<String>, Self::Fault>;
}

/// What is odd about a filter.
///
/// # Errors
/// When the fields cannot be had.
pub(crate) fn remarks<F: Fields>(filter: &Filter, fields: &F) -> Result<Vec<Remark>, F::Fault> {
    let mut remarks: Vec<Remark> = Vec::new();
    for condition in filter.leaves() {
        let Some(key) = condition.key() else { continue };
        if remarks.len() == MAX_REMARKS {
            break;
        }
        let kinds = fields.kinds(key)?;
        if kinds.is_empty() {
            if !matches!(condition, Condition::Empty { .. }) {
                remarks.push(unknown(key, fields)?);
            }
        } else if let Some(remark) = other_kind(condition, key, &kinds) {
            remarks.push(remark);
        }
    }
    remarks.dedup();
    Ok(remarks)
}

/// A field no point has.
///
/// # Errors
/// When the fields cannot be had.
pub(crate) fn unknown<F: Fields>(key: &str, fields: &F) -> Result<Remark, F::Fault> {
    let paths = fields.paths()?;
    let message = match nearest(key, paths.iter().map(String::as_str)) {
        Some(path) => format!("no point has a field {key}; did you mean {path}?"),
        None => format!("no point has a field {key}"),
    };
    Ok(("unknown-field", format!("filter.{key}"), message))
}

/// A condition whose values are of a kind that no value of the field is.
fn other_kind(condition: &Condition, key: &str, known: &[Kind]) -> Option<Remark> {
    use super::Scalar;
    let has = |kind: Kind| known.contains(&kind);
    let is_text = has(Kind::Text) || has(Kind::LongText);
    let wanted = match condition {
        Condition::Any { values, .. } => {
            let fits = |value: &Scalar| match value {
                Scalar::Text(_) => is_text,
                Scalar::Whole(_) | Scalar::Float(_) => has(Kind::Number),
                Scalar::Bool(_) => has(Kind::Bool),
            };
            if values.iter().any(fits) {
                return None;
            }
            match values.first()? {
                Scalar::Text(_) => "text",
                Scalar::Whole(_) | Scalar::Float(_) => "a number",
                Scalar::Bool(_) => "true or false",
            }
        }
        Condition::Range { .. } if !has(Kind::Number) => "a number",
        Condition::Times { .. } if !has(Kind::Time) => "a date or time",
        Condition::Contains { .. } if !is_text => "text",
        _ => return None,
    };
    let is = match () {
        () if has(Kind::Number) => "numbers",
        () if is_text => "text",
        () if has(Kind::Bool) => "true or false",
        () => "something else",
    };
    let message = format!("{key} has {is}, and is compared with {wanted}: nothing can match");
    Some(("other-type", format!("filter.{key}"), message))
}
