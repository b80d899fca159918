//! A PNG made smaller while it is read, where that is enough.

use std::io::Cursor;

use image::{ColorType, DynamicImage};
use png::{BitDepth, Decoder, Transformations};

use super::DecodeOptions;
use crate::error::Error;
use crate::format::Format;
use crate::head::Head;
use crate::shrink::shrink;

/// How many times larger than what the caller makes of it a picture stays: what mixes its pixels here does not show then.
const SPARE: u32 = 3;

/// Decodes a PNG smaller than it is; nothing when all pixels are needed, when it has 16 bits a sample, or comes in seven
/// passes.
pub(super) fn decode(
    bytes: &[u8],
    head: &Head,
    at_least: Option<(u32, u32)>,
    options: &DecodeOptions<'_>,
) -> Result<Option<DynamicImage>, Error> {
    let Some(size) = at_least.and_then(|size| smaller(head.stored, size)) else { return Ok(None) };
    let damaged = |_| Error::Damaged(Format::Png, "it ends early or its data is invalid".into());
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::EXPAND);
    // What of these is of use was read with the head.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let color = match reader.output_color_type() {
        (png::ColorType::Grayscale, BitDepth::Eight) => ColorType::L8,
        (png::ColorType::GrayscaleAlpha, BitDepth::Eight) => ColorType::La8,
        (png::ColorType::Rgb, BitDepth::Eight) => ColorType::Rgb8,
        (png::ColorType::Rgba, BitDepth::Eight) => ColorType::Rgba8,
        _ => return Ok(None),
    };
    if reader.info().interlaced || reader.info().size() != head.stored {
        return Ok(None);
    }
    options.limits.admit(Format::Png, head.stored, true)?;
    let row = |row: &mut [u8]| match reader.read_row(row) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(Error::Damaged(Format::Png, "rows are missing".into())),
        Err(error) => Err(damaged(error)),
    };
    let made = shrink(color, head.stored, size, options.cancelled, row)?;
    // Whole or not at all, as when all pixels are needed.
    reader.finish().map_err(damaged)?;
    Ok(Some(made))
}

/// The size a picture of `stored` is made while it is read, when one of `at_least` is needed; nothing when that saves little.
fn smaller(stored: (u32, u32), at_least: (u32, u32)) -> Option<(u32, u32)> {
    let side = |stored: u32, needed: u32| needed.checked_mul(SPARE).filter(|side| (1..=stored / 2).contains(side));
    Some((side(stored.0, at_least.0)?, side(stored.1, at_least.1)?))
}
