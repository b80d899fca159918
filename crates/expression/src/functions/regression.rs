//! Two lists beside each other.

use super::aggregate::{mean, total};
use super::{Body, flattened};
use crate::error::Error;
use crate::number::Number;
use crate::operate::{Binary, Workspace};
use crate::value::Value;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("correl", Body::Values(correlation)),
    ("covariance.p", Body::Values(|workspace, values| covariance(workspace, values, 0))),
    ("covariance.s", Body::Values(|workspace, values| covariance(workspace, values, 1))),
    ("slope", Body::Values(|workspace, values| Ok(line(workspace, &values[0], &values[1])?.0))),
    ("intercept", Body::Values(|workspace, values| Ok(line(workspace, &values[0], &values[1])?.1))),
    ("rsq", Body::Values(r_squared)),
    ("forecast", Body::Values(forecast)),
    ("steyx", Body::Values(standard_error)),
];

/// The places of two lists in which both have a number.
pub(super) fn pairs(workspace: &mut Workspace, one: &Value, other: &Value) -> Result<(Vec<Value>, Vec<Value>), Error> {
    let one = flattened(workspace, std::slice::from_ref(one))?;
    let other = flattened(workspace, std::slice::from_ref(other))?;
    if one.len() != other.len() {
        return Err(Error::argument(format!(
            "the lists have {} and {} values: they need as many",
            one.len(),
            other.len()
        )));
    }
    let read = |value: &Value| match value {
        Value::Number(_) | Value::Quantity(_) => Some(value.clone()),
        Value::Text(text) => Value::written(text, workspace.options),
        _ => None,
    };
    Ok(one.iter().zip(&other).filter_map(|(one, other)| Some((read(one)?, read(other)?))).unzip())
}

/// The sums of products of deviations: x with x, x with y, y with y.
fn sums(workspace: &mut Workspace, x: &[Value], y: &[Value]) -> Result<[Value; 3], Error> {
    if x.is_empty() {
        return Err(Error { message: "there are no pairs of numbers".into(), ..Error::division() });
    }
    let (mean_x, mean_y) = (mean(workspace, x)?, mean(workspace, y)?);
    let mut terms = [Vec::new(), Vec::new(), Vec::new()];
    for (x, y) in x.iter().zip(y) {
        let dx = workspace.binary(Binary::Subtract, x, &mean_x)?;
        let dy = workspace.binary(Binary::Subtract, y, &mean_y)?;
        terms[0].push(workspace.binary(Binary::Multiply, &dx, &dx)?);
        terms[1].push(workspace.binary(Binary::Multiply, &dx, &dy)?);
        terms[2].push(workspace.binary(Binary::Multiply, &dy, &dy)?);
    }
    let mut sum = |at: usize| total(workspace, &terms[at])?.ok_or_else(Error::division);
    Ok([sum(0)?, sum(1)?, sum(2)?])
}

fn correlation(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let (x, y) = pairs(workspace, &values[0], &values[1])?;
    let [xx, xy, yy] = sums(workspace, &x, &y)?;
    let product = workspace.binary(Binary::Multiply, &xx, &yy)?;
    let context = workspace.scope.context;
    let half = Value::Number(Number::whole(1, context).divide(&Number::whole(2, context), context)?);
    let root = workspace.binary(Binary::Power, &product, &half)?;
    workspace.binary(Binary::Divide, &xy, &root)
}

fn r_squared(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let (x, y) = pairs(workspace, &values[0], &values[1])?;
    let [xx, xy, yy] = sums(workspace, &x, &y)?;
    let above = workspace.binary(Binary::Multiply, &xy, &xy)?;
    let below = workspace.binary(Binary::Multiply, &xx, &yy)?;
    workspace.binary(Binary::Divide, &above, &below)
}

fn covariance(workspace: &mut Workspace, values: &[Value], less: i64) -> Result<Value, Error> {
    let (x, y) = pairs(workspace, &values[0], &values[1])?;
    let [_, xy, _] = sums(workspace, &x, &y)?;
    let count = Value::Number(Number::whole(x.len() as i64 - less, workspace.scope.context));
    workspace.binary(Binary::Divide, &xy, &count)
}

fn line(workspace: &mut Workspace, y: &Value, x: &Value) -> Result<(Value, Value), Error> {
    let (y, x) = pairs(workspace, y, x)?;
    let [xx, xy, _] = sums(workspace, &x, &y)?;
    let slope = workspace.binary(Binary::Divide, &xy, &xx).map_err(|error| match error.kind {
        crate::Kind::DivisionByZero => Error { message: "all x are equal, so there is no line".into(), ..error },
        _ => error,
    })?;
    let (mean_x, mean_y) = (mean(workspace, &x)?, mean(workspace, &y)?);
    let risen = workspace.binary(Binary::Multiply, &slope, &mean_x)?;
    let intercept = workspace.binary(Binary::Subtract, &mean_y, &risen)?;
    Ok((slope, intercept))
}

fn forecast(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let (slope, intercept) = line(workspace, &values[1], &values[2])?;
    let risen = workspace.binary(Binary::Multiply, &slope, &values[0])?;
    workspace.binary(Binary::Add, &intercept, &risen)
}

/// The standard error of the values that the line through points predicts.
fn standard_error(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let (y, x) = pairs(workspace, &values[0], &values[1])?;
    if x.len() < 3 {
        return Err(Error { message: "at least three pairs of numbers are needed".into(), ..Error::division() });
    }
    let [xx, xy, yy] = sums(workspace, &x, &y)?;
    let square = workspace.binary(Binary::Multiply, &xy, &xy)?;
    let explained = workspace.binary(Binary::Divide, &square, &xx)?;
    let rest = workspace.binary(Binary::Subtract, &yy, &explained)?;
    let context = workspace.scope.context;
    let degrees = Value::Number(Number::whole(x.len() as i64 - 2, context));
    let variance = workspace.binary(Binary::Divide, &rest, &degrees)?;
    let half = Value::Number(Number::whole(1, context).divide(&Number::whole(2, context), context)?);
    workspace.binary(Binary::Power, &variance, &half)
}
