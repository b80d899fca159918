//! JSONata by jsonata-core. Its numbers are doubles, as the language has them; a number that passes through gets its
//! literal back, so that ids keep their digits and prices their zeros.
//!
//! Two different numbers of the data that are the same double cannot be told apart afterwards. When such a double comes
//! out, that is an error: a near number would look like an id and be another one's.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jsonata_core::Expression;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, EvaluatorOptions};
use jsonata_core::value::JValue;

use super::Problem;
use crate::tree::{Number, Object, Tree};

/// Elements a sequence may have.
const MAX_SEQUENCE: usize = 5_000_000;

/// Literals of numbers by the double they are; nothing where two different ones are the same.
#[derive(Default)]
struct Literals(HashMap<u64, Option<Number>>);

impl Literals {
    fn value(&mut self, tree: &Tree) -> JValue {
        match tree {
            Tree::Null => JValue::Null,
            Tree::Bool(value) => JValue::Bool(*value),
            Tree::Number(number) => {
                let float = number.as_f64();
                self.note(number, float);
                JValue::Number(float)
            }
            Tree::Text(text) => JValue::string(&**text),
            Tree::List(list) => JValue::array(list.iter().map(|value| self.value(value)).collect()),
            Tree::Object(object) => {
                JValue::object(object.iter().map(|(key, value)| (key.to_string(), self.value(value))).collect())
            }
        }
    }

    fn note(&mut self, number: &Number, float: f64) {
        match self.0.entry(float.to_bits()) {
            Entry::Vacant(entry) => drop(entry.insert(Some(number.clone()))),
            Entry::Occupied(mut entry) => match entry.get() {
                // Of 1.0 and 1.00 the first stands for both.
                Some(known) if known == number => {}
                _ => drop(entry.insert(None)),
            },
        }
    }

    fn tree(&self, value: &JValue) -> Result<Option<Tree>, Problem> {
        Ok(Some(match value {
            JValue::Null => Tree::Null,
            JValue::Bool(value) => (*value).into(),
            JValue::Number(float) => match self.0.get(&float.to_bits()) {
                Some(Some(number)) => number.clone().into(),
                Some(None) => {
                    return Err(Problem::of_data(format!(
                        "several numbers of the data are {float} in JSONata, which has no more digits: use jq, or send them as text"
                    )));
                }
                None => Tree::from(*float),
            },
            JValue::String(text) => Tree::from(&**text),
            JValue::Array(list) => {
                let values = list.iter().filter_map(|value| self.tree(value).transpose());
                values.collect::<Result<Vec<_>, _>>()?.into()
            }
            JValue::Object(map) => {
                let mut object = Object::default();
                for (key, value) in map.iter() {
                    if let Some(value) = self.tree(value)? {
                        object.insert(key.as_str(), value);
                    }
                }
                object.into()
            }
            // Functions are no data; JSON.stringify writes them as nothing, and "" alone.
            _ => return Ok(None),
        }))
    }
}

/// Evaluates an expression; nothing when it has no value.
pub(super) fn run(expression: &str, variables: &[(String, Tree)], input: &Tree) -> Result<Option<Tree>, Problem> {
    let options = EvaluatorOptions { max_sequence_length: Some(MAX_SEQUENCE), ..EvaluatorOptions::default() };
    let compiled = Expression::compile_with_options(expression, options.clone())
        .map_err(|error| Problem::at(expression, expression.len(), error.to_string()).anywhere())?;
    let mut literals = Literals::default();
    let data = literals.value(input);
    let result = if variables.is_empty() {
        compiled.evaluate(&data)
    } else {
        let mut context = Context::new();
        for (name, value) in variables {
            context.bind(name.clone(), literals.value(value));
        }
        Evaluator::with_options(context, options).evaluate(compiled.ast(), &data)
    };
    let result = result.map_err(|error: EvaluatorError| Problem::of_data(error.message().to_owned()))?;
    literals.tree(&result)
}
