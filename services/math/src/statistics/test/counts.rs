//! Tests of counts: proportions, chi-square, Fisher's exact test.

use chassis::Call;

use super::{Alternative, StatisticsTestRequest, StatisticsTestResponse, interval};
use crate::distribution::Family;
use crate::error::{Error, conflict};
use crate::statistics::describe::short;
use crate::statistics::quantiles::length;

const STANDARD: Family = Family::Normal { mean: 0.0, sd: 1.0 };

/// One proportion or two.
pub(super) fn proportions(request: &StatisticsTestRequest) -> Result<StatisticsTestResponse, Error> {
    let (successes, trials) = (&request.successes, &request.trials);
    if successes.is_empty() || successes.len() != trials.len() {
        return Err(conflict("successes", "and trials are needed: one number each for one sample, two for two"));
    }
    if let Some(index) = successes.iter().zip(trials).position(|(successes, trials)| successes > trials) {
        return Err(conflict(format!("successes[{index}]"), "must not be more than the trials"));
    }
    let parts: Vec<f64> = successes.iter().zip(trials).map(|(successes, trials)| successes / trials).collect();
    // Cohen's h: the difference of angles.
    let angle = |part: f64| 2.0 * part.sqrt().asin();
    let (statistic, estimate, error, effect, sentence, method) = if let [p, q] = parts[..] {
        let pooled = (successes[0] + successes[1]) / (trials[0] + trials[1]);
        let under = (pooled * (1.0 - pooled) * (1.0 / trials[0] + 1.0 / trials[1])).sqrt();
        let error = (p * (1.0 - p) / trials[0] + q * (1.0 - q) / trials[1]).sqrt();
        let sentence = format!("{} % against {} %.", short(p * 100.0), short(q * 100.0));
        (
            (p - q - request.value.unwrap_or(0.0)) / under,
            p - q,
            error,
            angle(p) - angle(q),
            sentence,
            "z test of two proportions",
        )
    } else {
        let tested = request.value.unwrap_or(0.5);
        if !(tested > 0.0 && tested < 1.0) {
            return Err(conflict("value", "must be between 0 and 1: it is the proportion that is tested"));
        }
        let (p, n) = (parts[0], trials[0]);
        let sentence = format!("{} % against {} %.", short(p * 100.0), short(tested * 100.0));
        let statistic = (p - tested) / (tested * (1.0 - tested) / n).sqrt();
        (statistic, p, (p * (1.0 - p) / n).sqrt(), angle(p) - angle(tested), sentence, "z test of a proportion")
    };
    let known = statistic.is_finite();
    let (low, high) = if parts.len() == 1 {
        wilson(request, parts[0], trials[0])
    } else {
        interval(request.alternative, request.confidence, estimate, error, STANDARD)
    };
    Ok(StatisticsTestResponse {
        method: method.to_owned(),
        statistic: Some(statistic).filter(|_| known),
        statistic_name: "z",
        p_value: known.then(|| request.alternative.p(STANDARD.cdf_sf(statistic))),
        estimate: Some(estimate),
        estimate_name: if parts.len() == 1 { "proportion, Wilson's interval" } else { "difference of proportions" },
        low,
        high,
        effect_size: Some(effect),
        effect_name: "Cohen's h",
        sentence,
        ..StatisticsTestResponse::default()
    })
}

/// Wilson's interval of a proportion.
fn wilson(request: &StatisticsTestRequest, part: f64, trials: f64) -> (Option<f64>, Option<f64>) {
    let two_sided = request.alternative == Alternative::TwoSided;
    let tail = if two_sided { (1.0 - request.confidence) / 2.0 } else { 1.0 - request.confidence };
    let z = -crate::special::normal::normal_quantile(tail);
    let square = z * z;
    let center = (part + square / (2.0 * trials)) / (1.0 + square / trials);
    let reach = z / (1.0 + square / trials) * (part * (1.0 - part) / trials + square / (4.0 * trials * trials)).sqrt();
    let (low, high) = (Some((center - reach).max(0.0)), Some((center + reach).min(1.0)));
    match request.alternative {
        Alternative::TwoSided => (low, high),
        Alternative::Greater => (low, Some(1.0)),
        Alternative::Less => (Some(0.0), high),
    }
}

fn warn_small(expected: impl Iterator<Item = f64>, call: &Call) {
    let small = expected.filter(|expected| *expected < 5.0).count();
    if small > 0 {
        let message = format!("{small} expected counts are below 5: chi-square is a rough approximation there");
        call.warn("small-counts", None, message);
    }
}

