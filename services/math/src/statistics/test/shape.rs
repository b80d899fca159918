//! Shapiro-Wilk and Kolmogorov-Smirnov.

use chassis::Call;

use super::means::group;
use super::{StatisticsTestRequest, StatisticsTestResponse};
use crate::dd::Dd;
use crate::distribution::Family;
use crate::error::{Error, conflict, still_wanted};
use crate::special::gamma::ln_gamma;
use crate::special::normal::{normal_quantile, normal_sf};
use crate::statistics::describe::{Moments, short, sort};
use crate::statistics::quantiles::length;

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// Shapiro and Wilk's W by Royston's algorithm AS R94 (Applied Statistics 44, 1995).
pub(super) fn shapiro_wilk(request: &StatisticsTestRequest) -> Result<StatisticsTestResponse, Error> {
    let sample = request.one(3)?;
    if sample.values.len() > 5000 {
        return Err(conflict("x", "must have at most 5000 numbers: the test is calibrated for no more"));
    }
    let mut sorted = sample.values.clone();
    sort(&mut sorted);
    let n = sorted.len();
    let count = length(n);
    let squares = Moments::of(&sorted).squares;
    if squares.is_zero() {
        return Err(conflict("x", "has only equal numbers: nothing can be said about their distribution"));
    }
    let half = n / 2;
    let scores: Vec<f64> = (1..=half).map(|place| -normal_quantile((length(place) - 0.375) / (count + 0.25))).collect();
    let mut weights = vec![std::f64::consts::FRAC_1_SQRT_2; half];
    if n > 3 {
        let total = 2.0 * scores.iter().map(|score| score * score).sum::<f64>();
        let root = 1.0 / count.sqrt();
        let first = polynomial(&[0.0, 0.221_157, -0.147_981, -2.071_19, 4.434_685, -2.706_056], root)
            + scores[0] / total.sqrt();
        let (from, scale) = if n > 5 {
            let second = polynomial(&[0.0, 0.042_981, -0.293_762, -1.752_461, 5.682_633, -3.582_633], root)
                + scores[1] / total.sqrt();
            weights[1] = second;
            let rest = total - 2.0 * scores[0].powi(2) - 2.0 * scores[1].powi(2);
            (2, (rest / (1.0 - 2.0 * first * first - 2.0 * second * second)).sqrt())
        } else {
            (1, ((total - 2.0 * scores[0].powi(2)) / (1.0 - 2.0 * first * first)).sqrt())
        };
        weights[0] = first;
        for (weight, score) in weights.iter_mut().zip(&scores).skip(from) {
            *weight = score / scale;
        }
    }
    let line: Dd =
        weights.iter().enumerate().map(|(place, weight)| (sorted[n - 1 - place] - sorted[place]) * *weight).sum();
    let rest = Dd::ONE - line.square() / squares;
    let w = (1.0 - rest.value()).min(1.0);
    let p = if n == 3 {
        (6.0 / std::f64::consts::PI * (w.sqrt().asin() - 0.75_f64.sqrt().asin())).clamp(0.0, 1.0)
    } else {
        let y = rest.value().max(1e-300).ln();
        if n <= 11 {
            let gamma = polynomial(&[-2.273, 0.459], count);
            if y >= gamma {
                1e-99
            } else {
                let mean = polynomial(&[0.544, -0.399_78, 0.025_054, -6.714e-4], count);
                let spread = polynomial(&[1.3822, -0.778_57, 0.062_767, -0.002_032_2], count).exp();
                normal_sf((-(gamma - y).ln() - mean) / spread)
            }
        } else {
            let log = count.ln();
            let mean = polynomial(&[-1.5861, -0.310_82, -0.083_751, 0.003_891_5], log);
            let spread = polynomial(&[-0.4803, -0.082_676, 0.003_030_2], log).exp();
            normal_sf((y - mean) / spread)
        }
    };
    Ok(StatisticsTestResponse {
        method: "Shapiro-Wilk test of normality (Royston 1995)".to_owned(),
        statistic: Some(w),
        statistic_name: "W",
        p_value: Some(p),
        groups: vec![group(&sample)],
        sentence: format!("{n} numbers, W = {} (1 for perfectly normal ones).", short(w)),
        ..StatisticsTestResponse::default()
    })
}

/// One sample against a given normal distribution, or two against each other.
pub(super) fn kolmogorov_smirnov(
    request: &StatisticsTestRequest,
    call: &Call,
) -> Result<StatisticsTestResponse, Error> {
    let samples = request.samples()?;
    if samples.len() == 2 { two_samples(request, call) } else { one_sample(request, call) }
}

