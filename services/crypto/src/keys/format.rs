//! Keys in responses: their format and fingerprints.

use data_encoding::BASE64;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Key, Material};
use crate::Error;
use crate::encoding::BinaryEncoding;
use crate::error::conflict;

/// Format of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyFormat {
    /// PEM: PKCS #8 for private keys, SubjectPublicKeyInfo for public keys.
    Pem,
    /// DER in base64: the same structures as PEM.
    Der,
    /// JSON Web Key, as an object.
    Jwk,
    /// OpenSSH: a public key as in `authorized_keys`, or a private key file.
    Ssh,
}

/// A key: an object in format `jwk`, otherwise text.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum WrittenKey {
    /// PEM, DER in base64, an SSH key, or the encoded bytes of a symmetric key.
    Text(String),
    /// A JSON Web Key.
    Jwk(Map<String, Value>),
}

/// Fingerprints of a public key.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fingerprints {
    /// SHA-256 of the DER encoding of the public key (SubjectPublicKeyInfo), in hex.
    pub sha256: String,
    /// JWK thumbprint (RFC 7638), in base64url.
    pub thumbprint: String,
    /// OpenSSH fingerprint, as shown by `ssh-keygen -l`; null for key types SSH does not support.
    pub ssh: Option<String>,
}

impl Fingerprints {
    /// Those of a pair or a public key. A shared secret has none: whoever sees one could test guesses against it.
    pub(super) fn of(key: &Key) -> Option<Self> {
        let sha256 = BinaryEncoding::Hex.encode(&Sha256::digest(key.spki_der()?));
        Some(Self { sha256, thumbprint: key.thumbprint(), ssh: key.ssh_fingerprint() })
    }
}

impl Key {
    /// The public half of a pair.
    ///
    /// # Errors
    /// When the form has no such key; of a shared secret none has.
    pub(super) fn write_public(&self, format: KeyFormat) -> Result<WrittenKey, Error> {
        let text = match format {
            KeyFormat::Jwk if !matches!(self.material, Material::Secret(_)) => {
                return Ok(WrittenKey::Jwk(self.jwk(false)));
            }
            KeyFormat::Jwk => None,
            KeyFormat::Pem => self.public_pem(),
            KeyFormat::Der => self.spki_der().map(|der| BASE64.encode(&der)),
            KeyFormat::Ssh => self.ssh_public(),
        };
        text.map(WrittenKey::Text).ok_or_else(|| self.no_form(format))
    }

    /// The private half of a pair, or a shared secret as JWK.
    ///
    /// # Errors
    /// When the form has no such key, or the passphrase no effect.
    pub(super) fn write_private(&self, format: KeyFormat, passphrase: Option<&str>) -> Result<WrittenKey, Error> {
        if passphrase.is_some() && !matches!(format, KeyFormat::Pem | KeyFormat::Der) {
            return Err(conflict("passphrase", "applies only to formats pem and der: leave it out"));
        }
        let text = match format {
            KeyFormat::Jwk if self.material.is_private() => return Ok(WrittenKey::Jwk(self.jwk(true))),
            KeyFormat::Jwk => None,
            KeyFormat::Pem => self.private_pem(passphrase)?.map(|text| text.to_string()),
            KeyFormat::Der => match passphrase {
                None => self.pkcs8_der().map(|der| BASE64.encode(&der)),
                Some(passphrase) => self.encrypted_der(passphrase)?.map(|der| BASE64.encode(&der)),
            },
            KeyFormat::Ssh => self.ssh_private()?.map(|text| text.to_string()),
        };
        text.map(WrittenKey::Text).ok_or_else(|| self.no_form(format))
    }

    fn no_form(&self, format: KeyFormat) -> Error {
        let form = match format {
            KeyFormat::Pem => "PEM",
            KeyFormat::Der => "DER",
            KeyFormat::Jwk => "JWK",
            KeyFormat::Ssh => "SSH",
        };
        conflict("format", format!("must be another: {form} does not support {}", self.material.name()))
    }
}
