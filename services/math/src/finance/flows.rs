//! All rates at which a series of payments is worth nothing.
//!
//! With s = ln(1 + r) the net present value is a sum of exponentials, f(s) = sum c_i e^(-s t_i), and Descartes' rule holds
//! for it: it has at most as many zeros as its amounts change their sign. The proof is the method: multiplied by e^(s u)
//! with u between two payments of different sign, the derivative is such a sum with one change less, and its zeros part
//! the line into pieces on which f has at most one. So all rates are found, without a guess, in as many levels as there are
//! changes; Newton from a guess finds one of them, or none, and does not say which.

use chassis::Call;

use crate::dd::Dd;
use crate::error::{Error, conflict, still_wanted};

/// Changes of sign that are followed: more than any investment has.
const MAX_CHANGES: usize = 64;
/// ln(1 + r) is searched between these: r from -1 + 1e-15 to 1e15.
const REACH: f64 = 34.5;

/// Payments: amounts and the times they are made at, in years or periods from the first.
pub(crate) struct Flows {
    amounts: Vec<f64>,
    times: Vec<f64>,
}

impl Flows {
    /// In order of time; what is at the same time is added up.
    pub(crate) fn new(amounts: &[Dd], times: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..times.len().min(amounts.len())).collect();
        order.sort_by(|a, b| times[*a].total_cmp(&times[*b]));
        let mut joined: Vec<(Dd, f64)> = Vec::with_capacity(order.len());
        for index in order {
            match joined.last_mut() {
                Some((amount, time)) if *time == times[index] => *amount += amounts[index],
                _ => joined.push((amounts[index], times[index])),
            }
        }
        joined.retain(|(amount, _)| !amount.is_zero());
        let (amounts, times) = joined.into_iter().map(|(amount, time)| (amount.value(), time)).unzip();
        Self { amounts, times }
    }

    /// How often the amounts change their sign.
    pub(crate) fn sign_changes(&self) -> usize {
        changes(&self.amounts).count()
    }

    /// The net present value at a rate, in the time of the first payment given as zero.
    pub(crate) fn value_at(&self, rate: f64) -> f64 {
        let growth = rate.ln_1p();
        let terms = self.amounts.iter().zip(&self.times);
        terms.map(|(amount, time)| Dd::of(*amount) * (-growth * time).exp()).sum::<Dd>().value()
    }

    /// Every rate above -1 at which they are worth nothing, in order.
    pub(crate) fn rates(&self, field: &'static str, call: &Call) -> Result<Vec<f64>, Error> {
        let count = self.sign_changes();
        if count == 0 {
            return Err(conflict(
                field,
                "a rate needs amounts of both signs: what is paid negative, what is received positive",
            ));
        }
        if count > MAX_CHANGES {
            return Err(conflict(
                field,
                format!("the amounts change their sign {count} times: at most {MAX_CHANGES} changes are followed"),
            ));
        }
        let zeros = self.zeros(&self.amounts, call)?;
        Ok(zeros.into_iter().map(f64::exp_m1).collect())
    }

    /// The zeros of the sum with these amounts at the times of the payments.
    fn zeros(&self, amounts: &[f64], call: &Call) -> Result<Vec<f64>, Error> {
        still_wanted(call)?;
        let Some((before, after)) = changes(amounts).next() else { return Ok(Vec::new()) };
        let pivot = f64::midpoint(self.times[before], self.times[after]);
        let largest = amounts.iter().fold(0.0_f64, |largest, amount| largest.max(amount.abs()));
        let derived: Vec<f64> =
            amounts.iter().zip(&self.times).map(|(amount, time)| amount / largest * (pivot - time)).collect();
        let mut marks = self.zeros(&derived, call)?;
        marks.insert(0, -REACH);
        marks.push(REACH);
        let mut found: Vec<f64> = Vec::new();
        let mut add = |zero: f64| {
            if found.last().is_none_or(|last| zero - last > 1e-9) {
                found.push(zero);
            }
        };
        for pair in marks.windows(2) {
            let (low, high) = (pair[0], pair[1]);
            let (at_low, at_high) = (self.sum(amounts, low), self.sum(amounts, high));
            // It touches zero where its derivative has one: two rates that are the same.
            let touches = |value: f64, at: f64| value.abs() < 1e-13 && at.abs() < REACH;
            if touches(at_low, low) {
                add(low);
            } else if touches(at_high, high) {
                // Found as the lower end of the next piece.
            } else if at_low * at_high < 0.0 {
                add(self.zero_between(amounts, low, high, at_low));
            }
        }
        Ok(found)
    }

    /// The sum at a place, relative to the sum of what is added up without signs.
    fn sum(&self, amounts: &[f64], place: f64) -> f64 {
        let largest =
            self.times.iter().zip(amounts).filter(|(_, amount)| **amount != 0.0).map(|(time, _)| -place * time);
        let largest = largest.fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut lost, mut size) = (0.0, 0.0, 0.0);
        for (amount, time) in amounts.iter().zip(&self.times) {
            let term = amount * (-place * time - largest).exp();
            // Neumaier's sum.
            let next: f64 = sum + term;
            lost += if sum.abs() >= term.abs() { (sum - next) + term } else { (term - next) + sum };
            sum = next;
            size += term.abs();
        }
        if size > 0.0 { (sum + lost) / size } else { 0.0 }
    }

    /// The one zero of a piece: Illinois' regula falsi, which halves where it would creep.
    fn zero_between(&self, amounts: &[f64], mut low: f64, mut high: f64, mut at_low: f64) -> f64 {
        let mut at_high = self.sum(amounts, high);
        let (mut weight_low, mut weight_high) = (1.0, 1.0);
        for step in 0..200 {
            let (a, b) = (at_low * weight_low, at_high * weight_high);
            let secant = (low * b - high * a) / (b - a);
            let middle = f64::midpoint(low, high);
            let next = if step % 3 == 2 || !(secant > low && secant < high) { middle } else { secant };
            if next <= low || next >= high {
                break;
            }
            let at_next = self.sum(amounts, next);
            if at_next == 0.0 {
                return next;
            }
            if (at_next < 0.0) == (at_low < 0.0) {
                (low, at_low) = (next, at_next);
                (weight_low, weight_high) = (1.0, weight_high / 2.0);
            } else {
                (high, at_high) = (next, at_next);
                (weight_low, weight_high) = (weight_low / 2.0, 1.0);
            }
            if high - low <= f64::EPSILON * high.abs().max(1e-12) {
                break;
            }
        }
        if at_low.abs() < at_high.abs() { low } else { high }
    }
}

