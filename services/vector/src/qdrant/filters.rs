//! Filters in Qdrant's language, about the values that `points.rs` takes out of payloads.
//!
//! | entry | what it has | for |
//! | --- | --- | --- |
//! | `k` | path, kind and value of each scalar, in one text; indexed | a value is one of these |
//! | `v.<path>` | kind and value of each scalar but null | a value is none of these |
//! | `x.<path>` | texts | a text contains this |
//! | `n.<path>`, `t.<path>` | numbers; moments in microseconds | ranges |
//! | `h` | paths that have a value, and those above | it is empty |
//! | `z` | paths that have null | it is null |

use qdrant_client::qdrant::condition::ConditionOneOf;
use qdrant_client::qdrant::r#match::MatchValue;
use qdrant_client::qdrant::{
    Condition as Theirs, FieldCondition, Filter as TheirFilter, HasIdCondition, HasVectorCondition, Match, MinShould,
    PointId, Range, RepeatedStrings,
};

use super::names::{path_name, point_id};
use super::points::{COLLECTION, EXPIRES, WORDS, kind_value, token};
use crate::filter::leaves::{Kind, leaf_of};
use crate::filter::{Bounds, Condition, Filter};

fn field(key: String, value: MatchValue) -> Theirs {
    let condition =
        FieldCondition { key, r#match: Some(Match { match_value: Some(value) }), ..FieldCondition::default() };
    Theirs { condition_one_of: Some(ConditionOneOf::Field(condition)) }
}

fn range(key: String, range: Range) -> Theirs {
    let condition = FieldCondition { key, range: Some(range), ..FieldCondition::default() };
    Theirs { condition_one_of: Some(ConditionOneOf::Field(condition)) }
}

pub(super) fn keyword(key: &str, value: &str) -> Theirs {
    field(key.to_owned(), MatchValue::Keyword(value.to_owned()))
}

pub(super) fn nested(filter: TheirFilter) -> Theirs {
    Theirs { condition_one_of: Some(ConditionOneOf::Filter(filter)) }
}

pub(super) fn has_id(ids: Vec<PointId>) -> Theirs {
    Theirs { condition_one_of: Some(ConditionOneOf::HasId(HasIdCondition { has_id: ids })) }
}

/// The points of a collection that have not expired.
pub(super) fn of_collection(collection: &str, now: i64) -> TheirFilter {
    TheirFilter { must: vec![keyword(COLLECTION, collection)], must_not: vec![expired(now)], ..TheirFilter::default() }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 are within 2^53")]
pub(super) fn expired(now: i64) -> Theirs {
    range(EXPIRES.to_owned(), Range { lte: Some(now as f64), ..Range::default() })
}

/// Those a filter keeps.
pub(super) fn of_filter(collection: &str, filter: &Filter, now: i64) -> TheirFilter {
    let mut all = of_collection(collection, now);
    if !filter.is_empty() {
        all.must.push(nested(translated(collection, filter)));
    }
    all
}

/// The points whose words count for the inverse document frequency: those of the collection that have any.
pub(super) fn corpus(collection: &str, now: i64) -> TheirFilter {
    let mut all = of_collection(collection, now);
    let has = HasVectorCondition { has_vector: WORDS.to_owned() };
    all.must.push(Theirs { condition_one_of: Some(ConditionOneOf::HasVector(has)) });
    all
}

fn translated(collection: &str, filter: &Filter) -> TheirFilter {
    let all = |conditions: &[Condition]| conditions.iter().map(|one| condition(collection, one)).collect::<Vec<_>>();
    TheirFilter {
        must: all(&filter.must),
        should: all(&filter.should),
        must_not: all(&filter.must_not),
        min_should: filter
            .min_should
            .as_ref()
            .map(|(least, conditions)| MinShould { conditions: all(conditions), min_count: *least as u64 }),
    }
}

/// What no point meets.
fn nothing() -> Theirs {
    has_id(vec![point_id("", "")])
}

fn condition(collection: &str, condition: &Condition) -> Theirs {
    match condition {
        Condition::Any { key, values } => {
            let tokens: Vec<String> =
                values.iter().filter_map(leaf_of).map(|(kind, leaf)| token(key, kind, &leaf)).collect();
            match tokens.is_empty() {
                true => nothing(),
                false => field("k".to_owned(), MatchValue::Keywords(RepeatedStrings { strings: tokens })),
            }
        }
        Condition::Except { key, values } => {
            let strings = values.iter().filter_map(leaf_of).map(|(kind, leaf)| kind_value(kind, &leaf)).collect();
            field(format!("v.{}", path_name(key)), MatchValue::ExceptKeywords(RepeatedStrings { strings }))
        }
        // Every text contains an empty one.
        Condition::Contains { key, text } if text.is_empty() => any_text(key),
        Condition::Contains { key, text } => field(format!("x.{}", path_name(key)), MatchValue::Text(text.clone())),
        Condition::Range { key, bounds } => range(format!("n.{}", path_name(key)), bounds_of(*bounds)),
        Condition::Times { key, bounds } => {
            #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 are within 2^53")]
            let float = |bound: Option<i64>| bound.map(|micros| micros as f64);
            let Bounds { gte, gt, lte, lt } = *bounds;
            let bounds = Bounds { gte: float(gte), gt: float(gt), lte: float(lte), lt: float(lt) };
            range(format!("t.{}", path_name(key)), bounds_of(bounds))
        }
        Condition::Empty { key } => {
            let has = keyword("h", &path_name(key));
            nested(TheirFilter { must_not: vec![has], ..TheirFilter::default() })
        }
        Condition::Null { key } => keyword("z", &path_name(key)),
        Condition::Ids(ids) => match ids.is_empty() {
            true => nothing(),
            false => has_id(ids.iter().map(|id| point_id(collection, id)).collect()),
        },
        Condition::Nested(filter) => nested(translated(collection, filter)),
    }
}

fn any_text(key: &str) -> Theirs {
    let kinds = [Kind::Text, Kind::LongText].map(|kind| keyword("y", &format!("{}{}", kind.letter(), path_name(key))));
    nested(TheirFilter { should: kinds.to_vec(), ..TheirFilter::default() })
}

/// A range without any bound keeps whatever has a number.
fn bounds_of(bounds: Bounds<f64>) -> Range {
    let Bounds { gte, gt, lte, lt } = bounds;
    let none = gte.is_none() && gt.is_none() && lte.is_none() && lt.is_none();
    Range { gte: if none { Some(f64::MIN) } else { gte }, gt, lte, lt }
}
