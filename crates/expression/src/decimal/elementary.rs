//! Exponentials, logarithms, angles: right in every digit that is carried.
//!
//! Each function works in fixed point with as many bits as the digits asked for and the size of its argument demand. A
//! result that turns out so small that bits are missing is computed again with them (Ziv's strategy), so values near a
//! zero of a function are as good as any.

use dashu_base::BitTest;
use dashu_int::IBig;

use super::{Decimal, MAX_EXPONENT, fixed};
use crate::error::Error;
use crate::options::Context;

/// Bits beyond those of the result.
const GUARD: usize = 40;
/// Angles of more digits before the point are refused.
const MAX_ANGLE_DIGITS: i64 = 1_000;

/// The result of a computation that is given bits, with more of them until it is good to the digits asked for.
fn refined(digits: u32, mut bits: usize, compute: impl Fn(usize) -> IBig) -> Decimal {
    for _ in 0..6 {
        let value = compute(bits);
        let missing = (fixed::bits_for(digits) + GUARD / 2).saturating_sub(value.bit_len());
        if missing == 0 || value.is_zero() && bits > 8_000 {
            return fixed::to_decimal(&value, bits, digits);
        }
        bits += missing.max(GUARD);
    }
    fixed::to_decimal(&compute(bits), bits, digits)
}

impl Decimal {
    /// Pi.
    pub(crate) fn pi(context: Context) -> Self {
        let bits = fixed::bits_for(context.working()) + GUARD;
        fixed::to_decimal(&fixed::pi(bits), bits, context.working())
    }

    fn inexact(&self) -> Self {
        Self { exact: false, ..self.clone() }
    }

    /// So small that the next term of a series counts in no digit; the value itself, cut.
    fn is_tiny(&self, context: Context) -> bool {
        self.adjusted() < -(i64::from(context.working()) + 2)
    }

    /// Value times `1 + sign * tiny`: the value with a hint below its last digit.
    fn nudged(&self, context: Context) -> Result<Self, Error> {
        Self::finish(self.coefficient.clone(), i64::from(self.exponent), false, false, context)
    }

