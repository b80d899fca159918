//! Pixels of eight bits a sample, row by row: what operations that change pixels work on.

use crate::error::Error;
use pictures::Picture;
use pictures::image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

use crate::color::Color;

/// Gray, gray and alpha, RGB, or RGBA: one to four samples a pixel, alpha not multiplied in. What had 16 bits a sample
/// has eight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raster {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) channels: usize,
    pub(crate) samples: Vec<u8>,
}

impl Raster {
    /// The pixels of a picture.
    pub(crate) fn of(image: DynamicImage) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let color = image.color();
        let (channels, samples) = match (color.has_color(), color.has_alpha()) {
            (false, false) => (1, image.into_luma8().into_raw()),
            (false, true) => (2, image.into_luma_alpha8().into_raw()),
            (true, false) => (3, image.into_rgb8().into_raw()),
            (true, true) => (4, image.into_rgba8().into_raw()),
        };
        Self { width, height, channels, samples }
    }

    /// The same pixel everywhere.
    pub(crate) fn filled(width: u32, height: u32, pixel: &[u8]) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { width, height, channels: pixel.len(), samples: pixel.repeat(width * height) }
    }

    /// As the encoders take it.
    pub(crate) fn into_image(self) -> DynamicImage {
        let (width, height, samples) = (self.width as u32, self.height as u32, self.samples);
        let image = match self.channels {
            1 => GrayImage::from_raw(width, height, samples).map(Into::into),
            2 => GrayAlphaImage::from_raw(width, height, samples).map(Into::into),
            3 => RgbImage::from_raw(width, height, samples).map(Into::into),
            _ => RgbaImage::from_raw(width, height, samples).map(Into::into),
        };
        image.expect("there are as many samples as pixels times channels")
    }

    pub(crate) fn has_alpha(&self) -> bool {
        self.channels.is_multiple_of(2)
    }

    /// Samples of a row.
    pub(crate) fn stride(&self) -> usize {
        self.width * self.channels
    }

    /// With colors, where it is gray.
    pub(crate) fn colored(self) -> Self {
        if self.channels > 2 { self } else { Self::of(recolored(self, true)) }
    }

    /// With alpha, where it has none.
    pub(crate) fn transparent(self) -> Self {
        if self.has_alpha() { self } else { Self::of(recolored(self, false)) }
    }

    /// A part of it, which lies inside.
    pub(crate) fn part(&self, left: usize, top: usize, width: usize, height: usize) -> Self {
        let rows = self.samples.chunks_exact(self.stride()).skip(top).take(height);
        let mut samples = Vec::with_capacity(width * height * self.channels);
        rows.for_each(|row| samples.extend_from_slice(&row[left * self.channels..][..width * self.channels]));
        Self { width, height, channels: self.channels, samples }
    }

    /// Puts another over a part of it: it lies inside and has as many channels.
    pub(crate) fn put(&mut self, part: &Self, left: usize, top: usize) {
        let (stride, start) = (self.stride(), left * self.channels);
        let rows = self.samples.chunks_exact_mut(stride).skip(top);
        for (row, part) in rows.zip(part.samples.chunks_exact(part.stride())) {
            row[start..start + part.len()].copy_from_slice(part);
        }
    }

    /// With the channels a color needs: colors where it is not gray, alpha where it is not opaque.
    pub(crate) fn holding(self, color: Color) -> Self {
        let gray = color.red == color.green && color.green == color.blue;
        let raster = if gray { self } else { self.colored() };
        if color.alpha == 255 { raster } else { raster.transparent() }
    }
}

/// The image library's own conversions: one channel more, which is what they are for.
fn recolored(raster: Raster, color: bool) -> DynamicImage {
    let (gray, alpha) = (raster.channels <= 2, raster.has_alpha());
    let image = raster.into_image();
    match (color || !gray, alpha || !color) {
        (false, _) => image.into_luma_alpha8().into(),
        (true, false) => image.into_rgb8().into(),
        (true, true) => image.into_rgba8().into(),
    }
}

/// A picture with every frame changed.
pub(crate) fn each(
    picture: Picture,
    mut change: impl FnMut(Raster) -> Result<Raster, Error>,
) -> Result<Picture, Error> {
    let mut picture = picture.map(|image| Ok::<_, Error>(change(Raster::of(image))?.into_image()))?;
    picture.size = picture.frame_size();
    Ok(picture)
}

/// Luma (Rec. 601), rounded as Pillow does, on white where the picture is transparent.
pub(crate) fn luma(picture: &Picture) -> Raster {
    let raster = Raster::of(picture.clone().into_raster());
    let brightness = |pixel: &[u8]| match pixel {
        [gray] | [gray, _] => u32::from(*gray),
        _ => (u32::from(pixel[0]) * 19_595 + u32::from(pixel[1]) * 38_470 + u32::from(pixel[2]) * 7_471 + 0x8000) >> 16,
    };
    let samples = raster.samples.chunks_exact(raster.channels).map(|pixel| {
        let alpha = if raster.has_alpha() { u32::from(pixel[raster.channels - 1]) } else { 255 };
        ((brightness(pixel) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    });
    Raster { width: raster.width, height: raster.height, channels: 1, samples: samples.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_added_and_nothing_else_changes() {
        let raster =
            |channels: usize, samples: &[u8]| Raster { width: 1, height: 1, channels, samples: samples.to_vec() };
        assert_eq!(raster(1, &[7]).colored(), raster(3, &[7, 7, 7]));
        assert_eq!(raster(2, &[7, 9]).colored(), raster(4, &[7, 7, 7, 9]));
        assert_eq!(raster(1, &[7]).transparent(), raster(2, &[7, 255]));
        assert_eq!(raster(3, &[1, 2, 3]).transparent(), raster(4, &[1, 2, 3, 255]));
        assert_eq!(raster(4, &[1, 2, 3, 4]).transparent(), raster(4, &[1, 2, 3, 4]));
    }
}
