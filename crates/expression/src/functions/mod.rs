//! The functions: one table, from which names, numbers of arguments, documentation and suggestions come.
//!
//! A name that a spreadsheet has means what it means there, in any case. Functions of numbers go through lists element by
//! element; functions of lists take lists and single values in any mixture.

mod aggregate;
mod arithmetic;
mod criteria;
mod depreciation;
mod distribution;
mod finance;
mod lists;
mod logic;
mod rates;
mod regression;
mod rounding;
mod statistics;
mod table;
mod text;
mod trigonometry;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub(crate) use lists::{index, range};
pub(crate) use logic::choose;

use crate::error::Error;
use crate::number::Number;
use crate::operate::Workspace;
use crate::units::Quantity;
use crate::value::Value;

/// How many arguments a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arity {
    /// At least so many.
    pub least: usize,
    /// At most so many.
    pub most: usize,
}

/// Arguments that are evaluated when they are asked for.
pub(crate) trait Arguments {
    fn count(&self) -> usize;
    fn get(&mut self, index: usize) -> Result<Value, Error>;
    /// The same, in which elements of lists may fail by themselves.
    fn get_tolerant(&mut self, index: usize) -> Result<Value, Error>;
    /// Does something with the workspace of the run.
    fn with(&mut self, work: &mut dyn FnMut(&mut Workspace) -> Result<Value, Error>) -> Result<Value, Error>;
}

type Scalar = fn(&mut Workspace, &[Number]) -> Result<Number, Error>;
type Values = fn(&mut Workspace, &[Value]) -> Result<Value, Error>;
type Lazy = fn(&mut dyn Arguments) -> Result<Value, Error>;

/// What a function does.
#[derive(Clone, Copy)]
pub(crate) enum Body {
    /// Of numbers, element by element.
    Scalar(Scalar),
    /// The same, of numbers that keep the unit of the first; the others may have it too.
    Keeping(Scalar),
    /// Of values as they are.
    Values(Values),
    /// Of arguments that it evaluates by itself.
    Lazy(Lazy),
}

impl std::fmt::Debug for Body {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Body")
    }
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Its name, in lower case.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: Vec<&'static str>,
    /// How many arguments it takes.
    pub arity: Arity,
    /// How it is called.
    pub usage: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    pub(crate) body: Body,
}

impl Function {
    pub(crate) fn is_lazy(&self) -> bool {
        matches!(self.body, Body::Lazy(_))
    }
}

const BODIES: &[&[(&str, Body)]] = &[
    logic::BODIES,
    rounding::BODIES,
    arithmetic::BODIES,
    trigonometry::BODIES,
    aggregate::BODIES,
    criteria::BODIES,
    statistics::BODIES,
    regression::BODIES,
    lists::BODIES,
    finance::BODIES,
    rates::BODIES,
    depreciation::BODIES,
    distribution::BODIES,
    text::BODIES,
];

struct Registry {
    functions: Vec<Function>,
    by_name: HashMap<&'static str, usize>,
}

fn read_line(line: &'static str, bodies: &HashMap<&str, Body>) -> Option<Function> {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [names, arity, usage, about] = fields[..] else { return None };
    let mut names = names.split(',').map(str::trim);
    let name = names.next()?;
    let (least, most) = match (arity.split_once('-'), arity.strip_suffix('+')) {
        (Some((least, most)), _) => (least.parse().ok()?, most.parse().ok()?),
        (None, Some(least)) => (least.parse().ok()?, usize::MAX),
        (None, None) => (arity.parse().ok()?, arity.parse().ok()?),
    };
    let body = *bodies.get(name)?;
    Some(Function { name, aliases: names.collect(), arity: Arity { least, most }, usage, about, body })
}

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let bodies: HashMap<&str, Body> = BODIES.iter().flat_map(|group| group.iter().copied()).collect();
        let lines = table::FUNCTIONS.lines().filter(|line| !line.is_empty());
        let functions: Vec<Function> = lines.filter_map(|line| read_line(line, &bodies)).collect();
        let mut by_name = HashMap::new();
        for (at, function) in functions.iter().enumerate() {
            for name in std::iter::once(&function.name).chain(&function.aliases) {
                by_name.entry(*name).or_insert(at);
            }
        }
        Registry { functions, by_name }
    })
}

