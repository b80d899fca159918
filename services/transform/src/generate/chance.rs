//! Chance that is the same for ever: the same seed, row and field give the same value on every machine and in every version.
//!
//! So nothing here comes from a library whose next version may draw differently, and no logarithm or sine from the system, which
//! are not the same to the last bit everywhere. Normal and exponential numbers are drawn by comparing uniform ones
//! (J. von Neumann, 1951), which needs addition and comparison alone. A field's values depend on its name and not on the fields beside
//! it: adding one changes no other.

/// A source of numbers (SplitMix64; Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A number for a text (FNV-1a, mixed).
pub(super) fn hashed(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    mixed(hash)
}

impl Chance {
    /// The chance of a field in a row; `again` counts how often it was asked for another.
    pub(super) fn of(seed: u64, field: u64, row: u64, again: u64) -> Self {
        Self(mixed(mixed(mixed(seed ^ field).wrapping_add(row)) ^ again.wrapping_mul(STEP)))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// A whole number below a bound; 0 for the bound 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        u64::try_from((u128::from(self.next()) * u128::from(bound)) >> 64).unwrap_or_default()
    }

    /// A whole number from one to another, both of them too.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        let many = most.abs_diff(least).wrapping_add(1);
        let step = if many == 0 { self.next() } else { self.below(many) };
        least.wrapping_add_unsigned(step)
    }

    /// A number from 0 up to 1, which it never is.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of several.
    pub(super) fn pick<'v, T>(&mut self, values: &'v [T]) -> Option<&'v T> {
        let place = usize::try_from(self.below(values.len() as u64)).unwrap_or_default();
        values.get(place)
    }

    /// Whether something of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An exponential number of mean 1.
    pub(super) fn exponential(&mut self) -> f64 {
        let mut whole = 0.0;
        loop {
            let first = self.unit();
            let (mut last, mut falls) = (first, 1);
            loop {
                let next = self.unit();
                if next >= last {
                    break;
                }
                (last, falls) = (next, falls + 1);
            }
            if falls % 2 == 1 {
                return whole + first;
            }
            whole += 1.0;
        }
    }

    /// A normal number of mean 0 and deviation 1.
    pub(super) fn normal(&mut self) -> f64 {
        loop {
            let (size, bound) = (self.exponential(), self.exponential());
            if 2.0 * bound >= (size - 1.0) * (size - 1.0) {
                return if self.next() & 1 == 0 { size } else { -size };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_for_ever() {
        let mut chance = Chance::of(hashed("seed"), hashed("field"), 7, 0);
        let drawn: Vec<u64> = (0..3).map(|_| chance.next()).collect();
        // As a few lines of another language compute them.
        assert_eq!(drawn, [0xaf75_2517_e9c9_e0d3, 0x428b_bafb_9e67_bb5b, 0x35b3_3bab_5446_5f11]);
    }

    #[test]
    fn distributions_have_their_moments() {
        let mut chance = Chance::of(1, 2, 3, 0);
        let many = 100_000;
        let moments = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (mean, values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / values.len() as f64)
        };
        let mut draw = |what: fn(&mut Chance) -> f64| (0..many).map(|_| what(&mut chance)).collect::<Vec<f64>>();
        for (what, mean, variance) in [
            (Chance::unit as fn(&mut Chance) -> f64, 0.5, 1.0 / 12.0),
            (Chance::exponential, 1.0, 1.0),
            (Chance::normal, 0.0, 1.0),
        ] {
            let (found, spread) = moments(&draw(what));
            assert!((found - mean).abs() < 0.02 && (spread - variance).abs() < 0.03, "{found} {spread}");
        }
        let inside = (0..1000).all(|_| (-3..=5).contains(&chance.between(-3, 5)));
        assert!(inside && chance.between(4, 4) == 4);
        let _ = chance.between(i64::MIN, i64::MAX);
    }
}
