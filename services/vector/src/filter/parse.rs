//! A filter as people write it.
//!
//! Qdrant's form (`must`, `should`, `mustNot`, `minShould`; conditions `match`, `range`, `isEmpty`, `isNull`, `hasId`, nested
//! filters), in camel or snake case, and the flat form of no-code tools: `{"color": "red", "size": {"gte": 3}}`. Objects in
//! the flat form are paths: `{"metadata": {"source": "a"}}` is `{"metadata.source": "a"}`. The operators of MongoDB, which
//! Pinecone and Chroma have taken over, are read too: `{"size": {"$gte": 3}, "$or": [...]}`.
//!
//! What says nothing (a condition without a field, a range without a bound) is refused: it is what is left of an expression
//! that was empty, and deletes go by filters.

use chassis::{Code, Error};
use serde_json::{Map, Value};

use super::leaves::MAX_PATH;
use super::operators::is_plain;
use super::time::micros;
use super::{Bounds, Condition, Filter, Scalar};
use crate::json_object::JsonObject;

/// Levels a filter may have.
const MAX_LEVELS: usize = 16;
/// Conditions a filter may have, of all levels.
const MAX_CONDITIONS: usize = 256;
/// Values of all conditions together.
const MAX_VALUES: usize = 10_000;

pub(super) const BOUNDS: [&str; 4] = ["gte", "gt", "lte", "lt"];

/// Reads a filter of a field of the request.
///
/// # Errors
/// When it is no filter; the path of what is wrong is named.
pub fn parse(field: &str, filter: &JsonObject) -> Result<Filter, Error> {
    let value = filter.read().map_err(|problem| match problem.ends_with("too deep") {
        true => wrong(field, format!("is nested deeper than {MAX_LEVELS} levels")),
        false => wrong(field, problem),
    })?;
    let entries = value.as_object().ok_or_else(|| wrong(field, "must be an object"))?;
    let mut parser = Parser { conditions: 0, values: 0 };
    parser.filter(entries, field, 0)
}

pub(super) fn wrong(field: &str, message: impl Into<String>) -> Error {
    Error::field(Code::ValidationError, field, message)
}

pub(super) struct Parser {
    conditions: usize,
    values: usize,
}

/// The name of a part of a filter, in any of its spellings.
fn part(name: &str) -> Option<&'static str> {
    match name {
        "must" => Some("must"),
        "should" => Some("should"),
        "mustNot" | "must_not" => Some("mustNot"),
        "minShould" | "min_should" => Some("minShould"),
        _ => None,
    }
}

