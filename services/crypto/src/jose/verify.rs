//! Verify a signed token.

use chassis::{Call, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::algorithm::Task;
use super::claims::{self, Check, Expected, FailedCheck, clip};
use super::compact::Signed;
use super::given;
use super::header::{self, Header};
use super::{JwsAlgorithm, KeySet, Lifetime, json, jwks};
use crate::Error;
use crate::aead::decrypt::PlaintextEncoding;
use crate::encoding::InputEncoding;
use crate::error::conflict;
use crate::keys::{Candidate, Chosen, Given, Keyring};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Verifies a signed JSON Web Token (JWT, RFC 7519): signature, validity period and the claims you expect. You name the \
allowed algorithms and send the key; nothing in the token selects either, and `none` is never accepted. All checks are \
made and all failures listed. `claims` are returned only if all succeed, so a workflow cannot use them by mistake (to \
look inside anyway, use /jwt/decode); trust `header` only if the token is valid. A JSON Web Key Set goes into `jwks`: \
fetch it from the issuer yourself, because URLs in the token's header are never followed. Dates must be numbers, the \
encoding base64url without padding; a header with `crit` is refused. To verify a signed text without claims, set \
`payloadEncoding`. For tokens in five parts, see /jwe/decrypt.";

/// A token, the key, and the expected claims.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct JwtVerifyRequest {
    /// The token, in compact serialization. A leading `Bearer ` is ignored.
    #[garde(length(chars, max = 65_536))]
    pub token: String,
    /// The allowed signature algorithms. HMAC algorithms (HS256, HS384, HS512) cannot be combined with others.
    #[garde(length(min = 1, max = 14))]
    pub algorithms: Vec<JwsAlgorithm>,
    /// The key: for HS256, HS384 and HS512 the secret, otherwise a public key as PEM, JWK or DER in base64, or a
    /// certificate (only its key is used; its validity dates are not checked).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 16_384))]
    pub key: Option<Secret<String>>,
    /// Encoding of `key`, if it is a symmetric key.
    #[serde(default)]
    pub key_encoding: InputEncoding,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// A JSON Web Key Set with 1 to 100 keys, instead of `key`, or its array alone. The token's `kid` selects the key;
    /// without it, every key that suits the algorithm is tried.
    #[serde(default)]
    pub jwks: Option<Secret<KeySet>>,
    /// Expected issuer (`iss`): one or more names; the token must have one of them.
    #[serde(default)]
    #[garde(length(max = 20), inner(length(chars, min = 1, max = 1024)))]
    pub issuer: Vec<String>,
    /// Expected audience (`aud`): one or more names; the token must have at least one of them.
    #[serde(default)]
    #[garde(length(max = 20), inner(length(chars, min = 1, max = 1024)))]
    pub audience: Vec<String>,
    /// Expected subject (`sub`).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub subject: Option<String>,
    /// Expected JWT ID (`jti`).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub jwt_id: Option<String>,
    /// Expected type (`typ`), such as `at+jwt`.
    #[serde(default, rename = "type")]
    #[garde(length(chars, min = 1, max = 128))]
    pub kind: Option<String>,
    /// Maximum time since the token was issued (`iat`): seconds, or text such as `15m`, `2h` or `7d`.
    #[serde(default)]
    pub max_age: Option<Lifetime>,
    /// Allowed clock skew in seconds; for tokens from other machines, 5 to 60 is usual.
    #[serde(default)]
    #[garde(range(max = 3600))]
    pub clock_tolerance: u32,
    /// Names of claims that must be present.
    #[serde(default)]
    #[garde(length(max = 50), inner(length(chars, min = 1, max = 256)))]
    pub required_claims: Vec<String>,
    /// Require an expiration time (`exp`).
    #[serde(default)]
    pub require_expiry: bool,
    /// For a signed text without claims: how to encode it in `payload`. Options about claims then do not apply.
    #[serde(default)]
    pub payload_encoding: Option<PlaintextEncoding>,
}

