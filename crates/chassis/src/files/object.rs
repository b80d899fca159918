//! A file written as an object: `{"url": ...}`, `{"base64": ...}` or `{"id": ...}`; a file of one of our own answers, with
//! all that stands beside; a file as n8n has it in an item's `binary`.
//!
//! People hand on what they were given: the `file` of an answer, the whole answer, n8n's own object. Each is the file it
//! describes. What only looks like one (n8n leaves the bytes out where an expression reads `$binary`) is told apart from
//! what is wrong, because the sender sees a file in both cases. Where JSON may be data (`Data`) the bar is higher: an
//! object is a file only if it is nothing else.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::name::safe_name;
use super::source::{Place, Source, decode_base64, is_url, media_type_of};
use super::store::Store;

/// The fields of a file written as an object; exactly one of the first three is there.
const KEYS: &str = "url, base64, id, name, contentType";
/// What to do when n8n has kept the bytes for itself.
const FROM_N8N: &str = "write {{ $input.item.binary.data }}, or send the file itself (n8n Binary File)";

/// Reads a file as text or object.
pub(crate) struct SourceVisitor;

impl<'de> Visitor<'de> for SourceVisitor {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a URL, a data URI, base64, or an object with url, base64 or id")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Source, E> {
        Source::of_text(text).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
        Object::read(map, true)?.into_source().map_err(A::Error::custom)
    }
}

/// A JSON text that is an object which names a file, and nothing else.
pub(super) fn of_json(json: &str) -> Option<Source> {
    // Long objects are data; base64 is the one long thing a file may hold.
    struct Alone;
    impl<'de> Visitor<'de> for Alone {
        type Value = Object;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object that is a file")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object, A::Error> {
            Object::read(map, false)
        }
    }
    let mut source = serde_json::Deserializer::from_str(json);
    let object = (&mut source).deserialize_map(Alone).ok()?;
    object.is_nothing_else().then(|| object.into_source().ok()).flatten()
}

/// A file inside an object.
struct Inner(Source);

impl<'de> Deserialize<'de> for Inner {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(SourceVisitor).map(Self)
    }
}

/// What an object says of a file.
#[derive(Default)]
struct Object {
    name: Option<String>,
    content_type: Option<String>,
    url: Option<String>,
    id: Option<String>,
    bytes: Option<Bytes>,
    part: Option<usize>,
    /// It says a size, and when it expires: facts of our own answers.
    sized: bool,
    expires: bool,
    /// The file of an answer that is here as a whole.
    answered: Option<Source>,
    binary: Binary,
}

impl Object {
    /// Reads an object. One inside another, such as the `file` of an answer, counts where `nested` says so.
    fn read<'de, A: MapAccess<'de>>(mut map: A, nested: bool) -> Result<Self, A::Error> {
        type Text<'a> = Option<Cow<'a, str>>;
        let mut object = Self::default();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key {
                "name" => object.name = map.next_value::<Text<'_>>()?.and_then(|name| safe_name(&name)),
                "contentType" | "content_type" => {
                    object.content_type = map.next_value::<Text<'_>>()?.and_then(|text| media_type_of(&text));
                }
                "size" => {
                    map.next_value::<IgnoredAny>()?;
                    object.sized = true;
                }
                "expiresAt" | "expires_at" => {
                    map.next_value::<IgnoredAny>()?;
                    object.expires = true;
                }
                "$part" => object.part = map.next_value()?,
                "id" => object.id = map.next_value()?,
                "url" => match map.next_value::<Text<'_>>()? {
                    Some(text) if is_url(text.trim()) => object.url = Some(text.trim().to_owned()),
                    Some(_) => return Err(A::Error::custom("has a url that is not http or https")),
                    None => {}
                },
                "base64" => {
                    if let Some(text) = map.next_value::<Text<'_>>()? {
                        let bytes = decode_base64(&text).ok_or_else(|| A::Error::custom("has invalid base64"))?;
                        object.bytes = Some(bytes.into());
                    }
                }
                "file" if nested => object.answered = map.next_value::<Option<Inner>>()?.map(|Inner(source)| source),
                "data" if nested => object.binary.take_data(map.next_value()?),
                "data" => object.binary.take_data(map.next_value::<Option<String>>()?.map(BinaryData::Text)),
                "mimeType" | "fileName" => object.binary.take(&key, map.next_value()?),
                "bytes" | "directory" | "fileExtension" | "fileSize" | "fileType" => {
                    map.next_value::<IgnoredAny>()?;
                    object.binary.take(&key, None);
                }
                // The facts beside the file of an answer; the file comes first there.
                _ if object.answered.is_some() => drop(map.next_value::<IgnoredAny>()?),
                _ => return Err(A::Error::custom(format!("is not a field of a file; use {KEYS}"))),
            }
        }
        Ok(object)
    }

    /// Whether this is no data that happens to have such fields: it has no fact beside, or all those of our answers.
    fn is_nothing_else(&self) -> bool {
        let ours = self.sized && self.content_type.is_some() && self.expires == self.url.is_some();
        // Data has ids of its own.
        self.id.as_deref().is_none_or(Store::is_id) && (ours || !self.sized && !self.expires)
    }

    /// The file, if there is one.
    fn into_source(self) -> Result<Source, String> {
        if let Some(first) = self.binary.first {
            return self.binary.into_source(first, self.id.is_some(), self.url.is_some() || self.bytes.is_some());
        }
        let place = match (self.answered, self.part, self.bytes, self.url, self.id) {
            (Some(source), None, None, None, None) => return Ok(source),
            (None, Some(part), None, None, None) => Place::Part(part),
            (None, None, Some(bytes), None, None) => Place::Bytes(bytes),
            // A kept file has both. Its link opens it to other keys, too.
            (None, None, None, Some(url), _) => Place::Url(url),
            (None, None, None, None, Some(id)) => Place::Id(id),
            (None, None, None, None, None) => {
                return Err("is a file without content: send url, base64 or id".to_owned());
            }
            _ => return Err("is a file from two places: send one of url, base64 and id".to_owned()),
        };
        Ok(Source { name: self.name, content_type: self.content_type, place })
    }
}

