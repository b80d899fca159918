//! Keys: one in-memory form, whatever format they were read from.

pub mod agree;
mod arithmetic;
mod curve;
mod der;
pub mod format;
pub mod generate;
pub mod inspect;
mod jwk;
mod keyring;
mod lookalike;
mod pem;
mod purpose;
mod read;
mod rsa;
mod ssh;
#[cfg(test)]
mod tests;
mod write;

pub use keyring::Keyring;
pub(crate) use keyring::{Candidate, Chosen, Given};
pub(crate) use lookalike::is_asymmetric;
pub(crate) use purpose::Purpose;
pub(crate) use rsa::MIN_SIGNING_BITS;

use aws_lc_rs::rsa::KeyPair;
use zeroize::Zeroizing;

/// A key as it was read: the key itself, and what its text says about its use.
pub(crate) struct Key {
    pub(crate) material: Material,
    /// Its id (`kid` of a JWK).
    pub(crate) id: Option<String>,
    /// The one algorithm it may be used with (`alg` of a JWK).
    pub(crate) algorithm: Option<String>,
    /// What it may be used for (`use` of a JWK: `sig` or `enc`).
    pub(crate) purpose: Option<String>,
    /// The operations it may be used in (`key_ops` of a JWK).
    pub(crate) operations: Option<Vec<String>>,
}

/// A key itself. There is no `Debug`: it would show what nobody may see.
pub(crate) enum Material {
    /// Bytes two sides share.
    Secret(Zeroizing<Vec<u8>>),
    Rsa(RsaKey),
    /// A key on one of the curves of ECDSA and ECDH.
    Ec(EcKey),
    /// A key on the Edwards or Montgomery form of Curve25519.
    Okp(OkpKey),
}

/// An RSA key; numbers are big-endian without leading zeros.
pub(crate) struct RsaKey {
    pub(crate) modulus: Vec<u8>,
    pub(crate) exponent: Vec<u8>,
    pub(crate) private: Option<RsaPrivate>,
    /// The same as aws-lc has it, when it is long enough to sign with. What it computes at the first signature serves the
    /// next ones too, so those of a named key take a third of the time.
    pair: Option<Box<KeyPair>>,
}

/// The private half, in the names of RFC 8017.
pub(crate) struct RsaPrivate {
    pub(crate) d: Zeroizing<Vec<u8>>,
    pub(crate) p: Zeroizing<Vec<u8>>,
    pub(crate) q: Zeroizing<Vec<u8>>,
    pub(crate) dp: Zeroizing<Vec<u8>>,
    pub(crate) dq: Zeroizing<Vec<u8>>,
    pub(crate) qi: Zeroizing<Vec<u8>>,
}

/// A curve of ECDSA and ECDH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
}

pub(crate) struct EcKey {
    pub(crate) curve: Curve,
    /// The point, uncompressed (SEC 1, 2.3.3): 4, x, y. It is on the curve.
    pub(crate) point: Vec<u8>,
    /// The private number, as long as a coordinate.
    pub(crate) scalar: Option<Zeroizing<Vec<u8>>>,
}

/// What a key of Curve25519 is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OkpUse {
    /// Ed25519 signatures.
    Sign,
    /// X25519 key agreement.
    Agree,
}

pub(crate) struct OkpKey {
    pub(crate) kind: OkpUse,
    pub(crate) public: [u8; 32],
    /// The seed of Ed25519, the scalar of X25519.
    pub(crate) private: Option<Zeroizing<[u8; 32]>>,
}

impl Key {
    /// A key of which nothing else is known.
    pub(crate) fn of(material: Material) -> Self {
        Self { material, id: None, algorithm: None, purpose: None, operations: None }
    }

    /// Bytes two sides share.
    pub(crate) fn secret(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self::of(Material::Secret(bytes))
    }

    /// The key without what is private in it; a secret stays one.
    pub(crate) fn public_half(mut self) -> Self {
        match &mut self.material {
            Material::Secret(_) => {}
            Material::Rsa(key) => (key.private, key.pair) = (None, None),
            Material::Ec(key) => key.scalar = None,
            Material::Okp(key) => key.private = None,
        }
        self
    }
}

impl Material {
    /// Whether it can sign or decrypt, not only verify or encrypt.
    pub(crate) fn is_private(&self) -> bool {
        match self {
            Self::Secret(_) => true,
            Self::Rsa(key) => key.private.is_some(),
            Self::Ec(key) => key.scalar.is_some(),
            Self::Okp(key) => key.private.is_some(),
        }
    }

    /// Its size: of the modulus, the curve or the secret.
    pub(crate) fn bits(&self) -> usize {
        match self {
            Self::Secret(bytes) => bytes.len() * 8,
            Self::Rsa(key) => key.bits(),
            Self::Ec(key) => key.curve.bits(),
            Self::Okp(_) => 256,
        }
    }

    /// What it is, for sentences.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Secret(_) => "secret bytes",
            Self::Rsa(RsaKey { private: Some(_), .. }) => "an RSA private key",
            Self::Rsa(_) => "an RSA public key",
            Self::Ec(EcKey { scalar: Some(_), .. }) => "an EC private key",
            Self::Ec(_) => "an EC public key",
            Self::Okp(OkpKey { kind: OkpUse::Sign, private: Some(_), .. }) => "an Ed25519 private key",
            Self::Okp(OkpKey { kind: OkpUse::Sign, .. }) => "an Ed25519 public key",
            Self::Okp(OkpKey { private: Some(_), .. }) => "an X25519 private key",
            Self::Okp(_) => "an X25519 public key",
        }
    }
}
