//! A text or regular expression on a page, with the boxes of its words. A match may go on in the next line of its block.

use chassis::{Code, Error};
use documents::{Bounds, PageText};
use regex::{Regex, RegexBuilder};

use crate::text::{Match, TextBox};

/// Places that are answered.
const MAX_MATCHES: usize = 1_000;
/// Bytes a compiled expression may have.
const MAX_PATTERN: usize = 1 << 20;

/// What is looked for.
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Reads what to look for. In a text any white space stands for any other.
    ///
    /// # Errors
    /// 400 when it is no regular expression, or one that is too large.
    pub(crate) fn read(find: &str, regex: bool, match_case: bool) -> Result<Self, Error> {
        let source = match regex {
            true => find.to_owned(),
            false => find.split_whitespace().map(regex::escape).collect::<Vec<_>>().join(r"\s+"),
        };
        if source.is_empty() {
            return Err(Error::field(Code::ValidationError, "find", "must have a letter to look for"));
        }
        let built = RegexBuilder::new(&source).case_insensitive(!match_case).size_limit(MAX_PATTERN).build();
        built.map(Self).map_err(|error| {
            let reason = match error {
                regex::Error::CompiledTooBig(_) => "is too large a regular expression: make it shorter".to_owned(),
                regex::Error::Syntax(text) => {
                    let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                    format!("is no regular expression: {reason}")
                }
                _ => "is no regular expression".to_owned(),
            };
            Error::field(Code::ValidationError, "find", reason)
        })
    }
}

/// Finds a pattern on a page.
pub(crate) fn on_page(text: &PageText, pattern: &Pattern, page: usize, matches: &mut Vec<Match>) {
    for block in &text.blocks {
        // The text of the block, and which part of it is which word on which line.
        let mut whole = String::new();
        let mut places: Vec<(std::ops::Range<usize>, usize, Bounds)> = Vec::new();
        for (line, words) in block.lines.iter().enumerate() {
            for (index, word) in words.words.iter().enumerate() {
                let broken = index == 0 && is_broken(&whole, &word.text);
                if broken {
                    whole.pop();
                    if let Some((range, ..)) = places.last_mut() {
                        range.end -= 1;
                    }
                } else if !whole.is_empty() {
                    whole.push(' ');
                }
                let start = whole.len();
                whole.push_str(&word.text);
                places.push((start..whole.len(), line, word.bounds));
            }
        }
        for found in pattern.0.find_iter(&whole).filter(|found| !found.is_empty()) {
            if matches.len() >= MAX_MATCHES {
                return;
            }
            let mut boxes: Vec<(usize, Bounds)> = Vec::new();
            for (range, line, bounds) in &places {
                let (from, to) = (range.start.max(found.start()), range.end.min(found.end()));
                if from >= to {
                    continue;
                }
                let part = share(&whole[range.clone()], *bounds, from - range.start, to - range.start);
                match boxes.last_mut() {
                    Some((last, whole)) if last == line => *whole = whole.union(&part),
                    _ => boxes.push((*line, part)),
                }
            }
            let boxes = boxes.into_iter().map(|(_, bounds)| TextBox::from(bounds)).collect();
            matches.push(Match { page, text: found.as_str().to_owned(), boxes });
        }
    }
}

/// The part of a word's box that some of its letters take, as if all were equally wide.
fn share(word: &str, bounds: Bounds, from: usize, to: usize) -> Bounds {
    let letters = word.chars().count().max(1) as f64;
    let before = word[..from].chars().count() as f64 / letters;
    let until = word[..to].chars().count() as f64 / letters;
    if bounds.width() < bounds.height() && letters > 1.0 {
        // A word that stands upright is not cut.
        return bounds;
    }
    Bounds { left: bounds.left + before * bounds.width(), right: bounds.left + until * bounds.width(), ..bounds }
}

/// Whether a word goes on in the next line: letter, hyphen, small letter.
fn is_broken(text: &str, next: &str) -> bool {
    let mut end = text.chars().rev();
    end.next() == Some('-')
        && end.next().is_some_and(char::is_alphabetic)
        && next.chars().next().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_expressions_are_told_apart() {
        let found = |find: &str, regex: bool, case: bool, text: &str| {
            Pattern::read(find, regex, case).unwrap().0.is_match(text)
        };
        assert!(found("a.b", false, false, "A.B") && !found("a.b", false, false, "axb"));
        assert!(found("a.b", true, false, "AxB") && !found("a.b", true, true, "AxB"));
        assert!(found("two words", false, false, "two\twords"));
        for bad in ["(", "a{99999}{99999}"] {
            assert_eq!(Pattern::read(bad, true, false).err().unwrap().code(), Code::ValidationError, "{bad}");
        }
        assert_eq!(Pattern::read("  ", false, false).err().unwrap().code(), Code::ValidationError);
    }
}
