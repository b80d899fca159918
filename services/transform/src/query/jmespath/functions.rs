//! The functions of JMESPath.

use std::sync::Arc;

use ::jmespath::ast::Ast;

use super::evaluate;
use crate::query::{Problem, arithmetic};
use crate::tree::{Number, Object, Tree};

/// An argument: a value, or an expression that is evaluated for each element.
enum Argument<'a> {
    Value(Tree),
    Expression(&'a Ast),
}

/// The call of a function, for messages.
struct Called<'a> {
    name: &'a str,
    arguments: Vec<Argument<'a>>,
}

/// Names with the fewest arguments they take, and the most.
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("abs", 1, 1),
    ("avg", 1, 1),
    ("ceil", 1, 1),
    ("contains", 2, 2),
    ("ends_with", 2, 2),
    ("floor", 1, 1),
    ("join", 2, 2),
    ("keys", 1, 1),
    ("length", 1, 1),
    ("map", 2, 2),
    ("max", 1, 1),
    ("max_by", 2, 2),
    ("merge", 1, usize::MAX),
    ("min", 1, 1),
    ("min_by", 2, 2),
    ("not_null", 1, usize::MAX),
    ("reverse", 1, 1),
    ("sort", 1, 1),
    ("sort_by", 2, 2),
    ("starts_with", 2, 2),
    ("sum", 1, 1),
    ("to_array", 1, 1),
    ("to_number", 1, 1),
    ("to_string", 1, 1),
    ("type", 1, 1),
    ("values", 1, 1),
];

pub(super) fn call<'a>(data: &Tree, name: &'a str, arguments: &'a [Ast]) -> Result<Tree, Problem> {
    let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
        let names: Vec<&str> = FUNCTIONS.iter().map(|(name, ..)| *name).collect();
        return Err(Problem::of_data(format!("{name} is no function of JMESPath; there are {}", names.join(", "))));
    };
    let count = arguments.len();
    if count < *least || count > *most {
        let wanted = if least == most { least.to_string() } else { format!("at least {least}") };
        return Err(Problem::of_data(format!("{name} takes {wanted} arguments, not {count}")));
    }
    let argument = |ast: &'a Ast| match ast {
        Ast::Expref { ast, .. } => Ok(Argument::Expression(ast)),
        ast => evaluate(data, ast).map(Argument::Value),
    };
    let arguments = arguments.iter().map(argument).collect::<Result<_, _>>()?;
    Called { name, arguments }.answer()
}

/// Its type by the word of JMESPath.
fn kind(value: &Tree) -> &'static str {
    match value {
        Tree::Null => "null",
        Tree::Bool(_) => "boolean",
        Tree::Number(_) => "number",
        Tree::Text(_) => "string",
        Tree::List(_) => "array",
        Tree::Object(_) => "object",
    }
}

