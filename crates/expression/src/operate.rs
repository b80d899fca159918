//! Operators on values.
//!
//! Two numbers are the frequent case and come first. Lists are gone through element by element; what is left are units,
//! and texts and empty cells that stand for numbers.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::budget::Budget;
use crate::decimal::MAX_INTEGER_DIGITS;
use crate::error::{Error, Kind};
use crate::number::Number;
use crate::options::Options;
use crate::units::quantity::Scope;
use crate::units::{Quantity, Unit};
use crate::value::Value;

/// An operator with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    ShiftLeft,
    ShiftRight,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Xor,
}

impl Binary {
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "mod",
            Self::Power => "^",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Xor => "xor",
        }
    }

    fn compares(self) -> bool {
        use Binary::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        matches!(self, Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual)
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            _ => order.is_ge(),
        }
    }
}

/// What operators and functions work with.
pub(crate) struct Workspace<'a, 'b> {
    pub options: &'a Options,
    pub scope: Scope<'a>,
    pub budget: &'a mut Budget<'b>,
    /// How many `iferror` are around: inside, an element that fails leaves the others be.
    pub tolerant: u32,
}

impl Workspace<'_, '_> {
    /// An element of a list, or the reason why there is none, where that is looked at.
    pub fn element(&self, result: Result<Value, Error>) -> Result<Value, Error> {
        match result {
            Err(error) if self.tolerant > 0 && error.is_of_values() => Ok(Value::Failed(Arc::new(error))),
            other => other,
        }
    }

    /// The value of an operator, as an element.
    fn binary_element(&mut self, operator: Binary, one: &Value, other: &Value) -> Result<Value, Error> {
        let result = self.binary(operator, one, other);
        self.element(result)
    }

    /// The value of an operator.
    pub fn binary(&mut self, operator: Binary, one: &Value, other: &Value) -> Result<Value, Error> {
        if let (Value::Number(one), Value::Number(other)) = (one, other) {
            return self.numbers(operator, one, other);
        }
        match (one, other) {
            (Value::List(one), Value::List(other)) => {
                if one.len() != other.len() {
                    return Err(Error::argument(format!(
                        "{sign} goes through two lists element by element, and these have {} and {} elements",
                        one.len(),
                        other.len(),
                        sign = operator.sign()
                    )));
                }
                self.budget.allocate(one.len())?;
                let pairs = one.iter().zip(other.iter());
                pairs
                    .map(|(one, other)| self.binary_element(operator, one, other))
                    .collect::<Result<_, _>>()
                    .map(Value::List)
            }
            (Value::List(list), _) => {
                self.budget.allocate(list.len())?;
                list.iter()
                    .map(|one| self.binary_element(operator, one, other))
                    .collect::<Result<_, _>>()
                    .map(Value::List)
            }
            (_, Value::List(list)) => {
                self.budget.allocate(list.len())?;
                list.iter()
                    .map(|other| self.binary_element(operator, one, other))
                    .collect::<Result<_, _>>()
                    .map(Value::List)
            }
            _ if operator.compares() => self.compare(operator, one, other).map(Value::Bool),
            _ if operator == Binary::Xor => Ok(Value::Bool(one.is_true()? != other.is_true()?)),
            _ => self.quantities(operator, one, other),
        }
    }

    fn numbers(&mut self, operator: Binary, one: &Number, other: &Number) -> Result<Value, Error> {
        let context = self.scope.context;
        let words = one.words() + other.words();
        if words > 8 {
            self.budget.spend(words / 16 + one.words().saturating_mul(other.words()) / 128)?;
        }
        let value = match operator {
            Binary::Add => one.add(other, context)?,
            Binary::Subtract => one.subtract(other, context)?,
            Binary::Multiply => one.multiply(other, context)?,
            Binary::Divide => one.divide(other, context)?,
            Binary::Modulo => one.modulo(other, context)?,
            Binary::Power => self.power(one, other)?,
            Binary::ShiftLeft => self.shift(one, other, false)?,
            Binary::ShiftRight => self.shift(one, other, true)?,
            Binary::Xor => return Ok(Value::Bool(one.is_zero() != other.is_zero())),
            _ => return Ok(Value::Bool(operator.holds(one.compare(other, context)?))),
        };
        self.counted(value)
    }

    /// A number that is long is charged for its memory.
    pub fn counted(&mut self, value: Number) -> Result<Value, Error> {
        let words = value.words();
        if words > 16 {
            self.budget.allocate((words / 4) as usize)?;
        }
        Ok(Value::Number(value))
    }

    fn power(&mut self, base: &Number, exponent: &Number) -> Result<Number, Error> {
        let context = self.scope.context;
        let whole = exponent.is_integer(context);
        // A product has as many words as the power says, up to the limit of exact ones.
        let limit = u64::from(MAX_INTEGER_DIGITS) / 19;
        let times = exponent.to_i64(context).map_or(u64::MAX, i64::unsigned_abs);
        let words = (base.words() + 1).saturating_mul(times).min(limit);
        self.budget.spend(if whole { 4 + words * words / 256 } else { 400 })?;
        base.power(exponent, context)
    }

