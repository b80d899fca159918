//! Keys of a request, symmetric or asymmetric. A public key must never be taken for a secret: anyone has it, and could
//! then sign (algorithm confusion; RFC 8725, section 2.1). So what looks like a key of another type is refused, in
//! whatever encoding it was sent.

use chassis::{Call, Secret};

use super::JwsAlgorithm;
use crate::Error;
use crate::encoding::InputEncoding;
use crate::error::conflict;
use crate::keys::{Key, Material, is_asymmetric};

/// Reads a shared key: the bytes the text stands for, or a JWK of type `oct`.
///
/// # Errors
/// When it is not in its encoding, is empty, or is a key of another kind.
pub(super) fn shared(field: &'static str, text: &Secret<String>, encoding: InputEncoding) -> Result<Key, Error> {
    refuse_json(field, text.reveal())?;
    let key = if is_json(text.reveal()) {
        Key::read(field, text.reveal(), None).map_err(|_| no_secret(field))?
    } else if is_asymmetric(text.reveal().as_bytes()) {
        return Err(no_secret(field));
    } else {
        Key::secret(encoding.decode_secret(field, text)?)
    };
    match &key.material {
        Material::Secret(bytes) if bytes.is_empty() => Err(conflict(field, "is empty")),
        Material::Secret(_) if !key.is_lookalike() => Ok(key),
        _ => Err(no_secret(field)),
    }
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
    if passphrase.is_none() && !is_asymmetric(text.reveal().as_bytes()) {
        return shared(field, text, encoding);
    }
    let key = pair(field, text, passphrase)?;
    if key.is_lookalike() { Err(no_secret(field)) } else { Ok(key) }
}

/// Reads a key pair.
///
/// # Errors
/// As [`Key::read`].
pub(super) fn pair(field: &'static str, text: &Secret<String>, passphrase: Option<&str>) -> Result<Key, Error> {
    refuse_json(field, text.reveal())?;
    Key::read(field, text.reveal(), passphrase)
}

/// Reads a public key.
///
/// # Errors
/// As [`Key::read_public`].
pub(super) fn public(field: &'static str, text: &Secret<String>) -> Result<Key, Error> {
    refuse_json(field, text.reveal())?;
    Key::read_public(field, text.reveal()).map_err(|error| {
        let text = text.reveal().trim_start();
        if text.starts_with('[') || (text.starts_with('{') && text.contains("\"keys\"")) {
            return conflict(field, "is a set of keys (JWKS): send it in jwks");
        }
        error
    })
}

/// Whether a text is an object in JSON, or was one before it was cut off.
fn is_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim();
    text.starts_with('{') && (text.ends_with('}') || text.contains("\"kty\""))
}

/// Refuses JSON that is no JWK. Services give out keys in files of JSON, and such a file must not become a secret.
fn refuse_json(field: &'static str, text: &str) -> Result<(), Error> {
    if !is_json(text) || text.contains("\"kty\"") {
        return Ok(());
    }
    if text.contains("\"private_key\"") || text.contains("-----BEGIN") {
        return Err(conflict(
            field,
            "is JSON that contains a key: send only the value of private_key, and name algorithm",
        ));
    }
    Err(conflict(field, "is JSON but not a JWK, because it has no kty: send only the key"))
}

fn no_secret(field: &'static str) -> Error {
    conflict(
        field,
        "is a public or private key, and this algorithm needs a secret that both sides have: name the algorithm of the \
         key (RS256, ES256, EdDSA ...) or send the secret",
    )
}

/// Warns of a shared key that is shorter than its hash (RFC 7518, section 3.2): who has one token can try keys as fast as
/// a machine hashes. It is not refused, for such secrets come from other systems.
pub(super) fn warn_if_weak(algorithm: JwsAlgorithm, key: &Key, call: &Call) {
    if let Material::Secret(bytes) = &key.material
        && bytes.len() < algorithm.hash_length()
    {
        let (name, wanted, given) = (algorithm.name(), algorithm.hash_length(), bytes.len());
        let message = format!("{name} needs a secret of at least {wanted} random bytes, but this one has {given}");
        call.warn("weak-key", Some("key"), message);
    }
}
