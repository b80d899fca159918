//! Percent-encoding of addresses and forms, and host names in ASCII.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// What is percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A part of an address.
    Component,
    /// A whole address.
    Whole,
    /// A part of a form.
    Form,
}

/// All but the unreserved characters of RFC 3986.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// All but what has a meaning in an address, as `encodeURI` of JavaScript.
const WHOLE: &AsciiSet = &COMPONENT
    .remove(b';')
    .remove(b',')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b'#')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
/// All but what the URL standard leaves in forms; a space becomes + after.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b' ');

pub(super) fn encode(bytes: &[u8], kind: Kind) -> String {
    match kind {
        Kind::Component => percent_encode(bytes, COMPONENT).to_string(),
        Kind::Whole => percent_encode(bytes, WHOLE).to_string(),
        Kind::Form => percent_encode(bytes, FORM).to_string().replace(' ', "+"),
    }
}

/// The bytes of a text; a % that encodes nothing stays.
pub(super) fn decode(text: &str, form: bool) -> Vec<u8> {
    match form {
        true => percent_decode_str(&text.replace('+', " ")).collect(),
        false => percent_decode_str(text).collect(),
    }
}

/// A host name, or the host of a mail address, by `change`.
fn host(text: &str, change: impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
    match text.rsplit_once('@') {
        Some((local, host)) => Ok(format!("{local}@{}", change(host)?)),
        None => change(text),
    }
}

pub(super) fn host_to_ascii(text: &str) -> Result<String, String> {
    host(text.trim(), |host| idna::domain_to_ascii(host).map_err(|_| "is no host name".to_owned()))
}

pub(super) fn host_to_unicode(text: &str) -> Result<String, String> {
    host(text.trim(), |host| match idna::domain_to_unicode(host) {
        (name, Ok(())) => Ok(name),
        _ => Err("is no host name".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_forms() {
        let text = "a b&c=ü/~*'+";
        assert_eq!(encode(text.as_bytes(), Kind::Component), "a%20b%26c%3D%C3%BC%2F~%2A%27%2B");
        assert_eq!(encode(text.as_bytes(), Kind::Form), "a+b%26c%3D%C3%BC%2F%7E*%27%2B");
        assert_eq!(encode("https://a.de/ü?q=a b#c".as_bytes(), Kind::Whole), "https://a.de/%C3%BC?q=a%20b#c");
        assert_eq!(decode("a+b%20c%", true), b"a b c%");
        assert_eq!(decode("a+b%2", false), b"a+b%2");
    }

    #[test]
    fn host_names() {
        assert_eq!(host_to_ascii("München.de").unwrap(), "xn--mnchen-3ya.de");
        assert_eq!(host_to_unicode("info@xn--mnchen-3ya.de").unwrap(), "info@münchen.de");
        assert!(host_to_unicode("xn--a-\u{80}").is_err());
    }
}
