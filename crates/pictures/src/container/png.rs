//! Chunks of a PNG (PNG specification, third edition, section 5).

use std::borrow::Cow;

use super::{METADATA_BYTES, inflated, part};

const SIGNATURE: usize = 8;

/// A chunk.
#[derive(Clone, Copy)]
pub(crate) struct Chunk<'a> {
    pub(crate) kind: [u8; 4],
    pub(crate) data: &'a [u8],
    /// With length and checksum.
    pub(crate) whole: &'a [u8],
}

/// The chunks up to and with `IEND`.
pub(crate) fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut at = SIGNATURE;
    let mut ended = false;
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(*part(bytes, at, 4)?.first_chunk()?) as usize;
        let kind = *part(bytes, at + 4, 4)?.first_chunk()?;
        if ended {
            return None;
        }
        let whole = part(bytes, at, length.checked_add(12)?)?;
        at += whole.len();
        ended = &kind == b"IEND";
        Some(Chunk { kind, data: &whole[8..8 + length], whole })
    })
}

/// The ICC profile of an `iCCP` chunk: a name, its end, the method, then deflated data.
pub(crate) fn profile(data: &[u8]) -> Option<Vec<u8>> {
    let name = data.iter().position(|byte| *byte == 0)?;
    inflated(flate2::bufread::ZlibDecoder::new(data.get(name + 2..)?), METADATA_BYTES)
}

/// The same file without profiles, of which the first was read within bounds already: decoders inflate them whatever they
/// hold.
pub(crate) fn without_profile(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !chunks(bytes).any(|chunk| &chunk.kind == b"iCCP") {
        return Cow::Borrowed(bytes);
    }
    let mut kept = bytes[..SIGNATURE].to_vec();
    let mut end = SIGNATURE;
    for chunk in chunks(bytes) {
        end += chunk.whole.len();
        if &chunk.kind != b"iCCP" {
            kept.extend_from_slice(chunk.whole);
        }
    }
    // What is cut off within a chunk is for the decoder to judge.
    kept.extend_from_slice(&bytes[end..]);
    Cow::Owned(kept)
}

/// The keyword of a `tEXt`, `zTXt` or `iTXt` chunk, as its data begin.
pub(crate) fn keyword(data: &[u8]) -> Option<String> {
    // No more than 79 bytes (PNG specification, third edition, section 11.3.3.1).
    let end = data.iter().take(80).position(|byte| *byte == 0)?;
    Some(String::from_utf8_lossy(&data[..end]).into_owned())
}

/// The text of a `tEXt`, `zTXt` or `iTXt` chunk.
pub(crate) fn text(chunk: &Chunk<'_>) -> Option<Vec<u8>> {
    let name = chunk.data.iter().position(|byte| *byte == 0)?;
    let rest = &chunk.data[name + 1..];
    let inflate = |deflated| inflated(flate2::bufread::ZlibDecoder::new(deflated), METADATA_BYTES);
    let text = match &chunk.kind {
        b"tEXt" => rest.to_vec(),
        b"zTXt" => inflate(rest.get(1..)?)?,
        b"iTXt" => {
            let compressed = *rest.first()? == 1;
            // Language and translated keyword come before the text.
            let mut parts = rest.get(2..)?.splitn(3, |byte| *byte == 0);
            let text = parts.nth(2)?;
            if compressed { inflate(text)? } else { text.to_vec() }
        }
        _ => return None,
    };
    (text.len() <= METADATA_BYTES).then_some(text)
}

/// A chunk with its length and checksum.
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(data.len() + 12);
    whole.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    whole.extend_from_slice(kind);
    whole.extend_from_slice(data);
    let sum = crc32fast::hash(&whole[4..]);
    whole.extend_from_slice(&sum.to_be_bytes());
    whole
}
