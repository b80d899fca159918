//! A program, run.

use std::sync::Arc;

use crate::budget::Budget;
use crate::decimal::Decimal;
use crate::error::{Error, Kind, nearest};
use crate::functions::{self, Arguments, Body};
use crate::number::Number;
use crate::operate::{Binary, Workspace, shown};
use crate::program::{Name, Program, Step};
use crate::units::quantity::Scope;
use crate::units::{self, Quantity, Unit};
use crate::value::Value;

type Lookup<'a> = &'a dyn Fn(&str) -> Option<Value>;

/// One run of a program: a stack, and what its steps may use.
pub(crate) struct Machine<'a, 'b> {
    program: &'a Program,
    lookup: Lookup<'a>,
    workspace: Workspace<'a, 'b>,
    stack: Vec<Value>,
}

impl<'a, 'b> Machine<'a, 'b> {
    pub fn new(program: &'a Program, lookup: Lookup<'a>, budget: &'a mut Budget<'b>) -> Self {
        let options = &program.options;
        let scope = Scope { context: options.context(), rates: options.rates.as_deref() };
        let workspace = Workspace { options, scope, budget, tolerant: 0 };
        Self { program, lookup, workspace, stack: Vec::with_capacity(8) }
    }

    pub fn run(mut self) -> Result<Value, Error> {
        self.part(0, self.program.steps.len())
    }

    /// The value of the steps from one to before another.
    fn part(&mut self, start: usize, end: usize) -> Result<Value, Error> {
        let mut at = start;
        while at < end {
            self.workspace.budget.spend(1)?;
            at = self.step(at).map_err(|error| error.at(self.program.positions[at] as usize))?;
        }
        self.pop()
    }

    fn pop(&mut self) -> Result<Value, Error> {
        self.stack.pop().ok_or_else(|| Error::argument("a value is missing"))
    }

    fn take(&mut self, count: u32) -> Vec<Value> {
        self.stack.split_off(self.stack.len().saturating_sub(count as usize))
    }

    /// Does a step; says which is next.
    fn step(&mut self, at: usize) -> Result<usize, Error> {
        let program = self.program;
        let value = match &program.steps[at] {
            Step::Constant(index) => program.constants[*index as usize].clone(),
            Step::Name(index) => self.name(&program.names[*index as usize])?,
            Step::Binary(operator) => {
                let (other, one) = (self.pop()?, self.pop()?);
                self.workspace.binary(*operator, &one, &other)?
            }
            Step::Per => {
                let (other, one) = (self.pop()?, self.pop()?);
                if !matches!(one, Value::Quantity(_) | Value::List(_)) && matches!(other, Value::Quantity(_)) {
                    let message = "this can be read in two ways: write (a/b) kg or a/(b kg)";
                    return Err(Error::new(Kind::Syntax, message));
                }
                self.workspace.binary(Binary::Divide, &one, &other)?
            }
            Step::Beside(divided) => self.beside(*divided)?,
            Step::Negate => {
                let value = self.pop()?;
                let value = self.map(&value, &negated)?;
                self.watch_zero(&value);
                value
            }
            Step::Not => {
                let value = self.pop()?;
                self.map(&value, &|_, value| Ok(Value::Bool(!value.is_true()?)))?
            }
            Step::Percent => {
                let value = self.pop()?;
                self.map(&value, &percent)?
            }
            Step::Factorial => {
                let value = self.pop()?;
                functions::factorial(&mut self.workspace, &value)?
            }
            Step::Call(function, count) => {
                let arguments = self.take(*count);
                functions::call(function, &mut self.workspace, &arguments)?
            }
            Step::Lazy(function, lengths) => {
                let end = at + 1 + lengths.iter().map(|length| *length as usize).sum::<usize>();
                let mut arguments = Parts { machine: self, start: at + 1, lengths };
                let Body::Lazy(body) = function.body else { return Err(Error::argument("this function is not lazy")) };
                let value = body(&mut arguments)?;
                self.stack.push(value);
                return Ok(end);
            }
            Step::And(length) | Step::Or(length) => {
                let is_or = matches!(program.steps[at], Step::Or(_));
                let (start, end) = (at + 1, at + 1 + *length as usize);
                let one = self.pop()?;
                let value = self.logical(one, is_or, start, end)?;
                self.stack.push(value);
                return Ok(end);
            }
            Step::Choose(then, otherwise) => {
                let condition = self.pop()?;
                let lengths = [*then, *otherwise];
                let mut arguments = Parts { machine: self, start: at + 1, lengths: &lengths };
                let value = functions::choose(&condition, &mut arguments, 0)?;
                self.stack.push(value);
                return Ok(at + 1 + (then + otherwise) as usize);
            }
            Step::List(count) => {
                self.workspace.budget.allocate(*count as usize)?;
                Value::list(self.take(*count))
            }
            Step::Range(three) => {
                let last = self.pop()?;
                let step = if *three { Some(self.pop()?) } else { None };
                let first = self.pop()?;
                functions::range(&mut self.workspace, &first, step.as_ref(), &last)?
            }
            Step::Index => {
                let (index, list) = (self.pop()?, self.pop()?);
                functions::index(&mut self.workspace, &list, &index)?
            }
            Step::Convert => {
                let (target, value) = (self.pop()?, self.pop()?);
                let Value::Quantity(target) = target else {
                    return Err(Error::new(Kind::Units, "to is followed by a unit, as in 5 km to mi"));
                };
                let one = Number::whole(1, self.workspace.scope.context);
                if target.number.compare(&one, self.workspace.scope.context)?.is_ne() {
                    return Err(Error::new(Kind::Units, "to is followed by a unit alone, without a number"));
                }
                self.map(&value, &|workspace, value| convert(workspace, value, &target))?
            }
        };
        self.stack.push(value);
        Ok(at + 1)
    }

