//! Content encryption (RFC 7518, section 5).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::Error;
use crate::aead::Cipher;
use crate::hmac::HmacAlgorithm;

/// Content encryption algorithm (RFC 7518, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum JweEncryption {
    /// AES-256-GCM.
    A256GCM,
    /// AES-192-GCM.
    A192GCM,
    /// AES-128-GCM.
    A128GCM,
    /// AES-256-CBC with HMAC-SHA-512; needs a 64-byte key.
    #[serde(rename = "A256CBC-HS512")]
    A256CbcHs512,
    /// AES-192-CBC with HMAC-SHA-384; needs a 48-byte key.
    #[serde(rename = "A192CBC-HS384")]
    A192CbcHs384,
    /// AES-128-CBC with HMAC-SHA-256; needs a 32-byte key.
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
}

/// A message, encrypted.
pub(super) struct Sealed {
    pub(super) iv: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl JweEncryption {
    const ALL: [Self; 6] =
        [Self::A256GCM, Self::A192GCM, Self::A128GCM, Self::A256CbcHs512, Self::A192CbcHs384, Self::A128CbcHs256];

    /// Its name in a header.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::A256GCM => "A256GCM",
            Self::A192GCM => "A192GCM",
            Self::A128GCM => "A128GCM",
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A192CbcHs384 => "A192CBC-HS384",
            Self::A128CbcHs256 => "A128CBC-HS256",
        }
    }

    /// The encryption of a name in a header or key; case counts.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encryption| encryption.name() == name)
    }

    /// The one a shared key of some length is taken for.
    pub(super) const fn of_key_length(length: usize) -> Option<Self> {
        match length {
            16 => Some(Self::A128GCM),
            24 => Some(Self::A192GCM),
            32 => Some(Self::A256GCM),
            48 => Some(Self::A192CbcHs384),
            64 => Some(Self::A256CbcHs512),
            _ => None,
        }
    }

    /// Bytes of its key.
    pub(super) const fn key_length(self) -> usize {
        match self {
            Self::A128GCM => 16,
            Self::A192GCM => 24,
            Self::A256GCM | Self::A128CbcHs256 => 32,
            Self::A192CbcHs384 => 48,
            Self::A256CbcHs512 => 64,
        }
    }

    /// The cipher, and for CBC what notices changes.
    const fn parts(self) -> (Cipher, Option<HmacAlgorithm>) {
        match self {
            Self::A128GCM => (Cipher::Aes128Gcm, None),
            Self::A192GCM => (Cipher::Aes192Gcm, None),
            Self::A256GCM => (Cipher::Aes256Gcm, None),
            Self::A128CbcHs256 => (Cipher::Aes128Cbc, Some(HmacAlgorithm::Sha256)),
            Self::A192CbcHs384 => (Cipher::Aes192Cbc, Some(HmacAlgorithm::Sha384)),
            Self::A256CbcHs512 => (Cipher::Aes256Cbc, Some(HmacAlgorithm::Sha512)),
        }
    }

    const fn iv_length(self) -> usize {
        match self.parts() {
            (_, None) => 12,
            (_, Some(_)) => 16,
        }
    }

    const fn tag_length(self) -> usize {
        match self.parts() {
            (_, None) => 16,
            (_, Some(_)) => self.key_length() / 2,
        }
    }

    /// Encrypts with a key of the right length and a random initialization vector.
    pub(super) fn seal(self, key: &[u8], aad: &[u8], mut message: Vec<u8>) -> Result<Sealed, Error> {
        let mut iv = vec![0; self.iv_length()];
        crate::random::system(&mut iv)?;
        match self.parts() {
            (cipher, None) => {
                cipher.seal(key, &iv, aad, &mut message)?;
                let tag = message.split_off(message.len() - self.tag_length());
                Ok(Sealed { iv, ciphertext: message, tag })
            }
            (cipher, Some(hmac)) => {
                let (mac_key, key) = key.split_at(key.len() / 2);
                cipher.seal(key, &iv, &[], &mut message)?;
                let tag = self.tag(hmac, mac_key, aad, &iv, &message);
                Ok(Sealed { iv, ciphertext: message, tag })
            }
        }
    }

    /// Decrypts with a key of the right length.
    ///
    /// # Errors
    /// One for every cause. With CBC the tag is checked first, so nobody learns anything of the padding.
    pub(super) fn open(self, key: &[u8], aad: &[u8], sealed: Sealed) -> Result<Vec<u8>, Error> {
        let Sealed { iv, ciphertext: mut message, tag } = sealed;
        if iv.len() != self.iv_length() || tag.len() != self.tag_length() || key.len() != self.key_length() {
            return Err(Error::Undecipherable);
        }
        match self.parts() {
            (cipher, None) => {
                message.extend(tag);
                cipher.open(key, &iv, aad, &mut message)?;
            }
            (cipher, Some(hmac)) => {
                let (mac_key, key) = key.split_at(key.len() / 2);
                let right = self.tag(hmac, mac_key, aad, &iv, &message);
                if !bool::from(tag.ct_eq(&right)) {
                    return Err(Error::Undecipherable);
                }
                cipher.open(key, &iv, &[], &mut message)?;
            }
        }
        Ok(message)
    }

    /// RFC 7518, section 5.2.2.1: of the associated data, the vector, the ciphertext, and the bits of the first.
    fn tag(self, hmac: HmacAlgorithm, key: &[u8], aad: &[u8], iv: &[u8], ciphertext: &[u8]) -> Vec<u8> {
        let bits = (aad.len() as u64 * 8).to_be_bytes();
        let mut tag = hmac.mac(key, &[aad, iv, ciphertext, &bits].concat());
        tag.truncate(self.tag_length());
        tag
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER_PERMISSIVE;

    use super::*;

    #[test]
    fn names_are_those_of_requests() {
        for encryption in JweEncryption::ALL {
            assert_eq!(serde_json::to_value(encryption).unwrap(), encryption.name());
            assert_eq!(JweEncryption::named(encryption.name()), Some(encryption));
        }
    }

    /// RFC 7518, appendix B: tags and the beginnings of the ciphertexts.
    #[test]
    fn cbc_with_hmac_of_rfc_7518() {
        let bytes = |hex: &str| HEXLOWER_PERMISSIVE.decode(hex.replace(' ', "").as_bytes()).unwrap();
        let key: Vec<u8> = (0..64).collect();
        let message =
            b"A cipher system must not be required to be secret, and it must be able to fall into the hands of the \
            enemy without inconvenience";
        let aad = b"The second principle of Auguste Kerckhoffs";
        let iv = bytes("1a f3 8c 2d c2 b9 6f fd d8 66 94 09 23 41 bc 04");
        for (encryption, begin, tag) in [
            (
                JweEncryption::A128CbcHs256,
                "c8 0e df a3 2d df 39 d5 ef 00 c0 b4 68 83 42 79",
                "65 2c 3f a3 6b 0a 7c 5b 32 19 fa b3 a3 0b c1 c4",
            ),
            (
                JweEncryption::A192CbcHs384,
                "ea 65 da 6b 59 e6 1e db 41 9b e6 2d 19 71 2a e5",
                "84 90 ac 0e 58 94 9b fe 51 87 5d 73 3f 93 ac 20 75 16 80 39 cc c7 33 d7",
            ),
            (
                JweEncryption::A256CbcHs512,
                "4a ff aa ad b7 8c 31 c5 da 4b 1b 59 0d 10 ff bd",
                "4d d3 b4 c0 88 a7 f4 5c 21 68 39 64 5b 20 12 bf 2e 62 69 a8 c5 6a 81 6d bc 1b 26 77 61 95 5b c5",
            ),
        ] {
            let (cipher, hmac) = encryption.parts();
            let (mac_key, cipher_key) = key[..encryption.key_length()].split_at(encryption.key_length() / 2);
            let mut ciphertext = message.to_vec();
            cipher.seal(cipher_key, &iv, &[], &mut ciphertext).unwrap();
            assert_eq!(ciphertext[..16], bytes(begin));
            let computed = encryption.tag(hmac.unwrap(), mac_key, aad, &iv, &ciphertext);
            assert_eq!(computed, bytes(tag), "{encryption:?}");
            let sealed = Sealed { iv: iv.clone(), ciphertext, tag: computed };
            assert_eq!(encryption.open(&key[..encryption.key_length()], aad, sealed).unwrap(), message);
        }
    }

    #[test]
    fn any_change_is_noticed() {
        for encryption in JweEncryption::ALL {
            let key = vec![1; encryption.key_length()];
            let seal = || encryption.seal(&key, b"aad", b"attack at dawn".to_vec()).unwrap();
            assert_eq!(encryption.open(&key, b"aad", seal()).unwrap(), b"attack at dawn");
            assert_ne!(seal().iv, seal().iv);
            let changes: [fn(&mut Sealed); 8] = [
                |sealed| sealed.iv[0] ^= 1,
                |sealed| sealed.ciphertext[0] ^= 1,
                |sealed| sealed.tag[0] ^= 1,
                |sealed| sealed.iv.truncate(sealed.iv.len() - 1),
                |sealed| sealed.ciphertext.truncate(sealed.ciphertext.len() - 1),
                |sealed| sealed.tag.truncate(sealed.tag.len() - 1),
                |sealed| sealed.tag.clear(),
                |sealed| sealed.ciphertext.clear(),
            ];
            for change in changes {
                let mut sealed = seal();
                change(&mut sealed);
                assert_eq!(encryption.open(&key, b"aad", sealed), Err(Error::Undecipherable), "{encryption:?}");
            }
            assert_eq!(encryption.open(&key, b"aae", seal()), Err(Error::Undecipherable));
            assert_eq!(encryption.open(&key[1..], b"aad", seal()), Err(Error::Undecipherable));
        }
    }
}
