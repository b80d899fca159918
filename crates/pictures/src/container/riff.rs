//! Chunks of a WebP (RFC 9649, section 2).

use std::borrow::Cow;

use super::part;

const HEADER: usize = 12;

/// A chunk.
#[derive(Clone, Copy)]
pub(crate) struct Chunk<'a> {
    pub(crate) kind: [u8; 4],
    pub(crate) data: &'a [u8],
    /// With its header and the byte that makes it even.
    pub(crate) whole: &'a [u8],
}

/// The chunks of the file.
pub(crate) fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    // What follows the RIFF chunk is no part of the picture.
    let size =
        part(bytes, 4, 4).and_then(|size| size.first_chunk()).map_or(0, |size| u32::from_le_bytes(*size) as usize);
    let end = size.saturating_add(8).min(bytes.len());
    inner(&bytes[HEADER.min(end)..end])
}

/// The chunks within the data of another.
pub(crate) fn inner(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let kind = *part(bytes, at, 4)?.first_chunk()?;
        let length = u32::from_le_bytes(*part(bytes, at + 4, 4)?.first_chunk()?) as usize;
        let data = part(bytes, at + 8, length)?;
        let start = at;
        at = (at + 8 + length + length % 2).min(bytes.len());
        Some(Chunk { kind, data, whole: &bytes[start..at] })
    })
}

/// The same file without the flags of metadata that are not there, for which decoders refuse it while browsers show it.
pub(crate) fn without_claims(bytes: &[u8]) -> Cow<'_, [u8]> {
    const METADATA: u8 = 0x08 | 0x04;
    let flags = HEADER + 8;
    let claims = chunks(bytes).next().is_some_and(|chunk| &chunk.kind == b"VP8X" && !chunk.data.is_empty());
    if !claims || bytes[flags] & METADATA == 0 {
        return Cow::Borrowed(bytes);
    }
    let mut honest = bytes.to_vec();
    // Metadata were read already.
    honest[flags] &= !METADATA;
    Cow::Owned(honest)
}

/// A chunk with its header, made even.
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut whole = [&kind[..], &length, data].concat();
    whole.resize(whole.len().next_multiple_of(2), 0);
    whole
}

/// What an `ANMF` chunk says of its frame before that begins.
pub(crate) const FRAME: usize = 16;

/// How long the frame of an `ANMF` chunk is shown.
pub(crate) fn frame_millis(data: &[u8]) -> Option<u32> {
    let [low, middle, high] = *part(data, 12, 3)?.first_chunk()?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}
