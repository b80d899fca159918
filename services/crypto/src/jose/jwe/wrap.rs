//! AES Key Wrap (RFC 3394).

use aes_kw::aes::{Aes128, Aes192, Aes256};
use aes_kw::{AesKw, KeyInit};
use zeroize::Zeroizing;

use crate::Error;

/// What the integrity check and the first step take.
const OVERHEAD: usize = 8;

/// Wraps a key, a multiple of 8 bytes, with one of 16, 24 or 32 bytes.
pub(super) fn wrap(wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Error> {
    let mut wrapped = vec![0; key.len() + OVERHEAD];
    let done = match wrapping.len() {
        16 => AesKw::<Aes128>::new_from_slice(wrapping).map(|aes| aes.wrap_key(key, &mut wrapped).map(drop)),
        24 => AesKw::<Aes192>::new_from_slice(wrapping).map(|aes| aes.wrap_key(key, &mut wrapped).map(drop)),
        _ => AesKw::<Aes256>::new_from_slice(wrapping).map(|aes| aes.wrap_key(key, &mut wrapped).map(drop)),
    };
    match done {
        Ok(Ok(())) => Ok(wrapped),
        _ => Err(Error::NoMemory),
    }
}

/// The key that was wrapped, if it was with this one.
pub(super) fn unwrap(wrapping: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let length = wrapped.len().checked_sub(OVERHEAD).filter(|length| *length > 0).ok_or(Error::Undecipherable)?;
    let mut key = Zeroizing::new(vec![0; length]);
    let done = match wrapping.len() {
        16 => AesKw::<Aes128>::new_from_slice(wrapping).map(|aes| aes.unwrap_key(wrapped, &mut key).map(drop)),
        24 => AesKw::<Aes192>::new_from_slice(wrapping).map(|aes| aes.unwrap_key(wrapped, &mut key).map(drop)),
        _ => AesKw::<Aes256>::new_from_slice(wrapping).map(|aes| aes.unwrap_key(wrapped, &mut key).map(drop)),
    };
    match done {
        Ok(Ok(())) => Ok(key),
        _ => Err(Error::Undecipherable),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXUPPER;

    use super::*;

    /// RFC 3394, sections 4.1 to 4.6.
    #[test]
    fn vectors_of_rfc_3394() {
        let wrapping: Vec<u8> = (0..32).collect();
        let key = HEXUPPER.decode(b"00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F").unwrap();
        for (wrapping_length, length, expected) in [
            (16, 16, "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"),
            (24, 16, "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"),
            (32, 16, "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"),
            (24, 24, "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2"),
            (32, 24, "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1"),
            (32, 32, "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"),
        ] {
            let wrapping = &wrapping[..wrapping_length];
            let wrapped = wrap(wrapping, &key[..length]).unwrap();
            assert_eq!(HEXUPPER.encode(&wrapped), expected);
            assert_eq!(unwrap(wrapping, &wrapped).unwrap()[..], key[..length]);
            for place in 0..wrapped.len() {
                let mut changed = wrapped.clone();
                changed[place] ^= 1;
                assert_eq!(unwrap(wrapping, &changed).err(), Some(Error::Undecipherable));
                assert_eq!(unwrap(wrapping, &wrapped[..place]).err(), Some(Error::Undecipherable));
            }
        }
    }
}
