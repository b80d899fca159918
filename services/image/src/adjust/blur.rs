//! Gaussian blur, and unsharp masking with it.
//!
//! A small blur is the Gaussian itself, cut off at three standard deviations, in fixed point. A large one leaves nothing
//! that a smaller picture could not hold: the picture is shrunk until the blur has a standard deviation of about 2, blurred
//! there, and enlarged again. So time hardly grows with the blur. Measured against the Gaussian: at most 1 level off when
//! small, 3 when large; near the edges a large one goes on with the mean of the pixels there, not with the last one.

use pictures::{Format, Kernel, Picture, Plane, Planes, resample};

use crate::raster::Raster;

/// Above this standard deviation the picture is shrunk first.
const DIRECT: f64 = 3.0;
/// What it has at least in the smaller picture.
const SMALL: f64 = 2.0;
/// A smaller picture still has this many pixels along a side, so that its edges are where they were.
const LEAST: f64 = 16.0;
/// Samples that are blurred at once: few enough for the nearest cache.
const CHUNK: usize = 4096;
/// Bits behind the point between the two passes: the sum of two samples and these fit 16 bits.
const BITS: u32 = 6;

/// A blurred picture; outside, its edges go on.
pub(super) fn blurred(raster: Raster, sigma: f64) -> Raster {
    unevenly(raster, sigma, sigma)
}

/// The planes of a JPEG blurred: that is the same as its colors blurred, with less to do.
pub(super) fn blurred_planes(planes: Planes, sigma: f64) -> Planes {
    let whole = planes.luma.part;
    let one = |plane: Plane| {
        let (across, down) = (plane.part.width / whole.width, plane.part.height / whole.height);
        let raster = unevenly(Raster::of(plane.samples.into()), sigma * across, sigma * down);
        Plane { samples: raster.into_image().into_luma8(), part: plane.part }
    };
    Planes { luma: one(planes.luma), chroma: planes.chroma.map(|chroma| chroma.map(one)) }
}

/// With a standard deviation for each direction.
fn unevenly(raster: Raster, across: f64, down: f64) -> Raster {
    if across.max(down) < DIRECT {
        return direct(raster, across, down);
    }
    let (width, height) = (raster.width, raster.height);
    let smaller = |side: usize, sigma: f64| {
        let side = side as f64;
        (side * (SMALL / sigma).min(1.0)).ceil().max(LEAST.min(side))
    };
    let (small_width, small_height) = (smaller(width, across), smaller(height, down));
    let small = resized(raster, small_width as u32, small_height as u32, Kernel::Lanczos3);
    let small = direct(small, across * small_width / width as f64, down * small_height / height as f64);
    resized(small, width as u32, height as u32, Kernel::Cubic)
}

fn resized(raster: Raster, width: u32, height: u32, kernel: Kernel) -> Raster {
    let picture = Picture::still(Format::Png, raster.into_image());
    let picture = resample(&picture, None, (width, height), kernel, &|| false).expect("it is never stopped");
    Raster::of(picture.into_raster())
}

/// A sharper picture: the difference from one blurred by a pixel is added.
pub(super) fn sharpened(raster: Raster, amount: f64) -> Raster {
    let soft = direct(raster.clone(), 1.0, 1.0);
    let (mut raster, channels, alpha) = (raster, soft.channels, soft.has_alpha());
    let amount = (amount * 256.0).round() as i32;
    let sharper = |sample: &mut u8, soft: u8| {
        let sharp = i32::from(*sample);
        *sample = (sharp + (((sharp - i32::from(soft)) * amount + 128) >> 8)).clamp(0, 255) as u8;
    };
    if alpha {
        for (pixel, soft) in raster.samples.chunks_exact_mut(channels).zip(soft.samples.chunks_exact(channels)) {
            for (sample, soft) in pixel[..channels - 1].iter_mut().zip(soft) {
                sharper(sample, *soft);
            }
        }
    } else {
        for (sample, soft) in raster.samples.iter_mut().zip(&soft.samples) {
            sharper(sample, *soft);
        }
    }
    raster
}

