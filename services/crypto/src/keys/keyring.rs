//! The keyring: named keys that stay on the server, and that requests refer to by name.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chassis::settings::Hidden;
use chassis::{Call, Secret};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Key, Purpose};
use crate::Error;
use crate::encoding::InputEncoding;
use crate::error::conflict;

/// The names that may be used by everybody.
const EVERYBODY: &str = "*";
/// Versions of one key: each is tried when something is checked.
const MAX_VERSIONS: usize = 16;
const MAX_NAME: usize = 64;

/// The keys of this server, by name.
#[derive(Default)]
pub struct Keyring {
    keys: BTreeMap<String, Named>,
}

struct Named {
    consumers: Vec<String>,
    /// The newest first; never empty.
    versions: Vec<(u32, Arc<Key>)>,
}

/// The form of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    keys: Pairs<String, WrittenKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    consumers: Vec<String>,
    versions: Pairs<u32, WrittenVersion>,
}

/// The members of an object as they stand there. A map would take the later of two with one name without a word, and that
/// may be for other consumers.
struct Pairs<K, V>(Vec<(K, V)>);

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Members<K, V> {
            type Value = Pairs<K, V>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WrittenVersion {
    key: Secret<String>,
    /// What the text stands for; without it the text is PEM, JWK or an SSH key.
    key_encoding: Option<InputEncoding>,
    passphrase: Option<Secret<String>>,
}

/// A key to use: one that was sent, or a version of a named one.
#[derive(Clone)]
pub(crate) struct Candidate {
    pub(crate) key: Arc<Key>,
    /// `name@version` of a named key.
    pub(crate) reference: Option<String>,
}

/// The keys a request may use.
pub(crate) struct Chosen {
    newest: Candidate,
    older: Vec<Candidate>,
}

/// The fields of a request that say which key.
#[derive(Clone, Copy)]
pub(crate) struct Given<'r> {
    pub(crate) field: &'static str,
    pub(crate) key: Option<&'r Secret<String>>,
    pub(crate) key_ref: Option<&'r str>,
}

impl Keyring {
    /// Reads the keyring: a file's path, or JSON.
    ///
    /// # Errors
    /// When the file cannot be read, or something in it is wrong; the error names the key, never its value.
    pub fn read(setting: Option<&Hidden>) -> Result<Self, String> {
        let Some(setting) = setting else { return Ok(Self::default()) };
        let text = match setting.reveal().trim_start() {
            json if json.starts_with('{') => Secret::new(json.to_owned()),
            path => {
                let read = std::fs::read_to_string(path);
                Secret::new(read.map_err(|error| format!("the keyring {path} cannot be read: {error}"))?)
            }
        };
        // serde's own sentences may quote values.
        let written: Written = serde_json::from_str(text.reveal()).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!(
                "the keyring is malformed at line {line}, column {column}: write \
                 {{\"keys\": {{\"<name>\": {{\"consumers\": [\"*\"], \"versions\": {{\"1\": {{\"key\": \"...\", \
                 \"keyEncoding\": \"base64\"}}}}}}}}}}"
            )
        })?;
        let mut keys = BTreeMap::new();
        for (name, key) in written.keys.0 {
            let named = key.named(&name).map_err(|problem| format!("the keyring's key {name}: {problem}"))?;
            if keys.insert(name.clone(), named).is_some() {
                return Err(format!("the keyring's key {name}: it occurs twice"));
            }
        }
        Ok(Self { keys })
    }

    /// The keys a request may use: the one it sent, read by `read`, or the versions of the one it names.
    ///
    /// # Errors
    /// When it sent not exactly one of the two, the sent one cannot be read, or it may not use the named one.
    pub(crate) fn choose(
        &self,
        given: Given<'_>,
        call: &Call,
        read: impl FnOnce(&Secret<String>) -> Result<Key, Error>,
    ) -> Result<Chosen, Error> {
        match (given.key, given.key_ref) {
            (Some(key), None) => Ok(Chosen::sent(read(key)?)),
            (None, Some(reference)) => self.named(reference, call),
            (Some(_), Some(_)) => {
                Err(conflict("keyRef", format!("cannot be combined with {}: send one of the two", given.field)))
            }
            (None, None) => Err(conflict(given.field, format!("is missing: send {} or keyRef", given.field))),
        }
    }

    /// The same, for bytes that two sides share.
    pub(crate) fn choose_shared(
        &self,
        given: Given<'_>,
        encoding: InputEncoding,
        call: &Call,
    ) -> Result<Chosen, Error> {
        self.choose(given, call, |text| encoding.decode_secret(given.field, text).map(Key::secret))
    }

    /// The same, for a key pair or a half of one.
    pub(crate) fn choose_pair(
        &self,
        given: Given<'_>,
        passphrase: Option<&Secret<String>>,
        call: &Call,
    ) -> Result<Chosen, Error> {
        let passphrase = passphrase.map(|text| text.reveal().as_str());
        if passphrase.is_some() && given.key.is_none() {
            return Err(conflict("passphrase", format!("applies only to {}: leave it out", given.field)));
        }
        self.choose(given, call, |text| Key::read(given.field, text.reveal(), passphrase))
    }

    /// The same, for a public key or the public half of a pair: without a passphrase nothing private is worked with.
    pub(crate) fn choose_public(
        &self,
        given: Given<'_>,
        passphrase: Option<&Secret<String>>,
        call: &Call,
    ) -> Result<Chosen, Error> {
        if passphrase.is_some() {
            return self.choose_pair(given, passphrase, call);
        }
        self.choose(given, call, |text| Key::read_public(given.field, text.reveal()))
    }

    /// The versions of `name`, or the one version of `name@version`.
    fn named(&self, reference: &str, call: &Call) -> Result<Chosen, Error> {
        let (name, version) = match reference.split_once('@') {
            None => (reference, None),
            Some((name, version)) => {
                // As we write it: what is compared with it elsewhere has no other spelling.
                let number = version.parse::<u32>().ok().filter(|number| number.to_string() == version);
                let number = number
                    .ok_or_else(|| conflict("keyRef", "must be a name, or a name and a version as in orders@2"))?;
                (name, Some(number))
            }
        };
        // Somebody else's key is as unknown as one that is not there.
        let unknown = || conflict("keyRef", "names no key that this API key may use: see the server's keyring");
        let named = self.keys.get(name).filter(|named| named.serves(call)).ok_or_else(unknown)?;
        let fitting = |(number, _): &&(u32, _)| version.is_none_or(|version| version == *number);
        let mut candidates = named
            .versions
            .iter()
            .filter(fitting)
            .map(|(number, key)| Candidate { key: key.clone(), reference: Some(format!("{name}@{number}")) });
        let newest = candidates.next().ok_or_else(|| conflict("keyRef", "names a version that key does not have"))?;
        Ok(Chosen { newest, older: candidates.collect() })
    }
}

