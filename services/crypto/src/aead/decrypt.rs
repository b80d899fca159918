//! Decrypt messages of [`super::encrypt`], of n8n and of other programs.

use std::string::FromUtf8Error;

use chassis::{Call, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::algorithm::Scheme;
use super::key::{Source, Stretch};
use super::message::Message;
use super::{Algorithm, Cipher, Format, PasswordKdf, cbc, compact, n8n, rsa};
use crate::Error;
use crate::digest::Security;
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::kdf::{self, Parameters};
use crate::keys::{Given, Keyring};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
The inverse of /encrypt. A message that starts with `ff1.` needs only the key or password, and `aad` if one was used. \
For messages from other programs, use format `parts`: send `nonce`, and the authentication tag in `tag` or at the end \
of `ciphertext`; `kdf`, `parameters` and `salt` apply to `parts` with a password. A wrong key, password, tag, padding \
or `aad` all give the same error. The key derivation costs that a message may ask for are bounded. With AES-CBC, \
success does not prove who wrote the message, and an attacker who can submit messages and see which of them fail can \
decrypt others (padding oracle): verify an HMAC first. Messages encrypted with RSA-OAEP need `algorithm` and the \
private key in `key`; Node and Java use `rsa-oaep-sha1` by default.";

/// An encrypted message, and the key or password.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct DecryptRequest {
    /// The encrypted message; in format `parts`, the ciphertext.
    pub ciphertext: String,
    /// Message format; if absent, `compact` for a message that starts with `ff1.`, else `parts` if `nonce` is given.
    /// Not needed for RSA-OAEP.
    #[serde(default)]
    pub format: Option<Format>,
    /// Encryption algorithm; `aes-256-gcm` if absent. Not needed for compact messages, which state it.
    #[serde(default)]
    pub algorithm: Option<Algorithm>,
    /// The key: 32, 24 or 16 bytes for AES-256, AES-192 or AES-128, 32 bytes for ChaCha20; for RSA-OAEP, a private key
    /// as PEM, DER in base64, JWK or SSH key. At most 32,768 characters.
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
    /// Additional authenticated data: not encrypted, but needed to decrypt. With RSA-OAEP, the label. At most 64 KiB.
    #[serde(default)]
    #[garde(length(bytes, max = 65_536))]
    pub aad: Option<String>,
    /// Encoding of `aad`.
    #[serde(default)]
    pub aad_encoding: InputEncoding,
    /// Nonce, or initialization vector (IV) of CBC, in format `parts`.
    #[serde(default)]
    #[garde(length(chars, max = 256))]
    pub nonce: Option<String>,
    /// Authentication tag, in format `parts`; if absent, the last 16 bytes of `ciphertext`.
    #[serde(default)]
    #[garde(length(chars, max = 256))]
    pub tag: Option<String>,
    /// Salt of the key derivation function, in format `parts` with a password.
    #[serde(default)]
    #[garde(length(chars, max = 256))]
    pub salt: Option<String>,
    /// Encoding of the fields of `parts`, or of an RSA-OAEP message; `base64` if absent.
    #[serde(default)]
    pub input_encoding: Option<BinaryEncoding>,
    /// Encoding of the decrypted message.
    #[serde(default)]
    pub output_encoding: PlaintextEncoding,
}

/// Encoding of a decrypted or verified message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlaintextEncoding {
    /// The text itself; an error if the bytes are not UTF-8 (with AES-CBC, the same error as for a wrong key).
    #[default]
    Utf8,
    /// Base64 with padding.
    Base64,
    /// URL-safe base64 without padding.
    Base64url,
    /// Lowercase hexadecimal.
    Hex,
}

