//! Elementary functions in binary fixed point.
//!
//! A number is an integer `n` meaning `n / 2^bits`. The double-precision value of a logarithm or an arc is a start that
//! is right to fifteen digits; what is left is so small that a few terms of a series finish it, which is several times
//! faster than a series from the start. Callers ask for guard bits; each function here loses fewer than ten.

use std::sync::RwLock;

use dashu_base::{BitTest, Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};

use super::{Decimal, power_of_ten};

/// Bits that hold so many decimal digits.
pub(super) fn bits_for(digits: u32) -> usize {
    (u64::from(digits) * 33_220 / 10_000) as usize + 1
}

/// A decimal as a fixed-point number.
pub(super) fn from_decimal(value: &Decimal, bits: usize) -> IBig {
    if value.exponent >= 0 {
        (&value.coefficient * IBig::from(power_of_ten(value.exponent as usize).into_owned())) << bits
    } else {
        (&value.coefficient << bits) / IBig::from(power_of_ten(value.exponent.unsigned_abs() as usize).into_owned())
    }
}

/// A double as a fixed-point number.
pub(super) fn from_double(value: f64, bits: usize) -> IBig {
    let scaled = (value * 2f64.powi(52)) as i64;
    if bits >= 52 { IBig::from(scaled) << (bits - 52) } else { IBig::from(scaled) >> (52 - bits) }
}

/// The nearest double.
pub(super) fn to_double(value: &IBig, bits: usize) -> f64 {
    let length = value.bit_len();
    let drop = length.saturating_sub(64);
    let lead = (value.clone() >> drop).to_f64().value();
    lead * 2f64.powi(drop as i32 - bits as i32)
}

/// A fixed-point number as a decimal of so many digits, never exact.
pub(super) fn to_decimal(value: &IBig, bits: usize, digits: u32) -> Decimal {
    if value.is_zero() {
        return Decimal { exact: false, ..Decimal::ZERO };
    }
    let size = ((value.bit_len() as f64 - bits as f64) * std::f64::consts::LOG10_2).floor() as i64;
    let zeros = i64::from(digits) + 2 - size;
    let coefficient = if zeros >= 0 {
        (value * IBig::from(power_of_ten(zeros as usize).into_owned())) >> bits
    } else {
        value / (IBig::from(power_of_ten(zeros.unsigned_abs() as usize).into_owned()) << bits)
    };
    let wide = Decimal { coefficient, exponent: -zeros as i32, exact: false };
    let present = super::digits_of(&wide.coefficient.clone().unsigned_abs());
    let drop = present.saturating_sub(digits as usize);
    let coefficient = super::shorten(&wide.coefficient, drop, true).0;
    Decimal { coefficient, exponent: wide.exponent + drop as i32, exact: false }
}

pub(super) fn multiply(one: &IBig, other: &IBig, bits: usize) -> IBig {
    (one * other) >> bits
}

pub(super) fn divide(one: &IBig, other: &IBig, bits: usize) -> IBig {
    (one << bits) / other
}

/// A constant that is kept with the most bits that were asked for so far.
struct Constant {
    kept: RwLock<(usize, IBig)>,
    compute: fn(usize) -> IBig,
}

impl Constant {
    const fn new(compute: fn(usize) -> IBig) -> Self {
        Self { kept: RwLock::new((0, IBig::ZERO)), compute }
    }

    fn get(&self, bits: usize) -> IBig {
        let read = |kept: &(usize, IBig)| (kept.0 >= bits).then(|| &kept.1 >> (kept.0 - bits));
        if let Some(value) = self.kept.read().ok().and_then(|kept| read(&kept)) {
            return value;
        }
        let more = bits + bits / 4 + 64;
        let value = (self.compute)(more);
        let result = &value >> (more - bits);
        if let Ok(mut kept) = self.kept.write()
            && kept.0 < more
        {
            *kept = (more, value);
        }
        result
    }
}

/// The sum of `1/(2k+1) * (sign/n²)^k / n`: the inverse tangent of `1/n`, or with equal signs the hyperbolic one.
fn inverse_tangent_of_inverse(n: u64, alternating: bool, bits: usize) -> IBig {
    let square = UBig::from(n * n);
    let mut term = (UBig::ONE << (bits + 16)) / UBig::from(n);
    let mut sum = IBig::ZERO;
    let mut k = 0u64;
    while !term.is_zero() {
        let part = IBig::from(&term / UBig::from(2 * k + 1));
        if alternating && k % 2 == 1 {
            sum -= part;
        } else {
            sum += part;
        }
        term /= &square;
        k += 1;
    }
    sum >> 16usize
}

/// Pi, by Machin's formula.
pub(super) fn pi(bits: usize) -> IBig {
    static PI: Constant = Constant::new(|bits| {
        let bits = bits + 8;
        let sum = inverse_tangent_of_inverse(5, true, bits) * IBig::from(16)
            - inverse_tangent_of_inverse(239, true, bits) * IBig::from(4);
        sum >> 8usize
    });
    PI.get(bits)
}

