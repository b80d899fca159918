//! The next token out of the logits of all: greedy, or by chance within temperature and top-p.

use std::collections::HashMap;

/// Below this temperature the likeliest token is taken.
const GREEDY: f32 = 1e-4;
/// A logit this far (in units of temperature) below the best is as good as impossible: less than 1e-13.
const FAR: f32 = 30.0;

/// How tokens are chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) temperature: f32,
    pub(super) top_p: f32,
    /// Taken off the logit of a token that was chosen before: once, and for each time.
    pub(super) presence: f32,
    pub(super) frequency: f32,
}

/// Chooses tokens one after the other.
pub(super) struct Sampler {
    choice: Choice,
    random: SplitMix,
    chosen: HashMap<u32, u16>,
}

/// Random numbers of a seed (Steele, Lea and Flood 2014): the same on every machine.
struct SplitMix(u64);

impl SplitMix {
    /// From 0 to 1, exclusive.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Sampler {
    pub(super) fn new(choice: Choice, seed: u64) -> Self {
        Self { choice, random: SplitMix(seed), chosen: HashMap::new() }
    }

    /// The next token among those that are allowed; none when none is.
    pub(super) fn next(&mut self, logits: &mut [f32], allowed: &dyn Fn(u32) -> bool) -> Option<u32> {
        for (token, count) in &self.chosen {
            logits[*token as usize] -= self.choice.presence + self.choice.frequency * f32::from(*count);
        }
        let token = match self.choice.temperature < GREEDY {
            true => likeliest(logits, allowed),
            false => self.by_chance(logits, allowed),
        }?;
        if self.choice.presence != 0.0 || self.choice.frequency != 0.0 {
            let count = self.chosen.entry(token).or_default();
            *count = count.saturating_add(1);
        }
        Some(token)
    }

    fn by_chance(&mut self, logits: &[f32], allowed: &dyn Fn(u32) -> bool) -> Option<u32> {
        let best = logits[likeliest(logits, allowed)? as usize];
        let temperature = self.choice.temperature;
        let near = (0..).zip(logits).filter(|(_, logit)| **logit > best - FAR * temperature && **logit <= best);
        let mut near: Vec<(u32, f32)> = near
            .filter(|(token, _)| allowed(*token))
            .map(|(token, logit)| (token, ((logit - best) / temperature).exp()))
            .collect();
        near.sort_by(|(one, a), (other, b)| b.total_cmp(a).then(one.cmp(other)));
        let all: f64 = near.iter().map(|(_, weight)| f64::from(*weight)).sum();
        let mut sum = 0.0;
        let within = near.iter().take_while(|(_, weight)| {
            let before = sum;
            sum += f64::from(*weight) / all;
            before < f64::from(self.choice.top_p)
        });
        // The first is always within.
        near.truncate(within.count().max(1));
        let all: f64 = near.iter().map(|(_, weight)| f64::from(*weight)).sum();
        let mut left = self.random.next() * all;
        for (token, weight) in &near {
            left -= f64::from(*weight);
            if left < 0.0 {
                return Some(*token);
            }
        }
        near.last().map(|(token, _)| *token)
    }
}

/// The likeliest token that is allowed, of equal ones the first.
fn likeliest(logits: &[f32], allowed: &dyn Fn(u32) -> bool) -> Option<u32> {
    let best = |best: Option<(u32, f32)>, (token, logit): (u32, &f32)| match best {
        Some((_, most)) if most >= *logit => best,
        _ => Some((token, *logit)),
    };
    // The likeliest of all usually is allowed, and asking about all of them is dear.
    let (first, _) = (0..).zip(logits).fold(None, best)?;
    if allowed(first) {
        return Some(first);
    }
    let others = (0..).zip(logits).filter(|(token, _)| allowed(*token));
    others.fold(None, best).map(|(token, _)| token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(temperature: f32, top_p: f32) -> Choice {
        Choice { temperature, top_p, presence: 0.0, frequency: 0.0 }
    }

    fn shares(choice: Choice, logits: &[f32], allowed: &dyn Fn(u32) -> bool) -> Vec<f64> {
        let mut sampler = Sampler::new(choice, 7);
        let mut counts = vec![0.0; logits.len()];
        for _ in 0..20_000 {
            counts[sampler.next(&mut logits.to_vec(), allowed).unwrap() as usize] += 1.0 / 20_000.0;
        }
        counts
    }

    #[test]
    fn the_likeliest_that_is_allowed() {
        let logits = [1.0, 3.0, 3.0, f32::NEG_INFINITY, 2.0];
        let greedy =
            |allowed: &dyn Fn(u32) -> bool| Sampler::new(choice(0.0, 1.0), 1).next(&mut logits.to_vec(), allowed);
        assert_eq!(greedy(&|_| true), Some(1));
        assert_eq!(greedy(&|token| token == 4 || token == 0), Some(4));
        assert_eq!(greedy(&|token| token == 2), Some(2));
        assert_eq!(greedy(&|_| false), None);
        let many: Vec<f32> = (0..100).map(|number| number as f32).collect();
        assert_eq!(Sampler::new(choice(0.0, 1.0), 1).next(&mut many.clone(), &|token| token < 9), Some(8));
    }

    #[test]
    fn chance_follows_the_weights() {
        // Weights 1, 2, 4 and 1.
        let logits = [0.0, 2.0_f32.ln(), 4.0_f32.ln(), 0.0];
        let near = |shares: Vec<f64>, right: [f64; 4]| {
            assert!(shares.iter().zip(right).all(|(share, right)| (share - right).abs() < 0.02), "{shares:?}");
        };
        near(shares(choice(1.0, 1.0), &logits, &|_| true), [0.125, 0.25, 0.5, 0.125]);
        near(shares(choice(0.5, 1.0), &logits, &|_| true), [1.0 / 22.0, 4.0 / 22.0, 16.0 / 22.0, 1.0 / 22.0]);
        near(shares(choice(1.0, 0.6), &logits, &|_| true), [0.0, 1.0 / 3.0, 2.0 / 3.0, 0.0]);
        near(shares(choice(1.0, 0.0), &logits, &|_| true), [0.0, 0.0, 1.0, 0.0]);
        near(shares(choice(1.0, 1.0), &logits, &|token| token != 2), [0.25, 0.5, 0.0, 0.25]);
    }

    #[test]
    fn a_seed_chooses_the_same_again() {
        let logits: Vec<f32> = (0..50).map(|number| (number % 7) as f32 / 3.0).collect();
        let run = |seed| {
            let mut sampler = Sampler::new(choice(1.0, 0.9), seed);
            (0..20).map(|_| sampler.next(&mut logits.clone(), &|_| true).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
    }

    #[test]
    fn what_was_said_is_less_likely() {
        let mut sampler = Sampler::new(Choice { frequency: 0.6, ..choice(0.0, 1.0) }, 1);
        let said: Vec<u32> = (0..4).map(|_| sampler.next(&mut [1.0, 0.5], &|_| true).unwrap()).collect();
        assert_eq!(said, [0, 1, 0, 1]);
    }
}
