//! Filters of a signal.
//!
//! | file | job |
//! | --- | --- |
//! | `butterworth.rs` | Butterworth filters, designed as second-order sections |
//! | `sections.rs` | sections run over a signal, one way or both ways |
//! | `smooth.rs` | moving averages, Savitzky-Golay |

mod butterworth;
mod sections;
mod smooth;

use butterworth::Band;
use chassis::{Call, Cost, Numbers, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bulk::{self, Reading};
use crate::error::{Error, conflict};
use crate::statistics::describe::short;

const DESCRIPTION: &str = "\
Filters a signal: Butterworth lowpass, highpass, bandpass and bandstop as second-order sections (sosfilt of SciPy), moving \
average, Savitzky-Golay. By default without delay: Butterworth filters run forward and backward (sosfiltfilt), windows are \
centered. With `zeroPhase` off a filter sees only the past, as in real time.";

/// Samples of a signal.
const MAX_VALUES: usize = 500_000;
/// The narrowest and lowest band, in parts of half the sample rate: below, its poles cannot be told from 1.
const NARROWEST: f64 = 1e-5;

/// A signal and a filter.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SignalFilterRequest {
    /// Samples of the signal, in order.
    #[serde(default, alias = "data", alias = "signal")]
    #[garde(length(max = 500_000), inner(range(min = -1e100, max = 1e100)))]
    pub values: Vec<f64>,
    /// File with the numbers: CSV, NDJSON, a JSON list, or doubles of 64 bits; an alternative to lists in the request.
    #[serde(default)]
    pub file: Option<Numbers>,
    /// Whether the decimal mark is a comma, in the file or in cells sent as text: 1.234,56.
    #[serde(default)]
    pub decimal_comma: bool,
    /// Name of the column with the numbers; may be omitted when only one column is numeric.
    #[serde(default)]
    pub column: Option<String>,
    /// Kind of filter.
    #[serde(alias = "type")]
    pub filter: FilterKind,
    /// Sample rate in samples per second.
    #[serde(default = "once")]
    #[garde(range(min = 1e-12, max = 1e12))]
    pub sample_rate: f64,
    /// Cutoff frequency in hertz, where the power is halved (-3 dB; -6 dB with `zeroPhase`); the lower one of a band.
    #[serde(default)]
    #[garde(inner(range(min = 0.0, max = 1e12)))]
    pub cutoff: Option<f64>,
    /// Upper cutoff frequency of a band in hertz.
    #[serde(default)]
    #[garde(inner(range(min = 0.0, max = 1e12)))]
    pub upper_cutoff: Option<f64>,
    /// Order of a Butterworth filter, 1 to 12.
    #[serde(default = "four")]
    #[garde(range(min = 1, max = 12))]
    pub order: u32,
    /// Length of the window of a moving average or Savitzky-Golay filter, in samples; odd when it is centered.
    #[serde(default, alias = "windowLength")]
    #[garde(inner(range(min = 1, max = 10_001)))]
    pub window: Option<u32>,
    /// Degree of the polynomials of a Savitzky-Golay filter, 0 to 10 and below the window's length.
    #[serde(default = "three", alias = "polyorder")]
    #[garde(range(min = 0, max = 10))]
    pub polynomial_order: u32,
    /// Whether to filter without delay, forward and backward or centered.
    #[serde(default = "yes")]
    pub zero_phase: bool,
}

fn once() -> f64 {
    1.0
}

fn four() -> u32 {
    4
}

fn three() -> u32 {
    3
}

fn yes() -> bool {
    true
}

/// Kind of filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FilterKind {
    /// Butterworth lowpass: keeps what is slower than the cutoff frequency.
    Lowpass,
    /// Butterworth highpass: keeps what is faster than the cutoff frequency.
    Highpass,
    /// Butterworth bandpass: keeps what lies between both cutoff frequencies.
    Bandpass,
    /// Butterworth bandstop (notch): removes what lies between both cutoff frequencies.
    #[serde(alias = "notch")]
    Bandstop,
    /// Moving average; at the ends of the signal over what there is of the window.
    #[serde(alias = "mean")]
    MovingAverage,
    /// Savitzky-Golay filter: local polynomials, which keep the height of peaks.
    #[serde(alias = "savgol")]
    SavitzkyGolay,
}

/// A filtered signal.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignalFilterResponse {
    /// Filtered signal, sample by sample.
    pub filtered: Vec<f64>,
    /// Second-order sections of a Butterworth filter, each b0, b1, b2, a0, a1, a2; empty for others.
    pub sections: Vec<[f64; 6]>,
    /// Algorithm used.
    pub method: &'static str,
    /// Result in words.
    pub sentence: String,
}