/// A file as n8n has it in an item's `binary`: base64 as `data`, always with its `mimeType`.
#[derive(Default)]
struct Binary {
    data: Option<BinaryData>,
    media_type: Option<String>,
    name: Option<String>,
    /// The first of its fields.
    first: Option<&'static str>,
}

/// What stands under `data`.
enum BinaryData {
    Text(String),
    /// A file: `data` is also what n8n calls the file of an item unless told otherwise, so this is its whole `binary`.
    File(Source),
}

impl<'de> Deserialize<'de> for BinaryData {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = BinaryData;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("base64")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<BinaryData, E> {
                Ok(BinaryData::Text(text.to_owned()))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<BinaryData, E> {
                Ok(BinaryData::Text(text))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<BinaryData, A::Error> {
                SourceVisitor.visit_map(map).map(BinaryData::File)
            }
        }
        source.deserialize_any(Either)
    }
}

impl Binary {
    fn take_data(&mut self, data: Option<BinaryData>) {
        self.first.get_or_insert("data");
        self.data = data;
    }

    fn take(&mut self, key: &str, value: Option<String>) {
        let known = ["mimeType", "fileName", "bytes", "directory", "fileExtension", "fileSize", "fileType"];
        self.first = self.first.or(known.into_iter().find(|known| *known == key));
        match key {
            "mimeType" => self.media_type = value,
            "fileName" => self.name = value,
            _ => {}
        }
    }

