//! Literals of the numbers that SQL holds as doubles.
//!
//! SQLite has integers of 64 bits and doubles, and no decimals. So a decimal is compared and computed with as a double, and its
//! literal is kept beside: what a query hands out unchanged is written as it came, `1.10` and `2.50`. Kept is, for each row, the
//! double and how many places its literal has: nine bytes, and nothing is hashed while rows are loaded. Where it is known which
//! rows a row of the answer was made of, each comes out as it was written there; else a double is looked for in all rows, and has
//! its literal back if all of them wrote it so. What was computed is written with 15 digits where the rest is the noise of doubles
//! (0.1 * 3 is 0.3), else with all it has.

use std::collections::{HashMap, HashSet};

use chassis::Call;

use crate::rows::number;

/// Whole numbers past 64 bits, and literals written in odd ways, that are kept.
const MAX_KEPT: usize = 2_000_000;
/// Digits a double has whatever they are.
const EXACT_DIGITS: usize = 15;
/// Digits that are so many fewer with the noise taken off.
const NOISE: usize = 4;
/// What is said instead of a number of places: there is no double, a literal of its own, the fewest digits.
const NONE: u8 = u8::MAX;
const ODD: u8 = u8::MAX - 1;
const SHORTEST: u8 = u8::MAX - 2;

/// The table and the row, from 0, that a row of an answer was made of.
pub(super) type Origin = (usize, usize);

/// Literals by the rows they stand in.
#[derive(Debug, Default)]
pub(super) struct Literals {
    tables: Vec<Vec<Column>>,
    /// Whole numbers that are held as texts, because no number of SQL has all their digits.
    texts: HashSet<Box<str>>,
    /// Texts of the data that look like those; one that is both stays a text.
    words: HashSet<Box<str>>,
    odd: usize,
    /// Whether there were more than are kept.
    lost: bool,
}

#[derive(Debug)]
struct Column {
    name: String,
    /// The name in small letters.
    key: String,
    /// Doubles by their rows; shorter when the rest has none.
    doubles: Vec<f64>,
    places: Vec<u8>,
    odd: HashMap<usize, Box<str>>,
}

impl Column {
    fn literal(&self, row: usize) -> Option<String> {
        let double = *self.doubles.get(row)?;
        match *self.places.get(row)? {
            NONE => None,
            ODD => self.odd.get(&row).map(|literal| literal.as_ref().to_owned()),
            SHORTEST => number::of_float(double),
            places => Some(format!("{double:.*}", usize::from(places))),
        }
    }

