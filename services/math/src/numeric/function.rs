//! An expression of a request as a function of real numbers.
//!
//! It is computed in doubles by the engine of `evaluate`, which refuses what is no finite number: a place where the
//! expression has no value is an answer here (a pole, the edge of a domain), and what to do with it is the method's to say.
//! Evaluations and the engine's work are bounded together, so a long expression gets fewer of them.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use chassis::Call;
use expression::{Budget, Kind, Mode, Options, Program, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::error::{Error, conflict, still_wanted};
use crate::evaluate::variables::Variables;
use crate::statistics::describe::short;

/// Evaluations of a request.
const MAX_EVALUATIONS: u64 = 2_000_000;
/// The engine's work for a request, in tenths of a microsecond.
const MAX_WORK: u64 = 20_000_000;
/// The engine's work for one evaluation.
const WORK: u64 = 2_000_000;
/// Elements of the lists of one evaluation.
const ELEMENTS: u64 = 200_000;

/// Why there is no value at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// A division by zero, or no real number.
    Undefined,
    /// More than a double holds.
    Overflow,
}

/// Several expressions of the same unknowns.
pub(super) struct Functions<'a> {
    programs: Vec<Program>,
    values: HashMap<String, Value>,
    names: Vec<String>,
    field: &'static str,
    call: &'a Call,
    evaluations: Cell<u64>,
    work: Cell<u64>,
    /// What the first place without a value had to say.
    gap: RefCell<Option<String>>,
}

fn options() -> Options {
    Options { mode: Mode::Float, units: false, ..Options::default() }
}

/// What an equation says is zero: `left = right` is `left - right`.
fn difference(source: &str) -> Cow<'_, str> {
    let text = source.trim();
    let text = text.strip_prefix('=').filter(|rest| !rest.starts_with('=')).unwrap_or(text);
    let bytes = text.as_bytes();
    let is_sign = |at: usize| {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        bytes[at] == b'=' && !matches!(before, Some(b'<' | b'>' | b'!' | b'=' | b':'))
    };
    let mut signs = (0..bytes.len()).filter(|at| is_sign(*at));
    match (signs.next(), signs.next()) {
        (Some(at), None) => {
            let right = text[at + 1..].trim_start_matches('=');
            Cow::Owned(format!("({}) - ({right})", &text[..at]))
        }
        _ => Cow::Borrowed(text),
    }
}

impl<'a> Functions<'a> {
    /// Reads expressions of these unknowns; the other names are variables with values. With `equation`, `left = right`
    /// is the difference of its sides.
    pub(super) fn read(
        sources: &[&str],
        field: &'static str,
        names: &[String],
        variables: &Variables,
        equation: bool,
        call: &'a Call,
    ) -> Result<Self, Error> {
        let options = options();
        let values = variables.values(&options)?;
        for (index, name) in names.iter().enumerate() {
            let plain =
                name.chars().enumerate().all(|(at, c)| c == '_' || c.is_alphabetic() || (at > 0 && c.is_numeric()));
            if name.is_empty() || !plain {
                let shown: String = name.chars().take(40).collect();
                return Err(conflict(
                    "variable",
                    format!("must be a name of letters, digits and _ (you sent {shown})"),
                ));
            }
            if values.contains_key(name) {
                return Err(conflict(
                    "variables",
                    format!("gives a value for {name}, which is the unknown: leave it out"),
                ));
            }
            if names[..index].contains(name) {
                return Err(conflict(field, format!("has two unknowns called {name}: give each a name of its own")));
            }
        }
        let place = |index: usize| if sources.len() == 1 { field.to_owned() } else { format!("{field}[{index}]") };
        let read = |(index, source): (usize, &&str)| {
            let source = if equation { difference(source) } else { Cow::Borrowed(*source) };
            Program::parse(&source, &options).map_err(|error| {
                let message = match error.position {
                    Some(position) => format!("{} (at character {})", error.message, position + 1),
                    None => error.message,
                };
                conflict(place(index), message)
            })
        };
        let programs: Vec<Program> = sources.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        for (index, program) in programs.iter().enumerate() {
            let missing = program
                .variables()
                .find(|name| !values.contains_key(*name) && !names.iter().any(|known| known == name));
            if let Some(name) = missing {
                let name: String = name.chars().take(40).collect();
                let message = format!(
                    "has {name}, which is neither {} nor in variables: give it a value there",
                    names.join(" nor ")
                );
                return Err(conflict(place(index), message));
            }
        }
        Ok(Self {
            programs,
            values,
            names: names.to_vec(),
            field,
            call,
            evaluations: Cell::new(0),
            work: Cell::new(MAX_WORK),
            gap: RefCell::new(None),
        })
    }

