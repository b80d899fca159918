//! The key of a message: given, or derived from a password.

use chassis::{Call, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Cipher;
use crate::Error;
use crate::encoding::InputEncoding;
use crate::error::conflict;
use crate::kdf::{Kdf, Parameters, Sha};
use crate::keys::{Candidate, Chosen, Given, Keyring, Purpose};

/// Key derivation function for a password.
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

/// Where the key of a message comes from.
pub(super) enum Source<'r> {
    /// A key that was sent, or the versions of a named one.
    Keys(Chosen),
    Password(&'r str),
}

/// A key of the right length, and the name and version of a named one.
pub(super) type Found = (Zeroizing<Vec<u8>>, Option<String>);

impl<'r> Source<'r> {
    /// The one that was sent.
    pub(super) fn of(
        given: Given<'_>,
        encoding: InputEncoding,
        password: Option<&'r Secret<String>>,
        call: &Call,
        keyring: &Keyring,
    ) -> Result<Self, Error> {
        match (password, given.key, given.key_ref) {
            (None, None, None) => Err(conflict("key", "is missing: send a key, keyRef or a password")),
            (None, ..) => keyring.choose_shared(given, encoding, call).map(Self::Keys),
            (Some(password), None, None) => Ok(Self::Password(password.reveal())),
            (Some(_), Some(_), _) => Err(conflict("password", "cannot be combined with key: send one of the two")),
            (Some(_), ..) => Err(conflict("password", "cannot be combined with keyRef: send one of the two")),
        }
    }

    /// The key to encrypt with; the costs of the stretch have been checked.
    pub(super) fn newest(&self, cipher: Cipher, stretch: Option<&Stretch>) -> Result<Found, Error> {
        match self {
            Self::Keys(chosen) => exact(chosen.newest(), cipher, stretch, &["encrypt"]),
            Self::Password(password) => Ok((derived(password, cipher, stretch)?, None)),
        }
    }

    /// The keys to try when decrypting; at least one. Versions of another length are for something else.
    pub(super) fn all(&self, cipher: Cipher, stretch: Option<&Stretch>) -> Result<Vec<Found>, Error> {
        let Self::Keys(chosen) = self else { return Ok(vec![self.newest(cipher, stretch)?]) };
        let (found, unfit): (Vec<_>, Vec<_>) =
            chosen.all().map(|candidate| exact(candidate, cipher, stretch, &["decrypt"])).partition(Result::is_ok);
        match unfit.into_iter().next() {
            Some(Err(error)) if found.is_empty() => Err(error),
            _ if found.len() > 1 && !cipher.is_authenticated() => Err(conflict(
                "keyRef",
                "must name a version with AES-CBC, such as orders@2: it cannot tell which of them is the right one",
            )),
            _ => found.into_iter().collect(),
        }
    }
}

/// The key, when it may be used for this and has the length a cipher needs.
fn exact(
    candidate: &Candidate,
    cipher: Cipher,
    stretch: Option<&Stretch>,
    operations: &[&str],
) -> Result<Found, Error> {
    let field = candidate.field("key");
    if stretch.is_some() {
        return Err(conflict(field, "does not apply: the message was encrypted with a password; send that"));
    }
    let purpose = Purpose { algorithms: &[cipher.name(), cipher.jose_name()], code: "enc", operations };
    let (bytes, length) = (candidate.shared("key", &purpose)?, cipher.key_length());
    if bytes.len() != length {
        let (name, given) = (cipher.name(), bytes.len());
        let hint = if candidate.reference.is_some() { "" } else { ": check keyEncoding, or send a password instead" };
        return Err(conflict(field, format!("must be {length} bytes for {name}, and is {given}{hint}")));
    }
    Ok((Zeroizing::new(bytes.to_vec()), candidate.reference.clone()))
}

fn derived(password: &str, cipher: Cipher, stretch: Option<&Stretch>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let Some(Stretch { kdf, salt }) = stretch else {
        return Err(conflict("password", "does not apply: the message was encrypted with a key; send that"));
    };
    let mut key = Zeroizing::new(vec![0; cipher.key_length()]);
    kdf.derive(password.as_bytes(), salt, &mut key)?;
    Ok(key)
}
