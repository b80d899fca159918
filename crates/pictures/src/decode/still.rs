//! Still pictures by the decoders of `image`, and the page of a document that was asked for.

pub(crate) mod indexed;

use std::borrow::Cow;
use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::ico::IcoDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::pnm::PnmDecoder;
use image::codecs::tiff::TiffDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::{ParameterError, ParameterErrorKind};
use image::{DynamicImage, ImageDecoder, ImageError, ImageResult};

use super::memory;
use crate::container::tiff::Tiff;
use crate::container::{part, png, riff};
use crate::error::Error;
use crate::format::Format;

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
        Format::Tiff => match indexed::of(bytes) {
            Some((greys, palette)) => Ok(palette.paint(read(TiffDecoder::new(Cursor::new(greys))?, size)?)),
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

/// Bytes of one entry of an icon's directory.
const ENTRY: usize = 16;

/// How many pages a document has; 1 for every other picture.
pub(crate) fn pages(format: Format, bytes: &[u8]) -> u32 {
    let pages = match format {
        Format::Tiff => Tiff::of(bytes).map_or(1, |tiff| tiff.pages().len()),
        Format::Ico => icons(bytes).len(),
        _ => 1,
    };
    u32::try_from(pages.max(1)).unwrap_or(u32::MAX)
}

/// The same file with one page only. An icon's first is its largest.
pub(crate) fn page(format: Format, bytes: &[u8], page: u32) -> Option<Cow<'_, [u8]>> {
    match format {
        Format::Tiff if page > 0 => {
            let tiff = Tiff::of(bytes)?;
            let at = *tiff.pages().get(page as usize)?;
            Some(Cow::Owned(tiff.beginning_with(at)))
        }
        Format::Ico => {
            let entry = *icons(bytes).get(page as usize)?;
            let mut one = bytes.to_vec();
            one[4..6].copy_from_slice(&1u16.to_le_bytes());
            one[6..6 + ENTRY].copy_from_slice(entry);
            Some(Cow::Owned(one))
        }
        _ => (page == 0).then_some(Cow::Borrowed(bytes)),
    }
}

/// The entries of an icon, the largest first, and of those the one with the most colours.
fn icons(bytes: &[u8]) -> Vec<&[u8]> {
    let count = part(bytes, 4, 2).and_then(|count| count.first_chunk()).map_or(0, |count| u16::from_le_bytes(*count));
    let entries = (0..usize::from(count)).map_while(|index| part(bytes, 6 + index * ENTRY, ENTRY));
    let mut entries: Vec<&[u8]> = entries.collect();
    // 0 stands for 256.
    let side = |side: u8| u32::from(side.wrapping_sub(1)) + 1;
    entries.sort_by_key(|entry| {
        std::cmp::Reverse((side(entry[0]) * side(entry[1]), u16::from_le_bytes([entry[6], entry[7]])))
    });
    entries
}

/// The PNG an icon of one entry is, where it is one.
pub(crate) fn icon_png(bytes: &[u8]) -> Option<&[u8]> {
    let entry = *icons(bytes).first()?;
    let number = |at: usize| entry[at..at + 4].first_chunk().map(|four| u32::from_le_bytes(*four) as usize);
    let data = part(bytes, number(12)?, number(8)?)?;
    (Format::of(data) == Ok(Format::Png)).then_some(data)
}
