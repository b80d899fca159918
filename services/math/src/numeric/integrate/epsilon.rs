//! The limit of a sequence by Wynn's epsilon algorithm (1956).

/// Terms that are looked at.
const TERMS: usize = 50;

/// A sequence and what its limit was guessed to be before.
#[derive(Default)]
pub(super) struct Epsilon {
    terms: Vec<f64>,
    guesses: Vec<f64>,
}

impl Epsilon {
    /// Takes one more term. The limit and its error, once there have been enough to judge it.
    pub(super) fn push(&mut self, term: f64) -> Option<(f64, f64)> {
        self.terms.push(term);
        if self.terms.len() > TERMS {
            self.terms.remove(0);
        }
        let (guess, within) = self.guess()?;
        let before: Vec<f64> = self.guesses.iter().rev().take(3).copied().collect();
        self.guesses.push(guess);
        if before.len() < 3 {
            return None;
        }
        let between: f64 = before.iter().map(|other| (guess - other).abs()).sum();
        Some((guess, within.max(between).max(5.0 * f64::EPSILON * guess.abs())))
    }

    /// Of the even columns of the table, the one whose last entries differ least.
    fn guess(&self) -> Option<(f64, f64)> {
        let mut before = vec![0.0; self.terms.len() + 1];
        let mut column = self.terms.clone();
        let mut best: Option<(f64, f64)> = None;
        for index in 0.. {
            if index % 2 == 0 {
                let [.., a, b, c] = column[..] else { break };
                let error = (c - b).abs() + (b - a).abs();
                if error.is_finite() && best.is_none_or(|(_, least)| error < least) {
                    best = Some((c, error));
                }
                if error == 0.0 {
                    break;
                }
            }
            if column.len() < 2 {
                break;
            }
            let next: Vec<f64> = column
                .windows(2)
                .zip(&before[1..])
                .map(|(pair, before)| {
                    let step = pair[1] - pair[0];
                    // Two entries that are the same have arrived.
                    if step == 0.0 { f64::NAN } else { before + 1.0 / step }
                })
                .collect();
            before = std::mem::replace(&mut column, next);
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_series_is_summed() {
        // ln 2 = 1 - 1/2 + 1/3 - ...
        let (mut epsilon, mut sum, mut found) = (Epsilon::default(), 0.0, None);
        for k in 1..20 {
            sum += if k % 2 == 1 { 1.0 } else { -1.0 } / f64::from(k);
            found = epsilon.push(sum).or(found);
        }
        let (limit, error) = found.unwrap();
        assert!((limit - std::f64::consts::LN_2).abs() < 1e-12 && error < 1e-8, "{limit} {error}");
    }
}
