//! Parts of a text: split, joined, truncated, between two marks; padded, wrapped, repeated.

use chassis::{Short, Shorthand};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::action::{MAX_TEXT, too_large};
use super::clean::Side;
use super::pattern::{Finder, MAX_PARTS, few};
use crate::tree::Tree;
use crate::values::{is_blank, text_of};

/// What a text is split into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Characters as readers see them.
    Characters,
    /// Words, without spaces and punctuation.
    Words,
    /// Lines.
    Lines,
    /// Sentences.
    Sentences,
}

/// How a text is split.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schemars(rename = "TextSplit")]
pub struct TextSplit {
    /// Text between two parts (default a comma); with `regex` a regular expression.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1_000))]
    pub by: Option<String>,
    /// Whether it is a regular expression.
    #[serde(default)]
    pub regex: bool,
    /// What to split into, instead of `by`.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// Number of the one part to take: 1 is the first, -1 the last; null where there are not so many.
    #[serde(default)]
    pub part: Option<i64>,
    /// Parts at most; the last one is the rest.
    #[serde(default)]
    #[garde(range(min = 1, max = 1_000_000))]
    pub limit: Option<usize>,
}

impl Shorthand for TextSplit {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|by| Self { by: Some(by), ..Self::default() })
    }
}

impl TextSplit {
    pub(super) fn of(&self, text: &str, by: Option<&Finder>) -> Result<Tree, String> {
        let limit = self.limit.unwrap_or(usize::MAX);
        let most = MAX_PARTS + 1;
        let parts: Vec<&str> = match (self.unit, by) {
            (Some(Unit::Characters), _) => text.graphemes(true).take(most).collect(),
            (Some(Unit::Words), _) => text.unicode_words().take(most).collect(),
            (Some(Unit::Lines), _) => text.lines().take(most).collect(),
            (Some(Unit::Sentences), _) => sentences(text),
            (None, Some(by)) => by.split(text, limit)?,
            (None, None) => text.splitn(limit.min(most), ',').collect(),
        };
        let many = parts.len();
        few(many)?;
        let Some(part) = self.part else {
            return Ok(parts.into_iter().take(limit).map(Tree::from).collect());
        };
        let back = usize::try_from(part.unsigned_abs()).unwrap_or(usize::MAX);
        let at = if part > 0 { Some(back - 1) } else { many.checked_sub(back) };
        Ok(at.and_then(|at| parts.get(at)).copied().into())
    }
}

/// The sentences of a text (UAX #29), without the spaces around them.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    text.unicode_sentences().map(str::trim).filter(|sentence| !sentence.is_empty()).collect()
}

/// How a list is joined.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Join {
    /// Text between two elements (default a comma and a space).
    #[serde(default)]
    #[garde(length(chars, max = 1_000))]
    pub by: Option<String>,
    /// Text before the last element instead, such as ` and `.
    #[serde(default)]
    #[garde(length(chars, max = 1_000))]
    pub last: Option<String>,
}

impl Shorthand for Join {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|by| Self { by: Some(by), ..Self::default() })
    }
}

pub(super) fn join(join: &Join, tree: &Tree) -> Result<Tree, String> {
    let Tree::List(list) = tree else { return Ok(tree.clone()) };
    let by = join.by.as_deref().unwrap_or(", ");
    let mut text = String::new();
    for (at, element) in list.iter().enumerate() {
        if at > 0 {
            text.push_str(if at + 1 == list.len() { join.last.as_deref().unwrap_or(by) } else { by });
        }
        text.push_str(&text_of(element)?);
        if text.len() > MAX_TEXT {
            return Err(too_large());
        }
    }
    Ok(text.into())
}

/// What is done to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ListAction {
    /// Drops null and blank elements.
    Compact,
    /// Keeps the first of equal elements.
    Unique,
    /// Sorts: numbers by value, before texts by code points.
    Sort,
    /// Reverses.
    Reverse,
    /// Takes the first element.
    First,
    /// Takes the last element.
    Last,
    /// Counts the elements.
    #[serde(alias = "count")]
    Length,
}

pub(super) fn list(actions: &[ListAction], tree: &Tree) -> Result<Tree, String> {
    let mut tree = tree.clone();
    for action in actions {
        let list = match tree {
            Tree::List(list) => list,
            other => return Err(format!("must be a list for list, not {}", other.kind())),
        };
        let mut list = std::sync::Arc::try_unwrap(list).unwrap_or_else(|shared| (*shared).clone());
        tree = match action {
            ListAction::Compact => list.into_iter().filter(|element| !is_blank(element)).collect(),
            ListAction::Unique => {
                // By order, because trees have no hash: equal ones stand together, and the first of them stays.
                let mut places: Vec<usize> = (0..list.len()).collect();
                places.sort_by(|a, b| list[*a].cmp(&list[*b]).then(a.cmp(b)));
                places.dedup_by(|b, a| list[*a] == list[*b]);
                places.sort_unstable();
                places.into_iter().map(|at| list[at].clone()).collect()
            }
            ListAction::Sort => {
                list.sort();
                list.into()
            }
            ListAction::Reverse => {
                list.reverse();
                list.into()
            }
            ListAction::First => list.into_iter().next().unwrap_or_default(),
            ListAction::Last => list.pop().unwrap_or_default(),
            ListAction::Length => list.len().into(),
        };
    }
    Ok(tree)
}

