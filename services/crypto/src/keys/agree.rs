//! Key agreement (ECDH): a shared secret from one's own private key and the other party's public key.

use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey, X25519};
use chassis::{Call, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Candidate, Given, Key, Keyring, Material, OkpKey, OkpUse, Purpose};
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::kdf::{self, Sha};
use crate::{Error, derive};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Computes a key that two parties share without ever sending it (Elliptic-curve Diffie-Hellman, ECDH): each combines its \
own private key with the other's public key. Both keys must use the same curve: X25519 (RFC 7748), P-256, P-384 or \
P-521. The raw shared secret is not uniformly random, so a key is derived from it with HKDF (RFC 5869); both parties \
must use the same `hash`, `salt`, `info` and `length`. `raw` returns the shared secret itself, for programs that use \
another derivation.";

const DEFAULT_LENGTH: usize = 32;
/// Bytes HKDF gives of SHA-512, its longest hash.
const MAX_LENGTH: usize = 255 * 64;

/// What a JWK may say of its use.
const PURPOSE: Purpose<'_> = Purpose {
    algorithms: &["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"],
    code: "enc",
    operations: &["deriveBits", "deriveKey"],
};

/// The two keys, and how to derive the result.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct AgreeRequest {
    /// Your own private key as PEM, DER in base64 or JWK.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 65_536))]
    pub private_key: Option<Secret<String>>,
    /// Passphrase of an encrypted private key.
    #[serde(default)]
    #[garde(length(chars, max = 1024))]
    pub passphrase: Option<Secret<String>>,
    /// Name of a private key in the server's keyring, instead of `privateKey`: `name` or `name@version`. Without a
    /// version, the newest is used.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// The other party's public key as PEM, DER in base64 or JWK, or a certificate.
    #[garde(length(chars, min = 1, max = 65_536))]
    pub public_key: String,
    /// Return the raw shared secret instead of a derived key.
    #[serde(default)]
    pub raw: bool,
    /// Hash function of HKDF or PBKDF2; `sha256` if absent.
    #[serde(default)]
    pub hash: Option<Sha>,
    /// The salt; at most 4096 characters.
    #[serde(default)]
    #[garde(length(chars, max = 4096))]
    pub salt: Option<String>,
    /// Encoding of `salt`.
    #[serde(default)]
    pub salt_encoding: InputEncoding,
    /// HKDF context information (`info`): what the key is for; at most 4096 characters.
    #[serde(default)]
    #[garde(length(chars, max = 4096))]
    pub info: Option<String>,
    /// Encoding of `info`.
    #[serde(default)]
    pub info_encoding: InputEncoding,
    /// Length of the key in bytes: at most 1024, or 255 times the hash length with HKDF; 32 if absent.
    #[serde(default)]
    #[garde(range(min = 1, max = MAX_LENGTH))]
    pub length: Option<usize>,
    /// Encoding of the output.
    #[serde(default)]
    pub output_encoding: BinaryEncoding,
}

/// The derived key.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgreeResponse {
    /// The derived key, or the raw shared secret.
    pub key: String,
    /// Encoding of the output.
    pub output_encoding: BinaryEncoding,
    /// Length of the key in bytes.
    pub length: usize,
    /// Whether `key` is the raw shared secret.
    pub raw: bool,
    /// Hash function of HKDF or PBKDF2; null if none was used.
    pub hash: Option<Sha>,
    /// Elliptic curve, by its JWK name.
    pub curve: &'static str,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
}

