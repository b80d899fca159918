//! Several expressions in a request: a list, or an object of names and expressions, in order.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

/// Expressions in a request.
const MAX_EXPRESSIONS: usize = 1_000;
/// Characters of one.
pub(crate) const MAX_CHARS: usize = 65_536;
/// Characters of all of them.
const MAX_ALL: usize = 500_000;

/// Expressions, with their names when they came in an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expressions {
    named: bool,
    items: Vec<(Option<String>, String)>,
    length: usize,
}

impl Expressions {
    pub(crate) fn is_named(&self) -> bool {
        self.named
    }

    pub(crate) fn items(&self) -> &[(Option<String>, String)] {
        &self.items
    }

    fn push<E: Error>(&mut self, name: Option<String>, source: String) -> Result<(), E> {
        if self.items.len() == MAX_EXPRESSIONS {
            return Err(E::custom(format!("has more than {MAX_EXPRESSIONS} expressions")));
        }
        let length = source.chars().count();
        if length > MAX_CHARS {
            return Err(E::custom(format!("has an expression of more than {MAX_CHARS} characters")));
        }
        self.length += length;
        if self.length > MAX_ALL {
            return Err(E::custom(format!("has more than {MAX_ALL} characters in all")));
        }
        self.items.push((name, source));
        Ok(())
    }
}

impl Serialize for Expressions {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        if !self.named {
            return target.collect_seq(self.items.iter().map(|(_, source)| source));
        }
        let mut map = target.serialize_map(Some(self.items.len()))?;
        for (name, source) in &self.items {
            map.serialize_entry(name.as_deref().unwrap_or_default(), source)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Expressions {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(ExpressionsVisitor)
    }
}

struct ExpressionsVisitor;

impl<'de> Visitor<'de> for ExpressionsVisitor {
    type Value = Expressions;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of expressions, or an object of names and expressions")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Expressions, E> {
        // Forms send JSON as text.
        if !text.trim_start().starts_with(['[', '{']) {
            return Err(E::custom("must be a list of expressions, or an object of names and expressions"));
        }
        serde_json::from_str(text).map_err(|_| E::custom("must be a list or an object in JSON; send one in expression"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Expressions, A::Error> {
        let mut found = Expressions::default();
        while let Some(source) = list.next_element()? {
            found.push(None, source)?;
        }
        Ok(found)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Expressions, A::Error> {
        let mut found = Expressions { named: true, ..Expressions::default() };
        while let Some((name, source)) = map.next_entry::<String, _>()? {
            found.push(Some(name), source)?;
        }
        Ok(found)
    }
}

impl JsonSchema for Expressions {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Expressions".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Several expressions, at most 1,000 and 500,000 characters: an object of names and expressions, which \
                            are computed in the order they need each other; or a list, computed in its order, in which \
                            `net = price * quantity` gives a name.",
            "anyOf": [
                { "type": "array", "items": { "type": "string" }, "maxItems": MAX_EXPRESSIONS },
                { "type": "object", "additionalProperties": { "type": "string" }, "maxProperties": MAX_EXPRESSIONS }
            ]
        })
    }
}
