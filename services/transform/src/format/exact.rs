//! A decimal number with all its digits.

/// Digits a number may have on each side of its mark: no more than a double can count.
const MAX_DIGITS: usize = 300;

/// A decimal number: sign, whole part without leading zeros, fraction as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exact {
    pub negative: bool,
    pub whole: String,
    pub fraction: String,
}

impl Exact {
    /// The number that a text in the notation of JSON is; leading zeros and a plus sign may be there too.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !are_digits(whole) || !are_digits(fraction) {
            return None;
        }
        let exponent: i32 = exponent.parse().ok()?;
        let fits = whole.len().max(fraction.len()) <= MAX_DIGITS && exponent.unsigned_abs() as usize <= MAX_DIGITS;
        let number = fits.then(|| Self::of(negative, whole, fraction).times_ten_to(exponent))?;
        (number.whole.len() <= MAX_DIGITS).then_some(number)
    }

    pub(super) fn of(negative: bool, whole: &str, fraction: &str) -> Self {
        let whole = whole.trim_start_matches('0');
        Self { negative, whole: if whole.is_empty() { "0" } else { whole }.to_owned(), fraction: fraction.to_owned() }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.whole == "0" && self.fraction.bytes().all(|byte| byte == b'0')
    }

    /// The number with its mark moved.
    #[must_use]
    pub(super) fn times_ten_to(&self, exponent: i32) -> Self {
        let digits = format!("{}{}", self.whole, self.fraction);
        let mark = i64::try_from(self.whole.len()).unwrap_or(i64::MAX) + i64::from(exponent);
        if mark <= 0 {
            let zeros = "0".repeat(usize::try_from(-mark).unwrap_or_default());
            return Self::of(self.negative, "0", &format!("{zeros}{digits}"));
        }
        let mark = usize::try_from(mark).unwrap_or_default();
        match digits.split_at_checked(mark) {
            Some((whole, fraction)) => Self::of(self.negative, whole, fraction),
            None => Self::of(self.negative, &format!("{digits}{}", "0".repeat(mark - digits.len())), ""),
        }
    }

    /// Rounded to so many decimals, halves away from zero.
    #[must_use]
    pub(super) fn rounded(&self, decimals: usize) -> Self {
        let kept: String = self.fraction.chars().chain(std::iter::repeat('0')).take(decimals).collect();
        let up = self.fraction.as_bytes().get(decimals).is_some_and(|digit| *digit >= b'5');
        let mut digits: Vec<u8> = format!("{}{kept}", self.whole).into_bytes();
        if up {
            let nines = digits.iter().rev().take_while(|digit| **digit == b'9').count();
            let place = digits.len() - nines;
            digits[place..].fill(b'0');
            match place.checked_sub(1) {
                Some(place) => digits[place] += 1,
                None => digits.insert(0, b'1'),
            }
        }
        let digits = String::from_utf8(digits).expect("digits are ASCII");
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        Self::of(self.negative, whole, fraction)
    }

    /// The number in the notation of JSON.
    pub(super) fn plain(&self) -> String {
        let sign = if self.negative && !self.is_zero() { "-" } else { "" };
        let mark = if self.fraction.is_empty() { "" } else { "." };
        format!("{sign}{}{mark}{}", self.whole, self.fraction)
    }

    /// The nearest double.
    pub(super) fn float(&self) -> f64 {
        self.plain().parse().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        for (text, plain) in [
            ("1.10", "1.10"),
            ("-0", "0"),
            ("007", "7"),
            (".5", "0.5"),
            ("1.5e3", "1500"),
            ("12345678901234567890.5e-2", "123456789012345678.905"),
            ("1e-3", "0.001"),
        ] {
            assert_eq!(Exact::parse(text).unwrap().plain(), plain, "{text}");
        }
        for text in ["", ".", "1e", "1e999999999", "1,5", "--1", "٣", "1.2.3"] {
            assert!(Exact::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn halves_go_away_from_zero() {
        for (text, decimals, plain) in [
            ("1.005", 2, "1.01"),
            ("-2.5", 0, "-3"),
            ("9.995", 2, "10.00"),
            ("0.004", 2, "0.00"),
            ("-0.004", 2, "0.00"),
            ("5", 2, "5.00"),
            ("999999999999999999.9", 0, "1000000000000000000"),
        ] {
            assert_eq!(Exact::parse(text).unwrap().rounded(decimals).plain(), plain, "{text}");
        }
    }
}