fn one_sample(request: &StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    let sample = request.one(1)?;
    let (Some(mean), Some(sd)) = (request.normal_mean, request.normal_standard_deviation) else {
        let message =
            "and normalStandardDeviation are needed, known beforehand: for those of the sample itself use shapiro-wilk";
        return Err(conflict("normalMean", message));
    };
    if sd <= 0.0 {
        return Err(conflict("normalStandardDeviation", "must be above 0"));
    }
    let mut sorted = sample.values.clone();
    sort(&mut sorted);
    let n = length(sorted.len());
    let family = Family::Normal { mean, sd };
    let mut distance = 0.0_f64;
    for (index, value) in sorted.iter().enumerate() {
        let (cdf, _) = family.cdf_sf(value.value());
        distance = distance.max(cdf - length(index) / n).max(length(index + 1) / n - cdf);
    }
    let (p, how) = kolmogorov(n, distance, call)?;
    Ok(StatisticsTestResponse {
        method: format!("one-sample Kolmogorov-Smirnov test, {how}"),
        statistic: Some(distance),
        statistic_name: "D",
        p_value: Some(p),
        effect_size: Some(distance),
        effect_name: "largest distance of the distribution functions",
        groups: vec![group(&sample)],
        sentence: format!(
            "{n} numbers against a normal distribution with mean {} and standard deviation {}.",
            short(mean),
            short(sd)
        ),
        ..StatisticsTestResponse::default()
    })
}

/// The probability of a distance of at least d, were the distribution the given one.
fn kolmogorov(n: f64, d: f64, call: &Call) -> Result<(f64, &'static str), Error> {
    if n * d * d > 18.0 || (n * d * d > 4.0 && n <= 100_000.0) {
        // So far out, both sides cannot be crossed at once: twice Smirnov's one-sided sum.
        return Ok(((2.0 * smirnov(n, d)).min(1.0), "exact"));
    }
    if n <= 500.0 {
        return Ok((1.0 - marsaglia(n, d, call)?, "exact"));
    }
    let root = n.sqrt();
    // Stephens' correction brings the limit closer to the distribution of a sample.
    Ok((limit((root + 0.12 + 0.11 / root) * d), "limiting distribution"))
}

/// Smirnov's exact sum for the one-sided distance.
fn smirnov(n: f64, d: f64) -> f64 {
    let mut sum = 0.0;
    let mut j = 0.0;
    while j <= (n * (1.0 - d)).floor() {
        let rest = 1.0 - d - j / n;
        if rest > 0.0 {
            let log = ln_gamma(n + 1.0) - ln_gamma(j + 1.0) - ln_gamma(n - j + 1.0);
            sum += (log + (j - 1.0) * (d + j / n).ln() + (n - j) * rest.ln()).exp();
        }
        j += 1.0;
    }
    (d * sum).min(1.0)
}

/// Kolmogorov's limiting distribution.
fn limit(x: f64) -> f64 {
    if x < 0.2 {
        return 1.0;
    }
    let mut sum = 0.0;
    for k in 1..=100 {
        let k = f64::from(k);
        let term = (-2.0 * k * k * x * x).exp();
        sum += if k % 2.0 == 1.0 { term } else { -term };
        if term < 1e-18 {
            break;
        }
    }
    (2.0 * sum).clamp(0.0, 1.0)
}

