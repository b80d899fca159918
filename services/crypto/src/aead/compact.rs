//! The compact form: `ff1.` and base64url (without padding) of
//!
//! ```text
//! algorithm   1 byte: 1 aes-256-gcm, 2 aes-192-gcm, 3 aes-128-gcm, 4 chacha20-poly1305, 5 xchacha20-poly1305,
//!             6 aes-256-gcm-siv, 7 aes-128-gcm-siv
//! key         1 byte: 0 given, 1 scrypt, 2 argon2id, 3 pbkdf2-sha256, 4 pbkdf2-sha512, of a password
//! costs       scrypt: log2 n, r, p, 1 byte each; argon2id: memory in KiB 4 bytes, passes 1, parallelism 1;
//!             pbkdf2: iterations 4 bytes; numbers are big-endian
//! salt        16 bytes, of a password
//! nonce       1 byte of length, and as many bytes
//! ciphertext
//! tag         16 bytes
//! ```
//!
//! The associated data is `ff1.`, everything before the ciphertext, and then the caller's `aad`: nobody can change how a
//! message says it was encrypted.

use super::Cipher;
use super::key::{PasswordKdf, Stretch};
use super::message::{Message, Reader};
use crate::Error;
use crate::encoding::BinaryEncoding;
use crate::error::conflict;
use crate::kdf::{Kdf, Sha};

/// What every message in this form starts with.
pub(super) const PREFIX: &str = "ff1.";
/// Bytes of a salt.
pub(super) const SALT: usize = 16;

/// The ciphers, each at its number less one.
const CIPHERS: [Cipher; 7] = [
    Cipher::Aes256Gcm,
    Cipher::Aes192Gcm,
    Cipher::Aes128Gcm,
    Cipher::Chacha20Poly1305,
    Cipher::Xchacha20Poly1305,
    Cipher::Aes256GcmSiv,
    Cipher::Aes128GcmSiv,
];

/// A message as text.
pub(super) fn write(message: &Message) -> String {
    let bytes = [&header(message)[..], &message.sealed].concat();
    let mut text = BinaryEncoding::Base64url.encode(&bytes);
    // Moved along in place: a copy of a long message into fresh memory costs several times the cipher.
    text.insert_str(0, PREFIX);
    text
}

/// A text as a message. Its costs are within our bounds.
pub(super) fn read(text: &str) -> Result<Message, Error> {
    let Some(text) = text.strip_prefix(PREFIX) else {
        return Err(conflict("ciphertext", "is not in format compact, which starts with ff1."));
    };
    let bytes = BinaryEncoding::Base64url.decode("ciphertext", text)?;
    let message = parse(&bytes).ok_or_else(|| {
        conflict("ciphertext", "is truncated, or was made by a newer version: its header cannot be read")
    })?;
    message
        .cipher
        .check_nonce(&message.nonce)
        .map_err(|reason| conflict("ciphertext", format!("its nonce {reason}")))?;
    if let Some(stretch) = &message.stretch {
        stretch.check("ciphertext", message.cipher)?;
    }
    Ok(message)
}

/// What the tag vouches for besides the plaintext. The header says itself where it ends, so no other header and `aad`
/// give the same bytes.
pub(super) fn associated_data(message: &Message, aad: &[u8]) -> Vec<u8> {
    [PREFIX.as_bytes(), &header(message), aad].concat()
}

fn header(message: &Message) -> Vec<u8> {
    let number = CIPHERS.iter().zip(1..).find_map(|(cipher, number)| (*cipher == message.cipher).then_some(number));
    let mut header = vec![number.expect("only authenticated ciphers have this form")];
    match &message.stretch {
        None => header.push(0),
        Some(Stretch { kdf, salt }) => {
            match *kdf {
                Kdf::Scrypt { n, r, p } => header.extend([1, byte(n.ilog2()), byte(r), byte(p)]),
                Kdf::Argon2 { memory_kib, passes, parallelism, .. } => {
                    header.push(2);
                    header.extend(memory_kib.to_be_bytes());
                    header.extend([byte(passes), byte(parallelism)]);
                }
                Kdf::Pbkdf2 { iterations, .. } => {
                    header.push(if PasswordKdf::from(*kdf) == PasswordKdf::Pbkdf2Sha512 { 4 } else { 3 });
                    header.extend(iterations.to_be_bytes());
                }
            }
            header.extend(salt);
        }
    }
    header.push(byte(message.nonce.len()));
    header.extend(&message.nonce);
    header
}