/// Whether the token is valid.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JwtVerifyResponse {
    /// Whether all checks succeeded.
    pub valid: bool,
    /// The claims; null if there are none, or the token was verified and is not valid.
    pub claims: Option<Map<String, Value>>,
    /// The signed text, if the token is valid and `payloadEncoding` was sent; otherwise null.
    pub payload: Option<String>,
    /// The decoded header.
    pub header: Option<Map<String, Value>>,
    /// Why it is not valid; null if it is.
    pub reason: Option<String>,
    /// All checks that failed.
    pub failed_checks: Vec<FailedCheck>,
    /// Signature algorithm; null if the token is not valid.
    pub algorithm: Option<JwsAlgorithm>,
    /// Key ID (`kid`) of the key that verified the token; null if it has none or the token is not valid.
    pub key_id: Option<String>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
    /// Expiration time (`exp`), RFC 3339; null if none.
    pub expires_at: Option<String>,
    /// Seconds until `expiresAt`.
    pub seconds_left: Option<i64>,
}

impl JwtVerifyRequest {
    /// A token with the algorithms that may be used, and no key yet.
    #[must_use]
    pub fn of(token: &str, algorithms: Vec<JwsAlgorithm>) -> Self {
        Self {
            token: token.to_owned(),
            algorithms,
            key: None,
            key_encoding: InputEncoding::Utf8,
            key_ref: None,
            jwks: None,
            issuer: Vec::new(),
            audience: Vec::new(),
            subject: None,
            jwt_id: None,
            kind: None,
            max_age: None,
            clock_tolerance: 0,
            required_claims: Vec::new(),
            require_expiry: false,
            payload_encoding: None,
        }
    }

    fn expected(&self) -> Expected<'_> {
        Expected {
            issuers: &self.issuer,
            audiences: &self.audience,
            subject: self.subject.as_deref(),
            jwt_id: self.jwt_id.as_deref(),
            required: &self.required_claims,
            require_expiry: self.require_expiry,
            max_age: self.max_age.map(Lifetime::seconds),
            tolerance: self.clock_tolerance,
        }
    }

    /// Refuses options that would be silently without effect.
    fn check_options(&self) -> Result<(), Error> {
        if self.payload_encoding.is_none() {
            return Ok(());
        }
        for (field, given) in [
            ("issuer", !self.issuer.is_empty()),
            ("audience", !self.audience.is_empty()),
            ("subject", self.subject.is_some()),
            ("jwtId", self.jwt_id.is_some()),
            ("maxAge", self.max_age.is_some()),
            ("requiredClaims", !self.required_claims.is_empty()),
            ("requireExpiry", self.require_expiry),
        ] {
            if given {
                return Err(conflict(field, "applies to claims only: leave it out, or leave payloadEncoding out"));
            }
        }
        Ok(())
    }

    /// The keys that may have signed. Those of a set are not read yet.
    fn keys<'r>(&'r self, call: &Call, keyring: &Keyring) -> Result<Keys<'r>, Error> {
        let shared = self.algorithms.iter().filter(|algorithm| algorithm.is_shared()).count();
        if shared != 0 && shared != self.algorithms.len() {
            return Err(conflict(
                "algorithms",
                "mixes HMAC algorithms (HS256, HS384, HS512) with public-key algorithms: name one kind only",
            ));
        }
        if let Some(jwks) = &self.jwks {
            if self.key.is_some() || self.key_ref.is_some() {
                return Err(conflict("jwks", "cannot be combined with key or keyRef: send one of them"));
            }
            return jwks.reveal().written().map(Keys::Set);
        }
        let given = Given { field: "key", key: self.key.as_ref(), key_ref: self.key_ref.as_deref() };
        let chosen = keyring.choose(given, call, |text| match shared {
            0 => given::public("key", text),
            _ => given::shared("key", text, self.key_encoding),
        })?;
        let field = if self.key_ref.is_some() { "keyRef" } else { "key" };
        let check = |algorithm: &JwsAlgorithm| {
            let checks = chosen.all().map(|candidate| algorithm.check(field, &candidate.key, Task::Verify));
            checks.reduce(Result::or).unwrap_or(Ok(()))
        };
        // When none of the versions fits any of them, no token can be right: that is not the token's fault.
        self.algorithms.iter().map(check).reduce(Result::or).unwrap_or(Ok(()))?;
        Ok(Keys::Chosen(chosen))
    }
}

