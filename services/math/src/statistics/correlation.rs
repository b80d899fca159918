//! How columns go together.

use chassis::{Call, Cost, Numbers, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::describe::{Moments, confidence, short};
use super::quantiles::length;
use crate::bulk;
use crate::cell::{self, ByComma as _, Cell, Columns, Record};
use crate::dd::Dd;
use crate::distribution::Family;
use crate::error::{Error, conflict, still_wanted};
use crate::special::normal::normal_quantile;

const DESCRIPTION: &str = "\
The correlation of every pair of columns: Pearson's r (linear), Spearman's rho (ranks) or Kendall's tau-b \
(concordance), with p-value and confidence interval (Fisher's z; approximate for ranks). Columns by name, or rows; \
rows where one of the two values is missing are left out of that pair. The p-value of Kendall's tau is exact up to 33 \
rows without equal values, beyond that it is by the normal distribution. The correlation of a constant column is \
undefined: its values are null.";

/// Numbers of a file.
const MAX_NUMBERS: usize = 4_000_000;

/// Columns of numbers to correlate.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct StatisticsCorrelationRequest {
    /// Columns by name, each a list of values of the same length; an alternative to `rows`.
    #[serde(default)]
    pub columns: Columns,
    /// Rows of a table, each an object; an alternative to giving the values as lists.
    #[serde(default, alias = "records")]
    #[garde(length(max = 200_000))]
    pub rows: Vec<Record>,
    /// Names of the columns of `rows` to correlate; all numeric columns when omitted.
    #[serde(default)]
    #[garde(length(max = 100))]
    pub names: Vec<String>,
    /// First of two lists of numbers, instead of `columns`.
    #[serde(default)]
    #[garde(length(max = 500_000))]
    pub x: Vec<Cell>,
    /// Second of two lists of numbers, instead of `columns`.
    #[serde(default)]
    #[garde(length(max = 500_000))]
    pub y: Vec<Cell>,
    /// File with the numbers: CSV, NDJSON, a JSON list, or doubles of 64 bits; an alternative to lists in the request.
    #[serde(default)]
    pub file: Option<Numbers>,
    /// Whether the decimal mark is a comma, in the file or in cells sent as text: 1.234,56.
    #[serde(default)]
    pub decimal_comma: bool,
    /// Correlation coefficient.
    #[serde(default)]
    pub method: CorrelationMethod,
    /// Confidence level of the intervals, as a fraction such as 0.95.
    #[serde(default = "confidence")]
    #[garde(range(min = 0.5, max = 0.999_999))]
    pub confidence: f64,
}

/// Correlation coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CorrelationMethod {
    /// Pearson's r: linear correlation.
    #[default]
    Pearson,
    /// Spearman's rho: rank correlation.
    Spearman,
    /// Kendall's tau-b: concordance of pairs.
    #[serde(alias = "tau")]
    Kendall,
}

/// Correlation matrix.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatisticsCorrelationResponse {
    /// Correlation coefficient of the first two columns, -1 to 1; null when one of them is constant.
    pub correlation: Option<f64>,
    /// P-value of the correlation of the first two columns; null when there is none.
    pub p_value: Option<f64>,
    /// Correlation coefficient used.
    pub method: CorrelationMethod,
    /// Names of the columns.
    pub names: Vec<String>,
    /// Correlation matrix, with rows and columns in the order of `names`; null for constant columns.
    pub matrix: Vec<Vec<Option<f64>>>,
    /// Pairs of columns, the strongest correlation first.
    pub rows: Vec<CorrelationPair>,
    /// Confidence level of the intervals, as a fraction.
    pub confidence: f64,
    /// Result in words.
    pub sentence: String,
}

/// A pair of columns.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrelationPair {
    /// Name of the first column or group of the pair.
    pub first: String,
    /// Name of the second column or group of the pair.
    pub second: String,
    /// Number of rows where both columns have numbers.
    pub count: usize,
    /// Correlation coefficient, -1 to 1; null when one of the columns is constant.
    pub correlation: Option<f64>,
    /// Lower bound of the confidence interval of the correlation; null with fewer than four rows.
    pub low: Option<f64>,
    /// Upper bound of the confidence interval of the correlation; null with fewer than four rows.
    pub high: Option<f64>,
    /// P-value: the probability of a correlation at least as strong if there were none.
    pub p_value: Option<f64>,
}

