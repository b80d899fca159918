//! Values that stand out.

use chassis::{Call, Cost, Numbers, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cell::{self, ByComma as _, Cell, Record};
use crate::dd::Dd;
use crate::distribution::{Family, quantile};
use crate::error::{Error, conflict, still_wanted};
use crate::statistics::describe::{Moments, short, sort};
use crate::statistics::quantiles::{QuantileType, length};

const DESCRIPTION: &str = "\
Outliers of a sample by Tukey's fences (`iqr`, the default), z-scores (`z`), modified z-scores from the median \
absolute deviation (`modified-z`, which outliers themselves do not distort), or the tests of Grubbs (one outlier) and \
Rosner (`esd`, up to `most`), which assume a normal distribution. `kept` is the sample without the outliers.";

/// A sample and a method of outlier detection.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TablesOutliersRequest {
    /// Numbers of the sample; null and empty text are missing values.
    #[serde(default, alias = "values")]
    #[garde(length(max = 500_000))]
    pub data: Vec<Cell>,
    /// Rows of a table, each an object; an alternative to giving the values as lists.
    #[serde(default, alias = "records")]
    #[garde(length(max = 500_000))]
    pub rows: Vec<Record>,
    /// Name of the column with the numbers; may be omitted when only one column is numeric.
    #[serde(default)]
    pub column: Option<String>,
    /// File with the numbers: CSV, NDJSON, a JSON list, or doubles of 64 bits; an alternative to lists in the request.
    #[serde(default)]
    pub file: Option<Numbers>,
    /// Whether the decimal mark is a comma, in the file or in cells sent as text: 1.234,56.
    #[serde(default)]
    pub decimal_comma: bool,
    /// Method of outlier detection.
    #[serde(default)]
    pub method: OutlierMethod,
    /// Outlier threshold in units of the method; when omitted 1.5 interquartile ranges for `iqr`, 3 standard deviations
    /// for `z`, a modified z-score of 3.5 for `modified-z`.
    #[serde(default)]
    #[garde(range(min = 0.1, max = 1000.0))]
    pub threshold: Option<f64>,
    /// Significance level of `grubbs` and `esd`, as a fraction such as 0.05.
    #[serde(default = "significance")]
    #[garde(range(min = 1e-6, max = 0.5))]
    pub significance: f64,
    /// Maximum number of outliers tested by `esd`.
    #[serde(default = "ten")]
    #[garde(range(min = 1, max = 100))]
    pub most: u32,
}

fn significance() -> f64 {
    0.05
}

fn ten() -> u32 {
    10
}

/// Method of outlier detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutlierMethod {
    /// Tukey's fences: interquartile ranges beyond the quartiles.
    #[default]
    Iqr,
    /// Z-score: standard deviations from the mean.
    Z,
    /// Modified z-score: median absolute deviations from the median (Iglewicz and Hoaglin).
    #[serde(alias = "mad")]
    ModifiedZ,
    /// Grubbs' test for a single outlier.
    Grubbs,
    /// Rosner's generalized ESD test for several outliers.
    Esd,
}

/// Outliers of a sample.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TablesOutliersResponse {
    /// Method of outlier detection used.
    pub method: OutlierMethod,
    /// Number of values, without the missing ones.
    pub count: usize,
    /// Outliers, in the order of the data.
    pub rows: Vec<Outlier>,
    /// Lower threshold: smaller numbers are outliers; null for the tests.
    pub low: Option<f64>,
    /// Upper threshold: larger numbers are outliers; null for the tests.
    pub high: Option<f64>,
    /// Numbers without the outliers.
    pub kept: Vec<f64>,
    /// Result in words.
    pub sentence: String,
}

/// One outlier.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outlier {
    /// Index of the outlier in `data` or `rows`, from 0.
    pub index: usize,
    /// Value of the outlier.
    pub value: f64,
    /// Outlier score in units of the method.
    pub score: f64,
}

