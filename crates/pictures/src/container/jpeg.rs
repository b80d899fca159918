//! Marker segments of a JPEG (ITU-T T.81, annex B).

use super::part;

/// The markers that begin a scan and end the picture.
pub(crate) const SCAN: u8 = 0xda;
pub(crate) const END: u8 = 0xd9;

/// A segment before or between the scans.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    /// Without marker and length.
    pub(crate) data: &'a [u8],
    /// With both.
    pub(crate) whole: &'a [u8],
}

/// The segments up to the first scan, and where that begins.
pub(crate) fn segments(bytes: &[u8]) -> (Vec<Segment<'_>>, Option<usize>) {
    let mut segments = Vec::new();
    let mut at = 2;
    loop {
        let Some(&[0xff, marker]) = part(bytes, at, 2) else { return (segments, None) };
        match marker {
            // Fill bytes may come before a marker.
            0xff => at += 1,
            SCAN => return (segments, Some(at)),
            0x01 | 0xd0..=0xd8 => at += 2,
            _ => {
                let Some(segment) = segment(bytes, at, marker) else { return (segments, None) };
                at += segment.whole.len();
                segments.push(segment);
            }
        }
    }
}

/// The segment at a place, whose marker is known.
pub(crate) fn segment(bytes: &[u8], at: usize, marker: u8) -> Option<Segment<'_>> {
    let length = usize::from(u16::from_be_bytes(*part(bytes, at + 2, 2)?.first_chunk()?));
    let whole = part(bytes, at, length + 2)?;
    Some(Segment { marker, data: whole.get(4..)?, whole })
}

/// Where a picture whose first scan begins at `at` ends: behind its end-of-image marker. Later scans and tables are its too.
pub(crate) fn end(bytes: &[u8], at: usize) -> Option<usize> {
    let (marker, place) = parts(bytes, at, bytes.len()).last()?;
    (marker == END).then_some(place.end)
}

/// The parts from the first scan on, each with its marker and its place: a scan's segment with its data, or another segment.
pub(crate) fn parts(bytes: &[u8], at: usize, end: usize) -> impl Iterator<Item = (u8, std::ops::Range<usize>)> {
    let mut at = at;
    std::iter::from_fn(move || {
        let start = at;
        let &[0xff, marker] = part(&bytes[..end], at, 2)? else { return None };
        if marker == END {
            at = end;
            return Some((END, start..start + 2));
        }
        let length = part(bytes, at + 2, 2).and_then(|two| two.first_chunk()).map(|two| u16::from_be_bytes(*two))?;
        // Data go on to the next marker; stuffed zeros, fill bytes and restarts belong to them.
        let mut next = (at + 2 + usize::from(length)).min(end);
        while next < end {
            next += bytes[next..end].iter().position(|byte| *byte == 0xff).unwrap_or(end - next);
            match bytes.get(next + 1) {
                Some(0x00 | 0x01 | 0xd0..=0xd7) => next += 2,
                Some(0xff) => next += 1,
                Some(_) => break,
                None => next = end,
            }
        }
        at = next.min(end);
        Some((marker, start..at))
    })
}