/// Pearson's chi-square of categories.
pub(super) fn fit(request: &StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    let observed = &request.observed;
    if observed.len() < 2 {
        return Err(conflict("observed", "must have at least two counts"));
    }
    if !request.expected.is_empty() && request.expected.len() != observed.len() {
        return Err(conflict("expected", format!("must have as many counts as observed, {}", observed.len())));
    }
    let total: f64 = observed.iter().sum();
    let weights = if request.expected.is_empty() { vec![1.0; observed.len()] } else { request.expected.clone() };
    let weight: f64 = weights.iter().sum();
    if let Some(index) = weights.iter().position(|weight| *weight <= 0.0) {
        return Err(conflict(format!("expected[{index}]"), "must be above 0"));
    }
    if total <= 0.0 {
        return Err(conflict("observed", "must not all be 0"));
    }
    if (weight - total).abs() > 1e-6 * total
        && (weight - 1.0).abs() > 1e-6
        && (weight - 100.0).abs() > 1e-4
        && !request.expected.is_empty()
    {
        call.warn(
            "scaled",
            Some("expected"),
            "expected counts do not add up to the observed ones: they are taken as proportions",
        );
    }
    let expected: Vec<f64> = weights.iter().map(|part| part / weight * total).collect();
    warn_small(expected.iter().copied(), call);
    let statistic: f64 =
        observed.iter().zip(&expected).map(|(observed, expected)| (observed - expected).powi(2) / expected).sum();
    let df = length(observed.len() - 1);
    Ok(StatisticsTestResponse {
        method: "chi-square test of goodness of fit".to_owned(),
        statistic: Some(statistic),
        statistic_name: "chi-square",
        degrees_of_freedom: Some(df),
        p_value: Some(Family::Gamma { shape: df / 2.0, scale: 2.0 }.cdf_sf(statistic).1),
        effect_size: Some((statistic / total).sqrt()),
        effect_name: "Cohen's w",
        sentence: format!("{} counts in {} categories.", short(total), observed.len()),
        ..StatisticsTestResponse::default()
    })
}

/// Chi-square of a table, with Yates' correction for two by two.
pub(super) fn independence(request: &StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    let table = &request.table;
    let columns = table.first().map_or(0, Vec::len);
    if table.len() < 2 || columns < 2 {
        return Err(conflict("table", "must have at least two rows and two columns of counts"));
    }
    if let Some(index) = table.iter().position(|row| row.len() != columns) {
        return Err(conflict(format!("table[{index}]"), format!("must have {columns} counts, as the first row")));
    }
    let rows: Vec<f64> = table.iter().map(|row| row.iter().sum()).collect();
    let sums: Vec<f64> = (0..columns).map(|column| table.iter().map(|row| row[column]).sum()).collect();
    let total: f64 = rows.iter().sum();
    if let Some(index) = rows.iter().position(|sum| *sum <= 0.0) {
        return Err(conflict(format!("table[{index}]"), "has only zeros: leave the row out"));
    }
    if let Some(index) = sums.iter().position(|sum| *sum <= 0.0) {
        return Err(conflict("table", format!("has only zeros in column {}: leave it out", index + 1)));
    }
    let expected = |row: usize, column: usize| rows[row] / total * sums[column];
    let cells = || (0..table.len()).flat_map(|row| (0..columns).map(move |column| (row, column)));
    warn_small(cells().map(|(row, column)| expected(row, column)), call);
    let yates = request.continuity && table.len() == 2 && columns == 2;
    let chi_square = |correct: bool| -> f64 {
        let term = |(row, column): (usize, usize)| {
            let expected = expected(row, column);
            let difference = (table[row][column] - expected).abs();
            let difference = if correct { (difference - difference.min(0.5)).max(0.0) } else { difference };
            difference.powi(2) / expected
        };
        cells().map(term).sum()
    };
    let statistic = chi_square(yates);
    let df = length((table.len() - 1) * (columns - 1));
    let smaller = length(table.len().min(columns) - 1);
    Ok(StatisticsTestResponse {
        method: format!(
            "chi-square test of independence{}",
            if yates { " with Yates' continuity correction" } else { "" }
        ),
        statistic: Some(statistic),
        statistic_name: "chi-square",
        degrees_of_freedom: Some(df),
        p_value: Some(Family::Gamma { shape: df / 2.0, scale: 2.0 }.cdf_sf(statistic).1),
        effect_size: Some((chi_square(false) / total / smaller).sqrt()),
        effect_name: "Cramér's V",
        sentence: format!("{} counts in {} rows and {columns} columns.", short(total), table.len()),
        ..StatisticsTestResponse::default()
    })
}

