//! Encrypt a text or a file.

use chassis::{Call, File, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::key::{Given, Stretch};
use super::message::Message;
use super::{Cipher, Format, PasswordKdf, compact, n8n};
use crate::digest::Security;
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::kdf::{Costs, Parameters};
use crate::{Error, input, random};

/// What the document says.
pub const DESCRIPTION: &str = "\
Encrypts with a key of exactly the right length, or with a password of which a key is made (scrypt, Argon2id or PBKDF2, with a \
new random salt each time). The answer is by default one text that starts with `ff1.`; it says itself how it was \
encrypted, so /decrypt needs only the text and the secret. Format `parts` is for other programs, `n8n` for n8n's own \
Crypto node. `aad` is not encrypted but must be the same to decrypt: a customer's id, say, so that a message cannot \
be moved to another customer. Nonces are random; with one key encrypt at most 2^32 messages with AES-GCM or \
ChaCha20-Poly1305, any number with xchacha20-poly1305. AES-CBC does not notice changes and is for old systems only.";

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
    /// The cipher.
    #[serde(default)]
    pub algorithm: Cipher,
    /// The key: 32, 24 or 16 bytes for AES-256, AES-192 and AES-128, 32 for ChaCha20.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub key: Option<Secret<String>>,
    /// What the key's text stands for.
    #[serde(default)]
    pub key_encoding: InputEncoding,
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
    /// The form of the answer; `compact` when absent, with AES-CBC `parts`.
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
    /// How the fields of `parts` are written; `base64` when absent.
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
    /// The cipher.
    pub algorithm: Cipher,
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
    /// What the cipher is good for.
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
            algorithm: Cipher::default(),
            key: None,
            key_encoding: InputEncoding::Utf8,
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

    fn form(&self) -> Format {
        self.format.unwrap_or(if self.algorithm.is_authenticated() { Format::Compact } else { Format::Parts })
    }

    /// Refuses options that would be silently without effect.
    fn check_options(&self) -> Result<(), Error> {
        let (format, cipher) = (self.form(), self.algorithm);
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
    fn stretch(&self) -> Result<Option<Stretch>, Error> {
        if self.password.is_none() {
            return Ok(None);
        }
        let kdf = match self.form() {
            Format::N8n => n8n::KDF,
            Format::Compact | Format::Parts => self.kdf.unwrap_or_default().with(self.parameters)?,
        };
        let mut salt = vec![0; compact::SALT];
        random::system(&mut salt)?;
        let stretch = Stretch { kdf, salt };
        stretch.check("parameters", self.algorithm)?;
        Ok(Some(stretch))
    }

    /// The caller's nonce, or a random one.
    fn nonce(&self, encoding: BinaryEncoding, call: &Call) -> Result<Vec<u8>, Error> {
        if let Some(text) = &self.nonce {
            let nonce = encoding.decode("nonce", text)?;
            self.algorithm.check_nonce(&nonce).map_err(|reason| conflict("nonce", reason))?;
            let message = "a nonce must never be used twice with a key: who sees two such messages can read and forge";
            call.warn("own-nonce", Some("nonce"), message);
            return Ok(nonce);
        }
        let mut nonce = vec![0; self.algorithm.nonce_length()];
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

/// Encrypts a text or a file.
///
/// # Errors
/// When fields do not go together or are not in their encoding, the key or nonce has not the length the cipher needs, or the
/// costs are out of bounds.
pub fn encrypt(request: EncryptRequest, call: &Call) -> Result<EncryptResponse, Error> {
    request.check_options()?;
    let (format, cipher) = (request.form(), request.algorithm);
    let encoding = request.output_encoding.unwrap_or(BinaryEncoding::Base64);
    let aad = request.aad_encoding.decode("aad", request.aad.as_deref().unwrap_or_default())?;
    let plaintext = input::bytes(request.text.as_deref(), request.input_encoding, request.file.as_ref())?;
    let bytes = plaintext.len();
    let given = Given::of(request.key.as_ref(), request.key_encoding, request.password.as_ref())?;
    let stretch = request.stretch()?;
    let key = given.key(cipher, stretch.as_ref())?;
    let nonce = request.nonce(encoding, call)?;

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
        algorithm: cipher,
        nonce: None,
        tag: None,
        salt: None,
        kdf: kdf.map(PasswordKdf::from),
        parameters: kdf.map(Costs::from),
        bytes,
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
