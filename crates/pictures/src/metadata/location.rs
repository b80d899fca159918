//! The location where a picture was taken, removed from a file that keeps everything else.

use std::ops::Range;

use super::strip::{Stripped, strippable};
use super::{is_location, xmp};
use crate::container::gif::Block;
use crate::container::tiff::{Entry, Tiff};
use crate::container::{gif, jpeg, png, riff};
use crate::error::Error;
use crate::format::Format;

/// The EXIF tags that lead to the directories of EXIF and GPS, and what only the camera's maker can read.
const EXIF: u16 = 0x8769;
const GPS: u16 = 0x8825;
const MAKER_NOTE: u16 = 0x927c;
/// The kinds of value that lead to a directory, and how many pictures EXIF is of at most; of no more it is known that they
/// are plausible.
const LONG: u16 = 4;
const IFD: u16 = 13;
const DIRECTORIES: usize = 8;

/// Removes the location from a JPEG, PNG, WebP or GIF: GPS of EXIF and XMP, and what may hold it unseen: maker notes, XMP
/// that cannot be read, raw profiles of other programs, and whatever follows the end of the picture.
///
/// # Errors
/// When the file is of another format, or damaged.
pub fn strip_location(source: &[u8]) -> Result<Stripped, Error> {
    let format = strippable(source)?;
    let mut removed = Vec::new();
    let bytes = match format {
        Format::Jpeg => of_jpeg(source, &mut removed),
        Format::Png => of_png(source, &mut removed),
        Format::Webp => of_webp(source, &mut removed),
        _ => of_gif(source, &mut removed),
    };
    let bytes = bytes.ok_or_else(|| Error::Damaged(format, "its structure cannot be read".into()))?;
    removed.sort_unstable();
    removed.dedup();
    Ok(Stripped { bytes, removed })
}

type Removed = Vec<&'static str>;

fn of_jpeg(bytes: &[u8], removed: &mut Removed) -> Option<Vec<u8>> {
    let (segments, scan) = jpeg::segments(bytes);
    let mut kept = bytes.get(..2)?.to_vec();
    for segment in segments {
        if let (0xe1, Some(exif)) = (segment.marker, segment.data.strip_prefix(b"Exif\0\0")) {
            // As long as it was.
            let head = segment.whole.len() - exif.len();
            if let Some(exif) = without_location(exif, removed) {
                kept.extend_from_slice(&segment.whole[..head]);
                kept.extend_from_slice(&exif);
            }
        } else if segment.marker == 0xe1 && segment.data.starts_with(b"http://ns.adobe.com/") {
            let packet = segment.data.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0");
            if keeps_xmp(packet, removed) {
                kept.extend_from_slice(segment.whole);
            }
        } else {
            kept.extend_from_slice(segment.whole);
        }
    }
    let scan = scan?;
    let end = jpeg::end(bytes, scan).unwrap_or(bytes.len());
    kept.extend_from_slice(&bytes[scan..end]);
    note_rest(end, bytes, removed);
    Some(kept)
}

fn of_png(bytes: &[u8], removed: &mut Removed) -> Option<Vec<u8>> {
    let mut kept = bytes.get(..8)?.to_vec();
    let (mut ended, mut length) = (false, 8);
    for chunk in png::chunks(bytes) {
        length += chunk.whole.len();
        ended = &chunk.kind == b"IEND";
        let name = matches!(&chunk.kind, b"tEXt" | b"zTXt" | b"iTXt").then(|| png::keyword(chunk.data)).flatten();
        let keeps = match name.as_deref() {
            Some("XML:com.adobe.xmp") => keeps_xmp(png::text(&chunk).as_deref(), removed),
            Some(name) if name.starts_with("Raw profile type") => {
                removed.push("other");
                false
            }
            _ if &chunk.kind == b"eXIf" => {
                let exif = without_location(chunk.data, removed);
                kept.extend(exif.into_iter().flat_map(|exif| png::chunk(b"eXIf", &exif)));
                false
            }
            _ => true,
        };
        if keeps {
            kept.extend_from_slice(chunk.whole);
        }
    }
    note_rest(length, bytes, removed);
    ended.then_some(kept)
}

