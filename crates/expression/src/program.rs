//! An expression, read.

use crate::budget::Budget;
use crate::error::{Error, Warning};
use crate::functions::Function;
use crate::machine::Machine;
use crate::operate::Binary;
use crate::options::Options;
use crate::parser;
use crate::units::Unit;
use crate::value::Value;

/// One step of a program. The steps of an expression stand behind each other as a stack machine wants them, so neither
/// a long expression nor dropping one takes depth; only conditions look at parts by themselves.
#[derive(Debug)]
pub(crate) enum Step {
    Constant(u32),
    Name(u32),
    Binary(Binary),
    /// A product written by putting things side by side; `true` when it stands behind a division.
    Beside(bool),
    /// A division by a number with a unit, written without brackets: `100 km / 2 h`, but not `x / 2 h` of a bare x.
    Per,
    Negate,
    Not,
    Percent,
    Factorial,
    /// A function of the values on the stack.
    Call(&'static Function, u32),
    /// A function that looks at its arguments by itself; they follow, each as long as said.
    Lazy(&'static Function, Box<[u32]>),
    /// `and` and `or`: the other side follows, as long as said.
    And(u32),
    Or(u32),
    /// A condition; both choices follow.
    Choose(u32, u32),
    List(u32),
    /// A range of two numbers, or with `true` of three.
    Range(bool),
    Index,
    Convert,
}

/// What a name may stand for when it is no variable.
#[derive(Debug)]
pub(crate) struct Name {
    pub text: String,
    pub constant: Option<Value>,
    pub unit: Option<Unit>,
    /// Whether it stands where a unit can: behind a number or another unit.
    pub beside: bool,
}

/// An expression, read once, to be evaluated many times with other variables.
#[derive(Debug)]
pub struct Program {
    pub(crate) steps: Vec<Step>,
    /// Where each step stands in the source.
    pub(crate) positions: Vec<u32>,
    pub(crate) constants: Vec<Value>,
    pub(crate) names: Vec<Name>,
    pub(crate) options: Options,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) name: Option<String>,
}

impl Program {
    /// Reads an expression.
    ///
    /// # Errors
    /// When it is no expression: the sentence says what to change, and the position where.
    ///
    /// ```
    /// use expression::{Budget, Options, Program, Value};
    ///
    /// let options = Options::default();
    /// let program = Program::parse("round(price * quantity, 2)", &options)?;
    /// let lookup = |name: &str| match name {
    ///     "price" => Value::number("0.145", &options).ok(),
    ///     "quantity" => Value::number("100", &options).ok(),
    ///     _ => None,
    /// };
    /// let value = program.evaluate(&lookup, &mut Budget::new(&|| false))?;
    /// assert_eq!(value.text(&options), "14.5");
    /// # Ok::<(), expression::Error>(())
    /// ```
    pub fn parse(source: &str, options: &Options) -> Result<Self, Error> {
        parser::parse(source, options, false)
    }

    /// The names that must be given, once each in the order they appear: no constants and no units.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let needed = |name: &Name| name.constant.is_none() && (name.unit.is_none() || !name.beside);
        let first =
            move |at: usize| !self.names[..at].iter().any(|name| name.text == self.names[at].text && needed(name));
        let wanted = self.names.iter().enumerate().filter(move |(at, name)| needed(name) && first(*at));
        wanted.map(|(_, name)| name.text.as_str())
    }

    /// Every name that a variable may be given for, constants and units included.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| name.text.as_str())
    }

    /// The name the value is given by `name = ...`, with [`Options::assignment`].
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What is worth knowing of the expression whatever the variables are.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The options it was read with.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The value, with the variables that `lookup` gives; these hide constants and units of the same name. What is worth
    /// knowing of it is in the budget afterwards.
    ///
    /// # Errors
    /// When a name is unknown, a value is of the wrong kind, or a limit is reached.
    pub fn evaluate(&self, lookup: &dyn Fn(&str) -> Option<Value>, budget: &mut Budget) -> Result<Value, Error> {
        Machine::new(self, lookup, budget).run()
    }
}
