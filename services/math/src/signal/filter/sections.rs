//! Second-order sections, run over a signal.

use chassis::Call;

use super::butterworth::Section;
use crate::error::{Error, still_wanted};

/// Where a section's memory is when it has seen one value for ever (as lfilter_zi of SciPy).
fn rest(section: &Section) -> [f64; 2] {
    let [b0, b1, b2, _, a1, a2] = *section;
    let first = (b1 - a1 * b0 + b2 - a2 * b0) / (1.0 + a1 + a2);
    [first, (1.0 + a1) * first - (b1 - a1 * b0)]
}

/// Forward, as if the first value had been there for ever.
pub(super) fn forward(sections: &[Section], values: &[f64], call: &Call) -> Result<Vec<f64>, Error> {
    let mut signal = values.to_vec();
    run(sections, &mut signal, call)?;
    Ok(signal)
}

fn run(sections: &[Section], signal: &mut [f64], call: &Call) -> Result<(), Error> {
    for section in sections {
        still_wanted(call)?;
        let [b0, b1, b2, _, a1, a2] = *section;
        let start = signal.first().copied().unwrap_or(0.0);
        let [mut one, mut two] = rest(section).map(|state| state * start);
        for value in signal.iter_mut() {
            let out = b0 * *value + one;
            one = b1 * *value - a1 * out + two;
            two = b2 * *value - a2 * out;
            *value = out;
        }
    }
    Ok(())
}

/// Forward and backward, so that nothing is delayed. The signal is continued at both ends by its reflection in the end
/// point (as sosfiltfilt of SciPy does).
pub(super) fn both_ways(sections: &[Section], values: &[f64], call: &Call) -> Result<Vec<f64>, Error> {
    let zeros = |at: usize| sections.iter().filter(|section| section[at] == 0.0).count();
    let taps = 2 * sections.len() + 1 - zeros(2).min(zeros(5));
    let n = values.len();
    let edge = (3 * taps).min(n - 1);
    let (first, last) = (values[0], values[n - 1]);
    let mut signal = Vec::with_capacity(n + 2 * edge);
    signal.extend((1..=edge).rev().map(|at| 2.0 * first - values[at]));
    signal.extend_from_slice(values);
    signal.extend((1..=edge).map(|at| 2.0 * last - values[n - 1 - at]));
    run(sections, &mut signal, call)?;
    signal.reverse();
    run(sections, &mut signal, call)?;
    signal.reverse();
    Ok(signal[edge..edge + n].to_vec())
}
