//! The most similar of many texts.

use std::collections::HashMap;

use chassis::{Code, Error};

use super::Metric;

/// Comparisons of one request.
const MAX_COMPARISONS: u64 = 20_000_000;
/// Characters of a text that are compared.
const MAX_CHARS: usize = 200;

/// Finds similar texts.
pub struct Fuzzy {
    metric: Metric,
    threshold: f64,
    texts: Vec<String>,
    exact: HashMap<String, usize>,
    known: HashMap<String, Option<(usize, f64)>>,
    left: u64,
}

/// A text as it is compared.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase().chars().take(MAX_CHARS).collect()
}

impl Fuzzy {
    /// Similar is what is at least so similar.
    pub fn new(metric: Metric, threshold: f64) -> Self {
        Self {
            metric,
            threshold,
            texts: Vec::new(),
            exact: HashMap::new(),
            known: HashMap::new(),
            left: MAX_COMPARISONS,
        }
    }

    /// Adds a text to those that are looked through.
    pub fn add(&mut self, text: &str) {
        let text = plain(text);
        self.exact.entry(text.clone()).or_insert(self.texts.len());
        self.texts.push(text);
    }

    /// The text that is most similar, and how similar it is.
    pub fn find(&mut self, text: &str) -> Result<Option<(usize, f64)>, Error> {
        let text = plain(text);
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(place) = self.exact.get(&text) {
            return Ok(Some((*place, 1.0)));
        }
        if let Some(known) = self.known.get(&text) {
            return Ok(*known);
        }
        self.left = self.left.checked_sub(self.texts.len() as u64).ok_or_else(|| {
            Error::new(Code::PayloadTooLarge, "these tables need more than 20 million comparisons: join exactly first, and by similarity what is left")
        })?;
        let mut best: Option<(usize, f64)> = None;
        for (place, other) in self.texts.iter().enumerate().filter(|(_, other)| !other.is_empty()) {
            let score = self.similarity(&text, other);
            if score >= self.threshold && best.is_none_or(|(_, most)| score > most) {
                best = Some((place, score));
            }
        }
        self.known.insert(text, best);
        Ok(best)
    }

    fn similarity(&self, one: &str, two: &str) -> f64 {
        match self.metric {
            Metric::JaroWinkler => strsim::jaro_winkler(one, two),
            Metric::Levenshtein => strsim::normalized_damerau_levenshtein(one, two),
            Metric::Dice => strsim::sorensen_dice(one, two),
        }
    }
}
