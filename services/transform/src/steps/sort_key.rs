//! A column that rows are sorted by, as requests say it: `price`, `-price`, `price desc`, `{"column": "price", "direction": "desc"}`.

use std::borrow::Cow;
use std::fmt;

use chassis::Error;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::rows::cell::Columns;

/// A column that rows are sorted by, in words of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SortKey(String);

impl From<&str> for SortKey {
    fn from(said: &str) -> Self {
        Self(said.to_owned())
    }
}

impl SortKey {
    /// The place of its column, and whether it goes from the greatest down.
    ///
    /// # Errors
    /// When there is no such column.
    pub(super) fn place(&self, field: &str, columns: &mut Columns) -> Result<(u32, bool), Error> {
        let said = self.0.as_str();
        // A column is called what it is called, minus and all.
        if let Some(column) = columns.find(said) {
            return Ok((column, false));
        }
        let behind = |ending: &str| {
            let at = said.len().checked_sub(ending.len())?;
            let (name, end) = (said.get(..at)?, said.get(at..)?);
            (end.eq_ignore_ascii_case(ending) && !name.trim().is_empty()).then(|| name.trim())
        };
        let (name, descending) = match (said.strip_prefix('-'), behind(" desc"), behind(" asc")) {
            (Some(name), ..) | (None, Some(name), _) => (name, true),
            (None, None, Some(name)) => (name, false),
            (None, None, None) => (said, false),
        };
        Ok((columns.expect(field, name)?, descending))
    }
}

impl Serialize for SortKey {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(target)
    }
}

impl<'de> Deserialize<'de> for SortKey {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Said;
        impl<'de> Visitor<'de> for Said {
            type Value = SortKey;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column, such as price or -price")
            }

            fn visit_str<E: de::Error>(self, said: &str) -> Result<SortKey, E> {
                Ok(SortKey(said.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, name: u64) -> Result<SortKey, E> {
                Ok(SortKey(name.to_string()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SortKey, A::Error> {
                let (mut column, mut descending) = (None, false);
                while let Some(name) = map.next_key::<String>()? {
                    match name.to_ascii_lowercase().as_str() {
                        "column" | "field" | "by" | "name" => column = Some(map.next_value::<String>()?),
                        "descending" | "desc" | "reverse" => descending = map.next_value()?,
                        "direction" | "order" => {
                            let order: String = map.next_value()?;
                            descending = match order.to_ascii_lowercase().as_str() {
                                "desc" | "descending" => true,
                                "asc" | "ascending" => false,
                                _ => return Err(de::Error::custom("direction must be asc or desc")),
                            };
                        }
                        _ => return Err(de::Error::custom("must have column and direction (asc or desc)")),
                    }
                }
                let column = column.ok_or_else(|| de::Error::custom("must have column and direction (asc or desc)"))?;
                Ok(SortKey(if descending { format!("-{column}") } else { column }))
            }
        }
        source.deserialize_any(Said)
    }
}

impl JsonSchema for SortKey {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SortKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}