fn example() -> StatisticsCorrelationRequest {
    let cells = |values: [f64; 6]| values.map(Cell::from).to_vec();
    StatisticsCorrelationRequest {
        columns: Columns(vec![
            ("price".to_owned(), cells([9.5, 9.0, 8.0, 8.5, 7.0, 6.5])),
            ("sold".to_owned(), cells([12.0, 15.0, 19.0, 16.0, 24.0, 25.0])),
        ]),
        rows: Vec::new(),
        names: Vec::new(),
        x: Vec::new(),
        y: Vec::new(),
        file: None,
        decimal_comma: false,
        method: CorrelationMethod::Pearson,
        confidence: 0.95,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Correlate columns (Pearson, Spearman, Kendall)")
        .description(DESCRIPTION)
        .example(example)
        .inline(1024)
        .cost_of(|request: &StatisticsCorrelationRequest| {
            let values = request.x.len()
                + request.rows.len()
                + request.columns.0.iter().map(|(_, cells)| cells.len()).sum::<usize>();
            if values > 10_000 || request.file.is_some() { Cost::Heavy } else { Cost::Light }
        })
}

type Column = (String, Vec<Option<Dd>>);

fn columns(request: StatisticsCorrelationRequest) -> Result<Vec<Column>, Error> {
    let given = usize::from(!request.columns.0.is_empty())
        + usize::from(request.file.is_some())
        + usize::from(!request.rows.is_empty())
        + usize::from(!request.x.is_empty() || !request.y.is_empty());
    if given != 1 {
        return Err(conflict("columns", "or rows, x and y, or a file are needed: send one of them"));
    }
    if let Some(file) = &request.file {
        return of_file(file, &request.names, request.decimal_comma);
    }
    let lists: Vec<(String, Vec<Cell>)> = if !request.rows.is_empty() {
        let names = if request.names.is_empty() { numeric(&request.rows) } else { request.names };
        let column = |name: String| cell::column_of(&request.rows, &name, "names").map(|cells| (name, cells));
        names.into_iter().map(column).collect::<Result<_, _>>()?
    } else if request.columns.0.is_empty() {
        vec![("x".to_owned(), request.x), ("y".to_owned(), request.y)]
    } else {
        request.columns.0
    };
    if lists.len() < 2 || lists.len() > 100 {
        return Err(conflict("columns", "must be from 2 to 100"));
    }
    let length = lists[0].1.len();
    let read = |(name, cells): (String, Vec<Cell>)| {
        if cells.len() != length {
            return Err(conflict(name, format!("must have {length} places, as the other columns")));
        }
        let numbers = cells.iter().enumerate().map(|(index, cell)| cell::checked(cell, || format!("{name}[{index}]")));
        Ok((name.clone(), numbers.collect::<Result<_, _>>()?))
    };
    lists.into_iter().map(read).collect()
}

/// The columns of a file.
fn of_file(file: &Numbers, names: &[String], decimal_comma: bool) -> Result<Vec<Column>, Error> {
    let table = bulk::table(file, names, decimal_comma)?;
    let count = table.columns();
    if !(2..=100).contains(&count) || table.values().len() > MAX_NUMBERS {
        let message = format!("must have 2 to 100 columns and at most {MAX_NUMBERS} numbers: choose columns by names");
        return Err(conflict("file", message));
    }
    let column = |index: usize| {
        let name = table.names().get(index).cloned().unwrap_or_else(|| format!("column {}", index + 1));
        let values = table.iter_rows().map(|row| Some(row[index]).filter(|value| !value.is_nan()).map(Dd::of));
        (name, values.collect())
    };
    Ok((0..count).map(column).collect())
}

/// The columns whose first value is a number.
fn numeric(rows: &[Record]) -> Vec<String> {
    let first = rows.iter().take(1).flat_map(|row| &row.0);
    first.filter(|(_, cell)| cell.number().is_some()).map(|(name, _)| name.clone()).take(100).collect()
}

/// Correlates columns.
///
/// # Errors
/// When there are less than two columns, or they differ in length.
pub fn correlation(
    mut request: StatisticsCorrelationRequest,
    call: &Call,
) -> Result<StatisticsCorrelationResponse, Error> {
    if request.decimal_comma {
        request.columns.by_comma();
        request.rows.by_comma();
        request.x.by_comma();
        request.y.by_comma();
    }
    let (method, level) = (request.method, request.confidence);
    let columns = columns(request)?;
    let mut matrix = vec![vec![None; columns.len()]; columns.len()];
    let mut rows = Vec::new();
    for (i, (first, a)) in columns.iter().enumerate() {
        for (j, (second, b)) in columns.iter().enumerate().skip(i) {
            still_wanted(call)?;
            let (x, y): (Vec<Dd>, Vec<Dd>) = a.iter().zip(b).filter_map(|(a, b)| a.zip(*b)).unzip();
            let pair = correlate(&x, &y, method, level);
            // A column goes with itself, unless it is constant.
            let value = if i == j { pair.correlation.map(|_| 1.0) } else { pair.correlation };
            (matrix[i][j], matrix[j][i]) = (value, value);
            if i == j {
                if value.is_none() {
                    call.warn("constant", Some(first), "is constant, so it has no correlation: its values are null");
                }
                continue;
            }
            rows.push(CorrelationPair { first: first.clone(), second: second.clone(), ..pair });
        }
    }
    let head = rows[0].clone();
    rows.sort_by(|a, b| {
        let strength = |pair: &CorrelationPair| pair.correlation.map_or(-1.0, f64::abs);
        strength(b).total_cmp(&strength(a))
    });
    let strongest = &rows[0];
    let sentence = match strongest.correlation {
        None => "No correlation can be given.".to_owned(),
        Some(value) => format!(
            "{} and {} go together most: correlation {}, p = {}.",
            strongest.first,
            strongest.second,
            short(value),
            strongest.p_value.map_or("none".to_owned(), short)
        ),
    };
    Ok(StatisticsCorrelationResponse {
        correlation: head.correlation,
        p_value: head.p_value,
        method,
        names: columns.into_iter().map(|(name, _)| name).collect(),
        matrix,
        rows,
        confidence: level,
        sentence,
    })
}

/// Two lists of numbers without gaps.
fn correlate(x: &[Dd], y: &[Dd], method: CorrelationMethod, level: f64) -> CorrelationPair {
    let n = length(x.len());
    let (correlation, p_value) = match method {
        CorrelationMethod::Kendall => kendall(x, y),
        CorrelationMethod::Pearson => with_t(pearson(x, y), n),
        CorrelationMethod::Spearman => {
            let ranks = |values: &[Dd]| {
                let (ranks, _) = crate::statistics::test::double_ranks(values);
                ranks.into_iter().map(|rank| Dd::whole(i128::from(rank))).collect::<Vec<_>>()
            };
            with_t(pearson(&ranks(x), &ranks(y)), n)
        }
    };
    // The variance of Fisher's z: Bonett and Wright (2000) for ranks, Fieller, Hartley and Pearson (1957) for tau.
    let variance = correlation.map(|r| match method {
        CorrelationMethod::Pearson => 1.0 / (n - 3.0),
        CorrelationMethod::Spearman => (1.0 + r * r / 2.0) / (n - 3.0),
        CorrelationMethod::Kendall => 0.437 / (n - 4.0),
    });
    let reach = variance.filter(|variance| variance.is_finite() && *variance > 0.0);
    let reach = reach.map(|variance| -normal_quantile((1.0 - level) / 2.0) * variance.sqrt());
    let end = |sign: f64| {
        correlation.zip(reach).map(|(r, reach)| if r.abs() >= 1.0 { r } else { (r.atanh() + sign * reach).tanh() })
    };
    CorrelationPair {
        first: String::new(),
        second: String::new(),
        count: x.len(),
        correlation,
        low: end(-1.0),
        high: end(1.0),
        p_value,
    }
}

/// Pearson's correlation; none when one list is constant.
pub(crate) fn pearson(x: &[Dd], y: &[Dd]) -> Option<f64> {
    let (a, b) = (Moments::of(x), Moments::of(y));
    if a.squares.is_zero() || b.squares.is_zero() {
        return None;
    }
    let product: Dd = x.iter().zip(y).map(|(x, y)| (*x - a.mean) * (*y - b.mean)).sum();
    Some((product / a.squares.sqrt() / b.squares.sqrt()).value().clamp(-1.0, 1.0))
}

/// The p-value by Student's t.
fn with_t(correlation: Option<f64>, n: f64) -> (Option<f64>, Option<f64>) {
    let p = correlation.filter(|_| n > 2.0).map(|r| {
        let df = n - 2.0;
        let rest = (1.0 - r) * (1.0 + r);
        if rest <= 0.0 { 0.0 } else { 2.0 * Family::StudentT { df }.cdf_sf(r.abs() * (df / rest).sqrt()).1 }
    });
    (correlation, p)
}

/// Rows up to which the p-value of Kendall's tau is exact, when no values are equal.
const EXACT_ROWS: usize = 33;

/// Kendall's tau-b with its p-value, exact or by the normal distribution, ties corrected for; in n log n steps (Knight,
/// 1966).
fn kendall(x: &[Dd], y: &[Dd]) -> (Option<f64>, Option<f64>) {
    let n = length(x.len());
    let compare = |a: &Dd, b: &Dd| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal);
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|a, b| compare(&x[*a], &x[*b]).then(compare(&y[*a], &y[*b])));
    let runs = |values: &[Dd]| -> Vec<f64> {
        values.chunk_by(|a, b| a == b).map(|run| length(run.len())).filter(|run| *run > 1.0).collect()
    };
    let xs: Vec<Dd> = order.iter().map(|index| x[*index]).collect();
    let mut ys: Vec<Dd> = order.iter().map(|index| y[*index]).collect();
    let both: Vec<(Dd, Dd)> = xs.iter().copied().zip(ys.iter().copied()).collect();
    let pairs = |runs: &[f64]| runs.iter().map(|run| run * (run - 1.0) / 2.0).sum::<f64>();
    let tied_both: f64 =
        both.chunk_by(|a, b| a == b).map(|run| length(run.len()) * (length(run.len()) - 1.0) / 2.0).sum();
    let swaps = inversions(&mut ys);
    let (tx, ty) = (runs(&xs), runs(&ys));
    let (all, in_x, in_y) = (n * (n - 1.0) / 2.0, pairs(&tx), pairs(&ty));
    let score = all - in_x - in_y + tied_both - 2.0 * swaps;
    let scale = ((all - in_x) * (all - in_y)).sqrt();
    if scale == 0.0 || n < 2.0 {
        return (None, None);
    }
    let tau = (score / scale).clamp(-1.0, 1.0);
    if tx.is_empty() && ty.is_empty() && x.len() <= EXACT_ROWS {
        return (Some(tau), Some(exact_kendall(x.len(), swaps)));
    }
    let sums = |runs: &[f64], term: fn(f64) -> f64| runs.iter().copied().map(term).sum::<f64>();
    let v0 = n * (n - 1.0) * (2.0 * n + 5.0);
    let cubic = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    let first = (v0 - sums(&tx, cubic) - sums(&ty, cubic)) / 18.0;
    let second = sums(&tx, |t| t * (t - 1.0)) * sums(&ty, |t| t * (t - 1.0)) / (2.0 * n * (n - 1.0));
    let triple = |t: f64| t * (t - 1.0) * (t - 2.0);
    let third = if n > 2.0 { sums(&tx, triple) * sums(&ty, triple) / (9.0 * n * (n - 1.0) * (n - 2.0)) } else { 0.0 };
    let deviation = (first + second + third).sqrt();
    let p = 2.0 * Family::Normal { mean: 0.0, sd: 1.0 }.cdf_sf(score.abs() / deviation).1;
    (Some(tau), Some(p).filter(|_| deviation > 0.0))
}

