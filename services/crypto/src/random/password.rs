//! Passwords: character classes, at least one character of each, and the entropy.

use super::dice::Dice;
use super::{RandomRequest, to_f64};
use crate::Error;
use crate::error::conflict;

const DEFAULT_LENGTH: usize = 20;
const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPERCASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";
const SYMBOLS: &str = "!#$%&()*+,-./:;<=>?@[]^_{|}~";
const AMBIGUOUS: &str = "0O1lI|";

/// What a password is made of.
pub(super) struct Rules {
    classes: Vec<Vec<char>>,
    alphabet: Vec<char>,
    length: usize,
}

impl Rules {
    pub(super) fn of(request: &RandomRequest) -> Result<Self, Error> {
        let length = request.length.unwrap_or(DEFAULT_LENGTH);
        let avoid = request.avoid_ambiguous.unwrap_or(false);
        let class = |wanted: Option<bool>, characters: &str| {
            let characters = characters.chars().filter(|c| !(avoid && AMBIGUOUS.contains(*c)));
            wanted.unwrap_or(true).then(|| characters.collect::<Vec<_>>())
        };
        let classes: Vec<Vec<char>> = [
            class(request.lowercase, LOWERCASE),
            class(request.uppercase, UPPERCASE),
            class(request.digits, DIGITS),
            class(request.symbols, SYMBOLS),
        ]
        .into_iter()
        .flatten()
        .collect();
        if classes.is_empty() {
            return Err(conflict("lowercase", "keep at least one class of characters"));
        }
        if !(4..=256).contains(&length) {
            return Err(conflict("length", "must be from 4 to 256 for a password"));
        }
        Ok(Self { alphabet: classes.concat(), classes, length })
    }

    /// A password with a character of every class: words are drawn until one has, so that all are equally likely.
    /// At the worst (four characters, four classes) about every fourteenth has.
    pub(super) fn password(&self, dice: &mut Dice) -> Result<String, Error> {
        loop {
            let word = dice.word(&self.alphabet, self.length)?;
            if self.classes.iter().all(|class| word.chars().any(|c| class.contains(&c))) {
                return Ok(word);
            }
        }
    }

    /// The logarithm of the number of passwords: of all words, less those that miss a class (inclusion-exclusion).
    pub(super) fn entropy_bits(&self) -> f64 {
        let all = to_f64(self.alphabet.len());
        let share: f64 = (0..1_u32 << self.classes.len())
            .map(|missing| {
                let left = self.classes.iter().enumerate().filter(|(index, _)| missing >> index & 1 == 0);
                let left: usize = left.map(|(_, class)| class.len()).sum();
                let sign = if missing.count_ones() % 2 == 0 { 1.0 } else { -1.0 };
                sign * (to_f64(left) / all).powf(to_f64(self.length))
            })
            .sum();
        to_f64(self.length) * all.log2() + share.log2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Kind, system};

    fn passwords(request: &RandomRequest) -> Vec<String> {
        let (rules, mut dice) = (Rules::of(request).unwrap(), Dice { source: system });
        (0..request.count).map(|_| rules.password(&mut dice).unwrap()).collect()
    }

    #[test]
    fn passwords_hold_every_class() {
        let request = RandomRequest { count: 200, length: Some(4), ..RandomRequest::of(Kind::Password) };
        for password in passwords(&request) {
            for class in [LOWERCASE, UPPERCASE, DIGITS, SYMBOLS] {
                assert!(password.chars().any(|c| class.contains(c)), "{password}");
            }
        }
    }

    /// Counted by hand: of the 10,000 four-digit words all are digits; of four characters with all four classes there
    /// are 4! · 26 · 26 · 10 · 28.
    #[test]
    fn entropy_is_the_number_of_passwords() {
        let digits = RandomRequest {
            length: Some(4),
            lowercase: Some(false),
            uppercase: Some(false),
            symbols: Some(false),
            ..RandomRequest::of(Kind::Password)
        };
        assert!((Rules::of(&digits).unwrap().entropy_bits() - 10_000_f64.log2()).abs() < 1e-9);
        let all = RandomRequest { length: Some(4), ..RandomRequest::of(Kind::Password) };
        let counted = (24.0 * 26.0 * 26.0 * 10.0 * 28.0_f64).log2();
        assert!((Rules::of(&all).unwrap().entropy_bits() - counted).abs() < 1e-6);
    }

    #[test]
    fn ambiguous_characters_can_be_left_out() {
        let request = RandomRequest {
            count: 100,
            length: Some(100),
            avoid_ambiguous: Some(true),
            ..RandomRequest::of(Kind::Password)
        };
        assert!(!passwords(&request).concat().contains(|c| AMBIGUOUS.contains(c)));
    }
}
