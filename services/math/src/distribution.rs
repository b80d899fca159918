//! Probability distributions: density, distribution function, quantiles, random numbers.

mod family;
mod quantile;
mod sample;

use chassis::{Call, Cost, Operation};
pub(crate) use family::Family;
use garde::Validate;
pub(crate) use quantile::quantile;
pub(crate) use sample::Generator;
use sample::Sampler;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, conflict, still_wanted};

const DESCRIPTION: &str = "\
Probability density, lower and upper tail probabilities, quantiles and random numbers of 15 distributions. Values are \
within 1e-12 (relative) of reference tables for shapes, degrees of freedom, counts and means from 0.001 to \
10,000,000; parameters outside of that range are an error. Small tail probabilities keep all their digits: use `sf` \
and not 1 - `cdf`, and `tail=upper` for quantiles near 1. Geometric and negative-binomial count failures before the \
successes. Parameters: normal `mean`, `standardDeviation`; lognormal the same of the logarithm; student-t and \
chi-square `degreesOfFreedom`; f `degreesOfFreedom`, `degreesOfFreedom2`; beta `alpha`, `beta`; gamma `shape`, \
`scale` or `rate`; weibull `shape`, `scale`; exponential `scale` or `rate`; uniform `low`, `high`; binomial `trials`, \
`probability`; poisson `mean`; geometric `probability`; negative-binomial `successes`, `probability`; hypergeometric \
`population`, `successes`, `draws`.";

/// The largest whole number that JSON keeps everywhere.
const MAX_SEED: u64 = 9_007_199_254_740_991;
/// Values a call may ask for.
const MAX_VALUES: usize = 10_000;

/// A distribution, its parameters and the quantities to compute.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct DistributionRequest {
    /// Family of the distribution.
    #[serde(alias = "distribution", alias = "name")]
    pub family: FamilyName,
    /// Mean of normal and poisson; of the logarithm for lognormal.
    #[serde(default, alias = "mu", alias = "lambda")]
    pub mean: Option<f64>,
    /// Standard deviation of normal; of the logarithm for lognormal.
    #[serde(default, alias = "sigma", alias = "sd")]
    pub standard_deviation: Option<f64>,
    /// Degrees of freedom of student-t and chi-square; of the numerator for f.
    #[serde(default, alias = "df", alias = "df1")]
    pub degrees_of_freedom: Option<f64>,
    /// Degrees of freedom of the denominator for f.
    #[serde(default, alias = "df2")]
    pub degrees_of_freedom2: Option<f64>,
    /// First shape parameter of beta.
    #[serde(default)]
    pub alpha: Option<f64>,
    /// Second shape parameter of beta.
    #[serde(default)]
    pub beta: Option<f64>,
    /// Shape parameter of gamma and weibull.
    #[serde(default)]
    pub shape: Option<f64>,
    /// Scale parameter of gamma, weibull and exponential.
    #[serde(default)]
    pub scale: Option<f64>,
    /// Rate parameter of gamma and exponential: one over the scale.
    #[serde(default)]
    pub rate: Option<f64>,
    /// Lower bound of uniform.
    #[serde(default, alias = "min")]
    pub low: Option<f64>,
    /// Upper bound of uniform.
    #[serde(default, alias = "max")]
    pub high: Option<f64>,
    /// Number of trials of binomial.
    #[serde(default, alias = "n")]
    pub trials: Option<f64>,
    /// Success probability of binomial, geometric and negative-binomial, 0 to 1.
    #[serde(default, alias = "p")]
    pub probability: Option<f64>,
    /// Population size of hypergeometric.
    #[serde(default)]
    pub population: Option<f64>,
    /// Number of successes in the population of hypergeometric, or to wait for of negative-binomial.
    #[serde(default)]
    pub successes: Option<f64>,
    /// Number of draws without replacement of hypergeometric.
    #[serde(default)]
    pub draws: Option<f64>,
    /// Values to compute density and probabilities at.
    #[serde(default, alias = "x", alias = "values")]
    #[garde(length(max = MAX_VALUES))]
    pub at: Vec<f64>,
    /// Probabilities to compute quantiles of, 0 to 1.
    #[serde(default, alias = "quantiles")]
    #[garde(length(max = MAX_VALUES), inner(range(min = 0.0, max = 1.0)))]
    pub probabilities: Vec<f64>,
    /// Tail that the probabilities of quantiles are measured in.
    #[serde(default)]
    pub tail: Tail,
    /// Number of random numbers to draw.
    #[serde(default)]
    #[garde(range(max = 100_000))]
    pub sample: u32,
    /// Seed of the random numbers: the same seed gives the same numbers; chosen and returned when omitted.
    #[serde(default)]
    #[garde(range(max = MAX_SEED))]
    pub seed: Option<u64>,
}

