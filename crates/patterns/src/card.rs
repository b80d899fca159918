//! Payment cards: Luhn, and first digits and lengths that are given out.

use crate::digits::{digits, luhn};

/// Who issues a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brand {
    /// American Express.
    AmericanExpress,
    /// Diners Club.
    Diners,
    /// Discover.
    Discover,
    /// JCB.
    Jcb,
    /// Maestro.
    Maestro,
    /// Mastercard.
    Mastercard,
    /// Mir.
    Mir,
    /// UnionPay.
    UnionPay,
    /// Visa.
    Visa,
}

/// First digits from and to, lengths from and to, and whose they are (ISO/IEC 7812 ranges as the networks publish them).
const RANGES: [(u64, u64, usize, usize, Brand); 22] = [
    (34, 34, 15, 15, Brand::AmericanExpress),
    (37, 37, 15, 15, Brand::AmericanExpress),
    (300, 305, 14, 19, Brand::Diners),
    (3095, 3095, 14, 19, Brand::Diners),
    (36, 36, 14, 19, Brand::Diners),
    (38, 39, 14, 19, Brand::Diners),
    (3528, 3589, 16, 19, Brand::Jcb),
    (4, 4, 16, 16, Brand::Visa),
    (4, 4, 13, 13, Brand::Visa),
    (4, 4, 19, 19, Brand::Visa),
    (51, 55, 16, 16, Brand::Mastercard),
    (2221, 2720, 16, 16, Brand::Mastercard),
    (2200, 2204, 16, 19, Brand::Mir),
    (6011, 6011, 16, 19, Brand::Discover),
    (644, 649, 16, 19, Brand::Discover),
    (65, 65, 16, 19, Brand::Discover),
    (62, 62, 16, 19, Brand::UnionPay),
    (81, 81, 16, 19, Brand::UnionPay),
    (5018, 5038, 12, 19, Brand::Maestro),
    (5893, 5893, 12, 19, Brand::Maestro),
    (6304, 6304, 12, 19, Brand::Maestro),
    (6759, 6763, 12, 19, Brand::Maestro),
];

/// Who issued a card with this number; nothing when it is none. Spaces and hyphens between digits do not count.
#[must_use]
pub fn brand(text: &str) -> Option<Brand> {
    let digits = digits(text);
    let first = |many: usize| digits.iter().take(many).fold(0, |number, digit| number * 10 + u64::from(*digit));
    let range = RANGES.iter().find(|(from, to, shortest, longest, _)| {
        let many = from.to_string().len();
        (*from..=*to).contains(&first(many)) && (*shortest..=*longest).contains(&digits.len())
    });
    let same = digits.iter().all(|digit| *digit == digits[0]);
    range.filter(|_| luhn(text) && !same).map(|(_, _, _, _, brand)| *brand)
}

/// Whether a text is written as cards are, in fours, whatever its check digit says.
pub(crate) fn looks_like_one(text: &str) -> bool {
    let groups: Vec<&str> = text.split([' ', '-']).collect();
    let fours = groups.len() == 4 && groups.iter().all(|group| group.len() == 4);
    fours || (groups.len() == 1 && brand_range(text))
}

/// Whether the first digits and the length are those of a card.
fn brand_range(text: &str) -> bool {
    let digits = digits(text);
    digits.len() == 16 && matches!(digits[0], 4 | 5)
}
