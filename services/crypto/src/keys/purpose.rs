//! The intended use of a key, as stated by a JWK.

use super::Key;
use crate::Error;
use crate::error::conflict;

/// A use of a key, in the words of a JWK.
pub(crate) struct Purpose<'p> {
    /// The names its algorithm has; the first is ours.
    pub(crate) algorithms: &'p [&'p str],
    /// `sig` or `enc`.
    pub(crate) code: &'p str,
    /// The operations any of which it needs; the first is the one asked for.
    pub(crate) operations: &'p [&'p str],
}

impl Key {
    /// Refuses a key that says of itself that it is for something else (RFC 7517, sections 4.2 to 4.4).
    ///
    /// # Errors
    /// A sentence that names the member.
    pub(crate) fn check_purpose(&self, field: &'static str, purpose: &Purpose<'_>) -> Result<(), Error> {
        let Purpose { algorithms, code, operations } = purpose;
        if self.algorithm.as_ref().is_some_and(|algorithm| !algorithms.contains(&algorithm.as_str())) {
            let name = algorithms[0];
            return Err(conflict(field, format!("says in alg that it is not for {name}: use what it is for")));
        }
        if self.purpose.as_ref().is_some_and(|marked| marked != code) {
            let what = if *code == "sig" { "signatures" } else { "encryption" };
            return Err(conflict(field, format!("says in use that it is not for {what}: send another key")));
        }
        let may = |allowed: &Vec<String>| allowed.iter().any(|one| operations.contains(&one.as_str()));
        if !self.operations.as_ref().is_none_or(may) {
            let operation = operations[0];
            return Err(conflict(field, format!("says in key_ops that it may not {operation}: send another key")));
        }
        Ok(())
    }
}
