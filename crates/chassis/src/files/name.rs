//! The name of a fetched file: what its server calls it, else the end of its URL.

use percent_encoding::percent_decode_str;
use url::Url;

/// Characters of a name at most; many file systems stop at 255 bytes.
const MAX_CHARS: usize = 120;
/// Characters of an ending that is kept when a name is cut.
const MAX_ENDING: usize = 12;

/// The name of what a URL led to, given its `Content-Disposition`.
pub(crate) fn name_of(disposition: Option<&[u8]>, url: &Url) -> Option<String> {
    let said = disposition.and_then(|header| disposition_name(&text_of(header)));
    let last = || url.path_segments()?.next_back().map(|segment| percent_decode_str(segment).decode_utf8_lossy());
    said.as_deref().and_then(safe_name).or_else(|| safe_name(&last()?))
}

/// The name a `Content-Disposition` gives.
pub(crate) fn said(disposition: &str) -> Option<String> {
    disposition_name(disposition).as_deref().and_then(safe_name)
}

/// The name a part of a multipart body has as a file, as it was written; empty when it cannot be read. `filename*` has no
/// place there (RFC 7578, section 4.2), and is sent all the same.
pub(crate) fn part_name(disposition: &[u8]) -> Option<String> {
    let header = text_of(disposition);
    let named = parameters(&header).any(|(name, _)| matches!(&*name, "filename" | "filename*"));
    named.then(|| disposition_name(&header).unwrap_or_default())
}

/// A name that is safe to show and to store under: one component of a path, without control characters.
pub(crate) fn safe_name(text: &str) -> Option<String> {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let name = shown.trim();
    if name.trim_matches('.').is_empty() {
        return None;
    }
    let chars = name.chars().count();
    if chars <= MAX_CHARS {
        return Some(name.to_owned());
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let ending = if ending.chars().count() <= MAX_ENDING { ending } else { "" };
    Some(name.chars().take(MAX_CHARS - ending.chars().count()).chain(ending.chars()).collect())
}

/// What the name of a file of a media type ends with, for a file that came without a name.
pub(crate) fn ending_of(media_type: &str) -> Option<&'static str> {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let (_, ending) = ENDINGS.iter().find(|(known, _)| essence.eq_ignore_ascii_case(known))?;
    Some(ending)
}

/// Media types that people send, with the ending their programs know.
const ENDINGS: [(&str, &str); 24] = [
    ("application/json", "json"),
    ("application/msword", "doc"),
    ("application/pdf", "pdf"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/x-ndjson", "ndjson"),
    ("application/xml", "xml"),
    ("application/zip", "zip"),
    ("audio/mpeg", "mp3"),
    ("image/avif", "avif"),
    ("image/gif", "gif"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/svg+xml", "svg"),
    ("image/tiff", "tiff"),
    ("image/webp", "webp"),
    ("text/csv", "csv"),
    ("text/html", "html"),
    ("text/markdown", "md"),
    ("text/plain", "txt"),
    ("text/xml", "xml"),
    ("video/mp4", "mp4"),
];

/// Marks that turn the direction of what follows: `fdp.exe` can be made to look like `exe.pdf`.
fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `filename*`, else `filename` (RFC 6266, section 4.3).
fn disposition_name(header: &str) -> Option<String> {
    let value = |wanted| parameters(header).find_map(|(name, value)| (name == wanted).then_some(value));
    value("filename*").and_then(|value| extended(&value)).or_else(|| value("filename"))
}

fn parameters(header: &str) -> impl Iterator<Item = (String, String)> {
    let (mut quoted, mut escaped) = (false, false);
    let ends = move |c| {
        let escapes = quoted && !escaped && c == '\\';
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = escapes;
        c == ';' && !quoted
    };
    header.split(ends).filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        Some((name.trim().to_ascii_lowercase(), unquoted(value.trim())))
    })
}

/// Only quotes and backslashes are unescaped: servers write whole Windows paths as they are.
fn unquoted(value: &str) -> String {
    match value.strip_prefix('"') {
        Some(inside) => inside.strip_suffix('"').unwrap_or(inside).replace("\\\"", "\"").replace("\\\\", "\\"),
        None => value.to_owned(),
    }
}

/// `UTF-8'en'%e2%82%ac.txt` (RFC 8187).
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_language, text) = rest.split_once('\'')?;
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" => percent_decode_str(text).decode_utf8().ok().map(Into::into),
        "iso-8859-1" => Some(percent_decode_str(text).map(char::from).collect()),
        _ => None,
    }
}