/// The Gaussian itself, with a standard deviation for each direction.
fn direct(mut raster: Raster, across: f64, down: f64) -> Raster {
    let alpha = raster.has_alpha();
    if alpha {
        multiply(&mut raster);
    }
    let (stride, channels, height) = (raster.stride(), raster.channels, raster.height);
    let (across, down) = (weights(across, raster.width), weights(down, height));
    let reach = (across.len() - 1) * channels;
    let mut target = vec![0; raster.samples.len()];
    // A row blurred downwards, with its edges going on to both sides, and the same blurred across.
    let mut row = vec![0u16; stride + 2 * reach];
    let mut sums = vec![0u16; CHUNK];
    for (y, target) in target.chunks_exact_mut(stride).enumerate() {
        let source = |y: usize| &raster.samples[y.min(height - 1) * stride..][..stride];
        for start in (0..stride).step_by(CHUNK) {
            let end = stride.min(start + CHUNK);
            let sums = &mut row[reach + start..reach + end];
            sums.fill(down.len() as u16 / 2);
            add(sums, &source(y)[start..end], down[0]);
            for (step, weight) in down.iter().enumerate().skip(1) {
                let (above, below) = (source(y.saturating_sub(step)), source(y + step));
                add_two(sums, &above[start..end], &below[start..end], *weight);
            }
        }
        for x in 0..reach {
            row[x] = row[reach + x % channels];
            row[reach + stride + x] = row[reach + stride - channels + x % channels];
        }
        for start in (0..stride).step_by(CHUNK) {
            let end = stride.min(start + CHUNK);
            let sums = &mut sums[..end - start];
            sums.fill((1 << (BITS - 1)) + across.len() as u16 / 2);
            let middle = reach + start;
            for (sum, value) in sums.iter_mut().zip(&row[middle..]) {
                *sum += part(*value, across[0]);
            }
            for (step, weight) in across.iter().enumerate().skip(1) {
                let (left, right) = (&row[middle - step * channels..], &row[middle + step * channels..]);
                for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
                    *sum += part(left + right, *weight);
                }
            }
            for (target, sum) in target[start..end].iter_mut().zip(sums) {
                *target = (*sum >> BITS).min(255) as u8;
            }
        }
    }
    raster.samples = target;
    if alpha {
        divide(&mut raster);
    }
    raster
}

/// The Gaussian at whole steps from its middle, in parts of 65,536; all of both sides together are one. Steps that leave a
/// side of this length from everywhere meet the same edge, and are one step: fixed point bears few.
fn weights(sigma: f64, side: usize) -> Vec<u16> {
    let reach = (3.0 * sigma).ceil().max(1.0) as usize;
    let mut values: Vec<f64> = (0..=reach).map(|step| (-0.5 * (step as f64 / sigma).powi(2)).exp()).collect();
    let all = 2.0 * values.iter().sum::<f64>() - values[0];
    let last = side.saturating_sub(1).clamp(1, reach);
    values[last] = values[last..].iter().sum();
    values.truncate(last + 1);
    let mut weights: Vec<u16> = values.iter().map(|value| (value / all * 65_536.0).round() as u16).collect();
    let sides: u32 = weights[1..].iter().map(|weight| 2 * u32::from(*weight)).sum();
    weights[0] = (65_536 - sides.min(65_536)).min(65_535) as u16;
    weights
}

/// So much of a value: the upper half of a product, which processors have for eight values at once.
#[inline]
fn part(value: u16, weight: u16) -> u16 {
    ((u32::from(value) * u32::from(weight)) >> 16) as u16
}

fn add(sums: &mut [u16], row: &[u8], weight: u16) {
    for (sum, sample) in sums.iter_mut().zip(row) {
        *sum += part(u16::from(*sample) << BITS, weight);
    }
}

fn add_two(sums: &mut [u16], above: &[u8], below: &[u8], weight: u16) {
    for ((sum, above), below) in sums.iter_mut().zip(above).zip(below) {
        *sum += part((u16::from(*above) + u16::from(*below)) << BITS, weight);
    }
}

/// Colors times alpha, so that what cannot be seen does not shine through.
fn multiply(raster: &mut Raster) {
    let last = raster.channels - 1;
    for pixel in raster.samples.chunks_exact_mut(raster.channels) {
        let alpha = u32::from(pixel[last]);
        for sample in &mut pixel[..last] {
            *sample = ((u32::from(*sample) * alpha + 127) / 255) as u8;
        }
    }
}

fn divide(raster: &mut Raster) {
    let last = raster.channels - 1;
    for pixel in raster.samples.chunks_exact_mut(raster.channels) {
        let alpha = u32::from(pixel[last]);
        for sample in &mut pixel[..last] {
            *sample = ((u32::from(*sample) * 255 + alpha / 2).checked_div(alpha).unwrap_or(0)).min(255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_picture_stays_flat() {
        for value in [0, 1, 77, 254, 255] {
            for (channels, sigma) in [(1, 0.3), (3, 1.0), (4, 2.5), (3, 2.9), (3, 3.0), (2, 40.0), (4, 100.0)] {
                let pixel = [value, value, value, 255];
                let pixel = if channels == 2 { vec![value, 255] } else { pixel[..channels].to_vec() };
                let raster = Raster::filled(50, 30, &pixel);
                assert!(blurred(raster.clone(), sigma) == raster, "{value} {channels} {sigma}");
            }
        }
    }

    #[test]
    fn no_size_is_too_small() {
        for (width, height) in [(1, 1), (1, 40), (40, 1), (2, 3), (5, 700)] {
            for sigma in [0.3, 3.0, 4.0, 100.0] {
                let raster = Raster::filled(width, height, &[9, 8, 7]);
                assert!(blurred(raster.clone(), sigma) == raster, "{width} {height} {sigma}");
                assert!(sharpened(raster.clone(), 5.0) == raster, "{width} {height}");
            }
        }
    }
}
