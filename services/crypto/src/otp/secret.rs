//! Generate the secret of an account, and the URI for an authenticator app.

use chassis::{Call, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::scheme::{DEFAULT_DIGITS, DEFAULT_PERIOD, Scheme};
use super::{MAX_COUNTER, OtpAlgorithm, OtpType, SecretEncoding, base32, uri};
use crate::error::conflict;
use crate::input::INLINE_BYTES;
use crate::{Error, random};

/// As long as the output of SHA-1 (RFC 4226, section 4, R6).
const DEFAULT_BYTES: usize = 20;
/// RFC 4226, section 4, R6: at least 128 bits.
const MIN_BYTES: usize = 16;

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Generates a random secret for the two-factor authentication of a user, and the `otpauth://` URI to show as a QR code \
for authenticator apps. Store `secret` with the user, encrypted, and verify codes with /otp/verify. With a `secret` of \
your own, only the URI is made. Some apps ignore algorithm, digits and period: keep the defaults for the widest \
compatibility. `keyRef` is not supported here: the response shows the secret, and named keys never leave the server.";

/// The account.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct OtpSecretRequest {
    /// Account name as shown in the app, such as a user name or email address; without `:`.
    #[garde(length(chars, min = 1, max = 256))]
    pub account: String,
    /// Name of the service that issues the secret; without `:`.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 128))]
    pub issuer: Option<String>,
    /// An existing shared secret; if absent, one is generated.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub secret: Option<Secret<String>>,
    /// Encoding of `secret`; `base32` if absent.
    #[serde(default)]
    pub secret_encoding: Option<SecretEncoding>,
    /// Length of a generated secret in bytes; 20 if absent.
    #[serde(default)]
    #[garde(range(min = 16, max = 64))]
    pub length: Option<usize>,
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
    /// Initial HOTP counter; 0 if absent.
    #[serde(default)]
    #[garde(range(max = MAX_COUNTER))]
    pub counter: Option<u64>,
}

/// The secret and its URI.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OtpSecretResponse {
    /// The secret in base32, for manual entry in an app.
    pub secret: String,
    /// The `otpauth://` URI, to be shown as a QR code.
    pub uri: String,
    /// Type of one-time password.
    #[serde(rename = "type")]
    pub kind: OtpType,
    /// Hash function of the HMAC.
    pub algorithm: OtpAlgorithm,
    /// Number of digits.
    pub digits: u32,
    /// Length of a TOTP time step in seconds; null for HOTP.
    pub period: Option<u64>,
    /// Initial HOTP counter; null for TOTP.
    pub counter: Option<u64>,
    /// Length of the secret in bytes.
    pub bytes: usize,
}

/// An example request.
#[must_use]
pub fn example() -> OtpSecretRequest {
    OtpSecretRequest {
        account: "ann@example.com".to_owned(),
        issuer: Some("Example Shop".to_owned()),
        secret: None,
        secret_encoding: None,
        length: None,
        kind: None,
        algorithm: None,
        digits: None,
        period: None,
        counter: None,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Generate a secret for two-factor authentication, and its otpauth URI")
        .description(DESCRIPTION)
        .example(example)
        .inline(INLINE_BYTES)
}

impl OtpSecretRequest {
    /// Refuses options that would be silently without effect, and names that would end too early in the label.
    fn check(&self) -> Result<(), Error> {
        let kind = self.kind.unwrap_or_default();
        let colon = |text: &str| text.contains(':');
        for (field, refused, message) in [
            ("account", colon(&self.account), "must not contain ':', which separates issuer and account in a URI"),
            (
                "issuer",
                self.issuer.as_deref().is_some_and(colon),
                "must not contain ':', which separates issuer and account in a URI",
            ),
            (
                "length",
                self.secret.is_some() && self.length.is_some(),
                "does not apply to a secret that is sent: leave it out",
            ),
            (
                "secretEncoding",
                self.secret.is_none() && self.secret_encoding.is_some(),
                "has no effect without secret: leave it out",
            ),
            ("period", kind == OtpType::Hotp && self.period.is_some(), "does not apply to hotp: leave it out"),
            ("counter", kind == OtpType::Totp && self.counter.is_some(), "does not apply to totp: leave it out"),
        ] {
            if refused {
                return Err(conflict(field, message));
            }
        }
        Ok(())
    }

    /// The secret that was sent, or a new one.
    fn secret(&self, call: &Call) -> Result<Zeroizing<Vec<u8>>, Error> {
        let Some(text) = &self.secret else {
            let mut bytes = Zeroizing::new(vec![0; self.length.unwrap_or(DEFAULT_BYTES)]);
            random::system(&mut bytes)?;
            return Ok(bytes);
        };
        let key = self.secret_encoding.unwrap_or_default().key("secret", text)?;
        let bytes = Zeroizing::new(key.shared("secret")?.to_vec());
        if bytes.len() < MIN_BYTES {
            let message =
                format!("has {} bytes, but RFC 4226 requires at least {MIN_BYTES}: generate a new one", bytes.len());
            call.warn("short-secret", Some("secret"), message);
        }
        Ok(bytes)
    }
}

/// Generates a secret and its URI.
///
/// # Errors
/// If the secret cannot be read, fields conflict, or the random number generator is unavailable.
pub fn secret(request: OtpSecretRequest, call: &Call) -> Result<OtpSecretResponse, Error> {
    request.check()?;
    let secret = request.secret(call)?;
    let scheme = Scheme {
        kind: request.kind.unwrap_or_default(),
        algorithm: request.algorithm.unwrap_or_default(),
        digits: request.digits.unwrap_or(DEFAULT_DIGITS),
        period: request.period.unwrap_or(DEFAULT_PERIOD),
    };
    let counter = request.counter.unwrap_or_default();
    Ok(OtpSecretResponse {
        secret: base32::encode(&secret),
        uri: uri::write(&scheme, counter, &secret, request.issuer.as_deref(), &request.account),
        kind: scheme.kind,
        algorithm: scheme.algorithm,
        digits: scheme.digits,
        period: (scheme.kind == OtpType::Totp).then_some(scheme.period),
        counter: (scheme.kind == OtpType::Hotp).then_some(counter),
        bytes: secret.len(),
    })
}
