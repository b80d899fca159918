//! Distributions under the names of spreadsheets. All is computed in decimals, whatever the numbers of the expression are:
//! chances of many trials leave the range of doubles on the way.

use super::Body;
use crate::decimal::Decimal;
use crate::error::Error;
use crate::number::Number;
use crate::operate::Workspace;
use crate::options::{Context, Mode};

pub(super) const BODIES: &[(&str, Body)] = &[
    ("norm.dist", Body::Scalar(normal)),
    ("norm.s.dist", Body::Scalar(standard_normal)),
    ("norm.inv", Body::Scalar(normal_quantile)),
    ("norm.s.inv", Body::Scalar(|workspace, numbers| computed(workspace, numbers, 2_000, |n, c| quantile(&n[0], c)))),
    ("lognorm.dist", Body::Scalar(lognormal)),
    (
        "lognorm.inv",
        Body::Scalar(|workspace, numbers| {
            computed(workspace, numbers, 3_000, |n, c| {
                above_zero(&n[2], "the deviation")?;
                quantile(&n[0], c)?.multiply(&n[2], c)?.add(&n[1], c)?.exp(c)
            })
        }),
    ),
    ("phi", Body::Scalar(|workspace, numbers| computed(workspace, numbers, 300, |n, c| density(&n[0], c)))),
    ("gauss", Body::Scalar(gauss)),
    ("fisher", Body::Scalar(|workspace, numbers| computed(workspace, numbers, 500, |n, c| n[0].atanh(c)))),
    ("fisherinv", Body::Scalar(|workspace, numbers| computed(workspace, numbers, 500, |n, c| n[0].tanh(c)))),
    ("confidence.norm", Body::Scalar(confidence)),
    ("expon.dist", Body::Scalar(exponential)),
    ("weibull.dist", Body::Scalar(weibull)),
    ("poisson.dist", Body::Scalar(poisson)),
    ("binom.dist", Body::Scalar(binomial)),
];

/// Chances that are added up one by one.
const MAX_TERMS: i64 = 100_000;

/// A function in decimals of at least twenty digits, for so many units of work.
fn computed(
    workspace: &mut Workspace,
    numbers: &[Number],
    work: u64,
    function: impl Fn(&[Decimal], Context) -> Result<Decimal, Error>,
) -> Result<Number, Error> {
    let context = workspace.scope.context;
    workspace.budget.spend(work)?;
    let wide = Context { mode: Mode::Decimal, digits: context.digits.max(20), ..context };
    let decimals = numbers.iter().map(|number| number.to_decimal(wide)).collect::<Result<Vec<_>, _>>()?;
    let mode = if context.mode == Mode::Fraction { Mode::Decimal } else { context.mode };
    Number::of(function(&decimals, wide)?, mode)
}

fn above_zero(value: &Decimal, what: &str) -> Result<(), Error> {
    if value.is_positive() { Ok(()) } else { Err(Error::argument(format!("{what} must be above 0"))) }
}

fn not_negative(value: &Decimal, what: &str) -> Result<(), Error> {
    if value.is_negative() { Err(Error::argument(format!("{what} must not be negative"))) } else { Ok(()) }
}

/// Whether the last argument asks for the probability up to a value, and not for that of the value.
fn cumulates(numbers: &[Decimal], at: usize) -> bool {
    numbers.get(at).is_none_or(|flag| !flag.is_zero())
}

fn half(context: Context) -> Result<Decimal, Error> {
    Decimal::ONE.divide(&Decimal::from(2), context)
}

/// The density of the standard normal distribution.
fn density(z: &Decimal, context: Context) -> Result<Decimal, Error> {
    let power = z.multiply(z, context)?.multiply(&half(context)?, context)?.negated();
    let turn = Decimal::pi(context).multiply(&Decimal::from(2), context)?;
    power.exp(context)?.divide(&turn.square_root(context)?, context)
}

/// The probability of at most z.
fn below(z: &Decimal, context: Context) -> Result<Decimal, Error> {
    let scaled = z.divide(&Decimal::from(2).square_root(context)?, context)?;
    scaled.negated().erf_complement(context)?.multiply(&half(context)?, context)
}

/// The value with the probability p below it: Abramowitz and Stegun 26.2.23, and Halley's steps, each of which has three
/// times the digits of the one before.
fn quantile(p: &Decimal, context: Context) -> Result<Decimal, Error> {
    let other = Decimal::ONE.subtract(p, context)?;
    if !(p.is_positive() && other.is_positive()) {
        return Err(Error::argument("the probability must be between 0 and 1"));
    }
    let order = p.compare(&other, context);
    if order.is_eq() {
        return Ok(Decimal::from(0));
    }
    let upper = order.is_gt();
    let tail = if upper { other } else { p.clone() };
    let double = tail.to_f64();
    if double < 1e-300 {
        return Err(Error::argument("the probability must be at least 1e-300"));
    }
    let t = (-2.0 * double.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let start = above / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308))) - t;
    let mut z = Decimal::from_f64(start).unwrap_or_else(|| Decimal::from(0));
    for _ in 0..5 {
        let error = below(&z, context)?.subtract(&tail, context)?.divide(&density(&z, context)?, context)?;
        let bend = z.multiply(&error, context)?.multiply(&half(context)?, context)?;
        z = z.subtract(&error.divide(&Decimal::ONE.add(&bend, context)?, context)?, context)?;
    }
    Ok(if upper { z.negated() } else { z })
}

