//! The spectrum of a signal.

use chassis::{Call, Cost, Numbers, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::transform::{Complex, forward, inverse};
use crate::bulk::{self, Reading};
use crate::error::{Error, conflict};
use crate::statistics::describe::short;
use crate::statistics::quantiles::length;

const DESCRIPTION: &str = "\
The discrete Fourier transform of a signal of any length, or its inverse. For a real signal also the one-sided \
spectrum, amplitudes and phases up to half the sample rate, and the dominant frequency. The transform is not scaled, \
its inverse by 1/n, as in NumPy.";

/// A signal or spectrum to transform.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SignalFftRequest {
    /// Real parts of the signal or spectrum.
    #[serde(default, alias = "data", alias = "values")]
    #[garde(length(max = 262_144))]
    pub real: Vec<f64>,
    /// File with the numbers: CSV, NDJSON, a JSON list, or doubles of 64 bits; an alternative to lists in the request.
    #[serde(default)]
    pub file: Option<Numbers>,
    /// Whether the decimal mark is a comma, in the file or in cells sent as text: 1.234,56.
    #[serde(default)]
    pub decimal_comma: bool,
    /// Name of the column with the numbers; may be omitted when only one column is numeric.
    #[serde(default)]
    pub column: Option<String>,
    /// Imaginary parts of the signal or spectrum; all 0 when omitted.
    #[serde(default)]
    #[garde(length(max = 262_144))]
    pub imaginary: Vec<f64>,
    /// Whether to compute the inverse transform, from a spectrum to a signal.
    #[serde(default)]
    pub inverse: bool,
    /// Sample rate in samples per second.
    #[serde(default = "once")]
    #[garde(range(min = 1e-12, max = 1e12))]
    pub sample_rate: f64,
    /// Window function applied to the signal, against spectral leakage.
    #[serde(default)]
    pub window: Window,
    /// Whether to subtract the mean before the transform.
    #[serde(default)]
    pub detrend: bool,
}

fn once() -> f64 {
    1.0
}

/// Window function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// No window (rectangular).
    #[default]
    None,
    /// Hann window: a raised cosine.
    #[serde(alias = "hanning")]
    Hann,
    /// Hamming window.
    Hamming,
    /// Blackman window: a sum of three cosines.
    Blackman,
}

/// Discrete Fourier transform.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignalFftResponse {
    /// Real parts of the transform.
    pub real: Vec<f64>,
    /// Imaginary parts of the transform.
    pub imaginary: Vec<f64>,
    /// One-sided spectrum of a real signal, up to half the sample rate; empty otherwise.
    pub rows: Vec<SpectrumRow>,
    /// Dominant frequency: that with the largest amplitude, above 0; null for a constant or complex signal.
    pub dominant_frequency: Option<f64>,
    /// Result in words.
    pub sentence: String,
}

/// One frequency of a spectrum.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpectrumRow {
    /// Frequency in hertz, when the sample rate is in samples per second.
    pub frequency: f64,
    /// Amplitude at the frequency.
    pub amplitude: f64,
    /// Phase at the frequency in radians, relative to a cosine.
    pub phase: f64,
}

fn example() -> SignalFftRequest {
    SignalFftRequest {
        real: vec![0.0, 1.0, 0.0, -1.0, 0.0, 1.0, 0.0, -1.0],
        file: None,
        decimal_comma: false,
        column: None,
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
    op.summary("Compute the Fourier transform (FFT) of a signal, or its inverse")
        .description(DESCRIPTION)
        .example(example)
        .inline(1024)
        .cost_of(
            |request: &SignalFftRequest| {
                if request.real.len() > 4096 || request.file.is_some() { Cost::Heavy } else { Cost::Light }
            },
        )
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
pub fn fft(mut request: SignalFftRequest, _: &Call) -> Result<SignalFftResponse, Error> {
    let reading = Reading { column: request.column.as_deref(), decimal_comma: request.decimal_comma };
    request.real = bulk::values("real", std::mem::take(&mut request.real), request.file.as_ref(), reading, 262_144)?;
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
