//! Money over time, in the closed forms of spreadsheets: what is paid out is negative.

use super::{Body, numbers, whole_number};
use crate::error::Error;
use crate::number::Number;
use crate::operate::Workspace;
use crate::options::Context;
use crate::value::Value;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("pmt", Body::Scalar(|workspace, numbers| payment(workspace.scope.context, numbers))),
    ("fv", Body::Scalar(|workspace, numbers| future(workspace.scope.context, numbers))),
    ("pv", Body::Scalar(|workspace, numbers| present(workspace.scope.context, numbers))),
    ("nper", Body::Scalar(periods)),
    ("ipmt", Body::Scalar(|workspace, numbers| Ok(parts(workspace, numbers)?.0))),
    ("ppmt", Body::Scalar(|workspace, numbers| Ok(parts(workspace, numbers)?.1))),
    ("npv", Body::Values(net_present)),
    ("effect", Body::Scalar(effective)),
    ("nominal", Body::Scalar(nominal)),
    ("rri", Body::Scalar(rate_of_growth)),
    ("pduration", Body::Scalar(duration)),
    (
        "sln",
        Body::Scalar(|workspace, numbers| {
            let context = workspace.scope.context;
            numbers[0].subtract(&numbers[1], context)?.divide(&numbers[2], context)
        }),
    ),
    ("syd", Body::Scalar(digits_of_years)),
];

/// A step of a sum that may grow: exact fractions take longer the longer they are.
pub(super) fn step(workspace: &mut Workspace, so_far: &Number) -> Result<(), Error> {
    let words = so_far.words();
    workspace.budget.spend(60 + words * words / 8)
}

pub(super) fn one(context: Context) -> Number {
    Number::whole(1, context)
}

pub(super) fn optional(numbers: &[Number], at: usize, context: Context) -> Number {
    numbers.get(at).cloned().unwrap_or_else(|| Number::whole(0, context))
}

/// `(1 + rate)^n`, and `((1 + rate)^n - 1) / rate` times `1 + rate` when paid at the beginning.
pub(super) fn growth(
    rate: &Number,
    periods: &Number,
    early: bool,
    context: Context,
) -> Result<(Number, Number), Error> {
    if rate.is_zero() {
        return Ok((one(context), periods.clone()));
    }
    let base = one(context).add(rate, context)?;
    let grown = base.power(periods, context)?;
    let mut annuity = grown.subtract(&one(context), context)?.divide(rate, context)?;
    if early {
        annuity = annuity.multiply(&base, context)?;
    }
    Ok((grown, annuity))
}

pub(super) fn is_early(numbers: &[Number], at: usize) -> bool {
    numbers.get(at).is_some_and(|kind| !kind.is_zero())
}

pub(super) fn payment(context: Context, numbers: &[Number]) -> Result<Number, Error> {
    let (grown, annuity) = growth(&numbers[0], &numbers[1], is_early(numbers, 4), context)?;
    let owed = numbers[2].multiply(&grown, context)?.add(&optional(numbers, 3, context), context)?;
    Ok(owed.divide(&annuity, context)?.negated())
}

pub(super) fn future(context: Context, numbers: &[Number]) -> Result<Number, Error> {
    let (grown, annuity) = growth(&numbers[0], &numbers[1], is_early(numbers, 4), context)?;
    let paid = numbers[2].multiply(&annuity, context)?;
    Ok(optional(numbers, 3, context).multiply(&grown, context)?.add(&paid, context)?.negated())
}

fn present(context: Context, numbers: &[Number]) -> Result<Number, Error> {
    let (grown, annuity) = growth(&numbers[0], &numbers[1], is_early(numbers, 4), context)?;
    let paid = numbers[2].multiply(&annuity, context)?;
    Ok(paid.add(&optional(numbers, 3, context), context)?.divide(&grown, context)?.negated())
}

fn logarithm(x: &Number, context: Context) -> Result<Number, Error> {
    let mode = if context.mode == crate::Mode::Fraction { crate::Mode::Decimal } else { context.mode };
    Number::of(x.to_decimal(context)?.ln(context)?, mode)
}

