//! Find and replace, by a literal text or a regular expression.

use std::ops::Range;

use chassis::{Error, Short, Shorthand};
use fancy_regex::{Captures, RegexBuilder};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{MAX_TEXT, too_large};
use crate::tree::{Object, Tree};

/// Steps back that a pattern may take for one match.
const MAX_BACKTRACKS: usize = 1_000_000;
/// Bytes a compiled pattern may have.
const MAX_PROGRAM: usize = 4 * 1024 * 1024;
/// Matches and parts of a text at most.
pub(super) const MAX_PARTS: usize = 1_000_000;

/// What is replaced, and by what.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Replace {
    /// Text to find; with `regex` a regular expression.
    #[garde(length(chars, min = 1, max = 10_000))]
    pub find: String,
    /// Text to put in its place (default nothing); with `regex` $1, $<name> and $& are what was found.
    #[serde(default)]
    #[garde(length(chars, max = 100_000))]
    pub with: String,
    /// Whether it is a regular expression.
    #[serde(default)]
    pub regex: bool,
    /// Whether upper and lower case are one.
    #[serde(default)]
    pub ignore_case: bool,
    /// Whether only the first one is replaced.
    #[serde(default)]
    pub first: bool,
}

/// What is counted in a text.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Occurrences {
    /// Text to count; with `regex` a regular expression.
    #[garde(length(chars, min = 1, max = 10_000))]
    pub of: String,
    /// Whether it is a regular expression.
    #[serde(default)]
    pub regex: bool,
    /// Whether upper and lower case are one.
    #[serde(default)]
    pub ignore_case: bool,
}

impl Shorthand for Occurrences {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|of| Self { of, ..Self::default() })
    }
}

/// What a regular expression takes out of a text.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Match {
    /// Regular expression.
    #[garde(length(chars, min = 1, max = 10_000))]
    pub pattern: String,
    /// Group to take, by its number or name (default the whole match); `*` takes all groups as an object.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub group: Option<String>,
    /// Whether all are taken, as a list.
    #[serde(default)]
    pub all: bool,
    /// Whether upper and lower case are one.
    #[serde(default)]
    pub ignore_case: bool,
}

impl Shorthand for Match {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|pattern| Self { pattern, ..Self::default() })
    }
}

/// What a text is tested for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Test {
    /// Text to find; with `regex` a regular expression.
    #[garde(length(chars, min = 1, max = 10_000))]
    pub find: String,
    /// Where it has to be.
    #[serde(default)]
    pub at: Place,
    /// Whether it is a regular expression.
    #[serde(default)]
    pub regex: bool,
    /// Whether upper and lower case are one.
    #[serde(default)]
    pub ignore_case: bool,
}

impl Shorthand for Test {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|find| Self { find, ..Self::default() })
    }
}

/// Where a text has to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Anywhere.
    #[default]
    Anywhere,
    /// At the start.
    Start,
    /// At the end.
    End,
    /// It is all there is.
    Whole,
}

/// What is found in texts.
pub(super) enum Finder {
    /// A text.
    Literal(String),
    /// A text in any case.
    AnyCase(regex::Regex),
    /// A regular expression.
    Pattern(Box<fancy_regex::Regex>),
}

/// Which part of a match is taken.
pub(super) struct TextPart {
    group: Option<String>,
    all: bool,
}

impl TextPart {
    pub(super) fn of(step: &Match) -> Self {
        Self { group: step.group.clone(), all: step.all }
    }
}

/// What to say when a pattern is given up.
fn given_up(_: fancy_regex::Error) -> String {
    "makes the pattern take too many steps: a simpler pattern is needed".to_owned()
}

impl Finder {
    /// Compiles what is to be found.
    pub(super) fn of(find: &str, pattern: bool, ignore_case: bool, field: &str) -> Result<Self, Error> {
        if pattern {
            let mut builder = RegexBuilder::new(find);
            builder.case_insensitive(ignore_case).backtrack_limit(MAX_BACKTRACKS).delegate_size_limit(MAX_PROGRAM);
            let compiled = builder.build().map_err(|error| {
                let reason: String = error.to_string().lines().last().unwrap_or_default().chars().take(150).collect();
                Error::impossible(field, format!("is no regular expression: {reason}"))
            })?;
            return Ok(Self::Pattern(Box::new(compiled)));
        }
        if !ignore_case {
            return Ok(Self::Literal(find.to_owned()));
        }
        let compiled = regex::RegexBuilder::new(&regex::escape(find)).case_insensitive(true).build();
        compiled.map(Self::AnyCase).map_err(|_| Error::impossible(field, "is too long"))
    }

    /// Refuses a group that the pattern does not have.
    pub(super) fn expect_group(&self, group: Option<&str>, field: &str) -> Result<(), Error> {
        let (Self::Pattern(pattern), Some(group)) = (self, group) else { return Ok(()) };
        let known = match group.parse::<usize>() {
            Ok(number) => number < pattern.captures_len(),
            Err(_) => group == "*" || pattern.capture_names().flatten().any(|name| name == group),
        };
        if known { Ok(()) } else { Err(Error::impossible(field, "is no group of the pattern: use its number or name")) }
    }