    /// The literal of a row if it has this double.
    fn literal_of(&self, row: usize, double: f64) -> Option<String> {
        self.doubles.get(row).filter(|own| own.to_bits() == double.to_bits()).and_then(|_| self.literal(row))
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
    /// Begins a table with these columns.
    pub(super) fn begin(&mut self, names: impl Iterator<Item = String>) {
        let column = |name: String| Column {
            key: name.to_lowercase(),
            name,
            doubles: Vec::new(),
            places: Vec::new(),
            odd: HashMap::new(),
        };
        self.tables.push(names.map(column).collect());
    }

    /// Keeps the literal of a number that is held as a double, in a row of the table that was begun last.
    pub(super) fn note(&mut self, column: usize, row: usize, literal: &str, double: f64) {
        let Some(own) = self.tables.last_mut().and_then(|table| table.get_mut(column)) else { return };
        own.doubles.resize(row, f64::NAN);
        own.places.resize(row, NONE);
        own.doubles.push(double);
        own.places.push(match places_of(literal) {
            Some(places) => places,
            None if number::of_float(double).as_deref() == Some(literal) => SHORTEST,
            None if self.odd >= MAX_KEPT => {
                self.lost = true;
                SHORTEST
            }
            None => {
                self.odd += 1;
                own.odd.insert(row, literal.into());
                ODD
            }
        });
    }

    /// Keeps that a text is a number.
    pub(super) fn note_text(&mut self, literal: &str) {
        if self.texts.contains(literal) {
            return;
        }
        self.lost |= self.texts.len() >= MAX_KEPT;
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

    /// Says what was not kept.
    pub(super) fn warn(&self, call: &Call) {
        let many_words = self.words.len() > MAX_KEPT && !self.texts.is_empty();
        if self.lost || many_words {
            let message = format!(
                "has more than {MAX_KEPT} numbers that SQL cannot hold as they are written: of the others those past 64 bits come out as text, those such as 1e3 with the same value but other digits"
            );
            call.warn("literals-lost", Some("data"), message);
        }
    }

    /// The literal that a double has in a column of a row.
    pub(super) fn of_column(&self, (table, row): Origin, column: &str, double: f64) -> Option<String> {
        let own = self.tables.get(table)?.iter().find(|own| own.key == column)?;
        own.literal_of(row, double)
    }

    /// The columns of the tables that are called so.
    pub(super) fn called(&self, name: &str) -> Vec<(usize, usize)> {
        let key = name.to_lowercase();
        let tables = self.tables.iter().enumerate();
        let all = tables.flat_map(|(table, columns)| columns.iter().enumerate().map(move |(at, own)| (table, at, own)));
        all.filter(|(_, _, own)| own.key == key).map(|(table, at, _)| (table, at)).collect()
    }

    /// The literal that a double has in the rows that a row of the answer was made of: in a column that is called so, else if all
    /// columns agree. So many may be looked at: what was computed is in none of them.
    pub(super) fn of_origins(
        &self,
        called: &[(usize, usize)],
        double: f64,
        origins: &[Origin],
        looks: &mut u64,
    ) -> Option<String> {
        for (table, row) in origins {
            let mut own = called.iter().filter(|(of, _)| of == table).map(|(_, at)| &self.tables[*table][*at]);
            if let Some(literal) = own.find_map(|own| own.literal_of(*row, double)) {
                return Some(literal);
            }
        }
        let mut agreed: Option<String> = None;
        for (table, row) in origins {
            let columns = self.tables.get(*table)?;
            *looks = looks.checked_sub(columns.len() as u64)?;
            for literal in columns.iter().filter_map(|own| own.literal_of(*row, double)) {
                if agreed.as_ref().is_some_and(|before| *before != literal) {
                    return None;
                }
                agreed = Some(literal);
            }
        }
        agreed
    }

    /// How these doubles are written in all rows.
    pub(super) fn found(&self, doubles: &HashSet<u64>) -> Found<'_> {
        let mut found = HashMap::new();
        if doubles.is_empty() {
            return Found(found);
        }
        for own in self.tables.iter().flatten() {
            for (row, double) in own.doubles.iter().enumerate() {
                let bits = double.to_bits();
                if !doubles.contains(&bits) {
                    continue;
                }
                let code = (own.places[row], own.odd.get(&row).map(AsRef::as_ref));
                let written: &mut Vec<Written<'_>> = found.entry(bits).or_default();
                match written.iter_mut().find(|one| one.column == own.name) {
                    Some(one) if one.code == Some(code) => {}
                    Some(one) => one.code = None,
                    None => written.push(Written { column: &own.name, code: Some(code) }),
                }
            }
        }
        Found(found)
    }
}

/// How a column writes a double; not known when it does so in several ways.
#[derive(Debug)]
struct Written<'l> {
    column: &'l str,
    code: Option<(u8, Option<&'l str>)>,
}

/// How doubles are written.
#[derive(Debug)]
pub(super) struct Found<'l>(HashMap<u64, Vec<Written<'l>>>);

