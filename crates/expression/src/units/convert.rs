//! A number from one unit to another.

use std::sync::Arc;

use super::quantity::{Quantity, Scope};
use super::{Unit, registry};
use crate::budget::Budget;
use crate::error::{Error, Kind, Warning, nearest};
use crate::number::Number;
use crate::options::Options;
use crate::parser;
use crate::value::Value;

/// A number in another unit.
#[derive(Debug, Clone)]
pub struct Conversion {
    /// The number in the unit asked for.
    pub number: Number,
    /// What one unit becomes; none between scales with different zeros, and between a thing and its inverse.
    pub factor: Option<Number>,
    /// The unit it was in, as it is written here.
    pub from: String,
    /// The unit it is in.
    pub to: String,
    /// What both measure, where that has a name.
    pub dimension: String,
    /// What is worth knowing, such as a temperature below absolute zero.
    pub warnings: Vec<Warning>,
}

/// Converts a number from one unit to another. `C` and `F` are degrees when both sides are temperatures; a difference of
/// temperatures is converted with `difference`, or between `deltaC`, `deltaF` and `K`.
///
/// # Errors
/// When a unit is not known (naming the nearest), or they measure different things.
pub fn convert(value: &Number, from: &str, to: &str, difference: bool, options: &Options) -> Result<Conversion, Error> {
    let options = Options { units: true, ..options.clone() };
    let scope = Scope { context: options.context(), rates: options.rates.as_deref() };
    let letters = |text: &str| matches!(text.trim(), "C" | "F" | "K");
    let temperatures = (letters(from) && letters(to)) || is_scale(from, &options) || is_scale(to, &options);
    let (count, source) = read(from, temperatures, difference, &options)?;
    let (divisor, target) = read(to, temperatures, difference, &options)?;
    let one = Quantity { number: value.multiply(&count, scope.context)?, unit: source.clone() };
    let number = one.number_or_inverse_in(&target, scope)?.divide(&divisor, scope.context)?;
    let plain = source.zero().is_none() && target.zero().is_none();
    let same = source.size(scope.rates).measures_the_same(&target.size(scope.rates));
    let unit = Quantity { number: count, unit: source.clone() };
    let factor = match plain && same {
        true => Some(unit.number_in(&target, scope)?.divide(&divisor, scope.context)?),
        false => None,
    };
    let mut warnings = Vec::new();
    if one.is_below_absolute_zero(scope.context) {
        warnings.push(Warning { code: "below-absolute-zero", message: below_zero(&one.text(scope.context)) });
    }
    if !same {
        let message = format!("{from} and {to} are inverses: a larger value of one is a smaller one of the other");
        warnings.push(Warning { code: "inverse", message });
    }
    let dimension = source.measures(scope.rates);
    Ok(Conversion { number, factor, from: source.text(), to: target.text(), dimension, warnings })
}

pub(crate) fn below_zero(text: &str) -> String {
    format!("{text} is below absolute zero (-273.15 degC)")
}

fn is_scale(text: &str, options: &Options) -> bool {
    Unit::find(text.trim(), options.rates.as_deref()).is_some_and(|unit| unit.zero().is_some())
}

/// A unit from text, with the number that may stand in it (`L/(100 km)`).
fn read(text: &str, temperatures: bool, difference: bool, options: &Options) -> Result<(Number, Arc<Unit>), Error> {
    let one = Number::whole(1, options.context());
    let text = text.trim();
    let found = match text {
        "C" if temperatures => Unit::find("degC", None),
        "F" if temperatures => Unit::find("degF", None),
        _ => Unit::find(text, options.rates.as_deref()).or_else(|| Unit::find(&text.replace(' ', "_"), None)),
    };
    let (number, unit) = match found {
        Some(unit) => (one, Arc::new(unit)),
        None => {
            let unknown = |error: Error| match nearest(text, registry::known()) {
                Some(near) => Error {
                    message: format!("{shown} is not a unit; did you mean {near}?", shown = shown(text)),
                    ..error
                },
                None => Error { message: format!("{shown} is not a unit: {error}", shown = shown(text)), ..error },
            };
            let text = text.replace(" per ", "/");
            let program = parser::parse(&text, options, true).map_err(unknown)?;
            match program
                .evaluate(&|_: &str| None, &mut Budget::with_limits(10_000, 100, &|| false))
                .map_err(unknown)?
            {
                Value::Quantity(quantity) => (quantity.number.clone(), quantity.unit.clone()),
                _ => return Err(Error::new(Kind::Units, format!("{} is not a unit", shown(&text)))),
            }
        }
    };
    let unit = if difference { unit.difference().map_or(unit, Arc::new) } else { unit };
    Ok((number, unit))
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
