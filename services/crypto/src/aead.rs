//! Authenticated encryption (AEAD) with a shared key or a password, AES-CBC for legacy systems, and RSA-OAEP for short
//! texts.
//!
//! `cipher` encrypts and decrypts bytes, `key` obtains the key, `message` is a parsed message, and `compact` and `n8n`
//! are its two single-text formats. `rsa` is RSA-OAEP.

mod algorithm;
mod cbc;
mod cipher;
mod compact;
pub mod decrypt;
pub mod encrypt;
mod gcm;
mod key;
mod message;
mod n8n;
mod rsa;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use algorithm::Algorithm;
pub(crate) use cipher::Cipher;
pub use key::PasswordKdf;

/// Format of an encrypted message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A single text that starts with `ff1.` and states how it was encrypted.
    Compact,
    /// Ciphertext, nonce, authentication tag and salt in separate fields, for interoperability.
    Parts,
    /// The text format of n8n's Crypto node; with a password only.
    N8n,
}
