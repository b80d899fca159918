//! Filters: which points a request is about, in Qdrant's language.
//!
//! | file | job |
//! | --- | --- |
//! | `parse.rs` | a filter as people write it: must, should, mustNot, and `{"field": value}` |
//! | `operators.rs` | operators about a field: `$gte`, `$in`, `$ne` |
//! | `leaves.rs` | a payload as the scalar values it holds, each with its path: what conditions are about |
//! | `remarks.rs` | what is odd about the fields of a filter |
//! | `time.rs` | dates and times in RFC 3339 |
//!
//! A filter is read into one closed form, from which each store makes its own.

pub mod leaves;
mod operators;
mod parse;
pub(crate) mod remarks;
mod time;

pub use parse::parse;
pub(crate) use time::micros;

/// A scalar of a payload or of a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Float(f64),
    /// True or false.
    Bool(bool),
}

/// A condition of a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// One of these values is among those of the field.
    Any {
        /// The path of the field.
        key: String,
        /// The values.
        values: Vec<Scalar>,
    },
    /// A value of the field is none of these.
    Except {
        /// The path of the field.
        key: String,
        /// The values.
        values: Vec<Scalar>,
    },
    /// A text of the field contains this one.
    Contains {
        /// The path of the field.
        key: String,
        /// What it contains.
        text: String,
    },
    /// A number of the field is within bounds.
    Range {
        /// The path of the field.
        key: String,
        /// The bounds.
        bounds: Bounds<f64>,
    },
    /// A date or time of the field is within bounds, in microseconds since 1970.
    Times {
        /// The path of the field.
        key: String,
        /// The bounds.
        bounds: Bounds<i64>,
    },
    /// The field has no value: it is missing, null or an empty list.
    Empty {
        /// The path of the field.
        key: String,
    },
    /// The field is null.
    Null {
        /// The path of the field.
        key: String,
    },
    /// The point has one of these ids.
    Ids(Vec<String>),
    /// Another filter.
    Nested(Filter),
}

/// Bounds of a range; those that are not said do not bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds<T> {
    /// At least.
    pub gte: Option<T>,
    /// More than.
    pub gt: Option<T>,
    /// At most.
    pub lte: Option<T>,
    /// Less than.
    pub lt: Option<T>,
}

/// What points have to be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// All of these hold.
    pub must: Vec<Condition>,
    /// One of these holds, if there are any.
    pub should: Vec<Condition>,
    /// None of these holds.
    pub must_not: Vec<Condition>,
    /// At least so many of these hold.
    pub min_should: Option<(usize, Vec<Condition>)>,
}

impl Filter {
    /// Whether it keeps every point, whatever that has: it says nothing, nor does any filter within it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let says_nothing = |condition: &Condition| matches!(condition, Condition::Nested(filter) if filter.is_empty());
        self.must.iter().all(says_nothing)
            && (self.should.is_empty() || self.should.iter().any(says_nothing))
            && self.must_not.is_empty()
            && self.min_should.as_ref().is_none_or(|(count, conditions)| {
                *count <= conditions.iter().filter(|condition| says_nothing(condition)).count()
            })
    }

    /// Both this and one more condition.
    #[must_use]
    pub fn and(self, condition: Condition) -> Self {
        match self.is_empty() {
            true => Self { must: vec![condition], ..Self::default() },
            false => Self { must: vec![Condition::Nested(self), condition], ..Self::default() },
        }
    }

    /// The conditions that are about a field of the payload, of all levels.
    pub fn leaves(&self) -> Vec<&Condition> {
        let min_should = self.min_should.iter().flat_map(|(_, conditions)| conditions);
        let all = self.must.iter().chain(&self.should).chain(&self.must_not).chain(min_should);
        all.flat_map(|condition| match condition {
            Condition::Nested(filter) => filter.leaves(),
            other => vec![other],
        })
        .collect()
    }
}

impl Condition {
    /// The field it is about.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Any { key, .. }
            | Self::Except { key, .. }
            | Self::Contains { key, .. }
            | Self::Range { key, .. }
            | Self::Times { key, .. }
            | Self::Empty { key }
            | Self::Null { key } => Some(key),
            Self::Ids(_) | Self::Nested(_) => None,
        }
    }
}
