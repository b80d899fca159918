//! What lies between products: bias, GELU, softmax, layer normalization.
//!
//! Written once as plain loops that the compiler turns into vector code for each instruction set; no operation is
//! reordered by it, so all sets give the same numbers.

use crate::level::{Level, Set};

/// Sums kept side by side, so that they can be added in vector registers.
const LANES: usize = 16;

/// Functions of one body each, compiled for every instruction set.
macro_rules! for_every_level {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $kind:ty),*) $body:block)*) => { $(
        $(#[$doc])*
        pub fn $name(level: Level, $($argument: $kind),*) {
            #[inline(always)]
            fn plain($($argument: $kind),*) $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($argument: $kind),*) {
                plain($($argument),*);
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
            fn avx512($($argument: $kind),*) {
                plain($($argument),*);
            }
            match level.0 {
                Set::Portable => plain($($argument),*),
                // SAFETY: a level is made only where its instructions were found.
                #[cfg(target_arch = "x86_64")]
                Set::Avx2 => unsafe { avx2($($argument),*) },
                // SAFETY: the same.
                #[cfg(target_arch = "x86_64")]
                Set::Avx512 => unsafe { avx512($($argument),*) },
            }
        }
    )* };
}

for_every_level! {
    /// Adds a bias to every row.
    ///
    /// # Panics
    /// When the numbers are no rows as wide as the bias.
    fn add_bias(rows: &mut [f32], bias: &[f32]) {
        assert!(rows.len().is_multiple_of(bias.len().max(1)), "rows are as wide as the bias");
        for row in rows.chunks_exact_mut(bias.len().max(1)) {
            for (value, bias) in row.iter_mut().zip(bias) {
                *value += bias;
            }
        }
    }

    /// Adds numbers to others, one to one.
    ///
    /// # Panics
    /// When there are not as many.
    fn add(to: &mut [f32], from: &[f32]) {
        assert_eq!(to.len(), from.len(), "as many numbers");
        for (to, from) in to.iter_mut().zip(from) {
            *to += from;
        }
    }

    /// The Gaussian error linear unit, `x (1 + erf(x / sqrt 2)) / 2`, of every row plus a bias.
    ///
    /// # Panics
    /// When the numbers are no rows as wide as the bias.
    fn gelu(rows: &mut [f32], bias: &[f32]) {
        assert!(rows.len().is_multiple_of(bias.len().max(1)), "rows are as wide as the bias");
        for row in rows.chunks_exact_mut(bias.len().max(1)) {
            for (value, bias) in row.iter_mut().zip(bias) {
                let x = *value + bias;
                *value = 0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2));
            }
        }
    }

    /// Turns `scale` times the numbers into shares of one.
    fn softmax(row: &mut [f32], scale: f32) {
        let mut greatest = [f32::NEG_INFINITY; LANES];
        let (blocks, rest) = row.as_chunks::<LANES>();
        for block in blocks {
            for (greatest, value) in greatest.iter_mut().zip(block) {
                *greatest = if *value > *greatest { *value } else { *greatest };
            }
        }
        let greatest = greatest.iter().chain(rest).fold(f32::NEG_INFINITY, |a, b| a.max(*b)) * scale;
        for value in row.iter_mut() {
            *value = exp(*value * scale - greatest);
        }
        let share = 1.0 / sum(row);
        for value in row.iter_mut() {
            *value *= share;
        }
    }

    /// Brings every row to mean 0 and variance 1, then scales and shifts it.
    ///
    /// # Panics
    /// When the numbers are no rows as wide as scale and shift.
    fn layer_norm(rows: &mut [f32], scale: &[f32], shift: &[f32], epsilon: f32) {
        let width = scale.len().max(1);
        assert!(shift.len() == scale.len() && rows.len().is_multiple_of(width), "rows are as wide as the scale");
        for row in rows.chunks_exact_mut(width) {
            let mean = sum(row) / width as f32;
            for value in row.iter_mut() {
                *value -= mean;
            }
            let deviation = 1.0 / (sum_of_squares(row) / width as f32 + epsilon).sqrt();
            for ((value, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
                *value = *value * deviation * scale + shift;
            }
        }
    }
}

#[inline(always)]
fn sum(row: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (blocks, rest) = row.as_chunks::<LANES>();
    for block in blocks {
        for (sum, value) in sums.iter_mut().zip(block) {
            *sum += value;
        }
    }
    sums.iter().chain(rest).sum()
}

#[inline(always)]
fn sum_of_squares(row: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (blocks, rest) = row.as_chunks::<LANES>();
    for block in blocks {
        for (sum, value) in sums.iter_mut().zip(block) {
            *sum += value * value;
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|value| value * value).sum::<f32>()
}

/// `e` to the power of `x`, within 2 units in the last place, for `x` to 88; 0 below -87.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // Adding this leaves the nearest whole number in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let bounded = if x < -87.0 { -87.0 } else { x };
    let shifted = bounded * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    // The logarithm of 2 in two parts: the first has few digits, so that its product is exact.
    let rest = bounded - whole * 0.693_359_4 - whole * -2.121_944_4e-4;
    // Cephes' polynomial for e^r - 1 - r on half a power of two.
    let p = 1.987_569_2e-4;
    let p = p * rest + 1.398_2e-3;
    let p = p * rest + 8.333_452e-3;
    let p = p * rest + 4.166_579_6e-2;
    let p = p * rest + 0.166_666_65;
    let p = p * rest + 0.5;
    let power = p * (rest * rest) + rest + 1.0;
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()) << 23;
    let result = f32::from_bits(power.to_bits().wrapping_add(exponent));
    if x < -87.0 { 0.0 } else { result }
}

/// The error function, within 1.5e-7 (Abramowitz and Stegun 7.1.26).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let p = 1.061_405_4;
    let p = p * t - 1.453_152;
    let p = p * t + 1.421_413_7;
    let p = p * t - 0.284_496_74;
    let p = p * t + 0.254_829_6;
    (1.0 - p * t * exp(-size * size)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_erf_are_near_the_true_ones() {
        let mut x = -87.0_f32;
        while x < 10.0 {
            let right = f64::from(x).exp();
            let error = (f64::from(exp(x)) - right).abs() / right;
            assert!(error < 2.5e-7, "{x}: {error}");
            x += 0.0137;
        }
        assert_eq!((exp(-1000.0), exp(f32::NEG_INFINITY), exp(0.0)), (0.0, 0.0, 1.0));
        // From tables.
        for (x, right) in [(0.0, 0.0), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (2.0, 0.995_322_3), (9.0, 1.0)] {
            assert!((erf(x) - right).abs() < 3e-7 && (erf(-x) + right).abs() < 3e-7, "{x}");
        }
    }

    #[test]
    fn every_level_gives_the_same_numbers() {
        let numbers: Vec<f32> = (0..384 * 3).map(|i| ((i * 7919) % 1000) as f32 / 100.0 - 5.0).collect();
        let bias: Vec<f32> = (0..384).map(|i| i as f32 / 400.0).collect();
        let all = |level: Level| {
            let mut rows = numbers.clone();
            add_bias(level, &mut rows, &bias);
            gelu(level, &mut rows, &bias);
            layer_norm(level, &mut rows, &bias, &bias, 1e-12);
            softmax(level, &mut rows[..100], 0.5);
            add(level, &mut rows[200..300], &bias[..100]);
            rows
        };
        let plain = all(Level::PORTABLE);
        assert!((plain[..100].iter().sum::<f32>() - 1.0).abs() < 1e-5);
        for level in Level::all() {
            assert_eq!(all(level), plain, "{level:?}");
        }
    }
}
