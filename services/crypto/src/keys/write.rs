//! Writing keys as DER and PEM.

use der::Encode;
use der::asn1::{AnyRef, BitStringRef, OctetStringRef, UintRef};
use pkcs1::{RsaPrivateKeyRef, RsaPublicKeyRef};
use pkcs5::pbes2::Parameters;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use sec1::EcPrivateKey;
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use super::der::{EC, Form, RSA};
use super::{EcKey, Key, Material, OkpKey, RsaKey, pem};
use crate::{Error, random};

/// What OWASP's Password Storage Cheat Sheet recommends for PBKDF2 with SHA-256.
const ITERATIONS: u32 = 600_000;
const WRITABLE: &str = "the numbers of a key that was read or made can be written";

impl Key {
    /// The public half as SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7); a shared secret has none.
    pub(crate) fn spki_der(&self) -> Option<Vec<u8>> {
        let public = match &self.material {
            Material::Secret(_) => return None,
            Material::Rsa(key) => &key.public_pkcs1_der(),
            Material::Ec(key) => &key.point,
            Material::Okp(key) => key.public.as_slice(),
        };
        let subject_public_key = BitStringRef::from_bytes(public).expect(WRITABLE);
        let info = SubjectPublicKeyInfoRef { algorithm: self.material.algorithm()?, subject_public_key };
        Some(info.to_der().expect(WRITABLE))
    }

    /// The private half as PKCS #8 (RFC 5958); nothing when there is none.
    pub(crate) fn pkcs8_der(&self) -> Option<Zeroizing<Vec<u8>>> {
        let private = match &self.material {
            Material::Secret(_) => return None,
            Material::Rsa(key) => key.pkcs1_der()?,
            Material::Ec(key) => key.sec1_der()?,
            Material::Okp(OkpKey { private, .. }) => {
                let seed = OctetStringRef::new(private.as_ref()?.as_slice()).expect(WRITABLE);
                Zeroizing::new(seed.to_der().expect(WRITABLE))
            }
        };
        let private = OctetStringRef::new(&private).expect(WRITABLE);
        let info = PrivateKeyInfoRef::new(self.material.algorithm()?, private);
        Some(Zeroizing::new(info.to_der().expect(WRITABLE)))
    }

    /// The private half as encrypted PKCS #8: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC, which OpenSSL opens.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(crate) fn encrypted_der(&self, passphrase: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(plain) = self.pkcs8_der() else { return Ok(None) };
        let (mut salt, mut iv) = ([0; 16], [0; 16]);
        random::system(&mut salt)?;
        random::system(&mut iv)?;
        let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(ITERATIONS, &salt, iv).expect(WRITABLE);
        let encrypted = parameters.encrypt(passphrase, &plain).expect("there is room for what is encrypted");
        let encrypted_data = OctetStringRef::new(&encrypted).expect(WRITABLE);
        let info = EncryptedPrivateKeyInfoRef { encryption_algorithm: parameters.into(), encrypted_data };
        Ok(Some(info.to_der().expect(WRITABLE)))
    }

    /// The public half as PEM.
    pub(crate) fn public_pem(&self) -> Option<String> {
        self.spki_der().map(|der| pem::write(Form::Spki.label(), &der).to_string())
    }

    /// The private half as PEM, encrypted when there is a passphrase.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(crate) fn private_pem(&self, passphrase: Option<&str>) -> Result<Option<Zeroizing<String>>, Error> {
        Ok(match passphrase {
            None => self.pkcs8_der().map(|der| pem::write(Form::Pkcs8.label(), &der)),
            Some(passphrase) => self.encrypted_der(passphrase)?.map(|der| pem::write(Form::Encrypted.label(), &der)),
        })
    }
}

impl Material {
    /// The algorithm that goes with it in DER (RFC 8017, appendix C; RFC 5480, section 2.1.1; RFC 8410, section 3).
    fn algorithm(&self) -> Option<AlgorithmIdentifierRef<'_>> {
        Some(match self {
            Self::Secret(_) => return None,
            Self::Rsa(_) => AlgorithmIdentifierRef { oid: RSA, parameters: Some(AnyRef::NULL) },
            Self::Ec(key) => AlgorithmIdentifierRef { oid: EC, parameters: Some(AnyRef::from(key.curve.oid())) },
            Self::Okp(key) => AlgorithmIdentifierRef { oid: key.kind.oid(), parameters: None },
        })
    }
}

impl RsaKey {
    /// The private key alone (PKCS #1, RFC 8017, appendix A.1.2).
    pub(crate) fn pkcs1_der(&self) -> Option<Zeroizing<Vec<u8>>> {
        let private = self.private.as_ref()?;
        let number = |bytes| UintRef::new(bytes).expect(WRITABLE);
        let key = RsaPrivateKeyRef {
            modulus: number(&self.modulus),
            public_exponent: number(&self.exponent),
            private_exponent: number(&private.d),
            prime1: number(&private.p),
            prime2: number(&private.q),
            exponent1: number(&private.dp),
            exponent2: number(&private.dq),
            coefficient: number(&private.qi),
            other_prime_infos: None,
        };
        Some(Zeroizing::new(key.to_der().expect(WRITABLE)))
    }

    /// The public key alone (PKCS #1).
    pub(crate) fn public_pkcs1_der(&self) -> Vec<u8> {
        let number = |bytes| UintRef::new(bytes).expect(WRITABLE);
        let key = RsaPublicKeyRef { modulus: number(&self.modulus), public_exponent: number(&self.exponent) };
        key.to_der().expect(WRITABLE)
    }
}

impl EcKey {
    /// The private key alone, as it stands in PKCS #8: without its curve, which stands around it (RFC 5915).
    fn sec1_der(&self) -> Option<Zeroizing<Vec<u8>>> {
        let private_key = self.scalar.as_ref()?;
        let key = EcPrivateKey { private_key, parameters: None, public_key: Some(&self.point) };
        Some(Zeroizing::new(key.to_der().expect(WRITABLE)))
    }
}