impl Parser {
    fn filter(&mut self, entries: &Map<String, Value>, at: &str, level: usize) -> Result<Filter, Error> {
        if level > MAX_LEVELS {
            return Err(wrong(at, format!("is nested deeper than {MAX_LEVELS} levels")));
        }
        let mut filter = Filter::default();
        if is_condition(entries) {
            let value = Value::Object(entries.clone());
            filter.must.push(self.condition(&value, at, level + 1)?);
            return Ok(filter);
        }
        if entries.get("field").is_some_and(Value::is_string)
            && ["match", "range"].iter().any(|name| entries.contains_key(*name))
        {
            return Err(wrong(&format!("{at}.field"), "names the field of a condition: call it key"));
        }
        for (name, value) in entries {
            bounded(name, at)?;
            let at = format!("{at}.{name}");
            match part(name) {
                Some("must") => filter.must.extend(self.conditions(value, &at, level)?),
                Some("should") => filter.should.extend(self.conditions(value, &at, level)?),
                Some("mustNot") => filter.must_not.extend(self.conditions(value, &at, level)?),
                Some(_) => {
                    let conditions = self.conditions(&value["conditions"], &format!("{at}.conditions"), level)?;
                    let count = value["minCount"].as_u64().or_else(|| value["min_count"].as_u64());
                    let count = count.ok_or_else(|| wrong(&at, "wants minCount, a whole number"))?;
                    filter.min_should = Some((usize::try_from(count).unwrap_or(usize::MAX), conditions));
                }
                None => match name.as_str() {
                    "$and" => filter.must.extend(self.conditions(value, &at, level)?),
                    "$or" => {
                        let should = self.conditions(value, &at, level)?;
                        filter.must.push(Condition::Nested(Filter { should, ..Filter::default() }));
                    }
                    "$not" | "$nor" => filter.must_not.extend(self.conditions(value, &at, level)?),
                    _ if is_list_of_objects(value) && name.eq_ignore_ascii_case("and") => {
                        filter.must.extend(self.conditions(value, &at, level)?);
                    }
                    _ if is_list_of_objects(value) && name.eq_ignore_ascii_case("or") => {
                        let should = self.conditions(value, &at, level)?;
                        filter.must.push(Condition::Nested(Filter { should, ..Filter::default() }));
                    }
                    _ if (value.is_object() || is_list_of_objects(value)) && name.eq_ignore_ascii_case("not") => {
                        filter.must_not.extend(self.conditions(value, &at, level)?);
                    }
                    "operator" if entries.contains_key("path") || entries.contains_key("operands") => {
                        let message = "is a filter in the form of Weaviate: write {\"field\": value}, or must, should and mustNot";
                        return Err(wrong(&at, message));
                    }
                    _ => self.flat(name, value, &at, level, &mut filter.must)?,
                },
            }
        }
        Ok(filter)
    }

    /// One condition or a list of them.
    fn conditions(&mut self, value: &Value, at: &str, level: usize) -> Result<Vec<Condition>, Error> {
        match value {
            Value::Array(members) => members
                .iter()
                .enumerate()
                .map(|(index, member)| self.condition(member, &format!("{at}[{index}]"), level + 1))
                .collect(),
            Value::Object(_) => Ok(vec![self.condition(value, at, level + 1)?]),
            Value::Null => Ok(Vec::new()),
            _ => Err(wrong(at, "must be a list of conditions")),
        }
    }

