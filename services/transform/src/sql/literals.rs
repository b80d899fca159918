//! Literals of the numbers that SQL holds as doubles.
//!
//! SQLite has integers of 64 bits and doubles, and no decimals. So a decimal is compared and computed with as a double, and its
//! literal is kept beside: what a query hands out unchanged is written as it came, `1.10` and `2.50`. Kept is how many places
//! a literal has, by the bits of its double, for each column; a few bytes a value. What was computed is written with 15 digits
//! where the rest is the noise of doubles (0.1 * 3 is 0.3), else with all it has.

use std::collections::{HashMap, HashSet};

use crate::rows::number;

/// Values whose literals are kept; of more, none is.
const MAX_KEPT: usize = 2_000_000;
/// Digits a double has whatever they are.
const EXACT_DIGITS: usize = 15;
/// Digits that are so many fewer with the noise taken off.
const NOISE: usize = 4;
/// Of which literal it cannot be said.
const SEVERAL: u8 = u8::MAX;

/// Literals by the column they stand in.
#[derive(Debug, Default)]
pub(super) struct Literals {
    columns: HashMap<String, Column>,
    /// Whole numbers that are held as texts, because no number of SQL has all their digits.
    texts: HashSet<Box<str>>,
    /// Texts of the data that look like those; one that is both stays a text.
    words: HashSet<Box<str>>,
    kept: usize,
    full: bool,
}

#[derive(Debug, Default)]
struct Column {
    /// Places behind the point by the bits of the double.
    places: HashMap<u64, u8>,
    /// Literals that are written in another way; nothing where there are several for one double.
    odd: HashMap<u64, Option<Box<str>>>,
}

impl Column {
    fn literal(&self, double: f64) -> Option<String> {
        let bits = double.to_bits();
        match (self.places.get(&bits), self.odd.get(&bits)) {
            (Some(&places), None) if places != SEVERAL => Some(format!("{double:.*}", usize::from(places))),
            (None, Some(literal)) => literal.as_deref().map(str::to_owned),
            _ => None,
        }
    }
}

/// The places behind the point of a literal that a double has digit by digit.
fn places_of(literal: &str) -> Option<u8> {
    let digits = literal.strip_prefix('-').unwrap_or(literal);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (plain && whole.len() + fraction.len() <= EXACT_DIGITS).then_some(fraction.len() as u8)
}

impl Literals {
    /// Keeps the literal of a number that is held as a double.
    pub(super) fn note(&mut self, column: &str, literal: &str, double: f64) {
        if self.full {
            return;
        }
        if !self.columns.contains_key(column) {
            self.columns.insert(column.to_owned(), Column::default());
        }
        let Some(own) = self.columns.get_mut(column) else { return };
        let (bits, before) = (double.to_bits(), own.places.len() + own.odd.len());
        match places_of(literal) {
            Some(places) => {
                let known = own.places.entry(bits).or_insert(places);
                if *known != places {
                    *known = SEVERAL;
                }
            }
            None => {
                let known = own.odd.entry(bits).or_insert_with(|| Some(literal.into()));
                if known.as_deref() != Some(literal) {
                    *known = None;
                }
            }
        }
        self.kept += own.places.len() + own.odd.len() - before;
        if self.kept > MAX_KEPT {
            self.columns.clear();
            self.full = true;
        }
    }

    /// Keeps that a text is a number.
    pub(super) fn note_text(&mut self, literal: &str) {
        if self.texts.len() < MAX_KEPT {
            self.texts.insert(literal.into());
        }
    }

    /// Keeps that a text only looks like a number.
    pub(super) fn note_word(&mut self, text: &str) {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.len() > EXACT_DIGITS
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && self.words.len() <= MAX_KEPT
        {
            self.words.insert(text.into());
        }
    }

    /// Whether a text of a query is a number of the data.
    pub(super) fn is_number(&self, text: &str) -> bool {
        self.texts.contains(text) && !self.words.contains(text) && self.words.len() <= MAX_KEPT
    }

    /// A double of a query as JSON; none when it is not finite.
    pub(super) fn written(&self, column: &str, double: f64) -> Option<String> {
        if let Some(literal) = self.columns.get(column).and_then(|own| own.literal(double)) {
            return Some(literal);
        }
        // Under another name, as in max(price): if all columns agree.
        let mut literals = self.columns.values().filter_map(|own| own.literal(double));
        match literals.next() {
            Some(literal) if literals.all(|other| other == literal) => Some(literal),
            _ => computed(double),
        }
    }
}

/// What was computed, without the noise of doubles.
fn computed(double: f64) -> Option<String> {
    let all = number::of_float(double)?;
    let rounded: f64 = format!("{double:.*e}", EXACT_DIGITS - 1).parse().ok()?;
    let short = number::of_float(rounded)?;
    Some(if short.len() + NOISE <= all.len() { short } else { all })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_changed_is_written_as_it_came() {
        let mut literals = Literals::default();
        for literal in ["1.10", "2.5", "3.00", "1e3", "0.12345678901234567890", "-0.50", "1234567890123.45"] {
            literals.note("p", literal, literal.parse().unwrap());
        }
        literals.note("q", "2.50", 2.5);
        for literal in ["1.10", "2.5", "3.00", "1e3", "0.12345678901234567890", "-0.50", "1234567890123.45"] {
            assert_eq!(literals.written("p", literal.parse().unwrap()).as_deref(), Some(literal));
        }
        assert_eq!(literals.written("q", 2.5).as_deref(), Some("2.50"));
        // Under another name: of one literal yes, of two no.
        assert_eq!(literals.written("max(p)", 1.1).as_deref(), Some("1.10"));
        assert_eq!(literals.written("m", 2.5).as_deref(), Some("2.5"));
        // Two for one double.
        literals.note("p", "1.1", 1.1);
        assert_eq!(literals.written("p", 1.1).as_deref(), Some("1.1"));
    }

    #[test]
    fn a_text_is_no_number_for_looking_like_one() {
        let mut literals = Literals::default();
        literals.note_text("92248516423884831234567");
        assert!(literals.is_number("92248516423884831234567") && !literals.is_number("7"));
        literals.note_word("92248516423884831234567");
        assert!(!literals.is_number("92248516423884831234567"));
    }

    #[test]
    fn what_was_computed_has_no_noise() {
        let literals = Literals::default();
        for (double, written) in [
            (0.1 * 3.0, "0.3"),
            (4.35 * 100.0, "435"),
            (1.0 / 3.0, "0.3333333333333333"),
            (12_345_678_901_234.56, "12345678901234.56"),
            (2.0_f64.sqrt(), "1.4142135623730951"),
            (1e300 * 10.0, "1e301"),
            (-0.1 - 0.2, "-0.3"),
        ] {
            assert_eq!(literals.written("x", double).as_deref(), Some(written));
        }
        assert_eq!(literals.written("x", f64::INFINITY), None);
    }
}
