//! The families: density, distribution function and its complement, moments, support.

use crate::dd::Dd;
use crate::special::beta::{beta_i, ln_beta_dd, ln_power_terms};
use crate::special::gamma::{gamma_p_q, ln_gamma_dd};
use crate::special::normal::normal_p_q;

/// ln(2 pi) / 2.
const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_8;

/// A distribution whose parameters are inside the box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Family {
    Normal {
        mean: f64,
        sd: f64,
    },
    Lognormal {
        mean: f64,
        sd: f64,
    },
    StudentT {
        df: f64,
    },
    /// Chi-square too.
    Gamma {
        shape: f64,
        scale: f64,
    },
    F {
        df1: f64,
        df2: f64,
    },
    Beta {
        alpha: f64,
        beta: f64,
    },
    Exponential {
        scale: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
    Weibull {
        shape: f64,
        scale: f64,
    },
    Binomial {
        trials: f64,
        probability: f64,
    },
    Poisson {
        mean: f64,
    },
    /// Failures before the first success.
    Geometric {
        probability: f64,
    },
    /// Failures before a number of successes, which need not be whole.
    NegativeBinomial {
        successes: f64,
        probability: f64,
    },
    Hypergeometric {
        population: f64,
        successes: f64,
        draws: f64,
    },
}

/// One minus it, exactly.
fn complement(value: f64) -> Dd {
    Dd::ONE - Dd::of(value)
}

/// ln of n over k.
fn ln_choose(n: f64, k: f64) -> Dd {
    -(ln_beta_dd(n - k + 1.0, k + 1.0) + (Dd::of(n) + 1.0).ln())
}

impl Family {
    pub(crate) const fn is_discrete(self) -> bool {
        matches!(
            self,
            Self::Binomial { .. }
                | Self::Poisson { .. }
                | Self::Geometric { .. }
                | Self::NegativeBinomial { .. }
                | Self::Hypergeometric { .. }
        )
    }

    /// The smallest and the largest value.
    pub(crate) fn support(self) -> (f64, f64) {
        match self {
            Self::Normal { .. } | Self::StudentT { .. } => (f64::NEG_INFINITY, f64::INFINITY),
            Self::Beta { .. } => (0.0, 1.0),
            Self::Uniform { low, high } => (low, high),
            Self::Binomial { trials, .. } => (0.0, trials),
            Self::Hypergeometric { population, successes, draws } => {
                ((draws + successes - population).max(0.0), draws.min(successes))
            }
            _ => (0.0, f64::INFINITY),
        }
    }

    /// Mean and variance; infinite or missing where the integral is.
    pub(crate) fn moments(self) -> (f64, f64) {
        match self {
            Self::Normal { mean, sd } => (mean, sd * sd),
            Self::Lognormal { mean, sd } => {
                let square = sd * sd;
                ((mean + square / 2.0).exp(), square.exp_m1() * (2.0 * mean + square).exp())
            }
            Self::StudentT { df } => (
                if df > 1.0 { 0.0 } else { f64::NAN },
                if df > 2.0 {
                    df / (df - 2.0)
                } else if df > 1.0 {
                    f64::INFINITY
                } else {
                    f64::NAN
                },
            ),
            Self::Gamma { shape, scale } => (shape * scale, shape * scale * scale),
            Self::F { df1, df2 } => (
                if df2 > 2.0 { df2 / (df2 - 2.0) } else { f64::INFINITY },
                if df2 > 4.0 {
                    2.0 * (df2 / (df2 - 2.0)).powi(2) * (df1 + df2 - 2.0) / (df1 * (df2 - 4.0))
                } else {
                    f64::INFINITY
                },
            ),
            Self::Beta { alpha, beta } => {
                let sum = alpha + beta;
                (alpha / sum, alpha / sum * (beta / sum) / (sum + 1.0))
            }
            Self::Exponential { scale } => (scale, scale * scale),
            Self::Uniform { low, high } => (f64::midpoint(low, high), (high - low).powi(2) / 12.0),
            Self::Weibull { shape, scale } => {
                let moment = |order: f64| ln_gamma_dd(Dd::ONE + Dd::of(order) / shape).exp();
                let (first, second) = (moment(1.0), moment(2.0));
                (scale * first.value(), scale * scale * (second - first.square()).value())
            }
            Self::Binomial { trials, probability } => {
                (trials * probability, trials * probability * (1.0 - probability))
            }
            Self::Poisson { mean } => (mean, mean),
            Self::Geometric { probability } => {
                ((1.0 - probability) / probability, (1.0 - probability) / probability / probability)
            }
            Self::NegativeBinomial { successes, probability } => {
                let mean = successes * (1.0 - probability) / probability;
                (mean, mean / probability)
            }
            Self::Hypergeometric { population, successes, draws } => {
                let part = successes / population;
                let rest = if population > 1.0 { (population - draws) / (population - 1.0) } else { 0.0 };
                (draws * part, draws * part * (1.0 - part) * rest)
            }
        }
    }

