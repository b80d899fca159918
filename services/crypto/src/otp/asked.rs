//! Secret and scheme of a request: from its fields, or from a URI.

use std::sync::Arc;

use chassis::{Call, Secret};

use super::base32::SecretEncoding;
use super::scheme::{DEFAULT_DIGITS, DEFAULT_PERIOD, OtpAlgorithm, OtpType, Scheme};
use super::uri;
use crate::Error;
use crate::error::conflict;
use crate::keys::{Candidate, Given, Keyring, Purpose};

/// The fields of a request.
pub(super) struct Asked<'r> {
    pub(super) uri: Option<&'r Secret<String>>,
    pub(super) secret: Option<&'r Secret<String>>,
    pub(super) secret_encoding: Option<SecretEncoding>,
    pub(super) key_ref: Option<&'r str>,
    pub(super) kind: Option<OtpType>,
    pub(super) algorithm: Option<OtpAlgorithm>,
    pub(super) digits: Option<u32>,
    pub(super) period: Option<u64>,
    pub(super) counter: Option<u64>,
}

/// What they mean.
pub(super) struct Settled {
    /// The newest first; never empty.
    pub(super) keys: Vec<Candidate>,
    pub(super) scheme: Scheme,
    pub(super) counter: Option<u64>,
}

impl Asked<'_> {
    /// `operation` is what the secret must be for: to make a code is to sign, to check one to verify.
    pub(super) fn settle(self, operation: &'static str, call: &Call, keyring: &Keyring) -> Result<Settled, Error> {
        let settled = match self.uri {
            Some(text) => self.of_uri(text)?,
            None => self.of_fields(operation, call, keyring)?,
        };
        if settled.scheme.kind == OtpType::Totp && self.counter.is_some() {
            return Err(conflict("counter", "does not apply to totp: leave it out, or send type hotp"));
        }
        if settled.scheme.kind == OtpType::Hotp && self.period.is_some() {
            return Err(conflict("period", "does not apply to hotp: leave it out"));
        }
        Ok(settled)
    }

    fn of_uri(&self, text: &Secret<String>) -> Result<Settled, Error> {
        for (field, given) in [
            ("secret", self.secret.is_some()),
            ("secretEncoding", self.secret_encoding.is_some()),
            ("keyRef", self.key_ref.is_some()),
            ("type", self.kind.is_some()),
            ("algorithm", self.algorithm.is_some()),
            ("digits", self.digits.is_some()),
            ("period", self.period.is_some()),
        ] {
            if given {
                return Err(conflict(field, "cannot be combined with uri, which includes it: leave it out"));
            }
        }
        let account = uri::read(text)?;
        let keys = vec![Candidate { key: Arc::new(account.key), reference: None }];
        Ok(Settled { keys, scheme: account.scheme, counter: self.counter.or(account.counter) })
    }

    fn of_fields(&self, operation: &'static str, call: &Call, keyring: &Keyring) -> Result<Settled, Error> {
        if self.secret.is_none() && self.key_ref.is_none() {
            return Err(conflict("secret", "is missing: send secret, uri or keyRef"));
        }
        if self.secret.is_none() && self.secret_encoding.is_some() {
            return Err(conflict("secretEncoding", "does not apply to a named key: leave it out"));
        }
        let given = Given { field: "secret", key: self.secret, key_ref: self.key_ref };
        let encoding = self.secret_encoding.unwrap_or_default();
        let chosen = keyring.choose(given, call, |text| encoding.key("secret", text))?;
        let algorithm = self.algorithm.unwrap_or_default();
        let purpose = Purpose { algorithms: &[algorithm.jose_name()], code: "sig", operations: &[operation] };
        if operation == "sign" {
            chosen.newest().shared("secret", &purpose)?;
        }
        Ok(Settled {
            keys: chosen.shared("secret", &purpose)?.into_iter().cloned().collect(),
            scheme: Scheme {
                kind: self.kind.unwrap_or_default(),
                algorithm,
                digits: self.digits.unwrap_or(DEFAULT_DIGITS),
                period: self.period.unwrap_or(DEFAULT_PERIOD),
            },
            counter: self.counter,
        })
    }
}

impl Settled {
    /// Where HOTP stands.
    pub(super) fn counter(&self) -> Result<u64, Error> {
        self.counter.ok_or_else(|| conflict("counter", "is missing: hotp needs the counter of the next code"))
    }
}
