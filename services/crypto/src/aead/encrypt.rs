//! Encrypt a text or a file.

use chassis::{Call, File, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::algorithm::Scheme;
use super::key::{Source, Stretch};
use super::message::Message;
use super::{Algorithm, Cipher, Format, PasswordKdf, compact, n8n, rsa};
use crate::digest::Security;
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::kdf::{self, Costs, Parameters};
use crate::keys::{Given, Keyring};
use crate::{Error, input, random};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Encrypts with a key of the exact length, or with a password from which a key is derived (scrypt, Argon2id or PBKDF2, \
with a fresh random salt). By default, the result is a single text that starts with `ff1.` and states how it was \
encrypted, so /decrypt needs only this text and the key or password. Format `parts` is for interoperability with other \
programs, `n8n` for n8n's Crypto node; `outputEncoding` applies to `parts` and RSA-OAEP. `aad` binds a message to its \
context: with a customer id as `aad`, for example, a message cannot be passed off as another customer's. Nonces are \
random: with one key, encrypt at most 2^32 messages with AES-GCM or ChaCha20-Poly1305, any number with \
xchacha20-poly1305. AES-CBC does not detect modification; use it for legacy systems only. RSA-OAEP encrypts short \
texts (up to 190 bytes with a 2048-bit key and SHA-256) with a public key; only the private key decrypts them. For \
longer texts, encrypt a random AES key with RSA.";

/// Text or file, and the key or password.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct EncryptRequest {
    /// The input as text; may be empty.
    #[serde(default)]
    pub text: Option<String>,
    /// Encoding of `text`.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// The input as a file, instead of `text`.
    #[serde(default)]
    pub file: Option<File>,
    /// Encryption algorithm.
    #[serde(default)]
    pub algorithm: Algorithm,
    /// The key: 32, 24 or 16 bytes for AES-256, AES-192 or AES-128, 32 bytes for ChaCha20; for RSA-OAEP, a public key
    /// as PEM, DER in base64, JWK, SSH key or certificate. At most 32,768 characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 32_768))]
    pub key: Option<Secret<String>>,
    /// Encoding of `key`, if it is a symmetric key.
    #[serde(default)]
    pub key_encoding: InputEncoding,
    /// Passphrase of an encrypted private key.
    #[serde(default)]
    #[garde(length(chars, max = 1024))]
    pub passphrase: Option<Secret<String>>,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// A password of 1 to 1024 characters, instead of `key`.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub password: Option<Secret<String>>,
    /// Key derivation function for the password; `scrypt` if absent.
    #[serde(default)]
    pub kdf: Option<PasswordKdf>,
    /// Cost parameters; recommended values if absent.
    #[serde(default)]
    #[garde(dive)]
    pub parameters: Option<Parameters>,
    /// Message format; `compact` if absent, but `parts` with AES-CBC and RSA-OAEP.
    #[serde(default)]
    pub format: Option<Format>,
    /// Additional authenticated data: not encrypted, but needed to decrypt. With RSA-OAEP, the label. At most 64 KiB.
    #[serde(default)]
    #[garde(length(bytes, max = 65_536))]
    pub aad: Option<String>,
    /// Encoding of `aad`.
    #[serde(default)]
    pub aad_encoding: InputEncoding,
    /// Your own nonce or initialization vector (IV), in `outputEncoding`; requires `allowNonce`.
    #[serde(default)]
    #[garde(length(chars, max = 256))]
    pub nonce: Option<String>,
    /// Accept `nonce` instead of a random one; you must never use a nonce twice with the same key.
    #[serde(default)]
    pub allow_nonce: bool,
    /// Encoding of the output; `base64` if absent.
    #[serde(default)]
    pub output_encoding: Option<BinaryEncoding>,
}

