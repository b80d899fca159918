//! Ed25519 (RFC 8032), with strict verification.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};

use crate::Error;
use crate::error::conflict;

/// Bytes of a signature.
pub(super) const LENGTH: usize = 64;

/// The points of small order, as they and their second encodings are written; the sign bit is left out. With such a key
/// one signature fits many messages, with such an R a signature fits several keys.
const SMALL_ORDER: [[u8; 32]; 7] = [
    point(0x00, 0x00, 0x00),
    point(0x01, 0x00, 0x00),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    point(0xec, 0xff, 0x7f),
    point(0xed, 0xff, 0x7f),
    point(0xee, 0xff, 0x7f),
];

/// An encoding with the same byte in the middle.
const fn point(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// Signs with a seed.
pub(super) fn sign(field: &'static str, seed: &[u8; 32], public: &[u8; 32], message: &[u8]) -> Result<Vec<u8>, Error> {
    let pair = Ed25519KeyPair::from_seed_and_public_key(seed, public);
    let pair = pair.map_err(|_| conflict(field, "is damaged: its public and private keys do not match"))?;
    pair.try_sign(message).map(|signature| signature.as_ref().to_vec()).map_err(|_| Error::NoMemory)
}

/// Whether a signature is right. Its s must be less than the order (aws-lc sees to it), and key and R must be written in
/// their one form and not be of small order, so that no two signatures or keys pass for one.
pub(super) fn verify(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let Some(r) = signature.first_chunk::<32>() else { return false };
    signature.len() == LENGTH
        && is_sound(public)
        && is_sound(r)
        && UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}

fn is_sound(point: &[u8; 32]) -> bool {
    let mut y = *point;
    y[31] &= 0x7f;
    // p = 2^255 - 19: only what is between it and 2^255 has a second form.
    let canonical = y[0] < 0xed || y[31] != 0x7f || y[1..31].iter().any(|&byte| byte != 0xff);
    canonical && !SMALL_ORDER.contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the neutral point as key and as R, s = 0 fits every message: aws-lc does not mind.
    #[test]
    fn a_key_or_r_of_small_order_is_refused() {
        let neutral = point(1, 0, 0);
        let signature = [neutral, [0; 32]].concat();
        for message in [&b"pay 1"[..], b"pay 1000"] {
            assert!(UnparsedPublicKey::new(&ED25519, neutral).verify(message, &signature).is_ok());
            assert!(!verify(&neutral, message, &signature));
        }
    }

    #[test]
    fn only_the_one_form_of_a_point_is_sound() {
        for (y, sound) in [
            ([0x58; 32], true),
            (point(0xeb, 0xff, 0x7f), true),
            (point(0xec, 0xff, 0x7f), false),
            (point(0xed, 0xff, 0x7f), false),
            (point(0xef, 0xff, 0x7f), false),
            (point(0xff, 0xff, 0x7f), false),
            (point(0xff, 0xff, 0x7e), true),
            (point(0x00, 0x00, 0x80), false),
            (point(0x01, 0x00, 0x80), false),
            (point(0x02, 0x00, 0x00), true),
        ] {
            assert_eq!(is_sound(&y), sound, "{y:02x?}");
        }
        for small in SMALL_ORDER {
            assert!(!is_sound(&small), "{small:02x?}");
        }
    }
}