    /// The value of one of the expressions at a place, or why it has none there.
    pub(super) fn at(&self, which: usize, place: &[f64]) -> Result<Result<f64, Gap>, Error> {
        let count = self.evaluations.get() + 1;
        self.evaluations.set(count);
        if count.is_multiple_of(64) {
            still_wanted(self.call)?;
        }
        if count > MAX_EVALUATIONS || self.work.get() == 0 {
            return Err(self.exhausted());
        }
        let lookup = |name: &str| match self.names.iter().position(|known| known == name) {
            Some(index) => Some(Value::Number(expression::Number::Float(place[index]))),
            None => self.values.get(name).cloned(),
        };
        let cancelled = || self.call.cancelled();
        let mut budget = Budget::with_limits(WORK, ELEMENTS, &cancelled);
        let value = self.programs[which].evaluate(&lookup, &mut budget);
        self.work.set(self.work.get().saturating_sub(WORK - budget.work()));
        let gap = |gap: Gap, message: String| {
            self.gap.borrow_mut().get_or_insert(message);
            Ok(Err(gap))
        };
        match value {
            Ok(Value::Number(number)) => match number.to_f64() {
                value if value.is_finite() => Ok(Ok(value)),
                _ => gap(Gap::Overflow, "the result is too large for a double (1.8e308)".to_owned()),
            },
            Ok(other) => {
                let message = format!("must be a number for every place; it is a {}", other.kind());
                Err(conflict(self.field, message))
            }
            Err(error) => match error.kind {
                Kind::Cancelled => Err(Error::Cancelled),
                Kind::DivisionByZero | Kind::Argument => gap(Gap::Undefined, error.message),
                Kind::TooLarge => gap(Gap::Overflow, error.message),
                Kind::Syntax | Kind::Unknown | Kind::Units => Err(conflict(self.field, error.message)),
            },
        }
    }

    fn exhausted(&self) -> Error {
        let message = "needs more evaluations than a request may have: use a smaller range, a larger tolerance or a shorter expression";
        conflict(self.field, message)
    }

    /// The value of the only expression of one unknown.
    pub(super) fn value(&self, x: f64) -> Result<Result<f64, Gap>, Error> {
        self.at(0, &[x])
    }

    /// Evaluations so far.
    pub(super) fn evaluations(&self) -> u64 {
        self.evaluations.get()
    }

    /// Refuses an expression that has no value where it needs one.
    pub(super) fn undefined(&self, place: &[f64]) -> Error {
        let at: Vec<String> = self.names.iter().zip(place).map(|(name, x)| format!("{name} = {}", short(*x))).collect();
        let why = self.gap.borrow();
        let why = why.as_deref().unwrap_or("it is no finite number");
        conflict(self.field, format!("has no value at {}: {why}", at.join(", ")))
    }
}

/// A bound of a range: a number, or text such as `2*pi`, `inf` and `-infinity`.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Bound {
    /// The number it is; infinities too.
    pub(super) fn read(&self, field: &'static str) -> Result<f64, Error> {
        let text = match self {
            Self::Number(number) => return Ok(*number),
            Self::Text(text) => text.trim(),
        };
        let (sign, rest) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (-1.0, rest),
            None => (1.0, text.strip_prefix('+').unwrap_or(text)),
        };
        if ["inf", "infinity", "∞", "oo"].iter().any(|word| rest.trim().eq_ignore_ascii_case(word)) {
            return Ok(sign * f64::INFINITY);
        }
        let value = Program::parse(text, &options())
            .and_then(|program| program.evaluate(&|_| None, &mut Budget::with_limits(10_000, 100, &|| false)));
        match value {
            Ok(Value::Number(number)) if number.to_f64().is_finite() => Ok(number.to_f64()),
            Ok(_) => Err(conflict(field, "must be a number, inf or -inf")),
            Err(error) => Err(conflict(field, format!("must be a number, inf or -inf: {}", error.message))),
        }
    }
}

impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => target.serialize_f64(*number),
            Self::Text(text) => target.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(BoundVisitor)
    }
}

struct BoundVisitor;

#[expect(clippy::cast_precision_loss, reason = "what is asked for is a double")]
impl Visitor<'_> for BoundVisitor {
    type Value = Bound;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number, or text such as inf or 2*pi")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Bound, E> {
        Ok(Bound::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Bound, E> {
        Ok(Bound::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Bound, E> {
        Ok(Bound::Number(number as f64))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bound, E> {
        if text.len() > 200 {
            return Err(E::custom("must be at most 200 bytes"));
        }
        Ok(text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map_or_else(|| Bound::Text(text.to_owned()), Bound::Number))
    }
}

impl JsonSchema for Bound {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Bound".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "type": "number" }, { "type": "string", "maxLength": 200 }]
        })
    }
}

/// Name of the unknown when none is given.
pub(super) fn x() -> String {
    "x".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_differences() {
        for (source, expected) in [
            ("x^2 = 2", "(x^2 ) - ( 2)"),
            ("x^2 == 2", "(x^2 ) - ( 2)"),
            ("=x - 1", "x - 1"),
            ("if(x >= 2, 1, 0)", "if(x >= 2, 1, 0)"),
            ("x", "x"),
        ] {
            assert_eq!(difference(source), expected);
        }
    }

    #[test]
    fn bounds_as_people_write_them() {
        let read = |text: &str| Bound::Text(text.to_owned()).read("from");
        for (text, expected) in [
            ("inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("−∞", f64::NEG_INFINITY),
            ("2*pi", std::f64::consts::TAU),
            ("+inf", f64::INFINITY),
        ] {
            assert_eq!(read(text).ok(), Some(expected), "{text}");
        }
        assert!(read("x").is_err() && read("").is_err() && read("1/0").is_err() && read("9^9^9^9").is_err());
    }

    #[test]
    fn unknowns_and_variables_are_told_apart() {
        let call = Call::detached();
        let read = |source: &str, names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            Functions::read(&[source], "expression", &names, &Variables::default().with("a", "2"), false, &call)
                .map(|_| ())
        };
        assert!(read("a*x", &["x"]).is_ok());
        assert!(read("a*x + b", &["x"]).unwrap_err().to_string().contains("has b"));
        assert!(read("a*x", &["a"]).is_err() && read("x", &["x y"]).is_err() && read("x", &["x", "x"]).is_err());
        assert!(read("e*x + pi", &["x"]).is_ok(), "constants are known");
    }
}
