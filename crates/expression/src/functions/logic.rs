//! Conditions, and questions about values.

use super::{Arguments, Body, elementwise, flattened};
use crate::error::Error;
use crate::operate::{Binary, Workspace};
use crate::value::Value;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("if", Body::Lazy(if_)),
    ("ifs", Body::Lazy(ifs)),
    ("iferror", Body::Lazy(if_error)),
    ("iserror", Body::Lazy(is_error)),
    ("switch", Body::Lazy(switch)),
    ("choose", Body::Lazy(choose_nth)),
    ("coalesce", Body::Lazy(coalesce)),
    ("and", Body::Values(and)),
    ("or", Body::Values(or)),
    ("xor", Body::Values(xor)),
    ("not", Body::Values(not)),
    ("true", Body::Values(|_, _| Ok(Value::Bool(true)))),
    ("false", Body::Values(|_, _| Ok(Value::Bool(false)))),
    ("isblank", Body::Values(|workspace, values| ask(workspace, values, &|_, value| is_blank(value)))),
    (
        "isnumber",
        Body::Values(|workspace, values| {
            ask(workspace, values, &|_, value| matches!(value, Value::Number(_) | Value::Quantity(_)))
        }),
    ),
    ("istext", Body::Values(|workspace, values| ask(workspace, values, &|_, value| matches!(value, Value::Text(_))))),
    (
        "isnontext",
        Body::Values(|workspace, values| ask(workspace, values, &|_, value| !matches!(value, Value::Text(_)))),
    ),
    (
        "islogical",
        Body::Values(|workspace, values| ask(workspace, values, &|_, value| matches!(value, Value::Bool(_)))),
    ),
    ("iseven", Body::Values(|workspace, values| parity(workspace, values, false))),
    ("isodd", Body::Values(|workspace, values| parity(workspace, values, true))),
    ("isinteger", Body::Values(is_integer)),
    ("n", Body::Values(n)),
    ("number", Body::Scalar(|_, numbers| Ok(numbers[0].clone()))),
];

/// One of two arguments by a condition; by a list of conditions, element by element, both.
pub(crate) fn choose(condition: &Value, arguments: &mut dyn Arguments, first: usize) -> Result<Value, Error> {
    let has_other = arguments.count() > first + 1;
    if !matches!(condition, Value::List(_)) {
        return match (condition.is_true()?, has_other) {
            (true, _) => arguments.get(first),
            (false, true) => arguments.get(first + 1),
            (false, false) => Ok(Value::Bool(false)),
        };
    }
    let then = arguments.get(first)?;
    let otherwise = if has_other { arguments.get(first + 1)? } else { Value::Bool(false) };
    let all = [condition.clone(), then, otherwise];
    arguments.with(&mut |workspace| {
        elementwise(workspace, &all, &|_, values| {
            Ok(if values[0].is_true()? { values[1].clone() } else { values[2].clone() })
        })
    })
}

fn if_(arguments: &mut dyn Arguments) -> Result<Value, Error> {
    let condition = arguments.get(0)?;
    choose(&condition, arguments, 1)
}

fn ifs(arguments: &mut dyn Arguments) -> Result<Value, Error> {
    if !arguments.count().is_multiple_of(2) {
        return Err(Error::argument(
            "ifs takes pairs of a condition and a value; a last pair of true and a value is for the rest",
        ));
    }
    for at in (0..arguments.count()).step_by(2) {
        if arguments.get(at)?.is_true()? {
            return arguments.get(at + 1);
        }
    }
    Err(Error::argument("no condition of ifs holds: add true and a value at its end"))
}

fn if_error(arguments: &mut dyn Arguments) -> Result<Value, Error> {
    let value = match arguments.get_tolerant(0) {
        Err(error) if error.is_of_values() => return arguments.get(1),
        other => other?,
    };
    if !has_failed(&value) {
        return Ok(value);
    }
    let otherwise = arguments.get(1)?;
    arguments.with(&mut |workspace| {
        elementwise(workspace, &[value.clone(), otherwise.clone()], &|_, values| {
            Ok(values[usize::from(has_failed(&values[0]))].clone())
        })
    })
}

