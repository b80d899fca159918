//! The keys to verify or sign with.

use std::sync::Arc;

use chassis::{Call, Secret};
use zeroize::Zeroizing;

use super::provider::Provider;
use super::scheme::{Proof, Scheme, SecretForm};
use crate::Error;
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::keys::{self, Key, Keyring, Material, OkpKey, OkpUse};

/// What Standard Webhooks writes before a secret.
const WHSEC: &str = "whsec_";

/// The fields of a request that say the keys.
#[derive(Clone, Copy)]
pub(super) struct Given<'r> {
    pub(super) secret: Option<&'r Secret<String>>,
    pub(super) secrets: &'r [Secret<String>],
    pub(super) encoding: Option<InputEncoding>,
    /// Half of a key pair, and the name of its field.
    pub(super) half: Option<&'r Secret<String>>,
    pub(super) half_field: &'static str,
    pub(super) key_ref: Option<&'r str>,
    pub(super) task: Task,
}

/// What the keys are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Sign,
    Verify,
}

/// A key, and where it is from.
pub(super) struct Held {
    pub(super) key: Arc<Key>,
    pub(super) field: &'static str,
    /// `name@version` of a named key.
    pub(super) reference: Option<String>,
    /// The text a named secret is kept as, if it is text.
    pub(super) text: Option<Zeroizing<String>>,
    /// Its place in `secrets`.
    pub(super) index: Option<usize>,
}

impl<'r> Given<'r> {
    /// The keys, in the order they are to be tried; there is at least one.
    ///
    /// # Errors
    /// When none or too many were sent, one cannot be read, or it is of the wrong kind for the scheme.
    pub(super) fn choose(
        &self,
        provider: Provider,
        scheme: &Scheme<'_>,
        keyring: &Keyring,
        call: &Call,
    ) -> Result<Vec<Held>, Error> {
        let name = provider.name();
        if !scheme.is_shared() {
            if self.secret.is_some() || !self.secrets.is_empty() {
                let field = if self.secret.is_some() { "secret" } else { "secrets" };
                return Err(conflict(field, format!("does not apply to {name}: send {}", self.half_field)));
            }
            let given = keys::Given { field: self.half_field, key: self.half, key_ref: self.key_ref };
            let chosen = keyring.choose(given, call, |text| half(self.half_field, scheme.proof, text))?;
            return Ok(chosen.all().map(|one| named(one, self.half_field)).collect());
        }
        if self.half.is_some() {
            return Err(conflict(self.half_field, format!("does not apply to {name}: send secret")));
        }
        if self.secrets.is_empty() {
            let given = keys::Given { field: "secret", key: self.secret, key_ref: self.key_ref };
            let read = |text: &Secret<String>| shared("secret", text, scheme.secret, self.encoding).map(Key::secret);
            let chosen = keyring.choose(given, call, read)?;
            let purpose = scheme.proof.purpose(self.task);
            if self.task == Task::Sign {
                chosen.newest().shared("secret", &purpose)?;
            }
            let fitting = chosen.shared("secret", &purpose)?.into_iter();
            return fitting.map(|one| read_named(named(one, "secret"), scheme.secret, self.encoding)).collect();
        }
        if self.secret.is_some() || self.key_ref.is_some() {
            return Err(conflict("secrets", "cannot be combined with secret or keyRef: send one of the three"));
        }
        let held = self.secrets.iter().enumerate().map(|(index, text)| {
            let key = Key::secret(shared("secrets", text, scheme.secret, self.encoding)?);
            Ok(Held { key: Arc::new(key), field: "secrets", reference: None, text: None, index: Some(index) })
        });
        held.collect()
    }

    /// The texts of the secrets that were sent.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'r str> {
        self.secret.into_iter().chain(self.secrets).map(|secret| secret.reveal().as_str())
    }
}

/// A key that was sent in a field, or a version of a named one.
fn named(candidate: &keys::Candidate, field: &'static str) -> Held {
    Held {
        key: candidate.key.clone(),
        field: candidate.field(field),
        reference: candidate.reference.clone(),
        text: None,
        index: None,
    }
}

