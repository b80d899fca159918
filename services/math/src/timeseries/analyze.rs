//! A series looked at: gaps, averages, sums, changes, trend, season, autocorrelation.

use chassis::{Call, Cost, Numbers, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::models::{centered_average, seasonal_parts};
use super::{Gaps, filled, period};
use crate::cell::{self, ByComma as _, Cell, Record};
use crate::date::Date;
use crate::dd::Dd;
use crate::error::{Error, conflict, still_wanted};
use crate::special::normal::normal_sf;
use crate::statistics::describe::{Moments, short, sort};
use crate::statistics::quantiles::{QuantileType, length};

const DESCRIPTION: &str = "\
Descriptive figures of a time series: moving averages, cumulative sums, changes and percent changes, gaps in values \
and dates, trend (Mann-Kendall test and Sen's slope), season with trend and remainder (classical decomposition), \
autocorrelations and level shifts. The rows can be plotted as they are.";

/// Values of which each pair is compared for the trend.
const MAX_PAIRS: usize = 2000;
/// Level shifts that are told.
const MAX_SHIFTS: usize = 20;

/// Values of a series.
const MAX_LENGTH: usize = 100_000;

/// A time series to analyze.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TimeseriesAnalyzeRequest {
    /// Values of the series, in time order and equally spaced.
    #[serde(default, alias = "data")]
    #[garde(length(max = 100_000))]
    pub values: Vec<Cell>,
    /// Dates of the values, in ascending order.
    #[serde(default, alias = "timestamps")]
    #[garde(length(max = 100_000))]
    pub dates: Vec<Date>,
    /// Rows of a table in time order, each an object; an alternative to giving the values as lists.
    #[serde(default, alias = "records")]
    #[garde(length(max = 100_000))]
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
    /// Window of the moving average, in values.
    #[serde(default = "week")]
    #[garde(range(min = 1, max = 10_000))]
    pub window: u32,
    /// Season length in values: 12 for months, 7 for days of the week, 1 for no season; detected when omitted.
    #[serde(default)]
    #[garde(range(min = 1, max = 10_000))]
    pub period: Option<u32>,
    /// Number of lags of the autocorrelation.
    #[serde(default = "lags")]
    #[garde(range(min = 1, max = 1000))]
    pub lags: u32,
    /// Treatment of missing values.
    #[serde(default = "linear")]
    pub gaps: Gaps,
}

fn week() -> u32 {
    7
}

fn lags() -> u32 {
    20
}

fn linear() -> Gaps {
    Gaps::Linear
}

/// Descriptive figures of a time series.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeseriesAnalyzeResponse {
    /// Number of values, with the missing ones filled.
    pub count: usize,
    /// Number of missing values that were filled.
    pub missing: usize,
    /// Gaps between the dates, by their most frequent step.
    pub date_gaps: Vec<DateGap>,
    /// Arithmetic mean; null without numbers.
    pub mean: f64,
    /// Sum of the values.
    pub total: f64,
    /// Sen's slope: the median slope per value; null for a single value.
    pub slope: Option<f64>,
    /// P-value of the Mann-Kendall trend test; null with fewer than four values.
    pub trend_p_value: Option<f64>,
    /// Direction of the trend: `up`, `down` or `none`.
    pub trend: &'static str,
    /// Season length in values; 1 for no season.
    pub period: usize,
    /// Seasonal strength, 0 to 1: the fraction of the detrended variation explained by the season; null without a
    /// season.
    pub seasonal_strength: Option<f64>,
    /// Seasonal component of each position in the season, additive; empty without a season.
    pub season: Vec<f64>,
    /// Autocorrelations from lag 1; empty for a constant series.
    pub autocorrelations: Vec<f64>,
    /// Significance bound of the autocorrelations: those beyond plus or minus this value are unlikely to be chance.
    pub autocorrelation_bound: f64,
    /// Level shifts of the series.
    pub level_shifts: Vec<LevelShift>,
    /// Values with their moving average, changes and components, in order.
    pub rows: Vec<SeriesRow>,
    /// Result in words.
    pub sentence: String,
}

