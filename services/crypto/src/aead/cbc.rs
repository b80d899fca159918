//! AES-CBC with PKCS #7 padding (NIST SP 800-38A, RFC 5652), for legacy systems. The padding is checked without
//! branches: timing would be a padding oracle, which decrypts messages without the key.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use subtle::{ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};

use crate::Error;

/// Bytes of a block.
pub(super) const BLOCK: usize = 16;

/// Pads and encrypts in place.
pub(super) fn seal(key: &[u8], iv: &[u8], message: &mut Vec<u8>) -> Result<(), Error> {
    let padding = BLOCK - message.len() % BLOCK;
    let byte = u8::try_from(padding).expect("a block is short");
    message.extend(std::iter::repeat_n(byte, padding));
    let mut encrypt = || {
        let key = EncryptingKey::cbc(unbound(key)?)?;
        let iv = EncryptionContext::Iv128(FixedLength::try_from(iv)?);
        key.less_safe_encrypt(message, iv)
    };
    encrypt().map(drop).map_err(|_| Error::NoMemory)
}

/// Decrypts in place and removes the padding.
pub(super) fn open(key: &[u8], iv: &[u8], message: &mut Vec<u8>) -> Result<(), Error> {
    let mut decrypt = || {
        let key = DecryptingKey::cbc(unbound(key)?)?;
        let iv = DecryptionContext::Iv128(FixedLength::try_from(iv)?);
        key.decrypt(message, iv).map(drop)
    };
    decrypt().map_err(|_: aws_lc_rs::error::Unspecified| Error::Undecipherable)?;
    let length = unpadded(message).ok_or(Error::Undecipherable)?;
    message.truncate(length);
    Ok(())
}

fn unbound(key: &[u8]) -> Result<UnboundCipherKey, aws_lc_rs::error::Unspecified> {
    let algorithm = match key.len() {
        16 => &AES_128,
        24 => &AES_192,
        _ => &AES_256,
    };
    UnboundCipherKey::new(algorithm, key)
}

/// The length without padding, when the padding is right. The time is the same wherever it is wrong.
fn unpadded(message: &[u8]) -> Option<usize> {
    let block = message.last_chunk::<BLOCK>()?;
    let padding = block[BLOCK - 1];
    let mut wrong = padding.ct_eq(&0) | padding.ct_gt(&16);
    for (distance, byte) in (1_u8..).zip(block.iter().rev()) {
        let is_padding = !distance.ct_gt(&padding);
        wrong |= is_padding & !byte.ct_eq(&padding);
    }
    let removed = u8::conditional_select(&padding, &0, wrong);
    (!bool::from(wrong)).then(|| message.len() - usize::from(removed))
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        HEXLOWER.decode(hex.as_bytes()).unwrap()
    }

    /// NIST SP 800-38A, appendices F.2.1, F.2.3 and F.2.5. The document pads nothing: our padding is one block more.
    #[test]
    fn cbc_of_sp_800_38a() {
        let iv = bytes("000102030405060708090a0b0c0d0e0f");
        let plain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
        for (key, encrypted) in [
            (
                "2b7e151628aed2a6abf7158809cf4f3c",
                "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
            ),
            (
                "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
                "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
            ),
            (
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
            ),
        ] {
            let mut message = bytes(plain);
            seal(&bytes(key), &iv, &mut message).unwrap();
            assert_eq!(message.len(), encrypted.len() / 2 + BLOCK);
            assert_eq!(HEXLOWER.encode(&message[..encrypted.len() / 2]), encrypted);
            open(&bytes(key), &iv, &mut message).unwrap();
            assert_eq!(HEXLOWER.encode(&message), plain);
        }
    }

    #[test]
    fn paddings_right_and_wrong() {
        let block = |end: &[u8]| [&[7; BLOCK][end.len()..], end].concat();
        for padding in 1..=16 {
            let end = vec![padding; usize::from(padding)];
            assert_eq!(unpadded(&[[7; BLOCK].to_vec(), block(&end)].concat()), Some(32 - usize::from(padding)));
        }
        for end in [&[0][..], &[17], &[255], &[1, 2], &[3, 2, 3], &[2, 3, 3], &[16]] {
            assert_eq!(unpadded(&block(end)), None, "{end:?}");
        }
        assert_eq!(unpadded(&[1; 15]), None);
        assert_eq!(unpadded(&[]), None);
    }

    #[test]
    fn every_length_comes_back() {
        for length in 0..40 {
            let mut message = vec![5; length];
            seal(&[1; 16], &[2; 16], &mut message).unwrap();
            assert_eq!(message.len(), (length / BLOCK + 1) * BLOCK);
            open(&[1; 16], &[2; 16], &mut message).unwrap();
            assert_eq!(message, vec![5; length]);
        }
    }
}
