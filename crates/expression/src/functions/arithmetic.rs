//! Powers, roots, logarithms, whole numbers.

use dashu_base::{BitTest, Gcd, UnsignedAbs};
use dashu_int::{IBig, UBig};

use super::{Body, numbers, whole_number};
use crate::decimal::{Decimal, MAX_INTEGER_DIGITS, product};
use crate::error::Error;
use crate::number::Number;
use crate::operate::Workspace;
use crate::options::{Context, Mode, Rounding};
use crate::value::Value;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("factorial", Body::Scalar(factorial)),
    (
        "fact",
        Body::Scalar(|workspace, numbers| {
            let whole = numbers[0].to_places(0, Rounding::Down, workspace.scope.context)?;
            factorial(workspace, &[whole])
        }),
    ),
    ("factdouble", Body::Scalar(fact_double)),
    ("abs", Body::Keeping(|_, numbers| Ok(numbers[0].absolute()))),
    ("sign", Body::Scalar(|workspace, numbers| Ok(sign(&numbers[0], workspace.scope.context)))),
    (
        "power",
        Body::Values(|workspace, values| workspace.binary(crate::operate::Binary::Power, &values[0], &values[1])),
    ),
    ("square", Body::Scalar(|workspace, numbers| numbers[0].multiply(&numbers[0], workspace.scope.context))),
    (
        "cube",
        Body::Scalar(|workspace, numbers| {
            numbers[0].power(&Number::whole(3, workspace.scope.context), workspace.scope.context)
        }),
    ),
    ("sqrt", Body::Values(sqrt)),
    ("cbrt", Body::Scalar(|workspace, numbers| root(workspace, &numbers[0], 3))),
    ("nthroot", Body::Scalar(nth_root)),
    ("sqrtpi", Body::Scalar(sqrt_pi)),
    ("exp", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::exp, f64::exp))),
    (
        "expm1",
        Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::exp_minus_one, f64::exp_m1)),
    ),
    ("ln", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::ln, f64::ln))),
    ("log", Body::Scalar(log)),
    ("log10", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::log10, f64::log10))),
    (
        "log2",
        Body::Scalar(|workspace, numbers| {
            elementary(workspace, &numbers[0], |x, context| x.log(&Decimal::from(2), context), f64::log2)
        }),
    ),
    ("log1p", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], log_one_plus, f64::ln_1p))),
    ("mod", Body::Values(|workspace, values| workspace.binary(crate::operate::Binary::Modulo, &values[0], &values[1]))),
    ("rem", Body::Scalar(rem)),
    (
        "quotient",
        Body::Scalar(|workspace, numbers| numbers[0].quotient(&numbers[1], Rounding::Down, workspace.scope.context)),
    ),
    ("gcd", Body::Values(|workspace, values| fold_whole(workspace, values, |one, other| one.gcd(other)))),
    ("lcm", Body::Values(|workspace, values| fold_whole(workspace, values, lcm))),
    ("combin", Body::Scalar(combin)),
    ("combina", Body::Scalar(combina)),
    ("permut", Body::Scalar(permut)),
    (
        "permutationa",
        Body::Scalar(|workspace, numbers| {
            let n = natural(workspace, &numbers[0], "n")?;
            let k = natural(workspace, &numbers[1], "k")?;
            Number::whole(n, workspace.scope.context)
                .power(&Number::whole(k, workspace.scope.context), workspace.scope.context)
        }),
    ),
    ("multinomial", Body::Values(multinomial)),
    ("gamma", Body::Scalar(|workspace, numbers| special(workspace, &numbers[0], Decimal::gamma))),
    ("gammaln", Body::Scalar(|workspace, numbers| special(workspace, &numbers[0], Decimal::ln_gamma))),
    ("erf", Body::Scalar(erf)),
    ("erfc", Body::Scalar(|workspace, numbers| special(workspace, &numbers[0], Decimal::erf_complement))),
    (
        "pi",
        Body::Values(|workspace, _| {
            crate::constants::find("pi", workspace.scope.context).map(|value| value.unwrap_or(Value::Null))
        }),
    ),
    ("delta", Body::Scalar(|workspace, numbers| step(workspace, numbers, std::cmp::Ordering::is_eq))),
    ("gestep", Body::Scalar(|workspace, numbers| step(workspace, numbers, std::cmp::Ordering::is_ge))),
    ("clamp", Body::Keeping(clamp)),
    ("hypot", Body::Values(hypot)),
    ("bitand", Body::Scalar(|workspace, numbers| bits(workspace, numbers, |one, other| one & other))),
    ("bitor", Body::Scalar(|workspace, numbers| bits(workspace, numbers, |one, other| one | other))),
    ("bitxor", Body::Scalar(|workspace, numbers| bits(workspace, numbers, |one, other| one ^ other))),
    (
        "bitlshift",
        Body::Values(|workspace, values| workspace.binary(crate::operate::Binary::ShiftLeft, &values[0], &values[1])),
    ),
    (
        "bitrshift",
        Body::Values(|workspace, values| workspace.binary(crate::operate::Binary::ShiftRight, &values[0], &values[1])),
    ),
];

