//! AVIF by rav1e, without assembler.

use ravif::{Encoder, Img, RGB8, RGBA8};

use super::{Encoding, raster_of};
use crate::error::{Error, guarded};
use crate::format::Format;
use crate::picture::Pixels;

/// The quickest: sizes are within a tenth of those that take five times as long.
const SPEED: u8 = 10;

pub(super) fn encode(pixels: &Pixels, encoding: &Encoding) -> Result<Vec<u8>, Error> {
    let (width, height) = pixels.size();
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