fn example() -> TablesOutliersRequest {
    TablesOutliersRequest {
        data: [10.0, 12.0, 11.0, 13.0, 12.0, 11.0, 48.0].map(Cell::from).to_vec(),
        rows: Vec::new(),
        column: None,
        file: None,
        decimal_comma: false,
        method: OutlierMethod::Iqr,
        threshold: None,
        significance: 0.05,
        most: 10,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Detect outliers of a sample").description(DESCRIPTION).example(example).cost_of(
        |request: &TablesOutliersRequest| {
            if request.data.len() + request.rows.len() > 10_000 || request.file.is_some() {
                Cost::Heavy
            } else {
                Cost::Light
            }
        },
    )
}

/// Finds what stands out.
///
/// # Errors
/// When there are too few numbers, or they do not vary where the method needs it.
pub fn outliers(mut request: TablesOutliersRequest, call: &Call) -> Result<TablesOutliersResponse, Error> {
    if request.decimal_comma {
        request.data.by_comma();
        request.rows.by_comma();
    }
    let file = request.file.as_ref().map(|file| (file, request.decimal_comma));
    let (field, cells) = cell::sample("data", request.data, &request.rows, request.column.as_deref(), file)?;
    let mut numbers = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        if let Some(number) = cell::checked(cell, || format!("{field}[{index}]"))? {
            numbers.push((index, number));
        }
    }
    if numbers.len() < 3 {
        return Err(conflict(field, "needs at least 3 numbers"));
    }
    let values: Vec<Dd> = numbers.iter().map(|(_, number)| *number).collect();
    let found = match request.method {
        OutlierMethod::Grubbs => tested(&values, 1, request.significance, call)?,
        OutlierMethod::Esd => tested(&values, request.most as usize, request.significance, call)?,
        method => fenced(&values, method, request.threshold, call),
    };
    let out: Vec<bool> = {
        let mut out = vec![false; values.len()];
        found.places.iter().for_each(|(place, _)| out[*place] = true);
        out
    };
    let mut rows: Vec<Outlier> = found
        .places
        .iter()
        .map(|(place, score)| Outlier { index: numbers[*place].0, value: values[*place].value(), score: *score })
        .collect();
    rows.sort_by_key(|row| row.index);
    let shown: Vec<String> = rows.iter().take(5).map(|row| short(row.value)).collect();
    let sentence = match rows.len() {
        0 => format!("None of {} numbers stands out.", values.len()),
        count => format!(
            "{count} of {} numbers stand out: {}{}.",
            values.len(),
            shown.join(", "),
            if count > 5 { " and others" } else { "" }
        ),
    };
    Ok(TablesOutliersResponse {
        method: request.method,
        count: values.len(),
        rows,
        low: found.bounds.map(|(low, _)| low),
        high: found.bounds.map(|(_, high)| high),
        kept: values.iter().zip(&out).filter(|(_, out)| !**out).map(|(value, _)| value.value()).collect(),
        sentence,
    })
}

/// Places in the sample with their scores, and the bounds if there are any.
struct Found {
    places: Vec<(usize, f64)>,
    bounds: Option<(f64, f64)>,
}

