//! Whose an API key is.
//!
//! Keys are known by their SHA-256 alone: a look-up takes as long for a nearly right key as for any other. That digest is
//! the dearest step of a request (4,000 instructions without SHA hardware), so a key that was found once is recognised by
//! a keyed BLAKE3 from then on, at a fifth of that. Its key is made by chance at the start, all 256 bits are compared, and
//! only keys that are right get in: there are never more than there are keys.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{PoisonError, RwLock};

/// A key of a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// Whose it is, by number.
    pub(crate) consumer: usize,
    /// Its SHA-256.
    pub(crate) digest: [u8; 32],
}

/// The hash of what is as good as chance already: its first bytes.
#[derive(Default)]
struct Chance(u64);

impl Hasher for Chance {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.first_chunk().map_or(self.0, |first| u64::from_le_bytes(*first));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// All keys.
pub(crate) struct Keys {
    consumers: HashMap<[u8; 32], usize>,
    recognised: RwLock<HashMap<[u8; 32], Known, BuildHasherDefault<Chance>>>,
    secret: [u8; 32],
}

impl Keys {
    /// Keys by their SHA-256.
    pub(crate) fn new(consumers: HashMap<[u8; 32], usize>) -> Self {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).expect("the system has random bytes");
        Self { consumers, recognised: RwLock::default(), secret }
    }

    /// The key that was sent, if somebody has it.
    pub(crate) fn find(&self, sent: &[u8]) -> Option<Known> {
        let mark = *blake3::keyed_hash(&self.secret, sent).as_bytes();
        if let Some(known) = self.recognised.read().unwrap_or_else(PoisonError::into_inner).get(&mark) {
            return Some(*known);
        }
        let digest = crate::digest(sent);
        let known = Known { consumer: *self.consumers.get(&digest)?, digest };
        self.recognised.write().unwrap_or_else(PoisonError::into_inner).insert(mark, known);
        Some(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_the_same_the_second_time_and_only_right_ones_are_kept() {
        let keys = Keys::new(HashMap::from([(crate::digest(b"one"), 1), (crate::digest(b"two"), 2)]));
        for _ in 0..2 {
            assert_eq!(keys.find(b"one"), Some(Known { consumer: 1, digest: crate::digest(b"one") }));
            assert_eq!(keys.find(b"two").map(|known| known.consumer), Some(2));
            for wrong in ["", "on", "one ", "One", "three"] {
                assert_eq!(keys.find(wrong.as_bytes()), None, "{wrong}");
            }
        }
        assert_eq!(keys.recognised.read().unwrap().len(), 2);
        assert_ne!(keys.secret, Keys::new(HashMap::new()).secret);
    }
}
