//! Personal data in texts: patterns with check digits.
//!
//! | file | job |
//! | --- | --- |
//! | `kind.rs` | what can be found, and what cannot |
//! | `digits.rs` | check digits: Luhn, mod 97, mod 11, Verhoeff and others |
//! | `card.rs`, `iban.rs`, `email.rs`, `phone.rs`, `address.rs` | one kind each: cards, bank accounts, mail, telephones, network addresses |
//! | `national.rs` | numbers that states give to people, by country |
//! | `script.rs` | digits of other scripts |
//! | `find.rs` | all of them in a text, none overlapping another |
//! | `mask.rs`, `pseudonym.rs` | what takes the place of a finding: its middle hidden, a keyed name |
//! | `words.rs` | words of the caller's own |
//!
//! A number is what it looks like only when its check digits say so and its length and first digits are ones that are given
//! out: a millisecond timestamp passes Luhn one time in ten. Numbers whose check is weak count only near a word that says
//! what they are. What stands within a longer word, number or GUID is no finding. Names, postal addresses and dates of
//! birth need a model and are not found; [`UNCOVERED`] says so.

mod address;
mod card;
mod digits;
mod email;
mod find;
mod iban;
mod kind;
mod mask;
mod national;
mod phone;
mod pseudonym;
mod script;
mod words;

pub use card::{Brand, brand};
pub use digits::{digits, luhn, mod_11_10, mod97, weighed};
pub use find::{Finding, find};
pub use iban::is_iban;
pub use kind::{Kind, UNCOVERED};
pub use mask::mask;
pub use national::{COUNTRIES, National, is_national};
pub use pseudonym::{Pseudonyms, plain};
pub use words::word_places;