    fn name(&mut self, name: &Name) -> Result<Value, Error> {
        if let Some(value) = (self.lookup)(&name.text) {
            return Ok(value);
        }
        if let Some(value) = &name.constant {
            return Ok(value.clone());
        }
        if let Some(unit) = name.unit.as_ref().filter(|_| name.beside) {
            let number = Number::whole(1, self.workspace.scope.context);
            return Ok(Value::Quantity(Arc::new(Quantity { number, unit: Arc::new(unit.clone()) })));
        }
        let text = shown(&name.text);
        let is_unit = self.workspace.options.units && Unit::find(&name.text, self.workspace.scope.rates).is_some();
        let message = if is_unit && !name.beside {
            format!("{text} is not given as a variable; as a unit it stands behind a number, as in 1 {text}")
        } else {
            let program = self.program;
            let lookup = self.lookup;
            let given = program.names().filter(|known| lookup(known).is_some());
            let as_unit = name.beside && self.workspace.options.units;
            let near = nearest(&name.text, given)
                .or_else(|| as_unit.then(|| nearest(&name.text, units::registry::known())).flatten());
            match near {
                _ if functions::find(&name.text).is_some() => format!("{text} is a function: write {text}(...)"),
                Some(near) => format!("{text} is not given as a variable; did you mean {near}?"),
                None => format!("{text} is not given as a variable"),
            }
        };
        Err(Error::new(Kind::Unknown, message))
    }

    /// A product written without a sign.
    fn beside(&mut self, divided: bool) -> Result<Value, Error> {
        let (other, one) = (self.pop()?, self.pop()?);
        let is_unit = matches!(other, Value::Quantity(_));
        if divided && !(is_unit && matches!(one, Value::Number(_))) {
            let message = "this can be read in two ways: write a/(b*c) or (a/b)*c";
            return Err(Error::new(Kind::Syntax, message));
        }
        let value = self.workspace.binary(Binary::Multiply, &one, &other)?;
        self.watch_zero(&value);
        Ok(value)
    }

    /// Warns of temperatures below absolute zero.
    fn watch_zero(&mut self, value: &Value) {
        match value {
            Value::List(values) => values.iter().for_each(|value| self.watch_zero(value)),
            Value::Quantity(quantity) if quantity.is_below_absolute_zero(self.workspace.scope.context) => {
                let message = units::below_zero(&quantity.text(self.workspace.scope.context));
                self.workspace.budget.warn("below-absolute-zero", message);
            }
            _ => {}
        }
    }