    fn shift(&mut self, number: &Number, by: &Number, right: bool) -> Result<Number, Error> {
        let context = self.scope.context;
        let limit = i64::from(MAX_INTEGER_DIGITS) * 3;
        let (Some(whole), Some(by)) = (number.to_integer(context), by.to_i64(context)) else {
            return Err(Error::argument("a shift needs whole numbers"));
        };
        if by.abs() > limit {
            return Err(Error::too_large(format!("a shift goes by at most {limit} bits")));
        }
        let left = (by >= 0) != right;
        let by = by.unsigned_abs() as usize;
        let value = if left { whole << by } else { whole >> by };
        Number::of(crate::decimal::Decimal::new(value, 0), context.mode)
    }

    /// A value as a number: an empty cell is 0, a condition 1 or 0, a text the number it is.
    pub fn number_of(&self, value: &Value) -> Result<Number, Error> {
        match value {
            Value::Number(number) => Ok(number.clone()),
            Value::Null => Ok(Number::whole(0, self.scope.context)),
            Value::Bool(value) => Ok(Number::whole(i64::from(*value), self.scope.context)),
            Value::Text(text) => match Value::written(text, self.options) {
                Some(Value::Number(number)) => Ok(number),
                Some(Value::Quantity(_)) => Err(Error::new(Kind::Units, format!("{} has a unit", shown(text)))),
                _ if text.trim().is_empty() => Ok(Number::whole(0, self.scope.context)),
                _ => {
                    let numeric = text.chars().any(|c| c.is_ascii_digit());
                    let plain = self.options.style == crate::NumberStyle::Plain;
                    let hint = if numeric && plain {
                        "; say which decimal sign it has to read it as people write numbers"
                    } else {
                        ""
                    };
                    Err(Error::argument(format!("\"{}\" is a text, not a number{hint}", shown(text))))
                }
            },
            Value::Quantity(quantity) if quantity.unit.is_angle() => quantity.bare_angle(self.scope),
            Value::Quantity(quantity) => Err(Error::new(
                Kind::Units,
                format!("a number without a unit is needed, and this is {}", quantity.text(self.scope.context)),
            )),
            Value::List(_) => Err(Error::argument("a number is needed, and this is a list")),
            Value::Failed(error) => Err((**error).clone()),
        }
    }

    fn quantity_of(&self, value: &Value) -> Result<Quantity, Error> {
        match value {
            Value::Quantity(quantity) => Ok((**quantity).clone()),
            Value::Text(text) => match Value::written(text, self.options) {
                Some(Value::Quantity(quantity)) => Ok((*quantity).clone()),
                _ => self.number_of(value).map(bare),
            },
            other => self.number_of(other).map(bare),
        }
    }

    fn quantities(&mut self, operator: Binary, one: &Value, other: &Value) -> Result<Value, Error> {
        let one = self.quantity_of(one)?;
        let other = self.quantity_of(other)?;
        if one.unit.is_none() && other.unit.is_none() {
            return self.numbers(operator, &one.number, &other.number);
        }
        self.budget.spend(10)?;
        let context = self.scope.context;
        match operator {
            Binary::Add | Binary::Subtract => {
                if one.unit.is_none() != other.unit.is_none() {
                    // Nothing and a quantity: an empty cell in a column of amounts.
                    let (bare, quantity) = if one.unit.is_none() { (&one, &other) } else { (&other, &one) };
                    if bare.number.is_zero() && quantity.unit.zero().is_none() {
                        let negative = operator == Binary::Subtract && one.unit.is_none();
                        let number = if negative { quantity.number.negated() } else { quantity.number.clone() };
                        return Ok(Value::Quantity(Arc::new(Quantity { number, unit: quantity.unit.clone() })));
                    }
                    return Err(Error::new(
                        Kind::Units,
                        format!(
                            "{quantity} and {bare} do not fit together: one has a unit ({unit}), the other none",
                            quantity = quantity.text(context),
                            bare = bare.number.to_text(context),
                            unit = quantity.unit.text()
                        ),
                    ));
                }
                let sign = if operator == Binary::Add { 1 } else { -1 };
                one.add(&other, sign, self.scope).map(Arc::new).map(Value::Quantity)
            }
            Binary::Multiply | Binary::Divide => {
                let power = if operator == Binary::Multiply { 1 } else { -1 };
                if power == 1 && one.unit.is_none() != other.unit.is_none() {
                    let (bare, quantity) = if one.unit.is_none() { (one, other) } else { (other, one) };
                    let number = bare.number.multiply(&quantity.number, context)?;
                    return Ok(Value::Quantity(Arc::new(Quantity { number, unit: quantity.unit })));
                }
                let (number, unit) = one.times(&other, power, self.scope)?;
                self.quantity(number, unit)
            }
            Binary::Power => {
                let exponent = if other.unit.is_none() { other.number } else { return Err(exponent_with_unit()) };
                if let Some(whole) = exponent.to_i64(context) {
                    let number = self.power(&one.number, &exponent)?;
                    return self.quantity(number, one.unit.power(whole)?);
                }
                let half = Number::whole(1, context).divide(&Number::whole(2, context), context)?;
                match one.unit.root(2) {
                    Some(unit) if exponent.compare(&half, context)?.is_eq() => {
                        let number = self.power(&one.number, &exponent)?;
                        self.quantity(number, unit)
                    }
                    _ => Err(Error::new(Kind::Units, "a unit has whole powers only")),
                }
            }
            Binary::Modulo => {
                let theirs = match other.unit.is_none() {
                    true => other.number,
                    false => other.number_in(&one.unit, self.scope)?,
                };
                let number = one.number.modulo(&theirs, context)?;
                self.quantity(number, (*one.unit).clone())
            }
            _ => Err(Error::new(Kind::Units, format!("{} does not go with units", operator.sign()))),
        }
    }