/// An elementary function, in the arithmetic of its argument; of a fraction it is a decimal.
pub(super) fn elementary(
    workspace: &mut Workspace,
    x: &Number,
    decimal: impl Fn(&Decimal, Context) -> Result<Decimal, Error>,
    float: impl Fn(f64) -> f64,
) -> Result<Number, Error> {
    let context = workspace.scope.context;
    if let Number::Float(x) = x {
        let value = float(*x);
        if value.is_finite() {
            return Ok(Number::Float(value));
        }
        // The decimal knows why, and says so.
        let exact = Decimal::from_f64(*x).ok_or_else(|| Error::argument("this is not a finite number"))?;
        return Number::of(decimal(&exact, context)?, Mode::Float);
    }
    workspace.budget.spend(200 + 4 * u64::from(context.digits) + x.words() * 20)?;
    decimal(&x.to_decimal(context)?, context).map(|value| back(value, x))
}

/// What is exact of a fraction is a fraction again.
fn back(value: Decimal, x: &Number) -> Number {
    match x {
        Number::Fraction(_) if value.is_exact() => {
            Number::of(value.clone(), Mode::Fraction).unwrap_or(Number::Decimal(value))
        }
        _ => Number::Decimal(value),
    }
}

/// A function that doubles compute by way of decimals.
fn special(
    workspace: &mut Workspace,
    x: &Number,
    decimal: impl Fn(&Decimal, Context) -> Result<Decimal, Error>,
) -> Result<Number, Error> {
    let context = workspace.scope.context;
    workspace.budget.spend(4_000)?;
    let value = decimal(&x.to_decimal(context)?, context)?;
    match x {
        Number::Float(_) => Number::of(value, Mode::Float),
        _ => Ok(back(value, x)),
    }
}

fn sign(x: &Number, context: Context) -> Number {
    let sign = if x.is_zero() {
        0
    } else if x.is_negative() {
        -1
    } else {
        1
    };
    Number::whole(sign, context)
}

fn natural(workspace: &Workspace, number: &Number, what: &str) -> Result<i64, Error> {
    let number = number.to_places(0, Rounding::Down, workspace.scope.context)?;
    whole_number(workspace, &number, what, 0, 1_000_000_000)
}

fn integer(workspace: &Workspace, number: &Number) -> Result<IBig, Error> {
    number.to_integer(workspace.scope.context).ok_or_else(|| Error::argument("a whole number is needed"))
}

fn exact(workspace: &Workspace, value: impl Into<IBig>) -> Result<Number, Error> {
    Number::of(Decimal::new(value.into(), 0), workspace.scope.context.mode)
}

pub(super) fn factorial(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let size = numbers[0].to_f64().abs().min(10_000.0) as u64;
    workspace.budget.spend(10 + size * size / 200)?;
    if !numbers[0].is_integer(workspace.scope.context) {
        return special(workspace, &numbers[0], Decimal::factorial);
    }
    let context = workspace.scope.context;
    let value = numbers[0].to_decimal(context)?.factorial(context)?;
    Number::of(value, context.mode)
}

