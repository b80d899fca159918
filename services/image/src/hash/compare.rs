//! The comparison of two pictures.

use chassis::{Call, File};
use pictures::{Frames, Kernel, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::perceptual::Hashes;
use super::{SIDE, look, scaled, within};
use crate::error::{Error, still_wanted};
use crate::input;
use crate::oklab::Oklab;
use crate::raster::{Raster, luma};
use crate::ssim::ssim;

/// Bits that may differ in the phash and in the dhash of the same picture.
const BITS: u32 = 10;
/// How far the mean colors of the same picture may be apart: hashes see no color.
const COLOR: f32 = 0.2;
/// Bits that may differ where all pixels are the same: a smaller picture may have been decoded another way.
const DECODED: u32 = 4;

/// A comparison of two pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Whether every pixel is the same (at eight bits per sample).
    pub identical: bool,
    /// Whether both show the same picture, perhaps in another size, format or quality: phash and dhash differ in at most 10 of
    /// 64 bits each, and the mean colors are similar.
    pub same_picture: bool,
    /// Share of bits that agree in the three hashes: 1 for the same, about 0.5 for unrelated pictures.
    pub similarity: f64,
    /// Structural similarity (SSIM) of their luma, at a common size of at most 512 pixels a side: 1 for the same.
    pub ssim: f64,
    /// Hamming distance of the phash: differing bits, of 64.
    pub phash_distance: u32,
    /// Hamming distance of the dhash: differing bits, of 64.
    pub dhash_distance: u32,
    /// Hamming distance of the ahash: differing bits, of 64.
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

/// The mean color, weighted by opacity.
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
