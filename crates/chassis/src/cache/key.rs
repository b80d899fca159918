//! What a value is kept under.

use data_encoding::HEXLOWER;

/// The name of a value: a hash of everything it depends on, so that the same work has the same key in every process and
/// other work never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// The key of an operation's answer: its id, its version, the request as canonical JSON, and the bytes of the
    /// request's files in their order. Ten megabytes take a few milliseconds: large files are for the compute pool.
    pub(crate) fn of<'a>(
        operation_id: &str,
        version: u32,
        request: &[u8],
        files: impl IntoIterator<Item = &'a [u8]>,
    ) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [b"flowforge result 1", operation_id.as_bytes(), &version.to_le_bytes(), request] {
            // Each with its length in front: no part can take bytes from its neighbour.
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        for file in files {
            hasher.update(blake3::hash(file).as_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// The key in hexadecimal digits.
    pub(super) fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// A checksum that holds for a value under this key only.
    pub(super) fn seal(&self, value: &[u8]) -> [u8; 16] {
        let seal = blake3::keyed_hash(&self.0, value);
        *seal.as_bytes().first_chunk().expect("a hash has 32 bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let keys = [
            Key::of("ab", 1, b"c", []),
            Key::of("a", 1, b"bc", []),
            Key::of("abc", 1, b"", []),
            Key::of("", 1, b"abc", []),
            Key::of("ab", 2, b"c", []),
            Key::of("ab", 1, b"c", [b"".as_slice()]),
            Key::of("ab", 1, b"c", [b"d".as_slice()]),
            Key::of("ab", 1, b"c", [b"d".as_slice(), b"e"]),
            Key::of("ab", 1, b"c", [b"e".as_slice(), b"d"]),
            Key::of("ab", 1, b"c", [b"de".as_slice()]),
            // A request that ends as the hash of a file looks is not that request with the file.
            Key::of("ab", 1, &[b"c", blake3::hash(b"d").as_bytes().as_slice()].concat(), []),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "key {index} is not the only one");
        }
        assert_eq!(keys[8], Key::of("ab", 1, b"c", [b"e".as_slice(), b"d"]));
    }

    #[test]
    fn a_seal_holds_for_one_key_and_value() {
        let (one, other) = (Key::of("a", 1, b"", []), Key::of("b", 1, b"", []));
        assert_eq!(one.seal(b"value"), one.seal(b"value"));
        assert_ne!(one.seal(b"value"), one.seal(b"valuf"));
        assert_ne!(one.seal(b"value"), other.seal(b"value"));
    }
}
