//! The methods of forecasting, each from a series to forecasts with the spread of their errors.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::smoothing::{Kind, Season, Trend};
use crate::statistics::quantiles::length;

/// Forecasting method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ForecastMethod {
    /// Method with the smallest errors when the last part of the series is forecast from the values before it.
    #[default]
    Auto,
    /// Mean of all values.
    Mean,
    /// Naive: the last value.
    Naive,
    /// Seasonal naive: the value one season before.
    SeasonalNaive,
    /// Drift: extrapolation of the line from the first to the last value.
    Drift,
    /// Simple exponential smoothing.
    #[serde(alias = "simple-exponential-smoothing")]
    Ses,
    /// Holt's linear method: exponential smoothing with a trend.
    Holt,
    /// Holt's method with a damped trend.
    #[serde(alias = "damped-trend")]
    HoltDamped,
    /// Holt-Winters with additive season.
    HoltWintersAdditive,
    /// Holt-Winters with multiplicative season, for positive values.
    #[serde(alias = "holt-winters")]
    HoltWintersMultiplicative,
    /// Theta method (Assimakopoulos and Nikolopoulos), after seasonal adjustment.
    Theta,
    /// Croston's method with the Syntetos-Boylan correction, for intermittent series that are mostly 0.
    Croston,
}

/// Forecasts with the standard deviation of their errors.
pub(super) struct Forecast {
    pub(super) values: Vec<f64>,
    pub(super) deviations: Vec<f64>,
}

impl ForecastMethod {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Mean => "mean",
            Self::Naive => "naive",
            Self::SeasonalNaive => "seasonal-naive",
            Self::Drift => "drift",
            Self::Ses => "ses",
            Self::Holt => "holt",
            Self::HoltDamped => "holt-damped",
            Self::HoltWintersAdditive => "holt-winters-additive",
            Self::HoltWintersMultiplicative => "holt-winters-multiplicative",
            Self::Theta => "theta",
            Self::Croston => "croston",
        }
    }

    pub(super) const fn is_seasonal(self) -> bool {
        matches!(self, Self::SeasonalNaive | Self::HoltWintersAdditive | Self::HoltWintersMultiplicative)
    }

    /// Values it needs.
    pub(super) const fn needs(self, period: usize) -> usize {
        match self {
            Self::SeasonalNaive => period,
            Self::HoltWintersAdditive | Self::HoltWintersMultiplicative => 2 * period,
            Self::Holt | Self::Drift | Self::Theta => 3,
            Self::HoltDamped => 4,
            _ => 1,
        }
    }

    const fn smoothing(self) -> Option<Kind> {
        let (trend, season) = match self {
            Self::Ses => (Trend::None, Season::None),
            Self::Holt => (Trend::Linear, Season::None),
            Self::HoltDamped => (Trend::Damped, Season::None),
            Self::HoltWintersAdditive => (Trend::Linear, Season::Additive),
            Self::HoltWintersMultiplicative => (Trend::Linear, Season::Multiplicative),
            _ => return None,
        };
        Some(Kind { trend, season })
    }

    /// Forecasts a series that is as long as the method needs.
    pub(super) fn forecast(self, values: &[f64], period: usize, horizon: usize) -> Forecast {
        let n = values.len();
        let last = values[n - 1];
        let steps = || (1..=horizon).map(length);
        if let Some(kind) = self.smoothing() {
            let smoothed = kind.fit(values, period);
            // The first errors are of a state that was guessed.
            let skip = if n > 4 * period.max(2) { period.max(2) } else { 0 };
            let sigma = deviation(&smoothed.errors[skip..], smoothed.parameters());
            let (values, variances): (Vec<f64>, Vec<f64>) = smoothed.forecast(n, horizon).into_iter().unzip();
            return Forecast {
                values,
                deviations: variances.into_iter().map(|variance| sigma * variance.sqrt()).collect(),
            };
        }
        match self {
            Self::Theta => theta(values, period, horizon),
            Self::Croston => croston(values, horizon),
            Self::Mean => {
                let mean = values.iter().sum::<f64>() / length(n);
                let errors: Vec<f64> = values.iter().map(|value| value - mean).collect();
                let sigma = deviation(&errors, 1) * (1.0 + 1.0 / length(n)).sqrt();
                Forecast { values: vec![mean; horizon], deviations: vec![sigma; horizon] }
            }
            Self::SeasonalNaive => {
                let errors: Vec<f64> =
                    values.iter().zip(&values[period..]).map(|(before, value)| value - before).collect();
                let sigma = deviation(&errors, 0);
                let seasons = |step: usize| length((step - 1) / period + 1);
                Forecast {
                    values: (0..horizon).map(|step| values[n - period + step % period]).collect(),
                    deviations: (1..=horizon).map(|step| sigma * seasons(step).sqrt()).collect(),
                }
            }
            Self::Drift => {
                let slope = (last - values[0]) / length(n - 1);
                let errors: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0] - slope).collect();
                let sigma = deviation(&errors, 1);
                Forecast {
                    values: steps().map(|step| last + slope * step).collect(),
                    deviations: steps().map(|step| sigma * (step * (1.0 + step / length(n - 1))).sqrt()).collect(),
                }
            }
            _ => {
                let errors: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
                let sigma = deviation(&errors, 0);
                Forecast { values: vec![last; horizon], deviations: steps().map(|step| sigma * step.sqrt()).collect() }
            }
        }
    }
}