    /// A quantity, or the number it is when no unit is left.
    pub fn quantity(&mut self, number: Number, unit: Unit) -> Result<Value, Error> {
        if unit.is_none() {
            return self.counted(number);
        }
        let size = unit.size(self.scope.rates);
        if size.dimension == [0; 9] && size.currencies.is_empty() && size.money == 0 {
            // Parts per million and the like are numbers.
            let factor = crate::decimal::Decimal::new(size.factor.numerator, 0);
            let below = crate::decimal::Decimal::new(size.factor.denominator.into(), 0);
            let context = self.scope.context;
            let number = number.multiply(&Number::of(factor, context.mode)?, context)?;
            return self.counted(number.divide(&Number::of(below, context.mode)?, context)?);
        }
        let quantity = Quantity { number, unit: Arc::new(unit) }.simplified(self.scope)?;
        Ok(Value::Quantity(Arc::new(quantity)))
    }

    /// Compares two values that are no lists.
    pub fn compare(&mut self, operator: Binary, one: &Value, other: &Value) -> Result<bool, Error> {
        let equality = matches!(operator, Binary::Equal | Binary::NotEqual);
        let unequal = operator == Binary::NotEqual;
        match (one, other) {
            (Value::Null, Value::Null) => return Ok(operator.holds(Ordering::Equal)),
            (Value::Null, Value::Text(text)) => return Ok(operator.holds("".cmp(text))),
            (Value::Text(text), Value::Null) => return Ok(operator.holds((**text).cmp(""))),
            (Value::Text(one), Value::Text(other)) => {
                if equality {
                    return Ok((one == other) != unequal);
                }
                // Cells of a table that are numbers are compared as such.
                let numbers = (Value::written(one, self.options), Value::written(other, self.options));
                return match numbers {
                    (Some(one), Some(other)) => self.compare(operator, &one, &other),
                    _ => Ok(operator.holds(one.cmp(other))),
                };
            }
            (Value::Text(text), number) | (number, Value::Text(text)) => {
                let Some(read) = Value::written(text, self.options) else {
                    if equality {
                        return Ok(unequal);
                    }
                    let sign = operator.sign();
                    return Err(Error::argument(format!("\"{}\" is a text: {sign} needs two numbers", shown(text))));
                };
                return match one {
                    Value::Text(_) => self.compare(operator, &read, number),
                    _ => self.compare(operator, number, &read),
                };
            }
            _ => {}
        }
        let order = self.order(one, other);
        match order {
            Ok(order) => Ok(operator.holds(order)),
            Err(error) if error.kind == Kind::Units && equality && self.differ_in_kind(one, other) => Ok(unequal),
            Err(error) => Err(error),
        }
    }

    fn differ_in_kind(&self, one: &Value, other: &Value) -> bool {
        matches!((one, other), (Value::Quantity(one), Value::Quantity(other))
            if !one.unit.size(self.scope.rates).measures_the_same(&other.unit.size(self.scope.rates)))
    }

    /// The order of two numbers or quantities.
    pub fn order(&self, one: &Value, other: &Value) -> Result<Ordering, Error> {
        if let (Value::Number(one), Value::Number(other)) = (one, other) {
            return one.compare(other, self.scope.context);
        }
        let (one, other) = (self.quantity_of(one)?, self.quantity_of(other)?);
        if one.unit.is_none() && other.unit.is_none() {
            return one.number.compare(&other.number, self.scope.context);
        }
        // Above or below nothing needs no unit.
        let zero = |value: &Quantity| value.unit.is_none() && value.number.is_zero();
        if zero(&one) || zero(&other) {
            return one.number.compare(&other.number, self.scope.context);
        }
        if one.unit.is_none() || other.unit.is_none() {
            let (bare, quantity) = if one.unit.is_none() { (&one, &other) } else { (&other, &one) };
            let (bare, unit) = (bare.number.to_text(self.scope.context), quantity.unit.text());
            let message = format!("{bare} has no unit, and is compared with {unit}: write {bare} {unit}");
            return Err(Error::new(Kind::Units, message));
        }
        one.compare(&other, self.scope)
    }
}

fn bare(number: Number) -> Quantity {
    Quantity { number, unit: Arc::new(Unit { factors: Vec::new() }) }
}

fn exponent_with_unit() -> Error {
    Error::new(Kind::Units, "an exponent has no unit")
}

pub(crate) fn shown(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("{short}...") } else { short }
}
