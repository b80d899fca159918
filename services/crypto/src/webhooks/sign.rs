//! Sign a webhook: to send your own, or to test a receiver.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chassis::{Call, File, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{self, RawBody};
use super::custom::Custom;
use super::fields::{Fields, is_value};
use super::keys::{self, Task};
use super::message::{self, BODY_HASH, Message, Sent, Signed};
use super::provider::Provider;
use super::scheme::{Address, Place, Proof, Scheme, Stamp, StampPlace};
use super::template::{self, Part};
use super::{time, url, verify};
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::keys::Keyring;
use crate::moment::Moment;
use crate::{Error, random};

/// Bytes of a random id or token.
const ID_BYTES: usize = 16;
/// Mailgun's tokens have 50 characters.
const TOKEN_BYTES: usize = 25;

/// What is said of a body that is no text.
const PARSED: &str = "is an object, but the exact text is signed: send the text that will be sent, in n8n {{ \
                      JSON.stringify($json.body) }}; the fields of a form are params";

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Creates the signature headers of a webhook request, as a provider would: to send webhooks of your own (choose \
standard-webhooks, for which receivers have libraries), or to test a receiver. Send the request with exactly the body \
that was signed. Discord and SendGrid sign with a private key, all others with a secret. Mailgun has no signature \
headers: put `fields` into the body as `signature`. For Twilio, a body that is not a form is signed by its hash in the \
URL: send the request to the `url` of the response.";

/// The request to sign, and the secret.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct WebhookSignRequest {
    /// The provider, which determines the signature scheme.
    pub provider: Provider,
    /// The raw request body as text, exactly as sent.
    #[serde(default)]
    pub body: Option<RawBody>,
    /// The raw request body in base64, instead of `body`.
    #[serde(default)]
    pub body_base64: Option<String>,
    /// The raw request body as a file, instead of `body`.
    #[serde(default)]
    pub file: Option<File>,
    /// Headers that are signed too: with provider `generic` and `{header:X-Name}` in its template.
    #[serde(default)]
    pub headers: Fields,
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
    /// Encoding of `secret`, or of the named key; if absent, as the provider defines it.
    #[serde(default)]
    pub secret_encoding: Option<InputEncoding>,
    /// The private key as PEM: Ed25519 for Discord, P-256 for SendGrid.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 16_384))]
    pub private_key: Option<Secret<String>>,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// Time of the signature; now if absent.
    #[serde(default)]
    pub timestamp: Option<Moment>,
    /// Message id, if the scheme has one: letters, digits, `-`, `_`, `.` and `:`; random if absent.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 128))]
    pub id: Option<String>,
    /// Signature scheme of provider `generic`.
    #[serde(default)]
    #[garde(dive)]
    pub generic: Option<Custom>,
}

/// What to send.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookSignResponse {
    /// Headers to send in addition to your own.
    pub headers: BTreeMap<String, String>,
    /// The signature alone, as written in the header.
    pub signature: String,
    /// The provider, which determines the signature scheme.
    pub provider: Provider,
    /// Signature scheme version, such as `v1`.
    pub scheme: String,
    /// Time of the signature (RFC 3339), if the scheme has one.
    #[schemars(extend("format" = "date-time"))]
    pub timestamp: Option<String>,
    /// Message id, if the scheme has one.
    pub id: Option<String>,
    /// The URL to send the request to; null if unchanged.
    pub url: Option<String>,
    /// Mailgun only: the members of `signature` in the body.
    pub fields: Option<BTreeMap<String, String>>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
}

