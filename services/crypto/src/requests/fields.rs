//! The headers of a request, in canonical form.

use std::collections::BTreeMap;

use crate::Error;
use crate::error::conflict;

/// All names and values together.
const MAX_BYTES: usize = 64 * 1024;
/// What changes on the way or is written last, and so is never signed.
const UNSIGNED: [&str; 9] = [
    "authorization",
    "connection",
    "expect",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// Headers to sign: names in lower case, in order, and values without needless space.
#[derive(Default)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Takes those of a caller's headers that can be signed.
    ///
    /// # Errors
    /// When a name or value cannot be sent, one is there twice, or all are too long.
    pub(super) fn read(headers: &BTreeMap<String, String>) -> Result<Self, Error> {
        if headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_BYTES {
            return Err(conflict("headers", format!("must have at most {MAX_BYTES} bytes in total")));
        }
        let mut fields = Self::default();
        for (name, value) in headers {
            if name.is_empty() || !name.bytes().all(is_token) {
                return Err(conflict("headers", "has a name with characters other than letters, digits and '-'"));
            }
            let name = name.to_ascii_lowercase();
            let is_plain = |byte: u8| matches!(byte, b'\t' | b' '..=b'~');
            if !value.bytes().all(is_plain) {
                let message = format!("has a line break, or a character outside of ASCII, in {name}: leave it out");
                return Err(conflict("headers", message));
            }
            if fields.0.contains_key(&name) {
                let message = format!("has {name} twice: send it once, its values separated by commas");
                return Err(conflict("headers", message));
            }
            if !UNSIGNED.contains(&name.as_str()) {
                fields.0.insert(name, single_spaced(value));
            }
        }
        Ok(fields)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// One a line, as they are signed.
    pub(super) fn canonical(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}:{value}\n")).collect()
    }

    /// The names, with semicolons between.
    pub(super) fn names(&self) -> String {
        self.0.keys().map(String::as_str).collect::<Vec<_>>().join(";")
    }
}

/// A character of a name (RFC 9110, section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Without space at the ends, and with one where there were several, or a tab.
fn single_spaced(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &str)]) -> Result<Fields, Error> {
        Fields::read(&headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn headers_come_sorted_and_trimmed() {
        let fields =
            read(&[("X-B", "  a   b\t c "), ("x-a", ""), ("User-Agent", "me"), ("Content-Type", "text/plain")])
                .unwrap();
        assert_eq!(fields.canonical(), "content-type:text/plain\nx-a:\nx-b:a b c\n");
        assert_eq!(fields.names(), "content-type;x-a;x-b");
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for (headers, message) in [
            (&[("X-A", "a\r\nX-B: b")][..], "has a line break"),
            (&[("X-A", "a\nb")], "has a line break"),
            (&[("X-A", "a\0b")], "has a line break"),
            (&[("X-A", "grün")], "has a line break, or a character outside"),
            (&[("X-A", "1"), ("x-a", "2")], "has x-a twice"),
            (&[("", "1")], "has a name"),
            (&[("X A", "1")], "has a name"),
            (&[("X-A:", "1")], "has a name"),
            (&[("X-A\r\nX-B", "1")], "has a name"),
            (&[("X-Ä", "1")], "has a name"),
            (&[("X-A", &"a".repeat(65_534))], "must have at most 65536 bytes"),
        ] {
            let error = read(headers).err().unwrap_or_else(|| panic!("{headers:?}")).to_string();
            assert!(error.starts_with(message), "{headers:?} {error}");
        }
        assert!(read(&[("X-A", &"a".repeat(65_533))]).is_ok());
    }
}
