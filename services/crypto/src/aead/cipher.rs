//! Symmetric ciphers, on bytes.

use aws_lc_rs::aead::{
    self, AES_128_GCM, AES_128_GCM_SIV, AES_192_GCM, AES_256_GCM, AES_256_GCM_SIV, Aad, CHACHA20_POLY1305, LessSafeKey,
    Nonce, UnboundKey,
};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};

use super::{cbc, gcm};
use crate::Error;
use crate::digest::Security;

/// A cipher with its mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Cipher {
    #[default]
    Aes256Gcm,
    Aes192Gcm,
    Aes128Gcm,
    Chacha20Poly1305,
    Xchacha20Poly1305,
    Aes256GcmSiv,
    Aes128GcmSiv,
    Aes256Cbc,
    Aes192Cbc,
    Aes128Cbc,
}

impl Cipher {
    /// What it is called.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "aes-256-gcm",
            Self::Aes192Gcm => "aes-192-gcm",
            Self::Aes128Gcm => "aes-128-gcm",
            Self::Chacha20Poly1305 => "chacha20-poly1305",
            Self::Xchacha20Poly1305 => "xchacha20-poly1305",
            Self::Aes256GcmSiv => "aes-256-gcm-siv",
            Self::Aes128GcmSiv => "aes-128-gcm-siv",
            Self::Aes256Cbc => "aes-256-cbc",
            Self::Aes192Cbc => "aes-192-cbc",
            Self::Aes128Cbc => "aes-128-cbc",
        }
    }

    /// Its name in a JWK (RFC 7518, section 5.1; WebCrypto's for CBC); its own where it has none.
    pub(super) const fn jose_name(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "A256GCM",
            Self::Aes192Gcm => "A192GCM",
            Self::Aes128Gcm => "A128GCM",
            Self::Aes256Cbc => "A256CBC",
            Self::Aes192Cbc => "A192CBC",
            Self::Aes128Cbc => "A128CBC",
            other => other.name(),
        }
    }

    /// Bytes of a key.
    pub(super) const fn key_length(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes128GcmSiv | Self::Aes128Cbc => 16,
            Self::Aes192Gcm | Self::Aes192Cbc => 24,
            _ => 32,
        }
    }

    /// Bytes of the nonces we make. For CBC it is the initialization vector.
    pub(super) const fn nonce_length(self) -> usize {
        match self {
            Self::Xchacha20Poly1305 => 24,
            Self::Aes256Cbc | Self::Aes192Cbc | Self::Aes128Cbc => 16,
            _ => 12,
        }
    }

    /// Bytes of the tag at the end of an encrypted message.
    pub(super) const fn tag_length(self) -> usize {
        if self.is_authenticated() { 16 } else { 0 }
    }

    /// Whether it notices changes.
    pub(super) const fn is_authenticated(self) -> bool {
        !matches!(self, Self::Aes256Cbc | Self::Aes192Cbc | Self::Aes128Cbc)
    }

    /// What it is good for.
    pub(super) const fn security(self) -> Security {
        if self.is_authenticated() { Security::Strong } else { Security::Legacy }
    }

    /// Checks the length of a nonce from elsewhere.
    ///
    /// # Errors
    /// A sentence that names the length it needs.
    pub(super) fn check_nonce(self, nonce: &[u8]) -> Result<(), String> {
        let (name, usual, length) = (self.name(), self.nonce_length(), nonce.len());
        if length == usual || (self.is_gcm() && gcm::NONCE_LENGTHS.contains(&length)) {
            return Ok(());
        }
        let others = if self.is_gcm() { " (1 to 16, 20, 24, 32, 48, 64 and 128 work too)" } else { "" };
        Err(format!("must be {usual} bytes for {name}{others}, and is {length}"))
    }

    const fn is_gcm(self) -> bool {
        matches!(self, Self::Aes256Gcm | Self::Aes192Gcm | Self::Aes128Gcm)
    }

    /// Encrypts in place and appends the tag. Key and nonce have been checked; CBC has no use for `aad`.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(crate) fn seal(self, key: &[u8], nonce: &[u8], aad: &[u8], message: &mut Vec<u8>) -> Result<(), Error> {
        match self.engine() {
            Engine::AwsLc(algorithm) if nonce.len() == 12 => {
                let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::NoMemory)?;
                let sealed = less_safe(algorithm, key)?.seal_in_place_append_tag(nonce, Aad::from(aad), message);
                sealed.map_err(|_| Error::NoMemory)
            }
            Engine::AwsLc(_) => gcm::seal(key, nonce, aad, message),
            Engine::XChaCha20 => {
                let (cipher, nonce) = xchacha20(key, nonce)?;
                cipher.encrypt_in_place(&nonce, aad, message).map_err(|_| Error::NoMemory)
            }
            Engine::Cbc => cbc::seal(key, nonce, message),
        }
    }

    /// Checks the tag at the end of a message, removes it and decrypts in place.
    ///
    /// # Errors
    /// One for every cause.
    pub(crate) fn open(self, key: &[u8], nonce: &[u8], aad: &[u8], message: &mut Vec<u8>) -> Result<(), Error> {
        match self.engine() {
            Engine::AwsLc(algorithm) if nonce.len() == 12 => {
                let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::Undecipherable)?;
                let opened = less_safe(algorithm, key)?.open_in_place(nonce, Aad::from(aad), message);
                let length = opened.map_err(|_| Error::Undecipherable)?.len();
                message.truncate(length);
                Ok(())
            }
            Engine::AwsLc(_) => gcm::open(key, nonce, aad, message),
            Engine::XChaCha20 => {
                let (cipher, nonce) = xchacha20(key, nonce)?;
                cipher.decrypt_in_place(&nonce, aad, message).map_err(|_| Error::Undecipherable)
            }
            Engine::Cbc => cbc::open(key, nonce, message),
        }
    }

    const fn engine(self) -> Engine {
        match self {
            Self::Aes256Gcm => Engine::AwsLc(&AES_256_GCM),
            Self::Aes192Gcm => Engine::AwsLc(&AES_192_GCM),
            Self::Aes128Gcm => Engine::AwsLc(&AES_128_GCM),
            Self::Chacha20Poly1305 => Engine::AwsLc(&CHACHA20_POLY1305),
            Self::Aes256GcmSiv => Engine::AwsLc(&AES_256_GCM_SIV),
            Self::Aes128GcmSiv => Engine::AwsLc(&AES_128_GCM_SIV),
            Self::Xchacha20Poly1305 => Engine::XChaCha20,
            Self::Aes256Cbc | Self::Aes192Cbc | Self::Aes128Cbc => Engine::Cbc,
        }
    }
}

