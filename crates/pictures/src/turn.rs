//! Pixels turned by quarters and mirrored.

use image::metadata::Orientation::{
    self, FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270, Rotate270FlipH,
};
use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

/// Pixels along the sides of the squares that are turned at once: both sides of a turn stay in the nearest cache.
const TILE: usize = 32;

/// Whether width and height change places.
pub(crate) fn turns(orientation: Orientation) -> bool {
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// The orientation of a picture that is flipped vertically (`flip`) and horizontally (`flop`), then turned clockwise by a number of quarters.
#[must_use]
pub fn orientation(flip: bool, flop: bool, quarters: u8) -> Orientation {
    // Upside down is sideways and half a turn.
    let quarters = (quarters + 2 * u8::from(flip)) % 4;
    match (flip != flop, quarters) {
        (false, 0) => NoTransforms,
        (false, 1) => Rotate90,
        (false, 2) => Rotate180,
        (false, _) => Rotate270,
        (true, 0) => FlipHorizontal,
        (true, 1) => Rotate270FlipH,
        (true, 2) => FlipVertical,
        (true, _) => Rotate90FlipH,
    }
}

/// A picture turned as its orientation says.
#[must_use]
pub fn turned(raster: DynamicImage, orientation: Orientation) -> DynamicImage {
    if orientation == NoTransforms {
        return raster;
    }
    let size = (raster.width(), raster.height());
    let (width, height) = if turns(orientation) { (size.1, size.0) } else { size };
    let turned = match raster {
        DynamicImage::ImageLuma8(gray) => {
            GrayImage::from_raw(width, height, samples::<1>(gray.into_raw(), size, orientation)).map(Into::into)
        }
        DynamicImage::ImageLumaA8(gray) => {
            GrayAlphaImage::from_raw(width, height, samples::<2>(gray.into_raw(), size, orientation)).map(Into::into)
        }
        DynamicImage::ImageRgb8(rgb) => {
            RgbImage::from_raw(width, height, samples::<3>(rgb.into_raw(), size, orientation)).map(Into::into)
        }
        DynamicImage::ImageRgba8(rgba) => {
            RgbaImage::from_raw(width, height, samples::<4>(rgba.into_raw(), size, orientation)).map(Into::into)
        }
        mut other => {
            other.apply_orientation(orientation);
            Some(other)
        }
    };
    turned.expect("as many samples as before")
}

/// Pixels of so many samples, turned.
fn samples<const N: usize>(mut source: Vec<u8>, (width, height): (u32, u32), orientation: Orientation) -> Vec<u8> {
    let (width, height) = (width as usize, height as usize);
    let pixels = source.as_chunks_mut::<N>().0;
    match orientation {
        NoTransforms => {}
        Rotate180 => pixels.reverse(),
        FlipHorizontal => pixels.chunks_exact_mut(width).for_each(<[_]>::reverse),
        FlipVertical => {
            let (above, below) = pixels.split_at_mut(height / 2 * width);
            for (above, below) in above.chunks_exact_mut(width).zip(below.rchunks_exact_mut(width)) {
                above.swap_with_slice(below);
            }
        }
        Rotate90 => return swapped::<N>(pixels, width, |x, y| (height - 1 - x) * width + y),
        Rotate270 => return swapped::<N>(pixels, width, |x, y| x * width + (width - 1 - y)),
        Rotate90FlipH => return swapped::<N>(pixels, width, |x, y| x * width + y),
        Rotate270FlipH => return swapped::<N>(pixels, width, |x, y| (height - 1 - x) * width + (width - 1 - y)),
    }
    source
}

/// Pixels whose rows become columns; `from` is where the pixel of a column and row comes from.
#[inline(always)]
fn swapped<const N: usize>(source: &[[u8; N]], width: usize, from: impl Fn(usize, usize) -> usize) -> Vec<u8> {
    let height = source.len() / width.max(1);
    let mut samples = vec![0; source.len() * N];
    let target = samples.as_chunks_mut::<N>().0;
    for top in (0..width).step_by(TILE) {
        for left in (0..height).step_by(TILE) {
            for y in top..(top + TILE).min(width) {
                let row = &mut target[y * height..][left..(left + TILE).min(height)];
                for (x, pixel) in row.iter_mut().enumerate() {
                    *pixel = source[from(left + x, y)];
                }
            }
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The image library turns pixel by pixel: slower, and another's opinion.
    #[test]
    fn every_turn_is_the_one_the_library_makes() {
        for number in 1..=8 {
            let orientation = Orientation::from_exif(number).unwrap();
            for (width, height) in [(1, 1), (3, 2), (70, 33), (32, 65)] {
                let rgba = RgbaImage::from_fn(width, height, |x, y| [x as u8, y as u8, (x * y) as u8, 9].into());
                let all: [DynamicImage; 5] = [
                    DynamicImage::from(rgba.clone()).into_luma8().into(),
                    DynamicImage::from(rgba.clone()).into_luma_alpha8().into(),
                    DynamicImage::from(rgba.clone()).into_rgb8().into(),
                    DynamicImage::from(rgba.clone()).into_rgb16().into(),
                    rgba.into(),
                ];
                for picture in all {
                    let mut expected = picture.clone();
                    expected.apply_orientation(orientation);
                    assert!(turned(picture, orientation) == expected, "{orientation:?} of {width} x {height}");
                }
            }
        }
    }

    #[test]
    fn mirrors_and_turns_are_one_orientation() {
        let picture = DynamicImage::from(GrayImage::from_fn(5, 3, |x, y| [(x * 3 + y) as u8].into()));
        for (flip, flop, quarters) in (0..16).map(|case| (case & 1 > 0, case & 2 > 0, case / 4)) {
            let mut expected = picture.clone();
            if flip {
                expected = expected.flipv();
            }
            if flop {
                expected = expected.fliph();
            }
            (0..quarters).for_each(|_| expected = expected.rotate90());
            let made = turned(picture.clone(), orientation(flip, flop, quarters));
            assert!(made == expected, "{flip} {flop} {quarters}");
        }
    }
}
