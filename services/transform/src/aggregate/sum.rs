//! Sums of decimals, exact as long as 38 digits hold them, else the nearest double.

use crate::rows::number;

/// Places behind the point that are kept.
const MAX_SCALE: u32 = 30;

/// A sum.
#[derive(Debug, Clone, Default)]
pub struct Sum {
    mantissa: i128,
    scale: u32,
    /// What did not fit, and what was lost of it.
    float: f64,
    lost: f64,
    inexact: bool,
    count: u64,
}

/// The digits of a number of JSON, and how many of them stand behind the point.
fn parts(text: &str) -> Option<(i128, u32)> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    if digits == 0 {
        return Some((0, 0));
    }
    match u32::try_from(scale) {
        Ok(scale) if scale <= MAX_SCALE => Some((digits, scale)),
        Ok(_) => None,
        Err(_) => Some((digits.checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?, 0)),
    }
}

impl Sum {
    /// Adds a number of JSON.
    pub fn add(&mut self, text: &str) {
        self.count += 1;
        if self.add_exactly(text).is_none() {
            self.inexact = true;
            // Neumaier's way: what is lost at each step is kept.
            let value: f64 = text.parse().unwrap_or_default();
            let sum = self.float + value;
            self.lost +=
                if self.float.abs() >= value.abs() { self.float - sum + value } else { value - sum + self.float };
            self.float = sum;
        }
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether something was added that has no exact place in it.
    #[must_use]
    pub fn is_inexact(&self) -> bool {
        self.inexact
    }

    fn add_exactly(&mut self, text: &str) -> Option<()> {
        let (mut digits, scale) = parts(text)?;
        let mut own = self.mantissa;
        if scale > self.scale {
            own = own.checked_mul(10_i128.checked_pow(scale - self.scale)?)?;
        } else {
            digits = digits.checked_mul(10_i128.checked_pow(self.scale - scale)?)?;
        }
        self.mantissa = own.checked_add(digits)?;
        self.scale = self.scale.max(scale);
        Some(())
    }

    fn as_float(&self) -> f64 {
        self.mantissa as f64 / 10_f64.powi(self.scale as i32) + (self.float + self.lost)
    }

    /// The sum as JSON; none when it is infinite.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        if self.inexact {
            return number::of_float(self.as_float());
        }
        let negative = self.mantissa < 0;
        let digits = self.mantissa.unsigned_abs().to_string();
        let scale = self.scale as usize;
        let digits = format!("{}{digits}", "0".repeat((scale + 1).saturating_sub(digits.len())));
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let fraction = fraction.trim_end_matches('0');
        let sign = if negative { "-" } else { "" };
        Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
    }

    /// The mean as JSON; none of nothing.
    #[must_use]
    pub fn mean(&self) -> Option<String> {
        self.mean_of(self.count)
    }

    /// The sum by a number of values as JSON; none of nothing.
    #[must_use]
    pub fn mean_of(&self, count: u64) -> Option<String> {
        if count == 0 {
            return None;
        }
        let count = count as f64;
        // One division of whole numbers is rounded once.
        let divisor = count * 10_f64.powi(self.scale as i32);
        if !self.inexact && self.mantissa.unsigned_abs() < 1 << 53 && divisor < 9e15 {
            return number::of_float(self.mantissa as f64 / divisor);
        }
        number::of_float(self.as_float() / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(numbers: &[&str]) -> (Option<String>, Option<String>) {
        let mut sum = Sum::default();
        numbers.iter().for_each(|number| sum.add(number));
        (sum.text(), sum.mean())
    }

    #[test]
    fn sums_are_exact() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(sum(&["0.1", "0.2"]), (text("0.3"), text("0.15")));
        assert_eq!(sum(&["1.10", "-1.10"]), (text("0"), text("0")));
        assert_eq!(sum(&["9007199254740993", "1"]).0, text("9007199254740994"));
        assert_eq!(sum(&["1e3", "5e-3"]).0, text("1000.005"));
        assert_eq!(sum(&["-0.05"]).0, text("-0.05"));
        assert_eq!(sum(&[]), (text("0"), None));
        assert_eq!(sum(&["1e300", "1e300"]).0, text("2e300"));
        assert_eq!(sum(&["1", "1e-40"]).0, text("1"));
        assert_eq!(sum(&["1", "2", "2"]).1, text("1.6666666666666667"));
    }
}
