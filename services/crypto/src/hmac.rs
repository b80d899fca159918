//! HMAC: make a code that only the holder of a key can make, and check one.

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
The HMAC (RFC 2104, FIPS 198-1) of a text, of bytes given as hex or base64, or of a file. The key is used as it is: say in \
`keyEncoding` whether its text stands for itself or for bytes. HMAC with MD5 or SHA-1 is marked `legacy`: use it only \
where another system asks for it. To check a code use /hmac/verify, which does not tell by its time how much was right.";

/// The description in the OpenAPI document.
const VERIFY_DESCRIPTION: &str = "\
Whether a code is the HMAC of a text or a file. The code may be written in hex (either case) or base64 (either alphabet). It \
is compared whole and in constant time: an empty or shortened code is never valid. The answer is 200 with `valid: \
false` and a reason when it does not fit. Send the text exactly as it was signed: JSON that was read and written \
again has other bytes.";

/// A hash to build the HMAC of.
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
    /// HMAC with SHA-1, for old systems only.
    Sha1,
    /// HMAC with MD5, for old systems only.
    Md5,
}

/// A text or file, and the key.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct HmacRequest {
    /// The text; it may be empty.
    #[serde(default)]
    pub text: Option<String>,
    /// What the text stands for.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// A file, instead of `text`.
    #[serde(default)]
    pub file: Option<File>,
    /// The key, as text of at most 4096 characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 4096))]
    pub key: Option<Secret<String>>,
    /// What the key's text stands for.
    #[serde(default)]
    pub key_encoding: InputEncoding,
    /// The name of a key on the server, instead of `key`: `name`, or `name@version`.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// The hash.
    #[serde(default)]
    pub algorithm: HmacAlgorithm,
    /// How the code is written.
    #[serde(default)]
    pub output_encoding: BinaryEncoding,
}

/// The code.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HmacResponse {
    /// The code.
    pub mac: String,
    /// The hash.
    pub algorithm: HmacAlgorithm,
    /// How the code is written.
    pub output_encoding: BinaryEncoding,
    /// The length of the code in bits.
    pub bits: usize,
    /// Bytes that were read.
    pub bytes: usize,
    /// Of a named key: its name and version.
    pub key_ref: Option<String>,
    /// What the algorithm is good for.
    pub security: Security,
}

/// A text or file, the key, and the code to check.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct HmacVerifyRequest {
    /// The text, exactly as it was signed; it may be empty.
    #[serde(default)]
    pub text: Option<String>,
    /// What the text stands for.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// A file, instead of `text`.
    #[serde(default)]
    pub file: Option<File>,
    /// The key, as text of at most 4096 characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 4096))]
    pub key: Option<Secret<String>>,
    /// What the key's text stands for.
    #[serde(default)]
    pub key_encoding: InputEncoding,
    /// The name of a key on the server, instead of `key`: `name`, or `name@version`.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// The hash.
    #[serde(default)]
    pub algorithm: HmacAlgorithm,
    /// The code to check, in hex or base64.
    #[garde(length(chars, max = 1024))]
    pub mac: String,
}

/// Whether the code is right.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HmacVerifyResponse {
    /// Whether the code is the HMAC of the text under this key.
    pub valid: bool,
    /// Why not; nothing when it is.
    pub reason: Option<String>,
    /// Of a named key: the name and version that fits.
    pub key_ref: Option<String>,
    /// The hash.
    pub algorithm: HmacAlgorithm,
    /// What the algorithm is good for.
    pub security: Security,
}

/// A request that works.
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
    op.summary("Compute the HMAC of text or a file").description(DESCRIPTION).example(example()).inline(INLINE_BYTES)
}

/// A check that succeeds.
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
    op.summary("Verify an HMAC").description(VERIFY_DESCRIPTION).example(verify_example()).inline(INLINE_BYTES)
}

/// Makes a code.
///
/// # Errors
/// When text or key are not in their encoding, or not exactly one of text and file was sent.
pub fn hmac(request: HmacRequest, call: &Call, keys: &Keyring) -> Result<HmacResponse, Error> {
    let bytes = input::bytes(request.text.as_deref(), request.input_encoding, request.file.as_ref())?;
    let given = Given { field: "key", key: request.key.as_ref(), key_ref: request.key_ref.as_deref() };
    let chosen = keys.choose_shared(given, request.key_encoding, call)?;
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

/// Checks a code.
///
/// # Errors
/// When text or key are not in their encoding, or not exactly one of text and file was sent.
pub fn verify(request: HmacVerifyRequest, call: &Call, keys: &Keyring) -> Result<HmacVerifyResponse, Error> {
    let bytes = input::bytes(request.text.as_deref(), request.input_encoding, request.file.as_ref())?;
    let given = Given { field: "key", key: request.key.as_ref(), key_ref: request.key_ref.as_deref() };
    let chosen = keys.choose_shared(given, request.key_encoding, call)?;
    let mut fitting = None;
    let mut reason = None;
    let purpose = request.algorithm.purpose(&["verify"]);
    for candidate in chosen.shared("key", &purpose)? {
        let right = request.algorithm.mac(candidate.shared("key", &purpose)?, &bytes);
        match decode_mac(request.mac.trim(), right.len()) {
            Err(unreadable) => reason = Some(unreadable),
            Ok(mac) if bool::from(mac.ct_eq(&right)) => fitting = Some(candidate.reference.clone()),
            Ok(_) => reason = Some("it is the code of another text, or was made with another key".to_owned()),
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
        let message = "HMAC with MD5 or SHA-1 is not broken but old: use it only where another system asks for it";
        call.warn("legacy-algorithm", Some("algorithm"), message);
        Security::Legacy
    }
}

fn mac<M: KeyInit + Mac>(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(bytes);
    mac.finalize().into_bytes().to_vec()
}