fn fenced(values: &[Dd], method: OutlierMethod, threshold: Option<f64>, call: &Call) -> Found {
    let mut sorted = values.to_vec();
    sort(&mut sorted);
    let at = |sorted: &[Dd], probability: f64| QuantileType::Type7.of(sorted, probability);
    // A middle, from below and from above, and a unit.
    let (below, above, unit, threshold) = match method {
        OutlierMethod::Z => {
            let moments = Moments::of(values);
            let unit = moments.variance().unwrap_or_default().sqrt();
            (moments.mean, moments.mean, unit, threshold.unwrap_or(3.0))
        }
        OutlierMethod::ModifiedZ => {
            let median = at(&sorted, 0.5);
            let mut distances: Vec<Dd> = values.iter().map(|value| (*value - median).abs()).collect();
            sort(&mut distances);
            // 0.6745 of a standard deviation is the median distance of a normal distribution.
            (median, median, at(&distances, 0.5) / 0.6745, threshold.unwrap_or(3.5))
        }
        _ => {
            let (q1, q3) = (at(&sorted, 0.25), at(&sorted, 0.75));
            (q1, q3, q3 - q1, threshold.unwrap_or(1.5))
        }
    };
    if unit.is_zero() {
        call.warn("no-spread", None, "most numbers are the same, so every other one stands out");
    }
    let (low, high) = (below - unit * threshold, above + unit * threshold);
    let score = |value: Dd| {
        let distance = if value < below { below - value } else { value - above };
        (distance / unit).value().min(f64::MAX)
    };
    let out = values.iter().enumerate().filter(|(_, value)| **value < low || **value > high);
    Found {
        places: out.map(|(place, value)| (place, score(*value))).collect(),
        bounds: Some((low.value(), high.value())),
    }
}

/// Rosner's test: what is farthest is taken away again and again; as many stand out as the last one that is significant.
fn tested(values: &[Dd], most: usize, significance: f64, call: &Call) -> Result<Found, Error> {
    let mut left: Vec<usize> = (0..values.len()).collect();
    let (mut taken, mut significant) = (Vec::new(), 0);
    while left.len() > 2 && taken.len() < most {
        still_wanted(call)?;
        let sample: Vec<Dd> = left.iter().map(|place| values[*place]).collect();
        let moments = Moments::of(&sample);
        let deviation = moments.variance().unwrap_or_default().sqrt();
        if deviation.is_zero() {
            break;
        }
        let distance = |place: &usize| (values[*place] - moments.mean).abs().value();
        let Some(far) = (0..left.len()).max_by(|a, b| distance(&left[*a]).total_cmp(&distance(&left[*b]))) else {
            break;
        };
        let score = distance(&left[far]) / deviation.value();
        let n = length(left.len());
        let tail = significance / (2.0 * n);
        let t = quantile(Family::StudentT { df: n - 2.0 }, 1.0 - tail, tail);
        let critical = (n - 1.0) * t / ((n - 2.0 + t * t) * n).sqrt();
        taken.push((left.swap_remove(far), score));
        if score > critical {
            significant = taken.len();
        }
    }
    taken.truncate(significant);
    Ok(Found { places: taken, bounds: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rosners_example() {
        // NIST/SEMATECH e-Handbook 1.3.5.17.3: Rosner's 54 values, of which three are outliers at 5 %.
        let values = [
            -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69,
            1.70, 1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35, 2.37,
            2.40, 2.47, 2.54, 2.62, 2.64, 2.90, 2.92, 2.92, 2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42,
            6.01,
        ];
        let data: Vec<Cell> = values.into_iter().map(Cell::from).collect();
        let request = TablesOutliersRequest { data, method: OutlierMethod::Esd, ..example() };
        let answer = outliers(request, &Call::detached()).unwrap();
        let found: Vec<f64> = answer.rows.iter().map(|row| row.value).collect();
        assert_eq!(found, [5.34, 5.42, 6.01]);
        assert!((answer.rows[2].score - 3.119).abs() < 1e-3, "{}", answer.rows[2].score);
    }

    #[test]
    fn an_outlier_does_not_hide_itself() {
        let found =
            |method| outliers(TablesOutliersRequest { method, ..example() }, &Call::detached()).unwrap().rows.len();
        assert_eq!(found(OutlierMethod::Iqr), 1);
        assert_eq!(found(OutlierMethod::ModifiedZ), 1);
        assert_eq!(found(OutlierMethod::Grubbs), 1);
        // Of seven numbers none is three standard deviations from their mean.
        assert_eq!(found(OutlierMethod::Z), 0);
    }
}
