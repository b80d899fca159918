//! Bytes to a picture: upright, in sRGB, no larger than the caller needs.

mod jpeg;

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::ico::IcoDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::pnm::PnmDecoder;
use image::codecs::tiff::TiffDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder, ImageResult, metadata::Orientation};

use crate::color::to_srgb;
use crate::error::Error;
use crate::format::Format;
use crate::head::{head, turns};
use crate::limits::Limits;
use crate::picture::{Picture, Pixels, Planes};

/// What the caller needs of a picture.
pub struct Wish<'a> {
    /// Width and height the caller will shrink it to at the smallest, upright: a JPEG may come smaller than it is, but
    /// never so small that the caller's picture would be worse for it. Nothing when all pixels are needed.
    pub at_least: Option<(u32, u32)>,
    /// Which frames of an animation.
    pub frames: Frames,
    /// Whether to turn it upright as its EXIF data says.
    pub upright: bool,
    /// The limits to keep.
    pub limits: Limits,
    /// Whether nobody waits any more.
    pub cancelled: &'a dyn Fn() -> bool,
}

/// Frames of an animation, or pages of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frames {
    /// One, counted from 0.
    One(u32),
    /// All.
    All,
}

impl<'a> Wish<'a> {
    /// All pixels of the first frame, upright, within the usual limits.
    pub fn whole(cancelled: &'a dyn Fn() -> bool) -> Self {
        Self { at_least: None, frames: Frames::One(0), upright: true, limits: Limits::DEFAULT, cancelled }
    }
}

/// Decodes a picture.
///
/// # Errors
/// When it is no picture we read, is damaged, or over a limit.
pub fn decode(bytes: &[u8], wish: &Wish<'_>) -> Result<Picture, Error> {
    let head = head(bytes)?;
    let format = head.format;
    let turned = wish.upright && turns(head.orientation);
    let size = if turned { (head.stored.1, head.stored.0) } else { head.stored };
    if (wish.cancelled)() {
        return Err(Error::Cancelled);
    }
    let pixels = if format == Format::Jpeg {
        let at_least = wish.at_least.map(|(width, height)| if turned { (height, width) } else { (width, height) });
        jpeg::decode(bytes, &head, at_least, wish)?
    } else {
        wish.limits.admit(format, head.stored, false)?;
        let raster = raster(format, bytes).map_err(|error| Error::of_image(format, &error))?;
        Pixels::Raster(raster)
    };
    let pixels = match (pixels, head.profile.as_deref()) {
        (Pixels::Planes(planes), None) => Pixels::Planes(planes),
        (pixels, profile) => Pixels::Raster(to_srgb(pixels.into_raster(), profile)),
    };
    let pixels = if wish.upright { upright(pixels, head.orientation) } else { pixels };
    Ok(Picture::of(format, size, pixels))
}

/// Pixels turned as EXIF says.
fn upright(pixels: Pixels, orientation: Orientation) -> Pixels {
    match pixels {
        Pixels::Raster(mut raster) => {
            raster.apply_orientation(orientation);
            Pixels::Raster(raster)
        }
        Pixels::Planes(planes) => Pixels::Planes(Planes {
            luma: planes.luma.turned(orientation),
            chroma: planes.chroma.map(|chroma| chroma.map(|plane| plane.turned(orientation))),
        }),
    }
}

/// A still picture by the decoders of `image`.
fn raster(format: Format, bytes: &[u8]) -> ImageResult<DynamicImage> {
    let source = Cursor::new(bytes);
    match format {
        Format::Png => read(PngDecoder::new(source)?),
        Format::Webp => read(WebPDecoder::new(source)?),
        Format::Gif => read(GifDecoder::new(source)?),
        Format::Tiff => read(TiffDecoder::new(source)?),
        Format::Bmp => read(BmpDecoder::new(source)?),
        Format::Ico => read(IcoDecoder::new(source)?),
        Format::Pnm => read(PnmDecoder::new(source)?),
        Format::Jpeg | Format::Avif | Format::Svg => unreachable!("they have decoders of their own"),
    }
}

fn read(decoder: impl ImageDecoder) -> ImageResult<DynamicImage> {
    DynamicImage::from_decoder(decoder)
}
