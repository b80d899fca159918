//! One-time passwords: HOTP (RFC 4226) and TOTP (RFC 6238).
//!
//! `scheme` computes codes, `asked` determines secret and scheme from a request, `base32` and `uri` are the formats in
//! which authenticator apps accept a secret.

mod asked;
mod base32;
pub mod generate;
mod scheme;
pub mod secret;
mod uri;
pub mod verify;

use jiff::Timestamp;

pub use base32::SecretEncoding;
pub use scheme::{OtpAlgorithm, OtpType};

/// Whole numbers that JSON readers keep exact: 2^53 - 1.
const MAX_COUNTER: u64 = 9_007_199_254_740_991;

/// Seconds since 1970; a clock before that is none.
fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_second()).unwrap_or_default()
}
