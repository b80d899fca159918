//! Where a picture is worth keeping: for crops that find their own place.
//!
//! On a version of at most [`SIDE`] pixels along a side, each pixel gets a weight, and of all places the part could have
//! the one with the most weight wins. `entropy` weighs detail: how much a pixel differs from its neighbors. `attention`
//! adds how far its color is from the mean of the picture (frequency-tuned saliency, Achanta and others 2009, in OKLab),
//! how strong the color is, and whether it is one of skin (the box in Cb and Cr of Chai and Ngan 1999). What lies in the
//! inner part of a crop counts twice, so that a subject stands in its middle rather than at its edge.

use std::borrow::Cow;

use chassis::Call;
use pictures::{Kernel, Picture, resample};

use crate::error::{Error, of_field};
use crate::geometry::{Plan, Position};
use crate::oklab::Oklab;
use crate::raster::Raster;

/// Pixels along the longer side of the version that is looked at.
const SIDE: u32 = 96;
/// Where the inner part of a crop begins and ends.
const INNER: (f64, f64) = (0.2, 0.8);
/// What skin counts for, beside color that stands out.
const SKIN: f32 = 0.25;
/// What strong color counts for.
const CHROMA: f32 = 0.5;

/// Where a part of this width and height, in fractions of the picture, is best placed: in fractions of what is left over
/// to the left and above.
pub(crate) fn place(picture: &Picture, part: (f64, f64), position: Position, call: &Call) -> Result<(f64, f64), Error> {
    let first = match picture.is_animated() {
        true => Cow::Owned(Picture { frames: vec![picture.frames[0].clone()], ..*picture }),
        false => Cow::Borrowed(picture),
    };
    let (width, height) = picture.frame_size();
    let scale = (f64::from(SIDE) / f64::from(width.max(height))).min(1.0);
    let size = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    let small = resample(&first, None, (size(width), size(height)), Kernel::Linear, &|| call.cancelled());
    let raster = Raster::of(small.map_err(of_field("image"))?.into_raster()).colored();
    Ok(best(&Sums::of(&weights(&raster, position), raster.width, raster.height), part))
}

impl Plan {
    /// The same, with what is cut off chosen by what the picture shows, where the position says so.
    pub(crate) fn placed(self, picture: &Picture, position: Position, call: &Call) -> Result<Self, Error> {
        match self.region {
            Some(part) if position.is_smart() => {
                Ok(self.at(place(picture, (part.width, part.height), position, call)?))
            }
            _ => Ok(self),
        }
    }
}

/// What each pixel is worth keeping.
fn weights(raster: &Raster, position: Position) -> Vec<f32> {
    let colors: Vec<(Oklab, f32)> = raster
        .samples
        .chunks_exact(raster.channels)
        .map(|pixel| {
            let alpha = if raster.has_alpha() { f32::from(pixel[3]) / 255.0 } else { 1.0 };
            (Oklab::of([pixel[0], pixel[1], pixel[2]]), alpha)
        })
        .collect();
    let seen: f32 = colors.iter().map(|(_, alpha)| alpha).sum::<f32>().max(1.0);
    let mean = colors.iter().fold(Oklab::default(), |sum, (color, alpha)| sum.plus(*color, alpha / seen));
    let (width, height) = (raster.width, raster.height);
    let mut weights = Vec::with_capacity(colors.len());
    for y in 0..height {
        for x in 0..width {
            let (color, alpha) = colors[y * width + x];
            let neighbors = [
                (x.saturating_sub(1), y),
                ((x + 1).min(width - 1), y),
                (x, y.saturating_sub(1)),
                (x, (y + 1).min(height - 1)),
            ];
            let detail: f32 = neighbors.iter().map(|&(x, y)| colors[y * width + x].0.distance(color)).sum();
            let mut weight = detail;
            if position == Position::Attention {
                let pixel = &raster.samples[(y * width + x) * raster.channels..][..3];
                let skin = if is_skin(pixel) { SKIN } else { 0.0 };
                // Squared: many pixels that stand out a little are a background.
                let apart = color.distance(mean);
                weight += 4.0 * apart * apart + CHROMA * color.chroma() * color.chroma() * 4.0 + skin;
            }
            weights.push(weight * alpha);
        }
    }
    weights
}

/// Whether a color is one skin has, of whatever lightness: D. Chai and K. N. Ngan, "Face segmentation using skin-color
/// map in videophone applications", IEEE 1999: Cb 77 to 127, Cr 133 to 173.
fn is_skin(pixel: &[u8]) -> bool {
    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
    let cb = 128.0 - 0.168_736 * red - 0.331_264 * green + 0.5 * blue;
    let cr = 128.0 + 0.5 * red - 0.418_688 * green - 0.081_312 * blue;
    (77.0..=127.0).contains(&cb) && (133.0..=173.0).contains(&cr) && red > 60.0
}

