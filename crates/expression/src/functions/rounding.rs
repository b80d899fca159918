//! Rounding, with the rules of spreadsheets where the name is theirs.

use super::{Body, Function, whole_number};
use crate::error::Error;
use crate::number::Number;
use crate::operate::Workspace;
use crate::options::{Context, Rounding};

const MAX_PLACES: i64 = 20_000;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("round", &[], (1, 2), "round(x, places)", "To so many places (0; before the point when negative), by the rounding mode of the call: halves away from zero.", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, workspace.scope.context.rounding))),
    Function::new("roundup", &[], (1, 2), "roundup(x, places)", "Away from zero, to so many places.", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, Rounding::Up))),
    Function::new("rounddown", &["trunc", "fix"], (1, 2), "rounddown(x, places)", "Toward zero, to so many places.", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, Rounding::Down))),
    Function::new("roundhalfeven", &["bankersround"], (1, 2), "roundhalfeven(x, places)", "To so many places, halves to the even neighbor (banker's rounding).", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, Rounding::HalfEven))),
    Function::new("int", &[], (1, 1), "int(x)", "Down to a whole number: int(-2.5) is -3.", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, Rounding::Floor))),
    Function::new("ceil", &[], (1, 2), "ceil(x, places)", "Up, to so many places: ceil(-2.5) is -2.", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, Rounding::Ceiling))),
    Function::new("ceiling", &[], (1, 2), "ceiling(x, multiple)", "Away from zero to a multiple: ceiling(-2.5, -2) is -4, ceiling(-2.5, 2) is -2; a positive x takes no negative multiple.", Body::Keeping(|workspace, numbers| signed_multiple(workspace, numbers, true))),
    Function::new("floor", &[], (1, 2), "floor(x, multiple)", "Toward zero to a multiple: floor(-2.5, -2) is -2, floor(-2.5, 2) is -4; a positive x takes no negative multiple.", Body::Keeping(|workspace, numbers| signed_multiple(workspace, numbers, false))),
    Function::new("ceiling.math", &[], (1, 3), "ceiling.math(x, multiple, mode)", "Up to a multiple, whatever its sign; with a mode other than 0, negative numbers go away from zero.", Body::Keeping(|workspace, numbers| math(workspace, numbers, Rounding::Ceiling, Rounding::Floor))),
    Function::new("floor.math", &[], (1, 3), "floor.math(x, multiple, mode)", "Down to a multiple, whatever its sign; with a mode other than 0, negative numbers go toward zero.", Body::Keeping(|workspace, numbers| math(workspace, numbers, Rounding::Floor, Rounding::Ceiling))),
    Function::new("ceiling.precise", &["iso.ceiling"], (1, 2), "ceiling.precise(x, multiple)", "Up to a multiple, whatever its sign.", Body::Keeping(|workspace, numbers| math(workspace, numbers, Rounding::Ceiling, Rounding::Floor))),
    Function::new("floor.precise", &[], (1, 2), "floor.precise(x, multiple)", "Down to a multiple, whatever its sign.", Body::Keeping(|workspace, numbers| math(workspace, numbers, Rounding::Floor, Rounding::Ceiling))),
    Function::new("mround", &[], (2, 2), "mround(x, multiple)", "To the nearest multiple, halves away from zero; both have the same sign.", Body::Keeping(mround)),
    Function::new("even", &[], (1, 1), "even(x)", "Away from zero to an even number.", Body::Keeping(even)),
    Function::new("odd", &[], (1, 1), "odd(x)", "Away from zero to an odd number.", Body::Keeping(odd)),
];

fn to_places(workspace: &mut Workspace, numbers: &[Number], rounding: Rounding) -> Result<Number, Error> {
    let places = match numbers.get(1) {
        Some(places) => whole_number(workspace, places, "the number of places", -MAX_PLACES, MAX_PLACES)?,
        None => 0,
    };
    numbers[0].to_places(places, rounding, workspace.scope.context)
}

/// To a multiple by a mode.
pub(super) fn to_multiple(x: &Number, multiple: &Number, rounding: Rounding, context: Context) -> Result<Number, Error> {
    if multiple.is_zero() || x.is_zero() {
        return Ok(Number::whole(0, context));
    }
    x.quotient(multiple, rounding, context)?.multiply(multiple, context)
}

fn multiple_of(workspace: &Workspace, numbers: &[Number]) -> Number {
    numbers.get(1).cloned().unwrap_or_else(|| Number::whole(1, workspace.scope.context))
}

fn signed_multiple(workspace: &mut Workspace, numbers: &[Number], up: bool) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let multiple = multiple_of(workspace, numbers);
    let x = &numbers[0];
    if !x.is_negative() && !x.is_zero() && multiple.is_negative() {
        return Err(Error::argument("a positive number needs a positive multiple"));
    }
    if !up && multiple.is_zero() && !x.is_zero() {
        return Err(Error::division());
    }
    // The quotient is taken by a multiple with a sign, so up and down follow the sign of that.
    to_multiple(x, &multiple, if up { Rounding::Ceiling } else { Rounding::Floor }, context)
}

fn math(workspace: &mut Workspace, numbers: &[Number], usual: Rounding, other: Rounding) -> Result<Number, Error> {
    let multiple = multiple_of(workspace, numbers).absolute();
    let turned = numbers.get(2).is_some_and(|mode| !mode.is_zero()) && numbers[0].is_negative();
    to_multiple(&numbers[0], &multiple, if turned { other } else { usual }, workspace.scope.context)
}

fn mround(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let (x, multiple) = (&numbers[0], &numbers[1]);
    if !x.is_zero() && !multiple.is_zero() && x.is_negative() != multiple.is_negative() {
        return Err(Error::argument("the number and the multiple need the same sign"));
    }
    to_multiple(x, multiple, Rounding::HalfUp, workspace.scope.context)
}

fn even(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    to_multiple(&numbers[0], &Number::whole(2, context), Rounding::Up, context)
}

fn odd(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let (one, two) = (Number::whole(1, context), Number::whole(2, context));
    let x = numbers[0].absolute();
    // The odd number at or above |x| is 2 ceil((|x| - 1) / 2) + 1, and 1 for zero.
    let half = x.subtract(&one, context)?.quotient(&two, Rounding::Ceiling, context)?;
    let value = half.multiply(&two, context)?.add(&one, context)?;
    let value = if value.is_negative() { one } else { value };
    Ok(if numbers[0].is_negative() { value.negated() } else { value })
}
