//! Where a file is to come from, as a request writes it.

use std::borrow::Cow;
use std::fmt;

use base64_simd::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};

use super::file::Content;
use super::name::safe_name;
use super::store::Store;

/// The fields of a file written as an object; exactly one of the first three is there.
const KEYS: &str = "url, base64, id, name, contentType";

/// Where a file is to come from.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Source {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    #[serde(flatten)]
    pub(crate) place: Place,
}

/// The place itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Place {
    /// To be fetched.
    Url(String),
    /// An upload or an earlier result.
    Id(String),
    /// A part of this very request: of a multipart body, the raw body, or a frame handed to a worker.
    /// Nothing that data of its own is likely to be called.
    #[serde(rename = "$part")]
    Part(usize),
    /// Here already.
    #[serde(rename = "base64", serialize_with = "as_base64")]
    Bytes(Bytes),
}

impl Default for Place {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

fn as_base64<S: serde::Serializer>(bytes: &Bytes, target: S) -> Result<S::Ok, S::Error> {
    target.serialize_str(&STANDARD.encode_to_string(bytes))
}

impl Source {
    pub(crate) fn part(index: usize) -> Self {
        Self { place: Place::Part(index), ..Self::default() }
    }

    pub(crate) fn inline(content: &Content) -> Self {
        Self {
            name: content.name.clone(),
            content_type: content.content_type.clone(),
            place: Place::Bytes(content.bytes.clone()),
        }
    }

    /// A text that is an address or a data URI as a whole.
    pub(crate) fn of_address(text: &str) -> Option<Result<Self, String>> {
        let trimmed = text.trim();
        let one_word = !trimmed.contains(char::is_whitespace);
        let is_address = (one_word && is_url(trimmed)) || strip_scheme(trimmed, "data:").is_some_and(is_data);
        is_address.then(|| Self::of_text(trimmed))
    }

    /// A JSON text that is an object which names a file, and nothing else.
    pub(crate) fn of_json(json: &str) -> Option<Self> {
        // Long objects are data; base64 is the one long thing a file may hold.
        let mut source = serde_json::Deserializer::from_str(json);
        let source = serde::Deserializer::deserialize_map(&mut source, SourceVisitor).ok()?;
        match &source.place {
            // Data has ids of its own.
            Place::Id(id) => Store::is_id(id).then_some(source),
            _ => Some(source),
        }
    }

    /// A file written as text: a URL, a data URI, or base64.
    pub(crate) fn of_text(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("is empty: send a URL, a data URI or base64".to_owned());
        }
        if is_url(text) {
            return Ok(Self { place: Place::Url(text.to_owned()), ..Self::default() });
        }
        if let Some(rest) = strip_scheme(text, "data:") {
            return Self::of_data_uri(rest);
        }
        let bytes = decode_base64(text).ok_or(
            "must be a URL that begins with https://, a data URI or base64; tools send a file best as a part of a form (in n8n: n8n Binary File)",
        )?;
        Ok(Self { place: Place::Bytes(bytes.into()), ..Self::default() })
    }

    /// What follows `data:` (RFC 2397).
    fn of_data_uri(rest: &str) -> Result<Self, String> {
        let (head, data) =
            rest.split_once(',').ok_or("is a data URI without a comma: write data:<type>;base64,<data>")?;
        let (media_type, is_base64) = match head.trim().strip_suffix("base64") {
            Some(before) if before.trim_end().ends_with(';') => (before.trim_end().trim_end_matches(';'), true),
            _ => (head, false),
        };
        let bytes = if is_base64 {
            // What a form or a browser escaped is unescaped first; plain base64 has nothing to unescape.
            let data = percent_decode_str(data).decode_utf8().map_err(|_| "is a data URI that is not valid UTF-8")?;
            decode_base64(&data).ok_or("is a data URI with invalid base64")?
        } else {
            percent_decode_str(data).collect()
        };
        let content_type = media_type_of(media_type).unwrap_or_else(|| "text/plain".to_owned());
        Ok(Self { name: None, content_type: Some(content_type), place: Place::Bytes(bytes.into()) })
    }
}

