//! /encrypt and /decrypt with RSA-OAEP: without nonce and tag, and with an asymmetric key.

use chassis::Call;

use super::Format;
use super::decrypt::{DecryptRequest, DecryptResponse};
use super::encrypt::{EncryptRequest, EncryptResponse};
use crate::digest::Security;
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::keys::{Candidate, Keyring};
use crate::oaep::Oaep;
use crate::{Error, input};

/// Encrypts.
pub(super) fn seal(
    oaep: Oaep,
    request: EncryptRequest,
    call: &Call,
    keyring: &Keyring,
) -> Result<EncryptResponse, Error> {
    refuse(&[
        ("keyEncoding", request.key_encoding != InputEncoding::Utf8),
        ("password", request.password.is_some()),
        ("kdf", request.kdf.is_some()),
        ("parameters", request.parameters.is_some()),
        ("format", request.format.is_some_and(|format| format != Format::Parts)),
        ("nonce", request.nonce.is_some()),
    ])?;
    let label = request.aad_encoding.decode("aad", request.aad.as_deref().unwrap_or_default())?;
    let bytes = input::bytes(request.text.as_deref(), request.input_encoding, request.file.as_ref())?;
    let chosen = keyring.choose_public(request.given(), request.passphrase.as_ref(), call)?;
    let newest = chosen.newest();
    let (Candidate { key, reference }, field) = (newest, newest.field("key"));
    let most = oaep.most(field, key)?;
    if bytes.len() > most {
        let text = if request.file.is_some() { "file" } else { "text" };
        let message = format!(
            "has {} bytes, but RSA-OAEP with this key and hash takes at most {most}: encrypt it with a random AES key, \
             and that key with RSA",
            bytes.len()
        );
        return Err(conflict(text, message));
    }
    let sealed = oaep.seal(field, key, &label, &bytes)?;
    Ok(EncryptResponse {
        ciphertext: request.output_encoding.unwrap_or(BinaryEncoding::Base64).encode(&sealed),
        format: Format::Parts,
        algorithm: request.algorithm,
        nonce: None,
        tag: None,
        salt: None,
        kdf: None,
        parameters: None,
        bytes: bytes.len(),
        key_ref: reference.clone(),
        security: security(oaep, call),
    })
}

/// Decrypts, with every version of a named key.
pub(super) fn open(
    oaep: Oaep,
    request: DecryptRequest,
    call: &Call,
    keyring: &Keyring,
) -> Result<DecryptResponse, Error> {
    refuse(&[
        ("keyEncoding", request.key_encoding != InputEncoding::Utf8),
        ("password", request.password.is_some()),
        ("kdf", request.kdf.is_some()),
        ("parameters", request.parameters.is_some()),
        ("format", request.format.is_some_and(|format| format != Format::Parts)),
        ("nonce", request.nonce.is_some()),
        ("tag", request.tag.is_some()),
        ("salt", request.salt.is_some()),
    ])?;
    let label = request.aad_encoding.decode("aad", request.aad.as_deref().unwrap_or_default())?;
    let sealed =
        request.input_encoding.unwrap_or(BinaryEncoding::Base64).decode("ciphertext", request.ciphertext.trim())?;
    let chosen = keyring.choose_pair(request.given(), request.passphrase.as_ref(), call)?;
    let mut failure = None;
    for candidate in chosen.all() {
        let Candidate { key, reference } = candidate;
        match oaep.open(candidate.field("key"), key, &label, &sealed) {
            Ok(opened) => {
                return Ok(DecryptResponse {
                    bytes: opened.len(),
                    text: request.output_encoding.encode(opened.to_vec(), true)?,
                    output_encoding: request.output_encoding,
                    algorithm: request.algorithm.unwrap_or_default(),
                    format: Format::Parts,
                    key_ref: reference.clone(),
                    security: security(oaep, call),
                });
            }
            // Versions of one key may be of several kinds: what one of RSA says tells more.
            Err(Error::Undecipherable) => failure = Some(Error::Undecipherable),
            Err(other) => failure = failure.or(Some(other)),
        }
    }
    Err(failure.expect("there is at least one key"))
}

fn refuse(fields: &[(&'static str, bool)]) -> Result<(), Error> {
    match fields.iter().find(|(_, given)| *given) {
        Some((field, _)) => Err(conflict(field, "does not apply to RSA-OAEP: leave it out")),
        None => Ok(()),
    }
}

fn security(oaep: Oaep, call: &Call) -> Security {
    if oaep != Oaep::Sha1 {
        return Security::Strong;
    }
    let message = "SHA-1 is not broken here, but outdated: use rsa-oaep-sha256 where the other side supports it";
    call.warn("legacy-algorithm", Some("algorithm"), message);
    Security::Legacy
}
