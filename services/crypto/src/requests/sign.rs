//! Sign a request to AWS or to S3-compatible storage.

use std::collections::BTreeMap;

use chassis::{Call, File, Operation, Secret};
use garde::Validate;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::endpoint::Endpoint;
use super::fields::Fields;
use super::sigv4::{Rules, UNSIGNED_PAYLOAD, Unsigned, hex_sha256};
use super::target::{Target, is_authority};
use super::{method, secret_key};
use crate::Error;
use crate::encoding::InputEncoding;
use crate::error::conflict;
use crate::hmac::HmacAlgorithm;
use crate::input::INLINE_BYTES;
use crate::keys::{Given, Keyring};
use crate::moment::Moment;

const DEFAULT_EXPIRY: u32 = 3600;
/// What the header of the hash says of a body in chunks.
const STREAMING_PAYLOADS: [&str; 5] = [
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
];
/// What a signature in an address adds to it.
const ADDED_TO_URL: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
];

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Signs a request with AWS Signature Version 4, for any AWS service and for S3-compatible storage (MinIO, R2, B2, GCS). \
Send method, URL, headers and body as you will send them, then call the `url` of the response, exactly as given, with \
your headers and those of the response. With `presigned`, the signature is part of the URL, which works without \
headers until it expires: a link to a private file. Region and service are derived from AWS hosts such as \
`bucket.s3.eu-central-1.amazonaws.com`; send them for other hosts. A `+` in the query means a space. Headers that \
change in transit (User-Agent, Connection and the like) are not signed. For S3, paths are not normalized and \
percent-encoded once, bodies of presigned requests are not signed, and `X-Amz-Content-Sha256` is added; for other \
services, paths are normalized and percent-encoded twice. Options override each of these. If AWS responds with \
SignatureDoesNotMatch, send `explain` and compare the canonical request; it contains the session token, if there is \
one.";

/// Signature scheme of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RequestScheme {
    /// AWS Signature Version 4.
    #[default]
    AwsSigv4,
}

/// The request to sign, and the credentials.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SignRequest {
    /// Signature scheme.
    #[serde(default)]
    pub scheme: RequestScheme,
    /// HTTP method; `GET` if absent.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 32))]
    pub method: Option<String>,
    /// Full URL of the request; at most 8192 bytes.
    #[garde(length(bytes, min = 1, max = 8192))]
    pub url: String,
    /// Headers that you will send and that are signed: an object of strings, at most 100 headers and 64 KiB.
    #[serde(default)]
    #[garde(length(max = 100))]
    #[schemars(extend("maxProperties" = 100))]
    pub headers: BTreeMap<String, String>,
    /// The raw request body as text, exactly as sent.
    #[serde(default)]
    pub body: Option<String>,
    /// The raw request body in base64, instead of `body`.
    #[serde(default)]
    pub body_base64: Option<String>,
    /// The raw request body as a file, instead of `body`.
    #[serde(default)]
    pub file: Option<File>,
    /// SHA-256 of the body in hex, or `UNSIGNED-PAYLOAD`, instead of the body.
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub payload_hash: Option<String>,
    /// Access key ID.
    #[garde(length(chars, min = 1, max = 128))]
    pub access_key_id: String,
    /// Secret access key.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub secret_access_key: Option<Secret<String>>,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// Session token of temporary credentials; at most 8192 characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 8192))]
    pub session_token: Option<Secret<String>>,
    /// Region, such as `eu-central-1`; derived from the host if absent.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 64))]
    pub region: Option<String>,
    /// Service name for signing, such as `s3` or `execute-api`; derived from the host if absent.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 64))]
    pub service: Option<String>,
    /// The time to use; now if absent.
    #[serde(default)]
    pub time: Option<Moment>,
    /// Put the signature into the URL (presigned URL).
    #[serde(default)]
    pub presigned: bool,
    /// Validity of a presigned URL in seconds, at most a week; 3600 if absent.
    #[serde(default)]
    #[garde(range(min = 1, max = 604_800))]
    pub expires_in: Option<u32>,
    /// Remove `.`, `..` and empty path segments for signing; true if absent, false for S3.
    #[serde(default)]
    pub normalize_path: Option<bool>,
    /// Percent-encode the path twice for signing; true if absent, false for S3.
    #[serde(default)]
    pub double_encode: Option<bool>,
    /// Add the header `X-Amz-Content-Sha256`; false if absent, true for S3 and OpenSearch Serverless. Not for presigned
    /// URLs.
    #[serde(default)]
    pub sign_body: Option<bool>,
    /// Include the session token in the signature; true if absent.
    #[serde(default)]
    pub sign_session_token: Option<bool>,
    /// Include the text that was signed in the response.
    #[serde(default)]
    pub explain: bool,
}