/// An example request: Bob's private and Alice's public key of RFC 7748, section 6.1.
#[must_use]
pub fn example() -> AgreeRequest {
    let private = r#"{"kty":"OKP","crv":"X25519","d":"XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#;
    let public = r#"{"kty":"OKP","crv":"X25519","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}"#;
    AgreeRequest {
        private_key: Some(Secret::new(private.to_owned())),
        passphrase: None,
        key_ref: None,
        public_key: public.to_owned(),
        raw: false,
        hash: None,
        salt: None,
        salt_encoding: InputEncoding::Utf8,
        info: Some("messages from Alice to Bob".to_owned()),
        info_encoding: InputEncoding::Utf8,
        length: None,
        output_encoding: BinaryEncoding::Hex,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Agree on a key with another party (ECDH)")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &AgreeRequest| kdf::cost(request.passphrase.is_some()))
}

/// Computes a shared secret (ECDH), and derives a key from it.
///
/// # Errors
/// If a key cannot be read, the two are on different curves, or options conflict.
pub fn agree(request: AgreeRequest, call: &Call, keyring: &Keyring) -> Result<AgreeResponse, Error> {
    request.check_options()?;
    let salt = request.salt_encoding.decode("salt", request.salt.as_deref().unwrap_or_default())?;
    let info = request.info_encoding.decode("info", request.info.as_deref().unwrap_or_default())?;
    let given = Given { field: "privateKey", key: request.private_key.as_ref(), key_ref: request.key_ref.as_deref() };
    let chosen = keyring.choose_pair(given, request.passphrase.as_ref(), call)?;
    let newest = chosen.newest();
    let (Candidate { key: own, reference }, field) = (newest, newest.field("privateKey"));
    let other = Key::read("publicKey", &request.public_key, None)?;
    if other.material.is_private() {
        return Err(conflict(
            "publicKey",
            format!("must be the other party's public key, and is {}", other.material.name()),
        ));
    }
    let (curve, secret) = own.agree(field, &other)?;

    let hash = request.hash.unwrap_or_default();
    let key = if request.raw {
        secret
    } else {
        let mut key = Zeroizing::new(vec![0; request.length.unwrap_or(DEFAULT_LENGTH)]);
        derive::expand(hash, &secret, &salt, &info, &mut key)?;
        key
    };
    Ok(AgreeResponse {
        key: request.output_encoding.encode(&key),
        output_encoding: request.output_encoding,
        length: key.len(),
        raw: request.raw,
        hash: (!request.raw).then_some(hash),
        curve,
        key_ref: reference.clone(),
    })
}

impl AgreeRequest {
    /// Refuses options that would be silently without effect.
    fn check_options(&self) -> Result<(), Error> {
        for (field, there) in [
            ("hash", self.hash.is_some()),
            ("salt", self.salt.is_some()),
            ("info", self.info.is_some()),
            ("length", self.length.is_some()),
        ] {
            if self.raw && there {
                return Err(conflict(field, "has no effect with raw: leave one of the two out"));
            }
        }
        Ok(())
    }
}

impl Key {
    /// The secret this private key shares with the owner of a public one, and the name of their curve.
    ///
    /// # Errors
    /// When they are not for this or not of one kind, or the public one is chosen to make a known secret.
    pub(crate) fn agree(&self, field: &'static str, other: &Key) -> Result<(&'static str, Zeroizing<Vec<u8>>), Error> {
        let wrong = || {
            let message =
                format!("must be a private key of X25519, P-256, P-384 or P-521, and is {}", self.material.name());
            conflict(field, message)
        };
        let (algorithm, curve, private): (_, _, &[u8]) = match &self.material {
            Material::Ec(key) => {
                (key.curve.ecdh().ok_or_else(wrong)?, key.curve.name(), key.scalar.as_ref().ok_or_else(wrong)?)
            }
            Material::Okp(OkpKey { kind: OkpUse::Agree, private: Some(private), .. }) => {
                (&X25519, OkpUse::Agree.name(), private.as_slice())
            }
            _ => return Err(wrong()),
        };
        self.check_purpose(field, &PURPOSE)?;
        let mismatch = || conflict("publicKey", format!("must be a key of {curve}, and is {}", other.material.name()));
        let public = match (&self.material, &other.material) {
            (Material::Ec(own), Material::Ec(other)) if own.curve == other.curve => other.point.as_slice(),
            (Material::Okp(_), Material::Okp(other)) if other.kind == OkpUse::Agree => &other.public,
            _ => return Err(mismatch()),
        };
        let private = PrivateKey::from_private_key(algorithm, private).map_err(|_| wrong())?;
        // RFC 7748, section 6.1: a public key of small order makes every secret zero.
        let zero = || {
            conflict("publicKey", "has low order: it gives the same secret with every private key, so refuse it too")
        };
        let secret = agreement::agree(&private, UnparsedPublicKey::new(algorithm, public), zero(), |secret| {
            Ok(Zeroizing::new(secret.to_vec()))
        })?;
        Ok((curve, secret))
    }
}
