//! The content encryption key, encrypted for the recipient.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::agree::{self, Purpose};
use super::algorithm::Method;
use super::{JweAlgorithm, JweEncryption, wrap};
use crate::aead::Cipher;
use crate::error::conflict;
use crate::kdf::{Kdf, Sha};
use crate::keys::Key;
use crate::{Error, random};

/// Rounds of PBKDF2 when nobody says: what OWASP's Password Storage Cheat Sheet recommends for each hash.
const DEFAULT_ROUNDS: [u32; 2] = [600_000, 210_000];
/// Rounds a token may ask for: about a second.
pub(super) const MAX_ROUNDS: u32 = 1_000_000;
/// RFC 7518, section 4.8.1.1.
const MIN_SALT: usize = 8;
const MAX_SALT: usize = 1024;

/// Who may read a message.
pub(super) enum Recipient<'r> {
    Key(&'r Key),
    Password(&'r str),
}

/// A key for a message.
pub(super) struct MessageKey {
    pub(super) key: Zeroizing<Vec<u8>>,
    /// As it stands in the token; empty when it is agreed on or known.
    pub(super) encrypted: Vec<u8>,
}

/// Makes a key for a message. What the reader needs to know goes into the header. The key of the reader has been checked.
pub(super) fn send(
    algorithm: JweAlgorithm,
    encryption: JweEncryption,
    recipient: &Recipient<'_>,
    rounds: Option<u32>,
    header: &mut Map<String, Value>,
) -> Result<MessageKey, Error> {
    let known = |key| MessageKey { key, encrypted: Vec::new() };
    match (algorithm.method(), recipient) {
        (Method::Direct, Recipient::Key(key)) => Ok(known(Zeroizing::new(key.shared("key")?.to_vec()))),
        (Method::Agree(wrapping), Recipient::Key(key)) => {
            let purpose = purpose(algorithm, encryption, wrapping, [b"", b""]);
            let (sender, agreed) = agree::send(key, &purpose)?;
            header.insert("epk".to_owned(), sender);
            match wrapping {
                None => Ok(known(agreed)),
                Some(_) => wrapped(&agreed, encryption),
            }
        }
        (Method::Wrap(_), Recipient::Key(key)) => wrapped(key.shared("key")?, encryption),
        (Method::Gcm(length), Recipient::Key(wrapping)) => {
            let key = random_key(encryption)?;
            let mut iv = [0; 12];
            random::system(&mut iv)?;
            let mut encrypted = key.to_vec();
            gcm(length).seal(wrapping.shared("key")?, &iv, &[], &mut encrypted)?;
            let tag = encrypted.split_off(key.len());
            header.insert("iv".to_owned(), BASE64URL_NOPAD.encode(&iv).into());
            header.insert("tag".to_owned(), BASE64URL_NOPAD.encode(&tag).into());
            Ok(MessageKey { key, encrypted })
        }
        (Method::Oaep(oaep), Recipient::Key(reader)) => {
            let key = random_key(encryption)?;
            let encrypted = oaep.seal("key", reader, b"", &key)?;
            Ok(MessageKey { key, encrypted })
        }
        (Method::Password(hash, length), Recipient::Password(password)) => {
            let mut salt = [0; 16];
            random::system(&mut salt)?;
            let rounds = rounds.unwrap_or(DEFAULT_ROUNDS[usize::from(hash != Sha::Sha256)]);
            header.insert("p2s".to_owned(), BASE64URL_NOPAD.encode(&salt).into());
            header.insert("p2c".to_owned(), rounds.into());
            wrapped(&stretched(algorithm, hash, length, password, &salt, rounds)?, encryption)
        }
        _ => Err(conflict("algorithm", "must be a PBES2 algorithm with a password, and any other with a key")),
    }
}

/// The key of a message that came. The key of the reader has been checked.
///
/// # Errors
/// [`Error::Undecipherable`] for all that has to do with keys; others when the header is not as it must be.
pub(super) fn receive(
    algorithm: JweAlgorithm,
    encryption: JweEncryption,
    recipient: &Recipient<'_>,
    header: &Map<String, Value>,
    encrypted: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let length = encryption.key_length();
    let found = match (algorithm.method(), recipient) {
        (Method::Direct, Recipient::Key(key)) => {
            no_key(algorithm, encrypted)?;
            return Ok(Zeroizing::new(key.shared("key")?.to_vec()));
        }
        (Method::Agree(wrapping), Recipient::Key(key)) => {
            let parties = [bytes(header, "apu")?.unwrap_or_default(), bytes(header, "apv")?.unwrap_or_default()];
            let purpose = purpose(algorithm, encryption, wrapping, [&parties[0], &parties[1]]);
            let sender = header.get("epk").ok_or_else(|| misses("epk"))?;
            let agreed = agree::receive(key, sender, &purpose);
            match wrapping {
                None => {
                    no_key(algorithm, encrypted)?;
                    agreed
                }
                Some(_) => agreed.and_then(|agreed| wrap::unwrap(&agreed, encrypted)),
            }
        }
        (Method::Wrap(_), Recipient::Key(key)) => wrap::unwrap(key.shared("key")?, encrypted),
        (Method::Gcm(wrapping), Recipient::Key(key)) => {
            let iv = bytes(header, "iv")?.ok_or_else(|| misses("iv"))?;
            let tag = bytes(header, "tag")?.ok_or_else(|| misses("tag"))?;
            let mut opened = Zeroizing::new([encrypted, &tag].concat());
            if iv.len() != 12 || tag.len() != 16 {
                return Err(Error::Undecipherable);
            }
            gcm(wrapping).open(key.shared("key")?, &iv, &[], &mut opened).map(|()| opened)
        }
        (Method::Oaep(oaep), Recipient::Key(key)) => oaep.open("key", key, b"", encrypted),
        (Method::Password(hash, wrapping), Recipient::Password(password)) => {
            let salt = bytes(header, "p2s")?.ok_or_else(|| misses("p2s"))?;
            let rounds = header.get("p2c").ok_or_else(|| misses("p2c"))?.as_u64().filter(|rounds| *rounds > 0);
            let no_count = || conflict("token", "cannot be read: its header's p2c is not a positive integer");
            let rounds = u32::try_from(rounds.ok_or_else(no_count)?).ok().filter(|rounds| *rounds <= MAX_ROUNDS);
            let rounds = rounds.ok_or_else(|| {
                conflict("token", format!("has too many iterations (p2c): at most {MAX_ROUNDS} are allowed"))
            })?;
            if !(MIN_SALT..=MAX_SALT).contains(&salt.len()) {
                return Err(conflict("token", format!("must have {MIN_SALT} to {MAX_SALT} bytes of salt (p2s)")));
            }
            wrap::unwrap(&stretched(algorithm, hash, wrapping, password, &salt, rounds)?, encrypted)
        }
        _ => {
            return Err(conflict("token", "was encrypted with a password if its alg is PBES2, otherwise with a key"));
        }
    };
    match found {
        Ok(key) if key.len() == length => Ok(key),
        // Go on with a key that cannot be right: the time must not tell whether this one was (RFC 7516, section 11.5).
        Ok(_) | Err(Error::Undecipherable) => random_key(encryption),
        Err(other) => Err(other),
    }
}

/// What a key is agreed on for.
fn purpose<'p>(
    algorithm: JweAlgorithm,
    encryption: JweEncryption,
    wrapping: Option<usize>,
    parties: [&'p [u8]; 2],
) -> Purpose<'p> {
    match wrapping {
        None => Purpose { name: encryption.name(), length: encryption.key_length(), parties },
        Some(length) => Purpose { name: algorithm.name(), length, parties },
    }
}

