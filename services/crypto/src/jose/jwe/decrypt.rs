//! Decrypt an encrypted token.

use chassis::{Call, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::content::Sealed;
use super::recipient::{self, Recipient};
use super::{JweAlgorithm, JweEncryption};
use crate::aead::decrypt::PlaintextEncoding;
use crate::encoding::InputEncoding;
use crate::error::conflict;
use crate::jose::claims::clip;
use crate::jose::header::Header;
use crate::jose::{compact, given};
use crate::keys::{Candidate, Given, Keyring};
use crate::{Error, kdf};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Decrypts an encrypted token (JWE, RFC 7516) in compact serialization. The type of the key limits the algorithms a \
token may use, and `algorithms` and `encryptions` limit them further; what the key says about its use (`alg`, `use`, \
`key_ops`) is respected. A wrong key, password, tag or padding all give the same error. The PBKDF2 iteration count is \
bounded; compressed tokens (`zip`) and RSA1_5 are refused. With a public key, anyone can have written the message: \
decrypting it does not prove who did. Claims such as `exp` are not checked; if the text is itself a token, verify it \
with /jwt/verify.";

/// An encrypted token, and the key or password.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct JweDecryptRequest {
    /// The token, in compact serialization. A leading `Bearer ` is ignored.
    #[garde(length(chars, max = 2_097_152))]
    pub token: String,
    /// The key: a shared secret, or a private key as PEM, JWK or DER in base64.
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
    /// Passphrase of an encrypted private key.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub passphrase: Option<Secret<String>>,
    /// A password of 1 to 1024 characters, instead of `key`.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub password: Option<Secret<String>>,
    /// The allowed key management algorithms (`alg`); if absent, all that suit the key.
    #[serde(default)]
    #[garde(length(max = 18))]
    pub algorithms: Vec<JweAlgorithm>,
    /// The allowed content encryption algorithms (`enc`); if absent, all.
    #[serde(default)]
    #[garde(length(max = 6))]
    pub encryptions: Vec<JweEncryption>,
    /// Encoding of the decrypted message.
    #[serde(default)]
    pub output_encoding: PlaintextEncoding,
}

/// The decrypted message.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JweDecryptResponse {
    /// The decrypted message.
    pub text: String,
    /// Encoding of the decrypted message.
    pub output_encoding: PlaintextEncoding,
    /// Length of the decrypted message in bytes.
    pub bytes: usize,
    /// Key management algorithm (`alg`).
    pub algorithm: JweAlgorithm,
    /// Content encryption algorithm (`enc`).
    pub encryption: JweEncryption,
    /// The decoded header.
    pub header: Map<String, Value>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
}

/// A token, taken apart.
struct Token<'t> {
    header: Header,
    algorithm: JweAlgorithm,
    encryption: JweEncryption,
    /// The header as it came.
    aad: &'t str,
    encrypted_key: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

impl JweDecryptRequest {
    /// A token, and neither key nor password.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self {
            token: token.to_owned(),
            key: None,
            key_encoding: InputEncoding::Utf8,
            key_ref: None,
            passphrase: None,
            password: None,
            algorithms: Vec::new(),
            encryptions: Vec::new(),
            output_encoding: PlaintextEncoding::Utf8,
        }
    }

    fn token(&self) -> Result<Token<'_>, Error> {
        let problem = |reason: String| conflict("token", format!("cannot be read: {reason}"));
        let [aad, key, iv, ciphertext, tag] = compact::parts(compact::bare(&self.token)).map_err(problem)?;
        let decode = |name, part| compact::decode(name, part).map_err(problem);
        let header = Header::read(&decode("header", aad)?).map_err(problem)?;
        header.check_extensions().map_err(problem)?;
        if header.fields.contains_key("zip") {
            return Err(problem(
                "it is compressed (zip), which is not supported: a small token could become a very large one"
                    .to_owned(),
            ));
        }
        let algorithm = JweAlgorithm::named(&header.algorithm).ok_or_else(|| {
            problem(match header.algorithm.as_str() {
                "RSA1_5" => "RSA1_5 is not supported: ask for RSA-OAEP-256 instead".to_owned(),
                other => format!("its algorithm {} (alg) is not supported", clip(other)),
            })
        })?;
        let encryption = header.fields.get("enc").and_then(Value::as_str);
        let encryption = encryption.and_then(JweEncryption::named);
        let encryption = encryption.ok_or_else(|| problem("its encryption (enc) is not supported".to_owned()))?;
        if !self.algorithms.is_empty() && !self.algorithms.contains(&algorithm) {
            return Err(conflict(
                "token",
                format!("was encrypted with {}, which is not one of algorithms", algorithm.name()),
            ));
        }
        if !self.encryptions.is_empty() && !self.encryptions.contains(&encryption) {
            let name = encryption.name();
            return Err(conflict("token", format!("was encrypted with {name}, which is not one of encryptions")));
        }
        Ok(Token {
            header,
            algorithm,
            encryption,
            aad,
            encrypted_key: decode("encrypted key", key)?,
            iv: decode("initialization vector", iv)?,
            ciphertext: decode("ciphertext", ciphertext)?,
            tag: decode("tag", tag)?,
        })
    }
}

