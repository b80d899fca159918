//! Decrypt what [`super::encrypt`], n8n or another program has encrypted.

use std::string::FromUtf8Error;

use chassis::{Call, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::key::{Given, Stretch};
use super::message::Message;
use super::{Cipher, Format, PasswordKdf, cbc, compact, n8n};
use crate::Error;
use crate::digest::Security;
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::kdf::Parameters;

/// What the document says.
pub const DESCRIPTION: &str = "\
The opposite of /encrypt. A text that starts with `ff1.` needs only the key or password, and the same `aad` when there was one. \
For what other programs have encrypted use format `parts`: send `nonce`, and the tag in `tag` or at the end of \
`ciphertext`. A wrong key, password, tag, padding or `aad` gives one and the same error. Costs that a message asks for \
are bounded. With AES-CBC a success says nothing about who wrote the message, and whoever may send you messages and \
sees which of them fail can read others: check an HMAC first.";

/// An encrypted message, and the key or password.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct DecryptRequest {
    /// The message; of `parts`, the ciphertext.
    pub ciphertext: String,
    /// Its form. When absent: `compact` if it starts with `ff1.`, `parts` if there is a `nonce`.
    #[serde(default)]
    pub format: Option<Format>,
    /// The cipher; `aes-256-gcm` when absent. A compact message says it itself.
    #[serde(default)]
    pub algorithm: Option<Cipher>,
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
    /// Of `parts` with a password: how the key is made; `scrypt` when absent.
    #[serde(default)]
    pub kdf: Option<PasswordKdf>,
    /// Of `parts` with a password: the costs.
    #[serde(default)]
    #[garde(dive)]
    pub parameters: Option<Parameters>,
    /// Associated data, the same as when it was encrypted; at most 64 KiB.
    #[serde(default)]
    #[garde(length(bytes, max = 65_536))]
    pub aad: Option<String>,
    /// What `aad` stands for.
    #[serde(default)]
    pub aad_encoding: InputEncoding,
    /// Of `parts`: the nonce, or the initialisation vector of CBC.
    #[serde(default)]
    #[garde(length(chars, max = 256))]
    pub nonce: Option<String>,
    /// Of `parts`: the tag; when absent it is the last 16 bytes of `ciphertext`.
    #[serde(default)]
    #[garde(length(chars, max = 256))]
    pub tag: Option<String>,
    /// Of `parts` with a password: the salt.
    #[serde(default)]
    #[garde(length(chars, max = 256))]
    pub salt: Option<String>,
    /// How the fields of `parts` are written; `base64` when absent.
    #[serde(default)]
    pub input_encoding: Option<BinaryEncoding>,
    /// How the decrypted bytes are written.
    #[serde(default)]
    pub output_encoding: PlaintextEncoding,
}

/// How decrypted bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlaintextEncoding {
    /// As the text they are; an error when they are none (with AES-CBC the error of a wrong key).
    #[default]
    Utf8,
    /// In base64 with padding.
    Base64,
    /// In base64 with `-` and `_`, without padding.
    Base64url,
    /// In lower-case hexadecimal.
    Hex,
}

/// The decrypted message.
#[derive(PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecryptResponse {
    /// The decrypted bytes.
    pub text: String,
    /// How they are written.
    pub output_encoding: PlaintextEncoding,
    /// How many they are.
    pub bytes: usize,
    /// The cipher.
    pub algorithm: Cipher,
    /// The form the message had.
    pub format: Format,
    /// What the cipher is good for.
    pub security: Security,
}

impl DecryptRequest {
    /// A message with defaults, and neither key nor password.
    #[must_use]
    pub fn of(ciphertext: &str) -> Self {
        Self {
            ciphertext: ciphertext.to_owned(),
            format: None,
            algorithm: None,
            key: None,
            key_encoding: InputEncoding::Utf8,
            password: None,
            kdf: None,
            parameters: None,
            aad: None,
            aad_encoding: InputEncoding::Utf8,
            nonce: None,
            tag: None,
            salt: None,
            input_encoding: None,
            output_encoding: PlaintextEncoding::Utf8,
        }
    }

    fn form(&self) -> Result<Format, Error> {
        match self.format {
            Some(format) => Ok(format),
            None if self.ciphertext.trim_start().starts_with(compact::PREFIX) => Ok(Format::Compact),
            None if self.nonce.is_some() => Ok(Format::Parts),
            None => Err(conflict(
                "format",
                "is needed: the message is not in the compact form (ff1.…) and there is no nonce; send parts or n8n",
            )),
        }
    }

    /// Refuses options that would be silently without effect.
    fn check_options(&self, format: Format) -> Result<(), Error> {
        if format != Format::Parts {
            for (field, given) in [
                ("kdf", self.kdf.is_some()),
                ("parameters", self.parameters.is_some()),
                ("nonce", self.nonce.is_some()),
                ("tag", self.tag.is_some()),
                ("salt", self.salt.is_some()),
                ("inputEncoding", self.input_encoding.is_some()),
            ] {
                if given {
                    return Err(conflict(field, "belongs to format parts: leave it out"));
                }
            }
        }
        for (field, given) in
            [("kdf", self.kdf.is_some()), ("parameters", self.parameters.is_some()), ("salt", self.salt.is_some())]
        {
            if given && self.password.is_none() {
                return Err(conflict(field, "has no effect without a password: leave it out"));
            }
        }
        if format == Format::N8n && self.aad.is_some() {
            return Err(conflict("aad", "has no place in n8n's format: leave it out"));
        }
        if self.algorithm.is_some_and(|cipher| !cipher.is_authenticated()) && self.aad.is_some() {
            return Err(conflict("aad", "has no effect on AES-CBC: leave it out"));
        }
        Ok(())
    }