impl Named {
    fn serves(&self, call: &Call) -> bool {
        let name = call.consumer().map(|consumer| consumer.username.as_str());
        self.consumers.iter().any(|allowed| allowed == EVERYBODY || Some(allowed.as_str()) == name)
    }
}

impl WrittenKey {
    fn named(self, name: &str) -> Result<Named, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(plain) {
            return Err(format!("a name has 1 to {MAX_NAME} letters, digits, '-', '_' and '.'"));
        }
        if self.consumers.is_empty() {
            return Err("consumers is empty: name who may use it, or write [\"*\"]".to_owned());
        }
        let mut written = self.versions.0;
        if written.is_empty() || written.len() > MAX_VERSIONS {
            return Err(format!("it needs 1 to {MAX_VERSIONS} versions"));
        }
        written.sort_by_key(|(number, _)| Reverse(*number));
        if let Some(pair) = written.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(format!("version {} occurs twice", pair[0].0));
        }
        let versions = written.into_iter().map(|(number, version)| {
            let key = version.key().map_err(|error| format!("version {number}: key {error}"))?;
            if key.is_lookalike() {
                return Err(format!("version {number}: key is a public or private key: leave keyEncoding out"));
            }
            Ok((number, Arc::new(key)))
        });
        Ok(Named { consumers: self.consumers, versions: versions.collect::<Result<_, String>>()? })
    }
}

impl WrittenVersion {
    fn key(&self) -> Result<Key, Error> {
        match self.key_encoding {
            Some(encoding) => {
                let bytes = encoding.decode_secret("key", &self.key)?;
                if bytes.is_empty() {
                    return Err(conflict("key", "is empty"));
                }
                Ok(Key::secret(bytes))
            }
            None => Key::read("key", self.key.reveal(), self.passphrase.as_ref().map(|text| text.reveal().as_str())),
        }
    }
}

impl Candidate {
    /// Where it came from: the field it was sent in, or `keyRef`.
    pub(crate) fn field(&self, sent: &'static str) -> &'static str {
        if self.reference.is_some() { "keyRef" } else { sent }
    }

    /// The bytes two sides share; `sent` is the field of one that was sent.
    ///
    /// # Errors
    /// When it is no shared secret, or says of itself that it is for something else.
    pub(crate) fn shared(&self, sent: &'static str, purpose: &Purpose<'_>) -> Result<&[u8], Error> {
        let field = self.field(sent);
        let bytes = self.key.shared(field)?;
        self.key.check_purpose(field, purpose)?;
        Ok(bytes)
    }
}

impl Chosen {
    /// A key that was sent.
    pub(crate) fn sent(key: Key) -> Self {
        Self { newest: Candidate { key: Arc::new(key), reference: None }, older: Vec::new() }
    }

