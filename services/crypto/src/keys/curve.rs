//! Elliptic curve keys: points are validated, and what is missing of a key pair is computed.

use aws_lc_rs::agreement::{self, PrivateKey, X25519};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, ParsedPublicKey};
use der::{Decode, Encode};
use sec1::EcPrivateKey;
use spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use super::{Curve, EcKey, OkpKey, OkpUse};
use crate::Error;
use crate::error::conflict;

impl Curve {
    const ALL: [Self; 4] = [Self::P256, Self::P384, Self::P521, Self::Secp256k1];

    /// Its name in a JWK (RFC 7518, section 6.2.1.1; RFC 8812, section 3.1).
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Secp256k1 => "secp256k1",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.name() == name)
    }

    /// Its name in SSH (RFC 5656, section 10.1).
    pub(super) const fn ssh_name(self) -> Option<&'static str> {
        match self {
            Self::P256 => Some("nistp256"),
            Self::P384 => Some("nistp384"),
            Self::P521 => Some("nistp521"),
            Self::Secp256k1 => None,
        }
    }

    pub(super) fn of_ssh_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.ssh_name() == Some(name))
    }

    /// Its name in DER (RFC 5480, section 2.1.1.1; SEC 2, A.2.1).
    pub(super) const fn oid(self) -> &'static ObjectIdentifier {
        const P256: &ObjectIdentifier = &ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
        const P384: &ObjectIdentifier = &ObjectIdentifier::new_unwrap("1.3.132.0.34");
        const P521: &ObjectIdentifier = &ObjectIdentifier::new_unwrap("1.3.132.0.35");
        const SECP256K1: &ObjectIdentifier = &ObjectIdentifier::new_unwrap("1.3.132.0.10");
        match self {
            Self::P256 => P256,
            Self::P384 => P384,
            Self::P521 => P521,
            Self::Secp256k1 => SECP256K1,
        }
    }

    pub(super) fn of_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| *curve.oid() == oid)
    }

    /// Bytes of a coordinate, and of a private number.
    pub(crate) const fn length(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The size of the key.
    pub(crate) const fn bits(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 256,
            Self::P384 => 384,
            Self::P521 => 521,
        }
    }

    /// Its algorithm in aws-lc; signatures are r and s side by side.
    pub(crate) const fn ecdsa(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            Self::P384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
            Self::P521 => &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
            Self::Secp256k1 => &signature::ECDSA_P256K1_SHA256_FIXED_SIGNING,
        }
    }

    /// Its key agreement in aws-lc.
    pub(crate) const fn ecdh(self) -> Option<&'static agreement::Algorithm> {
        match self {
            Self::P256 => Some(&agreement::ECDH_P256),
            Self::P384 => Some(&agreement::ECDH_P384),
            Self::P521 => Some(&agreement::ECDH_P521),
            Self::Secp256k1 => None,
        }
    }
}

impl EcKey {
    /// A public key of a point, compressed or not (SEC 1, 2.3.4).
    ///
    /// # Errors
    /// When the bytes are no point of the curve.
    pub(crate) fn public(field: &'static str, curve: Curve, point: &[u8]) -> Result<Self, Error> {
        let wrong = || conflict(field, format!("is not a valid key: its point is not on {}", curve.name()));
        let expected = match point.first() {
            Some(4) => 1 + 2 * curve.length(),
            Some(2 | 3) => 1 + curve.length(),
            _ => return Err(wrong()),
        };
        if point.len() != expected {
            return Err(wrong());
        }
        // SPKI of aws-lc holds the whole point, and reading it checks that it is on the curve.
        let algorithm: &signature::EcdsaVerificationAlgorithm = match curve {
            Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
            Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
            Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED,
            Curve::Secp256k1 => &signature::ECDSA_P256K1_SHA256_FIXED,
        };
        let parsed = ParsedPublicKey::new(algorithm, point).map_err(|_| wrong())?;
        let spki: PublicKeyX509Der<'_> = parsed.as_der().map_err(|_| wrong())?;
        let spki = SubjectPublicKeyInfoRef::from_der(spki.as_ref()).map_err(|_| wrong())?;
        let point = spki.subject_public_key.as_bytes().filter(|point| point.first() == Some(&4)).ok_or_else(wrong)?;
        Ok(Self { curve, point: point.to_vec(), scalar: None })
    }