/// Whether what follows `data:` is the rest of a data URI rather than a word in a text.
fn is_data(rest: &str) -> bool {
    rest.split_once(',').is_some_and(|(head, _)| head.is_empty() || head.contains(['/', ';']) && !head.contains(' '))
}

/// Whether a text is an address that can be fetched.
pub(crate) fn is_url(text: &str) -> bool {
    strip_scheme(text, "http://").or_else(|| strip_scheme(text, "https://")).is_some()
}

fn strip_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let start = text.get(..scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
}

/// `text/csv` of `Text/CSV; charset=utf-8`.
pub(crate) fn media_type_of(header: &str) -> Option<String> {
    let essence = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-/".contains(&byte);
    let looks_like_one = essence.len() <= 100 && essence.bytes().all(plain) && essence.matches('/').count() == 1;
    looks_like_one.then_some(essence)
}

/// Base64 as it is found in the wild: either alphabet, with or without padding, broken into lines.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let folded = text.bytes().any(|byte| byte.is_ascii_whitespace());
    let text = if folded {
        Cow::Owned(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect())
    } else {
        Cow::Borrowed(text.as_bytes())
    };
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    if text.len() - end > 2 {
        return None;
    }
    let text = &text[..end];
    let url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let decoded = if url_safe { URL_SAFE_NO_PAD.decode_to_vec(text) } else { STANDARD_NO_PAD.decode_to_vec(text) };
    decoded.ok()
}

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

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Source, A::Error> {
        let mut source = Source::default();
        let mut place = None;
        let mut binary = Binary::default();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            let found = match &*key {
                "name" => {
                    source.name = map.next_value::<Option<Cow<'_, str>>>()?.and_then(|name| safe_name(&name));
                    continue;
                }
                "contentType" | "content_type" => {
                    source.content_type =
                        map.next_value::<Option<Cow<'_, str>>>()?.and_then(|text| media_type_of(&text));
                    continue;
                }
                "data" | "mimeType" | "fileName" => {
                    binary.take(&key, map.next_value()?);
                    continue;
                }
                "bytes" | "directory" | "fileExtension" | "fileSize" | "fileType" => {
                    map.next_value::<IgnoredAny>()?;
                    binary.take(&key, None);
                    continue;
                }
                "$part" => map.next_value::<Option<usize>>()?.map(Place::Part),
                "id" => map.next_value::<Option<String>>()?.map(Place::Id),
                "url" => match map.next_value::<Option<Cow<'_, str>>>()? {
                    Some(text) if is_url(text.trim()) => Some(Place::Url(text.trim().to_owned())),
                    Some(_) => return Err(A::Error::custom("has a url that is not http or https")),
                    None => None,
                },
                "base64" => match map.next_value::<Option<Cow<'_, str>>>()? {
                    Some(text) => {
                        let bytes = decode_base64(&text).ok_or_else(|| A::Error::custom("has invalid base64"))?;
                        Some(Place::Bytes(bytes.into()))
                    }
                    None => None,
                },
                _ => return Err(A::Error::custom(format!("is not a field of a file; use {KEYS}"))),
            };
            if found.is_some() && place.is_some() {
                return Err(A::Error::custom("is a file from two places: send one of url, base64 and id"));
            }
            place = place.or(found);
        }
        if let Some(source) = binary.into_source(place.as_ref()).map_err(A::Error::custom)? {
            return Ok(source);
        }
        source.place = place.ok_or_else(|| A::Error::custom("is a file without content: send url, base64 or id"))?;
        Ok(source)
    }
}

/// A file as n8n has it in an item's `binary`: base64 as `data`, always with its `mimeType`.
#[derive(Default)]
struct Binary {
    data: Option<String>,
    media_type: Option<String>,
    name: Option<String>,
    /// The first of its fields.
    first: Option<String>,
}