fn fact_double(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let n =
        whole_number(workspace, &numbers[0].to_places(0, Rounding::Down, workspace.scope.context)?, "n", -1, 10_000)?;
    workspace.budget.spend(10 + (n * n / 100) as u64)?;
    let mut value = UBig::ONE;
    let mut factor = n;
    while factor > 1 {
        value *= UBig::from(factor as u64);
        factor -= 2;
    }
    exact(workspace, value)
}

pub(super) fn sqrt(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    super::elementwise(workspace, values, &|workspace, values| match &values[0] {
        Value::Quantity(quantity) => {
            let unit = quantity.unit.root(2).ok_or_else(|| {
                Error::new(crate::Kind::Units, format!("{} has no square root", quantity.unit.text()))
            })?;
            let number = root(workspace, &quantity.number, 2)?;
            workspace.quantity(number, unit)
        }
        value => {
            let number = workspace.number_of(value)?;
            root(workspace, &number, 2).map(Value::Number)
        }
    })
}

fn root(workspace: &mut Workspace, x: &Number, degree: u32) -> Result<Number, Error> {
    if let (Number::Fraction(fraction), 2) = (x, degree)
        && let Some(root) = fraction.square_root()
    {
        return Ok(Number::Fraction(Box::new(root)));
    }
    elementary(
        workspace,
        x,
        |x, context| x.root(degree, context),
        |x| match degree {
            2 => x.sqrt(),
            3 => x.cbrt(),
            _ if x < 0.0 && degree % 2 == 1 => -(-x).powf(1.0 / f64::from(degree)),
            _ => x.powf(1.0 / f64::from(degree)),
        },
    )
}

fn nth_root(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let degree = match numbers.get(1) {
        Some(degree) => whole_number(workspace, degree, "the degree of a root", 1, 1_000)?,
        None => 2,
    };
    root(workspace, &numbers[0], degree as u32)
}

fn sqrt_pi(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let decimal = |x: &Decimal, context: Context| x.multiply(&Decimal::pi(context), context)?.square_root(context);
    elementary(workspace, &numbers[0], decimal, |x| (x * std::f64::consts::PI).sqrt())
}

fn log(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    match numbers.get(1) {
        None => elementary(workspace, &numbers[0], Decimal::log10, f64::log10),
        Some(base) => {
            let base = base.to_decimal(context)?;
            // The quotient of two logarithms of doubles is often wrong in its last digit: 3 and not 2.9999999999999996.
            special(workspace, &numbers[0], |x, context| x.log(&base, context))
        }
    }
}

fn log_one_plus(x: &Decimal, context: Context) -> Result<Decimal, Error> {
    if x.adjusted() < -(i64::from(context.working()) + 2) {
        return Decimal::finish(x.coefficient.clone(), x.exponent.into(), false, false, context);
    }
    Decimal::ONE.add(x, Context::decimal(context.digits + (-x.adjusted()).max(0) as u32 + 60))?.ln(context)
}

fn rem(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let rest = numbers[0].absolute().modulo(&numbers[1].absolute(), workspace.scope.context)?;
    Ok(if numbers[0].is_negative() { rest.negated() } else { rest })
}

fn fold_whole(workspace: &mut Workspace, values: &[Value], fold: fn(&UBig, &UBig) -> UBig) -> Result<Value, Error> {
    let list = numbers(workspace, values)?;
    let context = workspace.scope.context;
    let mut result: Option<UBig> = None;
    for number in &list {
        let whole = number.to_places(0, Rounding::Down, context)?;
        let whole = integer(workspace, &whole)?.unsigned_abs();
        workspace.budget.spend(5 + (whole.bit_len() * whole.bit_len() / 4096) as u64)?;
        let next = match result {
            Some(known) => fold(&known, &whole),
            None => whole,
        };
        if next.bit_len() > MAX_INTEGER_DIGITS as usize * 3 {
            return Err(Error::too_large(format!("the result has more than {MAX_INTEGER_DIGITS} digits")));
        }
        result = Some(next);
    }
    let value = exact(workspace, result.ok_or_else(|| Error::argument("at least one number is needed"))?)?;
    workspace.counted(value)
}

fn lcm(one: &UBig, other: &UBig) -> UBig {
    if one.is_zero() || other.is_zero() {
        return UBig::ZERO;
    }
    one / one.gcd(other) * other
}

