//! Numbers that prove themselves: bank accounts by their check digits, VAT numbers by their form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::page::{Area, Word, rounded};
use crate::rows::Row;

/// A text that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// Its value: without spaces where it is a number.
    pub value: String,
    /// As it is written.
    pub text: String,
    /// How sure it is that this is what it is said to be, 0 to 1.
    pub confidence: f64,
    /// Where it is.
    #[serde(rename = "box")]
    pub area: Area,
    /// Its page, from 1.
    pub page: u32,
}

impl Found {
    pub(crate) fn of(value: String, words: &[Word], page: u32) -> Self {
        let confidence = words.iter().map(|word| word.confidence).sum::<f64>() / words.len().max(1) as f64;
        Self {
            value,
            text: words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "),
            confidence: rounded(confidence),
            area: Area::around(words.iter().map(|word| word.area)),
            page,
        }
    }
}

/// Lengths of IBANs by country (SWIFT's IBAN registry).
const IBANS: [(&str, usize); 40] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SE", 24),
    ("SI", 19),
    ("TR", 26),
];

/// Forms of VAT numbers behind their country (European Commission, VIES): `9` a digit, `A` a letter, `X` either.
const VAT: [(&str, &str); 30] = [
    ("ATU", "99999999"),
    ("BE", "9999999999"),
    ("BG", "9999999999"),
    ("CHE", "999999999"),
    ("CY", "99999999A"),
    ("CZ", "99999999"),
    ("DE", "999999999"),
    ("DK", "99999999"),
    ("EE", "999999999"),
    ("EL", "999999999"),
    ("ES", "X9999999X"),
    ("FI", "99999999"),
    ("FR", "XX999999999"),
    ("GB", "999999999"),
    ("GB", "999999999999"),
    ("HR", "99999999999"),
    ("HU", "99999999"),
    ("IE", "9999999A"),
    ("IE", "9999999AA"),
    ("IT", "99999999999"),
    ("LT", "999999999"),
    ("LU", "99999999"),
    ("LV", "99999999999"),
    ("MT", "99999999"),
    ("NL", "999999999B99"),
    ("PL", "9999999999"),
    ("PT", "999999999"),
    ("RO", "99999999"),
    ("SE", "999999999999"),
    ("SI", "99999999"),
];

/// The IBANs of a row. Letters that look like digits are tried as these; the check digits decide.
pub(crate) fn ibans(row: &Row) -> Vec<Found> {
    spans(row, 12, |text| {
        let country = text.get(..2)?;
        let (_, length) = IBANS.iter().find(|(code, _)| *code == country)?;
        if text.len() != *length {
            return None;
        }
        let fixed = || {
            text[..2].to_owned()
                + &text[2..].replace('O', "0").replace(['I', 'L'], "1").replace('S', "5").replace('B', "8")
        };
        [text.to_owned(), fixed()].into_iter().find(|text| is_iban(text))
    })
}

/// The VAT numbers of a row.
pub(crate) fn vat_ids(row: &Row) -> Vec<Found> {
    spans(row, 6, |text| {
        let fits = |(country, form): &&(&str, &str)| {
            text.strip_prefix(country).is_some_and(|rest| {
                rest.len() == form.len()
                    && rest.chars().zip(form.chars()).all(|(letter, form)| match form {
                        '9' => letter.is_ascii_digit(),
                        'A' => letter.is_ascii_uppercase(),
                        'B' => letter == 'B',
                        _ => letter.is_ascii_alphanumeric(),
                    })
            })
        };
        VAT.iter().find(fits).map(|_| text.to_owned())
    })
}

/// Words that together, without spaces and signs, are what is looked for; the longest first.
fn spans(row: &Row, most: usize, read: impl Fn(&str) -> Option<String>) -> Vec<Found> {
    const LONGEST: usize = 40;
    let clean: Vec<String> = row
        .words
        .iter()
        .map(|word| word.text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase())
        .collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < clean.len() {
        let ends = (at + 1..=(at + most).min(clean.len())).rev();
        let read = ends.into_iter().find_map(|end| {
            let text = clean[at..end].concat();
            if text.len() > LONGEST { None } else { Some((read(&text)?, end)) }
        });
        match read {
            Some((value, end)) => {
                found.push(Found::of(value, &row.words[at..end], row.page));
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// Whether the check digits are right (ISO 13616: the number, rotated by four, is 1 modulo 97).
fn is_iban(text: &str) -> bool {
    let mut rest = 0u32;
    for letter in text[4..].chars().chain(text[..4].chars()) {
        let Some(value) = letter.to_digit(36) else { return false };
        rest = (rest * if value > 9 { 100 } else { 10 } + value) % 97;
    }
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row {
        let word = |text: &str| Word { text: text.into(), area: Area::default(), confidence: 0.9 };
        Row { words: text.split(' ').map(word).collect(), area: Area::default(), page: 1 }
    }

    #[test]
    fn ibans_prove_themselves() {
        // Examples of the registry.
        for (text, value) in [
            ("IBAN DE89 3704 0044 0532 0130 00", Some("DE89370400440532013000")),
            ("IBAN: DE89 37O4 0044 0532 0130 00 BIC", Some("DE89370400440532013000")),
            ("GB29NWBK60161331926819", Some("GB29NWBK60161331926819")),
            ("DE88 3704 0044 0532 0130 00", None),
        ] {
            assert_eq!(ibans(&row(text)).first().map(|found| found.value.as_str()), value, "{text}");
        }
    }

    #[test]
    fn vat_numbers_have_their_form() {
        for (text, value) in [
            ("USt-IdNr. DE 123456789", Some("DE123456789")),
            ("ATU12345678", Some("ATU12345678")),
            ("TVA FR 40 303265045", Some("FR40303265045")),
            ("NL123456789B01", Some("NL123456789B01")),
            ("DE12345678", None),
        ] {
            assert_eq!(vat_ids(&row(text)).first().map(|found| found.value.as_str()), value, "{text}");
        }
    }
}