/// Who does the work: aws-lc has not XChaCha20, and of GCM only nonces of 12 bytes.
enum Engine {
    AwsLc(&'static aead::Algorithm),
    XChaCha20,
    Cbc,
}

fn less_safe(algorithm: &'static aead::Algorithm, key: &[u8]) -> Result<LessSafeKey, Error> {
    UnboundKey::new(algorithm, key).map(LessSafeKey::new).map_err(|_| Error::NoMemory)
}

fn xchacha20(key: &[u8], nonce: &[u8]) -> Result<(XChaCha20Poly1305, chacha20poly1305::XNonce), Error> {
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| Error::NoMemory)?;
    let nonce = nonce.try_into().map_err(|_| Error::NoMemory)?;
    Ok((cipher, nonce))
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::aead::Algorithm;
    use crate::aead::algorithm::Scheme;

    const ALL: [Cipher; 10] = [
        Cipher::Aes256Gcm,
        Cipher::Aes192Gcm,
        Cipher::Aes128Gcm,
        Cipher::Chacha20Poly1305,
        Cipher::Xchacha20Poly1305,
        Cipher::Aes256GcmSiv,
        Cipher::Aes128GcmSiv,
        Cipher::Aes256Cbc,
        Cipher::Aes192Cbc,
        Cipher::Aes128Cbc,
    ];

    fn bytes(hex: &str) -> Vec<u8> {
        HEXLOWER.decode(hex.as_bytes()).unwrap()
    }

    /// "Ladies and Gentlemen of the class of '99 ...", the plaintext of RFC 8439 and of the XChaCha draft.
    const SUNSCREEN: &str = "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069742e";

