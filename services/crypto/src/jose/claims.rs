//! Registered claims: issuer, subject, audience, id and validity period (RFC 7519, section 4.1).

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The last second a [`Timestamp`] can be: that of the year 9999 wherever on Earth one is. What is later is no date but
/// milliseconds taken for seconds.
const LAST_SECOND: f64 = 253_402_207_200.0;
/// The first second of the year 1.
const FIRST_SECOND: f64 = -62_135_596_800.0;
/// Claims that are moments.
const DATES: [&str; 3] = ["exp", "nbf", "iat"];
/// Claims that are text.
const TEXTS: [&str; 3] = ["iss", "sub", "jti"];

/// A check of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The token is malformed: its parts, encoding or JSON.
    Format,
    /// The header requires an unsupported extension.
    Extension,
    /// The algorithm (`alg`) is not one of `algorithms`.
    Algorithm,
    /// No suitable key.
    Key,
    /// The signature does not match.
    Signature,
    /// The type (`typ`) is not the expected one.
    Type,
    /// The claims are not a JSON object, or a registered claim has the wrong type.
    Claims,
    /// The token has expired (`exp`).
    Expired,
    /// The token is not valid yet (`nbf`), or was issued in the future (`iat`).
    NotYetValid,
    /// The token was issued (`iat`) longer ago than `maxAge`.
    TooOld,
    /// The issuer (`iss`) is not the expected one.
    Issuer,
    /// The audience (`aud`) does not include an expected one.
    Audience,
    /// The subject (`sub`) is not the expected one.
    Subject,
    /// The JWT ID (`jti`) is not the expected one.
    JwtId,
    /// A required claim is missing.
    RequiredClaim,
}

/// A failed check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailedCheck {
    /// Which check failed.
    pub check: Check,
    /// Why it failed.
    pub message: String,
}

impl FailedCheck {
    pub(super) fn new(check: Check, message: impl Into<String>) -> Self {
        Self { check, message: message.into() }
    }
}

/// What claims are to be like.
pub(super) struct Expected<'r> {
    pub(super) issuers: &'r [String],
    pub(super) audiences: &'r [String],
    pub(super) subject: Option<&'r str>,
    pub(super) jwt_id: Option<&'r str>,
    pub(super) required: &'r [String],
    pub(super) require_expiry: bool,
    /// Seconds since `iat`.
    pub(super) max_age: Option<i64>,
    /// Seconds that clocks may differ.
    pub(super) tolerance: u32,
}

/// Checks every claim; all that is wrong is told.
pub(super) fn check(claims: &Map<String, Value>, expected: &Expected<'_>, now: Timestamp) -> Vec<FailedCheck> {
    let mut failed = Vec::new();
    let mut fail = |check, message: String| failed.push(FailedCheck { check, message });
    for problem in wrong_kinds(claims) {
        fail(Check::Claims, problem);
    }
    let date = |name| date(claims, name).ok().flatten();
    let now = seconds(now);
    let tolerance = f64::from(expected.tolerance);

    if let Some(expires) = date("exp")
        && now >= expires + tolerance
    {
        fail(Check::Expired, format!("it expired {} ago, at {}", span(now - expires), moment(expires)));
    }
    if let Some(starts) = date("nbf")
        && now + tolerance < starts
    {
        fail(
            Check::NotYetValid,
            format!("it is not valid yet, but in {}, at {} (nbf)", span(starts - now), moment(starts)),
        );
    }
    if let Some(max_age) = expected.max_age {
        match date("iat") {
            None => fail(Check::TooOld, "it has no time of issue (iat), which maxAge needs".to_owned()),
            Some(issued) if now + tolerance < issued => {
                fail(Check::NotYetValid, format!("it was issued in the future, at {} (iat)", moment(issued)));
            }
            #[expect(clippy::cast_precision_loss, reason = "a hundred years of seconds are exact")]
            Some(issued) if now - issued > max_age as f64 + tolerance => {
                fail(Check::TooOld, format!("it was issued {} ago, which is more than maxAge", span(now - issued)));
            }
            Some(_) => {}
        }
    }

    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if !expected.issuers.is_empty() && !expected.issuers.iter().any(|issuer| text("iss") == Some(issuer)) {
        fail(Check::Issuer, other("it is from", "iss", text("iss"), &expected.issuers.join(", ")));
    }
    let audiences = audiences(claims);
    if !expected.audiences.is_empty() && !expected.audiences.iter().any(|one| audiences.contains(&one.as_str())) {
        let found = (!audiences.is_empty()).then(|| audiences.join(", "));
        fail(Check::Audience, other("it is for", "aud", found.as_deref(), &expected.audiences.join(", ")));
    }
    if let Some(subject) = expected.subject
        && text("sub") != Some(subject)
    {
        fail(Check::Subject, other("it is about", "sub", text("sub"), subject));
    }
    if let Some(id) = expected.jwt_id
        && text("jti") != Some(id)
    {
        fail(Check::JwtId, other("its id is", "jti", text("jti"), id));
    }
    let expiry = expected.require_expiry.then_some("exp");
    for name in expected.required.iter().map(String::as_str).chain(expiry) {
        if claims.get(name).is_none_or(Value::is_null) {
            fail(Check::RequiredClaim, format!("it has no {}", clip(name)));
        }
    }
    failed
}

