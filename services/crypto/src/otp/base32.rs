//! Secrets as text: base32 as people copy it from a screen, and other encodings.

use std::sync::LazyLock;

use chassis::Secret;
use data_encoding::{BASE32_NOPAD, Encoding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Error;
use crate::encoding::{self, InputEncoding};
use crate::error::conflict;
use crate::keys::Key;

/// Encoding of a one-time password secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecretEncoding {
    /// Base32, as shown by authenticator apps; case, spaces, hyphens and padding are ignored. The default.
    #[default]
    Base32,
    /// The text itself, as UTF-8.
    Utf8,
    /// Hexadecimal, in either case.
    Hex,
    /// Base64, with or without padding.
    Base64,
    /// URL-safe base64, with or without padding.
    Base64url,
}

/// Base32 as people write it. Bits left over at the end are not looked at: there are generators that draw every letter at
/// random, and the apps take what they draw.
static LENIENT: LazyLock<Encoding> = LazyLock::new(|| {
    let mut form = BASE32_NOPAD.specification();
    form.translate.from.push_str("abcdefghijklmnopqrstuvwxyz");
    form.translate.to.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    form.ignore.push_str(" -=\t\r\n");
    form.check_trailing_bits = false;
    form.encoding().expect("the alphabet is base32's, and nothing in it is ignored")
});

/// Base32 as apps take it: upper case, no padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes)
}

fn decode(field: &'static str, text: &str) -> Result<Vec<u8>, Error> {
    LENIENT.decode(text.as_bytes()).map_err(|error| encoding::not_encoded(field, "base32", error))
}

impl SecretEncoding {
    /// The secret a text stands for.
    ///
    /// # Errors
    /// When it is not in this encoding, or empty.
    pub(super) fn key(self, field: &'static str, text: &Secret<String>) -> Result<Key, Error> {
        let other = match self {
            Self::Base32 => None,
            Self::Utf8 => Some(InputEncoding::Utf8),
            Self::Hex => Some(InputEncoding::Hex),
            Self::Base64 => Some(InputEncoding::Base64),
            Self::Base64url => Some(InputEncoding::Base64url),
        };
        let bytes = match other {
            None => Zeroizing::new(decode(field, text.reveal())?),
            Some(encoding) => encoding.decode_secret(field, text)?,
        };
        if bytes.is_empty() {
            return Err(conflict(field, "is empty: send the secret the app was given"));
        }
        Ok(Key::secret(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10.
    #[test]
    fn base32_of_the_rfc() {
        for (plain, base32) in [
            ("f", "MY======"),
            ("fo", "MZXQ===="),
            ("foo", "MZXW6==="),
            ("foob", "MZXW6YQ="),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI======"),
        ] {
            assert_eq!(encode(plain.as_bytes()), base32.trim_end_matches('='));
            assert_eq!(decode("secret", base32).unwrap(), plain.as_bytes());
        }
    }

    #[test]
    fn it_is_read_as_people_write_it() {
        let hello = [b'H', b'e', b'l', b'l', b'o', b'!', 0xde, 0xad, 0xbe, 0xef];
        for text in ["JBSWY3DPEHPK3PXP", "jbswy3dpehpk3pxp", "JBSW Y3DP EHPK 3PXP", "jbsw-y3dp-ehpk-3pxp\n"] {
            assert_eq!(decode("secret", text).unwrap(), hello, "{text}");
        }
        assert_eq!(decode("secret", "MZ").unwrap(), b"f", "stray bits");
        for (text, message) in [
            ("JBSWY0DP", "is not base32: invalid character at position 6"),
            ("JBSW Y3DP 10", "is not base32: invalid character at position 11"),
            ("JBSWY3DPE", "is not base32: invalid length"),
            ("JBSWY3DP\u{131}", "is not base32: invalid character at position 9"),
        ] {
            assert_eq!(decode("secret", text).unwrap_err().to_string(), message, "{text}");
        }
    }
}
