//! Expressions, in exact decimals.

mod answer;
mod expressions;
mod settings;
mod several;
pub(crate) mod variables;

use std::collections::{HashMap, HashSet};

use chassis::{Call, Operation};
use expression::{Budget, Kind, Options, Program, Value, functions};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use answer::{Json, ValueType};
pub(crate) use answer::{Writer, Written};
pub use expressions::Expressions;
pub(crate) use settings::Settings;
pub use settings::{Angle, CurrencyRates, DecimalSign, Mode};
pub use variables::Variables;

use crate::decimal::Rounding;
use crate::error::{Error, conflict};

/// Work of one request, about two seconds.
const WORK: u64 = 20_000_000;
/// Elements of lists that one request may make.
const ELEMENTS: u64 = 1_000_000;
/// Variables that are named when one is missing.
const SHOWN_NAMES: usize = 8;
/// With more variables, none are named.
const LISTED_NAMES: usize = 200;
/// Characters of an expression that show where an error stands.
const SHOWN_CHARS: usize = 16;

const DESCRIPTION: &str = "\
Evaluates an expression in the syntax of mathjs and spreadsheets, in decimal arithmetic: `0.1 + 0.2` is 0.3 and `round(1.005, 2)` is \
1.01. Numbers in `variables` keep all their digits.

`text` has every digit; `value` is a JSON number when it has at most 15 significant digits, else null. A list is evaluated \
element by element: with rows in `items`, `sum(items.price * items.quantity)` is the total of an order.

**Modes**: `decimal` (34 digits, up to 50 with `precision`; integers exact to 20,000 digits), `fraction` (1/3 stays 1/3), `float` (as a Code \
node computes). Units follow numbers, `5 km/h to mph`; `units: false` frees their names for variables. `10 degC` is a point on its scale, \
a difference is `10 deltaC`. `rounding` is the rounding mode of `round`, by default halves away from zero. With `decimal`, \
numbers in expressions and texts are read as people write them: `1.234,56 EUR` with `,`; then arguments are separated by `;`.

**Precedence**, from lowest to highest: `a ? b : c`, `or`, `xor`, `and`, `not`, comparisons (`=`, `==`, `!=`, `<>`, `<`, `<=`, `>`, `>=`), \
`<<` `>>`, `to`, ranges `1:10`, `+` `-`, `*` `/` `%` `mod`, a sign, `^` (from the right), `!` `%` `list[n]` (indices start at 1). \
A leading `=` is allowed, `;` separates arguments as `,` does, names of functions are case-insensitive, names with \
spaces stand in `{Unit price}`.

**Where spreadsheets differ**: `-2^2` is -4 here and 4 in Excel; texts are equal letter for letter, in their case; there are no cells and \
no functions of texts. As in spreadsheets, `log(x)` is to base 10, `atan2(x, y)` takes x first, `floor(x, n)` goes to a multiple, `7 mod -3` \
has the sign of the divisor, and `100 + 5%` is 100.05. `a/b(c)` and `1/2x` can be read in two ways and are refused.

A single expression that cannot be evaluated is 422, with the position; of several, each has its own `error`, and the others are evaluated.";

/// One or several expressions and their variables.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct EvaluateRequest {
    /// Expression, at most 65,536 characters: `round(price * quantity * (1 + vat), 2)`; or send `expressions`.
    #[serde(default, alias = "expr", alias = "formula")]
    #[garde(length(chars, max = 65_536))]
    pub expression: Option<String>,
    /// Several expressions, which may refer to each other by name.
    #[serde(default)]
    pub expressions: Option<Expressions>,
    /// Values of the variables in the expressions, by name.
    #[serde(default, alias = "scope")]
    pub variables: Variables,
    /// Arithmetic of the evaluation.
    #[serde(default)]
    pub mode: Mode,
    /// Significant digits of inexact results, 1 to 50.
    #[serde(default = "digits")]
    #[garde(range(min = 1, max = 50))]
    pub precision: u32,
    /// Rounding mode of the `round` function.
    #[serde(default)]
    pub rounding: Rounding,
    /// Notation of numbers in text, when written by people; when omitted as programs write them (1234.56, without
    /// groups).
    #[serde(default)]
    pub decimal: Option<DecimalSign>,
    /// Unit of angles without one.
    #[serde(default)]
    pub angle: Angle,
    /// Whether names of units are recognized, as in `5 kg`.
    #[serde(default = "yes")]
    pub units: bool,
    /// Exchange rates between currencies.
    #[serde(default)]
    #[garde(dive)]
    pub rates: Option<CurrencyRates>,
}

