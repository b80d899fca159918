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

/// Forms of VAT numbers behind their country (European Commission, VIES): `9` a digit, `A` a letter, `X` either, others
/// themselves.
const VAT: [(&str, &str); 40] = [
    ("ATU", "99999999"),
    ("BE", "9999999999"),
    ("BG", "9999999999"),
    ("CHE", "999999999"),
    ("CY", "99999999A"),
    ("CZ", "99999999"),
    ("CZ", "999999999"),
    ("CZ", "9999999999"),
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
    ("LT", "999999999999"),
    ("LU", "99999999"),
    ("LV", "99999999999"),
    ("MT", "99999999"),
    ("NL", "999999999B99"),
    ("NO", "999999999MVA"),
    ("PL", "9999999999"),
    ("PT", "999999999"),
    ("RO", "999999"),
    ("RO", "9999999"),
    ("RO", "99999999"),
    ("RO", "999999999"),
    ("RO", "9999999999"),
    ("SE", "999999999999"),
    ("SI", "99999999"),
    ("SK", "9999999999"),
    ("XI", "999999999"),
];

/// The IBANs of a row. Letters that look like digits are tried as these; the check digits decide.
pub(crate) fn ibans(row: &Row) -> Vec<Found> {
    // Country and check digits; many have the letters of a bank behind them.
    const BANK: usize = 4;
    spans(row, 12, |text| {
        let digits = |part: &str| part.replace('O', "0").replace(['I', 'L'], "1").replace('S', "5").replace('B', "8");
        let (country, rest) = text.split_at_checked(2)?;
        let (check, rest) = rest.split_at_checked(2)?;
        let (bank, account) = rest.split_at_checked(BANK)?;
        let fixed = [
            text.to_owned(),
            [country, &digits(check), bank, &digits(account)].concat(),
            [country, &digits(check), &digits(rest)].concat(),
        ];
        fixed.into_iter().find(|text| patterns::is_iban(text))
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
                        'X' => letter.is_ascii_alphanumeric(),
                        form => letter == form,
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
            ("GB82 WEST 1234 S698 7654 32", Some("GB82WEST12345698765432")),
            ("BR15 0000 0000 0000 1093 2840 814P 2", Some("BR1500000000000010932840814P2")),
            ("XK05 1212 0123 4567 8906", Some("XK051212012345678906")),
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
            ("VAT XI123456789", Some("XI123456789")),
            ("LT123456789012", Some("LT123456789012")),
            ("RO1234567", Some("RO1234567")),
            ("NO 123456789 MVA", Some("NO123456789MVA")),
            ("NO 123456789 XYZ", None),
            ("DE12345678", None),
        ] {
            assert_eq!(vat_ids(&row(text)).first().map(|found| found.value.as_str()), value, "{text}");
        }
    }
}
