//! All kinds in a text, none overlapping another.

use std::sync::LazyLock;

use regex::Regex;

use crate::address::{ips, macs, within_word};
use crate::email::emails;
use crate::kind::Kind;
use crate::national::national;
use crate::phone::phones;
use crate::script::in_ascii;
use crate::{card, iban};

/// Something that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The byte it starts at.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// The country of a national number, as ISO 3166 writes it, or of a bank account.
    pub country: Option<&'static str>,
    /// Whether its check digits are right; what only looks like one is found when asked for.
    pub certain: bool,
}

/// Digits in groups, as cards are written.
static CARD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("[0-9](?:[ -]?[0-9]){11,18}").expect("the pattern is well-formed"));

/// Two letters, two digits, and more of both.
static IBAN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){11,30}").expect("the pattern is well-formed"));

/// What there is of these kinds in a text, in its order. With `possible`, also what looks like a card or an IBAN and fails its
/// check.
#[must_use]
pub fn find(text: &str, kinds: &[Kind], possible: bool) -> Vec<Finding> {
    let Some((plain, places)) = in_ascii(text) else { return find_in(text, kinds, possible) };
    let back = |finding: Finding| Finding { start: places[finding.start], end: places[finding.end], ..finding };
    find_in(&plain, kinds, possible).into_iter().map(back).collect()
}

/// The same of a text whose digits are ASCII.
fn find_in(text: &str, kinds: &[Kind], possible: bool) -> Vec<Finding> {
    let mut found = Found { all: Vec::new() };
    // Kinds that are surer come first: a part of theirs is nothing else. Found or not, each keeps its place free of others.
    found.add(emails(text), Kind::Email);
    cards_and_ibans(text, possible, &mut found);
    for (start, end, country) in national(text) {
        found.put(Finding { start, end, kind: Kind::NationalId, country: Some(country), certain: true });
    }
    found.add(macs(text), Kind::MacAddress);
    found.add(ips(text), Kind::IpAddress);
    found.add(phones(text), Kind::Phone);
    let mut all = found.all;
    all.retain(|finding| kinds.contains(&finding.kind) && (possible || finding.certain));
    all.sort_by_key(|finding| finding.start);
    all
}

fn cards_and_ibans(text: &str, possible: bool, found: &mut Found) {
    for candidate in IBAN.find_iter(text) {
        let (start, whole) = (candidate.start(), candidate.as_str());
        let Some(length) = iban::length(&whole[..2]) else { continue };
        // What follows with a space may be the next word: as many characters as the country has.
        let end = whole.char_indices().filter(|(_, c)| *c != ' ').nth(length - 1).map(|(place, _)| start + place + 1);
        let Some(end) = end.filter(|end| !within_word(text, start, *end)) else { continue };
        let certain = iban::is_iban(&text[start..end]);
        if certain || possible {
            let country = iban::country(&text[start..start + 2]);
            found.put(Finding { start, end, kind: Kind::Iban, country, certain });
        }
    }
    for candidate in CARD.find_iter(text) {
        let (start, end) = (candidate.start(), candidate.end());
        let mark = |c: Option<char>| c.is_some_and(|c| c == '-' || c == '.' || c == '+');
        let before = text[..start].chars().next_back();
        let mut after = text[end..].chars();
        let goes_on = mark(after.next()) && after.next().is_some_and(char::is_alphanumeric);
        if within_word(text, start, end) || mark(before) || goes_on {
            continue;
        }
        let certain = card::brand(candidate.as_str()).is_some();
        if certain || (possible && card::looks_like_one(candidate.as_str())) {
            found.put(Finding { start, end, kind: Kind::Card, country: None, certain });
        }
    }
}

/// What was found so far.
struct Found {
    all: Vec<Finding>,
}

impl Found {
    fn add(&mut self, places: Vec<(usize, usize)>, kind: Kind) {
        for (start, end) in places {
            self.put(Finding { start, end, kind, country: None, certain: true });
        }
    }

