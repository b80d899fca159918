//! Values of properties: lengths with their units and `calc`, words, arguments.

pub(crate) use super::color::{Color, color};

/// A length that may depend on the width around it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum Length {
    #[default]
    Auto,
    /// CSS pixels plus a part of what is around: `calc(100% - 20px)` is `(-20, 1)`.
    Sum(f64, f64),
}

impl Length {
    pub(crate) const ZERO: Self = Self::Sum(0.0, 0.0);

    /// In pixels, in a width; nothing for `auto`.
    pub(crate) fn resolve(self, around: f64) -> Option<f64> {
        match self {
            Self::Auto => None,
            Self::Sum(pixels, part) => Some(pixels + part * around),
        }
    }

    /// In pixels; `auto` is nothing.
    pub(crate) fn or_zero(self, around: f64) -> f64 {
        self.resolve(around).unwrap_or(0.0)
    }

    /// Whether it depends on what is around.
    pub(crate) fn is_relative(self) -> bool {
        matches!(self, Self::Sum(_, part) if part != 0.0)
    }
}

/// The largest length that is believed.
const MAX_PIXELS: f64 = 200_000.0;

/// The largest multiple of what is around that is believed.
const MAX_PARTS: f64 = 1_000.0;

/// Brackets within each other in a value.
const MAX_BRACKETS: usize = 16;

/// Whether brackets are so many within each other that nobody wrote them: they are not followed.
pub(crate) fn is_deep(text: &str) -> bool {
    let mut open = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'(' => open += 1,
            b')' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MAX_BRACKETS
    })
}

/// Reads a length, with the font size of the element and of the root.
pub(crate) fn read(text: &str, em: f64, rem: f64) -> Option<Length> {
    let text = text.trim();
    if is_deep(text) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "auto" | "none" | "max-content" | "min-content" | "fit-content" => return Some(Length::Auto),
        "" => return None,
        _ => {}
    }
    if let Some(inner) = lower.strip_prefix("calc(").and_then(|rest| rest.strip_suffix(')')) {
        return calc(inner, em, rem, 0);
    }
    for (name, pick) in [("min(", true), ("max(", false)] {
        if let Some(inner) = lower.strip_prefix(name).and_then(|rest| rest.strip_suffix(')')) {
            // Of lengths that depend on the width, the first stands for all.
            let all: Vec<Length> = arguments(inner).iter().filter_map(|one| read(one, em, rem)).collect();
            let fixed = all.iter().filter_map(|one| match one {
                Length::Sum(pixels, part) if *part == 0.0 => Some(*pixels),
                _ => None,
            });
            let best = if pick { fixed.fold(f64::INFINITY, f64::min) } else { fixed.fold(f64::NEG_INFINITY, f64::max) };
            return if best.is_finite() { Some(Length::Sum(best, 0.0)) } else { all.first().copied() };
        }
    }
    if let Some(inner) = lower.strip_prefix("clamp(").and_then(|rest| rest.strip_suffix(')')) {
        let all: Vec<Length> = arguments(inner).iter().filter_map(|one| read(one, em, rem)).collect();
        return match all.as_slice() {
            [Length::Sum(least, 0.0), Length::Sum(pixels, 0.0), Length::Sum(most, 0.0)] => {
                Some(Length::Sum(pixels.min(*most).max(*least), 0.0))
            }
            [_, wanted, _] => Some(*wanted),
            all => all.first().copied(),
        };
    }
    let split = lower.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(lower.len());
    let number: f64 = lower[..split].parse().ok().filter(|number: &f64| number.is_finite())?;
    let factor = match &lower[split..] {
        "" if number == 0.0 => 1.0,
        "px" => 1.0,
        "pt" => 4.0 / 3.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "q" => 96.0 / 101.6,
        "em" => em,
        "rem" => rem,
        "ex" | "ch" => em * 0.5,
        "%" => return Some(Length::Sum(0.0, number.clamp(-10_000.0, 10_000.0) / 100.0)),
        // Where the cascade has not put in the page's own: A4 between its margins.
        "vw" | "vmin" => 7.17,
        "vh" | "vmax" => 10.46,
        _ => return None,
    };
    Some(Length::Sum((number * factor).clamp(-MAX_PIXELS, MAX_PIXELS), 0.0))
}