/// The encrypted message.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EncryptResponse {
    /// The encrypted message; in format `parts`, the ciphertext alone.
    pub ciphertext: String,
    /// Format of the message.
    pub format: Format,
    /// Encryption algorithm.
    pub algorithm: Algorithm,
    /// Nonce, or initialization vector (IV) of CBC, in format `parts`.
    pub nonce: Option<String>,
    /// Authentication tag, in format `parts`; CBC has none.
    pub tag: Option<String>,
    /// Salt of the key derivation function, in format `parts` with a password.
    pub salt: Option<String>,
    /// Key derivation function for the password; null without a password.
    pub kdf: Option<PasswordKdf>,
    /// Cost parameters that were used; null if none.
    pub parameters: Option<Costs>,
    /// Length of the input in bytes.
    pub bytes: usize,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
    /// Security of the algorithm.
    pub security: Security,
}

impl EncryptRequest {
    /// A text with defaults, and neither key nor password.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self {
            text: Some(text.to_owned()),
            input_encoding: InputEncoding::Utf8,
            file: None,
            algorithm: Algorithm::default(),
            key: None,
            key_encoding: InputEncoding::Utf8,
            passphrase: None,
            key_ref: None,
            password: None,
            kdf: None,
            parameters: None,
            format: None,
            aad: None,
            aad_encoding: InputEncoding::Utf8,
            nonce: None,
            allow_nonce: false,
            output_encoding: None,
        }
    }

    fn form(&self, cipher: Cipher) -> Format {
        self.format.unwrap_or(if cipher.is_authenticated() { Format::Compact } else { Format::Parts })
    }

    pub(super) fn given(&self) -> Given<'_> {
        Given { field: "key", key: self.key.as_ref(), key_ref: self.key_ref.as_deref() }
    }

    /// Refuses options that would be silently without effect.
    fn check_options(&self, cipher: Cipher) -> Result<(), Error> {
        let format = self.form(cipher);
        if format == Format::N8n {
            n8n::check(cipher)?;
        }
        let (compact, n8n) = (format == Format::Compact, format == Format::N8n);
        let no_password = self.password.is_none();
        for (field, refused, message) in [
            ("format", compact && !cipher.is_authenticated(), "must be parts with AES-CBC, which is not authenticated"),
            ("key", n8n && self.key.is_some(), "does not apply to format n8n: send a password"),
            ("keyRef", n8n && self.key_ref.is_some(), "does not apply to format n8n: send a password"),
            ("passphrase", self.passphrase.is_some(), "applies only to private keys, for RSA-OAEP: leave it out"),
            ("kdf", n8n && self.kdf.is_some(), "does not apply to format n8n: leave it out"),
            ("parameters", n8n && self.parameters.is_some(), "does not apply to format n8n: leave it out"),
            ("aad", n8n && self.aad.is_some(), "does not apply to format n8n: leave it out"),
            ("aad", !cipher.is_authenticated() && self.aad.is_some(), "does not apply to AES-CBC: leave it out"),
            ("nonce", n8n && self.nonce.is_some(), "does not apply to format n8n: leave it out"),
            (
                "nonce",
                self.nonce.is_some() && !self.allow_nonce,
                "is generated for you: leave it out, or send allowNonce too",
            ),
            ("kdf", no_password && self.kdf.is_some(), "has no effect without a password: leave it out"),
            ("parameters", no_password && self.parameters.is_some(), "has no effect without a password: leave it out"),
        ] {
            if refused {
                return Err(conflict(field, message));
            }
        }
        Ok(())
    }

    /// How the key is to be made, with a new salt, when there is a password.
    fn stretch(&self, cipher: Cipher) -> Result<Option<Stretch>, Error> {
        if self.password.is_none() {
            return Ok(None);
        }
        let kdf = match self.form(cipher) {
            Format::N8n => n8n::KDF,
            Format::Compact | Format::Parts => self.kdf.unwrap_or_default().with(self.parameters)?,
        };
        let mut salt = vec![0; compact::SALT];
        random::system(&mut salt)?;
        let stretch = Stretch { kdf, salt };
        stretch.check("parameters", cipher)?;
        Ok(Some(stretch))
    }

    /// The caller's nonce, or a random one.
    fn nonce(&self, cipher: Cipher, encoding: BinaryEncoding, call: &Call) -> Result<Vec<u8>, Error> {
        if let Some(text) = &self.nonce {
            let nonce = encoding.decode("nonce", text)?;
            cipher.check_nonce(&nonce).map_err(|reason| conflict("nonce", reason))?;
            let message = "a nonce must never be used twice with the same key: whoever sees two such messages can read \
                           and forge others";
            call.warn("own-nonce", Some("nonce"), message);
            return Ok(nonce);
        }
        let mut nonce = vec![0; cipher.nonce_length()];
        random::system(&mut nonce)?;
        Ok(nonce)
    }
}