/// A gap between two dates.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DateGap {
    /// Last date before the gap.
    pub after: Date,
    /// First date after the gap.
    pub before: Date,
    /// Days between the two dates.
    pub days: i64,
}

/// A level shift.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LevelShift {
    /// Index of the first value at the new level, from 0.
    pub index: usize,
    /// Mean before the level shift.
    pub before: f64,
    /// Mean after the level shift.
    pub after: f64,
}

/// One value of the series.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeriesRow {
    /// Date of the value; null without dates.
    pub date: Option<Date>,
    /// Value, filled where it was missing.
    pub value: f64,
    /// Trailing moving average: the mean of the value and those before it in the window; null until the window is full.
    pub moving_average: Option<f64>,
    /// Cumulative sum up to and with the value.
    pub running_sum: f64,
    /// Change from the previous value; null for the first.
    pub change: Option<f64>,
    /// Percent change from the previous value, as a fraction; null for the first and after a 0.
    pub percent_change: Option<f64>,
    /// Trend component: the centered moving average over a season; null at the ends, or without a season.
    pub trend: Option<f64>,
    /// Remainder component: the value less trend and season; null where there is no trend.
    pub remainder: Option<f64>,
}

fn example() -> TimeseriesAnalyzeRequest {
    TimeseriesAnalyzeRequest {
        values: [5.0, 7.0, 9.0, 6.0, 8.0, 10.0, 7.0, 9.0, 11.0, 8.0, 10.0, 12.0].map(Cell::from).to_vec(),
        dates: Vec::new(),
        rows: Vec::new(),
        column: None,
        file: None,
        decimal_comma: false,
        window: 3,
        period: Some(3),
        lags: 6,
        gaps: Gaps::Linear,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Analyze a time series: averages, changes, gaps, trend, season")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &TimeseriesAnalyzeRequest| {
            if request.values.len() + request.rows.len() > 500 || request.file.is_some() {
                Cost::Heavy
            } else {
                Cost::Light
            }
        })
}

/// Looks at a series.
///
/// # Errors
/// When there are no numbers, or dates and values differ in number or are not in order.
pub fn analyze(mut request: TimeseriesAnalyzeRequest, call: &Call) -> Result<TimeseriesAnalyzeResponse, Error> {
    if request.decimal_comma {
        request.values.by_comma();
        request.rows.by_comma();
    }
    let file = request.file.as_ref().map(|file| (file, request.decimal_comma));
    let (field, cells) = cell::sample("values", request.values, &request.rows, request.column.as_deref(), file)?;
    if cells.len() > MAX_LENGTH {
        return Err(conflict(field, format!("must have at most {MAX_LENGTH} values (it has {})", cells.len())));
    }
    let (values, missing) = filled(&field, &cells, request.gaps)?;
    if missing > 0 {
        call.warn("filled", Some(&field), format!("{missing} missing values were filled"));
    }
    let n = values.len();
    let dates = &request.dates;
    if !dates.is_empty() && dates.len() != n {
        return Err(conflict("dates", format!("must be {n}, one for each value")));
    }
    if let Some(index) = dates.windows(2).position(|pair| pair[0] >= pair[1]) {
        return Err(conflict(format!("dates[{}]", index + 1), "must be after the one before it"));
    }
    let plain: Vec<f64> = values.iter().map(|value| value.value()).collect();
    let period = request.period.map_or_else(|| period::detect(&plain), |period| period as usize);
    let moments = Moments::of(&values);
    let season = seasonal_parts(&plain, period);
    let trend_line = if season.is_some() { centered_average(&plain, period) } else { vec![None; n] };
    let remainders: Vec<Option<f64>> = (trend_line.iter().enumerate())
        .map(|(at, trend)| {
            let part = season.as_ref().map_or(0.0, |season| season[at % period]);
            trend.map(|trend| plain[at] - trend - part)
        })
        .collect();
    let (slope, trend_p_value) = trend(&values, call)?;
    let direction = match (trend_p_value, slope) {
        (Some(p), Some(slope)) if p < 0.05 && slope != 0.0 => {
            if slope > 0.0 {
                "up"
            } else {
                "down"
            }
        }
        _ => "none",
    };
    let season_name = if season.is_some() { format!("a season of {period}") } else { "no season".to_owned() };
    let direction_name = match direction {
        "up" => "rises",
        "down" => "falls",
        _ => "has no trend",
    };
    Ok(TimeseriesAnalyzeResponse {
        count: n,
        missing,
        date_gaps: date_gaps(dates),
        mean: moments.mean.value(),
        total: values.iter().copied().sum::<Dd>().value(),
        slope,
        trend_p_value,
        trend: direction,
        period: if season.is_some() { period } else { 1 },
        seasonal_strength: season.as_ref().map(|season| strength(&remainders, season, period)),
        autocorrelations: autocorrelations(&values, &moments, request.lags as usize, call)?,
        autocorrelation_bound: 1.96 / length(n).sqrt(),
        level_shifts: level_shifts(&plain, call)?,
        rows: rows(&values, dates, request.window as usize, &trend_line, &remainders),
        season: season.unwrap_or_default(),
        sentence: format!(
            "{n} values with mean {}: the series {direction_name}, with {season_name}.",
            short(moments.mean.value())
        ),
    })
}