/// A value whose lengths in parts of the page are pixels.
pub(crate) fn in_viewport(text: &str, (width, height): (f64, f64)) -> Option<String> {
    // Most values name none.
    if !text.bytes().any(|byte| byte.eq_ignore_ascii_case(&b'v')) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let units = [("vw", width), ("vh", height), ("vmin", width.min(height)), ("vmax", width.max(height))];
    if !units.iter().any(|(unit, _)| lower.contains(unit)) {
        return None;
    }
    let mut out = String::with_capacity(lower.len());
    let mut rest = lower.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit() || c == '.') {
        out.push_str(&rest[..start]);
        let number = &rest[start..];
        let end = number.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(number.len());
        let unit_end = number[end..].find(|c: char| !c.is_ascii_alphabetic()).map_or(number.len(), |at| end + at);
        // `dvh`, `svw` and so on are the same on paper.
        let unit = number[end..unit_end].trim_start_matches(['d', 's', 'l']);
        match (units.iter().find(|(known, _)| *known == unit), number[..end].parse::<f64>()) {
            (Some((_, whole)), Ok(value)) => out.push_str(&format!("{:.4}px", value / 100.0 * whole)),
            _ => out.push_str(&number[..unit_end]),
        }
        rest = &number[unit_end..];
    }
    out.push_str(rest);
    Some(out)
}

/// Reads a length in pixels that depends on nothing; a bare number is one too.
pub(crate) fn length(text: &str, em: f64, rem: f64) -> Option<f64> {
    match read(text, em, rem)? {
        Length::Sum(pixels, 0.0) => Some(pixels),
        _ => None,
    }
}

/// A value of an old attribute: a number is pixels.
pub(crate) fn attribute(text: &str) -> Option<Length> {
    let text = text.trim().trim_end_matches(';');
    text.parse::<f64>()
        .ok()
        .filter(|n| n.is_finite())
        .map_or_else(|| read(text, 16.0, 16.0), |pixels| Some(Length::Sum(pixels.clamp(0.0, MAX_PIXELS), 0.0)))
}

/// What a part of a formula is.
#[derive(Clone, Copy)]
enum Term {
    Number(f64),
    Length(f64, f64),
}

/// A sum of products; nothing where the units do not go together.
fn calc(text: &str, em: f64, rem: f64, depth: usize) -> Option<Length> {
    match formula(text, em, rem, depth)? {
        Term::Length(pixels, part) if pixels.is_finite() && part.is_finite() => {
            Some(Length::Sum(pixels.clamp(-MAX_PIXELS, MAX_PIXELS), part.clamp(-MAX_PARTS, MAX_PARTS)))
        }
        Term::Number(0.0) => Some(Length::ZERO),
        _ => None,
    }
}

