//! Arithmetic of the query languages. Integers are exact up to 38 digits: an id plus one is the next id, never a near
//! number. Everything else is computed in doubles, as the languages say.

use crate::tree::Number;

/// Why there is no result.
const NEAR: &str = "a number with so many digits cannot be computed with exactly: keep it as text";

/// An integer that is written as one, with at most 38 digits.
fn integer(number: &Number) -> Option<i128> {
    match number.integer() {
        Some(integer) => Some(integer.into()),
        None if number.float().is_some() => None,
        None => number.literal()?.parse().ok(),
    }
}

fn of_integer(value: i128) -> Number {
    match i64::try_from(value) {
        Ok(value) => Number::from(value),
        Err(_) => Number::of_literal(&value.to_string()),
    }
}

/// Whether it is an integer, written as one, that a double would change.
fn is_long(number: &Number) -> bool {
    let digits = |literal: &str| literal.strip_prefix('-').unwrap_or(literal).bytes().all(|byte| byte.is_ascii_digit());
    number.literal().is_some_and(|literal| digits(&literal)) && !number.fits_double()
}

fn exact(
    one: &Number,
    two: &Number,
    integers: fn(i128, i128) -> Option<i128>,
    floats: fn(f64, f64) -> f64,
) -> Result<Number, &'static str> {
    if let (Some(one), Some(two)) = (integer(one), integer(two))
        && let Some(result) = integers(one, two)
    {
        return Ok(of_integer(result));
    }
    if is_long(one) || is_long(two) {
        return Err(NEAR);
    }
    Ok(floats(one.as_f64(), two.as_f64()).into())
}

pub(crate) fn add(one: &Number, two: &Number) -> Result<Number, &'static str> {
    if let (Some(one), Some(two)) = (one.integer(), two.integer())
        && let Some(sum) = one.checked_add(two)
    {
        return Ok(sum.into());
    }
    exact(one, two, i128::checked_add, |one, two| one + two)
}

pub(crate) fn subtract(one: &Number, two: &Number) -> Result<Number, &'static str> {
    if let (Some(one), Some(two)) = (one.integer(), two.integer())
        && let Some(difference) = one.checked_sub(two)
    {
        return Ok(difference.into());
    }
    exact(one, two, i128::checked_sub, |one, two| one - two)
}

pub(crate) fn multiply(one: &Number, two: &Number) -> Result<Number, &'static str> {
    if let (Some(one), Some(two)) = (one.integer(), two.integer())
        && let Some(product) = one.checked_mul(two)
    {
        return Ok(product.into());
    }
    // A product of many digits is a size, not an id: past 38 digits it is a double.
    if let (Some(one), Some(two)) = (integer(one), integer(two))
        && let Some(product) = one.checked_mul(two)
    {
        return Ok(of_integer(product));
    }
    Ok((one.as_f64() * two.as_f64()).into())
}

/// The quotient; the divisor is not zero.
pub(crate) fn divide(one: &Number, two: &Number) -> Number {
    if let (Some(one), Some(two)) = (integer(one), integer(two))
        && one.checked_rem(two) == Some(0)
        && let Some(quotient) = one.checked_div(two)
    {
        return of_integer(quotient);
    }
    (one.as_f64() / two.as_f64()).into()
}

/// The remainder of the integer parts, with the sign of the dividend; nothing when the divisor has none.
pub(crate) fn remainder(one: &Number, two: &Number) -> Option<Number> {
    if one.as_f64().is_nan() || two.as_f64().is_nan() {
        return Some(f64::NAN.into());
    }
    #[expect(clippy::cast_possible_truncation, reason = "jq saturates too")]
    let whole = |number: &Number| integer(number).unwrap_or_else(|| i128::from(number.as_f64() as i64));
    let (one, two) = (whole(one), whole(two));
    if two == 0 {
        return None;
    }
    // jq takes the size of the divisor, whose sign does not matter then.
    Some(of_integer(one.checked_rem(two.checked_abs()?)?))
}

pub(crate) fn negate(number: &Number) -> Number {
    if let Some(integer) = number.integer()
        && integer != 0
        && let Some(negative) = integer.checked_neg()
    {
        return negative.into();
    }
    match number.literal() {
        Some(literal) => match literal.strip_prefix('-') {
            Some(positive) => Number::of_literal(positive),
            None => Number::of_literal(&format!("-{literal}")),
        },
        None => (-number.as_f64()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn integers_stay_exact() {
        let text = |number: Result<Number, &'static str>| number.unwrap().literal().unwrap().into_owned();
        assert_eq!(text(add(&number("70000000021000001"), &number("1"))), "70000000021000002");
        assert_eq!(text(add(&number("9223372036854775807"), &number("1"))), "9223372036854775808");
        assert_eq!(text(subtract(&number("18446744073709551616"), &number("1"))), "18446744073709551615");
        assert_eq!(text(multiply(&number("9223372036854775807"), &number("10"))), "92233720368547758070");
        assert_eq!(text(Ok(divide(&number("70000000021000002"), &number("2")))), "35000000010500001");
        assert!(add(&number("70000000021000001"), &number("0.5")).is_err());
        assert!(add(&number("1234567890123456789012345678901234567890123"), &number("1")).is_err());
        assert_eq!(add(&number("1e400"), &number("1")).unwrap().as_f64(), f64::INFINITY);
        assert_eq!(add(&number("0.1"), &number("0.2")).unwrap().as_f64(), 0.1 + 0.2);
    }
}
