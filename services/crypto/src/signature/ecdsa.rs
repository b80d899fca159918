//! ECDSA (FIPS 186-5), and the two forms its signatures have.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED,
    ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    EcdsaVerificationAlgorithm, UnparsedPublicKey,
};

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
        let pair = pair.map_err(|_| conflict(field, "is damaged: its two halves do not belong together"))?;
        let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| Error::NoMemory)?;
        Ok(signature.as_ref().to_vec())
    }

    /// Whether r and s, each of full width, are the signature of a message.
    pub(super) fn verify(&self, point: &[u8], message: &[u8], signature: &[u8]) -> bool {
        signature.len() == 2 * self.width
            && UnparsedPublicKey::new(self.verification, point).verify(message, signature).is_ok()
    }
}
