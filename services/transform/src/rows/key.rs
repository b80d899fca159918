//! Cells as keys: which are the same, and which comes first.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, Hasher};

use super::cell::Cell;
use super::number;
use crate::tree::Number;

/// A cell as something to compare: numbers by their value whatever their digits (`1.0` is `1`), texts letter for letter, never a
/// number with a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, by its code points.
    Text(Box<str>),
    /// A list or an object, by its JSON.
    Json(Box<str>),
    /// Nothing: comes last.
    Null,
}

impl Key {
    /// The key of a cell; one that is not there is nothing.
    #[must_use]
    pub fn of(cell: Option<&Cell<'_>>) -> Self {
        match cell {
            None | Some(Cell::Null) => Self::Null,
            Some(Cell::Bool(value)) => Self::Bool(*value),
            Some(Cell::Text(text)) => Self::Text(text.as_ref().into()),
            Some(Cell::Json(json)) => Self::Json(json.as_ref().into()),
            Some(Cell::Number(text)) => {
                Number::parse(text).map_or_else(|| Self::Text(text.as_ref().into()), Self::Number)
            }
        }
    }

    /// The key of a cell by what it says, so that `3` and `"3"` are the same, and ` A` and `a`.
    #[must_use]
    pub fn loose(cell: Option<&Cell<'_>>) -> Self {
        match Self::of(cell) {
            Self::Text(text) => {
                let text = text.trim();
                match Number::parse(text) {
                    Some(number) => Self::Number(number),
                    None if text.is_empty() => Self::Null,
                    None => match text.to_lowercase().as_str() {
                        "true" => Self::Bool(true),
                        "false" => Self::Bool(false),
                        lower => Self::Text(lower.into()),
                    },
                }
            }
            key => key,
        }
    }

    /// The key of a cell whose text says a number as that number; none when it is no number and not blank.
    #[must_use]
    pub fn by_value(cell: Option<&Cell<'_>>) -> Option<Self> {
        match cell {
            Some(Cell::Text(text)) if text.trim().is_empty() => Some(Self::Null),
            Some(Cell::Text(text)) => number::said(text).and_then(|text| Number::parse(&text)).map(Self::Number),
            None | Some(Cell::Null) => Some(Self::Null),
            Some(Cell::Number(_)) => Some(Self::of(cell)),
            Some(Cell::Bool(_) | Cell::Json(_)) => None,
        }
    }

    /// The order of two, nothing last whatever the direction.
    #[must_use]
    pub fn order(&self, other: &Self, descending: bool) -> Ordering {
        match (self, other) {
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Greater,
            (_, Self::Null) => Ordering::Less,
            (one, two) if descending => two.cmp(one),
            (one, two) => one.cmp(two),
        }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Bool(value) => value.hash(state),
            // Equal numbers have equal doubles.
            Self::Number(number) => (number.as_f64() + 0.0).to_bits().hash(state),
            Self::Text(text) | Self::Json(text) => text.hash(state),
        }
    }
}

/// A short name for keys of a row, of which no two are alike by chance.
#[must_use]
pub fn fingerprint<S: BuildHasher>(keys: &[Key], one: &S, two: &S) -> u128 {
    u128::from(one.hash_one(keys)) << 64 | u128::from(two.hash_one(keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same() {
        let number = |text: &'static str| Key::of(Some(&Cell::Number(text.into())));
        let text = |text: &'static str| Key::of(Some(&Cell::Text(text.into())));
        assert_eq!(number("1.0"), number("1"));
        assert_ne!(number("9007199254740993"), number("9007199254740992"));
        assert_ne!(number("3"), text("3"));
        assert_eq!(Key::loose(Some(&Cell::Text(" 3 ".into()))), number("3"));
        assert_eq!(Key::loose(Some(&Cell::Text("Ada".into()))), Key::loose(Some(&Cell::Text("ADA ".into()))));
        assert_eq!(Key::Null.order(&number("1"), true), Ordering::Greater);
        let hash = std::hash::RandomState::new();
        assert_eq!(hash.hash_one(number("1.0")), hash.hash_one(number("1")));
        assert_eq!(hash.hash_one(number("-0")), hash.hash_one(number("0")));
    }
}
