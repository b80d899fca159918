//! Words to rows, for BM25: a list of slots and weights a word, in the order of slots.

use std::collections::HashMap;

use chassis::Error;

use super::memory::{Allowed, Memory};
use super::patience;
use super::scan::Best;
use crate::text::bm25::{MAX_TERMS, idf};

/// Entries that are added up before the clock is looked at again.
const PACE: usize = 65_536;

/// The words of a collection.
#[derive(Debug, Default)]
pub(super) struct Postings {
    lists: HashMap<u32, List>,
    /// Entries of all lists.
    entries: usize,
    /// Points with a text that has words.
    documents: usize,
}

#[derive(Debug, Default)]
struct List {
    entries: Vec<(u32, f32)>,
    /// Those of points that are alive.
    alive: usize,
}

impl Postings {
    pub(super) fn add(&mut self, slot: u32, weights: &[(u32, f32)]) {
        for (term, weight) in weights {
            let list = self.lists.entry(*term).or_default();
            list.entries.push((slot, *weight));
            list.alive += 1;
        }
        self.entries += weights.len();
        self.documents += usize::from(!weights.is_empty());
    }

    /// Counts a document less; its entries stay until the collection is read anew.
    pub(super) fn remove(&mut self, terms: &[u32]) {
        for term in terms {
            if let Some(list) = self.lists.get_mut(term) {
                list.alive = list.alive.saturating_sub(1);
            }
        }
        self.documents = self.documents.saturating_sub(usize::from(!terms.is_empty()));
    }

    pub(super) fn bytes(&self) -> usize {
        // Lists have room for up to twice what is in them.
        self.entries * 12 + self.lists.capacity() * 48
    }
}

/// The words of a query that are looked for: of too many those that the fewest texts have, which say the most.
pub(super) fn sought(memory: &Memory, terms: &[u32]) -> Vec<u32> {
    let alive = |term: &u32| memory.postings.lists.get(term).map_or(0, |list| list.alive);
    let mut known: Vec<u32> = terms.iter().copied().filter(|term| alive(term) > 0).collect();
    if known.len() > MAX_TERMS {
        known.sort_by_cached_key(alive);
        known.truncate(MAX_TERMS);
    }
    known
}

/// The best documents for some terms: slot and score, the best first.
pub(super) fn search(
    memory: &Memory,
    terms: &[u32],
    most: usize,
    allowed: Option<&Allowed>,
) -> Result<Vec<(u32, f32)>, Error> {
    let postings = &memory.postings;
    let mut scores = vec![0.0f32; memory.len()];
    let mut touched = Vec::new();
    for list in terms.iter().filter_map(|term| postings.lists.get(term)).filter(|list| list.alive > 0) {
        let idf = idf(postings.documents, list.alive);
        for entries in list.entries.chunks(PACE) {
            patience::check()?;
            for (slot, weight) in entries {
                let score = &mut scores[*slot as usize];
                if *score == 0.0 {
                    touched.push(*slot);
                }
                *score += idf * weight;
            }
        }
    }
    let mut best = Best::new(most);
    for slot in touched {
        if memory.is_live(slot) && allowed.is_none_or(|allowed| allowed.bits.has(slot)) {
            best.offer(scores[slot as usize], slot);
        }
    }
    Ok(best.into_sorted())
}

/// The score of one document.
pub(super) fn score_of(memory: &Memory, terms: &[u32], slot: u32) -> Option<f32> {
    let postings = &memory.postings;
    let mut score = None;
    for list in terms.iter().filter_map(|term| postings.lists.get(term)) {
        if let Ok(place) = list.entries.binary_search_by_key(&slot, |(slot, _)| *slot) {
            *score.get_or_insert(0.0) += idf(postings.documents, list.alive) * list.entries[place].1;
        }
    }
    score
}
