//! A picture made smaller while its rows come: they are never all there at once.

use fast_image_resize::images::{CroppedImageMut, ImageRef};
use fast_image_resize::{FilterType, IntoImageView, ResizeAlg, ResizeOptions, Resizer};
use image::{ColorType, DynamicImage};

use crate::error::Error;

/// Rows that are made at a time.
const ROWS: u32 = 16;
/// What the smaller picture cannot hold must not come back in it as other patterns: quicker filters let it, slower ones keep
/// no more of it away.
const FILTER: ResizeAlg = ResizeAlg::Convolution(FilterType::CatmullRom);
/// So many pixels of the smaller picture to either side of its middle are mixed to one.
const REACH: f64 = 2.0;

/// Makes a picture of `size` of one of `stored`, whose rows are asked for from top to bottom, each once.
///
/// # Errors
/// What a row fails with, or when the caller has gone.
pub(crate) fn shrink(
    color: ColorType,
    stored: (u32, u32),
    size: (u32, u32),
    cancelled: &dyn Fn() -> bool,
    mut read: impl FnMut(&mut [u8]) -> Result<(), Error>,
) -> Result<DynamicImage, Error> {
    let mut made = DynamicImage::new(size.0, size.1, color);
    let pixel = made.pixel_type().expect("every color type of eight bits");
    let stride = stored.0 as usize * usize::from(color.bytes_per_pixel());
    let step = f64::from(stored.1) / f64::from(size.1);
    let mut resizer = Resizer::new();
    let (mut held, mut first) = (Vec::new(), 0);
    for top in (0..size.1).step_by(ROWS as usize) {
        if cancelled() {
            return Err(Error::Cancelled);
        }
        let rows = ROWS.min(size.1 - top);
        let from = ((f64::from(top) + 0.5 - REACH) * step).max(0.0) as u32;
        let to = (((f64::from(top + rows) - 0.5 + REACH) * step).ceil() as u32).min(stored.1);
        held.drain(..(from - first) as usize * stride);
        first = from;
        let mut next = held.len();
        held.resize((to - first) as usize * stride, 0);
        while next < held.len() {
            read(&mut held[next..next + stride])?;
            next += stride;
        }
        let source = ImageRef::new(stored.0, to - first, &held, pixel).expect("a row for each");
        let mut band = CroppedImageMut::new(&mut made, 0, top, size.0, rows).expect("it lies inside");
        let y = f64::from(top) * step - f64::from(first);
        let height = (f64::from(rows) * step).min(f64::from(to - first) - y);
        let options = ResizeOptions::new().resize_alg(FILTER).crop(0.0, y, f64::from(stored.0), height);
        resizer.resize(&source, &mut band, &options).expect("pixels of one type, and the part lies inside");
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use image::{GenericImageView, GrayAlphaImage, GrayImage, Rgb, RgbImage};

    use super::*;
    use crate::kernel::Kernel;
    use crate::resample::resample;
    use crate::{Format, Picture};

    fn shrunk(picture: &DynamicImage, size: (u32, u32)) -> DynamicImage {
        let stride = picture.as_bytes().len() / picture.height() as usize;
        let mut rows = picture.as_bytes().chunks(stride);
        let read = |row: &mut [u8]| {
            row.copy_from_slice(rows.next().unwrap());
            Ok(())
        };
        shrink(picture.color(), picture.dimensions(), size, &|| false, read).unwrap()
    }

    /// Bands do not show, and nothing moves: a slope stays what it is, wherever bands begin and end.
    #[test]
    fn a_slope_stays_a_slope() {
        for (width, height, size) in [(90, 701, (30, 203)), (64, 333, (7, 37)), (40, 40, (20, 20)), (301, 9, (3, 1))] {
            let at = |at: u32, of: u32| (f64::from(at) + 0.5) / f64::from(of) * 200.0 + 20.0;
            let slope = RgbImage::from_fn(width, height, |x, y| Rgb([at(x, width) as u8, at(y, height) as u8, 7]));
            let made = shrunk(&slope.into(), size).into_rgb8();
            for (x, y, pixel) in made.enumerate_pixels().filter(|(x, y, _)| {
                // At the edges there is nothing to mix in from beyond.
                (1..size.0 - 1).contains(x) && (1..size.1.max(2) - 1).contains(y)
            }) {
                let difference = |found: u8, at: f64| (f64::from(found) + 0.5 - at).abs();
                assert!(difference(pixel.0[0], at(x, size.0)) < 1.5, "{pixel:?} at {x}, {y} of {size:?}");
                assert!(difference(pixel.0[1], at(y, size.1)) < 1.5, "{pixel:?} at {x}, {y} of {size:?}");
                assert_eq!(pixel.0[2], 7);
            }
        }
    }

    /// What cannot be seen has no color to give.
    #[test]
    fn alpha_is_multiplied_in() {
        let picture =
            GrayAlphaImage::from_fn(64, 64, |x, _| image::LumaA(if x % 2 == 0 { [200, 255] } else { [0, 0] }));
        for pixel in shrunk(&picture.into(), (16, 16)).into_luma_alpha8().pixels() {
            assert!(pixel.0[0].abs_diff(200) < 2 && pixel.0[1].abs_diff(128) < 20, "{pixel:?}");
        }
    }

    /// The same as in one piece, up to rounding.
    #[test]
    fn bands_are_one_picture() {
        let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(97) as u8;
        let picture: DynamicImage = RgbImage::from_fn(200, 501, |x, y| Rgb([noise(x, y), noise(y, x), 3])).into();
        let mut whole = DynamicImage::new(50, 121, picture.color());
        Resizer::new().resize(&picture, &mut whole, &ResizeOptions::new().resize_alg(FILTER)).unwrap();
        for (whole, made) in whole.as_bytes().iter().zip(shrunk(&picture, (50, 121)).as_bytes()) {
            assert!(whole.abs_diff(*made) < 2);
        }
    }

    /// Lines too fine for the smaller picture do not come back in what is made of it.
    #[test]
    fn fine_lines_become_no_coarse_ones() {
        for period in [2.2, 3.0, 6.7, 8.4, 8.9, 9.5] {
            let lines = GrayImage::from_fn(2400, 64, |x, _| {
                [if f64::from(x) % period * 2.0 < period { 255 } else { 0 }].into()
            });
            let lines = DynamicImage::from(lines);
            let small = |raster| {
                let picture = Picture::still(Format::Png, raster);
                resample(&picture, None, (300, 8), Kernel::Lanczos3, &|| false).unwrap().into_raster().into_luma8()
            };
            let (whole, made) = (small(lines.clone()), small(shrunk(&lines, (900, 24))));
            for (x, y, pixel) in made.enumerate_pixels() {
                let difference = pixel.0[0].abs_diff(whole.get_pixel(x, y).0[0]);
                // Filters that let such lines through are off by 20. At the edges there is nothing to mix in from beyond, twice.
                let most = if (3..297).contains(&x) { 10 } else { 15 };
                assert!(difference <= most, "{difference} at {x}, {y}, a line every {period} pixels");
            }
        }
    }

    #[test]
    fn it_ends_when_nobody_waits() {
        let left = Cell::new(3);
        let cancelled = || left.replace(left.get() - 1) == 0;
        let made = shrink(ColorType::L8, (10, 1000), (5, 500), &cancelled, |_| Ok(()));
        assert_eq!(made.unwrap_err(), Error::Cancelled);
    }
}
