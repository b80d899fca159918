//! Still pictures by the decoders of `image`, and the page of a document that was asked for.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::ico::IcoDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::pnm::PnmDecoder;
use image::codecs::tiff::TiffDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::{ParameterError, ParameterErrorKind};
use image::{DynamicImage, ImageDecoder, ImageError, ImageResult, Rgb, RgbImage};

use super::memory;
use crate::container::{color_map, png, riff};
use crate::error::Error;
use crate::format::Format;
use crate::pages::icon_png;

/// A still picture, or the first frame of one that moves: of the size its head said.
pub(super) fn decode(format: Format, bytes: &[u8], size: (u32, u32)) -> Result<DynamicImage, Error> {
    by_image(format, bytes, size).map_err(|error| Error::of_image(format, &error))
}

fn by_image(format: Format, bytes: &[u8], size: (u32, u32)) -> ImageResult<DynamicImage> {
    let source = Cursor::new(bytes);
    match format {
        Format::Png => read(PngDecoder::with_limits(Cursor::new(png::without_profile(bytes)), memory())?, size),
        Format::Webp => read(WebPDecoder::new(Cursor::new(riff::without_claims(bytes)))?, size),
        Format::Gif => read(GifDecoder::new(source)?, size),
        Format::Tiff => match color_map::of(bytes) {
            Some((grays, colors)) => Ok(painted(read(TiffDecoder::new(Cursor::new(grays))?, size)?, &colors)),
            None => read(TiffDecoder::new(source)?, size),
        },
        Format::Bmp => read(BmpDecoder::new(source)?, size),
        Format::Ico => match icon_png(bytes) {
            Some(png) => by_image(Format::Png, png, size),
            None => read(IcoDecoder::new(source)?, size),
        },
        Format::Pnm => read(PnmDecoder::new(source)?, size),
        Format::Jpeg | Format::Avif | Format::Svg => unreachable!("they have decoders of their own"),
    }
}

/// Whether a decoder is about to decode what was admitted: its own idea of the size must be that of the head.
pub(super) fn agree(decoder: &impl ImageDecoder, size: (u32, u32)) -> ImageResult<()> {
    let differs = || ImageError::Parameter(ParameterError::from_kind(ParameterErrorKind::DimensionMismatch));
    (decoder.dimensions() == size).then_some(()).ok_or_else(differs)
}

fn read(mut decoder: impl ImageDecoder, size: (u32, u32)) -> ImageResult<DynamicImage> {
    agree(&decoder, size)?;
    decoder.set_limits(memory())?;
    let picture = DynamicImage::from_decoder(decoder)?;
    Ok(match picture {
        // Light in floating point is for cameras and renderers: 16 bit hold what a screen can show.
        DynamicImage::ImageRgb32F(_) => picture.into_rgb16().into(),
        DynamicImage::ImageRgba32F(_) => picture.into_rgba16().into(),
        other => other,
    })
}

/// The picture whose grays stand for the colors of a map.
fn painted(grays: DynamicImage, colors: &[[u8; 3]]) -> DynamicImage {
    // Fewer bits were spread over eight.
    let step = 255 / (colors.len() - 1).min(255);
    let grays = grays.into_luma8();
    let mut pixels = RgbImage::new(grays.width(), grays.height());
    for (pixel, gray) in pixels.pixels_mut().zip(grays.iter()) {
        *pixel = Rgb(colors[usize::from(*gray) / step]);
    }
    pixels.into()
}
