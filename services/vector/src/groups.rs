//! Groups of results: of those with the same value of a field the best few.

use std::collections::HashMap;

use serde_json::Value;

use crate::store::Hit;

/// Keeps the best of each value of a field; those without the field are each alone.
#[must_use]
pub fn best_of_each(hits: Vec<Hit>, key: &str, size: usize) -> Vec<Hit> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    hits.into_iter()
        .filter(|hit| {
            let value = hit.point.payload.as_ref().and_then(|payload| value_at(&payload.value()?, key));
            value.is_none_or(|value| {
                let count = counts.entry(value).or_default();
                *count += 1;
                *count <= size
            })
        })
        .collect()
}

/// The value of a path, as text.
fn value_at(payload: &Value, path: &str) -> Option<String> {
    let mut at = payload;
    for name in path.split('.') {
        at = at.get(name)?;
    }
    (!at.is_null()).then(|| at.to_string())
}
