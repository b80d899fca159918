//! A layer of pixels upon a picture: W3C Compositing and Blending Level 1, on sRGB samples as CSS has them.

use super::Blend;
use crate::raster::Raster;

/// Makes a layer less opaque.
pub(super) fn fade(layer: &mut Raster, opacity: f64) {
    if opacity >= 1.0 {
        return;
    }
    let table: [u8; 256] = std::array::from_fn(|alpha| (alpha as f64 * opacity).round() as u8);
    for pixel in layer.samples.as_chunks_mut::<4>().0 {
        pixel[3] = table[usize::from(pixel[3])];
    }
}

/// Puts a layer (RGBA) upon a picture (RGB or RGBA), wherever its left and upper edge are.
pub(super) fn put(base: &mut Raster, layer: &Raster, (left, top): (i64, i64), blend: Blend) {
    let Some((columns, skipped)) = overlap(left, layer.width, base.width) else { return };
    let Some((rows, skipped_rows)) = overlap(top, layer.height, base.height) else { return };
    let (channels, stride, layer_stride) = (base.channels, base.stride(), layer.stride());
    let width = columns.len();
    for (y, row) in base.samples.chunks_exact_mut(stride).enumerate().take(rows.end).skip(rows.start) {
        let above = &layer.samples[(y - rows.start + skipped_rows) * layer_stride + skipped * 4..][..width * 4];
        let below = &mut row[columns.start * channels..columns.end * channels];
        match (channels, blend) {
            (3, Blend::Over) => {
                for (below, above) in below.as_chunks_mut::<3>().0.iter_mut().zip(above.as_chunks::<4>().0) {
                    let alpha = u32::from(above[3]);
                    for (below, above) in below.iter_mut().zip(above) {
                        *below = mixed(u32::from(*above), u32::from(*below), alpha);
                    }
                }
            }
            (3, _) => {
                for (below, above) in below.as_chunks_mut::<3>().0.iter_mut().zip(above.as_chunks::<4>().0) {
                    let alpha = u32::from(above[3]);
                    for (below, above) in below.iter_mut().zip(above) {
                        *below = mixed(blended(*above, *below, blend), u32::from(*below), alpha);
                    }
                }
            }
            _ => {
                for (below, above) in below.as_chunks_mut::<4>().0.iter_mut().zip(above.as_chunks::<4>().0) {
                    *below = composed(*above, *below, blend);
                }
            }
        }
    }
}

/// Whether anything of a layer can be seen upon a picture of a size.
pub(super) fn shows(layer: &Raster, (left, top): (i64, i64), (width, height): (usize, usize)) -> bool {
    let Some((columns, skipped)) = overlap(left, layer.width, width) else { return false };
    let Some((rows, skipped_rows)) = overlap(top, layer.height, height) else { return false };
    let rows = layer.samples.chunks_exact(layer.stride()).skip(skipped_rows).take(rows.len());
    rows.flat_map(|row| &row.as_chunks::<4>().0[skipped..][..columns.len()]).any(|pixel| pixel[3] > 0)
}

/// The part of a side that a layer covers, and what of the layer comes before it.
fn overlap(start: i64, length: usize, room: usize) -> Option<(std::ops::Range<usize>, usize)> {
    let (first, end) = (start.max(0), (start + length as i64).min(room as i64));
    (first < end).then(|| (first as usize..end as usize, (first - start) as usize))
}

/// So much of the upper one, the rest of the lower one.
#[inline]
fn mixed(above: u32, below: u32, alpha: u32) -> u8 {
    ((above * alpha + below * (255 - alpha) + 127) / 255) as u8
}

#[inline]
fn blended(above: u8, below: u8, blend: Blend) -> u32 {
    let (above, below) = (u32::from(above), u32::from(below));
    match blend {
        Blend::Over => above,
        Blend::Multiply => (above * below + 127) / 255,
        Blend::Screen => above + below - (above * below + 127) / 255,
    }
}

/// Where both may be transparent: section 5 of the standard.
#[inline]
fn composed(above: [u8; 4], below: [u8; 4], blend: Blend) -> [u8; 4] {
    let (over, under) = (u32::from(above[3]), u32::from(below[3]));
    // In parts of 255 x 255: only the upper one, both, only the lower one.
    let (alone, both, rest) = (over * (255 - under), over * under, under * (255 - over));
    let all = alone + both + rest;
    if all == 0 {
        return [0; 4];
    }
    let channel = |channel: usize| {
        let (upper, lower) = (u32::from(above[channel]), u32::from(below[channel]));
        let sum = upper * alone + blended(above[channel], below[channel], blend) * both + lower * rest;
        ((sum + all / 2) / all) as u8
    };
    [channel(0), channel(1), channel(2), ((all + 127) / 255) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_overlaps_is_met() {
        assert_eq!(overlap(-5, 10, 100), Some((0..5, 5)));
        assert_eq!(overlap(95, 10, 100), Some((95..100, 0)));
        assert_eq!(overlap(-5, 200, 100), Some((0..100, 5)));
        for away in [-10, 100, i64::from(i32::MIN), i64::from(i32::MAX)] {
            assert_eq!(overlap(away, 10, 100), None);
        }
    }

    #[test]
    fn a_clear_layer_changes_nothing_and_an_opaque_one_covers() {
        let mut base = Raster::filled(3, 3, &[10, 20, 30, 40]);
        let before = base.clone();
        for blend in [Blend::Over, Blend::Multiply, Blend::Screen] {
            put(&mut base, &Raster::filled(3, 3, &[255, 255, 255, 0]), (0, 0), blend);
            assert!(base == before, "{blend:?}");
        }
        put(&mut base, &Raster::filled(1, 1, &[1, 2, 3, 255]), (2, 2), Blend::Over);
        assert_eq!(base.samples[32..], [1, 2, 3, 255]);
    }
}
