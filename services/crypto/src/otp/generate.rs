//! Generate a one-time password.

use chassis::{Call, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::asked::Asked;
use super::{MAX_COUNTER, OtpAlgorithm, OtpType, SecretEncoding};
use crate::Error;
use crate::error::conflict;
use crate::input::INLINE_BYTES;
use crate::keys::{Candidate, Keyring};
use crate::moment::Moment;

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Generates the code an authenticator app would show now (TOTP, RFC 6238) or for a counter (HOTP, RFC 4226), to log in \
where two-factor authentication is required. The secret is the base32 text shown beside the QR code; or send the \
content of the QR code as `uri`. Both clocks must agree: `secondsLeft` tells how long the code is valid; most servers \
accept it for one more period.";

/// The secret, and the time or counter.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct OtpGenerateRequest {
    /// The shared secret.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub secret: Option<Secret<String>>,
    /// Encoding of `secret`; `base32` if absent.
    #[serde(default)]
    pub secret_encoding: Option<SecretEncoding>,
    /// An `otpauth://` URI, instead of `secret`; it includes type, algorithm, digits and period. At most 4096
    /// characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 4096))]
    pub uri: Option<Secret<String>>,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// Type of one-time password; `totp` if absent.
    #[serde(default, rename = "type")]
    pub kind: Option<OtpType>,
    /// Hash function of the HMAC; `sha1` if absent.
    #[serde(default)]
    pub algorithm: Option<OtpAlgorithm>,
    /// Number of digits; 6 if absent.
    #[serde(default)]
    #[garde(range(min = 6, max = 8))]
    pub digits: Option<u32>,
    /// Length of a TOTP time step in seconds; 30 if absent.
    #[serde(default)]
    #[garde(range(min = 15, max = 120))]
    pub period: Option<u64>,
    /// The time to use; now if absent.
    #[serde(default)]
    pub time: Option<Moment>,
    /// HOTP counter.
    #[serde(default)]
    #[garde(range(max = MAX_COUNTER))]
    pub counter: Option<u64>,
}

/// The one-time password.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OtpGenerateResponse {
    /// The one-time password, with leading zeros.
    pub code: String,
    /// Type of one-time password.
    #[serde(rename = "type")]
    pub kind: OtpType,
    /// TOTP time step (number of periods since the Unix epoch), or HOTP counter.
    pub step: u64,
    /// Seconds until the next TOTP time step; null for HOTP.
    pub seconds_left: Option<u64>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
}

impl OtpGenerateRequest {
    /// A code of a secret in base32, with defaults.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self {
            secret: Some(Secret::new(secret.to_owned())),
            secret_encoding: None,
            uri: None,
            key_ref: None,
            kind: None,
            algorithm: None,
            digits: None,
            period: None,
            time: None,
            counter: None,
        }
    }
}

/// An example request.
#[must_use]
pub fn example() -> OtpGenerateRequest {
    OtpGenerateRequest::of("JBSW Y3DP EHPK 3PXP")
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Generate a one-time password (TOTP or HOTP)")
        .description(DESCRIPTION)
        .example(example)
        .inline(INLINE_BYTES)
}

/// Generates a one-time password.
///
/// # Errors
/// If the secret cannot be read, or fields conflict.
pub fn generate(request: OtpGenerateRequest, call: &Call, keyring: &Keyring) -> Result<OtpGenerateResponse, Error> {
    let asked = Asked {
        uri: request.uri.as_ref(),
        secret: request.secret.as_ref(),
        secret_encoding: request.secret_encoding,
        key_ref: request.key_ref.as_deref(),
        kind: request.kind,
        algorithm: request.algorithm,
        digits: request.digits,
        period: request.period,
        counter: request.counter,
    };
    let settled = asked.settle("sign", call, keyring)?;
    let scheme = settled.scheme;
    let (step, seconds_left) = match scheme.kind {
        OtpType::Totp => {
            let seconds = super::seconds(Moment::or_now(request.time.as_ref(), "time", call)?);
            (seconds / scheme.period, Some(scheme.period - seconds % scheme.period))
        }
        OtpType::Hotp if request.time.is_some() => {
            return Err(conflict("time", "does not apply to hotp: leave it out"));
        }
        OtpType::Hotp => (settled.counter()?, None),
    };
    let Candidate { key, reference } = &settled.keys[0];
    let code = scheme.code(key.shared("keyRef")?, step);
    Ok(OtpGenerateResponse {
        code: scheme.write(code),
        kind: scheme.kind,
        step,
        seconds_left,
        key_ref: reference.clone(),
    })
}
