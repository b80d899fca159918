//! Where the words of a query are in a text.

use schemars::JsonSchema;
use serde::Serialize;

use super::tokens::tokens;

/// Highlights of a text at most.
const MAX_HIGHLIGHTS: usize = 50;

/// A word of the query found in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Highlight {
    /// Where it starts, in characters from the start of the text.
    pub start: usize,
    /// Where it ends, in characters from the start of the text.
    pub end: usize,
    /// The word as it stands in the text.
    pub text: String,
}

/// The places in a text that have one of these terms; they are to be sorted.
#[must_use]
pub fn highlights(text: &str, terms: &[u32]) -> Vec<Highlight> {
    let (mut bytes, mut chars) = (0, 0);
    let mut found = Vec::new();
    for token in tokens(text).filter(|token| terms.binary_search(&token.term).is_ok()).take(MAX_HIGHLIGHTS) {
        chars += text[bytes..token.start].chars().count();
        let word = &text[token.start..token.end];
        let length = word.chars().count();
        found.push(Highlight { start: chars, end: chars + length, text: word.to_owned() });
        (bytes, chars) = (token.end, chars + length);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::bm25::query_terms;

    #[test]
    fn places_are_in_characters() {
        let found = highlights("Äpfel und Birnen: Äpfel!", &query_terms("äpfel"));
        let places: Vec<_> = found.iter().map(|one| (one.start, one.end)).collect();
        assert_eq!(places, [(0, 5), (18, 23)]);
    }
}