fn formula(text: &str, em: f64, rem: f64, depth: usize) -> Option<Term> {
    if depth > 8 {
        return None;
    }
    let mut total: Option<Term> = None;
    for (sign, term) in terms(text, &['+', '-'], true) {
        let mut product: Option<Term> = None;
        for (operator, factor) in terms(term, &['*', '/'], false) {
            let factor = factor.trim();
            let inner = factor.strip_prefix("calc").unwrap_or(factor);
            let value = match (inner.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')), factor.parse::<f64>()) {
                (Some(inner), _) => formula(inner, em, rem, depth + 1)?,
                (None, Ok(number)) => Term::Number(number),
                (None, Err(_)) => match read(factor, em, rem)? {
                    Length::Sum(pixels, part) => Term::Length(pixels, part),
                    Length::Auto => return None,
                },
            };
            product = Some(match (product, value, operator) {
                (None, value, _) => value,
                (Some(Term::Number(one)), Term::Number(two), '/') => Term::Number(one / two),
                (Some(Term::Number(one)), Term::Number(two), _) => Term::Number(one * two),
                (Some(Term::Length(pixels, part)), Term::Number(by), '/') => Term::Length(pixels / by, part / by),
                (Some(Term::Length(pixels, part)), Term::Number(by), _)
                | (Some(Term::Number(by)), Term::Length(pixels, part), '*') => Term::Length(pixels * by, part * by),
                _ => return None,
            });
        }
        let scale = if sign == '-' { -1.0 } else { 1.0 };
        total = Some(match (total, product?) {
            (None, Term::Number(number)) => Term::Number(number * scale),
            (None, Term::Length(pixels, part)) => Term::Length(pixels * scale, part * scale),
            (Some(Term::Number(sum)), Term::Number(number)) => Term::Number(sum + number * scale),
            (Some(Term::Length(sum, parts)), Term::Length(pixels, part)) => {
                Term::Length(sum + pixels * scale, parts + part * scale)
            }
            // A zero needs no unit for those who write it.
            (Some(Term::Length(sum, parts)), Term::Number(0.0)) => Term::Length(sum, parts),
            (Some(Term::Number(0.0)), Term::Length(pixels, part)) => Term::Length(pixels * scale, part * scale),
            _ => return None,
        });
    }
    total
}

/// Parts of a formula with the operators before them; signs count only where spaces are around them.
fn terms<'t>(text: &'t str, operators: &[char], spaced: bool) -> Vec<(char, &'t str)> {
    let mut found = Vec::new();
    let (mut depth, mut start, mut operator) = (0, 0, operators[0]);
    let bytes = text.as_bytes();
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && operators.contains(&letter) => {
                let free = !spaced || (at > 0 && bytes[at - 1] == b' ');
                if free && !text[start..at].trim().is_empty() {
                    found.push((operator, text[start..at].trim()));
                    operator = letter;
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    found.push((operator, text[start..].trim()));
    found
}

/// The arguments of a function.
pub(crate) fn arguments(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// Words of a value, with functions and strings whole.
pub(crate) fn words(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start, mut quote) = (Vec::new(), 0, None, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) => {
                if letter == open {
                    quote = None;
                }
                continue;
            }
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        if letter.is_whitespace() && depth == 0 && quote.is_none() {
            if let Some(start) = start.take() {
                parts.push(&text[start..at]);
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(start) = start {
        parts.push(&text[start..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_sums_are_read() {
        for (text, pixels, part) in [
            ("12px", 12.0, 0.0),
            ("9pt", 12.0, 0.0),
            ("2.54cm", 96.0, 0.0),
            ("1.5em", 15.0, 0.0),
            ("50%", 0.0, 0.5),
            ("calc(100% - 2 * 10px)", -20.0, 1.0),
            ("calc((100% + 10px) / 2)", 5.0, 0.5),
            ("calc(1px * calc(1 - 0))", 1.0, 0.0),
            ("calc(.5rem * calc(1 - 1))", 0.0, 0.0),
            ("calc(4 * .25rem + 1px)", 17.0, 0.0),
            ("0", 0.0, 0.0),
            ("-3px", -3.0, 0.0),
            ("max(3px, 5px)", 5.0, 0.0),
        ] {
            let Some(Length::Sum(got, share)) = read(text, 10.0, 16.0) else { panic!("{text}") };
            assert!((got - pixels).abs() < 1e-9 && (share - part).abs() < 1e-9, "{text}: {got} {share}");
        }
        assert_eq!(in_viewport("calc(1rem + 2.5vw)", (800.0, 1000.0)).unwrap(), "calc(1rem + 20.0000px)");
        assert_eq!(in_viewport("100dvh", (800.0, 1000.0)).unwrap(), "1000.0000px");
        assert_eq!(read("clamp(1px, 9px, 5px)", 10.0, 16.0), Some(Length::Sum(5.0, 0.0)));
        assert_eq!(read("12furlong", 10.0, 16.0), None);
        assert_eq!(read("auto", 10.0, 16.0), Some(Length::Auto));
    }
}
