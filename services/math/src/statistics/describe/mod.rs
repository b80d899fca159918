//! A sample in figures.
//!
//! | file | job |
//! | --- | --- |
//! | `large.rs` | samples of more than a hundred thousand numbers from a file, in compensated doubles |

mod large;

use chassis::{Call, Cost, Numbers, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quantiles::{QuantileType, length};
use crate::bulk::{self, Reading};
use crate::cell::{self, ByComma as _, Cell, Record};
use crate::dd::Dd;
use crate::distribution::{Family, quantile};
use crate::error::{Error, conflict};

const DESCRIPTION: &str = "\
Count, sum, mean, median, mode, spread, shape, quantiles and outliers of a sample. Numbers are read as decimals, to \
31 digits, and not as binary fractions: the standard deviation of 10000000.1, 10000000.2, 10000000.3 is exactly 0.1. \
Quantiles in all nine definitions, by number or by a program that uses them (`excel-inc`, `excel-exc`, `sas`, \
`minitab`, `numpy`). Skewness and kurtosis are bias-corrected, as in spreadsheets and pandas. Data as a list, as \
rows and a column, or as a file with CSV, NDJSON or little-endian doubles; missing values (null and empty text) are left \
out and counted. Of a file with more than 100,000 numbers the figures are computed in compensated doubles, to 15 digits of the \
doubles.";

/// Numbers of a file up to which they are decimals.
const MAX_EXACT: usize = 100_000;

/// A sample to describe.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct StatisticsDescribeRequest {
    /// Numbers of the sample; null and empty text are missing values.
    #[serde(default, alias = "values")]
    #[garde(length(max = 2_000_000))]
    pub data: Vec<Cell>,
    /// Rows of a table, each an object; an alternative to giving the values as lists.
    #[serde(default, alias = "records")]
    #[garde(length(max = 1_000_000))]
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
    /// Probabilities of additional quantiles, 0 to 1.
    #[serde(default)]
    #[garde(length(max = 1000), inner(range(min = 0.0, max = 1.0)))]
    pub quantiles: Vec<f64>,
    /// Definition of quantiles and quartiles.
    #[serde(default)]
    pub quantile_type: QuantileType,
    /// Confidence level of the intervals, as a fraction such as 0.95.
    #[serde(default = "confidence")]
    #[garde(range(min = 0.5, max = 0.999_999))]
    pub confidence: f64,
    /// Fraction trimmed at each end for the trimmed mean, 0 to 0.49.
    #[serde(default = "tenth")]
    #[garde(range(min = 0.0, max = 0.49))]
    pub trim: f64,
}

/// 95 percent.
pub(crate) fn confidence() -> f64 {
    0.95
}

fn tenth() -> f64 {
    0.1
}

/// Descriptive statistics of a sample.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatisticsDescribeResponse {
    /// Number of values, without the missing ones.
    pub count: usize,
    /// Number of missing values.
    pub missing: usize,
    /// Sum of the numbers; null without numbers.
    pub sum: f64,
    /// Arithmetic mean; null without numbers.
    pub mean: f64,
    /// Lower bound of the confidence interval of the mean; null for a single number.
    pub mean_low: Option<f64>,
    /// Upper bound of the confidence interval of the mean; null for a single number.
    pub mean_high: Option<f64>,
    /// Confidence level of the intervals, as a fraction.
    pub confidence: f64,
    /// Minimum; null without numbers.
    pub min: f64,
    /// Maximum; null without numbers.
    pub max: f64,
    /// Range: maximum less minimum.
    pub range: f64,
    /// Median; null without numbers.
    pub median: f64,
    /// First quartile (25th percentile); null without numbers.
    pub q1: f64,
    /// Third quartile (75th percentile); null without numbers.
    pub q3: f64,
    /// Interquartile range: third less first quartile.
    pub iqr: f64,
    /// Modes: the most frequent numbers, at most ten; empty when no number repeats.
    pub modes: Vec<f64>,
    /// Number of distinct values.
    pub distinct: usize,
    /// Sample variance, with divisor n - 1; null with fewer than two numbers.
    pub variance: Option<f64>,
    /// Sample standard deviation, with divisor n - 1; null with fewer than two numbers.
    pub standard_deviation: Option<f64>,
    /// Population variance, with divisor n.
    pub population_variance: f64,
    /// Population standard deviation, with divisor n.
    pub population_standard_deviation: f64,
    /// Standard error of the mean; null for a single number.
    pub standard_error: Option<f64>,
    /// Coefficient of variation: standard deviation over the absolute value of the mean; null for a mean of 0.
    pub coefficient_of_variation: Option<f64>,
    /// Median absolute deviation from the median (MAD), not scaled.
    pub median_absolute_deviation: f64,
    /// Skewness, bias-corrected; null with fewer than three numbers or when all are equal.
    pub skewness: Option<f64>,
    /// Excess kurtosis, bias-corrected: 0 for a normal distribution; null with fewer than four numbers or when all are
    /// equal.
    pub kurtosis: Option<f64>,
    /// Trimmed mean: the mean without the fraction `trim` of the smallest and of the largest numbers.
    pub trimmed_mean: f64,
    /// Geometric mean; null unless all numbers are positive.
    pub geometric_mean: Option<f64>,
    /// Harmonic mean; null unless all numbers are positive.
    pub harmonic_mean: Option<f64>,
    /// Additional quantiles, in the order of the request.
    pub quantiles: Vec<Quantile>,
    /// Definition of quantiles and quartiles, as named in the request.
    pub quantile_type: QuantileType,
    /// Number of the quantile definition, 1 to 9 (Hyndman and Fan).
    pub quantile_type_number: u8,
    /// Number of outliers: numbers beyond the fences.
    pub outliers: usize,
    /// Lower fence: the first quartile less 1.5 interquartile ranges.
    pub lower_fence: f64,
    /// Upper fence: the third quartile plus 1.5 interquartile ranges.
    pub upper_fence: f64,
    /// Result in words.
    pub sentence: String,
}

