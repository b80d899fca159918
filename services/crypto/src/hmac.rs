//! HMAC (RFC 2104): compute and verify message authentication codes.

use chassis::{Call, File, Operation, Secret};
use garde::Validate;
use hmac::{Hmac, KeyInit, Mac, SimpleHmac};
use md5::Md5;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use subtle::ConstantTimeEq;

use crate::Error;
use crate::digest::Security;
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::input::{self, INLINE_BYTES};
use crate::keys::{Given, Keyring, Purpose};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Computes a keyed hash for message authentication, HMAC (RFC 2104, FIPS 198-1), of text, of bytes given as hex or \
base64, or of a file. The key is used as given: `keyEncoding` tells whether it is text or encoded bytes. HMAC with MD5 \
or SHA-1 is marked `legacy`: use it only where another system requires it. To verify a MAC, use /hmac/verify, which \
compares in constant time.";

/// The description in the OpenAPI document.
const VERIFY_DESCRIPTION: &str = "\
Verifies the HMAC of text or a file. The MAC may be written in hex (either case) or base64 (either alphabet). It is \
compared as a whole and in constant time; an empty or truncated MAC is never valid. If it does not match, the response \
is 200 with `valid: false` and a reason. Send the input exactly as it was signed: JSON that was parsed and serialized \
again differs.";

/// Hash function of an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HmacAlgorithm {
    /// HMAC with SHA-256; the default.
    #[default]
    Sha256,
    /// HMAC with SHA-512.
    Sha512,
    /// HMAC with SHA-384.
    Sha384,
    /// HMAC with SHA-224.
    Sha224,
    /// HMAC with SHA-512/256.
    #[serde(rename = "sha512-256")]
    Sha512_256,
    /// HMAC with SHA-512/224.
    #[serde(rename = "sha512-224")]
    Sha512_224,
    /// HMAC with SHA3-256.
    #[serde(rename = "sha3-256")]
    Sha3_256,
    /// HMAC with SHA3-512.
    #[serde(rename = "sha3-512")]
    Sha3_512,
    /// HMAC with SHA3-384.
    #[serde(rename = "sha3-384")]
    Sha3_384,
    /// HMAC with SHA3-224.
    #[serde(rename = "sha3-224")]
    Sha3_224,
    /// HMAC with SHA-1, for legacy systems only.
    Sha1,
    /// HMAC with MD5, for legacy systems only.
    Md5,
}

/// Text or file, and the secret key.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct HmacRequest {
    /// The input as text; may be empty.
    #[serde(default)]
    pub text: Option<String>,
    /// Encoding of `text`.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// The input as a file, instead of `text`.
    #[serde(default)]
    pub file: Option<File>,
    /// The secret key; at most 4096 characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 4096))]
    pub key: Option<Secret<String>>,
    /// Encoding of `key`, if it is a symmetric key.
    #[serde(default)]
    pub key_encoding: InputEncoding,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// Hash function of the HMAC.
    #[serde(default)]
    pub algorithm: HmacAlgorithm,
    /// Encoding of the output.
    #[serde(default)]
    pub output_encoding: BinaryEncoding,
}

/// The message authentication code.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HmacResponse {
    /// The message authentication code (MAC).
    pub mac: String,
    /// Hash function of the HMAC.
    pub algorithm: HmacAlgorithm,
    /// Encoding of the output.
    pub output_encoding: BinaryEncoding,
    /// Output length in bits.
    pub bits: usize,
    /// Length of the input in bytes.
    pub bytes: usize,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
    /// Security of the algorithm.
    pub security: Security,
}

/// Text or file, the secret key, and the MAC to verify.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct HmacVerifyRequest {
    /// The input as text; may be empty.
    #[serde(default)]
    pub text: Option<String>,
    /// Encoding of `text`.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// The input as a file, instead of `text`.
    #[serde(default)]
    pub file: Option<File>,
    /// The secret key; at most 4096 characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 4096))]
    pub key: Option<Secret<String>>,
    /// Encoding of `key`, if it is a symmetric key.
    #[serde(default)]
    pub key_encoding: InputEncoding,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// Hash function of the HMAC.
    #[serde(default)]
    pub algorithm: HmacAlgorithm,
    /// The MAC to verify, in hex or base64 (detected).
    #[garde(length(chars, max = 1024))]
    pub mac: String,
}

/// Whether the MAC is valid.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HmacVerifyResponse {
    /// Whether the MAC is valid for the input and key.
    pub valid: bool,
    /// Why it is not valid; null if it is.
    pub reason: Option<String>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
    /// Hash function of the HMAC.
    pub algorithm: HmacAlgorithm,
    /// Security of the algorithm.
    pub security: Security,
}

