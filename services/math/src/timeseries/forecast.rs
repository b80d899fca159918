//! A series carried on.

use chassis::{Call, Cost, Numbers, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::models::{Forecast, ForecastMethod};
use super::{Gaps, filled, period};
use crate::cell::{self, ByComma as _, Cell, Record};
use crate::dd::Dd;
use crate::distribution::{Family, quantile};
use crate::error::{Error, conflict, still_wanted};
use crate::statistics::describe::{confidence, short};
use crate::statistics::quantiles::length;

const DESCRIPTION: &str = "\
Forecasts of a time series with prediction intervals. `auto` forecasts the last part of the series from the values \
before it, several times, with each method that fits the data, and chooses the one with the smallest errors; \
`candidates` gives the accuracy of the others. The season length is detected when `period` is omitted; 1 is no \
season. Intermittent series are forecast by Croston's method, never with a multiplicative season. Errors are scaled \
by those of the seasonal naive method (MASE): below 1 is better. Values are in time order and equally spaced.";

/// Values that are looked at, the last ones.
const MAX_VALUES: usize = 5000;
/// Times that the end of the series is forecast from what was before it.
const ORIGINS: usize = 8;

/// Values of a series.
const MAX_LENGTH: usize = 20_000;

/// A time series to forecast.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TimeseriesForecastRequest {
    /// Values of the series, in time order and equally spaced.
    #[serde(default, alias = "data")]
    #[garde(length(max = 20_000))]
    pub values: Vec<Cell>,
    /// Rows of a table in time order, each an object; an alternative to giving the values as lists.
    #[serde(default, alias = "records")]
    #[garde(length(max = 20_000))]
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
    /// Forecast horizon: number of values to forecast.
    #[serde(default = "year")]
    #[garde(range(min = 1, max = 1000))]
    pub horizon: u32,
    /// Season length in values: 12 for months, 7 for days of the week, 1 for no season; detected when omitted.
    #[serde(default)]
    #[garde(range(min = 1, max = 2000))]
    pub period: Option<u32>,
    /// Forecasting method.
    #[serde(default)]
    pub method: ForecastMethod,
    /// Treatment of missing values.
    #[serde(default)]
    pub gaps: Gaps,
    /// Whether negative forecasts are set to 0, as for counts and sales.
    #[serde(default)]
    pub non_negative: bool,
    /// Confidence level of the intervals, as a fraction such as 0.95.
    #[serde(default = "confidence")]
    #[garde(range(min = 0.5, max = 0.999))]
    pub confidence: f64,
}

fn year() -> u32 {
    12
}

/// Forecasts of a time series.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeseriesForecastResponse {
    /// Forecasting method used.
    pub method: ForecastMethod,
    /// Season length in values; 1 for no season.
    pub period: usize,
    /// Number of values, with the missing ones filled.
    pub count: usize,
    /// Forecasts, in time order.
    pub rows: Vec<ForecastRow>,
    /// Mean absolute scaled error (MASE) on the holdout at the end of the series: below 1 is better than the seasonal
    /// naive method; null when the series is too short.
    pub mase: Option<f64>,
    /// Accuracy of each method on the holdout at the end of the series, the best first.
    pub candidates: Vec<Candidate>,
    /// Confidence level of the intervals, as a fraction.
    pub confidence: f64,
    /// Result in words.
    pub sentence: String,
}

/// One forecast.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForecastRow {
    /// Step of the forecast, from 1.
    pub step: usize,
    /// Forecast value.
    pub value: f64,
    /// Lower bound of the prediction interval.
    pub low: f64,
    /// Upper bound of the prediction interval.
    pub high: f64,
}

/// Accuracy of one forecasting method.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Forecasting method used.
    pub method: ForecastMethod,
    /// Mean absolute scaled error (MASE); null for a constant series.
    pub mase: Option<f64>,
    /// Symmetric mean absolute percentage error (sMAPE), in percent; null when values and forecasts are all 0.
    pub smape: Option<f64>,
}