pub(crate) fn digits() -> u32 {
    34
}

fn yes() -> bool {
    true
}

/// Value of one or several expressions.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvaluateResponse {
    /// Value as text with every digit and its unit; null when there is none.
    pub text: Option<String>,
    /// Value as JSON; null when there is none or it has more digits than a JSON number holds.
    pub value: Json,
    /// Type of the value; null when there is none.
    #[serde(rename = "type")]
    pub kind: Option<ValueType>,
    /// Unit of `value`; null without a unit.
    pub unit: Option<String>,
    /// Whether the value is exact and not rounded; null when there is none.
    pub exact: Option<bool>,
    /// Value or error of each of `expressions`, in order.
    pub results: Vec<EvaluatedExpression>,
    /// Number of `expressions` that could not be evaluated.
    pub failed: usize,
    /// Arithmetic of the evaluation.
    pub mode: Mode,
    /// Significant digits of inexact results, 1 to 50.
    pub precision: u32,
    /// Rounding mode of the `round` function.
    pub rounding: Rounding,
}

/// One of several expressions and its value.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvaluatedExpression {
    /// Name of the expression; null without a name.
    pub name: Option<String>,
    /// Text of the expression.
    pub expression: String,
    /// Value as text with every digit and its unit; null when there is none.
    pub text: Option<String>,
    /// Value as JSON; null when there is none or it has more digits than a JSON number holds.
    pub value: Json,
    /// Type of the value; null when there is none.
    #[serde(rename = "type")]
    pub kind: Option<ValueType>,
    /// Unit of `value`; null without a unit.
    pub unit: Option<String>,
    /// Whether the value is exact and not rounded; null when there is none.
    pub exact: Option<bool>,
    /// Error of the expression; null when it has a value.
    pub error: Option<EvaluateProblem>,
}

/// Error of an expression.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvaluateProblem {
    /// What to change.
    pub message: String,
    /// Position of the error in the expression, in characters from 1; null when it concerns the whole expression.
    pub position: Option<usize>,
}

