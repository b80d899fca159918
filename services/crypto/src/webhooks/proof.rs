//! Creating and verifying signatures of bytes.

use subtle::ConstantTimeEq;

use super::keys::Task;
use super::scheme::Proof;
use crate::Error;
use crate::keys::{Key, Purpose};
use crate::signature::{SignatureAlgorithm, from_der, to_der};

/// Bytes of a number of P-256.
const WIDTH: usize = 32;

impl Proof {
    /// Bytes of a signature, where all have the same.
    pub(super) fn length(self) -> Option<usize> {
        match self {
            Self::Hmac(algorithm) => Some(algorithm.mac(&[], &[]).len()),
            Self::Ed25519 => Some(64),
            Self::EcdsaP256 | Self::Token => None,
        }
    }

    /// What a shared secret must be for.
    pub(super) fn purpose(self, task: Task) -> Purpose<'static> {
        let operations: &[&str] = match task {
            Task::Sign => &["sign"],
            Task::Verify => &["verify"],
        };
        match self {
            Self::Hmac(algorithm) => algorithm.purpose(operations),
            _ => Purpose { algorithms: &["a secret that is sent as it is"], code: "sig", operations },
        }
    }

    /// Whether any of some signatures is the key's. All are compared, each whole and in constant time.
    ///
    /// # Errors
    /// When the key is not for this.
    pub(super) fn holds(
        self,
        field: &'static str,
        key: &Key,
        content: &[u8],
        signatures: &[Vec<u8>],
    ) -> Result<bool, Error> {
        let (algorithm, key) = match self {
            Self::Hmac(algorithm) => {
                return Ok(any_equal(&algorithm.mac(key.shared(field)?, content), signatures));
            }
            Self::Token => return Ok(any_equal(key.shared(field)?, signatures)),
            Self::Ed25519 => (SignatureAlgorithm::EdDsa, key),
            Self::EcdsaP256 => (SignatureAlgorithm::Es256, key),
        };
        let mut holds = false;
        for signature in signatures {
            let raw = if self == Self::EcdsaP256 { from_der(signature, WIDTH) } else { Some(signature.clone()) };
            // A key that does not fit is told even when no signature can be read.
            holds |= algorithm.verify(field, key, content, &raw.unwrap_or_default())?;
        }
        Ok(holds)
    }

    /// Signs.
    ///
    /// # Errors
    /// When the key is not for this.
    pub(super) fn make(self, field: &'static str, key: &Key, content: &[u8]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Hmac(algorithm) => Ok(algorithm.mac(key.shared(field)?, content)),
            Self::Token => Ok(key.shared(field)?.to_vec()),
            Self::Ed25519 => SignatureAlgorithm::EdDsa.sign(field, key, content),
            Self::EcdsaP256 => SignatureAlgorithm::Es256.sign(field, key, content).map(|raw| to_der(&raw)),
        }
    }
}

fn any_equal(right: &[u8], signatures: &[Vec<u8>]) -> bool {
    let mut found = false;
    for signature in signatures {
        // An empty code equals an empty secret: neither gets here, and if one did it would prove nothing.
        found |= !signature.is_empty() && signature.len() == right.len() && bool::from(signature.ct_eq(right));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_equals_nothing_is_no_proof() {
        assert!(!any_equal(&[], &[vec![]]));
        assert!(!any_equal(&[1], &[vec![], vec![1, 1], vec![2]]));
        assert!(any_equal(&[1], &[vec![2], vec![1]]));
    }
}
