//! DER: the structures of keys, certificates and certificate signing requests.

use der::asn1::{ObjectIdentifier, OctetStringRef, UintRef};
use der::referenced::OwnedToRef;
use der::{Decode, Tag, Tagged};
use pkcs1::{RsaPrivateKeyRef, RsaPublicKeyRef};
use pkcs5::EncryptionScheme;
use pkcs5::pbes2::{Kdf as Named, Parameters, Pbkdf2Prf};
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use sec1::EcPrivateKey;
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::request::CertReq;
use zeroize::Zeroizing;

use super::{Curve, EcKey, Key, Material, OkpKey, OkpUse, RsaKey, RsaPrivate};
use crate::Error;
use crate::error::conflict;
use crate::kdf::{Kdf, Sha};

/// RFC 8017, appendix C; RFC 5480, section 2.1.1.
pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// A form in DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A private key of any kind (PKCS #8, RFC 5958).
    Pkcs8,
    /// The same, encrypted.
    Encrypted,
    /// An RSA private key (PKCS #1, RFC 8017, appendix A.1.2).
    Pkcs1,
    /// An EC private key (SEC 1, RFC 5915).
    Sec1,
    /// A public key of any kind (RFC 5280, section 4.1.2.7).
    Spki,
    /// An RSA public key (PKCS #1).
    Pkcs1Public,
    /// A certificate (RFC 5280).
    Certificate,
    /// A request for a certificate (PKCS #10, RFC 2986).
    Request,
}

impl Form {
    const ALL: [Self; 8] = [
        Self::Pkcs8,
        Self::Encrypted,
        Self::Pkcs1,
        Self::Sec1,
        Self::Spki,
        Self::Pkcs1Public,
        Self::Certificate,
        Self::Request,
    ];

    /// The label of its PEM.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Pkcs8 => "PRIVATE KEY",
            Self::Encrypted => "ENCRYPTED PRIVATE KEY",
            Self::Pkcs1 => "RSA PRIVATE KEY",
            Self::Sec1 => "EC PRIVATE KEY",
            Self::Spki => "PUBLIC KEY",
            Self::Pkcs1Public => "RSA PUBLIC KEY",
            Self::Certificate => "CERTIFICATE",
            Self::Request => "CERTIFICATE REQUEST",
        }
    }

    pub(super) fn of_label(label: &str) -> Option<Self> {
        match label {
            "X509 CERTIFICATE" => Some(Self::Certificate),
            "NEW CERTIFICATE REQUEST" => Some(Self::Request),
            _ => Self::ALL.into_iter().find(|form| form.label() == label),
        }
    }

    /// Whether there is a private key in it.
    pub(super) const fn is_private(self) -> bool {
        matches!(self, Self::Pkcs8 | Self::Encrypted | Self::Pkcs1 | Self::Sec1)
    }

    /// The form bytes have; no two forms share any.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|form| match form {
            Self::Pkcs8 => PrivateKeyInfoRef::from_der(bytes).is_ok(),
            Self::Encrypted => EncryptedPrivateKeyInfoRef::from_der(bytes).is_ok(),
            Self::Pkcs1 => RsaPrivateKeyRef::from_der(bytes).is_ok(),
            Self::Sec1 => EcPrivateKey::from_der(bytes).is_ok(),
            Self::Spki => SubjectPublicKeyInfoRef::from_der(bytes).is_ok(),
            Self::Pkcs1Public => RsaPublicKeyRef::from_der(bytes).is_ok(),
            Self::Certificate => CertificateInner::<Raw>::from_der(bytes).is_ok(),
            Self::Request => CertReq::from_der(bytes).is_ok(),
        })
    }

    /// The public half of the key. Of RSA the rest is not looked at, for to check it is work; curves are soon done.
    ///
    /// # Errors
    /// As [`Form::key`].
    pub(super) fn public(self, field: &'static str, bytes: &[u8]) -> Result<Key, Error> {
        let damaged = |_| conflict(field, format!("is a damaged {}", self.label()));
        let alone = match self {
            Self::Pkcs1 => Some(bytes),
            Self::Pkcs8 => {
                let info = PrivateKeyInfoRef::from_der(bytes).map_err(damaged)?;
                (info.algorithm.oid == RSA).then_some(info.private_key.as_bytes())
            }
            _ => None,
        };
        let Some(alone) = alone else { return Ok(self.key(field, bytes, None)?.public_half()) };
        let RsaPrivateKeyRef { modulus, public_exponent, .. } = RsaPrivateKeyRef::from_der(alone).map_err(damaged)?;
        RsaKey::public(field, modulus.as_bytes(), public_exponent.as_bytes()).map(Material::Rsa).map(Key::of)
    }

    /// The key; of a certificate or a request, the public key it is about.
    ///
    /// # Errors
    /// When the bytes are not of this form, or the key is none we work with.
    pub(super) fn key(self, field: &'static str, bytes: &[u8], passphrase: Option<&str>) -> Result<Key, Error> {
        let damaged = |_| conflict(field, format!("is a damaged {}", self.label()));
        match self {
            Self::Pkcs8 => pkcs8(field, &PrivateKeyInfoRef::from_der(bytes).map_err(damaged)?),
            Self::Encrypted => {
                let plain = decrypt(field, bytes, passphrase)?;
                // With a wrong passphrase one in 256 texts still ends as if it were right.
                pkcs8(field, &PrivateKeyInfoRef::from_der(&plain).map_err(|_| wrong_passphrase(field))?)
            }
            Self::Pkcs1 => pkcs1(field, &RsaPrivateKeyRef::from_der(bytes).map_err(damaged)?),
            Self::Sec1 => sec1(field, &EcPrivateKey::from_der(bytes).map_err(damaged)?, None),
            Self::Spki => spki(field, &SubjectPublicKeyInfoRef::from_der(bytes).map_err(damaged)?),
            Self::Pkcs1Public => {
                let RsaPublicKeyRef { modulus, public_exponent } = RsaPublicKeyRef::from_der(bytes).map_err(damaged)?;
                RsaKey::public(field, modulus.as_bytes(), public_exponent.as_bytes()).map(Material::Rsa).map(Key::of)
            }
            Self::Certificate => {
                let certificate = CertificateInner::<Raw>::from_der(bytes).map_err(damaged)?;
                spki(field, &certificate.tbs_certificate().subject_public_key_info().owned_to_ref())
            }
            Self::Request => spki(field, &CertReq::from_der(bytes).map_err(damaged)?.info.public_key.owned_to_ref()),
        }
    }
}