/// The exact distribution as a power of a matrix (Marsaglia, Tsang and Wang, 2003).
fn marsaglia(n: f64, d: f64, call: &Call) -> Result<f64, Error> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "n is at most 500")]
    let k = (n * d) as usize + 1;
    let size = 2 * k - 1;
    let h = length(k) - n * d;
    let mut matrix = vec![vec![0.0; size]; size];
    for (i, row) in matrix.iter_mut().enumerate() {
        for (j, cell) in row.iter_mut().enumerate() {
            *cell = f64::from(u8::from(i + 1 >= j));
        }
    }
    for (i, row) in matrix.iter_mut().enumerate() {
        row[0] -= h.powi(i32::try_from(i).unwrap_or(0) + 1);
    }
    for (i, cell) in matrix[size - 1].iter_mut().enumerate() {
        *cell -= h.powi(i32::try_from(size - i).unwrap_or(0));
    }
    matrix[size - 1][0] +=
        if 2.0 * h - 1.0 > 0.0 { (2.0 * h - 1.0).powi(i32::try_from(size).unwrap_or(0)) } else { 0.0 };
    for (i, row) in matrix.iter_mut().enumerate() {
        for (j, cell) in row.iter_mut().enumerate() {
            if i + 1 > j {
                for g in 1..=(i + 1 - j) {
                    *cell /= length(g);
                }
            }
        }
    }
    let multiply = |a: &[Vec<f64>], b: &[Vec<f64>]| -> Vec<Vec<f64>> {
        a.iter()
            .map(|row| (0..size).map(|j| row.iter().zip(b).map(|(x, other)| x * other[j]).sum()).collect())
            .collect()
    };
    // The result of the powers so far, with its exponent of ten.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "n is at most 500")]
    let mut left = n as u32;
    let (mut base, mut base_exponent) = (matrix, 0);
    let mut result: Option<(Vec<Vec<f64>>, i32)> = None;
    while left > 0 {
        still_wanted(call)?;
        if left & 1 == 1 {
            result = Some(match result {
                None => (base.clone(), base_exponent),
                Some((known, exponent)) => (multiply(&known, &base), exponent + base_exponent),
            });
            if let Some((known, exponent)) = &mut result {
                tame(known, exponent, k);
            }
        }
        left >>= 1;
        if left > 0 {
            base = multiply(&base, &base);
            base_exponent *= 2;
            tame(&mut base, &mut base_exponent, k);
        }
    }
    let (matrix, mut exponent) = result.unwrap_or_default();
    let mut value = matrix[k - 1][k - 1];
    let mut i = 1.0;
    while i <= n {
        value *= i / n;
        if value < 1e-140 {
            value *= 1e140;
            exponent -= 140;
        }
        i += 1.0;
    }
    Ok((value * 10.0_f64.powi(exponent)).clamp(0.0, 1.0))
}

/// Keeps the numbers of a power within the range of a double.
fn tame(matrix: &mut [Vec<f64>], exponent: &mut i32, k: usize) {
    if matrix[k - 1][k - 1] > 1e140 {
        matrix.iter_mut().flatten().for_each(|cell| *cell *= 1e-140);
        *exponent += 140;
    }
}

fn two_samples(request: &StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    let [x, y] = request.two(1)?;
    let (n, m) = (x.values.len(), y.values.len());
    let mut all: Vec<(Dd, bool)> = x.values.iter().map(|value| (*value, true)).collect();
    all.extend(y.values.iter().map(|value| (*value, false)));
    all.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal));
    // Whether a place is the last of equal numbers: only there the functions are compared.
    let ends: Vec<bool> =
        (0..all.len()).map(|place| all.get(place + 1).is_none_or(|next| next.0 != all[place].0)).collect();
    let (mut i, mut j, mut largest) = (0_u64, 0_u64, 0_u64);
    let (nw, mw) = (n as u64, m as u64);
    for ((_, first), end) in all.iter().zip(&ends) {
        if *first {
            i += 1;
        } else {
            j += 1;
        }
        if *end {
            largest = largest.max((i * mw).abs_diff(j * nw));
        }
    }
    let distance = largest as f64 / (length(n) * length(m));
    let (p, how) = if n.saturating_mul(m) <= 4_000_000 {
        (paths(n, m, largest, &ends, call)?, "exact, ties counted")
    } else {
        let effective = length(n) * length(m) / length(n + m);
        (limit(effective.sqrt() * distance), "limiting distribution")
    };
    Ok(StatisticsTestResponse {
        method: format!("two-sample Kolmogorov-Smirnov test, {how}"),
        statistic: Some(distance),
        statistic_name: "D",
        p_value: Some(p),
        effect_size: Some(distance),
        effect_name: "largest distance of the distribution functions",
        groups: vec![group(&x), group(&y)],
        sentence: format!("Unpaired: {n} numbers of {} against {m} of {}.", x.name, y.name),
        ..StatisticsTestResponse::default()
    })
}

/// The part of the arrangements of both samples whose distance is at least the one found: those whose path leaves the band.
fn paths(n: usize, m: usize, largest: u64, ends: &[bool], call: &Call) -> Result<f64, Error> {
    if largest == 0 {
        return Ok(1.0);
    }
    let outside = |i: usize, j: usize| {
        i + j > 0 && ends[i + j - 1] && (i as u64 * m as u64).abs_diff(j as u64 * n as u64) >= largest
    };
    // chance[j]: the chance that a path through (i, j) has left the band by then.
    let mut chance = vec![0.0_f64; m + 1];
    for i in 0..=n {
        still_wanted(call)?;
        for j in 0..=m {
            chance[j] = if outside(i, j) {
                1.0
            } else if i == 0 && j == 0 {
                0.0
            } else {
                let (i, all) = (length(i), length(i + j));
                // The last step was along the first sample with the chance i / (i + j).
                let before = if j > 0 { chance[j - 1] } else { 0.0 };
                i / all * chance[j] + (1.0 - i / all) * before
            };
        }
    }
    Ok(chance[m])
}
