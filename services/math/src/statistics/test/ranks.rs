//! Mann-Whitney's and Wilcoxon's tests: exact with ties too, by counting the arrangements of the ranks there are.

use chassis::Call;

use super::means::group;
use super::{Alternative, Sample, StatisticsTestRequest, StatisticsTestResponse, enough};
use crate::dd::Dd;
use crate::distribution::Family;
use crate::error::{Error, still_wanted};
use crate::special::normal::normal_quantile;
use crate::statistics::describe::{short, sort};
use crate::statistics::quantiles::{QuantileType, length};

const STANDARD: Family = Family::Normal { mean: 0.0, sd: 1.0 };
/// Steps of counting that an exact answer may cost: two samples of 60, or 500 pairs.
const EXACT_STEPS: f64 = 5e7;
/// Differences that an interval of the shift is found from.
const MAX_DIFFERENCES: usize = 1_000_000;

/// Twice the rank of each value, the mean of their places for ties; and the sum of t^3 - t over ties.
pub(crate) fn double_ranks(values: &[Dd]) -> (Vec<u64>, f64) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].partial_cmp(&values[*b]).unwrap_or(std::cmp::Ordering::Equal));
    let mut ranks = vec![0; values.len()];
    let (mut start, mut ties) = (0, 0.0);
    while start < order.len() {
        let end = start + order[start..].iter().take_while(|index| values[**index] == values[order[start]]).count();
        for index in &order[start..end] {
            // Places start + 1 to end: their mean is (start + 1 + end) / 2.
            ranks[*index] = (start + 1 + end) as u64;
        }
        let run = length(end - start);
        ties += run * run * run - run;
        start = end;
    }
    (ranks, ties)
}

/// The probabilities of sums of ranks of so many of these, by counting: at most, and at least, a sum; or as far from the mean.
fn exact_subset(doubled: &[u64], take: usize, sum: u64, alternative: Alternative, call: &Call) -> Result<f64, Error> {
    let least = doubled.iter().copied().min().unwrap_or(0);
    let shifted: Vec<usize> = doubled.iter().map(|rank| usize::try_from(rank - least).unwrap_or(usize::MAX)).collect();
    let most: usize = {
        let mut largest = shifted.clone();
        largest.sort_unstable_by(|a, b| b.cmp(a));
        largest.iter().take(take).sum()
    };
    let width = most + 1;
    // counts[j][s]: the part of ways to take j with the sum s, scaled as it goes so that no count overflows.
    let mut ways = vec![vec![0.0_f64; width]; take + 1];
    ways[0][0] = 1.0;
    for (seen, rank) in shifted.iter().enumerate() {
        still_wanted(call)?;
        // The chance that this one is taken depends on how many were: n over k is built up as a product of chances.
        for j in (1..=take.min(seen + 1)).rev() {
            let (before, after) = ways.split_at_mut(j);
            for s in (*rank..width).rev() {
                after[0][s] += before[j - 1][s - rank];
            }
        }
    }
    let total: f64 = ways[take].iter().sum();
    let base = least * take as u64;
    let mean = {
        let all: u64 = doubled.iter().sum();
        all as f64 * take as f64 / doubled.len() as f64
    };
    let found = sum as f64;
    let counts = |include: &dyn Fn(f64) -> bool| -> f64 {
        let chosen = ways[take].iter().enumerate().filter(|(s, _)| include((*s as u64 + base) as f64));
        chosen.map(|(_, count)| count).sum::<f64>() / total
    };
    Ok(match alternative {
        Alternative::TwoSided => counts(&|s| (s - mean).abs() >= (found - mean).abs() - 1e-9),
        Alternative::Greater => counts(&|s| s >= found),
        Alternative::Less => counts(&|s| s <= found),
    })
}

/// The probability of a sum of ranks when each counts or not.
fn exact_signs(doubled: &[u64], sum: u64, alternative: Alternative) -> f64 {
    let width = usize::try_from(doubled.iter().sum::<u64>()).unwrap_or(0) + 1;
    let mut chances = vec![0.0_f64; width];
    chances[0] = 1.0;
    let mut reach = 0;
    for rank in doubled {
        let rank = usize::try_from(*rank).unwrap_or(0);
        reach += rank;
        for s in (0..=reach).rev() {
            let with = if s >= rank { chances[s - rank] } else { 0.0 };
            chances[s] = 0.5 * (chances[s] + with);
        }
    }
    let mean = length(width - 1) / 2.0;
    let found = sum as f64;
    let part = |include: &dyn Fn(f64) -> bool| -> f64 {
        chances.iter().enumerate().filter(|(s, _)| include(length(*s))).map(|(_, chance)| chance).sum()
    };
    match alternative {
        Alternative::TwoSided => part(&|s| (s - mean).abs() >= (found - mean).abs() - 1e-9),
        Alternative::Greater => part(&|s| s >= found),
        Alternative::Less => part(&|s| s <= found),
    }
}

