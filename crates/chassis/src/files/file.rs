//! A file as an operation sees it: bytes with a name and a type, wherever they came from.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error as _, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;
use serde_json::value::RawValue;

use super::collect::{self, Slot};
use super::object::{self, SourceVisitor};
use super::source::Source;

/// The name by which [`File`] asks a deserializer to note where it stands.
pub(crate) const TOKEN: &str = "$chassis::File";

/// A file of a request or an answer. A request may give it as a URL, a data URI, base64, the id of an upload, a part of
/// a multipart body or as the body itself; when an operation runs, its bytes are here. Cheap to clone.
#[derive(Clone)]
pub struct File(Arc<OnceLock<Content>>);

/// What a file holds.
#[derive(Clone, Default)]
pub(crate) struct Content {
    pub(crate) name: Option<String>,
    pub(crate) content_type: Option<String>,
    /// The URL it was fetched from, at the end of all redirects.
    pub(crate) url: Option<String>,
    pub(crate) bytes: Bytes,
}

/// What JSON says of a file whose bytes come after it: in a kept answer, and between a process and its worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FileHead {
    name: Option<String>,
    content_type: Option<String>,
    pub(crate) size: usize,
}

impl FileHead {
    /// The content it says, with its bytes.
    pub(crate) fn with(self, bytes: Bytes) -> Content {
        Content { name: self.name, content_type: self.content_type, url: None, bytes }
    }
}

impl Content {
    /// What is said of it beside its bytes.
    pub(crate) fn head(&self) -> FileHead {
        FileHead { name: self.name.clone(), content_type: self.content_type.clone(), size: self.bytes.len() }
    }
}

impl File {
    /// A file of some bytes.
    pub fn new(name: impl Into<String>, content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let (name, content_type) = (Some(name.into()), Some(content_type.into()));
        Self::of(Content { name, content_type, url: None, bytes: bytes.into() })
    }

    pub(crate) fn of(content: Content) -> Self {
        Self(Arc::new(OnceLock::from(content)))
    }

    /// A file whose bytes are still to come.
    pub(crate) fn awaited() -> Self {
        Self(Arc::default())
    }

    /// Gives an awaited file its content; the first word stands.
    pub(crate) fn fill(&self, content: Content) {
        let _ = self.0.set(content);
    }

    pub(crate) fn content(&self) -> &Content {
        self.0.get().expect("files are there before an operation runs")
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.content().bytes
    }

    /// The name it came with.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.content().name.as_deref()
    }

    /// The URL it was fetched from, where it came by one: what relative addresses in it are relative to. Not known in a
    /// worker process.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.content().url.as_deref()
    }

    /// The media type it was said to have, without parameters and in lower case. People's tools often say
    /// `application/octet-stream`; trust the bytes.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content().content_type.as_deref()
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get() {
            Some(content) => write!(f, "a file of {} bytes", content.bytes.len()),
            None => f.write_str("a file still to come"),
        }
    }
}

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let source = read_source(source)?;
        let file = Self::awaited();
        collect::note(source, Slot::File(file.clone())).map_err(D::Error::custom)?;
        Ok(file)
    }
}

/// Reads where a file is to come from; its field is noted on the way.
pub(super) fn read_source<'de, D: Deserializer<'de>>(source: D) -> Result<Source, D::Error> {
    struct Place;
    impl<'de> Visitor<'de> for Place {
        type Value = Source;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a file")
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, source: D) -> Result<Source, D::Error> {
            source.deserialize_any(SourceVisitor)
        }
    }
    source.deserialize_newtype_struct(TOKEN, Place)
}

impl Serialize for File {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match collect::set_aside(self) {
            Some(part) => Source::part(part).serialize(target),
            None => Source::inline(self.content()).serialize(target),
        }
    }
}

impl JsonSchema for File {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "File".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let place = |title: &str, place: &str, description: &str| {
            json_schema!({
                "title": title,
                "type": "object",
                "required": [place],
                "additionalProperties": false,
                "properties": {
                    place: { "type": "string", "minLength": 1, "description": description },
                    "name": { "type": "string", "description": "Its name." },
                    "contentType": { "type": "string", "description": "Its media type." },
                    "size": { "type": "integer", "minimum": 0, "description": "As in an answer; not needed." },
                    "expiresAt": { "type": "string", "description": "As in an answer; not needed." }
                }
            })
        };
        // A kept file has both; its link is enough.
        let mut by_url = place("FileByUrl", "url", "Where to fetch it: http or https.").to_value();
        by_url["properties"]["id"] = json!({ "type": "string", "description": "As in an answer; not needed." });
        json_schema!({
            "description": "A file: a URL, a data URI or base64 as text; or an object with one of `url`, `base64` and \
                            `id` (of an upload to /api/v1/files), such as the `file` of an answer. In a multipart request \
                            it is a part.",
            "anyOf": [
                { "type": "string", "minLength": 1, "description": "A URL (http or https), a data URI, or base64." },
                by_url,
                place("FileByBase64", "base64", "Its bytes in base64."),
                place("FileById", "id", "The id of an upload.")
            ]
        })
    }
}

/// Input where JSON itself may be the data: a value, a text, or a file.
#[derive(Debug, Clone)]
pub enum Data {
    /// A JSON value that is no text: its text, unread, so that numbers keep their digits and objects their order.
    Json(Box<RawValue>),
    /// Text.
    Text(String),
    /// A file.
    File(File),
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Ok(match read_given(source)? {
            Given::Json(value) => Self::Json(value),
            Given::Text(text) => Self::Text(text),
            Given::Source(source) => {
                let file = File::awaited();
                collect::note(source, Slot::File(file.clone())).map_err(D::Error::custom)?;
                Self::File(file)
            }
        })
    }
}

/// What a request gives where JSON may be the data.
pub(super) enum Given {
    Json(Box<RawValue>),
    Text(String),
    Source(Source),
}

/// Reads data, or where it is.
pub(super) fn read_given<'de, D: Deserializer<'de>>(source: D) -> Result<Given, D::Error> {
    let value = read_raw(source)?;
    let json = value.get();
    if json.starts_with('"') {
        let text: String = serde_json::from_str(json).map_err(D::Error::custom)?;
        // A single address or data URI is where the data is, not the data.
        return match Source::of_address(&text) {
            Some(source) => source.map(Given::Source).map_err(D::Error::custom),
            None => Ok(Given::Text(text)),
        };
    }
    Ok(object::of_json(json).map_or(Given::Json(value), Given::Source))
}

/// Reads a value's text; its field is noted on the way.
fn read_raw<'de, D: Deserializer<'de>>(source: D) -> Result<Box<RawValue>, D::Error> {
    struct Place;
    impl<'de> Visitor<'de> for Place {
        type Value = Box<RawValue>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("data")
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, source: D) -> Result<Box<RawValue>, D::Error> {
            Deserialize::deserialize(source)
        }
    }
    source.deserialize_newtype_struct(TOKEN, Place)
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Json(value) => value.serialize(target),
            Self::Text(text) => text.serialize(target),
            Self::File(file) => file.serialize(target),
        }
    }
}

impl JsonSchema for Data {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Data".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The data: any JSON value; or a text; or a file, as a URL or data URI, or as an object with \
                            `url`, `base64` or `id` (of an upload to /api/v1/files). In a multipart request it may be a part."
        })
    }
}
