//! The parts image files are made of, walked without decoding a pixel.
//!
//! A walk ends where the parts do, or where they stop making sense; it never fails and never allocates by what a file claims.
//! The head, the decoders and the metadata all walk with these: a file is taken apart in one way only, so that what was
//! admitted is what is decoded.
//!
//! | file | job |
//! | --- | --- |
//! | `jpeg.rs` | marker segments |
//! | `png.rs` | chunks of a PNG |
//! | `riff.rs` | chunks of a WebP |
//! | `gif.rs` | blocks of a GIF |
//! | `bmff.rs` | boxes and items of an AVIF |
//! | `tiff.rs` | directories of a TIFF, and of EXIF |
//! | `color_map.rs` | a TIFF with a palette as one with grays |
//! | `xml.rs` | XML, before it is parsed |

pub(crate) mod bmff;
pub(crate) mod color_map;
pub(crate) mod gif;
pub(crate) mod jpeg;
pub(crate) mod png;
pub(crate) mod riff;
pub(crate) mod tiff;
pub(crate) mod xml;

use std::io::Read;

/// Metadata of one kind may be this large; more is no metadata.
pub(crate) const METADATA_BYTES: usize = 1 << 20;

/// Metadata that is not too large.
pub(crate) fn bounded(data: &[u8]) -> Option<Vec<u8>> {
    (data.len() <= METADATA_BYTES).then(|| data.to_vec())
}

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
