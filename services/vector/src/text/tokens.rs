//! The words of a text, as BM25 counts them: runs of letters and digits in lower case, without English stop words, English
//! plurals as their singular. A word is known by a hash of 32 bits, the index of a sparse vector in every store.

/// Characters of a word that count.
const MAX_WORD: usize = 64;

/// English words that say nothing of a text's subject.
const STOP_WORDS: [&str; 76] = [
    "a", "about", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does",
    "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if", "in", "into", "is", "it", "its", "may",
    "more", "my", "no", "not", "of", "on", "or", "our", "she", "should", "so", "such", "than", "that", "the", "their",
    "them", "then", "there", "these", "they", "this", "those", "to", "under", "was", "we", "were", "what", "when",
    "where", "which", "who", "why", "will", "with", "would", "you", "your", "any", "been", "being", "both",
];

/// A word in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its hash.
    pub term: u32,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
}

/// The words of a text that count.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(char::is_alphanumeric)?;
        let end = text[start..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |length| start + length);
        at = end;
        Some((start, end))
    })
    .filter_map(|(start, end)| term(&text[start..end]).map(|term| Token { term, start, end }))
}

/// The hash of a word; nothing for one that does not count.
fn term(word: &str) -> Option<u32> {
    let word: String = word.chars().take(MAX_WORD).flat_map(char::to_lowercase).collect();
    if STOP_WORDS.contains(&word.as_str()) {
        return None;
    }
    Some(hash(&singular(word)))
}

/// An English plural as its singular (D. Harman, "How effective is suffixing?", 1991): what else ends in `s` is cut alike in
/// text and query.
fn singular(mut word: String) -> String {
    let ends = |ending: &str, but: &[&str]| word.ends_with(ending) && !but.iter().any(|but| word.ends_with(but));
    if word.len() < 4 || !word.is_ascii() {
        return word;
    }
    if ends("ies", &["eies", "aies"]) {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if ends("es", &["aes", "ees", "oes"]) || ends("s", &["us", "ss"]) {
        word.truncate(word.len() - 1);
    }
    word
}

/// FNV-1a of 32 bits, mixed once more: its low bits are poor.
fn hash(word: &str) -> u32 {
    let hash = word.bytes().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    let hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<u32> {
        tokens(text).map(|token| token.term).collect()
    }

    #[test]
    fn spelling_and_plural_do_not_matter() {
        for (a, b) in [
            ("The Engines of THE ship", "engine, ship!"),
            ("theories", "theory"),
            ("boundary-layer", "boundary layers"),
            ("Überprüfung", "überprüfung"),
        ] {
            assert_eq!(terms(a), terms(b), "{a} {b}");
        }
        assert_ne!(terms("glass"), terms("glas"));
        assert!(terms("the of and").is_empty());
        assert_eq!(terms("日本語 naïve").len(), 2);
    }

    #[test]
    fn words_know_their_place() {
        let text = "  Über 30 Äpfel.";
        let found: Vec<&str> = tokens(text).map(|token| &text[token.start..token.end]).collect();
        assert_eq!(found, ["Über", "30", "Äpfel"]);
    }
}
