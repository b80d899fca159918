//! Generate a key or a key pair.

use aws_lc_rs::encoding::{AsBigEndian, AsDer, EcPrivateKeyBin, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::EcdsaKeyPair;
use chassis::{Call, Cost, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::der::Form;
use super::format::{Fingerprints, KeyFormat, WrittenKey};
use super::{Curve, EcKey, Key, Material, OkpKey, OkpUse};
use crate::encoding::BinaryEncoding;
use crate::error::conflict;
use crate::{Error, random};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Generates a key pair for signatures (RSA, ECDSA, Ed25519) or key agreement (X25519, ECDH), or a symmetric key for AES \
or HMAC. For new signatures, choose `ed25519`, or `p-256` where it is not supported; RSA where others require it. A \
key pair is written as PEM unless `format` says otherwise: `jwk` for tokens, `ssh` for servers, `der` for APIs that \
expect base64. A symmetric key is written as bytes in `outputEncoding`, or as `jwk`. With `passphrase`, the private \
key is encrypted (PKCS #8, PBES2 with PBKDF2-HMAC-SHA-256, 600,000 iterations, and AES-256-CBC), as OpenSSL reads it. \
The key is not kept on the server: store it as a secret. Generating an RSA key of 4096 bits takes a second or more.";

/// Bytes of an HMAC key.
const HMAC_BYTES: usize = 32;

/// Type of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum KeyType {
    /// Ed25519, for signatures.
    #[serde(rename = "ed25519")]
    Ed25519,
    /// P-256 (NIST), for ECDSA and ECDH.
    #[serde(rename = "p-256")]
    P256,
    /// P-384 (NIST), for ECDSA and ECDH.
    #[serde(rename = "p-384")]
    P384,
    /// P-521 (NIST), for ECDSA and ECDH.
    #[serde(rename = "p-521")]
    P521,
    /// secp256k1, the curve of Bitcoin and Ethereum, for ECDSA.
    #[serde(rename = "secp256k1")]
    Secp256k1,
    /// X25519, for key agreement.
    #[serde(rename = "x25519")]
    X25519,
    /// RSA, 2048 bits.
    #[serde(rename = "rsa-2048")]
    Rsa2048,
    /// RSA, 3072 bits.
    #[serde(rename = "rsa-3072")]
    Rsa3072,
    /// RSA, 4096 bits.
    #[serde(rename = "rsa-4096")]
    Rsa4096,
    /// AES-128: 16 bytes.
    #[serde(rename = "aes-128")]
    Aes128,
    /// AES-192: 24 bytes.
    #[serde(rename = "aes-192")]
    Aes192,
    /// AES-256: 32 bytes.
    #[serde(rename = "aes-256")]
    Aes256,
    /// HMAC: 32 bytes, or as many as `bytes` says.
    #[serde(rename = "hmac")]
    Hmac,
}

/// Intended use of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyUse {
    /// Signatures.
    Sig,
    /// Encryption.
    Enc,
}

/// Type and format of the key.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct GenerateRequest {
    /// Type of the key.
    #[serde(rename = "type")]
    pub kind: KeyType,
    /// Length of an `hmac` key in bytes; if absent, 32, or what `alg` needs.
    #[serde(default)]
    #[garde(range(min = 16, max = 128))]
    pub bytes: Option<usize>,
    /// Format of the keys; `pem` for key pairs if absent. A symmetric key is written as bytes if absent, or as `jwk`.
    #[serde(default)]
    pub format: Option<KeyFormat>,
    /// Encoding of the output; `base64` if absent.
    #[serde(default)]
    pub output_encoding: Option<BinaryEncoding>,
    /// Passphrase to encrypt the private key with; for formats `pem` and `der`.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub passphrase: Option<Secret<String>>,
    /// Key ID (`kid` of a JWK, comment of an SSH key); at most 256 characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 256))]
    pub kid: Option<String>,
    /// Algorithm the key is intended for (`alg` of a JWK), such as ES256.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 64))]
    pub alg: Option<String>,
    /// Intended use of the key (`use` of a JWK).
    #[serde(default, rename = "use")]
    pub purpose: Option<KeyUse>,
}