/// The product of the `count` numbers down from `n`, when that is not too long.
fn falling(workspace: &mut Workspace, n: i64, count: i64) -> Result<UBig, Error> {
    let digits = (n.max(1) as f64).log10() * count as f64;
    if digits > f64::from(MAX_INTEGER_DIGITS) * 2.0 {
        return Err(Error::too_large(format!("the result has more than {MAX_INTEGER_DIGITS} digits")));
    }
    workspace.budget.spend(10 + (digits * digits / 500.0) as u64 + count as u64)?;
    Ok(product((n - count + 1).max(1) as u64, n as u64))
}

fn combin(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let (n, k) = (natural(workspace, &numbers[0], "n")?, natural(workspace, &numbers[1], "k")?);
    if k > n {
        return Err(Error::argument("k is at most n"));
    }
    choose(workspace, n, k)
}

fn choose(workspace: &mut Workspace, n: i64, k: i64) -> Result<Number, Error> {
    let k = k.min(n - k);
    let above = falling(workspace, n, k)?;
    exact(workspace, above / product(2, k as u64))
}

fn combina(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let (n, k) = (natural(workspace, &numbers[0], "n")?, natural(workspace, &numbers[1], "k")?);
    match (n, k) {
        (_, 0) => exact(workspace, 1),
        (0, _) => exact(workspace, 0),
        _ => choose(workspace, n + k - 1, k),
    }
}

fn permut(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let n = natural(workspace, &numbers[0], "n")?;
    let k = match numbers.get(1) {
        Some(k) => natural(workspace, k, "k")?,
        None => n,
    };
    if k > n {
        return Err(Error::argument("k is at most n"));
    }
    let value = falling(workspace, n, k)?;
    exact(workspace, value)
}

fn multinomial(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = numbers(workspace, values)?;
    let parts: Vec<i64> =
        list.iter().map(|number| natural(workspace, number, "each number")).collect::<Result<_, _>>()?;
    let mut sum = 0;
    let mut value = UBig::ONE;
    for part in parts {
        sum += part;
        let k = part.min(sum - part);
        value *= falling(workspace, sum, k)? / product(2, k as u64);
        if value.bit_len() > MAX_INTEGER_DIGITS as usize * 3 {
            return Err(Error::too_large(format!("the result has more than {MAX_INTEGER_DIGITS} digits")));
        }
    }
    let value = exact(workspace, value)?;
    workspace.counted(value)
}

fn erf(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let one = special(workspace, &numbers[0], Decimal::erf)?;
    match numbers.get(1) {
        None => Ok(one),
        Some(upper) => special(workspace, upper, Decimal::erf)?.subtract(&one, workspace.scope.context),
    }
}

fn step(workspace: &mut Workspace, numbers: &[Number], holds: fn(std::cmp::Ordering) -> bool) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let zero = Number::whole(0, context);
    let order = numbers[0].compare(numbers.get(1).unwrap_or(&zero), context)?;
    Ok(Number::whole(i64::from(holds(order)), context))
}

fn clamp(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    if numbers[1].compare(&numbers[2], context)?.is_gt() {
        return Err(Error::argument("the lower bound is above the upper one"));
    }
    if numbers[0].compare(&numbers[1], context)?.is_lt() {
        return Ok(numbers[1].clone());
    }
    Ok(if numbers[0].compare(&numbers[2], context)?.is_gt() { numbers[2].clone() } else { numbers[0].clone() })
}

fn hypot(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = numbers(workspace, values)?;
    let context = workspace.scope.context;
    let mut sum = Number::whole(0, context);
    for number in &list {
        sum = sum.add(&number.multiply(number, context)?, context)?;
    }
    root(workspace, &sum, 2).map(Value::Number)
}

fn bits(workspace: &mut Workspace, numbers: &[Number], combine: fn(UBig, UBig) -> UBig) -> Result<Number, Error> {
    let read = |number: &Number| match integer(workspace, number) {
        Ok(value) if value.sign() == dashu_base::Sign::Positive => Ok(value.unsigned_abs()),
        _ => Err(Error::argument("whole numbers of at least 0 are needed")),
    };
    let (one, other) = (read(&numbers[0])?, read(&numbers[1])?);
    exact(workspace, combine(one, other))
}
