//! RSA signatures (RFC 8017): PKCS #1 v1.5 and PSS.

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::RsaPssSaltLength;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaParameters, RsaSignatureEncoding,
};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

use crate::Error;
use crate::keys::{MIN_SIGNING_BITS, RsaKey};

/// How the hash is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    Pkcs1,
    Pss,
}

/// How long the salt of a PSS signature must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SaltLength {
    /// As long as the hash.
    Hash,
    /// As long as it turns out to be.
    Any,
    /// So many bytes.
    Exactly(u16),
}

/// RSA with a hash.
pub(super) struct Rsa {
    hash: &'static digest::Algorithm,
    /// The last byte of the hash's identifier, 2.16.840.1.101.3.4.2.x.
    hash_id: u8,
    signing: fn(Padding) -> &'static RsaSignatureEncoding,
    verification: fn(Padding) -> RsaParameters,
}

pub(super) static SHA256: Rsa = Rsa {
    hash: &digest::SHA256,
    hash_id: 1,
    signing: |padding| match padding {
        Padding::Pkcs1 => &RSA_PKCS1_SHA256,
        Padding::Pss => &RSA_PSS_SHA256,
    },
    verification: |padding| match padding {
        Padding::Pkcs1 => RSA_PKCS1_2048_8192_SHA256,
        Padding::Pss => RSA_PSS_2048_8192_SHA256,
    },
};
pub(super) static SHA384: Rsa = Rsa {
    hash: &digest::SHA384,
    hash_id: 2,
    signing: |padding| match padding {
        Padding::Pkcs1 => &RSA_PKCS1_SHA384,
        Padding::Pss => &RSA_PSS_SHA384,
    },
    verification: |padding| match padding {
        Padding::Pkcs1 => RSA_PKCS1_2048_8192_SHA384,
        Padding::Pss => RSA_PSS_2048_8192_SHA384,
    },
};
pub(super) static SHA512: Rsa = Rsa {
    hash: &digest::SHA512,
    hash_id: 3,
    signing: |padding| match padding {
        Padding::Pkcs1 => &RSA_PKCS1_SHA512,
        Padding::Pss => &RSA_PSS_SHA512,
    },
    verification: |padding| match padding {
        Padding::Pkcs1 => RSA_PKCS1_2048_8192_SHA512,
        Padding::Pss => RSA_PSS_2048_8192_SHA512,
    },
};

impl Rsa {
    /// Signs; the salt of PSS is as long as the hash.
    pub(super) fn sign(
        &self,
        field: &'static str,
        padding: Padding,
        key: &RsaKey,
        message: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let pair = key.key_pair(field)?;
        let mut signature = vec![0; pair.public_modulus_len()];
        let signed = pair.sign((self.signing)(padding), &SystemRandom::new(), message, &mut signature);
        signed.map_err(|_| Error::NoMemory)?;
        Ok(signature)
    }

    /// Whether a signature is right; `salt` is for PSS.
    pub(super) fn verify(
        &self,
        padding: Padding,
        key: &RsaKey,
        message: &[u8],
        signature: &[u8],
        salt: SaltLength,
    ) -> bool {
        if key.bits() < MIN_SIGNING_BITS {
            return self.verify_here(padding, key, message, signature, salt);
        }
        let with = |salt| {
            let parameters = (self.verification)(padding).with_pss_salt_length(salt);
            key.components().verify(&parameters, message, signature).is_ok()
        };
        match (padding, salt) {
            (Padding::Pkcs1, _) | (Padding::Pss, SaltLength::Hash) => with(RsaPssSaltLength::Digest),
            (Padding::Pss, SaltLength::Exactly(length)) => with(RsaPssSaltLength::Custom(length)),
            // Nearly all salts are as long as the hash or, of OpenSSL and Node, as long as there is room for. aws-lc
            // needs a sixth of the time we need.
            (Padding::Pss, SaltLength::Any) => {
                with(RsaPssSaltLength::Digest)
                    || with(RsaPssSaltLength::Max)
                    || self.verify_here(padding, key, message, signature, salt)
            }
        }
    }

    /// The same without aws-lc, which takes no short keys and must know how long the salt is. All of it is public, so the
    /// time it takes tells nobody anything.
    fn verify_here(&self, padding: Padding, key: &RsaKey, message: &[u8], signature: &[u8], salt: SaltLength) -> bool {
        let Some(encoded) = recover(key, signature) else { return false };
        let hash = digest::digest(self.hash, message);
        match padding {
            Padding::Pkcs1 => self.pkcs1(hash.as_ref(), encoded.len()).is_some_and(|expected| encoded == expected),
            Padding::Pss => self.is_pss(hash.as_ref(), &encoded, key.bits() - 1, salt).is_some(),
        }
    }

    /// EMSA-PKCS1-v1_5 (RFC 8017, section 9.2), to be compared whole: reading it has led to forgeries.
    fn pkcs1(&self, hash: &[u8], length: usize) -> Option<Vec<u8>> {
        let size = u8::try_from(hash.len()).ok()?;
        let info = [
            &[0x30, 17 + size, 0x30, 13, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, self.hash_id],
            &[0x05, 0, 0x04, size][..],
            hash,
        ]
        .concat();
        let ones = length.checked_sub(info.len() + 3)?;
        Some([&[0, 1], vec![0xff; ones].as_slice(), &[0], &info].concat())
    }