/// The two-sided p-value of so many pairs out of order: of all orders of n rows, those with as few or as many.
fn exact_kendall(n: usize, swaps: f64) -> f64 {
    // chances[k]: the part of the orders of the rows so far that have k pairs out of order. One more row can stand before
    // none of them, before one, ..., before all.
    let mut chances = vec![1.0_f64];
    for row in 2..=n {
        let mut next = vec![0.0; chances.len() + row - 1];
        for (k, chance) in chances.iter().enumerate() {
            for before in &mut next[k..k + row] {
                *before += chance / length(row);
            }
        }
        chances = next;
    }
    // As many out of order as in order is as likely, so the smaller side is enough.
    let fewer = swaps.min(length(chances.len() - 1) - swaps);
    let tail: f64 = chances.iter().enumerate().filter(|(k, _)| length(*k) <= fewer).map(|(_, chance)| chance).sum();
    (2.0 * tail).min(1.0)
}

/// Sorts, and counts the pairs that were out of order.
fn inversions(values: &mut [Dd]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let middle = values.len() / 2;
    let mut count = inversions(&mut values[..middle]) + inversions(&mut values[middle..]);
    let (left, right) = (values[..middle].to_vec(), values[middle..].to_vec());
    let (mut i, mut j) = (0, 0);
    for place in values.iter_mut() {
        if j >= right.len() || (i < left.len() && left[i] <= right[j]) {
            *place = left[i];
            i += 1;
        } else {
            count += length(left.len() - i);
            *place = right[j];
            j += 1;
        }
    }
    count
}
