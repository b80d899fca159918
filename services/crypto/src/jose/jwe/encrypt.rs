//! Create an encrypted token.

use chassis::{Call, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::content::Sealed;
use super::recipient::{self, MAX_ROUNDS, Recipient};
use super::{JweAlgorithm, JweEncryption};
use crate::encoding::InputEncoding;
use crate::error::conflict;
use crate::jose::{compact, given};
use crate::keys::{Candidate, Given, Key, Keyring, Material};
use crate::{Error, kdf};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Creates an encrypted token (JWE, RFC 7516) in compact serialization, for other systems that support JOSE; between your \
own workflows, /encrypt is simpler. The text may have up to 1 MiB; send claims as JSON text. By default, a shared key \
encrypts directly (`dir`), an RSA public key uses RSA-OAEP-256, a P-256, P-384, P-521 or X25519 public key \
ECDH-ES+A256KW, and a password PBES2-HS512+A256KW. RSA1_5 is not supported: an attacker who can submit messages and \
see which of them fail can decrypt others. The header is not encrypted. With a public key, anyone can have written the \
message: to prove the sender, sign it first with /jwt/sign and set `contentType` to `JWT`. Nothing is compressed.";

/// Bytes of a message.
const MAX_MESSAGE: usize = 1 << 20;

/// Text, and the key or password.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct JweEncryptRequest {
    /// The input as text; may be empty.
    #[garde(length(chars, max = 2_097_152))]
    pub text: String,
    /// Encoding of `text`.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// The key: a shared secret, or a public key as PEM, JWK or DER in base64, or a certificate (only its key is used;
    /// its validity dates are not checked).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 16_384))]
    pub key: Option<Secret<String>>,
    /// Encoding of `key`, if it is a symmetric key.
    #[serde(default)]
    pub key_encoding: InputEncoding,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// A password of 1 to 1024 characters, instead of `key`.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub password: Option<Secret<String>>,
    /// Key management algorithm (`alg`); if absent, determined by the key.
    #[serde(default)]
    pub algorithm: Option<JweAlgorithm>,
    /// Content encryption algorithm (`enc`); if absent, `A256GCM`, or with `dir` the one for the length of the key.
    #[serde(default)]
    pub encryption: Option<JweEncryption>,
    /// PBKDF2 iteration count for a password (`p2c`); if absent, 600000 with HS256, 210000 with HS384 and HS512. Some
    /// libraries accept at most 10000.
    #[serde(default)]
    #[garde(range(min = 1000, max = MAX_ROUNDS))]
    pub iterations: Option<u32>,
    /// Content type of the text for the header (`cty`), such as `JWT` for a signed token.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 128))]
    pub content_type: Option<String>,
    /// Type for the header (`typ`); none if absent.
    #[serde(default, rename = "type")]
    #[garde(length(chars, min = 1, max = 128))]
    pub kind: Option<String>,
    /// Key ID for the header (`kid`); if absent, that of the JWK.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub key_id: Option<String>,
}

/// The encrypted token.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JweEncryptResponse {
    /// The token, in compact serialization.
    pub token: String,
    /// Key management algorithm (`alg`).
    pub algorithm: JweAlgorithm,
    /// Content encryption algorithm (`enc`).
    pub encryption: JweEncryption,
    /// The decoded header.
    pub header: Map<String, Value>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
}

