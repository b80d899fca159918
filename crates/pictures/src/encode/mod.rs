//! A picture to bytes.
//!
//! One encoder a format, chosen for speed at equal size; what an encoder cannot hold (alpha in a JPEG, 16 bits in a WebP) is
//! brought down here, never refused.
//!
//! | file | job |
//! | --- | --- |
//! | `jpeg.rs` | JPEG, of planes as they are or of RGB |
//! | `png.rs` | PNG, with the fewest bits that hold every pixel exactly |
//! | `webp.rs` | WebP, still and animated |
//! | `avif.rs` | AVIF |
//! | `gif.rs` | GIF, still and animated |
//! | `palette.rs` | the colors of a GIF |

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

/// Whether the caller has gone; encoders may ask from any thread.
type Cancelled<'a> = &'a (dyn Fn() -> bool + Sync);

/// How a picture is encoded.
#[derive(Debug, Clone)]
pub struct Encoding {
    /// The format.
    pub format: Format,
    /// 1 to 100, for JPEG, WebP and AVIF.
    pub quality: u8,
    /// Lossless; WebP only.
    pub lossless: bool,
    /// Progressive JPEG.
    pub progressive: bool,
    /// Behind transparent pixels, where the format has no alpha.
    pub background: [u8; 3],
    /// As few bytes as possible, at the cost of time.
    pub smallest: bool,
}

impl Encoding {
    /// A format with its usual quality: 60 for AVIF, else 80.
    #[must_use]
    pub fn of(format: Format) -> Self {
        // AVIF at 60 looks as JPEG does at 80.
        let quality = if format == Format::Avif { 60 } else { 80 };
        Self { format, quality, lossless: false, progressive: false, background: [255; 3], smallest: false }
    }
}

/// Encodes a picture: all its frames where the format can be animated, else the first.
///
/// # Errors
/// When the format cannot hold it, is not one we write, or the caller has gone.
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
            Err(Error::Impossible(format!("{} cannot be written: choose jpeg, png, webp, avif or gif", other.name())))
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

/// A picture on a background, where it is transparent.
fn on_background(raster: &DynamicImage, [red, green, blue]: [u8; 3]) -> Cow<'_, DynamicImage> {
    if !raster.color().has_alpha() {
        return Cow::Borrowed(raster);
    }
    let mut ground = RgbaImage::from_pixel(raster.width(), raster.height(), Rgba([red, green, blue, 255]));
    image::imageops::overlay(&mut ground, &raster.to_rgba8(), 0, 0);
    Cow::Owned(DynamicImage::ImageRgba8(ground).into_rgb8().into())
}
