//! ECDSA (FIPS 186-5), and the two formats of its signatures.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED,
    ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    EcdsaVerificationAlgorithm, UnparsedPublicKey,
};

use der::asn1::UintRef;
use der::{Decode, Encode, Reader, SliceReader};

use crate::Error;
use crate::error::conflict;
use crate::keys::Curve;

/// A curve with the hash that belongs to it.
pub(super) struct Ecdsa {
    pub(super) curve: Curve,
    /// Bytes of the order, and so of r and of s.
    pub(super) width: usize,
    signing: &'static EcdsaSigningAlgorithm,
    verification: &'static EcdsaVerificationAlgorithm,
}

pub(super) static P256: Ecdsa = Ecdsa {
    curve: Curve::P256,
    width: 32,
    signing: &ECDSA_P256_SHA256_FIXED_SIGNING,
    verification: &ECDSA_P256_SHA256_FIXED,
};
pub(super) static P384: Ecdsa = Ecdsa {
    curve: Curve::P384,
    width: 48,
    signing: &ECDSA_P384_SHA384_FIXED_SIGNING,
    verification: &ECDSA_P384_SHA384_FIXED,
};
pub(super) static P521: Ecdsa = Ecdsa {
    curve: Curve::P521,
    width: 66,
    signing: &ECDSA_P521_SHA512_FIXED_SIGNING,
    verification: &ECDSA_P521_SHA512_FIXED,
};
pub(super) static SECP256K1: Ecdsa = Ecdsa {
    curve: Curve::Secp256k1,
    width: 32,
    signing: &ECDSA_P256K1_SHA256_FIXED_SIGNING,
    verification: &ECDSA_P256K1_SHA256_FIXED,
};

impl Ecdsa {
    /// Signs; the nonce is random, so each signature is another.
    pub(super) fn sign(
        &self,
        field: &'static str,
        scalar: &[u8],
        point: &[u8],
        message: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let pair = EcdsaKeyPair::from_private_key_and_public_key(self.signing, scalar, point);
        let pair = pair.map_err(|_| conflict(field, "is damaged: its public and private keys do not match"))?;
        let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| Error::NoMemory)?;
        Ok(signature.as_ref().to_vec())
    }

    /// Whether r and s, each of full width, are the signature of a message.
    pub(super) fn verify(&self, point: &[u8], message: &[u8], signature: &[u8]) -> bool {
        signature.len() == 2 * self.width
            && UnparsedPublicKey::new(self.verification, point).verify(message, signature).is_ok()
    }
}

/// r and s of full width as a DER sequence of two integers (RFC 3279, section 2.2.3).
pub(crate) fn to_der(fixed: &[u8]) -> Vec<u8> {
    let (r, s) = fixed.split_at(fixed.len() / 2);
    let numbers = [r, s].map(|number| UintRef::new(number).expect("a number of 66 bytes is short enough"));
    numbers.to_der().expect("two short numbers can be written")
}

/// The numbers of a DER sequence in full width; nothing when it is not the one DER form of two positive numbers that may be
/// so long. Zero and what is not less than the order is refused when it is checked.
pub(crate) fn from_der(der: &[u8], width: usize) -> Option<Vec<u8>> {
    let mut reader = SliceReader::new(der).ok()?;
    let numbers = reader.sequence(|inside| Ok::<_, der::Error>([UintRef::decode(inside)?, UintRef::decode(inside)?]));
    let numbers = numbers.ok().filter(|_| reader.is_finished())?;
    let mut fixed = vec![0; 2 * width];
    for (place, number) in fixed.chunks_exact_mut(width).zip(&numbers) {
        let start = width.checked_sub(number.as_bytes().len())?;
        place[start..].copy_from_slice(number.as_bytes());
    }
    Some(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_has_one_form() {
        let fixed: Vec<u8> = [&[0; 31][..], &[1], &[0x80], &[0; 31]].concat();
        let der = to_der(&fixed);
        assert_eq!(der, [&[0x30, 38, 2, 1, 1, 2, 33, 0, 0x80][..], &[0; 31]].concat());
        assert_eq!(from_der(&der, 32).as_ref(), Some(&fixed));
        assert_eq!(from_der(&der, 31), None, "too wide for the curve");
        for wrong in [
            &[][..],
            &[0x30],
            &[0x30, 0],
            &[0x30, 3, 2, 1, 1],
            &[0x31, 6, 2, 1, 1, 2, 1, 1],
            &[0x30, 6, 2, 1, 1, 2, 1, 1, 0],
            &[0x30, 7, 2, 1, 1, 2, 1, 1],
            &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 1],
            &[0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0],
            &[0x30, 7, 2, 2, 0, 1, 2, 1, 1],
            &[0x30, 7, 2, 0x81, 1, 1, 2, 1, 1],
            &[0x30, 6, 2, 1, 0xff, 2, 1, 1],
            &[0x30, 5, 2, 0, 2, 1, 1],
            &[0x30, 6, 4, 1, 1, 2, 1, 1],
            &[0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1],
        ] {
            assert_eq!(from_der(wrong, 32), None, "{wrong:02x?}");
        }
        assert!(from_der(&[0x30, 6, 2, 1, 1, 2, 1, 1], 32).is_some(), "what the wrong ones were made of");
    }
}