    /// The density, or the probability of a whole number.
    pub(crate) fn pdf(self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x < low || x > high || (self.is_discrete() && x.fract() != 0.0) {
            return 0.0;
        }
        self.ln_pdf(x).exp()
    }

    fn ln_pdf(self, x: f64) -> f64 {
        let at = Dd::of(x);
        match self {
            Self::Normal { mean, sd } => {
                let z = (at - mean) / sd;
                (-z.square().scale(0.5)).value() - HALF_LN_2_PI - sd.ln()
            }
            Self::Lognormal { .. } if x == 0.0 => f64::NEG_INFINITY,
            Self::Lognormal { mean, sd } => {
                let z = (at.ln() - mean) / sd;
                (-z.square().scale(0.5) - at.ln()).value() - HALF_LN_2_PI - sd.ln()
            }
            Self::StudentT { df } => {
                let square = if x.abs() > FAR {
                    at.abs().ln().scale(2.0) - Dd::of(df).ln()
                } else {
                    (at.square() / df + Dd::ONE).ln()
                };
                let growth = square * ((Dd::of(df) + 1.0) / 2.0);
                (-(growth + ln_beta_dd(df / 2.0, 0.5) + Dd::of(df).ln().scale(0.5))).value()
            }
            Self::Gamma { shape, scale } => {
                if x == 0.0 {
                    return at_zero(shape, 1.0 / scale);
                }
                let z = at / scale;
                (z.ln() * shape - z - ln_gamma_dd(Dd::of(shape)) - at.ln()).value()
            }
            Self::F { df1, df2 } => {
                if x == 0.0 {
                    return at_zero(df1 / 2.0, 1.0);
                }
                let total = at * df1 + df2;
                let (part, rest) = (at * df1 / total, Dd::of(df2) / total);
                (ln_power_terms(df1 / 2.0, df2 / 2.0, part, rest) - at.ln()).value()
            }
            Self::Beta { alpha, beta } => {
                if x == 0.0 {
                    return at_zero(alpha, beta);
                }
                if x == 1.0 {
                    return at_zero(beta, alpha);
                }
                let rest = complement(x);
                (ln_power_terms(alpha, beta, at, rest) - at.ln() - rest.ln()).value()
            }
            Self::Exponential { scale } => (-(at / scale)).value() - scale.ln(),
            Self::Uniform { low, high } => -(high - low).ln(),
            Self::Weibull { shape, scale } => {
                if x == 0.0 {
                    return at_zero(shape, shape / scale);
                }
                let z = at / scale;
                let power = z.ln() * shape;
                (power - power.exp() - at.ln()).value() + shape.ln()
            }
            Self::Binomial { trials, probability } => {
                // 0 ln 0 is 0.
                let log = |base: Dd, power: f64| if power == 0.0 { Dd::ZERO } else { base.ln() * power };
                let powers = log(Dd::of(probability), x) + log(complement(probability), trials - x);
                (ln_choose(trials, x) + powers).value()
            }
            Self::Poisson { mean } => (Dd::of(mean).ln() * x - mean - ln_gamma_dd(at + 1.0)).value(),
            Self::Geometric { probability } => {
                if probability == 1.0 {
                    return if x == 0.0 { 0.0 } else { f64::NEG_INFINITY };
                }
                (complement(probability).ln() * x + Dd::of(probability).ln()).value()
            }
            Self::NegativeBinomial { successes, probability } => {
                if probability == 1.0 {
                    return if x == 0.0 { 0.0 } else { f64::NEG_INFINITY };
                }
                if x == 0.0 {
                    return (Dd::of(probability).ln() * successes).value();
                }
                let powers = Dd::of(probability).ln() * successes + complement(probability).ln() * x;
                (powers - ln_beta_dd(successes, x) - at.ln()).value()
            }
            Self::Hypergeometric { population, successes, draws } => {
                (ln_choose(successes, x) + ln_choose(population - successes, draws - x) - ln_choose(population, draws))
                    .value()
            }
        }
    }

