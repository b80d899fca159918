//! Metadata removed from a file, its pixels untouched, bit by bit.
//!
//! What is kept is listed; everything else goes, also what we do not know and what lies behind the end of the picture. What
//! is listed is not looked into: who hides something within the pixels' own data or a profile finds it there again.

use std::borrow::Cow;

use super::Metadata;
use crate::container::gif::Block;
use crate::container::tiff::Tiff;
use crate::container::{gif, jpeg, png, riff};
use crate::error::Error;
use crate::format::Format;
use crate::head::Head;

/// What stays in a file.
#[derive(Debug, Clone, Copy)]
pub struct Keep {
    /// The ICC profile: without it colors may look different.
    pub profile: bool,
    /// Artist and copyright.
    pub rights: bool,
}

/// A file without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stripped {
    /// The file.
    pub bytes: Vec<u8>,
    /// What was removed, such as `exif`: sorted, each once.
    pub removed: Vec<&'static str>,
}

/// The EXIF tags `Orientation`, `Artist` and `Copyright`.
const ORIENTATION: u16 = 0x0112;
const ARTIST: u16 = 0x013b;
const COPYRIGHT: u16 = 0x8298;

/// The format of a file whose metadata can be removed, by its signature.
///
/// # Errors
/// When it is not a JPEG, PNG, WebP or GIF.
pub fn strippable(bytes: &[u8]) -> Result<Format, Error> {
    match Format::of(bytes)? {
        format @ (Format::Jpeg | Format::Png | Format::Webp | Format::Gif) => Ok(format),
        other => Err(Error::Impossible(format!(
            "metadata can be stripped from JPEG, PNG, WebP and GIF: convert this {} to one of them instead, which drops it",
            other.name()
        ))),
    }
}

/// Removes the metadata of a JPEG, PNG, WebP or GIF. It looks as before: its orientation stays.
///
/// # Errors
/// When the file is of another format, or damaged.
pub fn strip(source: &[u8], head: &Head, keep: Keep) -> Result<Stripped, Error> {
    let exif = exif_to_keep(head, keep);
    let mut removed = Vec::new();
    let stripped = match strippable(source)? {
        Format::Jpeg => jpeg(source, exif, keep, &mut removed),
        Format::Png => png(source, exif, keep, &mut removed),
        Format::Webp => webp(source, exif, keep, &mut removed),
        Format::Gif => gif(source, keep, &mut removed),
        _ => None,
    };
    let bytes = stripped.ok_or_else(|| Error::Damaged(head.format, "its structure cannot be read".into()))?;
    // A place lies in EXIF or XMP, of which nothing that says it stays.
    let metadata = Metadata::of(source, head);
    let in_exif = || metadata.exif().is_some_and(|exif| exif.tags().iter().any(|tag| tag.gps));
    let (exif, xmp) = (removed.contains(&"exif"), removed.contains(&"xmp"));
    if exif && in_exif() || xmp && metadata.has_xmp_gps() {
        removed.push("gps");
    }
    removed.sort_unstable();
    removed.dedup();
    Ok(Stripped { bytes, removed })
}

