//! Verify a one-time password.

use chassis::{Call, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::asked::{Asked, Settled};
use super::{MAX_COUNTER, OtpAlgorithm, OtpType, SecretEncoding};
use crate::Error;
use crate::error::conflict;
use crate::input::INLINE_BYTES;
use crate::keys::Keyring;

const DEFAULT_WINDOW: u64 = 1;

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Verifies a one-time password, time-based (TOTP, RFC 6238) or counter-based (HOTP, RFC 4226). A code is valid only once \
(RFC 6238, section 5.2): store the `step` of a valid response with the user and send it as `lastStep` next time; the \
same code or an older one is then refused with reason `already-used`. With HOTP, store `nextCounter` and send it as \
`counter`. If the code does not match, the response is 200 with `valid: false` and a reason. Six digits can be guessed \
in a million attempts: limit the number of failed attempts. All codes of the window are compared, in constant time.";

/// The secret, and the code to verify.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct OtpVerifyRequest {
    /// The code to verify, as text; white space and hyphens are ignored.
    #[garde(length(chars, max = 64))]
    pub code: Secret<String>,
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
    /// Number of additional steps to accept: before and after the current one with TOTP, after the counter with HOTP; 1
    /// if absent.
    #[serde(default)]
    #[garde(range(max = 10))]
    pub window: Option<u64>,
    /// TOTP: `step` of the last valid response; codes of this step or earlier ones are refused.
    #[serde(default)]
    #[garde(range(max = MAX_COUNTER))]
    pub last_step: Option<u64>,
    /// HOTP counter of the next code; needed with `uri` too, which has only the initial counter.
    #[serde(default)]
    #[garde(range(max = MAX_COUNTER))]
    pub counter: Option<u64>,
}

/// Why a code is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OtpReason {
    /// It does not have the right number of digits, or has other characters.
    Malformed,
    /// It does not match the secret within the window.
    Wrong,
    /// It matches, but it or a later code was already used (`lastStep`).
    AlreadyUsed,
}

/// Whether the code is valid.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OtpVerifyResponse {
    /// Whether the code is correct and was not used before.
    pub valid: bool,
    /// Why it is not valid; null if it is.
    pub reason: Option<OtpReason>,
    /// Step of the code, to be sent as `lastStep` next time (TOTP), or its counter (HOTP); null if not valid.
    pub step: Option<u64>,
    /// Difference in steps between the code and the current time or `counter`; negative if behind, null if not valid.
    pub delta: Option<i64>,
    /// HOTP: `counter` to send next time, whether valid or not; null if the counter is exhausted.
    pub next_counter: Option<u64>,
    /// Type of one-time password.
    #[serde(rename = "type")]
    pub kind: OtpType,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
}

/// An example request that succeeds.
#[must_use]
pub fn example() -> OtpVerifyRequest {
    OtpVerifyRequest {
        code: Secret::new("254676".to_owned()),
        secret: Some(Secret::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned())),
        secret_encoding: None,
        uri: None,
        key_ref: None,
        kind: Some(OtpType::Hotp),
        algorithm: None,
        digits: None,
        period: None,
        window: None,
        last_step: None,
        counter: Some(5),
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Verify a one-time password (TOTP or HOTP)")
        .description(DESCRIPTION)
        .example(example)
        .inline(INLINE_BYTES)
}

/// Verifies a one-time password.
///
/// # Errors
/// If the secret cannot be read, or fields conflict.
pub fn verify(request: OtpVerifyRequest, call: &Call, keyring: &Keyring) -> Result<OtpVerifyResponse, Error> {
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
    let settled = asked.settle("verify", call, keyring)?;
    let window = request.window.unwrap_or(DEFAULT_WINDOW);
    let (present, first) = match settled.scheme.kind {
        OtpType::Totp => {
            let present = super::seconds(call.now()) / settled.scheme.period;
            (present, present.saturating_sub(window))
        }
        OtpType::Hotp if request.last_step.is_some() => {
            return Err(conflict(
                "lastStep",
                "does not apply to hotp, whose counter tells which codes are used: leave it out",
            ));
        }
        OtpType::Hotp => {
            // The counter of a URI is the same every time, and so would be the codes that are good.
            let message = "is missing: hotp needs the counter of the next code, and a uri has only the initial one";
            let counter = request.counter.ok_or_else(|| conflict("counter", message))?;
            (counter, counter)
        }
    };
    let last = (present + window).min(MAX_COUNTER);
    let found = settled.find(request.code.reveal(), first..=last, request.last_step)?;
    let (step, key_ref, reason) = match found {
        Found::Fresh { step, key } => (Some(step), settled.keys[key].reference.clone(), None),
        Found::Not(reason) => (None, None, Some(reason)),
    };
    Ok(OtpVerifyResponse {
        valid: step.is_some(),
        reason,
        step,
        delta: step.map(|step| step.cast_signed() - present.cast_signed()),
        next_counter: (settled.scheme.kind == OtpType::Hotp)
            .then(|| step.map_or(present, |step| step + 1))
            .filter(|counter| *counter <= MAX_COUNTER),
        kind: settled.scheme.kind,
        key_ref,
    })
}

/// What a code turned out to be.
enum Found {
    /// Right; of which step, and with which of the secrets.
    Fresh {
        step: u64,
        key: usize,
    },
    Not(OtpReason),
}

impl Settled {
    /// Compares a code with those of all steps and secrets, however early one fits: the time shall not tell which it was.
    fn find(&self, code: &str, steps: std::ops::RangeInclusive<u64>, last_step: Option<u64>) -> Result<Found, Error> {
        let Some(code) = self.scheme.read(code) else { return Ok(Found::Not(OtpReason::Malformed)) };
        let (mut fresh, mut used) = (Choice::from(0), Choice::from(0));
        let (mut fitting_step, mut fitting_key) = (0, 0);
        for (number, candidate) in (0_u64..).zip(&self.keys) {
            let secret = candidate.key.shared("keyRef")?;
            for step in steps.clone() {
                let same = self.scheme.code(secret, step).ct_eq(&code);
                let new = Choice::from(u8::from(last_step.is_none_or(|last| step > last)));
                fitting_step.conditional_assign(&step, same & new);
                fitting_key.conditional_assign(&number, same & new);
                fresh |= same & new;
                used |= same & !new;
            }
        }
        let key = usize::try_from(fitting_key).expect("there are few secrets");
        Ok(match (bool::from(fresh), bool::from(used)) {
            (true, _) => Found::Fresh { step: fitting_step, key },
            (false, true) => Found::Not(OtpReason::AlreadyUsed),
            (false, false) => Found::Not(OtpReason::Wrong),
        })
    }
}
