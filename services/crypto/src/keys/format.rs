//! Keys in answers: the form they are written in, and what identifies them.

use data_encoding::BASE64;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Key, Material};
use crate::Error;
use crate::encoding::BinaryEncoding;
use crate::error::conflict;

/// The form of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyFormat {
    /// Text between BEGIN and END lines: PKCS #8 for private, SubjectPublicKeyInfo for public keys.
    Pem,
    /// The same in base64 on one line.
    Der,
    /// A JSON Web Key, an object.
    Jwk,
    /// One line as in `authorized_keys`; of a private key the text of OpenSSH's file.
    Ssh,
}

/// A key, written: an object as `jwk`, else text.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum WrittenKey {
    /// PEM, DER in base64, SSH, or the bytes of a shared secret.
    Text(String),
    /// A JSON Web Key.
    Jwk(Map<String, Value>),
}

/// What identifies a key without showing it.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fingerprints {
    /// SHA-256 of the public key's DER (SubjectPublicKeyInfo), in hex.
    pub sha256: String,
    /// JWK thumbprint (RFC 7638), in base64url.
    pub thumbprint: String,
    /// As `ssh-keygen -l` shows it; nothing for a key SSH does not know.
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
            return Err(conflict("passphrase", "has an effect on format pem and der only: leave it out"));
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
        conflict("format", format!("must be another: {form} has no form for {}", self.material.name()))
    }
}