/// The generated key.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerateResponse {
    /// Type of the key.
    #[serde(rename = "type")]
    pub kind: KeyType,
    /// Key size in bits.
    pub bits: usize,
    /// The private key of a key pair.
    pub private_key: Option<WrittenKey>,
    /// The public key of a key pair.
    pub public_key: Option<WrittenKey>,
    /// The symmetric key.
    pub key: Option<WrittenKey>,
    /// Format of the keys; null for bytes.
    pub format: Option<KeyFormat>,
    /// Encoding of `key`; null unless it is bytes.
    pub output_encoding: Option<BinaryEncoding>,
    /// Whether the private key is encrypted.
    pub encrypted: bool,
    /// Fingerprints of the public key; null for a symmetric key.
    pub fingerprints: Option<Fingerprints>,
}

/// An example request.
#[must_use]
pub fn example() -> GenerateRequest {
    GenerateRequest {
        kind: KeyType::P256,
        bytes: None,
        format: Some(KeyFormat::Jwk),
        output_encoding: None,
        passphrase: None,
        kid: Some("2026-01".to_owned()),
        alg: Some("ES256".to_owned()),
        purpose: Some(KeyUse::Sig),
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Generate a key or a key pair").description(DESCRIPTION).example(example).cost(Cost::Heavy)
}

/// Generates a key or a key pair.
///
/// # Errors
/// If options conflict, or the random number generator is unavailable.
pub fn generate(request: GenerateRequest, _: &Call) -> Result<GenerateResponse, Error> {
    request.check_options()?;
    let kind = request.kind;
    let mut key = Key::of(kind.material(request.hmac_bytes()?)?);
    key.id = request.kid;
    key.algorithm = request.alg;
    key.purpose = request.purpose.map(|purpose| purpose.name().to_owned());

    let passphrase = request.passphrase.as_ref().map(|passphrase| passphrase.reveal().as_str());
    let mut answer = GenerateResponse {
        kind,
        bits: key.material.bits(),
        private_key: None,
        public_key: None,
        key: None,
        format: request.format,
        output_encoding: None,
        encrypted: passphrase.is_some(),
        fingerprints: Fingerprints::of(&key),
    };
    match &key.material {
        Material::Secret(_) if request.format.is_some() => answer.key = Some(key.write_private(KeyFormat::Jwk, None)?),
        Material::Secret(bytes) => {
            let encoding = request.output_encoding.unwrap_or(BinaryEncoding::Base64);
            answer.key = Some(WrittenKey::Text(encoding.encode(bytes)));
            answer.output_encoding = Some(encoding);
        }
        _ => {
            let format = request.format.unwrap_or(KeyFormat::Pem);
            answer.format = Some(format);
            answer.private_key = Some(key.write_private(format, passphrase)?);
            answer.public_key = Some(key.write_public(format)?);
        }
    }
    Ok(answer)
}

impl GenerateRequest {
    /// Bytes of an HMAC key: no fewer than its algorithm needs (RFC 7518, section 3.2).
    fn hmac_bytes(&self) -> Result<usize, Error> {
        let (name, least) = match self.alg.as_deref() {
            Some("HS512") => ("HS512", 64),
            Some("HS384") => ("HS384", 48),
            Some("HS256") => ("HS256", 32),
            _ => return Ok(self.bytes.unwrap_or(HMAC_BYTES)),
        };
        match self.bytes {
            Some(bytes) if bytes < least => Err(conflict("bytes", format!("must be at least {least} for {name}"))),
            bytes => Ok(bytes.unwrap_or(least)),
        }
    }

    /// Refuses options that would be silently without effect.
    fn check_options(&self) -> Result<(), Error> {
        let (kind, format) = (self.kind, self.format);
        let secret = kind.is_secret();
        let jwk = format == Some(KeyFormat::Jwk);
        let named = jwk || format == Some(KeyFormat::Ssh);
        let fits = self.alg.as_deref().is_none_or(|alg| kind.algorithms().contains(&alg));
        for (field, refused, message) in [
            ("bytes", self.bytes.is_some() && kind != KeyType::Hmac, "applies only to type hmac: leave it out"),
            (
                "format",
                secret && !jwk && format.is_some(),
                "must be jwk for a symmetric key, or absent for plain bytes",
            ),
            (
                "outputEncoding",
                self.output_encoding.is_some() && (!secret || jwk),
                "applies only to symmetric keys in plain bytes: leave it out",
            ),
            ("passphrase", self.passphrase.is_some() && secret, "applies only to private keys: leave it out"),
            ("kid", self.kid.is_some() && !named, "needs format jwk or ssh: the other formats cannot hold it"),
            ("alg", self.alg.is_some() && !jwk, "needs format jwk: the other formats cannot hold it"),
            ("use", self.purpose.is_some() && !jwk, "needs format jwk: the other formats cannot hold it"),
        ] {
            if refused {
                return Err(conflict(field, message));
            }
        }
        if !fits {
            return Err(conflict("alg", format!("must be one of {}", kind.algorithms().join(", "))));
        }
        Ok(())
    }
}

impl KeyType {
    const fn is_secret(self) -> bool {
        matches!(self, Self::Aes128 | Self::Aes192 | Self::Aes256 | Self::Hmac)
    }

    /// What a key of this kind can be for, by the names of RFC 7518, 8037 and 8812.
    const fn algorithms(self) -> &'static [&'static str] {
        const ECDH: [&str; 4] = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"];
        match self {
            Self::Ed25519 => &["EdDSA", "Ed25519"],
            Self::P256 => &["ES256", ECDH[0], ECDH[1], ECDH[2], ECDH[3]],
            Self::P384 => &["ES384", ECDH[0], ECDH[1], ECDH[2], ECDH[3]],
            Self::P521 => &["ES512", ECDH[0], ECDH[1], ECDH[2], ECDH[3]],
            Self::Secp256k1 => &["ES256K"],
            Self::X25519 => &ECDH,
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &[
                "RS256",
                "RS384",
                "RS512",
                "PS256",
                "PS384",
                "PS512",
                "RSA-OAEP",
                "RSA-OAEP-256",
                "RSA-OAEP-384",
                "RSA-OAEP-512",
            ],
            Self::Aes128 => &["A128GCM", "A128KW", "A128GCMKW"],
            Self::Aes192 => &["A192GCM", "A192KW", "A192GCMKW"],
            Self::Aes256 => &["A256GCM", "A256KW", "A256GCMKW", "A128CBC-HS256"],
            Self::Hmac => &["HS256", "HS384", "HS512"],
        }
    }

    fn material(self, hmac_bytes: usize) -> Result<Material, Error> {
        match self {
            Self::Rsa2048 => rsa(KeySize::Rsa2048),
            Self::Rsa3072 => rsa(KeySize::Rsa3072),
            Self::Rsa4096 => rsa(KeySize::Rsa4096),
            Self::P256 => ec(Curve::P256),
            Self::P384 => ec(Curve::P384),
            Self::P521 => ec(Curve::P521),
            Self::Secp256k1 => ec(Curve::Secp256k1),
            Self::Ed25519 => OkpKey::private("type", OkpUse::Sign, &secret(32)?, None).map(Material::Okp),
            Self::X25519 => OkpKey::private("type", OkpUse::Agree, &secret(32)?, None).map(Material::Okp),
            Self::Aes128 => secret(16).map(Material::Secret),
            Self::Aes192 => secret(24).map(Material::Secret),
            Self::Aes256 => secret(32).map(Material::Secret),
            Self::Hmac => secret(hmac_bytes).map(Material::Secret),
        }
    }
}

impl KeyUse {
    const fn name(self) -> &'static str {
        match self {
            Self::Sig => "sig",
            Self::Enc => "enc",
        }
    }
}

fn rsa(size: KeySize) -> Result<Material, Error> {
    let pair = KeyPair::generate(size).map_err(|_| Error::NoRandomness)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| Error::NoMemory)?;
    Form::Pkcs8.key("type", der.as_ref(), None).map(|key| key.material)
}

fn ec(curve: Curve) -> Result<Material, Error> {
    let pair = EcdsaKeyPair::generate(curve.ecdsa()).map_err(|_| Error::NoRandomness)?;
    let scalar: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().map_err(|_| Error::NoMemory)?;
    EcKey::private("type", curve, scalar.as_ref(), None).map(Material::Ec)
}

fn secret(length: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    random::system(&mut bytes)?;
    Ok(bytes)
}
