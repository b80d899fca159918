//! RSA-OAEP (RFC 8017, section 7.1): a few bytes, such as the key of a message, for the owner of a private key. The
//! older padding of PKCS #1 v1.5 is not offered: who can send messages and learn which of them fail can read others
//! (Bleichenbacher, CRYPTO 1998).

use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512, OaepAlgorithm,
    OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use zeroize::Zeroizing;

use crate::Error;
use crate::error::conflict;
use crate::kdf::Sha;
use crate::keys::{Key, Material, RsaKey};

/// Bits of a key; aws-lc takes no shorter one.
const MIN_BITS: usize = 2048;

/// The same hash serves for the label and in MGF1; the label is empty.
const fn algorithm(hash: Sha) -> &'static OaepAlgorithm {
    match hash {
        Sha::Sha1 => &OAEP_SHA1_MGF1SHA1,
        Sha::Sha256 => &OAEP_SHA256_MGF1SHA256,
        Sha::Sha384 => &OAEP_SHA384_MGF1SHA384,
        Sha::Sha512 => &OAEP_SHA512_MGF1SHA512,
    }
}

/// Encrypts with the public half of a key; `field` is where it came from.
///
/// # Errors
/// When it is no RSA key of at least 2048 bits, or the message is too long for it.
pub(crate) fn encrypt(field: &'static str, key: &Key, hash: Sha, message: &[u8]) -> Result<Vec<u8>, Error> {
    check(field, key)?;
    let damaged = || conflict(field, "is an RSA key that cannot be used");
    let spki = key.spki_der().ok_or_else(damaged)?;
    let key = PublicEncryptingKey::from_der(&spki).map_err(|_| damaged())?;
    let key = OaepPublicEncryptingKey::new(key).map_err(|_| damaged())?;
    let longest = key.max_plaintext_size(algorithm(hash));
    if message.len() > longest {
        return Err(conflict(field, format!("encrypts at most {longest} bytes with this hash")));
    }
    let mut sealed = vec![0; key.ciphertext_size()];
    let length = key.encrypt(algorithm(hash), message, &mut sealed, None).map_err(|_| Error::NoMemory)?.len();
    sealed.truncate(length);
    Ok(sealed)
}

/// Decrypts with a private key.
///
/// # Errors
/// When it is no RSA private key of at least 2048 bits; [`Error::Undecipherable`] for whatever is wrong with the message.
pub(crate) fn decrypt(field: &'static str, key: &Key, hash: Sha, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    check(field, key)?;
    let wrong = || conflict(field, format!("must be an RSA private key to decrypt, and is {}", key.material.name()));
    let pkcs8 = key.pkcs8_der().ok_or_else(wrong)?;
    let key = PrivateDecryptingKey::from_pkcs8(&pkcs8).map_err(|_| wrong())?;
    let key = OaepPrivateDecryptingKey::new(key).map_err(|_| wrong())?;
    let mut message = Zeroizing::new(vec![0; key.min_output_size()]);
    let length = key.decrypt(algorithm(hash), sealed, &mut message, None).map_err(|_| Error::Undecipherable)?.len();
    message.truncate(length);
    Ok(message)
}

fn check(field: &'static str, key: &Key) -> Result<(), Error> {
    let rsa: &RsaKey = match &key.material {
        Material::Rsa(rsa) => rsa,
        other => return Err(conflict(field, format!("must be an RSA key, and is {}", other.name()))),
    };
    if rsa.bits() < MIN_BITS {
        return Err(conflict(field, format!("must have at least {MIN_BITS} bits, and has {}", rsa.bits())));
    }
    if rsa.is_roca() {
        return Err(conflict(field, "is an RSA key that anybody can factor (ROCA, CVE-2017-15361): replace it"));
    }
    Ok(())
}
