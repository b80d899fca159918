//! Decimals read and written.

use dashu_base::UnsignedAbs;
use dashu_int::IBig;

use super::{Decimal, MAX_EXPONENT, digits_of};
use crate::options::Context;

/// Digits before the point to which a number without a fraction is written out even when it was not computed digit by digit.
const PLAIN_ABOVE: i64 = 21;
/// Zeros after the point to which a small number is written out.
const PLAIN_BELOW: i64 = -19;
/// The longest number that is read.
const MAX_WRITTEN: usize = 30_000;

impl Decimal {
    /// Reads `-12.5e3`, as JSON writes numbers; a point may come first or last. None for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.as_bytes().first()? {
            b'-' => (true, &mantissa[1..]),
            b'+' => (false, &mantissa[1..]),
            _ => (false, mantissa),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = if fraction.len() > 1 { fraction.trim_end_matches('0') } else { fraction };
        let count = whole.len() + fraction.len();
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if count == 0 || count > MAX_WRITTEN || !plain(whole) || !plain(fraction) {
            return None;
        }
        let magnitude = if count <= 38 {
            let fold = |sum: i128, byte: u8| sum * 10 + i128::from(byte - b'0');
            IBig::from(whole.bytes().chain(fraction.bytes()).fold(0, fold))
        } else {
            format!("{whole}{fraction}").parse().ok()?
        };
        let exponent = exponent - fraction.len() as i64;
        if exponent.abs() > MAX_EXPONENT {
            return magnitude.is_zero().then_some(Self::ZERO);
        }
        Some(Self::new(if negative { -magnitude } else { magnitude }, exponent as i32))
    }

    /// The value as text: plain digits, scientific (`1.5e-30`) when very large or very small.
    pub(crate) fn to_text(&self, context: Context) -> String {
        let value = self.settled(context);
        let whole = value.exact && value.exponent == 0;
        if whole {
            return value.coefficient.to_string();
        }
        let value = value.normalized();
        let (sign, magnitude) = value.coefficient.into_parts();
        let digits = magnitude.to_string();
        let exponent = i64::from(value.exponent);
        let adjusted = exponent + digits.len() as i64 - 1;
        let minus = if sign == dashu_base::Sign::Negative { "-" } else { "" };
        if exponent >= 0 && (adjusted < PLAIN_ABOVE || (value.exact && adjusted < 64)) {
            return format!("{minus}{digits}{zeros}", zeros = "0".repeat(exponent as usize));
        }
        if exponent < 0 && adjusted >= 0 {
            let (whole, fraction) = digits.split_at(digits.len() - exponent.unsigned_abs() as usize);
            return format!("{minus}{whole}.{fraction}");
        }
        if exponent < 0 && adjusted >= PLAIN_BELOW {
            return format!("{minus}0.{zeros}{digits}", zeros = "0".repeat((-adjusted - 1) as usize));
        }
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let plus = if adjusted > 0 { "+" } else { "" };
        format!("{minus}{first}{point}{rest}e{plus}{adjusted}")
    }

    /// Significant digits of the text.
    pub(crate) fn significant(&self, context: Context) -> usize {
        digits_of(&self.settled(context).normalized().coefficient.unsigned_abs())
    }

    /// The value with exactly so many places after the point, zeros included.
    pub(crate) fn to_fixed(&self, places: u32) -> String {
        let (sign, magnitude) = self.coefficient.clone().into_parts();
        let minus = if sign == dashu_base::Sign::Negative { "-" } else { "" };
        let digits = magnitude.to_string();
        let present = (-self.exponent).max(0) as usize;
        let digits = format!("{digits}{zeros}", zeros = "0".repeat(self.exponent.max(0) as usize));
        let digits = format!("{digits:0>width$}", width = present + 1);
        let (whole, fraction) = digits.split_at(digits.len() - present);
        if places == 0 && fraction.is_empty() {
            return format!("{minus}{whole}");
        }
        format!("{minus}{whole}.{fraction:0<width$}", width = places as usize)
    }
}

fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.trim_start_matches('0');
    // Longer ones are all as impossible as this.
    let value: i64 = if size.is_empty() {
        0
    } else if size.len() > 9 {
        999_999_999
    } else {
        size.parse().ok()?
    };
    Some(if text.starts_with('-') { -value } else { value })
}
