//! Words of the caller's own in a text, such as names.

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
    let mut found = Vec::new();
    for word in words {
        let word = word.trim().to_lowercase();
        if word.is_empty() {
            continue;
        }
        for (from, _) in folded.match_indices(&word) {
            let to = from + word.len();
            let (first, last) = (word.chars().next(), word.chars().next_back());
            let inside = (joins(first) && joins(folded[..from].chars().next_back()))
                || (joins(last) && joins(folded[to..].chars().next()));
            if !inside {
                found.push((places[from], places[to]));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    // The first and longest of those that overlap.
    found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    let mut reached = 0;
    found.retain(|(start, end)| {
        let free = *start >= reached && end > start;
        if free {
            reached = *end;
        }
        free
    });
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
