//! Sentences of a text, by the rules of Unicode (UAX 29), save after abbreviations.

use unicode_segmentation::UnicodeSegmentation;

/// What ends with a full stop and ends no sentence.
const ABBREVIATIONS: [&str; 44] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "etc", "e.g", "i.e", "cf", "al", "approx", "no", "nr",
    "vol", "fig", "dept", "est", "inc", "ltd", "co", "corp", "bzw", "z.b", "d.h", "u.a", "ca", "hr", "fr", "abs",
    "art", "sog", "usw", "p.ex", "mme", "mlle", "sra", "srta", "ud", "gen", "col",
];

/// The sentences of a text as places (bytes from, bytes to), without the white space around them.
#[must_use]
pub fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut open: Option<usize> = None;
    for (start, part) in text.split_sentence_bound_indices() {
        let from = open.unwrap_or(start);
        let end = start + part.len();
        if end < text.len() && ends_abbreviated(&text[from..end]) {
            open = Some(from);
            continue;
        }
        open = None;
        found.extend(trimmed(text, from, end));
    }
    if let Some(from) = open {
        found.extend(trimmed(text, from, text.len()));
    }
    found
}

/// A place without the white space at its ends; nothing when there is nothing else.
pub(crate) fn trimmed(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let part = &text[start..end];
    let inner = part.trim();
    let before = part.len() - part.trim_start().len();
    (!inner.is_empty()).then(|| (start + before, start + before + inner.len()))
}

/// Whether a part ends, on the same line, with an abbreviation or an initial.
fn ends_abbreviated(part: &str) -> bool {
    let words = part.trim_end_matches(' ');
    let Some(before) = words.strip_suffix('.') else { return false };
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or(before);
    let mut letters = last.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    initial || ABBREVIATIONS.contains(&last.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_people_end_them() {
        for (text, right) in [
            ("One. Two! Three?", vec!["One.", "Two!", "Three?"]),
            ("Dr. Smith met Mr. J. Jones. They spoke.", vec!["Dr. Smith met Mr. J. Jones.", "They spoke."]),
            ("It costs 3.50 today. Tomorrow more.", vec!["It costs 3.50 today.", "Tomorrow more."]),
            ("これは文です。次の文。", vec!["これは文です。", "次の文。"]),
            ("A line\nanother line", vec!["A line", "another line"]),
            ("He lives at St.", vec!["He lives at St."]),
            ("  \r\n ", vec![]),
            ("", vec![]),
        ] {
            let found: Vec<&str> = sentences(text).into_iter().map(|(start, end)| &text[start..end]).collect();
            assert_eq!(found, right, "{text:?}");
        }
    }
}