impl Token<'_> {
    /// The message, if it is for this reader.
    fn open(&self, recipient: &Recipient<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let Self { header, algorithm, encryption, aad, encrypted_key, .. } = self;
        let key = recipient::receive(*algorithm, *encryption, recipient, &header.fields, encrypted_key)?;
        let sealed = Sealed { iv: self.iv.clone(), ciphertext: self.ciphertext.clone(), tag: self.tag.clone() };
        encryption.open(&key, aad.as_bytes(), sealed).map(Zeroizing::new)
    }
}

/// An example request.
#[must_use]
pub fn example() -> JweDecryptRequest {
    JweDecryptRequest {
        key: Some(Secret::new("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".to_owned())),
        key_encoding: InputEncoding::Base64,
        ..JweDecryptRequest::of(
            "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..xCTN7oUxMXE_vqQJ.SiXPV3OnmCFjCSQkBAW1vDhPS4A.-tVvZDM3JV8nJA86OwKhgQ",
        )
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Decrypt an encrypted token (JWE)")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &JweDecryptRequest| kdf::cost(request.password.is_some() || request.passphrase.is_some()))
}

/// Decrypts an encrypted token.
///
/// # Errors
/// [`Error::Undecipherable`] for every cause that has to do with the secret or the content; others if the token cannot
/// be read, or the key is of another type than it needs.
pub fn decrypt(request: JweDecryptRequest, call: &Call, keyring: &Keyring) -> Result<JweDecryptResponse, Error> {
    let token = request.token()?;
    if request.passphrase.is_some() && request.key.is_none() {
        return Err(conflict("passphrase", "is for an encrypted private key in key, and there is none: leave it out"));
    }
    let (message, key_ref) = match &request.password {
        Some(_) if request.key.is_some() || request.key_ref.is_some() => {
            return Err(conflict("password", "cannot be combined with key or keyRef: send one of them"));
        }
        Some(password) => (token.open(&Recipient::Password(password.reveal()))?, None),
        None => with_key(&request, &token, call, keyring)?,
    };
    let bytes = message.len();
    let text = request.output_encoding.write(message.to_vec());
    let text =
        text.map_err(|_| conflict("outputEncoding", "the decrypted bytes are not UTF-8 text: choose base64 or hex"))?;
    Ok(JweDecryptResponse {
        text,
        output_encoding: request.output_encoding,
        bytes,
        algorithm: token.algorithm,
        encryption: token.encryption,
        header: token.header.fields,
        key_ref,
    })
}

/// The message, with the first of the keys that opens it.
fn with_key(
    request: &JweDecryptRequest,
    token: &Token<'_>,
    call: &Call,
    keyring: &Keyring,
) -> Result<(Zeroizing<Vec<u8>>, Option<String>), Error> {
    if token.algorithm.is_password() {
        let name = token.algorithm.name();
        return Err(conflict("password", format!("is missing: the token was encrypted with one ({name})")));
    }
    let given = Given { field: "key", key: request.key.as_ref(), key_ref: request.key_ref.as_deref() };
    let passphrase = request.passphrase.as_ref().map(|text| text.reveal().as_str());
    let chosen = keyring.choose(given, call, |text| given::any("key", text, request.key_encoding, passphrase))?;
    let field = if request.key_ref.is_some() { "keyRef" } else { "key" };
    let mut problem = None;
    for Candidate { key, reference } in chosen.all().take_while(|_| !call.cancelled()) {
        let operations = ["decrypt", "unwrapKey", "deriveKey", "deriveBits"];
        let opened = match token.algorithm.check(field, token.encryption, key, &operations) {
            Err(error) => Err(error),
            Ok(()) if !key.material.is_private() => {
                Err(conflict(field, format!("is {}: decryption needs the private key", key.material.name())))
            }
            Ok(()) => token.open(&Recipient::Key(key)),
        };
        match opened {
            Ok(message) => return Ok((message, reference.clone())),
            Err(Error::Undecipherable) => problem = Some(Error::Undecipherable),
            Err(other) => problem = problem.or(Some(other)),
        }
    }
    Err(problem.unwrap_or(Error::Undecipherable))
}
