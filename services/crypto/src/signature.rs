//! Signatures: the algorithms, by their names in JOSE.

#![expect(dead_code, reason = "the operations that use all of it follow")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::conflict;
use crate::keys::Key;

/// A signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum SignatureAlgorithm {
    /// Ed25519 (RFC 8032).
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// ECDSA on secp256k1 with SHA-256.
    Es256k,
    /// RSA PKCS #1 v1.5 with SHA-256.
    Rs256,
    /// RSA PKCS #1 v1.5 with SHA-384.
    Rs384,
    /// RSA PKCS #1 v1.5 with SHA-512.
    Rs512,
    /// RSA-PSS with SHA-256.
    Ps256,
    /// RSA-PSS with SHA-384.
    Ps384,
    /// RSA-PSS with SHA-512.
    Ps512,
}

impl SignatureAlgorithm {
    /// Signs; a signature of ECDSA is in the form of JOSE and IEEE P1363 (r, then s, each as long as the order).
    ///
    /// # Errors
    /// When the key is not a private key for this algorithm; `field` is where it came from.
    pub(crate) fn sign(self, field: &'static str, key: &Key, message: &[u8]) -> Result<Vec<u8>, Error> {
        let _ = message;
        Err(conflict(field, format!("must be a private key for {self:?}, and is {}", key.material.name())))
    }

    /// Whether a signature, of ECDSA in the same form, is the key owner's.
    ///
    /// # Errors
    /// When the key is not for this algorithm.
    pub(crate) fn verify(
        self,
        field: &'static str,
        key: &Key,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Error> {
        let _ = (message, signature);
        Err(conflict(field, format!("must be a key for {self:?}, and is {}", key.material.name())))
    }
}