fn example() -> TimeseriesForecastRequest {
    let values = [
        112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133,
        114, 140,
    ];
    TimeseriesForecastRequest {
        values: values.map(|value| Cell::from(f64::from(value))).to_vec(),
        rows: Vec::new(),
        column: None,
        file: None,
        decimal_comma: false,
        horizon: 6,
        period: Some(12),
        method: ForecastMethod::Auto,
        gaps: Gaps::Error,
        non_negative: false,
        confidence: 0.95,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Forecast a time series").description(DESCRIPTION).example(example).cost(Cost::Heavy)
}

/// Carries a series on.
///
/// # Errors
/// When the series is empty, has gaps, or is too short for the method.
pub fn forecast(mut request: TimeseriesForecastRequest, call: &Call) -> Result<TimeseriesForecastResponse, Error> {
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
        call.warn(
            "filled",
            Some(&field),
            format!("{missing} missing values were filled ({:?})", request.gaps).to_lowercase(),
        );
    }
    let mut values: Vec<f64> = values.into_iter().map(Dd::value).collect();
    if values.len() > MAX_VALUES {
        call.warn("shortened", Some(&field), format!("only the last {MAX_VALUES} values are looked at"));
        values.drain(..values.len() - MAX_VALUES);
    }
    let horizon = request.horizon as usize;
    let period = request.period.map_or_else(|| period::detect(&values), |period| period as usize);
    let n = values.len();
    if request.method != ForecastMethod::Auto {
        check(request.method, &values, period)?;
    }
    let (method, candidates) = if request.method == ForecastMethod::Auto {
        choose(&values, period, horizon, call)?
    } else {
        let tried = judge(request.method, &values, period, horizon, call)?;
        (request.method, tried.map(|tried| tried.candidate).into_iter().collect())
    };
    if n == 1 {
        call.warn(
            "one-value",
            Some(&field),
            "one value says nothing of the future: it is repeated, without an interval",
        );
    } else if n < 8 {
        call.warn("short-series", Some(&field), format!("{n} values say little of the future"));
    }
    if values.iter().all(|value| *value == values[0]) && n > 1 {
        call.warn("constant", Some(&field), "the series is constant, so its intervals have no width");
    }
    let made = method.forecast(&values, period, horizon);
    let inflation = judge(method, &values, period, horizon, call)?.map_or(1.0, |tried| tried.inflation);
    let rows = rows(&made, inflation, &values, &request.method, request.confidence, request.non_negative);
    let mase = candidates
        .iter()
        .find(|candidate: &&Candidate| candidate.method == method)
        .and_then(|candidate| candidate.mase);
    let season = if period > 1 { format!("a season of {period}") } else { "no season".to_owned() };
    Ok(TimeseriesForecastResponse {
        sentence: format!("{} with {season}: the next value is about {}.", method.name(), short(rows[0].value)),
        method,
        period,
        count: n,
        rows,
        mase,
        candidates,
        confidence: request.confidence,
    })
}

/// Refuses a method that the series is too short for, or cannot be met by.
fn check(method: ForecastMethod, values: &[f64], period: usize) -> Result<(), Error> {
    if method.is_seasonal() && period < 2 {
        return Err(conflict(
            "period",
            format!("is needed for {}: send the number of values of a season", method.name()),
        ));
    }
    let needs = method.needs(period);
    if values.len() < needs {
        let why = if method.is_seasonal() && needs > period { ", two full periods" } else { "" };
        let message = format!("has {} values, and {} needs {needs}{why}", values.len(), method.name());
        return Err(conflict("values", message));
    }
    if method == ForecastMethod::HoltWintersMultiplicative && values.iter().any(|value| *value <= 0.0) {
        return Err(conflict("values", "must be above 0 for a multiplied season: use holt-winters-additive"));
    }
    if method == ForecastMethod::Croston && values.iter().any(|value| *value < 0.0) {
        return Err(conflict("values", "must not be below 0 for croston"));
    }
    Ok(())
}

/// A method, tried on the end of the series.
struct Tried {
    candidate: Candidate,
    /// How much larger errors were than the method expected.
    inflation: f64,
}

/// Methods that fit a series.
fn methods(values: &[f64], period: usize) -> Vec<ForecastMethod> {
    use ForecastMethod as Method;
    let zeros = values.iter().filter(|value| **value == 0.0).count();
    let intermittent = zeros * 10 >= values.len() * 3 && values.iter().all(|value| *value >= 0.0);
    let all = if intermittent {
        vec![Method::Mean, Method::Ses, Method::Croston]
    } else {
        vec![
            Method::Mean,
            Method::Naive,
            Method::SeasonalNaive,
            Method::Drift,
            Method::Ses,
            Method::Holt,
            Method::HoltDamped,
            Method::HoltWintersAdditive,
            Method::HoltWintersMultiplicative,
            Method::Theta,
        ]
    };
    all.into_iter().filter(|method| check(*method, values, period).is_ok()).collect()
}

