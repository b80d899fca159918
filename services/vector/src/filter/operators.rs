//! Operators about the values of a field, as MongoDB, Pinecone and Chroma write them: `{"size": {"$gte": 3, "$ne": 5}}`.

use chassis::Error;
use serde_json::{Map, Value};

use super::parse::{BOUNDS, Parser, range_of, scalar, wrong};
use super::{Condition, Filter};

/// Operators about the values of a field, as MongoDB writes them.
const OPERATORS: &str = "$eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $exists, $not";
/// Those that are read without their sign too, besides the bounds.
const PLAIN: [&str; 4] = ["eq", "ne", "in", "nin"];

impl Parser {
    /// `{"$gte": 3, "$ne": 5}` about a field. A point without the field is not equal to anything, so `$ne` and `$nin` keep it.
    pub(super) fn operators(&mut self, key: &str, entries: &Map<String, Value>, at: &str) -> Result<Filter, Error> {
        let mut filter = Filter::default();
        let key = || key.to_owned();
        for (name, value) in entries {
            let at = format!("{at}.{name}");
            match (name.as_str(), value) {
                ("$eq", Value::Null) => filter.must.push(Condition::Null { key: key() }),
                ("$ne", Value::Null) => filter.must_not.push(Condition::Null { key: key() }),
                ("$eq", one) => {
                    let values = self.values(std::slice::from_ref(one), &at)?;
                    filter.must.push(Condition::Any { key: key(), values });
                }
                ("$ne", one) => {
                    let values = self.values(std::slice::from_ref(one), &at)?;
                    filter.must_not.push(Condition::Any { key: key(), values });
                }
                ("$in", Value::Array(some)) => {
                    filter.must.push(Condition::Any { key: key(), values: self.values(some, &at)? });
                }
                ("$nin", Value::Array(some)) if some.is_empty() => return Err(wrong(&at, "is an empty list")),
                ("$nin", Value::Array(some)) => {
                    filter.must_not.push(Condition::Any { key: key(), values: self.values(some, &at)? });
                }
                ("$in" | "$nin", _) => return Err(wrong(&at, "wants a list")),
                ("$exists", Value::Bool(true)) => filter.must_not.push(Condition::Empty { key: key() }),
                ("$exists", Value::Bool(false)) => filter.must.push(Condition::Empty { key: key() }),
                ("$not", Value::Object(entries)) => {
                    filter.must_not.push(Condition::Nested(self.operators(key().as_str(), entries, &at)?));
                }
                ("$exists", _) => return Err(wrong(&at, "wants true or false")),
                ("$gt" | "$gte" | "$lt" | "$lte", _) => {}
                _ => return Err(wrong(&at, format!("is no operator: use {OPERATORS}"))),
            }
        }
        let bounds = bounds_of(entries);
        if !bounds.is_empty() {
            filter.must.push(range_of(key(), &Value::Object(bounds), at)?);
        }
        Ok(filter)
    }
}

/// Whether they are operators without their sign, and not the names of fields.
pub(super) fn is_plain(entries: &Map<String, Value>) -> bool {
    let lists = ["in", "nin"].iter().all(|name| entries.get(*name).is_none_or(Value::is_array));
    let scalars = ["eq", "ne"].iter().all(|name| entries.get(*name).is_none_or(|value| scalar(value).is_some()));
    let known = |name: &String| PLAIN.contains(&name.as_str()) || BOUNDS.contains(&name.as_str());
    lists && scalars && entries.keys().all(known)
}

/// The bounds among MongoDB's operators, by the names of ours.
fn bounds_of(entries: &Map<String, Value>) -> Map<String, Value> {
    let bound = |name: &str| name.strip_prefix('$').filter(|name| BOUNDS.contains(name)).map(str::to_owned);
    entries.iter().filter_map(|(name, value)| Some((bound(name)?, value.clone()))).collect()
}
