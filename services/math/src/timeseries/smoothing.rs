//! Exponential smoothing: one recursion for all its kinds (Hyndman et al., Forecasting with Exponential Smoothing, 2008),
//! its weights found by Nelder and Mead's simplex.

use crate::statistics::quantiles::length;

/// The kind of smoothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) trend: Trend,
    pub(super) season: Season,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trend {
    None,
    Linear,
    Damped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Season {
    None,
    Additive,
    Multiplicative,
}

/// A series smoothed up to its end.
#[derive(Debug, Clone)]
pub(super) struct Smoothed {
    kind: Kind,
    weights: Weights,
    level: f64,
    slope: f64,
    season: Vec<f64>,
    /// Errors of the forecasts one step ahead.
    pub(super) errors: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Weights {
    alpha: f64,
    beta: f64,
    gamma: f64,
    phi: f64,
}

impl Kind {
    fn parameters(self) -> usize {
        1 + match self.trend {
            Trend::None => 0,
            Trend::Linear => 1,
            Trend::Damped => 2,
        } + usize::from(self.season != Season::None)
    }

    /// From the simplex' free numbers to weights between their bounds.
    fn weights(self, free: &[f64]) -> Weights {
        let between = |value: f64, low: f64, high: f64| low + (high - low) / (1.0 + (-value).exp());
        let alpha = between(free[0], 1e-4, 0.9999);
        let mut rest = free[1..].iter();
        let mut next = |low: f64, high: f64| rest.next().map_or(low, |value| between(*value, low, high));
        let beta = if self.trend == Trend::None { 0.0 } else { next(1e-4, 1.0) * alpha };
        let phi = match self.trend {
            Trend::Damped => next(0.8, 0.98),
            _ => 1.0,
        };
        let gamma = if self.season == Season::None { 0.0 } else { next(1e-4, 0.9999) * (1.0 - alpha) };
        Weights { alpha, beta, gamma, phi }
    }

    /// Where smoothing starts: level, slope and season of the first periods.
    fn start(self, values: &[f64], period: usize) -> (f64, f64, Vec<f64>) {
        if self.season == Season::None {
            let head = &values[..values.len().min(10)];
            if self.trend == Trend::None {
                return (head.iter().sum::<f64>() / length(head.len()), 0.0, Vec::new());
            }
            // The line through the first values.
            let n = length(head.len());
            let (center, mean) = ((n - 1.0) / 2.0, head.iter().sum::<f64>() / n);
            let spread: f64 = (0..head.len()).map(|at| (length(at) - center).powi(2)).sum();
            let slope = head.iter().enumerate().map(|(at, value)| (length(at) - center) * (value - mean)).sum::<f64>();
            let slope = if spread > 0.0 { slope / spread } else { 0.0 };
            return (mean - slope * (center + 1.0), slope, Vec::new());
        }
        let mean = |from: usize| values[from..from + period].iter().sum::<f64>() / length(period);
        let cycles = values.len() / period;
        let (first, last) = (mean(0), mean((cycles - 1) * period));
        let slope =
            if self.trend == Trend::None || cycles < 2 { 0.0 } else { (last - first) / length((cycles - 1) * period) };
        let level = first - slope * (length(period) + 1.0) / 2.0;
        let mut season = vec![0.0; period];
        let used = cycles.min(4);
        for cycle in 0..used {
            let center = mean(cycle * period);
            for (at, place) in season.iter_mut().enumerate() {
                let trend = center + slope * (length(at) - (length(period) - 1.0) / 2.0);
                let value = values[cycle * period + at];
                *place += if self.season == Season::Additive { value - trend } else { value / trend } / length(used);
            }
        }
        let average = season.iter().sum::<f64>() / length(period);
        season
            .iter_mut()
            .for_each(|value| if self.season == Season::Additive { *value -= average } else { *value /= average });
        (level, slope, season)
    }

    fn run(self, values: &[f64], period: usize, weights: Weights, keep: bool) -> Smoothed {
        let (mut level, mut slope, mut season) = self.start(values, period);
        let Weights { alpha, beta, gamma, phi } = weights;
        let mut errors = Vec::with_capacity(if keep { values.len() } else { 1 });
        let mut squares = 0.0;
        for (at, value) in values.iter().enumerate() {
            let base = level + phi * slope;
            let place = if season.is_empty() { 0 } else { at % period };
            let seasonal = season.get(place).copied().unwrap_or(0.0);
            let forecast = match self.season {
                Season::None => base,
                Season::Additive => base + seasonal,
                Season::Multiplicative => base * seasonal,
            };
            let error = value - forecast;
            squares += error * error;
            if keep {
                errors.push(error);
            }
            let scaled = if self.season == Season::Multiplicative { error / nonzero(seasonal) } else { error };
            level = base + alpha * scaled;
            slope = phi * slope + beta * scaled;
            match self.season {
                Season::None => {}
                Season::Additive => season[place] += gamma * error,
                Season::Multiplicative => season[place] += gamma * error / nonzero(base),
            }
        }
        if !keep {
            errors.push(squares);
        }
        Smoothed { kind: self, weights, level, slope, season, errors }
    }

    /// Smooths a series with the weights that fit it best; a seasonal one needs two periods.
    pub(super) fn fit(self, values: &[f64], period: usize) -> Smoothed {
        let error = |free: &[f64]| {
            let squares = self.run(values, period, self.weights(free), false).errors[0];
            if squares.is_finite() { squares } else { f64::MAX }
        };
        // As much as most series want, and little of everything.
        let starts = [[-0.8, -2.0, 1.0, -2.0], [1.5, -1.0, 1.0, -1.0]];
        let start = |start: [f64; 4]| {
            let mut free = vec![start[0]];
            if self.trend != Trend::None {
                free.push(start[1]);
            }
            if self.trend == Trend::Damped {
                free.push(start[2]);
            }
            if self.season != Season::None {
                free.push(start[3]);
            }
            nelder_mead(&free, &error, 120)
        };
        let best = starts.map(start).into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let free = best.map_or_else(|| vec![0.0; self.parameters()], |best| best.0);
        self.run(values, period, self.weights(&free), true)
    }
}

/// Keeps a divisor away from zero.
fn nonzero(value: f64) -> f64 {
    if value.abs() < 1e-12 { 1e-12_f64.copysign(value) } else { value }
}

impl Smoothed {
    /// The forecast of each step, and the variance of its error in units of that of one step.
    pub(super) fn forecast(&self, done: usize, horizon: usize) -> Vec<(f64, f64)> {
        let Weights { alpha, beta, gamma, phi } = self.weights;
        let period = self.season.len();
        let (mut damp, mut sum, mut variance) = (phi, phi, 1.0);
        let mut forecasts = Vec::with_capacity(horizon);
        for step in 1..=horizon {
            let base = self.level + sum * self.slope;
            let place = if period == 0 { 0 } else { (done + step - 1) % period };
            let value = match self.kind.season {
                Season::None => base,
                Season::Additive => base + self.season[place],
                Season::Multiplicative => base * self.season[place],
            };
            forecasts.push((value, variance));
            // The weight that the error of one step has in a forecast so far ahead.
            let seasonal = if period > 0 && step % period == 0 { gamma } else { 0.0 };
            let weight =
                alpha + beta * if self.kind.trend == Trend::None { 0.0 } else { sum / phi.max(1e-9) } + seasonal;
            variance += weight * weight;
            damp *= phi;
            sum += damp;
        }
        forecasts
    }

    pub(super) fn parameters(&self) -> usize {
        self.kind.parameters()
    }
}

/// Nelder and Mead's simplex: the best place, and its value.
pub(super) fn nelder_mead(start: &[f64], function: &impl Fn(&[f64]) -> f64, steps: usize) -> (Vec<f64>, f64) {
    let n = start.len();
    let mut simplex: Vec<(Vec<f64>, f64)> = (0..=n)
        .map(|index| {
            let mut place = start.to_vec();
            if index > 0 {
                place[index - 1] += if place[index - 1] == 0.0 { 0.5 } else { 0.5 * place[index - 1].abs().max(1.0) };
            }
            let value = function(&place);
            (place, value)
        })
        .collect();
    for _ in 0..steps {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        if (simplex[n].1 - simplex[0].1).abs() <= 1e-10 * (simplex[0].1.abs() + 1e-30) {
            break;
        }
        let center: Vec<f64> =
            (0..n).map(|i| simplex[..n].iter().map(|(place, _)| place[i]).sum::<f64>() / length(n)).collect();
        let along = |factor: f64| -> (Vec<f64>, f64) {
            let place: Vec<f64> = center.iter().zip(&simplex[n].0).map(|(c, worst)| c + factor * (worst - c)).collect();
            let value = function(&place);
            (place, value)
        };
        let reflected = along(-1.0);
        if reflected.1 < simplex[0].1 {
            let expanded = along(-2.0);
            simplex[n] = if expanded.1 < reflected.1 { expanded } else { reflected };
        } else if reflected.1 < simplex[n - 1].1 {
            simplex[n] = reflected;
        } else {
            let contracted = if reflected.1 < simplex[n].1 { along(-0.5) } else { along(0.5) };
            if contracted.1 < simplex[n].1.min(reflected.1) {
                simplex[n] = contracted;
            } else {
                let best = simplex[0].0.clone();
                for (place, value) in simplex.iter_mut().skip(1) {
                    place.iter_mut().zip(&best).for_each(|(x, best)| *x = f64::midpoint(*x, *best));
                    *value = function(place);
                }
            }
        }
    }
    simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
    simplex.swap_remove(0)
}