/// EXIF data of the few tags that stay, if any do.
fn exif_to_keep(head: &Head, keep: Keep) -> Option<Vec<u8>> {
    let turned = head.orientation.to_exif();
    let mut entries: Vec<(u16, Cow<'_, [u8]>)> = Vec::new();
    if turned != 1 {
        entries.push((ORIENTATION, Cow::Owned(vec![turned])));
    }
    if let Some(tiff) = head.exif.as_deref().and_then(Tiff::of).filter(|_| keep.rights) {
        for tag in [ARTIST, COPYRIGHT] {
            let value = tiff.find(tag).filter(|entry| entry.kind == 2).and_then(|entry| tiff.value(&entry));
            entries.extend(value.filter(|value| value.len() <= 1000).map(|value| (tag, Cow::Borrowed(value))));
        }
    }
    (!entries.is_empty()).then(|| tiff(&entries))
}

/// A TIFF of one directory: numbers of two bytes and texts.
fn tiff(entries: &[(u16, Cow<'_, [u8]>)]) -> Vec<u8> {
    let mut bytes = b"MM\0\x2a\0\0\0\x08".to_vec();
    bytes.extend_from_slice(&(entries.len() as u16).to_be_bytes());
    let mut behind = Vec::new();
    let mut place = 8 + 2 + 12 * entries.len() + 4;
    for (tag, value) in entries {
        bytes.extend_from_slice(&tag.to_be_bytes());
        let (kind, count, inline) = match *tag {
            ORIENTATION => (3u16, 1, [0, value[0], 0, 0]),
            _ if value.len() <= 4 => {
                let mut inline = [0; 4];
                inline[..value.len()].copy_from_slice(value);
                (2, value.len(), inline)
            }
            _ => {
                let at = (place as u32).to_be_bytes();
                behind.extend_from_slice(value);
                place += value.len();
                (2, value.len(), at)
            }
        };
        bytes.extend_from_slice(&kind.to_be_bytes());
        bytes.extend_from_slice(&(count as u32).to_be_bytes());
        bytes.extend_from_slice(&inline);
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&behind);
    bytes
}

const ADOBE: usize = 12;

/// Whether a segment of a JPEG that is no scan has a part in showing it: frames and tables (T.81, table B.1).
fn shows(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xc7 | 0xc9..=0xcf | 0xdb..=0xdd)
}

fn jpeg(bytes: &[u8], exif: Option<Vec<u8>>, keep: Keep, removed: &mut Vec<&'static str>) -> Option<Vec<u8>> {
    let (segments, scan) = jpeg::segments(bytes);
    let mut stripped = bytes.get(..2)?.to_vec();
    let exif = exif.map(|exif| {
        let length = (exif.len() + 8) as u16;
        [&[0xff, 0xe1], &length.to_be_bytes()[..], b"Exif\0\0", &exif].concat()
    });
    let mut exif = exif.into_iter();
    // JFIF wants to be first, EXIF too: after JFIF every reader finds it.
    if segments.first().is_none_or(|segment| segment.marker != 0xe0) {
        stripped.extend(exif.by_ref().flatten());
    }
    for segment in segments {
        let data = segment.data;
        let gone = match segment.marker {
            0xe0 if data.starts_with(b"JFIF\0") && data.len() >= 14 => {
                // With a thumbnail it is longer: that goes.
                stripped.extend_from_slice(&[0xff, 0xe0, 0, 16]);
                stripped.extend_from_slice(&data[..12]);
                stripped.extend_from_slice(&[0, 0]);
                stripped.extend(exif.by_ref().flatten());
                if data.len() > 14 { "thumbnail" } else { continue }
            }
            0xe1 if data.starts_with(b"Exif\0") => "exif",
            0xe1 if data.starts_with(b"http://ns.adobe.com/") => "xmp",
            0xe2 if data.starts_with(b"ICC_PROFILE\0") => {
                if keep.profile {
                    ""
                } else {
                    "profile"
                }
            }
            0xed => "iptc",
            // What colors the components are is said here, in so many bytes (T.872, section 6.5.3).
            0xee if data.starts_with(b"Adobe") && data.len() >= ADOBE => {
                stripped.extend_from_slice(&[0xff, 0xee, 0, ADOBE as u8 + 2]);
                stripped.extend_from_slice(&data[..ADOBE]);
                if data.len() > ADOBE { "other" } else { continue }
            }
            0xfe => "comments",
            marker if shows(marker) => "",
            _ => "other",
        };
        match gone {
            "" => stripped.extend_from_slice(segment.whole),
            gone => removed.push(gone),
        }
    }
    stripped.extend(exif.flatten());
    let scan = scan?;
    let end = jpeg::end(bytes, scan).unwrap_or(bytes.len());
    for (marker, place) in jpeg::parts(bytes, scan, end) {
        // What lies between a table and the next marker is of no use to anybody.
        let kept = match marker {
            jpeg::SCAN | jpeg::END => place.len(),
            _ if shows(marker) => jpeg::segment(bytes, place.start, marker)?.whole.len().min(place.len()),
            _ => 0,
        };
        if kept < place.len() {
            removed.push("other");
        }
        stripped.extend_from_slice(&bytes[place.start..place.start + kept]);
    }
    if end < bytes.len() {
        removed.push("other");
    }
    Some(stripped)
}

fn png(bytes: &[u8], exif: Option<Vec<u8>>, keep: Keep, removed: &mut Vec<&'static str>) -> Option<Vec<u8>> {
    let mut stripped = bytes.get(..8)?.to_vec();
    let mut exif = exif.map(|exif| png::chunk(b"eXIf", &exif)).into_iter();
    let mut ended = false;
    let mut length = 8;
    let moves = png::chunks(bytes).take_while(|chunk| &chunk.kind != b"IDAT").any(|chunk| &chunk.kind == b"acTL");
    for chunk in png::chunks(bytes) {
        length += chunk.whole.len();
        ended = &chunk.kind == b"IEND";
        let gone = match &chunk.kind {
            b"IDAT" => {
                stripped.extend(exif.by_ref().flatten());
                ""
            }
            b"iCCP" => {
                if keep.profile {
                    ""
                } else {
                    "profile"
                }
            }
            b"IHDR" | b"PLTE" | b"IEND" => "",
            b"acTL" | b"fcTL" | b"fdAT" if moves => "",
            kind if png_length(kind).is_some_and(|most| chunk.data.len() <= most) => "",
            b"eXIf" => "exif",
            b"tEXt" | b"zTXt" | b"iTXt" => match png::keyword(chunk.data) {
                Some(name) if keep.rights && matches!(name.as_str(), "Author" | "Copyright") => "",
                Some(name) if name == "XML:com.adobe.xmp" => "xmp",
                _ => "comments",
            },
            _ => "other",
        };
        match gone {
            "" => stripped.extend_from_slice(chunk.whole),
            gone => removed.push(gone),
        }
    }
    if length < bytes.len() {
        removed.push("other");
    }
    ended.then_some(stripped)
}

/// How long a chunk that says how a PNG is shown may be (PNG specification, third edition, section 11.3).
fn png_length(kind: &[u8; 4]) -> Option<usize> {
    Some(match kind {
        b"sRGB" => 1,
        b"gAMA" | b"sBIT" | b"cICP" => 4,
        b"bKGD" => 6,
        b"cLLI" => 8,
        b"pHYs" => 9,
        b"mDCV" => 24,
        b"cHRM" => 32,
        b"tRNS" => 256,
        _ => return None,
    })
}

fn webp(bytes: &[u8], exif: Option<Vec<u8>>, keep: Keep, removed: &mut Vec<&'static str>) -> Option<Vec<u8>> {
    const PROFILE: u8 = 0x20;
    const EXIF: u8 = 0x08;
    const XMP: u8 = 0x04;
    const MOVES: u8 = 0x02;
    let mut stripped = b"RIFF\0\0\0\0WEBP".to_vec();
    let mut length = 12;
    let (mut moves, mut seen) = (false, Vec::new());
    for chunk in riff::chunks(bytes) {
        length += chunk.whole.len();
        // Of what is kept each is there once, but for frames.
        let once = matches!(&chunk.kind, b"VP8X" | b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ICCP");
        let again = once && seen.contains(&chunk.kind);
        if once && !again {
            seen.push(chunk.kind);
        }
        let gone = match &chunk.kind {
            _ if again => "other",
            b"VP8X" => {
                let start = stripped.len() + 8;
                stripped.extend_from_slice(&riff::chunk(b"VP8X", chunk.data.get(..10)?));
                moves = chunk.data.first()? & MOVES != 0;
                let flags = stripped.get_mut(start)?;
                let kept = if keep.profile { 0 } else { PROFILE };
                *flags = *flags & !(EXIF | XMP | kept) | if exif.is_some() { EXIF } else { 0 };
                continue;
            }
            b"VP8 " | b"VP8L" | b"ALPH" if !moves => "",
            b"ANIM" if moves => "",
            b"ANMF" if moves => {
                let (frame, whole) = webp_frame(chunk.data)?;
                stripped.extend_from_slice(&riff::chunk(b"ANMF", &frame));
                if whole { continue } else { "other" }
            }
            b"ICCP" => {
                if keep.profile {
                    ""
                } else {
                    "profile"
                }
            }
            b"EXIF" => "exif",
            b"XMP " => "xmp",
            _ => "other",
        };
        match gone {
            "" => stripped.extend_from_slice(chunk.whole),
            gone => removed.push(gone),
        }
    }
    if length < bytes.len() {
        removed.push("other");
    }
    if let Some(exif) = exif {
        stripped.extend_from_slice(&riff::chunk(b"EXIF", &exif));
    }
    let size = u32::try_from(stripped.len() - 8).ok()?;
    stripped[4..8].copy_from_slice(&size.to_le_bytes());
    Some(stripped)
}

/// The data of a frame: where it is and for how long, then only the chunks that hold its pixels; and whether that was all.
fn webp_frame(data: &[u8]) -> Option<(Vec<u8>, bool)> {
    let (placed, chunks) = data.split_at_checked(riff::FRAME)?;
    let mut frame = placed.to_vec();
    for chunk in riff::inner(chunks).filter(|chunk| matches!(&chunk.kind, b"VP8 " | b"VP8L" | b"ALPH")) {
        frame.extend_from_slice(&riff::chunk(&chunk.kind, chunk.data));
    }
    let whole = frame.len() == data.len();
    Some((frame, whole))
}

fn gif(bytes: &[u8], keep: Keep, removed: &mut Vec<&'static str>) -> Option<Vec<u8>> {
    let mut stripped = bytes.get(..gif::start(bytes)?)?.to_vec();
    let mut ended = stripped.len();
    for (block, place) in gif::blocks(bytes) {
        ended = place.end;
        let gone = match block {
            Block::Frame | Block::Trailer => "",
            // Four bytes, and how often it runs in three: nothing behind them.
            Block::Control { .. } if place.len() == 8 => "",
            Block::Application { name: b"NETSCAPE2.0" | b"ANIMEXTS1.0", .. } if place.len() == 19 => "",
            Block::Application { name: b"ICCRGBG1012", .. } => {
                if keep.profile {
                    ""
                } else {
                    "profile"
                }
            }
            Block::Application { name: b"XMP DataXMP", .. } => "xmp",
            Block::Application { .. } | Block::Control { .. } => "other",
            Block::Text => "comments",
        };
        match gone {
            "" => stripped.extend_from_slice(&bytes[place]),
            gone => removed.push(gone),
        }
    }
    if ended < bytes.len() {
        removed.push("other");
    }
    if stripped.last() != Some(&0x3b) {
        stripped.push(0x3b);
    }
    Some(stripped)
}
