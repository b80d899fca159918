//! Heads of the files whose parts we walk ourselves: nothing is decoded or inflated but a profile, within bounds.

use std::time::Duration;

use image::metadata::Orientation;

use super::{Animation, Colors, Head, of_byte_order, orientation};
use crate::container::bmff::{self, Items};
use crate::container::gif::Block;
use crate::container::{bounded, gif, png, riff};
use crate::format::Format;

/// How often an animation is played; more than fits is forever.
fn loops(times: u32) -> u16 {
    u16::try_from(times).unwrap_or(0)
}

fn with_orientation(mut head: Head) -> Head {
    head.orientation = head.exif.as_deref().map_or(Orientation::NoTransforms, orientation);
    head
}

fn moving(frames: u32, loops: u16, duration: Duration) -> Option<Animation> {
    (frames > 1).then_some(Animation { frames, loops, duration })
}

pub(super) fn png(bytes: &[u8]) -> Option<Head> {
    let mut chunks = png::chunks(bytes);
    let header = chunks.next().filter(|chunk| &chunk.kind == b"IHDR")?.data;
    let (size, [depth, color, ..]) = header.split_at_checked(8)? else { return None };
    let side = |at: usize| size[at..at + 4].first_chunk().map(|four| u32::from_be_bytes(*four));
    let mut head = Head::of(Format::Png, (side(0)?, side(4)?));
    head.depth = *depth;
    head.colors = if matches!(color, 0 | 4) { Colors::Gray } else { Colors::Rgb };
    head.alpha = matches!(color, 4 | 6);
    let (mut frames, mut times, mut duration) = (0u32, 0, Duration::ZERO);
    let (mut animated, mut profiled) = (false, false);
    for chunk in chunks {
        match &chunk.kind {
            b"tRNS" => head.alpha = true,
            b"iCCP" if !profiled => {
                profiled = true;
                head.profile = png::profile(chunk.data);
            }
            b"eXIf" => head.exif = bounded(chunk.data).map(of_byte_order),
            b"acTL" => {
                animated = true;
                times = chunk.data.get(4..8)?.first_chunk().map_or(0, |four| u32::from_be_bytes(*four));
            }
            b"fcTL" => {
                frames = frames.saturating_add(1);
                let number = |at| chunk.data.get(at..at + 2)?.first_chunk().map(|two| u16::from_be_bytes(*two));
                // A denominator of 0 stands for 100 (PNG specification, third edition, section 11.3.6).
                let (over, under) = (number(20).unwrap_or(0), number(22).filter(|under| *under > 0).unwrap_or(100));
                duration += Duration::from_micros(u64::from(over) * 1_000_000 / u64::from(under));
            }
            _ => {}
        }
    }
    head.animation = moving(frames, loops(times), duration).filter(|_| animated);
    Some(with_orientation(head))
}

pub(super) fn webp(bytes: &[u8]) -> Option<Head> {
    let mut head = Head::of(Format::Webp, (0, 0));
    let three = |data: &[u8], at: usize| {
        let [low, middle, high] = *data.get(at..at + 3)?.first_chunk()?;
        Some(u32::from_le_bytes([low, middle, high, 0]))
    };
    let (mut frames, mut times, mut duration) = (0u32, 0, Duration::ZERO);
    for chunk in riff::chunks(bytes) {
        match &chunk.kind {
            // Only the first chunk says the size; decoders never look at a later one.
            b"VP8X" if head.stored == (0, 0) => {
                head.alpha = chunk.data.first()? & 0x10 != 0;
                head.stored = (three(chunk.data, 4)? + 1, three(chunk.data, 7)? + 1);
            }
            b"VP8 " if head.stored == (0, 0) => {
                // RFC 6386, section 9.1: a tag, a start code, then two times 14 bit.
                let side = |at: usize| chunk.data.get(at..at + 2)?.first_chunk().map(|two| u16::from_le_bytes(*two));
                head.stored = (u32::from(side(6)? & 0x3fff), u32::from(side(8)? & 0x3fff));
            }
            b"VP8L" if head.stored == (0, 0) => {
                let bits = u32::from_le_bytes(*chunk.data.get(1..5)?.first_chunk()?);
                head.stored = ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
                head.alpha = bits >> 28 & 1 == 1;
            }
            b"ANIM" => times = chunk.data.get(4..6)?.first_chunk().map_or(0, |two| u16::from_le_bytes(*two)),
            b"ANMF" => {
                frames = frames.saturating_add(1);
                duration += Duration::from_millis(u64::from(riff::frame_millis(chunk.data).unwrap_or(0)));
            }
            b"ICCP" => head.profile = bounded(chunk.data),
            b"EXIF" => head.exif = bounded(chunk.data).map(of_byte_order),
            _ => {}
        }
    }
    head.animation = moving(frames, times, duration);
    (head.stored != (0, 0)).then(|| with_orientation(head))
}

pub(super) fn gif(bytes: &[u8]) -> Option<Head> {
    let side = |at: usize| bytes.get(at..at + 2)?.first_chunk().map(|two| u16::from_le_bytes(*two));
    let mut head = Head::of(Format::Gif, (u32::from(side(6)?), u32::from(side(8)?)));
    let (mut frames, mut times, mut hundredths) = (0u32, 1, 0u64);
    for (block, _) in gif::blocks(bytes) {
        match block {
            Block::Frame => frames = frames.saturating_add(1),
            Block::Control { hundredths: delay, transparent } => {
                head.alpha |= transparent;
                // As browsers show it.
                hundredths += u64::from(if delay < 2 { 10 } else { delay });
            }
            Block::Application { name, data } => times = gif::loops(name, data).unwrap_or(times),
            Block::Text | Block::Trailer => {}
        }
    }
    head.animation = moving(frames, times, Duration::from_millis(hundredths * 10));
    Some(head)
}

pub(super) fn avif(bytes: &[u8]) -> Option<Head> {
    let items = Items::of(bytes)?;
    let primary = items.primary();
    let (width, height) = items.size(primary)?;
    let stored = match items.property(primary, b"clap") {
        Some(crop) => {
            let [_, _, width, height] = bmff::clean_aperture(crop, width, height)?;
            (width, height)
        }
        None => (width, height),
    };
    let mut head = Head::of(Format::Avif, stored);
    head.alpha = items.alpha_of(primary).is_some();
    let bits = items.property(primary, b"pixi");
    if let Some([channels, depth, ..]) = bits.and_then(|bits| bits.get(4..)) {
        head.depth = *depth;
        head.colors = if *channels == 1 { Colors::Gray } else { Colors::Rgb };
    }
    head.profile = items
        .properties(primary)
        .filter(|(kind, _)| kind == b"colr")
        .find_map(|(_, data)| data.strip_prefix(b"prof").or(data.strip_prefix(b"rICC")))
        .and_then(bounded);
    let exif = items.referring(b"cdsc", primary).find(|id| items.kind(*id) == Some(*b"Exif"));
    // The data begins with the distance to its byte order mark.
    head.exif = exif.and_then(|id| items.data(id)).and_then(|data| {
        let distance = u32::from_be_bytes(*data.first_chunk()?) as usize;
        bounded(data.get(4usize.checked_add(distance)?..)?)
    });
    head.orientation = items.orientation();
    head.animation = bmff::motion(bytes).and_then(|(frames, duration)| moving(frames, 0, duration));
    Some(head)
}
