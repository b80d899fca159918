//! The frames of an animated WebP, each drawn upon those before it (RFC 9649, section 2.7).
//!
//! The library decodes the frames; where they lie and what they leave behind is decided here, because it keeps what should
//! be cleared. The ground is transparent, whatever the file says, as in browsers.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;
use image::error::{DecodingError, ImageFormatHint};
use image::imageops::replace;
use image::{Delay, DynamicImage, Frame, ImageError, ImageResult, Rgba, RgbaImage};

use super::memory;
use super::still::agree;
use crate::container::riff;

/// WebpFrames one after the other.
pub(super) struct WebpFrames<'a> {
    data: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
    /// What is shown.
    canvas: RgbaImage,
    /// The part that is cleared before the next frame.
    cleared: Option<Place>,
}

/// Left, top, width and height.
type Place = (u32, u32, u32, u32);

impl<'a> WebpFrames<'a> {
    pub(super) fn of(bytes: &'a [u8], (width, height): (u32, u32)) -> Self {
        let data = riff::chunks(bytes).filter(|chunk| &chunk.kind == b"ANMF").map(|chunk| chunk.data);
        Self { data: Box::new(data), canvas: RgbaImage::new(width, height), cleared: None }
    }

    fn draw(&mut self, data: &[u8]) -> ImageResult<Frame> {
        let damaged = || ImageError::Decoding(DecodingError::from_format_hint(ImageFormatHint::Unknown));
        let three = |at: usize| Some(u32::from_le_bytes([*data.get(at)?, *data.get(at + 1)?, *data.get(at + 2)?, 0]));
        let numbers = || Some([three(0)? * 2, three(3)? * 2, three(6)? + 1, three(9)? + 1, three(12)?]);
        let [x, y, width, height, millis] = numbers().ok_or_else(damaged)?;
        let flags = *data.get(15).ok_or_else(damaged)?;
        let (replaces, clears) = (flags & 2 != 0, flags & 1 != 0);
        if x + width > self.canvas.width() || y + height > self.canvas.height() {
            return Err(damaged());
        }
        let mut decoder = WebPDecoder::new(Cursor::new(file_of(&data[riff::FRAME..], (width, height))))?;
        agree(&decoder, (width, height))?;
        image::ImageDecoder::set_limits(&mut decoder, memory())?;
        let frame = DynamicImage::from_decoder(decoder)?.into_rgba8();
        if let Some((x, y, width, height)) = self.cleared.take() {
            replace(&mut self.canvas, &RgbaImage::new(width, height), x.into(), y.into());
        }
        if replaces {
            replace(&mut self.canvas, &frame, x.into(), y.into());
        } else {
            for (across, down, pixel) in frame.enumerate_pixels() {
                let under = self.canvas.get_pixel_mut(x + across, y + down);
                *under = blended(*pixel, *under);
            }
        }
        self.cleared = clears.then_some((x, y, width, height));
        Ok(Frame::from_parts(self.canvas.clone(), 0, 0, Delay::from_numer_denom_ms(millis, 1)))
    }
}

impl Iterator for WebpFrames<'_> {
    type Item = ImageResult<Frame>;

    fn next(&mut self) -> Option<Self::Item> {
        let data = self.data.next()?;
        Some(self.draw(data))
    }
}

/// The chunks of a frame as a file of its own.
fn file_of(chunks: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    const ALPHA: u8 = 0x10;
    let mut body = b"WEBP".to_vec();
    if riff::inner(chunks).any(|chunk| &chunk.kind == b"ALPH") {
        let three = |number: u32| number.to_le_bytes();
        let [a, b, c, _] = three(width - 1);
        let [d, e, f, _] = three(height - 1);
        body.extend_from_slice(&riff::chunk(b"VP8X", &[ALPHA, 0, 0, 0, a, b, c, d, e, f]));
    }
    for chunk in riff::inner(chunks).filter(|chunk| matches!(&chunk.kind, b"ALPH" | b"VP8 " | b"VP8L")) {
        body.extend_from_slice(&riff::chunk(&chunk.kind, chunk.data));
    }
    riff::chunk(b"RIFF", &body)
}

/// A pixel upon another, as libwebp mixes them.
fn blended(over: Rgba<u8>, under: Rgba<u8>) -> Rgba<u8> {
    let alpha = u32::from(over.0[3]);
    if alpha == 255 {
        return over;
    }
    if alpha == 0 {
        return under;
    }
    let left = (u32::from(under.0[3]) * (256 - alpha)) >> 8;
    let all = alpha + left;
    let scale = (1 << 24) / all;
    let mix = |over: u8, under: u8| (((u32::from(over) * alpha + u32::from(under) * left) * scale) >> 24) as u8;
    let [red, green, blue] = [0, 1, 2].map(|channel| mix(over.0[channel], under.0[channel]));
    Rgba([red, green, blue, all as u8])
}
