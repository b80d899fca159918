//! The raw body of a request.

use std::borrow::Cow;
use std::fmt;

use chassis::File;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::encoding::InputEncoding;
use crate::error::{Error as Refusal, conflict};

/// A body as text, or what is left of one when somebody has read it as JSON already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawBody {
    /// The text.
    Text(String),
    /// It was JSON and is values now: spaces, order and spelling are lost, and with them what was signed.
    Parsed(Value),
}

/// The fields of a request that say the body.
#[derive(Clone, Copy)]
pub(super) struct Given<'r> {
    pub(super) body: Option<&'r RawBody>,
    pub(super) base64: Option<&'r str>,
    pub(super) file: Option<&'r File>,
}

impl<'r> Given<'r> {
    /// The bytes; nothing when none was sent. A body that was parsed is refused with `parsed`, or where there is no such
    /// sentence written as JSON: nobody looks at its spelling.
    ///
    /// # Errors
    /// When several were sent, it is no base64, or it was parsed.
    pub(super) fn bytes(self, parsed: Option<&str>) -> Result<Option<Cow<'r, [u8]>>, Refusal> {
        match (self.body, self.base64, self.file) {
            (None, None, None) => Ok(None),
            (Some(RawBody::Text(text)), None, None) => Ok(Some(Cow::Borrowed(text.as_bytes()))),
            (Some(RawBody::Parsed(value)), None, None) => match parsed {
                Some(message) => Err(conflict("body", message)),
                None => Ok(Some(Cow::Owned(value.to_string().into_bytes()))),
            },
            (None, Some(text), None) => {
                let bytes = InputEncoding::Base64.decode("bodyBase64", text.trim());
                bytes
                    .map(Some)
                    .map_err(|error| conflict("bodyBase64", format!("{error}; if it is text, send it as body")))
            }
            (None, None, Some(file)) => Ok(Some(Cow::Borrowed(file.bytes()))),
            _ => Err(conflict("body", "is given twice: send one of body, bodyBase64 and file")),
        }
    }
}

impl<'de> Deserialize<'de> for RawBody {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = RawBody;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<RawBody, E> {
        Ok(RawBody::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<RawBody, E> {
        Ok(RawBody::Text(text))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<RawBody, E> {
        Ok(RawBody::Parsed(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<RawBody, E> {
        Ok(RawBody::Parsed(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<RawBody, E> {
        Ok(RawBody::Parsed(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<RawBody, E> {
        Ok(RawBody::Parsed(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<RawBody, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(RawBody::Parsed)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawBody, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(RawBody::Parsed)
    }
}

impl Serialize for RawBody {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => target.serialize_str(text),
            Self::Parsed(value) => value.serialize(target),
        }
    }
}

impl JsonSchema for RawBody {
    fn schema_name() -> Cow<'static, str> {
        "RawBody".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}
