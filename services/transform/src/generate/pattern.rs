//! Texts that a regular expression matches.

use chassis::Error;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::chance::Chance;

/// Repetitions of what may be repeated without end.
const ENDLESS: u32 = 8;
/// Characters of a text at most, and steps on the way to it: a part may be repeated that writes nothing.
const MAX_LENGTH: usize = 1_000;
const MAX_STEPS: usize = 10_000;
const MAX_PATTERN: usize = 1_000;

/// A pattern that texts are made after.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Hir);

impl Pattern {
    /// Reads a regular expression.
    pub(super) fn parse(source: &str, field: &str) -> Result<Self, Error> {
        if source.len() > MAX_PATTERN {
            return Err(Error::impossible(field, "is longer than 1,000 characters"));
        }
        // What says nothing of the characters themselves is left to whoever checks them.
        let anchored = source.strip_prefix('^').unwrap_or(source);
        let inner = anchored.strip_suffix('$').filter(|rest| !rest.ends_with('\\')).unwrap_or(anchored);
        // A digit is one of ten, unless the pattern itself has other characters.
        let parser = |unicode: bool| regex_syntax::ParserBuilder::new().unicode(unicode).nest_limit(50).build();
        let ascii = parser(false).parse(inner).ok();
        let hir = match ascii {
            Some(hir) => hir,
            None => parser(true).parse(inner).map_err(|error| {
                let reason =
                    error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                Error::impossible(field, format!("is no regular expression that texts can be made of: {reason}"))
            })?,
        };
        Ok(Self(hir))
    }

    /// A text that it matches.
    pub(super) fn text(&self, chance: &mut Chance) -> String {
        let (mut text, mut steps) = (String::new(), MAX_STEPS);
        write(&self.0, chance, &mut text, &mut steps);
        text
    }
}

fn write(hir: &Hir, chance: &mut Chance, text: &mut String, steps: &mut usize) {
    if text.len() >= MAX_LENGTH || *steps == 0 {
        return;
    }
    *steps -= 1;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(character(class, chance)),
        HirKind::Capture(capture) => write(&capture.sub, chance, text, steps),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, chance, text, steps)),
        HirKind::Alternation(parts) => {
            if let Some(part) = chance.pick(parts) {
                write(part, chance, text, steps);
            }
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or_else(|| repetition.min.saturating_add(ENDLESS));
            for _ in 0..chance.between(i64::from(repetition.min), i64::from(most)) {
                if text.len() >= MAX_LENGTH || *steps == 0 {
                    break;
                }
                write(&repetition.sub, chance, text, steps);
            }
        }
    }
}

/// A character of a class; of large ones a printable ASCII one, where it has any.
fn character(class: &Class, chance: &mut Chance) -> Option<char> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect(),
        Class::Bytes(class) => class.iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect(),
    };
    let printable: Vec<(u32, u32)> = ranges
        .iter()
        .map(|(start, end)| (*start.max(&0x20), *end.min(&0x7e)))
        .filter(|(start, end)| start <= end)
        .collect();
    let ranges = if printable.is_empty() { ranges } else { printable };
    let all: u64 = ranges.iter().map(|(start, end)| u64::from(end - start) + 1).sum();
    let mut place = chance.below(all);
    for (start, end) in ranges {
        let many = u64::from(end - start) + 1;
        if place < many {
            return char::from_u32(start + u32::try_from(place).unwrap_or_default());
        }
        place -= many;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_match_their_pattern() {
        for source in [
            "ORD-[0-9]{6}",
            "^[A-Z]{2,3}(-[a-f0-9]{4})+$",
            r"(red|green|blue) \d+",
            ".{3}",
            r"\w*",
            "a?b*c+",
            r"[^a-z]{5}",
            r"x\$",
            "",
        ] {
            let pattern = Pattern::parse(source, "pattern").unwrap();
            let matcher = regex::Regex::new(&format!("^(?:{source})$")).unwrap();
            for row in 0..50 {
                let text = pattern.text(&mut Chance::of(1, 2, row, 0));
                assert!(matcher.is_match(&text), "{source}: {text:?}");
            }
        }
        for source in ["(", "[z-a]", "(?=x)", &"a".repeat(2_000)] {
            assert!(Pattern::parse(source, "pattern").is_err(), "{source}");
        }
        for source in ["(?:){4000000000}", "(?:a||||||||){4000000000}", "((a*)*)*"] {
            if let Ok(pattern) = Pattern::parse(source, "pattern") {
                assert!(pattern.text(&mut Chance::of(1, 2, 3, 0)).len() <= MAX_LENGTH, "{source}");
            }
        }
        // However much is asked for.
        let large = Pattern::parse("((a{1000}){1000}){1000}", "pattern");
        if let Ok(large) = large {
            assert!(large.text(&mut Chance::of(1, 2, 3, 0)).len() <= MAX_LENGTH + 1);
        }
    }
}