/// Family of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names of the field")]
pub enum FamilyName {
    #[serde(alias = "gaussian", alias = "norm")]
    Normal,
    Lognormal,
    #[serde(alias = "t")]
    StudentT,
    #[serde(alias = "chi2")]
    ChiSquare,
    F,
    Beta,
    Gamma,
    Exponential,
    Uniform,
    Weibull,
    Binomial,
    Poisson,
    Geometric,
    NegativeBinomial,
    Hypergeometric,
}

/// Tail of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tail {
    /// Lower tail: the probability below the quantile.
    #[default]
    Lower,
    /// Upper tail: the probability above the quantile.
    Upper,
}

/// Moments of a distribution, and the quantities asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DistributionResponse {
    /// Family of the distribution.
    pub family: FamilyName,
    /// Mean of the distribution; null when undefined or infinite.
    pub mean: Option<f64>,
    /// Variance of the distribution; null when undefined or infinite.
    pub variance: Option<f64>,
    /// Standard deviation of the distribution; null when undefined or infinite.
    pub standard_deviation: Option<f64>,
    /// Density and probabilities at each value of `at`, in order.
    pub rows: Vec<DistributionValue>,
    /// Quantile of each probability, in order; null when infinite.
    pub quantiles: Vec<Option<f64>>,
    /// Random numbers drawn.
    pub sample: Vec<f64>,
    /// Seed of the random numbers; null when none are drawn.
    pub seed: Option<u64>,
}

/// Density and probabilities at one value.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DistributionValue {
    /// Value at which density and probabilities are computed.
    pub x: f64,
    /// Probability density at `x`, or probability mass of a discrete distribution; null when infinite.
    pub pdf: Option<f64>,
    /// Cumulative distribution function: the probability of at most `x`.
    pub cdf: f64,
    /// Survival function: the probability of more than `x`.
    pub sf: f64,
}

fn example() -> DistributionRequest {
    DistributionRequest {
        at: vec![1.96],
        probabilities: vec![0.975],
        sample: 3,
        seed: Some(42),
        mean: Some(0.0),
        standard_deviation: Some(1.0),
        ..DistributionRequest::bare(FamilyName::Normal)
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute densities, probabilities, quantiles and random numbers of a distribution")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &DistributionRequest| {
            let values = request.at.len() + request.probabilities.len() * 10 + request.sample as usize / 10;
            if values > 1000 { Cost::Heavy } else { Cost::Light }
        })
}

/// The least and the greatest parameter of the box.
const BOX: (f64, f64) = (1e-3, 1e7);

impl DistributionRequest {
    /// A family without parameters.
    fn bare(family: FamilyName) -> Self {
        Self {
            family,
            mean: None,
            standard_deviation: None,
            degrees_of_freedom: None,
            degrees_of_freedom2: None,
            alpha: None,
            beta: None,
            shape: None,
            scale: None,
            rate: None,
            low: None,
            high: None,
            trials: None,
            probability: None,
            population: None,
            successes: None,
            draws: None,
            at: Vec::new(),
            probabilities: Vec::new(),
            tail: Tail::Lower,
            sample: 0,
            seed: None,
        }
    }