fn is_error(arguments: &mut dyn Arguments) -> Result<Value, Error> {
    let value = match arguments.get_tolerant(0) {
        Err(error) if error.is_of_values() => return Ok(Value::Bool(true)),
        other => other?,
    };
    arguments.with(&mut |workspace| ask(workspace, std::slice::from_ref(&value), &|_, value| has_failed(value)))
}

/// Whether a value, or anything in it, could not be computed.
fn has_failed(value: &Value) -> bool {
    match value {
        Value::Failed(_) => true,
        Value::List(values) => values.iter().any(has_failed),
        _ => false,
    }
}

fn switch(arguments: &mut dyn Arguments) -> Result<Value, Error> {
    let value = arguments.get(0)?;
    let count = arguments.count();
    let mut at = 1;
    while at + 1 < count {
        let case = arguments.get(at)?;
        let fits = arguments.with(&mut |workspace| workspace.compare(Binary::Equal, &value, &case).map(Value::Bool))?;
        if fits.is_true()? {
            return arguments.get(at + 1);
        }
        at += 2;
    }
    if at < count {
        arguments.get(at)
    } else {
        Err(Error::argument("no case of switch fits: add a value at its end for the rest"))
    }
}

fn choose_nth(arguments: &mut dyn Arguments) -> Result<Value, Error> {
    let count = arguments.count() as i64 - 1;
    let which = arguments.get(0)?;
    let mut place = 0;
    arguments.with(&mut |workspace| {
        place = super::whole(workspace, &which, "the number of the value", 1, count)?;
        Ok(Value::Null)
    })?;
    arguments.get(place as usize)
}

fn coalesce(arguments: &mut dyn Arguments) -> Result<Value, Error> {
    for at in 0..arguments.count() {
        let value = arguments.get(at)?;
        if !is_blank(&value) {
            return Ok(value);
        }
    }
    Ok(Value::Null)
}

fn conditions(workspace: &mut Workspace, values: &[Value]) -> Result<Vec<bool>, Error> {
    let values = flattened(workspace, values)?;
    values.iter().filter(|value| !matches!(value, Value::Null)).map(Value::is_true).collect()
}

fn and(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    Ok(Value::Bool(conditions(workspace, values)?.iter().all(|holds| *holds)))
}

fn or(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    Ok(Value::Bool(conditions(workspace, values)?.iter().any(|holds| *holds)))
}

fn xor(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    Ok(Value::Bool(conditions(workspace, values)?.iter().filter(|holds| **holds).count() % 2 == 1))
}

fn not(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    elementwise(workspace, values, &|_, values| Ok(Value::Bool(!values[0].is_true()?)))
}

fn ask(
    workspace: &mut Workspace,
    values: &[Value],
    question: &dyn Fn(&mut Workspace, &Value) -> bool,
) -> Result<Value, Error> {
    elementwise(workspace, values, &|workspace, values| Ok(Value::Bool(question(workspace, &values[0]))))
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

fn parity(workspace: &mut Workspace, values: &[Value], odd: bool) -> Result<Value, Error> {
    elementwise(workspace, values, &|workspace, values| {
        let context = workspace.scope.context;
        let whole = workspace.number_of(&values[0])?.to_places(0, crate::Rounding::Down, context)?;
        let whole =
            whole.to_integer(context).ok_or_else(|| Error::too_large("this number is too large to be even or odd"))?;
        Ok(Value::Bool((whole % dashu_int::IBig::from(2)).is_zero() != odd))
    })
}

fn is_integer(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    elementwise(workspace, values, &|workspace, values| {
        let context = workspace.scope.context;
        Ok(Value::Bool(workspace.number_of(&values[0])?.is_integer(context)))
    })
}

fn n(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    elementwise(workspace, values, &|workspace, values| match &values[0] {
        Value::Number(_) | Value::Quantity(_) => Ok(values[0].clone()),
        other => {
            let zero = crate::Number::whole(0, workspace.scope.context);
            Ok(Value::Number(workspace.number_of(other).unwrap_or(zero)))
        }
    })
}