fn of_webp(bytes: &[u8], removed: &mut Removed) -> Option<Vec<u8>> {
    const FLAGS: usize = 20;
    const EXIF_AND_XMP: [u8; 2] = [0x08, 0x04];
    let mut kept = b"RIFF\0\0\0\0WEBP".to_vec();
    let (mut length, mut there) = (12, [false; 2]);
    for chunk in riff::chunks(bytes) {
        length += chunk.whole.len();
        match &chunk.kind {
            b"EXIF" => {
                // Some write what a JPEG has before it.
                let (head, exif) = chunk.data.split_at(if chunk.data.starts_with(b"Exif\0\0") { 6 } else { 0 });
                if let Some(exif) = without_location(exif, removed) {
                    kept.extend_from_slice(&riff::chunk(b"EXIF", &[head, &exif].concat()));
                    there[0] = true;
                }
            }
            b"XMP " if !keeps_xmp(Some(chunk.data), removed) => {}
            kind => {
                there[1] |= kind == b"XMP ";
                kept.extend_from_slice(chunk.whole);
            }
        }
    }
    if kept.get(12..16) == Some(b"VP8X") {
        let flags = kept.get_mut(FLAGS)?;
        for (flag, there) in EXIF_AND_XMP.into_iter().zip(there) {
            *flags = if there { *flags | flag } else { *flags & !flag };
        }
    }
    note_rest(length, bytes, removed);
    let size = u32::try_from(kept.len() - 8).ok()?;
    kept[4..8].copy_from_slice(&size.to_le_bytes());
    Some(kept)
}

fn of_gif(bytes: &[u8], removed: &mut Removed) -> Option<Vec<u8>> {
    let mut kept = bytes.get(..gif::start(bytes)?)?.to_vec();
    let mut end = kept.len();
    for (block, place) in gif::blocks(bytes) {
        end = place.end;
        let whole = &bytes[place];
        let keeps = match block {
            Block::Application { name: b"XMP DataXMP", .. } => keeps_xmp(gif::xmp(whole), removed),
            _ => true,
        };
        if keeps {
            kept.extend_from_slice(whole);
        }
    }
    note_rest(end, bytes, removed);
    Some(kept)
}

fn note_rest(end: usize, bytes: &[u8], removed: &mut Removed) {
    if end < bytes.len() {
        removed.push("other");
    }
}

/// Whether a packet of XMP says nothing of a place; one that cannot be read may.
fn keeps_xmp(packet: Option<&[u8]>, removed: &mut Removed) -> bool {
    let properties = packet.and_then(xmp::properties);
    let keeps = properties.as_ref().is_some_and(|all| !all.iter().any(|(name, _)| is_location(name)));
    if !keeps {
        removed.push("xmp");
        removed.extend(properties.map(|_| "gps"));
    }
    keeps
}

/// EXIF of the same length that does not say where; nothing when it cannot be read.
fn without_location(exif: &[u8], removed: &mut Removed) -> Option<Vec<u8>> {
    let tiff = Tiff::of(exif).filter(|tiff| tiff.is_plausible() && tiff.pages().len() <= DIRECTORIES);
    let Some(tiff) = tiff else {
        removed.push("exif");
        return None;
    };
    let mut bytes = exif.to_vec();
    let led_to = |entry: Entry| {
        let place = tiff.place(&entry).filter(|_| matches!(entry.kind, LONG | IFD))?;
        tiff.u32(place.start)
    };
    // The pictures' own, those that EXIF data has besides, then those of a place.
    let mut directories = tiff.pages();
    for index in 0..directories.len() {
        let besides = tiff.entries(directories[index]).filter(|entry| entry.tag == EXIF).filter_map(led_to);
        directories.extend(besides.collect::<Vec<_>>());
    }
    for &directory in &directories {
        let entries: Vec<_> = tiff.entries(directory).collect();
        let mut count = entries.len();
        // From the last on, so that what lies before stays where it is.
        for (index, entry) in entries.iter().enumerate().rev() {
            match entry.tag {
                GPS => {
                    removed.push("gps");
                    if let Some(at) = led_to(*entry) {
                        let mut end = at as usize + 2;
                        for entry in tiff.entries(at) {
                            tiff.place(&entry).into_iter().for_each(|place| clear(&mut bytes, place));
                            end = entry.at + 4;
                        }
                        clear(&mut bytes, at as usize..end + 4);
                    }
                }
                MAKER_NOTE => {
                    removed.push("maker-note");
                    tiff.place(entry).into_iter().for_each(|place| clear(&mut bytes, place));
                }
                _ => continue,
            }
            let first = directory as usize + 2;
            let (start, end) = (first + 12 * index, first + 12 * entries.len() + 4);
            if end <= bytes.len() {
                bytes.copy_within(start + 12..end, start);
                clear(&mut bytes, end - 12..end);
                count -= 1;
                bytes[directory as usize..first].copy_from_slice(&tiff.written(count as u16));
            }
        }
    }
    Some(bytes)
}

fn clear(bytes: &mut [u8], place: Range<usize>) {
    let end = place.end.min(bytes.len());
    if let Some(part) = bytes.get_mut(place.start..end) {
        part.fill(0);
    }
}