impl Called<'_> {
    fn wrong<T>(&self, at: usize, wanted: &str) -> Result<T, Problem> {
        let found = match &self.arguments[at] {
            Argument::Value(value) => kind(value),
            Argument::Expression(_) => "an expression",
        };
        Err(Problem::of_data(format!("{}: argument {} must be {wanted}, not {found}", self.name, at + 1)))
    }

    fn value(&self, at: usize) -> Result<&Tree, Problem> {
        match &self.arguments[at] {
            Argument::Value(value) => Ok(value),
            Argument::Expression(_) => self.wrong(at, "a value"),
        }
    }

    fn expression(&self, at: usize) -> Result<&Ast, Problem> {
        match &self.arguments[at] {
            Argument::Expression(ast) => Ok(ast),
            Argument::Value(_) => self.wrong(at, "an expression (&name)"),
        }
    }

    fn number(&self, at: usize) -> Result<&Number, Problem> {
        match self.value(at)? {
            Tree::Number(number) => Ok(number),
            _ => self.wrong(at, "a number"),
        }
    }

    fn text(&self, at: usize) -> Result<&str, Problem> {
        match self.value(at)? {
            Tree::Text(text) => Ok(text),
            _ => self.wrong(at, "a string"),
        }
    }

    fn list(&self, at: usize) -> Result<&Arc<Vec<Tree>>, Problem> {
        match self.value(at)? {
            Tree::List(list) => Ok(list),
            _ => self.wrong(at, "an array"),
        }
    }

    fn object(&self, at: usize) -> Result<&Object<Tree>, Problem> {
        match self.value(at)? {
            Tree::Object(object) => Ok(object),
            _ => self.wrong(at, "an object"),
        }
    }

    fn numbers<'s>(&'s self, at: usize) -> Result<Vec<&'s Number>, Problem> {
        let number = |value: &'s Tree| match value {
            Tree::Number(number) => Ok(number),
            _ => self.wrong(at, "an array of numbers"),
        };
        self.list(at)?.iter().map(number).collect()
    }

    /// The list, when all are numbers or all are texts.
    fn comparable<'v>(&self, values: impl Iterator<Item = &'v Tree> + Clone) -> Result<(), Problem> {
        let numbers = values.clone().all(|value| matches!(value, Tree::Number(_)));
        let mut values = values;
        if numbers || values.all(|value| matches!(value, Tree::Text(_))) {
            return Ok(());
        }
        Err(Problem::of_data(format!("{}: all must be numbers, or all strings", self.name)))
    }

    /// The elements with their keys.
    fn keyed(&self) -> Result<Vec<(Tree, Tree)>, Problem> {
        let ast = self.expression(1)?;
        let list = self.list(0)?;
        let keyed =
            list.iter().map(|value| Ok((evaluate(value, ast)?, value.clone()))).collect::<Result<Vec<_>, _>>()?;
        self.comparable(keyed.iter().map(|(key, _)| key))?;
        Ok(keyed)
    }

    fn sum(&self) -> Result<Number, Problem> {
        let sum = |sum, number: &Number| arithmetic::add(&sum, number).map_err(Problem::of_data);
        self.numbers(0)?.into_iter().try_fold(Number::from(0_i64), sum)
    }

    fn rounded(&self, round: fn(f64) -> f64) -> Result<Tree, Problem> {
        let number = self.number(0)?;
        Ok(if number.is_integer() { number.clone().into() } else { round(number.as_f64()).into() })
    }

    fn answer(&self) -> Result<Tree, Problem> {
        Ok(match self.name {
            "abs" => {
                let number = self.number(0)?;
                let negative = number < &Number::from(0_i64);
                if negative { arithmetic::negate(number) } else { number.clone() }.into()
            }
            "avg" => match self.numbers(0)?.len() {
                0 => Tree::Null,
                count => arithmetic::divide(&self.sum()?, &Number::from(count)).into(),
            },
            "ceil" => self.rounded(f64::ceil)?,
            "floor" => self.rounded(f64::floor)?,
            "contains" => match self.value(0)? {
                Tree::List(list) => list.contains(self.value(1)?).into(),
                Tree::Text(text) => match self.value(1)? {
                    Tree::Text(part) => text.contains(&**part).into(),
                    _ => false.into(),
                },
                _ => self.wrong(0, "an array or a string")?,
            },
            "ends_with" => self.text(0)?.ends_with(self.text(1)?).into(),
            "starts_with" => self.text(0)?.starts_with(self.text(1)?).into(),
            "join" => {
                let text = |value: &Tree| match value {
                    Tree::Text(text) => Ok(text.clone()),
                    _ => self.wrong(1, "an array of strings"),
                };
                let separator = self.text(0)?;
                let parts = self.list(1)?.iter().map(text).collect::<Result<Vec<_>, _>>()?;
                parts.join(separator).into()
            }
            "keys" => self.object(0)?.keys().map(|key| Tree::Text(key.clone())).collect(),
            "values" => self.object(0)?.values().cloned().collect(),
            "length" => match self.value(0)? {
                Tree::Text(text) => text.chars().count().into(),
                Tree::List(list) => list.len().into(),
                Tree::Object(object) => object.len().into(),
                _ => self.wrong(0, "a string, an array or an object")?,
            },
            "map" => {
                let ast = self.expression(0)?;
                self.list(1)?.iter().map(|value| evaluate(value, ast)).collect::<Result<Vec<_>, _>>()?.into()
            }
            "max" | "min" => {
                let list = self.list(0)?;
                self.comparable(list.iter())?;
                if self.name == "max" { list.iter().max() } else { list.iter().min() }.cloned().into()
            }
            "max_by" => {
                let keyed = self.keyed()?;
                // Of several the first.
                keyed.into_iter().rev().max_by(|(one, _), (two, _)| one.cmp(two)).map(|(_, value)| value).into()
            }
            "min_by" => {
                self.keyed()?.into_iter().min_by(|(one, _), (two, _)| one.cmp(two)).map(|(_, value)| value).into()
            }
            "merge" => {
                let mut merged = Object::default();
                for at in 0..self.arguments.len() {
                    for (key, value) in self.object(at)?.iter() {
                        merged.insert(key.clone(), value.clone());
                    }
                }
                merged.into()
            }
            "not_null" => {
                let mut found = Tree::Null;
                for at in (0..self.arguments.len()).rev() {
                    match self.value(at)? {
                        Tree::Null => {}
                        value => found = value.clone(),
                    }
                }
                found
            }
            "reverse" => match self.value(0)? {
                Tree::List(list) => list.iter().rev().cloned().collect(),
                Tree::Text(text) => text.chars().rev().collect::<String>().into(),
                _ => self.wrong(0, "an array or a string")?,
            },
            "sort" => {
                let mut list = self.list(0)?.to_vec();
                self.comparable(list.iter())?;
                list.sort();
                list.into()
            }
            "sort_by" => {
                let mut keyed = self.keyed()?;
                keyed.sort_by(|(one, _), (two, _)| one.cmp(two));
                keyed.into_iter().map(|(_, value)| value).collect()
            }
            "sum" => self.sum()?.into(),
            "to_array" => match self.value(0)? {
                list @ Tree::List(_) => list.clone(),
                other => vec![other.clone()].into(),
            },
            "to_number" => match self.value(0)? {
                number @ Tree::Number(_) => number.clone(),
                Tree::Text(text) => Number::parse(text).into(),
                _ => Tree::Null,
            },
            "to_string" => match self.value(0)? {
                text @ Tree::Text(_) => text.clone(),
                other => other.to_json().into(),
            },
            "type" => kind(self.value(0)?).into(),
            name => return Err(Problem::of_data(format!("{name} is no function of JMESPath"))),
        })
    }
}