    /// EMSA-PSS-VERIFY (RFC 8017, section 9.1.2), from step 3 on; something when the signature is right.
    fn is_pss(&self, hash: &[u8], encoded: &[u8], bits: usize, salt: SaltLength) -> Option<()> {
        // The modulus may have one byte more than is signed: with 2049 bits, say.
        let (outside, encoded) = encoded.split_at(encoded.len() - bits.div_ceil(8));
        let (masked, rest) = encoded.split_at_checked(encoded.len().checked_sub(hash.len() + 1)?)?;
        let (own, trailer) = rest.split_at(hash.len());
        let unused = 8 * encoded.len() - bits;
        let beyond = !(0xff >> unused);
        (outside.iter().all(|byte| *byte == 0) && trailer == [0xbc] && masked.first()? & beyond == 0).then_some(())?;

        let mut block: Vec<u8> = masked.iter().zip(self.mask(own)).map(|(byte, mask)| byte ^ mask).collect();
        *block.first_mut()? &= !beyond;
        let zeros = block.iter().take_while(|byte| **byte == 0).count();
        let (one, found) = block[zeros..].split_first()?;
        let fits = match salt {
            SaltLength::Hash => found.len() == hash.len(),
            SaltLength::Any => true,
            SaltLength::Exactly(length) => found.len() == usize::from(length),
        };
        let right = digest::digest(self.hash, &[&[0; 8], hash, found].concat());
        (*one == 1 && fits && right.as_ref() == own).then_some(())
    }

    /// MGF1 (RFC 8017, appendix B.2.1), endless.
    fn mask(&self, seed: &[u8]) -> impl Iterator<Item = u8> {
        let block = move |counter: u32| digest::digest(self.hash, &[seed, &counter.to_be_bytes()].concat());
        (0..).map(block).flat_map(|block| block.as_ref().to_vec())
    }
}

/// What was signed, padded: RSAVP1 (RFC 8017, section 5.2.2), as long as the modulus.
fn recover(key: &RsaKey, signature: &[u8]) -> Option<Vec<u8>> {
    let length = key.modulus.len();
    let bits = u32::try_from(8 * length).ok()?;
    let modulus = BoxedUint::from_be_slice(&key.modulus, bits).ok()?;
    let signed = BoxedUint::from_be_slice(signature, bits).ok().filter(|number| *number < modulus)?;
    if signature.len() != length {
        return None;
    }
    let modulus = BoxedMontyParams::new_vartime(Odd::new(modulus).into_option()?);
    let exponent = BoxedUint::from_be_slice_vartime(&key.exponent);
    let encoded = BoxedMontyForm::new(signed, &modulus).pow(&exponent).retrieve().to_be_bytes();
    // It is written in whole words.
    Some(encoded[encoded.len() - length..].to_vec())
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use serde_json::Value;

    use super::*;

    /// Wycheproof for what is checked without aws-lc; the requests (tests/it) mostly go to aws-lc.
    #[test]
    fn what_is_checked_here_is_checked_rightly() {
        for (rsa, padding, file, number) in [
            (
                &SHA256,
                Padding::Pkcs1,
                include_str!("../../tests/data/wycheproof/rsa_signature_2048_sha256_test.json"),
                130,
            ),
            (
                &SHA384,
                Padding::Pkcs1,
                include_str!("../../tests/data/wycheproof/rsa_signature_2048_sha384_test.json"),
                129,
            ),
            (
                &SHA512,
                Padding::Pkcs1,
                include_str!("../../tests/data/wycheproof/rsa_signature_2048_sha512_test.json"),
                130,
            ),
            (
                &SHA256,
                Padding::Pss,
                include_str!("../../tests/data/wycheproof/rsa_pss_2048_sha256_mgf1_0_test.json"),
                52,
            ),
            (
                &SHA256,
                Padding::Pss,
                include_str!("../../tests/data/wycheproof/rsa_pss_2048_sha256_mgf1_32_test.json"),
                54,
            ),
            (
                &SHA384,
                Padding::Pss,
                include_str!("../../tests/data/wycheproof/rsa_pss_2048_sha384_mgf1_48_test.json"),
                71,
            ),
        ] {
            let bytes = |hex: &Value| HEXLOWER.decode(hex.as_str().unwrap().as_bytes()).unwrap();
            let document: Value = serde_json::from_str(file).unwrap();
            let mut tests = 0;
            for group in document["testGroups"].as_array().unwrap() {
                let public = &group["publicKey"];
                let key = RsaKey::public("key", &bytes(&public["modulus"]), &bytes(&public["publicExponent"])).unwrap();
                let salt = group["sLen"].as_u64().map_or(SaltLength::Any, |length| SaltLength::Exactly(length as u16));
                for test in group["tests"].as_array().unwrap() {
                    let (message, signature) = (bytes(&test["msg"]), bytes(&test["sig"]));
                    let right = rsa.verify_here(padding, &key, &message, &signature, salt);
                    assert_eq!(right, test["result"] == "valid", "{test}");
                    assert_eq!(rsa.verify(padding, &key, &message, &signature, salt), right, "{test}");
                    tests += 1;
                }
            }
            assert_eq!(tests, number);
        }
    }
}
