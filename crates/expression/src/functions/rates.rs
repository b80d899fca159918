//! Rates of return, and what periods of a loan add up to.
//!
//! A rate is first bracketed in doubles, in the cell of a grid over ln(1 + rate) that is nearest to the guess and in which
//! the sign changes; so it is found wherever it is, and of several the one that a spreadsheet would find. A few steps of
//! Newton's method in the numbers of the expression then bring all their digits.

use super::finance::{future, growth, is_early, one, optional, payment, step};
use super::{Body, numbers, whole_number};
use crate::error::Error;
use crate::number::Number;
use crate::operate::Workspace;
use crate::options::{Context, Mode};
use crate::value::Value;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("rate", Body::Scalar(rate)),
    ("irr", Body::Values(internal)),
    ("mirr", Body::Values(modified)),
    ("fvschedule", Body::Values(schedule)),
    ("cumprinc", Body::Scalar(|workspace, numbers| Ok(cumulative(workspace, numbers)?.1))),
    ("cumipmt", Body::Scalar(|workspace, numbers| Ok(cumulative(workspace, numbers)?.0))),
    (
        "ispmt",
        Body::Scalar(|workspace, numbers| {
            let context = workspace.scope.context;
            let passed = numbers[1].divide(&numbers[2], context)?.subtract(&one(context), context)?;
            numbers[3].multiply(&numbers[0], context)?.multiply(&passed, context)
        }),
    ),
    ("dollarde", Body::Scalar(|workspace, numbers| fraction_of_dollar(workspace, numbers, true))),
    ("dollarfr", Body::Scalar(|workspace, numbers| fraction_of_dollar(workspace, numbers, false))),
];

/// Flows of which a rate is found.
const MAX_FLOWS: usize = 10_000;
/// Periods of which a rate is found.
const MAX_PERIODS: f64 = 1e6;
/// ln(1 + rate) is searched between these: rates from -99.99 % to 1e6.
const REACH: (f64, f64) = (-9.2, 13.8);

/// The zero nearest to the guess, as ln(1 + rate): only the sign of the function counts.
fn bracketed(function: &dyn Fn(f64) -> f64, guess: f64) -> Option<f64> {
    let start = guess.ln_1p().clamp(REACH.0, REACH.1);
    let mut ends = [(start, function(start)); 2];
    if ends[0].1 == 0.0 {
        return Some(start);
    }
    let mut step = 0.01;
    while ends[0].0 > REACH.0 || ends[1].0 < REACH.1 {
        for (side, direction) in [(1, 1.0), (0, -1.0)] {
            let (from, at_from) = ends[side];
            let to = (from + direction * step).clamp(REACH.0, REACH.1);
            if to.to_bits() == from.to_bits() {
                continue;
            }
            let at_to = function(to);
            if at_to == 0.0 {
                return Some(to);
            }
            if (at_to < 0.0) != (at_from < 0.0) && !at_to.is_nan() {
                return Some(halved(function, (from, at_from), to));
            }
            ends[side] = (to, at_to);
        }
        step = (step * 1.05_f64).min(0.25);
    }
    None
}

fn halved(function: &dyn Fn(f64) -> f64, (mut from, at_from): (f64, f64), mut to: f64) -> f64 {
    for _ in 0..100 {
        let middle = f64::midpoint(from, to);
        if middle.to_bits() == from.to_bits() || middle.to_bits() == to.to_bits() {
            break;
        }
        if (function(middle) < 0.0) == (at_from < 0.0) { from = middle } else { to = middle }
    }
    f64::midpoint(from, to)
}

/// A rate with all digits, from one that a double has, and the slope there.
fn polished(
    context: Context,
    start: f64,
    slope: f64,
    function: &dyn Fn(&Number) -> Result<Number, Error>,
) -> Result<Number, Error> {
    if context.mode == Mode::Float || slope == 0.0 || !slope.is_finite() {
        return Number::Float(start).to_decimal(context).and_then(|value| Number::of(value, context.mode));
    }
    let double = |value: f64| Number::Float(value).to_decimal(context).map(Number::Decimal);
    let (mut rate, slope) = (double(start)?, double(slope)?);
    for _ in 0..5 {
        let step = function(&rate)?.divide(&slope, context)?;
        rate = rate.subtract(&step, context)?;
    }
    Ok(rate)
}

/// A rate of exactly zero, where nothing else was found or what was found is as near to it as doubles come.
fn no_interest(
    context: Context,
    found: Option<f64>,
    function: &dyn Fn(&Number) -> Result<Number, Error>,
) -> Result<Option<Number>, Error> {
    let zero = Number::whole(0, context);
    Ok((found.is_none_or(|rate| rate.abs() < 1e-9) && function(&zero)?.is_zero()).then_some(zero))
}

