//! Where a file is to come from, as a request writes it.

use std::borrow::Cow;

use base64_simd::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::file::Content;

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
        // Parameters in any case (RFC 2045, section 5.1). One that is called base64 means it, wherever it stands: what it
        // says of the data must not be passed over, or other bytes than the sender's would be taken.
        let is_base64 = head.split(';').skip(1).any(|parameter| parameter.trim().eq_ignore_ascii_case("base64"));
        let bytes = if is_base64 {
            // What a form or a browser escaped is unescaped first; plain base64 has nothing to unescape.
            let data = percent_decode_str(data).decode_utf8().map_err(|_| "is a data URI that is not valid UTF-8")?;
            decode_base64(&data).ok_or("is a data URI with invalid base64")?
        } else {
            percent_decode_str(data).collect()
        };
        let content_type = media_type_of(head).unwrap_or_else(|| "text/plain".to_owned());
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
        assert!(bytes("data:;BASE64,YQ!").unwrap_err().contains("invalid base64"));
        assert!(bytes("data:text/plain").is_err());
    }

    #[test]
    fn data_uris_are_base64_in_any_case() {
        for head in [
            ";BASE64",
            ";Base64",
            "image/png;BASE64",
            "Text/Plain;Charset=UTF-8;bASE64",
            ";base64;charset=utf-8",
            "; base64 ",
        ] {
            assert_eq!(bytes(&format!("data:{head},YSxi")).unwrap(), "a,b", "{head}");
        }
        // What only has the word in it is text.
        for head in ["base64", ";charset=base64", ";base64=1", ";base641"] {
            assert_eq!(bytes(&format!("data:{head},YS%78i")).unwrap(), "YSxi", "{head}");
        }
    }

    #[test]
    fn urls_are_http_or_https() {
        assert!(matches!(Source::of_text("HTTPS://a.b/c").unwrap().place, Place::Url(_)));
        for text in ["ftp://a.b/c", "file:///etc/passwd", "//a.b/c", "", " "] {
            assert!(Source::of_text(text).is_err(), "{text}");
        }
    }
}