    pub(crate) fn exp(&self, context: Context) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(Self { exact: self.exact, ..Self::ONE });
        }
        if self.is_tiny(context) {
            return Self::ONE.add(&self.inexact(), context);
        }
        if self.adjusted() > 7 || self.to_f64().abs() > MAX_EXPONENT as f64 * 2.31 {
            if self.is_negative() {
                return Ok(Self { exact: false, ..Self::ZERO });
            }
            return Err(Error::too_large(format!("exp of this has more than {MAX_EXPONENT} digits before the point")));
        }
        let tens = (self.to_f64() / std::f64::consts::LN_10).round() as i64;
        let bits = fixed::bits_for(context.working()) + GUARD;
        // The quotient has up to 22 bits, which the remainder loses.
        let wide = bits + 32;
        let rest = fixed::from_decimal(self, wide) - fixed::ln_ten(wide) * IBig::from(tens);
        let value = fixed::to_decimal(&fixed::exp(&(rest >> 32usize), bits), bits, context.working());
        Self::finish(value.coefficient, i64::from(value.exponent) + tens, false, false, context)
    }

    /// `exp(x) - 1` without the loss near zero.
    pub(crate) fn exp_minus_one(&self, context: Context) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(self.clone());
        }
        if self.is_tiny(context) {
            return self.nudged(context);
        }
        let lost = (-self.adjusted()).max(0) as u32 + 2;
        let wide = Context { digits: context.digits + lost, ..context };
        let value = self.exp(wide)?.add(&Self::new(IBig::from(-1), 0), Context { digits: wide.digits + 20, ..wide })?;
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    pub(crate) fn ln(&self, context: Context) -> Result<Self, Error> {
        if !self.is_positive() {
            return Err(Error::argument("the logarithm needs a number above 0"));
        }
        let lead = self.adjusted();
        let tens = if (-1..=0).contains(&lead) { 0 } else { lead };
        let reduced = Self { exponent: (i64::from(self.exponent) - tens) as i32, ..self.clone() };
        let distance = reduced.subtract(&Self::ONE, Context::decimal(20_000))?;
        if tens == 0 && distance.is_zero() {
            return Ok(Self { exact: self.exact, ..Self::ZERO });
        }
        if tens == 0 && distance.is_tiny(context) {
            return distance.nudged(context);
        }
        let near = if tens == 0 { (-distance.adjusted()).max(0) as u32 } else { 0 };
        let bits = fixed::bits_for(context.working() + near) + GUARD;
        Ok(refined(context.working(), bits, |bits| {
            fixed::ln(&fixed::from_decimal(&reduced, bits), bits) + fixed::ln_ten(bits) * IBig::from(tens)
        }))
    }

    /// The logarithm to base ten; exact for powers of ten.
    pub(crate) fn log10(&self, context: Context) -> Result<Self, Error> {
        let short = self.normalized();
        if short.coefficient == IBig::ONE {
            return Ok(Self { exact: self.exact, ..Self::from(i64::from(short.exponent)) });
        }
        let wide = Context { digits: context.digits + 4, ..context };
        let bits = fixed::bits_for(wide.working()) + GUARD;
        let ten = fixed::to_decimal(&fixed::ln_ten(bits), bits, wide.working());
        let value = self.ln(wide)?.divide(&ten, wide)?;
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    /// The logarithm to a base; exact for whole powers of whole bases.
    pub(crate) fn log(&self, base: &Self, context: Context) -> Result<Self, Error> {
        if !base.is_positive() || base.compare(&Self::ONE, context).is_eq() {
            return Err(Error::argument("the base of a logarithm is a number above 0 other than 1"));
        }
        let wide = Context { digits: context.digits + 4, ..context };
        let value = self.ln(wide)?.divide(&base.ln(wide)?, wide)?;
        let whole = value.to_places(0, crate::Rounding::HalfUp, context);
        if value.compare(&whole, context).is_eq()
            && let Some(power) = whole.to_integer().and_then(|power| i64::try_from(power).ok())
            && let Ok(back) = base.power(power, wide)
            && back.exact
            && back.compare(self, context).is_eq()
        {
            return Ok(Self { exact: self.exact && base.exact, ..whole });
        }
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    /// Any power of a positive number.
    pub(crate) fn power_of(&self, exponent: &Self, context: Context) -> Result<Self, Error> {
        if exponent.is_integer() {
            let whole = exponent.to_integer().and_then(|whole| i64::try_from(whole).ok());
            return match whole {
                Some(whole) => self.power(whole, context),
                None if self.is_zero() || self.compare(&Self::ONE, context).is_eq() => Ok(self.clone()),
                None => Err(Error::too_large("this power is too large: use a smaller exponent")),
            };
        }
        if self.is_zero() {
            return if exponent.is_negative() { Err(Error::division()) } else { Ok(self.clone()) };
        }
        if self.is_negative() {
            let hint = "use cbrt(x) or nthroot(x; n) for a root of a negative number";
            return Err(Error::argument(format!(
                "a fractional power of a negative number is not a real number: {hint}"
            )));
        }
        if exponent.absolute().compare(&Self::new(IBig::from(5), -1), context).is_eq() {
            let root = self.square_root(context)?;
            return if exponent.is_negative() { Self::ONE.divide(&root, context) } else { Ok(root) };
        }
        // The digits before the point of `y ln x` are lost after it.
        let size = (exponent.adjusted() + i64::from(self.adjusted().abs().max(1).ilog10()) + 2).clamp(0, 12) as u32;
        let wide = Context { digits: context.digits + size + 4, ..context };
        let value = self.ln(wide)?.multiply(exponent, wide)?.exp(wide)?;
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    /// The root of whole degree; of a negative number when the degree is odd.
    pub(crate) fn root(&self, degree: u32, context: Context) -> Result<Self, Error> {
        if degree == 2 {
            return self.square_root(context);
        }
        if self.is_negative() {
            if degree.is_multiple_of(2) {
                return Err(Error::argument("an even root of a negative number is not a real number"));
            }
            return Ok(self.absolute().root(degree, context)?.negated());
        }
        if self.is_zero() || degree == 1 {
            return Ok(self.clone());
        }
        let wide = Context { digits: context.digits + 4, ..context };
        let value = self.ln(wide)?.divide(&Self::from(i64::from(degree)), wide)?.exp(wide)?;
        let short = value.to_digits(context.digits, crate::Rounding::HalfUp).normalized();
        let back = short.power(i64::from(degree), Context::decimal(400))?;
        if self.exact && back.compare(self, Context::decimal(400)).is_eq() {
            return Ok(Self { exact: true, ..short });
        }
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    pub(crate) fn sine(&self, context: Context) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(self.clone());
        }
        if self.is_tiny(context) {
            return self.nudged(context);
        }
        self.wave(0, context)
    }

    pub(crate) fn cosine(&self, context: Context) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(Self { exact: self.exact, ..Self::ONE });
        }
        if self.is_tiny(context) {
            let square = self.multiply(self, context)?;
            return Self::ONE.subtract(&Self { exact: false, ..square }, context);
        }
        self.wave(1, context)
    }

    /// The sine of the angle and so many quarter turns, as small as it is.
    fn wave(&self, quarters: i64, context: Context) -> Result<Self, Error> {
        if self.adjusted() > MAX_ANGLE_DIGITS {
            return Err(Error::too_large("an angle has at most 1000 digits before the point"));
        }
        let small = (-self.adjusted()).max(0) as u32;
        let bits = fixed::bits_for(context.working() + small) + GUARD;
        let large = self.adjusted().max(0) as u32;
        let value = refined(context.working(), bits, |bits| {
            let wide = bits + fixed::bits_for(large) + 8;
            let x = fixed::from_decimal(self, wide);
            let quarter = fixed::pi(wide + 1) >> 2usize;
            let turns = fixed::nearest_multiple(&x, &quarter);
            let rest = (x - &turns * &quarter) >> (wide - bits);
            let quadrant = (turns + IBig::from(quarters)) % IBig::from(4);
            match i64::try_from(&quadrant).unwrap_or(0).rem_euclid(4) {
                0 => fixed::sine(&rest, bits),
                1 => fixed::cosine(&rest, bits),
                2 => -fixed::sine(&rest, bits),
                _ => -fixed::cosine(&rest, bits),
            }
        });
        // Nothing but the error of an argument that is not exact, such as pi.
        let noise = i64::from(large) - i64::from(context.digits);
        Ok(if !self.exact && value.adjusted() < noise { Self { exact: false, ..Self::ZERO } } else { value })
    }

    pub(crate) fn tan(&self, context: Context) -> Result<Self, Error> {
        let (sine, cosine) = (self.sine(context)?, self.cosine(context)?);
        if cosine.is_zero() {
            return Err(Error::argument("the tangent has no value here"));
        }
        sine.divide(&cosine, context)
    }

    pub(crate) fn atan(&self, context: Context) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(self.clone());
        }
        if self.is_tiny(context) {
            return self.nudged(context);
        }
        let wide = Context { digits: context.digits + 4, ..context };
        if self.absolute().compare(&Self::ONE, context).is_gt() {
            let quarter = Self::pi(wide).divide(&Self::from(if self.is_negative() { -2 } else { 2 }), wide)?;
            let value = quarter.subtract(&Self::ONE.divide(self, wide)?.atan(wide)?, wide)?;
            return Self::finish(value.coefficient, i64::from(value.exponent), false, false, context);
        }
        let small = (-self.adjusted()).max(0) as u32;
        let bits = fixed::bits_for(context.working() + small) + GUARD;
        Ok(refined(context.working(), bits, |bits| fixed::atan(&fixed::from_decimal(self, bits), bits)))
    }

    /// The angle of the point, from the positive x axis, in -pi to pi.
    pub(crate) fn atan2(y: &Self, x: &Self, context: Context) -> Result<Self, Error> {
        let pi = Self::pi(context);
        let half = pi.divide(&Self::from(if y.is_negative() { -2 } else { 2 }), context)?;
        if x.is_zero() {
            return if y.is_zero() {
                Err(Error::argument("the angle of the point 0, 0 has no value"))
            } else {
                Ok(half)
            };
        }
        let wide = Context { digits: context.digits + 4, ..context };
        let angle = y.divide(x, wide)?.atan(wide)?;
        match (x.is_negative(), y.is_negative()) {
            (false, _) => Self::finish(angle.coefficient, i64::from(angle.exponent), angle.exact, false, context),
            (true, false) => angle.add(&pi, context),
            (true, true) => angle.subtract(&pi, context),
        }
    }

    pub(crate) fn asin(&self, context: Context) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(self.clone());
        }
        Self::atan2(self, &self.other_leg(context)?, context)
    }

    pub(crate) fn acos(&self, context: Context) -> Result<Self, Error> {
        let leg = self.other_leg(context)?;
        if leg.is_zero() && !self.is_negative() {
            return Ok(Self { exact: self.exact, ..Self::ZERO });
        }
        Self::atan2(&leg, self, context)
    }

    /// `sqrt(1 - x²)`, good near 1 too.
    fn other_leg(&self, context: Context) -> Result<Self, Error> {
        let wide = Context { digits: context.digits * 2 + 20, ..context };
        let square = Self::ONE.subtract(self, wide)?.multiply(&Self::ONE.add(self, wide)?, wide)?;
        if square.is_negative() {
            return Err(Error::argument("the inverse sine and cosine need a number from -1 to 1"));
        }
        square.square_root(Context { digits: context.digits + 6, ..context })
    }

    /// Hyperbolic sine and cosine.
    pub(crate) fn sinh_cosh(&self, context: Context) -> Result<(Self, Self), Error> {
        if self.is_zero() {
            return Ok((self.clone(), Self::ONE));
        }
        let wide = Context { digits: context.digits + 6, ..context };
        let two = Self::from(2);
        // With u = exp(x) - 1: sinh = (u + u / (u + 1)) / 2.
        let less = self.exp_minus_one(wide)?;
        let up = less.add(&Self::ONE, wide)?;
        let finish = |value: Self| Self::finish(value.coefficient, i64::from(value.exponent), false, false, context);
        if up.is_zero() {
            // exp(x) is below everything: use the other side.
            let (sine, cosine) = self.negated().sinh_cosh(context)?;
            return Ok((sine.negated(), cosine));
        }
        let down = less.divide(&up, wide)?;
        let sine = less.add(&down, wide)?.divide(&two, wide)?;
        let cosine = up.add(&Self::ONE.divide(&up, wide)?, wide)?.divide(&two, wide)?;
        Ok((finish(sine)?, finish(cosine)?))
    }

    pub(crate) fn tanh(&self, context: Context) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(self.clone());
        }
        // Beyond a thousand it is 1 to far more digits than are carried.
        if self.adjusted() >= 3 {
            let one = Self::finish(IBig::ONE, 0, false, false, context)?;
            return Ok(if self.is_negative() { one.negated() } else { one });
        }
        let (sine, cosine) = self.sinh_cosh(Context { digits: context.digits + 2, ..context })?;
        sine.divide(&cosine, context)
    }

    pub(crate) fn asinh(&self, context: Context) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(self.clone());
        }
        if self.is_negative() {
            return Ok(self.negated().asinh(context)?.negated());
        }
        if self.is_tiny(context) {
            return self.nudged(context);
        }
        let lost = (-self.adjusted()).max(0) as u32 + 4;
        let wide = Context { digits: context.digits + lost, ..context };
        let root = self.multiply(self, wide)?.add(&Self::ONE, wide)?.square_root(wide)?;
        let value = self.add(&root, wide)?.ln(wide)?;
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    pub(crate) fn acosh(&self, context: Context) -> Result<Self, Error> {
        let above = self.subtract(&Self::ONE, Context::decimal(context.digits * 2))?;
        if above.is_negative() {
            return Err(Error::argument("acosh needs a number of at least 1"));
        }
        if above.is_zero() {
            return Ok(Self { exact: self.exact, ..Self::ZERO });
        }
        if above.is_tiny(context) {
            // acosh(1 + d) is sqrt(2 d) to far more digits than are carried.
            let root = above.add(&above, context)?.square_root(context)?;
            return Ok(root.inexact());
        }
        let lost = (-above.adjusted()).max(0) as u32 + 4;
        let wide = Context { digits: context.digits + lost, ..context };
        let root = above.multiply(&self.add(&Self::ONE, wide)?, wide)?.square_root(wide)?;
        let value = self.add(&root, wide)?.ln(wide)?;
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }

    pub(crate) fn atanh(&self, context: Context) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(self.clone());
        }
        if self.is_tiny(context) {
            return self.nudged(context);
        }
        if self.absolute().compare(&Self::ONE, context).is_ge() {
            return Err(Error::argument("atanh needs a number between -1 and 1"));
        }
        let lost = (-self.adjusted()).max(0) as u32 + 4;
        let wide = Context { digits: context.digits + lost, ..context };
        let ratio = Self::ONE.add(self, wide)?.divide(&Self::ONE.subtract(self, wide)?, wide)?;
        let value = ratio.ln(wide)?.divide(&Self::from(2), wide)?;
        Self::finish(value.coefficient, i64::from(value.exponent), false, false, context)
    }
}