fn wrapped(wrapping: &[u8], encryption: JweEncryption) -> Result<MessageKey, Error> {
    let key = random_key(encryption)?;
    let encrypted = wrap::wrap(wrapping, &key)?;
    Ok(MessageKey { key, encrypted })
}

/// The key of a password (RFC 7518, section 4.8.1.1): the salt begins with the algorithm's name.
fn stretched(
    algorithm: JweAlgorithm,
    hash: Sha,
    length: usize,
    password: &str,
    salt: &[u8],
    rounds: u32,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let salt = [algorithm.name().as_bytes(), &[0], salt].concat();
    let kdf = Kdf::Pbkdf2 { hash, iterations: rounds };
    kdf.check(&salt, length).map_err(|reason| conflict("iterations", reason))?;
    let mut key = Zeroizing::new(vec![0; length]);
    kdf.derive(password.as_bytes(), &salt, &mut key)?;
    Ok(key)
}

fn random_key(encryption: JweEncryption) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut key = Zeroizing::new(vec![0; encryption.key_length()]);
    random::system(&mut key)?;
    Ok(key)
}

const fn gcm(length: usize) -> Cipher {
    match length {
        16 => Cipher::Aes128Gcm,
        24 => Cipher::Aes192Gcm,
        _ => Cipher::Aes256Gcm,
    }
}

/// Bytes of a header field.
fn bytes(header: &Map<String, Value>, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let Some(value) = header.get(name) else { return Ok(None) };
    let decoded = value.as_str().and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok());
    decoded.map(Some).ok_or_else(|| conflict("token", format!("cannot be read: its header's {name} is not base64url")))
}

fn misses(name: &str) -> Error {
    conflict("token", format!("cannot be read: its header has no {name}"))
}

fn no_key(algorithm: JweAlgorithm, encrypted: &[u8]) -> Result<(), Error> {
    if encrypted.is_empty() {
        return Ok(());
    }
    Err(conflict("token", format!("cannot be read: its second part must be empty with {}", algorithm.name())))
}
