//! Making and checking a signature of some bytes.

use subtle::ConstantTimeEq;

use super::scheme::Proof;
use crate::Error;
use crate::keys::Key;
use crate::signature::SignatureAlgorithm;

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
            let raw = if self == Self::EcdsaP256 { from_der(signature) } else { Some(signature.clone()) };
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

/// r and s, each of full width, of their form in DER (RFC 3279, section 2.2.3); nothing when it is not exactly that.
fn from_der(der: &[u8]) -> Option<Vec<u8>> {
    let [0x30, length, rest @ ..] = der else { return None };
    let (r, rest) = (rest.len() == usize::from(*length)).then(|| integer(rest))??;
    let (s, rest) = integer(rest)?;
    rest.is_empty().then(|| [r, s].concat())
}

/// A positive integer of DER with nothing to spare, and what follows it.
fn integer(der: &[u8]) -> Option<([u8; WIDTH], &[u8])> {
    let [0x02, length, rest @ ..] = der else { return None };
    let (bytes, rest) = rest.split_at_checked(usize::from(*length))?;
    let bytes = match bytes {
        [0, following, ..] if *following >= 0x80 => &bytes[1..],
        [first, ..] if *first < 0x80 && (*first > 0 || bytes.len() == 1) => bytes,
        _ => return None,
    };
    let mut padded = [0; WIDTH];
    padded.get_mut(WIDTH.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    Some((padded, rest))
}

fn to_der(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(WIDTH);
    let mut body = Vec::with_capacity(2 * WIDTH + 6);
    for number in [r, s] {
        let start = number.iter().position(|byte| *byte > 0).unwrap_or(WIDTH - 1);
        let bytes = &number[start..];
        let positive: &[u8] = if bytes[0] < 0x80 { &[] } else { &[0] };
        body.push(0x02);
        body.push(u8::try_from(positive.len() + bytes.len()).expect("at most 33"));
        body.extend_from_slice(positive);
        body.extend_from_slice(bytes);
    }
    let length = u8::try_from(body.len()).expect("at most 70");
    [vec![0x30, length], body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_and_back() {
        for (r, s) in [
            (vec![1; 32], vec![0x80; 32]),
            (vec![0; 32], vec![0xff; 32]),
            ([vec![0; 31], vec![5]].concat(), vec![7; 32]),
        ] {
            let raw = [r, s].concat();
            assert_eq!(from_der(&to_der(&raw)), Some(raw));
        }
    }

    #[test]
    fn only_exact_der_is_read() {
        let right = to_der(&[[1u8; 32], [2; 32]].concat());
        assert!(from_der(&right).is_some());
        for end in 0..right.len() {
            assert_eq!(from_der(&right[..end]), None, "{end}");
        }
        for wrong in [
            vec![0x30, 6, 2, 1, 1, 2, 1, 1, 0],
            vec![0x30, 7, 2, 2, 0, 1, 2, 1, 1],
            vec![0x30, 6, 2, 1, 0x81, 2, 1, 1],
            vec![0x30, 4, 2, 0, 2, 0],
            vec![0x31, 6, 2, 1, 1, 2, 1, 1],
            [vec![0x30, 38, 2, 33], vec![1; 33], vec![2, 1, 1]].concat(),
        ] {
            assert_eq!(from_der(&wrong), None, "{wrong:02x?}");
        }
    }

    #[test]
    fn nothing_equals_nothing_is_no_proof() {
        assert!(!any_equal(&[], &[vec![]]));
        assert!(!any_equal(&[1], &[vec![], vec![1, 1], vec![2]]));
        assert!(any_equal(&[1], &[vec![2], vec![1]]));
    }
}