/// The standard deviation of errors around zero.
fn deviation(errors: &[f64], parameters: usize) -> f64 {
    if errors.is_empty() {
        return 0.0;
    }
    let free = errors.len().saturating_sub(parameters).max(1);
    (errors.iter().map(|error| error * error).sum::<f64>() / length(free)).sqrt()
}

/// Seasonal factors around a moving average: what is added, or nothing when there are not two periods.
pub(super) fn seasonal_parts(values: &[f64], period: usize) -> Option<Vec<f64>> {
    let n = values.len();
    if period < 2 || n < 2 * period {
        return None;
    }
    let trend = centered_average(values, period);
    let mut sums = vec![(0.0, 0.0); period];
    for (at, trend) in trend.iter().enumerate() {
        if let Some(trend) = trend {
            sums[at % period].0 += values[at] - trend;
            sums[at % period].1 += 1.0;
        }
    }
    let parts: Vec<f64> = sums.iter().map(|(sum, count)| if *count > 0.0 { sum / count } else { 0.0 }).collect();
    let mean = parts.iter().sum::<f64>() / length(period);
    Some(parts.into_iter().map(|part| part - mean).collect())
}

/// The centered moving average over a period; an even one takes half of both ends.
pub(super) fn centered_average(values: &[f64], period: usize) -> Vec<Option<f64>> {
    let half = period / 2;
    let average = |at: usize| {
        let (from, to) = (at.checked_sub(half)?, at + half);
        let window = values.get(from..=to)?;
        let sum: f64 = window.iter().sum();
        let ends = if period.is_multiple_of(2) { f64::midpoint(window[0], window[window.len() - 1]) } else { 0.0 };
        Some((sum - ends) / length(period))
    };
    (0..values.len()).map(average).collect()
}

/// Theta: simple smoothing with half the slope of the line through all values (Hyndman and Billah, 2003).
fn theta(values: &[f64], period: usize, horizon: usize) -> Forecast {
    let n = values.len();
    let season = seasonal_parts(values, period);
    let part = |at: usize| season.as_ref().map_or(0.0, |season| season[at % period]);
    let plain: Vec<f64> = values.iter().enumerate().map(|(at, value)| value - part(at)).collect();
    let smoothed = Kind { trend: Trend::None, season: Season::None }.fit(&plain, 1);
    let center = (length(n) - 1.0) / 2.0;
    let mean = plain.iter().sum::<f64>() / length(n);
    let slope = plain.iter().enumerate().map(|(at, value)| (length(at) - center) * (value - mean)).sum::<f64>()
        / (0..n).map(|at| (length(at) - center).powi(2)).sum::<f64>();
    let sigma = deviation(&smoothed.errors, 2);
    let mut forecast = Forecast { values: Vec::with_capacity(horizon), deviations: Vec::with_capacity(horizon) };
    for (step, (level, variance)) in smoothed.forecast(n, horizon).into_iter().enumerate() {
        forecast.values.push(level + slope / 2.0 * length(step + 1) + part(n + step));
        forecast.deviations.push(sigma * variance.sqrt());
    }
    forecast
}

/// Croston's method: the size of what comes over the time between, each smoothed; a twentieth less as Syntetos and Boylan say.
fn croston(values: &[f64], horizon: usize) -> Forecast {
    const WEIGHT: f64 = 0.1;
    let (mut size, mut wait, mut since): (Option<f64>, f64, f64) = (None, 1.0, 1.0);
    let mut errors = Vec::with_capacity(values.len());
    for value in values {
        let forecast = size.map_or(0.0, |size| size / wait * (1.0 - WEIGHT / 2.0));
        errors.push(value - forecast);
        if *value == 0.0 {
            since += 1.0;
            continue;
        }
        (size, wait) = match size {
            None => (Some(*value), since),
            Some(size) => (Some(size + WEIGHT * (value - size)), wait + WEIGHT * (since - wait)),
        };
        since = 1.0;
    }
    let value = size.map_or(0.0, |size| size / wait * (1.0 - WEIGHT / 2.0));
    let sigma = deviation(&errors, 1);
    Forecast { values: vec![value; horizon], deviations: vec![sigma; horizon] }
}
