//! Create a signed token.

use chassis::{Call, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::algorithm::Task;
use super::claims;
use super::compact::{self, MAX_TOKEN};
use super::{JwsAlgorithm, Lifetime, given};
use crate::encoding::InputEncoding;
use crate::error::conflict;
use crate::keys::{Candidate, Given, Key, Keyring};
use crate::{Error, kdf};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Creates a signed JSON Web Token (JWT, RFC 7519) from claims. The key determines the algorithm unless you name one: \
HS256 for a secret, the matching one for a private key (PEM, JWK, or DER in base64). Only for RSA you have to choose: \
RS256 is the most widely supported, PS256 the modern choice. `iat` is set to now by default; set `expiresIn`, or the \
token never expires. A value given both in the claims and as an option is an error. A public key, a certificate or a \
private key is refused as an HS256 secret. Tokens are signed, not encrypted: anyone can read the claims (see \
/jwe/encrypt). To sign a text without claims, send `payload` instead.";

/// Header fields that have options of their own or would change how a token is read.
const OWN_FIELDS: [(&str, &str); 7] = [
    ("alg", "is set by algorithm: leave it out"),
    ("typ", "is set by type: leave it out"),
    ("kid", "is set by keyId: leave it out"),
    ("crit", "requires extensions, none of which is supported: leave it out"),
    ("b64", "changes how the payload is encoded, which is not supported: leave it out"),
    ("enc", "is for encrypted tokens only: leave it out"),
    ("zip", "is for encrypted tokens only: leave it out"),
];
/// Members of a JWK that nobody else may see (RFC 7518, section 6).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Claims or a text to sign, and the key.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct JwtSignRequest {
    /// The claims, as a JSON object. The token may have at most 64 KiB.
    #[serde(default)]
    pub claims: Option<Map<String, Value>>,
    /// A text to sign, instead of claims; may be empty.
    #[serde(default)]
    #[garde(length(chars, max = 65_536))]
    pub payload: Option<String>,
    /// Encoding of `payload`.
    #[serde(default)]
    pub payload_encoding: InputEncoding,
    /// The key: a shared secret, or a private key as PEM, JWK or DER in base64.
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
    /// Passphrase of an encrypted private key.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub passphrase: Option<Secret<String>>,
    /// Signature algorithm; if absent, the one of the key, or HS256 for a secret. RSA keys need it.
    #[serde(default)]
    pub algorithm: Option<JwsAlgorithm>,
    /// Time until expiration (`exp`): seconds, or text such as `15m`, `2h` or `7d`.
    #[serde(default)]
    pub expires_in: Option<Lifetime>,
    /// Time until the token becomes valid (`nbf`): seconds, or text such as `15m`; `0` is now.
    #[serde(default)]
    pub not_before: Option<Lifetime>,
    /// Issuer (`iss`).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub issuer: Option<String>,
    /// Subject (`sub`).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub subject: Option<String>,
    /// Audience (`aud`): one or more names. One is written as a string, several as an array.
    #[serde(default)]
    #[garde(length(max = 20), inner(length(chars, min = 1, max = 1024)))]
    pub audience: Vec<String>,
    /// JWT ID (`jti`).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub jwt_id: Option<String>,
    /// Set a random JWT ID (`jti`, a UUID).
    #[serde(default)]
    pub generate_jwt_id: bool,
    /// Set the time of issue (`iat`) to now; true if absent, unless the claims have it.
    #[serde(default)]
    pub issued_at: Option<bool>,
    /// Type for the header (`typ`); if absent, `JWT`, or none with `payload`.
    #[serde(default, rename = "type")]
    #[garde(length(chars, min = 1, max = 128))]
    pub kind: Option<String>,
    /// Key ID for the header (`kid`); if absent, that of the JWK.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub key_id: Option<String>,
    /// Additional header parameters, such as `x5t`; not `alg`, `typ`, `kid`, `crit` or `b64`.
    #[serde(default)]
    pub headers: Map<String, Value>,
}

/// The signed token.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JwtSignResponse {
    /// The token, in compact serialization.
    pub token: String,
    /// Signature algorithm.
    pub algorithm: JwsAlgorithm,
    /// The decoded header.
    pub header: Map<String, Value>,
    /// The claims; null if there are none, or the token was verified and is not valid.
    pub claims: Option<Map<String, Value>>,
    /// Expiration time (`exp`), RFC 3339; null if none.
    pub expires_at: Option<String>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
}

