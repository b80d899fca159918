//! What is found out about a value.

use crate::tree::{Number, Object, Tree};

/// Facts by name.
pub(super) type Parts = Vec<(&'static str, Tree)>;

/// A value that is what it should be.
#[derive(Debug, Clone)]
pub(super) struct Good {
    /// The value as it is best written.
    pub formatted: String,
    pub parts: Parts,
}

/// A value that is not.
#[derive(Debug, Clone)]
pub(super) struct Bad {
    /// Why; the value goes before it: `is no IBAN`.
    pub reason: String,
    /// What is known of it all the same.
    pub parts: Parts,
}

pub(super) type Outcome = Result<Good, Bad>;

impl Good {
    pub(super) fn new(formatted: impl Into<String>) -> Self {
        Self { formatted: formatted.into(), parts: Parts::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<Tree>) -> Self {
        self.parts.push((name, value.into()));
        self
    }
}

impl Bad {
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Tree>) -> Self {
        self.parts.push((name, value.into()));
        self
    }
}

impl From<&str> for Bad {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

impl From<String> for Bad {
    fn from(reason: String) -> Self {
        Self { reason, parts: Parts::new() }
    }
}

/// An object of all there is.
pub(super) fn details(outcome: Outcome) -> Tree {
    let (valid, formatted, reason, parts) = match outcome {
        Ok(Good { formatted, parts }) => (true, Some(formatted), None, parts),
        Err(Bad { reason, parts }) => (false, None, Some(reason), parts),
    };
    let first = [("valid", Tree::from(valid)), ("formatted", formatted.into()), ("reason", reason.into())];
    first.into_iter().chain(parts).collect::<Object<Tree>>().into()
}

/// A number by its digits.
pub(super) fn number(literal: &str) -> Tree {
    Number::parse(literal).map_or_else(|| Tree::from(literal), Tree::from)
}
