//! Random numbers from a seed: the same seed gives the same numbers, on every machine and in every version.

use super::family::Family;
use super::quantile::quantile;
use crate::special::gamma::ln_gamma;

/// xoshiro256++ (Blackman and Vigna, 2019), seeded by SplitMix64.
pub(crate) struct Generator([u64; 4]);

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        };
        Self([next(), next(), next(), next()])
    }

    pub(crate) fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Between 0 and 1, neither of them.
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) * 2.0_f64.powi(-53)
    }

    /// Standard normal: Marsaglia's polar method, one of its two numbers.
    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                return u * (-2.0 * square.ln() / square).sqrt();
            }
        }
    }

    /// The logarithm of a gamma variable with scale 1 (Marsaglia and Tsang, 2000): shapes below 1 give what no double holds.
    fn ln_gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.ln_gamma(shape + 1.0) + self.uniform().ln() / shape;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return (d * v).ln();
            }
        }
    }

    fn gamma(&mut self, shape: f64) -> f64 {
        self.ln_gamma(shape).exp()
    }

    /// A Poisson variable: products of uniform ones, and for larger means transformed rejection (Hörmann, 1993, PTRS).
    fn poisson(&mut self, mean: f64) -> f64 {
        if mean < 10.0 {
            let (least, mut product, mut count) = ((-mean).exp(), self.uniform(), 0.0);
            while product > least {
                product *= self.uniform();
                count += 1.0;
            }
            return count;
        }
        let b = 0.931 + 2.53 * mean.sqrt();
        let a = -0.059 + 0.024_83 * b;
        let (inverse, accepted) = (1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2.0));
        loop {
            let (u, v) = (self.uniform() - 0.5, self.uniform());
            let rest = 0.5 - u.abs();
            let k = ((2.0 * a / rest + b) * u + mean + 0.43).floor();
            if rest >= 0.07 && v <= accepted {
                return k;
            }
            if k < 0.0 || (rest < 0.013 && v > rest) {
                continue;
            }
            let density = k * mean.ln() - mean - ln_gamma(k + 1.0);
            if v.ln() + inverse.ln() - (a / (rest * rest) + b).ln() <= density {
                return k;
            }
        }
    }
}

/// Draws from a distribution.
pub(crate) struct Sampler {
    family: Family,
    /// For whole numbers: the first, and the probability up to each.
    table: Option<(f64, Vec<f64>)>,
}

/// Whole numbers a table holds.
const MAX_TABLE: f64 = 2_000_000.0;

impl Sampler {
    pub(crate) fn new(family: Family) -> Self {
        let table = family.is_discrete().then(|| {
            let (first, last) = (quantile(family, 1e-18, 1.0), quantile(family, 1.0, 1e-18));
            (last - first < MAX_TABLE).then(|| {
                let mut up_to = Vec::new();
                // From where they are likely, so that no term is lost to underflow.
                let middle = family.moments().0.floor().clamp(first, last);
                let mut terms = Vec::new();
                let mut term = family.pdf(middle);
                let mut k = middle;
                while k > first && term > 0.0 {
                    k -= 1.0;
                    term /= family.ratio(k);
                    terms.push(term);
                }
                let start = k;
                terms.reverse();
                term = family.pdf(middle);
                k = middle;
                while k <= last {
                    terms.push(term);
                    term *= family.ratio(k);
                    k += 1.0;
                }
                let mut sum = 0.0;
                for term in terms {
                    sum += term;
                    up_to.push(sum);
                }
                (start, up_to)
            })
        });
        Self { family, table: table.flatten() }
    }

    pub(crate) fn draw(&self, random: &mut Generator) -> f64 {
        match self.family {
            Family::Normal { mean, sd } => mean + sd * random.normal(),
            Family::Lognormal { mean, sd } => (mean + sd * random.normal()).exp(),
            Family::StudentT { df } => random.normal() / (random.ln_gamma(df / 2.0) - (df / 2.0).ln()).exp().sqrt(),
            Family::Gamma { shape, scale } => scale * random.gamma(shape),
            Family::F { df1, df2 } => {
                let logarithm = random.ln_gamma(df1 / 2.0) - random.ln_gamma(df2 / 2.0);
                (logarithm + df2.ln() - df1.ln()).exp()
            }
            Family::Beta { alpha, beta } => {
                let (x, y) = (random.ln_gamma(alpha), random.ln_gamma(beta));
                1.0 / (1.0 + (y - x).exp())
            }
            Family::Exponential { scale } => -scale * random.uniform().ln(),
            Family::Uniform { low, high } => low + (high - low) * random.uniform(),
            Family::Weibull { shape, scale } => scale * (-random.uniform().ln()).powf(1.0 / shape),
            Family::Geometric { probability } if self.table.is_none() => {
                (random.uniform().ln() / (-probability).ln_1p()).floor()
            }
            // Poisson with a mean that is gamma distributed.
            Family::NegativeBinomial { successes, probability } if self.table.is_none() => {
                let mean = random.gamma(successes) * (1.0 - probability) / probability;
                random.poisson(mean)
            }
            _ => {
                let uniform = random.uniform();
                match &self.table {
                    Some((first, up_to)) => {
                        let at = up_to.partition_point(|sum| *sum < uniform).min(up_to.len() - 1);
                        #[expect(clippy::cast_precision_loss, reason = "at most two million")]
                        let steps = at as f64;
                        first + steps
                    }
                    None => quantile(self.family, uniform, 1.0 - uniform),
                }
            }
        }
    }
}
