//! The signature of a certificate or certificate signing request.

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use der::asn1::{BitString, SequenceRef};
use der::{Decode, Reader, SliceReader};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::keys::{Curve, Key, Material, OkpUse};

/// What was signed, how, and the signature.
pub(super) struct Signed<'d> {
    algorithm: String,
    message: Option<&'d [u8]>,
    signature: Option<&'d [u8]>,
}

impl<'d> Signed<'d> {
    /// Of a certificate or a request: a sequence of what is signed, the algorithm and the signature.
    pub(super) fn of(der: &'d [u8], algorithm: &AlgorithmIdentifierOwned, signature: &'d BitString) -> Self {
        // The bytes as they came: written anew they might be others.
        let outer = <&SequenceRef>::from_der(der).ok();
        let message = outer.and_then(|outer| SliceReader::new(outer.as_bytes()).ok()?.tlv_bytes().ok());
        Self { algorithm: algorithm.oid.to_string(), message, signature: signature.as_bytes() }
    }

    /// The name of the algorithm; a number with dots when it has none here.
    pub(super) fn algorithm(&self) -> String {
        // RFC 8017, appendix C; RFC 5758; RFC 8410.
        let name = match self.algorithm.as_str() {
            "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
            "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
            "1.2.840.113549.1.1.10" => "rsassaPss",
            "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
            "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
            "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
            "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
            "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
            "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
            "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
            "1.3.101.112" => "Ed25519",
            other => other,
        };
        name.to_owned()
    }

    /// Whether a key signed it; nothing when that cannot be said.
    pub(super) fn by(&self, key: &Key) -> Option<bool> {
        let (message, signature) = (self.message?, self.signature?);
        if let Material::Rsa(key) = &key.material {
            let parameters = match self.algorithm.as_str() {
                "1.2.840.113549.1.1.5" => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
                "1.2.840.113549.1.1.11" => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
                "1.2.840.113549.1.1.12" => &signature::RSA_PKCS1_2048_8192_SHA384,
                "1.2.840.113549.1.1.13" => &signature::RSA_PKCS1_2048_8192_SHA512,
                "1.2.840.113549.1.1.10" => return None,
                _ => return Some(false),
            };
            return Some(key.components().verify(parameters, message, signature).is_ok());
        }
        let (algorithm, public): (&'static dyn VerificationAlgorithm, &[u8]) = match &key.material {
            Material::Ec(key) => (ecdsa(&self.algorithm, key.curve)?, &key.point),
            Material::Okp(key) if key.kind == OkpUse::Sign && self.algorithm == "1.3.101.112" => {
                (&signature::ED25519, &key.public)
            }
            _ => return Some(false),
        };
        Some(UnparsedPublicKey::new(algorithm, public).verify(message, signature).is_ok())
    }
}

fn ecdsa(algorithm: &str, curve: Curve) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (algorithm, curve) {
        ("1.2.840.10045.4.3.2", Curve::P256) => &signature::ECDSA_P256_SHA256_ASN1,
        ("1.2.840.10045.4.3.3", Curve::P256) => &signature::ECDSA_P256_SHA384_ASN1,
        ("1.2.840.10045.4.3.4", Curve::P256) => &signature::ECDSA_P256_SHA512_ASN1,
        ("1.2.840.10045.4.3.2", Curve::P384) => &signature::ECDSA_P384_SHA256_ASN1,
        ("1.2.840.10045.4.3.3", Curve::P384) => &signature::ECDSA_P384_SHA384_ASN1,
        ("1.2.840.10045.4.3.4", Curve::P384) => &signature::ECDSA_P384_SHA512_ASN1,
        ("1.2.840.10045.4.3.2", Curve::P521) => &signature::ECDSA_P521_SHA256_ASN1,
        ("1.2.840.10045.4.3.3", Curve::P521) => &signature::ECDSA_P521_SHA384_ASN1,
        ("1.2.840.10045.4.3.4", Curve::P521) => &signature::ECDSA_P521_SHA512_ASN1,
        ("1.2.840.10045.4.3.2", Curve::Secp256k1) => &signature::ECDSA_P256K1_SHA256_ASN1,
        _ => return None,
    })
}
