//! TIFF with a palette (TIFF 6.0, section 5), which `image` does not read: as grays, which are then painted.

use super::tiff::Tiff;

const BITS: u16 = 258;
const PHOTOMETRIC: u16 = 262;
const COLOR_MAP: u16 = 320;
/// What `PHOTOMETRIC` says of a palette, and of grays.
const PALETTE: u16 = 3;
const GRAYS: u16 = 1;

/// The same file with grays for the places of colors, and the colors; none when it has no palette.
pub(crate) fn of(bytes: &[u8]) -> Option<(Vec<u8>, Vec<[u8; 3]>)> {
    let tiff = Tiff::of(bytes)?;
    let photometric = tiff.find(PHOTOMETRIC)?;
    if tiff.u16(photometric.at)? != PALETTE {
        return None;
    }
    let bits = tiff.find(BITS).and_then(|entry| tiff.u16(entry.at)).filter(|bits| matches!(bits, 1 | 2 | 4 | 8))?;
    let map = tiff.find(COLOR_MAP)?;
    let count = 1 << bits;
    // All reds, then all greens, then all blues, of 16 bit each.
    let at = tiff.u32(map.at).filter(|_| map.kind == 3 && map.count as usize == 3 * count)? as usize;
    let channel = |place: usize, channel: usize| Some((tiff.u16(at + 2 * (channel * count + place))? >> 8) as u8);
    let color = |place| Some([channel(place, 0)?, channel(place, 1)?, channel(place, 2)?]);
    let colors = (0..count).map(color).collect::<Option<Vec<_>>>()?;
    Some((tiff.with_u16(photometric.at, GRAYS), colors))
}