fn rows(
    values: &[Dd],
    dates: &[Date],
    window: usize,
    trend: &[Option<f64>],
    remainders: &[Option<f64>],
) -> Vec<SeriesRow> {
    let mut running = Dd::ZERO;
    let mut in_window = Dd::ZERO;
    let row = |(at, value): (usize, &Dd)| {
        running += *value;
        in_window += *value;
        if at >= window {
            in_window -= values[at - window];
        }
        let before = at.checked_sub(1).map(|at| values[at]);
        let change = before.map(|before| *value - before);
        SeriesRow {
            date: dates.get(at).copied(),
            value: value.value(),
            moving_average: (at + 1 >= window).then(|| (in_window / length(window)).value()),
            running_sum: running.value(),
            change: change.map(Dd::value),
            percent_change: change
                .zip(before.filter(|before| !before.is_zero()))
                .map(|(change, before)| (change / before).value()),
            trend: trend[at],
            remainder: remainders[at],
        }
    };
    values.iter().enumerate().map(row).collect()
}

/// Gaps longer than the most frequent step; months may be longer or shorter by three days.
fn date_gaps(dates: &[Date]) -> Vec<DateGap> {
    let steps: Vec<i64> = dates.windows(2).map(|pair| pair[1].days_since(pair[0])).collect();
    let mut sorted = steps.clone();
    sorted.sort_unstable();
    let usual = sorted.chunk_by(|a, b| a == b).max_by_key(|run| run.len()).map_or(0, |run| run[0]);
    let most = if usual >= 28 { usual + usual / 28 * 3 } else { usual };
    let gaps = dates.windows(2).zip(&steps).filter(|(_, step)| **step > most);
    gaps.map(|(pair, step)| DateGap { after: pair[0], before: pair[1], days: *step }).take(1000).collect()
}

/// Sen's slope and the p-value of Mann and Kendall's test, ties corrected for.
fn trend(values: &[Dd], call: &Call) -> Result<(Option<f64>, Option<f64>), Error> {
    // Of a long series, values that are evenly spread over it.
    let stride = values.len().div_ceil(MAX_PAIRS);
    let kept: Vec<Dd> = values.iter().copied().step_by(stride).collect();
    let n = length(kept.len());
    let mut slopes = Vec::with_capacity(kept.len() * kept.len() / 2);
    let mut score = 0.0;
    for (i, early) in kept.iter().enumerate() {
        still_wanted(call)?;
        for (step, late) in kept[i + 1..].iter().enumerate() {
            let change = (*late - *early).value();
            score += if change == 0.0 { 0.0 } else { change.signum() };
            slopes.push(Dd::of(change / length((step + 1) * stride)));
        }
    }
    if slopes.is_empty() {
        return Ok((None, None));
    }
    sort(&mut slopes);
    let slope = QuantileType::Type7.of(&slopes, 0.5).value();
    let mut sorted = kept;
    sort(&mut sorted);
    let ties: f64 =
        sorted.chunk_by(|a, b| a == b).map(|run| length(run.len())).map(|t| t * (t - 1.0) * (2.0 * t + 5.0)).sum();
    let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - ties) / 18.0;
    let z = (score.abs() - 1.0).max(0.0) / variance.sqrt();
    Ok((Some(slope), (n >= 4.0).then(|| if variance > 0.0 { (2.0 * normal_sf(z)).min(1.0) } else { 1.0 })))
}

