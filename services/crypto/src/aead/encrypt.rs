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
Encrypts with a key of exactly the right length, or with a password of which a key is made (scrypt, Argon2id or PBKDF2, with a \
new random salt each time). The answer is by default one text that starts with `ff1.`; it says itself how it was \
encrypted, so /decrypt needs only the text and the secret. Format `parts` is for other programs, `n8n` for n8n's own \
Crypto node. `aad` is not encrypted but must be the same to decrypt: a customer's id, say, so that a message cannot \
be moved to another customer. Nonces are random; with one key encrypt at most 2^32 messages with AES-GCM or \
ChaCha20-Poly1305, any number with xchacha20-poly1305. AES-CBC does not notice changes and is for old systems only. \
RSA-OAEP encrypts short texts (190 bytes with 2048 bits and SHA-256) with a public key in `key`, so that only who has the \
private key can read them; of a longer text encrypt the key with RSA. Its answer is the bytes alone, in `outputEncoding`; \
`aad` is its label.";

/// A text or file, and the key or password.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct EncryptRequest {
    /// The text; it may be empty.
    #[serde(default)]
    pub text: Option<String>,
    /// What the text stands for.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// A file, instead of `text`.
    #[serde(default)]
    pub file: Option<File>,
    /// The algorithm.
    #[serde(default)]
    pub algorithm: Algorithm,
    /// The key: 32, 24 or 16 bytes for AES-256, AES-192 and AES-128, 32 for ChaCha20. For RSA-OAEP a public key as PEM, DER in
    /// base64, a JWK, an SSH key or a certificate, of at most 32,768 characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 32_768))]
    pub key: Option<Secret<String>>,
    /// What the text of a shared key stands for.
    #[serde(default)]
    pub key_encoding: InputEncoding,
    /// RSA-OAEP: the passphrase, when `key` is an encrypted private key.
    #[serde(default)]
    #[garde(length(chars, max = 1024))]
    pub passphrase: Option<Secret<String>>,
    /// The name of a key on the server, instead of `key`: `name`, or `name@version`.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// A password of 1 to 1024 characters, instead of `key`.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub password: Option<Secret<String>>,
    /// How the key is made of the password; `scrypt` when absent.
    #[serde(default)]
    pub kdf: Option<PasswordKdf>,
    /// Costs of `kdf`, when not the recommended ones.
    #[serde(default)]
    #[garde(dive)]
    pub parameters: Option<Parameters>,
    /// The form of the answer; `compact` when absent, with AES-CBC and RSA-OAEP `parts`.
    #[serde(default)]
    pub format: Option<Format>,
    /// Associated data: not encrypted, but to be the same when decrypting; at most 64 KiB.
    #[serde(default)]
    #[garde(length(bytes, max = 65_536))]
    pub aad: Option<String>,
    /// What `aad` stands for.
    #[serde(default)]
    pub aad_encoding: InputEncoding,
    /// A nonce of your own, written in `outputEncoding` (base64 when absent). Only with `allowNonce`.
    #[serde(default)]
    #[garde(length(chars, max = 256))]
    pub nonce: Option<String>,
    /// Takes `nonce` instead of a random one: you see to it that it is never used twice with a key.
    #[serde(default)]
    pub allow_nonce: bool,
    /// How the fields of `parts` and of RSA-OAEP are written; `base64` when absent.
    #[serde(default)]
    pub output_encoding: Option<BinaryEncoding>,
}

/// The encrypted message.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EncryptResponse {
    /// The message; of `parts`, the ciphertext alone.
    pub ciphertext: String,
    /// The form of the message.
    pub format: Format,
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Of `parts`: the nonce, or the initialisation vector of CBC.
    pub nonce: Option<String>,
    /// Of `parts`: the tag. CBC has none.
    pub tag: Option<String>,
    /// Of `parts` with a password: the salt.
    pub salt: Option<String>,
    /// With a password: how the key was made.
    pub kdf: Option<PasswordKdf>,
    /// With a password: the costs.
    pub parameters: Option<Costs>,
    /// Bytes that were encrypted.
    pub bytes: usize,
    /// Of a named key: its name and version.
    pub key_ref: Option<String>,
    /// What the algorithm is good for.
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
            (
                "format",
                compact && !cipher.is_authenticated(),
                "must be parts with AES-CBC, which cannot vouch for more",
            ),
            ("key", n8n && self.key.is_some(), "has no use in n8n's format: send a password"),
            ("keyRef", n8n && self.key_ref.is_some(), "has no use in n8n's format: send a password"),
            ("passphrase", self.passphrase.is_some(), "is that of a private key, for RSA-OAEP: leave it out"),
            ("kdf", n8n && self.kdf.is_some(), "has no effect on n8n's format: leave it out"),
            ("parameters", n8n && self.parameters.is_some(), "has no effect on n8n's format: leave it out"),
            ("aad", n8n && self.aad.is_some(), "has no place in n8n's format: leave it out"),
            ("aad", !cipher.is_authenticated() && self.aad.is_some(), "has no effect on AES-CBC: leave it out"),
            ("nonce", n8n && self.nonce.is_some(), "has no effect on n8n's format: leave it out"),
            ("nonce", self.nonce.is_some() && !self.allow_nonce, "is made by us: leave it out, or send allowNonce too"),
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
            let message = "a nonce must never be used twice with a key: who sees two such messages can read and forge";
            call.warn("own-nonce", Some("nonce"), message);
            return Ok(nonce);
        }
        let mut nonce = vec![0; cipher.nonce_length()];
        random::system(&mut nonce)?;
        Ok(nonce)
    }
}

/// A request that works.
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
        .example(example())
        .cost_of(|request: &EncryptRequest| kdf::cost(request.password.is_some() || request.passphrase.is_some()))
}

/// Encrypts a text or a file.
///
/// # Errors
/// When fields do not go together or are not in their encoding, the key or nonce has not the length the cipher needs, the key is
/// none of RSA or the text too long for it, or the costs are out of bounds.
pub fn encrypt(request: EncryptRequest, call: &Call, keys: &Keyring) -> Result<EncryptResponse, Error> {
    match request.algorithm.scheme() {
        Scheme::Shared(cipher) => seal(cipher, request, call, keys),
        Scheme::Oaep(oaep) => rsa::seal(oaep, request, call, keys),
    }
}

fn seal(cipher: Cipher, request: EncryptRequest, call: &Call, keys: &Keyring) -> Result<EncryptResponse, Error> {
    request.check_options(cipher)?;
    let format = request.form(cipher);
    let encoding = request.output_encoding.unwrap_or(BinaryEncoding::Base64);
    let aad = request.aad_encoding.decode("aad", request.aad.as_deref().unwrap_or_default())?;
    let plaintext = input::bytes(request.text.as_deref(), request.input_encoding, request.file.as_ref())?;
    let bytes = plaintext.len();
    let source = Source::of(request.given(), request.key_encoding, request.password.as_ref(), call, keys)?;
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
            "AES-CBC does not notice when a message was changed: use it only where an old system asks for it",
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