/// A part by its place.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Substring {
    /// First character, from 0; negative from the end.
    #[serde(default)]
    pub start: i64,
    /// Character after the last one; negative from the end. Default the end of the text.
    #[serde(default)]
    pub end: Option<i64>,
    /// Number of characters, instead of `end`.
    #[serde(default)]
    pub length: Option<u32>,
}

impl Substring {
    pub(super) fn of<'t>(&self, text: &'t str) -> &'t str {
        let mut places: Vec<usize> = text.grapheme_indices(true).map(|(place, _)| place).collect();
        places.push(text.len());
        let many = places.len() - 1;
        let place = |at: i64| {
            let distance = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
            if at < 0 { many.saturating_sub(distance) } else { distance.min(many) }
        };
        let start = place(self.start);
        let end = match (self.length, self.end) {
            (Some(length), _) => start.saturating_add(length as usize).min(many),
            (None, Some(end)) => place(end),
            (None, None) => many,
        };
        if start < end { &text[places[start]..places[end]] } else { "" }
    }
}

/// What stands between two texts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Between {
    /// Text after which it begins; without it the start.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1_000))]
    pub after: Option<String>,
    /// Text before which it ends; without it the end.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1_000))]
    pub before: Option<String>,
    /// Whether all are taken, as a list.
    #[serde(default)]
    pub all: bool,
}

impl Shorthand for Between {
    fn of(short: Short) -> Option<Self> {
        let [after, before] = <[String; 2]>::try_from(short.list()?).ok()?;
        Some(Self { after: Some(after), before: Some(before), all: false })
    }
}

impl Between {
    pub(super) fn of(&self, text: &str) -> Tree {
        let mut parts = Vec::new();
        let mut rest = text;
        while parts.is_empty() || self.all {
            let begun = match &self.after {
                Some(after) => rest.find(after.as_str()).map(|at| &rest[at + after.len()..]),
                None => Some(rest),
            };
            let Some(begun) = begun else { break };
            let end = match &self.before {
                Some(before) => begun.find(before.as_str()),
                None => Some(begun.len()),
            };
            let Some(end) = end else { break };
            parts.push(Tree::from(&begun[..end]));
            rest = &begun[end + self.before.as_ref().map_or(0, String::len)..];
            if self.before.is_none() || (rest.is_empty() && self.after.is_none()) {
                break;
            }
        }
        if self.all { parts.into() } else { parts.pop().unwrap_or_default() }
    }
}

/// How a text is shortened.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Truncate {
    /// Number of characters at most, those of `suffix` included.
    #[garde(range(max = 10_000_000))]
    pub length: usize,
    /// Text that shows that something is missing (default …).
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub suffix: Option<String>,
    /// Whether a word may be cut.
    #[serde(default)]
    pub within_words: bool,
}

impl Shorthand for Truncate {
    fn of(short: Short) -> Option<Self> {
        short.whole().map(Self::to)
    }
}

impl Truncate {
    pub(super) fn to(length: usize) -> Self {
        Self { length, suffix: None, within_words: false }
    }

    pub(super) fn of(&self, text: &str) -> String {
        if text.graphemes(true).nth(self.length).is_none() {
            return text.to_owned();
        }
        let suffix = self.suffix.as_deref().unwrap_or("…");
        let Some(room) = self.length.checked_sub(suffix.graphemes(true).count()) else {
            return text.graphemes(true).take(self.length).collect();
        };
        let end = text.grapheme_indices(true).nth(room).map_or(text.len(), |(place, _)| place);
        let mut cut = &text[..end];
        let within = |at: usize| {
            let joins = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
            joins(text[..at].chars().next_back()) && joins(text[at..].chars().next())
        };
        if !self.within_words
            && within(end)
            && let Some(space) = cut.rfind(char::is_whitespace)
            && !cut[..space].trim().is_empty()
        {
            cut = &cut[..space];
        }
        let cut = cut.trim_end();
        let cut =
            if suffix.is_empty() { cut } else { cut.trim_end_matches([',', ';', ':', '-', '–', '—']).trim_end() };
        format!("{cut}{suffix}")
    }
}

/// How a text is filled up.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Pad {
    /// Number of characters at least.
    #[garde(range(max = 100_000))]
    pub length: usize,
    /// Text to fill with (default a space).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 100))]
    pub with: Option<String>,
    /// Where to fill (default the start: 7 becomes 007).
    #[serde(default)]
    pub side: Option<Side>,
}

impl Shorthand for Pad {
    fn of(short: Short) -> Option<Self> {
        short.whole().map(|length| Self { length, with: None, side: None })
    }
}

