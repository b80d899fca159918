//! JSON as it was written: numbers keep their literal, objects the order of their keys.
//!
//! `serde_json::Value` reads `1.10` as 1.1, 9224851642388483 as a double where it is one of many, and sorts keys. Its
//! features that would not (`arbitrary_precision`, `preserve_order`) are set for a whole program, slow down every other
//! service, and do not help with engines. So there is one value for everything that hands data of the user's back.
//! Integers of 64 bits are kept as such, other literals as text, short ones without an allocation. Lists, objects and
//! texts are shared and copied when they are changed: a clone costs nothing.
//!
//! | file | job |
//! | --- | --- |
//! | `number.rs` | a number by its literal; exact order and equality |
//! | `object.rs` | entries in order, found by key |
//! | `read.rs` | JSON text to a tree: depth and size bounded, errors with their place |
//! | `write.rs` | a tree to JSON text |
//! | `convert.rs` | to and from `serde_json::Value`, for engines that want it |
//! | `input.rs` | a tree from the field of a request: inline JSON, a text, a file |

mod convert;
mod input;
mod number;
mod object;
mod read;
mod write;

use std::cmp::Ordering;
use std::sync::Arc;

pub use input::{Syntax, structure_of, tree_of};
pub use number::Number;
pub use object::Object;
pub use read::{Limits, ReadError, read, read_many, read_within};
pub use write::{write_number, write_text};

/// A JSON value that is written as it was read. Two are equal when they mean the same: `1.0` and `1.00`, objects
/// whatever the order of their keys.
#[derive(Debug, Clone, Default)]
pub enum Tree {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number with its literal.
    Number(Number),
    /// A text.
    Text(Arc<str>),
    /// A list.
    List(Arc<Vec<Tree>>),
    /// An object, its keys in order.
    Object(Arc<Object<Tree>>),
}

impl Tree {
    /// The word for its type, as JSON Schema has it, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Its text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Its elements, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// Its entries, if it is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object<Self>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The value under a key of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// The bytes it takes as JSON, about. Values share their parts: a short expression makes one that would be written a
    /// million times, so what an engine made is weighed before it is walked in any other way.
    ///
    /// # Errors
    /// When it is deeper or larger than that.
    pub fn weigh(&self, depth: usize, bytes: usize) -> Result<usize, Unwritable> {
        let mut left = bytes;
        self.take_weight(depth, &mut left)?;
        Ok(bytes - left)
    }

    fn take_weight(&self, depth: usize, left: &mut usize) -> Result<(), Unwritable> {
        let mut take = |bytes: usize| match left.checked_sub(bytes) {
            Some(rest) => {
                *left = rest;
                Ok(())
            }
            None => Err(Unwritable::TooLarge),
        };
        let below = depth.checked_sub(1).ok_or(Unwritable::TooDeep);
        match self {
            Self::Null | Self::Bool(_) => take(5),
            Self::Number(number) => take(number.literal().map_or(20, |literal| literal.len()) + 1),
            Self::Text(text) => take(text.len() + 3),
            Self::List(list) => {
                take(3)?;
                list.iter().try_for_each(|value| value.take_weight(below?, left))
            }
            Self::Object(object) => {
                take(3)?;
                for (key, value) in object.iter() {
                    *left = left.checked_sub(key.len() + 4).ok_or(Unwritable::TooLarge)?;
                    value.take_weight(below?, left)?;
                }
                Ok(())
            }
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(false) => 1,
            Self::Bool(true) => 2,
            Self::Number(_) => 3,
            Self::Text(_) => 4,
            Self::List(_) => 5,
            Self::Object(_) => 6,
        }
    }
}

/// Why a value cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwritable {
    /// It is nested too deep.
    TooDeep,
    /// It is too large.
    TooLarge,
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::Number(one), Self::Number(two)) => one == two,
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::List(one), Self::List(two)) => Arc::ptr_eq(one, two) || one == two,
            (Self::Object(one), Self::Object(two)) => Arc::ptr_eq(one, two) || one == two,
            _ => false,
        }
    }
}

impl Eq for Tree {}

impl PartialOrd for Tree {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order of jq: null, false, true, numbers, texts by code points, lists element by element, objects first by their
/// sorted keys and then by their values.
impl Ord for Tree {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => one.cmp(two),
            (Self::Text(one), Self::Text(two)) => one.cmp(two),
            (Self::List(one), Self::List(two)) => one.cmp(two),
            (Self::Object(one), Self::Object(two)) => one.sorted_cmp(two),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl From<bool> for Tree {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Tree {
    fn from(value: i64) -> Self {
        Self::Number(Number::from(value))
    }
}

impl From<usize> for Tree {
    fn from(value: usize) -> Self {
        Self::Number(Number::from(value))
    }
}

impl From<f64> for Tree {
    fn from(value: f64) -> Self {
        Self::Number(Number::from(value))
    }
}

impl From<Number> for Tree {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Tree {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Tree {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<Vec<Self>> for Tree {
    fn from(value: Vec<Self>) -> Self {
        Self::List(Arc::new(value))
    }
}

impl From<Object<Self>> for Tree {
    fn from(value: Object<Self>) -> Self {
        Self::Object(Arc::new(value))
    }
}

impl<T: Into<Self>> From<Option<T>> for Tree {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl FromIterator<Self> for Tree {
    fn from_iter<I: IntoIterator<Item = Self>>(values: I) -> Self {
        values.into_iter().collect::<Vec<_>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(json: &str) -> Tree {
        read(json).unwrap()
    }

    #[test]
    fn equal_is_what_means_the_same() {
        for (one, two) in [
            ("1.0", "1.00"),
            ("-0", "0"),
            ("1e3", "1000"),
            (r#"{"a":1,"b":[2.50]}"#, r#"{"b":[2.5],"a":1}"#),
            (r#""\u0061""#, r#""a""#),
        ] {
            assert_eq!(tree(one), tree(two), "{one} {two}");
        }
        for (one, two) in
            [("70000000021000001", "70000000021000002"), ("1", "\"1\""), ("null", "false"), ("{}", r#"{"a":null}"#)]
        {
            assert_ne!(tree(one), tree(two), "{one} {two}");
        }
    }

    #[test]
    fn the_order_is_that_of_jq() {
        let sorted = ["null", "false", "true", "-1", "0", "1.5", "\"\"", "\"a\"", "[]", "[0]", "[1]", "{}"];
        for pair in sorted.windows(2) {
            assert!(tree(pair[0]) < tree(pair[1]), "{pair:?}");
        }
        assert!(tree(r#"{"a":2}"#) < tree(r#"{"a":1,"b":0}"#));
        assert!(tree(r#"{"a":1,"b":3}"#) < tree(r#"{"b":0,"a":2}"#));
    }

    #[test]
    fn weight_stops_where_it_is_told_to() {
        let tree = tree(r#"{"a":[1,"text",null],"b":{}}"#);
        let weight = tree.weigh(2, 1_000).unwrap();
        assert!((tree.to_json().len()..2 * tree.to_json().len()).contains(&weight), "{weight}");
        assert_eq!(tree.weigh(1, 1_000), Err(Unwritable::TooDeep));
        assert_eq!(tree.weigh(2, weight - 1), Err(Unwritable::TooLarge));
        // What would be written 2^60 times.
        let mut shared = Tree::from("x");
        for _ in 0..60 {
            shared = vec![shared.clone(), shared].into();
        }
        assert_eq!(shared.weigh(100, 1_000_000), Err(Unwritable::TooLarge));
    }

    #[test]
    fn a_value_is_three_words() {
        assert_eq!(size_of::<Tree>(), 24);
    }
}