    fn count(&mut self, at: &str) -> Result<(), Error> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            return Err(wrong(at, format!("a filter has at most {MAX_CONDITIONS} conditions")));
        }
        Ok(())
    }

    fn condition(&mut self, value: &Value, at: &str, level: usize) -> Result<Condition, Error> {
        let Some(entries) = value.as_object() else {
            return Err(wrong(at, "must be a condition such as {\"key\": \"color\", \"match\": {\"value\": \"red\"}}"));
        };
        self.count(at)?;
        if entries.is_empty() {
            return Err(wrong(at, "is an empty condition, which every point meets: say a field and what it is to be"));
        }
        if let Some(Value::Object(nested)) = entries.get("nested")
            && nested.contains_key("key")
            && nested.contains_key("filter")
        {
            let message = "asks for one element of a list that meets several conditions, which is not there yet: paths such as parts[].color are about any element";
            return Err(wrong(&format!("{at}.nested"), message));
        }
        let get = |camel: &str, snake: &str| entries.get(camel).or_else(|| entries.get(snake));
        if let Some(inner) = get("isEmpty", "is_empty").filter(|_| entries.len() == 1) {
            return Ok(Condition::Empty { key: key_of(inner, at)? });
        }
        if let Some(inner) = get("isNull", "is_null").filter(|_| entries.len() == 1) {
            return Ok(Condition::Null { key: key_of(inner, at)? });
        }
        if let Some(ids) = get("hasId", "has_id").filter(|_| entries.len() == 1) {
            return self.ids(ids, &format!("{at}.hasId"));
        }
        match entries.get("key") {
            Some(Value::String(key)) if entries.len() == 2 => {
                let key = bounded(super::leaves::path(key), at)?.to_owned();
                if let Some(matching) = entries.get("match") {
                    return self.matching(key, matching, &format!("{at}.match"));
                }
                if let Some(range) = entries.get("range") {
                    return range_of(key, range, &format!("{at}.range"));
                }
                Err(wrong(at, "a condition with a key wants match or range"))
            }
            // A filter within a filter, or a flat one.
            _ => Ok(Condition::Nested(self.filter(entries, at, level)?)),
        }
    }

    fn matching(&mut self, key: String, value: &Value, at: &str) -> Result<Condition, Error> {
        match value {
            Value::Array(values) => return Ok(Condition::Any { key, values: self.values(values, at)? }),
            Value::Object(_) | Value::Null => {}
            one => return Ok(Condition::Any { key, values: self.values(std::slice::from_ref(one), at)? }),
        }
        let entries = value.as_object().filter(|entries| entries.len() == 1);
        let entry = entries.and_then(|entries| entries.iter().next());
        let Some((name, value)) = entry else {
            return Err(wrong(at, "wants one of value, any, except or text"));
        };
        match (name.as_str(), value) {
            ("value", Value::Null) => Ok(Condition::Null { key }),
            ("value", value) => Ok(Condition::Any { key, values: self.values(std::slice::from_ref(value), at)? }),
            ("any", Value::Array(values)) => Ok(Condition::Any { key, values: self.values(values, at)? }),
            ("except", Value::Array(values)) if values.is_empty() => Err(wrong(at, "except is an empty list")),
            ("except", Value::Array(values)) => Ok(Condition::Except { key, values: self.values(values, at)? }),
            ("text", Value::String(text)) => Ok(Condition::Contains { key, text: text.clone() }),
            ("any" | "except", _) => Err(wrong(at, format!("{name} wants a list"))),
            ("text", _) => Err(wrong(at, "text wants text")),
            _ => Err(wrong(at, format!("wants one of value, any, except or text, not {name}"))),
        }
    }

    fn ids(&mut self, value: &Value, at: &str) -> Result<Condition, Error> {
        let members = match value {
            Value::Array(members) => members.as_slice(),
            one => std::slice::from_ref(one),
        };
        self.values += members.len();
        if self.values > MAX_VALUES {
            return Err(wrong(at, format!("a filter has at most {MAX_VALUES} values")));
        }
        let id = |member: &Value| match member {
            Value::String(id) => Ok(id.clone()),
            Value::Number(id) => Ok(id.to_string()),
            _ => Err(wrong(at, "must be a list of ids")),
        };
        Ok(Condition::Ids(members.iter().map(id).collect::<Result<_, _>>()?))
    }

    pub(super) fn values(&mut self, values: &[Value], at: &str) -> Result<Vec<Scalar>, Error> {
        self.values += values.len();
        if self.values > MAX_VALUES {
            return Err(wrong(at, format!("a filter has at most {MAX_VALUES} values")));
        }
        values
            .iter()
            .map(|value| scalar(value).ok_or_else(|| wrong(at, "wants text, numbers, true or false")))
            .collect()
    }

    /// `{"color": "red"}`, `{"color": ["red", "blue"]}`, `{"size": {"gte": 3}}`, `{"metadata": {"source": "a"}}`.
    fn flat(
        &mut self,
        key: &str,
        value: &Value,
        at: &str,
        level: usize,
        into: &mut Vec<Condition>,
    ) -> Result<(), Error> {
        if level > MAX_LEVELS {
            return Err(wrong(at, format!("is nested deeper than {MAX_LEVELS} levels")));
        }
        self.count(at)?;
        let key = bounded(super::leaves::path(key), at)?;
        match value {
            Value::Array(values) => into.push(Condition::Any { key: key.to_owned(), values: self.values(values, at)? }),
            Value::Null => into.push(Condition::Null { key: key.to_owned() }),
            Value::Object(entries) if entries.is_empty() => {
                return Err(wrong(at, "is an empty object: say what it is to have"));
            }
            Value::Object(entries) if entries.keys().all(|name| BOUNDS.contains(&name.as_str())) => {
                into.push(range_of(key.to_owned(), value, at)?);
            }
            Value::Object(entries) if entries.keys().any(|name| name.starts_with('$')) => {
                into.push(Condition::Nested(self.operators(key, entries, at)?));
            }
            Value::Object(entries) if is_plain(entries) => {
                let signed = entries.iter().map(|(name, value)| (format!("${name}"), value.clone())).collect();
                into.push(Condition::Nested(self.operators(key, &signed, at)?));
            }
            Value::Object(entries) => {
                for (name, value) in entries {
                    bounded(name, at)?;
                    self.flat(&format!("{key}.{name}"), value, &format!("{at}.{name}"), level + 1, into)?;
                }
            }
            scalar => into
                .push(Condition::Any { key: key.to_owned(), values: self.values(std::slice::from_ref(scalar), at)? }),
        }
        Ok(())
    }
}

