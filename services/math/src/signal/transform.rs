//! The discrete Fourier transform of any length: radix two, and Bluestein's chirp for the rest.

use std::f64::consts::PI;

/// A complex number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

impl Complex {
    pub(super) const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    pub(super) fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    pub(super) const fn conjugate(self) -> Self {
        Self { re: self.re, im: -self.im }
    }

    /// The point of the unit circle at a fraction of it. Sine and cosine are asked for only within an eighth of a
    /// quarter, so that quarters are exact.
    fn turn(numerator: u64, denominator: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "lengths below 2^53")]
        let part = (numerator % denominator) as f64 / denominator as f64;
        let quarters = (part * 4.0).round();
        let rest = 2.0 * PI * (part - quarters / 4.0);
        let (sine, cosine) = rest.sin_cos();
        let (re, im) = match quarters {
            1.0 => (-sine, cosine),
            2.0 => (-cosine, -sine),
            3.0 => (sine, -cosine),
            _ => (cosine, sine),
        };
        Self { re, im }
    }
}

/// The transform of a signal, by e^(-2 pi i k n / N).
pub(super) fn forward(signal: &[Complex]) -> Vec<Complex> {
    if signal.len() < 2 {
        return signal.to_vec();
    }
    if signal.len().is_power_of_two() { radix_two(signal) } else { bluestein(signal) }
}

/// The inverse of the transform.
pub(super) fn inverse(spectrum: &[Complex]) -> Vec<Complex> {
    let conjugated: Vec<Complex> = spectrum.iter().map(|value| value.conjugate()).collect();
    #[expect(clippy::cast_precision_loss, reason = "lengths below 2^53")]
    let scale = 1.0 / spectrum.len().max(1) as f64;
    forward(&conjugated).into_iter().map(|value| Complex::new(value.re * scale, -value.im * scale)).collect()
}

fn radix_two(signal: &[Complex]) -> Vec<Complex> {
    let n = signal.len();
    let bits = n.trailing_zeros();
    let mut values: Vec<Complex> = (0..n).map(|at| signal[at.reverse_bits() >> (usize::BITS - bits)]).collect();
    let roots: Vec<Complex> = (0..n / 2).map(|at| Complex::turn((n - at) as u64 % n as u64, n as u64)).collect();
    let mut half = 1;
    while half < n {
        let stride = n / (2 * half);
        for start in (0..n).step_by(2 * half) {
            for at in 0..half {
                let low = values[start + at];
                let high = values[start + at + half].times(roots[at * stride]);
                values[start + at] = Complex::new(low.re + high.re, low.im + high.im);
                values[start + at + half] = Complex::new(low.re - high.re, low.im - high.im);
            }
        }
        half *= 2;
    }
    values
}

/// A transform of any length as a convolution of one that is a power of two.
fn bluestein(signal: &[Complex]) -> Vec<Complex> {
    let n = signal.len();
    let size = (2 * n - 1).next_power_of_two();
    // e^(-pi i k^2 / n), with k^2 taken modulo 2 n so that no digit is lost.
    let chirp: Vec<Complex> = (0..n as u64)
        .map(|k| Complex::turn((u128::from(k) * u128::from(k) % (2 * n) as u128) as u64, 2 * n as u64).conjugate())
        .collect();
    let mut a = vec![Complex::default(); size];
    let mut b = vec![Complex::default(); size];
    for (at, value) in signal.iter().enumerate() {
        a[at] = value.times(chirp[at]);
    }
    b[0] = chirp[0].conjugate();
    for (at, turn) in chirp.iter().enumerate().skip(1) {
        b[at] = turn.conjugate();
        b[size - at] = b[at];
    }
    let (a, b) = (radix_two(&a), radix_two(&b));
    let product: Vec<Complex> = a.iter().zip(&b).map(|(a, b)| a.times(*b)).collect();
    let folded = inverse(&product);
    folded.into_iter().zip(&chirp).map(|(value, chirp)| value.times(*chirp)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transform by its definition.
    fn slow(signal: &[Complex]) -> Vec<Complex> {
        let n = signal.len() as u64;
        let sum = |k: u64| {
            signal.iter().zip(0..).fold(Complex::default(), |sum, (value, at)| {
                let term = value.times(Complex::turn(k * at % n, n).conjugate());
                Complex::new(sum.re + term.re, sum.im + term.im)
            })
        };
        (0..n).map(sum).collect()
    }

    #[test]
    fn every_length_by_definition() {
        for n in [1, 2, 3, 5, 8, 12, 17, 64, 97, 100, 256, 360] {
            let signal: Vec<Complex> =
                (0..n).map(|at| Complex::new(f64::from(at * at % 17) - 8.0, f64::from(at % 5))).collect();
            let (found, expected) = (forward(&signal), slow(&signal));
            let error = found.iter().zip(&expected).map(|(a, b)| (a.re - b.re).hypot(a.im - b.im)).fold(0.0, f64::max);
            assert!(error < 1e-10, "{n}: {error}");
            let back = inverse(&found);
            let error = back.iter().zip(&signal).map(|(a, b)| (a.re - b.re).hypot(a.im - b.im)).fold(0.0, f64::max);
            assert!(error < 1e-12, "{n}: {error}");
        }
    }

    #[test]
    fn a_quarter_turn_is_exact() {
        for (numerator, re, im) in [(0, 1.0, 0.0), (2, 0.0, 1.0), (4, -1.0, 0.0), (6, 0.0, -1.0), (8, 1.0, 0.0)] {
            let point = Complex::turn(numerator, 8);
            assert!(point.re == re && point.im == im, "{numerator}: {point:?}");
        }
    }
}
