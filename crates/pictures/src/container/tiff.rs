//! Directories of a TIFF (TIFF 6.0, section 2), and of EXIF, which is one.

use std::ops::Range;

use super::part;

/// A document may have this many pages.
const PAGES: usize = 1000;

/// A TIFF, or EXIF data from its byte order mark on.
pub(crate) struct Tiff<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

/// An entry of a directory.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) tag: u16,
    pub(crate) kind: u16,
    pub(crate) count: u32,
    /// Where its value or the offset of it is.
    pub(crate) at: usize,
}

impl<'a> Tiff<'a> {
    /// Of bytes that begin as one; BigTIFF is not walked.
    pub(crate) fn of(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = match bytes.get(..4)? {
            b"II\x2a\0" => false,
            b"MM\0\x2a" => true,
            _ => return None,
        };
        Some(Self { bytes, big_endian })
    }

    pub(crate) fn u16(&self, at: usize) -> Option<u16> {
        let bytes = *part(self.bytes, at, 2)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    pub(crate) fn u32(&self, at: usize) -> Option<u32> {
        let bytes = *part(self.bytes, at, 4)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Where the directories of the pages are.
    pub(crate) fn pages(&self) -> Vec<u32> {
        let mut pages = Vec::new();
        let mut next = self.u32(4);
        while let Some(at) = next.filter(|at| *at != 0 && pages.len() < PAGES && !pages.contains(at)) {
            let Some(count) = self.u16(at as usize) else { break };
            pages.push(at);
            next = self.u32(at as usize + 2 + 12 * usize::from(count));
        }
        pages
    }

    /// The entries of a directory.
    pub(crate) fn entries(&self, at: u32) -> impl Iterator<Item = Entry> {
        let at = at as usize;
        let count = self.u16(at).unwrap_or(0);
        (0..usize::from(count)).map_while(move |index| {
            let at = at + 2 + 12 * index;
            Some(Entry { tag: self.u16(at)?, kind: self.u16(at + 2)?, count: self.u32(at + 4)?, at: at + 8 })
        })
    }

    /// Whether its directories, those they lead to as well, have no more entries and values than a file of its length can:
    /// values may share their bytes, and then a small file stands for much.
    pub(crate) fn is_plausible(&self) -> bool {
        const ENTRIES: usize = 1000;
        const TEXTS: usize = 1 << 20;
        // Those of EXIF, GPS and interoperability.
        const POINTERS: [u16; 3] = [0x8769, 0x8825, 0xa005];
        let (mut seen, mut left) = (Vec::new(), self.pages());
        // As many as are read of each other's next.
        left.truncate(8);
        let (mut entries, mut bytes, mut texts) = (0, 0usize, 0);
        while let Some(at) = left.pop() {
            if seen.contains(&at) {
                continue;
            }
            seen.push(at);
            for entry in self.entries(at) {
                entries += 1;
                let value = self.value(&entry).unwrap_or_default();
                bytes = bytes.saturating_add(value.len());
                texts += if entry.kind == 2 { value.len() } else { 0 };
                if entries > ENTRIES || bytes > self.bytes.len() || texts > TEXTS {
                    return false;
                }
                if POINTERS.contains(&entry.tag) {
                    let value = Self { bytes: value, big_endian: self.big_endian };
                    left.extend(match entry.kind {
                        1 => value.bytes.first().map(|byte| u32::from(*byte)),
                        3 => value.u16(0).map(u32::from),
                        _ => value.u32(0),
                    });
                }
            }
        }
        true
    }

    /// The bytes of an entry's value.
    pub(crate) fn value(&self, entry: &Entry) -> Option<&'a [u8]> {
        self.bytes.get(self.place(entry)?)
    }

    /// Where the bytes of an entry's value are, if they are there.
    pub(crate) fn place(&self, entry: &Entry) -> Option<Range<usize>> {
        let size = match entry.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let length = usize::try_from(entry.count).ok()?.checked_mul(size)?;
        let at = if length <= 4 { entry.at } else { self.u32(entry.at)? as usize };
        part(self.bytes, at, length).map(|_| at..at + length)
    }

    /// The first directory's entry of a tag.
    pub(crate) fn find(&self, tag: u16) -> Option<Entry> {
        self.entries(self.u32(4)?).find(|entry| entry.tag == tag)
    }

    /// The same file, beginning with another page.
    pub(crate) fn beginning_with(&self, at: u32) -> Vec<u8> {
        let mut bytes = self.bytes.to_vec();
        let place = if self.big_endian { at.to_be_bytes() } else { at.to_le_bytes() };
        bytes[4..8].copy_from_slice(&place);
        bytes
    }

    /// The same file with another number at a place.
    pub(crate) fn with_u16(&self, at: usize, number: u16) -> Vec<u8> {
        let mut bytes = self.bytes.to_vec();
        bytes[at..at + 2].copy_from_slice(&self.written(number));
        bytes
    }

    /// A number as it is written here.
    pub(crate) fn written(&self, number: u16) -> [u8; 2] {
        if self.big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }
}
