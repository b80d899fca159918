//! The entries of a zip archive (APPNOTE 6.3.10): from its central directory, 64-bit sizes among them.

use std::io::Read;

use chassis::{Code, Error};
use encoding_rs::Encoding;
use flate2::read::DeflateDecoder;

use super::{ArchiveEntry, EntryKind, Fault, MAX_ENTRIES, is_safe};

/// Bytes of the end of the directory, and of a comment behind it.
const END: usize = 22;
const MAX_COMMENT: usize = 65_535;
/// Bytes of an entry of the directory, and of a local header.
const CENTRAL: usize = 46;
const LOCAL: usize = 30;

/// The upper half of the first code page of the PC (CP437), by which old archives write names.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Where an entry is in the archive.
#[derive(Debug, Clone)]
pub(super) struct Place {
    header: usize,
    compressed: usize,
    method: u16,
    crc: u32,
}

/// Whether bytes are a zip archive; programs that unpack themselves have one behind them.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
        || bytes.starts_with(b"PK\x05\x06")
        || bytes.starts_with(b"MZ") && end_of(bytes).is_some()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_le_bytes)
}

/// The place of the end of the directory: the last that reaches the end of the file.
fn end_of(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END)?;
    let first = last.saturating_sub(MAX_COMMENT);
    (first..=last).rev().find(|at| {
        bytes[*at..].starts_with(b"PK\x05\x06")
            && u16_at(bytes, at + 20).is_some_and(|comment| at + END + usize::from(comment) <= bytes.len())
    })
}

/// Number of entries, size and place of the directory, and how far everything lies behind where it says.
fn directory(bytes: &[u8]) -> Option<(u64, usize, usize)> {
    let end = end_of(bytes)?;
    let mut count = u64::from(u16_at(bytes, end + 10)?);
    let mut size = u64::from(u32_at(bytes, end + 12)?);
    let mut offset = u64::from(u32_at(bytes, end + 16)?);
    let mut end_of_directory = end;
    if (count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff)
        && let Some(locator) = end.checked_sub(20).filter(|at| bytes[*at..].starts_with(b"PK\x06\x07"))
    {
        let stated = usize::try_from(u64_at(bytes, locator + 8)?).ok()?;
        let at = [stated, locator.saturating_sub(56)]
            .into_iter()
            .find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(b"PK\x06\x06")))?;
        count = u64_at(bytes, at + 32)?;
        size = u64_at(bytes, at + 40)?;
        offset = u64_at(bytes, at + 48)?;
        end_of_directory = at;
    }
    let start = end_of_directory.checked_sub(usize::try_from(size).ok()?)?;
    let shift = start.checked_sub(usize::try_from(offset).ok()?)?;
    Some((count, start, shift))
}

/// The entries of an archive.
///
/// # Errors
/// When it is damaged, or has too many.
pub(super) fn entries(
    bytes: &[u8],
    encoding: Option<&'static Encoding>,
) -> Result<Vec<(ArchiveEntry, super::Place)>, Error> {
    let broken = || Error::impossible("archive", "is damaged: it is no whole zip archive");
    let (count, mut at, shift) = directory(bytes).ok_or_else(broken)?;
    if count > MAX_ENTRIES as u64 {
        return Err(Error::new(Code::PayloadTooLarge, format!("the archive has more than {MAX_ENTRIES} entries")));
    }
    let mut found = Vec::new();
    for _ in 0..count {
        let (entry, place, next) = entry(bytes, at, shift, encoding).ok_or_else(broken)?;
        found.push((entry, super::Place::Zip(place)));
        at = next;
    }
    Ok(found)
}

fn entry(
    bytes: &[u8],
    at: usize,
    shift: usize,
    encoding: Option<&'static Encoding>,
) -> Option<(ArchiveEntry, Place, usize)> {
    if !bytes.get(at..)?.starts_with(b"PK\x01\x02") {
        return None;
    }
    let (made_by, flags, method) = (u16_at(bytes, at + 4)?, u16_at(bytes, at + 8)?, u16_at(bytes, at + 10)?);
    let (time, date, crc) = (u16_at(bytes, at + 12)?, u16_at(bytes, at + 14)?, u32_at(bytes, at + 16)?);
    let mut compressed = u64::from(u32_at(bytes, at + 20)?);
    let mut size = u64::from(u32_at(bytes, at + 24)?);
    let [name_length, extra_length, comment_length] =
        [u16_at(bytes, at + 28)?, u16_at(bytes, at + 30)?, u16_at(bytes, at + 32)?].map(usize::from);
    let attributes = u32_at(bytes, at + 38)?;
    let mut header = u64::from(u32_at(bytes, at + 42)?);
    let raw_name = bytes.get(at + CENTRAL..at + CENTRAL + name_length)?;
    let extra = bytes.get(at + CENTRAL + name_length..at + CENTRAL + name_length + extra_length)?;
    let mut unicode_name = None;
    for (id, data) in fields(extra) {
        match id {
            // 64-bit sizes: only those that did not fit, in this order.
            1 => {
                let mut place = 0;
                for value in [&mut size, &mut compressed, &mut header] {
                    if *value == 0xffff_ffff {
                        *value = u64_at(data, place)?;
                        place += 8;
                    }
                }
            }
            // The name in UTF-8, if it is still that of the entry.
            0x7075 if data.len() > 5 && u32_at(data, 1) == Some(crc32fast::hash(raw_name)) => {
                unicode_name = std::str::from_utf8(&data[5..]).ok().map(str::to_owned);
            }
            _ => {}
        }
    }
    let name = unicode_name.unwrap_or_else(|| name(raw_name, flags & 0x800 != 0, encoding));
    // Some programs of Windows part folders by their own sign.
    let name = if made_by >> 8 == 0 && !name.contains('/') { name.replace('\\', "/") } else { name };
    let mode = (made_by >> 8 == 3 || made_by >> 8 == 19).then_some(attributes >> 16);
    let kind = match mode.map(|mode| mode & 0o170_000) {
        Some(0o120_000) => EntryKind::Link,
        Some(0o040_000) => EntryKind::Folder,
        Some(0o100_000 | 0) | None if name.ends_with('/') => EntryKind::Folder,
        Some(0o100_000 | 0) | None => EntryKind::File,
        Some(_) => EntryKind::Other,
    };
    let entry = ArchiveEntry {
        unsafe_name: !is_safe(&name),
        name,
        kind,
        size: Some(size),
        compressed_size: Some(compressed),
        modified: moment(date, time),
        encrypted: flags & 1 != 0,
    };
    let header = usize::try_from(header).ok()?.checked_add(shift)?;
    let place = Place { header, compressed: usize::try_from(compressed).ok()?, method, crc };
    Some((entry, place, at + CENTRAL + name_length + extra_length + comment_length))
}