fn periods(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    workspace.budget.spend(1_000)?;
    let (rate, payment, present) = (&numbers[0], &numbers[1], &numbers[2]);
    let future = optional(numbers, 3, context);
    if rate.is_zero() {
        return Ok(present.add(&future, context)?.divide(payment, context)?.negated());
    }
    let base = one(context).add(rate, context)?;
    let payment = if is_early(numbers, 4) { payment.multiply(&base, context)? } else { payment.clone() };
    let above = payment.subtract(&future.multiply(rate, context)?, context)?;
    let below = payment.add(&present.multiply(rate, context)?, context)?;
    let ratio = above.divide(&below, context)?;
    if ratio.is_negative() || ratio.is_zero() {
        return Err(Error::argument("the payments never pay this off"));
    }
    logarithm(&ratio, context)?.divide(&logarithm(&base, context)?, context)
}

/// Interest and principal of the payment of a period.
fn parts(workspace: &mut Workspace, numbers: &[Number]) -> Result<(Number, Number), Error> {
    let context = workspace.scope.context;
    let (rate, present) = (&numbers[0], &numbers[3]);
    let period = whole_number(workspace, &numbers[1], "the period", 1, 1_000_000)?;
    if Number::whole(period, context).compare(&numbers[2], context)?.is_gt() {
        return Err(Error::argument("the period is at most the number of periods"));
    }
    let future_value = optional(numbers, 4, context);
    let kind = optional(numbers, 5, context);
    let early = !kind.is_zero();
    let paid = payment(context, &[rate.clone(), numbers[2].clone(), present.clone(), future_value, kind.clone()])?;
    let before = [rate.clone(), Number::whole(period - 1, context), paid.clone(), present.clone(), kind];
    let interest = if early && period == 1 {
        Number::whole(0, context)
    } else {
        let mut balance = future(context, &before)?;
        if early {
            // What is owed just after the payment at the beginning of the period before.
            balance = balance.divide(&one(context).add(rate, context)?, context)?;
        }
        balance.multiply(rate, context)?
    };
    let principal = paid.subtract(&interest, context)?;
    Ok((interest, principal))
}

fn net_present(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let context = workspace.scope.context;
    let rate = workspace.number_of(&values[0])?;
    let flows = numbers(workspace, &values[1..])?;
    let base = one(context).add(&rate, context)?;
    let mut sum = Number::whole(0, context);
    // From the last, so that each flow is divided once.
    for flow in flows.iter().rev() {
        step(workspace, &sum)?;
        sum = sum.add(flow, context)?.divide(&base, context)?;
    }
    Ok(Value::Number(sum))
}

fn yearly(workspace: &Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let periods = numbers[1].to_places(0, crate::Rounding::Down, context)?;
    let periods = whole_number(workspace, &periods, "the number of periods", 1, 1_000_000)?;
    if numbers[0].is_negative() || numbers[0].is_zero() {
        return Err(Error::argument("the rate must be above 0"));
    }
    Ok(Number::whole(periods, context))
}

fn effective(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let periods = yearly(workspace, numbers)?;
    let part = one(context).add(&numbers[0].divide(&periods, context)?, context)?;
    part.power(&periods, context)?.subtract(&one(context), context)
}

fn nominal(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    workspace.budget.spend(500)?;
    let periods = yearly(workspace, numbers)?;
    let whole = one(context).add(&numbers[0], context)?;
    let root = whole.power(&one(context).divide(&periods, context)?, context)?;
    root.subtract(&one(context), context)?.multiply(&periods, context)
}

fn rate_of_growth(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    workspace.budget.spend(500)?;
    let ratio = numbers[2].divide(&numbers[1], context)?;
    ratio.power(&one(context).divide(&numbers[0], context)?, context)?.subtract(&one(context), context)
}

fn duration(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    workspace.budget.spend(1_000)?;
    let ratio = numbers[2].divide(&numbers[1], context)?;
    let base = one(context).add(&numbers[0], context)?;
    logarithm(&ratio, context)?.divide(&logarithm(&base, context)?, context)
}

fn digits_of_years(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let (life, period) = (&numbers[2], &numbers[3]);
    let left = life.subtract(period, context)?.add(&one(context), context)?;
    let sum = life.multiply(&life.add(&one(context), context)?, context)?;
    let value = numbers[0].subtract(&numbers[1], context)?.multiply(&left, context)?;
    value.multiply(&Number::whole(2, context), context)?.divide(&sum, context)
}
