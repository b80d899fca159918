//! crypto: hashes, encryption, signatures, tokens, webhooks, keys, passwords, one-time codes and randomness.

pub mod aead;
pub mod derive;
pub mod digest;
pub mod encoding;
mod error;
pub mod hash;
pub mod hmac;
mod input;
pub mod jose;
pub mod kdf;
pub mod keys;
pub mod moment;
mod oaep;
pub mod otp;
pub mod passwords;
pub mod random;
pub mod requests;
pub mod signature;
pub mod webhooks;

use aead::{decrypt, encrypt};
use chassis::{Call, Service, Settings};
pub use error::Error;
use jose::jwe;
use keys::{Keyring, agree, generate, inspect};
use signature::{sign, verify};
use std::sync::Arc;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3001;
/// The service: every operation in one list.
///
/// # Errors
/// When the keyring cannot be read.
pub fn service(settings: &Settings) -> Result<Service, String> {
    let keys = &Arc::new(Keyring::read(settings.keyring.as_ref())?);
    Ok(Service::new("crypto", "Hashing, encryption, keys and tokens")
        .compute("POST /hash", hash::hash, hash::about)
        .compute("POST /hmac", with(keys, hmac::hmac), hmac::about)
        .compute("POST /hmac/verify", with(keys, hmac::verify), hmac::verify_about)
        .compute("POST /encrypt", with(keys, encrypt::encrypt), encrypt::about)
        .compute("POST /decrypt", with(keys, decrypt::decrypt), decrypt::about)
        .compute("POST /sign", with(keys, sign::sign), sign::about)
        .compute("POST /verify", with(keys, verify::verify), verify::about)
        .compute("POST /jwt/sign", with(keys, jose::sign::sign), jose::sign::about)
        .compute("POST /jwt/verify", with(keys, jose::verify::verify), jose::verify::about)
        .compute("POST /jwt/decode", jose::decode::decode, jose::decode::about)
        .compute("POST /jwe/encrypt", with(keys, jwe::encrypt::encrypt), jwe::encrypt::about)
        .compute("POST /jwe/decrypt", with(keys, jwe::decrypt::decrypt), jwe::decrypt::about)
        .compute("POST /passwords/hash", passwords::hash, passwords::about)
        .compute("POST /passwords/verify", passwords::verify, passwords::verify_about)
        .compute("POST /derive", with(keys, derive::derive), derive::about)
        .compute("POST /keys/generate", generate::generate, generate::about)
        .compute("POST /keys/inspect", with(keys, inspect::inspect), inspect::about)
        .compute("POST /keys/agree", with(keys, agree::agree), agree::about)
        .compute("POST /webhooks/verify", with(keys, webhooks::verify::verify), webhooks::verify::about)
        .compute("POST /webhooks/sign", with(keys, webhooks::sign::sign), webhooks::sign::about)
        .compute("POST /random", random::random, random::about)
        .compute("POST /otp/secret", otp::secret::secret, otp::secret::about)
        .compute("POST /otp/generate", with(keys, otp::generate::generate), otp::generate::about)
        .compute("POST /otp/verify", with(keys, otp::verify::verify), otp::verify::about)
        .compute("POST /requests/sign", with(keys, requests::sign::sign), requests::sign::about)
        .compute("POST /requests/sign-oauth1", with(keys, requests::oauth1::sign), requests::oauth1::about))
}

/// An operation that may use named keys.
fn with<Q, R>(
    keys: &Arc<Keyring>,
    function: fn(Q, &Call, &Keyring) -> Result<R, Error>,
) -> impl Fn(Q, &Call) -> Result<R, Error> + Send + Sync + use<Q, R> {
    let keys = keys.clone();
    move |request, call| function(request, call, &keys)
}
