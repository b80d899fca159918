//! Student's and Welch's t tests.

use chassis::Call;

use super::{Alternative, Group, Sample, StatisticsTestRequest, StatisticsTestResponse, TestName, enough, interval};
use crate::dd::Dd;
use crate::distribution::Family;
use crate::error::Error;
use crate::statistics::describe::{Moments, short, sort};
use crate::statistics::quantiles::QuantileType;

/// The figures of a sample.
pub(super) fn group(sample: &Sample) -> Group {
    let moments = Moments::of(&sample.values);
    let mut sorted = sample.values.clone();
    sort(&mut sorted);
    Group {
        name: sample.name.clone(),
        count: sample.values.len(),
        mean: moments.mean.value(),
        standard_deviation: moments.variance().map(|variance| variance.sqrt().value()),
        median: QuantileType::Type7.of(&sorted, 0.5).value(),
    }
}

/// A t statistic with its error, for an estimate; what has no spread has no statistic.
fn finish(
    request: &StatisticsTestRequest,
    call: &Call,
    (estimate, error, df): (Dd, Dd, f64),
    found: StatisticsTestResponse,
) -> StatisticsTestResponse {
    let tested = request.value.map_or(Dd::ZERO, Dd::decimal_of);
    let difference = estimate - tested;
    let value = estimate.value();
    let estimate = Some(value);
    if error.is_zero() {
        call.warn("no-spread", Some("x"), "all numbers are the same, so nothing can be said about chance: p is null");
        return StatisticsTestResponse { estimate, ..found };
    }
    let statistic = (difference / error).value();
    let family = Family::StudentT { df };
    let (low, high) = interval(request.alternative, request.confidence, value, error.value(), family);
    StatisticsTestResponse {
        statistic: Some(statistic),
        statistic_name: "t",
        degrees_of_freedom: Some(df),
        p_value: Some(request.alternative.p(family.cdf_sf(statistic))),
        estimate,
        low,
        high,
        ..found
    }
}

/// One sample, or the differences of pairs.
pub(super) fn one(request: &StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    let paired = request.test == TestName::TPaired;
    let (sample, groups) = if paired {
        let (x, y) = request.pairs(call)?;
        let values = x.values.iter().zip(&y.values).map(|(x, y)| *x - *y).collect();
        let sample = enough(Sample { name: "x".to_owned(), values }, 2)?;
        (sample, vec![group(&x), group(&y)])
    } else {
        let sample = request.one(2)?;
        let groups = vec![group(&sample)];
        (sample, groups)
    };
    let moments = Moments::of(&sample.values);
    let deviation = moments.variance().unwrap_or_default().sqrt();
    let error = deviation / Dd::of(moments.count).sqrt();
    let tested = request.value.unwrap_or(0.0);
    let effect = ((moments.mean - tested) / deviation).value();
    let mean = short(moments.mean.value());
    let sentence = if paired {
        let (x, y) = (&groups[0].name, &groups[1].name);
        format!("Paired: {x} less {y} is {mean} on average over {} pairs.", moments.count)
    } else {
        format!("The mean is {mean} over {} numbers, tested against {}.", moments.count, short(tested))
    };
    let found = StatisticsTestResponse {
        method: if paired { "paired t test".to_owned() } else { "one-sample t test".to_owned() },
        estimate_name: if paired { "mean difference" } else { "mean" },
        effect_size: Some(effect).filter(|effect| effect.is_finite()),
        effect_name: if paired { "Cohen's d of the differences" } else { "Cohen's d" },
        groups,
        sentence,
        ..StatisticsTestResponse::default()
    };
    Ok(finish(request, call, (moments.mean, error, moments.count - 1.0), found))
}

/// Two unpaired samples.
pub(super) fn two(request: &StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    let welch = request.test == TestName::Welch;
    let [x, y] = request.two(2)?;
    let (a, b) = (Moments::of(&x.values), Moments::of(&y.values));
    let (va, vb) = (a.variance().unwrap_or_default(), b.variance().unwrap_or_default());
    let total = a.count + b.count - 2.0;
    let pooled = (a.squares + b.squares) / total;
    let (error, df) = if welch {
        let (sa, sb) = (va / a.count, vb / b.count);
        let sum = sa + sb;
        let df = sum.square() / (sa.square() / (a.count - 1.0) + sb.square() / (b.count - 1.0));
        (sum.sqrt(), df.value())
    } else {
        ((pooled * (1.0 / a.count) + pooled * (1.0 / b.count)).sqrt(), total)
    };
    let difference = a.mean - b.mean;
    // Without equal variances, their average is what a difference is measured by.
    let spread = if welch { (va + vb).scale(0.5) } else { pooled };
    let effect = (difference / spread.sqrt()).value();
    let compared = match difference.hi().partial_cmp(&0.0) {
        Some(std::cmp::Ordering::Greater) => "above",
        Some(std::cmp::Ordering::Less) => "below",
        _ => "equal to",
    };
    let sentence = format!(
        "Unpaired: the mean of {} ({}) is {compared} that of {} ({}), a difference of {}.",
        x.name,
        short(a.mean.value()),
        y.name,
        short(b.mean.value()),
        short(difference.value())
    );
    let found = StatisticsTestResponse {
        method: if welch { "Welch's t test" } else { "Student's t test with equal variances" }.to_owned(),
        estimate_name: "difference of means",
        effect_size: Some(effect).filter(|effect| effect.is_finite()),
        effect_name: "Cohen's d",
        groups: vec![group(&x), group(&y)],
        sentence,
        ..StatisticsTestResponse::default()
    };
    if request.alternative != Alternative::TwoSided && request.value.is_some_and(|value| value != 0.0) {
        call.warn("shifted", Some("value"), "the difference is tested against value, not against 0");
    }
    Ok(finish(request, call, (difference, error, df), found))
}
