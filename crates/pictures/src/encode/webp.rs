//! WebP by libwebp.

use image::DynamicImage;
use webpx::{Encoder, EncoderConfig, Unstoppable};

use super::{Encoding, raster_of};
use crate::error::Error;
use crate::picture::Pixels;

/// libwebp's own limit.
const SIDE: u32 = 16_383;

pub(super) fn encode(pixels: &Pixels, encoding: &Encoding, _cancelled: &dyn Fn() -> bool) -> Result<Vec<u8>, Error> {
    let (width, height) = pixels.size();
    if width.max(height) > SIDE {
        return Err(Error::Impossible(format!("WebP has at most {SIDE} pixels along a side")));
    }
    let config = EncoderConfig::new().quality(f32::from(encoding.quality)).lossless(encoding.lossless);
    let raster = raster_of(pixels);
    let written = if raster.color().has_alpha() {
        let rgba = raster.to_rgba8();
        Encoder::new_rgba(&rgba, width, height).config(config).encode(Unstoppable)
    } else {
        let rgb = match raster.as_ref() {
            DynamicImage::ImageRgb8(rgb) => std::borrow::Cow::Borrowed(rgb),
            other => std::borrow::Cow::Owned(other.to_rgb8()),
        };
        Encoder::new_rgb(&rgb, width, height).config(config).encode(Unstoppable)
    };
    written.map_err(|error| Error::Impossible(format!("this cannot be written as WebP: {error}")))
}
