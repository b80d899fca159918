//! What a picture says of itself before any pixel is decoded.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::ico::IcoDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::pnm::PnmDecoder;
use image::codecs::tiff::TiffDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{ExtendedColorType, ImageDecoder, ImageResult};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;

use crate::error::Error;
use crate::format::Format;

/// Metadata of one kind may be this large; more is no metadata.
const METADATA_BYTES: usize = 1 << 20;

/// What a picture says of itself.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its format.
    pub format: Format,
    /// Width and height as they are stored.
    pub stored: (u32, u32),
    /// How it is to be turned.
    pub orientation: Orientation,
    /// Whether it can be seen through.
    pub alpha: bool,
    /// Bits of a sample.
    pub depth: u8,
    /// Colours: `grey`, `rgb`, `cmyk`.
    pub colors: Colors,
    /// Its ICC profile.
    pub profile: Option<Vec<u8>>,
    /// Its EXIF data, from the byte order mark on.
    pub exif: Option<Vec<u8>>,
}

/// What the samples of a pixel stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colors {
    /// Brightness alone.
    Grey,
    /// Red, green, blue, or a palette of them.
    Rgb,
    /// Inks.
    Cmyk,
}

impl Head {
    /// Width and height when it is upright.
    #[must_use]
    pub fn upright(&self) -> (u32, u32) {
        let (width, height) = self.stored;
        if turns(self.orientation) { (height, width) } else { (width, height) }
    }
}

/// Whether width and height change places.
pub(crate) fn turns(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// Reads the head of a picture.
///
/// # Errors
/// When it is no picture we read, or its head is damaged.
pub fn head(bytes: &[u8]) -> Result<Head, Error> {
    let format = Format::of(bytes)?;
    let source = Cursor::new(bytes);
    let broken = |error: image::ImageError| Error::of_image(format, &error);
    match format {
        Format::Jpeg => jpeg_head(bytes),
        Format::Png => PngDecoder::new(source).and_then(|decoder| of_decoder(format, decoder)).map_err(broken),
        Format::Webp => WebPDecoder::new(source).and_then(|decoder| of_decoder(format, decoder)).map_err(broken),
        Format::Gif => GifDecoder::new(source).and_then(|decoder| of_decoder(format, decoder)).map_err(broken),
        Format::Tiff => TiffDecoder::new(source).and_then(|decoder| of_decoder(format, decoder)).map_err(broken),
        Format::Bmp => BmpDecoder::new(source).and_then(|decoder| of_decoder(format, decoder)).map_err(broken),
        Format::Ico => IcoDecoder::new(source).and_then(|decoder| of_decoder(format, decoder)).map_err(broken),
        Format::Pnm => PnmDecoder::new(source).and_then(|decoder| of_decoder(format, decoder)).map_err(broken),
        Format::Avif | Format::Svg => Err(Error::Unreadable(format!("{} is not read yet", format.name()))),
    }
}

fn of_decoder(format: Format, mut decoder: impl ImageDecoder) -> ImageResult<Head> {
    let color = decoder.original_color_type();
    let bounded = |data: Option<Vec<u8>>| data.filter(|data| data.len() <= METADATA_BYTES);
    let exif = bounded(decoder.exif_metadata().ok().flatten()).map(of_byte_order);
    let colors = match color {
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16 => Colors::Cmyk,
        _ if color.channel_count() <= 2 && decoder.color_type().channel_count() <= 2 => Colors::Grey,
        _ => Colors::Rgb,
    };
    Ok(Head {
        format,
        stored: decoder.dimensions(),
        orientation: exif.as_deref().map_or(Orientation::NoTransforms, orientation),
        alpha: decoder.color_type().has_alpha(),
        depth: u8::try_from(color.bits_per_pixel() / u16::from(color.channel_count().max(1))).unwrap_or(8),
        colors,
        profile: bounded(decoder.icc_profile().ok().flatten()),
        exif,
    })
}

fn jpeg_head(bytes: &[u8]) -> Result<Head, Error> {
    let mut decoder = JpegDecoder::new(ZCursor::new(bytes));
    let damaged = || Error::Damaged(Format::Jpeg, "its head cannot be read".into());
    decoder.decode_headers().map_err(|_| damaged())?;
    let info = decoder.info().ok_or_else(damaged)?;
    let exif = decoder.exif().filter(|exif| exif.len() <= METADATA_BYTES).cloned().map(of_byte_order);
    Ok(Head {
        format: Format::Jpeg,
        stored: (u32::from(info.width), u32::from(info.height)),
        orientation: exif.as_deref().map_or(Orientation::NoTransforms, orientation),
        alpha: false,
        depth: 8,
        colors: match info.components {
            1 => Colors::Grey,
            4 => Colors::Cmyk,
            _ => Colors::Rgb,
        },
        profile: decoder.icc_profile().filter(|profile| profile.len() <= METADATA_BYTES),
        exif,
    })
}

/// EXIF data without the name some containers put before it.
fn of_byte_order(exif: Vec<u8>) -> Vec<u8> {
    match exif.strip_prefix(b"Exif\0\0") {
        Some(rest) => rest.to_vec(),
        None => exif,
    }
}

/// The orientation of EXIF data; upright when it says none, or something else.
fn orientation(exif: &[u8]) -> Orientation {
    Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms)
}
