//! Names for findings that tell nothing without a key: the same data has the same name, however it is written.

use crate::script::ascii;

/// What the key is derived for.
const CONTEXT: &str = "FlowForge llm redact 2026-11-30 pseudonyms";

/// Makes pseudonyms with a key.
pub struct Pseudonyms([u8; 32]);

impl Pseudonyms {
    /// Pseudonyms of a key. Without a secret, hashes of numbers are undone by trying them all.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self(blake3::derive_key(CONTEXT, key.as_bytes()))
    }

    /// The pseudonym of a finding: 12 hexadecimal digits.
    #[must_use]
    pub fn of(&self, found: &str) -> String {
        blake3::keyed_hash(&self.0, plain(found).as_bytes()).to_hex()[..12].to_owned()
    }
}

/// A finding however it is written: the same number with other spaces is the same number.
#[must_use]
pub fn plain(found: &str) -> String {
    let letters: String = found.chars().map(ascii).filter(|c| c.is_alphanumeric() || "@.:+".contains(*c)).collect();
    letters.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_data_has_the_same_name() {
        let names = Pseudonyms::new("a key of sixteen characters");
        assert_eq!(names.of("4111 1111 1111 1111"), names.of("4111-1111-1111-1111"));
        assert_eq!(names.of("Jane@Example.com"), names.of("jane@example.com"));
        assert_ne!(names.of("4111111111111111"), Pseudonyms::new("another key of the same").of("4111111111111111"));
        assert_eq!(names.of("x").len(), 12);
    }
}