/// Whether it is one condition, which stands where a filter may.
fn is_condition(entries: &Map<String, Value>) -> bool {
    let has = |name: &str| entries.get(name).is_some_and(Value::is_object);
    let empty = ["isEmpty", "is_empty", "isNull", "is_null"]
        .iter()
        .any(|name| entries.get(*name).is_some_and(|value| value["key"].is_string()));
    let ids = ["hasId", "has_id"].iter().any(|name| entries.get(*name).is_some_and(Value::is_array));
    match entries.len() {
        1 => empty || ids,
        2 => entries.get("key").is_some_and(Value::is_string) && (has("match") || has("range")),
        _ => false,
    }
}

fn is_list_of_objects(value: &Value) -> bool {
    value.as_array().is_some_and(|members| !members.is_empty() && members.iter().all(Value::is_object))
}

/// A number, also as the text of one.
fn number_of(value: &Value) -> Option<f64> {
    let read = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    value.as_f64().or_else(|| value.as_str().and_then(read))
}

pub(super) fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Bool(truth) => Some(Scalar::Bool(*truth)),
        Value::Number(number) => {
            let whole = number.as_i64().map(Scalar::Whole);
            Some(whole.unwrap_or_else(|| Scalar::Float(number.as_f64().unwrap_or_default())))
        }
        _ => None,
    }
}

fn key_of(value: &Value, at: &str) -> Result<String, Error> {
    let key = value.as_str().or_else(|| value["key"].as_str());
    let key = key.ok_or_else(|| wrong(at, "wants a key, the path of a field"))?;
    Ok(bounded(super::leaves::path(key), at)?.to_owned())
}

/// Refuses a path longer than any point can have.
fn bounded<'p>(path: &'p str, at: &str) -> Result<&'p str, Error> {
    match path.len() <= MAX_PATH {
        true => Ok(path),
        false => Err(wrong(at, format!("names a field of {} bytes: the limit of a path is {MAX_PATH}", path.len()))),
    }
}

