//! Hashes of 64 bits, as the Python library imagehash has them.

use std::f64::consts::PI;

use chassis::Call;
use pictures::{Format, Kernel, Picture};

use super::scaled;
use crate::error::Error;
use crate::raster::{Raster, luma};

/// Pixels of a side of the picture whose frequencies are looked at, and how many of them count.
const GRID: usize = 32;
const LOW: usize = 8;

/// Rounding leaves less than this of what cancels out.
const NOTHING: f64 = 1e-6;

/// The hashes of a picture.
pub(super) struct Hashes {
    pub(super) phash: u64,
    pub(super) dhash: u64,
    pub(super) ahash: u64,
}

impl Hashes {
    pub(super) fn of(look: &Picture, call: &Call) -> Result<Self, Error> {
        let gray = Picture::still(Format::Png, luma(look).into_image());
        let at = |width: usize, height: usize| -> Result<Vec<u8>, Error> {
            let small = scaled(&gray, (width as u32, height as u32), Kernel::Lanczos3, call)?;
            Ok(Raster::of(small.into_raster()).samples)
        };
        Ok(Self { phash: phash(&at(GRID, GRID)?), dhash: dhash(&at(9, 8)?), ahash: ahash(&at(8, 8)?) })
    }
}

/// Bits in reading order, the first one highest.
fn bits(bits: impl Iterator<Item = bool>) -> u64 {
    bits.fold(0, |hash, bit| hash << 1 | u64::from(bit))
}

/// Which of the lowest frequencies in both directions (DCT-II) are above their median.
fn phash(pixels: &[u8]) -> u64 {
    let cosine = |frequency: usize, at: usize| (PI * frequency as f64 * (2 * at + 1) as f64 / (2 * GRID) as f64).cos();
    let mut columns = [[0.0; GRID]; LOW];
    for (frequency, row) in columns.iter_mut().enumerate() {
        for (x, sum) in row.iter_mut().enumerate() {
            *sum = (0..GRID).map(|y| f64::from(pixels[y * GRID + x]) * cosine(frequency, y)).sum();
        }
    }
    let values: Vec<f64> = columns
        .iter()
        .flat_map(|row| (0..LOW).map(move |frequency| (0..GRID).map(|x| row[x] * cosine(frequency, x)).sum::<f64>()))
        // What should be nothing is nothing, as a fast transform has it: flat pictures have a hash too.
        .map(|value| if value.abs() < NOTHING { 0.0 } else { value })
        .collect();
    let mut sorted = values.clone();
    sorted.sort_by(f64::total_cmp);
    let median = (sorted[31] + sorted[32]) / 2.0;
    bits(values.iter().map(|value| *value > median))
}

/// Whether each pixel is lighter than the one to its left.
fn dhash(pixels: &[u8]) -> u64 {
    bits(pixels.chunks_exact(9).flat_map(|row| row.windows(2).map(|pair| pair[1] > pair[0])))
}

/// Whether each pixel is lighter than the mean.
fn ahash(pixels: &[u8]) -> u64 {
    let sum: u32 = pixels.iter().map(|pixel| u32::from(*pixel)).sum();
    bits(pixels.iter().map(|pixel| u32::from(*pixel) * 64 > sum))
}
