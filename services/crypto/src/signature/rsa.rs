//! RSA signatures (RFC 8017): PKCS #1 v1.5 and PSS.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPairComponents;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaKeyPair, RsaParameters, RsaPublicKeyComponents,
    RsaSignatureEncoding,
};

use crate::Error;
use crate::error::conflict;
use crate::keys::{RsaKey, RsaPrivate};

/// Bits of a modulus with which we sign.
pub(super) const MIN_BITS: usize = 2048;

/// How the hash is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    Pkcs1,
    Pss,
}

/// How long the salt of a PSS signature must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SaltLength {
    /// As long as the hash.
    Hash,
    /// As long as it turns out to be.
    Any,
    /// So many bytes.
    Exactly(usize),
}

/// RSA with a hash.
pub(super) struct Rsa {
    signing: [&'static RsaSignatureEncoding; 2],
    verification: [&'static RsaParameters; 2],
}

pub(super) static SHA256: Rsa = Rsa {
    signing: [&RSA_PKCS1_SHA256, &RSA_PSS_SHA256],
    verification: [&RSA_PKCS1_2048_8192_SHA256, &RSA_PSS_2048_8192_SHA256],
};
pub(super) static SHA384: Rsa = Rsa {
    signing: [&RSA_PKCS1_SHA384, &RSA_PSS_SHA384],
    verification: [&RSA_PKCS1_2048_8192_SHA384, &RSA_PSS_2048_8192_SHA384],
};
pub(super) static SHA512: Rsa = Rsa {
    signing: [&RSA_PKCS1_SHA512, &RSA_PSS_SHA512],
    verification: [&RSA_PKCS1_2048_8192_SHA512, &RSA_PSS_2048_8192_SHA512],
};

impl Rsa {
    /// Signs; the salt of PSS is as long as the hash.
    pub(super) fn sign(
        &self,
        field: &'static str,
        padding: Padding,
        key: &RsaKey,
        message: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let bits = key.bits();
        if bits < MIN_BITS {
            return Err(conflict(field, format!("must have at least {MIN_BITS} bits to sign, and has {bits}")));
        }
        let private = key.private.as_ref().ok_or_else(|| conflict(field, "must be a private key"))?;
        let pair =
            pair(key, private).ok_or_else(|| conflict(field, "is damaged: its numbers do not belong together"))?;
        let mut signature = vec![0; pair.public_modulus_len()];
        let signed = pair.sign(self.signing[padding as usize], &SystemRandom::new(), message, &mut signature);
        signed.map_err(|_| Error::NoMemory)?;
        Ok(signature)
    }

    /// Whether a signature is right.
    pub(super) fn verify(
        &self,
        _field: &'static str,
        padding: Padding,
        key: &RsaKey,
        message: &[u8],
        signature: &[u8],
        _salt: SaltLength,
    ) -> Result<bool, Error> {
        let public = RsaPublicKeyComponents { n: &key.modulus, e: &key.exponent };
        Ok(public.verify(self.verification[padding as usize], message, signature).is_ok())
    }
}

fn pair(key: &RsaKey, private: &RsaPrivate) -> Option<RsaKeyPair> {
    let components = KeyPairComponents {
        public_key: RsaPublicKeyComponents { n: key.modulus.as_slice(), e: key.exponent.as_slice() },
        d: private.d.as_slice(),
        p: private.p.as_slice(),
        q: private.q.as_slice(),
        dP: private.dp.as_slice(),
        dQ: private.dq.as_slice(),
        qInv: private.qi.as_slice(),
    };
    RsaKeyPair::from_components(&components).ok()
}
