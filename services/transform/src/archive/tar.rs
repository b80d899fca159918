//! Tar (POSIX.1-2001, ustar and pax, with the long names of GNU), read and written.

use std::fmt::Write as _;

use chassis::{Code, Error};

use super::{ArchiveEntry, EntryKind, MAX_ENTRIES, Place, is_safe};

/// Bytes of a block.
const BLOCK: usize = 512;

/// Whether bytes are a tar archive: by the checksum of the first header.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(..BLOCK).is_some_and(|header| header[0] != 0 && is_whole(header))
}

fn is_whole(header: &[u8]) -> bool {
    let sum: u64 =
        header.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) }).sum();
    number(&header[148..156]) == Some(sum)
}

/// A number in octal, or where it is large in binary.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let rest = field[1..]
            .iter()
            .try_fold(u64::from(field[0] & 0x7f), |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)));
        return rest;
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// The entries of an archive.
///
/// # Errors
/// When it is damaged, or has too many.
pub(super) fn entries(bytes: &[u8]) -> Result<Vec<(ArchiveEntry, Place)>, Error> {
    let broken = || Error::impossible("archive", "is damaged: it is no whole tar archive");
    let mut found = Vec::new();
    let mut at = 0;
    // What stands before an entry and is meant for it.
    let (mut long_name, mut pax_size, mut pax_time) = (None, None, None);
    while let Some(header) = bytes.get(at..at + BLOCK) {
        if header.iter().all(|byte| *byte == 0) {
            break;
        }
        if !is_whole(header) {
            return Err(broken());
        }
        let stated = number(&header[124..136]).ok_or_else(broken)?;
        let size = usize::try_from(pax_size.take().unwrap_or(stated)).map_err(|_| broken())?;
        let start = at + BLOCK;
        let end = start.checked_add(size).filter(|end| *end <= bytes.len()).ok_or_else(broken)?;
        let data = &bytes[start..end];
        at = start + size.div_ceil(BLOCK) * BLOCK;
        match header[156] {
            b'x' => {
                for (key, value) in pax(data) {
                    match key {
                        "path" => long_name = Some(value.to_owned()),
                        "size" => pax_size = value.parse().ok(),
                        "mtime" => pax_time = value.split('.').next().and_then(|time| time.parse().ok()),
                        _ => {}
                    }
                }
                continue;
            }
            b'L' => {
                long_name = Some(text(data));
                continue;
            }
            b'g' | b'K' => continue,
            _ => {}
        }
        let prefix = if header[257..].starts_with(b"ustar\0") { text(&header[345..500]) } else { String::new() };
        let own = text(&header[..100]);
        let name = long_name.take().unwrap_or_else(|| if prefix.is_empty() { own } else { format!("{prefix}/{own}") });
        let kind = match header[156] {
            b'0' | 0 | b'7' if name.ends_with('/') => EntryKind::Folder,
            b'0' | 0 | b'7' => EntryKind::File,
            b'5' => EntryKind::Folder,
            b'1' | b'2' => EntryKind::Link,
            _ => EntryKind::Other,
        };
        let time = pax_time.take().or_else(|| number(&header[136..148]).and_then(|time| i64::try_from(time).ok()));
        let name = name.strip_prefix("./").filter(|rest| !rest.is_empty()).map_or(name.clone(), str::to_owned);
        found.push((
            ArchiveEntry {
                unsafe_name: !is_safe(&name),
                name,
                kind,
                size: Some(size as u64),
                compressed_size: None,
                modified: time.and_then(|time| jiff::Timestamp::from_second(time).ok()).map(|time| time.to_string()),
                encrypted: false,
            },
            Place::Tar(start..end),
        ));
        if found.len() > MAX_ENTRIES {
            return Err(Error::new(Code::PayloadTooLarge, format!("the archive has more than {MAX_ENTRIES} entries")));
        }
    }
    Ok(found)
}

/// The records of an extended header: `27 path=name\n`.
fn pax(mut data: &[u8]) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    while let Some(space) = data.iter().position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(&data[..space]).ok().and_then(|length| length.parse::<usize>().ok());
        let Some(length) = length.filter(|length| *length > space + 1 && *length <= data.len()) else { break };
        let record = std::str::from_utf8(&data[space + 1..length - 1]).ok();
        found.extend(record.and_then(|record| record.split_once('=')));
        data = &data[length..];
    }
    found
}

/// Adds a file to an archive.
pub(super) fn add(archive: &mut Vec<u8>, name: &str, content: &[u8], time: i64) {
    let time = u64::try_from(time).unwrap_or(0);
    if name.len() > 100 || !name.is_ascii() {
        // The length counts itself.
        let body = format!(" path={name}\n");
        let mut length = body.len() + 1;
        while length != body.len() + length.to_string().len() {
            length = body.len() + length.to_string().len();
        }
        let record = format!("{length}{body}");
        block(archive, "././@PaxHeader", record.as_bytes(), b'x', time);
    }
    block(archive, name, content, b'0', time);
}

fn block(archive: &mut Vec<u8>, name: &str, content: &[u8], kind: u8, time: u64) {
    let mut header = [0_u8; BLOCK];
    let short: Vec<u8> = name.bytes().map(|byte| if byte.is_ascii() { byte } else { b'_' }).take(100).collect();
    header[..short.len()].copy_from_slice(&short);
    let mut octal = |at: usize, digits: usize, value: u64| {
        let mut text = String::new();
        let _ = write!(text, "{value:0digits$o}");
        header[at..at + digits].copy_from_slice(&text.as_bytes()[text.len() - digits..]);
    };
    octal(100, 7, 0o644);
    octal(108, 7, 0);
    octal(116, 7, 0);
    octal(124, 11, content.len() as u64);
    octal(136, 11, time);
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    header[148..156].copy_from_slice(sum.as_bytes());
    archive.extend_from_slice(&header);
    archive.extend_from_slice(content);
    archive.resize(archive.len().div_ceil(BLOCK) * BLOCK, 0);
}

/// Ends an archive.
pub(super) fn finish(archive: &mut Vec<u8>) {
    archive.resize(archive.len() + 2 * BLOCK, 0);
}
