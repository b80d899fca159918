//! TIFF with a palette (TIFF 6.0, section 5), which `image` does not read: as greys, which are then painted.

use image::{DynamicImage, Rgb, RgbImage};

use crate::container::tiff::Tiff;

const BITS: u16 = 258;
const PHOTOMETRIC: u16 = 262;
const COLOR_MAP: u16 = 320;
/// What `PHOTOMETRIC` says of a palette, and of greys.
const PALETTE: u16 = 3;
const GREYS: u16 = 1;

/// The colours of a palette.
pub(crate) struct Palette {
    colors: Vec<[u8; 3]>,
}

/// The same file with greys for the places of colours, and the colours; none when it has no palette.
pub(crate) fn of(bytes: &[u8]) -> Option<(Vec<u8>, Palette)> {
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
    Some((tiff.with_u16(photometric.at, GREYS), Palette { colors }))
}

impl Palette {
    /// The picture whose greys are places of colours.
    pub(crate) fn paint(&self, greys: DynamicImage) -> DynamicImage {
        // Fewer bits were spread over eight.
        let step = 255 / (self.colors.len() - 1).min(255);
        let greys = greys.into_luma8();
        let mut pixels = RgbImage::new(greys.width(), greys.height());
        for (pixel, grey) in pixels.pixels_mut().zip(greys.iter()) {
            *pixel = Rgb(self.colors[usize::from(*grey) / step]);
        }
        pixels.into()
    }
}
