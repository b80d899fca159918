//! Texts that list something, such as `1-5,9`, and for which people send the list: `[1, "3-5"]`.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

/// Reads an optional text, or a list of texts and numbers, which are joined by commas:
/// `#[serde(default, deserialize_with = "chassis::joined")]`.
///
/// # Errors
/// When it is neither.
pub fn joined<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    let one = |value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(D::Error::custom("must be text, such as \"1-5,9\", or a list of numbers")),
    };
    match Value::deserialize(source)? {
        Value::Null => Ok(None),
        Value::Array(items) => Ok(Some(items.into_iter().map(one).collect::<Result<Vec<_>, _>>()?.join(","))),
        other => one(other).map(Some),
    }
}