impl JwtSignRequest {
    /// Claims, and no key yet.
    #[must_use]
    pub fn of(claims: Map<String, Value>) -> Self {
        Self {
            claims: Some(claims),
            payload: None,
            payload_encoding: InputEncoding::Utf8,
            key: None,
            key_encoding: InputEncoding::Utf8,
            key_ref: None,
            passphrase: None,
            algorithm: None,
            expires_in: None,
            not_before: None,
            issuer: None,
            subject: None,
            audience: Vec::new(),
            jwt_id: None,
            generate_jwt_id: false,
            issued_at: None,
            kind: None,
            key_id: None,
            headers: Map::new(),
        }
    }

    /// The key and its algorithm.
    fn signer(&self, call: &Call, keyring: &Keyring) -> Result<(JwsAlgorithm, Candidate), Error> {
        let given = Given { field: "key", key: self.key.as_ref(), key_ref: self.key_ref.as_deref() };
        let passphrase = self.passphrase.as_ref().map(|text| text.reveal().as_str());
        if passphrase.is_some() && (self.key.is_none() || self.algorithm.is_some_and(JwsAlgorithm::is_shared)) {
            return Err(conflict(
                "passphrase",
                "is for an encrypted private key in key, and there is none: leave it out",
            ));
        }
        let chosen = keyring.choose(given, call, |text| match self.algorithm {
            Some(algorithm) if algorithm.is_shared() => given::shared("key", text, self.key_encoding),
            Some(_) => given::pair("key", text, passphrase),
            None => given::any("key", text, self.key_encoding, passphrase),
        })?;
        let field = if self.key_ref.is_some() { "keyRef" } else { "key" };
        let candidate = chosen.newest().clone();
        let key = &candidate.key;
        let algorithm = self.algorithm.or_else(|| JwsAlgorithm::of(key)).ok_or_else(|| {
            let kind = key.material.name();
            conflict(
                "algorithm",
                format!("is required: the key is {kind}, which does not determine it; use RS256 or PS256 with RSA"),
            )
        })?;
        algorithm.check(field, key, Task::Sign)?;
        Ok((algorithm, candidate))
    }

    /// The claims with what the options add to them.
    fn claims(&self, mut claims: Map<String, Value>, call: &Call) -> Result<Map<String, Value>, Error> {
        let now = call.now().as_second();
        let after = |lifetime: Lifetime| now.saturating_add(lifetime.seconds());
        if self.expires_in.is_some_and(|lifetime| lifetime.seconds() == 0) {
            return Err(conflict("expiresIn", "must be at least one second, or the token has expired when it is made"));
        }
        let id = self.generate_jwt_id.then(random_id).transpose()?;
        if self.jwt_id.is_some() && id.is_some() {
            return Err(conflict("generateJwtId", "cannot be combined with jwtId: send one of the two"));
        }
        let audience = match self.audience.as_slice() {
            [] => None,
            [one] => Some(Value::from(one.as_str())),
            many => Some(Value::from(many)),
        };
        for (name, field, value) in [
            ("exp", "expiresIn", self.expires_in.map(|lifetime| after(lifetime).into())),
            ("nbf", "notBefore", self.not_before.map(|lifetime| after(lifetime).into())),
            ("iss", "issuer", self.issuer.as_deref().map(Value::from)),
            ("sub", "subject", self.subject.as_deref().map(Value::from)),
            ("aud", "audience", audience),
            ("jti", "jwtId", self.jwt_id.clone().or(id).map(Value::from)),
            ("iat", "issuedAt", (self.issued_at == Some(true)).then(|| now.into())),
        ] {
            let Some(value) = value else { continue };
            if claims.insert(name.to_owned(), value).is_some() {
                return Err(conflict(field, format!("is also in the claims as {name}: leave one of the two out")));
            }
        }
        if self.issued_at.is_none() {
            claims.entry("iat").or_insert_with(|| now.into());
        }
        if let Some(problem) = claims::wrong_kinds(&claims).into_iter().next() {
            return Err(conflict("claims", problem));
        }
        Ok(claims)
    }