    /// The parameters, by name.
    fn parameters(&self) -> [(&'static str, Option<f64>); 16] {
        [
            ("mean", self.mean),
            ("standardDeviation", self.standard_deviation),
            ("degreesOfFreedom", self.degrees_of_freedom),
            ("degreesOfFreedom2", self.degrees_of_freedom2),
            ("alpha", self.alpha),
            ("beta", self.beta),
            ("shape", self.shape),
            ("scale", self.scale),
            ("rate", self.rate),
            ("low", self.low),
            ("high", self.high),
            ("trials", self.trials),
            ("probability", self.probability),
            ("population", self.population),
            ("successes", self.successes),
            ("draws", self.draws),
        ]
    }

    /// A parameter that must be there and within bounds.
    fn within(&self, name: &'static str, low: f64, high: f64) -> Result<f64, Error> {
        let value = self.parameters().into_iter().find_map(|(known, value)| value.filter(|_| known == name));
        match value {
            None => Err(conflict(name, format!("is missing: {} needs it", self.family.name()))),
            Some(value) if (low..=high).contains(&value) => Ok(value),
            Some(_) => Err(conflict(name, format!("must be from {low} to {high}"))),
        }
    }

    fn whole(&self, name: &'static str, low: f64, high: f64) -> Result<f64, Error> {
        let value = self.within(name, low, high)?;
        if value.fract() == 0.0 { Ok(value) } else { Err(conflict(name, "must be a whole number")) }
    }

    fn shape(&self, name: &'static str) -> Result<f64, Error> {
        self.within(name, BOX.0, BOX.1)
    }

    fn or(&self, name: &'static str, otherwise: f64, low: f64, high: f64) -> Result<f64, Error> {
        match self.within(name, low, high) {
            Err(_) if self.parameters().iter().all(|(known, value)| *known != name || value.is_none()) => Ok(otherwise),
            result => result,
        }
    }

    /// The scale, which may come as a rate.
    fn scale(&self) -> Result<f64, Error> {
        match (self.scale, self.rate) {
            (Some(_), Some(_)) => Err(conflict("rate", "is there together with scale: send one of the two")),
            (None, Some(_)) => self.within("rate", 1e-15, 1e15).map(|rate| 1.0 / rate),
            _ => self.or("scale", 1.0, 1e-15, 1e15),
        }
    }

    /// The distribution, when its parameters are inside the box.
    fn family(&self) -> Result<Family, Error> {
        use FamilyName as Name;
        const FAR: f64 = 1e15;
        let (used, family): (&[&str], Family) = match self.family {
            Name::Normal => {
                let (mean, sd) = (self.or("mean", 0.0, -FAR, FAR)?, self.or("standardDeviation", 1.0, 1e-15, FAR)?);
                (&["mean", "standardDeviation"], Family::Normal { mean, sd })
            }
            Name::Lognormal => {
                let (mean, sd) = (self.or("mean", 0.0, -200.0, 200.0)?, self.or("standardDeviation", 1.0, 1e-3, 15.0)?);
                (&["mean", "standardDeviation"], Family::Lognormal { mean, sd })
            }
            Name::StudentT => (&["degreesOfFreedom"], Family::StudentT { df: self.shape("degreesOfFreedom")? }),
            Name::ChiSquare => {
                let df = self.shape("degreesOfFreedom")?;
                (&["degreesOfFreedom"], Family::Gamma { shape: df / 2.0, scale: 2.0 })
            }
            Name::F => {
                let (df1, df2) = (self.shape("degreesOfFreedom")?, self.shape("degreesOfFreedom2")?);
                (&["degreesOfFreedom", "degreesOfFreedom2"], Family::F { df1, df2 })
            }
            Name::Beta => {
                let (alpha, beta) = (self.shape("alpha")?, self.shape("beta")?);
                (&["alpha", "beta"], Family::Beta { alpha, beta })
            }
            Name::Gamma => {
                (&["shape", "scale", "rate"], Family::Gamma { shape: self.shape("shape")?, scale: self.scale()? })
            }
            Name::Exponential => (&["scale", "rate"], Family::Exponential { scale: self.scale()? }),
            Name::Uniform => {
                let (low, high) = (self.or("low", 0.0, -FAR, FAR)?, self.or("high", 1.0, -FAR, FAR)?);
                if low >= high {
                    return Err(conflict("high", "must be above low"));
                }
                (&["low", "high"], Family::Uniform { low, high })
            }
            Name::Weibull => {
                let shape = self.within("shape", 1e-2, 1e4)?;
                (&["shape", "scale", "rate"], Family::Weibull { shape, scale: self.scale()? })
            }
            Name::Binomial => {
                let (trials, probability) = (self.whole("trials", 1.0, BOX.1)?, self.within("probability", 0.0, 1.0)?);
                (&["trials", "probability"], Family::Binomial { trials, probability })
            }
            Name::Poisson => (&["mean"], Family::Poisson { mean: self.shape("mean")? }),
            Name::Geometric => {
                (&["probability"], Family::Geometric { probability: self.within("probability", 1e-9, 1.0)? })
            }
            Name::NegativeBinomial => {
                let (successes, probability) = (self.shape("successes")?, self.within("probability", 1e-7, 1.0)?);
                if successes / probability > 1e8 {
                    return Err(conflict(
                        "probability",
                        "is too small for so many successes: the mean must be below 1e8",
                    ));
                }
                (&["successes", "probability"], Family::NegativeBinomial { successes, probability })
            }
            Name::Hypergeometric => {
                let population = self.whole("population", 1.0, BOX.1)?;
                let successes = self.whole("successes", 0.0, population)?;
                let draws = self.whole("draws", 0.0, population)?;
                (&["population", "successes", "draws"], Family::Hypergeometric { population, successes, draws })
            }
        };
        let stray = self.parameters().into_iter().find(|(name, value)| value.is_some() && !used.contains(name));
        if let Some((name, _)) = stray {
            let message = format!("is no parameter of {}: use {}", self.family.name(), used.join(", "));
            return Err(conflict(name, message));
        }
        Ok(family)
    }
}

impl FamilyName {
    const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Lognormal => "lognormal",
            Self::StudentT => "student-t",
            Self::ChiSquare => "chi-square",
            Self::F => "f",
            Self::Beta => "beta",
            Self::Gamma => "gamma",
            Self::Exponential => "exponential",
            Self::Uniform => "uniform",
            Self::Weibull => "weibull",
            Self::Binomial => "binomial",
            Self::Poisson => "poisson",
            Self::Geometric => "geometric",
            Self::NegativeBinomial => "negative-binomial",
            Self::Hypergeometric => "hypergeometric",
        }
    }
}

