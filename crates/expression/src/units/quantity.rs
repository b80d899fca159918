//! A number with a unit, and arithmetic with it.

use std::cmp::Ordering;
use std::sync::Arc;

use dashu_int::IBig;

use super::Rates;
use super::registry::Prefix;
use super::unit::{Base, Unit};
use crate::decimal::Decimal;
use crate::error::{Error, Kind};
use crate::fraction::Fraction;
use crate::number::Number;
use crate::options::{Angle, Context};

/// A number with a unit.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// How many of the unit.
    pub number: Number,
    /// The unit; of at least one factor.
    pub unit: Arc<Unit>,
}

/// What arithmetic with units needs to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub context: Context,
    pub rates: Option<&'a Rates>,
}

/// Times a fraction and a power of pi.
fn scaled(number: &Number, factor: &Fraction, pi: i32, context: Context) -> Result<Number, Error> {
    let exact = |value: IBig| Number::of(Decimal::new(value, 0), context.mode);
    let mut value = number.multiply(&exact(factor.numerator.clone())?, context)?;
    if !factor.denominator.is_one() {
        value = value.divide(&exact(IBig::from(factor.denominator.clone()))?, context)?;
    }
    if pi != 0 {
        let power = Decimal::pi(context).power(i64::from(pi), context)?;
        value = value.multiply(&Number::of(power, context.mode)?, context)?;
    }
    Ok(value)
}

fn parse(text: &str, context: Context) -> Result<Number, Error> {
    Number::of(Decimal::parse(text).unwrap_or(Decimal::ZERO), context.mode)
}

impl Quantity {
    pub(crate) fn text(&self, context: Context) -> String {
        format!("{} {}", self.number.to_text(context), self.unit.text())
    }

    /// A temperature on a scale with its own zero.
    fn is_point(&self) -> bool {
        self.unit.zero().is_some()
    }

    /// The number in another unit, or in one of the inverse: kilometers per liter in liters per kilometer.
    pub(crate) fn number_or_inverse_in(&self, unit: &Unit, scope: Scope) -> Result<Number, Error> {
        let (ours, theirs) = (self.unit.size(scope.rates), unit.size(scope.rates));
        if !ours.is_inverse_of(&theirs) {
            return self.number_in(unit, scope);
        }
        let factor = ours.factor.multiply(&theirs.factor)?;
        let one = Number::whole(1, scope.context).divide(&self.number, scope.context)?;
        scaled(&one, &factor.inverted()?, -(ours.pi + theirs.pi), scope.context)
    }

    /// The number in another unit.
    pub(crate) fn number_in(&self, unit: &Unit, scope: Scope) -> Result<Number, Error> {
        if *self.unit == *unit {
            return Ok(self.number.clone());
        }
        let context = scope.context;
        let (ours, theirs) = (self.unit.size(scope.rates), unit.size(scope.rates));
        if !ours.measures_the_same(&theirs) {
            return Err(self.misfit(unit, scope));
        }
        let points = self.unit.zero().is_some() || unit.zero().is_some();
        if points && !self.unit.is_difference() && !unit.is_difference() && self.unit.is_temperature() {
            let mut value = self.number.clone();
            if let Some(zero) = self.unit.zero() {
                value = value.add(&parse(zero, context)?, context)?;
            }
            value = scaled(&value, &ours.factor.divide(&theirs.factor)?, 0, context)?;
            return match unit.zero() {
                Some(zero) => value.subtract(&parse(zero, context)?, context),
                None => Ok(value),
            };
        }
        if points && self.unit.is_temperature() {
            let message = format!(
                "{from} and {to} are a temperature and a difference of temperatures: convert to a unit of the same kind",
                from = self.unit.text(),
                to = unit.text()
            );
            return Err(Error::new(Kind::Units, message));
        }
        scaled(&self.number, &ours.factor.divide(&theirs.factor)?, ours.pi - theirs.pi, context)
    }

    fn misfit(&self, unit: &Unit, scope: Scope) -> Error {
        let (from, to) = (self.unit.measures(scope.rates), unit.measures(scope.rates));
        let message = if from == "currency" && to == "currency" {
            format!("no rate between {} and {}: send rates", self.unit.text(), unit.text())
        } else {
            format!("{} ({from}) and {} ({to}) do not fit together", self.unit.text(), unit.text())
        };
        Error::new(Kind::Units, message)
    }

    /// That both measure the same.
    fn check_kind(&self, other: &Self, scope: Scope) -> Result<(), Error> {
        let same =
            *self.unit == *other.unit || self.unit.size(scope.rates).measures_the_same(&other.unit.size(scope.rates));
        if same { Ok(()) } else { Err(self.misfit(&other.unit, scope)) }
    }

    /// The same in another unit.
    pub(crate) fn converted(&self, unit: &Arc<Unit>, scope: Scope) -> Result<Self, Error> {
        Ok(Self { number: self.number_or_inverse_in(unit, scope)?, unit: unit.clone() })
    }

