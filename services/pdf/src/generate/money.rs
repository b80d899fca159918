//! Exact decimals for sums of money: 0.1 + 0.2 is 0.3, and a total is the sum of what stands above it.

use chassis::{Error, ExactNumber};

/// Decimal places of a number that is sent.
const MAX_PLACES: usize = 6;
/// Digits before the point of one.
const MAX_WHOLE: usize = 11;

/// A decimal: `units` times ten to the minus `places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    units: i128,
    places: u32,
}

impl Decimal {
    pub(crate) const ZERO: Self = Self::whole(0);
    pub(crate) const ONE: Self = Self::whole(1);
    pub(crate) const HUNDRED: Self = Self::whole(100);

    /// A whole number.
    pub(crate) const fn whole(number: i128) -> Self {
        Self { units: number, places: 0 }
    }

    /// A number of a request.
    pub(crate) fn read(number: &ExactNumber, field: &str) -> Result<Self, Error> {
        Self::parse(number.as_str()).ok_or_else(|| {
            let message = format!(
                "must have at most {MAX_WHOLE} digits before the point and {MAX_PLACES} after, without an exponent"
            );
            Error::impossible(field, message)
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        if whole.len() > MAX_WHOLE || fraction.len() > MAX_PLACES {
            return None;
        }
        let units: i128 = format!("{whole}{fraction}").parse().ok()?;
        let places = u32::try_from(fraction.len()).ok()?;
        Some(Self { units: if negative { -units } else { units }, places })
    }

    fn at(self, places: u32) -> i128 {
        self.units * 10_i128.pow(places - self.places)
    }

    /// The number in millionths: rates are put in order by it. What is sent has no more than six places.
    pub(crate) fn millionths(self) -> i128 {
        self.rounded(6).at(6)
    }

    /// The sum. Numbers of requests are small enough for any sum of them.
    pub(crate) fn plus(self, other: Self) -> Self {
        let places = self.places.max(other.places);
        Self { units: self.at(places) + other.at(places), places }
    }

    /// The difference.
    pub(crate) fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    /// The number with the other sign.
    pub(crate) fn negated(self) -> Self {
        Self { units: -self.units, places: self.places }
    }

    /// The product, rounded to so many places. Both have at most 11 digits before the point and few after.
    pub(crate) fn times(self, other: Self, places: u32) -> Self {
        Self { units: self.units * other.units, places: self.places + other.places }.rounded(places)
    }

    /// The quotient, rounded to so many places; zero by zero is zero.
    pub(crate) fn over(self, other: Self, places: u32) -> Self {
        if other.units == 0 {
            return Self::ZERO;
        }
        // Twice the places, so that one rounding is left.
        let shift = places + 2 + other.places;
        let numerator = self.rounded(self.places.min(8)).units * 10_i128.pow(shift.saturating_sub(self.places.min(8)));
        Self { units: numerator / other.units, places: shift - other.places }.rounded(places)
    }

    /// Rounded to so many places, halves away from zero.
    pub(crate) fn rounded(self, places: u32) -> Self {
        if self.places <= places {
            return self;
        }
        let step = 10_i128.pow(self.places - places);
        let (quotient, rest) = (self.units / step, self.units % step);
        let up = rest.abs() * 2 >= step;
        Self { units: if up { quotient + self.units.signum() } else { quotient }, places }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.units == 0
    }

    pub(crate) fn is_negative(self) -> bool {
        self.units < 0
    }

    /// The digits before and after the point, of at least so many places, without a sign.
    pub(crate) fn digits(self, at_least: u32) -> (String, String) {
        let trimmed = self.trimmed();
        let places = trimmed.places.max(at_least);
        let text = format!("{:0>width$}", trimmed.at(places).unsigned_abs(), width = places as usize + 1);
        let (whole, fraction) = text.split_at(text.len() - places as usize);
        (whole.to_owned(), fraction.to_owned())
    }

    /// The number as programs write it, with so many places.
    pub(crate) fn plain(self, places: u32) -> String {
        let (whole, fraction) = self.rounded(places).digits(places);
        let sign = if self.rounded(places).is_negative() { "-" } else { "" };
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    fn trimmed(self) -> Self {
        let mut number = self;
        while number.places > 0 && number.units % 10 == 0 {
            number = Self { units: number.units / 10, places: number.places - 1 };
        }
        number
    }

    /// The sign alone, for comparing without equalizing places.
    pub(crate) fn is_more_than(self, other: Self) -> bool {
        let difference = self.minus(other);
        !difference.is_negative() && !difference.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn sums_and_products_are_exact() {
        assert_eq!(number("0.1").plus(number("0.2")).plain(2), "0.30");
        assert_eq!(number("1.005").rounded(2).plain(2), "1.01");
        assert_eq!(number("-1.005").rounded(2).plain(2), "-1.01");
        assert_eq!(number("19.99").times(number("3"), 2).plain(2), "59.97");
        assert_eq!(number("99999999999.999999").times(number("99999999999.999999"), 2).digits(2).0.len(), 22);
        assert_eq!(number("119").over(number("1.19"), 2).plain(2), "100.00");
        assert_eq!(number("100").over(number("3"), 2).plain(2), "33.33");
        assert_eq!(number("200").over(number("3"), 2).plain(2), "66.67");
        assert_eq!(number("0.05").plain(0), "0");
    }

    #[test]
    fn what_is_too_long_is_refused() {
        for text in ["123456789012", "0.1234567", "1e3", "x"] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
        assert_eq!(number("1.50000000").plain(1), "1.5");
    }
}