/// Finds densities, probabilities, quantiles and random numbers.
///
/// # Errors
/// When a parameter is missing, outside of the box, or belongs to another family.
pub fn distribution(request: DistributionRequest, call: &Call) -> Result<DistributionResponse, Error> {
    let family = request.family()?;
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    let (mean, variance) = family.moments();
    let mut rows = Vec::with_capacity(request.at.len());
    for x in &request.at {
        still_wanted(call)?;
        let (cdf, sf) = family.cdf_sf(*x);
        rows.push(DistributionValue { x: *x, pdf: finite(family.pdf(*x)), cdf, sf });
    }
    let mut quantiles = Vec::with_capacity(request.probabilities.len());
    for probability in &request.probabilities {
        still_wanted(call)?;
        let other = 1.0 - probability;
        let found = match request.tail {
            Tail::Lower => quantile(family, *probability, other),
            Tail::Upper => quantile(family, other, *probability),
        };
        quantiles.push(finite(found));
    }
    if quantiles.iter().any(Option::is_none) {
        call.warn("infinite", Some("probabilities"), "some quantiles are infinite, and null in the answer");
    }
    let seed = match (request.sample, request.seed) {
        (0, _) => None,
        (_, Some(seed)) => Some(seed),
        (_, None) => Some(getrandom::u64().map_err(|_| Error::Cancelled)? >> 11),
    };
    let mut sample = Vec::with_capacity(request.sample as usize);
    if let Some(seed) = seed {
        let mut random = Generator::new(seed);
        let sampler = Sampler::new(family);
        for index in 0..request.sample {
            if index % 1000 == 0 {
                still_wanted(call)?;
            }
            sample.push(sampler.draw(&mut random));
        }
    }
    Ok(DistributionResponse {
        family: request.family,
        mean: finite(mean),
        variance: finite(variance),
        standard_deviation: finite(variance.sqrt()),
        rows,
        quantiles,
        sample,
        seed,
    })
}
