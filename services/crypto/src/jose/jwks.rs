//! JSON Web Key Sets (RFC 7517, section 5).

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use super::JwsAlgorithm;
use crate::Error;
use crate::error::conflict;
use crate::keys::{Candidate, Key};

/// Keys of a set.
const MAX_KEYS: usize = 100;

/// A JSON Web Key Set: an object with an array `keys`.
#[derive(Default, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct KeySet(#[schemars(with = "Map<String, Value>")] pub Value);

/// Reads any JSON, and JSON in a text, so that [`KeySet::written`] can say what to send instead.
impl<'de> Deserialize<'de> for KeySet {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(source)? {
            Value::String(text) => {
                let text = Zeroizing::new(text);
                serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text.as_str()))
            }
            other => other,
        }))
    }
}

impl Zeroize for KeySet {
    fn zeroize(&mut self) {
        forget(&mut self.0);
        self.0 = Value::Null;
    }
}

fn forget(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(values) => values.iter_mut().for_each(forget),
        Value::Object(object) => object.values_mut().for_each(forget),
        _ => {}
    }
}

impl KeySet {
    /// The keys as they are written.
    ///
    /// # Errors
    /// When it is no set, is too large, or holds shared and public keys together.
    pub(super) fn written(&self) -> Result<&[Value], Error> {
        let written = match (&self.0, self.0.get("keys")) {
            // Some services answer with the list alone.
            (Value::Array(written), _) | (_, Some(Value::Array(written))) => written,
            (Value::String(text), _) if text.trim_start().starts_with("http") => {
                let message = "is a URL, which is not followed here: fetch it first, in n8n with an HTTP Request node, \
                               and send the response";
                return Err(conflict("jwks", message));
            }
            (other, _) => {
                let single = if other.get("kty").is_some() { ": this is one key, send it in key" } else { "" };
                return Err(conflict("jwks", format!("must be an object with an array keys{single}")));
            }
        };
        if written.is_empty() || written.len() > MAX_KEYS {
            return Err(conflict("jwks", format!("must have 1 to {MAX_KEYS} keys, and has {}", written.len())));
        }
        // Who may publish keys could publish one as a shared secret, and sign with it.
        let shared = written.iter().filter(|key| key["kty"] == "oct").count();
        if shared != 0 && shared != written.len() {
            return Err(conflict("jwks", "mixes shared secrets (kty oct) with public keys: send one kind only"));
        }
        Ok(written)
    }
}

/// The keys of a set that may have signed with this algorithm, and have this id or none. Each is read when it is asked for:
/// reading a key takes time, and who sends a set decides what is in it.
pub(super) fn signers<'k>(
    written: &'k [Value],
    algorithm: JwsAlgorithm,
    id: Option<&'k str>,
) -> impl Iterator<Item = Result<Candidate, Error>> + use<'k> {
    let named = move |key: &&Value| id.is_none() || key["kid"].is_null() || key["kid"].as_str() == id;
    written.iter().filter(named).filter(move |key| algorithm.fits(key)).map(|key| {
        let key = Key::read_public("jwks", &Zeroizing::new(key.to_string()))?;
        if key.is_lookalike() {
            return Err(conflict("jwks", "is a public or private key, written as a shared secret (kty oct)"));
        }
        Ok(Candidate { key: key.into(), reference: None })
    })
}
