//! Blocks of a GIF (GIF89a specification).

use super::part;

/// A block.
pub(crate) enum Block<'a> {
    /// A frame, without what its control block said.
    Frame,
    /// How the next frame is shown: flags, hundredths of a second, transparent color.
    Control { hundredths: u16, transparent: bool },
    /// An application's extension: its name, and the first of its data.
    Application { name: &'a [u8], data: &'a [u8] },
    /// A comment, or text to be drawn, which nobody draws.
    Text,
    /// The end.
    Trailer,
}

/// The blocks of a file, each with its place.
pub(crate) fn blocks(bytes: &[u8]) -> impl Iterator<Item = (Block<'_>, std::ops::Range<usize>)> {
    let mut at = start(bytes);
    std::iter::from_fn(move || {
        let from = at?;
        let (block, end) = block(bytes, from)?;
        at = (!matches!(block, Block::Trailer)).then_some(end);
        Some((block, from..end))
    })
}

/// Where the first block is: behind the screen and its colors.
pub(crate) fn start(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(10)?;
    Some(13 + colors(flags))
}

fn block(bytes: &[u8], at: usize) -> Option<(Block<'_>, usize)> {
    match bytes.get(at)? {
        0x2c => {
            let flags = *bytes.get(at + 9)?;
            // The frame's own colors and the size of its first code come before its data.
            let data = at + 10 + colors(flags) + 1;
            Some((Block::Frame, behind(bytes, data)?))
        }
        0x21 => {
            let first = at + 2;
            let length = usize::from(*bytes.get(first)?);
            let data = part(bytes, first + 1, length)?;
            let end = behind(bytes, first)?;
            let block = match (bytes.get(at + 1)?, data) {
                (0xf9, [flags, low, high, ..]) => {
                    Block::Control { hundredths: u16::from_le_bytes([*low, *high]), transparent: flags & 1 == 1 }
                }
                (0xff, name) => {
                    let second = first + 1 + length;
                    let length = usize::from(*bytes.get(second)?);
                    Block::Application { name, data: part(bytes, second + 1, length)? }
                }
                _ => Block::Text,
            };
            Some((block, end))
        }
        0x3b => Some((Block::Trailer, at + 1)),
        _ => None,
    }
}

/// The data of an extension, its sub-blocks joined.
pub(crate) fn joined(extension: &[u8]) -> Vec<u8> {
    let (mut data, mut at) = (Vec::new(), 2);
    while let Some(length) = extension.get(at).filter(|length| **length > 0) {
        let length = usize::from(*length);
        data.extend_from_slice(part(extension, at + 1, length).unwrap_or_default());
        at += 1 + length;
    }
    data
}

/// The packet of an extension with XMP, which is written as it is, not in sub-blocks, with a trailer that makes it look as
/// if.
pub(crate) fn xmp(extension: &[u8]) -> Option<&[u8]> {
    let end = extension.windows(2).rposition(|two| two == [0x01, 0xff]).unwrap_or(extension.len());
    extension.get(14..end)
}

/// Where a list of sub-blocks ends.
fn behind(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            0 => return Some(at + 1),
            length => at += 1 + usize::from(*length),
        }
    }
}

/// Bytes of a table of colors.
fn colors(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// How often an animation is played (0 is forever), if this extension says it.
pub(crate) fn loops(name: &[u8], data: &[u8]) -> Option<u16> {
    match (name, data) {
        (b"NETSCAPE2.0" | b"ANIMEXTS1.0", [1, low, high, ..]) => Some(u16::from_le_bytes([*low, *high])),
        _ => None,
    }
}
