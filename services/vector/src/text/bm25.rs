//! BM25: how much a word says of a text, and a query's words of what is sought.
//!
//! The weight of a word in a document is fixed when it is stored, as Qdrant wants it, so the average length is one of the
//! collection and never moves: the mean of the first texts, or as asked at its creation. What depends on all documents, the
//! inverse document frequency, is counted when a query comes, by Qdrant's formula (`ln((N - n + 0.5) / (n + 0.5) + 1)`).

use std::collections::BTreeMap;

use super::tokens::tokens;

/// Saturation of repeated words.
pub const K1: f32 = 1.2;
/// How much the length of a text matters.
pub const B: f32 = 0.75;
/// Words of a query that are sought at most.
pub const MAX_TERMS: usize = 1_024;

/// The words of a text, each with its number of occurrences, by the word's hash.
#[must_use]
pub fn frequencies(text: &str) -> Vec<(u32, u32)> {
    let mut counts = BTreeMap::new();
    for token in tokens(text) {
        *counts.entry(token.term).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

/// Number of words in a text.
#[must_use]
pub fn length(frequencies: &[(u32, u32)]) -> u32 {
    frequencies.iter().map(|(_, count)| count).sum()
}

/// The weights of a document's words, where texts have so many words on average.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of words")]
pub fn weights(frequencies: &[(u32, u32)], average_length: f32) -> Vec<(u32, f32)> {
    let normal = K1 * (1.0 - B + B * length(frequencies) as f32 / average_length.max(1.0));
    let weight = |count: u32| count as f32 * (K1 + 1.0) / (count as f32 + normal);
    frequencies.iter().map(|(term, count)| (*term, weight(*count))).collect()
}

/// Inverse document frequency of a word that `with` of `all` documents have.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a score")]
pub fn idf(all: usize, with: usize) -> f32 {
    let (all, with) = (all as f32, with as f32);
    ((all - with + 0.5) / (with + 0.5) + 1.0).ln()
}

/// The words of a query, each once.
#[must_use]
pub fn query_terms(text: &str) -> Vec<u32> {
    let mut terms: Vec<u32> = tokens(text).map(|token| token.term).collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_the_formula() {
        // tf 2, length 3, average 3: 2 * 2.2 / (2 + 1.2) = 1.375; tf 1: 2.2 / 2.2 = 1.
        let counts = frequencies("wing wing body");
        let mut weights: Vec<f32> = weights(&counts, 3.0).into_iter().map(|(_, weight)| weight).collect();
        weights.sort_by(f32::total_cmp);
        assert!((weights[0] - 1.0).abs() < 1e-6 && (weights[1] - 1.375).abs() < 1e-6, "{weights:?}");
        // N 10, n 2: ln(8.5 / 2.5 + 1).
        assert!((idf(10, 2) - 1.481_604_5).abs() < 1e-6);
        assert!(idf(1, 1) > 0.0);
    }
}
