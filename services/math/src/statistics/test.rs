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
use crate::cell::{Cell, Record};
use crate::distribution::{Family, quantile};
use crate::error::Error;

const DESCRIPTION: &str = "\
Tests of means (t for one, two or paired samples, Welch), proportions (z), counts (chi-square, Fisher), ranks (Mann-Whitney, \
Wilcoxon, Kruskal-Wallis), several groups (analysis of variance with Tukey's comparisons) and distributions (Shapiro-Wilk, \
Kolmogorov-Smirnov). The answer names the method that was used, exact where it can be computed, also with ties, and gives \
effect size, interval and a plain sentence. Samples come as `x` and `y`, as `groups`, or as `rows` with `column`, `column2` \
or `groupColumn`; counts as `table`, `observed` and `expected`, or `successes` and `trials`.";

/// A test and its data.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct StatisticsTestRequest {
    /// The test.
    #[serde(alias = "kind")]
    pub test: TestName,
    /// The first sample.
    #[serde(default, alias = "data", alias = "a")]
    #[garde(length(max = 200_000))]
    pub x: Vec<Cell>,
    /// The second sample.
    #[serde(default, alias = "b")]
    #[garde(length(max = 200_000))]
    pub y: Vec<Cell>,
    /// Several samples.
    #[serde(default)]
    #[garde(length(max = 200))]
    pub groups: Vec<Vec<Cell>>,
    /// Rows of a table, instead of samples.
    #[serde(default, alias = "records")]
    #[garde(length(max = 200_000))]
    pub rows: Vec<Record>,
    /// The column of the rows with the numbers.
    #[serde(default)]
    pub column: Option<String>,
    /// The column with the second sample.
    #[serde(default)]
    pub column2: Option<String>,
    /// The column whose values say which group a row is of.
    #[serde(default)]
    pub group_column: Option<String>,
    /// A table of counts, row by row.
    #[serde(default)]
    #[garde(length(max = 100), inner(length(max = 100), inner(range(min = 0.0, max = 1e12))))]
    pub table: Vec<Vec<f64>>,
    /// Counts of categories.
    #[serde(default)]
    #[garde(length(max = 10_000), inner(range(min = 0.0, max = 1e12)))]
    pub observed: Vec<f64>,
    /// Counts or proportions expected of the categories; equal ones when they are not given.
    #[serde(default)]
    #[garde(length(max = 10_000), inner(range(min = 0.0, max = 1e12)))]
    pub expected: Vec<f64>,
    /// Successes of one or two samples.
    #[serde(default)]
    #[garde(length(max = 2), inner(range(min = 0.0, max = 1e12)))]
    pub successes: Vec<f64>,
    /// Trials of the same samples.
    #[serde(default)]
    #[garde(length(max = 2), inner(range(min = 1.0, max = 1e12)))]
    pub trials: Vec<f64>,
    /// The mean, difference, proportion or center that is tested; 0, or 0.5 for a proportion.
    #[serde(default, alias = "mu", alias = "mean")]
    pub value: Option<f64>,
    /// The mean of the normal distribution that is tested, for `kolmogorov-smirnov` with one sample.
    #[serde(default)]
    pub normal_mean: Option<f64>,
    /// Its standard deviation.
    #[serde(default)]
    pub normal_standard_deviation: Option<f64>,
    /// What is tested for.
    #[serde(default)]
    pub alternative: Alternative,
    /// The confidence of the interval; one minus it is the level of significance.
    #[serde(default = "confidence")]
    #[garde(range(min = 0.5, max = 0.999_999))]
    pub confidence: f64,
    /// Whether counts and ranks are corrected for continuity where a smooth distribution stands in for theirs.
    #[serde(default = "yes")]
    pub continuity: bool,
}

fn yes() -> bool {
    true
}

/// A test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TestName {
    /// One mean.
    #[serde(alias = "t-one-sample", alias = "one-sample-t")]
    TOne,
    /// Two means, variances taken to be equal.
    #[serde(alias = "t-two-sample", alias = "student")]
    TTwo,
    /// Two means, variances free.
    #[serde(alias = "t-test", alias = "t")]
    Welch,
    /// The mean of differences of pairs.
    #[serde(alias = "paired-t")]
    TPaired,
    /// One proportion or two.
    #[serde(alias = "z-proportions", alias = "z")]
    ZProportion,
    /// Counts of categories against expected ones.
    #[serde(alias = "goodness-of-fit")]
    ChiSquareFit,
    /// A table of counts: whether rows and columns are related.
    #[serde(alias = "chi-square", alias = "chi2")]
    ChiSquareIndependence,
    /// A table of two by two counts, exactly.
    #[serde(alias = "fisher")]
    FisherExact,
    /// Ranks of two unpaired samples.
    #[serde(alias = "wilcoxon-rank-sum")]
    MannWhitney,
    /// Signed ranks of pairs, or of one sample.
    #[serde(alias = "wilcoxon-signed-rank")]
    Wilcoxon,
    /// Ranks of several groups.
    KruskalWallis,
    /// Means of several groups, with Tukey's comparisons.
    #[serde(alias = "one-way-anova")]
    Anova,
    /// Whether a sample is from a normal distribution.
    ShapiroWilk,
    /// Whether a sample is from a given normal distribution, or two are from the same distribution.
    #[serde(alias = "ks")]
    KolmogorovSmirnov,
}

/// What is tested for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Alternative {
    /// A difference in either direction.
    #[default]
    TwoSided,
    /// The first is larger.
    Greater,
    /// The first is smaller.
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

/// What a test found.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatisticsTestResponse {
    /// The method that was used, with its corrections.
    pub method: String,
    /// The statistic; null where there is none.
    pub statistic: Option<f64>,
    /// Its name: t, z, chi-square, U, W, H, F or D.
    pub statistic_name: &'static str,
    /// Degrees of freedom.
    pub degrees_of_freedom: Option<f64>,
    /// Degrees of freedom of the denominator of F.
    pub degrees_of_freedom2: Option<f64>,
    /// The probability of such a difference or a larger one, were there none; null where the data allow no answer.
    pub p_value: Option<f64>,
    /// The same as text, never 0.
    pub p_text: String,
    /// Whether it is below one minus the confidence.
    pub significant: bool,
    /// What was tested for.
    pub alternative: &'static str,
    /// What is estimated: a mean, a difference, a proportion, an odds ratio.
    pub estimate: Option<f64>,
    /// Its name.
    pub estimate_name: &'static str,
    /// The lower end of its confidence interval; null for an open end.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The confidence of the interval.
    pub confidence: f64,
    /// The size of the effect.
    pub effect_size: Option<f64>,
    /// Its name.
    pub effect_name: &'static str,
    /// The groups, or samples.
    pub groups: Vec<Group>,
    /// Comparisons of each two groups.
    pub comparisons: Vec<Comparison>,
    /// The result in words.
    pub sentence: String,
}

/// One sample.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Numbers there are.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation; null for one number.
    pub standard_deviation: Option<f64>,
    /// Their median.
    pub median: f64,
}

/// Two groups, compared.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The one.
    pub first: String,
    /// The other.
    pub second: String,
    /// The mean of the one less that of the other.
    pub difference: f64,
    /// The lower end of its interval, for all comparisons together.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The p-value, for all comparisons together.
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
pub fn test(request: StatisticsTestRequest, call: &Call) -> Result<StatisticsTestResponse, Error> {
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
