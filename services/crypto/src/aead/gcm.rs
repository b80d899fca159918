//! AES-GCM with nonces of other lengths than 12 bytes, such as the 16 bytes often used in Node. GCM hashes such a nonce
//! first.

use aes_gcm::aead::consts::{
    U1, U2, U3, U4, U5, U6, U7, U8, U9, U10, U11, U13, U14, U15, U16, U20, U24, U32, U48, U64, U128,
};
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::aes::{Aes128, Aes192, Aes256};
use aes_gcm::{AesGcm, Nonce};

use crate::Error;

/// The crate has a type for each length, so the lengths are a list.
pub(super) const NONCE_LENGTHS: [usize; 21] =
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 20, 24, 32, 48, 64, 128];

/// Encrypts in place and appends the tag.
pub(super) fn seal(key: &[u8], nonce: &[u8], aad: &[u8], message: &mut Vec<u8>) -> Result<(), Error> {
    run(key, nonce, aad, message, Direction::Seal).map_err(|_| Error::NoMemory)
}

/// Checks and removes the tag and decrypts in place.
pub(super) fn open(key: &[u8], nonce: &[u8], aad: &[u8], message: &mut Vec<u8>) -> Result<(), Error> {
    run(key, nonce, aad, message, Direction::Open).map_err(|_| Error::Undecipherable)
}

#[derive(Clone, Copy)]
enum Direction {
    Seal,
    Open,
}

type Outcome = Result<(), aes_gcm::Error>;

fn run(key: &[u8], nonce: &[u8], aad: &[u8], message: &mut Vec<u8>, direction: Direction) -> Outcome {
    macro_rules! by_nonce {
        ($($length:ty)*) => {
            $(if let Ok(nonce) = <&Nonce<$length>>::try_from(nonce) {
                return match key.len() {
                    16 => work(AesGcm::<Aes128, $length>::new_from_slice(key), nonce, aad, message, direction),
                    24 => work(AesGcm::<Aes192, $length>::new_from_slice(key), nonce, aad, message, direction),
                    _ => work(AesGcm::<Aes256, $length>::new_from_slice(key), nonce, aad, message, direction),
                };
            })*
        };
    }
    by_nonce!(U16 U1 U2 U3 U4 U5 U6 U7 U8 U9 U10 U11 U13 U14 U15 U20 U24 U32 U48 U64 U128);
    Err(aes_gcm::Error)
}

fn work<C: AeadInOut, E>(
    cipher: Result<C, E>,
    nonce: &Nonce<C::NonceSize>,
    aad: &[u8],
    message: &mut Vec<u8>,
    direction: Direction,
) -> Outcome {
    let cipher = cipher.map_err(|_| aes_gcm::Error)?;
    match direction {
        Direction::Seal => cipher.encrypt_in_place(nonce, aad, message),
        Direction::Open => cipher.decrypt_in_place(nonce, aad, message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_of_the_list_has_its_type() {
        for length in NONCE_LENGTHS {
            let (nonce, mut message) = (vec![9; length], b"text".to_vec());
            seal(&[1; 32], &nonce, b"", &mut message).unwrap();
            open(&[1; 32], &nonce, b"", &mut message).unwrap();
            assert_eq!(message, b"text");
        }
        assert_eq!(open(&[1; 32], &[9; 17], b"", &mut vec![0; 32]), Err(Error::Undecipherable));
    }
}