/// Fisher's exact test of a table of two by two, with the conditional odds ratio.
pub(super) fn fisher(request: &StatisticsTestRequest) -> Result<StatisticsTestResponse, Error> {
    let (a, b, c, d) = match request.table.as_slice() {
        [first, second] => match (first.as_slice(), second.as_slice()) {
            ([a, b], [c, d]) => (*a, *b, *c, *d),
            _ => return Err(conflict("table", "must have two rows of two counts")),
        },
        _ => return Err(conflict("table", "must have two rows of two counts")),
    };
    let cells = [a, b, c, d];
    if cells.iter().any(|cell| cell.fract() != 0.0) {
        return Err(conflict("table", "must hold whole numbers"));
    }
    let (population, successes, draws) = (a + b + c + d, a + c, a + b);
    if population > 1e6 {
        return Err(conflict("table", "must add up to at most 1000000: use chi-square-independence"));
    }
    let (low, high) = ((draws + successes - population).max(0.0), draws.min(successes));
    // The logarithm of the probability of each first cell, but for a constant.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a million")]
    let support: Vec<f64> = (0..=(high - low) as u32).map(|step| low + f64::from(step)).collect();
    let mut weights = vec![0.0; support.len()];
    // From the likeliest cell on to both sides, by the ratio of neighbors: what rounding adds up to lies where nothing is.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a million")]
    let mode = ((((draws + 1.0) * (successes + 1.0) / (population + 2.0)).floor().clamp(low, high)) - low) as usize;
    let ln_ratio =
        |k: f64| ((successes - k) / (k + 1.0) * ((draws - k) / (population - successes - draws + k + 1.0))).ln();
    for at in mode + 1..support.len() {
        weights[at] = weights[at - 1] + ln_ratio(support[at - 1]);
    }
    for at in (0..mode).rev() {
        weights[at] = weights[at + 1] - ln_ratio(support[at]);
    }
    let tilted = |ln_odds: f64| -> Vec<f64> {
        let logs: Vec<f64> = weights.iter().zip(&support).map(|(weight, k)| weight + k * ln_odds).collect();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let terms: Vec<f64> = logs.iter().map(|log| (log - largest).exp()).collect();
        let sum: f64 = terms.iter().sum();
        terms.into_iter().map(|term| term / sum).collect()
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a million")]
    let at = (a - low) as usize;
    let plain = tilted(0.0);
    let below = |terms: &[f64]| terms[..=at].iter().sum::<f64>().min(1.0);
    let above = |terms: &[f64]| terms[at..].iter().sum::<f64>().min(1.0);
    let p = match request.alternative {
        // Those that are no likelier than what was found.
        Alternative::TwoSided => plain.iter().filter(|p| **p <= plain[at] * (1.0 + 1e-7)).sum::<f64>(),
        Alternative::Greater => above(&plain),
        Alternative::Less => below(&plain),
    };
    let mean = |terms: &[f64]| terms.iter().zip(&support).map(|(term, k)| term * k).sum::<f64>();
    let estimate = match a {
        a if a == low && a == high => None,
        a if a == low => Some(0.0),
        a if a == high => None,
        a => Some(solve(|ln_odds| mean(&tilted(ln_odds)) - a).exp()),
    };
    let two_sided = request.alternative == Alternative::TwoSided;
    let tail = if two_sided { (1.0 - request.confidence) / 2.0 } else { 1.0 - request.confidence };
    let lower = match request.alternative {
        Alternative::Less => Some(0.0),
        _ if a == low => Some(0.0),
        _ => Some(solve(|ln_odds| above(&tilted(ln_odds)) - tail).exp()),
    };
    let upper = match request.alternative {
        Alternative::Greater => None,
        _ if a == high => None,
        _ => Some(solve(|ln_odds| tail - below(&tilted(ln_odds))).exp()),
    };
    let sample_odds = a * d / (b * c);
    Ok(StatisticsTestResponse {
        method: "Fisher's exact test".to_owned(),
        p_value: Some(p),
        estimate,
        estimate_name: "odds ratio, conditional maximum likelihood",
        low: lower,
        high: upper,
        effect_size: Some(sample_odds).filter(|odds| odds.is_finite()),
        effect_name: "odds ratio of the sample",
        sentence: format!("{} of {} against {} of {}.", short(a), short(a + b), short(c), short(c + d)),
        ..StatisticsTestResponse::default()
    })
}

/// The zero of a rising function of a logarithm of odds.
fn solve(function: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (-60.0, 60.0);
    // As long as the odds, which are its power of e, have a digit to gain.
    while high - low > 1e-15 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if function(middle) < 0.0 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}