    fn header(&self, algorithm: JwsAlgorithm, key: &Key) -> Result<Map<String, Value>, Error> {
        for (name, reason) in OWN_FIELDS {
            if self.headers.contains_key(name) {
                return Err(conflict("headers", format!("{name} {reason}")));
            }
        }
        if self.headers.get("jwk").is_some_and(|jwk| PRIVATE_MEMBERS.iter().any(|name| jwk.get(name).is_some())) {
            return Err(conflict(
                "headers",
                "jwk contains a private key, which anyone could read: send the public key",
            ));
        }
        let mut header = self.headers.clone();
        header.insert("alg".to_owned(), algorithm.name().into());
        let kind = self.kind.as_deref().or_else(|| self.claims.as_ref().map(|_| "JWT"));
        if let Some(kind) = kind {
            header.insert("typ".to_owned(), kind.into());
        }
        if let Some(id) = self.key_id.as_ref().or(key.id.as_ref()) {
            header.insert("kid".to_owned(), id.as_str().into());
        }
        Ok(header)
    }

    /// Refuses options that would be silently without effect.
    fn refuse_claim_options(&self) -> Result<(), Error> {
        for (field, given) in [
            ("expiresIn", self.expires_in.is_some()),
            ("notBefore", self.not_before.is_some()),
            ("issuer", self.issuer.is_some()),
            ("subject", self.subject.is_some()),
            ("audience", !self.audience.is_empty()),
            ("jwtId", self.jwt_id.is_some()),
            ("generateJwtId", self.generate_jwt_id),
            ("issuedAt", self.issued_at == Some(true)),
        ] {
            if given {
                return Err(conflict(field, "applies to claims only: leave it out, or send claims instead of payload"));
            }
        }
        Ok(())
    }
}

/// An example request.
#[must_use]
pub fn example() -> JwtSignRequest {
    let claims = [("name".to_owned(), "John Doe".into()), ("role".to_owned(), "editor".into())];
    JwtSignRequest {
        key: Some(Secret::new("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".to_owned())),
        key_encoding: InputEncoding::Base64,
        expires_in: Some(Lifetime::of_seconds(900)),
        issuer: Some("https://example.com".to_owned()),
        subject: Some("1234567890".to_owned()),
        ..JwtSignRequest::of(claims.into_iter().collect())
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Create a signed token (JWT)")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &JwtSignRequest| kdf::cost(request.passphrase.is_some()))
}

/// Creates a signed token.
///
/// # Errors
/// If the key cannot be read or does not suit the algorithm, or claims and options conflict.
pub fn sign(request: JwtSignRequest, call: &Call, keyring: &Keyring) -> Result<JwtSignResponse, Error> {
    let (algorithm, Candidate { key, reference }) = request.signer(call, keyring)?;
    let header = request.header(algorithm, &key)?;
    let (claims, payload) = match (&request.claims, &request.payload) {
        (Some(claims), None) => {
            let claims = request.claims(claims.clone(), call)?;
            let payload = serde_json::to_vec(&claims).expect("JSON can be written");
            (Some(claims), payload)
        }
        (None, Some(payload)) => {
            request.refuse_claim_options()?;
            (None, request.payload_encoding.decode("payload", payload)?.into_owned())
        }
        (Some(_), Some(_)) => return Err(conflict("payload", "cannot be combined with claims: send one of the two")),
        (None, None) => return Err(conflict("claims", "is missing: send claims (they may be empty) or a payload")),
    };

    let written = serde_json::to_vec(&header).expect("JSON can be written");
    let mut token = format!("{}.{}", compact::encode(&written), compact::encode(&payload));
    if token.len() > MAX_TOKEN {
        let field = if claims.is_some() { "claims" } else { "payload" };
        return Err(conflict(field, "makes the token larger than 64 KiB: leave something out"));
    }
    let signature = algorithm.sign(&key, token.as_bytes())?;
    token.push('.');
    token.push_str(&compact::encode(&signature));
    if token.len() > MAX_TOKEN {
        return Err(conflict("claims", "makes the token larger than 64 KiB: leave something out"));
    }

    given::warn_if_weak(algorithm, &key, call);
    let expires = claims.as_ref().and_then(|claims| claims::date(claims, "exp").ok().flatten());
    if claims.is_some() && expires.is_none() {
        call.warn("no-expiry", Some("expiresIn"), "this token never expires: send expiresIn");
    }
    Ok(JwtSignResponse {
        token,
        algorithm,
        header,
        claims,
        expires_at: expires.map(claims::moment),
        key_ref: reference,
    })
}

fn random_id() -> Result<String, Error> {
    let mut bytes = [0; 16];
    crate::random::system(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}
