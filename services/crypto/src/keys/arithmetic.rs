//! What some forms leave out of an RSA private key, computed. None of it is believed: aws-lc checks the finished key.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul, Gcd, NonZero, Odd};
use zeroize::Zeroizing;

use super::RsaPrivate;
use super::rsa::number;

/// Longer numbers are no part of a key we work with.
const MAX_BYTES: usize = 1024;
/// Longer keys without primes are too much work when they are a trap.
const MAX_FACTORED_BYTES: usize = 512;
/// Each of them fails for half of the keys at the most.
const BASES: [u32; 16] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53];

type Number = Zeroizing<BoxedUint>;
type Bytes = Zeroizing<Vec<u8>>;

/// The private half with d modulo p - 1 and q - 1; nothing when the numbers cannot be those of a key.
pub(super) fn with_exponents(d: Bytes, p: Bytes, q: Bytes, qi: Bytes) -> Option<RsaPrivate> {
    let dp = reduced(&d, &p)?;
    let dq = reduced(&d, &q)?;
    Some(RsaPrivate { d, p, q, dp, dq, qi })
}

/// The private half of a key of which only n, e and d are known (NIST SP 800-56B, revision 2, appendix C.1); nothing when they
/// do not belong together.
pub(super) fn with_primes(n: &[u8], e: &[u8], d: Bytes) -> Option<RsaPrivate> {
    if n.len() > MAX_FACTORED_BYTES || number(&d).len() > n.len() {
        return None;
    }
    let modulus = read(n)?;
    let p = factor(&modulus, &Zeroizing::new(read(&d)?.concatenating_mul(&*read(e)?)))?;
    let prime = Option::<NonZero<_>>::from(NonZero::new((*p).clone()))?;
    let q = Zeroizing::new(modulus.div_rem(&prime).0);
    let odd = Option::<Odd<_>>::from(Odd::new((*p).clone()))?;
    let qi = Option::from(q.rem(&prime).invert_odd_mod(&odd)).map(Zeroizing::new)?;
    with_exponents(d, write(&p), write(&q), write(&qi))
}

/// A factor of `n`, given e · d: a square root of 1 that is neither 1 nor -1 is one more than a multiple of it.
fn factor(n: &BoxedUint, de: &BoxedUint) -> Option<Number> {
    let k = Zeroizing::new(de.wrapping_sub(BoxedUint::one()));
    let halvings = k.trailing_zeros();
    let odd_part = Zeroizing::new(k.shr_vartime(halvings)?);
    let params = BoxedMontyParams::new(Option::from(Odd::new(n.clone()))?);
    let one = BoxedMontyForm::one(&params);
    let minus_one = -&one;
    for base in BASES {
        let base = BoxedUint::from_be_slice(&base.to_be_bytes(), n.bits_precision()).ok()?;
        let mut root = BoxedMontyForm::new(base, &params).pow(&odd_part);
        for _ in 0..halvings {
            let square = root.square();
            if square == one && root != one && root != minus_one {
                let difference = Zeroizing::new((root - &one).retrieve());
                return Some(Zeroizing::new(difference.gcd(n)));
            }
            root = square;
        }
        if root != one {
            return None;
        }
    }
    None
}

/// d modulo p - 1.
fn reduced(d: &[u8], p: &[u8]) -> Option<Bytes> {
    let order = Option::<NonZero<_>>::from(NonZero::new(read(p)?.wrapping_sub(BoxedUint::one())))?;
    Some(write(&Zeroizing::new(read(d)?.rem(&order))))
}

fn read(bytes: &[u8]) -> Option<Number> {
    let digits = number(bytes);
    if digits.is_empty() || digits.len() > MAX_BYTES {
        return None;
    }
    let bits = u32::try_from(digits.len() * 8).ok()?;
    BoxedUint::from_be_slice(digits, bits).ok().map(Zeroizing::new)
}

fn write(value: &BoxedUint) -> Bytes {
    let bytes = Zeroizing::new(value.to_be_bytes().into_vec());
    Zeroizing::new(number(&bytes).to_vec())
}