/// The neighbors of different sign, zeros left out.
fn changes(amounts: &[f64]) -> impl Iterator<Item = (usize, usize)> {
    let mut last: Option<usize> = None;
    amounts.iter().enumerate().filter(|(_, amount)| **amount != 0.0).filter_map(move |(index, amount)| {
        let before = last.replace(index)?;
        (amounts[before].is_sign_negative() != amount.is_sign_negative()).then_some((before, index))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(amounts: &[f64]) -> Vec<f64> {
        let times: Vec<f64> = (0..amounts.len()).map(|time| f64::from(u32::try_from(time).unwrap())).collect();
        let amounts: Vec<Dd> = amounts.iter().map(|amount| Dd::of(*amount)).collect();
        Flows::new(&amounts, &times).rates("amounts", &Call::detached()).unwrap()
    }

    #[test]
    fn all_zeros_of_known_polynomials() {
        // With v = 1 / (1 + r): (1 - 1.1 v)(1 - 1.2 v)(1 - 1.3 v), so the rates are 10, 20 and 30 percent.
        let found = rates(&[1.0, -3.6, 4.31, -1.716]);
        assert_eq!(found.len(), 3);
        for (found, expected) in found.iter().zip([0.1, 0.2, 0.3]) {
            assert!((found - expected).abs() < 1e-11, "{found}");
        }
        // (1 - 1.1 v)^2 touches zero: one rate.
        let found = rates(&[1.0, -2.2, 1.21]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((found[0] - 0.1).abs() < 1e-6);
        // 1 + (1 - v)^2 has none: 2 - 2 v + v^2.
        assert!(rates(&[2.0, -2.0, 1.0]).is_empty());
    }

    #[test]
    fn a_rate_of_minus_ninety_nine_percent_is_found() {
        let found = rates(&[-100.0, 0.0, 0.0, 0.0001]);
        assert!((found[0] + 0.99).abs() < 1e-12, "{found:?}");
    }
}
