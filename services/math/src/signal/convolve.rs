//! Convolution and correlation of two signals.

use chassis::{Call, Cost, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::transform::{Complex, forward, inverse};
use crate::error::{Error, conflict, still_wanted};

const DESCRIPTION: &str = "\
The convolution of a signal with a kernel (a weighted moving sum), or their cross-correlation: directly when one is \
short, by fast Fourier transform otherwise. `mode` is the extent of the output, as in NumPy: `full`, `same` or \
`valid`.";

/// The work of a direct convolution at most.
const DIRECT: usize = 1_000_000;

/// A signal and a kernel.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SignalConvolveRequest {
    /// Signal to convolve.
    #[serde(alias = "a", alias = "data", alias = "values")]
    #[garde(length(min = 1, max = 262_144), inner(range(min = -1e100, max = 1e100)))]
    pub signal: Vec<f64>,
    /// Kernel of the convolution.
    #[serde(alias = "b")]
    #[garde(length(min = 1, max = 262_144), inner(range(min = -1e100, max = 1e100)))]
    pub kernel: Vec<f64>,
    /// Extent of the output.
    #[serde(default)]
    pub mode: ConvolveMode,
    /// Whether to compute the cross-correlation, with the kernel not reversed.
    #[serde(default)]
    pub correlate: bool,
}

/// Extent of the output of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConvolveMode {
    /// Full convolution, of the length of both inputs less one.
    #[default]
    Full,
    /// Central part, of the length of the longer input.
    Same,
    /// Only the part where the shorter input lies within the longer.
    Valid,
}

/// Convolution or cross-correlation.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignalConvolveResponse {
    /// Convolution or cross-correlation, in order.
    pub result: Vec<f64>,
    /// Algorithm used: `direct` or `fourier`.
    pub method: &'static str,
}

fn example() -> SignalConvolveRequest {
    SignalConvolveRequest {
        signal: vec![1.0, 2.0, 3.0, 4.0, 5.0],
        kernel: vec![0.25, 0.5, 0.25],
        mode: ConvolveMode::Same,
        correlate: false,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Convolve or correlate two signals").description(DESCRIPTION).example(example).cost_of(
        |request: &SignalConvolveRequest| {
            if request.signal.len() + request.kernel.len() > 2000 { Cost::Heavy } else { Cost::Light }
        },
    )
}

/// Convolves two signals.
///
/// # Errors
/// When the result leaves the range of numbers.
pub fn convolve(request: SignalConvolveRequest, call: &Call) -> Result<SignalConvolveResponse, Error> {
    let SignalConvolveRequest { signal, mut kernel, mode, correlate } = request;
    if correlate {
        kernel.reverse();
    }
    let (n, m) = (signal.len(), kernel.len());
    let direct = n.saturating_mul(m) <= DIRECT;
    let full = if direct {
        let mut full = vec![0.0; n + m - 1];
        for (at, value) in signal.iter().enumerate() {
            for (place, weight) in full[at..].iter_mut().zip(&kernel) {
                *place += value * weight;
            }
        }
        full
    } else {
        still_wanted(call)?;
        let size = (n + m - 1).next_power_of_two();
        let padded = |values: &[f64]| {
            let mut padded: Vec<Complex> = values.iter().map(|value| Complex::new(*value, 0.0)).collect();
            padded.resize(size, Complex::default());
            forward(&padded)
        };
        let product: Vec<Complex> = padded(&signal).iter().zip(padded(&kernel)).map(|(a, b)| a.times(b)).collect();
        still_wanted(call)?;
        inverse(&product).into_iter().take(n + m - 1).map(|value| value.re).collect()
    };
    if full.iter().any(|value| !value.is_finite()) {
        return Err(conflict("signal", "gives a result beyond the range of numbers: scale it down"));
    }
    let (longer, shorter) = (n.max(m), n.min(m));
    let (start, count) = match mode {
        ConvolveMode::Full => (0, full.len()),
        ConvolveMode::Same => ((shorter - 1) / 2, longer),
        ConvolveMode::Valid => (shorter - 1, longer - shorter + 1),
    };
    let result = full[start..start + count].to_vec();
    Ok(SignalConvolveResponse { result, method: if direct { "direct" } else { "fourier" } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_as_numpy_has_them() {
        // numpy.convolve([1, 2, 3], [0, 1, 0.5], mode): NumPy's documentation.
        let found = |mode| {
            let request = SignalConvolveRequest {
                signal: vec![1.0, 2.0, 3.0],
                kernel: vec![0.0, 1.0, 0.5],
                mode,
                correlate: false,
            };
            convolve(request, &Call::detached()).unwrap().result
        };
        assert_eq!(found(ConvolveMode::Full), [0.0, 1.0, 2.5, 4.0, 1.5]);
        assert_eq!(found(ConvolveMode::Same), [1.0, 2.5, 4.0]);
        assert_eq!(found(ConvolveMode::Valid), [2.5]);
    }

    #[test]
    fn both_ways_are_the_same() {
        let signal: Vec<f64> = (0..3000).map(|at| f64::from(at % 13) - 6.0).collect();
        let kernel: Vec<f64> = (0..500).map(|at| f64::from(at % 7)).collect();
        let request = SignalConvolveRequest {
            signal: signal.clone(),
            kernel: kernel.clone(),
            mode: ConvolveMode::Full,
            correlate: false,
        };
        let answer = convolve(request, &Call::detached()).unwrap();
        assert_eq!(answer.method, "fourier");
        for at in [0, 1, 499, 1500, 3498] {
            let direct: f64 = (0..=at).filter(|k| *k < 3000 && at - k < 500).map(|k| signal[k] * kernel[at - k]).sum();
            assert!((answer.result[at] - direct).abs() < 1e-8, "{at}");
        }
    }
}
