//! A picture to bytes.

mod avif;
mod gif;
mod jpeg;
mod palette;
mod png;
mod webp;

use std::borrow::Cow;

use image::{DynamicImage, Rgba, RgbaImage};

use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::picture::{Picture, Pixels};

/// Whether nobody waits any more, as encoders ask who may run anywhere.
type Cancelled<'a> = &'a (dyn Fn() -> bool + Sync);

/// How a picture is written.
#[derive(Debug, Clone)]
pub struct Encoding {
    /// The format.
    pub format: Format,
    /// 1 to 100, for JPEG, WebP and AVIF.
    pub quality: u8,
    /// Exactly, for WebP.
    pub lossless: bool,
    /// In scans that show the whole early, for JPEG.
    pub progressive: bool,
    /// What shows through where the format has no alpha.
    pub background: [u8; 3],
    /// As small as can be, however long it takes.
    pub smallest: bool,
}

impl Encoding {
    /// A format as most people want it.
    #[must_use]
    pub fn of(format: Format) -> Self {
        // AVIF at 60 looks as JPEG does at 80.
        let quality = if format == Format::Avif { 60 } else { 80 };
        Self { format, quality, lossless: false, progressive: false, background: [255; 3], smallest: false }
    }
}

/// Writes a picture: all its frames where the format can move, else the first.
///
/// # Errors
/// When the format cannot hold it, is not one we write, or nobody waits any more.
pub fn encode(picture: &Picture, encoding: &Encoding, cancelled: &(dyn Fn() -> bool + Sync)) -> Result<Vec<u8>, Error> {
    // Some encoders cannot be stopped once they began.
    if cancelled() {
        return Err(Error::Cancelled);
    }
    let first = &picture.frames.first().expect("a picture has a frame").pixels;
    Limits::DEFAULT.admit_encoding(encoding.format, first.size())?;
    match encoding.format {
        Format::Jpeg => jpeg::encode(first, encoding),
        Format::Webp => webp::encode(picture, encoding, cancelled),
        Format::Png => png::encode(first, encoding.smallest),
        Format::Gif => gif::encode(picture, cancelled),
        Format::Avif => avif::encode(first, encoding),
        other => {
            Err(Error::Impossible(format!("{} is not written: choose jpeg, png, webp, avif or gif", other.name())))
        }
    }
}

/// Pixels as any encoder takes them.
fn raster_of(pixels: &Pixels) -> Cow<'_, DynamicImage> {
    match pixels {
        Pixels::Raster(raster) => Cow::Borrowed(raster),
        Pixels::Planes(planes) => Cow::Owned(planes.clone().into_raster()),
    }
}

/// A picture on a background, where it can be seen through.
fn on_background(raster: &DynamicImage, [red, green, blue]: [u8; 3]) -> Cow<'_, DynamicImage> {
    if !raster.color().has_alpha() {
        return Cow::Borrowed(raster);
    }
    let mut ground = RgbaImage::from_pixel(raster.width(), raster.height(), Rgba([red, green, blue, 255]));
    image::imageops::overlay(&mut ground, &raster.to_rgba8(), 0, 0);
    Cow::Owned(DynamicImage::ImageRgba8(ground).into_rgb8().into())
}