impl Binary {
    fn take(&mut self, key: &str, value: Option<String>) {
        self.first.get_or_insert_with(|| key.to_owned());
        match key {
            "data" => self.data = value,
            "mimeType" => self.media_type = value,
            "fileName" => self.name = value,
            _ => {}
        }
    }

    /// The file, when there is one; an error when only a part of it is there.
    fn into_source(self, place: Option<&Place>) -> Result<Option<Source>, String> {
        let Some(first) = self.first else { return Ok(None) };
        let (Some(data), Some(media_type), None | Some(Place::Id(_))) = (self.data, self.media_type, place) else {
            return Err(format!("has {first}, which is not a field of a file; use {KEYS}"));
        };
        // Where n8n keeps files on disk, there is an id, and `data` says on which.
        if place.is_some() {
            let message = "is what n8n knows of the file, not the file: send the file itself (n8n Binary File)";
            return Err(message.to_owned());
        }
        let bytes = decode_base64(&data).ok_or("has data that is not base64")?;
        let name = self.name.as_deref().and_then(safe_name);
        Ok(Some(Source { name, content_type: media_type_of(&media_type), place: Place::Bytes(bytes.into()) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Result<Bytes, String> {
        match Source::of_text(text)?.place {
            Place::Bytes(bytes) => Ok(bytes),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn base64_is_read_as_it_is_found() {
        for text in ["+/+/AA==", "+/+/AA", "-_-_AA", "-_-_AA==", "+/+/\r\nAA==\n", " +/+/AA== "] {
            assert_eq!(&bytes(text).unwrap()[..], b"\xfb\xff\xbf\x00", "{text}");
        }
        for text in ["+/-_", "A", "AB===", "A=BC", "hello!", "é"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn data_uris_say_their_type() {
        let source = Source::of_text("data:Text/CSV;charset=utf-8;base64,YSxi").unwrap();
        assert_eq!(source.content_type.as_deref(), Some("text/csv"));
        assert!(matches!(source.place, Place::Bytes(bytes) if bytes == "a,b"));
        assert_eq!(bytes("data:,a%2Cb").unwrap(), "a,b");
        assert_eq!(bytes("DATA:image/png;base64,YSxi").unwrap(), "a,b");
        assert_eq!(bytes("data:;base64,YQ%3D%3D").unwrap(), "a");
        assert!(bytes("data:text/plain").is_err());
    }

    #[test]
    fn urls_are_http_or_https() {
        assert!(matches!(Source::of_text("HTTPS://a.b/c").unwrap().place, Place::Url(_)));
        for text in ["ftp://a.b/c", "file:///etc/passwd", "//a.b/c", "", " "] {
            assert!(Source::of_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_of_n8n_is_a_file() {
        let read = |json: &str| {
            let mut source = serde_json::Deserializer::from_str(json);
            serde::Deserializer::deserialize_map(&mut source, SourceVisitor).map_err(|error| error.to_string())
        };
        let source = read(
            r#"{"mimeType":"image/png","fileType":"image","fileExtension":"png","data":"YSxi","fileName":"a.png","fileSize":"3 B","bytes":3}"#,
        )
        .unwrap();
        assert_eq!((source.name.as_deref(), source.content_type.as_deref()), (Some("a.png"), Some("image/png")));
        assert!(matches!(source.place, Place::Bytes(bytes) if bytes == "a,b"));
        let kept = r#"{"mimeType":"image/png","data":"filesystem-v2","id":"filesystem-v2:workflows/1/2"}"#;
        assert!(read(kept).unwrap_err().contains("n8n Binary File"));
        for partly in [r#"{"data":"YSxi"}"#, r#"{"mimeType":"image/png"}"#, r#"{"base64":"YSxi","fileName":"a"}"#] {
            assert!(read(partly).unwrap_err().contains("not a field of a file"), "{partly}");
            assert!(Source::of_json(partly).is_none(), "{partly}");
        }
    }
}
