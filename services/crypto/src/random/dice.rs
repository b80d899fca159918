//! Uniform sampling: every number, and every character, is equally likely.

use crate::Error;

/// Even draws from a source of bytes.
pub(super) struct Dice {
    pub(super) source: fn(&mut [u8]) -> Result<(), Error>,
}

impl Dice {
    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        (self.source)(&mut bytes)?;
        Ok(bytes)
    }

    /// A number below a bound, every one as likely as the next: what would favor the small ones is drawn again.
    pub(super) fn below(&mut self, bound: u64) -> Result<u64, Error> {
        let uneven = (u64::MAX % bound + 1) % bound;
        loop {
            let number = u64::from_le_bytes(self.bytes()?);
            if number <= u64::MAX - uneven {
                return Ok(number % bound);
            }
        }
    }

    pub(super) fn word(&mut self, alphabet: &[char], length: usize) -> Result<String, Error> {
        // One draw of many bytes for all characters; alphabets have at most 256.
        let size = alphabet.len();
        let even = 256 / size * size;
        let mut word = String::with_capacity(length);
        let mut missing = length;
        while missing > 0 {
            let mut bytes = vec![0; missing + missing / 2 + 8];
            (self.source)(&mut bytes)?;
            for byte in bytes.into_iter().map(usize::from).filter(|byte| *byte < even).take(missing) {
                word.push(alphabet[byte % size]);
                missing -= 1;
            }
        }
        Ok(word)
    }
}
