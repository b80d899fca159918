//! Rounding, with the rules of spreadsheets where the name is theirs.

use super::{Body, whole_number};
use crate::error::Error;
use crate::number::Number;
use crate::operate::Workspace;
use crate::options::{Context, Rounding};

const MAX_PLACES: i64 = 20_000;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("round", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, workspace.scope.context.rounding))),
    ("roundup", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, Rounding::Up))),
    ("rounddown", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, Rounding::Down))),
    ("roundhalfeven", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, Rounding::HalfEven))),
    ("int", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, Rounding::Floor))),
    ("ceil", Body::Keeping(|workspace, numbers| to_places(workspace, numbers, Rounding::Ceiling))),
    ("ceiling", Body::Keeping(|workspace, numbers| signed_multiple(workspace, numbers, true))),
    ("floor", Body::Keeping(|workspace, numbers| signed_multiple(workspace, numbers, false))),
    ("ceiling.math", Body::Keeping(|workspace, numbers| math(workspace, numbers, Rounding::Ceiling, Rounding::Floor))),
    ("floor.math", Body::Keeping(|workspace, numbers| math(workspace, numbers, Rounding::Floor, Rounding::Ceiling))),
    (
        "ceiling.precise",
        Body::Keeping(|workspace, numbers| math(workspace, numbers, Rounding::Ceiling, Rounding::Floor)),
    ),
    ("floor.precise", Body::Keeping(|workspace, numbers| math(workspace, numbers, Rounding::Floor, Rounding::Ceiling))),
    ("mround", Body::Keeping(mround)),
    ("even", Body::Keeping(even)),
    ("odd", Body::Keeping(odd)),
];

fn to_places(workspace: &mut Workspace, numbers: &[Number], rounding: Rounding) -> Result<Number, Error> {
    let places = match numbers.get(1) {
        Some(places) => whole_number(workspace, places, "the number of places", -MAX_PLACES, MAX_PLACES)?,
        None => 0,
    };
    numbers[0].to_places(places, rounding, workspace.scope.context)
}

/// To a multiple by a mode.
pub(super) fn to_multiple(
    x: &Number,
    multiple: &Number,
    rounding: Rounding,
    context: Context,
) -> Result<Number, Error> {
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