impl Found<'_> {
    /// A double of a query as JSON; none when it is not finite.
    pub(super) fn written(&self, column: &str, double: f64) -> Option<String> {
        let all = self.0.get(&double.to_bits()).map_or(&[][..], Vec::as_slice);
        let own = all.iter().find(|one| one.column.eq_ignore_ascii_case(column));
        let code = match own {
            Some(own) => own.code,
            // Under another name, as in max(price): if all columns agree.
            None => {
                all.first().and_then(|first| first.code).filter(|code| all.iter().all(|one| one.code == Some(*code)))
            }
        };
        match code {
            Some((ODD, literal)) => literal.map(str::to_owned),
            Some((SHORTEST, _)) => number::of_float(double),
            Some((places, _)) if places != NONE => Some(format!("{double:.*}", usize::from(places))),
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

    const WRITTEN: [&str; 7] = ["1.10", "2.5", "3.00", "1e3", "0.12345678901234567890", "-0.50", "1234567890123.45"];

    fn written(literals: &Literals, column: &str, double: f64) -> Option<String> {
        literals.found(&HashSet::from([double.to_bits()])).written(column, double)
    }

    fn of_origins(literals: &Literals, name: &str, double: f64, origins: &[Origin]) -> Option<String> {
        literals.of_origins(&literals.called(name), double, origins, &mut 100)
    }

    #[test]
    fn what_was_not_changed_is_written_as_it_came() {
        let mut literals = Literals::default();
        literals.begin(["p", "q"].map(str::to_owned).into_iter());
        for (row, literal) in WRITTEN.iter().enumerate() {
            literals.note(0, row, literal, literal.parse().unwrap());
        }
        literals.note(1, 3, "2.50", 2.5);
        for (row, literal) in WRITTEN.iter().enumerate() {
            let double = literal.parse().unwrap();
            assert_eq!(written(&literals, "P", double).as_deref(), Some(*literal));
            assert_eq!(of_origins(&literals, "other", double, &[(0, row)]).as_deref(), Some(*literal));
        }
        assert_eq!(written(&literals, "q", 2.5).as_deref(), Some("2.50"));
        // Under another name: of one literal yes, of two no.
        assert_eq!(written(&literals, "max(p)", 1.1).as_deref(), Some("1.10"));
        assert_eq!(written(&literals, "m", 2.5).as_deref(), Some("2.5"));
        // Two for one double: as each row has it, where that is known.
        literals.note(0, 9, "1.1", 1.1);
        assert_eq!(written(&literals, "p", 1.1).as_deref(), Some("1.1"));
        assert_eq!(of_origins(&literals, "p", 1.1, &[(0, 0)]).as_deref(), Some("1.10"));
        assert_eq!(of_origins(&literals, "x", 1.1, &[(0, 9)]).as_deref(), Some("1.1"));
        assert_eq!(of_origins(&literals, "p", 1.1, &[(0, 1), (7, 0), (0, 99)]), None);
        // By its name it needs no looking around.
        for (name, looks, found) in [("P", 0, Some("1.10")), ("x", 2, Some("1.10")), ("x", 1, None)] {
            let literal = literals.of_origins(&literals.called(name), 1.1, &[(0, 0)], &mut looks.clone());
            assert_eq!(literal.as_deref(), found, "{name} {looks}");
        }
    }

    #[test]
    fn many_literals_are_kept_and_odd_ones_bounded() {
        let mut literals = Literals::default();
        literals.begin(["p", "q"].map(str::to_owned).into_iter());
        let last = MAX_KEPT + 100;
        for row in 0..=last {
            let literal = format!("{row}.10");
            literals.note(0, row, &literal, literal.parse().unwrap());
        }
        let call = Call::detached();
        literals.warn(&call);
        assert!(call.warnings().is_empty());
        assert_eq!(of_origins(&literals, "p", last as f64 + 0.1, &[(0, last)]), Some(format!("{last}.10")));
        assert_eq!(written(&literals, "p", last as f64 + 0.1), Some(format!("{last}.10")));
        literals.odd = MAX_KEPT;
        literals.note(1, 0, "1e3", 1e3);
        literals.warn(&call);
        assert_eq!(call.warnings()[0].code, "literals-lost");
        assert_eq!(written(&literals, "q", 1e3).as_deref(), Some("1000"));
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
        for (double, right) in [
            (0.1 * 3.0, "0.3"),
            (4.35 * 100.0, "435"),
            (1.0 / 3.0, "0.3333333333333333"),
            (12_345_678_901_234.56, "12345678901234.56"),
            (2.0_f64.sqrt(), "1.4142135623730951"),
            (1e300 * 10.0, "1e301"),
            (-0.1 - 0.2, "-0.3"),
        ] {
            assert_eq!(written(&literals, "x", double).as_deref(), Some(right));
        }
        assert_eq!(written(&literals, "x", f64::INFINITY), None);
    }
}
