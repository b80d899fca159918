//! Depreciation by declining balances, as spreadsheets have it.

use super::finance::{one, optional, step};
use super::{Body, whole_number};
use crate::error::Error;
use crate::number::Number;
use crate::operate::Workspace;
use crate::options::{Context, Rounding};

pub(super) const BODIES: &[(&str, Body)] =
    &[("db", Body::Scalar(fixed)), ("ddb", Body::Scalar(double)), ("vdb", Body::Scalar(variable))];

/// Periods that are gone through one by one.
const MAX_PERIODS: i64 = 10_000;

fn smaller(one: Number, other: Number, context: Context) -> Result<Number, Error> {
    Ok(if one.compare(&other, context)?.is_gt() { other } else { one })
}

/// An asset: cost, salvage value and life, which must make sense.
fn asset(numbers: &[Number]) -> Result<(&Number, &Number, &Number), Error> {
    let [cost, salvage, life, ..] = numbers else { return Err(Error::argument("cost, salvage and life are needed")) };
    if cost.is_negative() || salvage.is_negative() || life.is_negative() || life.is_zero() {
        return Err(Error::argument("cost and salvage must not be negative, and the life must be above 0"));
    }
    Ok((cost, salvage, life))
}

/// At a rate of three decimals, the first year having so many months.
fn fixed(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let (cost, salvage, life) = asset(numbers)?;
    let life = whole_number(workspace, life, "the life", 1, MAX_PERIODS)?;
    let period = whole_number(workspace, &numbers[3], "the period", 1, life + 1)?;
    let months = match numbers.get(4) {
        Some(months) => whole_number(workspace, months, "the number of months", 1, 12)?,
        None => 12,
    };
    if months == 12 && period > life {
        return Err(Error::argument("the period is at most the life"));
    }
    workspace.budget.spend(1_000)?;
    let rate = if salvage.is_zero() || cost.is_zero() {
        one(context)
    } else {
        let root = one(context).divide(&Number::whole(life, context), context)?;
        let kept = salvage.divide(cost, context)?.power(&root, context)?;
        one(context).subtract(&kept, context)?.to_places(3, Rounding::HalfUp, context)?
    };
    let part = |months: i64| Number::whole(months, context).divide(&Number::whole(12, context), context);
    let mut book = cost.clone();
    let mut lost = Number::whole(0, context);
    for year in 1..=period {
        step(workspace, &book)?;
        lost = book.multiply(&rate, context)?;
        if year == 1 {
            lost = lost.multiply(&part(months)?, context)?;
        } else if year > life {
            lost = lost.multiply(&part(12 - months)?, context)?;
        }
        book = book.subtract(&lost, context)?;
    }
    Ok(lost)
}

/// The part of the book value that goes in a period: `factor / life`, at most all of it.
fn share(numbers: &[Number], at: usize, context: Context) -> Result<Number, Error> {
    let factor = numbers.get(at).cloned().unwrap_or_else(|| Number::whole(2, context));
    if factor.is_negative() || factor.is_zero() {
        return Err(Error::argument("the factor must be above 0"));
    }
    smaller(factor.divide(&numbers[2], context)?, one(context), context)
}

/// What a declining balance loses in a period, never falling below the salvage value.
fn declined(book: &Number, salvage: &Number, share: &Number, context: Context) -> Result<Number, Error> {
    let left = book.subtract(salvage, context)?;
    if left.is_negative() {
        return Ok(Number::whole(0, context));
    }
    smaller(book.multiply(share, context)?, left, context)
}

fn double(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    workspace.budget.spend(1_000)?;
    let context = workspace.scope.context;
    let (cost, salvage, life) = asset(numbers)?;
    let period = &numbers[3];
    if period.compare(&one(context), context)?.is_lt() || period.compare(life, context)?.is_gt() {
        return Err(Error::argument("the period is from 1 to the life"));
    }
    let share = share(numbers, 4, context)?;
    let before = period.subtract(&one(context), context)?;
    let kept = one(context).subtract(&share, context)?;
    let book = if before.is_zero() { cost.clone() } else { cost.multiply(&kept.power(&before, context)?, context)? };
    declined(&book, salvage, &share, context)
}

/// What is lost in the first `period` periods, the last of them in part, of an asset that has `left` periods to live:
/// straight from when that is more, unless `declines` says to go on.
fn lost(
    (cost, salvage, share): (&Number, &Number, &Number),
    left: &Number,
    period: &Number,
    declines: bool,
    workspace: &mut Workspace,
) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let ends = period.to_places(0, Rounding::Ceiling, context)?;
    let count = whole_number(workspace, &ends, "the last period", 0, MAX_PERIODS)?;
    let (mut book, mut total) = (cost.clone(), Number::whole(0, context));
    let mut straight: Option<Number> = None;
    for index in 1..=count {
        step(workspace, &book)?;
        let mut term = match &straight {
            Some(straight) => straight.clone(),
            None => {
                let declining = declined(&book, salvage, share, context)?;
                let periods = left.subtract(&Number::whole(index - 1, context), context)?;
                let even = if declines || periods.is_zero() || periods.is_negative() {
                    declining.clone()
                } else {
                    book.subtract(salvage, context)?.divide(&periods, context)?
                };
                if even.compare(&declining, context)?.is_gt() {
                    straight = Some(even.clone());
                    even
                } else {
                    declining
                }
            }
        };
        book = book.subtract(&term, context)?;
        if index == count {
            // The part of the last period that counts.
            let part = period.add(&one(context), context)?.subtract(&ends, context)?;
            term = term.multiply(&part, context)?;
        }
        total = total.add(&term, context)?;
    }
    Ok(total)
}

/// Between two times of an asset's life.
fn variable(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let (cost, salvage, life) = asset(numbers)?;
    let (start, end) = (&numbers[3], &numbers[4]);
    if start.is_negative() || start.compare(end, context)?.is_gt() || end.compare(life, context)?.is_gt() {
        return Err(Error::argument("the start is at least 0, the end is not before it and at most the life"));
    }
    let share = share(numbers, 5, context)?;
    if salvage.compare(cost, context)?.is_gt() {
        return Ok(Number::whole(0, context));
    }
    if !optional(numbers, 6, context).is_zero() {
        let until = lost((cost, salvage, &share), life, end, true, workspace)?;
        return until.subtract(&lost((cost, salvage, &share), life, start, true, workspace)?, context);
    }
    let before = lost((cost, salvage, &share), life, start, false, workspace)?;
    let book = cost.subtract(&before, context)?;
    let (left, time) = (life.subtract(start, context)?, end.subtract(start, context)?);
    lost((&book, salvage, &share), &left, &time, false, workspace)
}
