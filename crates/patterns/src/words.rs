//! Words of the caller's own in a text, such as names.

use std::collections::BTreeSet;

/// Where words stand in a text as words of their own, whatever their case; in bytes.
#[must_use]
pub fn word_places(text: &str, words: &[String]) -> Vec<(usize, usize)> {
    if words.is_empty() {
        return Vec::new();
    }
    // Folded letter by letter, so that places can be found again.
    let mut folded = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    for (place, c) in text.char_indices() {
        for lower in c.to_lowercase() {
            folded.push(lower);
            places.extend(std::iter::repeat_n(place, lower.len_utf8()));
        }
    }
    places.push(text.len());
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    // Of those that begin at a place the longest, so that many words in a long text take no more room than it.
    let mut ends = vec![0_usize; text.len()];
    let words: BTreeSet<String> = words.iter().map(|word| word.trim().to_lowercase()).collect();
    for word in words.iter().filter(|word| !word.is_empty()) {
        let (first, last) = (word.chars().next(), word.chars().next_back());
        for (from, _) in folded.match_indices(word.as_str()) {
            let to = from + word.len();
            let inside = (joins(first) && joins(folded[..from].chars().next_back()))
                || (joins(last) && joins(folded[to..].chars().next()));
            if !inside {
                let end = &mut ends[places[from]];
                *end = places[to].max(*end);
            }
        }
    }
    // The first of those that overlap.
    let mut reached = 0;
    let mut found = Vec::new();
    for (start, end) in ends.into_iter().enumerate() {
        if start >= reached && end > start {
            found.push((start, end));
            reached = end;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_their_own_whatever_their_case() {
        let words = ["Ada", "ada lovelace", "Müller", ""].map(str::to_owned);
        let text = "ADA Lovelace met Adam, MÜLLER-Schmidt and ada.";
        let found: Vec<&str> = word_places(text, &words).into_iter().map(|(start, end)| &text[start..end]).collect();
        assert_eq!(found, ["ADA Lovelace", "MÜLLER", "ada"]);
    }
}