pub(super) fn range_of(key: String, value: &Value, at: &str) -> Result<Condition, Error> {
    let entries = value.as_object().filter(|entries| !entries.is_empty());
    let entries = entries.ok_or_else(|| wrong(at, "wants gte, gt, lte or lt"))?;
    if let Some(name) = entries.keys().find(|name| !BOUNDS.contains(&name.as_str())) {
        return Err(wrong(at, format!("wants gte, gt, lte or lt, not {name}")));
    }
    let said = |name: &str| entries.get(name).filter(|value| !value.is_null());
    if BOUNDS.iter().all(|name| said(name).is_none()) {
        return Err(wrong(at, "has no bound: gte, gt, lte or lt is null, perhaps what is left of an empty expression"));
    }
    if entries.values().any(|value| value.is_string() && number_of(value).is_none()) {
        let time = |name: &str| {
            let moment = |value: &Value| value.as_str().and_then(micros);
            let read =
                |value| moment(value).ok_or_else(|| wrong(at, "wants numbers, or dates such as 2024-05-01T12:00:00Z"));
            said(name).map(read).transpose()
        };
        let bounds = Bounds { gte: time("gte")?, gt: time("gt")?, lte: time("lte")?, lt: time("lt")? };
        return Ok(Condition::Times { key, bounds });
    }
    let number = |name: &str| {
        let read = |value: &Value| {
            number_of(value).ok_or_else(|| wrong(at, "wants numbers, or dates such as 2024-05-01T12:00:00Z"))
        };
        said(name).map(read).transpose()
    };
    let bounds = Bounds { gte: number("gte")?, gt: number("gt")?, lte: number("lte")?, lt: number("lt")? };
    Ok(Condition::Range { key, bounds })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(filter: &Value) -> Result<Filter, Error> {
        parse("filter", &JsonObject::of_value(filter).unwrap())
    }

    fn same(a: &Value, b: &Value) {
        assert_eq!(read(a).unwrap(), read(b).unwrap(), "{a} {b}");
    }

    #[test]
    fn spellings_are_one_filter() {
        let source = json!({ "must": [{ "key": "metadata.source", "match": { "value": "a" } }] });
        same(&json!({ "metadata.source": "a" }), &source);
        same(&json!({ "metadata": { "source": "a" } }), &source);
        same(&json!({ "must": { "key": "metadata.source", "match": { "any": ["a"] } } }), &source);
        let not = json!({ "mustNot": [{ "key": "lang", "match": { "value": "en" } }] });
        same(&json!({ "must_not": [{ "key": "lang", "match": { "value": "en" } }] }), &not);
        same(
            &json!({ "n": { "gte": 1, "lt": 5 } }),
            &json!({ "must": [{ "key": "n", "range": { "gte": 1.0, "lt": 5 } }] }),
        );
        same(&json!({ "tags[]": ["x"] }), &json!({ "tags": "x" }));
        let nested = |filter: Value| json!({ "must": [filter] });
        same(
            &json!({ "size": { "$gte": 3, "$lt": 5, "$ne": 4 } }),
            &nested(json!({
                "must": [{ "key": "size", "range": { "gte": 3, "lt": 5 } }],
                "mustNot": [{ "key": "size", "match": { "value": 4 } }]
            })),
        );
        same(
            &json!({ "$or": [{ "a": 1 }, { "b": { "$in": [2, 3] } }] }),
            &nested(
                json!({ "should": [{ "a": 1 }, { "must": [{ "must": [{ "key": "b", "match": { "any": [2, 3] } }] }] }] }),
            ),
        );
        // Operators without their sign, joined in plain words; one condition where a filter stands; numbers that are text.
        same(&json!({ "a": { "in": [1, 2], "lt": "5" } }), &json!({ "a": { "$in": [1, 2], "$lt": 5 } }));
        same(
            &json!({ "OR": [{ "a": 1 }, { "b": { "ne": 2 } }] }),
            &json!({ "$or": [{ "a": 1 }, { "b": { "$ne": 2 } }] }),
        );
        same(&json!({ "not": { "a": 1 } }), &json!({ "$not": { "a": 1 } }));
        same(
            &json!({ "a": { "$not": { "$eq": 1 } } }),
            &nested(json!({ "mustNot": [{ "must": [{ "key": "a", "match": { "value": 1 } }] }] })),
        );
        let one = json!({ "key": "a", "match": { "value": 1 } });
        same(&one, &json!({ "must": [one] }));
        same(&json!({ "must": [{ "key": "a", "match": 1 }] }), &one);
        same(&json!({ "has_id": [1, "b"] }), &json!({ "must": [{ "hasId": ["1", "b"] }] }));
        same(&json!({ "must": { "hasId": 1 } }), &json!({ "must": [{ "hasId": ["1"] }] }));
        // Fields may have such names.
        same(&json!({ "in": "Berlin" }), &json!({ "must": [{ "key": "in", "match": { "value": "Berlin" } }] }));
        same(&json!({ "made": { "in": "Berlin" } }), &json!({ "made.in": "Berlin" }));
        same(&json!({ "and": "x" }), &json!({ "must": [{ "key": "and", "match": { "value": "x" } }] }));
        same(&json!({ "a": { "$exists": false } }), &nested(json!({ "must": [{ "isEmpty": { "key": "a" } }] })));
        assert!(read(&json!({})).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_filter_is_refused_by_its_place() {
        for (filter, words) in [
            (json!({ "must": "a" }), "filter.must: must be a list"),
            (json!({ "must": [{ "key": "a" , "match": {} }] }), "filter.must[0].match: wants one of"),
            (json!({ "must": [{ "key": "a", "range": { "above": 3 } }] }), "filter.must[0].range: wants gte"),
            (
                json!({ "must": [{ "key": "a", "range": { "gte": "x" } }] }),
                "filter.must[0].range: wants numbers, or dates",
            ),
            (json!({ "minShould": { "conditions": [] } }), "filter.minShould: wants minCount"),
            (json!({ "a": {} }), "filter.a: is an empty object"),
            (json!({ "must": [{}] }), "filter.must[0]: is an empty condition"),
            // Within mustNot it would keep every point.
            (
                json!({ "mustNot": [{ "field": "a", "match": { "value": 1 } }] }),
                "filter.mustNot[0].field: names the field of a condition: call it key",
            ),
            (json!({ "not": {} }), "filter.not: is an empty condition"),
            (json!({ "hasId": [[1]] }), "filter.hasId: must be a list of ids"),
            (json!({ "must": {} }), "filter.must: is an empty condition"),
            (json!({ "ts": { "lt": null } }), "filter.ts: has no bound"),
            (json!({ "ts": { "$lt": null } }), "filter.ts: has no bound"),
            (json!({ "must": [{ "key": "ts", "range": { "gte": null } }] }), "filter.must[0].range: has no bound"),
            (json!({ "must": [{ "key": "a", "match": { "except": [] } }] }), "filter.must[0].match: except is"),
            (json!({ "a": { "$like": "x" } }), "filter.a.$like: is no operator: use $eq, $ne"),
            (
                json!({ "operator": "Equal", "path": ["a"], "valueText": "x" }),
                "filter.operator: is a filter in the form of Weaviate",
            ),
            (
                json!({ "must": [{ "nested": { "key": "parts", "filter": { "must": [] } } }] }),
                "filter.must[0].nested: asks for one element",
            ),
            (json!({ "a": [[1]] }), "filter.a: wants text, numbers"),
        ] {
            let message = read(&filter).unwrap_err().message();
            assert!(message.starts_with(words), "{message}");
        }
    }

    #[test]
    fn depth_and_number_are_bounded() {
        for levels in [18, 60, 100, 1_000] {
            let deep = format!("{}{{}}{}", "{\"must\":[".repeat(levels), "]}".repeat(levels));
            let error = parse("filter", &JsonObject::of_text(deep).unwrap()).unwrap_err();
            assert!(error.message().contains("nested deeper than 16 levels"), "{error}");
            let deep = format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
            assert!(parse("filter", &JsonObject::of_text(deep).unwrap()).is_err());
        }
        let many: Vec<Value> = (0..300).map(|number| json!({ "key": "n", "match": { "value": number } })).collect();
        assert!(read(&json!({ "should": many })).unwrap_err().message().contains("at most 256 conditions"));
        let long = "k".repeat(70_000);
        for filter in [
            json!({ &long: 1 }),
            json!({ "a": { &long: 1 } }),
            json!({ "must": [{ "key": long, "match": { "value": 1 } }] }),
            json!({ "must": [{ "isNull": { "key": long } }] }),
        ] {
            let message = read(&filter).unwrap_err().message();
            assert!(message.contains("names a field of 70000 bytes: the limit of a path is 1024"), "{message}");
        }
        assert!(read(&json!({ "n": (0..10_001).collect::<Vec<_>>() })).unwrap_err().message().contains("10000 values"));
    }
}
