//! The algorithms of /encrypt and /decrypt, by their names in requests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Cipher;
use crate::oaep::Oaep;

/// Encryption algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// AES-256-GCM (NIST SP 800-38D); the default.
    #[default]
    #[serde(rename = "aes-256-gcm")]
    Aes256Gcm,
    /// AES-192-GCM.
    #[serde(rename = "aes-192-gcm")]
    Aes192Gcm,
    /// AES-128-GCM.
    #[serde(rename = "aes-128-gcm")]
    Aes128Gcm,
    /// ChaCha20-Poly1305 (RFC 8439).
    #[serde(rename = "chacha20-poly1305")]
    Chacha20Poly1305,
    /// XChaCha20-Poly1305: with its 24-byte random nonces, one key can encrypt any number of messages.
    #[serde(rename = "xchacha20-poly1305")]
    Xchacha20Poly1305,
    /// AES-256-GCM-SIV (RFC 8452): nonce-misuse resistant.
    #[serde(rename = "aes-256-gcm-siv")]
    Aes256GcmSiv,
    /// AES-128-GCM-SIV (RFC 8452): nonce-misuse resistant.
    #[serde(rename = "aes-128-gcm-siv")]
    Aes128GcmSiv,
    /// AES-256-CBC with PKCS #7 padding: unauthenticated; for legacy systems only.
    #[serde(rename = "aes-256-cbc")]
    Aes256Cbc,
    /// AES-192-CBC with PKCS #7 padding: unauthenticated; for legacy systems only.
    #[serde(rename = "aes-192-cbc")]
    Aes192Cbc,
    /// AES-128-CBC with PKCS #7 padding: unauthenticated; for legacy systems only.
    #[serde(rename = "aes-128-cbc")]
    Aes128Cbc,
    /// RSA-OAEP with SHA-256 (RFC 8017): encrypts short texts with a public key.
    RsaOaepSha256,
    /// RSA-OAEP with SHA-384.
    RsaOaepSha384,
    /// RSA-OAEP with SHA-512.
    RsaOaepSha512,
    /// RSA-OAEP with SHA-1, the default in Node and Java; for such systems only.
    RsaOaepSha1,
}

/// What does the work of an algorithm.
pub(super) enum Scheme {
    /// With a key both sides share.
    Shared(Cipher),
    /// With a public and a private key.
    Oaep(Oaep),
}

impl Algorithm {
    pub(super) const fn scheme(self) -> Scheme {
        match self {
            Self::Aes256Gcm => Scheme::Shared(Cipher::Aes256Gcm),
            Self::Aes192Gcm => Scheme::Shared(Cipher::Aes192Gcm),
            Self::Aes128Gcm => Scheme::Shared(Cipher::Aes128Gcm),
            Self::Chacha20Poly1305 => Scheme::Shared(Cipher::Chacha20Poly1305),
            Self::Xchacha20Poly1305 => Scheme::Shared(Cipher::Xchacha20Poly1305),
            Self::Aes256GcmSiv => Scheme::Shared(Cipher::Aes256GcmSiv),
            Self::Aes128GcmSiv => Scheme::Shared(Cipher::Aes128GcmSiv),
            Self::Aes256Cbc => Scheme::Shared(Cipher::Aes256Cbc),
            Self::Aes192Cbc => Scheme::Shared(Cipher::Aes192Cbc),
            Self::Aes128Cbc => Scheme::Shared(Cipher::Aes128Cbc),
            Self::RsaOaepSha256 => Scheme::Oaep(Oaep::Sha256),
            Self::RsaOaepSha384 => Scheme::Oaep(Oaep::Sha384),
            Self::RsaOaepSha512 => Scheme::Oaep(Oaep::Sha512),
            Self::RsaOaepSha1 => Scheme::Oaep(Oaep::Sha1),
        }
    }
}

impl From<Cipher> for Algorithm {
    fn from(cipher: Cipher) -> Self {
        match cipher {
            Cipher::Aes256Gcm => Self::Aes256Gcm,
            Cipher::Aes192Gcm => Self::Aes192Gcm,
            Cipher::Aes128Gcm => Self::Aes128Gcm,
            Cipher::Chacha20Poly1305 => Self::Chacha20Poly1305,
            Cipher::Xchacha20Poly1305 => Self::Xchacha20Poly1305,
            Cipher::Aes256GcmSiv => Self::Aes256GcmSiv,
            Cipher::Aes128GcmSiv => Self::Aes128GcmSiv,
            Cipher::Aes256Cbc => Self::Aes256Cbc,
            Cipher::Aes192Cbc => Self::Aes192Cbc,
            Cipher::Aes128Cbc => Self::Aes128Cbc,
        }
    }
}
