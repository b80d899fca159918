//! Verify a signature.

use chassis::{Call, File, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign::SignatureFormat;
use super::{SaltLength, SignatureAlgorithm, ecdsa, warn_of_weak};
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::keys::{Candidate, Given, Key, Keyring};
use crate::{Error, input, kdf};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Verifies a digital signature of text or a file. Send the input exactly as it was signed. The key may be PEM, DER in \
base64, a JWK, an SSH key or a certificate, or a named key on the server; of a private key, the public key is used. \
The encoding (hex, base64 or base64url) and the ECDSA format (DER or p1363) of the signature are detected unless \
given. RSA-PSS accepts any salt length unless `saltLength` is given. If the signature does not match, the response is \
200 with `valid: false` and a reason; an empty or truncated signature is never valid. Whose key it is, is not checked: \
obtain it from a source you trust, not with the message.";

/// Text or file, the public key, and the signature to verify.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct VerifyRequest {
    /// The input as text; may be empty.
    #[serde(default)]
    pub text: Option<String>,
    /// Encoding of `text`.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// The input as a file, instead of `text`.
    #[serde(default)]
    pub file: Option<File>,
    /// The public key as PEM, DER in base64, JWK, SSH key or certificate; at most 32,768 characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 32_768))]
    pub key: Option<Secret<String>>,
    /// Passphrase of an encrypted private key.
    #[serde(default)]
    #[garde(length(chars, max = 1024))]
    pub passphrase: Option<Secret<String>>,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// Signature algorithm; if absent, determined by the key.
    #[serde(default)]
    pub algorithm: Option<SignatureAlgorithm>,
    /// The signature to verify; at most 16,384 characters. White space is ignored.
    #[garde(length(chars, max = 16_384))]
    pub signature: String,
    /// Encoding of `signature`; detected if absent.
    #[serde(default)]
    pub signature_encoding: Option<BinaryEncoding>,
    /// Signature format, ECDSA only; detected by length if absent.
    #[serde(default)]
    pub signature_format: Option<SignatureFormat>,
    /// RSA-PSS salt length in bytes, 0 to 1024; any length if absent. JOSE requires the length of the hash.
    #[serde(default)]
    #[garde(range(max = 1024))]
    pub salt_length: Option<u16>,
}

/// Whether the signature is valid.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyResponse {
    /// Whether the signature is valid for the input and key.
    pub valid: bool,
    /// Why it is not valid; null if it is.
    pub reason: Option<String>,
    /// Signature algorithm.
    pub algorithm: SignatureAlgorithm,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
}

/// An example request that succeeds: the example of /sign.
#[must_use]
pub fn example() -> VerifyRequest {
    let key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    VerifyRequest {
        text: Some("order 42: 3 pieces".to_owned()),
        input_encoding: InputEncoding::Utf8,
        file: None,
        key: Some(Secret::new(key.to_owned())),
        passphrase: None,
        key_ref: None,
        algorithm: None,
        signature: "9IeiiIQGDRMP+eSQM6s0rn1fGW8+yNxAHLKV7Pgl73OaigFfUwDbiTVUc5ijsF+96UJVLgAY+ep1hSQEBbfZDQ=="
            .to_owned(),
        signature_encoding: None,
        signature_format: None,
        salt_length: None,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Verify a signature with a public key")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &VerifyRequest| kdf::cost(request.passphrase.is_some()))
}

/// Verifies the signature of text or a file.
///
/// # Errors
/// If the text is not in its encoding, not exactly one of `text` and `file` is given, no key can be read or suits the
/// algorithm, or an option does not apply to it.
pub fn verify(request: VerifyRequest, call: &Call, keyring: &Keyring) -> Result<VerifyResponse, Error> {
    let bytes = input::bytes(request.text.as_deref(), request.input_encoding, request.file.as_ref())?;
    let given = Given { field: "key", key: request.key.as_ref(), key_ref: request.key_ref.as_deref() };
    let chosen = keyring.choose_public(given, request.passphrase.as_ref(), call)?;
    let mut failed = None;
    for candidate in chosen.all() {
        match request.check(candidate, &bytes, call) {
            Ok(answer) if answer.valid => return Ok(answer),
            // Versions of one key may be of several kinds: that one is for something else tells less than that one fails.
            answer if !matches!(failed, Some(Ok(_))) => failed = Some(answer),
            _ => {}
        }
    }
    failed.expect("there is at least one key")
}

impl VerifyRequest {
    /// Checks with one key.
    fn check(&self, candidate: &Candidate, bytes: &[u8], call: &Call) -> Result<VerifyResponse, Error> {
        let (Candidate { key, reference }, field) = (candidate, candidate.field("key"));
        let algorithm = self.algorithm.map_or_else(|| SignatureAlgorithm::of(field, key), Ok)?;
        SignatureFormat::of(algorithm, self.signature_format)?;
        if self.salt_length.is_some() && !algorithm.has_salt() {
            return Err(conflict("saltLength", "applies only to PS256, PS384 and PS512: leave it out"));
        }
        let salt = self.salt_length.map_or(SaltLength::Any, SaltLength::Exactly);
        let read = self.read_signature(algorithm, key);
        let signature = read.as_deref().unwrap_or_default();
        let reason = match (algorithm.verify_salted(field, key, bytes, signature, salt)?, read) {
            (_, Err(problem)) => Some(problem),
            (true, Ok(_)) => None,
            (false, Ok(_)) if self.salt_length.is_some() => {
                Some("it does not match: the input, the key or the salt length is different".to_owned())
            }
            (false, Ok(_)) => Some("it does not match: the input or the key is different".to_owned()),
        };
        warn_of_weak(key, call);
        let valid = reason.is_none();
        Ok(VerifyResponse { valid, reason, algorithm, key_ref: reference.clone().filter(|_| valid) })
    }

    /// The bytes of the signature, of ECDSA r and s in full width; or why it cannot be one.
    fn read_signature(&self, algorithm: SignatureAlgorithm, key: &Key) -> Result<Vec<u8>, String> {
        let text: String = self.signature.split_ascii_whitespace().collect();
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        let encoding = self.signature_encoding.unwrap_or_else(|| detected(&text));
        let bytes = encoding.decode("signature", &text).map_err(|problem| match self.signature_encoding {
            Some(_) => format!("it {problem}"),
            None => "it is neither hex nor base64".to_owned(),
        })?;
        let length = algorithm.length(key);
        if let Some(width) = algorithm.width() {
            let format = match self.signature_format {
                Some(format) => format,
                None if Some(bytes.len()) == length => SignatureFormat::P1363,
                None => SignatureFormat::Der,
            };
            if format == SignatureFormat::Der {
                let problem = || "it is not a DER signature for this curve: it may be truncated, or for another key";
                return ecdsa::from_der(&bytes, width).ok_or_else(|| problem().to_owned());
            }
        }
        match length {
            Some(length) if bytes.len() != length => {
                let (found, name) = (bytes.len(), algorithm.name());
                Err(format!(
                    "it has {found} bytes, but signatures of {name} with this key have {length}: it may be truncated"
                ))
            }
            _ => Ok(bytes),
        }
    }
}

/// The encoding of a signature. One in base64 has at least 86 characters, which are never all hex digits by chance.
fn detected(text: &str) -> BinaryEncoding {
    if text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        BinaryEncoding::Hex
    } else if text.contains(['-', '_']) {
        BinaryEncoding::Base64url
    } else {
        BinaryEncoding::Base64
    }
}
