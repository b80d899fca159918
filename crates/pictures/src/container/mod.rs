//! The parts files of pictures are made of, walked without decoding a pixel.
//!
//! A walk ends where the parts do, or where they stop making sense; it never fails and never allocates by what a file claims.

pub(crate) mod bmff;
pub(crate) mod gif;
pub(crate) mod jpeg;
pub(crate) mod png;
pub(crate) mod riff;
pub(crate) mod tiff;
pub(crate) mod xml;

use std::io::Read;

/// The bytes from `start` on, `length` of them; none where they are not all there.
pub(crate) fn part(bytes: &[u8], start: usize, length: usize) -> Option<&[u8]> {
    bytes.get(start..start.checked_add(length)?)
}

/// What deflated bytes inflate to, when that is no more than `most`.
pub(crate) fn inflated(source: impl Read, most: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(most as u64 + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= most).then_some(bytes)
}