    /// The message of a form.
    fn message(&self, format: Format) -> Result<Message, Error> {
        match format {
            Format::Compact => {
                let message = compact::read(self.ciphertext.trim())?;
                if self.algorithm.is_some_and(|algorithm| algorithm != message.cipher) {
                    let name = message.cipher.name();
                    return Err(conflict("algorithm", format!("this was encrypted with {name}: leave algorithm out")));
                }
                Ok(message)
            }
            Format::N8n => n8n::read(self.ciphertext.trim(), self.algorithm.unwrap_or_default()),
            Format::Parts => self.parts(),
        }
    }

    fn parts(&self) -> Result<Message, Error> {
        let cipher = self.algorithm.unwrap_or_default();
        let encoding = self.input_encoding.unwrap_or(BinaryEncoding::Base64);
        let mut sealed = encoding.decode("ciphertext", &self.ciphertext)?;
        let nonce = self.nonce.as_deref().ok_or_else(|| conflict("nonce", "is missing: format parts needs it"))?;
        let nonce = encoding.decode("nonce", nonce)?;
        cipher.check_nonce(&nonce).map_err(|reason| conflict("nonce", reason))?;

        if let Some(tag) = &self.tag {
            let tag = encoding.decode("tag", tag)?;
            if tag.len() != cipher.tag_length() {
                let (name, length) = (cipher.name(), cipher.tag_length());
                return Err(conflict("tag", format!("must be {length} bytes for {name}, and is {}", tag.len())));
            }
            sealed.extend(tag);
        }
        if sealed.len() < cipher.tag_length() {
            return Err(conflict("ciphertext", "is too short to end with a tag: send the tag in tag"));
        }
        if !cipher.is_authenticated() && (sealed.is_empty() || sealed.len() % cbc::BLOCK != 0) {
            return Err(conflict("ciphertext", "must be a whole number of blocks of 16 bytes for AES-CBC"));
        }

        let stretch = match (&self.password, &self.salt) {
            (Some(_), Some(salt)) => {
                let kdf = self.kdf.unwrap_or_default().with(self.parameters)?;
                let stretch = Stretch { kdf, salt: encoding.decode("salt", salt)? };
                stretch.check("parameters", cipher)?;
                Some(stretch)
            }
            (Some(_), None) => return Err(conflict("salt", "is missing: a key is made of a password and a salt")),
            (None, _) => None,
        };
        Ok(Message { cipher, stretch, nonce, sealed })
    }
}

/// A request that works: what the example of /encrypt may answer.
#[must_use]
pub fn example() -> DecryptRequest {
    let ciphertext = "ff1.AQAMAAECAwQFBgcICQoLZKf6Mvlcl5ya_ECMQfzxNNY4M6cMjES7AO6LhogFmbV8-KHFizOPjGt--w5M208S";
    DecryptRequest {
        key: Some(Secret::new("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".to_owned())),
        key_encoding: InputEncoding::Base64,
        aad: Some("customer 42".to_owned()),
        ..DecryptRequest::of(ciphertext)
    }
}

/// Decrypts a message.
///
/// # Errors
/// [`Error::Undecipherable`] for every cause that has to do with the secret or the content; others when the message is
/// in no form of ours, or fields do not go together.
pub fn decrypt(request: DecryptRequest, call: &Call) -> Result<DecryptResponse, Error> {
    let format = request.form()?;
    request.check_options(format)?;
    let aad = request.aad_encoding.decode("aad", request.aad.as_deref().unwrap_or_default())?;
    let given = Given::of(request.key.as_ref(), request.key_encoding, request.password.as_ref())?;
    let mut message = request.message(format)?;
    let cipher = message.cipher;
    let key = given.key(cipher, message.stretch.as_ref())?;
    let associated_data = match format {
        Format::Compact => compact::associated_data(&message, &aad),
        Format::Parts | Format::N8n => aad.into_owned(),
    };
    cipher.open(&key, &message.nonce, &associated_data, &mut message.sealed)?;
    if !cipher.is_authenticated() {
        call.warn(
            "legacy-algorithm",
            Some("algorithm"),
            "AES-CBC does not notice when a message was changed: do not trust what it says without an HMAC over it",
        );
    }
    Ok(DecryptResponse {
        bytes: message.sealed.len(),
        text: request.output_encoding.encode(message.sealed, cipher)?,
        output_encoding: request.output_encoding,
        algorithm: cipher,
        format,
        security: cipher.security(),
    })
}

impl PlaintextEncoding {
    /// The bytes, written.
    ///
    /// # Errors
    /// When they are to be text and are none.
    pub(crate) fn write(self, bytes: Vec<u8>) -> Result<String, FromUtf8Error> {
        match self {
            Self::Base64 => Ok(BinaryEncoding::Base64.encode(&bytes)),
            Self::Base64url => Ok(BinaryEncoding::Base64url.encode(&bytes)),
            Self::Hex => Ok(BinaryEncoding::Hex.encode(&bytes)),
            Self::Utf8 => String::from_utf8(bytes),
        }
    }

    fn encode(self, bytes: Vec<u8>, cipher: Cipher) -> Result<String, Error> {
        self.write(bytes).map_err(|_| match cipher.is_authenticated() {
            true => conflict("outputEncoding", "the decrypted bytes are no text: choose base64 or hex"),
            // A wrong key leaves a padding that looks right once in 256 times, and then bytes that are no text:
            // telling the two apart would tell that the padding was right.
            false => Error::Undecipherable,
        })
    }
}
