//! The head of a picture: what it says of itself before any pixel is decoded.
//!
//! JPEG, TIFF, BMP, ICO and PNM are asked by their decoders; of the containers we walk ourselves (PNG, WebP, GIF, AVIF) the
//! heads are in `head/containers.rs`.

mod containers;

use std::io::Cursor;
use std::time::Duration;

use image::codecs::bmp::BmpDecoder;
use image::codecs::ico::IcoDecoder;
use image::codecs::pnm::PnmDecoder;
use image::codecs::tiff::TiffDecoder;
use image::metadata::Orientation;
use image::{ExtendedColorType, ImageDecoder, ImageResult};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::container::{METADATA_BYTES, color_map};
use crate::error::{Error, guarded};
use crate::format::Format;
use crate::pages;
use crate::svg::Drawing;
use crate::turn::turns;

/// The head of a picture.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its format.
    pub format: Format,
    /// Width and height as they are stored.
    pub stored: (u32, u32),
    /// Its EXIF orientation.
    pub orientation: Orientation,
    /// Whether it has an alpha channel or transparent color.
    pub alpha: bool,
    /// Bits per sample.
    pub depth: u8,
    /// Its color model.
    pub colors: Colors,
    /// Its ICC profile.
    pub profile: Option<Vec<u8>>,
    /// Its EXIF data, from the byte order mark on.
    pub exif: Option<Vec<u8>>,
    /// Its animation, if it has more than one frame.
    pub animation: Option<Animation>,
    /// Pages of a TIFF, pictures of an icon; 1 for every other format.
    pub pages: u32,
}

/// An animation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Animation {
    /// Its frames: two or more.
    pub frames: u32,
    /// How often it is played; 0 is forever.
    pub loops: u16,
    /// How long one loop takes.
    pub duration: Duration,
}

/// A color model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colors {
    /// Grayscale.
    Gray,
    /// Red, green and blue, or a palette of them.
    Rgb,
    /// Cyan, magenta, yellow and black, for print.
    Cmyk,
}

impl Head {
    /// Eight bits of red, green and blue, without more to say.
    fn of(format: Format, stored: (u32, u32)) -> Self {
        Self {
            format,
            stored,
            orientation: Orientation::NoTransforms,
            alpha: false,
            depth: 8,
            colors: Colors::Rgb,
            profile: None,
            exif: None,
            animation: None,
            pages: 1,
        }
    }

    /// Width and height when it is upright.
    #[must_use]
    pub fn upright(&self) -> (u32, u32) {
        let (width, height) = self.stored;
        if turns(self.orientation) { (height, width) } else { (width, height) }
    }
}

/// Reads the head of a picture.
///
/// # Errors
/// When it is not a picture we read, or its head is damaged.
pub fn head(bytes: &[u8]) -> Result<Head, Error> {
    let format = Format::of(bytes)?;
    guarded(format, || head_of(format, bytes))
}

fn head_of(format: Format, bytes: &[u8]) -> Result<Head, Error> {
    let source = Cursor::new(bytes);
    let broken = |error: image::ImageError| Error::of_image(format, &error);
    let unfinished = || Error::Damaged(format, "its head cannot be read".into());
    let mut head = match format {
        Format::Jpeg => jpeg_head(bytes)?,
        Format::Png => containers::png(bytes).ok_or_else(unfinished)?,
        Format::Webp => containers::webp(bytes).ok_or_else(unfinished)?,
        Format::Gif => containers::gif(bytes).ok_or_else(unfinished)?,
        Format::Avif => containers::avif(bytes).ok_or_else(unfinished)?,
        Format::Tiff => {
            let grays = color_map::of(bytes).map(|(grays, _)| grays);
            let source = Cursor::new(grays.as_deref().unwrap_or(bytes));
            let head = TiffDecoder::new(source).and_then(|decoder| of_decoder(format, decoder)).map_err(broken)?;
            if grays.is_some() { Head { colors: Colors::Rgb, ..head } } else { head }
        }
        Format::Bmp => BmpDecoder::new(source).and_then(|decoder| of_decoder(format, decoder)).map_err(broken)?,
        Format::Ico => icon_head(bytes)?,
        Format::Pnm => PnmDecoder::new(source).and_then(|decoder| of_decoder(format, decoder)).map_err(broken)?,
        Format::Svg => Head { alpha: true, ..Head::of(format, Drawing::read(bytes)?.size()) },
    };
    head.pages = pages::count(format, bytes);
    Ok(head)
}

/// An icon's largest picture.
fn icon_head(bytes: &[u8]) -> Result<Head, Error> {
    let unfinished = || Error::Damaged(Format::Ico, "its head cannot be read".into());
    let largest = pages::page(Format::Ico, bytes, 0).ok_or_else(unfinished)?;
    match pages::icon_png(&largest) {
        Some(png) => Ok(Head { format: Format::Ico, animation: None, ..containers::png(png).ok_or_else(unfinished)? }),
        None => IcoDecoder::new(Cursor::new(&*largest))
            .and_then(|decoder| of_decoder(Format::Ico, decoder))
            .map_err(|error| Error::of_image(Format::Ico, &error)),
    }
}

fn of_decoder(format: Format, mut decoder: impl ImageDecoder) -> ImageResult<Head> {
    let color = decoder.original_color_type();
    let bounded = |data: Option<Vec<u8>>| data.filter(|data| data.len() <= METADATA_BYTES);
    let exif = bounded(decoder.exif_metadata().ok().flatten()).map(of_byte_order);
    let colors = match color {
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16 => Colors::Cmyk,
        _ if color.channel_count() <= 2 && decoder.color_type().channel_count() <= 2 => Colors::Gray,
        _ => Colors::Rgb,
    };
    Ok(Head {
        orientation: decoder.orientation().unwrap_or(Orientation::NoTransforms),
        alpha: decoder.color_type().has_alpha(),
        depth: u8::try_from(color.bits_per_pixel() / u16::from(color.channel_count().max(1))).unwrap_or(8),
        colors,
        profile: bounded(decoder.icc_profile().ok().flatten()),
        exif,
        ..Head::of(format, decoder.dimensions())
    })
}

fn jpeg_head(bytes: &[u8]) -> Result<Head, Error> {
    // Its own limits are lower than the format's, and its message would not say so.
    let options = DecoderOptions::new_fast().set_max_width(u16::MAX.into()).set_max_height(u16::MAX.into());
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let damaged = || Error::Damaged(Format::Jpeg, "its head cannot be read".into());
    decoder.decode_headers().map_err(|_| damaged())?;
    let info = decoder.info().ok_or_else(damaged)?;
    let exif = decoder.exif().filter(|exif| exif.len() <= METADATA_BYTES).cloned().map(of_byte_order);
    Ok(Head {
        orientation: exif.as_deref().map_or(Orientation::NoTransforms, orientation),
        colors: match info.components {
            1 => Colors::Gray,
            4 => Colors::Cmyk,
            _ => Colors::Rgb,
        },
        profile: decoder.icc_profile().filter(|profile| profile.len() <= METADATA_BYTES),
        exif,
        ..Head::of(Format::Jpeg, (u32::from(info.width), u32::from(info.height)))
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
