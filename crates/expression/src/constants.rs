//! Names with a value of their own; variables of the same name hide them.

use crate::decimal::Decimal;
use crate::error::Error;
use crate::number::Number;
use crate::options::{Context, Mode};
use crate::value::Value;

/// The constants, and what they are.
pub const CONSTANTS: &[(&str, &str)] = &[
    ("true", "the condition that holds"),
    ("false", "the condition that does not hold"),
    ("null", "an empty cell"),
    ("pi", "3.14159..., the circumference of a circle by its diameter"),
    ("tau", "2 pi, a full turn in radians"),
    ("e", "2.71828..., the base of natural logarithms"),
    ("phi", "1.61803..., the golden ratio"),
];

/// The value of a name in lower case.
pub(crate) fn find(name: &str, context: Context) -> Result<Option<Value>, Error> {
    let two = Decimal::from(2);
    let decimal = |name: &str| -> Result<Decimal, Error> {
        match name {
            "pi" => Ok(Decimal::pi(context)),
            "tau" => Decimal::pi(context).multiply(&two, context),
            "e" => Decimal::ONE.exp(context),
            _ => Decimal::from(5).square_root(context)?.add(&Decimal::ONE, context)?.divide(&two, context),
        }
    };
    let value = match name {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        "pi" | "π" => number(decimal("pi")?, context)?,
        "tau" | "τ" => number(decimal("tau")?, context)?,
        "e" | "phi" => number(decimal(name)?, context)?,
        _ => return Ok(None),
    };
    Ok(Some(value))
}

fn number(value: Decimal, context: Context) -> Result<Value, Error> {
    let mode = if context.mode == Mode::Float { Mode::Float } else { Mode::Decimal };
    Number::of(value, mode).map(Value::Number)
}