    /// A function of one value, element by element.
    fn map(
        &mut self,
        value: &Value,
        function: &dyn Fn(&mut Workspace, &Value) -> Result<Value, Error>,
    ) -> Result<Value, Error> {
        match value {
            Value::List(values) => {
                self.workspace.budget.allocate(values.len())?;
                let elements = values.iter().map(|value| {
                    let result = self.map(value, function);
                    self.workspace.element(result)
                });
                elements.collect::<Result<_, _>>().map(Value::List)
            }
            value => function(&mut self.workspace, value),
        }
    }

    fn logical(&mut self, one: Value, is_or: bool, start: usize, end: usize) -> Result<Value, Error> {
        if !matches!(one, Value::List(_)) {
            if one.is_true()? == is_or {
                return Ok(Value::Bool(is_or));
            }
            let other = self.part(start, end)?;
            return self.map(&other, &|_, value| value.is_true().map(Value::Bool));
        }
        let other = self.part(start, end)?;
        let combine = move |one: bool, other: bool| if is_or { one || other } else { one && other };
        functions::pairwise(&mut self.workspace, &one, &other, &|_, one, other| {
            Ok(Value::Bool(combine(one.is_true()?, other.is_true()?)))
        })
    }
}

fn negated(workspace: &mut Workspace, value: &Value) -> Result<Value, Error> {
    Ok(match value {
        Value::Number(number) => Value::Number(number.negated()),
        Value::Quantity(quantity) => {
            let number = quantity.number.negated();
            Value::Quantity(Arc::new(Quantity { number, unit: quantity.unit.clone() }))
        }
        other => Value::Number(workspace.number_of(other)?.negated()),
    })
}

fn percent(workspace: &mut Workspace, value: &Value) -> Result<Value, Error> {
    let hundredth = Decimal::new(1.into(), -2);
    let hundredth = match workspace.scope.context.mode {
        // 12 / 100, not 12 * 0.01, is the double nearest to 0.12.
        crate::Mode::Float => return workspace.binary(Binary::Divide, value, &Value::Number(Number::Float(100.0))),
        mode => Number::of(hundredth, mode)?,
    };
    workspace.binary(Binary::Multiply, value, &Value::Number(hundredth))
}

fn convert(workspace: &mut Workspace, value: &Value, target: &Quantity) -> Result<Value, Error> {
    workspace.budget.spend(10)?;
    let read = match value {
        Value::Text(text) => Value::written(text, workspace.options),
        _ => None,
    };
    match read.as_ref().unwrap_or(value) {
        Value::Quantity(quantity) => {
            if quantity.is_below_absolute_zero(workspace.scope.context) {
                let message = units::below_zero(&quantity.text(workspace.scope.context));
                workspace.budget.warn("below-absolute-zero", message);
            }
            quantity.converted(&target.unit, workspace.scope).map(Arc::new).map(Value::Quantity)
        }
        Value::Number(number) => {
            let text = number.to_text(workspace.scope.context);
            let message = format!("{text} has no unit to convert from: write it with one, as in {text} km to mi");
            Err(Error::new(Kind::Units, message))
        }
        other => Err(Error::new(Kind::Units, format!("a {} has no unit to convert from", other.kind()))),
    }
}

/// Arguments that are evaluated when they are asked for.
struct Parts<'m, 'a, 'b> {
    machine: &'m mut Machine<'a, 'b>,
    start: usize,
    lengths: &'m [u32],
}

impl Arguments for Parts<'_, '_, '_> {
    fn count(&self) -> usize {
        self.lengths.len()
    }

    fn get(&mut self, index: usize) -> Result<Value, Error> {
        let before: usize = self.lengths[..index].iter().map(|length| *length as usize).sum();
        let start = self.start + before;
        let depth = self.machine.stack.len();
        let value = self.machine.part(start, start + self.lengths[index] as usize);
        // An error leaves what it was computing behind.
        self.machine.stack.truncate(depth);
        value
    }

    fn get_tolerant(&mut self, index: usize) -> Result<Value, Error> {
        self.machine.workspace.tolerant += 1;
        let value = self.get(index);
        self.machine.workspace.tolerant -= 1;
        value
    }

    fn with(&mut self, work: &mut dyn FnMut(&mut Workspace) -> Result<Value, Error>) -> Result<Value, Error> {
        work(&mut self.machine.workspace)
    }
}
