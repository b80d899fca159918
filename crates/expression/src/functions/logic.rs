//! Conditions, and questions about values.

use super::{Arguments, Body, Function, MANY, elementwise, flattened};
use crate::error::Error;
use crate::operate::{Binary, Workspace};
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("if", &[], (2, 3), "if(condition, then, else)", "One of two values, by a condition; only the one is computed.", Body::Lazy(if_)),
    Function::new("ifs", &[], (2, MANY), "ifs(condition, value, ...)", "The value behind the first condition that holds.", Body::Lazy(ifs)),
    Function::new("iferror", &["ifna"], (2, 2), "iferror(value, otherwise)", "The value, or another where it cannot be computed; an unknown name stays an error.", Body::Lazy(if_error)),
    Function::new("iserror", &["iserr"], (1, 1), "iserror(value)", "Whether a value cannot be computed.", Body::Lazy(is_error)),
    Function::new("switch", &[], (3, MANY), "switch(value, case, result, ..., otherwise)", "The result behind the case that equals the value.", Body::Lazy(switch)),
    Function::new("choose", &[], (2, MANY), "choose(n, value1, value2, ...)", "The n-th of the values, from 1.", Body::Lazy(choose_nth)),
    Function::new("coalesce", &["ifnull", "ifblank"], (1, MANY), "coalesce(a, b, ...)", "The first value that is not empty.", Body::Lazy(coalesce)),
    Function::new("and", &[], (1, MANY), "and(a, b, ...)", "Whether all conditions hold, those in lists too.", Body::Values(and)),
    Function::new("or", &[], (1, MANY), "or(a, b, ...)", "Whether any condition holds, those in lists too.", Body::Values(or)),
    Function::new("xor", &[], (1, MANY), "xor(a, b, ...)", "Whether an odd number of conditions holds.", Body::Values(xor)),
    Function::new("not", &[], (1, 1), "not(a)", "Whether a condition does not hold.", Body::Values(not)),
    Function::new("true", &[], (0, 0), "true()", "The condition that holds.", Body::Values(|_, _| Ok(Value::Bool(true)))),
    Function::new("false", &[], (0, 0), "false()", "The condition that does not hold.", Body::Values(|_, _| Ok(Value::Bool(false)))),
    Function::new("isblank", &["isnull", "isempty"], (1, 1), "isblank(value)", "Whether a value is empty.", Body::Values(|workspace, values| ask(workspace, values, &|_, value| is_blank(value)))),
    Function::new("isnumber", &["isnumeric"], (1, 1), "isnumber(value)", "Whether a value is a number.", Body::Values(|workspace, values| ask(workspace, values, &|_, value| matches!(value, Value::Number(_) | Value::Quantity(_))))),
    Function::new("istext", &[], (1, 1), "istext(value)", "Whether a value is a text.", Body::Values(|workspace, values| ask(workspace, values, &|_, value| matches!(value, Value::Text(_))))),
    Function::new("isnontext", &[], (1, 1), "isnontext(value)", "Whether a value is no text.", Body::Values(|workspace, values| ask(workspace, values, &|_, value| !matches!(value, Value::Text(_))))),
    Function::new("islogical", &[], (1, 1), "islogical(value)", "Whether a value is true or false.", Body::Values(|workspace, values| ask(workspace, values, &|_, value| matches!(value, Value::Bool(_))))),
    Function::new("iseven", &[], (1, 1), "iseven(n)", "Whether a number, cut to a whole one, is even.", Body::Values(|workspace, values| parity(workspace, values, false))),
    Function::new("isodd", &[], (1, 1), "isodd(n)", "Whether a number, cut to a whole one, is odd.", Body::Values(|workspace, values| parity(workspace, values, true))),
    Function::new("isinteger", &[], (1, 1), "isinteger(x)", "Whether a number is whole.", Body::Values(is_integer)),
    Function::new("n", &[], (1, 1), "n(value)", "A value as a number: conditions are 1 and 0, texts that are no numbers 0.", Body::Values(n)),
    Function::new("number", &["value"], (1, 1), "number(value)", "A text or condition as a number.", Body::Scalar(|_, numbers| Ok(numbers[0].clone()))),
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
        return Err(Error::argument("ifs takes pairs of a condition and a value; a last pair of true and a value is for the rest"));
    }
    for at in (0..arguments.count()).step_by(2) {
        if arguments.get(at)?.is_true()? {
            return arguments.get(at + 1);
        }
    }
    Err(Error::argument("no condition of ifs holds: add true and a value at its end"))
}

fn if_error(arguments: &mut dyn Arguments) -> Result<Value, Error> {
    match arguments.get(0) {
        Err(error) if error.is_of_values() => arguments.get(1),
        other => other,
    }
}

fn is_error(arguments: &mut dyn Arguments) -> Result<Value, Error> {
    match arguments.get(0) {
        Err(error) if error.is_of_values() => Ok(Value::Bool(true)),
        other => other.map(|_| Value::Bool(false)),
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
    if at < count { arguments.get(at) } else { Err(Error::argument("no case of switch fits: add a value at its end for the rest")) }
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
        let whole = whole.to_integer(context).ok_or_else(|| Error::too_large("this number is too large to be even or odd"))?;
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
