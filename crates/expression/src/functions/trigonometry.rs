//! Angles. Without a unit they are radians, or degrees when the call says so; `sin(30 deg)` always works.

use super::arithmetic::elementary;
use super::{Body, Function};
use crate::decimal::Decimal;
use crate::error::Error;
use crate::number::Number;
use crate::operate::Workspace;
use crate::options::{Angle, Context, Mode};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("sin", &[], (1, 1), "sin(angle)", "The sine.", Body::Scalar(|workspace, numbers| of_angle(workspace, &numbers[0], |x, context| Ok(x.sin_cos(context)?.0), f64::sin))),
    Function::new("cos", &[], (1, 1), "cos(angle)", "The cosine.", Body::Scalar(|workspace, numbers| of_angle(workspace, &numbers[0], |x, context| Ok(x.sin_cos(context)?.1), f64::cos))),
    Function::new("tan", &[], (1, 1), "tan(angle)", "The tangent.", Body::Scalar(|workspace, numbers| of_angle(workspace, &numbers[0], Decimal::tan, f64::tan))),
    Function::new("cot", &[], (1, 1), "cot(angle)", "The cotangent.", Body::Scalar(|workspace, numbers| of_angle(workspace, &numbers[0], |x, context| { let (sine, cosine) = x.sin_cos(context)?; cosine.divide(&sine, context) }, |x| 1.0 / x.tan()))),
    Function::new("sec", &[], (1, 1), "sec(angle)", "1 / cos.", Body::Scalar(|workspace, numbers| of_angle(workspace, &numbers[0], |x, context| Decimal::ONE.divide(&x.sin_cos(context)?.1, context), |x| 1.0 / x.cos()))),
    Function::new("csc", &[], (1, 1), "csc(angle)", "1 / sin.", Body::Scalar(|workspace, numbers| of_angle(workspace, &numbers[0], |x, context| Decimal::ONE.divide(&x.sin_cos(context)?.0, context), |x| 1.0 / x.sin()))),
    Function::new("asin", &["arcsin"], (1, 1), "asin(x)", "The angle of a sine.", Body::Scalar(|workspace, numbers| to_angle(workspace, &numbers[0], Decimal::asin, f64::asin))),
    Function::new("acos", &["arccos"], (1, 1), "acos(x)", "The angle of a cosine.", Body::Scalar(|workspace, numbers| to_angle(workspace, &numbers[0], Decimal::acos, f64::acos))),
    Function::new("atan", &["arctan"], (1, 1), "atan(x)", "The angle of a tangent.", Body::Scalar(|workspace, numbers| to_angle(workspace, &numbers[0], Decimal::atan, f64::atan))),
    Function::new("acot", &[], (1, 1), "acot(x)", "The angle of a cotangent, from 0 to pi.", Body::Scalar(|workspace, numbers| to_angle(workspace, &numbers[0], |x, context| Decimal::atan2(&Decimal::ONE, x, context), |x| 1f64.atan2(x)))),
    Function::new("atan2", &[], (2, 2), "atan2(x, y)", "The angle of the point x, y: x first, as in spreadsheets; JavaScript has y first.", Body::Scalar(atan2)),
    Function::new("sinh", &[], (1, 1), "sinh(x)", "The hyperbolic sine.", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], |x, context| Ok(x.sinh_cosh(context)?.0), f64::sinh))),
    Function::new("cosh", &[], (1, 1), "cosh(x)", "The hyperbolic cosine.", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], |x, context| Ok(x.sinh_cosh(context)?.1), f64::cosh))),
    Function::new("tanh", &[], (1, 1), "tanh(x)", "The hyperbolic tangent.", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::tanh, f64::tanh))),
    Function::new("coth", &[], (1, 1), "coth(x)", "1 / tanh.", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], |x, context| Decimal::ONE.divide(&x.tanh(context)?, context), |x| 1.0 / x.tanh()))),
    Function::new("asinh", &["arcsinh"], (1, 1), "asinh(x)", "The inverse of sinh.", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::asinh, f64::asinh))),
    Function::new("acosh", &["arccosh"], (1, 1), "acosh(x)", "The inverse of cosh.", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::acosh, f64::acosh))),
    Function::new("atanh", &["arctanh"], (1, 1), "atanh(x)", "The inverse of tanh.", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], Decimal::atanh, f64::atanh))),
    Function::new("degrees", &[], (1, 1), "degrees(x)", "Radians in degrees.", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], degrees, f64::to_degrees))),
    Function::new("radians", &[], (1, 1), "radians(x)", "Degrees in radians.", Body::Scalar(|workspace, numbers| elementary(workspace, &numbers[0], radians, f64::to_radians))),
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
            elementary(workspace, &rest, |x, context| decimal(&radians(x, context)?, context), |x| float(x.to_radians()))
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