/// A normal approximation with its correction for continuity.
fn approximate(found: f64, mean: f64, deviation: f64, request: &StatisticsTestRequest) -> (f64, f64) {
    let distance = found - mean;
    let correction = match request.alternative {
        _ if !request.continuity => 0.0,
        Alternative::TwoSided => 0.5 * distance.signum() * f64::from(u8::from(distance != 0.0)),
        Alternative::Greater => 0.5,
        Alternative::Less => -0.5,
    };
    let z = (distance - correction) / deviation;
    (z, request.alternative.p(STANDARD.cdf_sf(z)))
}

fn continuity_word(request: &StatisticsTestRequest) -> &'static str {
    if request.continuity { ", corrected for continuity" } else { "" }
}

/// The median of differences, with the order statistics that bound it.
fn shift(
    mut differences: Vec<Dd>,
    mean: f64,
    deviation: f64,
    request: &StatisticsTestRequest,
) -> (f64, Option<f64>, Option<f64>) {
    sort(&mut differences);
    let median = QuantileType::Type7.of(&differences, 0.5).value();
    let two_sided = request.alternative == Alternative::TwoSided;
    let tail = if two_sided { (1.0 - request.confidence) / 2.0 } else { 1.0 - request.confidence };
    let place = (mean + normal_quantile(tail) * deviation).floor().max(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a million")]
    let place = (place as usize).min(differences.len() - 1);
    let low = Some(differences[place].value()).filter(|_| request.alternative != Alternative::Less);
    let high = Some(differences[differences.len() - 1 - place].value());
    (median, low, high.filter(|_| request.alternative != Alternative::Greater))
}

/// Two unpaired samples.
pub(super) fn mann_whitney(request: &StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    let [x, y] = request.two(1)?;
    let shifted = Dd::decimal_of(request.value.unwrap_or(0.0));
    let all: Vec<Dd> = x.values.iter().map(|value| *value - shifted).chain(y.values.iter().copied()).collect();
    let (n, m) = (x.values.len(), y.values.len());
    let (ranks, ties) = double_ranks(&all);
    let sum: u64 = ranks[..n].iter().sum();
    let (nf, mf) = (length(n), length(m));
    let u = sum as f64 / 2.0 - nf * (nf + 1.0) / 2.0;
    let total = nf + mf;
    let deviation = (nf * mf / 12.0 * ((total + 1.0) - ties / (total * (total - 1.0)))).sqrt();
    // The smaller sample is counted; its sum says the same.
    let cost = total * nf.min(mf) * nf.min(mf) * 2.0 * total;
    let (method, p) = if deviation == 0.0 {
        call.warn("no-spread", Some("x"), "all numbers are the same: p is 1");
        ("Mann-Whitney U test, all values equal".to_owned(), 1.0)
    } else if cost <= EXACT_STEPS {
        let (take, found, alternative) = if n <= m {
            (n, sum, request.alternative)
        } else {
            let other = match request.alternative {
                Alternative::Greater => Alternative::Less,
                Alternative::Less => Alternative::Greater,
                Alternative::TwoSided => Alternative::TwoSided,
            };
            (m, ranks[n..].iter().sum(), other)
        };
        let p = exact_subset(&ranks, take, found, alternative, call)?;
        (format!("exact Mann-Whitney U test{}", if ties > 0.0 { ", ties counted" } else { "" }), p)
    } else {
        let p = approximate(u, nf * mf / 2.0, deviation, request).1;
        (format!("Mann-Whitney U test, normal approximation corrected for ties{}", continuity_word(request)), p)
    };
    let located = (n.saturating_mul(m) <= MAX_DIFFERENCES && deviation > 0.0).then(|| {
        let differences = x.values.iter().flat_map(|x| y.values.iter().map(move |y| *x - *y)).collect();
        shift(differences, nf * mf / 2.0, deviation, request)
    });
    let (gx, gy) = (group(&x), group(&y));
    let sentence = format!(
        "Unpaired: the median of {} is {}, that of {} is {}; a number of the first is the larger one in {} % of the pairs.",
        x.name,
        short(gx.median),
        y.name,
        short(gy.median),
        short(u / (nf * mf) * 100.0)
    );
    Ok(StatisticsTestResponse {
        method,
        statistic: Some(u),
        statistic_name: "U",
        p_value: Some(p),
        estimate: located.map(|(median, _, _)| median),
        estimate_name: "median of differences (Hodges-Lehmann), interval approximate",
        low: located.and_then(|(_, low, _)| low),
        high: located.and_then(|(_, _, high)| high),
        effect_size: Some(2.0 * u / (nf * mf) - 1.0),
        effect_name: "rank-biserial correlation",
        groups: vec![gx, gy],
        sentence,
        ..StatisticsTestResponse::default()
    })
}

/// Pairs, or one sample against a center.
pub(super) fn wilcoxon(request: &StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    let tested = Dd::decimal_of(request.value.unwrap_or(0.0));
    let paired = request.column2.is_some() || !request.y.is_empty();
    let (differences, groups) = if paired {
        let (x, y) = request.pairs(call)?;
        let differences: Vec<Dd> = x.values.iter().zip(&y.values).map(|(x, y)| *x - *y - tested).collect();
        enough(Sample { name: "x".to_owned(), values: differences.clone() }, 1)?;
        (differences, vec![group(&x), group(&y)])
    } else {
        let sample = request.one(1)?;
        (sample.values.iter().map(|value| *value - tested).collect(), vec![group(&sample)])
    };
    let kept: Vec<Dd> = differences.iter().copied().filter(|difference| !difference.is_zero()).collect();
    let zeros = differences.len() - kept.len();
    let word = if paired { "Paired" } else { "One sample" };
    if kept.is_empty() {
        call.warn("no-spread", Some("x"), "all differences are 0: p is 1");
        return Ok(StatisticsTestResponse {
            method: "Wilcoxon signed-rank test".to_owned(),
            statistic: Some(0.0),
            statistic_name: "W",
            p_value: Some(1.0),
            groups,
            sentence: format!("{word}: there is no difference at all."),
            ..StatisticsTestResponse::default()
        });
    }
    if zeros > 0 {
        call.warn("zeros", Some("x"), format!("{zeros} differences are 0 and are left out, as Wilcoxon does"));
    }
    let sizes: Vec<Dd> = kept.iter().map(|difference| difference.abs()).collect();
    let (ranks, ties) = double_ranks(&sizes);
    let plus: u64 = ranks.iter().zip(&kept).filter(|(_, difference)| difference.hi() > 0.0).map(|(rank, _)| rank).sum();
    let all: u64 = ranks.iter().sum();
    let n = length(kept.len());
    let mean = n * (n + 1.0) / 4.0;
    let deviation = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0).sqrt();
    let exact = n * all as f64 <= EXACT_STEPS;
    let (method, p) = if exact {
        let name = format!("exact Wilcoxon signed-rank test{}", if ties > 0.0 { ", ties counted" } else { "" });
        (name, exact_signs(&ranks, plus, request.alternative))
    } else {
        let p = approximate(plus as f64 / 2.0, mean, deviation, request).1;
        (format!("Wilcoxon signed-rank test, normal approximation corrected for ties{}", continuity_word(request)), p)
    };
    let (plus, minus) = (plus as f64 / 2.0, (all - plus) as f64 / 2.0);
    // Walsh averages.
    let located = (kept.len() <= 1000).then(|| {
        let averages = differences.iter().enumerate();
        let averages = averages.flat_map(|(index, a)| differences[index..].iter().map(move |b| (*a + *b).scale(0.5)));
        let count = length(differences.len());
        let deviation = (count * (count + 1.0) * (2.0 * count + 1.0) / 24.0).sqrt();
        let (median, low, high) = shift(averages.collect(), count * (count + 1.0) / 4.0, deviation, request);
        let tested = tested.value();
        (median + tested, low.map(|low| low + tested), high.map(|high| high + tested))
    });
    // As it is tabulated, two-sided: the smaller of both sums.
    let statistic = if request.alternative == Alternative::TwoSided { plus.min(minus) } else { plus };
    Ok(StatisticsTestResponse {
        method,
        statistic: Some(statistic),
        statistic_name: "W",
        p_value: Some(p),
        estimate: located.map(|(median, _, _)| median),
        estimate_name: "pseudomedian (Hodges-Lehmann), interval approximate",
        low: located.and_then(|(_, low, _)| low),
        high: located.and_then(|(_, _, high)| high),
        effect_size: Some((plus - minus) / (plus + minus)),
        effect_name: "matched rank-biserial correlation",
        groups,
        sentence: format!(
            "{word}: the ranks of positive differences add up to {}, those of negative ones to {}.",
            short(plus),
            short(minus)
        ),
        ..StatisticsTestResponse::default()
    })
}
