//! Words by language.

use std::collections::HashMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::chance::Chance;

/// A language with its country.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tongue {
    /// English, the United States.
    #[default]
    #[serde(alias = "en-us", alias = "en-gb")]
    En,
    /// German, Germany.
    #[serde(alias = "de-de")]
    De,
    /// French, France.
    #[serde(alias = "fr-fr")]
    Fr,
    /// Spanish, Spain.
    #[serde(alias = "es-es")]
    Es,
}

/// A list of words.
type Lists = HashMap<&'static str, Vec<&'static str>>;

fn lists(text: &'static str) -> Lists {
    let list = |line: &'static str| line.split_once(": ").map(|(name, words)| (name, words.split(", ").collect()));
    text.lines().filter_map(list).collect()
}

static ALL: LazyLock<[Lists; 4]> = LazyLock::new(|| {
    [
        lists(include_str!("data/en.txt")),
        lists(include_str!("data/de.txt")),
        lists(include_str!("data/fr.txt")),
        lists(include_str!("data/es.txt")),
    ]
});

impl Tongue {
    /// The words of a list.
    pub(super) fn list(self, name: &str) -> &'static [&'static str] {
        ALL[self as usize].get(name).map_or(&[], Vec::as_slice)
    }

    /// A word of a list.
    pub(super) fn pick(self, name: &str, chance: &mut Chance) -> &'static str {
        chance.pick(self.list(name)).copied().unwrap_or_default()
    }
}

/// A person: what several fields of a row say of the same one.
pub(super) struct Person {
    pub female: bool,
    pub given: &'static str,
    pub family: String,
}

impl Person {
    pub(super) fn of(tongue: Tongue, chance: &mut Chance) -> Self {
        let female = chance.next() & 1 == 0;
        let given = tongue.pick(if female { "female" } else { "male" }, chance);
        let mut family = tongue.pick("family", chance).to_owned();
        if tongue == Tongue::Es {
            // Two family names, one of each parent.
            family = format!("{family} {}", tongue.pick("family", chance));
        }
        Self { female, given, family }
    }
}

/// A city with its region and a postal code.
pub(super) struct Place {
    pub city: &'static str,
    pub region: &'static str,
    pub region_code: &'static str,
    pub postal_code: String,
}

impl Place {
    pub(super) fn of(tongue: Tongue, chance: &mut Chance) -> Self {
        let mut fields = tongue.pick("cities", chance).split('|');
        let mut next = || fields.next().unwrap_or_default();
        let (city, region, region_code, code) = (next(), next(), next(), next());
        Self { city, region, region_code, postal_code: digits(code, chance) }
    }
}

/// A text with a digit for each `#`.
pub(super) fn digits(shape: &str, chance: &mut Chance) -> String {
    let digit = |c: char| if c == '#' { char::from_digit(chance.below(10) as u32, 10).unwrap_or('0') } else { c };
    shape.chars().map(digit).collect()
}

/// A number that is kept free for fiction.
pub(super) fn phone(tongue: Tongue, chance: &mut Chance) -> String {
    const AREAS: [&str; 12] = ["202", "212", "303", "312", "404", "415", "503", "512", "617", "702", "206", "305"];
    const GERMAN: [&str; 5] =
        ["+49 30 23125 ###", "+49 69 90009 ###", "+49 40 66969 ###", "+49 221 4710 ###", "+49 89 99998 ###"];
    const FRENCH: [&str; 6] = [
        "+33 1 99 00 ## ##",
        "+33 2 61 91 ## ##",
        "+33 3 53 01 ## ##",
        "+33 4 65 71 ## ##",
        "+33 5 36 49 ## ##",
        "+33 6 39 98 ## ##",
    ];
    match tongue {
        Tongue::De => digits(chance.pick(&GERMAN).copied().unwrap_or_default(), chance),
        Tongue::Fr => digits(chance.pick(&FRENCH).copied().unwrap_or_default(), chance),
        Tongue::En | Tongue::Es => {
            let area = chance.pick(&AREAS).copied().unwrap_or_default();
            digits(&format!("+1 {area}-555-01##"), chance)
        }
    }
}

/// Small ASCII letters, as addresses have them.
pub(super) fn ascii(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let letters = text.replace('ß', "ss").replace('œ', "oe").to_lowercase();
    let letters = letters.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue");
    let plain: String =
        letters.nfkd().filter(char::is_ascii).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_list() {
        let lists = [
            "female",
            "male",
            "family",
            "cities",
            "streets",
            "companies",
            "company-ends",
            "jobs",
            "departments",
            "products",
            "words",
            "country",
        ];
        for tongue in [Tongue::En, Tongue::De, Tongue::Fr, Tongue::Es] {
            for name in lists {
                let list = tongue.list(name);
                assert!(!list.is_empty() && list.iter().all(|word| !word.trim().is_empty()), "{tongue:?} {name}");
                let mut sorted = list.to_vec();
                sorted.sort_unstable();
                sorted.dedup();
                assert_eq!(sorted.len(), list.len(), "{tongue:?} {name} has a word twice");
            }
            assert!(tongue.list("cities").iter().all(|city| city.split('|').count() == 4));
        }
        assert_eq!(
            (ascii("Jürgen O’Neill"), ascii("Noël García")),
            ("juergen-oneill".to_owned(), "noel-garcia".to_owned())
        );
    }
}
