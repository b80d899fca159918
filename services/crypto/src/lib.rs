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
mod settings;
pub mod signature;
pub mod webhooks;

use aead::{decrypt, encrypt};
use chassis::Service;
pub use error::Error;
use jose::jwe;
use keys::{agree, generate, inspect};
pub use settings::Settings;
use signature::{sign, verify};

/// The port the service has when it runs alone.
pub const PORT: u16 = 3001;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("crypto", "Hashing, encryption, keys and tokens")
        .holds(settings::open)
        .reopens()
        .compute("POST /hash", hash::hash, hash::about)
        .compute("POST /hmac", hmac::hmac, hmac::about)
        .compute("POST /hmac/verify", hmac::verify, hmac::verify_about)
        .compute("POST /encrypt", encrypt::encrypt, encrypt::about)
        .compute("POST /decrypt", decrypt::decrypt, decrypt::about)
        .compute("POST /sign", sign::sign, sign::about)
        .compute("POST /verify", verify::verify, verify::about)
        .compute("POST /jwt/sign", jose::sign::sign, jose::sign::about)
        .compute("POST /jwt/verify", jose::verify::verify, jose::verify::about)
        .compute("POST /jwt/decode", jose::decode::decode, jose::decode::about)
        .compute("POST /jwe/encrypt", jwe::encrypt::encrypt, jwe::encrypt::about)
        .compute("POST /jwe/decrypt", jwe::decrypt::decrypt, jwe::decrypt::about)
        .compute("POST /passwords/hash", passwords::hash, passwords::about)
        .compute("POST /passwords/verify", passwords::verify, passwords::verify_about)
        .compute("POST /derive", derive::derive, derive::about)
        .compute("POST /keys/generate", generate::generate, generate::about)
        .compute("POST /keys/inspect", inspect::inspect, inspect::about)
        .compute("POST /keys/agree", agree::agree, agree::about)
        .compute("POST /webhooks/verify", webhooks::verify::verify, webhooks::verify::about)
        .compute("POST /webhooks/sign", webhooks::sign::sign, webhooks::sign::about)
        .compute("POST /random", random::random, random::about)
        .compute("POST /otp/secret", otp::secret::secret, otp::secret::about)
        .compute("POST /otp/generate", otp::generate::generate, otp::generate::about)
        .compute("POST /otp/verify", otp::verify::verify, otp::verify::about)
        .compute("POST /requests/sign", requests::sign::sign, requests::sign::about)
        .compute("POST /requests/sign-oauth1", requests::oauth1::sign, requests::oauth1::about)
}
