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
use chassis::{Call, Cost, Service, Settings};
pub use error::Error;
use keys::{Keyring, agree, generate, inspect};
use signature::{sign, verify};
use std::sync::Arc;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3001;
/// Codes over bodies up to this size are made where they arrive.
const INLINE_BYTES: usize = 4 * 1024;

/// The service: every operation in one list.
///
/// # Errors
/// When the keyring cannot be read.
pub fn service(settings: &Settings) -> Result<Service, String> {
    let keys = &Arc::new(Keyring::read(settings.keyring.as_ref())?);
    let service = Service::new("crypto", "Hashing, encryption, keys and tokens")
        .compute("POST /hash", hash::hash, |op| {
            op.summary("Hash text or a file with one or several algorithms")
                .description(hash::DESCRIPTION)
                .example(hash::example())
                .inline(hash::INLINE_BYTES)
        })
        .compute("POST /hmac", with(keys, hmac::hmac), |op| {
            op.summary("Make the HMAC of text or a file")
                .description(hmac::DESCRIPTION)
                .example(hmac::example())
                .inline(INLINE_BYTES)
        })
        .compute("POST /hmac/verify", with(keys, hmac::verify), |op| {
            op.summary("Check an HMAC")
                .description(hmac::VERIFY_DESCRIPTION)
                .example(hmac::verify_example())
                .inline(INLINE_BYTES)
        })
        .compute("POST /encrypt", with(keys, encrypt::encrypt), |op| {
            op.summary("Encrypt text or a file with a key or a password")
                .description(encrypt::DESCRIPTION)
                .example(encrypt::example())
                .cost_of(|request: &encrypt::EncryptRequest| {
                    stretched(request.password.is_some() || request.passphrase.is_some())
                })
        })
        .compute("POST /decrypt", with(keys, decrypt::decrypt), |op| {
            op.summary("Decrypt a message").description(decrypt::DESCRIPTION).example(decrypt::example()).cost_of(
                |request: &decrypt::DecryptRequest| {
                    stretched(request.password.is_some() || request.passphrase.is_some())
                },
            )
        })
        .compute("POST /sign", with(keys, sign::sign), |op| {
            op.summary("Sign text or a file with a private key")
                .description(sign::DESCRIPTION)
                .example(sign::example())
                .cost_of(|request: &sign::SignRequest| stretched(request.passphrase.is_some()))
        })
        .compute("POST /verify", with(keys, verify::verify), |op| {
            op.summary("Check a signature with a public key")
                .description(verify::DESCRIPTION)
                .example(verify::example())
                .cost_of(|request: &verify::VerifyRequest| stretched(request.passphrase.is_some()))
        })
        .compute("POST /jwt/sign", with(keys, jose::sign::sign), |op| {
            op.summary("Make a signed token (JWT)")
                .description(jose::sign::DESCRIPTION)
                .example(jose::sign::example())
                .cost_of(|request: &jose::sign::JwtSignRequest| stretched(request.passphrase.is_some()))
        })
        .compute("POST /jwt/verify", with(keys, jose::verify::verify), |op| {
            op.summary("Check a signed token (JWT)")
                .description(jose::verify::DESCRIPTION)
                .example(jose::verify::example())
        })
        .compute("POST /jwt/decode", jose::decode::decode, |op| {
            op.summary("Look inside a token without checking it")
                .description(jose::decode::DESCRIPTION)
                .example(jose::decode::example())
        })
        .compute("POST /jwe/encrypt", with(keys, jose::jwe::encrypt::encrypt), |op| {
            op.summary("Make an encrypted token (JWE)")
                .description(jose::jwe::encrypt::DESCRIPTION)
                .example(jose::jwe::encrypt::example())
                .cost_of(|request: &jose::jwe::encrypt::JweEncryptRequest| stretched(request.password.is_some()))
        })
        .compute("POST /jwe/decrypt", with(keys, jose::jwe::decrypt::decrypt), |op| {
            op.summary("Open an encrypted token (JWE)")
                .description(jose::jwe::decrypt::DESCRIPTION)
                .example(jose::jwe::decrypt::example())
                .cost_of(|request: &jose::jwe::decrypt::JweDecryptRequest| {
                    stretched(request.password.is_some() || request.passphrase.is_some())
                })
        })
        .compute("POST /passwords/hash", passwords::hash, |op| {
            op.summary("Hash a password for storing")
                .description(passwords::DESCRIPTION)
                .example(passwords::example())
                .cost(Cost::Heavy)
        })
        .compute("POST /passwords/verify", passwords::verify, |op| {
            op.summary("Check a password against a stored hash")
                .description(passwords::VERIFY_DESCRIPTION)
                .example(passwords::verify_example())
                .cost(Cost::Heavy)
        })
        .compute("POST /derive", with(keys, derive::derive), |op| {
            op.summary("Derive a key from a secret or a password")
                .description(derive::DESCRIPTION)
                .example(derive::example())
                .cost_of(|request: &derive::DeriveRequest| {
                    stretched(request.algorithm != derive::DeriveAlgorithm::Hkdf)
                })
        })
        .compute("POST /keys/generate", generate::generate, |op| {
            op.summary("Make a new key or a pair of keys")
                .description(generate::DESCRIPTION)
                .example(generate::example())
                .cost(Cost::Heavy)
        })
        .compute("POST /keys/inspect", with(keys, inspect::inspect), |op| {
            op.summary("Say what a key or a certificate is, and write it in another form")
                .description(inspect::DESCRIPTION)
                .example(inspect::example())
                .cost_of(|request: &inspect::InspectRequest| stretched(request.passphrase.is_some()))
        })
        .compute("POST /keys/agree", with(keys, agree::agree), |op| {
            op.summary("Make the secret two sides share")
                .description(agree::DESCRIPTION)
                .example(agree::example())
                .cost_of(|request: &agree::AgreeRequest| stretched(request.passphrase.is_some()))
        })
        .compute("POST /webhooks/verify", with(keys, webhooks::verify::verify), |op| {
            op.summary("Check the signature of a webhook")
                .description(webhooks::verify::DESCRIPTION)
                .example(webhooks::verify::example())
        })
        .compute("POST /webhooks/sign", with(keys, webhooks::sign::sign), |op| {
            op.summary("Sign a webhook").description(webhooks::sign::DESCRIPTION).example(webhooks::sign::example())
        })
        .compute("POST /random", random::random, |op| {
            op.summary("Random bytes, ids, integers and passwords")
                .description(random::DESCRIPTION)
                .example(random::example())
        })
        .compute("POST /otp/secret", otp::secret::secret, |op| {
            op.summary("Make the secret of a second factor, and its QR code's address")
                .description(otp::secret::DESCRIPTION)
                .example(otp::secret::example())
                .inline(INLINE_BYTES)
        })
        .compute("POST /otp/generate", with(keys, otp::generate::generate), |op| {
            op.summary("Make a one-time code")
                .description(otp::generate::DESCRIPTION)
                .example(otp::generate::example())
                .inline(INLINE_BYTES)
        })
        .compute("POST /otp/verify", with(keys, otp::verify::verify), |op| {
            op.summary("Check a one-time code")
                .description(otp::verify::DESCRIPTION)
                .example(otp::verify::example())
                .inline(INLINE_BYTES)
        })
        .compute("POST /requests/sign", with(keys, requests::sign::sign), |op| {
            op.summary("Sign a request to AWS or S3, or make a presigned address")
                .description(requests::sign::DESCRIPTION)
                .example(requests::sign::example())
                .inline(INLINE_BYTES)
        })
        .compute("POST /requests/sign-oauth1", with(keys, requests::oauth1::sign), |op| {
            op.summary("Sign a request with OAuth 1.0a")
                .description(requests::oauth1::DESCRIPTION)
                .example(requests::oauth1::example())
                .inline(INLINE_BYTES)
        });
    Ok(service)
}

/// What a request costs that may hold a password: making a key of one is slow on purpose.
fn stretched(a_password: bool) -> Cost {
    if a_password { Cost::Heavy } else { Cost::Light }
}

/// An operation that may use named keys.
fn with<Q, R>(
    keys: &Arc<Keyring>,
    function: fn(Q, &Call, &Keyring) -> Result<R, Error>,
) -> impl Fn(Q, &Call) -> Result<R, Error> + Send + Sync + use<Q, R> {
    let keys = keys.clone();
    move |request, call| function(request, call, &keys)
}