/// The signature, and what to send.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignResponse {
    /// The URL to call, exactly as given.
    pub url: String,
    /// HTTP method.
    pub method: String,
    /// Headers to send in addition to your own.
    pub headers: BTreeMap<String, String>,
    /// The signature, in hex.
    pub signature: String,
    /// Names of the signed headers, separated by semicolons: send each exactly as it was signed.
    pub signed_headers: String,
    /// Credential scope: date, region and service.
    pub credential_scope: String,
    /// Region.
    pub region: String,
    /// Service name.
    pub service: String,
    /// Time of the signature (RFC 3339). AWS accepts it for a few minutes.
    pub time: String,
    /// Expiration time of a presigned URL (RFC 3339).
    pub expires_at: Option<String>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
    /// The canonical request; with `explain`.
    pub canonical_request: Option<String>,
    /// The string to sign; with `explain`.
    pub string_to_sign: Option<String>,
}

/// An example request: the first example of Amazon's documents for S3.
#[must_use]
pub fn example() -> SignRequest {
    SignRequest {
        headers: BTreeMap::from([("Range".to_owned(), "bytes=0-9".to_owned())]),
        secret_access_key: Some(Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned())),
        ..SignRequest::of("https://examplebucket.s3.amazonaws.com/test.txt", "AKIAIOSFODNN7EXAMPLE")
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Sign a request to AWS or S3, or make a presigned URL")
        .description(DESCRIPTION)
        .example(example)
        .inline(INLINE_BYTES)
}

/// Signs a request with AWS Signature Version 4.
///
/// # Errors
/// If fields conflict, or one cannot be sent as given.
pub fn sign(request: SignRequest, call: &Call, keyring: &Keyring) -> Result<SignResponse, Error> {
    let RequestScheme::AwsSigv4 = request.scheme;
    let method = method(request.method.as_deref())?;
    request.check()?;
    let target = request.target()?;
    let mut fields = Fields::read(&request.headers)?;
    match fields.get("host") {
        None => fields.set("host", &target.host),
        Some(host) if is_authority(host) => {}
        Some(_) => {
            return Err(conflict("headers", "has an invalid host: send a name, or a name and a port, or leave it out"));
        }
    }
    if fields.get("x-amz-security-token").is_some() && request.session_token.is_none() {
        return Err(conflict("headers", "has x-amz-security-token: send it as sessionToken, and it is added for you"));
    }
    let host = fields.get("host").unwrap_or_default().to_ascii_lowercase();
    let endpoint = Endpoint::of(&host);
    let region = word("region", request.region.as_deref(), endpoint.region)?;
    let service = word("service", request.service.as_deref(), endpoint.service)?;
    let payload = request.payload(&fields, service)?;
    // What an earlier signature left is not to be signed again.
    fields.remove("x-amz-date");
    fields.remove("x-amz-security-token");

    let given = Given {
        field: "secretAccessKey",
        key: request.secret_access_key.as_ref(),
        key_ref: request.key_ref.as_deref(),
    };
    let chosen = keyring.choose(given, call, |text| secret_key("secretAccessKey", text))?;
    let newest = chosen.newest();
    // Signatures know whole seconds only.
    let time = Moment::or_now(request.time.as_ref(), "time", call)?;
    let time = Timestamp::from_second(time.as_second()).unwrap_or(time);
    let unsigned = Unsigned {
        method: &method,
        target: &target,
        fields,
        payload: &payload,
        access_key_id: &request.access_key_id,
        secret: newest.shared("secretAccessKey", &HmacAlgorithm::Sha256.purpose(&["sign"]))?,
        session_token: request.session_token.as_ref().map(|token| token.reveal().as_str()),
        region,
        service,
        time,
        rules: request.rules(service),
    };
    let expires_in = request.presigned.then(|| request.expires_in.unwrap_or(DEFAULT_EXPIRY));
    let signed = match expires_in {
        Some(seconds) => unsigned.in_url(seconds),
        None => unsigned.in_headers(),
    };
    let end = expires_in.and_then(|seconds| time.checked_add(SignedDuration::from_secs(seconds.into())).ok());
    let explained = |text: String| request.explain.then_some(text);
    Ok(SignResponse {
        url: signed.url,
        headers: signed.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        signature: signed.signature,
        signed_headers: signed.signed_headers,
        credential_scope: signed.scope,
        region: region.to_owned(),
        service: service.to_owned(),
        time: time.to_string(),
        expires_at: end.map(|end| end.to_string()),
        key_ref: newest.reference.clone(),
        canonical_request: explained(signed.canonical_request),
        string_to_sign: explained(signed.string_to_sign),
        method,
    })
}

impl SignRequest {
    /// A GET with defaults, and no secret.
    #[must_use]
    pub fn of(url: &str, access_key_id: &str) -> Self {
        Self {
            scheme: RequestScheme::AwsSigv4,
            method: None,
            url: url.to_owned(),
            headers: BTreeMap::new(),
            body: None,
            body_base64: None,
            file: None,
            payload_hash: None,
            access_key_id: access_key_id.to_owned(),
            secret_access_key: None,
            key_ref: None,
            session_token: None,
            region: None,
            service: None,
            time: None,
            presigned: false,
            expires_in: None,
            normalize_path: None,
            double_encode: None,
            sign_body: None,
            sign_session_token: None,
            explain: false,
        }
    }