/// The fields of an extra: their ids and data.
fn fields(mut extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (id, length) = (u16_at(extra, 0)?, usize::from(u16_at(extra, 2)?));
        let data = extra.get(4..4 + length)?;
        extra = &extra[4 + length..];
        Some((id, data))
    })
}

/// A name: UTF-8 where it says so or is; else in the encoding that is asked for, else in CP437.
fn name(raw: &[u8], is_utf8: bool, encoding: Option<&'static Encoding>) -> String {
    match (std::str::from_utf8(raw), encoding) {
        (Ok(name), None) => name.to_owned(),
        (Ok(name), Some(_)) if is_utf8 || name.is_ascii() => name.to_owned(),
        (_, Some(encoding)) => encoding.decode_without_bom_handling(raw).0.into_owned(),
        (Err(_), None) if is_utf8 => String::from_utf8_lossy(raw).into_owned(),
        (Err(_), None) => {
            let upper: Vec<char> = CP437.chars().collect();
            let char = |byte: &u8| match byte {
                0..128 => char::from(*byte),
                byte => upper[usize::from(byte - 128)],
            };
            raw.iter().map(char).collect()
        }
    }
}

/// A moment of MS-DOS, without a zone.
fn moment(date: u16, time: u16) -> Option<String> {
    let day = jiff::civil::Date::new(
        1980 + i16::try_from(date >> 9).ok()?,
        i8::try_from(date >> 5 & 15).ok()?,
        i8::try_from(date & 31).ok()?,
    )
    .ok()?;
    let time = jiff::civil::Time::new(
        i8::try_from(time >> 11).ok()?,
        i8::try_from(time >> 5 & 63).ok()?,
        i8::try_from((time & 31) * 2).ok()?,
        0,
    )
    .ok()?;
    Some(day.to_datetime(time).to_string())
}

/// The bytes of an entry, at most so many.
///
/// # Errors
/// When it is damaged, too large, or compressed in another way.
pub(super) fn read(bytes: &[u8], place: &Place, most: usize) -> Result<Vec<u8>, Fault> {
    let header = bytes.get(place.header..).filter(|header| header.starts_with(b"PK\x03\x04")).ok_or(Fault::Damaged)?;
    let [name, extra] = [26, 28].map(|at| u16_at(header, at).map(usize::from));
    let start = LOCAL + name.ok_or(Fault::Damaged)? + extra.ok_or(Fault::Damaged)?;
    let data = start.checked_add(place.compressed).and_then(|end| header.get(start..end)).ok_or(Fault::Damaged)?;
    let content = match place.method {
        0 if data.len() > most => return Err(Fault::TooLarge),
        0 => data.to_vec(),
        8 => {
            let mut content = Vec::new();
            DeflateDecoder::new(data).take(most as u64 + 1).read_to_end(&mut content).map_err(|_| Fault::Damaged)?;
            content
        }
        9 => return Err(Fault::Method("Deflate64")),
        12 => return Err(Fault::Method("bzip2")),
        14 => return Err(Fault::Method("LZMA")),
        93 => return Err(Fault::Method("zstd")),
        95 => return Err(Fault::Method("xz")),
        99 => return Err(Fault::Method("AES encryption")),
        _ => return Err(Fault::Method("an unusual method")),
    };
    if content.len() > most {
        return Err(Fault::TooLarge);
    }
    if crc32fast::hash(&content) == place.crc { Ok(content) } else { Err(Fault::Checksum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_encoding() {
        assert_eq!(CP437.chars().count(), 128);
        assert_eq!(name(b"a\x84.txt", false, None), "aä.txt");
        assert_eq!(name("aä.txt".as_bytes(), false, None), "aä.txt");
        assert_eq!(name(&[0x93, 0xfa, 0x96, 0x7b], false, Some(encoding_rs::SHIFT_JIS)), "日本");
        assert_eq!(name("日本".as_bytes(), true, Some(encoding_rs::SHIFT_JIS)), "日本");
        assert_eq!(moment(0x5865, 0x5000).as_deref(), Some("2024-03-05T10:00:00"));
        assert_eq!(moment(0, 0), None);
    }
}