/// What is wrong with the kinds of the registered claims.
pub(super) fn wrong_kinds(claims: &Map<String, Value>) -> Vec<String> {
    let mut problems: Vec<_> = DATES.iter().filter_map(|name| date(claims, name).err()).collect();
    for name in TEXTS {
        if claims.get(name).is_some_and(|value| !value.is_string()) {
            problems.push(format!("{name} must be a string"));
        }
    }
    let is_audience = |value: &Value| match value {
        Value::Array(values) => values.iter().all(Value::is_string),
        other => other.is_string(),
    };
    if claims.get("aud").is_some_and(|value| !is_audience(value)) {
        problems.push("aud must be a string or an array of strings".to_owned());
    }
    problems
}

/// A claim that is a moment, in seconds since 1970. A number in text is none: libraries have passed over it, and let
/// the token live for ever (CVE-2026-25537).
///
/// # Errors
/// When it is there and is no moment.
pub(super) fn date(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, String> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(number)) => match number.as_f64() {
            Some(seconds) if (FIRST_SECOND..=LAST_SECOND).contains(&seconds) => Ok(Some(seconds)),
            _ => Err(format!("{name} must be seconds since 1970 up to the year 9999, not milliseconds")),
        },
        Some(_) => Err(format!("{name} must be a number: seconds since 1970")),
    }
}

/// Whom a token is for.
pub(super) fn audiences(claims: &Map<String, Value>) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Seconds since 1970.
#[expect(clippy::cast_precision_loss, reason = "exact for any year a clock shows")]
pub(super) fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

/// A moment that [`date`] has let through, as text.
pub(super) fn moment(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "it is within the years 1 to 9999")]
    let time = Timestamp::from_millisecond((seconds * 1000.0).floor() as i64);
    time.unwrap_or_default().to_string()
}

/// How long, roughly.
fn span(seconds: f64) -> String {
    let (number, unit) = match seconds {
        s if s < 120.0 => (s, "second"),
        s if s < 7_200.0 => (s / 60.0, "minute"),
        s if s < 172_800.0 => (s / 3_600.0, "hour"),
        s => (s / 86_400.0, "day"),
    };
    let number = number.floor().max(1.0);
    format!("{number} {unit}{}", if number > 1.0 { "s" } else { "" })
}

fn other(what: &str, claim: &str, found: Option<&str>, wanted: &str) -> String {
    match found {
        Some(found) => format!("{what} {} ({claim}), not {}", clip(found), clip(wanted)),
        None => format!("it has no {claim}, which must be {}", clip(wanted)),
    }
}