    /// Refuses what would be silently without effect, or would break the form of the signature.
    fn check(&self) -> Result<(), Error> {
        let breaks_credential = |c: char| !c.is_ascii_graphic() || c == ',' || c == '/';
        let token = self.session_token.as_ref().map(Secret::reveal);
        for (field, refused, message) in [
            (
                "accessKeyId",
                self.access_key_id.contains(breaks_credential),
                "must be plain ASCII without spaces, ',' and '/'",
            ),
            (
                "sessionToken",
                token.is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())),
                "must be plain ASCII without spaces or line breaks",
            ),
            (
                "signSessionToken",
                self.sign_session_token.is_some() && token.is_none(),
                "has no effect without sessionToken: leave it out",
            ),
            (
                "expiresIn",
                self.expires_in.is_some() && !self.presigned,
                "applies only to presigned URLs: leave it out, or send presigned",
            ),
            (
                "signBody",
                self.sign_body == Some(true) && self.presigned,
                "adds a header, which presigned URLs do not use: leave it out",
            ),
        ] {
            if refused {
                return Err(conflict(field, message));
            }
        }
        Ok(())
    }

    fn target(&self) -> Result<Target, Error> {
        let target = Target::read(&self.url)?;
        match ADDED_TO_URL.iter().find(|name| target.query.has(name)) {
            Some(name) => Err(conflict("url", format!("contains {name}, as if it were already signed: leave it out"))),
            None => Ok(target),
        }
    }

    fn rules(&self, service: &str) -> Rules {
        let s3 = is_s3(service);
        Rules {
            normalize_path: self.normalize_path.unwrap_or(!s3),
            double_encode: self.double_encode.unwrap_or(!s3),
            sign_body: self.sign_body.unwrap_or(s3 || service == "aoss"),
            sign_session_token: self.sign_session_token.unwrap_or(true),
        }
    }

    /// What stands for the body: its hash, or that it is not signed.
    fn payload(&self, fields: &Fields, service: &str) -> Result<String, Error> {
        let unsigned = self.presigned && is_s3(service);
        let sent = [
            ("body", self.body.is_some()),
            ("bodyBase64", self.body_base64.is_some()),
            ("file", self.file.is_some()),
            ("payloadHash", self.payload_hash.is_some()),
        ];
        if let Some((field, _)) = sent.into_iter().find(|(_, sent)| *sent && unsigned) {
            let message = "is not signed in a presigned URL of S3, which accepts any body: leave it out";
            return Err(conflict(field, message));
        }
        let header = fields.get("x-amz-content-sha256");
        let payload = match (&self.body, &self.body_base64, &self.file, &self.payload_hash) {
            (None, None, None, None) => match header {
                Some(hash) => return header_hash(hash),
                None if unsigned => UNSIGNED_PAYLOAD.to_owned(),
                None => hex_sha256(b""),
            },
            (Some(text), None, None, None) => hex_sha256(text.as_bytes()),
            (None, Some(text), None, None) => hex_sha256(&InputEncoding::Base64.decode("bodyBase64", text)?),
            (None, None, Some(file), None) => hex_sha256(file.bytes()),
            (None, None, None, Some(hash)) => payload_hash(hash.trim())?,
            _ => return Err(conflict("body", "is given twice: send one of body, bodyBase64, file and payloadHash")),
        };
        if header.is_some_and(|header| header != payload) {
            return Err(conflict(
                "headers",
                "has x-amz-content-sha256 of another body: leave it out, it is added for you",
            ));
        }
        Ok(payload)
    }
}

/// A hash that was sent, as it is signed.
fn payload_hash(text: &str) -> Result<String, Error> {
    if text.eq_ignore_ascii_case(UNSIGNED_PAYLOAD) {
        return Ok(UNSIGNED_PAYLOAD.to_owned());
    }
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(conflict("payloadHash", "must be a SHA-256 in hex (64 characters), or UNSIGNED-PAYLOAD"))
}

/// A hash in the header that S3 reads it from, which is signed as it is there. Bodies that are signed in chunks have words
/// instead (Amazon S3 API Reference, "Signature Calculations for the Authorization Header").
fn header_hash(text: &str) -> Result<String, Error> {
    let is_hash = payload_hash(text).is_ok_and(|hash| hash != UNSIGNED_PAYLOAD);
    if is_hash || text == UNSIGNED_PAYLOAD || STREAMING_PAYLOADS.contains(&text) {
        return Ok(text.to_owned());
    }
    let message = "has x-amz-content-sha256 that is not a SHA-256 in hex: leave it out, it is added for you";
    Err(conflict("headers", message))
}

/// Services that sign as S3 does.
fn is_s3(service: &str) -> bool {
    matches!(service, "s3" | "s3-outposts" | "s3-object-lambda" | "s3express")
}

/// A part of the scope: what was sent, or what the host says.
fn word<'r>(field: &'static str, sent: Option<&'r str>, found: Option<&'r str>) -> Result<&'r str, Error> {
    let missing = || conflict(field, format!("is missing: it cannot be derived from the host, so send {field}"));
    let word = sent.map(str::trim).or(found).ok_or_else(missing)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*');
    if word.is_empty() || !word.bytes().all(fits) {
        return Err(conflict(field, "must have only letters, digits and '-'"));
    }
    Ok(word)
}
