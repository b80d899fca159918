//! How an expression is read and computed.

use std::sync::Arc;

use crate::units::Rates;

/// The numbers an expression is computed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Decimals of [`Options::digits`] digits; integers are exact.
    #[default]
    Decimal,
    /// Exact fractions, as long as only fractions arise.
    Fraction,
    /// Binary floating point, as a Code node computes.
    Float,
}

/// Where a number goes that lies between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Rounding {
    /// To the nearest; halves away from zero.
    #[default]
    HalfUp,
    /// To the nearest; halves to the even neighbor (banker's rounding).
    HalfEven,
    /// To the nearest; halves toward zero.
    HalfDown,
    /// Away from zero.
    Up,
    /// Toward zero.
    Down,
    /// Toward positive infinity.
    Ceiling,
    /// Toward negative infinity.
    Floor,
}

/// How numbers are written in the source and in text values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberStyle {
    /// As in programs: `1234.56`; a comma separates arguments.
    #[default]
    Plain,
    /// As people write them with a decimal point: `1,234.56`, `$1,234.56`, `12 %`. A comma before exactly three digits
    /// belongs to the number; arguments are best separated by `;`, or by a comma with a space after it.
    Point,
    /// As people write them with a decimal comma: `1.234,56 EUR`. Arguments are separated by `;`, or by a comma with a
    /// space after it.
    Comma,
}

/// What angles are without a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Angle {
    /// Radians.
    #[default]
    Radians,
    /// Degrees.
    Degrees,
}

/// How an expression is read and computed.
#[derive(Debug, Clone)]
pub struct Options {
    /// The numbers it is computed in.
    pub mode: Mode,
    /// Significant digits of decimals, 1 to 50; 34 when not said.
    pub digits: u32,
    /// The mode of `round` and of [`crate::Value::rounded`]. What has more digits than `digits` goes to the nearest whatever this says.
    pub rounding: Rounding,
    /// How numbers are written.
    pub style: NumberStyle,
    /// Whether names of units are known: `5 kg`.
    pub units: bool,
    /// What angles are without a unit.
    pub angle: Angle,
    /// Rates between currencies; without them each currency is a unit of its own.
    pub rates: Option<Arc<Rates>>,
    /// Maximum number of characters of the source.
    pub max_source: usize,
    /// Maximum depth of brackets, signs and conditions.
    pub max_depth: usize,
    /// Whether `name = ...` at the start gives a name to the value ([`crate::Program::name`]) instead of comparing.
    pub assignment: bool,
}

impl Options {
    /// The most digits that can be asked for.
    pub const MAX_DIGITS: u32 = 50;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Decimal,
            digits: 34,
            rounding: Rounding::HalfUp,
            style: NumberStyle::Plain,
            units: true,
            angle: Angle::Radians,
            rates: None,
            max_source: 65_536,
            max_depth: 250,
            assignment: false,
        }
    }
}

/// The part of the options that arithmetic needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    pub mode: Mode,
    pub digits: u32,
    pub rounding: Rounding,
    pub angle: Angle,
}

impl Context {
    /// Decimal arithmetic of so many digits.
    pub fn decimal(digits: u32) -> Self {
        Self { mode: Mode::Decimal, digits, rounding: Rounding::HalfUp, angle: Angle::Radians }
    }

    /// Digits that are carried: what is asked for, and guard digits that keep `1/3*3` at 1.
    pub fn working(self) -> u32 {
        self.digits + 12
    }
}

impl Options {
    pub(crate) fn context(&self) -> Context {
        Context {
            mode: self.mode,
            digits: self.digits.clamp(1, Self::MAX_DIGITS),
            rounding: self.rounding,
            angle: self.angle,
        }
    }
}
