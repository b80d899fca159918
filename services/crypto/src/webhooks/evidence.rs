//! The evidence of a request: signatures, timestamp, id.

use schemars::JsonSchema;
use serde::Serialize;

use super::fields::Fields;
use super::message::Signed;
use super::scheme::{Place, Proof, Scheme, StampPlace};
use super::template::Part;

/// Signatures that are tried; rotation needs two or three.
pub(super) const MAX_SIGNATURES: usize = 20;

/// Why a webhook request is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "WebhookReason")]
pub enum Reason {
    /// The signature is missing.
    MissingSignature,
    /// The signature is malformed.
    MalformedSignature,
    /// The timestamp is missing.
    MissingTimestamp,
    /// The timestamp cannot be read, or there are two different ones.
    MalformedTimestamp,
    /// A signed header is missing.
    MissingHeader,
    /// A signed header occurs twice with different values.
    MalformedHeader,
    /// The signature does not match the request and secret.
    SignatureMismatch,
    /// The signature matches, but the timestamp is too old: possibly a replay.
    TimestampTooOld,
    /// The signature matches, but the timestamp is in the future.
    TimestampInFuture,
}

/// Why not, and in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) message: String,
}

/// The proofs of a request.
pub(super) struct Evidence<'r> {
    pub(super) signatures: Vec<Vec<u8>>,
    /// Whether there were more signatures than are tried.
    pub(super) more: bool,
    pub(super) signed: Signed<'r>,
}

impl<'r> Evidence<'r> {
    /// What the headers carry; or for Mailgun the body.
    pub(super) fn gather(scheme: &Scheme<'_>, parts: &[Part<'_>], carrier: &'r Fields) -> Result<Self, Refusal> {
        let place = match scheme.place {
            Place::Headers => "the header",
            Place::Body => "the body's field",
        };
        let items: Vec<&str> = scheme.headers.iter().flat_map(|name| carrier.header(name)).collect();
        let items: Vec<&str> = items.into_iter().flat_map(|value| pieces(scheme, value)).collect();
        let first = scheme.headers.first().copied().unwrap_or_default();
        if items.is_empty() {
            let message = format!("{place} {first} is missing or empty");
            return Err(Refusal { reason: Reason::MissingSignature, message });
        }
        let signatures = signatures(scheme, &items)
            .map_err(|why| Refusal { reason: Reason::MalformedSignature, message: format!("{place} {first} {why}") })?;
        let stamp = match scheme.stamp.map(|stamp| stamp.place) {
            None | Some(StampPlace::Body(_)) => None,
            Some(StampPlace::Headers(names)) => {
                Some(single(carrier, names, place, Reason::MissingTimestamp, Reason::MalformedTimestamp)?)
            }
            Some(StampPlace::Item { prefix, .. }) => Some(beside(&items, prefix, place, first)?),
        };
        let id = match scheme.id {
            names if !names.is_empty() && parts.contains(&Part::Id) => {
                Some(single(carrier, names, place, Reason::MissingHeader, Reason::MalformedHeader)?)
            }
            _ => None,
        };
        for part in parts {
            if let Part::Header(name) = part {
                single(carrier, &[name], place, Reason::MissingHeader, Reason::MalformedHeader)?;
            }
        }
        let more = items.iter().filter(|item| item.starts_with(scheme.prefix)).count() > MAX_SIGNATURES;
        Ok(Self { signatures, more, signed: Signed { stamp, id } })
    }
}

/// The items of a header's value. Commas, semicolons and spaces divide them, save those a prefix has itself; several
/// headers of one name may have become one with commas on their way.
fn pieces<'v>(scheme: &Scheme<'_>, value: &'v str) -> Vec<&'v str> {
    if scheme.proof == Proof::Token {
        return if value.is_empty() { vec![] } else { vec![value] };
    }
    let prefix = scheme.prefix;
    let divides = |c: char| match c {
        ',' | ';' => !prefix.contains(c),
        _ => c.is_whitespace() && !prefix.contains(' '),
    };
    let items = value.split(divides).map(|item| item.trim().trim_end_matches([',', ';']));
    items.filter(|item| !item.is_empty()).collect()
}

/// The signatures among some items, as bytes; or why there are none.
fn signatures(scheme: &Scheme<'_>, items: &[&str]) -> Result<Vec<Vec<u8>>, String> {
    if scheme.proof == Proof::Token {
        return Ok(items.iter().take(MAX_SIGNATURES).map(|item| item.as_bytes().to_vec()).collect());
    }
    let texts: Vec<&str> = items.iter().filter_map(|item| item.strip_prefix(scheme.prefix)).map(str::trim).collect();
    if texts.is_empty() {
        return Err(format!("has no signature that starts with {}", scheme.prefix.trim()));
    }
    let length = scheme.proof.length();
    let decode = |text: &&str| {
        let bytes = scheme.encoding.decode("signature", text).ok();
        bytes.filter(|bytes| !bytes.is_empty() && length.is_none_or(|length| bytes.len() == length))
    };
    let found: Vec<Vec<u8>> = texts.iter().take(MAX_SIGNATURES).filter_map(decode).collect();
    if found.is_empty() {
        let encoding = scheme.encoding.name();
        return Err(match length {
            Some(length) => format!("has no valid signature: it must be {length} bytes in {encoding}"),
            None => format!("has no valid signature: it must be {encoding}"),
        });
    }
    Ok(found)
}

/// The one value of the first of some headers that is there.
fn single<'r>(
    carrier: &'r Fields,
    names: &[&str],
    place: &str,
    missing: Reason,
    malformed: Reason,
) -> Result<&'r str, Refusal> {
    let first = names.first().copied().unwrap_or_default();
    let values = names.iter().map(|name| carrier.header(name)).find(|values| !values.is_empty());
    let values: Vec<&str> = values.into_iter().flatten().filter(|value| !value.is_empty()).collect();
    match values.as_slice() {
        [] => Err(Refusal { reason: missing, message: format!("{place} {first} is missing or empty") }),
        [value, others @ ..] if others.iter().all(|other| other == value) => Ok(value),
        _ => {
            let message = format!("{place} {first} occurs twice with different values");
            Err(Refusal { reason: malformed, message })
        }
    }
}

/// The time among the items of the signature's header.
fn beside<'r>(items: &[&'r str], prefix: &str, place: &str, header: &str) -> Result<&'r str, Refusal> {
    let mut found = items.iter().filter_map(|item| item.strip_prefix(prefix)).filter(|value| !value.is_empty());
    let Some(stamp) = found.next() else {
        let message = format!("{place} {header} has no timestamp: {prefix} is missing");
        return Err(Refusal { reason: Reason::MissingTimestamp, message });
    };
    if found.any(|other| other != stamp) {
        let message = format!("{place} {header} has two different timestamps");
        return Err(Refusal { reason: Reason::MalformedTimestamp, message });
    }
    Ok(stamp)
}