fn example() -> EvaluateRequest {
    EvaluateRequest {
        expression: Some("round(price * quantity * (1 + vat), 2)".to_owned()),
        expressions: None,
        variables: Variables::default().with("price", "19.99").with("quantity", "3").with("vat", "\"19%\""),
        mode: Mode::Decimal,
        precision: digits(),
        rounding: Rounding::HalfUp,
        decimal: None,
        angle: Angle::Radians,
        units: true,
        rates: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    let names: Vec<&str> = functions().map(|function| function.name).collect();
    let description = format!("{DESCRIPTION}\n\n**Functions**: {}.", names.join(", "));
    op.summary("Evaluate expressions in exact decimals").description(&description).example(example)
}

/// Why an expression has no value.
struct Failure {
    kind: Kind,
    problem: EvaluateProblem,
}

impl Failure {
    /// One that concerns all of the expression.
    fn because(message: impl Into<String>) -> Self {
        Self { kind: Kind::Argument, problem: EvaluateProblem { message: message.into(), position: None } }
    }

    fn of(error: expression::Error, source: &str) -> Self {
        let message = match error.position {
            Some(position) => {
                let rest: String = source.chars().skip(position).take(SHOWN_CHARS).collect();
                match rest.trim() {
                    "" => format!("{} (at the end)", error.message),
                    rest => format!("{} (at character {}: {rest})", error.message, position + 1),
                }
            }
            None => error.message,
        };
        let position = error.position.map(|position| position + 1);
        Self { kind: error.kind, problem: EvaluateProblem { message, position } }
    }
}

/// What expressions are computed with, one after the other.
struct Session<'a, 'b> {
    options: Options,
    values: HashMap<String, Value>,
    /// Names of expressions that have no value.
    failed: HashSet<String>,
    budget: Budget<'b>,
    call: &'a Call,
}

impl Session<'_, '_> {
    fn parse(&self, source: &str) -> Result<Program, Failure> {
        Program::parse(source, &self.options).map_err(|error| Failure::of(error, source))
    }

    /// The value of an expression; what it has to say goes to the call.
    fn run(&mut self, program: &Program, source: &str, field: &str) -> Result<Value, Failure> {
        for warning in program.warnings() {
            self.call.warn(warning.code, Some(field), warning.message.as_str());
        }
        let values = &self.values;
        let value = program.evaluate(&|name| values.get(name).cloned(), &mut self.budget);
        for warning in self.budget.take_warnings() {
            self.call.warn(warning.code, Some(field), warning.message);
        }
        value.map_err(|mut error| {
            if error.kind == Kind::Unknown {
                error.message = self.explain(program, error.message);
            }
            Failure::of(error, source)
        })
    }

    /// Says of an unknown name what there is to say beyond that.
    fn explain(&self, program: &Program, message: String) -> String {
        if let Some(name) = program.names().find(|name| self.failed.contains(*name)) {
            return format!("{name} could not be computed: see its own error");
        }
        if message.contains("did you mean") {
            return message;
        }
        if self.values.len() > LISTED_NAMES {
            return message;
        }
        let mut names: Vec<&str> = self.values.keys().map(String::as_str).filter(|name| name.len() <= 40).collect();
        names.sort_unstable();
        let more = if names.len() > SHOWN_NAMES { ", ..." } else { "" };
        names.truncate(SHOWN_NAMES);
        match names.as_slice() {
            [] => format!("{message}: send it in variables"),
            names => format!("{message}; there are {}{more}", names.join(", ")),
        }
    }
}

/// Evaluates expressions.
///
/// # Errors
/// When the one expression cannot be read or computed, variables are too many or too deep, or the answer gets too long.
pub fn evaluate(request: EvaluateRequest, call: &Call) -> Result<EvaluateResponse, Error> {
    let settings = Settings {
        mode: request.mode,
        precision: request.precision,
        rounding: request.rounding,
        decimal: request.decimal,
        angle: request.angle,
        units: request.units,
        rates: request.rates.as_ref(),
    };
    let options = settings.options()?;
    let cancelled = || call.cancelled();
    let mut session = Session {
        values: request.variables.values(&options)?,
        options: options.clone(),
        failed: HashSet::new(),
        budget: Budget::with_limits(WORK, ELEMENTS, &cancelled),
        call,
    };
    let mut writer = Writer::new(&options);
    let mut response = EvaluateResponse {
        text: None,
        value: Json::Null,
        kind: None,
        unit: None,
        exact: None,
        results: Vec::new(),
        failed: 0,
        mode: request.mode,
        precision: request.precision,
        rounding: request.rounding,
    };
    match (request.expression, request.expressions) {
        (Some(_), Some(_)) => {
            return Err(conflict("expressions", "is there together with expression: send one of the two"));
        }
        (None, None) => return Err(conflict("expression", "is missing: send expression or expressions")),
        (Some(source), None) => {
            let value = session.parse(&source).and_then(|program| session.run(&program, &source, "expression"));
            let value = value.map_err(|failure| match failure.kind {
                Kind::Cancelled => Error::Cancelled,
                _ => conflict("expression", failure.problem.message),
            })?;
            let Written { text, value, kind, unit, exact } =
                writer.write(&value).map_err(|message| conflict("expression", message))?;
            response.text = Some(text);
            (response.value, response.kind, response.unit, response.exact) = (value, Some(kind), unit, Some(exact));
        }
        (None, Some(expressions)) => {
            response.results = several::evaluate(&mut session, &mut writer, &expressions)?;
            response.failed = response.results.iter().filter(|result| result.error.is_some()).count();
        }
    }
    Ok(response)
}
