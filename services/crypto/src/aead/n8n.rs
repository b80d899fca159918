//! The format of n8n's Crypto node (n8n-io/n8n#30540): base64 of `0x01
//!
//!  salt 16
//!
//!  nonce 12
//!
//!  tag 16
//!
//!  ciphertext`, with a key derived from a passphrase by scrypt at fixed cost. The cipher is not stated: both sides
//! must choose the same.

use super::Cipher;
use super::key::Stretch;
use super::message::{Message, Reader};
use crate::Error;
use crate::encoding::BinaryEncoding;
use crate::error::conflict;
use crate::kdf::Kdf;

const VERSION: u8 = 1;
const TAG: usize = 16;

/// The costs n8n has chosen.
pub(super) const KDF: Kdf = Kdf::Scrypt { n: 65_536, r: 8, p: 1 };

/// Refuses what n8n does not know.
pub(super) fn check(cipher: Cipher) -> Result<(), Error> {
    match cipher {
        Cipher::Aes256Gcm | Cipher::Aes192Gcm | Cipher::Aes128Gcm | Cipher::Chacha20Poly1305 => Ok(()),
        _ => Err(conflict(
            "algorithm",
            "must be aes-256-gcm, aes-192-gcm, aes-128-gcm or chacha20-poly1305 with format n8n",
        )),
    }
}

/// A message as text.
pub(super) fn write(message: &Message) -> String {
    let salt = message.stretch.as_ref().map(|stretch| stretch.salt.as_slice()).unwrap_or_default();
    let (ciphertext, tag) = message.sealed.split_at(message.sealed.len() - TAG);
    BinaryEncoding::Base64.encode(&[&[VERSION], salt, &message.nonce, tag, ciphertext].concat())
}

/// A text as a message.
pub(super) fn read(text: &str, cipher: Cipher) -> Result<Message, Error> {
    check(cipher)?;
    let bytes = BinaryEncoding::Base64.decode("ciphertext", text)?;
    parse(&bytes, cipher).ok_or_else(|| conflict("ciphertext", "is not in format n8n, or truncated"))
}

fn parse(bytes: &[u8], cipher: Cipher) -> Option<Message> {
    let mut reader = Reader(bytes);
    if reader.byte()? != VERSION {
        return None;
    }
    let salt = reader.take(16)?.to_vec();
    let nonce = reader.take(12)?.to_vec();
    let tag = reader.take(TAG)?;
    let sealed = [reader.0, tag].concat();
    Some(Message { cipher, stretch: Some(Stretch { kdf: KDF, salt }), nonce, sealed })
}