fn autocorrelations(values: &[Dd], moments: &Moments, lags: usize, call: &Call) -> Result<Vec<f64>, Error> {
    if moments.squares.is_zero() {
        return Ok(Vec::new());
    }
    let centered: Vec<Dd> = values.iter().map(|value| *value - moments.mean).collect();
    let at = |lag: usize| {
        still_wanted(call)?;
        let products = centered.iter().zip(&centered[lag..]).map(|(a, b)| *a * *b);
        Ok((products.sum::<Dd>() / moments.squares).value())
    };
    (1..=lags.min(values.len().saturating_sub(1))).map(at).collect()
}

/// Wang, Smith and Hyndman's strength of a season (2006).
fn strength(remainders: &[Option<f64>], season: &[f64], period: usize) -> f64 {
    let variance = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / length(values.len());
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
    };
    let rest: Vec<f64> = remainders.iter().flatten().copied().collect();
    let with: Vec<f64> =
        remainders.iter().enumerate().filter_map(|(at, rest)| rest.map(|rest| rest + season[at % period])).collect();
    let whole = variance(&with);
    if whole > 0.0 { (1.0 - variance(&rest) / whole).max(0.0) } else { 0.0 }
}

/// Shifts of the level by binary segmentation: each split must save more than Schwarz' penalty.
fn level_shifts(values: &[f64], call: &Call) -> Result<Vec<LevelShift>, Error> {
    let n = values.len();
    // The spread of the noise, from the differences of neighbors, which a shift does not widen.
    let mut steps: Vec<Dd> = values.windows(2).map(|pair| Dd::of((pair[1] - pair[0]).abs())).collect();
    if n < 8 {
        return Ok(Vec::new());
    }
    sort(&mut steps);
    let median = QuantileType::Type7.of(&steps, 0.5).value();
    // The median of the absolute value of a normal difference is 0.6745 sqrt(2) of the spread.
    let spread = median / 0.9539;
    let noise = if spread > 0.0 { spread * spread } else { 1e-300 };
    let penalty = 3.0 * length(n).ln() * noise;
    let mut sums = vec![0.0];
    let mut squares = vec![0.0];
    for value in values {
        sums.push(sums[sums.len() - 1] + value - values[0]);
        squares.push(squares[squares.len() - 1] + (value - values[0]).powi(2));
    }
    let cost = |from: usize, to: usize| {
        let sum: f64 = sums[to] - sums[from];
        squares[to] - squares[from] - sum * sum / length(to - from)
    };
    let mut open = vec![(0, n)];
    let mut cuts = Vec::new();
    while let Some((from, to)) = open.pop() {
        still_wanted(call)?;
        if to - from < 6 || cuts.len() >= MAX_SHIFTS {
            continue;
        }
        let whole = cost(from, to);
        let split = (from + 3..=to - 3).map(|at| (at, whole - cost(from, at) - cost(at, to)));
        let Some((at, saved)) = split.max_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
        // What rounding leaves of equal numbers is no shift.
        if saved > penalty && saved > 1e-10 * squares[n] {
            cuts.push(at);
            open.push((from, at));
            open.push((at, to));
        }
    }
    cuts.sort_unstable();
    let ends: Vec<usize> = std::iter::once(0).chain(cuts.iter().copied()).chain(std::iter::once(n)).collect();
    let mean = |from: usize, to: usize| values[0] + (sums[to] - sums[from]) / length(to - from);
    Ok(ends
        .windows(3)
        .map(|ends| LevelShift { index: ends[1], before: mean(ends[0], ends[1]), after: mean(ends[1], ends[2]) })
        .collect())
}
