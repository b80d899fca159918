//! Values as an answer gives them: text with every digit, and JSON where JSON can say it.
//!
//! Values share their parts: a short expression can make a list that holds another a million times. So what is written is
//! counted before it is built, and lists that are too deep for readers are refused.

use std::borrow::Cow;

use chassis::ExactNumber;
use expression::{Options, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// Characters of text an answer may have.
pub(crate) const MAX_TEXT: usize = 2_000_000;
/// Lists inside each other.
const MAX_DEPTH: usize = 16;

/// A value in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Json {
    /// Nothing, or a number with more digits than a JSON number is read with.
    #[default]
    Null,
    /// A condition.
    Bool(bool),
    /// A number that every reader sees alike.
    Number(ExactNumber),
    /// A text; in lists also a number with more digits.
    Text(String),
    /// A list.
    List(Vec<Self>),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => target.serialize_none(),
            Self::Bool(value) => target.serialize_bool(*value),
            Self::Number(value) => value.serialize(target),
            Self::Text(value) => target.serialize_str(value),
            Self::List(values) => target.collect_seq(values),
        }
    }
}

impl JsonSchema for Json {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "EvaluatedValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The value: a number when its text has at most 15 significant digits, else null; true or false, \
                            a text, a list as they are. In a list, a number with more digits is its text.",
            "anyOf": [
                { "type": "number" },
                { "type": "boolean" },
                { "type": "string" },
                { "type": "array", "items": {} },
                { "type": "null" }
            ]
        })
    }
}

/// Type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ValueType {
    /// An empty cell.
    Null,
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// A number with a unit.
    Quantity,
    /// A text.
    Text,
    /// A list.
    List,
}

/// A value, written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) value: Json,
    pub(crate) kind: ValueType,
    pub(crate) unit: Option<String>,
    pub(crate) exact: bool,
}

/// The unit that all parts of a value have.
#[derive(Default)]
enum Common {
    #[default]
    Unseen,
    Same(String),
    Mixed,
}

/// Writes values, all of them within one bound.
pub(crate) struct Writer<'a> {
    options: &'a Options,
    left: usize,
    exact: bool,
    unit: Common,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(options: &'a Options) -> Self {
        Self { options, left: MAX_TEXT, exact: true, unit: Common::Unseen }
    }

    /// Writes a value; an error is a sentence.
    pub(crate) fn write(&mut self, value: &Value) -> Result<Written, String> {
        (self.exact, self.unit) = (true, Common::Unseen);
        let mut text = String::new();
        self.spell(value, 0, &mut text)?;
        let unit = match std::mem::take(&mut self.unit) {
            Common::Same(unit) => Some(unit),
            Common::Unseen | Common::Mixed => None,
        };
        let kind = match value {
            Value::Null | Value::Failed(_) => ValueType::Null,
            Value::Bool(_) => ValueType::Boolean,
            Value::Number(_) => ValueType::Number,
            Value::Quantity(_) => ValueType::Quantity,
            Value::Text(_) => ValueType::Text,
            Value::List(_) => ValueType::List,
        };
        Ok(Written { value: self.json(value, unit.as_deref(), false), text, kind, unit, exact: self.exact })
    }

    fn spell(&mut self, value: &Value, depth: usize, text: &mut String) -> Result<(), String> {
        let Value::List(values) = value else {
            let piece = value.text(self.options);
            self.charge(piece.len())?;
            self.exact &= value.is_exact();
            self.note_unit(value);
            text.push_str(&piece);
            return Ok(());
        };
        if depth == MAX_DEPTH {
            return Err(format!("gives lists more than {MAX_DEPTH} deep inside each other"));
        }
        text.push('[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                text.push_str(", ");
            }
            self.charge(2)?;
            self.spell(value, depth + 1, text)?;
        }
        text.push(']');
        self.charge(2)
    }

    fn charge(&mut self, size: usize) -> Result<(), String> {
        self.left = self.left.checked_sub(size).ok_or_else(|| {
            format!("gives more than {MAX_TEXT} characters in all: compute sums or ask for fewer digits")
        })?;
        Ok(())
    }

    fn note_unit(&mut self, value: &Value) {
        self.unit = match (std::mem::take(&mut self.unit), value.unit()) {
            (Common::Unseen, Some(unit)) => Common::Same(unit),
            (Common::Same(known), Some(unit)) if known == unit => Common::Same(known),
            (known, None) if matches!(value, Value::Null) => known,
            _ => Common::Mixed,
        };
    }

    /// The value in JSON; only of what was spelled, and so is bounded.
    fn json(&self, value: &Value, unit: Option<&str>, inside: bool) -> Json {
        match value {
            Value::Null | Value::Failed(_) => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Text(text) => Json::Text(text.to_string()),
            Value::List(values) => Json::List(values.iter().map(|value| self.json(value, unit, true)).collect()),
            Value::Quantity(_) if inside && unit.is_none() => Json::Text(value.text(self.options)),
            Value::Number(number) => self.number(value, number, inside),
            Value::Quantity(quantity) => self.number(value, &quantity.number, inside),
        }
    }

    fn number(&self, value: &Value, number: &expression::Number, inside: bool) -> Json {
        match value.json_number(self.options).and_then(|text| text.parse().ok()) {
            Some(number) => Json::Number(number),
            None if inside => Json::Text(Value::Number(number.clone()).text(self.options)),
            None => Json::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use expression::{Budget, Program};

    use super::*;

    fn written(source: &str) -> Result<Written, String> {
        let options = Options::default();
        let value = Program::parse(source, &options).unwrap().evaluate(&|_| None, &mut Budget::new(&|| false)).unwrap();
        Writer::new(&options).write(&value)
    }

    fn json(source: &str) -> String {
        serde_json::to_string(&written(source).unwrap().value).unwrap()
    }

    #[test]
    fn values_in_json() {
        for (source, expected) in [
            ("0.1+0.2", "0.3"),
            ("999999999999999", "999999999999999"),
            ("1/3", "null"),
            ("2^60", "null"),
            ("1 < 2", "true"),
            ("\"a\"", "\"a\""),
            ("null", "null"),
            ("[1, 2] / 3", "[\"0.3333333333333333333333333333333333\",\"0.6666666666666666666666666666666667\"]"),
            ("[1, [true, \"a\"]]", "[1,[true,\"a\"]]"),
            ("[1 kg, 2 kg]", "[1,2]"),
            ("[1 kg, 2]", "[\"1 kg\",2]"),
            ("2.5 kg", "2.5"),
        ] {
            assert_eq!(json(source), expected, "{source}");
        }
        let list = written("[1 kg, 2 kg]").unwrap();
        assert_eq!((list.text.as_str(), list.unit.as_deref(), list.exact), ("[1 kg, 2 kg]", Some("kg"), true));
        assert!(!written("[1, 1/3]").unwrap().exact);
    }

    #[test]
    fn what_is_long_or_deep_is_refused() {
        assert!(written("sequence(400000)").is_err_and(|message| message.contains("2000000 characters")));
        let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(written(&deep(16)).is_ok());
        assert!(written(&deep(17)).is_err_and(|message| message.contains("16 deep")));
    }

    #[test]
    fn a_list_that_holds_one_list_very_often() {
        let mut value = Value::Bool(true);
        for _ in 0..16 {
            value = Value::list(vec![value; 1_000]);
        }
        assert!(Writer::new(&Options::default()).write(&value).is_err());
    }
}
