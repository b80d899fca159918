//! Hints: the probable cause of an invalid request. Nothing here makes a request valid: a matching variant is only
//! named.

mod budget;
mod json;
mod variants;

pub(super) use budget::Budget;
use chassis::Call;
use variants::{clean, other_bodies, other_readings, read};

use super::evidence::{Evidence, MAX_SIGNATURES, Reason};
use super::fields::Fields;
use super::keys::Held;
use super::message::Message;
use super::provider::Provider;
use super::scheme::{Place, Proof, Scheme};
use super::table::TABLE;
use super::template::Part;
use super::url;
use crate::encoding::BinaryEncoding;
use crate::hmac::HmacAlgorithm;
use crate::keys::Key;

/// Bodies larger than this are not tried in other spellings.
const MAX_BODY: usize = 256 * 1024;
/// Signatures of public keys that are checked for each content.
const MAX_CHECKED_EACH: usize = 3;
/// Hashes that take about so many times as long as the others.
const SLOW: [HmacAlgorithm; 4] =
    [HmacAlgorithm::Sha3_224, HmacAlgorithm::Sha3_256, HmacAlgorithm::Sha3_384, HmacAlgorithm::Sha3_512];
const SLOW_COST: usize = 4;
/// Providers that are named when the headers are somebody else's.
const MAX_NAMED: usize = 3;

/// A request that is not valid, with all that is known of it.
pub(super) struct Case<'c> {
    pub(super) provider: Provider,
    pub(super) scheme: &'c Scheme<'c>,
    pub(super) parts: &'c [Part<'c>],
    pub(super) message: Message<'c>,
    /// The headers as they were sent.
    pub(super) headers: &'c Fields,
    pub(super) held: &'c [Held],
    /// The secrets that were sent, as text.
    pub(super) secrets: Vec<&'c str>,
    pub(super) call: &'c Call,
    pub(super) budget: Budget,
}