fn example() -> SignalFilterRequest {
    SignalFilterRequest {
        values: vec![1.0, 3.0, 2.0, 4.0, 3.0, 5.0, 4.0, 6.0, 5.0, 7.0, 6.0, 8.0],
        file: None,
        decimal_comma: false,
        column: None,
        filter: FilterKind::Lowpass,
        sample_rate: 12.0,
        cutoff: Some(2.0),
        upper_cutoff: None,
        order: 2,
        window: None,
        polynomial_order: three(),
        zero_phase: true,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Filter a signal: Butterworth, moving average, Savitzky-Golay")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(
            |request: &SignalFilterRequest| {
                if request.values.len() > 10_000 || request.file.is_some() { Cost::Heavy } else { Cost::Light }
            },
        )
}

/// Filters a signal.
///
/// # Errors
/// When frequencies or a window are missing or do not fit the signal, or the result leaves the range of numbers.
pub fn filter(mut request: SignalFilterRequest, call: &Call) -> Result<SignalFilterResponse, Error> {
    use FilterKind as Kind;
    let reading = Reading { column: request.column.as_deref(), decimal_comma: request.decimal_comma };
    request.values =
        bulk::values("values", std::mem::take(&mut request.values), request.file.as_ref(), reading, MAX_VALUES)?;
    let (filtered, sections, method) = match request.filter {
        Kind::MovingAverage => {
            let filtered = smooth::average(&request.values, window(&request)?, request.zero_phase, call)?;
            (filtered, Vec::new(), "moving average")
        }
        Kind::SavitzkyGolay => {
            if !request.zero_phase {
                return Err(conflict("zeroPhase", "must be on for savitzky-golay, which looks at both sides"));
            }
            let filtered =
                smooth::savitzky_golay(&request.values, window(&request)?, request.polynomial_order as usize, call)?;
            (filtered, Vec::new(), "Savitzky-Golay filter")
        }
        Kind::Lowpass | Kind::Highpass | Kind::Bandpass | Kind::Bandstop => {
            let sections = butterworth::design(request.order, band(&request)?);
            let filtered = match request.zero_phase {
                true => sections::both_ways(&sections, &request.values, call)?,
                false => sections::forward(&sections, &request.values, call)?,
            };
            (filtered, sections, "Butterworth filter in second-order sections")
        }
    };
    if filtered.iter().any(|value| !value.is_finite()) {
        return Err(conflict("values", "give a result beyond the range of numbers: scale them down"));
    }
    let spread = |values: &[f64]| {
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        high - low
    };
    let sentence = format!(
        "{} samples filtered; their range went from {} to {}.",
        filtered.len(),
        short(spread(&request.values)),
        short(spread(&filtered))
    );
    Ok(SignalFilterResponse { filtered, sections, method, sentence })
}

/// The window, which must be odd to have a middle.
fn window(request: &SignalFilterRequest) -> Result<usize, Error> {
    let window =
        request.window.ok_or_else(|| conflict("window", "is missing: send the length of the window in samples"))?;
    if request.zero_phase && window.is_multiple_of(2) {
        return Err(conflict("window", format!("must be odd to be centered: use {} or {}", window - 1, window + 1)));
    }
    Ok(window as usize)
}

/// The band that is kept or removed, in parts of half the sample rate.
fn band(request: &SignalFilterRequest) -> Result<Band, Error> {
    let half = request.sample_rate / 2.0;
    let cutoff = request.cutoff.ok_or_else(|| conflict("cutoff", "is missing: send the cutoff frequency in hertz"))?;
    let part = |field: &'static str, frequency: f64| {
        let part = frequency / half;
        if (NARROWEST..1.0).contains(&part) {
            Ok(part)
        } else if part >= 1.0 {
            Err(conflict(field, format!("must be below half the sample rate, {}: is sampleRate right?", short(half))))
        } else {
            let least = short(NARROWEST * half);
            Err(conflict(field, format!("must be at least {least}, a hundred-thousandth of half the sample rate")))
        }
    };
    let low = part("cutoff", cutoff)?;
    let two = matches!(request.filter, FilterKind::Bandpass | FilterKind::Bandstop);
    let high = match (request.upper_cutoff, two) {
        (Some(upper), true) => Some(part("upperCutoff", upper)?),
        (None, false) => None,
        (None, true) => return Err(conflict("upperCutoff", "is missing: a band has two cutoff frequencies")),
        (Some(_), false) => return Err(conflict("upperCutoff", "goes with bandpass and bandstop only")),
    };
    if high.is_some_and(|high| high < low + NARROWEST) {
        return Err(conflict("upperCutoff", "must lie above cutoff"));
    }
    Ok(match (request.filter, high) {
        (FilterKind::Bandpass, Some(high)) => Band::Pass(low, high),
        (FilterKind::Bandstop, Some(high)) => Band::Stop(low, high),
        (FilterKind::Highpass, _) => Band::Above(low),
        _ => Band::Below(low),
    })
}
