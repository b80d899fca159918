//! Butterworth filters: the poles of the analog prototype, moved to the band, brought to the unit circle by the bilinear
//! transform, and paired to sections of second order. A polynomial of all poles would lose its digits from order 6 on.

use crate::signal::transform::Complex;

/// What is kept, in parts of half the sample rate.
#[derive(Debug, Clone, Copy)]
pub(super) enum Band {
    /// Lowpass.
    Below(f64),
    /// Highpass.
    Above(f64),
    /// Bandpass.
    Pass(f64, f64),
    /// Bandstop.
    Stop(f64, f64),
}

/// b0, b1, b2, a0, a1, a2.
pub(super) type Section = [f64; 6];

/// Twice the sample rate of the bilinear transform.
const RATE: f64 = 4.0;

fn plus(a: Complex, b: Complex) -> Complex {
    Complex::new(a.re + b.re, a.im + b.im)
}

fn times(a: Complex, factor: f64) -> Complex {
    Complex::new(a.re * factor, a.im * factor)
}

fn over(a: Complex, b: Complex) -> Complex {
    let size = b.re * b.re + b.im * b.im;
    times(a.times(b.conjugate()), 1.0 / size)
}

/// The square root with a real part that is not negative.
fn root(a: Complex) -> Complex {
    let size = a.re.hypot(a.im);
    let re = ((size + a.re) / 2.0).max(0.0).sqrt();
    let im = ((size - a.re) / 2.0).max(0.0).sqrt();
    Complex::new(re, im.copysign(a.im))
}

/// Both solutions around a center: c +- sqrt(c^2 - w^2).
fn split(center: Complex, frequency: f64) -> [Complex; 2] {
    let square = center.times(center);
    let part = root(Complex::new(square.re - frequency * frequency, square.im));
    [plus(center, part), plus(center, times(part, -1.0))]
}

/// The sections of a filter.
pub(super) fn design(order: u32, band: Band) -> Vec<Section> {
    let warp = |part: f64| RATE * (std::f64::consts::PI * part / 2.0).tan();
    let n = f64::from(order);
    let prototype: Vec<Complex> = (0..order)
        .map(|k| {
            let angle = std::f64::consts::PI * (2.0 * f64::from(k) - n + 1.0) / (2.0 * n);
            // The middle one of an odd order is real.
            Complex::new(-angle.cos(), if 2 * k + 1 == order { 0.0 } else { -angle.sin() })
        })
        .collect();
    // Analog poles, the zeros of each pole as digital ones, and where the gain is 1.
    let (poles, at): (Vec<Complex>, Complex) = match band {
        Band::Below(edge) => (prototype.iter().map(|pole| times(*pole, warp(edge))).collect(), Complex::new(1.0, 0.0)),
        Band::Above(edge) => {
            let edge = Complex::new(warp(edge), 0.0);
            (prototype.iter().map(|pole| over(edge, *pole)).collect(), Complex::new(-1.0, 0.0))
        }
        Band::Pass(low, high) => {
            let (low, high) = (warp(low), warp(high));
            let center = (low * high).sqrt();
            let poles = prototype.iter().flat_map(|pole| split(times(*pole, (high - low) / 2.0), center)).collect();
            (poles, digital(Complex::new(0.0, center)))
        }
        Band::Stop(low, high) => {
            let (low, high) = (warp(low), warp(high));
            let center = (low * high).sqrt();
            let half = Complex::new((high - low) / 2.0, 0.0);
            (prototype.iter().flat_map(|pole| split(over(half, *pole), center)).collect(), Complex::new(1.0, 0.0))
        }
    };
    let mut sections: Vec<Section> = pairs(poles.into_iter().map(digital).collect())
        .into_iter()
        .map(|(a1, a2, single)| {
            let [b0, b1, b2] = match band {
                Band::Below(_) if single => [1.0, 1.0, 0.0],
                Band::Below(_) => [1.0, 2.0, 1.0],
                Band::Above(_) if single => [1.0, -1.0, 0.0],
                Band::Above(_) => [1.0, -2.0, 1.0],
                Band::Pass(..) => [1.0, 0.0, -1.0],
                Band::Stop(low, high) => {
                    let zero = digital(Complex::new(0.0, (warp(low) * warp(high)).sqrt()));
                    [1.0, -2.0 * zero.re / zero.re.hypot(zero.im), 1.0]
                }
            };
            [b0, b1, b2, 1.0, a1, a2]
        })
        .collect();
    // Each section has the gain of 1 there by itself, so that no number between them gets large.
    for section in &mut sections {
        let gain = gain(section, at);
        section[..3].iter_mut().for_each(|b| *b /= gain);
    }
    sections
}

/// The bilinear transform.
fn digital(s: Complex) -> Complex {
    over(Complex::new(RATE + s.re, s.im), Complex::new(RATE - s.re, -s.im))
}

/// The size of a section's answer to a wave, e^(i w).
fn gain(section: &Section, wave: Complex) -> f64 {
    // In powers of 1/z, which is the conjugate on the circle.
    let back = wave.conjugate();
    let value = |c: &[f64]| {
        let inner = plus(Complex::new(c[1], 0.0), times(back, c[2]));
        plus(Complex::new(c[0], 0.0), inner.times(back))
    };
    let ratio = over(value(&section[..3]), value(&section[3..]));
    ratio.re.hypot(ratio.im)
}

/// Poles in pairs as polynomials 1, a1, a2; a real one that is left is single. Those nearest to the circle come last.
fn pairs(poles: Vec<Complex>) -> Vec<(f64, f64, bool)> {
    let is_real = |pole: &Complex| pole.im.abs() <= 1e-14 * pole.re.hypot(pole.im).max(1e-3);
    let (mut real, complex): (Vec<Complex>, Vec<Complex>) = poles.into_iter().partition(is_real);
    real.sort_by(|a, b| a.re.total_cmp(&b.re));
    let mut sections: Vec<(f64, f64, bool)> = complex
        .into_iter()
        .filter(|pole| pole.im > 0.0)
        .map(|pole| (-2.0 * pole.re, pole.re * pole.re + pole.im * pole.im, false))
        .collect();
    for pair in real.chunks(2) {
        sections.push(match pair {
            [a, b] => (-(a.re + b.re), a.re * b.re, false),
            single => (-single[0].re, 0.0, true),
        });
    }
    sections.sort_by(|a, b| a.1.total_cmp(&b.1));
    sections
}
