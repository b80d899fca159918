//! The length of a season, from the autocorrelation of a series without its trend.

use crate::statistics::quantiles::length;

/// Longest season that is looked for.
const LONGEST: usize = 370;

/// Autocorrelations of a series up to a lag; the first is 1.
pub(super) fn autocorrelations(values: &[f64], lags: usize) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / length(values.len());
    let centered: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let total: f64 = centered.iter().map(|value| value * value).sum();
    let at = |lag: usize| {
        let products = centered.iter().zip(&centered[lag..]).map(|(a, b)| a * b);
        if total > 0.0 { products.sum::<f64>() / total } else { 0.0 }
    };
    (0..=lags.min(values.len().saturating_sub(1))).map(at).collect()
}

/// The season of a series; 1 for none.
pub(super) fn detect(values: &[f64]) -> usize {
    let n = values.len();
    // Three seasons at least, so that the third confirms what two could be by chance.
    let longest = (n / 3).min(LONGEST);
    if longest < 2 {
        return 1;
    }
    // A straight line would correlate at every lag.
    let center = (length(n) - 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / length(n);
    let along = values.iter().enumerate();
    let slope = along.clone().map(|(at, value)| (length(at) - center) * (value - mean)).sum::<f64>()
        / (0..n).map(|at| (length(at) - center).powi(2)).sum::<f64>();
    let flat: Vec<f64> = along.map(|(at, value)| value - mean - slope * (length(at) - center)).collect();
    let found = autocorrelations(&flat, longest + 1);
    let least = (2.6 / length(n).sqrt()).max(0.3);
    let peak = |lag: usize| {
        let near = found.get(lag + 1).copied().unwrap_or(-1.0);
        // At lag 2 the neighbor before is the common drift of lag 1.
        found[lag] > least && found[lag] >= near && found[lag] > found[lag - 1]
    };
    let peaks: Vec<usize> = (2..=longest).filter(|lag| peak(*lag)).collect();
    let Some(best) = peaks.iter().copied().max_by(|a, b| found[*a].total_cmp(&found[*b])) else { return 1 };
    // The shortest that is nearly as strong: a multiple of a season is one too.
    peaks.into_iter().find(|lag| found[*lag] > 0.85 * found[best] && best % lag == 0).unwrap_or(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(n: usize, period: f64, slope: f64) -> Vec<f64> {
        (0..n).map(|at| slope * length(at) + 10.0 * (2.0 * std::f64::consts::PI * length(at) / period).sin()).collect()
    }

    #[test]
    fn seasons_are_found() {
        assert_eq!(detect(&wave(60, 12.0, 0.0)), 12);
        assert_eq!(detect(&wave(60, 7.0, 2.0)), 7);
        assert_eq!(detect(&wave(40, 4.0, -3.0)), 4);
        assert_eq!(detect(&(0..50).map(|at| f64::from(at) * 1.5).collect::<Vec<_>>()), 1);
        assert_eq!(detect(&[5.0; 30]), 1);
        assert_eq!(detect(&[1.0, 2.0]), 1);
    }
}
