//! What all templates are shown: words, colors, paper, and texts that break where they must.

use serde::Serialize;

use super::words::Words;

/// Letters in a row from which a text may be broken anywhere.
const LONG: usize = 22;
/// Letters between two places where it may.
const PIECE: usize = 3;

/// What every template knows beside its own data.
#[derive(Debug, Serialize)]
pub(crate) struct View<T> {
    /// Language of hyphenation.
    pub(crate) lang: String,
    /// Paper by its name in typst.
    pub(crate) paper: &'static str,
    /// Color of headings and rules.
    pub(crate) accent: String,
    /// The name of the file of the logo.
    pub(crate) logo: Option<String>,
    /// The words.
    pub(crate) w: Words,
    /// Title of the document, in its metadata.
    pub(crate) title: String,
    /// Author of the document, in its metadata.
    pub(crate) author: String,
    /// What the template itself shows.
    #[serde(rename = "data")]
    pub(crate) content: T,
}

/// The text with places to break in what is longer than any word: codes, addresses of pages, what has lost its spaces.
/// Without them it would run over the next column.
pub(crate) fn breakable(text: &str) -> String {
    if text.len() <= LONG {
        return text.to_owned();
    }
    let mut written = String::with_capacity(text.len() + 16);
    for word in text.split_inclusive(char::is_whitespace) {
        if word.chars().count() <= LONG {
            written.push_str(word);
            continue;
        }
        for (place, letter) in word.chars().enumerate() {
            if place > 0 && place % PIECE == 0 && !letter.is_whitespace() {
                written.push('\u{200b}');
            }
            written.push(letter);
        }
    }
    written
}

/// A text of several paragraphs or lines, each breakable.
pub(crate) fn paragraphs(text: Option<&str>) -> Vec<String> {
    let text = text.unwrap_or_default().replace("\r\n", "\n");
    text.trim().split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(breakable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_too_long_is_broken() {
        assert_eq!(breakable("an ordinary sentence of words"), "an ordinary sentence of words");
        let broken = breakable("see ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 there");
        assert!(broken.starts_with("see ABC\u{200b}DEF") && broken.ends_with(" there"), "{broken}");
        assert_eq!(paragraphs(Some("a\r\nb\r\n\r\nc")), ["a\nb", "c"]);
    }
}
