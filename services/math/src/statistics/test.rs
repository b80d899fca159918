//! Hypothesis tests.

mod counts;
mod groups;
mod input;
mod means;
mod ranks;
mod shape;
mod studentized;

use chassis::{Call, Cost, Operation};
use garde::Validate;
use input::{Sample, enough};
pub(crate) use ranks::double_ranks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::describe::confidence;
use crate::cell::{ByComma as _, Cell, Record};
use crate::distribution::{Family, quantile};
use crate::error::Error;

const DESCRIPTION: &str = "\
Tests of means (t-test for one, two or paired samples, Welch), proportions (z), counts (chi-square, Fisher), ranks \
(Mann-Whitney, Wilcoxon, Kruskal-Wallis), several groups (analysis of variance with Tukey's comparisons) and \
distributions (Shapiro-Wilk, Kolmogorov-Smirnov). The answer names the method used, exact where it can be computed, \
also with ties, and gives effect size, confidence interval and a plain sentence. Samples come as `x` and `y`, as \
`groups`, or as `rows` with `column`, `column2` or `groupColumn`; counts as `table`, `observed` and `expected`, or \
`successes` and `trials`.";

/// A hypothesis test and its data.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct StatisticsTestRequest {
    /// Name of the test.
    #[serde(alias = "kind")]
    pub test: TestName,
    /// First sample.
    #[serde(default, alias = "data", alias = "a")]
    #[garde(length(max = 200_000))]
    pub x: Vec<Cell>,
    /// Second sample.
    #[serde(default, alias = "b")]
    #[garde(length(max = 200_000))]
    pub y: Vec<Cell>,
    /// Samples of several groups.
    #[serde(default)]
    #[garde(length(max = 200))]
    pub groups: Vec<Vec<Cell>>,
    /// Rows of a table, each an object; an alternative to giving the values as lists.
    #[serde(default, alias = "records")]
    #[garde(length(max = 200_000))]
    pub rows: Vec<Record>,
    /// Name of the column with the numbers; with `column2`, those of the first sample.
    #[serde(default)]
    pub column: Option<String>,
    /// Name of the column with the second sample.
    #[serde(default)]
    pub column2: Option<String>,
    /// Name of the column that assigns each row to a group.
    #[serde(default)]
    pub group_column: Option<String>,
    /// Whether the decimal mark is a comma, in the file or in cells sent as text: 1.234,56.
    #[serde(default)]
    pub decimal_comma: bool,
    /// Contingency table of counts, row by row.
    #[serde(default)]
    #[garde(length(max = 100), inner(length(max = 100), inner(range(min = 0.0, max = 1e12))))]
    pub table: Vec<Vec<f64>>,
    /// Observed counts of the categories.
    #[serde(default)]
    #[garde(length(max = 10_000), inner(range(min = 0.0, max = 1e12)))]
    pub observed: Vec<f64>,
    /// Expected counts or proportions of the categories; equal when omitted.
    #[serde(default)]
    #[garde(length(max = 10_000), inner(range(min = 0.0, max = 1e12)))]
    pub expected: Vec<f64>,
    /// Number of successes of one or two samples.
    #[serde(default)]
    #[garde(length(max = 2), inner(range(min = 0.0, max = 1e12)))]
    pub successes: Vec<f64>,
    /// Number of trials of one or two samples.
    #[serde(default)]
    #[garde(length(max = 2), inner(range(min = 1.0, max = 1e12)))]
    pub trials: Vec<f64>,
    /// Mean, difference, proportion or center under the null hypothesis; when omitted 0, or 0.5 for a proportion.
    #[serde(default, alias = "mu", alias = "mean")]
    pub value: Option<f64>,
    /// Mean of the hypothesized normal distribution, for `kolmogorov-smirnov` with one sample.
    #[serde(default)]
    pub normal_mean: Option<f64>,
    /// Standard deviation of the hypothesized normal distribution, for `kolmogorov-smirnov` with one sample.
    #[serde(default)]
    pub normal_standard_deviation: Option<f64>,
    /// Alternative hypothesis.
    #[serde(default)]
    pub alternative: Alternative,
    /// Confidence level of the intervals, as a fraction such as 0.95.
    #[serde(default = "confidence")]
    #[garde(range(min = 0.5, max = 0.999_999))]
    pub confidence: f64,
    /// Whether to apply a continuity correction where a continuous distribution approximates that of counts or ranks.
    #[serde(default = "yes")]
    pub continuity: bool,
}

fn yes() -> bool {
    true
}