impl JweEncryptRequest {
    /// A text, and nobody yet who may read it.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            input_encoding: InputEncoding::Utf8,
            key: None,
            key_encoding: InputEncoding::Utf8,
            key_ref: None,
            password: None,
            algorithm: None,
            encryption: None,
            iterations: None,
            content_type: None,
            kind: None,
            key_id: None,
        }
    }

    /// The algorithms for a key.
    fn choose(&self, field: &'static str, key: &Key) -> Result<(JweAlgorithm, JweEncryption), Error> {
        let algorithm = self.algorithm.unwrap_or_else(|| JweAlgorithm::of(key));
        let marked = key.algorithm.as_deref().and_then(JweEncryption::named);
        let encryption = match (self.encryption.or(marked), &key.material) {
            (Some(encryption), _) => encryption,
            (None, Material::Secret(bytes)) if algorithm == JweAlgorithm::Direct => {
                JweEncryption::of_key_length(bytes.len()).ok_or_else(|| {
                    let length = bytes.len();
                    let lengths = "must be 16, 24, 32, 48 or 64 bytes for dir";
                    conflict(field, format!("{lengths}, and is {length}: check keyEncoding"))
                })?
            }
            (None, _) => JweEncryption::A256GCM,
        };
        algorithm.check(field, encryption, key, &["encrypt", "wrapKey", "deriveKey", "deriveBits"])?;
        Ok((algorithm, encryption))
    }

    fn header(&self, algorithm: JweAlgorithm, encryption: JweEncryption, key: Option<&Key>) -> Map<String, Value> {
        let mut header = Map::new();
        let id = self.key_id.as_ref().or_else(|| key.and_then(|key| key.id.as_ref()));
        for (name, value) in [
            ("alg", Some(algorithm.name())),
            ("enc", Some(encryption.name())),
            ("kid", id.map(String::as_str)),
            ("typ", self.kind.as_deref()),
            ("cty", self.content_type.as_deref()),
        ] {
            if let Some(value) = value {
                header.insert(name.to_owned(), value.into());
            }
        }
        header
    }

    /// The key for the reader, read.
    fn reader(&self, call: &Call, keyring: &Keyring) -> Result<Candidate, Error> {
        let given = Given { field: "key", key: self.key.as_ref(), key_ref: self.key_ref.as_deref() };
        let chosen = keyring.choose(given, call, |text| {
            if text.reveal().contains("-----BEGIN ENCRYPTED PRIVATE KEY") {
                return Err(conflict("key", "is an encrypted private key: send the public key"));
            }
            given::any("key", text, self.key_encoding, None)
        })?;
        Ok(chosen.newest().clone())
    }
}

/// An example request.
#[must_use]
pub fn example() -> JweEncryptRequest {
    JweEncryptRequest {
        key: Some(Secret::new("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".to_owned())),
        key_encoding: InputEncoding::Base64,
        ..JweEncryptRequest::of("{\"sub\":\"1234567890\"}")
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Create an encrypted token (JWE)")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &JweEncryptRequest| kdf::cost(request.password.is_some()))
}

/// Creates an encrypted token.
///
/// # Errors
/// If the key cannot be read or does not suit the algorithm, or fields conflict.
pub fn encrypt(request: JweEncryptRequest, call: &Call, keyring: &Keyring) -> Result<JweEncryptResponse, Error> {
    let message = request.input_encoding.decode("text", &request.text)?.into_owned();
    if message.len() > MAX_MESSAGE {
        return Err(conflict("text", "is more than 1 MiB: use /encrypt for it"));
    }
    let Some(password) = &request.password else {
        if request.iterations.is_some() {
            return Err(conflict("iterations", "has no effect without a password: leave it out"));
        }
        let Candidate { key, reference } = request.reader(call, keyring)?;
        let field = if request.key_ref.is_some() { "keyRef" } else { "key" };
        let (algorithm, encryption) = request.choose(field, &key)?;
        let header = request.header(algorithm, encryption, Some(&key));
        return seal(&request, algorithm, encryption, &Recipient::Key(&key), header, message, reference);
    };
    if request.key.is_some() || request.key_ref.is_some() {
        return Err(conflict("password", "cannot be combined with key or keyRef: send one of them"));
    }
    let algorithm = request.algorithm.unwrap_or(JweAlgorithm::Pbes2Hs512A256KW);
    if !algorithm.is_password() {
        return Err(conflict("algorithm", format!("{} needs a key: choose a PBES2 algorithm", algorithm.name())));
    }
    let encryption = request.encryption.unwrap_or(JweEncryption::A256GCM);
    let header = request.header(algorithm, encryption, None);
    let recipient = Recipient::Password(password.reveal());
    seal(&request, algorithm, encryption, &recipient, header, message, None)
}

fn seal(
    request: &JweEncryptRequest,
    algorithm: JweAlgorithm,
    encryption: JweEncryption,
    recipient: &Recipient<'_>,
    mut header: Map<String, Value>,
    message: Vec<u8>,
    key_ref: Option<String>,
) -> Result<JweEncryptResponse, Error> {
    let key = recipient::send(algorithm, encryption, recipient, request.iterations, &mut header)?;
    let written = compact::encode(&serde_json::to_vec(&header).expect("JSON can be written"));
    let Sealed { iv, ciphertext, tag } = encryption.seal(&key.key, written.as_bytes(), message)?;
    let [encrypted, iv, ciphertext, tag] = [&key.encrypted, &iv, &ciphertext, &tag].map(|bytes| compact::encode(bytes));
    let token = [written, encrypted, iv, ciphertext, tag].join(".");
    Ok(JweEncryptResponse { token, algorithm, encryption, header, key_ref })
}
