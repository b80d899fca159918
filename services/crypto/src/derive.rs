//! Derive a key from a secret or a password.

use chassis::{Call, Operation, Secret};
use garde::Validate;
use hkdf::Hkdf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use crate::Error;
use crate::digest::Security;
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::kdf::{self, Costs, Kdf, MAX_LENGTH, Parameters, Sha};
use crate::keys::{Given, Keyring, Purpose};

const DEFAULT_LENGTH: usize = 32;
/// Bytes HKDF gives of SHA-512, its longest hash.
const MAX_HKDF_LENGTH: usize = 255 * 64;

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Derives a key from a secret or a password. The same input gives the same key, here and in any other program. HKDF is \
for secrets with high entropy (a master key, a shared secret); `info` separates keys by purpose. PBKDF2, scrypt and \
Argon2id are for passwords and slow on purpose; they need a random salt (at least 8 bytes for Argon2id), stored with \
the result. Costs are bounded: at most 256 MiB of memory and about two seconds. With a named key, store the `keyRef` \
of the response with what you protect with the derived key: another version of the named key gives another key. To \
store a password, use /passwords/hash.";

/// Key derivation function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeriveAlgorithm {
    /// HKDF (RFC 5869), for secrets with high entropy.
    Hkdf,
    /// PBKDF2 (RFC 8018), for passwords.
    Pbkdf2,
    /// scrypt (RFC 7914), for passwords.
    Scrypt,
    /// Argon2id (RFC 9106), for passwords.
    Argon2id,
}

impl DeriveAlgorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::Hkdf => "HKDF",
            Self::Pbkdf2 => "PBKDF2",
            Self::Scrypt => "scrypt",
            Self::Argon2id => "Argon2id",
        }
    }
}

/// A secret or password, and how to derive a key from it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct DeriveRequest {
    /// Key derivation function.
    pub algorithm: DeriveAlgorithm,
    /// The secret or password; at most 4096 characters.
    #[serde(default)]
    #[garde(length(chars, max = 4096))]
    pub secret: Option<Secret<String>>,
    /// Encoding of `secret`.
    #[serde(default)]
    pub secret_encoding: InputEncoding,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
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
    /// Hash function of HKDF or PBKDF2; `sha256` if absent.
    #[serde(default)]
    pub hash: Option<Sha>,
    /// Cost parameters; recommended values if absent.
    #[serde(default)]
    #[garde(dive)]
    pub parameters: Option<Parameters>,
    /// Length of the key in bytes: at most 1024, or 255 times the hash length with HKDF; 32 if absent.
    #[serde(default)]
    #[garde(range(min = 1, max = MAX_HKDF_LENGTH))]
    pub length: Option<usize>,
    /// Encoding of the output.
    #[serde(default)]
    pub output_encoding: BinaryEncoding,
}

/// The derived key.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeriveResponse {
    /// The derived key.
    pub key: String,
    /// Encoding of the output.
    pub output_encoding: BinaryEncoding,
    /// Length of the key in bytes.
    pub length: usize,
    /// Key derivation function.
    pub algorithm: DeriveAlgorithm,
    /// Hash function of HKDF or PBKDF2; null if none was used.
    pub hash: Option<Sha>,
    /// Cost parameters that were used; null if none.
    pub parameters: Option<Costs>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
    /// Security of the algorithm.
    pub security: Security,
}

impl DeriveRequest {
    /// A secret with defaults.
    #[must_use]
    pub fn of(algorithm: DeriveAlgorithm, secret: &str) -> Self {
        Self {
            algorithm,
            secret: Some(Secret::new(secret.to_owned())),
            secret_encoding: InputEncoding::Utf8,
            key_ref: None,
            salt: None,
            salt_encoding: InputEncoding::Utf8,
            info: None,
            info_encoding: InputEncoding::Utf8,
            hash: None,
            parameters: None,
            length: None,
            output_encoding: BinaryEncoding::Hex,
        }
    }
}