/// The beginning of a text from a token.
pub(super) fn clip(text: &str) -> String {
    const SHOWN: usize = 100;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOTHING: Expected<'static> = Expected {
        issuers: &[],
        audiences: &[],
        subject: None,
        jwt_id: None,
        required: &[],
        require_expiry: false,
        max_age: None,
        tolerance: 0,
    };

    fn failed(claims: &Value, expected: &Expected<'_>) -> Vec<Check> {
        let now = Timestamp::from_second(1000).unwrap();
        check(claims.as_object().unwrap(), expected, now).into_iter().map(|failed| failed.check).collect()
    }

    #[test]
    fn times_and_their_tolerance() {
        for (claims, tolerance, max_age, wanted) in [
            (json!({ "exp": 1001 }), 0, None, vec![]),
            (json!({ "exp": 1000 }), 0, None, vec![Check::Expired]),
            (json!({ "exp": 1000.5 }), 0, None, vec![]),
            (json!({ "exp": 999.5 }), 0, None, vec![Check::Expired]),
            (json!({ "exp": 991 }), 10, None, vec![]),
            (json!({ "exp": 990 }), 10, None, vec![Check::Expired]),
            (json!({ "exp": -1 }), 0, None, vec![Check::Expired]),
            (json!({ "nbf": 1000 }), 0, None, vec![]),
            (json!({ "nbf": 1001 }), 0, None, vec![Check::NotYetValid]),
            (json!({ "nbf": 1010 }), 10, None, vec![]),
            (json!({ "nbf": 1011 }), 10, None, vec![Check::NotYetValid]),
            (json!({ "iat": 5000 }), 0, None, vec![]),
            (json!({ "iat": 940 }), 0, Some(60), vec![]),
            (json!({ "iat": 939 }), 0, Some(60), vec![Check::TooOld]),
            (json!({ "iat": 930 }), 10, Some(60), vec![]),
            (json!({ "iat": 1001 }), 0, Some(60), vec![Check::NotYetValid]),
            (json!({}), 0, Some(60), vec![Check::TooOld]),
            (json!({ "exp": 1, "nbf": 2000 }), 0, None, vec![Check::Expired, Check::NotYetValid]),
        ] {
            assert_eq!(failed(&claims, &Expected { tolerance, max_age, ..NOTHING }), wanted, "{claims}");
        }
    }

    /// CVE-2026-25537: a date of another kind was passed over.
    #[test]
    fn a_date_that_is_no_number_is_wrong() {
        for name in DATES {
            for value in
                [json!("9999999999"), json!(null), json!([1]), json!({}), json!(true), json!(1e13), json!(-1e12)]
            {
                assert_eq!(failed(&json!({ name: value }), &NOTHING), [Check::Claims], "{name} {value}");
            }
        }
        for claims in [json!({ "iss": 1 }), json!({ "sub": [] }), json!({ "jti": {} }), json!({ "aud": [1] })] {
            assert_eq!(failed(&claims, &NOTHING), [Check::Claims], "{claims}");
        }
    }

    #[test]
    fn names_are_compared_whole() {
        let list = |text: &str| vec![text.to_owned(), "other".to_owned()];
        let (issuers, audiences, required) = (list("me"), list("you"), vec!["role".to_owned()]);
        let expected = Expected {
            issuers: &issuers,
            audiences: &audiences,
            subject: Some("s"),
            jwt_id: Some("1"),
            required: &required,
            require_expiry: true,
            ..NOTHING
        };
        let right = json!({ "iss": "me", "aud": ["x", "you"], "sub": "s", "jti": "1", "role": 0, "exp": 2000 });
        assert_eq!(failed(&right, &expected), []);
        let all = [Check::Issuer, Check::Audience, Check::Subject, Check::JwtId];
        let missing = [all.as_slice(), &[Check::RequiredClaim, Check::RequiredClaim]].concat();
        assert_eq!(failed(&json!({ "role": null }), &expected), missing);
        let wrong = json!({ "iss": "Me", "aud": "yo", "sub": "ss", "jti": "", "role": false, "exp": 2000 });
        assert_eq!(failed(&wrong, &expected), all);
    }

    #[test]
    fn words_for_times() {
        for (seconds, words) in
            [(0.2, "1 second"), (90.0, "90 seconds"), (150.0, "2 minutes"), (7_200.0, "2 hours"), (1e6, "11 days")]
        {
            assert_eq!(span(seconds), words);
        }
        assert_eq!(moment(1_516_239_022.0), "2018-01-18T01:30:22Z");
        assert_eq!(LAST_SECOND, seconds(Timestamp::MAX).floor());
        assert_eq!(moment(LAST_SECOND), "9999-12-30T22:00:00Z");
        assert!(date(json!({ "exp": LAST_SECOND + 1.0 }).as_object().unwrap(), "exp").is_err());
    }
}
