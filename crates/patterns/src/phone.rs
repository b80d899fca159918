//! Telephone numbers, as people write them. Digits alone are a number only after a plus sign or a word that says so.

use std::sync::LazyLock;

use regex::Regex;

use crate::address::within_word;

/// Digits in groups, perhaps with a country code and brackets.
static CANDIDATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\+|00)?[0-9(](?:[0-9()]|[ ./-](?:[(0-9])|\) ?){5,24}").expect("the pattern is well-formed")
});

/// Words that say a number is one.
const WORDS: [&str; 22] = [
    "phone",
    "tel",
    "tel.",
    "tel:",
    "mobile",
    "mobil",
    "cell",
    "call",
    "fax",
    "whatsapp",
    "telefon",
    "telefono",
    "teléfono",
    "téléphone",
    "handy",
    "rufen",
    "sms",
    "dial",
    "ring",
    "contact",
    "móvil",
    "celular",
];
/// Bytes before a number in which such a word is looked for.
const NEAR: usize = 24;

/// The places of numbers in a text, in bytes.
pub(crate) fn phones(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for candidate in CANDIDATE.find_iter(text) {
        let trimmed = candidate.as_str().trim_end_matches([' ', '.', '/', '-', ',', '(']);
        let (start, end) = (candidate.start(), candidate.start() + trimmed.len());
        if !joined(text, start, end) && is_phone(text, start, trimmed) {
            found.push((start, end));
        }
    }
    found
}

/// Whether it is part of something longer: a word, a GUID, a decimal, a path.
fn joined(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let mut after = text[end..].chars();
    let (next, second) = (after.next(), after.next());
    let goes_on = matches!(next, Some('-' | '.' | '/' | ',')) && second.is_some_and(char::is_alphanumeric);
    let from = matches!(before, Some('-' | '.' | '/' | '+' | '#' | '$' | '€' | '£' | ','));
    within_word(text, start, end) || goes_on || from || next == Some('%')
}

fn is_phone(text: &str, start: usize, number: &str) -> bool {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let balanced = number.matches('(').count() == number.matches(')').count();
    if !balanced || digits.chars().all(|digit| digit == digits.chars().next().unwrap_or_default()) {
        return false;
    }
    let groups: Vec<&str> = number.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    if number.starts_with('+') {
        return (8..=15).contains(&digits.len()) && !digits.starts_with('0');
    }
    if looks_like_date(number, &groups) {
        return false;
    }
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let american = match lengths.as_slice() {
        [3, 3, 4] => american(&digits),
        [1, 3, 3, 4] => digits.starts_with('1') && american(&digits[1..]),
        _ => false,
    };
    if american {
        return true;
    }
    // `00` dials abroad, as a plus sign does.
    let abroad = digits.strip_prefix("00").filter(|rest| number.starts_with("00") && !rest.starts_with('0'));
    if abroad.is_some_and(|rest| (9..=13).contains(&rest.len())) {
        return true;
    }
    // A social security number, or something of its form.
    if lengths == [3, 2, 4] {
        return false;
    }
    let long_enough = (7..=15).contains(&digits.len());
    let bracketed = number.starts_with('(') && groups.len() >= 2 && (2..=5).contains(&lengths[0]);
    // A trunk zero, then at least one more group.
    let national = digits.starts_with('0') && groups.len() >= 2 && digits.len() >= 9 && lengths[0] >= 2;
    long_enough && (bracketed || national || near_word(text, start))
}

/// An American number: neither area nor exchange starts with 0 or 1.
fn american(digits: &str) -> bool {
    let first = |place: usize| digits.as_bytes().get(place).is_some_and(|digit| (b'2'..=b'9').contains(digit));
    digits.len() == 10 && first(0) && first(3)
}

/// Dates such as 2024-01-31, 31.12.2024 or 01/02/03, and times.
fn looks_like_date(number: &str, groups: &[&str]) -> bool {
    let marks: Vec<char> = number.chars().filter(|c| !c.is_ascii_digit()).collect();
    let same =
        marks.windows(2).all(|pair| pair[0] == pair[1]) && marks.first().is_some_and(|mark| "-./".contains(*mark));
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    same && matches!(lengths.as_slice(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4] | [1..=2, 1..=2, 2])
}

/// Whether a word right before says that it is a number.
pub(crate) fn near_word(text: &str, start: usize) -> bool {
    said_before(text, start, NEAR, &WORDS)
}

/// Whether one of these words stands within so many bytes before a place.
pub(crate) fn said_before(text: &str, start: usize, bytes: usize, words: &[&str]) -> bool {
    let from = text.ceil_char_boundary(start.saturating_sub(bytes));
    // Another number between them is the one that the word names.
    let before = text[from..start].rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or_default().to_lowercase();
    let mut said =
        before.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == ':')).filter(|word| !word.is_empty());
    said.any(|word| words.iter().any(|known| *known == word || *known == word.trim_end_matches(['.', ':'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_what_looks_like_them() {
        for (text, right) in [
            ("Call +1 (415) 555-2671 now", vec!["+1 (415) 555-2671"]),
            (
                "(415) 555-2671, 415-555-2671 or 1-415-555-2671",
                vec!["(415) 555-2671", "415-555-2671", "1-415-555-2671"],
            ),
            ("+49 30 901820, 030 901820-00 und 0171/2345678", vec!["+49 30 901820", "030 901820-00", "0171/2345678"]),
            ("+33 1 42 68 53 00 / +442079460018", vec!["+33 1 42 68 53 00", "+442079460018"]),
            ("Tel: 5552671 and order 5552671", vec!["5552671"]),
            ("00491711234567, 0044 20 7946 0018", vec!["00491711234567", "0044 20 7946 0018"]),
            ("00012345678905 078-05-1120 000-12-3456", vec![]),
            ("3f2a9c10-7b1e-4c55-8021-5550123901aa", vec![]),
            ("2024-01-31, 31.12.2024, 01/02/2003, 12-31-99", vec![]),
            ("1764500000005 1764500000013 3.14159265 10,000,000 $1234567890", vec![]),
            ("192.168.100.200 and 123-45-6789", vec![]),
            ("ISBN 978-3-16-148410-0, invoice 2024-000123", vec![]),
            ("0000000000, +00000000000", vec![]),
        ] {
            let found: Vec<&str> = phones(text).into_iter().map(|(start, end)| &text[start..end]).collect();
            assert_eq!(found, right, "{text}");
        }
    }
}