impl Case<'_> {
    /// What to look at, for a reason.
    pub(super) fn hint(&self, reason: Reason, evidence: Option<&Evidence<'_>>) -> Option<String> {
        match reason {
            Reason::MissingSignature | Reason::MalformedSignature => self.not_theirs(),
            Reason::SignatureMismatch => Some(self.mismatch(evidence?)),
            Reason::TimestampTooOld => Some(
                "most providers sign each attempt anew, so this is probably a copy: a replay, or a request that was \
                 kept for testing, such as pinned data; to test with it send ignoreAge, for slow deliveries a larger \
                 tolerance"
                    .to_owned(),
            ),
            Reason::TimestampInFuture => Some("the clock of the sender or of this server is wrong".to_owned()),
            Reason::MissingTimestamp | Reason::MissingHeader => {
                Some("send all headers of the request, not only the signature".to_owned())
            }
            Reason::MalformedTimestamp | Reason::MalformedHeader => None,
        }
    }

    /// Whose request it is instead, when the signature is not where it should be.
    fn not_theirs(&self) -> Option<String> {
        if self.scheme.place == Place::Body {
            return Some("the signature is in the body, not in a header: send the whole body".to_owned());
        }
        if self.headers.is_empty() {
            return Some(
                "headers is empty: send those of the request, in n8n {{ JSON.stringify($json.headers) }}".to_owned(),
            );
        }
        let json = || self.message.json();
        match self.provider {
            Provider::Github if self.headers.has("X-Hub-Signature") && !self.headers.has("X-Hub-Signature-256") => {
                return Some(
                    "only the legacy X-Hub-Signature (SHA-1) was sent: GitHub sends both, so pass on \
                     X-Hub-Signature-256"
                        .to_owned(),
                );
            }
            Provider::Asana if self.headers.has("X-Hook-Secret") => {
                return Some(
                    "this is Asana's handshake: answer 200 with the header X-Hook-Secret as received, and keep its \
                     value as the secret"
                        .to_owned(),
                );
            }
            Provider::Notion if json().is_some_and(|body| body["verification_token"].is_string()) => {
                return Some(
                    "this is Notion's first message: its verification_token is the secret from now on".to_owned(),
                );
            }
            _ => {}
        }
        match self.others().as_slice() {
            [] => Some(self.malformed().unwrap_or_else(|| "send all headers of the request as received".to_owned())),
            names => Some(format!("the headers look like those of {}", names.join(" or "))),
        }
    }

    /// What is wrong with a value that is where the signature should be.
    fn malformed(&self) -> Option<String> {
        let Scheme { prefix, encoding, .. } = *self.scheme;
        let name =
            self.scheme.headers.iter().find(|name| self.headers.header(name).iter().any(|text| !text.is_empty()))?;
        let values = self.headers.header(name);
        let length = self.scheme.proof.length();
        let reads = |text: &str, encoding: BinaryEncoding| {
            encoding.decode("signature", text).is_ok_and(|bytes| length.is_none_or(|length| bytes.len() == length))
        };
        if !prefix.is_empty() && values.iter().any(|text| reads(text, encoding)) {
            return Some(format!("the value of {name} has lost its prefix {prefix}: send it as received"));
        }
        let others = [BinaryEncoding::Hex, BinaryEncoding::Base64, BinaryEncoding::Base64url];
        let other = others
            .into_iter()
            .filter(|other| *other != encoding && length.is_some())
            .find(|other| values.iter().any(|text| reads(text.strip_prefix(prefix).unwrap_or(text), *other)));
        Some(match other {
            Some(other) => format!(
                "the value of {name} is {} and this provider uses {}: send it as received",
                other.name(),
                encoding.name()
            ),
            None => format!("{name} is present, but its value is truncated or changed: send it as received"),
        })
    }

    /// The providers whose signatures are among the headers; those whose prefix is there before those who have none.
    fn others(&self) -> Vec<String> {
        let has = |scheme: &Scheme<'_>, name: &str| {
            let starts = |value: &&str| {
                value.starts_with(scheme.prefix) || value.split([',', ' ']).any(|item| item.starts_with(scheme.prefix))
            };
            // Every API has this header.
            name != "Authorization" && self.headers.header(name).iter().any(starts)
        };
        let ours = |scheme: &Scheme<'_>| scheme.headers == self.scheme.headers && scheme.prefix == self.scheme.prefix;
        let others = TABLE.iter().filter(|(_, scheme)| scheme.place == Place::Headers && !ours(scheme));
        let others = others.filter(|(_, scheme)| scheme.headers.iter().any(|name| has(scheme, name)));
        let (bare, prefixed): (Vec<_>, Vec<_>) = others.partition(|(_, scheme)| scheme.prefix.is_empty());
        let found = if prefixed.is_empty() { bare } else { prefixed };
        found.iter().map(|(provider, _)| provider.name()).take(MAX_NAMED).collect()
    }

    fn mismatch(&self, evidence: &Evidence<'_>) -> String {
        let tried = self.scheme.proof != Proof::Token && self.message.body.len() <= MAX_BODY;
        let found = self.secret(evidence).or_else(|| {
            tried
                .then(|| self.body(evidence, None).or_else(|| self.address(evidence)).or_else(|| self.both(evidence)))?
        });
        found.unwrap_or_else(|| self.guess(evidence))
    }

    /// Whether the signature is that of a request, with a key or with those that were sent.
    fn fits(&self, evidence: &Evidence<'_>, message: Message<'_>, key: Option<&Key>) -> bool {
        let held = self.held.iter().map(|held| &*held.key);
        let keys: Vec<&Key> = key.map_or_else(|| held.collect(), |key| vec![key]);
        // The body is in what is made of it, which may be a few times it where addresses have several forms.
        if self.call.cancelled() || self.budget.is_spent() || !self.budget.take_bytes(message.body.len()) {
            return false;
        }
        let contents = message.contents(self.scheme, self.parts, evidence.signed);
        contents.iter().any(|content| keys.iter().any(|key| self.holds(evidence, content, key)))
    }

    /// Whether a key made any of the signatures of some bytes, while the budget lasts.
    fn holds(&self, evidence: &Evidence<'_>, content: &[u8], key: &Key) -> bool {
        let mut signatures = evidence.signatures.as_slice();
        if !self.scheme.is_shared() {
            signatures = &signatures[..signatures.len().min(MAX_CHECKED_EACH)];
            if !self.budget.take_checks(signatures.len()) {
                return false;
            }
        }
        let slow = matches!(self.scheme.proof, Proof::Hmac(algorithm) if SLOW.contains(&algorithm));
        self.budget.take_bytes(content.len() * if slow { SLOW_COST } else { 1 })
            && self.scheme.proof.holds("secret", key, content, signatures).unwrap_or(false)
    }

    /// Secrets that were copied with something around them, or are to be read in another way.
    fn secret(&self, evidence: &Evidence<'_>) -> Option<String> {
        if self.message.body.len() > MAX_BODY {
            return None;
        }
        for text in &self.secrets {
            for (bytes, what) in other_readings(text, self.scheme.secret) {
                if !bytes.is_empty() && self.fits(evidence, self.message, Some(&Key::secret(bytes))) {
                    return Some(format!("the signature matches when the secret {what}"));
                }
            }
        }
        for (name, text) in self.held.iter().filter_map(|held| held.reference.as_ref().zip(held.text.as_ref())) {
            for (bytes, what) in other_readings(text, self.scheme.secret) {
                if !bytes.is_empty() && self.fits(evidence, self.message, Some(&Key::secret(bytes))) {
                    return Some(format!("the signature matches when the key {name} {what}"));
                }
            }
        }
        None
    }

    /// Bodies that were changed on their way.
    fn body(&self, evidence: &Evidence<'_>, key: Option<&Key>) -> Option<String> {
        if !self.scheme.signs_body() || self.message.params.is_some() {
            return None;
        }
        let fits = |body: &[u8]| self.fits(evidence, self.message.with_body(body), key);
        let body = self.message.body;
        if self.scheme.signs("{form}")
            && let Ok(fields) = serde_json::from_slice::<Fields>(body)
            && self.fits(evidence, self.message.with_params(&fields), key)
        {
            return Some(
                "the signature matches when the fields of the body are sent as params: in n8n params: {{ $json.body \
                 }}, and no body"
                    .to_owned(),
            );
        }
        let found =
            |what: &str| Some(format!("the signature matches the body {what}: send the body exactly as received"));
        for (other, what) in other_bodies(body) {
            if other != body && fits(&other) {
                return found(what);
            }
        }
        let text = std::str::from_utf8(body).ok().filter(|text| json::is_json(text))?;
        for (style, what) in json::STYLES {
            if json::respell(text, style).is_some_and(|other| other.as_bytes() != body && fits(other.as_bytes())) {
                return Some(format!(
                    "the signature matches the body {what}: the JSON was parsed and serialized again on its way; send \
                     the raw body, in n8n with Raw Body in the Webhook node"
                ));
            }
        }
        None
    }

    /// A secret that was copied with something around it, and a body that was changed too.
    fn both(&self, evidence: &Evidence<'_>) -> Option<String> {
        for text in &self.secrets {
            let clean = clean(text);
            if clean == *text {
                continue;
            }
            let read = read(clean, self.scheme.secret).filter(|bytes| !bytes.is_empty());
            if let Some(body) = read.and_then(|bytes| self.body(evidence, Some(&Key::secret(bytes)))) {
                return Some(format!(
                    "two things are wrong: the secret has surrounding spaces, quotes or a line break, and {body}"
                ));
            }
        }
        None
    }

    /// Addresses that are nearly right.
    fn address(&self, evidence: &Evidence<'_>) -> Option<String> {
        if !self.scheme.signs("{url}") && !self.scheme.signs("{path}") {
            return None;
        }
        let other = url::mistakes(self.message.url?);
        let (_, what) = other.iter().find(|(url, _)| self.fits(evidence, self.message.with_url(url), None))?;
        Some(format!("the signature matches the URL {what}: send url exactly as the provider knows it"))
    }

    /// When nothing fits: what is most often wrong.
    fn guess(&self, evidence: &Evidence<'_>) -> String {
        let Self { provider, scheme, .. } = self;
        if scheme.proof == Proof::Token {
            return "the token in the webhook's settings is different: copy it again".to_owned();
        }
        if evidence.more {
            return format!(
                "there are more than {MAX_SIGNATURES} signatures, and only the first {MAX_SIGNATURES} are tried"
            );
        }
        for (prefix, kind) in NOT_SECRETS {
            let like = |text: &&str| text.trim_start_matches(['"', '\'', ' ']).starts_with(prefix);
            // Paystack signs with its API key.
            if self.secrets.iter().any(like) && *provider != Provider::Paystack {
                return format!("the secret starts with {prefix} and so is {kind}: use the secret of the webhook");
            }
        }
        if *provider == Provider::Stripe && self.secrets.iter().any(|text| !clean(text).starts_with("whsec_")) {
            return "Stripe's secrets start with whsec_: copy the signing secret of the endpoint, not its id or a key"
                .to_owned();
        }
        let sid = |text: &&str| {
            let text = clean(text);
            let digits = text.strip_prefix("AC").or_else(|| text.strip_prefix("SK"));
            digits.is_some_and(|digits| digits.len() == 32)
        };
        if *provider == Provider::Twilio && self.secrets.iter().any(sid) {
            return "the secret is the id of an account or of an API key: use the Auth Token of the account".to_owned();
        }
        let body = self.message.body;
        if scheme.signs_body() && self.message.params.is_none() {
            if body.is_empty() {
                return "the body is empty: send the raw body of the request".to_owned();
            }
            if body.windows(15).any(|part| part == b"[object Object]") {
                return "the body is \"[object Object]\", which is an object converted to text: send the raw body"
                    .to_owned();
            }
        }
        let json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
        let form = |value: &&str| value.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded");
        if scheme.signs("{body}") && json && self.headers.header("Content-Type").iter().any(form) {
            let github = if *provider == Provider::Github {
                ", or set Content type to application/json in the settings of the webhook"
            } else {
                ""
            };
            return format!("the request was a form and the body is JSON: send the raw body{github}");
        }
        if scheme.signs("{url}") {
            return "the URL is signed too: url must be exactly the one the provider knows, with its query; otherwise \
                    the secret is wrong, or the body was changed"
                .to_owned();
        }
        if scheme.is_shared() && scheme.signs("{body}") && json {
            return "the secret is not this webhook's (each webhook and each mode has its own), or the body is not \
                    exactly as received: in JSON that was parsed and serialized again, numbers such as 10.00 and the \
                    order of members cannot be restored, so send the raw body"
                .to_owned();
        }
        if scheme.is_shared() {
            "the secret is not this webhook's (each webhook and each mode has its own), or the body is not exactly as \
             received: every space counts"
                .to_owned()
        } else {
            "the public key is not this application's, or the body is not exactly as received: every space counts"
                .to_owned()
        }
    }
}

/// What is taken for a webhook's secret by mistake.
const NOT_SECRETS: [(&str, &str); 14] = [
    ("sk_", "an API key"),
    ("pk_", "a publishable key"),
    ("rk_", "a restricted API key"),
    ("xox", "a Slack token"),
    ("xapp-", "a Slack token"),
    ("ghp_", "an access token"),
    ("github_pat_", "an access token"),
    ("glpat-", "an access token"),
    ("shpat_", "an access token"),
    ("SG.", "an API key"),
    ("EAAA", "an access token"),
    ("pat-", "an access token"),
    ("key-", "an API key"),
    ("-----BEGIN", "a key in PEM"),
];