/// Headers are ASCII by the letter, UTF-8 in practice and Latin-1 by tradition (RFC 9110, section 5.5).
fn text_of(header: &[u8]) -> String {
    match std::str::from_utf8(header) {
        Ok(text) => text.to_owned(),
        Err(_) => header.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_names_a_file() {
        let url = Url::parse("http://a.b/from/url.txt").unwrap();
        for (header, name) in [
            ("attachment; filename=a.pdf", "a.pdf"),
            ("attachment; filename=\"a b; c=d.pdf\"", "a b; c=d.pdf"),
            (r#"attachment; filename="the \"best\".txt""#, r#"the "best".txt"#),
            (r#"attachment; filename="C:\dir\a.txt""#, "a.txt"),
            // The examples of RFC 6266, section 5.
            (r#"attachment; filename="EURO rates"; filename*=utf-8''%e2%82%ac%20rates"#, "€ rates"),
            ("Attachment; FileName=example.html", "example.html"),
            // RFC 8187, section 3.2.3.
            ("inline; filename*=iso-8859-1'en'%A3%20rates", "£ rates"),
            ("attachment; filename=é.txt", "é.txt"),
            ("attachment; filename=\"open.txt", "open.txt"),
            // What cannot be read or used leaves the next best.
            ("attachment; filename=a.txt; filename*=utf-16''b.txt", "a.txt"),
            ("attachment; filename=a.txt; filename*=UTF-8''%ff", "a.txt"),
            ("attachment; filename=\"..\"", "url.txt"),
            ("attachment; filename=\"dir/\"", "url.txt"),
            ("attachment", "url.txt"),
            ("; ; =; filename", "url.txt"),
        ] {
            assert_eq!(name_of(Some(header.as_bytes()), &url).as_deref(), Some(name), "{header}");
        }
        assert_eq!(name_of(Some(b"attachment; filename=\xe9.txt"), &url).as_deref(), Some("é.txt"));
    }

    #[test]
    fn a_part_is_a_file_by_either_name() {
        for (header, name) in [
            ("form-data; name=\"a\"", None),
            ("form-data; name=\"a; filename=b\"", None),
            ("form-data; name=\"a\"; filename=\"\"", Some("")),
            ("form-data; name=\"a\"; filename=\"b.txt\"", Some("b.txt")),
            ("form-data; name=\"a\"; filename*=UTF-8''%e2%82%ac.txt", Some("€.txt")),
            ("form-data; name=\"a\"; filename*=utf-16''b.txt", Some("")),
            ("form-data; name=\"a\"; FileName = b.txt", Some("b.txt")),
        ] {
            assert_eq!(part_name(header.as_bytes()).as_deref(), name, "{header}");
        }
    }

    #[test]
    fn else_the_url_does() {
        for (url, name) in [
            ("http://a.b/c/Rechnung%20M%C3%A4rz.pdf?secret=1#x", Some("Rechnung März.pdf")),
            ("http://a.b/..%2f..%2fetc%2fpasswd", Some("passwd")),
            ("http://a.b/%00%0d%0a", None),
            ("http://a.b/c/", None),
            ("http://a.b", None),
        ] {
            assert_eq!(name_of(None, &Url::parse(url).unwrap()).as_deref(), name, "{url}");
        }
    }

    #[test]
    fn names_are_safe() {
        for (text, name) in [
            ("../../a.txt", Some("a.txt")),
            ("..\\..\\a.txt", Some("a.txt")),
            (" a\r\nSet-Cookie: b\u{7f}\u{85}.txt ", Some("aSet-Cookie: b.txt")),
            ("a\u{202e}fdp.exe", Some("afdp.exe")),
            ("...", None),
            (" ", None),
            ("", None),
        ] {
            assert_eq!(safe_name(text).as_deref(), name, "{text:?}");
        }
        let long = safe_name(&format!("{}.tar.gz", "ä".repeat(500))).unwrap();
        assert!(long.ends_with("ä.gz") && long.chars().count() == MAX_CHARS);
        assert_eq!(safe_name(&".".repeat(500)), None);
        assert_eq!(safe_name(&format!("a.{}", "b".repeat(500))).unwrap().chars().count(), MAX_CHARS);
    }
}
