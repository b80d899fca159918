//! AVIF by rav1e, without assembler: about half a second of work a megapixel, so it is bounded.

use ravif::{Encoder, Img, RGB8, RGBA8};

use super::{Encoding, raster_of};
use crate::error::{Error, guarded};
use crate::format::Format;
use crate::picture::Pixels;

/// Pixels of a picture that is written.
const PIXELS: u64 = 4_000_000;
/// The quickest: sizes are within a tenth of those that take five times as long.
const SPEED: u8 = 10;

pub(super) fn encode(pixels: &Pixels, encoding: &Encoding) -> Result<Vec<u8>, Error> {
    let (width, height) = pixels.size();
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(Error::TooLarge(format!(
            "the limit for AVIF is {} megapixels, and this has {width} x {height} pixels: make it smaller, or choose webp",
            PIXELS / 1_000_000
        )));
    }
    let quality = f32::from(encoding.quality.clamp(1, 100));
    let encoder =
        Encoder::new().with_quality(quality).with_alpha_quality(quality).with_speed(SPEED).with_num_threads(Some(1));
    let raster = raster_of(pixels);
    let size = (width as usize, height as usize);
    guarded(Format::Avif, || {
        let written = match raster.color().has_alpha() {
            true => {
                let pixels: Vec<RGBA8> = raster.to_rgba8().pixels().map(|pixel| pixel.0.into()).collect();
                encoder.encode_rgba(Img::new(&pixels[..], size.0, size.1))
            }
            false => {
                let pixels: Vec<RGB8> = raster.to_rgb8().pixels().map(|pixel| pixel.0.into()).collect();
                encoder.encode_rgb(Img::new(&pixels[..], size.0, size.1))
            }
        };
        let written = written.map_err(|error| Error::Impossible(format!("this cannot be written as AVIF: {error}")))?;
        Ok(written.avif_file)
    })
}
