//! Several groups: analysis of variance with Tukey's comparisons, and Kruskal-Wallis.

use chassis::Call;

use super::means::group;
use super::ranks::double_ranks;
use super::studentized::Studentized;
use super::{Comparison, Sample, StatisticsTestRequest, StatisticsTestResponse, enough};
use crate::dd::Dd;
use crate::distribution::Family;
use crate::error::{Error, conflict, still_wanted};
use crate::statistics::describe::{Moments, short};
use crate::statistics::quantiles::length;

/// Groups whose means are compared each with each.
const MAX_COMPARED: usize = 20;

fn samples(request: &StatisticsTestRequest, least: usize) -> Result<Vec<Sample>, Error> {
    let samples = request.samples()?;
    if samples.len() < 2 {
        return Err(conflict("groups", "must be at least two: send groups, x and y, or rows with a groupColumn"));
    }
    samples.into_iter().map(|sample| enough(sample, least)).collect()
}

/// One-way analysis of variance.
pub(super) fn anova(request: &StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    let samples = samples(request, 1)?;
    // From the first number, so that what all have in common costs no digits.
    let origin = samples[0].values[0];
    let moments: Vec<Moments> = samples
        .iter()
        .map(|sample| Moments::of(&sample.values.iter().map(|value| *value - origin).collect::<Vec<_>>()))
        .collect();
    let count: f64 = moments.iter().map(|group| group.count).sum();
    let k = length(samples.len());
    let mean = moments.iter().map(|group| group.mean * group.count).sum::<Dd>() / count;
    let between: Dd = moments.iter().map(|group| (group.mean - mean).square() * group.count).sum();
    let within: Dd = moments.iter().map(|group| group.squares).sum();
    let (df1, df2) = (k - 1.0, count - k);
    if df2 < 1.0 {
        return Err(conflict("groups", "need more numbers than there are groups"));
    }
    let total = between + within;
    let groups: Vec<_> = samples.iter().map(group).collect();
    let sentence = format!("The means of {} groups with {count} numbers.", samples.len());
    let mut found = StatisticsTestResponse {
        method: "one-way analysis of variance".to_owned(),
        statistic_name: "F",
        degrees_of_freedom: Some(df1),
        degrees_of_freedom2: Some(df2),
        effect_size: Some((between / total).value()).filter(|effect| effect.is_finite()),
        effect_name: "eta squared",
        groups,
        sentence,
        ..StatisticsTestResponse::default()
    };
    if within.is_zero() {
        call.warn(
            "no-spread",
            Some("groups"),
            "no group has any spread, so nothing can be said about chance: p is null",
        );
        return Ok(found);
    }
    let statistic = ((between / df1) / (within / df2)).value();
    found.statistic = Some(statistic);
    found.p_value = Some(Family::F { df1, df2 }.cdf_sf(statistic).1);
    if samples.len() > MAX_COMPARED {
        call.warn(
            "no-comparisons",
            Some("groups"),
            format!("more than {MAX_COMPARED} groups are not compared each with each"),
        );
        return Ok(found);
    }
    let variance = (within / df2).value();
    let range = Studentized::new(samples.len(), df2);
    let critical = range.quantile(1.0 - request.confidence, call)?;
    for (index, (first, a)) in samples.iter().zip(&moments).enumerate() {
        for (second, b) in samples.iter().zip(&moments).skip(index + 1) {
            still_wanted(call)?;
            let difference = (a.mean - b.mean).value();
            // Tukey and Kramer: for groups of different sizes.
            let error = (variance / 2.0 * (1.0 / a.count + 1.0 / b.count)).sqrt();
            found.comparisons.push(Comparison {
                first: first.name.clone(),
                second: second.name.clone(),
                difference,
                low: difference - critical * error,
                high: difference + critical * error,
                p_value: range.above(difference.abs() / error),
            });
        }
    }
    Ok(found)
}

/// Kruskal and Wallis' analysis of variance of ranks.
pub(super) fn kruskal_wallis(request: &StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    let samples = samples(request, 1)?;
    let all: Vec<Dd> = samples.iter().flat_map(|sample| sample.values.iter().copied()).collect();
    let (ranks, ties) = double_ranks(&all);
    let n = length(all.len());
    if all.len() <= samples.len() {
        return Err(conflict("groups", "need more numbers than there are groups"));
    }
    let mut start = 0;
    let mut sum = 0.0;
    for sample in &samples {
        let end = start + sample.values.len();
        let of_group: u64 = ranks[start..end].iter().sum();
        let mean = of_group as f64 / 2.0 / length(sample.values.len()) - (n + 1.0) / 2.0;
        sum += length(sample.values.len()) * mean * mean;
        start = end;
    }
    let correction = 1.0 - ties / (n * n * n - n);
    let df = length(samples.len() - 1);
    let statistic = Some(12.0 / (n * (n + 1.0)) * sum / correction).filter(|_| correction > 0.0);
    if statistic.is_none() {
        call.warn("no-spread", Some("groups"), "all numbers are the same: p is 1");
    }
    let p = statistic.map_or(1.0, |h| Family::Gamma { shape: df / 2.0, scale: 2.0 }.cdf_sf(h).1);
    if samples.iter().any(|sample| sample.values.len() < 5) {
        call.warn(
            "small-groups",
            Some("groups"),
            "groups of less than 5 numbers: chi-square is a rough approximation there",
        );
    }
    Ok(StatisticsTestResponse {
        method: "Kruskal-Wallis test, chi-square approximation corrected for ties".to_owned(),
        statistic,
        statistic_name: "H",
        degrees_of_freedom: Some(df),
        p_value: Some(p),
        effect_size: statistic.map(|h| h / (n - 1.0)),
        effect_name: "epsilon squared",
        groups: samples.iter().map(group).collect(),
        sentence: format!("The ranks of {} groups with {n} numbers: {}.", samples.len(), medians(&samples)),
        ..StatisticsTestResponse::default()
    })
}

/// The medians of the first groups.
fn medians(samples: &[Sample]) -> String {
    let shown: Vec<String> = samples.iter().take(4).map(|sample| short(group(sample).median)).collect();
    format!("medians {}{}", shown.join(", "), if samples.len() > 4 { " and others" } else { "" })
}
