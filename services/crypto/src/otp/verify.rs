//! Check a code that somebody typed.

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
Whether a code is right now (TOTP, RFC 6238) or at a counter (HOTP, RFC 4226). A code is good only once (RFC 6238, section \
5.2): keep the `step` of a valid answer with the user and send it as `lastStep` next time; then the same code, or an older \
one, is refused with reason `already-used`. Of `hotp` keep `nextCounter` and send it as `counter`. The answer is 200 with \
`valid: false` and a reason when the code does not fit. Six digits are guessed in a million tries: count failures, and \
stop after a few. All codes of the window are compared, in constant time.";

/// The secret, and the code to check.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct OtpVerifyRequest {
    /// The code that was typed, as text; spaces, line breaks and dashes do not matter.
    #[garde(length(chars, max = 64))]
    pub code: Secret<String>,
    /// The secret, as text of at most 1024 characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub secret: Option<Secret<String>>,
    /// What the text of `secret` stands for; `base32` when absent.
    #[serde(default)]
    pub secret_encoding: Option<SecretEncoding>,
    /// An `otpauth://` URI of at most 4096 characters, instead of `secret`; it says type, algorithm, digits and period.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 4096))]
    pub uri: Option<Secret<String>>,
    /// The name of a secret on the server, instead of `secret`: `name`, or `name@version`.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// What the code is made of; `totp` when absent.
    #[serde(default, rename = "type")]
    pub kind: Option<OtpType>,
    /// The hash; `sha1` when absent.
    #[serde(default)]
    pub algorithm: Option<OtpAlgorithm>,
    /// Digits of the code; 6 when absent.
    #[serde(default)]
    #[garde(range(min = 6, max = 8))]
    pub digits: Option<u32>,
    /// Seconds a code of `totp` lives; 30 when absent.
    #[serde(default)]
    #[garde(range(min = 15, max = 120))]
    pub period: Option<u64>,
    /// Steps that are taken beside the present one: of `totp` before and after it, of `hotp` after the counter; 1 when
    /// absent.
    #[serde(default)]
    #[garde(range(max = 10))]
    pub window: Option<u64>,
    /// Of `totp`: the `step` of the last valid answer; its code and older ones are used up.
    #[serde(default)]
    #[garde(range(max = MAX_COUNTER))]
    pub last_step: Option<u64>,
    /// Of `hotp`: the counter the next code is made of, also with `uri`, which only says where it began.
    #[serde(default)]
    #[garde(range(max = MAX_COUNTER))]
    pub counter: Option<u64>,
}

/// Why a code is not right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OtpReason {
    /// It is not made of exactly the digits a code has.
    Malformed,
    /// It is no code of this secret within the window.
    Wrong,
    /// It was right, but `lastStep` says it or a later one was used.
    AlreadyUsed,
}

/// Whether the code is right.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OtpVerifyResponse {
    /// Whether the code is right and not used up.
    pub valid: bool,
    /// Why not; nothing when it is.
    pub reason: Option<OtpReason>,
    /// The step the code is made of, to be sent as `lastStep` next time; of `hotp` the counter. Nothing when not valid.
    pub step: Option<u64>,
    /// How many steps it is ahead of the present (negative: behind); of `hotp` ahead of `counter`. Nothing when not valid.
    pub delta: Option<i64>,
    /// Of `hotp`: what to send as `counter` next time, whether valid or not. Nothing
    /// when the last of all counters is used: the secret is used up.
    pub next_counter: Option<u64>,
    /// What the code is made of.
    #[serde(rename = "type")]
    pub kind: OtpType,
    /// Of a named secret: the name and version that fits.
    pub key_ref: Option<String>,
}

/// A check that succeeds.
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
        .example(example())
        .inline(INLINE_BYTES)
}

/// Checks a code.
///
/// # Errors
/// When the secret cannot be read, or fields do not go together.
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
            return Err(conflict("lastStep", "has no effect on hotp, whose counter says what is used: leave it out"));
        }
        OtpType::Hotp => {
            // The counter of a URI is the same every time, and so would be the codes that are good.
            let message =
                "is missing: hotp needs the counter the next code is made of, and a uri only says where it began";
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
