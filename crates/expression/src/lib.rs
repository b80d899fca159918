//! Expressions in exact decimals: read once, evaluated many times.
//!
//! An expression is written as in mathjs or in a spreadsheet: `round(price * quantity * (1 + 19%), 2)`,
//! `=IF(SUM(amounts)>100; 0; 4,95)`, `5 km/h to mph`. It becomes a [`Program`] of flat steps, which is evaluated with
//! variables from a lookup, within a [`Budget`] of work and memory. Numbers are decimals of 34 digits and exact integers
//! by default ([`Mode`] has fractions and doubles too), so `0.1 + 0.2` is `0.3`; every function is right to the last
//! digit shown. What is hostile is bounded before it is computed: length, depth, digits, elements, work.
//!
//! Empty cells, texts and conditions in arithmetic: see [`Value`]. Units: see [`units`]. What the signs mean where
//! tools differ:
//!
//! - `^` goes from the right and before a sign: `-2^2` is -4, `2^3^2` is 512. `x%` is x/100, also in `a + 5%`.
//! - `%` between two values, and `mod`, have the sign of the divisor: `-7 mod 3` is 2.
//! - `=`, `==` and `===` compare. Texts are equal when they are letter for letter.
//! - `a/b(c)` and `1/2x` are refused: they can be read in two ways. `1/2 inch` is half an inch, `100 km / 2 h` a speed.
//! - `log(x)` is to base 10, `atan2(x, y)` takes x first, `floor(x, n)` goes to a multiple, all as in spreadsheets.
//! - Places of lists begin at 1; arithmetic with lists goes element by element.

mod budget;
mod constants;
mod decimal;
mod error;
mod fraction;
pub mod functions;
mod lexer;
mod machine;
mod number;
mod operate;
mod options;
mod parser;
mod program;
pub mod units;
mod value;
mod written;

pub use budget::{Budget, DEFAULT_ELEMENTS, DEFAULT_WORK};
pub use constants::CONSTANTS;
pub use decimal::{Decimal, MAX_EXPONENT, MAX_INTEGER_DIGITS};
pub use error::{Error, Kind, Warning};
pub use fraction::Fraction;
pub use functions::{Arity, Function, functions};
pub use number::Number;
pub use options::{Angle, Mode, NumberStyle, Options, Rounding};
pub use program::Program;
pub use units::{Conversion, Quantity, Rates, Unit, convert};
pub use value::Value;