    /// The file; an error when only a part of it is there.
    fn into_source(self, first: &str, has_id: bool, has_place: bool) -> Result<Source, String> {
        match (self.data, self.media_type) {
            (Some(BinaryData::File(source)), None) if !has_id && !has_place => Ok(source),
            // Where n8n keeps files on disk, there is an id, and `data`, if it is there, says on which.
            (Some(BinaryData::Text(_)) | None, Some(_)) if has_id && !has_place => {
                Err("is what n8n knows of the file, not the file: send the file itself (n8n Binary File)".to_owned())
            }
            (Some(BinaryData::Text(data)), Some(media_type)) if !has_place => {
                let bytes = decode_base64(&data).ok_or("has data that is not base64")?;
                let name = self.name.as_deref().and_then(safe_name);
                Ok(Source { name, content_type: media_type_of(&media_type), place: Place::Bytes(bytes.into()) })
            }
            // What n8n hands to expressions of `$binary`: everything but the bytes.
            (None, Some(_)) if !has_place => {
                Err(format!("is what n8n says of a file, but its bytes are missing: {FROM_N8N}"))
            }
            _ => Err(format!("has {first}, which is not a field of a file; use {KEYS}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Source, String> {
        let mut source = serde_json::Deserializer::from_str(json);
        let read = (&mut source).deserialize_map(SourceVisitor);
        read.map_err(|error| error.to_string().split(" at line").next().unwrap_or_default().to_owned())
    }

    #[test]
    fn every_file_of_an_answer_is_a_file() {
        let about = r#""name":"a.png","contentType":"image/png","size":3"#;
        let base64 = format!(r#"{{{about},"base64":"YSxi"}}"#);
        let url = format!(r#"{{{about},"url":"http://a.b/c","expiresAt":"2030-01-01T00:00:00Z"}}"#);
        let kept = format!(r#"{{"id":"x",{}"#, &url[1..]);
        let whole = format!(r#"{{"file":{base64},"width":3,"warnings":[{{"code":"a"}}]}}"#);
        for json in [&base64, &url, &kept, &whole] {
            let source = read(json).unwrap();
            assert_eq!((source.name.as_deref(), source.content_type.as_deref()), (Some("a.png"), Some("image/png")));
            match source.place {
                Place::Bytes(bytes) => assert_eq!(bytes, "a,b"),
                Place::Url(url) => assert_eq!(url, "http://a.b/c"),
                place => panic!("{place:?}"),
            }
        }
        assert!(of_json(&base64).is_some() && of_json(&url).is_some());
        // Rows of data have addresses, sizes and files, too.
        for data in [
            r#"{"url":"http://a.b/c","size":3}"#,
            r#"{"url":"http://a.b/c","name":"a","size":3}"#,
            r#"{"url":"http://a.b/c","contentType":"image/png","size":3}"#,
            r#"{"base64":"YSxi","expiresAt":"2030"}"#,
            &whole,
            &kept,
        ] {
            assert!(of_json(data).is_none(), "{data}");
        }
    }

    #[test]
    fn what_is_no_file_says_so() {
        for (json, message) in [
            (r#"{"colour":"red"}"#, "is not a field of a file; use url, base64, id, name, contentType"),
            (r#"{"name":"a","size":3}"#, "is a file without content: send url, base64 or id"),
            (r#"{"url":"http://a.b","base64":"YSxi"}"#, "is a file from two places: send one of url, base64 and id"),
            (r#"{"id":"a","base64":"YSxi"}"#, "is a file from two places: send one of url, base64 and id"),
            (
                r#"{"file":{"base64":"YSxi"},"url":"http://a.b"}"#,
                "is a file from two places: send one of url, base64 and id",
            ),
            (
                r#"{"width":3,"file":{"base64":"YSxi"}}"#,
                "is not a field of a file; use url, base64, id, name, contentType",
            ),
            (r#"{"file":null}"#, "is a file without content: send url, base64 or id"),
        ] {
            assert_eq!(read(json).unwrap_err(), message, "{json}");
        }
    }

    #[test]
    fn a_file_of_n8n_is_a_file() {
        let file = r#"{"mimeType":"image/png","fileType":"image","fileExtension":"png","data":"YSxi","fileName":"a.png","fileSize":"3 B","bytes":3}"#;
        for json in [file, &format!(r#"{{"data":{file}}}"#)] {
            let source = read(json).unwrap();
            assert_eq!((source.name.as_deref(), source.content_type.as_deref()), (Some("a.png"), Some("image/png")));
            assert!(matches!(source.place, Place::Bytes(bytes) if bytes == "a,b"));
        }
        assert!(of_json(file).is_some());
        for kept in [r#","data":"filesystem-v2""#, ""] {
            let kept = format!(r#"{{"mimeType":"image/png","id":"filesystem-v2:workflows/1/2"{kept}}}"#);
            assert!(read(&kept).unwrap_err().starts_with("is what n8n knows of the file, not the file"), "{kept}");
        }
    }

    #[test]
    fn without_its_bytes_it_says_where_they_are() {
        let stripped = r#"{"mimeType":"image/png","fileType":"image","fileName":"a.png","fileSize":"3 B"}"#;
        let whole = format!(r#"{{"data":{stripped}}}"#);
        for json in [stripped, &whole] {
            let message = read(json).unwrap_err();
            assert!(
                message.contains("bytes are missing") && message.contains("{{ $input.item.binary.data }}"),
                "{message}"
            );
        }
        for partly in [r#"{"data":"YSxi"}"#, r#"{"fileName":"a"}"#, r#"{"base64":"YSxi","fileName":"a"}"#] {
            assert!(read(partly).unwrap_err().contains("not a field of a file"), "{partly}");
            assert!(of_json(partly).is_none(), "{partly}");
        }
    }
}
