//! Verify the signature of a webhook.

use std::borrow::Cow;

use chassis::{Call, File, Operation, Secret};
use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{self, RawBody};
use super::custom::Custom;
use super::evidence::{Evidence, Reason, Refusal};
use super::fields::Fields;
use super::handshake::{self, RespondWith};
use super::hint::{Budget, Case};
use super::keys::{self, Held, Task};
use super::message::{self, BODY_HASH, Message, Sent};
use super::provider::Provider;
use super::scheme::{Event, Place, Proof, Scheme, Stamp, StampPlace, Unit};
use super::{template, time, url};
use crate::Error;
use crate::encoding::InputEncoding;
use crate::error::conflict;
use crate::keys::Keyring;

/// Seconds a signature may be old, or in the future.
const TOLERANCE: u32 = 300;

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Verifies that a webhook request comes from the provider and was not modified: over 50 providers, and `generic` for \
others. Send the headers as received, the raw body and the secret. The body must be the exact text or bytes: JSON that \
was parsed and serialized again has another signature (n8n: turn on Raw Body in the Webhook node and send its file; \
Make: JSON pass-through; Zapier: Catch Raw Hook). The response is 200 with `valid`; if it is false, `reason` is a code \
for your workflow and `hint` names the probable cause: whether the signature matches another form of the body, the \
secret or the URL. Where the provider signs a timestamp, requests older than `tolerance` are refused; trust \
`timestamp` only if the request is valid. Use `eventId` to detect repeated deliveries: remember those you have seen. \
`respondWith` is what to send when the provider verifies the endpoint (Zoom, Slack, Discord, Twitch).";

/// The received request, and the secret.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct WebhookVerifyRequest {
    /// The provider, which determines the signature scheme.
    pub provider: Provider,
    /// The headers of the request, in any case; you may send all of them.
    #[serde(default)]
    pub headers: Fields,
    /// The raw request body as text, exactly as sent.
    #[serde(default)]
    pub body: Option<RawBody>,
    /// The raw request body in base64, instead of `body`.
    #[serde(default)]
    pub body_base64: Option<String>,
    /// The raw request body as a file, instead of `body`.
    #[serde(default)]
    pub file: Option<File>,
    /// Full URL the webhook is sent to, with its query, exactly as known to the provider. Signed by Twilio, Square,
    /// HubSpot, Trello and Mandrill.
    #[serde(default)]
    #[garde(length(chars, max = 8192))]
    pub url: Option<String>,
    /// HTTP method; `POST` if absent. Signed by HubSpot; GET and HEAD need no body.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 16))]
    pub method: Option<String>,
    /// The form fields, instead of `body`: for Twilio and Mandrill, to verify also for Mailgun.
    #[serde(default)]
    pub params: Option<Fields>,
    /// The shared secret.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 4096))]
    pub secret: Option<Secret<String>>,
    /// Up to 10 secrets, instead of `secret`, for secret rotation; any of them may match.
    #[serde(default)]
    #[garde(length(max = 10), inner(length(chars, min = 1, max = 4096)))]
    pub secrets: Vec<Secret<String>>,
    /// Encoding of `secret`, or of the named key; if absent, as the provider defines it.
    #[serde(default)]
    pub secret_encoding: Option<InputEncoding>,
    /// The public key: of Discord in hex, of SendGrid in base64 or PEM.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 16_384))]
    pub public_key: Option<String>,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// Maximum age of the timestamp in seconds, or how far it may be in the future: 1 to 86400; 300 if absent.
    #[serde(default)]
    #[garde(range(min = 1, max = 86_400))]
    pub tolerance: Option<u32>,
    /// Accept signatures of any age. For tests only: it allows replays.
    #[serde(default)]
    pub ignore_age: bool,
    /// Signature scheme of provider `generic`.
    #[serde(default)]
    #[garde(dive)]
    pub generic: Option<Custom>,
}

/// Whether the request is valid.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookVerifyResponse {
    /// Whether the signature is valid and the timestamp recent.
    pub valid: bool,
    /// The provider, which determines the signature scheme.
    pub provider: Provider,
    /// Signature scheme version, such as `v1`.
    pub scheme: String,
    /// Why it is not valid; null if it is.
    pub reason: Option<Reason>,
    /// The result as a sentence.
    pub message: String,
    /// The probable cause, and what to do about it.
    pub hint: Option<String>,
    /// Time of the signature (RFC 3339), if the scheme has one.
    #[schemars(extend("format" = "date-time"))]
    pub timestamp: Option<String>,
    /// Seconds since `timestamp`; negative if it is in the future.
    pub age: Option<i64>,
    /// The provider's event id, to detect repeated deliveries; null unless valid. For GitHub, Shopify and others, it is
    /// in a header that is not signed.
    pub event_id: Option<String>,
    /// Index of the matching secret in `secrets`, starting at 0.
    pub secret_index: Option<usize>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
    /// The response the provider expects when it verifies the endpoint.
    pub respond_with: Option<RespondWith>,
}

