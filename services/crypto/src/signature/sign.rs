//! Sign a text or a file.

use chassis::{Call, File, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SignatureAlgorithm, ecdsa, warn_of_weak};
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::keys::{Candidate, Given, Keyring};
use crate::{Error, input, kdf};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Creates a digital signature, which only the holder of the private key can create and anyone with the public key can \
verify. The key may be PEM, DER in base64, a JWK or an SSH key, or a named key on the server. Without `algorithm`, the \
key determines it: EdDSA for Ed25519; ES256, ES384, ES512 or ES256K by curve; RS256 for RSA, as most systems expect, \
though PS256 is preferable where supported. ECDSA and PSS signatures are randomized: they differ each time, and all \
are valid. ECDSA signatures are DER, as in OpenSSL, Node and Java, or `p1363` (r and s concatenated) for WebCrypto, \
.NET and tokens.";

/// Text or file, and the private key.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SignRequest {
    /// The input as text; may be empty.
    #[serde(default)]
    pub text: Option<String>,
    /// Encoding of `text`.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// The input as a file, instead of `text`.
    #[serde(default)]
    pub file: Option<File>,
    /// The private key as PEM, DER in base64, JWK or SSH key; at most 32,768 characters.
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
    /// Signature format, ECDSA only; `der` if absent.
    #[serde(default)]
    pub signature_format: Option<SignatureFormat>,
    /// Encoding of the output; `base64` if absent.
    #[serde(default)]
    pub output_encoding: Option<BinaryEncoding>,
}

/// Format of an ECDSA signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureFormat {
    /// ASN.1 DER sequence of r and s, as used by OpenSSL, Node, Java, Go and Python.
    Der,
    /// IEEE P1363: r and s concatenated at fixed length, as used by WebCrypto, .NET and JOSE.
    P1363,
}

impl SignatureFormat {
    /// The form of an algorithm's signatures, where there is a choice.
    pub(super) fn of(algorithm: SignatureAlgorithm, given: Option<Self>) -> Result<Option<Self>, Error> {
        match (algorithm.width(), given) {
            (Some(_), given) => Ok(Some(given.unwrap_or(Self::Der))),
            (None, None) => Ok(None),
            (None, Some(_)) => {
                let name = algorithm.name();
                Err(conflict(
                    "signatureFormat",
                    format!("applies only to ECDSA, and the algorithm is {name}: leave it out"),
                ))
            }
        }
    }
}

/// The signature.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignResponse {
    /// The signature.
    pub signature: String,
    /// Signature algorithm.
    pub algorithm: SignatureAlgorithm,
    /// Signature format; null unless ECDSA.
    pub signature_format: Option<SignatureFormat>,
    /// Encoding of the output.
    pub output_encoding: BinaryEncoding,
    /// Length of the input in bytes.
    pub bytes: usize,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
}

/// An example request; the key is that of RFC 8410, section 10.3.
#[must_use]
pub fn example() -> SignRequest {
    let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    SignRequest {
        text: Some("order 42: 3 pieces".to_owned()),
        input_encoding: InputEncoding::Utf8,
        file: None,
        key: Some(Secret::new(key.to_owned())),
        passphrase: None,
        key_ref: None,
        algorithm: None,
        signature_format: None,
        output_encoding: None,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Sign text or a file with a private key")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &SignRequest| kdf::cost(request.passphrase.is_some()))
}

/// Signs text or a file.
///
/// # Errors
/// If the text is not in its encoding, not exactly one of `text` and `file` is given, the key cannot be read or cannot
/// sign, or an option does not apply to the algorithm.
pub fn sign(request: SignRequest, call: &Call, keyring: &Keyring) -> Result<SignResponse, Error> {
    let bytes = input::bytes(request.text.as_deref(), request.input_encoding, request.file.as_ref())?;
    let given = Given { field: "key", key: request.key.as_ref(), key_ref: request.key_ref.as_deref() };
    let chosen = keyring.choose_pair(given, request.passphrase.as_ref(), call)?;
    let newest = chosen.newest();
    let (Candidate { key, reference }, field) = (newest, newest.field("key"));
    let algorithm = request.algorithm.map_or_else(|| SignatureAlgorithm::of(field, key), Ok)?;
    let signature_format = SignatureFormat::of(algorithm, request.signature_format)?;
    let mut signature = algorithm.sign(field, key, &bytes)?;
    if signature_format == Some(SignatureFormat::Der) {
        signature = ecdsa::to_der(&signature);
    }
    warn_of_weak(key, call);
    let output_encoding = request.output_encoding.unwrap_or(BinaryEncoding::Base64);
    Ok(SignResponse {
        signature: output_encoding.encode(&signature),
        algorithm,
        signature_format,
        output_encoding,
        bytes: bytes.len(),
        key_ref: reference.clone(),
    })
}