/// Name of a hypothesis test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TestName {
    /// One-sample t-test of a mean.
    #[serde(alias = "t-one-sample", alias = "one-sample-t")]
    TOne,
    /// Two-sample t-test of two means, with equal variances.
    #[serde(alias = "t-two-sample", alias = "student")]
    TTwo,
    /// Welch's t-test of two means, with unequal variances.
    #[serde(alias = "t-test", alias = "t")]
    Welch,
    /// Paired t-test of the mean difference.
    #[serde(alias = "paired-t")]
    TPaired,
    /// Z-test of one or two proportions.
    #[serde(alias = "z-proportions", alias = "z")]
    ZProportion,
    /// Chi-square goodness-of-fit test of category counts.
    #[serde(alias = "goodness-of-fit")]
    ChiSquareFit,
    /// Chi-square test of independence of the rows and columns of a contingency table.
    #[serde(alias = "chi-square", alias = "chi2")]
    ChiSquareIndependence,
    /// Fisher's exact test of a 2 by 2 contingency table.
    #[serde(alias = "fisher")]
    FisherExact,
    /// Mann-Whitney U test (Wilcoxon rank-sum) of two independent samples.
    #[serde(alias = "wilcoxon-rank-sum")]
    MannWhitney,
    /// Wilcoxon signed-rank test of pairs or of one sample.
    #[serde(alias = "wilcoxon-signed-rank")]
    Wilcoxon,
    /// Kruskal-Wallis test of the ranks of several groups.
    KruskalWallis,
    /// One-way analysis of variance (ANOVA) of the means of several groups, with Tukey's comparisons.
    #[serde(alias = "one-way-anova")]
    Anova,
    /// Shapiro-Wilk test of normality.
    ShapiroWilk,
    /// Kolmogorov-Smirnov test of a sample against a given normal distribution, or of two samples.
    #[serde(alias = "ks")]
    KolmogorovSmirnov,
}

/// Alternative hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Alternative {
    /// Two-sided: a difference in either direction.
    #[default]
    TwoSided,
    /// One-sided: the first is larger.
    Greater,
    /// One-sided: the first is smaller.
    Less,
}

impl Alternative {
    /// The p-value, from the probabilities of at most, and of more than, what was found.
    fn p(self, (below, above): (f64, f64)) -> f64 {
        match self {
            Self::TwoSided => (2.0 * below.min(above)).min(1.0),
            Self::Greater => above,
            Self::Less => below,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::TwoSided => "two-sided",
            Self::Greater => "one-sided, greater",
            Self::Less => "one-sided, less",
        }
    }
}

/// Result of a hypothesis test.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatisticsTestResponse {
    /// Method used, with its corrections.
    pub method: String,
    /// Test statistic; null when the test has none.
    pub statistic: Option<f64>,
    /// Name of the test statistic: t, z, chi-square, U, W, H, F or D.
    pub statistic_name: &'static str,
    /// Degrees of freedom, of the numerator for F; null when there are none.
    pub degrees_of_freedom: Option<f64>,
    /// Degrees of freedom of the denominator for F; null for other statistics.
    pub degrees_of_freedom2: Option<f64>,
    /// P-value: the probability of a result at least as extreme under the null hypothesis; null when the data allow no
    /// answer.
    pub p_value: Option<f64>,
    /// P-value as text, never 0.
    pub p_text: String,
    /// Whether the p-value is below the significance level, 1 minus `confidence`.
    pub significant: bool,
    /// Alternative hypothesis tested.
    pub alternative: &'static str,
    /// Estimate of the quantity tested: a mean, difference, proportion or odds ratio; null when there is none.
    pub estimate: Option<f64>,
    /// Name of the estimate.
    pub estimate_name: &'static str,
    /// Lower bound of the confidence interval of the estimate; null for an unbounded interval.
    pub low: Option<f64>,
    /// Upper bound of the confidence interval of the estimate; null for an unbounded interval.
    pub high: Option<f64>,
    /// Confidence level of the intervals, as a fraction.
    pub confidence: f64,
    /// Effect size; null when there is none.
    pub effect_size: Option<f64>,
    /// Name of the effect size.
    pub effect_name: &'static str,
    /// Summaries of the groups or samples.
    pub groups: Vec<Group>,
    /// Pairwise comparisons of the groups.
    pub comparisons: Vec<Comparison>,
    /// Result in words.
    pub sentence: String,
}

/// Summary of one group or sample.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Name of the group or sample.
    pub name: String,
    /// Number of values, without the missing ones.
    pub count: usize,
    /// Arithmetic mean; null without numbers.
    pub mean: f64,
    /// Sample standard deviation, with divisor n - 1; null with fewer than two numbers.
    pub standard_deviation: Option<f64>,
    /// Median; null without numbers.
    pub median: f64,
}

/// Comparison of two groups.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Name of the first column or group of the pair.
    pub first: String,
    /// Name of the second column or group of the pair.
    pub second: String,
    /// Difference of the means: that of the first less that of the second group.
    pub difference: f64,
    /// Lower bound of the confidence interval of the difference, simultaneous for all comparisons.
    pub low: f64,
    /// Upper bound of the confidence interval of the difference, simultaneous for all comparisons.
    pub high: f64,
    /// P-value, adjusted for all comparisons.
    pub p_value: f64,
}