/// An example request.
#[must_use]
pub fn example() -> EncryptRequest {
    EncryptRequest {
        key: Some(Secret::new("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".to_owned())),
        key_encoding: InputEncoding::Base64,
        aad: Some("customer 42".to_owned()),
        ..EncryptRequest::of("IBAN DE02 1203 0000 0000 2020 51")
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Encrypt text or a file with a key or a password")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &EncryptRequest| kdf::cost(request.password.is_some() || request.passphrase.is_some()))
}

/// Encrypts text or a file.
///
/// # Errors
/// If fields conflict or are not in their encoding, key or nonce have the wrong length, the key is not an RSA key or
/// the text too long for it, or the cost parameters are out of bounds.
pub fn encrypt(request: EncryptRequest, call: &Call, keyring: &Keyring) -> Result<EncryptResponse, Error> {
    match request.algorithm.scheme() {
        Scheme::Shared(cipher) => seal(cipher, request, call, keyring),
        Scheme::Oaep(oaep) => rsa::seal(oaep, request, call, keyring),
    }
}

fn seal(cipher: Cipher, request: EncryptRequest, call: &Call, keyring: &Keyring) -> Result<EncryptResponse, Error> {
    request.check_options(cipher)?;
    let format = request.form(cipher);
    let encoding = request.output_encoding.unwrap_or(BinaryEncoding::Base64);
    let aad = request.aad_encoding.decode("aad", request.aad.as_deref().unwrap_or_default())?;
    let plaintext = input::bytes(request.text.as_deref(), request.input_encoding, request.file.as_ref())?;
    let bytes = plaintext.len();
    let source = Source::of(request.given(), request.key_encoding, request.password.as_ref(), call, keyring)?;
    let stretch = request.stretch(cipher)?;
    let (key, key_ref) = source.newest(cipher, stretch.as_ref())?;
    let nonce = request.nonce(cipher, encoding, call)?;

    let mut message = Message { cipher, stretch, nonce, sealed: plaintext.into_owned() };
    let associated_data = match format {
        Format::Compact => compact::associated_data(&message, &aad),
        Format::Parts | Format::N8n => aad.into_owned(),
    };
    cipher.seal(&key, &message.nonce, &associated_data, &mut message.sealed)?;
    if !cipher.is_authenticated() {
        call.warn(
            "legacy-algorithm",
            Some("algorithm"),
            "AES-CBC does not detect modification: use it only where a legacy system requires it",
        );
    }

    let kdf = message.stretch.as_ref().map(|stretch| stretch.kdf);
    let mut answer = EncryptResponse {
        ciphertext: String::new(),
        format,
        algorithm: cipher.into(),
        nonce: None,
        tag: None,
        salt: None,
        kdf: kdf.map(PasswordKdf::from),
        parameters: kdf.map(Costs::from),
        bytes,
        key_ref,
        security: cipher.security(),
    };
    match format {
        Format::Compact => answer.ciphertext = compact::write(&message),
        Format::N8n => answer.ciphertext = n8n::write(&message),
        Format::Parts => {
            let (ciphertext, tag) = message.sealed.split_at(message.sealed.len() - cipher.tag_length());
            answer.ciphertext = encoding.encode(ciphertext);
            answer.tag = (!tag.is_empty()).then(|| encoding.encode(tag));
            answer.nonce = Some(encoding.encode(&message.nonce));
            answer.salt = message.stretch.map(|stretch| encoding.encode(&stretch.salt));
        }
    }
    Ok(answer)
}
