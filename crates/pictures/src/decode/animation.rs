//! The frames of a GIF, a WebP or an animated PNG. Their number is known, and within the limits, before the first is decoded.

use std::io::Cursor;
use std::time::Duration;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::{AnimationDecoder, DynamicImage, ImageResult};

use super::still::agree;
use super::{DecodeOptions, memory, webp};
use crate::container::png;
use crate::error::Error;
use crate::format::Format;
use crate::head::Head;

/// A GIF frame is shown this long where the file says less than two hundredths, as in every browser.
const DELAY: Duration = Duration::from_millis(100);
const TOO_SHORT: Duration = Duration::from_millis(20);

/// The frames from `first` on, no more than `count`, each with its delay.
pub(super) fn decode(
    bytes: &[u8],
    head: &Head,
    first: u32,
    count: u32,
    options: &DecodeOptions<'_>,
) -> Result<Vec<(DynamicImage, Duration)>, Error> {
    let failed = |error: &image::ImageError| Error::of_image(head.format, error);
    let mut source = open(bytes, head).map_err(|error| failed(&error))?;
    let mut frames: Vec<(DynamicImage, Duration)> = Vec::new();
    // Each frame is drawn upon the one before, so those before the first are decoded too.
    for index in 0..first.saturating_add(count) {
        if (options.cancelled)() {
            return Err(Error::Cancelled);
        }
        let frame = match source.next() {
            Some(Ok(frame)) => frame,
            // An animation that is cut off shows what is there, as in browsers; but one frame is asked for by its number.
            _ if !frames.is_empty() => break,
            Some(Err(error)) => return Err(failed(&error)),
            None => return Err(Error::Damaged(head.format, "it has fewer frames than it says".into())),
        };
        if index >= first {
            let (over, under) = frame.delay().numer_denom_ms();
            let delay = Duration::from_micros(u64::from(over) * 1000 / u64::from(under.max(1)));
            let delay = if head.format == Format::Gif && delay < TOO_SHORT { DELAY } else { delay };
            frames.push((frame.into_buffer().into(), delay));
        }
    }
    if frames.iter().all(|(frame, _)| super::is_opaque(frame)) {
        frames.iter_mut().for_each(|(frame, _)| *frame = std::mem::take(frame).into_rgb8().into());
    }
    Ok(frames)
}

fn open<'a>(bytes: &'a [u8], head: &Head) -> ImageResult<image::Frames<'a>> {
    let source = Cursor::new(bytes);
    Ok(match head.format {
        Format::Gif => {
            let mut decoder = GifDecoder::new(source)?;
            agree(&decoder, head.stored)?;
            image::ImageDecoder::set_limits(&mut decoder, memory())?;
            decoder.into_frames()
        }
        Format::Webp => image::Frames::new(Box::new(webp::WebpFrames::of(bytes, head.stored))),
        _ => {
            let decoder = PngDecoder::with_limits(Cursor::new(png::without_profile(bytes)), memory())?;
            agree(&decoder, head.stored)?;
            decoder.apng()?.into_frames()
        }
    })
}
