//! JSON objects that mean the same to every parser: without duplicate names (RFC 7515, section 4; RFC 7519, section 4).
//! A verifier that checks the first of two and uses the last can be tricked.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

/// Reads an object.
///
/// # Errors
/// What it is instead, as the end of a sentence. Nesting beyond 128 and numbers beyond a double are no JSON here.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>, &'static str> {
    match serde_json::from_slice(bytes) {
        Ok(Unique(Value::Object(object))) => Ok(object),
        Ok(_) => Err("is not a JSON object"),
        Err(error) if error.classify() == Category::Data => Err("has a duplicate name"),
        Err(_) => Err("is not JSON"),
    }
}

/// A value without a name that stands twice in one object.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unique(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Unique(value))) = map.next_entry()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate name"));
            }
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_what_is_none() {
        let all = br#" {"a":[1,-2,2.5,"x",true,null,{"b":{}}]} "#;
        assert_eq!(Value::Object(object(all).unwrap()), serde_json::from_slice::<Value>(all).unwrap());
        let deep = |levels: usize| format!("{}{}", "{\"a\":".repeat(levels), "1".to_owned() + &"}".repeat(levels));
        assert!(object(deep(100).as_bytes()).is_ok());
        for (text, reason) in [
            (r#"{"a":1,"a":1}"#, "has a duplicate name"),
            (r#"{"a":1,"\u0061":1}"#, "has a duplicate name"),
            (r#"{"x":[{"a":1,"b":2,"a":3}]}"#, "has a duplicate name"),
            ("[]", "is not a JSON object"),
            ("1", "is not a JSON object"),
            ("null", "is not a JSON object"),
            ("", "is not JSON"),
            ("{}x", "is not JSON"),
            (r#"{"a":1e400}"#, "is not JSON"),
            (r#"{"a":NaN}"#, "is not JSON"),
            (r#"{"a":1,}"#, "is not JSON"),
            (&deep(200), "is not JSON"),
        ] {
            assert_eq!(object(text.as_bytes()), Err(reason), "{text}");
        }
        assert_eq!(object(b"{\"a\":\"\xff\"}"), Err("is not JSON"));
    }
}