fn standardized(numbers: &[Decimal], context: Context) -> Result<Decimal, Error> {
    above_zero(&numbers[2], "the deviation")?;
    numbers[0].subtract(&numbers[1], context)?.divide(&numbers[2], context)
}

fn normal(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    computed(workspace, numbers, 1_000, |n, context| {
        let z = standardized(n, context)?;
        if cumulates(n, 3) { below(&z, context) } else { density(&z, context)?.divide(&n[2], context) }
    })
}

fn standard_normal(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    computed(
        workspace,
        numbers,
        1_000,
        |n, context| {
            if cumulates(n, 1) { below(&n[0], context) } else { density(&n[0], context) }
        },
    )
}

fn normal_quantile(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    computed(workspace, numbers, 3_000, |n, context| {
        above_zero(&n[2], "the deviation")?;
        quantile(&n[0], context)?.multiply(&n[2], context)?.add(&n[1], context)
    })
}

fn lognormal(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    computed(workspace, numbers, 1_500, |n, context| {
        above_zero(&n[0], "the value")?;
        let z = standardized(&[n[0].ln(context)?, n[1].clone(), n[2].clone()], context)?;
        if cumulates(n, 3) {
            return below(&z, context);
        }
        density(&z, context)?.divide(&n[2], context)?.divide(&n[0], context)
    })
}

fn gauss(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    computed(workspace, numbers, 1_000, |n, context| {
        let scaled = n[0].divide(&Decimal::from(2).square_root(context)?, context)?;
        scaled.erf(context)?.multiply(&half(context)?, context)
    })
}

fn confidence(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    computed(workspace, numbers, 3_000, |n, context| {
        above_zero(&n[1], "the deviation")?;
        let size = n[2].to_places(0, crate::Rounding::Down, context);
        above_zero(&size, "the size of the sample")?;
        let tail = n[0].multiply(&half(context)?, context)?;
        quantile(&tail, context)?.negated().multiply(&n[1], context)?.divide(&size.square_root(context)?, context)
    })
}

fn exponential(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    computed(workspace, numbers, 500, |n, context| {
        not_negative(&n[0], "the value")?;
        above_zero(&n[1], "the rate")?;
        let power = n[0].multiply(&n[1], context)?.negated();
        if cumulates(n, 2) {
            return Ok(power.exp_minus_one(context)?.negated());
        }
        power.exp(context)?.multiply(&n[1], context)
    })
}

fn weibull(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    computed(workspace, numbers, 1_500, |n, context| {
        not_negative(&n[0], "the value")?;
        above_zero(&n[1], "the shape")?;
        above_zero(&n[2], "the scale")?;
        let part = n[0].divide(&n[2], context)?;
        let power = part.power_of(&n[1], context)?.negated();
        if cumulates(n, 3) {
            return Ok(power.exp_minus_one(context)?.negated());
        }
        let less = n[1].subtract(&Decimal::ONE, context)?;
        let slope = part.power_of(&less, context)?.multiply(&n[1], context)?.divide(&n[2], context)?;
        slope.multiply(&power.exp(context)?, context)
    })
}

/// A count, cut to a whole number as spreadsheets do.
fn count(workspace: &Workspace, number: &Number, what: &str, most: i64) -> Result<i64, Error> {
    let whole = number.to_places(0, crate::Rounding::Down, workspace.scope.context)?;
    super::whole_number(workspace, &whole, what, 0, most)
}

fn poisson(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let k = count(workspace, &numbers[0], "the count", MAX_TERMS)?;
    let work = 500 + k.unsigned_abs() * 30;
    computed(workspace, &numbers[1..], work, |n, context| {
        not_negative(&n[0], "the mean")?;
        let mut term = n[0].negated().exp(context)?;
        let mut sum = term.clone();
        for step in 1..=k {
            term = term.multiply(&n[0], context)?.divide(&Decimal::from(step), context)?;
            sum = sum.add(&term, context)?;
        }
        Ok(if cumulates(n, 1) { sum } else { term })
    })
}

fn binomial(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let trials = count(workspace, &numbers[1], "the number of trials", MAX_TERMS)?;
    let k = count(workspace, &numbers[0], "the count", trials)?;
    let work = 1_000 + k.unsigned_abs() * 60;
    computed(workspace, &numbers[2..], work, |n, context| {
        let (p, q) = (&n[0], Decimal::ONE.subtract(&n[0], context)?);
        if p.is_negative() || q.is_negative() {
            return Err(Error::argument("the probability must be from 0 to 1"));
        }
        if q.is_zero() {
            return Ok(Decimal::from(i64::from(k == trials)));
        }
        let mut term = q.power(trials, context)?;
        let mut sum = term.clone();
        let odds = p.divide(&q, context)?;
        for step in 1..=k {
            let ways = Decimal::from(trials - step + 1).divide(&Decimal::from(step), context)?;
            term = term.multiply(&ways, context)?.multiply(&odds, context)?;
            sum = sum.add(&term, context)?;
        }
        Ok(if cumulates(n, 1) { sum } else { term })
    })
}
