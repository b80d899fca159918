//! The steps of a request, as it says them.

use chassis::{Short, Shorthand};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::IntoDeserializer;
use serde::de::value::Error as Unknown;
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::clean::{CharacterClass, Fold, NormalForm, Side, Slug, Strip, Whitespace};
use super::cut::{Between, Join, ListAction, Pad, Substring, TextSplit, Truncate, Wrap};
use super::measure::{Closest, Position, Similarity, TextUnit};
use super::pattern::{Match, Occurrences, Replace, Test};

/// One thing that is done to a text. Exactly one field is set.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct TextStep {
    /// Upper or lower case, or the form of a name: upper, lower, title, headline, sentence, capitalize, swap, camel, pascal,
    /// snake, constant, kebab, train, dot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Case>,
    /// Takes spaces off the ends: both, start, end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trim: Option<Side>,
    /// What becomes of spaces and line breaks: collapse, remove, single-line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whitespace: Option<Whitespace>,
    /// Takes a text off the start or the end, where it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub strip: Option<Strip>,
    /// Puts a text in front.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 10_000))]
    pub prepend: Option<String>,
    /// Puts a text behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 10_000))]
    pub append: Option<String>,
    /// Text to use when there is none: null, empty, or spaces alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 10_000))]
    pub default: Option<String>,
    /// Finds and replaces, by a text or a regular expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub replace: Option<Replace>,
    /// Removes kinds of characters: accents, control, digits, emoji, letters, line-breaks, non-ascii, punctuation, symbols, whitespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 20))]
    pub remove: Option<Vec<CharacterClass>>,
    /// Keeps kinds of characters alone, such as digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 20))]
    pub keep: Option<Vec<CharacterClass>>,
    /// Folds to ASCII: é to e, ß to ss, Москва to Moskva.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ascii: Option<Fold>,
    /// Unicode normalization: nfc, nfd, nfkc, nfkd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalize: Option<NormalForm>,
    /// Makes a slug for addresses: `Über uns!` to uber-uns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub slug: Option<Slug>,
    /// Splits into a list, or takes one part.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub split: Option<TextSplit>,
    /// Joins a list into a text.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub join: Option<Join>,
    /// Does things to a list, in this order: compact (drops blanks), unique, sort, reverse, first, last, length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 10))]
    pub list: Option<Vec<ListAction>>,
    /// Takes a part by its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substring: Option<Substring>,
    /// Takes what stands between two texts.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub between: Option<Between>,
    /// Shortens to a length, at a word.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub truncate: Option<Truncate>,
    /// Fills up to a length.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub pad: Option<Pad>,
    /// Breaks into lines of a width, at words.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub wrap: Option<Wrap>,
    /// Repeats so many times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(max = 10_000))]
    pub repeat: Option<u32>,
    /// With true, reverses the order of the characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverse: Option<bool>,
    /// Counts characters, words, lines, sentences, code-points or bytes; gives a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<TextUnit>,
    /// Counts how often a text or a regular expression occurs; gives a number.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub occurrences: Option<Occurrences>,
    /// Finds the place of a text; null where it is not there.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub position: Option<Position>,
    /// Takes what a regular expression matches; null where it does not.
    #[serde(default, rename = "match", deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub matches: Option<Match>,
    /// Whether a text or a regular expression is there; gives true or false.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub test: Option<Test>,
    /// How alike it is to another text, from 0 to 1.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub similarity: Option<Similarity>,
    /// The most alike of several texts; null where none is alike enough.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub closest: Option<Closest>,
}

impl Shorthand for TextStep {
    /// A step that needs nothing said: `trim`, `upper`, `slug`.
    fn of(short: Short) -> Option<Self> {
        let Short::Text(name) = short else { return None };
        let name = name.trim().to_lowercase().replace(['_', ' '], "-");
        let step = Self::default();
        Some(match name.as_str() {
            "trim" => Self { trim: Some(Side::Both), ..step },
            "slug" | "slugify" => Self { slug: Some(Slug::default()), ..step },
            "ascii" => Self { ascii: Some(Fold::Plain), ..step },
            "collapse" => Self { whitespace: Some(Whitespace::Collapse), ..step },
            "reverse" => Self { reverse: Some(true), ..step },
            "split" => Self { split: Some(TextSplit::default()), ..step },
            "join" => Self { join: Some(Join::default()), ..step },
            name => {
                let case = name.trim_end_matches("-case");
                let case = case.strip_suffix("case").filter(|case| *case != "sentence").unwrap_or(case);
                let known: Result<_, Unknown> = Case::deserialize(case.into_deserializer());
                Self { case: Some(known.ok()?), ..step }
            }
        })
    }
}

impl TextStep {
    /// Whether it runs a regular expression.
    pub(super) fn has_pattern(&self) -> bool {
        self.matches.is_some()
            || self.replace.as_ref().is_some_and(|step| step.regex)
            || self.split.as_ref().is_some_and(|step| step.regex)
            || self.occurrences.as_ref().is_some_and(|step| step.regex)
            || self.position.as_ref().is_some_and(|step| step.regex)
            || self.test.as_ref().is_some_and(|step| step.regex)
    }
}
