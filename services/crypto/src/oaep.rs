//! RSA-OAEP (RFC 8017, section 7.1): short texts that only the holder of the private key can read. PKCS #1 v1.5 padding
//! is not supported: an attacker who can submit messages and see which of them fail can decrypt others (Bleichenbacher,
//! CRYPTO 1998).

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512, OaepAlgorithm,
    OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use zeroize::Zeroizing;

use crate::Error;
use crate::error::conflict;
use crate::keys::{Key, MIN_SIGNING_BITS, Material, Purpose, RsaKey};

/// RSA-OAEP with a hash, which the mask has too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Oaep {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Oaep {
    const fn algorithm(self) -> &'static OaepAlgorithm {
        match self {
            Self::Sha1 => &OAEP_SHA1_MGF1SHA1,
            Self::Sha256 => &OAEP_SHA256_MGF1SHA256,
            Self::Sha384 => &OAEP_SHA384_MGF1SHA384,
            Self::Sha512 => &OAEP_SHA512_MGF1SHA512,
        }
    }

    /// What it is called in JOSE.
    const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "RSA-OAEP",
            Self::Sha256 => "RSA-OAEP-256",
            Self::Sha384 => "RSA-OAEP-384",
            Self::Sha512 => "RSA-OAEP-512",
        }
    }

    /// Bytes that can be encrypted at most.
    ///
    /// # Errors
    /// When the key is none of RSA, or is too short; `field` is where it came from.
    pub(crate) fn most(self, field: &'static str, key: &Key) -> Result<usize, Error> {
        let public = self.public(field, self.key(field, key)?)?;
        Ok(public.max_plaintext_size(self.algorithm()))
    }

    /// Encrypts; the label is not encrypted, but must be the same to decrypt.
    ///
    /// # Errors
    /// As [`Oaep::most`], when the key says it is for something else, and when `bytes` are too many.
    pub(crate) fn seal(self, field: &'static str, key: &Key, label: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Error> {
        self.check(field, key, &["encrypt", "wrapKey"])?;
        let public = self.public(field, self.key(field, key)?)?;
        let mut sealed = vec![0; public.ciphertext_size()];
        let done = public.encrypt(self.algorithm(), bytes, &mut sealed, Some(label)).map(|_| ());
        done.map_err(|_| conflict(field, "is too short to encrypt so many bytes"))?;
        Ok(sealed)
    }

    /// Decrypts.
    ///
    /// # Errors
    /// When the key is no private key of RSA, or says it is for something else; [`Error::Undecipherable`] for every cause
    /// that has to do with what was sent to be decrypted.
    pub(crate) fn open(
        self,
        field: &'static str,
        key: &Key,
        label: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.check(field, key, &["decrypt", "unwrapKey"])?;
        let rsa = self.key(field, key)?;
        if rsa.private.is_none() {
            return Err(conflict(field, "is an RSA public key: decryption needs the private key"));
        }
        let der: Pkcs8V1Der<'_> = rsa.key_pair(field)?.as_der().map_err(|_| Error::NoMemory)?;
        let private = PrivateDecryptingKey::from_pkcs8(der.as_ref()).map_err(|_| Error::NoMemory)?;
        let private = OaepPrivateDecryptingKey::new(private).map_err(|_| Error::NoMemory)?;
        let mut bytes = Zeroizing::new(vec![0; private.min_output_size()]);
        let opened = private.decrypt(self.algorithm(), sealed, &mut bytes, Some(label));
        let length = opened.map_err(|_| Error::Undecipherable)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }

    fn check(self, field: &'static str, key: &Key, operations: &[&str]) -> Result<(), Error> {
        key.check_purpose(field, &Purpose { algorithms: &[self.name()], code: "enc", operations })
    }

    fn key<'k>(self, field: &'static str, key: &'k Key) -> Result<&'k RsaKey, Error> {
        match &key.material {
            Material::Rsa(key) if key.is_roca() => {
                Err(conflict(field, "is an RSA key that can be factored (ROCA, CVE-2017-15361): replace it"))
            }
            Material::Rsa(key) => Ok(key),
            other => Err(conflict(field, format!("must be an RSA key for {}, and is {}", self.name(), other.name()))),
        }
    }

    fn public(self, field: &'static str, key: &RsaKey) -> Result<OaepPublicEncryptingKey, Error> {
        let public: Result<PublicEncryptingKey, _> = key.components().try_into();
        let public = public.and_then(OaepPublicEncryptingKey::new);
        public.map_err(|_| {
            let bits = key.bits();
            conflict(field, format!("must have at least {MIN_SIGNING_BITS} bits to encrypt, and has {bits}"))
        })
    }
}
