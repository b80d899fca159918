//! Conditions, as Qdrant's documentation has them.

use std::collections::HashMap;

use qdrant_client::qdrant::condition::ConditionOneOf;
use qdrant_client::qdrant::r#match::MatchValue;
use qdrant_client::qdrant::value::Kind;
use qdrant_client::qdrant::{Condition, FieldCondition, Filter, Value};
use tonic::Status;

use super::memory::{Kept, uuid};

/// Whether a filter keeps a point.
pub(super) fn keeps(filter: &Filter, id: &str, point: &Kept) -> Result<bool, Status> {
    let meets = |condition: &Condition| meets(condition, id, point);
    let count = |conditions: &[Condition]| -> Result<usize, Status> {
        let mut count = 0;
        for condition in conditions {
            count += usize::from(meets(condition)?);
        }
        Ok(count)
    };
    let min = match &filter.min_should {
        Some(min) => count(&min.conditions)? as u64 >= min.min_count,
        None => true,
    };
    Ok(min
        && count(&filter.must)? == filter.must.len()
        && (filter.should.is_empty() || count(&filter.should)? > 0)
        && count(&filter.must_not)? == 0)
}

fn meets(condition: &Condition, id: &str, point: &Kept) -> Result<bool, Status> {
    match condition.condition_one_of.as_ref().ok_or_else(|| Status::invalid_argument("an empty condition"))? {
        ConditionOneOf::Field(condition) => field(condition, &point.payload),
        ConditionOneOf::Filter(filter) => keeps(filter, id, point),
        ConditionOneOf::HasId(ids) => {
            let ids = ids.has_id.iter().map(uuid).collect::<Result<Vec<_>, _>>()?;
            Ok(ids.iter().any(|one| one == id))
        }
        ConditionOneOf::IsEmpty(empty) => Ok(values(&point.payload, &empty.key).is_empty()),
        ConditionOneOf::HasVector(has) => match has.has_vector.as_str() {
            "dense" => Ok(true),
            "words" => Ok(!point.words.is_empty()),
            other => Err(Status::invalid_argument(format!("no vector {other}"))),
        },
        other => Err(Status::unimplemented(format!("{other:?}"))),
    }
}

/// Scalars at a path; those of lists one by one.
pub(super) fn values<'v>(payload: &'v HashMap<String, Value>, path: &str) -> Vec<&'v Value> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(value) = payload.get(name) else { return Vec::new() };
    match (&value.kind, rest) {
        (Some(Kind::StructValue(inner)), Some(rest)) => values(&inner.fields, rest),
        (_, Some(_)) => Vec::new(),
        (Some(Kind::ListValue(list)), None) => list.values.iter().collect(),
        (None | Some(Kind::NullValue(_)), None) => Vec::new(),
        (Some(_), None) => vec![value],
    }
}

fn text(value: &Value) -> Option<&str> {
    match value.kind.as_ref()? {
        Kind::StringValue(text) => Some(text),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "as Qdrant compares")]
fn number(value: &Value) -> Option<f64> {
    match value.kind.as_ref()? {
        Kind::DoubleValue(number) => Some(*number),
        Kind::IntegerValue(number) => Some(*number as f64),
        _ => None,
    }
}

fn field(condition: &FieldCondition, payload: &HashMap<String, Value>) -> Result<bool, Status> {
    let found = values(payload, &condition.key);
    if let Some(range) = &condition.range {
        let within = |number: f64| {
            range.gte.is_none_or(|bound| number >= bound)
                && range.gt.is_none_or(|bound| number > bound)
                && range.lte.is_none_or(|bound| number <= bound)
                && range.lt.is_none_or(|bound| number < bound)
        };
        return Ok(found.iter().filter_map(|value| number(value)).any(within));
    }
    let matching = condition.r#match.as_ref().and_then(|matching| matching.match_value.as_ref());
    let texts: Vec<&str> = found.iter().filter_map(|value| text(value)).collect();
    match matching {
        Some(MatchValue::Keyword(wanted)) => Ok(texts.contains(&wanted.as_str())),
        Some(MatchValue::Keywords(wanted)) => Ok(texts.iter().any(|text| wanted.strings.iter().any(|one| one == text))),
        Some(MatchValue::ExceptKeywords(but)) => Ok(texts.iter().any(|text| but.strings.iter().all(|one| one != text))),
        // Without a full-text index the text must be part of the value.
        Some(MatchValue::Text(wanted)) => Ok(texts.iter().any(|text| text.contains(wanted.as_str()))),
        other => Err(Status::unimplemented(format!("{other:?}"))),
    }
}