/// A named secret, read as one that was sent: its bytes are the text of one, if they can be.
fn read_named(held: Held, form: SecretForm, encoding: Option<InputEncoding>) -> Result<Held, Error> {
    if held.reference.is_none() {
        return Ok(held);
    }
    let text = std::str::from_utf8(held.key.shared(held.field)?).ok().map(str::to_owned);
    let held = Held { text: text.clone().map(Zeroizing::new), ..held };
    let bytes = match (text.map(Secret::new), encoding, form) {
        (_, None | Some(InputEncoding::Utf8), SecretForm::Text) | (_, Some(InputEncoding::Utf8), _) => return Ok(held),
        (Some(text), Some(encoding), _) => encoding
            .decode_secret("secretEncoding", &text)
            .map_err(|_| conflict("secretEncoding", "does not apply to the named key: leave it out"))?,
        (None, Some(_), _) => {
            return Err(conflict("secretEncoding", "does not apply here: the named key is bytes, not text"));
        }
        (Some(text), None, SecretForm::Base64) => match decoded(held.field, text.reveal()) {
            Ok(bytes) => bytes,
            // The bytes themselves, as a keyring holds them that was given base64 or hex.
            Err(_) if !text.reveal().contains(WHSEC) => return Ok(held),
            Err(error) => return Err(error),
        },
        (None, None, SecretForm::Base64) => return Ok(held),
    };
    if bytes.is_empty() {
        return Err(conflict(
            held.field,
            "is empty: the named key is only whsec_, put the whole secret in the keyring",
        ));
    }
    Ok(Held { key: Arc::new(Key::secret(bytes)), ..held })
}

/// What a variable that is not there becomes: everybody knows it, so it proves nothing.
fn check_is_one(field: &'static str, text: &str) -> Result<(), Error> {
    let text = text.trim();
    let template = text.trim_start_matches('=').trim_start();
    let what = match text {
        "" => "is blank",
        "null" | "undefined" | "[object Object]" => "is what a missing value becomes as text",
        _ if template.starts_with("{{") && template.ends_with("}}") => "is an expression that was not evaluated",
        _ => return Ok(()),
    };
    Err(conflict(field, format!("{what}: check the field or variable it comes from")))
}

/// The bytes of a shared secret.
fn shared(
    field: &'static str,
    text: &Secret<String>,
    form: SecretForm,
    encoding: Option<InputEncoding>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    check_is_one(field, text.reveal())?;
    let bytes = match (encoding, form) {
        (Some(encoding), _) => encoding.decode_secret(field, text)?,
        (None, SecretForm::Text) => InputEncoding::Utf8.decode_secret(field, text)?,
        (None, SecretForm::Base64) => decoded(field, text.reveal())?,
    };
    if bytes.is_empty() {
        return Err(conflict(field, "is empty"));
    }
    Ok(bytes)
}

fn decoded(field: &'static str, text: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let base64 = text.trim();
    // Supabase has the version before it.
    let base64 = base64.strip_prefix("v1,").unwrap_or(base64);
    let base64 = base64.strip_prefix(WHSEC).unwrap_or(base64);
    let bytes = BinaryEncoding::Base64.decode(field, base64).map(Zeroizing::new);
    bytes.map_err(|_| {
        conflict(
            field,
            "is not base64, as this provider's secrets are: copy it whole, from whsec_ on if it has that; if it is to \
             be taken as text, send secretEncoding utf8",
        )
    })
}

/// One half of a key pair: raw bytes of Ed25519 as Discord shows them, else whatever a key can be written as.
fn half(field: &'static str, proof: Proof, text: &Secret<String>) -> Result<Key, Error> {
    let trimmed = text.reveal().trim();
    if proof == Proof::Ed25519
        && let Ok(bytes) = BinaryEncoding::Hex.decode(field, trimmed).map(Zeroizing::new)
        && let Ok(bytes) = <[u8; 32]>::try_from(bytes.as_slice())
    {
        return if field == "publicKey" {
            Ok(Key::of(Material::Okp(OkpKey { kind: OkpUse::Sign, public: bytes, private: None })))
        } else {
            Err(conflict(field, "must be PEM (PKCS #8)"))
        };
    }
    let armoured = ["-----", "{", "ssh-"].iter().any(|start| trimmed.starts_with(start));
    if proof == Proof::Ed25519 && field == "publicKey" && !armoured {
        return Err(conflict(field, "must be the 64 hex characters that the application's page shows"));
    }
    if field == "publicKey" { Key::read_public(field, trimmed) } else { Key::read_plain(field, trimmed) }
}