/// The decrypted message.
#[derive(PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecryptResponse {
    /// The decrypted message.
    pub text: String,
    /// Encoding of the decrypted message.
    pub output_encoding: PlaintextEncoding,
    /// Length of the decrypted message in bytes.
    pub bytes: usize,
    /// Encryption algorithm.
    pub algorithm: Algorithm,
    /// Format of the message.
    pub format: Format,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
    /// Security of the algorithm.
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
            passphrase: None,
            key_ref: None,
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

    pub(super) fn given(&self) -> Given<'_> {
        Given { field: "key", key: self.key.as_ref(), key_ref: self.key_ref.as_deref() }
    }

    fn form(&self) -> Result<Format, Error> {
        match self.format {
            Some(format) => Ok(format),
            None if self.ciphertext.trim_start().starts_with(compact::PREFIX) => Ok(Format::Compact),
            None if self.nonce.is_some() => Ok(Format::Parts),
            // Of RSA there is nothing but the message.
            None if self.key.as_ref().is_some_and(|key| key.reveal().contains("-----BEGIN")) => Err(conflict(
                "algorithm",
                "is required with this key: send rsa-oaep-sha256, or rsa-oaep-sha1, the default in Node and Java",
            )),
            None => Err(conflict(
                "format",
                "is required: the message is not in format compact (ff1.…) and there is no nonce; send parts or n8n",
            )),
        }
    }

    /// Refuses options that would be silently without effect.
    fn check_options(&self, cipher: Option<Cipher>, format: Format) -> Result<(), Error> {
        if self.passphrase.is_some() {
            return Err(conflict("passphrase", "applies only to private keys, for RSA-OAEP: leave it out"));
        }
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
                    return Err(conflict(field, "applies only to format parts: leave it out"));
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
            return Err(conflict("aad", "does not apply to format n8n: leave it out"));
        }
        if cipher.is_some_and(|cipher| !cipher.is_authenticated()) && self.aad.is_some() {
            return Err(conflict("aad", "does not apply to AES-CBC: leave it out"));
        }
        Ok(())
    }

    /// The message of a form.
    fn message(&self, cipher: Option<Cipher>, format: Format) -> Result<Message, Error> {
        match format {
            Format::Compact => {
                let message = compact::read(self.ciphertext.trim())?;
                if cipher.is_some_and(|cipher| cipher != message.cipher) {
                    let name = message.cipher.name();
                    return Err(conflict(
                        "algorithm",
                        format!("does not match: the message was encrypted with {name}; leave it out"),
                    ));
                }
                Ok(message)
            }
            Format::N8n => n8n::read(self.ciphertext.trim(), cipher.unwrap_or_default()),
            Format::Parts => self.parts(cipher.unwrap_or_default()),
        }
    }

    fn parts(&self, cipher: Cipher) -> Result<Message, Error> {
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
            return Err(conflict("ciphertext", "must be a multiple of 16 bytes for AES-CBC"));
        }

        let stretch = match (&self.password, &self.salt) {
            (Some(_), Some(salt)) => {
                let kdf = self.kdf.unwrap_or_default().with(self.parameters)?;
                let stretch = Stretch { kdf, salt: encoding.decode("salt", salt)? };
                stretch.check("parameters", cipher)?;
                Some(stretch)
            }
            (Some(_), None) => {
                return Err(conflict("salt", "is missing: the key is derived from the password and a salt"));
            }
            (None, _) => None,
        };
        Ok(Message { cipher, stretch, nonce, sealed })
    }
}

/// An example request: what the example of /encrypt may answer.
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

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Decrypt a message")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &DecryptRequest| kdf::cost(request.password.is_some() || request.passphrase.is_some()))
}

/// Decrypts a message.
///
/// # Errors
/// [`Error::Undecipherable`] for every cause that has to do with the secret or the content; others if the message is in
/// no known format, or fields conflict.
pub fn decrypt(request: DecryptRequest, call: &Call, keyring: &Keyring) -> Result<DecryptResponse, Error> {
    match request.algorithm.map(Algorithm::scheme) {
        Some(Scheme::Oaep(oaep)) => rsa::open(oaep, request, call, keyring),
        Some(Scheme::Shared(cipher)) => open(Some(cipher), request, call, keyring),
        None => open(None, request, call, keyring),
    }
}

fn open(
    cipher: Option<Cipher>,
    request: DecryptRequest,
    call: &Call,
    keyring: &Keyring,
) -> Result<DecryptResponse, Error> {
    let format = request.form()?;
    request.check_options(cipher, format)?;
    let aad = request.aad_encoding.decode("aad", request.aad.as_deref().unwrap_or_default())?;
    let source = Source::of(request.given(), request.key_encoding, request.password.as_ref(), call, keyring)?;
    let mut message = request.message(cipher, format)?;
    let cipher = message.cipher;
    let mut keys = source.all(cipher, message.stretch.as_ref())?.into_iter().peekable();
    let associated_data = match format {
        Format::Compact => compact::associated_data(&message, &aad),
        Format::Parts | Format::N8n => aad.into_owned(),
    };
    let (opened, key_ref) = loop {
        let (key, reference) = keys.next().ok_or(Error::Undecipherable)?;
        // It is decrypted in place: only where another key may have to be tried is a copy worth its time.
        let another = keys.peek().is_some();
        let mut sealed = if another { message.sealed.clone() } else { std::mem::take(&mut message.sealed) };
        match cipher.open(&key, &message.nonce, &associated_data, &mut sealed) {
            Ok(()) => break (sealed, reference),
            Err(_) if another => {}
            Err(error) => return Err(error),
        }
    };
    if !cipher.is_authenticated() {
        call.warn(
            "legacy-algorithm",
            Some("algorithm"),
            "AES-CBC does not detect modification: do not trust the message unless an HMAC of it was verified",
        );
    }
    Ok(DecryptResponse {
        bytes: opened.len(),
        text: request.output_encoding.encode(opened, cipher.is_authenticated())?,
        output_encoding: request.output_encoding,
        algorithm: cipher.into(),
        format,
        key_ref,
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

    /// The same. Whether they are `sure` to be what was encrypted decides what is said of bytes that are no text.
    pub(super) fn encode(self, bytes: Vec<u8>, sure: bool) -> Result<String, Error> {
        self.write(bytes).map_err(|_| match sure {
            true => conflict("outputEncoding", "the decrypted bytes are not UTF-8 text: choose base64 or hex"),
            // A wrong key leaves a padding that looks right once in 256 times, and then bytes that are no text:
            // telling the two apart would tell that the padding was right.
            false => Error::Undecipherable,
        })
    }
}
