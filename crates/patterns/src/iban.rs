//! International Bank Account Numbers: the length of the country, and mod 97.

use crate::digits::mod97;

/// Lengths by country (SWIFT's IBAN registry, release 99).
const LENGTHS: [(&str, usize); 88] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
];

/// Characters that the IBAN of a country has.
pub(crate) fn length(country: &str) -> Option<usize> {
    LENGTHS.iter().find(|(known, _)| known.eq_ignore_ascii_case(country)).map(|(_, length)| *length)
}

/// The country that an IBAN starts with, in capitals.
pub(crate) fn country(start: &str) -> Option<&'static str> {
    LENGTHS.iter().find(|(known, _)| known.eq_ignore_ascii_case(start)).map(|(known, _)| *known)
}

/// Whether a text is an IBAN; spaces between its characters do not count.
#[must_use]
pub fn is_iban(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| *c != ' ').collect();
    if !plain.is_ascii() || plain.len() < 5 || length(&plain[..2]) != Some(plain.len()) {
        return false;
    }
    let check = plain[2..4].parse::<u32>().is_ok_and(|check| (2..=98).contains(&check));
    check && mod97(&format!("{}{}", &plain[4..], &plain[..4])) == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_of_the_registry() {
        for right in [
            "DE89 3704 0044 0532 0130 00",
            "GB29 NWBK 6016 1331 9268 19",
            "FR14 2004 1010 0505 0001 3M02 606",
            "NL91ABNA0417164300",
            "no9386011117947",
            "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        ] {
            assert!(is_iban(right), "{right}");
        }
        for wrong in ["GB82 WEST 1234 5698 7654 33", "DE89 3704 0044 0532 0130 0", "XX89 3704", "DE", "", "ß€89"] {
            assert!(!is_iban(wrong), "{wrong}");
        }
    }
}