fn example() -> StatisticsTestRequest {
    let cells = |values: &[f64]| values.iter().copied().map(Cell::from).collect();
    StatisticsTestRequest {
        x: cells(&[59.01, 66.11, 52.8, 52.67, 51.72, 39.14]),
        y: cells(&[50.06, 45.82, 50.52, 47.22, 49.03, 40.66]),
        ..StatisticsTestRequest::bare(TestName::Welch)
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Test a hypothesis: means, proportions, counts, ranks, groups, distributions")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &StatisticsTestRequest| {
            let values = request.x.len()
                + request.y.len()
                + request.rows.len()
                + request.groups.iter().map(Vec::len).sum::<usize>();
            if values > 100 { Cost::Heavy } else { Cost::Light }
        })
}

impl StatisticsTestRequest {
    fn bare(test: TestName) -> Self {
        Self {
            test,
            x: Vec::new(),
            y: Vec::new(),
            groups: Vec::new(),
            rows: Vec::new(),
            column: None,
            column2: None,
            group_column: None,
            decimal_comma: false,
            table: Vec::new(),
            observed: Vec::new(),
            expected: Vec::new(),
            successes: Vec::new(),
            trials: Vec::new(),
            value: None,
            normal_mean: None,
            normal_standard_deviation: None,
            alternative: Alternative::TwoSided,
            confidence: 0.95,
            continuity: true,
        }
    }
}

/// What lies beyond an estimate on both sides, or one.
fn interval(
    alternative: Alternative,
    confidence: f64,
    estimate: f64,
    error: f64,
    family: Family,
) -> (Option<f64>, Option<f64>) {
    let tail = match alternative {
        Alternative::TwoSided => (1.0 - confidence) / 2.0,
        _ => 1.0 - confidence,
    };
    let reach = error * quantile(family, 1.0 - tail, tail);
    let (low, high) = (Some(estimate - reach), Some(estimate + reach));
    match alternative {
        Alternative::TwoSided => (low, high),
        Alternative::Greater => (low, None),
        Alternative::Less => (None, high),
    }
}

/// A p-value as text.
fn p_text(p: Option<f64>) -> String {
    match p {
        None => "none".to_owned(),
        Some(p) if p < 1e-300 => "< 1e-300".to_owned(),
        Some(p) if p < 1e-4 => format!("{p:.3e}"),
        Some(p) => format!("{p:.4}"),
    }
}

/// Tests a hypothesis.
///
/// # Errors
/// When samples are missing or too small, or counts do not fit the test.
pub fn test(mut request: StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
    if request.decimal_comma {
        request.x.by_comma();
        request.y.by_comma();
        request.groups.iter_mut().for_each(|group| group.by_comma());
        request.rows.by_comma();
    }
    let mut found = match request.test {
        TestName::TOne | TestName::TPaired => means::one(&request, call),
        TestName::TTwo | TestName::Welch => means::two(&request, call),
        TestName::ZProportion => counts::proportions(&request),
        TestName::ChiSquareFit => counts::fit(&request, call),
        TestName::ChiSquareIndependence => counts::independence(&request, call),
        TestName::FisherExact => counts::fisher(&request),
        TestName::MannWhitney => ranks::mann_whitney(&request, call),
        TestName::Wilcoxon => ranks::wilcoxon(&request, call),
        TestName::KruskalWallis => groups::kruskal_wallis(&request, call),
        TestName::Anova => groups::anova(&request, call),
        TestName::ShapiroWilk => shape::shapiro_wilk(&request),
        TestName::KolmogorovSmirnov => shape::kolmogorov_smirnov(&request, call),
    }?;
    found.p_value = found.p_value.map(|p| p.clamp(0.0, 1.0)).filter(|p| p.is_finite());
    found.p_text = p_text(found.p_value);
    found.confidence = request.confidence;
    found.significant = found.p_value.is_some_and(|p| p < 1.0 - request.confidence);
    let one_sided = !matches!(
        request.test,
        TestName::ChiSquareFit
            | TestName::ChiSquareIndependence
            | TestName::KruskalWallis
            | TestName::Anova
            | TestName::ShapiroWilk
            | TestName::KolmogorovSmirnov
    );
    if !one_sided && request.alternative != Alternative::TwoSided {
        call.warn("no-effect", Some("alternative"), "this test has no direction: alternative is ignored");
    }
    found.alternative = if one_sided { request.alternative.word() } else { Alternative::TwoSided.word() };
    let level = (1.0 - request.confidence) * 100.0;
    let verdict = match found.p_value {
        None => "no p-value can be given".to_owned(),
        Some(_) if found.significant => format!("p = {}, significant at {level:.3} %", found.p_text),
        Some(_) => format!("p = {}, not significant at {level:.3} %", found.p_text),
    };
    let trimmed = verdict.replace(".000 %", " %").replace("p = <", "p <");
    found.sentence = format!("{} {}: {trimmed}.", found.sentence, found.method);
    Ok(found)
}
