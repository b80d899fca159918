//! What an expression computes with.

use std::sync::Arc;

use crate::error::Error;
use crate::number::Number;
use crate::options::{Context, Options};
use crate::units::Quantity;

/// A value. Cheap to clone.
///
/// `Null` is an empty cell: 0 in arithmetic, false as a condition, equal to `null`, 0 and empty text; functions over
/// lists leave it out, and `COUNTBLANK` counts it. A text counts as a number where one is needed and it is one as
/// [`Options::style`] writes it.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing: an empty cell.
    Null,
    /// True or false; 1 or 0 in arithmetic.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A number with a unit.
    Quantity(Arc<Quantity>),
    /// A text, to be compared and passed on.
    Text(Arc<str>),
    /// Values in order; arithmetic goes element by element.
    List(Arc<[Value]>),
    /// An element that could not be computed, inside `iferror` and `iserror`, which replace it; no result holds one.
    Failed(Arc<Error>),
}

impl Value {
    /// A number from its own text in JSON, of which no digit is lost.
    ///
    /// # Errors
    /// When the text is no number, or is beyond the range of the arithmetic.
    pub fn number(text: &str, options: &Options) -> Result<Self, Error> {
        Number::parse(text, options).map(Self::Number)
    }

    /// A text.
    #[must_use]
    pub fn text_of(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A text as the number it is when people write it, by [`Options::style`]: `1.234,56 EUR`, `12 %`, `(5.00)`. None
    /// when it is not one.
    #[must_use]
    pub fn written(text: &str, options: &Options) -> Option<Self> {
        crate::written::read(text, options)
    }

    /// A list.
    #[must_use]
    pub fn list(values: Vec<Self>) -> Self {
        Self::List(values.into())
    }

    /// What kind of value it is, in a word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Quantity(_) => "quantity",
            Self::Text(_) => "text",
            Self::List(_) => "list",
            Self::Failed(_) => "error",
        }
    }

    /// The value as text: every digit asked for, no more; lists in brackets.
    #[must_use]
    pub fn text(&self, options: &Options) -> String {
        let mut text = String::new();
        self.write(options.context(), &mut text);
        text
    }

    fn write(&self, context: Context, text: &mut String) {
        match self {
            Self::Null => text.push_str("null"),
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Number(value) => text.push_str(&value.to_text(context)),
            Self::Quantity(value) => text.push_str(&value.text(context)),
            Self::Text(value) => text.push_str(value),
            Self::Failed(error) => text.push_str(&error.message),
            Self::List(values) => {
                text.push('[');
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        text.push_str(", ");
                    }
                    value.write(context, text);
                }
                text.push(']');
            }
        }
    }

    /// The number as JSON, of a number or quantity whose text has at most 15 significant digits, so that every reader
    /// sees the same; doubles always.
    #[must_use]
    pub fn json_number(&self, options: &Options) -> Option<String> {
        match self {
            Self::Number(value) => value.to_json(options.context()),
            Self::Quantity(value) => value.number.to_json(options.context()),
            _ => None,
        }
    }

    /// The unit, of a quantity.
    #[must_use]
    pub fn unit(&self) -> Option<String> {
        match self {
            Self::Quantity(value) => Some(value.unit.text()),
            _ => None,
        }
    }

    /// Whether every number in it is exactly what was asked for, and not the nearest with so many digits.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        match self {
            Self::Number(value) => value.is_exact(),
            Self::Quantity(value) => value.number.is_exact(),
            Self::List(values) => values.iter().all(Self::is_exact),
            _ => true,
        }
    }

    /// Rounded to so many places by the mode of the options, in every number; as text it has exactly so many
    /// ([`Value::fixed`]).
    ///
    /// # Errors
    /// When a fraction becomes too long.
    pub fn rounded(&self, places: u32, options: &Options) -> Result<Self, Error> {
        let context = options.context();
        let round = |number: &Number| number.to_places(i64::from(places), context.rounding, context);
        Ok(match self {
            Self::Number(value) => Self::Number(round(value)?),
            Self::Quantity(value) => {
                let number = round(&value.number)?;
                Self::Quantity(Arc::new(Quantity { number, unit: value.unit.clone() }))
            }
            Self::List(values) => {
                let values: Result<Vec<_>, _> = values.iter().map(|value| value.rounded(places, options)).collect();
                Self::list(values?)
            }
            other => other.clone(),
        })
    }

    /// The text with exactly so many places after the point, zeros included; of a number or quantity.
    #[must_use]
    pub fn fixed(&self, places: u32, options: &Options) -> Option<String> {
        let number = |number: &Number| {
            let decimal = number.to_decimal(options.context()).ok()?;
            Some(decimal.to_places(i64::from(places), options.rounding, options.context()).to_fixed(places))
        };
        match self {
            Self::Number(value) => number(value),
            Self::Quantity(value) => Some(format!("{} {}", number(&value.number)?, value.unit.text())),
            _ => None,
        }
    }

    /// Whether a condition holds; an empty cell is false, a number is true unless 0.
    ///
    /// # Errors
    /// For lists and texts.
    pub fn is_true(&self) -> Result<bool, Error> {
        match self {
            Self::Null => Ok(false),
            Self::Bool(value) => Ok(*value),
            Self::Number(value) => Ok(!value.is_zero()),
            Self::Quantity(value) => Ok(!value.number.is_zero()),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") || text.is_empty() => Ok(false),
            Self::Text(_) => Err(Error::argument("a text is no condition: compare it, as in status = \"paid\"")),
            Self::Failed(error) => Err((**error).clone()),
            Self::List(_) => Err(Error::argument("a list is no condition: use AND(list) or OR(list)")),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