impl Pad {
    pub(super) fn of(&self, text: &str) -> Result<String, String> {
        let Some(missing) = self.length.checked_sub(text.graphemes(true).count()) else { return Ok(text.to_owned()) };
        let with: Vec<&str> = self.with.as_deref().unwrap_or(" ").graphemes(true).collect();
        let widest = with.iter().map(|character| character.len()).max().unwrap_or(1);
        if missing.saturating_mul(widest) > MAX_TEXT {
            return Err(too_large());
        }
        let fill = |many: usize| with.iter().cycle().take(many).copied().collect::<String>();
        Ok(match self.side.unwrap_or(Side::Start) {
            Side::Start => format!("{}{text}", fill(missing)),
            Side::End => format!("{text}{}", fill(missing)),
            Side::Both => format!("{}{text}{}", fill(missing / 2), fill(missing - missing / 2)),
        })
    }
}

/// Width of lines.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wrap {
    /// Characters of a line at most; a longer word has a line of its own.
    #[garde(range(min = 1, max = 10_000))]
    pub width: usize,
}

impl Shorthand for Wrap {
    fn of(short: Short) -> Option<Self> {
        short.whole().map(|width| Self { width })
    }
}

impl Wrap {
    pub(super) fn of(&self, text: &str) -> String {
        let mut wrapped = String::with_capacity(text.len() + text.len() / self.width);
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                wrapped.push('\n');
            }
            let mut used = 0;
            for word in line.split_whitespace() {
                let length = word.graphemes(true).count();
                if used > 0 && used + 1 + length > self.width {
                    wrapped.push('\n');
                    used = 0;
                }
                if used > 0 {
                    wrapped.push(' ');
                    used += 1;
                }
                wrapped.push_str(word);
                used += length;
            }
        }
        wrapped
    }
}

pub(super) fn repeat(text: &str, times: u32) -> Result<String, String> {
    let times = times as usize;
    if text.len().saturating_mul(times) > MAX_TEXT { Err(too_large()) } else { Ok(text.repeat(times)) }
}

pub(super) fn reverse(text: &str) -> String {
    text.graphemes(true).rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncated_at_a_word() {
        for (text, length, right) in [
            ("The quick brown fox", 12, "The quick…"),
            ("The quick brown fox", 19, "The quick brown fox"),
            ("The quick brown fox", 10, "The quick…"),
            ("Hello, world", 8, "Hello…"),
            ("Extraordinary", 6, "Extra…"),
            ("👍🏽👍🏽👍🏽", 2, "👍🏽…"),
            ("abc", 0, ""),
            ("", 5, ""),
        ] {
            assert_eq!(Truncate::to(length).of(text), right, "{text} {length}");
        }
        let cut = Truncate { length: 7, suffix: Some("...".to_owned()), within_words: true };
        assert_eq!(cut.of("The quick"), "The...");
    }

    #[test]
    fn parts_by_place() {
        let part = |start, end, length| Substring { start, end, length };
        for (part, right) in [
            (part(0, Some(2), None), "éa"),
            (part(-2, None, None), "👨‍👩‍👧b"),
            (part(1, None, Some(1)), "a"),
            (part(1, Some(-1), None), "a👨‍👩‍👧"),
            (part(9, None, None), ""),
            (part(-9, Some(1), None), "é"),
            (part(2, Some(1), None), ""),
            (part(i64::MIN, Some(i64::MAX), None), "e\u{301}a👨‍👩‍👧b"),
        ] {
            let text =
                if right.starts_with("e\u{301}") { "e\u{301}a👨‍👩‍👧b" } else { "éa👨‍👩‍👧b" };
            assert_eq!(part.of(text), right, "{part:?}");
        }
    }

    #[test]
    fn between_two_texts() {
        let between = |after: Option<&str>, before: Option<&str>, all| Between {
            after: after.map(str::to_owned),
            before: before.map(str::to_owned),
            all,
        };
        for (step, right) in [
            (between(Some("["), Some("]"), false), r#""a""#),
            (between(Some("["), Some("]"), true), r#"["a","b"]"#),
            (between(None, Some(" "), false), r#""x""#),
            (between(Some("] "), None, false), r#""[b] y""#),
            (between(Some("("), Some(")"), false), "null"),
            (between(Some("("), Some(")"), true), "[]"),
            (between(None, Some(" "), true), r#"["x","[a]","[b]"]"#),
        ] {
            assert_eq!(step.of("x [a] [b] y").to_json(), right, "{step:?}");
        }
    }

    #[test]
    fn filled_wrapped_repeated() {
        let pad = |side, with: &str| Pad { length: 5, with: Some(with.to_owned()), side }.of("42").unwrap();
        assert_eq!(
            (pad(None, "0"), pad(Some(Side::End), "ab"), pad(Some(Side::Both), "*")),
            ("00042".into(), "42aba".into(), "*42**".into())
        );
        assert_eq!(
            Wrap { width: 9 }.of("The quick brown fox\nextraordinary a"),
            "The quick\nbrown fox\nextraordinary\na"
        );
        assert_eq!((repeat("ab", 2).unwrap(), reverse("ae\u{301}🇩🇪")), ("abab".to_owned(), "🇩🇪e\u{301}a".to_owned()));
    }
}