    /// Tells the places of what is found, until it is told to stop.
    fn each(&self, text: &str, mut tell: impl FnMut(Range<usize>) -> Result<bool, String>) -> Result<(), String> {
        match self {
            Self::Literal(find) => {
                for (start, found) in text.match_indices(find.as_str()) {
                    if !tell(start..start + found.len())? {
                        break;
                    }
                }
            }
            Self::AnyCase(pattern) => {
                for found in pattern.find_iter(text) {
                    if !tell(found.range())? {
                        break;
                    }
                }
            }
            Self::Pattern(pattern) => {
                for found in pattern.find_iter(text) {
                    if !tell(found.map_err(given_up)?.range())? {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// How often it occurs.
    pub(super) fn count(&self, text: &str) -> Result<usize, String> {
        let mut count = 0;
        self.each(text, |_| {
            count += 1;
            Ok(true)
        })?;
        Ok(count)
    }

    /// The byte at which the first or last one begins.
    pub(super) fn place(&self, text: &str, last: bool) -> Result<Option<usize>, String> {
        let mut place = None;
        self.each(text, |range| {
            place = Some(range.start);
            Ok(last)
        })?;
        Ok(place)
    }

    /// Whether it is there.
    pub(super) fn test(&self, text: &str, at: Place) -> Result<bool, String> {
        let mut there = false;
        self.each(text, |range| {
            there = match at {
                Place::Anywhere => true,
                Place::Start => range.start == 0,
                Place::End => range.end == text.len(),
                Place::Whole => range == (0..text.len()),
            };
            Ok(!there && matches!(at, Place::End))
        })?;
        if let (Self::Literal(find), Place::End) = (self, at) {
            // Of `aa` in `aaa` the last one overlaps another.
            there = text.ends_with(find.as_str());
        }
        Ok(there)
    }

    /// The text between what is found.
    pub(super) fn split<'t>(&self, text: &'t str, limit: usize) -> Result<Vec<&'t str>, String> {
        let mut parts = Vec::new();
        let mut from = 0;
        self.each(text, |range| {
            if parts.len() + 1 >= limit {
                return Ok(false);
            }
            // What matches nothing at the ends separates nothing.
            if range.is_empty() && (range.start == 0 || range.start == text.len()) {
                return Ok(true);
            }
            parts.push(&text[from..range.start]);
            from = range.end;
            few(parts.len())
        })?;
        parts.push(&text[from..]);
        Ok(parts)
    }

    /// The text with what is found replaced.
    pub(super) fn replace(&self, text: &str, with: &str, first: bool) -> Result<String, String> {
        let mut replaced = String::with_capacity(text.len());
        let mut from = 0;
        if let Self::Pattern(pattern) = self {
            for captures in pattern.captures_iter(text) {
                let captures = captures.map_err(given_up)?;
                let Some(whole) = captures.get(0) else { continue };
                replaced.push_str(&text[from..whole.start()]);
                expand(with, pattern, &captures, &mut replaced);
                from = whole.end();
                if replaced.len() > MAX_TEXT {
                    return Err(too_large());
                }
                if first {
                    break;
                }
            }
        } else {
            self.each(text, |range| {
                replaced.push_str(&text[from..range.start]);
                replaced.push_str(with);
                from = range.end;
                if replaced.len() > MAX_TEXT { Err(too_large()) } else { Ok(!first) }
            })?;
        }
        replaced.push_str(&text[from..]);
        Ok(replaced)
    }

    /// What a pattern matches.
    pub(super) fn matches(&self, text: &str, part: &TextPart) -> Result<Tree, String> {
        let Self::Pattern(pattern) = self else { return Ok(Tree::Null) };
        let mut found = Vec::new();
        for captures in pattern.captures_iter(text) {
            let captures = captures.map_err(given_up)?;
            let group = |number: usize| Tree::from(captures.get(number).map(|group| group.as_str()));
            found.push(match part.group.as_deref() {
                None => group(0),
                Some("*") => {
                    let names = pattern.capture_names().enumerate();
                    let named = names
                        .map(|(number, name)| (name.map_or_else(|| number.to_string(), str::to_owned), group(number)));
                    named.collect::<Object<Tree>>().into()
                }
                Some(name) => match name.parse::<usize>() {
                    Ok(number) => group(number),
                    Err(_) => captures.name(name).map(|group| group.as_str()).into(),
                },
            });
            if !part.all {
                break;
            }
            few(found.len())?;
        }
        Ok(if part.all { found.into() } else { found.pop().unwrap_or_default() })
    }
}

/// Whether it may go on.
pub(super) fn few(parts: usize) -> Result<bool, String> {
    if parts <= MAX_PARTS { Ok(true) } else { Err("has more than 1,000,000 parts".to_owned()) }
}

/// Writes a replacement as JavaScript does: `$1`, `$12`, `$&`, `$0`, `$<name>`, `${name}`, and `$$` for a dollar sign. What is
/// no group stays as it is.
fn expand(with: &str, pattern: &fancy_regex::Regex, captures: &Captures<'_, str>, out: &mut String) {
    let mut rest = with;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut chars = rest.chars();
        let numbered = |digits: usize| {
            let number: usize = rest.get(..digits)?.parse().ok()?;
            (rest[..digits].bytes().all(|byte| byte.is_ascii_digit()) && number < captures.len())
                .then_some((number, digits))
        };
        let named = |open: char, close: char| {
            let inner = rest.strip_prefix(open)?;
            let end = inner.find(close)?;
            let name = &inner[..end];
            let value = match name.parse::<usize>() {
                Ok(number) if number < captures.len() => captures.get(number).map_or("", |group| group.as_str()),
                _ => {
                    let known = pattern.capture_names().flatten().any(|known| known == name);
                    known.then(|| captures.name(name).map_or("", |group| group.as_str()))?
                }
            };
            Some((value, end + 2))
        };
        if let Some((value, taken)) = named('<', '>').or_else(|| named('{', '}')) {
            out.push_str(value);
            rest = &rest[taken..];
        } else if let Some((number, taken)) = numbered(2).or_else(|| numbered(1)) {
            out.push_str(captures.get(number).map_or("", |group| group.as_str()));
            rest = &rest[taken..];
        } else {
            match chars.next() {
                Some('&') => out.push_str(captures.get(0).map_or("", |group| group.as_str())),
                Some('$') => out.push('$'),
                _ => {
                    out.push('$');
                    continue;
                }
            }
            rest = chars.as_str();
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(find: &str, regex: bool, ignore_case: bool) -> Finder {
        Finder::of(find, regex, ignore_case, "find").unwrap()
    }

    #[test]
    fn replaced_as_javascript_does() {
        for (text, find, with, right) in [
            ("2024-05-03", r"(\d+)-(\d+)-(\d+)", "$3/$2/$1", "03/05/2024"),
            ("a1b2", r"\d", "<$&>", "a<1>b<2>"),
            ("ada lovelace", r"(?<first>\w+) (?<last>\w+)", "$<last>, ${first}", "lovelace, ada"),
            ("a", "a", "$$1 $9 $x $", "$1 $9 $x $"),
            ("aaa", "(a)", "$10", "a0a0a0"),
            ("price", "(?=i)", "-", "pr-ice"),
            ("abab", r"(ab)\1", "x", "x"),
            ("foobar foobaz", "foo(?!bar)", "x", "foobar xbaz"),
            ("a.b", r"$", "!", "a.b!"),
        ] {
            assert_eq!(finder(find, true, false).replace(text, with, false).unwrap(), right, "{text}");
        }
        assert_eq!(finder("a.b", false, false).replace("a.b aXb a.b", "$1", false).unwrap(), "$1 aXb $1");
        assert_eq!(finder("ÄB", false, true).replace("äb ÄB", "x", false).unwrap(), "x x");
        assert_eq!(finder("a", false, false).replace("aaa", "b", true).unwrap(), "baa");
    }

    #[test]
    fn found_and_split() {
        let part = |group: Option<&str>, all| TextPart { group: group.map(str::to_owned), all };
        let order = finder(r"(?<id>[A-Z]+)-(\d+)", true, false);
        for (part, right) in [
            (part(None, false), r#""AB-1""#),
            (part(None, true), r#"["AB-1","C-22"]"#),
            (part(Some("id"), true), r#"["AB","C"]"#),
            (part(Some("2"), false), r#""1""#),
            (part(Some("*"), false), r#"{"0":"AB-1","id":"AB","2":"1"}"#),
        ] {
            assert_eq!(order.matches("AB-1, C-22", &part).unwrap().to_json(), right);
        }
        assert_eq!(order.matches("none", &part(None, false)).unwrap().to_json(), "null");
        assert_eq!(finder(r"\s*[,;]\s*", true, false).split("a , b;c", usize::MAX).unwrap(), ["a", "b", "c"]);
        assert_eq!(finder(",", false, false).split("a,b,c", 2).unwrap(), ["a", "b,c"]);
        assert_eq!(finder("aa", false, false).count("aaaa").unwrap(), 2);
        assert!(finder("aa", false, false).test("aaa", Place::End).unwrap());
        assert!(!finder("b", false, false).test("abc", Place::Whole).unwrap());
        assert!(finder("AB", false, true).test("abc", Place::Start).unwrap());
    }

    #[test]
    fn patterns_that_do_too_much_are_given_up() {
        for (pattern, text) in [(r"(a|aa)+(?=b)\1$", "a".repeat(5_000)), (r"(?:(a+)+)+\1(?<=c)", "a".repeat(5_000))] {
            assert!(finder(pattern, true, false).count(&text).is_err(), "{pattern}");
        }
        assert!(Finder::of("(a{1000}){1000}", true, false, "find").is_err());
    }
}
