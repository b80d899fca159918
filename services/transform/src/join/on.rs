//! The columns in which rows must be the same, as people write them: `id`, `["id", "day"]`, `{"customer": "id"}`,
//! `[["customer", "id"]]`, `[{"left": "customer", "right": "id"}]`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};

use crate::rows::named::Named;

/// Columns of the left with those of the right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JoinColumns(pub Vec<(String, String)>);

impl Serialize for JoinColumns {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let mut list = target.serialize_seq(Some(self.0.len()))?;
        for (left, right) in &self.0 {
            match left == right {
                true => list.serialize_element(left)?,
                false => list.serialize_element(&[left, right])?,
            }
        }
        list.end()
    }
}

const SHAPES: &str = "must name columns: \"id\", [\"id\", \"day\"], or {\"left column\": \"right column\"}";

impl<'de> Deserialize<'de> for JoinColumns {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Given;
        impl<'de> Visitor<'de> for Given {
            type Value = JoinColumns;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("columns, or an object of columns of the left and the right")
            }

            fn visit_unit<E>(self) -> Result<JoinColumns, E> {
                Ok(JoinColumns::default())
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<JoinColumns, E> {
                let text = text.trim();
                if text.starts_with(['[', '{']) {
                    return serde_json::from_str(text).map_err(|_| E::custom(SHAPES));
                }
                let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
                Ok(JoinColumns(names.map(|name| (name.to_owned(), name.to_owned())).collect()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<JoinColumns, A::Error> {
                Named::<String>::deserialize(MapAccessDeserializer::new(map)).map(|Named(pairs)| {
                    match pair_of(&pairs) {
                        Some(pair) => JoinColumns(vec![pair]),
                        None => JoinColumns(pairs),
                    }
                })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<JoinColumns, A::Error> {
                let mut pairs = Vec::new();
                while let Some(OneOrPair(some)) = list.next_element()? {
                    pairs.extend(some);
                    if pairs.len() > 1_000 {
                        return Err(A::Error::custom("has too many columns"));
                    }
                }
                Ok(JoinColumns(pairs))
            }
        }
        source.deserialize_any(Given)
    }
}

/// A pair that is written as `{"left": "a", "right": "b"}`.
fn pair_of(pairs: &[(String, String)]) -> Option<(String, String)> {
    let of = |names: [&str; 2]| {
        let found = pairs.iter().find(|(name, _)| names.contains(&name.as_str()));
        found.map(|(_, column)| column.clone())
    };
    (pairs.len() == 2).then(|| of(["left", "leftOn"]).zip(of(["right", "rightOn"]))).flatten()
}

/// An element of a list.
struct OneOrPair(Vec<(String, String)>);

impl<'de> Deserialize<'de> for OneOrPair {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Given;
        impl<'de> Visitor<'de> for Given {
            type Value = OneOrPair;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column, or two: of the left and of the right")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<OneOrPair, E> {
                Ok(OneOrPair(vec![(name.to_owned(), name.to_owned())]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OneOrPair, A::Error> {
                let Named(pairs) = Named::<String>::deserialize(MapAccessDeserializer::new(map))?;
                Ok(OneOrPair(pair_of(&pairs).map_or(pairs, |pair| vec![pair])))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrPair, A::Error> {
                let (left, right, more) =
                    (list.next_element::<String>()?, list.next_element::<String>()?, list.next_element::<String>()?);
                match (left, right, more) {
                    (Some(left), Some(right), None) => Ok(OneOrPair(vec![(left, right)])),
                    _ => Err(A::Error::custom("must be two columns: of the left and of the right")),
                }
            }
        }
        source.deserialize_any(Given)
    }
}

impl JsonSchema for JoinColumns {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "JoinColumns".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "array", "maxItems": 50, "items": { "anyOf": [
                    { "type": "string" },
                    { "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 }
                ] } },
                { "type": "object", "additionalProperties": { "type": "string" } }
            ]
        })
    }
}
