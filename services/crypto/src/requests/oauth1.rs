//! Sign a request with OAuth 1.0a (RFC 5849).

use std::collections::BTreeMap;

use chassis::{Call, Operation, Secret};
use garde::Validate;
use percent_encoding::percent_encode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::target::{Query, Target};
use super::{method, secret_key};
use crate::Error;
use crate::encoding::{BinaryEncoding, URI_RESERVED};
use crate::error::conflict;
use crate::hmac::HmacAlgorithm;
use crate::input::INLINE_BYTES;
use crate::keys::{Candidate, Given, Keyring};
use crate::moment::Moment;
use crate::random;

const MAX_FORM_BYTES: usize = 64 * 1024;

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Signs a request with OAuth 1.0a (RFC 5849), as required by X, NetSuite (token-based authentication), WooCommerce, \
Tumblr, Trello and others. Send method, URL and, for a form, its fields, then call the `url` of the response, exactly \
as given, with its `headers` and `body`. A body that is not a form, such as JSON, is not signed and not sent here. A \
`+` in the query means a space. A signature is valid for one request: it includes the time and a nonce.";

/// OAuth 1.0a signature method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OauthMethod {
    /// HMAC-SHA1, as in the RFC; the default. HMAC with SHA-1 is not broken.
    #[default]
    HmacSha1,
    /// HMAC-SHA256, as required by NetSuite.
    HmacSha256,
}

/// Where the OAuth parameters go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OauthPlace {
    /// The `Authorization` header; the default.
    #[default]
    Header,
    /// The query of the URL.
    Query,
}

/// The request to sign, and the credentials.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct OauthSignRequest {
    /// HTTP method; `GET` if absent.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 32))]
    pub method: Option<String>,
    /// Full URL of the request; at most 8192 bytes.
    #[garde(length(bytes, min = 1, max = 8192))]
    pub url: String,
    /// Form fields that you will send in the body: an object of strings, at most 1000 fields and 64 KiB.
    #[serde(default)]
    #[garde(length(max = 1000))]
    #[schemars(extend("maxProperties" = 1000))]
    pub form: BTreeMap<String, String>,
    /// Consumer key, also called API key or client ID.
    #[garde(length(chars, min = 1, max = 1024))]
    pub consumer_key: String,
    /// Consumer secret.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub consumer_secret: Option<Secret<String>>,
    /// Name of a consumer secret in the server's keyring, instead of `consumerSecret`: `name` or `name@version`.
    /// Without a version, the newest is used.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// Access token; absent for requests without a user.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 4096))]
    pub token: Option<String>,
    /// Token secret.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 4096))]
    pub token_secret: Option<Secret<String>>,
    /// Name of a token secret in the server's keyring, instead of `tokenSecret`: `name` or `name@version`. Without a
    /// version, the newest is used.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub token_key_ref: Option<String>,
    /// Signature method.
    #[serde(default)]
    pub signature_method: OauthMethod,
    /// Where the OAuth parameters go.
    #[serde(default)]
    pub place: OauthPlace,
    /// Realm of the `Authorization` header, such as the NetSuite account; not signed.
    #[serde(default)]
    #[garde(length(chars, max = 256))]
    pub realm: Option<String>,
    /// Callback URL, when requesting temporary credentials.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 2048))]
    pub callback: Option<String>,
    /// Verifier, when exchanging temporary credentials for an access token.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1024))]
    pub verifier: Option<String>,
    /// Nonce; random if absent.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 128))]
    pub nonce: Option<String>,
    /// The time to use; now if absent.
    #[serde(default)]
    pub time: Option<Moment>,
    /// Include the text that was signed in the response.
    #[serde(default)]
    pub explain: bool,
}