/// The natural logarithm of ten, from three hyperbolic arcs.
pub(super) fn ln_ten(bits: usize) -> IBig {
    static LN_TEN: Constant = Constant::new(|bits| {
        let bits = bits + 8;
        // With L(n) = artanh(1/n): ln 2 = 14 L(31) + 10 L(49) + 6 L(161), ln 5 = 32 L(31) + 24 L(49) + 14 L(161).
        let sum = inverse_tangent_of_inverse(31, false, bits) * IBig::from(46)
            + inverse_tangent_of_inverse(49, false, bits) * IBig::from(34)
            + inverse_tangent_of_inverse(161, false, bits) * IBig::from(20);
        sum >> 8usize
    });
    LN_TEN.get(bits)
}

/// The exponential function; the argument is at most a few units.
pub(super) fn exp(x: &IBig, bits: usize) -> IBig {
    // Halved eight times, so that the series is short; each squaring may double the error, which ten bits pay for.
    const HALVINGS: usize = 8;
    let wide = bits + HALVINGS + 10;
    let small = x.clone() << (wide - bits) >> HALVINGS;
    let one = IBig::ONE << wide;
    let mut term = one.clone();
    let mut sum = one;
    let mut n = 1u64;
    loop {
        term = multiply(&term, &small, wide) / IBig::from(n);
        if term.is_zero() || term == IBig::from(-1) {
            break;
        }
        sum += &term;
        n += 1;
    }
    for _ in 0..HALVINGS {
        sum = multiply(&sum, &sum, wide);
    }
    sum >> (wide - bits)
}

/// The natural logarithm of a number between a tenth and ten.
pub(super) fn ln(x: &IBig, bits: usize) -> IBig {
    let near = (x - (IBig::ONE << bits)).clone();
    let start = from_double(to_double(&near, bits).ln_1p(), bits);
    let ratio = multiply(x, &exp(&-&start, bits), bits);
    let one = IBig::ONE << bits;
    // ln(r) = 2 artanh((r - 1) / (r + 1)), and r is 1 to fifteen digits.
    let z = divide(&(&ratio - &one), &(&ratio + &one), bits);
    start + odd_series(&z, false, bits) * IBig::from(2)
}

/// `z ± z³/3 + z⁵/5 ± …`: the inverse tangent (alternating) or the hyperbolic one.
fn odd_series(z: &IBig, alternating: bool, bits: usize) -> IBig {
    let square = multiply(z, z, bits);
    let mut power = z.clone();
    let mut sum = z.clone();
    let mut n = 3u64;
    loop {
        power = multiply(&power, &square, bits);
        if power.is_zero() || power == IBig::from(-1) {
            return sum;
        }
        let part = &power / IBig::from(n);
        if alternating && n % 4 == 3 {
            sum -= part;
        } else {
            sum += part;
        }
        n += 2;
    }
}

/// `first - first x²/(n (n + 1)) + ...`, whose first term is given.
fn alternating_series(first: IBig, x: &IBig, mut n: u64, bits: usize) -> IBig {
    let square = multiply(x, x, bits);
    let mut term = first.clone();
    let mut sum = first;
    loop {
        term = -(multiply(&term, &square, bits) / IBig::from(n * (n + 1)));
        if term.is_zero() || term == IBig::ONE {
            return sum;
        }
        sum += &term;
        n += 2;
    }
}

/// The sine of an angle of at most an eighth of a turn, or a little more.
pub(super) fn sine(x: &IBig, bits: usize) -> IBig {
    let x = x.clone() << 8usize;
    alternating_series(x.clone(), &x, 2, bits + 8) >> 8usize
}

/// The cosine of such an angle.
pub(super) fn cosine(x: &IBig, bits: usize) -> IBig {
    let x = x.clone() << 8usize;
    alternating_series(IBig::ONE << (bits + 8), &x, 1, bits + 8) >> 8usize
}

/// The inverse tangent of a number of at most one.
pub(super) fn atan(x: &IBig, bits: usize) -> IBig {
    let start = from_double(to_double(x, bits).atan(), bits);
    let (sine, cosine) = (sine(&start, bits), cosine(&start, bits));
    // tan(a - s) = (x cos s - sin s) / (cos s + x sin s).
    let above = multiply(x, &cosine, bits) - &sine;
    let below = cosine + multiply(x, &sine, bits);
    start + odd_series(&divide(&above, &below, bits), true, bits)
}

/// The number nearest to `x / unit`, for numbers of the same scale.
pub(super) fn nearest_multiple(x: &IBig, unit: &IBig) -> IBig {
    let half = unit / IBig::from(2);
    if x.is_negative() { (x - half) / unit } else { (x + half) / unit }
}
