//! Location, spread and order of a list.

use super::aggregate::{mean, total};
use super::{Body, numbers, numeric, whole};
use crate::error::Error;
use crate::number::Number;
use crate::operate::{Binary, Workspace};
use crate::options::Rounding;
use crate::value::Value;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("median", Body::Values(median)),
    ("mode", Body::Values(|workspace, values| Ok(modes(workspace, values)?.swap_remove(0)))),
    ("mode.mult", Body::Values(|workspace, values| modes(workspace, values).map(Value::list))),
    ("stdev", Body::Values(|workspace, values| deviation(workspace, values, true))),
    ("stdev.p", Body::Values(|workspace, values| deviation(workspace, values, false))),
    ("var", Body::Values(|workspace, values| variance(workspace, values, true))),
    ("var.p", Body::Values(|workspace, values| variance(workspace, values, false))),
    (
        "devsq",
        Body::Values(|workspace, values| {
            let list = numeric(workspace, values)?;
            squares(workspace, &list)
        }),
    ),
    ("avedev", Body::Values(mean_deviation)),
    ("geomean", Body::Values(geometric)),
    ("harmean", Body::Values(harmonic)),
    ("trimmean", Body::Values(trimmed)),
    ("skew", Body::Values(skew)),
    ("skew.p", Body::Values(skew_of_population)),
    ("kurt", Body::Values(kurtosis)),
    ("standardize", Body::Scalar(standardize)),
    ("large", Body::Values(|workspace, values| nth(workspace, values, true))),
    ("small", Body::Values(|workspace, values| nth(workspace, values, false))),
    ("percentile", Body::Values(|workspace, values| quantile(workspace, values, false))),
    ("percentile.exc", Body::Values(|workspace, values| quantile(workspace, values, true))),
    ("quartile", Body::Values(|workspace, values| quartile(workspace, values, false))),
    ("quartile.exc", Body::Values(|workspace, values| quartile(workspace, values, true))),
    ("rank", Body::Values(|workspace, values| rank(workspace, values, false))),
    ("rank.avg", Body::Values(|workspace, values| rank(workspace, values, true))),
    ("percentrank", Body::Values(percent_rank)),
];

