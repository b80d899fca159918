//! Variants of a secret and a body, from before they were copied or changed.

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use super::super::scheme::SecretForm;
use crate::encoding::BinaryEncoding;

/// The bytes of a secret, and what is different about them.
pub(super) type Reading = (Zeroizing<Vec<u8>>, &'static str);

const QUOTES: [char; 3] = ['"', '\'', '`'];

/// A secret without what is often copied with it.
pub(super) fn clean(text: &str) -> &str {
    text.trim().trim_matches(QUOTES).trim_end_matches("\\n")
}

/// The bytes of a secret's text.
pub(super) fn read(text: &str, form: SecretForm) -> Option<Zeroizing<Vec<u8>>> {
    match form {
        SecretForm::Text => Some(plain(text)),
        SecretForm::Base64 => base64(text),
    }
}

fn plain(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

fn base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.trim_start_matches("v1,").trim_start_matches("whsec_").trim_end_matches('=');
    BASE64_NOPAD.decode(text.as_bytes()).ok().map(Zeroizing::new)
}

/// What else the text of a secret may stand for.
pub(super) fn other_readings(text: &str, form: SecretForm) -> Vec<Reading> {
    let trimmed = text.trim();
    let unquoted = trimmed.trim_matches(QUOTES);
    let read = |text: &str| read(text, form);
    let candidates = [
        (read(trimmed).filter(|_| trimmed != text), "is sent without the surrounding spaces or line break"),
        (read(unquoted).filter(|_| unquoted != trimmed), "is sent without the surrounding quotes"),
        (
            read(unquoted.trim_end_matches("\\n")).filter(|_| unquoted.ends_with("\\n")),
            "is sent without its trailing \\n",
        ),
        (Some(plain(unquoted)), "is taken as text: set secretEncoding to utf8"),
        (base64(unquoted), "is taken as base64: set secretEncoding to base64, and leave out whsec_"),
        (
            HEXLOWER_PERMISSIVE.decode(unquoted.as_bytes()).ok().map(Zeroizing::new),
            "is taken as hex: set secretEncoding to hex",
        ),
        (unquoted.strip_prefix("whsec_").map(plain), "is sent without whsec_ before it"),
    ];
    candidates.into_iter().filter_map(|(bytes, what)| Some((bytes?, what))).collect()
}

/// What the body may have been, each with what is different.
pub(super) fn other_bodies(body: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    let text = std::str::from_utf8(body).ok();
    let trimmed = body.trim_ascii();
    let mut others = vec![
        (body.trim_ascii_end().to_vec(), "without its trailing line break"),
        ([body, b"\n"].concat(), "with a trailing line break"),
        ([body, b"\r\n"].concat(), "with a trailing line break"),
        (trimmed.to_vec(), "without the surrounding spaces"),
        (body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).to_vec(), "without the byte order mark at its start"),
    ];
    if !body.is_empty() {
        others.push((Vec::new(), "when that is empty"));
    }
    if let Some(text) = text {
        others.push((text.replace("\r\n", "\n").into_bytes(), "with its line breaks as LF"));
        others.push((text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes(), "with its line breaks as CRLF"));
        let text = text.trim();
        if let Ok(inner) = serde_json::from_str::<String>(text) {
            others.push((
                inner.into_bytes(),
                "decoded once: it was serialized as JSON twice (surrounding quotes, backslashes)",
            ));
        } else if text.contains("\\\"")
            && let Ok(inner) = serde_json::from_str::<String>(&format!("\"{text}\""))
        {
            others.push((inner.into_bytes(), "without the backslashes before its quotes"));
        }
        if let Some((_, data)) = text.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")) {
            let bytes = BinaryEncoding::Base64.decode("body", data).ok();
            others.extend(
                bytes.map(|bytes| (bytes, "read from its data: address: send what is after the comma as bodyBase64")),
            );
        }
        let base64 =
            if text.ends_with('=') { BASE64.decode(text.as_bytes()) } else { BASE64_NOPAD.decode(text.as_bytes()) };
        others.extend(base64.ok().map(|bytes| (bytes, "read as base64 (bodyBase64)")));
        others.extend(HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok().map(|bytes| (bytes, "read as hex")));
        if text.contains("%20") {
            others.push((
                text.replace("%20", "+").into_bytes(),
                "with + for its spaces: the form was parsed and serialized again",
            ));
        } else if text.contains('=') && text.contains('+') {
            others.push((
                text.replace('+', "%20").into_bytes(),
                "with %20 for its spaces: the form was parsed and serialized again",
            ));
        }
        let latin: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
        others.extend(latin.map(|bytes| (bytes, "read as UTF-8: it was decoded as Latin-1 on its way")));
    }
    others
}