/// An example request that succeeds.
#[must_use]
pub fn example() -> WebhookVerifyRequest {
    let mut headers = Fields::default();
    headers.push("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    WebhookVerifyRequest {
        provider: Provider::Github,
        headers,
        body: Some(RawBody::Text("Hello, World!".to_owned())),
        body_base64: None,
        file: None,
        url: None,
        method: None,
        params: None,
        secret: Some(Secret::new("It's a Secret to Everybody".to_owned())),
        secrets: Vec::new(),
        secret_encoding: None,
        public_key: None,
        key_ref: None,
        tolerance: None,
        ignore_age: false,
        generic: None,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Verify the signature of a webhook").description(DESCRIPTION).example(example)
}

/// Verifies the signature of a webhook request.
///
/// # Errors
/// If a signed part is missing (body, URL), secrets cannot be read, or fields conflict.
pub fn verify(request: WebhookVerifyRequest, call: &Call, keyring: &Keyring) -> Result<WebhookVerifyResponse, Error> {
    let names = custom(request.provider, request.generic.as_ref())?.map(Custom::names);
    let scheme = match &names {
        Some(names) => names.scheme()?,
        None => request.provider.scheme().expect("every provider but generic has a row; a test checks"),
    };
    let parts = template::parse(scheme.content)?;
    let body = body::Given {
        body: request.body.as_ref(),
        base64: request.body_base64.as_deref(),
        file: request.file.as_ref(),
    };
    let body = body.bytes(parsed(&scheme, request.url.as_deref()))?;
    let sent = Sent {
        url: request.url.as_deref(),
        method: request.method.as_deref(),
        body: body.is_some(),
        params: request.params.is_some(),
    };
    sent.check(&scheme)?;
    let body = body.unwrap_or_default();
    let public = request.public_key.as_ref().map(|text| Secret::new(text.clone()));
    let given = keys::Given {
        secret: request.secret.as_ref(),
        secrets: &request.secrets,
        encoding: request.secret_encoding,
        half: public.as_ref(),
        half_field: "publicKey",
        key_ref: request.key_ref.as_deref(),
        task: Task::Verify,
    };
    let held = given.choose(request.provider, &scheme, keyring, call)?;
    let carrier = match scheme.place {
        Place::Headers => Cow::Borrowed(&request.headers),
        Place::Body => Cow::Owned(message::carried(&body, request.params.as_ref())),
    };
    let method = request.method.as_deref().unwrap_or("POST").to_ascii_uppercase();
    let message = Message {
        headers: &carrier,
        body: &body,
        url: request.url.as_deref(),
        method: &method,
        params: request.params.as_ref(),
    };
    warn(&scheme, &request, call);

    let evidence = Evidence::gather(&scheme, &parts, &carrier);
    let contents = evidence.as_ref().map(|evidence| message.contents(&scheme, &parts, evidence.signed));
    let contents = contents.unwrap_or_default();
    let fitting = match &evidence {
        Err(_) => None,
        Ok(evidence) => fitting(&scheme, &contents, &held, evidence)?,
    };
    let signed = evidence.as_ref().map(|evidence| evidence.signed).unwrap_or_default();
    let in_body = match scheme.stamp.map(|stamp| stamp.place) {
        Some(StampPlace::Body(pointer)) => Event::Body(pointer).id(signed, &[], &request.headers, &body),
        _ => None,
    };
    let stamp = signed.stamp.or(in_body.as_deref());
    let signed_at = stamp.and_then(|text| match scheme.stamp? {
        Stamp { any_unit: true, .. } => time::read_any(text),
        Stamp { unit, .. } => time::read(text, unit),
    });
    let age = signed_at.map(|time| call.now().as_second() - time.as_second());
    let tolerance = (!request.ignore_age).then(|| i64::from(request.tolerance.unwrap_or(TOLERANCE)));
    let refusal = match (&evidence, &fitting) {
        (Err(refusal), _) => Some(refusal.clone()),
        (Ok(_), None) => Some(mismatch(&scheme)),
        (Ok(_), Some(_)) => too_far(&scheme, stamp, age, tolerance),
    };
    let case = Case {
        provider: request.provider,
        scheme: &scheme,
        parts: &parts,
        message,
        headers: &request.headers,
        held: &held,
        secrets: given.texts().collect(),
        call,
        budget: Budget::default(),
    };
    let hint = refusal.as_ref().and_then(|refusal| case.hint(refusal.reason, evidence.as_ref().ok()));
    let fitting = fitting.filter(|_| refusal.is_none());
    Ok(WebhookVerifyResponse {
        valid: refusal.is_none(),
        provider: request.provider,
        scheme: scheme.name.to_owned(),
        reason: refusal.as_ref().map(|refusal| refusal.reason),
        message: refusal.map_or_else(|| fits(&scheme), |refusal| refusal.message),
        hint,
        timestamp: signed_at.as_ref().map(Timestamp::to_string),
        age,
        event_id: fitting.and_then(|_| scheme.event.id(signed, contents.first()?, &request.headers, &body)),
        secret_index: fitting.and_then(|held| held.index),
        key_ref: fitting.and_then(|held| held.reference.clone()),
        respond_with: fitting.and_then(|held| handshake::answer(request.provider, message, &held.key)),
    })
}

/// The scheme of `generic`, which is there exactly with that provider.
///
/// # Errors
/// When one is there without the other.
pub(super) fn custom(provider: Provider, custom: Option<&Custom>) -> Result<Option<&Custom>, Error> {
    match (provider, custom) {
        (Provider::Generic, None) => Err(conflict(
            "generic",
            "is missing: describe how the provider signs, at least the header of the signature",
        )),
        (Provider::Generic, custom) => Ok(custom),
        (_, None) => Ok(None),
        (_, Some(_)) => Err(conflict("generic", "applies only to provider generic: leave it out")),
    }
}

/// What to say of a body that is parsed JSON; nothing where its text is not signed.
fn parsed(scheme: &Scheme<'_>, url: Option<&str>) -> Option<&'static str> {
    let hashed = url.is_some_and(|url| url::parameter(url, BODY_HASH).is_some());
    if scheme.signs("{form}") && !hashed {
        return Some(
            "is a form that was already parsed, and its fields are signed: send them as params, in n8n params: {{ \
             $json.body }}, and leave out body",
        );
    }
    scheme.signs_body().then_some(
        "is parsed JSON, but the signature covers the exact text: send the raw body. n8n: Raw Body in the Webhook \
         node, then its file; Make: JSON pass-through; Zapier: Catch Raw Hook",
    )
}

/// The first key that made any of the signatures. All are tried to the end: the time does not tell which it is.
fn fitting<'h>(
    scheme: &Scheme<'_>,
    contents: &[Cow<'_, [u8]>],
    held: &'h [Held],
    evidence: &Evidence<'_>,
) -> Result<Option<&'h Held>, Error> {
    let (mut fitting, mut unfit, mut tried) = (None, None, false);
    for one in held {
        let proof = |content| scheme.proof.holds(one.field, &one.key, content, &evidence.signatures);
        match contents.iter().try_fold(false, |holds, content| Ok(holds | proof(content)?)) {
            Ok(holds) => {
                tried = true;
                fitting = fitting.or(holds.then_some(one));
            }
            // Another version of a named key, made for something else.
            Err(error) => unfit = unfit.or(Some(error)),
        }
    }
    unfit.filter(|_| !tried).map_or(Ok(fitting), Err)
}

/// Whether the time is too far from now.
fn too_far(scheme: &Scheme<'_>, stamp: Option<&str>, age: Option<i64>, tolerance: Option<i64>) -> Option<Refusal> {
    stamp?;
    let Some(age) = age else {
        let wanted = match scheme.stamp.map(|stamp| (stamp.any_unit, stamp.unit)) {
            Some((false, Unit::Seconds)) => "not seconds since 1970",
            Some((false, Unit::Millis)) => "not milliseconds since 1970",
            Some((false, Unit::Rfc3339)) => "not RFC 3339",
            _ => "neither seconds nor milliseconds since 1970 nor RFC 3339",
        };
        let message = format!("the timestamp is {wanted}");
        return Some(Refusal { reason: Reason::MalformedTimestamp, message });
    };
    let tolerance = tolerance?;
    if age > tolerance {
        let message = format!("the signature is valid, but {} old: at most {tolerance} seconds are allowed", span(age));
        return Some(Refusal { reason: Reason::TimestampTooOld, message });
    }
    if age < -tolerance {
        let message = format!("the signature is valid, but {} in the future", span(-age));
        return Some(Refusal { reason: Reason::TimestampInFuture, message });
    }
    None
}

/// Seconds as somebody would say them.
fn span(seconds: i64) -> String {
    match seconds {
        0..=599 => format!("{seconds} seconds"),
        600..=7_199 => format!("{} minutes", seconds / 60),
        7_200..=172_799 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn mismatch(scheme: &Scheme<'_>) -> Refusal {
    let message = match scheme.proof {
        Proof::Token => "the token does not match",
        _ => "the signature does not match this request",
    };
    Refusal { reason: Reason::SignatureMismatch, message: message.to_owned() }
}

fn fits(scheme: &Scheme<'_>) -> String {
    match scheme.proof {
        Proof::Token => "the token matches",
        _ if scheme.signs_body() => "the signature is valid: the request is unmodified",
        _ => "the signature is valid",
    }
    .to_owned()
}

/// What is not checked, for who sees to it otherwise.
fn warn(scheme: &Scheme<'_>, request: &WebhookVerifyRequest, call: &Call) {
    if !scheme.signs_body() {
        let message =
            "the signature does not cover the body: whoever sees one request can send its signature with another body";
        call.warn("body-not-signed", None, message);
    }
    if scheme.stamp.is_some() && request.ignore_age {
        call.warn("age-not-checked", Some("ignoreAge"), "whoever has a copy of a request can send it again");
    }
    if scheme.stamp.is_none() && request.tolerance.is_some() {
        let message = "has no effect: this provider signs no timestamp; detect repeated deliveries by eventId";
        call.warn("no-timestamp", Some("tolerance"), message);
    }
}