    /// The probabilities up to x and above it; each with all its digits.
    pub(crate) fn cdf_sf(self, x: f64) -> (f64, f64) {
        let x = if self.is_discrete() { x.floor() } else { x };
        let (low, high) = self.support();
        if x < low || (x == low && !self.is_discrete()) {
            return (0.0, 1.0);
        }
        if x >= high {
            return (1.0, 0.0);
        }
        let at = Dd::of(x);
        match self {
            Self::Normal { mean, sd } => normal_p_q((at - mean) / sd),
            Self::Lognormal { mean, sd } => normal_p_q((at.ln() - mean) / sd),
            Self::StudentT { df } => student(df, x),
            Self::Gamma { shape, scale } => gamma_p_q(shape, at / scale),
            Self::F { df1, df2 } => {
                // By the smaller ratio, so that none leaves the range.
                let part = Dd::of(df1) / df2 * at;
                if x < 1.0 {
                    return beta_i(df1 / 2.0, df2 / 2.0, part / (part + Dd::ONE), Dd::ONE / (part + Dd::ONE));
                }
                let rest = if x > 1e280 { Dd::of(df2 / df1 / x) } else { Dd::of(df2) / df1 / at };
                let total = rest + Dd::ONE;
                beta_i(df1 / 2.0, df2 / 2.0, Dd::ONE / total, rest / total)
            }
            Self::Beta { alpha, beta } => beta_i(alpha, beta, at, complement(x)),
            Self::Exponential { scale } => decays(at / scale),
            Self::Uniform { low, high } => {
                let width = Dd::of(high) - low;
                (((at - low) / width).value(), ((Dd::of(high) - x) / width).value())
            }
            Self::Weibull { shape, scale } => decays(((at / scale).ln() * shape).exp()),
            Self::Binomial { probability: 0.0, .. } => (1.0, 0.0),
            Self::Binomial { probability: 1.0, .. } => (0.0, 1.0),
            Self::Binomial { trials, probability } => {
                beta_i(trials - x, x + 1.0, complement(probability), Dd::of(probability))
            }
            Self::Poisson { mean } => {
                let (below, above) = gamma_p_q(x + 1.0, Dd::of(mean));
                (above, below)
            }
            Self::Geometric { probability } => decays(-(complement(probability).ln() * (x + 1.0))),
            Self::NegativeBinomial { successes, probability } => {
                beta_i(successes, x + 1.0, Dd::of(probability), complement(probability))
            }
            Self::Hypergeometric { .. } => self.summed(x),
        }
    }

    /// The probability of the next whole number over that of this one.
    pub(crate) fn ratio(self, k: f64) -> f64 {
        match self {
            Self::Binomial { trials, probability } => (trials - k) / (k + 1.0) * (probability / (1.0 - probability)),
            Self::Poisson { mean } => mean / (k + 1.0),
            Self::Geometric { probability } => 1.0 - probability,
            Self::NegativeBinomial { successes, probability } => (successes + k) / (k + 1.0) * (1.0 - probability),
            Self::Hypergeometric { population, successes, draws } => {
                (successes - k) / (k + 1.0) * ((draws - k) / (population - successes - draws + k + 1.0))
            }
            _ => 0.0,
        }
    }

    /// The tails of a discrete distribution, by adding up the smaller one.
    fn summed(self, x: f64) -> (f64, f64) {
        let (low, high) = self.support();
        let from_below = x < self.moments().0;
        let mut at = if from_below { x } else { x + 1.0 };
        let mut term = self.pdf(at);
        let mut sum = 0.0;
        while at >= low && at <= high {
            sum += term;
            // Away from the mean they only fall: after one that is no double above zero there is none.
            if term <= sum * 1e-18 {
                break;
            }
            if from_below {
                at -= 1.0;
                term /= self.ratio(at);
            } else {
                term *= self.ratio(at);
                at += 1.0;
            }
        }
        let sum = sum.min(1.0);
        if from_below { (sum, 1.0 - sum) } else { (1.0 - sum, sum) }
    }
}

/// 1 - e^-t and e^-t.
fn decays(t: Dd) -> (f64, f64) {
    let above = (-t).exp();
    let below = if t.hi() < 0.5 { -((-t.value()).exp_m1()) } else { (Dd::ONE - above).value() };
    (below, above.value())
}

/// The logarithm of a density at the end of its support, where it is like c x^(shape - 1).
fn at_zero(shape: f64, factor: f64) -> f64 {
    if shape < 1.0 {
        f64::INFINITY
    } else if shape > 1.0 {
        f64::NEG_INFINITY
    } else {
        factor.ln()
    }
}

/// Sizes of Student's t from which on only its power law is left; a square would soon have no second part.
const FAR: f64 = 1e140;

/// Student's t: the tails are those of beta at df / (df + t^2).
fn student(df: f64, t: f64) -> (f64, f64) {
    let square = Dd::of(t).square();
    let total = square + df;
    if t.abs() > FAR {
        let ln = Dd::of(df).ln() * (df / 2.0)
            - Dd::of(t.abs()).ln() * df
            - ln_beta_dd(df / 2.0, 0.5)
            - Dd::of(df / 2.0).ln();
        let far = 0.5 * ln.exp().value();
        return if t < 0.0 { (far, 1.0 - far) } else { (1.0 - far, far) };
    }
    let (outside, inside) = beta_i(df / 2.0, 0.5, Dd::of(df) / total, square / total);
    let far = 0.5 * outside;
    let near = if inside < 0.5 { 0.5 + 0.5 * inside } else { 1.0 - far };
    if t < 0.0 { (far, near) } else { (near, far) }
}
