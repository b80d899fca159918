//! The signature algorithms of tokens, and which keys each may use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::Error;
use crate::hmac::HmacAlgorithm;
use crate::keys::{Curve, Key, Material, OkpUse};
use crate::signature::SignatureAlgorithm;

/// How a token is signed (RFC 7518, section 3; RFC 8037; RFC 8812).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum JwsAlgorithm {
    /// HMAC with SHA-256; the key is a secret both sides have.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// ECDSA on secp256k1 with SHA-256.
    #[serde(rename = "ES256K")]
    Es256k,
    /// RSA PKCS #1 v1.5 with SHA-256.
    Rs256,
    /// RSA PKCS #1 v1.5 with SHA-384.
    Rs384,
    /// RSA PKCS #1 v1.5 with SHA-512.
    Rs512,
    /// RSA-PSS with SHA-256.
    Ps256,
    /// RSA-PSS with SHA-384.
    Ps384,
    /// RSA-PSS with SHA-512.
    Ps512,
}

/// What an algorithm is made of.
enum Primitive {
    Mac(HmacAlgorithm),
    Signature(SignatureAlgorithm),
}

impl JwsAlgorithm {
    const ALL: [Self; 14] = [
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::EdDsa,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Es256k,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
    ];

    /// Its name in a header.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Es256k => "ES256K",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
        }
    }

    /// The algorithm of a name in a header or key; case counts (RFC 7515, section 4.1.1).
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            // RFC 9864 renames it.
            "Ed25519" => Some(Self::EdDsa),
            // After the curve, as keys are sometimes marked; no other algorithm could be meant.
            "ES521" => Some(Self::Es512),
            _ => Self::ALL.into_iter().find(|algorithm| algorithm.name() == name),
        }
    }

    /// The algorithm a key is for, when it is for one only.
    pub(super) fn of(key: &Key) -> Option<Self> {
        if let Some(name) = &key.algorithm {
            return Self::named(name);
        }
        match &key.material {
            Material::Secret(_) => Some(Self::Hs256),
            Material::Rsa(_) => None,
            Material::Ec(key) => Some(match key.curve {
                Curve::P256 => Self::Es256,
                Curve::P384 => Self::Es384,
                Curve::P521 => Self::Es512,
                Curve::Secp256k1 => Self::Es256k,
            }),
            Material::Okp(key) => (key.kind == OkpUse::Sign).then_some(Self::EdDsa),
        }
    }

    /// Whether both sides have the same key.
    pub(super) const fn is_shared(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }

    /// Bytes of the hash: the least a shared key should have (RFC 7518, section 3.2).
    pub(super) const fn hash_length(self) -> usize {
        match self {
            Self::Hs384 | Self::Es384 | Self::Rs384 | Self::Ps384 => 48,
            Self::Hs512 | Self::Es512 | Self::Rs512 | Self::Ps512 | Self::EdDsa => 64,
            _ => 32,
        }
    }

    const fn primitive(self) -> Primitive {
        match self {
            Self::Hs256 => Primitive::Mac(HmacAlgorithm::Sha256),
            Self::Hs384 => Primitive::Mac(HmacAlgorithm::Sha384),
            Self::Hs512 => Primitive::Mac(HmacAlgorithm::Sha512),
            Self::EdDsa => Primitive::Signature(SignatureAlgorithm::EdDsa),
            Self::Es256 => Primitive::Signature(SignatureAlgorithm::Es256),
            Self::Es384 => Primitive::Signature(SignatureAlgorithm::Es384),
            Self::Es512 => Primitive::Signature(SignatureAlgorithm::Es512),
            Self::Es256k => Primitive::Signature(SignatureAlgorithm::Es256k),
            Self::Rs256 => Primitive::Signature(SignatureAlgorithm::Rs256),
            Self::Rs384 => Primitive::Signature(SignatureAlgorithm::Rs384),
            Self::Rs512 => Primitive::Signature(SignatureAlgorithm::Rs512),
            Self::Ps256 => Primitive::Signature(SignatureAlgorithm::Ps256),
            Self::Ps384 => Primitive::Signature(SignatureAlgorithm::Ps384),
            Self::Ps512 => Primitive::Signature(SignatureAlgorithm::Ps512),
        }
    }

    /// Whether a key is of the kind it needs.
    fn takes(self, material: &Material) -> bool {
        match material {
            Material::Secret(_) => self.is_shared(),
            Material::Rsa(_) => {
                matches!(self, Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512)
            }
            Material::Ec(key) => match key.curve {
                Curve::P256 => self == Self::Es256,
                Curve::P384 => self == Self::Es384,
                Curve::P521 => self == Self::Es512,
                Curve::Secp256k1 => self == Self::Es256k,
            },
            Material::Okp(key) => self == Self::EdDsa && key.kind == OkpUse::Sign,
        }
    }

    /// Checks that a key is of the right kind and may be used for this: what its own text says of its use is kept.
    /// `operation` is `sign` or `verify`.
    ///
    /// # Errors
    /// The end of a sentence about the key.
    pub(super) fn check(self, key: &Key, operation: &str) -> Result<(), String> {
        let name = self.name();
        if !self.takes(&key.material) {
            return Err(format!("is {}, which {name} does not use", key.material.name()));
        }
        if matches!(&key.material, Material::Rsa(key) if key.is_roca()) {
            return Err("is an RSA key that anybody can factor (ROCA, CVE-2017-15361): replace it".to_owned());
        }
        if let Some(algorithm) = &key.algorithm {
            if Self::named(algorithm) != Some(self) {
                return Err(format!("is marked for another algorithm than {name} (its alg)"));
            }
            // RFC 7518, section 3.2. A JWK that names its algorithm was made for it; of a secret from elsewhere we only warn.
            if matches!(&key.material, Material::Secret(bytes) if bytes.len() < self.hash_length()) {
                return Err(format!("is marked for {name} and shorter than the {} bytes it needs", self.hash_length()));
            }
        }
        if key.purpose.as_ref().is_some_and(|purpose| purpose != "sig") {
            return Err("is marked for another use than signatures (its use)".to_owned());
        }
        if key.operations.as_ref().is_some_and(|allowed| allowed.iter().all(|one| one != operation)) {
            return Err(format!("is not marked for {operation} (its key_ops)"));
        }
        Ok(())
    }

    /// Signs with a key that has been checked.
    pub(super) fn sign(self, key: &Key, message: &[u8]) -> Result<Vec<u8>, Error> {
        match self.primitive() {
            Primitive::Mac(hmac) => Ok(hmac.mac(key.shared("key")?, message)),
            Primitive::Signature(algorithm) => algorithm.sign("key", key, message),
        }
    }

    /// Whether a signature is that of a key that has been checked.
    pub(super) fn verify(self, key: &Key, message: &[u8], signature: &[u8]) -> Result<bool, Error> {
        match self.primitive() {
            Primitive::Mac(hmac) => {
                // Of slices with different lengths, this compares nothing and says no.
                Ok(hmac.mac(key.shared("key")?, message).ct_eq(signature).into())
            }
            Primitive::Signature(algorithm) => algorithm.verify("key", key, message, signature),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_requests() {
        for algorithm in JwsAlgorithm::ALL {
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.name());
            assert_eq!(JwsAlgorithm::named(algorithm.name()), Some(algorithm));
        }
        for name in ["none", "hs256", "HS256 ", "", "RSA1_5", "HS1"] {
            assert_eq!(JwsAlgorithm::named(name), None);
        }
    }
}
