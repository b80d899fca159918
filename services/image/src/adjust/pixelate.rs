//! Pixelation: blocks of one color.

use crate::raster::Raster;

/// A picture in blocks, each of the mean of its pixels: colors by how opaque they are.
pub(super) fn pixelated(mut raster: Raster, side: usize) -> Raster {
    let (stride, channels, alpha) = (raster.stride(), raster.channels, raster.has_alpha());
    for top in (0..raster.height).step_by(side) {
        let rows = &mut raster.samples[top * stride..raster.height.min(top + side) * stride];
        for left in (0..stride).step_by(side * channels) {
            let right = stride.min(left + side * channels);
            let (mut sums, mut weight) = ([0u64; 4], 0);
            for row in rows.chunks_exact(stride) {
                for pixel in row[left..right].chunks_exact(channels) {
                    let opaque = if alpha { u64::from(pixel[channels - 1]) } else { 1 };
                    weight += opaque;
                    for (sum, sample) in sums.iter_mut().zip(pixel) {
                        *sum += u64::from(*sample) * opaque;
                    }
                }
            }
            let mut mean = sums.map(|sum| (sum + weight / 2).checked_div(weight).unwrap_or(0) as u8);
            if alpha {
                let pixels = ((right - left) / channels * (rows.len() / stride)) as u64;
                mean[channels - 1] = ((weight + pixels / 2) / pixels) as u8;
            }
            for row in rows.chunks_exact_mut(stride) {
                for pixel in row[left..right].chunks_exact_mut(channels) {
                    pixel.copy_from_slice(&mean[..channels]);
                }
            }
        }
    }
    raster
}