/// Whether bytes begin as a PKCS #12 file does: a sequence of which the version, 3, comes first (RFC 7292, section 4). Its
/// length, which may be written in several ways, stands between.
pub(super) fn is_pkcs12(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30) && bytes[..bytes.len().min(12)].windows(4).any(|part| part == [2, 1, 3, 0x30])
}

fn pkcs8(field: &'static str, info: &PrivateKeyInfoRef<'_>) -> Result<Key, Error> {
    let damaged = |_| conflict(field, "is a damaged PRIVATE KEY");
    let bytes = info.private_key.as_bytes();
    let oid = info.algorithm.oid;
    if oid == RSA {
        return pkcs1(field, &RsaPrivateKeyRef::from_der(bytes).map_err(damaged)?);
    }
    if oid == EC {
        let curve = named_curve(field, &info.algorithm)?;
        return sec1(field, &EcPrivateKey::from_der(bytes).map_err(damaged)?, Some(curve));
    }
    let kind = OkpUse::of_oid(oid).ok_or_else(|| unsupported(field, oid))?;
    let private = <&OctetStringRef>::from_der(bytes).map_err(damaged)?;
    let public = info.public_key.as_ref().and_then(der::asn1::BitStringRef::as_bytes);
    OkpKey::private(field, kind, private.as_bytes(), public).map(Material::Okp).map(Key::of)
}

fn pkcs1(field: &'static str, written: &RsaPrivateKeyRef<'_>) -> Result<Key, Error> {
    if written.other_prime_infos.is_some() {
        return Err(conflict(field, "is an RSA key with more than two primes: use one with two"));
    }
    let number = |number: &UintRef<'_>| Zeroizing::new(number.as_bytes().to_vec());
    let private = RsaPrivate {
        d: number(&written.private_exponent),
        p: number(&written.prime1),
        q: number(&written.prime2),
        dp: number(&written.exponent1),
        dq: number(&written.exponent2),
        qi: number(&written.coefficient),
    };
    let public = RsaKey::public(field, written.modulus.as_bytes(), written.public_exponent.as_bytes())?;
    public.with_private(field, private).map(Material::Rsa).map(Key::of)
}

/// `outer` is the curve that stands around it.
fn sec1(field: &'static str, written: &EcPrivateKey<'_>, outer: Option<Curve>) -> Result<Key, Error> {
    let inner = match written.parameters.and_then(sec1::EcParameters::named_curve) {
        Some(oid) => Some(Curve::of_oid(oid).ok_or_else(|| unsupported(field, oid))?),
        None => None,
    };
    let curve = match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => return Err(conflict(field, "names two different curves")),
        (outer, inner) => outer.or(inner).ok_or_else(|| conflict(field, "does not say which curve it is on"))?,
    };
    EcKey::private(field, curve, written.private_key, written.public_key).map(Material::Ec).map(Key::of)
}

