//! A JSON object as it was sent: the literals of its numbers and the order of its keys are kept.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// The name by which serde_json hands out the text of a value.
const RAW: &str = "$serde_json::private::RawValue";

/// A JSON object by its own text.
#[derive(Clone)]
pub struct JsonObject(Box<RawValue>);

impl JsonObject {
    /// Without entries.
    #[must_use]
    pub fn empty() -> Self {
        Self::of_text("{}".to_owned()).expect("it is an object")
    }

    /// The object a text is; nothing when it is none.
    #[must_use]
    pub fn of_text(text: String) -> Option<Self> {
        let value = RawValue::from_string(text).ok()?;
        value.get().trim_start().starts_with('{').then_some(Self(value))
    }

    /// The object a value is; nothing when it is none.
    #[must_use]
    pub fn of_value(value: &Value) -> Option<Self> {
        value.is_object().then(|| Self::of_text(value.to_string())).flatten()
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// The object as a tree; nothing when it cannot be read.
    #[must_use]
    pub fn value(&self) -> Option<Value> {
        self.read().ok()
    }

    /// The object as a tree.
    ///
    /// # Errors
    /// Why it cannot be read: it is nested too deep, or holds a number or a text that no program has.
    pub fn read(&self) -> Result<Value, String> {
        serde_json::from_str(self.text()).map_err(|error| {
            let reason = error.to_string();
            match reason.starts_with("recursion limit") {
                true => "is nested too deep".to_owned(),
                false => format!("cannot be read: {reason}"),
            }
        })
    }

    /// The entries, in their order.
    #[must_use]
    pub fn entries(&self) -> Vec<(String, Box<RawValue>)> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Vec<(String, Box<RawValue>)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(entries)
            }
        }
        serde_json::Deserializer::from_str(self.text()).deserialize_map(Entries).unwrap_or_default()
    }

    /// The object of some entries.
    #[must_use]
    pub fn of_entries<'a>(entries: impl IntoIterator<Item = (&'a str, &'a RawValue)>) -> Self {
        let mut text = String::from("{");
        for (name, value) in entries {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&Value::from(name).to_string());
            text.push(':');
            text.push_str(value.get());
        }
        text.push('}');
        Self::of_text(text).expect("it is put together of JSON")
    }

    /// The same with the entries of another: those it has are replaced where they stand, others come last.
    #[must_use]
    pub fn merged(&self, others: &Self) -> Self {
        let mut entries = self.entries();
        for (name, value) in others.entries() {
            match entries.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = value,
                None => entries.push((name, value)),
            }
        }
        Self::of_entries(entries.iter().map(|(name, value)| (name.as_str(), &**value)))
    }

    /// The same without some entries.
    #[must_use]
    pub fn without(&self, names: &[String]) -> Self {
        let entries = self.entries();
        let kept = entries.iter().filter(|(name, _)| !names.contains(name));
        Self::of_entries(kept.map(|(name, value)| (name.as_str(), &**value)))
    }
}

impl fmt::Debug for JsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl PartialEq for JsonObject {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = source.deserialize_newtype_struct(RAW, TextVisitor)?;
        Self::of_text(text).ok_or_else(|| D::Error::custom("must be an object such as {\"color\": \"red\"}"))
    }
}

/// Reads the text of a value; of text that is an object, that.
struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<String, A::Error> {
        let value = Box::<RawValue>::deserialize(MapAccessDeserializer::new(map))?;
        let json = value.get();
        match json.starts_with('"') {
            true => serde_json::from_str(json).map_err(A::Error::custom),
            false => Ok(json.to_owned()),
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

impl Serialize for JsonObject {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(target)
    }
}

impl JsonSchema for JsonObject {
    fn schema_name() -> Cow<'static, str> {
        "JsonObject".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> JsonObject {
        JsonObject::of_text(text.to_owned()).unwrap()
    }

    #[test]
    fn literals_and_order_are_kept() {
        let sent = object(r#"{"z":1.50,"a":{"b":[1e3]},"é":null}"#);
        assert_eq!(serde_json::to_string(&[&sent]).unwrap(), r#"[{"z":1.50,"a":{"b":[1e3]},"é":null}]"#);
        assert_eq!(sent.merged(&object(r#"{"a":2,"n":"x"}"#)).text(), r#"{"z":1.50,"a":2,"é":null,"n":"x"}"#);
        assert_eq!(sent.without(&["z".to_owned(), "x".to_owned()]).text(), r#"{"a":{"b":[1e3]},"é":null}"#);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["[1]", "1", "\"a\"", "{", "", "{} x"] {
            assert!(JsonObject::of_text(text.to_owned()).is_none(), "{text}");
            assert!(serde_json::from_str::<JsonObject>(text).is_err(), "{text}");
        }
        assert_eq!(serde_json::from_str::<JsonObject>(r#""{\"a\":1}""#).unwrap().text(), r#"{"a":1}"#);
        assert!(object(&format!("{}1{}", "{\"a\":".repeat(1_000), "}".repeat(1_000))).value().is_none());
    }
}
