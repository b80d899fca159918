//! How VAT numbers look.

use super::checks;

/// The VAT numbers of a country.
pub(super) struct Country {
    /// Letters before the number.
    pub prefix: &'static str,
    pub name: &'static str,
    /// Shapes: `9` is a digit, `A` a letter, `*` either, the rest itself.
    shapes: &'static [&'static str],
    /// The same in words.
    pub looks: &'static str,
    /// Whether the check digits of a number of that shape are right.
    pub check: fn(&str) -> bool,
}

impl Country {
    pub(super) fn fits(&self, number: &str) -> bool {
        let fits = |shape: &&str| {
            shape.len() == number.len()
                && shape.bytes().zip(number.bytes()).all(|(shape, byte)| match shape {
                    b'9' => byte.is_ascii_digit(),
                    b'A' => byte.is_ascii_uppercase(),
                    b'*' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
                    b'?' => byte.is_ascii_digit() || byte.is_ascii_uppercase() || matches!(byte, b'+' | b'*'),
                    other => byte == other,
                })
        };
        self.shapes.iter().any(fits)
    }
}

const fn of(
    prefix: &'static str,
    name: &'static str,
    shapes: &'static [&'static str],
    looks: &'static str,
    check: fn(&str) -> bool,
) -> Country {
    Country { prefix, name, shapes, looks, check }
}

/// Shapes as the European Commission lists them for VIES.
pub(super) static COUNTRIES: [Country; 31] = [
    of("AT", "Austria", &["U99999999"], "U and 8 digits", checks::at),
    of("BE", "Belgium", &["0999999999", "1999999999"], "10 digits, of which the first is 0 or 1", checks::be),
    of("BG", "Bulgaria", &["999999999", "9999999999"], "9 or 10 digits", checks::bg),
    of("CHE", "Switzerland", &["999999999"], "CHE and 9 digits", checks::ch),
    of("CY", "Cyprus", &["99999999A"], "8 digits and a letter", checks::cy),
    of("CZ", "Czechia", &["99999999", "999999999", "9999999999"], "8 to 10 digits", checks::cz),
    of("DE", "Germany", &["999999999"], "9 digits", checks::de),
    of("DK", "Denmark", &["99999999"], "8 digits", checks::dk),
    of("EE", "Estonia", &["999999999"], "9 digits", checks::ee),
    of("EL", "Greece", &["999999999"], "9 digits", checks::el),
    of("ES", "Spain", &["*9999999*"], "7 digits between two letters or digits", checks::es),
    of("FI", "Finland", &["99999999"], "8 digits", checks::fi),
    of("FR", "France", &["**999999999"], "two letters or digits, and 9 digits", checks::fr),
    of(
        "GB",
        "the United Kingdom",
        &["999999999", "999999999999", "GD999", "HA999"],
        "9 or 12 digits, or GD or HA and 3 digits",
        checks::gb,
    ),
    of("HR", "Croatia", &["99999999999"], "11 digits", checks::hr),
    of("HU", "Hungary", &["99999999"], "8 digits", checks::hu),
    of("IE", "Ireland", &["9?99999A", "9999999AA"], "7 digits and one or two letters", checks::ie),
    of("IT", "Italy", &["99999999999"], "11 digits", checks::it),
    of("LT", "Lithuania", &["999999999", "999999999999"], "9 or 12 digits", checks::lt),
    of("LU", "Luxembourg", &["99999999"], "8 digits", checks::lu),
    of("LV", "Latvia", &["99999999999"], "11 digits", checks::lv),
    of("MT", "Malta", &["99999999"], "8 digits", checks::mt),
    of("NL", "the Netherlands", &["999999999B99"], "9 digits, B and 2 digits", checks::nl),
    of("NO", "Norway", &["999999999"], "9 digits and MVA", checks::no),
    of("PL", "Poland", &["9999999999"], "10 digits", checks::pl),
    of("PT", "Portugal", &["999999999"], "9 digits", checks::pt),
    of(
        "RO",
        "Romania",
        &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"],
        "2 to 10 digits",
        checks::ro,
    ),
    of("SE", "Sweden", &["999999999901"], "12 digits, of which the last are 01", checks::se),
    of("SI", "Slovenia", &["99999999"], "8 digits", checks::si),
    of("SK", "Slovakia", &["9999999999"], "10 digits", checks::sk),
    of("XI", "Northern Ireland", &["999999999", "999999999999", "GD999", "HA999"], "9 or 12 digits", checks::gb),
];