/// An example request that succeeds.
#[must_use]
pub fn example() -> JwtVerifyRequest {
    JwtVerifyRequest {
        key: Some(Secret::new("your-256-bit-secret".to_owned())),
        subject: Some("1234567890".to_owned()),
        ..JwtVerifyRequest::of(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ\
             .SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
            vec![JwsAlgorithm::Hs256],
        )
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Verify a signed token (JWT)").description(DESCRIPTION).example(example)
}

/// Verifies a signed token.
///
/// # Errors
/// If the key cannot be read, or suits none of the algorithms.
pub fn verify(request: JwtVerifyRequest, call: &Call, keyring: &Keyring) -> Result<JwtVerifyResponse, Error> {
    request.check_options()?;
    let keys = request.keys(call, keyring)?;
    let token = match Signed::read(&request.token) {
        Ok(token) => token,
        Err(problem) => return Ok(JwtVerifyResponse::invalid(None, vec![FailedCheck::new(Check::Format, problem)])),
    };

    let mut failed = Vec::new();
    if let Err(problem) = token.header.check_extensions() {
        failed.push(FailedCheck::new(Check::Extension, problem));
    }
    let signer = signer(&request, &token, &keys, call).map_err(|problem| failed.push(problem)).ok();
    if let Some(kind) = &request.kind {
        failed.extend(check_type(&token.header, kind));
    }
    let content = match request.payload_encoding {
        Some(encoding) => Content::Payload(encoding, token.payload),
        None => match json::object(&token.payload) {
            Ok(claims) => {
                failed.extend(claims::check(&claims, &request.expected(), call.now()));
                Content::Claims(claims)
            }
            Err(reason) => {
                failed.push(FailedCheck::new(Check::Claims, format!("its payload {reason}, so it holds no claims")));
                Content::Claims(Map::new())
            }
        },
    };
    match signer {
        Some((algorithm, key)) if failed.is_empty() => {
            accepted(&request, call, token.header.fields, content, algorithm, &key)
        }
        _ => Ok(JwtVerifyResponse::invalid(Some(token.header.fields), failed)),
    }
}

/// The keys of a request.
enum Keys<'r> {
    Chosen(Chosen),
    /// Those of a set, as they are written.
    Set(&'r [Value]),
}

enum Content {
    Claims(Map<String, Value>),
    Payload(PlaintextEncoding, Vec<u8>),
}

/// The algorithm and the key that made the signature.
fn signer(
    request: &JwtVerifyRequest,
    token: &Signed<'_>,
    keys: &Keys<'_>,
    call: &Call,
) -> Result<(JwsAlgorithm, Candidate), FailedCheck> {
    let algorithm = allowed(&token.header, &request.algorithms)?;
    let id = token.header.key_id.as_deref();
    let candidates: Box<dyn Iterator<Item = _>> = match keys {
        Keys::Chosen(chosen) => Box::new(chosen.all().cloned().map(Ok)),
        Keys::Set(written) => Box::new(jwks::signers(written, algorithm, id)),
    };
    let mut problem = None;
    for candidate in candidates.take_while(|_| !call.cancelled()) {
        let verified = candidate.and_then(|candidate| {
            algorithm.check("key", &candidate.key, Task::Verify)?;
            let verified = algorithm.verify(&candidate.key, token.signed.as_bytes(), &token.signature)?;
            Ok(verified.then_some(candidate))
        });
        match verified {
            Ok(Some(candidate)) => return Ok((algorithm, candidate)),
            Ok(None) => {
                let reason = if token.signature.is_empty() {
                    "it has no signature"
                } else {
                    "its signature does not match: the token was modified, or signed with another key"
                };
                problem = Some(FailedCheck::new(Check::Signature, reason));
            }
            Err(error) => problem = problem.or(Some(FailedCheck::new(Check::Key, format!("the key {error}")))),
        }
    }
    Err(problem.unwrap_or_else(|| {
        let name = algorithm.name();
        let wanted = id.map_or_else(String::new, |id| format!(" with its id {} (kid)", clip(id)));
        FailedCheck::new(Check::Key, format!("no key in jwks{wanted} is for {name}: fetch the set again"))
    }))
}

/// The token's algorithm, when it is one that may be used.
fn allowed(header: &Header, algorithms: &[JwsAlgorithm]) -> Result<JwsAlgorithm, FailedCheck> {
    if header.is_unsigned() {
        let message = "it says it is not signed (alg none), which is never accepted";
        return Err(FailedCheck::new(Check::Algorithm, message));
    }
    let named = JwsAlgorithm::named(&header.algorithm);
    named.filter(|algorithm| algorithms.contains(algorithm)).ok_or_else(|| {
        let names: Vec<_> = algorithms.iter().map(|algorithm| algorithm.name()).collect();
        let message = format!("its algorithm is {}, not {}", clip(&header.algorithm), names.join(" or "));
        FailedCheck::new(Check::Algorithm, message)
    })
}

fn check_type(header: &Header, wanted: &str) -> Option<FailedCheck> {
    let message = match &header.kind {
        Some(kind) if header::same_type(kind, wanted) => return None,
        Some(kind) => format!("its type is {} (typ), not {wanted}", clip(kind)),
        None => format!("it has no type (typ), which must be {wanted}"),
    };
    Some(FailedCheck::new(Check::Type, message))
}

fn accepted(
    request: &JwtVerifyRequest,
    call: &Call,
    header: Map<String, Value>,
    content: Content,
    algorithm: JwsAlgorithm,
    signer: &Candidate,
) -> Result<JwtVerifyResponse, Error> {
    given::warn_if_weak(algorithm, &signer.key, call);
    let mut response = JwtVerifyResponse {
        valid: true,
        claims: None,
        payload: None,
        header: Some(header),
        reason: None,
        failed_checks: Vec::new(),
        algorithm: Some(algorithm),
        key_id: signer.key.id.clone(),
        key_ref: signer.reference.clone(),
        expires_at: None,
        seconds_left: None,
    };
    match content {
        Content::Payload(encoding, bytes) => {
            let text = encoding.write(bytes);
            let text = text.map_err(|_| {
                conflict("payloadEncoding", "the signed bytes are not UTF-8 text: choose base64 or hex")
            })?;
            response.payload = Some(text);
        }
        Content::Claims(claims) => {
            match claims::date(&claims, "exp") {
                Ok(Some(expires)) => {
                    response.expires_at = Some(claims::moment(expires));
                    #[expect(clippy::cast_possible_truncation, reason = "both are dates")]
                    let left = (expires - claims::seconds(call.now())).floor() as i64;
                    response.seconds_left = Some(left);
                }
                _ => call.warn("no-expiry", Some("token"), "this token never expires: it has no exp"),
            }
            let audiences = claims::audiences(&claims);
            if request.audience.is_empty() && !audiences.is_empty() {
                let message = format!(
                    "this token is for {} (aud): send audience to check that it is for you",
                    clip(&audiences.join(", "))
                );
                call.warn("audience-not-checked", Some("audience"), message);
            }
            response.claims = Some(claims);
        }
    }
    Ok(response)
}

impl JwtVerifyResponse {
    fn invalid(header: Option<Map<String, Value>>, failed_checks: Vec<FailedCheck>) -> Self {
        Self {
            valid: false,
            claims: None,
            payload: None,
            header,
            reason: failed_checks.first().map(|failed| failed.message.clone()),
            failed_checks,
            algorithm: None,
            key_id: None,
            key_ref: None,
            expires_at: None,
            seconds_left: None,
        }
    }
}
