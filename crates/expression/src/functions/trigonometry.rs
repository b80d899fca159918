//! Angles. Without a unit they are radians, or degrees when the call says so; `sin(30 deg)` always works.

use super::Body;
use super::arithmetic::elementary;
use crate::decimal::Decimal;
use crate::error::Error;
use crate::number::Number;
use crate::operate::Workspace;
use crate::options::{Angle, Context, Mode};

pub(super) const BODIES: &[(&str, Body)] = &[
    ("sin", Body::Scalar(|workspace, numbers| of_angle(workspace, &numbers[0], Decimal::sine, f64::sin))),
    ("cos", Body::Scalar(|workspace, numbers| of_angle(workspace, &numbers[0], Decimal::cosine, f64::cos))),
    ("tan", Body::Scalar(|workspace, numbers| of_angle(workspace, &numbers[0], Decimal::tan, f64::tan))),
    (
        "cot",
        Body::Scalar(|workspace, numbers| {
            of_angle(
                workspace,
                &numbers[0],
                |x, context| {
                    let (sine, cosine) = (x.sine(context)?, x.cosine(context)?);
                    cosine.divide(&sine, context)
                },
                |x| 1.0 / x.tan(),
            )
        }),
    ),
    (
        "sec",
        Body::Scalar(|workspace, numbers| {
            of_angle(
                workspace,
                &numbers[0],
                |x, context| Decimal::ONE.divide(&x.cosine(context)?, context),
                |x| 1.0 / x.cos(),
            )
        }),
    ),
    (
        "csc",
        Body::Scalar(|workspace, numbers| {
            of_angle(
                workspace,
                &numbers[0],
                |x, context| Decimal::ONE.divide(&x.sine(context)?, context),
                |x| 1.0 / x.sin(),
            )
        }),
    ),
    ("asin", Body::Scalar(|workspace, numbers| to_angle(workspace, &numbers[0], Decimal::asin, f64::asin))),
    ("acos", Body::Scalar(|workspace, numbers| to_angle(workspace, &numbers[0], Decimal::acos, f64::acos))),
    ("atan", Body::Scalar(|workspace, numbers| to_angle(workspace, &numbers[0], Decimal::atan, f64::atan))),
    (
        "acot",
        Body::Scalar(|workspace, numbers| {
            to_angle(workspace, &numbers[0], |x, context| Decimal::atan2(&Decimal::ONE, x, context), |x| 1f64.atan2(x))
        }),
    ),
    ("atan2", Body::Scalar(atan2)),
    (
        "sinh",
        Body::Scalar(|workspace, numbers| {
            elementary(workspace, &numbers[0], |x, context| Ok(x.sinh_cosh(context)?.0), f64::sinh)
        }),
    ),
    (
        "cosh",
        Body::Scalar(|workspace, numbers| {
            elementary(workspace, &numbers[0], |x, context| Ok(x.sinh_cosh(context)?.1), f64::cosh)
        }),
    ),
    ("tanh", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::tanh, f64::tanh))),
    (
        "coth",
        Body::Scalar(|workspace, numbers| {
            elementary(
                workspace,
                &numbers[0],
                |x, context| Decimal::ONE.divide(&x.tanh(context)?, context),
                |x| 1.0 / x.tanh(),
            )
        }),
    ),
    ("asinh", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::asinh, f64::asinh))),
    ("acosh", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::acosh, f64::acosh))),
    ("atanh", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::atanh, f64::atanh))),
    ("degrees", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], degrees, f64::to_degrees))),
    ("radians", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], radians, f64::to_radians))),
];

fn degrees(x: &Decimal, context: Context) -> Result<Decimal, Error> {
    x.multiply(&Decimal::from(180), context)?.divide(&Decimal::pi(context), context)
}

fn radians(x: &Decimal, context: Context) -> Result<Decimal, Error> {
    // Of a large angle the digits before the point have to be there in pi too.
    let wide = Context::decimal(context.digits + x.adjusted().clamp(0, 1_000) as u32);
    x.multiply(&Decimal::pi(wide), wide)?.divide(&Decimal::from(180), wide)
}

fn of_angle(
    workspace: &mut Workspace,
    x: &Number,
    decimal: impl Fn(&Decimal, Context) -> Result<Decimal, Error>,
    float: impl Fn(f64) -> f64,
) -> Result<Number, Error> {
    match workspace.scope.context.angle {
        Angle::Radians => elementary(workspace, x, decimal, float),
        // Whole turns are taken off exactly.
        Angle::Degrees => {
            let context = workspace.scope.context;
            let rest = x.modulo(&Number::whole(360, context), context)?;
            elementary(
                workspace,
                &rest,
                |x, context| decimal(&radians(x, context)?, context),
                |x| float(x.to_radians()),
            )
        }
    }
}

fn to_angle(
    workspace: &mut Workspace,
    x: &Number,
    decimal: impl Fn(&Decimal, Context) -> Result<Decimal, Error>,
    float: impl Fn(f64) -> f64,
) -> Result<Number, Error> {
    match workspace.scope.context.angle {
        Angle::Radians => elementary(workspace, x, decimal, float),
        Angle::Degrees => {
            elementary(workspace, x, |x, context| degrees(&decimal(x, context)?, context), |x| float(x).to_degrees())
        }
    }
}

fn atan2(workspace: &mut Workspace, numbers: &[Number]) -> Result<Number, Error> {
    let context = workspace.scope.context;
    let (x, y) = (numbers[0].to_decimal(context)?, numbers[1].to_decimal(context)?);
    workspace.budget.spend(500)?;
    let angle = Decimal::atan2(&y, &x, context)?;
    let angle = if context.angle == Angle::Degrees { degrees(&angle, context)? } else { angle };
    let mode = if context.mode == Mode::Float { Mode::Float } else { Mode::Decimal };
    Number::of(angle, mode)
}
