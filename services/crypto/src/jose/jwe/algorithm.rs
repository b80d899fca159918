//! Key management algorithms (RFC 7518, section 4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::JweEncryption;
use crate::Error;
use crate::error::conflict;
use crate::kdf::Sha;
use crate::keys::{Curve, Key, Material, OkpUse, Purpose};
use crate::oaep::Oaep;

/// Key management algorithm (RFC 7518, section 4; RFC 8037). `RSA1_5` is not supported: an attacker who can submit
/// messages and see which of them fail can decrypt others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum JweAlgorithm {
    /// Direct encryption with a shared key.
    #[serde(rename = "dir")]
    Direct,
    /// AES Key Wrap with a 16-byte shared key.
    A128KW,
    /// AES Key Wrap with a 24-byte shared key.
    A192KW,
    /// AES Key Wrap with a 32-byte shared key.
    A256KW,
    /// Key encryption by AES-GCM with a 16-byte shared key.
    A128GCMKW,
    /// Key encryption by AES-GCM with a 24-byte shared key.
    A192GCMKW,
    /// Key encryption by AES-GCM with a 32-byte shared key.
    A256GCMKW,
    /// ECDH-ES key agreement with P-256, P-384, P-521 or X25519.
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
    /// ECDH-ES and AES Key Wrap with a 16-byte key.
    #[serde(rename = "ECDH-ES+A128KW")]
    EcdhEsA128KW,
    /// ECDH-ES and AES Key Wrap with a 24-byte key.
    #[serde(rename = "ECDH-ES+A192KW")]
    EcdhEsA192KW,
    /// ECDH-ES and AES Key Wrap with a 32-byte key.
    #[serde(rename = "ECDH-ES+A256KW")]
    EcdhEsA256KW,
    /// RSA-OAEP with SHA-1, for legacy systems only.
    #[serde(rename = "RSA-OAEP")]
    RsaOaep,
    /// RSA-OAEP with SHA-256.
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    /// RSA-OAEP with SHA-384.
    #[serde(rename = "RSA-OAEP-384")]
    RsaOaep384,
    /// RSA-OAEP with SHA-512.
    #[serde(rename = "RSA-OAEP-512")]
    RsaOaep512,
    /// PBES2: AES Key Wrap with a key derived from a password by PBKDF2 with HMAC-SHA-256.
    #[serde(rename = "PBES2-HS256+A128KW")]
    Pbes2Hs256A128KW,
    /// PBES2: AES Key Wrap with a key derived from a password by PBKDF2 with HMAC-SHA-384.
    #[serde(rename = "PBES2-HS384+A192KW")]
    Pbes2Hs384A192KW,
    /// PBES2: AES Key Wrap with a key derived from a password by PBKDF2 with HMAC-SHA-512.
    #[serde(rename = "PBES2-HS512+A256KW")]
    Pbes2Hs512A256KW,
}

/// What an algorithm does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Direct,
    /// AES Key Wrap with a key of so many bytes.
    Wrap(usize),
    /// AES-GCM with a key of so many bytes.
    Gcm(usize),
    /// ECDH-ES; the agreed key is the message's own, or wraps it with so many bytes.
    Agree(Option<usize>),
    Oaep(Oaep),
    /// PBKDF2 with a hash; the key wraps with so many bytes.
    Password(Sha, usize),
}

impl JweAlgorithm {
    const ALL: [Self; 18] = [
        Self::Direct,
        Self::A128KW,
        Self::A192KW,
        Self::A256KW,
        Self::A128GCMKW,
        Self::A192GCMKW,
        Self::A256GCMKW,
        Self::EcdhEs,
        Self::EcdhEsA128KW,
        Self::EcdhEsA192KW,
        Self::EcdhEsA256KW,
        Self::RsaOaep,
        Self::RsaOaep256,
        Self::RsaOaep384,
        Self::RsaOaep512,
        Self::Pbes2Hs256A128KW,
        Self::Pbes2Hs384A192KW,
        Self::Pbes2Hs512A256KW,
    ];