/// An example request.
#[must_use]
pub fn example() -> WebhookSignRequest {
    WebhookSignRequest {
        provider: Provider::StandardWebhooks,
        body: Some(RawBody::Text("{\"type\":\"invoice.paid\",\"data\":{\"id\":\"in_42\"}}".to_owned())),
        body_base64: None,
        file: None,
        headers: Fields::default(),
        url: None,
        method: None,
        params: None,
        secret: Some(Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned())),
        secret_encoding: None,
        private_key: None,
        key_ref: None,
        timestamp: None,
        id: Some("msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()),
        generic: None,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Sign a webhook").description(DESCRIPTION).example(example)
}

/// Signs a webhook request.
///
/// # Errors
/// If a signed part is missing (body, URL), the secret cannot be read, or fields conflict.
pub fn sign(request: WebhookSignRequest, call: &Call, keyring: &Keyring) -> Result<WebhookSignResponse, Error> {
    let names = verify::custom(request.provider, request.generic.as_ref())?.map(Custom::names);
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
    let body = body.bytes(scheme.signs_body().then_some(PARSED))?;
    // What Mailgun signs is not in the body but goes into it.
    let sent = Sent {
        url: request.url.as_deref(),
        method: request.method.as_deref(),
        body: body.is_some() || scheme.place == Place::Body,
        params: request.params.is_some(),
    };
    sent.check(&scheme)?;
    let body = body.unwrap_or_default();
    if scheme.proof == Proof::Token && request.key_ref.is_some() {
        let message =
            "cannot be used here: this provider sends the secret itself, and a named key never leaves the server";
        return Err(conflict("keyRef", message));
    }
    let given = keys::Given {
        secret: request.secret.as_ref(),
        secrets: &[],
        encoding: request.secret_encoding,
        half: request.private_key.as_ref(),
        half_field: "privateKey",
        key_ref: request.key_ref.as_deref(),
        task: Task::Sign,
    };
    let held = given.choose(request.provider, &scheme, keyring, call)?;
    let held = held.first().expect("there is at least one");

    let time = Moment::or_now(request.timestamp.as_ref(), "timestamp", call)?;
    // A time in the body is there already.
    let stamp = scheme.stamp.filter(|stamp| !matches!(stamp.place, StampPlace::Body(_)));
    let stamp = stamp.map(|stamp| time::write(time, stamp.unit));
    let id = if parts.contains(&Part::Id) { Some(message_id(request.id.as_deref())?) } else { None };
    let mut carrier = request.headers;
    if scheme.place == Place::Body {
        carrier = Fields::default();
        carrier.push("token", random_hex(TOKEN_BYTES)?);
    }
    for part in &parts {
        if let Part::Header(name) = part
            && !carrier.has(name)
        {
            return Err(conflict("headers", format!("lacks {name}, which is signed: send its value")));
        }
    }
    let url = request.url.as_deref().map(|url| address(&scheme, url, &body, request.params.as_ref()));
    let method = request.method.as_deref().unwrap_or("POST").to_ascii_uppercase();
    let message = Message {
        headers: &carrier,
        body: &body,
        url: url.as_deref(),
        method: &method,
        params: request.params.as_ref(),
    };
    let signed = Signed { stamp: stamp.as_deref(), id: id.as_deref() };
    let contents = message.contents(&scheme, &parts, signed);
    // HubSpot signs the address with a few escapes undone, which is the last form of it.
    let content = if scheme.address == Address::Unescaped { contents.last() } else { contents.first() };
    let content = content.ok_or_else(|| conflict("body", "is not a form: send its fields as params"))?;
    let signature = scheme.proof.make(held.field, &held.key, content)?;
    let text = match scheme.proof {
        Proof::Token => {
            let token = String::from_utf8(signature).ok().filter(|token| is_value(token) && token.trim() == token);
            token.ok_or_else(|| {
                conflict("secret", "is sent in a header as it is: it may have visible ASCII characters only")
            })?
        }
        _ => scheme.encoding.encode(&signature),
    };

    let mut headers = written(&scheme, signed, &text);
    // Mailgun's are members of the body.
    let fields = (scheme.place == Place::Body).then(|| {
        let token = carrier.header("token").first().map(|token| ("token".to_owned(), (*token).to_owned()));
        std::mem::take(&mut headers).into_iter().chain(token).collect()
    });
    let sent = request.url.as_deref();
    Ok(WebhookSignResponse {
        headers,
        signature: text,
        provider: request.provider,
        scheme: scheme.name.to_owned(),
        timestamp: stamp.is_some().then(|| time.to_string()),
        id,
        url: url.as_ref().filter(|url| Some(url.as_ref()) != sent).map(|url| url.clone().into_owned()),
        fields,
        key_ref: held.reference.clone(),
    })
}

/// The headers that carry a signature, its time and the id.
fn written(scheme: &Scheme<'_>, signed: Signed<'_>, signature: &str) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    let mut value = format!("{}{signature}", scheme.prefix);
    if let (Some(Stamp { place, .. }), Some(stamp)) = (scheme.stamp, signed.stamp) {
        match place {
            StampPlace::Headers(names) => {
                headers.insert(names[0].to_owned(), stamp.to_owned());
            }
            StampPlace::Body(_) => {}
            StampPlace::Item { prefix, divider } => value = format!("{prefix}{stamp}{divider}{value}"),
        }
    }
    if let (Some(name), Some(id)) = (scheme.id.first(), signed.id) {
        headers.insert((*name).to_owned(), id.to_owned());
    }
    headers.insert(scheme.headers[0].to_owned(), value);
    headers
}

/// The address; of Twilio, with the hash of a body that is no form.
fn address<'u>(scheme: &Scheme<'_>, url: &'u str, body: &[u8], params: Option<&Fields>) -> Cow<'u, str> {
    let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    let hashes = scheme.address == Address::AnyPort && params.is_none() && is_json;
    if !hashes || url::parameter(url, BODY_HASH).is_some() {
        return Cow::Borrowed(url);
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    Cow::Owned(format!("{url}{joint}{BODY_HASH}={}", message::body_hash(body)))
}

/// The id that was sent, or a random one.
fn message_id(sent: Option<&str>) -> Result<String, Error> {
    let Some(id) = sent else { return Ok(format!("msg_{}", random_hex(ID_BYTES)?)) };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    if id.chars().all(plain) {
        return Ok(id.to_owned());
    }
    Err(conflict("id", "may have letters, digits, '-', '_', '.' and ':' only"))
}

fn random_hex(length: usize) -> Result<String, Error> {
    let mut bytes = vec![0; length];
    random::system(&mut bytes)?;
    Ok(BinaryEncoding::Hex.encode(&bytes))
}
