//! Two pictures compared.

use chassis::{Call, File};
use pictures::{Frames, Kernel, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::perceptual::Hashes;
use super::{SIDE, look, luma, scaled, within};
use crate::error::{Error, still_wanted};
use crate::input;
use crate::oklab::Oklab;
use crate::raster::Raster;

/// Bits that may differ in the phash and in the dhash of the same picture.
const BITS: u32 = 10;
/// How far the mean colours of the same picture may be apart: hashes see no colour.
const COLOR: f32 = 0.2;
/// Bits that may differ where all pixels are the same: a smaller picture may have been decoded another way.
const DECODED: u32 = 4;

/// How two pictures compare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Whether every pixel is the same (in eight bits a sample).
    pub identical: bool,
    /// Whether it is the same picture, perhaps in another size, format or quality: at most 10 of 64 bits of phash and of
    /// dhash differ, and the mean colours are alike.
    pub same_picture: bool,
    /// 1 for pictures whose three hashes agree in every bit, about 0.5 for pictures that have nothing to do with each other.
    pub similarity: f64,
    /// Structural similarity (SSIM) of their brightness, in a common size of at most 512 pixels a side: 1 for the same.
    pub ssim: f64,
    /// Bits that differ, of 64.
    pub phash_distance: u32,
    /// Bits that differ, of 64.
    pub dhash_distance: u32,
    /// Bits that differ, of 64.
    pub ahash_distance: u32,
}

/// Compares a picture with another.
pub(super) fn compare(
    (image, look_of_image, hashes): (&File, &Picture, &Hashes),
    other: &File,
    call: &Call,
) -> Result<Comparison, Error> {
    let look_of_other = look("other", other, call)?;
    let others = Hashes::of(&look_of_other, call)?;
    let [phash, dhash, ahash] =
        [hashes.phash ^ others.phash, hashes.dhash ^ others.dhash, hashes.ahash ^ others.ahash].map(u64::count_ones);
    still_wanted(call)?;
    let size = within(look_of_image.frame_size(), SIDE);
    let at = |look: &Picture| scaled(look, size, Kernel::Linear, call).map(|picture| luma(&picture));
    let ssim = ssim(&at(look_of_image)?, &at(&look_of_other)?);
    still_wanted(call)?;
    let apart = mean(look_of_image).distance(mean(&look_of_other));
    let identical = image.bytes() == other.bytes()
        || (phash <= DECODED && dhash <= DECODED && apart < COLOR && same_pixels(image, other, call)?);
    let round = |value: f64| (value * 1e6).round() / 1e6;
    Ok(Comparison {
        identical,
        same_picture: identical || (phash <= BITS && dhash <= BITS && apart <= COLOR),
        similarity: round(1.0 - f64::from(phash + dhash + ahash) / 192.0),
        ssim: round(ssim),
        phash_distance: phash,
        dhash_distance: dhash,
        ahash_distance: ahash,
    })
}

fn same_pixels(image: &File, other: &File, call: &Call) -> Result<bool, Error> {
    if input::head("image", image)?.upright() != input::head("other", other)?.upright() {
        return Ok(false);
    }
    let pixels = |field, file| -> Result<Raster, Error> {
        let picture = input::picture(field, file, None, Frames::One(0), call)?;
        Ok(Raster::of(picture.into_raster()))
    };
    let (image, other) = (pixels("image", image)?, pixels("other", other)?);
    if image.channels == other.channels {
        return Ok(image == other);
    }
    Ok(image.colored().transparent() == other.colored().transparent())
}

/// The mean colour; what can be seen through counts less.
fn mean(look: &Picture) -> Oklab {
    let raster = Raster::of(look.clone().into_raster()).colored();
    let (mut sums, mut all) = ([0u64; 3], 0u64);
    for pixel in raster.samples.chunks_exact(raster.channels) {
        let alpha = pixel.get(3).map_or(255, |alpha| u64::from(*alpha));
        all += alpha;
        for (sum, sample) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(*sample) * alpha;
        }
    }
    Oklab::of(sums.map(|sum| sum.checked_div(all).unwrap_or(255) as u8))
}

/// Half the width of the window, and its standard deviation.
const REACH: usize = 5;
const SIGMA: f64 = 1.5;

/// Z. Wang and others, "Image quality assessment: from error visibility to structural similarity", IEEE 2004: a Gaussian
/// window of 11 pixels, K1 = 0.01, K2 = 0.03, the mean over all places where the window lies inside. Pictures smaller than
/// the window are one window.
fn ssim(one: &Raster, two: &Raster) -> f64 {
    let (width, height) = (one.width, one.height);
    let stabilize = |k: f64| (k * 255.0).powi(2);
    let (c1, c2) = (stabilize(0.01), stabilize(0.03));
    let values = |raster: &Raster| raster.samples.iter().map(|sample| f64::from(*sample)).collect::<Vec<f64>>();
    let (x, y) = (values(one), values(two));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).collect::<Vec<f64>>();
    let maps = [&x, &y, &product(&x, &x), &product(&y, &y), &product(&x, &y)];
    let window = |map: &[f64]| match width.min(height) > 2 * REACH {
        true => windowed(map, width, height),
        false => vec![map.iter().sum::<f64>() / map.len() as f64],
    };
    let [mean_x, mean_y, square_x, square_y, both] = maps.map(|map| window(map));
    let places = mean_x.len();
    let sum: f64 = (0..places)
        .map(|at| {
            let (mx, my) = (mean_x[at], mean_y[at]);
            let (vx, vy, covariance) = (square_x[at] - mx * mx, square_y[at] - my * my, both[at] - mx * my);
            (2.0 * mx * my + c1) * (2.0 * covariance + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
        })
        .sum();
    sum / places as f64
}

/// Means under the window, at every place where it lies inside.
fn windowed(map: &[f64], width: usize, height: usize) -> Vec<f64> {
    let weights: Vec<f64> =
        (0..=2 * REACH).map(|step| (-0.5 * ((step as f64 - REACH as f64) / SIGMA).powi(2)).exp()).collect();
    let all: f64 = weights.iter().sum();
    let (inner_width, inner_height) = (width - 2 * REACH, height - 2 * REACH);
    let mut means = vec![0.0; inner_width * inner_height];
    let mut row = vec![0.0; width];
    for (y, means) in means.chunks_exact_mut(inner_width).enumerate() {
        row.fill(0.0);
        for (step, weight) in weights.iter().enumerate() {
            for (sum, value) in row.iter_mut().zip(&map[(y + step) * width..]) {
                *sum += value * weight / all;
            }
        }
        for (step, weight) in weights.iter().enumerate() {
            for (mean, value) in means.iter_mut().zip(&row[step..]) {
                *mean += value * weight / all;
            }
        }
    }
    means
}
