//! To and from `serde_json::Value`, for engines that want it. On the way there literals become numbers of the machine
//! and keys lose their order.

use serde_json::{Map, Value};

use super::{Number, Tree};

impl Tree {
    /// It as a value of serde_json: integers of 64 bits are exact, other numbers the nearest double, infinite ones null.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => value_of(number),
            Self::Text(text) => Value::String(text.to_string()),
            Self::List(list) => Value::Array(list.iter().map(Self::to_value).collect()),
            Self::Object(object) => Value::Object(
                object.iter().map(|(key, value)| (key.to_string(), value.to_value())).collect::<Map<_, _>>(),
            ),
        }
    }
}

fn value_of(number: &Number) -> Value {
    if let Some(integer) = number.integer() {
        return integer.into();
    }
    let literal = number.literal().unwrap_or_default();
    match literal.parse::<u64>() {
        Ok(integer) => integer.into(),
        Err(_) => serde_json::Number::from_f64(number.as_f64()).map_or(Value::Null, Value::Number),
    }
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(integer), _) => integer.into(),
                (None, Some(integer)) => Number::of_literal(&integer.to_string()).into(),
                (None, None) => number.as_f64().unwrap_or(f64::NAN).into(),
            },
            Value::String(text) => text.into(),
            Value::Array(list) => list.into_iter().map(Self::from).collect(),
            Value::Object(map) => Self::Object(std::sync::Arc::new(
                map.into_iter().map(|(key, value)| (key, Self::from(value))).collect(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::tree::{Tree, read};

    #[test]
    fn there_and_back() {
        let tree = read(r#"{"b":[1,-2,1.5,18446744073709551615,null,true],"a":{"t":"x"}}"#).unwrap();
        let value = json!({"b": [1, -2, 1.5, u64::MAX, null, true], "a": {"t": "x"}});
        assert_eq!(tree.to_value(), value);
        assert_eq!(Tree::from(value), tree);
        assert_eq!(read("1e400").unwrap().to_value(), json!(null));
    }
}
