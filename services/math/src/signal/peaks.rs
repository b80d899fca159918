//! Peaks of a signal.

use chassis::{Call, Cost, Numbers, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bulk::{self, Reading};
use crate::error::{Error, still_wanted};
use crate::statistics::quantiles::length;

const DESCRIPTION: &str = "\
Local maxima of a signal, flat ones at their middle, filtered by height, prominence (how far the signal falls before \
it rises higher) and distance, as find_peaks of SciPy does. `invert` finds valleys.";

/// A signal and the conditions of its peaks.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SignalPeaksRequest {
    /// Samples of the signal, in order.
    #[serde(default, alias = "data", alias = "signal")]
    #[garde(length(max = 500_000))]
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
    /// Minimum height of a peak.
    #[serde(default)]
    pub height: Option<f64>,
    /// Minimum prominence of a peak.
    #[serde(default)]
    #[garde(range(min = 0.0))]
    pub prominence: Option<f64>,
    /// Minimum distance between peaks, in samples; of closer peaks the lower one is dropped.
    #[serde(default)]
    #[garde(range(min = 1, max = 500_000))]
    pub distance: Option<u32>,
    /// Whether to find valleys instead of peaks.
    #[serde(default)]
    pub invert: bool,
}

/// Peaks of a signal.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignalPeaksResponse {
    /// Number of peaks.
    pub count: usize,
    /// Peaks, in order.
    pub rows: Vec<Peak>,
    /// Mean distance between neighboring peaks, in samples; null with fewer than two peaks.
    pub mean_distance: Option<f64>,
}

/// One peak.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Peak {
    /// Index of the peak, from 0.
    pub index: usize,
    /// Value of the signal at the peak.
    pub value: f64,
    /// Prominence of the peak: its height above the lowest contour line around it that encloses no higher peak.
    pub prominence: f64,
}

fn example() -> SignalPeaksRequest {
    SignalPeaksRequest {
        values: vec![0.0, 2.0, 1.0, 3.0, 0.0, 1.0, 0.5, 4.0, 4.0, 1.0],
        file: None,
        decimal_comma: false,
        column: None,
        height: None,
        prominence: Some(1.0),
        distance: None,
        invert: false,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Find peaks or valleys of a signal").description(DESCRIPTION).example(example).cost_of(
        |request: &SignalPeaksRequest| {
            if request.values.len() > 10_000 || request.file.is_some() { Cost::Heavy } else { Cost::Light }
        },
    )
}

/// Finds peaks.
///
/// # Errors
/// When there are no values, or nobody waits any more.
pub fn peaks(mut request: SignalPeaksRequest, call: &Call) -> Result<SignalPeaksResponse, Error> {
    let reading = Reading { column: request.column.as_deref(), decimal_comma: request.decimal_comma };
    request.values =
        bulk::values("values", std::mem::take(&mut request.values), request.file.as_ref(), reading, 500_000)?;
    let sign = if request.invert { -1.0 } else { 1.0 };
    let values: Vec<f64> = request.values.iter().map(|value| value * sign).collect();
    let mut found = Vec::new();
    let mut at = 1;
    while at + 1 < values.len() {
        if values[at - 1] < values[at] {
            let end = at + values[at..].iter().take_while(|value| **value == values[at]).count();
            if values.get(end).is_some_and(|next| *next < values[at]) {
                found.push((at + end - 1) / 2);
            }
            at = end;
        } else {
            at += 1;
        }
    }
    if let Some(height) = request.height {
        found.retain(|at| values[*at] >= height * sign);
    }
    if let Some(distance) = request.distance {
        found = apart(&values, found, distance as usize);
    }
    still_wanted(call)?;
    let prominences = prominences(&values, &found);
    let rows: Vec<Peak> = found
        .iter()
        .zip(prominences)
        .filter(|(_, prominence)| request.prominence.is_none_or(|least| *prominence >= least))
        .map(|(at, prominence)| Peak { index: *at, value: request.values[*at], prominence })
        .collect();
    let mean_distance = match rows.as_slice() {
        [first, .., last] => Some(length(last.index - first.index) / length(rows.len() - 1)),
        _ => None,
    };
    Ok(SignalPeaksResponse { count: rows.len(), rows, mean_distance })
}

/// Takes away what is too near to a higher peak.
fn apart(values: &[f64], found: Vec<usize>, distance: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|a, b| values[found[*b]].total_cmp(&values[found[*a]]));
    let mut kept = vec![true; found.len()];
    for place in order {
        if !kept[place] {
            continue;
        }
        let near = |other: &usize| found[*other].abs_diff(found[place]) < distance;
        (0..place).rev().take_while(near).for_each(|other| kept[other] = false);
        (place + 1..found.len()).take_while(near).for_each(|other| kept[other] = false);
    }
    found.into_iter().zip(kept).filter_map(|(at, kept)| kept.then_some(at)).collect()
}

/// How far each peak stands out: a pass from each side with the peaks that are still open, so that a hostile signal costs
/// no more than a friendly one.
fn prominences(values: &[f64], peaks: &[usize]) -> Vec<f64> {
    let bases = |forward: bool| -> Vec<f64> {
        // Values that are lower to the left of a place, with the lowest in between.
        let mut open: Vec<(f64, f64)> = Vec::new();
        let mut base = vec![f64::INFINITY; values.len()];
        let places: Box<dyn Iterator<Item = usize>> =
            if forward { Box::new(0..values.len()) } else { Box::new((0..values.len()).rev()) };
        for at in places {
            let mut lowest = values[at];
            while let Some((height, low)) = open.last().copied().filter(|(height, _)| *height <= values[at]) {
                lowest = lowest.min(low).min(height);
                open.pop();
            }
            base[at] = lowest;
            open.push((values[at], lowest));
        }
        base
    };
    let (left, right) = (bases(true), bases(false));
    peaks.iter().map(|at| values[*at] - left[*at].max(right[*at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_as_scipy_finds_them() {
        // By hand from the definition; SciPy 1.17 find_peaks gives the same.
        let answer = peaks(SignalPeaksRequest { prominence: None, ..example() }, &Call::detached()).unwrap();
        let found: Vec<(usize, f64)> = answer.rows.iter().map(|peak| (peak.index, peak.prominence)).collect();
        assert_eq!(found, [(1, 1.0), (3, 3.0), (5, 0.5), (7, 3.0)]);
        let answer = peaks(SignalPeaksRequest { prominence: None, distance: Some(3), ..example() }, &Call::detached());
        let found: Vec<usize> = answer.unwrap().rows.iter().map(|peak| peak.index).collect();
        assert_eq!(found, [3, 7]);
        let answer = peaks(SignalPeaksRequest { prominence: None, invert: true, ..example() }, &Call::detached());
        let found: Vec<usize> = answer.unwrap().rows.iter().map(|peak| peak.index).collect();
        assert_eq!(found, [2, 4, 6]);
    }
}