/// The signature, and what to send.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OauthSignResponse {
    /// The URL to call, exactly as given.
    pub url: String,
    /// HTTP method.
    pub method: String,
    /// Headers to send in addition to your own.
    pub headers: BTreeMap<String, String>,
    /// The form-encoded body to send, exactly as given; null without `form`.
    pub body: Option<String>,
    /// The signature, in base64.
    pub signature: String,
    /// Nonce of the signature.
    pub nonce: String,
    /// Time of the signature, in seconds since the Unix epoch.
    pub timestamp: i64,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
    /// Name and version of the named token secret that was used, as `name@version`; null if none.
    pub token_key_ref: Option<String>,
    /// The signature base string; with `explain`.
    pub base_string: Option<String>,
}

/// An example request: the example of X's documents.
#[must_use]
pub fn example() -> OauthSignRequest {
    let text = str::to_owned;
    OauthSignRequest {
        method: Some(text("POST")),
        url: text("https://api.twitter.com/1.1/statuses/update.json?include_entities=true"),
        form: BTreeMap::from([(text("status"), text("Hello Ladies + Gentlemen, a signed OAuth request!"))]),
        consumer_key: text("xvz1evFS4wEEPTGEFPHBog"),
        consumer_secret: Some(Secret::new(text("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"))),
        key_ref: None,
        token: Some(text("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb")),
        token_secret: Some(Secret::new(text("LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"))),
        token_key_ref: None,
        signature_method: OauthMethod::HmacSha1,
        place: OauthPlace::Header,
        realm: None,
        callback: None,
        verifier: None,
        nonce: Some(text("kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg")),
        time: None,
        explain: false,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Sign a request with OAuth 1.0a").description(DESCRIPTION).example(example).inline(INLINE_BYTES)
}

/// Signs a request with OAuth 1.0a.
///
/// # Errors
/// If fields conflict, or one cannot be sent as given.
pub fn sign(request: OauthSignRequest, call: &Call, keyring: &Keyring) -> Result<OauthSignResponse, Error> {
    request.check()?;
    let method = method(request.method.as_deref())?;
    let target = Target::read(&request.url)?;
    if target.query.has("oauth_signature") {
        return Err(conflict("url", "contains oauth_signature, as if it were already signed: leave it out"));
    }
    let given =
        Given { field: "consumerSecret", key: request.consumer_secret.as_ref(), key_ref: request.key_ref.as_deref() };
    let consumer = keyring.choose(given, call, |text| secret_key("consumerSecret", text))?;
    let consumer = consumer.newest();
    let token = request.token_secret(call, keyring)?;

    let timestamp = Moment::or_now(request.time.as_ref(), "time", call)?.as_second();
    let nonce = request.nonce.clone().map_or_else(new_nonce, Ok)?;
    let oauth = request.parameters(&nonce, timestamp);
    let mut signed = target.query.clone();
    for (name, value) in oauth.iter().map(|(name, value)| (*name, value)).chain(request.form()) {
        signed.push(name, value);
    }
    let base = base_string(&method, &target, &signed);
    let purpose = request.signature_method.hmac().purpose(&["sign"]);
    let token_secret = match &token {
        Some(token) => {
            token.key.check_purpose("tokenKeyRef", &purpose)?;
            token.key.shared("tokenKeyRef")?
        }
        None => &[],
    };
    let [consumer_secret, token_secret] =
        [consumer.shared("consumerSecret", &purpose)?, token_secret].map(|secret| Zeroizing::new(escaped(secret)));
    let key = Zeroizing::new(format!("{}&{}", *consumer_secret, *token_secret));
    let signature = request.signature_method.sign(key.as_bytes(), &base);

    let mut headers = BTreeMap::new();
    let mut query = target.query.clone();
    match request.place {
        OauthPlace::Header => {
            let authorization = authorization(request.realm.as_deref(), &oauth, &signature);
            headers.insert("Authorization".to_owned(), authorization);
        }
        OauthPlace::Query => {
            for (name, value) in &oauth {
                query.push(name, value);
            }
            query.push("oauth_signature", &signature);
        }
    }
    let body = request.body();
    if body.is_some() {
        headers.insert("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned());
    }
    Ok(OauthSignResponse {
        url: target.url(&query, true),
        method,
        headers,
        body,
        signature,
        nonce,
        timestamp,
        key_ref: consumer.reference.clone(),
        token_key_ref: token.and_then(|token| token.reference),
        base_string: request.explain.then_some(base),
    })
}

impl OauthSignRequest {
    fn check(&self) -> Result<(), Error> {
        let breaks_quotes = |c: char| !matches!(c, ' '..='~') || c == '"' || c == '\\';
        if self.realm.as_deref().is_some_and(|realm| realm.contains(breaks_quotes)) {
            return Err(conflict("realm", "must be plain ASCII without '\"' and '\\'"));
        }
        if self.realm.is_some() && self.place == OauthPlace::Query {
            return Err(conflict("realm", "applies only to the Authorization header: leave it out"));
        }
        if self.form().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_FORM_BYTES {
            return Err(conflict("form", format!("must have at most {MAX_FORM_BYTES} bytes in total")));
        }
        Ok(())
    }

    fn form(&self) -> impl Iterator<Item = (&str, &String)> {
        self.form.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The form as it is sent.
    fn body(&self) -> Option<String> {
        let pair =
            |(name, value): (&str, &String)| format!("{}={}", escaped(name.as_bytes()), escaped(value.as_bytes()));
        (!self.form.is_empty()).then(|| self.form().map(pair).collect::<Vec<_>>().join("&"))
    }

    /// The secret of the token, when there is a token.
    fn token_secret(&self, call: &Call, keyring: &Keyring) -> Result<Option<Candidate>, Error> {
        let has_secret = self.token_secret.is_some() || self.token_key_ref.is_some();
        match (&self.token, has_secret) {
            (None, false) => return Ok(None),
            (None, true) => return Err(conflict("token", "is missing: it must be sent with the token secret")),
            (Some(_), _) => {}
        }
        let key_ref = self.token_key_ref.as_deref();
        let given = Given { field: "tokenSecret", key: self.token_secret.as_ref(), key_ref };
        let chosen = keyring.choose(given, call, |text| secret_key("tokenSecret", text));
        let chosen = chosen.map_err(|error| match error {
            Error::Conflict { field: "keyRef", message } => conflict("tokenKeyRef", message),
            Error::Conflict { field: "tokenSecret", message } => {
                conflict("tokenSecret", message.replace("keyRef", "tokenKeyRef"))
            }
            other => other,
        })?;
        Ok(Some(chosen.newest().clone()))
    }

    /// The parameters of the protocol (RFC 5849, section 3.1), sorted.
    fn parameters(&self, nonce: &str, timestamp: i64) -> Vec<(&'static str, String)> {
        let method = match self.signature_method {
            OauthMethod::HmacSha1 => "HMAC-SHA1",
            OauthMethod::HmacSha256 => "HMAC-SHA256",
        };
        let parameters = [
            ("oauth_callback", self.callback.clone()),
            ("oauth_consumer_key", Some(self.consumer_key.clone())),
            ("oauth_nonce", Some(nonce.to_owned())),
            ("oauth_signature_method", Some(method.to_owned())),
            ("oauth_timestamp", Some(timestamp.to_string())),
            ("oauth_token", self.token.clone()),
            ("oauth_verifier", self.verifier.clone()),
            ("oauth_version", Some("1.0".to_owned())),
        ];
        parameters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

impl OauthMethod {
    /// The signature of a text, in base64.
    const fn hmac(self) -> HmacAlgorithm {
        match self {
            Self::HmacSha1 => HmacAlgorithm::Sha1,
            Self::HmacSha256 => HmacAlgorithm::Sha256,
        }
    }

    fn sign(self, key: &[u8], text: &str) -> String {
        BinaryEncoding::Base64.encode(&self.hmac().mac(key, text.as_bytes()))
    }
}

/// What is signed (RFC 5849, section 3.4.1): method, address and all parameters.
fn base_string(method: &str, target: &Target, parameters: &Query) -> String {
    let [address, parameters] = [target.without_query(), parameters.canonical()].map(|text| escaped(text.as_bytes()));
    format!("{method}&{address}&{parameters}")
}

fn authorization(realm: Option<&str>, oauth: &[(&str, String)], signature: &str) -> String {
    let realm = realm.map(|realm| format!("realm=\"{realm}\""));
    let pair = |name: &str, value: &str| format!("{name}=\"{}\"", escaped(value.as_bytes()));
    let pairs = oauth.iter().map(|(name, value)| pair(name, value));
    let parts: Vec<_> = realm.into_iter().chain(pairs).chain([pair("oauth_signature", signature)]).collect();
    format!("OAuth {}", parts.join(", "))
}

fn new_nonce() -> Result<String, Error> {
    let mut bytes = [0; 16];
    random::system(&mut bytes)?;
    Ok(BinaryEncoding::Hex.encode(&bytes))
}

fn escaped(bytes: &[u8]) -> String {
    percent_encode(bytes, URI_RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(method: &str, url: &str, more: &[(&str, &str)]) -> String {
        let target = Target::read(url).unwrap();
        let mut parameters = target.query.clone();
        for (name, value) in more {
            parameters.push(name, value);
        }
        base_string(method, &target, &parameters)
    }

    /// RFC 5849, section 3.4.1.1.
    #[test]
    fn base_string_of_the_rfc() {
        let base = signed(
            "POST",
            "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
            &[
                ("oauth_consumer_key", "9djdj82h48djs9d2"),
                ("oauth_token", "kkk9d7dh3k39sjv7"),
                ("oauth_signature_method", "HMAC-SHA1"),
                ("oauth_timestamp", "137131201"),
                ("oauth_nonce", "7d8f3e4a"),
                ("c2", ""),
                ("a3", "2 q"),
            ],
        );
        assert_eq!(
            base,
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2\
             %3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth\
             _timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        );
    }

    /// RFC 5849, section 1.2, where no version is sent.
    #[test]
    fn signatures_of_the_rfc() {
        for (method, url, more, key, signature) in [
            (
                "POST",
                "https://photos.example.net/initiate",
                &[
                    ("oauth_timestamp", "137131200"),
                    ("oauth_nonce", "wIjqoS"),
                    ("oauth_callback", "http://printer.example.com/ready"),
                ][..],
                "kd94hf93k423kf44&",
                "74KNZJeDHnMBp0EMJ9ZHt/XKycU=",
            ),
            (
                "POST",
                "https://photos.example.net/token",
                &[
                    ("oauth_token", "hh5s93j4hdidpola"),
                    ("oauth_timestamp", "137131201"),
                    ("oauth_nonce", "walatlh"),
                    ("oauth_verifier", "hfdp7dh39dks9884"),
                ],
                "kd94hf93k423kf44&hdhd0244k9j7ao03",
                "gKgrFCywp7rO0OXSjdot/IHF7IU=",
            ),
            (
                "GET",
                "http://photos.example.net/photos?file=vacation.jpg&size=original",
                &[("oauth_token", "nnch734d00sl2jdk"), ("oauth_timestamp", "137131202"), ("oauth_nonce", "chapoH")],
                "kd94hf93k423kf44&pfkkdhi9sl3r4s00",
                "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
            ),
        ] {
            let same = [("oauth_consumer_key", "dpf43f3p2l4k3l03"), ("oauth_signature_method", "HMAC-SHA1")];
            let base = signed(method, url, &[&same, more].concat());
            assert_eq!(OauthMethod::HmacSha1.sign(key.as_bytes(), &base), signature);
        }
    }
}