/// Every function.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    registry().functions.iter()
}

/// The function of a name, in any case.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    if name.len() > 40 {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let plain = lower.strip_prefix("_xlfn.").unwrap_or(&lower);
    let registry = registry();
    registry.by_name.get(plain).map(|at| &registry.functions[*at])
}

/// All names, in the order of the table.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    functions().flat_map(|function| std::iter::once(function.name).chain(function.aliases.iter().copied()))
}

/// What `!` behind a value is.
pub(crate) fn factorial(workspace: &mut Workspace, value: &Value) -> Result<Value, Error> {
    elementwise(workspace, std::slice::from_ref(value), &|workspace, values| {
        let number = workspace.number_of(&values[0])?;
        let value = arithmetic::factorial(workspace, &[number])?;
        workspace.counted(value)
    })
}

/// The value of a function that is not lazy.
pub(crate) fn call(function: &Function, workspace: &mut Workspace, arguments: &[Value]) -> Result<Value, Error> {
    let named = |error: Error| match error.kind {
        crate::Kind::Argument => Error { message: format!("{}: {}", function.name, error.message), ..error },
        _ => error,
    };
    match function.body {
        Body::Values(body) => body(workspace, arguments).map_err(named),
        Body::Scalar(body) => elementwise(workspace, arguments, &|workspace, arguments| {
            let numbers: Vec<_> = arguments.iter().map(|value| workspace.number_of(value)).collect::<Result<_, _>>()?;
            let value = body(workspace, &numbers)?;
            workspace.counted(value)
        })
        .map_err(named),
        Body::Keeping(body) => {
            elementwise(workspace, arguments, &|workspace, arguments| keeping(workspace, body, arguments))
                .map_err(named)
        }
        Body::Lazy(_) => Err(Error::argument("this function is not called so")),
    }
}

fn keeping(workspace: &mut Workspace, body: Scalar, arguments: &[Value]) -> Result<Value, Error> {
    let read = match arguments.first() {
        Some(Value::Text(text)) => Value::written(text, workspace.options),
        _ => None,
    };
    let Some(Value::Quantity(first)) = read.as_ref().or(arguments.first()) else {
        let numbers: Vec<_> = arguments.iter().map(|value| workspace.number_of(value)).collect::<Result<_, _>>()?;
        let value = body(workspace, &numbers)?;
        return workspace.counted(value);
    };
    let scope = workspace.scope;
    let mut numbers = vec![first.number.clone()];
    for argument in &arguments[1..] {
        numbers.push(match argument {
            Value::Quantity(other) => other.number_in(&first.unit, scope)?,
            other => workspace.number_of(other)?,
        });
    }
    let number = body(workspace, &numbers)?;
    Ok(Value::Quantity(Arc::new(Quantity { number, unit: first.unit.clone() })))
}

/// A function of single values.
type Single<'f> = &'f dyn Fn(&mut Workspace, &[Value]) -> Result<Value, Error>;

/// A function of single values where some are lists: all lists are as long, and single values go with every element.
fn elementwise(workspace: &mut Workspace, arguments: &[Value], function: Single) -> Result<Value, Error> {
    let mut length = None;
    for argument in arguments {
        if let Value::List(values) = argument {
            if length.is_some_and(|known| known != values.len()) {
                return Err(Error::argument("lists of different lengths"));
            }
            length = Some(values.len());
        }
    }
    let Some(length) = length else { return function(workspace, arguments) };
    workspace.budget.allocate(length)?;
    let mut values = Vec::with_capacity(length);
    for at in 0..length {
        let row: Vec<_> = arguments
            .iter()
            .map(|argument| match argument {
                Value::List(values) => values[at].clone(),
                other => other.clone(),
            })
            .collect();
        let result = elementwise(workspace, &row, function);
        values.push(workspace.element(result)?);
    }
    Ok(Value::list(values))
}