    /// Its name in a header.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Direct => "dir",
            Self::A128KW => "A128KW",
            Self::A192KW => "A192KW",
            Self::A256KW => "A256KW",
            Self::A128GCMKW => "A128GCMKW",
            Self::A192GCMKW => "A192GCMKW",
            Self::A256GCMKW => "A256GCMKW",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128KW => "ECDH-ES+A128KW",
            Self::EcdhEsA192KW => "ECDH-ES+A192KW",
            Self::EcdhEsA256KW => "ECDH-ES+A256KW",
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::RsaOaep384 => "RSA-OAEP-384",
            Self::RsaOaep512 => "RSA-OAEP-512",
            Self::Pbes2Hs256A128KW => "PBES2-HS256+A128KW",
            Self::Pbes2Hs384A192KW => "PBES2-HS384+A192KW",
            Self::Pbes2Hs512A256KW => "PBES2-HS512+A256KW",
        }
    }

    /// The algorithm of a name in a header or key; case counts.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// What we take for a key when nobody says.
    pub(super) fn of(key: &Key) -> Self {
        if let Some(named) = key.algorithm.as_deref().and_then(Self::named) {
            return named;
        }
        match &key.material {
            Material::Secret(_) => Self::Direct,
            Material::Rsa(_) => Self::RsaOaep256,
            Material::Ec(_) | Material::Okp(_) => Self::EcdhEsA256KW,
        }
    }

    pub(super) const fn method(self) -> Method {
        match self {
            Self::Direct => Method::Direct,
            Self::A128KW => Method::Wrap(16),
            Self::A192KW => Method::Wrap(24),
            Self::A256KW => Method::Wrap(32),
            Self::A128GCMKW => Method::Gcm(16),
            Self::A192GCMKW => Method::Gcm(24),
            Self::A256GCMKW => Method::Gcm(32),
            Self::EcdhEs => Method::Agree(None),
            Self::EcdhEsA128KW => Method::Agree(Some(16)),
            Self::EcdhEsA192KW => Method::Agree(Some(24)),
            Self::EcdhEsA256KW => Method::Agree(Some(32)),
            Self::RsaOaep => Method::Oaep(Oaep::Sha1),
            Self::RsaOaep256 => Method::Oaep(Oaep::Sha256),
            Self::RsaOaep384 => Method::Oaep(Oaep::Sha384),
            Self::RsaOaep512 => Method::Oaep(Oaep::Sha512),
            Self::Pbes2Hs256A128KW => Method::Password(Sha::Sha256, 16),
            Self::Pbes2Hs384A192KW => Method::Password(Sha::Sha384, 24),
            Self::Pbes2Hs512A256KW => Method::Password(Sha::Sha512, 32),
        }
    }

    /// Whether it works with a password.
    pub(super) const fn is_password(self) -> bool {
        matches!(self.method(), Method::Password(..))
    }

    /// Checks that a key is of the right kind and may be used for this: what its own text says of its use is kept.
    ///
    /// # Errors
    /// When it may not; `field` is where it came from.
    pub(super) fn check(
        self,
        field: &'static str,
        encryption: JweEncryption,
        key: &Key,
        operations: &[&str],
    ) -> Result<(), Error> {
        let name = self.name();
        let length = match (self.method(), &key.material) {
            (Method::Direct, Material::Secret(_)) => Some(encryption.key_length()),
            (Method::Wrap(length) | Method::Gcm(length), Material::Secret(_)) => Some(length),
            (Method::Oaep(_), Material::Rsa(_)) => None,
            (Method::Agree(_), Material::Ec(key)) if key.curve != Curve::Secp256k1 => None,
            (Method::Agree(_), Material::Okp(key)) if key.kind == OkpUse::Agree => None,
            (_, material) => return Err(conflict(field, format!("is {}, which {name} does not use", material.name()))),
        };
        // The key of a message itself is marked with what encrypts the message.
        let other_name = if self == Self::Direct { encryption.name() } else { name };
        key.check_purpose(field, &Purpose { algorithms: &[name, other_name], code: "enc", operations })?;
        if let (Some(length), Material::Secret(bytes)) = (length, &key.material)
            && bytes.len() != length
        {
            let with = if self == Self::Direct { format!("dir with {}", encryption.name()) } else { name.to_owned() };
            let given = bytes.len();
            return Err(conflict(
                field,
                format!("must be {length} bytes for {with}, and is {given}: check keyEncoding"),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_requests() {
        for algorithm in JweAlgorithm::ALL {
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.name());
            assert_eq!(JweAlgorithm::named(algorithm.name()), Some(algorithm));
        }
        for name in ["none", "DIR", "RSA1_5", "A128GCM", ""] {
            assert_eq!(JweAlgorithm::named(name), None);
        }
    }
}