    /// Whether it is a temperature below absolute zero.
    pub(crate) fn is_below_absolute_zero(&self, context: Context) -> bool {
        let kelvin = || {
            let zero = self.unit.zero()?;
            self.number.add(&parse(zero, context).ok()?, context).ok()
        };
        if self.is_point() {
            return kelvin().is_some_and(|value| value.is_negative());
        }
        self.unit.is_temperature() && !self.unit.is_difference() && self.number.is_negative()
    }

    /// The sum, or with `sign` -1 the difference.
    pub(crate) fn add(&self, other: &Self, sign: i8, scope: Scope) -> Result<Self, Error> {
        let context = scope.context;
        self.check_kind(other, scope)?;
        let combine = |one: &Number, other: &Number| match sign {
            1 => one.add(other, context),
            _ => one.subtract(other, context),
        };
        let temperatures = self.unit.is_temperature() && other.unit.is_temperature();
        if !temperatures || !(self.is_point() || other.is_point()) {
            let theirs = other.number_in(&self.unit, scope)?;
            return Ok(Self { number: combine(&self.number, &theirs)?, unit: self.unit.clone() });
        }
        match (self.is_point(), other.is_point(), sign) {
            (true, true, 1) => {
                let unit = other.unit.difference().map_or_else(|| "K".to_owned(), |unit| unit.text());
                let number = other.number.to_text(context);
                let message = format!(
                    "two temperatures cannot be added: write the difference as {number} {unit}, as in {} + {number} {unit}",
                    self.text(context)
                );
                Err(Error::new(Kind::Units, message))
            }
            (true, true, _) => {
                let theirs = other.number_in(&self.unit, scope)?;
                let unit = self.unit.difference().map_or_else(|| self.unit.clone(), Arc::new);
                Ok(Self { number: combine(&self.number, &theirs)?, unit })
            }
            (true, false, _) => {
                let step = self.unit.difference().map_or_else(|| self.unit.clone(), Arc::new);
                let theirs = other.as_difference().number_in(&step, scope)?;
                Ok(Self { number: combine(&self.number, &theirs)?, unit: self.unit.clone() })
            }
            (false, _, 1) => other.add(self, 1, scope),
            (false, ..) if self.unit.is_difference() => Err(Error::new(
                Kind::Units,
                "a temperature cannot be taken from a difference of temperatures: the other way round it can",
            )),
            (false, ..) => {
                let theirs = other.number_in(&self.unit, scope)?;
                Ok(Self { number: combine(&self.number, &theirs)?, unit: self.unit.clone() })
            }
        }
    }

    /// Kelvins beside a point on a scale are a difference.
    fn as_difference(&self) -> Self {
        match self.unit.factors[..] {
            [factor] if factor.base == kelvin() => {
                let unit = Unit::find("deltaC", None).map_or_else(|| self.unit.clone(), Arc::new);
                Self { number: self.number.clone(), unit }
            }
            _ => self.clone(),
        }
    }

    /// The product with another to the power of 1 or -1; none of the unit may be left.
    pub(crate) fn times(&self, other: &Self, power: i8, scope: Scope) -> Result<(Number, Unit), Error> {
        let context = scope.context;
        let number = match power {
            1 => self.number.multiply(&other.number, context)?,
            _ => self.number.divide(&other.number, context)?,
        };
        let (unit, factor, pi) = self.unit.times(&other.unit, power, scope.rates)?;
        Ok((scaled(&number, &factor, pi, context)?, unit))
    }

    /// Written in the named unit it is: `2100 J/s` is `2.1 kW`.
    pub(crate) fn simplified(self, scope: Scope) -> Result<Self, Error> {
        let Some((index, tens)) = self.unit.derived(scope.rates) else { return Ok(self) };
        let context = scope.context;
        let power = Decimal::new(IBig::ONE, tens as i32);
        let number = self.number.multiply(&Number::of(power, context.mode)?, context)?;
        let size = number.to_decimal(context)?.adjusted();
        let tens = if number.is_zero() { 0 } else { (size.div_euclid(3) * 3).clamp(-12, 15) };
        let scale = Decimal::new(IBig::ONE, -tens as i32);
        let number = number.multiply(&Number::of(scale, context.mode)?, context)?;
        Ok(Self { number, unit: Arc::new(Unit::prefixed(index, tens as i8)) })
    }

    pub(crate) fn compare(&self, other: &Self, scope: Scope) -> Result<Ordering, Error> {
        self.check_kind(other, scope)?;
        self.number.compare(&other.number_in(&self.unit, scope)?, scope.context)
    }

    /// An angle as a bare number, in what angles are without a unit.
    pub(crate) fn bare_angle(&self, scope: Scope) -> Result<Number, Error> {
        let name = if scope.context.angle == Angle::Degrees { "deg" } else { "rad" };
        let unit = Unit::find(name, None).ok_or_else(|| Error::argument("this is not an angle"))?;
        self.number_in(&unit, scope)
    }
}

fn kelvin() -> Base {
    let index = super::registry::by_symbol("K").unwrap_or_default();
    Base::Known { index, prefix: Prefix::Ten(0) }
}