/// The arithmetic that a rate, which is no fraction, is found in; and the numbers in it.
fn decimals(workspace: &Workspace, numbers: &[Number]) -> Result<(Context, Vec<Number>), Error> {
    let context = workspace.scope.context;
    if context.mode == Mode::Float {
        return Ok((context, numbers.to_vec()));
    }
    let context = Context { mode: Mode::Decimal, ..context };
    let numbers = numbers.iter().map(|number| number.to_decimal(context).map(Number::Decimal));
    Ok((context, numbers.collect::<Result<_, _>>()?))
}

fn no_rate() -> Error {
    Error::argument("no rate solves this: what is paid is negative, what is received positive, and both must be there")
}

fn guess(numbers: &[Number], at: usize) -> Result<f64, Error> {
    let guess = numbers.get(at).map_or(0.1, Number::to_f64);
    if guess > -1.0 { Ok(guess) } else { Err(Error::argument("the guess must be above -1")) }
}

fn rate(workspace: &mut Workspace, given: &[Number]) -> Result<Number, Error> {
    workspace.budget.spend(20_000)?;
    let guess = guess(given, 5)?;
    let (context, given) = decimals(workspace, given)?;
    let periods = given[0].to_f64();
    if !(periods > 0.0 && periods <= MAX_PERIODS) {
        return Err(Error::argument("the number of periods must be above 0 and at most 1000000"));
    }
    let (future, early) = (optional(&given, 3, context), is_early(&given, 4));
    let value = |rate: &Number| -> Result<Number, Error> {
        let (grown, annuity) = growth(rate, &given[0], early, context)?;
        given[2].multiply(&grown, context)?.add(&given[1].multiply(&annuity, context)?, context)?.add(&future, context)
    };
    let [payment, present, last] = [&given[1], &given[2], &future].map(Number::to_f64);
    // As a value at the end for falling rates and as one at the start for growing ones, so that no power leaves the range.
    let sum = |s: f64| {
        let due = if early { s.exp() } else { 1.0 };
        let annuity = if s == 0.0 { periods } else { (periods * s).exp_m1() / s.exp_m1() } * due;
        if s <= 0.0 {
            return present * (periods * s).exp() + payment * annuity + last;
        }
        let now = -((-periods * s).exp_m1()) / s.exp_m1() * due;
        present + payment * now + last * (-periods * s).exp()
    };
    let found = bracketed(&sum, guess).map(f64::exp_m1);
    if let Some(zero) = no_interest(context, found, &value)? {
        return Ok(zero);
    }
    let found = found.ok_or_else(no_rate)?;
    let slope = derivative(&|rate| value(&Number::Float(rate)).map_or(f64::NAN, |value| value.to_f64()), found);
    polished(context, found, slope, &value)
}

fn derivative(function: &dyn Fn(f64) -> f64, at: f64) -> f64 {
    let step = 1e-5 * (1.0 + at).abs();
    (function(at + step) - function(at - step)) / (2.0 * step)
}

fn internal(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let flows = numbers(workspace, &values[..1])?;
    let guess = match values.get(1) {
        Some(value) => guess(&[workspace.number_of(value)?], 0)?,
        None => 0.1,
    };
    if flows.len() > MAX_FLOWS {
        return Err(Error::argument(format!("a rate is found of at most {MAX_FLOWS} flows")));
    }
    workspace.budget.spend(flows.len() as u64 * 100)?;
    let (context, flows) = decimals(workspace, &flows)?;
    let doubles: Vec<f64> = flows.iter().map(Number::to_f64).collect();
    if !(doubles.iter().any(|flow| *flow < 0.0) && doubles.iter().any(|flow| *flow > 0.0)) {
        return Err(no_rate());
    }
    // Powers of what is at most one: from the last flow for growing rates, from the first for falling ones.
    let sum = |s: f64| {
        let factor = (-s.abs()).exp();
        let add = |sum: f64, flow: &f64| sum * factor + flow;
        if s >= 0.0 { doubles.iter().rev().fold(0.0, add) } else { doubles.iter().fold(0.0, add) }
    };
    let value = |rate: &Number| -> Result<Number, Error> {
        let base = one(context).add(rate, context)?;
        flows
            .iter()
            .rev()
            .try_fold(Number::whole(0, context), |sum, flow| sum.divide(&base, context)?.add(flow, context))
    };
    let found = bracketed(&sum, guess).map(f64::exp_m1);
    if let Some(zero) = no_interest(context, found, &value)? {
        return Ok(Value::Number(zero));
    }
    let found = found.ok_or_else(no_rate)?;
    let present = |rate: f64| doubles.iter().rev().fold(0.0, |sum, flow| sum / (1.0 + rate) + flow);
    Ok(Value::Number(polished(context, found, derivative(&present, found), &value)?))
}