fn choose(
    values: &[f64],
    period: usize,
    horizon: usize,
    call: &Call,
) -> Result<(ForecastMethod, Vec<Candidate>), Error> {
    let mut candidates = Vec::new();
    for method in methods(values, period) {
        if let Some(tried) = judge(method, values, period, horizon, call)? {
            candidates.push(tried.candidate);
        }
    }
    // A series that repeats exactly has no scale: there the percentage says which repeats it.
    let errors = |candidate: &Candidate| (candidate.mase.unwrap_or(0.0), candidate.smape.unwrap_or(0.0));
    candidates.sort_by(|a, b| {
        let (a, b) = (errors(a), errors(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    // Too short to be tried on its own end.
    let otherwise = if values.len() > period && check(ForecastMethod::SeasonalNaive, values, period).is_ok() {
        ForecastMethod::SeasonalNaive
    } else if values.len() > 3 {
        ForecastMethod::Ses
    } else {
        ForecastMethod::Naive
    };
    let best = candidates.first().map_or(otherwise, |candidate| candidate.method);
    Ok((best, candidates))
}

/// Forecasts the end of the series from what was before it; nothing when it is too short.
fn judge(
    method: ForecastMethod,
    values: &[f64],
    period: usize,
    horizon: usize,
    call: &Call,
) -> Result<Option<Tried>, Error> {
    let n = values.len();
    // As far as is asked, but from no less than two thirds of the series.
    let ahead = horizon.min(n / 6).max(1);
    let least = method.needs(period).max(if period > 1 { 2 * period } else { 3 }).max(n / 2);
    let room = n.saturating_sub(least + ahead);
    if n < least + ahead {
        return Ok(None);
    }
    let origins = ORIGINS.min(room + 1);
    let lag = if period > 1 && n > period { period } else { 1 };
    let steps: f64 = values.iter().zip(&values[lag..]).map(|(before, value)| (value - before).abs()).sum();
    let unit = steps / length(n - lag);
    let (mut errors, mut percent, mut scaled, mut count) = (0.0, 0.0, 0.0, 0.0);
    for origin in 0..origins {
        still_wanted(call)?;
        let end = n - ahead - if origins > 1 { room * origin / (origins - 1) } else { 0 };
        let made = method.forecast(&values[..end], period, ahead);
        for (step, (value, deviation)) in made.values.iter().zip(&made.deviations).enumerate() {
            let actual = values[end + step];
            let error = (actual - value).abs();
            errors += error;
            let size = actual.abs() + value.abs();
            percent += if size > 0.0 { 200.0 * error / size } else { 0.0 };
            scaled += if *deviation > 0.0 { (error / deviation).min(10.0).powi(2) } else { 1.0 };
            count += 1.0;
        }
    }
    let mase = Some(errors / count / unit).filter(|mase| mase.is_finite());
    let inflation = (scaled / count).sqrt().clamp(1.0, 3.0);
    let candidate = Candidate { method, mase, smape: Some(percent / count).filter(|percent| percent.is_finite()) };
    Ok(Some(Tried { candidate, inflation }))
}

fn rows(
    made: &Forecast,
    inflation: f64,
    values: &[f64],
    asked: &ForecastMethod,
    level: f64,
    non_negative: bool,
) -> Vec<ForecastRow> {
    let tail = (1.0 - level) / 2.0;
    let reach = if values.len() > 2 {
        quantile(Family::StudentT { df: length(values.len() - 1) }, 1.0 - tail, tail)
    } else {
        -crate::special::normal::normal_quantile(tail)
    };
    // What no method should say, chosen by itself: a multiple of all that was ever seen.
    let (least, most) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    let room = (most - least).max(most.abs()).max(least.abs()) * 10.0;
    let sane = |value: f64| match asked {
        ForecastMethod::Auto => value.clamp(least - room, most + room),
        _ => value,
    };
    let floor = |value: f64| if non_negative { value.max(0.0) } else { value };
    let row = |(step, (value, deviation)): (usize, (&f64, &f64))| {
        let around = reach * deviation * inflation;
        let value = floor(sane(*value));
        ForecastRow { step: step + 1, value, low: floor(value - around), high: floor(value + around) }
    };
    made.values.iter().zip(&made.deviations).enumerate().map(row).collect()
}