fn spki(field: &'static str, info: &SubjectPublicKeyInfoRef<'_>) -> Result<Key, Error> {
    let damaged = || conflict(field, "contains a damaged public key");
    let bytes = info.subject_public_key.as_bytes().ok_or_else(damaged)?;
    let oid = info.algorithm.oid;
    let material = if oid == RSA {
        let RsaPublicKeyRef { modulus, public_exponent } = RsaPublicKeyRef::from_der(bytes).map_err(|_| damaged())?;
        Material::Rsa(RsaKey::public(field, modulus.as_bytes(), public_exponent.as_bytes())?)
    } else if oid == EC {
        Material::Ec(EcKey::public(field, named_curve(field, &info.algorithm)?, bytes)?)
    } else {
        let kind = OkpUse::of_oid(oid).ok_or_else(|| unsupported(field, oid))?;
        Material::Okp(OkpKey::public(field, kind, bytes)?)
    };
    Ok(Key::of(material))
}

fn named_curve(field: &'static str, algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Curve, Error> {
    let parameters = algorithm.parameters.filter(|parameters| parameters.tag() == Tag::ObjectIdentifier);
    // Curves given by their numbers have been used to forge: CVE-2020-0601.
    let oid = parameters.and_then(|parameters| parameters.decode_as().ok());
    let oid = oid.ok_or_else(|| conflict(field, "has explicit curve parameters: use a key on a named curve"))?;
    Curve::of_oid(oid).ok_or_else(|| unsupported(field, oid))
}

fn unsupported(field: &'static str, oid: ObjectIdentifier) -> Error {
    let kind = match oid.to_string().as_str() {
        "1.2.840.113549.1.1.10" => "a key for RSA-PSS only".to_owned(),
        "1.2.840.10040.4.1" => "a DSA key".to_owned(),
        "1.3.101.113" => "an Ed448 key".to_owned(),
        "1.3.101.111" => "an X448 key".to_owned(),
        other => format!("a key of an unsupported type or curve ({other})"),
    };
    conflict(field, format!("is {kind}: use RSA, P-256, P-384, P-521, secp256k1, Ed25519 or X25519"))
}

/// The private key in an encrypted one.
fn decrypt(field: &'static str, bytes: &[u8], passphrase: Option<&str>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let old = || conflict(field, super::pem::OLD_ENCRYPTION);
    let EncryptedPrivateKeyInfoRef { encryption_algorithm, encrypted_data } =
        EncryptedPrivateKeyInfoRef::from_der(bytes).map_err(|_| old())?;
    let EncryptionScheme::Pbes2(parameters) = encryption_algorithm else { return Err(old()) };
    check_costs(&parameters)
        .map_err(|problem| conflict(field, format!("needs too much work to decrypt: {problem}")))?;
    let passphrase = passphrase.ok_or_else(|| conflict(field, "is encrypted: send its passphrase too"))?;
    let plain = parameters.decrypt(passphrase, encrypted_data.as_bytes());
    plain.map(Zeroizing::new).map_err(|_| wrong_passphrase(field))
}

fn wrong_passphrase(field: &'static str) -> Error {
    conflict(field, "cannot be decrypted: the passphrase is wrong")
}

/// A file can ask for hours and gigabytes.
fn check_costs(parameters: &Parameters) -> Result<(), String> {
    let too_much = |_| "its cost parameters are too large".to_owned();
    let (kdf, salt) = match &parameters.kdf {
        Named::Scrypt(params) => {
            let n = params.cost_parameter.try_into().map_err(too_much)?;
            (Kdf::Scrypt { n, r: params.block_size.into(), p: params.parallelization.into() }, &params.salt)
        }
        Named::Pbkdf2(params) => {
            let hash = match params.prf {
                Pbkdf2Prf::HmacWithSha1 => Sha::Sha1,
                Pbkdf2Prf::HmacWithSha384 => Sha::Sha384,
                Pbkdf2Prf::HmacWithSha512 => Sha::Sha512,
                _ => Sha::Sha256,
            };
            (Kdf::Pbkdf2 { hash, iterations: params.iteration_count }, &params.salt)
        }
        _ => return Err("its key derivation function is not supported".to_owned()),
    };
    kdf.check(salt.as_ref(), parameters.encryption.key_size())
}