/// An example request.
#[must_use]
pub fn example() -> HmacRequest {
    HmacRequest {
        text: Some("what do ya want for nothing?".to_owned()),
        input_encoding: InputEncoding::Utf8,
        file: None,
        key: Some(Secret::new("Jefe".to_owned())),
        key_encoding: InputEncoding::Utf8,
        key_ref: None,
        algorithm: HmacAlgorithm::Sha256,
        output_encoding: BinaryEncoding::Hex,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute the HMAC of text or a file").description(DESCRIPTION).example(example).inline(INLINE_BYTES)
}

/// An example request that succeeds.
#[must_use]
pub fn verify_example() -> HmacVerifyRequest {
    HmacVerifyRequest {
        text: Some("what do ya want for nothing?".to_owned()),
        input_encoding: InputEncoding::Utf8,
        file: None,
        key: Some(Secret::new("Jefe".to_owned())),
        key_encoding: InputEncoding::Utf8,
        key_ref: None,
        algorithm: HmacAlgorithm::Sha256,
        mac: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843".to_owned(),
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn verify_about(op: Operation) -> Operation {
    op.summary("Verify an HMAC").description(VERIFY_DESCRIPTION).example(verify_example).inline(INLINE_BYTES)
}

/// Computes the HMAC of text or a file.
///
/// # Errors
/// If text or key are not in their encoding, or not exactly one of `text` and `file` is given.
pub fn hmac(request: HmacRequest, call: &Call, keyring: &Keyring) -> Result<HmacResponse, Error> {
    let bytes = input::bytes(request.text.as_deref(), request.input_encoding, request.file.as_ref())?;
    let given = Given { field: "key", key: request.key.as_ref(), key_ref: request.key_ref.as_deref() };
    let chosen = keyring.choose_shared(given, request.key_encoding, call)?;
    let newest = chosen.newest();
    let mac = request.algorithm.mac(newest.shared("key", &request.algorithm.purpose(&["sign"]))?, &bytes);
    Ok(HmacResponse {
        mac: request.output_encoding.encode(&mac),
        algorithm: request.algorithm,
        output_encoding: request.output_encoding,
        bits: mac.len() * 8,
        bytes: bytes.len(),
        key_ref: newest.reference.clone(),
        security: request.algorithm.security(call),
    })
}

/// Verifies the HMAC of text or a file.
///
/// # Errors
/// If text or key are not in their encoding, or not exactly one of `text` and `file` is given.
pub fn verify(request: HmacVerifyRequest, call: &Call, keyring: &Keyring) -> Result<HmacVerifyResponse, Error> {
    let bytes = input::bytes(request.text.as_deref(), request.input_encoding, request.file.as_ref())?;
    let given = Given { field: "key", key: request.key.as_ref(), key_ref: request.key_ref.as_deref() };
    let chosen = keyring.choose_shared(given, request.key_encoding, call)?;
    let mut fitting = None;
    let mut reason = None;
    let purpose = request.algorithm.purpose(&["verify"]);
    for candidate in chosen.shared("key", &purpose)? {
        let right = request.algorithm.mac(candidate.shared("key", &purpose)?, &bytes);
        match decode_mac(request.mac.trim(), right.len()) {
            Err(unreadable) => reason = Some(unreadable),
            Ok(mac) if bool::from(mac.ct_eq(&right)) => fitting = Some(candidate.reference.clone()),
            Ok(_) => reason = Some("it does not match: the input or the key is different".to_owned()),
        }
    }
    let valid = fitting.is_some();
    Ok(HmacVerifyResponse {
        valid,
        reason: reason.filter(|_| !valid),
        key_ref: fitting.flatten(),
        algorithm: request.algorithm,
        security: request.algorithm.security(call),
    })
}

/// The bytes of a code of a known length. Hex and base64 of the same bytes never have the same length, so the length
/// says which it is.
fn decode_mac(text: &str, length: usize) -> Result<Vec<u8>, String> {
    let encoding = match text.len() {
        0 => return Err("it is empty".to_owned()),
        characters if characters == 2 * length => BinaryEncoding::Hex,
        _ if text.contains(['-', '_']) => BinaryEncoding::Base64url,
        _ => BinaryEncoding::Base64,
    };
    let bytes = encoding.decode("mac", text).ok().filter(|bytes| bytes.len() == length);
    bytes.ok_or_else(|| {
        let base64 = (4 * length).div_ceil(3);
        format!("it is not {length} bytes in hex ({} characters) or base64 ({base64} without padding)", 2 * length)
    })
}

impl HmacAlgorithm {
    /// The code of some bytes.
    pub(crate) fn mac(self, key: &[u8], bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha224 => mac::<Hmac<Sha224>>(key, bytes),
            Self::Sha256 => mac::<Hmac<Sha256>>(key, bytes),
            Self::Sha384 => mac::<Hmac<Sha384>>(key, bytes),
            Self::Sha512 => mac::<Hmac<Sha512>>(key, bytes),
            Self::Sha512_224 => mac::<Hmac<Sha512_224>>(key, bytes),
            Self::Sha512_256 => mac::<Hmac<Sha512_256>>(key, bytes),
            Self::Sha3_224 => mac::<SimpleHmac<Sha3_224>>(key, bytes),
            Self::Sha3_256 => mac::<SimpleHmac<Sha3_256>>(key, bytes),
            Self::Sha3_384 => mac::<SimpleHmac<Sha3_384>>(key, bytes),
            Self::Sha3_512 => mac::<SimpleHmac<Sha3_512>>(key, bytes),
            Self::Sha1 => mac::<Hmac<Sha1>>(key, bytes),
            Self::Md5 => mac::<Hmac<Md5>>(key, bytes),
        }
    }

    /// What a key must be for, by the names of RFC 7518, section 3.1, and of WebCrypto for SHA-1; a JWK has no names for the others.
    pub(crate) const fn purpose(self, operations: &'static [&'static str]) -> Purpose<'static> {
        let algorithms: &[&str] = match self {
            Self::Sha256 => &["HS256"],
            Self::Sha384 => &["HS384"],
            Self::Sha512 => &["HS512"],
            Self::Sha1 => &["HS1"],
            _ => &["HMAC with this hash"],
        };
        Purpose { algorithms, code: "sig", operations }
    }

    /// What it is good for; the caller is warned of what is old.
    fn security(self, call: &Call) -> Security {
        if !matches!(self, Self::Sha1 | Self::Md5) {
            return Security::Strong;
        }
        let message =
            "HMAC with MD5 or SHA-1 is not broken, but outdated: use it only where another system requires it";
        call.warn("legacy-algorithm", Some("algorithm"), message);
        Security::Legacy
    }
}

fn mac<M: KeyInit + Mac>(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(bytes);
    mac.finalize().into_bytes().to_vec()
}