    /// One vector of each kind, each from its own document; Wycheproof has hundreds more (tests/it).
    #[test]
    fn published_vectors() {
        for (cipher, key, nonce, aad, plain, sealed) in [
            // RFC 8439, section 2.8.2.
            (
                Cipher::Chacha20Poly1305,
                "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
                "070000004041424344454647",
                "50515253c0c1c2c3c4c5c6c7",
                SUNSCREEN,
                "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691",
            ),
            // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
            (
                Cipher::Xchacha20Poly1305,
                "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
                "404142434445464748494a4b4c4d4e4f5051525354555657",
                "50515253c0c1c2c3c4c5c6c7",
                SUNSCREEN,
                "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49",
            ),
            // RFC 8452, appendices C.1 and C.2.
            (
                Cipher::Aes128GcmSiv,
                "01000000000000000000000000000000",
                "030000000000000000000000",
                "",
                "0100000000000000",
                "b5d839330ac7b786578782fff6013b815b287c22493a364c",
            ),
            (
                Cipher::Aes256GcmSiv,
                "0100000000000000000000000000000000000000000000000000000000000000",
                "030000000000000000000000",
                "",
                "0100000000000000",
                "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28",
            ),
            // The GCM specification of McGrew and Viega, test cases 4, 5, 10 and 16.
            (
                Cipher::Aes128Gcm,
                "feffe9928665731c6d6a8f9467308308",
                "cafebabefacedbaddecaf888",
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
            ),
            (
                Cipher::Aes128Gcm,
                "feffe9928665731c6d6a8f9467308308",
                "cafebabefacedbad",
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                "61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c742373806900e49f24b22b097544d4896b424989b5e1ebac0f07c23f45983612d2e79e3b0785561be14aaca2fccb",
            ),
            (
                Cipher::Aes192Gcm,
                "feffe9928665731c6d6a8f9467308308feffe9928665731c",
                "cafebabefacedbaddecaf888",
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda27102519498e80f1478f37ba55bd6d27618c",
            ),
            (
                Cipher::Aes256Gcm,
                "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
                "cafebabefacedbaddecaf888",
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
            ),
        ] {
            let (key, nonce, aad) = (bytes(key), bytes(nonce), bytes(aad));
            let mut message = bytes(plain);
            cipher.seal(&key, &nonce, &aad, &mut message).unwrap();
            assert_eq!(HEXLOWER.encode(&message), sealed, "{cipher:?}");
            cipher.open(&key, &nonce, &aad, &mut message).unwrap();
            assert_eq!(HEXLOWER.encode(&message), plain, "{cipher:?}");
        }
    }

    #[test]
    fn any_change_is_noticed_with_the_same_words() {
        for cipher in ALL.into_iter().filter(|cipher| cipher.is_authenticated()) {
            let mut nonces = vec![vec![7; cipher.nonce_length()]];
            nonces.extend(cipher.is_gcm().then(|| vec![7; 16]));
            for nonce in nonces {
                let (key, aad) = (vec![1; cipher.key_length()], b"aad");
                let mut sealed = b"attack at dawn".to_vec();
                cipher.seal(&key, &nonce, aad, &mut sealed).unwrap();
                for (place, byte) in sealed.iter().enumerate() {
                    let mut changed = sealed.clone();
                    changed[place] = byte ^ 1;
                    assert_eq!(cipher.open(&key, &nonce, aad, &mut changed), Err(Error::Undecipherable));
                }
                let mut other_key = key.clone();
                other_key[0] ^= 1;
                let mut other_nonce = nonce.clone();
                other_nonce[0] ^= 1;
                for (key, nonce, aad, cut) in [
                    (&other_key, &nonce, &aad[..], 0),
                    (&key, &other_nonce, aad, 0),
                    (&key, &nonce, b"aae", 0),
                    (&key, &nonce, b"", 0),
                    (&key, &nonce, aad, 1),
                    (&key, &nonce, aad, sealed.len()),
                ] {
                    let mut changed = sealed[cut..].to_vec();
                    assert_eq!(cipher.open(key, nonce, aad, &mut changed), Err(Error::Undecipherable), "{cipher:?}");
                }
                cipher.open(&key, &nonce, aad, &mut sealed).unwrap();
                assert_eq!(sealed, b"attack at dawn");
            }
        }
    }

    #[test]
    fn names_are_those_of_requests() {
        for cipher in ALL {
            let algorithm = Algorithm::from(cipher);
            assert_eq!(serde_json::to_value(algorithm).unwrap(), cipher.name());
            assert!(matches!(algorithm.scheme(), Scheme::Shared(same) if same == cipher));
        }
    }
}