fn modified(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let flows = numbers(workspace, &values[..1])?;
    let mut bases = Vec::new();
    let context = workspace.scope.context;
    for value in &values[1..] {
        bases.push(one(context).add(&workspace.number_of(value)?, context)?);
    }
    workspace.budget.spend(1_000)?;
    let zero = Number::whole(0, context);
    let (mut paid, mut received) = (zero.clone(), zero.clone());
    // What is paid is worth less the later, what is received grows to the last period.
    for flow in flows.iter().rev() {
        step(workspace, &paid)?;
        let outgoing = if flow.is_negative() { flow.clone() } else { zero.clone() };
        paid = paid.divide(&bases[0], context)?.add(&outgoing, context)?;
    }
    for flow in &flows {
        step(workspace, &received)?;
        let incoming = if flow.is_negative() { zero.clone() } else { flow.clone() };
        received = received.multiply(&bases[1], context)?.add(&incoming, context)?;
    }
    if paid.is_zero() || received.is_zero() {
        return Err(no_rate());
    }
    let ratio = received.divide(&paid.negated(), context)?;
    let periods = Number::whole(i64::try_from(flows.len()).unwrap_or(i64::MAX) - 1, context);
    let grown = ratio.power(&one(context).divide(&periods, context)?, context)?;
    Ok(Value::Number(grown.subtract(&one(context), context)?))
}

fn schedule(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let context = workspace.scope.context;
    let mut value = workspace.number_of(&values[0])?;
    for rate in numbers(workspace, &values[1..])? {
        step(workspace, &value)?;
        value = value.multiply(&one(context).add(&rate, context)?, context)?;
    }
    Ok(Value::Number(value))
}

/// Interest and principal of all payments from one period to another.
fn cumulative(workspace: &mut Workspace, numbers: &[Number]) -> Result<(Number, Number), Error> {
    workspace.budget.spend(2_000)?;
    let context = workspace.scope.context;
    let (rate, count, present) = (&numbers[0], &numbers[1], &numbers[2]);
    let kind = optional(numbers, 5, context);
    let first = whole_number(workspace, &numbers[3], "the first period", 1, 1_000_000)?;
    let last = whole_number(workspace, &numbers[4], "the last period", first, 1_000_000)?;
    if Number::whole(last, context).compare(count, context)?.is_gt() {
        return Err(Error::argument("the last period is at most the number of periods"));
    }
    let zero = Number::whole(0, context);
    let paid = payment(context, &[rate.clone(), count.clone(), present.clone(), zero.clone(), kind.clone()])?;
    let early = !kind.is_zero();
    let growth = one(context).add(rate, context)?;
    // What is owed after a period; when payments are early, just after the one at its beginning.
    let owed = |period: i64| -> Result<Number, Error> {
        let period = Number::whole(period, context);
        let balance = future(context, &[rate.clone(), period, paid.clone(), present.clone(), kind.clone()])?;
        if early { balance.divide(&growth, context) } else { Ok(balance) }
    };
    let principal = if early && first == 1 {
        // The first payment bears no interest.
        if last == 1 { paid.clone() } else { paid.add(&owed(1)?.subtract(&owed(last)?, context)?, context)? }
    } else {
        owed(first - 1)?.subtract(&owed(last)?, context)?
    };
    let all = paid.multiply(&Number::whole(last - first + 1, context), context)?;
    Ok((all.subtract(&principal, context)?, principal))
}

/// 1.02 for one dollar and two sixteenths as a decimal, or back.
fn fraction_of_dollar(workspace: &mut Workspace, numbers: &[Number], to_decimal: bool) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let parts = numbers[1].to_places(0, crate::Rounding::Down, context)?;
    let parts = whole_number(workspace, &parts, "the denominator", 1, 1_000_000_000)?;
    let mut places = 1_i64;
    while places < parts {
        places *= 10;
    }
    let (parts, places) = (Number::whole(parts, context), Number::whole(places, context));
    let whole = numbers[0].to_places(0, crate::Rounding::Down, context)?;
    let rest = numbers[0].subtract(&whole, context)?;
    let (times, over) = if to_decimal { (&places, &parts) } else { (&parts, &places) };
    whole.add(&rest.multiply(times, context)?.divide(over, context)?, context)
}
