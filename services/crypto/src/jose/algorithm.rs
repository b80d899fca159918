//! The signature algorithms of tokens, and which keys each may use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::Error;
use crate::error::conflict;
use crate::hmac::HmacAlgorithm;
use crate::keys::{Curve, Key, Material, OkpUse, Purpose};
use crate::signature::SignatureAlgorithm;

/// Signature algorithm of a token (RFC 7518, section 3; RFC 8037; RFC 8812).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum JwsAlgorithm {
    /// HMAC with SHA-256; the key is a secret that both sides hold.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// EdDSA with Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// ECDSA with P-521 and SHA-512.
    Es512,
    /// ECDSA with secp256k1 and SHA-256.
    #[serde(rename = "ES256K")]
    Es256k,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
}

/// What a key is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Sign,
    Verify,
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
        match self.primitive() {
            Primitive::Signature(algorithm) => algorithm.name(),
            Primitive::Mac(_) => match self {
                Self::Hs512 => "HS512",
                Self::Hs384 => "HS384",
                _ => "HS256",
            },
        }
    }

    /// The other name it has: RFC 9864 renames EdDSA, and keys on P-521 are sometimes marked after their curve, where no
    /// other algorithm could be meant.
    const fn other_name(self) -> &'static str {
        match self {
            Self::EdDsa => "Ed25519",
            Self::Es512 => "ES521",
            _ => self.name(),
        }
    }

    /// The algorithm of a name in a header or key; case counts (RFC 7515, section 4.1.1).
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name || algorithm.other_name() == name)
    }

    /// The algorithm a key is for, when it is for one only.
    pub(super) fn of(key: &Key) -> Option<Self> {
        if let Some(name) = &key.algorithm {
            return Self::named(name);
        }
        match &key.material {
            Material::Secret(_) => Some(Self::Hs256),
            // There are six for RSA, and systems differ in which they read.
            Material::Rsa(_) => None,
            _ => Self::ALL.into_iter().find(|algorithm| algorithm.takes(&key.material)),
        }
    }

    /// Whether both sides have the same key.
    pub(super) const fn is_shared(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }

    /// Bytes of the hash of a shared key's algorithm: the least such a key should have (RFC 7518, section 3.2).
    pub(super) const fn hash_length(self) -> usize {
        match self {
            Self::Hs512 => 64,
            Self::Hs384 => 48,
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

    /// Whether a JWK can be of the kind it needs, going by what it says of itself.
    pub(super) fn fits(self, jwk: &Value) -> bool {
        let (kind, curve) = match self {
            Self::Hs256 | Self::Hs384 | Self::Hs512 => ("oct", None),
            Self::EdDsa => ("OKP", Some("Ed25519")),
            Self::Es256 => ("EC", Some(Curve::P256.name())),
            Self::Es384 => ("EC", Some(Curve::P384.name())),
            Self::Es512 => ("EC", Some(Curve::P521.name())),
            Self::Es256k => ("EC", Some(Curve::Secp256k1.name())),
            _ => ("RSA", None),
        };
        let marked = jwk["alg"].as_str();
        jwk["kty"] == kind
            && curve.is_none_or(|curve| jwk["crv"] == curve)
            && marked.is_none_or(|name| Self::named(name) == Some(self))
    }

    /// Checks that a key is of the right kind and may be used for this: what its own text says of its use is kept.
    ///
    /// # Errors
    /// When it may not; `field` is where it came from.
    pub(super) fn check(self, field: &'static str, key: &Key, task: Task) -> Result<(), Error> {
        let (name, material) = (self.name(), &key.material);
        if !self.takes(material) {
            return Err(conflict(field, format!("is {}, which {name} does not use", material.name())));
        }
        if matches!(material, Material::Rsa(key) if key.is_roca()) {
            return Err(conflict(field, "is an RSA key that can be factored (ROCA, CVE-2017-15361): replace it"));
        }
        let operations: &[&str] = match task {
            Task::Sign => &["sign"],
            // Who may sign may check what was signed: the public half is part of a private key.
            Task::Verify if material.is_private() && !self.is_shared() => &["verify", "sign"],
            Task::Verify => &["verify"],
        };
        key.check_purpose(field, &Purpose { algorithms: &[name, self.other_name()], code: "sig", operations })?;
        // RFC 7518, section 3.2. A JWK that names its algorithm was made for it; of a secret from elsewhere we only warn.
        if key.algorithm.is_some() && matches!(material, Material::Secret(bytes) if bytes.len() < self.hash_length()) {
            let length = self.hash_length();
            return Err(conflict(field, format!("is marked for {name} and shorter than the {length} bytes it needs")));
        }
        if task == Task::Sign && !material.is_private() {
            return Err(conflict(
                field,
                format!("is {}: only the private key signs, this one verifies", material.name()),
            ));
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
            assert_eq!(JwsAlgorithm::named(algorithm.other_name()), Some(algorithm));
        }
        for name in ["none", "hs256", "HS256 ", "", "RSA1_5", "HS1"] {
            assert_eq!(JwsAlgorithm::named(name), None);
        }
    }
}
