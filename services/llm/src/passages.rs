//! A text in sentences and passages, with their places; words, and how much passages have in common with others.

use std::collections::HashMap;

use unicode_segmentation::UnicodeSegmentation;

/// Characters of a passage, about.
const PASSAGE: usize = 500;
/// How much a word counts again, and how much length (Robertson and Zaragoza 2009).
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span<'a> {
    /// The part, without white space around it.
    pub(crate) text: &'a str,
    /// Where it starts in the text, in characters.
    pub(crate) start: usize,
    /// Where it ends, exclusive.
    pub(crate) end: usize,
    /// Where it starts, in bytes.
    first: usize,
}

/// The sentences of a text (Unicode annex 29); a line break after a blank line ends one too.
pub(crate) fn sentences(text: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let (mut characters, mut bytes) = (0, 0);
    for piece in text.split_sentence_bounds() {
        let count = piece.chars().count();
        let before = piece.chars().take_while(|letter| letter.is_whitespace()).count();
        let trimmed = piece.trim();
        if !trimmed.is_empty() {
            let start = characters + before;
            let first = bytes + piece.len() - piece.trim_start().len();
            spans.push(Span { text: trimmed, start, end: start + trimmed.chars().count(), first });
        }
        characters += count;
        bytes += piece.len();
    }
    spans
}

/// Passages of whole sentences, each about 500 characters long.
pub(crate) fn passages(text: &str) -> Vec<Span<'_>> {
    let mut passages: Vec<Span<'_>> = Vec::new();
    for sentence in sentences(text) {
        match passages.last_mut().filter(|last| sentence.end - last.start <= PASSAGE) {
            Some(last) => {
                last.end = sentence.end;
                last.text = &text[last.first..sentence.first + sentence.text.len()];
            }
            None => passages.push(sentence),
        }
    }
    passages
}

/// The words of a text in small letters, without those of one letter that is no number or ideograph.
pub(crate) fn words(text: &str) -> Vec<String> {
    let of_meaning = |word: &&str| {
        word.chars().nth(1).is_some() || word.chars().any(|letter| letter.is_numeric() || letter > '\u{2e80}')
    };
    text.unicode_words().filter(of_meaning).map(str::to_lowercase).collect()
}

/// How well each of some texts fits a question, by the words they share (BM25). Zero is nothing in common.
pub(crate) fn relevance(texts: &[&str], question: &str) -> Vec<f64> {
    let mut asked = words(question);
    asked.truncate(200);
    let counted: Vec<HashMap<String, f64>> = texts.iter().map(|text| counts(text)).collect();
    let lengths: Vec<f64> = counted.iter().map(|words| words.values().sum()).collect();
    let mean = (lengths.iter().sum::<f64>() / lengths.len().max(1) as f64).max(1.0);
    let rarity = |word: &String| {
        let within = counted.iter().filter(|words| words.contains_key(word)).count() as f64;
        (1.0 + (counted.len() as f64 - within + 0.5) / (within + 0.5)).ln()
    };
    let rare: Vec<f64> = asked.iter().map(rarity).collect();
    let score = |(words, length): (&HashMap<String, f64>, &f64)| {
        let of_word = |(word, rare): (&String, &f64)| {
            let count = words.get(word).copied().unwrap_or(0.0);
            rare * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean))
        };
        asked.iter().zip(&rare).map(of_word).sum()
    };
    counted.iter().zip(&lengths).map(score).collect()
}

/// How often each word comes.
pub(crate) fn counts(text: &str) -> HashMap<String, f64> {
    let mut counts = HashMap::new();
    for word in words(text) {
        *counts.entry(word).or_insert(0.0) += 1.0;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "  Ada wrote it. „Größe“ 👩‍👩‍👧 zählt!\r\n\r\nIs that so? e\u{301}nd";

    #[test]
    fn spans_are_where_they_say() {
        let letters: Vec<char> = TEXT.chars().collect();
        for spans in [sentences(TEXT), passages(TEXT)] {
            assert!(!spans.is_empty());
            for span in spans {
                assert_eq!(letters[span.start..span.end].iter().collect::<String>(), span.text);
            }
        }
        assert_eq!(sentences(TEXT)[0].text, "Ada wrote it.");
        assert!(sentences("").is_empty() && passages(" \n ").is_empty());
    }

    #[test]
    fn passages_hold_all_and_are_short() {
        let text = "The same sentence comes again and again. ".repeat(100);
        let passages = passages(&text);
        assert!(passages.len() > 5 && passages.iter().all(|passage| passage.end - passage.start <= PASSAGE));
        let said: usize = passages.iter().map(|passage| passage.text.matches("again. ").count() + 1).sum();
        assert_eq!(said, 100);
    }

    #[test]
    fn words_in_common_count() {
        let texts = ["The moon is made of rock.", "Cheese is made of milk.", "東京は日本の首都です。"];
        let scores = relevance(&texts, "What is cheese made of?");
        assert!(scores[1] > scores[0] && scores[0] > scores[2] && scores[2] == 0.0, "{scores:?}");
        assert!(relevance(&texts, "東京")[2] > 0.0);
        assert_eq!(relevance(&[], "x"), Vec::<f64>::new());
    }
}