    /// The key to make something with.
    pub(crate) fn newest(&self) -> &Candidate {
        &self.newest
    }

    /// The keys to check or open something with, the newest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Candidate> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// The shared secrets to check something with, the newest first; at least one. Versions that are for something else are
    /// passed over: a key may have been of another kind once.
    ///
    /// # Errors
    /// What the newest says when none will do.
    pub(crate) fn shared(&self, sent: &'static str, purpose: &Purpose<'_>) -> Result<Vec<&Candidate>, Error> {
        let fitting: Vec<_> = self.all().filter(|one| one.shared(sent, purpose).is_ok()).collect();
        if fitting.is_empty() {
            self.newest.shared(sent, purpose)?;
        }
        Ok(fitting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(json: &str) -> Result<Keyring, String> {
        Keyring::read(Some(&json.parse::<Hidden>().unwrap()))
    }

    const TWO: &str = r#"{"keys": {
        "orders": {"consumers": ["*"], "versions": {
            "1": {"key": "b25l", "keyEncoding": "base64"}, "10": {"key": "ten", "keyEncoding": "utf8"}}},
        "private": {"consumers": ["acme"], "versions": {"1": {"key": "x", "keyEncoding": "utf8"}}}}}"#;

    #[test]
    fn the_newest_version_makes_and_all_check() {
        let keyring = keyring(TWO).unwrap();
        let call = Call::detached();
        let texts = |reference| -> Vec<_> {
            let chosen = keyring.named(reference, &call).unwrap();
            chosen.all().map(|one| (one.reference.clone().unwrap(), one.key.shared("key").unwrap().to_vec())).collect()
        };
        assert_eq!(texts("orders"), [("orders@10".into(), b"ten".to_vec()), ("orders@1".into(), b"one".to_vec())]);
        assert_eq!(texts("orders@1"), [("orders@1".into(), b"one".to_vec())]);
    }

    #[test]
    fn somebody_elses_key_is_as_unknown_as_none() {
        let keyring = keyring(TWO).unwrap();
        let error = |reference: &str| keyring.named(reference, &Call::detached()).err().unwrap().to_string();
        assert_eq!(error("private"), error("nothing"));
        assert!(error("orders@2").contains("version"));
        for version in ["x", "", "01", "+1", "-1", " 1", "1@1", "4294967297"] {
            assert!(error(&format!("orders@{version}")).contains("orders@2"), "{version}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_no_key_is_told() {
        for (json, wanted) in [
            (r#"{"keys": {"a": {"consumers": [], "versions": {"1": {"key": "geheim"}}}}}"#, "consumers"),
            (r#"{"keys": {"a": {"consumers": ["*"], "versions": {}}}}"#, "versions"),
            (r#"{"keys": {"a b": {"consumers": ["*"], "versions": {"1": {"key": "geheim"}}}}}"#, "letters"),
            (r#"{"keys": {"a": {"consumers": ["*"], "versions": {"1": {"key": "geheim"}}}}}"#, "version 1"),
            (r#"{"keys": {"a": {"consumers": ["*"], "versions": {"1": {"key": {"geheim": 1}}}}}}"#, "line 1"),
            (r#"{"keys": {"a": {"consumers": "geheim"}}}"#, "line 1"),
            (
                r#"{"keys": {"a": {"consumers": ["acme"], "versions": {"1": {"key": "geheim", "keyEncoding": "utf8"}}},
                             "a": {"consumers": ["*"], "versions": {"1": {"key": "geheim", "keyEncoding": "utf8"}}}}}"#,
                "key a: it occurs twice",
            ),
            (
                r#"{"keys": {"a": {"consumers": ["*"], "versions": {
                    "1": {"key": "geheim", "keyEncoding": "utf8"}, "1": {"key": "geheim", "keyEncoding": "utf8"}}}}}"#,
                "version 1 occurs twice",
            ),
            (
                r#"{"keys": {"a": {"consumers": ["acme"], "consumers": ["*"], "versions": {"1": {"key": "geheim"}}}}}"#,
                "line 1",
            ),
            (r#"{"keys": {"a": {"consumers": ["*"], "versions": {"01": {"key": "geheim"}}}}}"#, "line 1"),
            (
                r#"{"keys": {"a": {"consumers": ["*"], "versions": {"1": {"key": "-----BEGIN geheim", "keyEncoding": "utf8"}}}}}"#,
                "leave keyEncoding out",
            ),
            ("/nowhere/geheim.json", "cannot be read"),
        ] {
            let problem = keyring(json).err().unwrap();
            assert!(problem.contains(wanted), "{problem}");
            assert!(json.starts_with('/') || !problem.contains("geheim"), "{problem}");
        }
    }
}
