//! RSA keys: which numbers are accepted, and their aws-lc form.

use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};

use super::{RsaKey, RsaPrivate};
use crate::Error;
use crate::error::conflict;

/// What aws-lc signs with.
pub(crate) const MIN_SIGNING_BITS: usize = 2048;
const MIN_BITS: usize = 1024;
const MAX_BITS: usize = 8192;
/// What aws-lc verifies with.
const MAX_EXPONENT_BITS: usize = 33;

impl RsaKey {
    /// A public key; leading zeros of the numbers are dropped.
    ///
    /// # Errors
    /// When the numbers cannot be an RSA key, or one of a size we work with.
    pub(crate) fn public(field: &'static str, modulus: &[u8], exponent: &[u8]) -> Result<Self, Error> {
        let (modulus, exponent) = (number(modulus).to_vec(), number(exponent).to_vec());
        let length = bits(&modulus);
        if !(MIN_BITS..=MAX_BITS).contains(&length) {
            let message = format!("is an RSA key of {length} bits: use one of {MIN_SIGNING_BITS} to {MAX_BITS}");
            return Err(conflict(field, message));
        }
        let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
        // With the exponent 1 the signature is the message itself.
        if !odd(&exponent) || exponent == [1] || bits(&exponent) > MAX_EXPONENT_BITS {
            return Err(conflict(
                field,
                "is not a valid RSA key: its exponent must be odd and at least 3, such as 65537",
            ));
        }
        if !odd(&modulus) {
            return Err(conflict(field, "is not a valid RSA key: its modulus is even"));
        }
        Ok(Self { modulus, exponent, private: None, pair: None })
    }

    /// The key with its private half.
    ///
    /// # Errors
    /// When the halves do not belong together.
    pub(crate) fn with_private(mut self, field: &'static str, private: RsaPrivate) -> Result<Self, Error> {
        let damaged = || conflict(field, "is a damaged RSA private key: its numbers do not match");
        let RsaPrivate { d, p, q, dp, dq, qi } = &private;
        // Before aws-lc calculates with numbers of any length.
        if [d, p, q, dp, dq, qi].iter().any(|part| number(part).len() > self.modulus.len()) {
            return Err(damaged());
        }
        match pair(self.components(), &private) {
            Ok(pair) => self.pair = Some(Box::new(pair)),
            // The numbers were checked before their size was.
            Err(error) if error.description_() == "TooSmall" => {}
            Err(_) => return Err(damaged()),
        }
        self.private = Some(private);
        Ok(self)
    }

    /// The length of the modulus, which is what one calls the size of the key.
    pub(crate) fn bits(&self) -> usize {
        bits(&self.modulus)
    }

    /// The pair aws-lc signs and decrypts with.
    ///
    /// # Errors
    /// When it is too short for that.
    pub(crate) fn key_pair(&self, field: &'static str) -> Result<&KeyPair, Error> {
        self.pair.as_deref().ok_or_else(|| {
            let length = self.bits();
            conflict(field, format!("is an RSA key of {length} bits: use one of at least {MIN_SIGNING_BITS}"))
        })
    }

    /// The public half, as aws-lc takes it.
    pub(crate) fn components(&self) -> PublicKeyComponents<&[u8]> {
        PublicKeyComponents { n: &self.modulus, e: &self.exponent }
    }

    /// Whether the modulus bears the mark of the library of CVE-2017-15361, whose keys can be factored: modulo each small
    /// prime it is a power of 65537 (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 5.1; the
    /// primes are those of the authors' crocs-muni/roca). About one in 2^28 good keys bears it too.
    pub(crate) fn is_roca(&self) -> bool {
        const PRIMES: [u32; 38] = [
            3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
            109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
        ];
        PRIMES.iter().all(|prime| {
            let residue = self.modulus.iter().fold(0, |residue, byte| (residue * 256 + u32::from(*byte)) % prime);
            let mut power = 1;
            (0..*prime).any(|_| {
                power = power * 65537 % prime;
                power == residue
            })
        })
    }
}

fn pair(public_key: PublicKeyComponents<&[u8]>, private: &RsaPrivate) -> Result<KeyPair, KeyRejected> {
    let RsaPrivate { d, p, q, dp, dq, qi } = private;
    KeyPair::from_components(&KeyPairComponents::<&[u8]> { public_key, d, p, q, dP: dp, dQ: dq, qInv: qi })
}

/// A number without leading zeros.
pub(super) fn number(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

fn bits(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}
