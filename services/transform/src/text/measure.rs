//! Counts, places, and how alike two texts are.

use chassis::{Short, Shorthand};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::cut::sentences;
use super::pattern::Finder;
use crate::tree::Tree;

/// Pairs of characters that a value may cost to compare.
const MAX_PAIRS: usize = 25_000_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TextUnit {
    /// Characters as readers see them: 👍🏽 is one.
    Characters,
    /// Words.
    Words,
    /// Lines.
    Lines,
    /// Sentences.
    Sentences,
    /// Unicode code points, as Python counts.
    CodePoints,
    /// UTF-16 code units, as JavaScript and Excel count.
    #[serde(rename = "utf-16")]
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

pub(super) fn count(text: &str, unit: TextUnit) -> usize {
    match unit {
        TextUnit::Characters => text.graphemes(true).count(),
        TextUnit::Words => text.unicode_words().count(),
        TextUnit::Lines => text.lines().count(),
        TextUnit::Sentences => sentences(text).len(),
        TextUnit::CodePoints => text.chars().count(),
        TextUnit::Utf16 => text.encode_utf16().count(),
        TextUnit::Bytes => text.len(),
    }
}

/// Where a text is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Position {
    /// Text to find; with `regex` a regular expression.
    #[garde(length(chars, min = 1, max = 10_000))]
    pub find: String,
    /// Whether the last one counts.
    #[serde(default)]
    pub last: bool,
    /// Whether it is a regular expression.
    #[serde(default)]
    pub regex: bool,
    /// Whether upper and lower case are one.
    #[serde(default)]
    pub ignore_case: bool,
}

impl Shorthand for Position {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|find| Self { find, ..Self::default() })
    }
}

impl Position {
    pub(super) fn of(&self, text: &str, find: &Finder) -> Result<Tree, String> {
        let place = find.place(text, self.last)?;
        Ok(place.map(|place| text[..place].graphemes(true).count()).into())
    }
}

/// How likeness is measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Likeness {
    /// Edits (Levenshtein), against the longer of the two.
    #[default]
    Levenshtein,
    /// Jaro-Winkler: for names, counts their start.
    JaroWinkler,
    /// Pairs of letters in common (Sørensen-Dice).
    Dice,
    /// Words in common, in any order.
    Words,
}

impl Likeness {
    fn of(self, one: &str, two: &str) -> f64 {
        match self {
            Self::Levenshtein => strsim::normalized_levenshtein(one, two),
            Self::JaroWinkler => strsim::jaro_winkler(one, two),
            Self::Dice => strsim::sorensen_dice(one, two),
            Self::Words => {
                let words =
                    |text: &str| text.unicode_words().map(str::to_owned).collect::<std::collections::HashSet<_>>();
                let (one, two) = (words(one), words(two));
                let all = one.union(&two).count();
                #[expect(clippy::cast_precision_loss, reason = "words of a text are few")]
                if all == 0 { 1.0 } else { one.intersection(&two).count() as f64 / all as f64 }
            }
        }
    }
}

/// What a text is compared with.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Similarity {
    /// The other text.
    #[garde(length(chars, max = 10_000))]
    pub to: String,
    /// How likeness is measured.
    #[serde(default)]
    pub method: Likeness,
    /// Whether upper and lower case are one.
    #[serde(default)]
    pub ignore_case: bool,
}

impl Shorthand for Similarity {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|to| Self { to, ..Self::default() })
    }
}

impl Similarity {
    pub(super) fn of(&self, text: &str) -> Result<Tree, String> {
        affordable(text, [self.to.as_str()].into_iter())?;
        Ok(rounded(self.method.of(&plain(text, self.ignore_case), &plain(&self.to, self.ignore_case))).into())
    }
}

/// Texts of which the most alike is taken.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Closest {
    /// The texts to choose from, at most 1,000.
    #[garde(length(min = 1, max = 1_000), inner(length(chars, max = 1_000)))]
    pub among: Vec<String>,
    /// How likeness is measured.
    #[serde(default)]
    pub method: Likeness,
    /// Likeness from which a text counts, from 0 to 1 (default 0.6).
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub threshold: Option<f64>,
    /// Whether upper and lower case differ.
    #[serde(default)]
    pub match_case: bool,
}

impl Shorthand for Closest {
    fn of(short: Short) -> Option<Self> {
        short.list().map(|among| Self { among, ..Self::default() })
    }
}

impl Closest {
    pub(super) fn of(&self, text: &str) -> Result<Tree, String> {
        affordable(text, self.among.iter().map(String::as_str))?;
        let text = plain(text.trim(), !self.match_case);
        let scored = self.among.iter().map(|other| (self.method.of(&text, &plain(other, !self.match_case)), other));
        // Of several as alike the first.
        let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let enough = best.filter(|(score, _)| *score >= self.threshold.unwrap_or(0.6));
        Ok(enough.map(|(_, text)| text.as_str()).into())
    }
}

fn plain(text: &str, ignore_case: bool) -> String {
    if ignore_case { text.to_lowercase() } else { text.to_owned() }
}

fn affordable<'o>(text: &str, others: impl Iterator<Item = &'o str>) -> Result<(), String> {
    let pairs = others.map(|other| text.len().saturating_mul(other.len())).fold(0, usize::saturating_add);
    if pairs <= MAX_PAIRS {
        Ok(())
    } else {
        Err("is too long to compare: two texts of 5,000 characters at most".to_owned())
    }
}

fn rounded(score: f64) -> f64 {
    (score * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted() {
        let text = "Don't panic! It's 3.14 👍🏽.\nZweite Zeile: e\u{301}";
        for (unit, right) in
            [(TextUnit::Characters, 41), (TextUnit::Words, 7), (TextUnit::Lines, 2), (TextUnit::Sentences, 3)]
        {
            assert_eq!(count(text, unit), right, "{unit:?}");
        }
        assert_eq!(
            (count("👍🏽", TextUnit::CodePoints), count("👍🏽", TextUnit::Utf16), count("👍🏽", TextUnit::Bytes)),
            (2, 4, 8)
        );
        assert_eq!((count("", TextUnit::Words), count("", TextUnit::Lines)), (0, 0));
    }

    #[test]
    fn how_alike() {
        let alike = |method, to: &str| {
            Similarity { to: to.to_owned(), method, ignore_case: false }.of("kitten").unwrap().to_json()
        };
        assert_eq!(alike(Likeness::Levenshtein, "sitting"), "0.5714");
        assert_eq!(alike(Likeness::Levenshtein, "kitten"), "1");
        assert_eq!(alike(Likeness::JaroWinkler, "kitchen"), "0.8944");
        let closest =
            Closest { among: ["Berlin", "Hamburg", "München"].map(str::to_owned).to_vec(), ..Closest::default() };
        let of = |text: &str| closest.of(text).unwrap().to_json();
        assert_eq!(
            (of("berln"), of(" HAMBURG"), of("Paris")),
            (r#""Berlin""#.into(), r#""Hamburg""#.into(), "null".into())
        );
        let long = "a".repeat(10_000);
        assert!(Similarity { to: long.clone(), ..Similarity::default() }.of(&long).is_err());
    }
}
