//! The spectrum of a signal.

use chassis::{Call, Cost, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::transform::{Complex, forward, inverse};
use crate::error::{Error, conflict};
use crate::statistics::describe::short;
use crate::statistics::quantiles::length;

const DESCRIPTION: &str = "\
The discrete Fourier transform of a signal of any length, or its inverse. Of a real signal the answer also has frequencies with amplitudes and \
phases, up to half the sample rate, and the strongest of them. The transform is not scaled, its inverse by 1/n, as in NumPy.";

/// A signal, or a spectrum.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SignalFftRequest {
    /// The real parts of the signal or spectrum.
    #[serde(alias = "data", alias = "values")]
    #[garde(length(min = 1, max = 262_144))]
    pub real: Vec<f64>,
    /// Its imaginary parts; all 0 when they are not given.
    #[serde(default)]
    #[garde(length(max = 262_144))]
    pub imaginary: Vec<f64>,
    /// Whether a spectrum becomes a signal.
    #[serde(default)]
    pub inverse: bool,
    /// Values a second.
    #[serde(default = "once")]
    #[garde(range(min = 1e-12, max = 1e12))]
    pub sample_rate: f64,
    /// A window that fades the signal in and out, against leakage.
    #[serde(default)]
    pub window: Window,
    /// Whether the mean is taken off before.
    #[serde(default)]
    pub detrend: bool,
}

fn once() -> f64 {
    1.0
}

/// A window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// None.
    #[default]
    None,
    /// Hann's: a raised cosine.
    #[serde(alias = "hanning")]
    Hann,
    /// Hamming's.
    Hamming,
    /// Blackman's: three cosines.
    Blackman,
}

/// The transform.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignalFftResponse {
    /// The real parts.
    pub real: Vec<f64>,
    /// The imaginary parts.
    pub imaginary: Vec<f64>,
    /// The spectrum of a real signal up to half the sample rate; empty otherwise.
    pub rows: Vec<SpectrumRow>,
    /// The frequency with the largest amplitude, above 0; null when nothing varies, or the signal is not real.
    pub dominant_frequency: Option<f64>,
    /// The result in words.
    pub sentence: String,
}

/// One frequency.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpectrumRow {
    /// The frequency, in the units of the sample rate.
    pub frequency: f64,
    /// The amplitude of its wave.
    pub amplitude: f64,
    /// Its phase in radians, of a cosine.
    pub phase: f64,
}

fn example() -> SignalFftRequest {
    SignalFftRequest {
        real: vec![0.0, 1.0, 0.0, -1.0, 0.0, 1.0, 0.0, -1.0],
        imaginary: Vec::new(),
        inverse: false,
        sample_rate: 8.0,
        window: Window::None,
        detrend: false,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Find the spectrum of a signal (FFT), or turn one back")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &SignalFftRequest| if request.real.len() > 4096 { Cost::Heavy } else { Cost::Light })
}

impl Window {
    /// Its weight at a place from 0 to 1.
    fn at(self, place: f64) -> f64 {
        let wave = |times: f64| (2.0 * std::f64::consts::PI * times * place).cos();
        match self {
            Self::None => 1.0,
            Self::Hann => 0.5 - 0.5 * wave(1.0),
            Self::Hamming => 0.54 - 0.46 * wave(1.0),
            Self::Blackman => 0.42 - 0.5 * wave(1.0) + 0.08 * wave(2.0),
        }
    }
}

/// Transforms a signal.
///
/// # Errors
/// When real and imaginary parts differ in number, or a window is asked for with an inverse.
pub fn fft(request: SignalFftRequest, _: &Call) -> Result<SignalFftResponse, Error> {
    let n = request.real.len();
    if !request.imaginary.is_empty() && request.imaginary.len() != n {
        return Err(conflict("imaginary", format!("must be {n}, one for each real part")));
    }
    if request.inverse && (request.window != Window::None || request.detrend) {
        return Err(conflict("inverse", "does not go with window or detrend: they are for signals"));
    }
    if let Some(index) = request.real.iter().chain(&request.imaginary).position(|value| value.abs() > 1e150) {
        return Err(conflict(format!("real[{}]", index % n), "is too large: at most 1e150"));
    }
    let mean = if request.detrend { request.real.iter().sum::<f64>() / length(n) } else { 0.0 };
    let weight = |at: usize| if request.inverse { 1.0 } else { request.window.at(length(at) / length(n)) };
    let signal: Vec<Complex> = (0..n)
        .map(|at| {
            let imaginary = request.imaginary.get(at).copied().unwrap_or(0.0);
            Complex::new((request.real[at] - mean) * weight(at), imaginary * weight(at))
        })
        .collect();
    let found = if request.inverse { inverse(&signal) } else { forward(&signal) };
    let real_signal = !request.inverse && request.imaginary.iter().all(|value| *value == 0.0);
    let total: f64 = (0..n).map(weight).sum();
    let row = |at: usize| {
        let value = found[at];
        // The other half of the wave is in the second half of the spectrum.
        let halves = if at == 0 || 2 * at == n { 1.0 } else { 2.0 };
        SpectrumRow {
            frequency: length(at) * request.sample_rate / length(n),
            amplitude: halves * value.re.hypot(value.im) / total.max(f64::MIN_POSITIVE),
            phase: value.im.atan2(value.re),
        }
    };
    let rows: Vec<SpectrumRow> = if real_signal { (0..=n / 2).map(row).collect() } else { Vec::new() };
    let largest = request.real.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let strongest = rows.iter().skip(1).max_by(|a, b| a.amplitude.total_cmp(&b.amplitude));
    let dominant_frequency = strongest.filter(|row| row.amplitude > 1e-12 * largest).map(|row| row.frequency);
    let sentence = match dominant_frequency {
        Some(frequency) => format!("{n} values; the strongest frequency is {}.", short(frequency)),
        None => format!("{n} values."),
    };
    Ok(SignalFftResponse {
        real: found.iter().map(|value| value.re).collect(),
        imaginary: found.iter().map(|value| value.im).collect(),
        rows,
        dominant_frequency,
        sentence,
    })
}