/// Sorted from small to large.
pub(super) fn sorted(workspace: &mut Workspace, mut values: Vec<Value>) -> Result<Vec<Value>, Error> {
    let count = values.len() as u64;
    workspace.budget.spend(count * u64::from(count.max(2).ilog2()))?;
    let mut failure = None;
    values.sort_by(|one, other| {
        workspace.order(one, other).unwrap_or_else(|error| {
            failure.get_or_insert(error);
            std::cmp::Ordering::Equal
        })
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(values),
    }
}

fn number(workspace: &Workspace, value: i64) -> Value {
    Value::Number(Number::whole(value, workspace.scope.context))
}

fn some(values: Vec<Value>) -> Result<Vec<Value>, Error> {
    if values.is_empty() { Err(Error::argument("there are no numbers in the list")) } else { Ok(values) }
}

fn median(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = some(numeric(workspace, values)?)?;
    let list = sorted(workspace, list)?;
    let middle = list.len() / 2;
    if list.len() % 2 == 1 {
        return Ok(list[middle].clone());
    }
    mean(workspace, &list[middle - 1..=middle])
}

fn modes(workspace: &mut Workspace, values: &[Value]) -> Result<Vec<Value>, Error> {
    let list = some(numeric(workspace, values)?)?;
    let order = sorted(workspace, list.clone())?;
    let mut runs: Vec<(usize, Value)> = Vec::new();
    for value in order {
        match runs.last_mut() {
            Some((count, known)) if workspace.order(known, &value)?.is_eq() => *count += 1,
            _ => runs.push((1, value)),
        }
    }
    let most = runs.iter().map(|(count, _)| *count).max().unwrap_or(0);
    if most < 2 {
        return Err(Error::argument("no number is there twice"));
    }
    let winners: Vec<Value> = runs.into_iter().filter(|(count, _)| *count == most).map(|(_, value)| value).collect();
    // In the order of their first appearance.
    let mut found: Vec<Value> = Vec::new();
    for value in list {
        let is_winner =
            winners.iter().any(|winner| workspace.order(winner, &value).is_ok_and(std::cmp::Ordering::is_eq));
        workspace.budget.spend(winners.len() as u64)?;
        if is_winner && !found.iter().any(|known| workspace.order(known, &value).is_ok_and(std::cmp::Ordering::is_eq)) {
            found.push(value);
            if found.len() == winners.len() {
                break;
            }
        }
    }
    Ok(found)
}

/// The sum of squared deviations from the mean.
pub(super) fn squares(workspace: &mut Workspace, list: &[Value]) -> Result<Value, Error> {
    let mean = mean(workspace, list)?;
    let mut terms = Vec::with_capacity(list.len());
    for value in list {
        let gap = workspace.binary(Binary::Subtract, value, &mean)?;
        terms.push(workspace.binary(Binary::Multiply, &gap, &gap)?);
    }
    total(workspace, &terms)?.ok_or_else(Error::division)
}

fn variance(workspace: &mut Workspace, values: &[Value], sample: bool) -> Result<Value, Error> {
    let list = numeric(workspace, values)?;
    let degrees = list.len() as i64 - i64::from(sample);
    if degrees < 1 {
        let least = if sample { "two numbers" } else { "one number" };
        return Err(Error { message: format!("at least {least} are needed"), ..Error::division() });
    }
    let sum = squares(workspace, &list)?;
    let degrees = number(workspace, degrees);
    workspace.binary(Binary::Divide, &sum, &degrees)
}

fn deviation(workspace: &mut Workspace, values: &[Value], sample: bool) -> Result<Value, Error> {
    let variance = variance(workspace, values, sample)?;
    super::arithmetic::sqrt(workspace, &[variance])
}

fn mean_deviation(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = some(numbers_as_values(workspace, values)?)?;
    let mean_value = mean(workspace, &list)?;
    let mut gaps = Vec::with_capacity(list.len());
    for value in &list {
        let gap = workspace.binary(Binary::Subtract, value, &mean_value)?;
        gaps.push(Value::Number(workspace.number_of(&gap)?.absolute()));
    }
    mean(workspace, &gaps)
}

fn numbers_as_values(workspace: &mut Workspace, values: &[Value]) -> Result<Vec<Value>, Error> {
    Ok(numbers(workspace, values)?.into_iter().map(Value::Number).collect())
}

fn positive(workspace: &mut Workspace, values: &[Value]) -> Result<Vec<Number>, Error> {
    let list = numbers(workspace, values)?;
    if list.is_empty() || list.iter().any(|number| number.is_negative() || number.is_zero()) {
        return Err(Error::argument("all numbers must be above 0"));
    }
    Ok(list)
}

fn geometric(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = positive(workspace, values)?;
    let context = workspace.scope.context;
    workspace.budget.spend(500)?;
    // The product in decimals of more digits, or of doubles by way of them: nothing overflows, nothing is lost.
    let wide = crate::options::Context { digits: context.digits + 12, ..context };
    let mut product = crate::decimal::Decimal::ONE;
    for number in &list {
        let factor = number.to_decimal(wide)?;
        product = product.multiply(&factor, wide)?;
        if crate::decimal::digits(&product) > 200 {
            product = product.to_digits(wide.digits + 20, Rounding::HalfUp);
        }
    }
    let root = product.root(list.len() as u32, wide)?;
    let root = root.multiply(&crate::decimal::Decimal::ONE, context)?;
    let mode = if context.mode == crate::Mode::Fraction { crate::Mode::Decimal } else { context.mode };
    Number::of(root, mode).map(Value::Number)
}

fn harmonic(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = positive(workspace, values)?;
    let context = workspace.scope.context;
    let one = Number::whole(1, context);
    let mut sum = Number::whole(0, context);
    for number in &list {
        workspace.budget.spend(2)?;
        sum = sum.add(&one.divide(number, context)?, context)?;
    }
    Number::whole(list.len() as i64, context).divide(&sum, context).map(Value::Number)
}

fn trimmed(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let context = workspace.scope.context;
    let list = some(numeric(workspace, &values[..1])?)?;
    let list = sorted(workspace, list)?;
    let share = workspace.number_of(&values[1])?;
    let one = Number::whole(1, context);
    if share.is_negative() || share.compare(&one, context)?.is_ge() {
        return Err(Error::argument("the share is from 0 to below 1"));
    }
    let half = share.multiply(&Number::whole(list.len() as i64, context), context)?;
    let half = half.divide(&Number::whole(2, context), context)?.to_places(0, Rounding::Down, context)?;
    let cut = half.to_i64(context).unwrap_or(0) as usize;
    mean(workspace, &list[cut..list.len() - cut])
}

/// The sum of the standardized deviations to a power.
fn moments(workspace: &mut Workspace, values: &[Value], power: i64) -> Result<(i64, Value), Error> {
    let list = numbers_as_values(workspace, values)?;
    let spread = deviation(workspace, &list, true)?;
    let mean = mean(workspace, &list)?;
    let power = number(workspace, power);
    let mut terms = Vec::with_capacity(list.len());
    for value in &list {
        let gap = workspace.binary(Binary::Subtract, value, &mean)?;
        let standard = workspace.binary(Binary::Divide, &gap, &spread)?;
        terms.push(workspace.binary(Binary::Power, &standard, &power)?);
    }
    let sum = total(workspace, &terms)?.ok_or_else(Error::division)?;
    Ok((list.len() as i64, sum))
}

fn ratio(workspace: &mut Workspace, above: i64, below: i64) -> Result<Value, Error> {
    let (above, below) = (number(workspace, above), number(workspace, below));
    workspace.binary(Binary::Divide, &above, &below)
}

fn skew(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let (n, sum) = moments(workspace, values, 3)?;
    let factor = ratio(workspace, n, (n - 1) * (n - 2))?;
    workspace.binary(Binary::Multiply, &factor, &sum)
}

/// As the one of a sample, but for the factor: by (n - 2) / root of n (n - 1).
fn skew_of_population(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let sample = skew(workspace, values)?;
    let n = numbers_as_values(workspace, values)?.len() as i64;
    let square = ratio(workspace, (n - 2) * (n - 2), n * (n - 1))?;
    let half = ratio(workspace, 1, 2)?;
    let factor = workspace.binary(Binary::Power, &square, &half)?;
    workspace.binary(Binary::Multiply, &sample, &factor)
}

fn kurtosis(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let (n, sum) = moments(workspace, values, 4)?;
    if n < 4 {
        return Err(Error { message: "at least four numbers are needed".into(), ..Error::division() });
    }
    let factor = ratio(workspace, n * (n + 1), (n - 1) * (n - 2) * (n - 3))?;
    let less = ratio(workspace, 3 * (n - 1) * (n - 1), (n - 2) * (n - 3))?;
    let first = workspace.binary(Binary::Multiply, &factor, &sum)?;
    workspace.binary(Binary::Subtract, &first, &less)
}

fn standardize(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    if numbers[2].is_negative() || numbers[2].is_zero() {
        return Err(Error::argument("the deviation must be above 0"));
    }
    numbers[0].subtract(&numbers[1], context)?.divide(&numbers[2], context)
}

fn nth(workspace: &mut Workspace, values: &[Value], large: bool) -> Result<Value, Error> {
    let list = some(numeric(workspace, &values[..1])?)?;
    let list = sorted(workspace, list)?;
    super::elementwise(workspace, &values[1..], &|workspace, values| {
        let k = whole(workspace, &values[0], "k", 1, list.len() as i64)? as usize;
        Ok(list[if large { list.len() - k } else { k - 1 }].clone())
    })
}

fn quantile(workspace: &mut Workspace, values: &[Value], exclusive: bool) -> Result<Value, Error> {
    let list = some(numeric(workspace, &values[..1])?)?;
    let list = sorted(workspace, list)?;
    super::elementwise(workspace, &values[1..], &|workspace, values| {
        let share = workspace.number_of(&values[0])?;
        at_share(workspace, &list, &share, exclusive)
    })
}

fn at_share(workspace: &mut Workspace, list: &[Value], share: &Number, exclusive: bool) -> Result<Value, Error> {
    let context = workspace.scope.context;
    let count = list.len() as i64;
    let one = Number::whole(1, context);
    if share.is_negative() || share.compare(&one, context)?.is_gt() {
        return Err(Error::argument("a share is from 0 to 1"));
    }
    // The place of the value, from 1.
    let place = if exclusive {
        share.multiply(&Number::whole(count + 1, context), context)?
    } else {
        share.multiply(&Number::whole(count - 1, context), context)?.add(&one, context)?
    };
    if place.compare(&one, context)?.is_lt() || place.compare(&Number::whole(count, context), context)?.is_gt() {
        return Err(Error::argument(format!("of {count} values this share is beyond the ends: use percentile.inc")));
    }
    let whole_place = place.to_places(0, Rounding::Floor, context)?;
    let at = whole_place.to_i64(context).unwrap_or(1).clamp(1, count) as usize;
    let rest = place.subtract(&whole_place, context)?;
    if rest.is_zero() || at == list.len() {
        return Ok(list[at - 1].clone());
    }
    let gap = workspace.binary(Binary::Subtract, &list[at], &list[at - 1])?;
    let part = workspace.binary(Binary::Multiply, &gap, &Value::Number(rest))?;
    workspace.binary(Binary::Add, &list[at - 1], &part)
}

fn quartile(workspace: &mut Workspace, values: &[Value], exclusive: bool) -> Result<Value, Error> {
    let which = match exclusive {
        true => whole(workspace, &values[1], "the quartile", 1, 3)?,
        false => whole(workspace, &values[1], "the quartile", 0, 4)?,
    };
    let share = ratio(workspace, which, 4)?;
    quantile(workspace, &[values[0].clone(), share], exclusive)
}

fn rank(workspace: &mut Workspace, values: &[Value], shared: bool) -> Result<Value, Error> {
    let list = numeric(workspace, &values[1..2])?;
    let ascending = match values.get(2) {
        Some(value) => !workspace.number_of(value)?.is_zero(),
        None => false,
    };
    super::elementwise(workspace, &values[..1], &|workspace, values| {
        let (mut before, mut equal) = (0i64, 0i64);
        workspace.budget.spend(list.len() as u64)?;
        for value in &list {
            let order = workspace.order(value, &values[0])?;
            equal += i64::from(order.is_eq());
            before += i64::from(if ascending { order.is_lt() } else { order.is_gt() });
        }
        if equal == 0 {
            return Err(Error::argument("the value is not in the list"));
        }
        if shared { ratio(workspace, 2 * before + equal + 1, 2) } else { Ok(number(workspace, before + 1)) }
    })
}

fn percent_rank(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let context = workspace.scope.context;
    let list = some(numeric(workspace, &values[..1])?)?;
    let list = sorted(workspace, list)?;
    let x = &values[1];
    let places = match values.get(2) {
        Some(digits) => whole(workspace, digits, "the number of digits", 1, 30)?,
        None => 3,
    };
    let last = list.len() - 1;
    if workspace.order(x, &list[0])?.is_lt() || workspace.order(x, &list[last])?.is_gt() {
        return Err(Error::argument("the value is beyond the ends of the list"));
    }
    let mut below = 0;
    while below < last && workspace.order(&list[below], x)?.is_lt() {
        below += 1;
    }
    let place = if workspace.order(&list[below], x)?.is_eq() {
        number(workspace, below as i64)
    } else {
        let gap = workspace.binary(Binary::Subtract, &list[below], &list[below - 1])?;
        let above = workspace.binary(Binary::Subtract, x, &list[below - 1])?;
        let part = workspace.binary(Binary::Divide, &above, &gap)?;
        let whole_part = number(workspace, below as i64 - 1);
        workspace.binary(Binary::Add, &whole_part, &part)?
    };
    let share = if last == 0 {
        Number::whole(1, context)
    } else {
        workspace.number_of(&place)?.divide(&Number::whole(last as i64, context), context)?
    };
    share.to_places(places, Rounding::Down, context).map(Value::Number)
}