/// One quantile.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quantile {
    /// Probability of the quantile, 0 to 1.
    pub probability: f64,
    /// Value of the quantile.
    pub value: f64,
}

fn example() -> StatisticsDescribeRequest {
    StatisticsDescribeRequest {
        data: [41.0, 42.5, 52.0, 55.1, 60.0, 61.0, 61.0, 65.3, 68.0].map(Cell::from).to_vec(),
        rows: Vec::new(),
        column: None,
        file: None,
        decimal_comma: false,
        quantiles: vec![0.9],
        quantile_type: QuantileType::ExcelInc,
        confidence: 0.95,
        trim: 0.1,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute descriptive statistics: mean, spread, shape, quantiles, outliers")
        .description(DESCRIPTION)
        .example(example)
        .inline(1024)
        .cost_of(|request: &StatisticsDescribeRequest| {
            if request.data.len() + request.rows.len() > 10_000 || request.file.is_some() {
                Cost::Heavy
            } else {
                Cost::Light
            }
        })
}

/// The sums a sample's shape is made of.
pub(crate) struct Moments {
    size: usize,
    pub(crate) count: f64,
    pub(crate) mean: Dd,
    /// Sums of the second, third and fourth powers of the distance from the mean.
    pub(crate) squares: Dd,
    cubes: Dd,
    fourths: Dd,
}

impl Moments {
    pub(crate) fn of(values: &[Dd]) -> Self {
        let size = values.len();
        let count = length(size);
        let first = values.first().copied().unwrap_or_default();
        // From the first number, so that what they have in common costs no digits.
        let mean = first + values.iter().map(|value| *value - first).sum::<Dd>() / count;
        let (mut squares, mut cubes, mut fourths) = (Dd::ZERO, Dd::ZERO, Dd::ZERO);
        // Numbers that are all the same have no spread, whatever the division left over.
        if values.iter().all(|value| *value == first) {
            return Self { size, count, mean: first, squares, cubes, fourths };
        }
        for value in values {
            let distance = *value - mean;
            let square = distance.square();
            squares += square;
            cubes += square * distance;
            fourths += square.square();
        }
        Self { size, count, mean, squares, cubes, fourths }
    }

    /// The sample variance; none for one number.
    pub(crate) fn variance(&self) -> Option<Dd> {
        (self.count > 1.0).then(|| self.squares / (self.count - 1.0))
    }

    fn skewness(&self) -> Option<f64> {
        let n = self.count;
        let spread = (self.squares / n).value();
        let plain = (self.cubes / n).value() / spread.powf(1.5);
        (n > 2.0 && spread > 0.0).then(|| plain * (n * (n - 1.0)).sqrt() / (n - 2.0))
    }

    fn kurtosis(&self) -> Option<f64> {
        let n = self.count;
        let spread = (self.squares / n).value();
        let plain = (self.fourths / n).value() / (spread * spread) - 3.0;
        (n > 3.0 && spread > 0.0).then(|| (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * plain + 6.0))
    }
}

/// What is computed of a sample, whatever with.
struct Figures {
    moments: Moments,
    sum: Dd,
    min: Dd,
    max: Dd,
    q1: Dd,
    median: Dd,
    q3: Dd,
    quantiles: Vec<Dd>,
    absolute_deviation: f64,
    modes: Vec<f64>,
    distinct: usize,
    trimmed: f64,
    geometric: Option<f64>,
    harmonic: Option<f64>,
    outliers: usize,
}

/// The fences of a sample: 1.5 interquartile ranges beyond the quartiles.
fn fences(q1: Dd, q3: Dd) -> (Dd, Dd) {
    let reach = (q3 - q1) * 1.5;
    (q1 - reach, q3 + reach)
}

/// The figures in 31 digits.
fn exact(mut values: Vec<Dd>, request: &StatisticsDescribeRequest) -> Figures {
    // In the order they came in, so that the sum is the same as everywhere.
    let moments = Moments::of(&values);
    let sum: Dd = values.iter().copied().sum();
    sort(&mut values);
    let sorted = values;
    let n = moments.count;
    let kind = request.quantile_type;
    let (q1, median, q3) = (kind.of(&sorted, 0.25), QuantileType::Type7.of(&sorted, 0.5), kind.of(&sorted, 0.75));
    let (lower, upper) = fences(q1, q3);
    let mut distances: Vec<Dd> = sorted.iter().map(|value| (*value - median).abs()).collect();
    sort(&mut distances);
    let positive = sorted[0].hi() > 0.0;
    let (modes, distinct) = modes(&sorted, Dd::value);
    Figures {
        sum,
        min: sorted[0],
        max: sorted[sorted.len() - 1],
        quantiles: request.quantiles.iter().map(|probability| kind.of(&sorted, *probability)).collect(),
        absolute_deviation: QuantileType::Type7.of(&distances, 0.5).value(),
        modes,
        distinct,
        trimmed: trimmed(&sorted, request.trim),
        geometric: positive.then(|| (sorted.iter().map(|value| value.ln()).sum::<Dd>() / n).exp().value()),
        harmonic: positive.then(|| (Dd::of(n) / sorted.iter().map(|value| Dd::ONE / *value).sum::<Dd>()).value()),
        outliers: sorted.iter().filter(|value| **value < lower || **value > upper).count(),
        moments,
        q1,
        median,
        q3,
    }
}

/// Describes a sample.
///
/// # Errors
/// When there are no numbers, a value is none, or a quantile is not defined.
pub fn describe(mut request: StatisticsDescribeRequest, call: &Call) -> Result<StatisticsDescribeResponse, Error> {
    if request.decimal_comma {
        request.data.by_comma();
        request.rows.by_comma();
    }
    let (data, rows) = (std::mem::take(&mut request.data), std::mem::take(&mut request.rows));
    let (field, missing, figures) = match &request.file {
        Some(file) if data.is_empty() && rows.is_empty() => {
            let reading = Reading { column: request.column.as_deref(), decimal_comma: request.decimal_comma };
            let mut values = bulk::column(file, reading)?;
            let before = values.len();
            if values.iter().any(|value| value.is_nan()) {
                values.retain(|value| !value.is_nan());
            }
            let missing = before - values.len();
            defined("file", values.len(), &request)?;
            let figures = if values.len() > MAX_EXACT {
                large::figures(values, &request, call)?
            } else {
                exact(values.iter().map(|value| Dd::decimal_of(*value)).collect(), &request)
            };
            ("file", missing, figures)
        }
        Some(_) => return Err(conflict("file", "is there together with data or rows: send one of them")),
        None => {
            let (field, cells) = cell::sample("data", data, &rows, request.column.as_deref(), None)?;
            let numbers = cell::numbers(&field, &cells)?;
            defined(&field, numbers.values.len(), &request)?;
            ("data", numbers.missing, exact(numbers.values, &request))
        }
    };
    let count = figures.moments.count;
    if missing > 0 {
        let message = format!("{missing} of {} places hold no number and are left out", length(missing) + count);
        call.warn("missing", Some(field), message);
    }
    Ok(respond(&request, missing, figures))
}

/// Refuses what has no numbers, or quantiles that are not defined for as many.
fn defined(field: &str, count: usize, request: &StatisticsDescribeRequest) -> Result<(), Error> {
    if count == 0 {
        return Err(conflict(field.to_owned(), "holds no number"));
    }
    let undefined = |probability: &f64| !request.quantile_type.allows(count, *probability);
    match request.quantiles.iter().position(undefined) {
        None => Ok(()),
        Some(index) => {
            let message =
                format!("is #NUM! in excel-exc: it must be from 1/(n+1) to n/(n+1), n = {count}; use excel-inc");
            Err(conflict(format!("quantiles[{index}]"), message))
        }
    }
}

fn respond(request: &StatisticsDescribeRequest, missing: usize, figures: Figures) -> StatisticsDescribeResponse {
    let Figures { moments, sum, min, max, q1, median, q3, .. } = figures;
    let n = moments.count;
    let kind = request.quantile_type;
    let (lower_fence, upper_fence) = fences(q1, q3);
    let variance = moments.variance();
    let deviation = variance.map(Dd::sqrt);
    let standard_error = deviation.map(|deviation| deviation / Dd::of(n).sqrt());
    let reach = standard_error.map(|error| {
        let tail = (1.0 - request.confidence) / 2.0;
        error.value() * quantile(Family::StudentT { df: n - 1.0 }, 1.0 - tail, tail)
    });
    let mean = moments.mean;
    let population_variance = moments.squares / n;
    let spread =
        deviation.map_or(String::new(), |deviation| format!(", standard deviation {}", short(deviation.value())));
    StatisticsDescribeResponse {
        count: moments.size,
        missing,
        sum: sum.value(),
        mean: mean.value(),
        mean_low: reach.map(|reach| (mean - reach).value()),
        mean_high: reach.map(|reach| (mean + reach).value()),
        confidence: request.confidence,
        min: min.value(),
        max: max.value(),
        range: (max - min).value(),
        median: median.value(),
        q1: q1.value(),
        q3: q3.value(),
        iqr: (q3 - q1).value(),
        modes: figures.modes,
        distinct: figures.distinct,
        variance: variance.map(Dd::value),
        standard_deviation: deviation.map(Dd::value),
        population_variance: population_variance.value(),
        population_standard_deviation: population_variance.sqrt().value(),
        standard_error: standard_error.map(Dd::value),
        coefficient_of_variation: deviation
            .filter(|_| !mean.is_zero())
            .map(|deviation| (deviation / mean.abs()).value()),
        median_absolute_deviation: figures.absolute_deviation,
        skewness: moments.skewness(),
        kurtosis: moments.kurtosis(),
        trimmed_mean: figures.trimmed,
        geometric_mean: figures.geometric,
        harmonic_mean: figures.harmonic,
        quantiles: (request.quantiles.iter().zip(&figures.quantiles))
            .map(|(probability, value)| Quantile { probability: *probability, value: value.value() })
            .collect(),
        quantile_type: kind,
        quantile_type_number: kind.number(),
        outliers: figures.outliers,
        lower_fence: lower_fence.value(),
        upper_fence: upper_fence.value(),
        sentence: format!("{n} numbers with mean {}, median {}{spread}.", short(mean.value()), short(median.value())),
    }
}

/// A number in a sentence: six significant digits at most.
pub(crate) fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { value.to_string() };
    }
    let magnitude = value.abs().log10().floor();
    if !(-5.0..12.0).contains(&magnitude) {
        return format!("{value:.4e}");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10")]
    let decimals = (5.0 - magnitude).clamp(0.0, 10.0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Puts numbers in order.
pub(crate) fn sort(values: &mut [Dd]) {
    values.sort_unstable_by(|a, b| a.hi().total_cmp(&b.hi()).then(a.lo().total_cmp(&b.lo())));
}

/// The most frequent numbers, and how many different ones there are.
fn modes<T: Copy + PartialEq>(sorted: &[T], number: impl Fn(T) -> f64) -> (Vec<f64>, usize) {
    let (mut most, mut modes, mut distinct) = (2, Vec::new(), 0);
    for run in sorted.chunk_by(|a, b| a == b) {
        distinct += 1;
        if run.len() > most {
            most = run.len();
            modes.clear();
        }
        if run.len() == most && modes.len() < 10 {
            modes.push(number(run[0]));
        }
    }
    (modes, distinct)
}

/// How many numbers a part of a sample are.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below half the length")]
fn cut(count: usize, part: f64) -> usize {
    (length(count) * part + 1e-9) as usize
}

/// The mean without a part at each end.
fn trimmed(sorted: &[Dd], part: f64) -> f64 {
    let cut = cut(sorted.len(), part);
    let kept = &sorted[cut..sorted.len() - cut];
    (kept.iter().copied().sum::<Dd>() / length(kept.len())).value()
}
