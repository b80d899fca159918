//! Sets of keys (RFC 7517, section 5).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use crate::Error;
use crate::error::conflict;
use crate::keys::{Candidate, Key};

/// Keys of a set.
const MAX_KEYS: usize = 100;

/// A JSON Web Key Set: an object with the list `keys`.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct KeySet(pub Map<String, Value>);

impl Zeroize for KeySet {
    fn zeroize(&mut self) {
        for value in self.0.values_mut() {
            forget(value);
        }
        self.0.clear();
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
    /// The keys of the set. One that cannot be read is left out, as RFC 7517 has it: sets hold keys of kinds their readers do
    /// not know.
    ///
    /// # Errors
    /// When it is no set, is too large, holds shared and public keys together, or no key that can be read.
    pub(super) fn read(&self) -> Result<Vec<Candidate>, Error> {
        let Some(Value::Array(written)) = self.0.get("keys") else {
            let single = if self.0.contains_key("kty") { ": this is one key, send it in key" } else { "" };
            return Err(conflict("jwks", format!("must be an object with the list keys{single}")));
        };
        if written.is_empty() || written.len() > MAX_KEYS {
            return Err(conflict("jwks", format!("must hold 1 to {MAX_KEYS} keys, and holds {}", written.len())));
        }
        // Who may publish keys could publish one as a shared secret, and sign with it.
        let shared = written.iter().filter(|key| key["kty"] == "oct").count();
        if shared != 0 && shared != written.len() {
            return Err(conflict("jwks", "mixes shared secrets (kty oct) with public keys: send one kind only"));
        }
        let mut problem = None;
        let mut keys = Vec::new();
        for key in written {
            match Key::read("jwks", &Zeroizing::new(key.to_string()), None) {
                Ok(key) => keys.push(Candidate { key: key.into(), reference: None }),
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        if keys.is_empty()
            && let Some(problem) = problem
        {
            return Err(conflict("jwks", format!("holds no key that can be used; of the first: {problem}")));
        }
        Ok(keys)
    }
}
