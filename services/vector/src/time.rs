//! Moments, as they are kept and as they are said.

use chassis::{Code, Error};
use jiff::Timestamp;

use crate::filter::micros;

/// Microseconds since 1970 in RFC 3339.
#[must_use]
pub fn rfc3339(micros: i64) -> String {
    Timestamp::from_microsecond(micros).unwrap_or_default().to_string()
}

/// When a point goes, of a time or of seconds from now; in microseconds since 1970.
///
/// # Errors
/// When both are said, or it is no time to come.
pub fn expiry(field: &str, at: Option<&str>, seconds: Option<u64>, now: Timestamp) -> Result<Option<i64>, Error> {
    let wrong = |name: &str, message: &str| Error::field(Code::ValidationError, format!("{field}{name}"), message);
    match (at, seconds) {
        (Some(_), Some(_)) => Err(wrong("expiresAt", "send expiresAt or ttlSeconds, not both")),
        (Some(at), None) => {
            let time = micros(at).ok_or_else(|| wrong("expiresAt", "must be a time such as 2030-01-01T00:00:00Z"))?;
            match time > now.as_microsecond() {
                true => Ok(Some(time)),
                false => Err(wrong("expiresAt", "is over: a point must expire in the future")),
            }
        }
        (None, Some(seconds)) => {
            let micros = i64::try_from(seconds).ok().and_then(|seconds| seconds.checked_mul(1_000_000));
            Ok(micros.map(|micros| now.as_microsecond().saturating_add(micros)))
        }
        (None, None) => Ok(None),
    }
}
