//! The key of a message: given as it is, or made of a password.

use chassis::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Cipher;
use crate::Error;
use crate::encoding::InputEncoding;
use crate::error::conflict;
use crate::kdf::{Kdf, Parameters, Sha};

/// A function that makes the key of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordKdf {
    /// scrypt (RFC 7914); the default.
    #[default]
    Scrypt,
    /// Argon2id (RFC 9106).
    Argon2id,
    /// PBKDF2 (RFC 8018) with HMAC-SHA-256.
    Pbkdf2Sha256,
    /// PBKDF2 with HMAC-SHA-512.
    Pbkdf2Sha512,
}

impl PasswordKdf {
    /// The function with its costs.
    pub(super) fn with(self, parameters: Option<Parameters>) -> Result<Kdf, Error> {
        let parameters = parameters.unwrap_or_default();
        match self {
            Self::Scrypt => parameters.scrypt(),
            Self::Argon2id => parameters.argon2id(),
            Self::Pbkdf2Sha256 => parameters.pbkdf2(Sha::Sha256),
            Self::Pbkdf2Sha512 => parameters.pbkdf2(Sha::Sha512),
        }
    }
}

impl From<Kdf> for PasswordKdf {
    fn from(kdf: Kdf) -> Self {
        match kdf {
            Kdf::Scrypt { .. } => Self::Scrypt,
            Kdf::Argon2 { .. } => Self::Argon2id,
            Kdf::Pbkdf2 { hash: Sha::Sha512, .. } => Self::Pbkdf2Sha512,
            Kdf::Pbkdf2 { .. } => Self::Pbkdf2Sha256,
        }
    }
}

/// How the key of a message is made of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) kdf: Kdf,
    pub(super) salt: Vec<u8>,
}

impl Stretch {
    /// Checks the costs; `field` is where they came from.
    pub(super) fn check(&self, field: &'static str, cipher: Cipher) -> Result<(), Error> {
        self.kdf.check(&self.salt, cipher.key_length()).map_err(|reason| conflict(field, reason))
    }
}

/// The secret of a request.
pub(super) enum Given<'r> {
    Key(Zeroizing<Vec<u8>>),
    Password(&'r str),
}

impl<'r> Given<'r> {
    /// The one of the two that was sent.
    pub(super) fn of(
        key: Option<&Secret<String>>,
        encoding: InputEncoding,
        password: Option<&'r Secret<String>>,
    ) -> Result<Self, Error> {
        match (key, password) {
            (Some(key), None) => encoding.decode_secret("key", key).map(Self::Key),
            (None, Some(password)) => Ok(Self::Password(password.reveal())),
            (Some(_), Some(_)) => Err(conflict("password", "is there together with key: send one of the two")),
            (None, None) => Err(conflict("key", "is missing: send a key or a password")),
        }
    }

    /// The key for a cipher; the costs of the stretch have been checked.
    pub(super) fn key(self, cipher: Cipher, stretch: Option<&Stretch>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let length = cipher.key_length();
        match (self, stretch) {
            (Self::Key(key), None) if key.len() == length => Ok(key),
            (Self::Key(key), None) => {
                let (name, given) = (cipher.name(), key.len());
                let message = format!(
                    "must be {length} bytes for {name}, and is {given}: check keyEncoding, or send a password instead"
                );
                Err(conflict("key", message))
            }
            (Self::Password(password), Some(Stretch { kdf, salt })) => {
                let mut key = Zeroizing::new(vec![0; length]);
                kdf.derive(password.as_bytes(), salt, &mut key)?;
                Ok(key)
            }
            (Self::Key(_), Some(_)) => Err(conflict("key", "this was encrypted with a password: send that")),
            (Self::Password(_), None) => Err(conflict("password", "this was encrypted with a key: send that")),
        }
    }
}