    /// Adds a finding, unless its place is taken.
    fn put(&mut self, finding: Finding) {
        // Places are kept in order, so one look says whether a neighbor reaches into this one.
        let at = self.all.partition_point(|other| other.start < finding.start);
        let free_before = at == 0 || self.all[at - 1].end <= finding.start;
        let free_after = self.all.get(at).is_none_or(|other| other.start >= finding.end);
        if free_before && free_after {
            self.all.insert(at, finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, &'static str)> {
        let all = find(text, &Kind::ALL, false);
        all.iter().map(|finding| (&text[finding.start..finding.end], finding.kind.label())).collect()
    }

    #[test]
    fn cards_by_their_check_digit_and_first_digits() {
        for card in [
            "6011000990139424",
            "6011-0009-9013-9424",
            "4111111111111111",
            "2223000048400011",
            "6212345678901234569",
            "4111 1111 1111 1111",
            "3782 822463 10005",
            "30569309025904",
            "3530111333300000",
        ] {
            assert_eq!(found(card), [(card, "CARD")], "{card}");
            assert_eq!(found(&format!("card: {card}.")), [(card, "CARD")], "{card}");
        }
        for other in [
            "1111-2222-3333-4445",
            "1764500000005",
            "1764500000013",
            "3f2a9c10-7b1e-4c55-8021-5550123901aa",
            "0000000000000000",
            "4111111111111112",
            "x4111111111111111",
            "4111111111111111-22",
            "1.4111111111111111",
        ] {
            assert_eq!(found(other), [], "{other}");
        }
        let possible = find("1111-2222-3333-4445", &Kind::ALL, true);
        assert_eq!((possible.len(), possible[0].kind, possible[0].certain), (1, Kind::Card, false));
    }

    #[test]
    fn ibans_and_their_neighbors() {
        assert_eq!(found("pay DE89 3704 0044 0532 0130 00 now"), [("DE89 3704 0044 0532 0130 00", "IBAN")]);
        assert_eq!(found("GB82 WEST 1234 5698 7654 33"), []);
        assert_eq!(found("GB82 WEST 1234 5698 7654 32 and more"), [("GB82 WEST 1234 5698 7654 32", "IBAN")]);
        assert_eq!(found("nl91abna0417164300"), [("nl91abna0417164300", "IBAN")]);
    }

    #[test]
    fn a_social_security_number_is_one_where_a_word_says_so() {
        assert_eq!(found("SSN: 123-45-6789"), [("123-45-6789", "NATIONAL_ID")]);
        assert_eq!(found("social security 078-05-1120"), [("078-05-1120", "NATIONAL_ID")]);
        assert_eq!(found("order 123-45-6789"), []);
    }

    #[test]
    fn digits_of_other_scripts_count() {
        assert_eq!(found("é: ４１１１ １１１１ １１１１ １１１１."), [("４１１１ １１１１ １１１１ １１１１", "CARD")]);
        assert_eq!(found("هاتف +٣٩٠٦٥٦٨٥١٢٤٢"), [("+٣٩٠٦٥٦٨٥١٢٤٢", "PHONE")]);
        assert_eq!(
            found("pay DE89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00"),
            [("DE89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00", "IBAN")]
        );
    }

    #[test]
    fn kinds_do_not_overlap() {
        let text = "Mail 4111111111111111@example.com, call +49 30 901820, from 10.0.0.1, card 4111 1111 1111 1111";
        assert_eq!(
            found(text),
            [
                ("4111111111111111@example.com", "EMAIL"),
                ("+49 30 901820", "PHONE"),
                ("10.0.0.1", "IP_ADDRESS"),
                ("4111 1111 1111 1111", "CARD"),
            ]
        );
        assert_eq!(find(text, &[Kind::Phone], false).len(), 1);
    }
}
