//! Shared keys of a request. A public key must never be taken for one: anybody has it, and could then sign (RFC 8725,
//! section 2.1). So what looks like a key of another kind is refused, in whatever encoding it was sent.

use chassis::{Call, Secret};
use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::JwsAlgorithm;
use crate::Error;
use crate::encoding::InputEncoding;
use crate::error::conflict;
use crate::keys::{Key, Material};

/// How a key that is no shared secret begins, as text.
const MARKS: [&str; 4] = ["-----BEGIN", "---- BEGIN", "ssh-", "ecdsa-sha2-"];

/// Whether a text is a key in a form that says so itself: PEM, JWK, or as SSH writes it.
fn is_marked(text: &str) -> bool {
    let text = text.trim_start();
    MARKS.iter().any(|mark| text.starts_with(mark)) || (text.starts_with('{') && text.contains("\"kty\""))
}

/// Reads a shared key: the bytes the text stands for, or a JWK of type `oct`.
///
/// # Errors
/// When it is not in its encoding, is empty, or is a key of another kind.
pub(super) fn shared(field: &'static str, text: &Secret<String>, encoding: InputEncoding) -> Result<Key, Error> {
    let refused = || {
        conflict(
            field,
            "is a public or private key, and this algorithm needs a secret that both sides have: name the algorithm \
             of the key (RS256, ES256, EdDSA ...) or send the secret",
        )
    };
    if is_marked(text.reveal()) {
        let key = Key::read(field, text.reveal(), None).map_err(|_| refused())?;
        return if matches!(key.material, Material::Secret(_)) { Ok(key) } else { Err(refused()) };
    }
    let bytes = encoding.decode_secret(field, text)?;
    if bytes.is_empty() {
        return Err(conflict(field, "is empty"));
    }
    if std::str::from_utf8(&bytes).is_ok_and(is_marked) || is_pair(text.reveal()) {
        return Err(refused());
    }
    // DER is an ASN.1 sequence.
    if bytes[0] == 0x30 && is_pair(&Zeroizing::new(BASE64.encode(&bytes))) {
        return Err(refused());
    }
    Ok(Key::secret(bytes))
}

/// Reads a key of any kind: one that says itself what it is, else base64 of DER, else a shared key.
///
/// # Errors
/// When it is not in its encoding, or the passphrase is missing or wrong.
pub(super) fn any(
    field: &'static str,
    text: &Secret<String>,
    encoding: InputEncoding,
    passphrase: Option<&str>,
) -> Result<Key, Error> {
    if passphrase.is_some() || is_marked(text.reveal()) || is_pair(text.reveal()) {
        return Key::read(field, text.reveal(), passphrase);
    }
    shared(field, text, encoding)
}

/// Whether a text can be read as a key that is no shared secret.
fn is_pair(text: &str) -> bool {
    Key::read("key", text.trim(), None).is_ok_and(|key| !matches!(key.material, Material::Secret(_)))
}

/// Warns of a shared key that is shorter than its hash (RFC 7518, section 3.2): who has one token can try keys as fast as
/// a machine hashes. It is not refused, for such secrets come from other systems.
pub(super) fn warn_if_weak(algorithm: JwsAlgorithm, key: &Key, call: &Call) {
    if let Material::Secret(bytes) = &key.material
        && bytes.len() < algorithm.hash_length()
    {
        let (name, wanted, given) = (algorithm.name(), algorithm.hash_length(), bytes.len());
        let message = format!("{name} wants a secret of at least {wanted} random bytes, and this one has {given}");
        call.warn("weak-key", Some("key"), message);
    }
}