    /// A private key; the point is computed when it is not given. The number may be shorter or longer than a coordinate by zeros,
    /// as some programs write it.
    ///
    /// # Errors
    /// When the number is out of range, or the point is another key's.
    pub(crate) fn private(
        field: &'static str,
        curve: Curve,
        scalar: &[u8],
        point: Option<&[u8]>,
    ) -> Result<Self, Error> {
        let damaged = || conflict(field, format!("is a damaged private key of {}", curve.name()));
        let digits = super::rsa::number(scalar);
        let length = curve.length();
        let padding = length.checked_sub(digits.len()).ok_or_else(damaged)?;
        let mut scalar = Zeroizing::new(vec![0; length]);
        scalar[padding..].copy_from_slice(digits);

        let der = EcPrivateKey { private_key: &scalar, parameters: None, public_key: None }.to_der();
        let der = Zeroizing::new(der.expect("a number of a few bytes can be written"));
        let pair = EcdsaKeyPair::from_private_key_der(curve.ecdsa(), &der).map_err(|_| damaged())?;
        let computed = pair.public_key().as_ref().to_vec();
        match point.map(|point| Self::public(field, curve, point)).transpose()? {
            Some(given) if given.point != computed => Err(halves(field)),
            _ => Ok(Self { curve, point: computed, scalar: Some(scalar) }),
        }
    }

    /// The coordinates of the point.
    pub(crate) fn coordinates(&self) -> (&[u8], &[u8]) {
        self.point[1..].split_at(self.curve.length())
    }
}

impl OkpKey {
    /// A public key.
    ///
    /// # Errors
    /// When it has not the right length.
    pub(crate) fn public(field: &'static str, kind: OkpUse, bytes: &[u8]) -> Result<Self, Error> {
        let public = bytes.try_into().map_err(|_| kind.wrong_length(field))?;
        Ok(Self { kind, public, private: None })
    }

    /// A private key; the public half is computed when it is not given.
    ///
    /// # Errors
    /// When it has not the right length, or the public half is another key's.
    pub(crate) fn private(
        field: &'static str,
        kind: OkpUse,
        private: &[u8],
        public: Option<&[u8]>,
    ) -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        if private.len() != bytes.len() {
            return Err(kind.wrong_length(field));
        }
        bytes.copy_from_slice(private);
        let computed = match kind {
            OkpUse::Sign => {
                Ed25519KeyPair::from_seed_unchecked(private).ok().map(|pair| pair.public_key().as_ref().to_vec())
            }
            OkpUse::Agree => {
                let key = PrivateKey::from_private_key(&X25519, private).ok();
                key.and_then(|key| key.compute_public_key().ok()).map(|key| key.as_ref().to_vec())
            }
        };
        let computed = computed.ok_or_else(|| kind.wrong_length(field))?;
        if public.is_some_and(|public| public != computed) {
            return Err(halves(field));
        }
        Ok(Self { private: Some(bytes), ..Self::public(field, kind, &computed)? })
    }
}

impl OkpUse {
    /// Its name in a JWK (RFC 8037, section 2).
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sign => "Ed25519",
            Self::Agree => "X25519",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        [Self::Sign, Self::Agree].into_iter().find(|kind| kind.name() == name)
    }

    /// Its name in DER (RFC 8410, section 3).
    pub(super) const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sign => ObjectIdentifier::new_unwrap("1.3.101.112"),
            Self::Agree => ObjectIdentifier::new_unwrap("1.3.101.110"),
        }
    }

    pub(super) fn of_oid(oid: ObjectIdentifier) -> Option<Self> {
        [Self::Sign, Self::Agree].into_iter().find(|kind| kind.oid() == oid)
    }

    fn wrong_length(self, field: &'static str) -> Error {
        conflict(field, format!("is not a valid {} key, which has 32 bytes", self.name()))
    }
}

fn halves(field: &'static str) -> Error {
    conflict(field, "is damaged: its public and private keys do not match")
}