/// A function of two values, element by element.
pub(crate) fn pairwise(
    workspace: &mut Workspace,
    one: &Value,
    other: &Value,
    function: &dyn Fn(&mut Workspace, &Value, &Value) -> Result<Value, Error>,
) -> Result<Value, Error> {
    elementwise(workspace, &[one.clone(), other.clone()], &|workspace, pair| function(workspace, &pair[0], &pair[1]))
}

/// The single values of arguments, lists opened.
fn flattened(workspace: &mut Workspace, arguments: &[Value]) -> Result<Vec<Value>, Error> {
    fn open(value: &Value, values: &mut Vec<Value>) -> Result<(), Error> {
        match value {
            Value::List(list) => list.iter().try_for_each(|value| open(value, values)),
            Value::Failed(error) => Err((**error).clone()),
            other => {
                values.push(other.clone());
                Ok(())
            }
        }
    }
    let mut values = Vec::new();
    for argument in arguments {
        open(argument, &mut values)?;
    }
    workspace.budget.spend(values.len() as u64)?;
    Ok(values)
}

/// The numbers and quantities of arguments. In lists, empty cells, conditions and texts that are no numbers are left
/// out, as spreadsheets do; the last two with a warning. Single arguments must be numbers.
fn numeric(workspace: &mut Workspace, arguments: &[Value]) -> Result<Vec<Value>, Error> {
    let mut values = Vec::new();
    let mut left_out = 0usize;
    for argument in arguments {
        match argument {
            Value::List(_) => {
                for value in flattened(workspace, std::slice::from_ref(argument))? {
                    match &value {
                        Value::Number(_) | Value::Quantity(_) => values.push(value),
                        Value::Text(text) => match Value::written(text, workspace.options) {
                            Some(number) => values.push(number),
                            None if text.trim().is_empty() => {}
                            None => left_out += 1,
                        },
                        Value::Bool(_) => left_out += 1,
                        _ => {}
                    }
                }
            }
            Value::Null => {}
            Value::Quantity(_) => values.push(argument.clone()),
            other => values.push(Value::Number(workspace.number_of(other)?)),
        }
    }
    if left_out > 0 {
        let message = format!(
            "{left_out} values of a list are no numbers and were left out, as in spreadsheets; to count conditions multiply them by 1"
        );
        workspace.budget.warn("left-out", message);
    }
    Ok(values)
}

/// The numbers of arguments that have no units.
fn numbers(workspace: &mut Workspace, arguments: &[Value]) -> Result<Vec<Number>, Error> {
    let values = numeric(workspace, arguments)?;
    values.iter().map(|value| workspace.number_of(value)).collect()
}

/// An argument as a whole number in a range.
fn whole(workspace: &Workspace, value: &Value, what: &str, least: i64, most: i64) -> Result<i64, Error> {
    let number = workspace.number_of(value)?;
    whole_number(workspace, &number, what, least, most)
}

fn whole_number(workspace: &Workspace, number: &Number, what: &str, least: i64, most: i64) -> Result<i64, Error> {
    let found = number.to_i64(workspace.scope.context).filter(|value| (least..=most).contains(value));
    found.ok_or_else(|| Error::argument(format!("{what} is a whole number from {least} to {most}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_body_and_every_body_a_line() {
        let lines = table::FUNCTIONS.lines().filter(|line| !line.is_empty()).count();
        let bodies: usize = BODIES.iter().map(|group| group.len()).sum();
        assert_eq!(registry().functions.len(), lines);
        assert_eq!(lines, bodies);
        let names: usize = functions().map(|function| 1 + function.aliases.len()).sum();
        assert_eq!(registry().by_name.len(), names, "a name is there twice");
    }
}
