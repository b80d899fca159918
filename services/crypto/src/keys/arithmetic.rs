//! Computes what some formats omit of an RSA private key. Nothing of it is trusted: aws-lc checks the finished key.

use crypto_bigint::{BoxedUint, CheckedSub, ConcatenatingMul, ConcatenatingSquare, Gcd, NonZero, Odd};
use zeroize::Zeroizing;

use super::RsaPrivate;
use super::rsa::number;

/// Longer numbers are no part of a key we work with.
const MAX_BYTES: usize = 1024;

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
    if number(&d).len() > n.len() {
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

/// The larger prime of `n`, given e · d (NIST SP 800-56B, revision 2, appendix C.2): e · d - 1 is some multiple of what
/// p - 1 and q - 1 both divide; from it comes one of (p - 1) · (q - 1), which is n less p and q. A few divisions, whatever the
/// numbers are, where guessing costs one power after the other of a key that is a trap.
fn factor(n: &BoxedUint, de: &BoxedUint) -> Option<Number> {
    let one = BoxedUint::one();
    let order = Zeroizing::new(Option::<BoxedUint>::from(de.checked_sub(&one))?);
    let common = Zeroizing::new(n.wrapping_sub(&one).gcd(&order));
    let modulus = Option::<NonZero<_>>::from(NonZero::new(n.clone()))?;
    let (times, rest) = order.concatenating_mul(&*common).div_rem(&modulus);
    let times = Option::<NonZero<_>>::from(NonZero::new(times.wrapping_add(&one)))?;
    let (sum, rest) = n.wrapping_sub(&rest).div_rem(&times);
    if !bool::from(rest.is_zero()) {
        return None;
    }
    let sum = Zeroizing::new(sum.concatenating_add(&one));
    // (p + q)² - 4 · p · q is (p - q)².
    let square = Zeroizing::new(sum.concatenating_square());
    let square = Option::<BoxedUint>::from(square.checked_sub(&n.concatenating_mul(BoxedUint::from(4_u8))))?;
    let difference = Zeroizing::new(Option::<BoxedUint>::from(Zeroizing::new(square).checked_sqrt())?);
    // Without the zeros before it, which the next steps would work through.
    read(&write(&Zeroizing::new(sum.concatenating_add(&*difference).shr_vartime(1)?)))
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

#[cfg(test)]
mod tests {
    use super::*;

    const E: [u8; 3] = [1, 0, 1];

    /// 2 to some power, less one: a prime for many of them.
    fn mersenne(bits: u32) -> BoxedUint {
        BoxedUint::one_with_precision(bits + 1).shl_vartime(bits).unwrap().wrapping_sub(BoxedUint::one())
    }

    fn nonzero(number: BoxedUint) -> NonZero<BoxedUint> {
        NonZero::new(number).unwrap()
    }

    /// The inverse of 65537.
    fn inverse(order: &BoxedUint) -> Bytes {
        let e = BoxedUint::from_be_slice(&E, order.bits_precision()).unwrap();
        write(&e.invert_mod(&nonzero(order.clone())).unwrap())
    }

    /// The private number may be made with (p - 1) · (q - 1), with the least number both divide, or be larger than either.
    #[test]
    fn primes_are_found_of_every_private_number() {
        for (p, q) in [(521, 607), (1279, 2203), (2203, 2281), (4253, 3217)] {
            let (p, q) = (mersenne(p), mersenne(q));
            let (p1, q1) = (p.wrapping_sub(BoxedUint::one()), q.wrapping_sub(BoxedUint::one()));
            let product = p1.concatenating_mul(&q1);
            let least = product.div_rem(&nonzero(p1.gcd(&q1))).0;
            let n = write(&p.concatenating_mul(&q));
            let small = inverse(&least);
            let larger = write(&read(&small).unwrap().concatenating_add(&least));
            for d in [small, inverse(&product), larger] {
                if d.len() <= n.len() {
                    let found = with_primes(&n, &E, d).unwrap();
                    assert_eq!((&*found.p, &*found.q), (&*write((&p).max(&q)), &*write((&p).min(&q))));
                }
            }
        }
    }

    /// What made the guessing go on to its end: all roots of 1 modulo a prime, and a power of one, are 1 and -1.
    #[test]
    fn what_has_not_two_primes_is_no_key() {
        let prime = mersenne(4253);
        let order = prime.wrapping_sub(BoxedUint::one());
        assert!(with_primes(&write(&prime), &E, inverse(&order)).is_none());
        let root = mersenne(2203);
        let order = root.concatenating_mul(root.wrapping_sub(BoxedUint::one()));
        let found = with_primes(&write(&root.concatenating_square()), &E, inverse(&order));
        assert!(found.is_none_or(|found| found.p == found.q), "which is refused then");
        for d in [vec![0], vec![1], vec![0xff; 100], vec![0xff; 532]] {
            assert!(with_primes(&write(&prime), &E, Zeroizing::new(d)).is_none());
        }
    }
}
