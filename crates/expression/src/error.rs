//! Why an expression has no value, and what is worth knowing though it has one.

/// What kind of mistake it is; a caller turns it into its own codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The text is no expression.
    Syntax,
    /// A name that stands for nothing.
    Unknown,
    /// A value of the wrong kind, or out of the range of a function.
    Argument,
    /// A division by zero.
    DivisionByZero,
    /// Units that do not fit together.
    Units,
    /// Over a limit, which is named.
    TooLarge,
    /// Nobody waits for it any more.
    Cancelled,
}

/// Why there is no value: one sentence that says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of mistake it is.
    pub kind: Kind,
    /// The sentence.
    pub message: String,
    /// The place in the source, in characters from 0, where one is known.
    pub position: Option<usize>,
}

impl Error {
    /// An error without a place.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), position: None }
    }

    pub(crate) fn syntax(position: usize, message: impl Into<String>) -> Self {
        Self { kind: Kind::Syntax, message: message.into(), position: Some(position) }
    }

    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(Kind::Argument, message)
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(Kind::TooLarge, message)
    }

    pub(crate) fn division() -> Self {
        Self::new(Kind::DivisionByZero, "division by zero")
    }

    /// The same at a place, unless it has one.
    pub(crate) fn at(mut self, position: usize) -> Self {
        self.position.get_or_insert(position);
        self
    }

    /// Whether `IFERROR` may put another value in its place: mistakes of values, not of names or limits.
    pub(crate) fn is_of_values(&self) -> bool {
        matches!(self.kind, Kind::Argument | Kind::DivisionByZero | Kind::Units)
    }
}

/// Something worth knowing about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A word to branch on.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
}

/// The nearest of some names, when one is near.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Longer text is no misspelled name, and comparing it costs its length.
    if name.len() > 64 {
        return None;
    }
    let lower = name.to_lowercase();
    let bound = if lower.chars().count() <= 4 { 0.7 } else { 0.8 };
    known
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > bound)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