/// Sums of weights from the upper left: the weight of any box by four of them.
struct Sums {
    width: usize,
    height: usize,
    sums: Vec<f64>,
}

impl Sums {
    fn of(weights: &[f32], width: usize, height: usize) -> Self {
        let mut sums = vec![0.0; (width + 1) * (height + 1)];
        for y in 0..height {
            let mut row = 0.0;
            for x in 0..width {
                row += f64::from(weights[y * width + x]);
                sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
            }
        }
        Self { width, height, sums }
    }

    fn within(&self, (left, right): (usize, usize), (top, bottom): (usize, usize)) -> f64 {
        let at = |x: usize, y: usize| self.sums[y * (self.width + 1) + x];
        at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top)
    }
}

/// The place with the most weight; of equal ones the one nearest to the middle.
fn best(sums: &Sums, part: (f64, f64)) -> (f64, f64) {
    let length = |side: usize, part: f64| ((side as f64 * part).round() as usize).clamp(1, side);
    let (width, height) = (length(sums.width, part.0), length(sums.height, part.1));
    let inner = |start: usize, length: usize| {
        let at = |fraction: f64| start + (length as f64 * fraction).round() as usize;
        (at(INNER.0), at(INNER.1).max(at(INNER.0)))
    };
    let (free_x, free_y) = (sums.width - width, sums.height - height);
    let fraction = |at: usize, free: usize| if free == 0 { 0.5 } else { at as f64 / free as f64 };
    let all = sums.within((0, sums.width), (0, sums.height)).max(f64::MIN_POSITIVE);
    let mut best = ((0.5, 0.5), f64::NEG_INFINITY);
    for y in 0..=free_y {
        for x in 0..=free_x {
            let whole = sums.within((x, x + width), (y, y + height));
            let inside = sums.within(inner(x, width), inner(y, height));
            let at = (fraction(x, free_x), fraction(y, free_y));
            let off = (at.0 - 0.5).abs() + (at.1 - 0.5).abs();
            let score = (whole + inside) / all - off * 1e-3;
            if score > best.1 {
                best = (at, score);
            }
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use pictures::Format;
    use pictures::image::{DynamicImage, Rgb, RgbImage};

    use super::*;

    /// A picture with a subject, and whether a square crop keeps the subject.
    fn kept(subject: (u32, u32), paint: impl Fn(u32, u32, bool) -> [u8; 3], position: Position) -> bool {
        let image = RgbImage::from_fn(300, 100, |x, y| {
            let inside = x.abs_diff(subject.0).pow(2) + y.abs_diff(subject.1).pow(2) < 20 * 20;
            Rgb(paint(x, y, inside))
        });
        let raster = Raster::of(pictures::image::imageops::thumbnail(&image, 96, 32).into());
        let picture = Picture::still(Format::Png, DynamicImage::from(image));
        assert_eq!(picture.frame_size(), (300, 100));
        let sums = Sums::of(&weights(&raster, position), raster.width, raster.height);
        let left = best(&sums, (1.0 / 3.0, 1.0)).0 * 200.0;
        left <= f64::from(subject.0) - 20.0 && left + 100.0 >= f64::from(subject.0) + 20.0
    }

    #[test]
    fn the_subject_is_kept() {
        let disc = |_: u32, y: u32, inside: bool| if inside { [200, 30, 30] } else { [90, 120 + (y / 4) as u8, 150] };
        let cloth = |x: u32, y: u32, inside: bool| {
            let check = if (x / 3 + y / 3).is_multiple_of(2) { 20 } else { 230 };
            if inside { [check; 3] } else { [128; 3] }
        };
        // A face before leaves that are full of detail.
        let leaves = |x: u32, y: u32, inside: bool| {
            let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 7 & 63;
            if inside { [224, 172, 105] } else { [30, 60 + noise as u8, 30] }
        };
        for x in [40, 90, 150, 210, 262] {
            assert!(kept((x, 50), disc, Position::Attention), "a disc at {x}");
            assert!(kept((x, 50), disc, Position::Entropy), "the edge of a disc at {x}");
            assert!(kept((x, 50), cloth, Position::Entropy), "a cloth at {x}");
            assert!(kept((x, 50), cloth, Position::Attention), "a cloth at {x}");
            assert!(kept((x, 50), leaves, Position::Attention), "a face at {x}");
        }
    }

    #[test]
    fn where_nothing_stands_out_the_middle_stays() {
        let sums = Sums::of(&[0.0; 96 * 32], 96, 32);
        assert_eq!(best(&sums, (0.5, 0.5)), (0.5, 0.5));
        assert_eq!(best(&Sums::of(&[1.0], 1, 1), (0.2, 1.0)), (0.5, 0.5));
    }
}