/// An example request.
#[must_use]
pub fn example() -> DeriveRequest {
    DeriveRequest {
        salt: Some("000102030405060708090a0b0c".to_owned()),
        salt_encoding: InputEncoding::Hex,
        info: Some("invoices".to_owned()),
        ..DeriveRequest::of(DeriveAlgorithm::Hkdf, "a master key from a vault")
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Derive a key from a secret or a password")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &DeriveRequest| kdf::cost(request.algorithm != DeriveAlgorithm::Hkdf))
}

/// Derives a key from a secret or a password.
///
/// # Errors
/// If not exactly one of `secret` and `keyRef` is given, a field is not in its encoding or does not apply to the
/// function, or cost parameters or length are out of bounds.
pub fn derive(request: DeriveRequest, call: &Call, keyring: &Keyring) -> Result<DeriveResponse, Error> {
    let given = Given { field: "secret", key: request.secret.as_ref(), key_ref: request.key_ref.as_deref() };
    let chosen = keyring.choose_shared(given, request.secret_encoding, call)?;
    let newest = chosen.newest();
    let purpose =
        Purpose { algorithms: &[request.algorithm.name()], code: "enc", operations: &["deriveKey", "deriveBits"] };
    let secret = newest.shared("secret", &purpose)?;
    let salt = request.salt_encoding.decode("salt", request.salt.as_deref().unwrap_or_default())?;
    let info = request.info_encoding.decode("info", request.info.as_deref().unwrap_or_default())?;
    let length = request.length.unwrap_or(DEFAULT_LENGTH);
    let hash = request.hash.unwrap_or_default();
    let parameters = request.parameters.unwrap_or_default();

    let takes_hash = matches!(request.algorithm, DeriveAlgorithm::Hkdf | DeriveAlgorithm::Pbkdf2);
    if request.hash.is_some() && !takes_hash {
        return Err(conflict("hash", "applies only to hkdf and pbkdf2: leave it out"));
    }
    if request.info.is_some() && request.algorithm != DeriveAlgorithm::Hkdf {
        return Err(conflict("info", "applies only to hkdf: leave it out"));
    }
    let kdf = match request.algorithm {
        DeriveAlgorithm::Hkdf => {
            parameters.refuse_others("hkdf", &[])?;
            None
        }
        DeriveAlgorithm::Pbkdf2 => Some(parameters.pbkdf2(hash)?),
        DeriveAlgorithm::Scrypt => Some(parameters.scrypt()?),
        DeriveAlgorithm::Argon2id => Some(parameters.argon2id()?),
    };

    if secret.is_empty() {
        call.warn("empty-secret", Some("secret"), "the secret is empty: anyone can derive this key");
    }
    let mut key = Zeroizing::new(vec![0; length]);
    match kdf {
        None => expand(hash, secret, &salt, &info, &mut key)?,
        Some(kdf) => {
            check(kdf, &salt, length)?;
            if salt.is_empty() {
                let message = "without a salt, equal passwords give equal keys, and can be guessed all at once";
                call.warn("no-salt", Some("salt"), message);
            }
            kdf.derive(secret, &salt, &mut key)?;
        }
    }

    let legacy = takes_hash && hash == Sha::Sha1;
    if legacy {
        let message = "SHA-1 is not broken here, but outdated: use it only where another system requires it";
        call.warn("legacy-algorithm", Some("hash"), message);
    }
    Ok(DeriveResponse {
        key: request.output_encoding.encode(&key),
        output_encoding: request.output_encoding,
        length,
        algorithm: request.algorithm,
        hash: takes_hash.then_some(hash),
        parameters: kdf.map(Costs::from),
        key_ref: newest.reference.clone(),
        security: if legacy { Security::Legacy } else { Security::Strong },
    })
}

/// Bounds of length, salt and costs, each with the field to change.
fn check(kdf: Kdf, salt: &[u8], length: usize) -> Result<(), Error> {
    if length > MAX_LENGTH {
        return Err(conflict("length", format!("must be at most {MAX_LENGTH} for this function")));
    }
    if matches!(kdf, Kdf::Argon2 { .. }) && salt.len() < argon2::MIN_SALT_LEN {
        return Err(conflict("salt", "must be at least 8 bytes for argon2id: a random value, stored with the result"));
    }
    kdf.check(salt, length).map_err(|reason| conflict("parameters", reason))
}

/// HKDF, extract and expand.
///
/// # Errors
/// When the key is longer than the hash can make.
pub(crate) fn expand(hash: Sha, secret: &[u8], salt: &[u8], info: &[u8], key: &mut [u8]) -> Result<(), Error> {
    // RFC 5869, section 2.2: no salt is a salt of zeros, which HMAC makes of an empty one too.
    let expanded = match hash {
        Sha::Sha1 => Hkdf::<Sha1>::new(Some(salt), secret).expand(info, key),
        Sha::Sha256 => Hkdf::<Sha256>::new(Some(salt), secret).expand(info, key),
        Sha::Sha384 => Hkdf::<Sha384>::new(Some(salt), secret).expand(info, key),
        Sha::Sha512 => Hkdf::<Sha512>::new(Some(salt), secret).expand(info, key),
    };
    expanded.map_err(|_| {
        let most = 255 * hash.length();
        conflict("length", format!("must be at most {most} for hkdf with this hash"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(request: DeriveRequest) -> String {
        derive(request, &Call::detached(), &Keyring::default()).unwrap_or_else(|error| panic!("{error}")).key
    }

    /// RFC 5869, appendix A: SHA-256 (1, 2, 3) and SHA-1 (4, 7).
    #[test]
    fn hkdf_of_rfc_5869() {
        let count = |from: u8, to: u8| (from..=to).map(|byte| format!("{byte:02x}")).collect::<String>();
        let zeros = "0b".repeat(22);
        for (hash, secret, salt, info, length, expected) in [
            (
                Sha::Sha256,
                zeros.clone(),
                count(0, 12),
                count(0xf0, 0xf9),
                42,
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
            ),
            (
                Sha::Sha256,
                count(0, 0x4f),
                count(0x60, 0xaf),
                count(0xb0, 0xff),
                82,
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
            ),
            (
                Sha::Sha256,
                zeros.clone(),
                String::new(),
                String::new(),
                42,
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
            ),
            (
                Sha::Sha1,
                "0b".repeat(11),
                count(0, 12),
                count(0xf0, 0xf9),
                42,
                "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896",
            ),
            (
                Sha::Sha1,
                "0c".repeat(22),
                String::new(),
                String::new(),
                42,
                "2c91117204d745f3500d636a62f64f0ab3bae548aa53d423b0d1f27ebba6f5e5673a081d70cce7acfc48",
            ),
        ] {
            let request = DeriveRequest {
                secret_encoding: InputEncoding::Hex,
                salt: Some(salt),
                salt_encoding: InputEncoding::Hex,
                info: Some(info),
                info_encoding: InputEncoding::Hex,
                hash: Some(hash),
                length: Some(length),
                ..DeriveRequest::of(DeriveAlgorithm::Hkdf, &secret)
            };
            assert_eq!(key(request), expected);
        }
    }

    #[test]
    fn what_belongs_to_another_function_is_refused() {
        let scrypt = || DeriveRequest { salt: Some("salt".into()), ..DeriveRequest::of(DeriveAlgorithm::Scrypt, "p") };
        let rounds = Parameters { iterations: Some(9), ..Parameters::default() };
        for (request, field) in [
            (DeriveRequest { info: Some("x".into()), ..scrypt() }, "info"),
            (DeriveRequest { hash: Some(Sha::Sha256), ..scrypt() }, "hash"),
            (DeriveRequest { parameters: Some(rounds), ..scrypt() }, "parameters.iterations"),
            (DeriveRequest { length: Some(1025), ..scrypt() }, "length"),
            (DeriveRequest { parameters: Some(rounds), ..example() }, "parameters.iterations"),
            (DeriveRequest { length: Some(255 * 32 + 1), ..example() }, "length"),
            (DeriveRequest::of(DeriveAlgorithm::Argon2id, "p"), "salt"),
        ] {
            let error = derive(request, &Call::detached(), &Keyring::default()).err().expect("it is refused");
            assert!(matches!(error, Error::Conflict { field: found, .. } if found == field), "{field}: {error:?}");
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let shown = format!("{:?}", DeriveRequest::of(DeriveAlgorithm::Hkdf, "hunter2"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