fn byte(number: impl TryInto<u8>) -> u8 {
    number.try_into().ok().expect("costs and lengths of nonces are bounded")
}

fn parse(bytes: &[u8]) -> Option<Message> {
    let mut reader = Reader(bytes);
    let cipher = *CIPHERS.get(usize::from(reader.byte()?).checked_sub(1)?)?;
    let kdf = match reader.byte()? {
        0 => None,
        1 => {
            let n = 1_u32.checked_shl(reader.byte()?.into())?;
            Some(Kdf::Scrypt { n, r: reader.byte()?.into(), p: reader.byte()?.into() })
        }
        2 => Some(Kdf::argon2id(reader.number()?, reader.byte()?.into(), reader.byte()?.into())),
        3 => Some(Kdf::Pbkdf2 { hash: Sha::Sha256, iterations: reader.number()? }),
        4 => Some(Kdf::Pbkdf2 { hash: Sha::Sha512, iterations: reader.number()? }),
        _ => return None,
    };
    let stretch = match kdf {
        Some(kdf) => Some(Stretch { kdf, salt: reader.take(SALT)?.to_vec() }),
        None => None,
    };
    let length = reader.byte()?.into();
    let nonce = reader.take(length)?.to_vec();
    let sealed = reader.0.to_vec();
    (sealed.len() >= cipher.tag_length()).then_some(Message { cipher, stretch, nonce, sealed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages() -> Vec<Message> {
        let salt = (0..16).collect::<Vec<u8>>();
        let kdfs = [
            None,
            Some(Kdf::Scrypt { n: 131_072, r: 8, p: 1 }),
            Some(Kdf::argon2id(262_144, 4, 4)),
            Some(Kdf::Pbkdf2 { hash: Sha::Sha256, iterations: 600_000 }),
            Some(Kdf::Pbkdf2 { hash: Sha::Sha512, iterations: 2_000_000 }),
        ];
        let mut messages = Vec::new();
        for cipher in CIPHERS {
            for kdf in kdfs {
                let stretch = kdf.map(|kdf| Stretch { kdf, salt: salt.clone() });
                let nonce = vec![9; cipher.nonce_length()];
                messages.push(Message { cipher, stretch, nonce, sealed: vec![5; 20] });
            }
        }
        messages
    }

    #[test]
    fn what_is_written_is_read() {
        for message in messages() {
            assert_eq!(read(&write(&message)), Ok(message));
        }
    }

    #[test]
    fn every_cut_is_refused_and_none_panics() {
        for message in messages() {
            let bytes = [header(&message), message.sealed.clone()].concat();
            for end in 0..bytes.len() - 4 {
                assert_eq!(parse(&bytes[..end]), None);
            }
            assert!(parse(&bytes[..bytes.len() - 4]).is_some(), "16 bytes may be a tag alone");
        }
    }

    /// A message from elsewhere can ask for any costs.
    #[test]
    fn costs_are_bounded_before_work() {
        for (head, message) in [
            (&[1, 1, 24, 8, 1][..], "scrypt with these costs needs 16384 MB of memory; at most 256 are allowed"),
            (&[1, 1, 31, 255, 255], "scrypt needs r and p from 1 to 64"),
            (&[1, 2, 0, 64, 0, 0, 1, 1], "argon2 with these costs needs 4096 MB of memory; at most 256 are allowed"),
            (&[1, 3, 255, 255, 255, 255], "pbkdf2 allows 1 to 2000000 iterations here"),
            (&[1, 4, 0, 0, 0, 0], "pbkdf2 allows 1 to 2000000 iterations here"),
        ] {
            let bytes = [head, &[0; 16], &[12], &[0; 12], &[0; 16]].concat();
            let text = format!("{PREFIX}{}", BinaryEncoding::Base64url.encode(&bytes));
            assert_eq!(read(&text), Err(conflict("ciphertext", message)));
        }
        assert_eq!(parse(&[&[1, 1, 32, 8, 1][..], &[0; 16], &[12], &[0; 28]].concat()), None, "n = 2^32");
    }
}
